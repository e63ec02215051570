//! How static state lies in shared memory.
//!
//! | part | what |
//! |---|---|
//! | head | the declaring file, see [`crate::hooks::opcache::head`] |
//! | fingerprint | of the declaration, 8 bytes |
//! | count | of members, 8 bytes |
//! | marks | one byte per member: [`DECLARED`] or [`VALUE`] |
//! | relatives | where the values have objects: what their classes are derived from, see [`super::relatives`] |
//! | zeros | up to a multiple of 16; with relatives, the last 8 bytes say where those begin |
//! | block | an array's, as [`crate::encode`] writes it: the values of the members, null where there is none |
//!
//! The entry's bits say which kind of array it is and where its block begins. One array for all members, so that what
//! several of them share is shared after a restore, too.

use super::relatives;
use crate::hooks::opcache::head;

/// The member was as declared: not evaluated, or not reached yet.
pub(super) const DECLARED: u8 = 0;
/// The member has the array's value.
pub(super) const VALUE: u8 = 1;

const ALIGN: usize = 16;

/// The entry's bits.
pub(super) fn bits(inner: u8, offset: usize) -> u64 {
    u64::from(inner) << 32 | offset as u64
}

/// The array's tag, and where its block begins.
pub(crate) fn inner(bits: u64) -> (u8, usize) {
    ((bits >> 32) as u8, bits as u32 as usize)
}

/// All that comes before the block.
pub(super) fn before_block(file: &[u8], fingerprint: u64, marks: &[u8], relatives: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = head::head(file);
    bytes.extend_from_slice(&fingerprint.to_ne_bytes());
    bytes.extend_from_slice(&(marks.len() as u64).to_ne_bytes());
    bytes.extend_from_slice(marks);
    match relatives {
        Some(relatives) => relatives::append(relatives, &mut bytes, ALIGN),
        None => bytes.resize(bytes.len().next_multiple_of(ALIGN), 0),
    }
    bytes
}

/// What there is to know of stored state before it is used.
pub(super) struct Parsed<'a> {
    pub(super) fingerprint: u64,
    pub(super) marks: &'a [u8],
}

/// Reads what comes before the block; `None` if it is none of ours.
pub(super) fn parse(payload: &[u8]) -> Option<Parsed<'_>> {
    let file = head::declared_in(payload)?;
    let rest = payload.get((8 + file.len()).next_multiple_of(8)..)?;
    let (fingerprint, rest) = rest.split_first_chunk::<8>()?;
    let (count, rest) = rest.split_first_chunk::<8>()?;
    let marks = rest.get(..usize::try_from(u64::from_ne_bytes(*count)).ok()?)?;
    Some(Parsed { fingerprint: u64::from_ne_bytes(*fingerprint), marks })
}
