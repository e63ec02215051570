//! The clock of changes.

use crate::sync::{AtomicU64, Ordering};

/// Counts the changes of a segment. Starts at 1, so that 0 can mean "no epoch".
#[derive(Debug)]
#[repr(C)]
pub struct EpochClock(AtomicU64);

impl EpochClock {
    /// A clock at its first epoch.
    #[must_use]
    pub fn new() -> Self {
        Self(AtomicU64::new(1))
    }

    /// Formats a clock that lies in zeroed memory.
    pub(crate) fn start(&self) {
        self.0.store(1, Ordering::Relaxed);
    }

    /// The current epoch; pairs with the release of [`Self::advance`].
    #[inline]
    pub fn now(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Begins the next epoch and returns the one that ended: the stamp of what was unlinked before this call.
    #[inline]
    pub fn advance(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

impl Default for EpochClock {
    fn default() -> Self {
        Self::new()
    }
}
