//! The first page of a segment: who made it, what is in it, and the counters that are shared by all.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::epoch::{Copies, EpochClock, Slotless};
use crate::error::Error;
use crate::hash::KeyHasher;
use crate::layout::{LAYOUT_VERSION, Layout, MAGIC};
use crate::memory::{Memory, Shared};
use crate::protocol::Dirty;
use crate::segment::{Policy, SegmentConfig};

/// A value on a cache line of its own, so that writers of one counter do not disturb readers of another.
#[repr(C, align(128))]
pub(crate) struct Line<T>(pub(crate) T);

/// Identity, written once before the segment is used.
#[repr(C)]
struct Identity {
    magic: AtomicU64,
    layout_version: AtomicU32,
    policy: AtomicU32,
    abi_tag: AtomicU64,
    readable_base: AtomicU64,
    total: AtomicU64,
    heap_size: AtomicU64,
    readers: AtomicU32,
    reserved: AtomicU32,
    seeds: [AtomicU64; 4],
    /// Hash of a fixed text under the seeds: differs when two builds hash differently.
    hash_probe: AtomicU64,
}

/// Counters of rare events, all on one line: none of them moves on a hit.
#[repr(C)]
pub(crate) struct Counters {
    pub(crate) evictions: AtomicU64,
    pub(crate) expired: AtomicU64,
    pub(crate) store_failures: AtomicU64,
    pub(crate) publish_failures: AtomicU64,
    pub(crate) recoveries: AtomicU64,
    /// Hits and misses of readers that have no slot to count in.
    pub(crate) slotless_hits: AtomicU64,
    pub(crate) slotless_misses: AtomicU64,
}

/// The header.
#[repr(C)]
pub(crate) struct Header {
    identity: Line<Identity>,
    /// Advances with every change.
    pub(crate) clock: Line<EpochClock>,
    /// Whether a writer died inside a lock and nobody has repaired the structures yet.
    pub(crate) dirty: Line<Dirty>,
    /// How many slots are formatted; slots beyond were never used.
    pub(crate) slots_ready: Line<AtomicU32>,
    /// Requests that read without any slot. While non-zero, nothing is reclaimed.
    pub(crate) slotless_readers: Line<Slotless>,
    /// Keys reserved at present; while zero, writers need not look for a reservation.
    pub(crate) reservations: Line<AtomicU64>,
    pub(crate) counters: Line<Counters>,
    /// Slots filled with what another keeps, before forks.
    pub(crate) copies: Line<Copies>,
}

// SAFETY: atomics only.
unsafe impl Shared for Header {}

const _: () = assert!(size_of::<Header>() <= crate::layout::PAGE as usize);
const _: () = assert!(size_of::<Identity>() <= 128);

/// Something in shared memory contradicts something else: the next who takes a lock repairs.
#[cold]
pub(crate) fn distrust(memory: &Memory) {
    memory.at::<Header>(0).dirty.0.mark();
}

impl Header {
    /// Writes the identity of a new segment into zeroed memory.
    pub(crate) fn format(&self, config: &SegmentConfig, layout: &Layout, base: u64, seeds: [u64; 4]) {
        let identity = &self.identity.0;
        identity.layout_version.store(LAYOUT_VERSION, Ordering::Relaxed);
        identity.policy.store(config.policy as u32, Ordering::Relaxed);
        identity.abi_tag.store(config.abi_tag, Ordering::Relaxed);
        identity.readable_base.store(base, Ordering::Relaxed);
        identity.total.store(layout.total, Ordering::Relaxed);
        identity.heap_size.store(layout.heap_size, Ordering::Relaxed);
        identity.readers.store(config.readers, Ordering::Relaxed);
        for (place, seed) in identity.seeds.iter().zip(seeds) {
            place.store(seed, Ordering::Relaxed);
        }
        identity.hash_probe.store(KeyHasher::new(seeds).probe(), Ordering::Relaxed);
        self.clock.0.start();
    }

    /// Marks the segment as complete; the last step of making one.
    pub(crate) fn publish(&self) {
        self.identity.0.magic.store(MAGIC, Ordering::Release);
    }

    /// Whether somebody finished making the segment.
    pub(crate) fn is_published(memory: &Memory) -> bool {
        let header: &Self = memory.at(0);
        header.identity.0.magic.load(Ordering::Acquire) == MAGIC
    }

    /// Sets all of the header to zero. Nobody uses the segment yet.
    pub(crate) fn erase(memory: &Memory) {
        for word in memory.slice::<AtomicU64>(0, size_of::<Self>() / size_of::<u64>()) {
            word.store(0, Ordering::Relaxed);
        }
    }

    /// Reads an existing segment's identity, believing nothing: every value is checked against what this
    /// process expects or against the file's own length.
    pub(crate) fn check(memory: &Memory, config: &SegmentConfig, base: u64) -> Result<Layout, Error> {
        if !memory.contains(0, size_of::<Self>() as u64) {
            return Err(Error::Corrupt("shorter than its header"));
        }
        let header: &Self = memory.at(0);
        let identity = &header.identity.0;
        if identity.magic.load(Ordering::Acquire) != MAGIC {
            return Err(Error::Corrupt("no segment (wrong magic, or not finished)"));
        }
        if identity.layout_version.load(Ordering::Relaxed) != LAYOUT_VERSION {
            return Err(Error::Corrupt("made by another version (layout version differs)"));
        }
        if identity.abi_tag.load(Ordering::Relaxed) != config.abi_tag {
            return Err(Error::Corrupt("made for another program (ABI tag differs)"));
        }
        if identity.policy.load(Ordering::Relaxed) != config.policy as u32 {
            return Err(Error::Corrupt("the policy differs"));
        }
        if identity.readable_base.load(Ordering::Relaxed) != base {
            return Err(Error::Corrupt("its read-only view lies at another address"));
        }
        let readers = identity.readers.load(Ordering::Relaxed);
        let heap_size = identity.heap_size.load(Ordering::Relaxed);
        let layout = Layout::new(heap_size, readers).map_err(|_| Error::Corrupt("impossible sizes"))?;
        if layout.total != identity.total.load(Ordering::Relaxed) || layout.total != memory.len() as u64 {
            return Err(Error::Corrupt("its size is not the size of its memory"));
        }
        if header.slots_ready.0.load(Ordering::Relaxed) as usize > layout.all_slots {
            return Err(Error::Corrupt("more reader slots than there is room for"));
        }
        if header.hasher().probe() != identity.hash_probe.load(Ordering::Relaxed) {
            return Err(Error::Corrupt("keys hash differently in this build"));
        }
        Ok(layout)
    }

    /// The hasher of this segment's keys.
    pub(crate) fn hasher(&self) -> KeyHasher {
        let seeds = &self.identity.0.seeds;
        KeyHasher::new(std::array::from_fn(|at| seeds[at].load(Ordering::Relaxed)))
    }

    /// Whether full memory is answered by eviction.
    pub(crate) fn evicts(&self) -> bool {
        self.identity.0.policy.load(Ordering::Relaxed) == Policy::Evict as u32
    }
}
