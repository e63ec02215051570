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
pub(crate) mod rebuild;

pub(crate) use block::{Block, State, UNIT};
pub(crate) use control::HeapControl;

use std::sync::atomic::AtomicU64;

use crate::layout::ArenaLayout;
use crate::memory::Memory;

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

    /// The place that has this number; needs no lock.
    #[inline]
    pub(crate) fn numbered(&self, number: u32) -> u64 {
        self.start + u64::from(number - 1) * UNIT
    }

    /// Locks, free lists and counters.
    #[inline]
    pub(crate) fn control(&self) -> &HeapControl {
        self.memory.at(self.control)
    }

    /// The block at `offset`.
    #[inline]
    pub(crate) fn block(&self, offset: u64) -> &Block {
        self.memory.at(offset)
    }

    /// The block before the one at `offset`, if any.
    pub(crate) fn previous_of(&self, offset: u64) -> Option<u64> {
        let units = self.block(offset).previous_units();
        (units != 0).then(|| offset - units * UNIT)
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

    /// The block after the one at `offset`, if any.
    #[inline]
    pub(crate) fn next_of(&self, offset: u64) -> Option<u64> {
        let next = offset + self.block(offset).units() * UNIT;
        (next < self.end).then_some(next)
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
    fn plausible(&self, offset: u64) -> bool {
        let block = self.block(offset);
        block.is_marked()
            && block.units() >= block::MIN_UNITS
            && offset + block.units() * UNIT <= self.end
            && block.state().is_some()
    }
}

#[cfg(test)]
mod tests;
