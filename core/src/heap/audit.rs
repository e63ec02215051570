//! Whether everything in the heap agrees with everything else.

use std::sync::atomic::Ordering;

use super::control::class_of;
use super::{Heap, State};
use crate::error::Error;

impl Heap {
    /// Checks every invariant of the heap: tiling, back sizes, no two free neighbours, free figure, lists. Heap lock
    /// held.
    pub(crate) fn audit(&self) -> Result<(), Error> {
        self.check_tiling()?;
        let (mut before, mut was_free, mut free, mut free_blocks) = (0, false, 0, 0u64);
        let cursor = self.control().cursor.load(Ordering::Relaxed);
        let mut has_cursor = cursor == 0;
        for offset in self.walk() {
            has_cursor |= offset == cursor;
            let block = self.block(offset);
            let is_free = block.is(State::Free);
            expect(block.previous_units() == before, "a block's back size")?;
            expect(!(is_free && was_free), "two free neighbours")?;
            if is_free {
                free += block.bytes();
                free_blocks += 1;
            }
            (before, was_free) = (block.units(), is_free);
        }
        expect(has_cursor, "where a search goes on")?;
        expect(self.control().free_bytes.load(Ordering::Relaxed) == free, "the figure of free bytes")?;
        let mut listed = 0;
        for (first, lists) in self.control().heads.iter().enumerate() {
            for (second, head) in lists.iter().enumerate() {
                let mut offset = head.load(Ordering::Relaxed);
                let marked = self.control().sl_map[first].load(Ordering::Relaxed) >> second & 1 == 1;
                expect(marked == (offset != 0), "the map of free lists")?;
                while offset != 0 {
                    expect(self.holds(offset, State::Free), "a listed block that is not free")?;
                    expect(class_of(self.block(offset).units()) == (first, second), "a free block's list")?;
                    listed += 1;
                    expect(listed <= free_blocks, "free lists longer than there are free blocks")?;
                    offset = self.links(offset).next.load(Ordering::Relaxed);
                }
            }
        }
        expect(listed == free_blocks, "free blocks on no list")
    }
}

/// An error that names what is wrong, unless `whole`.
pub(crate) fn expect(whole: bool, what: &'static str) -> Result<(), Error> {
    if whole { Ok(()) } else { Err(Error::Corrupt(what)) }
}
