//! An arena's lock and everything it protects.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::UNIT;
use crate::header::Line;
use crate::layout::PAGE;
use crate::memory::Shared;
use crate::queue::Queue;
use crate::sys::robust::RobustMutex;
use crate::wheel::Wheel;

/// Second-level lists per power of two.
const SL_BITS: u32 = 5;
pub(super) const SL: usize = 1 << SL_BITS;
/// Powers of two: sizes below `SL` units share the first level 0; the largest block has 2^32 units.
pub(super) const FL: usize = 29;

/// Free lists by size, and the figures that go with them.
#[repr(C)]
pub(crate) struct HeapControl {
    pub(crate) lock: RobustMutex,
    /// Bit *f* is set when some list of first level *f* is not empty.
    pub(super) fl_map: AtomicU32,
    /// Per first level: which second-level lists are not empty.
    pub(super) sl_map: [AtomicU32; FL],
    /// First block of each list; 0: empty.
    pub(super) heads: [[AtomicU64; SL]; FL],
    /// Bytes on free lists.
    pub(crate) free_bytes: AtomicU64,
    /// The block at which the next search for a row of blocks begins; 0: the first one.
    pub(super) cursor: AtomicU64,
    /// How often a block was freed.
    pub(crate) frees: AtomicU64,
    /// A search for so many bytes was in vain when so many blocks had been freed, in both arenas, and looked at so many bytes
    /// of blocks in turn. 0: none was.
    pub(crate) sought: AtomicU64,
    pub(crate) sought_at: AtomicU64,
    pub(crate) sought_in: AtomicU64,
    /// First block of the list of retired blocks (linked through their entries).
    pub(crate) retired: AtomicU64,
    /// The same of those that were taken from the stack, and that nobody has looked at yet.
    pub(crate) unjudged: AtomicU64,
    /// The eviction queues, of new entries and of those that were asked for again; and that of reservations.
    pub(crate) queues: [Queue; 3],
    /// Bytes of all blocks that were evicted from the first.
    pub(crate) gone_bytes: AtomicU64,
    /// When the operation began that did not end while an eviction waited for it.
    pub(crate) stuck: AtomicU64,
    /// By which survey all blocks of the list of retired ones were judged; 0: not all by the same.
    pub(crate) judged_by: AtomicU64,
    /// How many blocks are on that list, and how many others were looked at since all of it was.
    pub(crate) listed: AtomicU64,
    pub(crate) passed_over: AtomicU64,
    /// Reclaiming again is not worth it before so many blocks or bytes are retired.
    pub(crate) reclaim_at_count: AtomicU64,
    pub(crate) reclaim_at_bytes: AtomicU64,
    /// Entries by the time at which they expire.
    pub(crate) wheel: Wheel,
    /// The holder of the lock that somebody waited for in vain (its word in the lock); 0: nobody. Not under the lock.
    pub(crate) stalled: AtomicU32,
    pub(crate) incoming: Line<Incoming>,
}

/// What writers retired, which takes no heap lock.
#[repr(C)]
pub(crate) struct Incoming {
    /// Retired blocks that are not yet on the arena's list (a stack, linked through the blocks).
    pub(crate) stack: AtomicU64,
    /// All retired blocks of the arena.
    pub(crate) retired: RetiredFigure,
}

/// How many blocks are retired and how many bytes they have, in one word that is changed by one instruction: the count
/// in the upper 30 bits, the size in units below: enough for a heap of the largest size that is full of the smallest entries.
#[repr(C)]
pub(crate) struct RetiredFigure(AtomicU64);

impl RetiredFigure {
    const ONE: u64 = 1 << 34;

    pub(crate) fn add(&self, bytes: u64) {
        self.0.fetch_add(Self::ONE + bytes / UNIT, Ordering::Relaxed);
    }

    pub(crate) fn subtract(&self, count: u64, bytes: u64) {
        self.0.fetch_sub(count.wrapping_mul(Self::ONE).wrapping_add(bytes / UNIT), Ordering::Relaxed);
    }

    pub(crate) fn set(&self, count: u64, bytes: u64) {
        self.0.store(count.wrapping_mul(Self::ONE).wrapping_add(bytes / UNIT), Ordering::Relaxed);
    }

    /// Count and bytes.
    pub(crate) fn get(&self) -> (u64, u64) {
        let word = self.0.load(Ordering::Relaxed);
        (word / Self::ONE, word % Self::ONE * UNIT)
    }
}

// SAFETY: atomics, and a mutex that is formatted before the segment is published.
unsafe impl Shared for HeapControl {}

const _: () = assert!(size_of::<HeapControl>() as u64 <= 3 * PAGE);

