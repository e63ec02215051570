//! Blocks of whole cache lines, for entries that are changed where they lie.
//!
//! Two processes that change neighbours all the time must not do so on one line, or each change takes the line away from
//! the other. And while one works on its own lines the processor fetches the next one in advance: that must not be the line
//! that the neighbour writes. So what changes, an entry's `bits`, lies behind all that is only read: a block's first line
//! is never written, its second one is.

use std::mem::offset_of;
use std::sync::atomic::Ordering;

use super::block::{HEADER, MIN_UNITS};
use super::{Heap, State, UNIT};
use crate::entry::{Entry, EntryAt};
use crate::fault::step;

/// Bytes of a cache line.
const LINE: u64 = 64;
/// Where in its block an entry's `bits` are.
const BITS: u64 = HEADER + offset_of!(Entry, bits) as u64;
/// In a block of whole lines and so many bytes, whole lines can be cut out whatever it begins with: what is cut off in
/// front is nothing or a block.
const SLACK: u64 = LINE + (MIN_UNITS - 1) * UNIT;

const _: () = assert!(BITS > LINE && BITS < 2 * LINE);

/// Whether no other block has a part of the line that the `bits` lie on of an entry without payload in the block at
/// `offset`.
#[inline]
pub(crate) fn has_own(offset: u64, key_len: usize) -> bool {
    let line = (offset + BITS) / LINE * LINE;
    line >= offset && line + LINE <= offset + EntryAt::least_block(key_len)
}

/// Bytes of whole lines with room for `bytes`, block header included; `None` for what cannot be.
fn whole_lines(bytes: u64) -> Option<u64> {
    bytes.checked_add(HEADER)?.checked_next_multiple_of(LINE)
}

/// How many bytes to allocate so that [`Heap::cut_to_lines`] leaves whole lines with room for `bytes`.
pub(crate) fn bytes_to_cut(bytes: u64) -> Option<u64> {
    whole_lines(bytes)?.checked_add(SLACK - HEADER)
}

impl Heap {
    /// Makes a block that was just allocated with [`bytes_to_cut`] one of whole lines with room for `bytes`, by freeing what it
    /// has in front of them and behind.
    pub(crate) fn cut_to_lines(&self, offset: u64, bytes: u64) -> u64 {
        let total = self.block(offset).units();
        let mut start = offset.next_multiple_of(LINE);
        if start != offset && start - offset < MIN_UNITS * UNIT {
            start += LINE;
        }
        let gap = (start - offset) / UNIT;
        let Some(units) = whole_lines(bytes).map(|bytes| bytes / UNIT).filter(|units| gap + units <= total)
        else {
            return offset;
        };
        if gap != 0 {
            // Whatever lay here might name a builder who lives.
            EntryAt::new(&self.memory, start).entry.owner_or_stamp.store(0, Ordering::Relaxed);
            self.cut(offset, total, gap);
            self.free(offset);
        }
        if total - gap - units >= MIN_UNITS {
            self.cut(start, total - gap, units);
            self.free(start + units * UNIT);
        }
        step!("lines: done");
        start
    }

    /// Makes two blocks of one that is nobody's yet, the first of `units`.
    fn cut(&self, offset: u64, total: u64, units: u64) {
        let second = offset + units * UNIT;
        // As in `allocate`: the second has its header before the first one gives it up.
        self.block(second).set_previous_units(units);
        self.block(second).set(total - units, State::Building);
        step!("lines: second written");
        self.block(offset).set(units, State::Building);
        step!("lines: cut");
        self.set_next_previous(second, total - units);
    }
}
