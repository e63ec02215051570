//! Allocating, splitting, freeing, merging.

use std::sync::atomic::{AtomicU64, Ordering};

use super::block::{FreeLinks, HEADER, MIN_UNITS};
use super::control::{class_of, class_that_fits};
use super::{Heap, State, UNIT};
use crate::entry::EntryAt;
use crate::fault::step;

/// How many blocks of the exact class are looked at before a larger class is split: enough to keep blocks
/// from being broken needlessly, few enough to stay constant.
const EXACT_TRIES: usize = 16;

impl Heap {
    /// A block with room for `bytes` behind its header, in state `Building`; `None` when no free block is
    /// large enough, or when the lists lead to what is no free block.
    pub(crate) fn allocate(&self, bytes: u64) -> Option<u64> {
        let units = units_for(bytes)?;
        let offset = self.find_fit(units)?;
        if !self.remove_free(offset) {
            return None;
        }
        step!("allocate: list unlinked");
        if EntryAt::has_room(units * UNIT) {
            // Whatever lay here might name a builder who lives: nobody's until the caller says whose it is.
            EntryAt::new(&self.memory, offset).entry.owner_or_stamp.store(0, Ordering::Relaxed);
        }
        let block = self.block(offset);
        let rest = block.units() - units;
        if rest >= MIN_UNITS {
            let tail = offset + units * UNIT;
            // The tail gets its header before the first block gives it up: a walk never leaves the tiling.
            self.block(tail).set_previous_units(units);
            self.block(tail).set(rest, State::Free);
            step!("allocate: tail written");
            block.set(units, State::Building);
            step!("allocate: split");
            self.set_next_previous(tail, rest);
            self.insert_free(tail);
        } else {
            block.set_state(State::Building);
        }
        step!("allocate: done");
        Some(offset)
    }

    /// About the size of the largest free block. Needs no lock: it may be out of date.
    pub(crate) fn largest_free_hint(&self) -> u64 {
        self.control().last().map_or(0, |class| super::control::most_in(class) * UNIT)
    }

    /// Takes a free block as it is, whole, off its list, for nobody in particular: a repair frees it again. False, with
    /// nothing changed, where it is on no list.
    pub(crate) fn take_free(&self, offset: u64) -> bool {
        if !self.holds(offset, State::Free) || !self.remove_free(offset) {
            return false;
        }
        let block = self.block(offset);
        if EntryAt::has_room(block.bytes()) {
            EntryAt::new(&self.memory, offset).entry.owner_or_stamp.store(0, Ordering::Relaxed);
        }
        block.set_state(State::Building);
        true
    }

    /// Some of the largest free blocks, at most `most`.
    pub(crate) fn largest_free_blocks(&self, most: usize) -> Vec<u64> {
        let control = self.control();
        let mut blocks = Vec::with_capacity(most);
        for list in control.heads.as_flattened().iter().rev() {
            let mut offset = list.load(Ordering::Relaxed);
            while offset != 0 {
                // Also the end of a circle.
                if blocks.len() == most {
                    return blocks;
                }
                if !self.holds(offset, State::Free) {
                    self.distrust();
                    return blocks;
                }
                blocks.push(offset);
                offset = self.links(offset).next.load(Ordering::Relaxed);
            }
        }
        blocks
    }

