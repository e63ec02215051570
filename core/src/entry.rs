//! What lies in a block that holds an entry: header, key, payload.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use crate::heap::block::HEADER as BLOCK_HEADER;
use crate::memory::{Memory, Places, Shared};
use crate::same::{WORD, are_words_of, is_same};
use crate::sys::clock;

/// Alignment of payloads.
pub(crate) const PAYLOAD_ALIGN: u64 = 16;

/// Whose name a key is. The spaces share the index but never an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Space {
    /// Keys that a program chose.
    Key = 0,
    /// Static state of classes: the lower-case class name, or that, a NUL and a part of the class.
    Class = 1,
}

/// The space of reservations: the entry says who holds the key of the same bytes in [`Space::Key`].
pub(crate) const RESERVATION: u8 = 2;

/// Behind the block header. All fields but `next`, `bits`, `expires`, the flags and the links are written
/// before the entry can be found and never change while it can.
#[derive(Debug)]
#[repr(C, align(16))]
pub(crate) struct Entry {
    /// Next entry of the bucket's chain: a tagged link (see [`crate::index`]).
    pub(crate) next: AtomicU64,
    pub(crate) hash: AtomicU64,
    /// When it expires, in ns of [`clock::now_ns`]; 0: never.
    pub(crate) expires: AtomicU64,
    pub(crate) payload_len: AtomicU64,
    pub(crate) key_len: AtomicU16,
    pub(crate) space: AtomicU8,
    pub(crate) tag: AtomicU8,
    /// 1 from the moment it is replaced or deleted, before that can be seen in the index.
    pub(crate) superseded: AtomicU8,
    /// How often it was read lately, three times at most.
    pub(crate) visited: AtomicU8,
    /// Which eviction queue it is linked into, see [`crate::queue::Which`]; 0: none.
    pub(crate) queued: AtomicU8,
    /// While it is filed in the expiry wheel: which bucket, counted from 1.
    pub(crate) filed: AtomicU8,
    /// While building: who builds (see [`crate::slots::Owner`]). Once retired: its stamp.
    pub(crate) owner_or_stamp: AtomicU64,
    /// Eviction queue, towards the newer and the older neighbour.
    pub(crate) newer: AtomicU64,
    pub(crate) older: AtomicU64,
    /// Next on the stack or list of retired blocks.
    pub(crate) retired_next: AtomicU64,
    /// Neighbours in its bucket of the expiry wheel, by the arena's numbers; 0: none.
    pub(crate) filed_next: AtomicU32,
    pub(crate) filed_previous: AtomicU32,
    /// The inline value: changes in place. Behind what is only read, see [`crate::heap::lines`].
    pub(crate) bits: AtomicU64,
}

// SAFETY: atomics only.
unsafe impl Shared for Entry {}

pub(crate) const ENTRY_SIZE: u64 = size_of::<Entry>() as u64;
const _: () = assert!(ENTRY_SIZE == 96 && align_of::<Entry>() == 16);

/// An entry together with where it lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryAt<'a> {
    pub(crate) entry: &'a Entry,
    /// Offset of its block.
    pub(crate) offset: u64,
}

impl<'a> EntryAt<'a> {
    /// The entry in the block at `offset`.
    #[inline]
    pub(crate) fn new(memory: &'a Memory, offset: u64) -> Self {
        Self { entry: memory.at(offset + BLOCK_HEADER), offset }
    }

    /// Whether a block of so many bytes, header included, has room for an entry at all.
    pub(crate) fn has_room(block_bytes: u64) -> bool {
        block_bytes >= BLOCK_HEADER + ENTRY_SIZE
    }

    /// Bytes of a block that holds an entry with these lengths, without the block header.
    pub(crate) fn size(key_len: usize, payload_len: usize) -> Option<u64> {
        let head = (ENTRY_SIZE + key_len as u64).next_multiple_of(PAYLOAD_ALIGN);
        head.checked_add(u64::try_from(payload_len).ok()?)
    }

    /// Bytes of the block of an entry without a payload, block header included.
    #[inline]
    pub(crate) fn least_block(key_len: usize) -> u64 {
        BLOCK_HEADER + (ENTRY_SIZE + key_len as u64).next_multiple_of(PAYLOAD_ALIGN)
    }

    pub(crate) fn key_offset(&self) -> u64 {
        self.offset + BLOCK_HEADER + ENTRY_SIZE
    }

    pub(crate) fn key_len(&self) -> usize {
        usize::from(self.entry.key_len.load(Ordering::Relaxed))
    }

    pub(crate) fn payload_len(&self) -> usize {
        self.entry.payload_len.load(Ordering::Relaxed) as usize
    }

