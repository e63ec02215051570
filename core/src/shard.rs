//! Writer locks: one per 1/256 of the hashes.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::memory::Shared;
use crate::protocol::Bell;
use crate::sys::futex;
use crate::sys::robust::RobustMutex;

/// One writer lock with the figures that it protects.
#[repr(C, align(128))]
pub(crate) struct Shard {
    pub(crate) lock: RobustMutex,
    /// Entries of this shard (reservations not counted).
    pub(crate) entries: AtomicU64,
    pub(crate) stores: AtomicU64,
    /// Changes of entries where they lie. They retire nothing, so no reader needs the clock for them, whose line all writers share.
    pub(crate) in_place: AtomicU64,
    /// Rings whenever a reservation of this shard ends.
    pub(crate) bell: Bell,
}

// SAFETY: atomics, and a mutex that is formatted before the segment is published.
unsafe impl Shared for Shard {}

const _: () = assert!(size_of::<Shard>() as u64 == crate::layout::SHARD_SIZE);

impl Shard {
    /// Adds to a figure that only the holder of the lock changes.
    #[inline]
    pub(crate) fn bump(figure: &AtomicU64, by: i64) {
        figure.store(figure.load(Ordering::Relaxed).wrapping_add_signed(by), Ordering::Relaxed);
    }

    /// Tells those who wait that a reservation ended.
    pub(crate) fn announce_release(&self) {
        self.bell.ring(futex::wake_all);
    }
}