/// Which list a block of `units` belongs to.
pub(super) fn class_of(units: u64) -> (usize, usize) {
    if units < SL as u64 {
        return (0, units as usize);
    }
    let log = units.ilog2();
    let second = (units >> (log - SL_BITS)) as usize & (SL - 1);
    ((log - SL_BITS + 1) as usize, second)
}

/// The most units that a block of this list can have.
pub(super) fn most_in((first, second): (usize, usize)) -> u64 {
    if first == 0 {
        return second as u64;
    }
    let step = 1 << (first - 1);
    ((SL + second) as u64 + 1) * step - 1
}

/// The first list in which every block has at least `units`.
pub(super) fn class_that_fits(units: u64) -> (usize, usize) {
    if units < SL as u64 {
        return (0, units as usize);
    }
    class_of(units + (1 << (units.ilog2() - SL_BITS)) - 1)
}

impl HeapControl {
    /// The first list at or after (`first`, `second`) that is not empty.
    pub(super) fn find(&self, first: usize, second: usize) -> Option<(usize, usize)> {
        if first >= FL {
            return None;
        }
        let here = self.sl_map[first].load(Ordering::Relaxed) & (u32::MAX << second);
        if here != 0 {
            return Some((first, here.trailing_zeros() as usize));
        }
        let above = u64::from(self.fl_map.load(Ordering::Relaxed)) & (u64::MAX << (first + 1));
        let first = above.trailing_zeros() as usize;
        let lists = self.sl_map.get(first)?.load(Ordering::Relaxed);
        (lists != 0).then(|| (first, lists.trailing_zeros() as usize))
    }

    /// The non-empty list with the largest blocks.
    pub(super) fn last(&self) -> Option<(usize, usize)> {
        let first = self.fl_map.load(Ordering::Relaxed).checked_ilog2()? as usize;
        let second = self.sl_map.get(first)?.load(Ordering::Relaxed).checked_ilog2()? as usize;
        Some((first, second))
    }

    pub(super) fn mark(&self, (first, second): (usize, usize), filled: bool) {
        let lists = self.sl_map[first].load(Ordering::Relaxed);
        let lists = if filled { lists | 1 << second } else { lists & !(1 << second) };
        self.sl_map[first].store(lists, Ordering::Relaxed);
        let map = self.fl_map.load(Ordering::Relaxed);
        let map = if lists != 0 { map | 1 << first } else { map & !(1 << first) };
        self.fl_map.store(map, Ordering::Relaxed);
    }

    /// Forgets all lists and figures; the blocks themselves are not touched.
    pub(super) fn reset(&self) {
        self.fl_map.store(0, Ordering::Relaxed);
        for first in 0..FL {
            self.sl_map[first].store(0, Ordering::Relaxed);
            for head in &self.heads[first] {
                head.store(0, Ordering::Relaxed);
            }
        }
        let figures = [&self.free_bytes, &self.retired, &self.reclaim_at_count, &self.reclaim_at_bytes];
        let of_looks = [&self.stuck, &self.unjudged, &self.judged_by, &self.listed, &self.passed_over];
        for figure in figures.into_iter().chain([&self.cursor, &self.sought]).chain(of_looks) {
            figure.store(0, Ordering::Relaxed);
        }
        self.queues.iter().for_each(Queue::reset);
        self.wheel.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::ENTRY_SIZE;
    use crate::heap::block;
    use crate::layout::MAX_HEAP;

    #[test]
    fn the_figure_of_retired_blocks_holds_as_many_as_the_largest_heap_has() {
        let smallest = block::HEADER + ENTRY_SIZE;
        let most = MAX_HEAP / smallest;
        for (count, bytes) in [(most, most * smallest), (1, MAX_HEAP), (most, MAX_HEAP)] {
            let figure = RetiredFigure(AtomicU64::new(0));
            figure.set(count - 1, bytes - smallest);
            figure.add(smallest);
            assert_eq!(figure.get(), (count, bytes));
            figure.subtract(count - 1, bytes - smallest);
            assert_eq!(figure.get(), (1, smallest));
        }
    }

    #[test]
    fn every_size_fits_into_its_class_and_no_smaller_one_is_in_the_class_that_fits() {
        let sizes = (2..5000u64).chain((5..32).flat_map(|log| {
            let power = 1u64 << log;
            [power - 1, power, power + 1, power + power / 3]
        }));
        for units in sizes.chain([1 << 32]) {
            let (first, second) = class_of(units);
            assert!(first < FL && second < SL, "{units}");
            assert!(
                most_in((first, second)) >= units && class_of(most_in((first, second))) == (first, second)
            );
            let fits = class_that_fits(units);
            assert!(fits >= (first, second), "{units}");
            // A block one unit too small is never found where all are supposed to fit.
            assert!(units < SL as u64 || class_of(units - 1) < fits, "{units}");
        }
    }
}
