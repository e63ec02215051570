//! The header in front of every block of the heap.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::memory::Shared;

/// Granularity and alignment of blocks in bytes.
pub(crate) const UNIT: u64 = 16;
/// The smallest block: header and the two links of a free one.
pub(super) const MIN_UNITS: u64 = 2;

const UNITS_MASK: u64 = (1 << 40) - 1;
const STATE_SHIFT: u32 = 40;
const MARK: u64 = 0x5CB1 << 48;
const MARK_MASK: u64 = 0xFFFF << 48;

/// What a block is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// On a free list.
    Free = 1,
    /// Being written by one session; nobody else looks inside.
    Building = 2,
    /// An entry that can be found (or is about to be, under its shard's lock).
    Live = 3,
    /// An entry that can no longer be found but may still be looked at.
    Retired = 4,
    /// Like `Retired`, but in the keeping of the session that replaced it.
    Kept = 5,
}

impl State {
    #[inline]
    fn of(word: u64) -> Option<Self> {
        match (word & !MARK_MASK) >> STATE_SHIFT {
            1 => Some(Self::Free),
            2 => Some(Self::Building),
            3 => Some(Self::Live),
            4 => Some(Self::Retired),
            5 => Some(Self::Kept),
            _ => None,
        }
    }
}

/// Header of a block, followed by its contents (for a free one: the links of its list).
#[derive(Debug)]
#[repr(C, align(16))]
pub(crate) struct Block {
    /// Size in units, state and a mark: one word, so that a single store moves a boundary.
    word: AtomicU64,
    /// Size in units of the block before this one; 0 for the first.
    previous: AtomicU64,
}

// SAFETY: atomics only.
unsafe impl Shared for Block {}

/// Links of a free block, right behind its header.
#[derive(Debug)]
#[repr(C)]
pub(super) struct FreeLinks {
    pub(crate) next: AtomicU64,
    pub(crate) previous: AtomicU64,
}

// SAFETY: atomics only.
unsafe impl Shared for FreeLinks {}

pub(crate) const HEADER: u64 = size_of::<Block>() as u64;
const _: () = assert!(HEADER == UNIT && HEADER + size_of::<FreeLinks>() as u64 == MIN_UNITS * UNIT);

impl Block {
    pub(crate) fn units(&self) -> u64 {
        self.word.load(Ordering::Relaxed) & UNITS_MASK
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.units() * UNIT
    }

    pub(crate) fn state(&self) -> Option<State> {
        State::of(self.word.load(Ordering::Acquire))
    }

    pub(crate) fn is(&self, state: State) -> bool {
        self.state() == Some(state)
    }

    /// The size if this is a block in that state, by one load.
    #[inline]
    pub(super) fn units_in(&self, state: State) -> Option<u64> {
        let word = self.word.load(Ordering::Acquire);
        (word & !UNITS_MASK == MARK | (state as u64) << STATE_SHIFT).then_some(word & UNITS_MASK)
    }

    /// State and size, by one load, if this is a block at all.
    #[inline]
    pub(super) fn parts(&self) -> Option<(State, u64)> {
        let word = self.word.load(Ordering::Acquire);
        Some((State::of(word).filter(|_| word & MARK_MASK == MARK)?, word & UNITS_MASK))
    }

    /// Sets size and state by one store.
    pub(super) fn set(&self, units: u64, state: State) {
        debug_assert!(units <= UNITS_MASK);
        self.word.store(MARK | (state as u64) << STATE_SHIFT | units, Ordering::Release);
    }

    /// Changes the state only. The caller owns the block's state: by building it, or by a lock.
    pub(crate) fn set_state(&self, state: State) {
        self.set(self.units(), state);
    }

    pub(super) fn previous_units(&self) -> u64 {
        self.previous.load(Ordering::Relaxed)
    }

    pub(super) fn set_previous_units(&self, units: u64) {
        self.previous.store(units, Ordering::Relaxed);
    }
}
