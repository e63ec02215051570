//! Objects whose contents follow from key and version, so that each can be checked when it is read.

use static_cache_core::{Error, Hit, Mode, Session, Space, Stored};

use crate::random::mix;

/// Bytes in front of an object's payload: the block's header, the entry's, and the key, rounded.
pub const OVERHEAD: u32 = 16 + 96 + 16;

/// The key of an object.
pub fn key(number: u32) -> [u8; 8] {
    let [a, b, c, d] = number.to_le_bytes();
    [b'o', b'b', b'j', b':', a, b, c, d]
}

/// Stores an object: a stamp of number, version and length at both ends of the payload.
pub fn store(session: &mut Session, number: u32, version: u32, len: usize) -> Result<(), Error> {
    let stored = session.store_with(
        Space::Key,
        &key(number),
        0,
        u64::from(version),
        len,
        None,
        Mode::Put,
        |payload, _| {
            stamp(payload, number, version);
        },
    )?;
    assert_eq!(stored, Stored::Stored, "a store over anything stores");
    Ok(())
}

fn stamp(payload: &mut [u8], number: u32, version: u32) {
    let stamp = mix(u64::from(number) << 32 | u64::from(version)) ^ payload.len() as u64;
    let len = payload.len();
    assert!(len >= 8);
    payload[..8].copy_from_slice(&stamp.to_le_bytes());
    payload[len - 8..].copy_from_slice(&stamp.to_le_bytes());
}

/// Panics unless the hit is an object that was stored so.
pub fn check(session: &Session, hit: &Hit, number: u32, len: usize) {
    let version = session.bits(hit).expect("the hit is of this request") as u32;
    let payload = session.payload(hit).expect("the hit is of this request");
    assert_eq!(payload.len(), len, "object {number}: another length");
    let stamp = (mix(u64::from(number) << 32 | u64::from(version)) ^ len as u64).to_le_bytes();
    assert_eq!(payload[..8], stamp, "object {number} does not round-trip");
    assert_eq!(payload[len - 8..], stamp, "object {number} does not round-trip");
}
