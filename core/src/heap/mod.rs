//! The allocator of one arena: two-level segregated free lists over blocks that tile it.
//!
//! Every block begins with a [`block::Block`] header whose first word alone says how far the next block is and
//! what state this one is in, so the heap can be walked from its first byte at any time. Splitting and merging
//! change that word last, by one store: a walk after a crash between any two instructions finds a proper
//! tiling, and [`Heap::rebuild`] makes everything else anew from it.
//!
//! All methods need the arena's lock, except those that say otherwise.

mod alloc;
pub(crate) mod audit;
pub(crate) mod block;
mod control;
pub(crate) mod lines;
pub(crate) mod rebuild;

pub(crate) use alloc::units_for;
pub(crate) use block::{Block, State, UNIT};
pub(crate) use control::HeapControl;

use std::sync::atomic::{AtomicU64, Ordering};

use crate::entry::ENTRY_SIZE;
use crate::header;
use crate::layout::ArenaLayout;
use crate::memory::Memory;

/// Bytes of the smallest block that holds an entry.
const LEAST_ENTRY: u64 = block::HEADER + ENTRY_SIZE;

/// One arena of a segment's heap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heap {
    memory: Memory,
    control: u64,
    start: u64,
    end: u64,
    ghosts: u64,
    ghost_count: usize,
}

impl Heap {
    /// The heap that lies where `layout` says; touches nothing.
    pub(crate) fn new(memory: Memory, layout: &ArenaLayout) -> Self {
        Self {
            memory,
            control: layout.control,
            start: layout.start,
            end: layout.start + layout.size,
            ghosts: layout.ghosts,
            ghost_count: layout.ghost_count as usize,
        }
    }

    /// The arena's memory of evicted keys.
    pub(crate) fn ghosts(&self) -> &[AtomicU64] {
        self.memory.slice(self.ghosts, self.ghost_count)
    }

    /// Whether the block at `offset` is one of this arena's.
    #[inline]
    pub(crate) fn has(&self, offset: u64) -> bool {
        (self.start..self.end).contains(&offset)
    }

    /// A number for the place of a block that fits into 32 bits and is not 0; needs no lock.
    #[inline]
    pub(crate) fn number_of(&self, offset: u64) -> u32 {
        ((offset - self.start) / UNIT) as u32 + 1
    }

    /// The place that has this number, if an entry's block could begin there; needs no lock.
    #[inline]
    pub(crate) fn numbered(&self, number: u32) -> Option<u64> {
        let offset = self.start + u64::from(number.checked_sub(1)?) * UNIT;
        self.place(offset).then_some(offset)
    }

    /// Locks, free lists and counters.
    #[inline]
    pub(crate) fn control(&self) -> &HeapControl {
        self.memory.at(self.control)
    }

    /// The first block.
    pub(crate) fn first(&self) -> u64 {
        self.start
    }

    /// The block at which a search goes on.
    pub(crate) fn cursor(&self) -> u64 {
        let cursor = self.control().cursor.load(Ordering::Relaxed);
        if self.plausible(cursor) { cursor } else { self.start }
    }

    /// Where the next search goes on: a block.
    pub(crate) fn set_cursor(&self, offset: u64) {
        self.control().cursor.store(offset, Ordering::Relaxed);
    }

    /// The block at `offset`.
    #[inline]
    pub(crate) fn block(&self, offset: u64) -> &Block {
        self.memory.at(offset)
    }

    /// The block before the one at `offset`, if any.
    pub(crate) fn previous_of(&self, offset: u64) -> Option<u64> {
        let units = self.block(offset).previous_units();
        if units == 0 {
            return None;
        }
        let previous = offset.wrapping_sub(units.wrapping_mul(UNIT));
        let fits =
            previous < offset && self.place_of_block(previous) && self.block(previous).units() == units;
        if !fits {
            self.distrust();
        }
        fits.then_some(previous)
    }

    /// Whether an entry's block could begin at an offset that shared memory named: in range and aligned.
    #[inline]
    pub(crate) fn place(&self, offset: u64) -> bool {
        offset.wrapping_sub(self.start) <= self.size() - LEAST_ENTRY && offset.is_multiple_of(UNIT)
    }

    /// Whether a block of any size could begin there.
    #[inline]
    fn place_of_block(&self, offset: u64) -> bool {
        offset.wrapping_sub(self.start) <= self.size() - block::MIN_UNITS * UNIT
            && offset.is_multiple_of(UNIT)
    }