    /// Gives a block that is being filled everything that readers of this entry look at in its header. The entry's shard
    /// is locked, so nothing of that changes but the mark of a visit.
    pub(crate) fn copy_head_to(&self, new: EntryAt<'_>) {
        let (from, to) = (self.entry, new.entry);
        to.hash.store(from.hash.load(Ordering::Relaxed), Ordering::Relaxed);
        to.bits.store(from.bits.load(Ordering::Relaxed), Ordering::Relaxed);
        to.expires.store(from.expires.load(Ordering::Relaxed), Ordering::Relaxed);
        to.payload_len.store(from.payload_len.load(Ordering::Relaxed), Ordering::Relaxed);
        to.key_len.store(from.key_len.load(Ordering::Relaxed), Ordering::Relaxed);
        to.space.store(from.space.load(Ordering::Relaxed), Ordering::Relaxed);
        to.tag.store(from.tag.load(Ordering::Relaxed), Ordering::Relaxed);
        to.visited.store(from.visited.load(Ordering::Relaxed), Ordering::Relaxed);
        to.superseded.store(0, Ordering::Relaxed);
    }

    pub(crate) fn payload_offset(&self) -> u64 {
        Self::payload_offset_for(self.offset, self.key_len())
    }

    /// Where the payload of the entry in the block at `offset` lies behind a key of this length.
    pub(crate) const fn payload_offset_for(offset: u64, key_len: usize) -> u64 {
        (offset + BLOCK_HEADER + ENTRY_SIZE + key_len as u64).next_multiple_of(PAYLOAD_ALIGN)
    }

    /// The key; an empty one where the entry states a length that leads out of the segment.
    ///
    /// # Safety
    /// The entry is protected (operation, pin or lock) for `'a`.
    #[inline]
    pub(crate) unsafe fn key(&self, memory: &Memory) -> &'a [u8] {
        // SAFETY: keys never change once the entry can be found; protection is the caller's promise.
        unsafe { memory.bytes(self.key_offset(), self.key_len() as u64) }.unwrap_or_default()
    }

    /// Whether its key is `key`, and key and payload lie inside the segment. The entry's place is one of `places`.
    ///
    /// # Safety
    /// As for [`Self::key`].
    #[inline(always)]
    pub(crate) unsafe fn has_key(&self, places: &Places<Entry>, key: &[u8]) -> bool {
        let key_len = self.key_len();
        if key_len != key.len() {
            return false;
        }
        // The payload follows the key: one comparison for both. The entry's size is a multiple of its alignment.
        let padded = (key_len as u64).next_multiple_of(PAYLOAD_ALIGN);
        let behind = self.entry.payload_len.load(Ordering::Relaxed).saturating_add(padded);
        behind <= places.behind(self.offset + BLOCK_HEADER)
            // SAFETY: the caller's word, and the range was just checked.
            && is_same(unsafe { places.bytes_behind(self.offset + BLOCK_HEADER, key_len) }, key)
    }

    /// The same by atomics, of what may be an entry no more, or not yet: then it says nothing.
    #[inline(always)]
    pub(crate) fn seems_to_have_key(&self, places: &Places<Entry>, key: &[u8]) -> bool {
        self.key_len() == key.len()
            && places
                .words_behind(self.offset + BLOCK_HEADER, key.len().div_ceil(WORD))
                .is_some_and(|words| are_words_of(words, key))
    }

    #[inline]
    pub(crate) fn is_expired(&self) -> bool {
        let expires = self.entry.expires.load(Ordering::Relaxed);
        expires != 0 && clock::now_ns() >= expires
    }

    /// Whether it is no entry but says who holds a key.
    #[inline]
    pub(crate) fn is_reservation(&self) -> bool {
        self.entry.space.load(Ordering::Relaxed) == RESERVATION
    }

    pub(crate) fn is_superseded(&self) -> bool {
        self.entry.superseded.load(Ordering::Relaxed) != 0
    }

    /// Whether this can be an entry at all: for blocks met after a crash.
    pub(crate) fn is_possible(&self, block_bytes: u64) -> bool {
        self.entry.space.load(Ordering::Relaxed) <= RESERVATION && self.fits(block_bytes)
    }

    /// Whether the lengths that the entry states lie inside its block.
    pub(crate) fn fits(&self, block_bytes: u64) -> bool {
        let payload = self.entry.payload_len.load(Ordering::Relaxed);
        usize::try_from(payload)
            .ok()
            .and_then(|payload| Self::size(self.key_len(), payload))
            .is_some_and(|size| size <= block_bytes.saturating_sub(BLOCK_HEADER))
    }
}
