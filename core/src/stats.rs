//! Figures of a segment, summed when asked for.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Error;
use crate::segment::Segment;

/// A snapshot of a segment's figures. Sizes in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Bytes configured for entries.
    pub configured: u64,
    /// Bytes mapped: the above and the bookkeeping.
    pub mapped: u64,
    /// Entries in the index, expired ones that nobody has met included.
    pub entries: u64,
    /// Bytes in blocks of entries (headers included).
    pub used: u64,
    /// Bytes in free blocks.
    pub free: u64,
    /// Room of the largest free block.
    pub largest_free: u64,
    /// Bytes of replaced and deleted entries that were not reclaimed yet.
    pub retired: u64,
    /// Fetches that found an entry.
    pub hits: u64,
    /// Fetches that did not.
    pub misses: u64,
    /// Entries stored, increments included.
    pub stores: u64,
    /// Entries that had to go before they expired.
    pub evictions: u64,
    /// Entries that were removed after they had expired.
    pub expired: u64,
    /// Stores that failed.
    pub store_failures: u64,
    /// Publications of static state that failed.
    pub publish_failures: u64,
    /// Repairs after a writer had died inside a lock.
    pub recoveries: u64,
    /// Requests that keep memory at present.
    pub active_readers: u64,
    /// Of those, requests that found no pin list free.
    pub overflow_readers: u64,
    /// Changes so far.
    pub mutation_epoch: u64,
}

impl Segment {
    /// The figures now. An arena that is locked for longer than a moment counts as it is, its largest block not at all.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let header = self.header();
        let counters = &header.counters.0;
        let read = |figure: &AtomicU64| figure.load(Ordering::Relaxed);
        self.slots.reap();
        let slotless = header.slotless_readers.0.count();
        let mut stats = Stats {
            configured: self.layout.heap_size,
            mapped: self.layout.total,
            hits: read(&counters.slotless_hits),
            misses: read(&counters.slotless_misses),
            evictions: read(&counters.evictions),
            expired: read(&counters.expired),
            store_failures: read(&counters.store_failures),
            publish_failures: read(&counters.publish_failures),
            recoveries: read(&counters.recoveries),
            active_readers: slotless,
            overflow_readers: slotless,
            mutation_epoch: header.clock.0.now(),
            ..Stats::default()
        };
        let mut can_repair = true;
        for (arena, heap) in self.arenas.iter().enumerate() {
            let control = heap.control();
            // What nobody looks at any more is not worth reporting as retired.
            match can_repair.then(|| self.lock_reclaimed(arena)) {
                Some(Ok(Some(_guard))) => stats.largest_free = stats.largest_free.max(heap.largest_free()),
                Some(Err(_)) => can_repair = false,
                Some(Ok(None)) | None => {}
            }
            stats.free = stats.free.wrapping_add(read(&control.free_bytes));
            stats.retired += control.incoming.0.retired.get().1;
        }
        stats.used = stats.configured.saturating_sub(stats.free).saturating_sub(stats.retired);
        for shard in self.shards() {
            stats.entries = stats.entries.wrapping_add(read(&shard.entries));
            stats.stores = stats.stores.wrapping_add(read(&shard.stores));
            stats.mutation_epoch = stats.mutation_epoch.wrapping_add(read(&shard.in_place));
        }
        for (index, slot) in self.slots.iter().enumerate() {
            stats.hits = stats.hits.wrapping_add(read(&slot.hits));
            stats.misses = stats.misses.wrapping_add(read(&slot.misses));
            stats.active_readers = stats.active_readers.wrapping_add(u64::from(slot.reader.keeps_anything()));
            let overflow = slot.reader.holds() && self.slots.pins(index).is_empty();
            stats.overflow_readers = stats.overflow_readers.wrapping_add(u64::from(overflow));
        }
        stats
    }

    /// Why nothing can be stored any more: damage that cannot be repaired. `None` as long as there is none, which costs a look; what was
    /// found is repaired first. What is there may still be fetched.
    #[must_use]
    pub fn damage(&self) -> Option<Error> {
        if !self.is_dirty() {
            return None;
        }
        // Taking any lock repairs, or says that it cannot.
        match self.lock_shard(0) {
            Err(error @ Error::Corrupt(_)) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use crate::entry::Space;
    use crate::error::Error;
    use crate::segment::{Policy, Segment, SegmentConfig};
    use crate::session::{Mode, Session};

    #[test]
    fn a_heap_whose_blocks_were_written_over_is_said_to_be_damaged() {
        let config =
            SegmentConfig { name: "test", size: 1 << 20, policy: Policy::Never, readers: 4, abi_tag: 1 };
        let segment = Segment::create(&config).unwrap();
        let mut session = Session::new(std::sync::Arc::clone(&segment));
        let mut store = |key: &[u8]| {
            session.store_with(Space::Key, key, 1, 0, 100, None, Mode::Put, |payload, _| payload.fill(7))
        };
        store(b"one").unwrap();
        assert_eq!(segment.damage(), None);
        segment.distrust();
        assert_eq!(segment.damage(), None, "nothing was wrong");
        let start = segment.layout.arenas[0].start;
        for word in 0..64 {
            segment.memory.at::<AtomicU64>(start + word * 8).store(u64::MAX, Ordering::Relaxed);
        }
        segment.distrust();
        assert!(matches!(segment.damage(), Some(Error::Corrupt(_))));
        assert!(matches!(store(b"two"), Err(Error::Corrupt(_))));
    }
}