    /// Gives a block back and merges it with free neighbours.
    pub(crate) fn free(&self, offset: u64) {
        let Some(mut units) = self.used_units(offset) else { return self.distrust() };
        let mut start = offset;
        let next = offset + units * UNIT;
        if next < self.end
            && let Some(after) = self.units_in(next, State::Free)
            && self.remove_free(next)
        {
            step!("free: neighbour unlinked");
            units += after;
        }
        let before = self.block(offset).previous_units();
        if before != 0 {
            let previous = offset.wrapping_sub(before.wrapping_mul(UNIT));
            if self.units_in(previous, State::Free) == Some(before) && self.remove_free(previous) {
                start = previous;
                units += before;
            }
        }
        let control = self.control();
        // A search does not begin in the middle of a block.
        let cursor = control.cursor.load(Ordering::Relaxed);
        if cursor > start && cursor < start + units * UNIT {
            control.cursor.store(start, Ordering::Relaxed);
        }
        control.frees.store(control.frees.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        self.block(start).set(units, State::Free);
        step!("free: merged");
        self.set_next_previous(start, units);
        step!("free: next told");
        self.insert_free(start);
        step!("free: done");
    }

    /// Bytes of the largest free block's room, without its header.
    pub(crate) fn largest_free(&self) -> u64 {
        let Some((first, second)) = self.control().last() else {
            return 0;
        };
        let mut largest = 0;
        let mut offset = self.control().heads[first][second].load(Ordering::Relaxed);
        // The blocks of one list differ by 3 % at most; a bounded look is exact enough and cannot be long.
        for _ in 0..64 {
            if !self.holds(offset, State::Free) {
                break;
            }
            largest = largest.max(self.block(offset).bytes() - HEADER);
            offset = self.links(offset).next.load(Ordering::Relaxed);
        }
        largest
    }

    fn find_fit(&self, units: u64) -> Option<u64> {
        let control = self.control();
        let (first, second) = class_of(units);
        let mut offset = control.heads.get(first)?[second].load(Ordering::Relaxed);
        let mut best: Option<(u64, u64)> = None;
        for _ in 0..EXACT_TRIES {
            if offset == 0 {
                break;
            }
            let Some(found) = self.units_in(offset, State::Free) else {
                self.distrust();
                return None;
            };
            if found >= units && best.is_none_or(|(least, _)| found < least) {
                best = Some((found, offset));
            }
            offset = self.links(offset).next.load(Ordering::Relaxed);
        }
        if let Some((_, offset)) = best {
            return Some(offset);
        }
        let (first, second) = class_that_fits(units);
        let (first, second) = control.find(first, second)?;
        let offset = control.heads[first][second].load(Ordering::Relaxed);
        if self.units_in(offset, State::Free).is_none_or(|found| found < units) {
            self.distrust();
            return None;
        }
        Some(offset)
    }

    pub(super) fn links(&self, offset: u64) -> &FreeLinks {
        self.memory.at(offset + HEADER)
    }

    pub(super) fn insert_free(&self, offset: u64) {
        let control = self.control();
        let block = self.block(offset);
        let class = class_of(block.units());
        let head = &control.heads[class.0][class.1];
        let mut first = head.load(Ordering::Relaxed);
        if first != 0 && !self.place_of_block(first) {
            self.distrust();
            first = 0;
        }
        let links = self.links(offset);
        links.next.store(first, Ordering::Relaxed);
        links.previous.store(0, Ordering::Relaxed);
        if first == 0 {
            control.mark(class, true);
        } else {
            self.links(first).previous.store(offset, Ordering::Relaxed);
        }
        head.store(offset, Ordering::Relaxed);
        // Only the holder of the heap lock changes it: no read-modify-write is needed.
        let free = control.free_bytes.load(Ordering::Relaxed).wrapping_add(block.bytes());
        control.free_bytes.store(free, Ordering::Relaxed);
    }

    /// Takes a free block off its list. False, with nothing changed, when the list's links contradict each other.
    fn remove_free(&self, offset: u64) -> bool {
        let control = self.control();
        let block = self.block(offset);
        let class = class_of(block.units());
        let links = self.links(offset);
        let next = links.next.load(Ordering::Relaxed);
        let previous = links.previous.load(Ordering::Relaxed);
        let head = &control.heads[class.0][class.1];
        // Looks at no more than is written below: the neighbours' headers lie on lines that nobody needs here.
        let leads_here = |link: &AtomicU64| link.load(Ordering::Relaxed) == offset;
        let whole = (next == 0 || self.place_of_block(next) && leads_here(&self.links(next).previous))
            && if previous == 0 {
                leads_here(head)
            } else {
                self.place_of_block(previous) && leads_here(&self.links(previous).next)
            };
        if !whole {
            self.distrust();
            return false;
        }
        if next != 0 {
            self.links(next).previous.store(previous, Ordering::Relaxed);
        }
        if previous != 0 {
            self.links(previous).next.store(next, Ordering::Relaxed);
        } else {
            head.store(next, Ordering::Relaxed);
            if next == 0 {
                control.mark(class, false);
            }
        }
        let free = control.free_bytes.load(Ordering::Relaxed).wrapping_sub(block.bytes());
        control.free_bytes.store(free, Ordering::Relaxed);
        true
    }

    /// Tells the block after the one at `offset` how large its predecessor is.
    pub(super) fn set_next_previous(&self, offset: u64, units: u64) {
        let next = offset + units * UNIT;
        if next < self.end {
            self.block(next).set_previous_units(units);
        }
    }
}

/// Units of a block with room for `bytes`; `None` for what cannot be.
pub(crate) fn units_for(bytes: u64) -> Option<u64> {
    let units = bytes.checked_add(HEADER)?.div_ceil(UNIT).max(MIN_UNITS);
    (units <= 1 << 32).then_some(units)
}