    /// Whether an offset that shared memory named is that of a block in this state.
    #[inline]
    pub(crate) fn holds(&self, offset: u64, state: State) -> bool {
        self.units_in(offset, state).is_some()
    }

    /// The same of a block with room for an entry.
    #[inline]
    pub(crate) fn holds_entry(&self, offset: u64, state: State) -> bool {
        self.bytes_in(offset, state).is_some()
    }

    /// Bytes of the block at an offset that shared memory named, if it is one in this state with room for an entry.
    #[inline]
    pub(crate) fn bytes_in(&self, offset: u64, state: State) -> Option<u64> {
        self.units_in(offset, state).map(|units| units * UNIT).filter(|&bytes| bytes >= LEAST_ENTRY)
    }

    /// Whether a block that may have had an entry is at a place where one could be: in any state but free.
    pub(crate) fn is_entry_block(&self, offset: u64) -> bool {
        self.used_units(offset).is_some_and(|units| units >= LEAST_ENTRY / UNIT)
    }

    /// Whether an entry is or will be in the block at this offset, and nobody has retired or freed it.
    #[inline]
    pub(crate) fn is_in_use(&self, offset: u64) -> bool {
        self.parts(offset).is_some_and(|(state, units)| {
            units >= LEAST_ENTRY / UNIT && !matches!(state, State::Free | State::Retired)
        })
    }

    /// The size of a block that is not free.
    #[inline]
    fn used_units(&self, offset: u64) -> Option<u64> {
        self.parts(offset).filter(|(state, _)| *state != State::Free).map(|(_, units)| units)
    }

    /// State and size of the block at an offset that shared memory named, if there can be one.
    #[inline]
    fn parts(&self, offset: u64) -> Option<(State, u64)> {
        if !self.place_of_block(offset) {
            return None;
        }
        self.block(offset).parts().filter(|&(_, units)| self.is_possible_size(offset, units))
    }

    #[inline]
    fn is_possible_size(&self, offset: u64, units: u64) -> bool {
        units >= block::MIN_UNITS && units <= (self.end - offset) / UNIT
    }

    /// The size of the block at an offset that shared memory named; `None` when there is none in this state. Looks at
    /// one word, which whoever asks needs anyway.
    #[inline]
    fn units_in(&self, offset: u64, state: State) -> Option<u64> {
        if !self.place_of_block(offset) {
            return None;
        }
        let units = self.block(offset).units_in(state)?;
        self.is_possible_size(offset, units).then_some(units)
    }

    /// Something here contradicts something else: the next who takes a lock repairs. What a damaged segment does
    /// until then is unspecified, but stays inside of it and ends.
    #[cold]
    pub(crate) fn distrust(&self) {
        header::distrust(&self.memory);
    }

    /// More blocks with entries than there can be: ends walks over lists that damage made endless.
    pub(crate) fn most_entries(&self) -> u64 {
        self.size() / LEAST_ENTRY
    }

    /// Bytes of the arena.
    pub(crate) fn size(&self) -> u64 {
        self.end - self.start
    }

    /// Makes the whole heap one free block. Only for memory that is zero and not shared yet.
    pub(crate) fn format(&self) {
        let block = self.block(self.start);
        block.set_previous_units(0);
        block.set(self.size() / UNIT, State::Free);
        self.insert_free(self.start);
    }

    /// The block after the one at `offset`, if any; also `None` where the size of that cannot be true.
    #[inline]
    pub(crate) fn next_of(&self, offset: u64) -> Option<u64> {
        let units = self.block(offset).units();
        (units >= block::MIN_UNITS && units < (self.end - offset) / UNIT).then(|| offset + units * UNIT)
    }

    /// Offsets of all blocks in the order of their addresses. Stops at the first block whose header cannot be
    /// true; `rebuild` tells such a heap from a whole one.
    pub(crate) fn walk(&self) -> impl Iterator<Item = u64> + '_ {
        let mut next = Some(self.start);
        std::iter::from_fn(move || {
            let offset = next.take()?;
            self.plausible(offset).then(|| {
                next = self.next_of(offset);
                offset
            })
        })
    }

    /// Whether a block header at `offset` could be one: recognisable, of a possible size, inside the heap.
    pub(crate) fn plausible(&self, offset: u64) -> bool {
        self.parts(offset).is_some()
    }
}

#[cfg(test)]
mod tests;
