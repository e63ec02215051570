//! Making the heap's lists anew from nothing but the blocks.

use super::{Heap, State};
use crate::error::Error;
use crate::fault::step;

/// What [`Heap::rebuild`] does with a block that is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stays as it is.
    Keep,
    /// Nobody needs it.
    Free,
}

impl Heap {
    /// Walks all blocks, merges and lists the free ones, and asks `decide` about each of the others, in the
    /// order of their addresses.
    ///
    /// Fails without changing a list when the blocks do not tile the heap.
    pub(crate) fn rebuild(&self, mut decide: impl FnMut(u64, State) -> Fate) -> Result<(), Error> {
        self.check_tiling()?;
        self.control().reset();
        step!("recover: lists reset");
        let mut free_run: Option<(u64, u64)> = None;
        let mut before = 0;
        let mut next = Some(self.start);
        while let Some(offset) = next {
            next = self.next_of(offset);
            step!("recover: one block");
            let block = self.block(offset);
            let units = block.units();
            let state = block.state().ok_or(Error::Corrupt("a block without a state"))?;
            if state == State::Free || decide(offset, state) == Fate::Free {
                let (start, sum) = free_run.map_or((offset, units), |(start, sum)| (start, sum + units));
                if free_run.is_none() {
                    block.set_previous_units(before);
                }
                // One store per step: the run is one block at any time, with what it has eaten so far.
                self.block(start).set(sum, State::Free);
                free_run = Some((start, sum));
            } else {
                before = match free_run.take() {
                    Some((start, sum)) => {
                        self.insert_free(start);
                        sum
                    }
                    None => before,
                };
                block.set_previous_units(before);
                before = units;
            }
        }
        if let Some((start, _)) = free_run {
            self.insert_free(start);
        }
        Ok(())
    }

    /// Whether the blocks tile the heap exactly.
    pub(crate) fn check_tiling(&self) -> Result<(), Error> {
        let mut end = self.start;
        for offset in self.walk() {
            end = offset + self.block(offset).bytes();
        }
        if end == self.end { Ok(()) } else { Err(Error::Corrupt("the blocks do not tile the heap")) }
    }
}
