//! What several entries need together: looked at before the first of them makes others go in vain.

use crate::entry::EntryAt;
use crate::error::Error;
use crate::heap::{UNIT, units_for};
use crate::segment::Segment;

/// Entries that need less than this part of the segment in all are stored as they come: of what they make go, little goes in vain.
const SMALL_PART: u64 = 64;

/// The memory that entries need.
#[derive(Debug, Clone, Copy, Default)]
pub struct Demand {
    all: u64,
    /// Of those that only the large arena has room for.
    large: u64,
}

impl Demand {
    /// Of one more, in this segment.
    #[inline]
    pub fn add(&mut self, segment: &Segment, key_len: usize, payload_len: usize) {
        let bytes = EntryAt::size(key_len, payload_len).unwrap_or(u64::MAX);
        let block = units_for(bytes).map_or(u64::MAX, |units| units * UNIT);
        self.all = self.all.saturating_add(block);
        if bytes >= segment.arenas[1].size() {
            self.large = self.large.saturating_add(block);
        }
    }
}

impl Segment {
    /// Whether so much may make so many others go that it is worth to look first whether it fits at all.
    #[inline]
    #[must_use]
    pub fn is_much(&self, demand: &Demand) -> bool {
        self.evicts && demand.all >= self.layout.heap_size / SMALL_PART
    }

    /// Looks whether there would be room if everything else went.
    ///
    /// # Errors
    /// [`Error::NoMemory`], of all together.
    pub fn check_demand(&self, demand: &Demand) -> Result<(), Error> {
        if demand.all <= self.layout.heap_size && demand.large <= self.arenas[0].size() {
            return Ok(());
        }
        let stats = self.stats();
        Err(Error::NoMemory { needed: demand.all, free: stats.free, largest: stats.largest_free })
    }
}
