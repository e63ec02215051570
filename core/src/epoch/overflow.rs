//! Readers that a survey cannot see one by one: those without a slot, and those that a fork copies meanwhile.

use crate::sync::{AtomicU64, Ordering, fence};

/// How many requests read without a slot. While there are any, nothing is reclaimed.
#[derive(Debug)]
#[repr(C)]
pub struct Slotless(AtomicU64);

impl Slotless {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// A request begins to read without a slot.
    pub fn enter(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
        // SYNC POINT "reader enters": as in `Reader::enter`; pairs with the first fence in `Survey::of_all`.
        fence(Ordering::SeqCst);
    }

    /// The request ends.
    pub fn leave(&self) {
        // Release: whatever it read happens before the reuse of what it read.
        self.0.fetch_sub(1, Ordering::Release);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

impl Default for Slotless {
    fn default() -> Self {
        Self::new()
    }
}

/// Counts how often one reader took over what another keeps (before a fork).
///
/// A survey looks at one reader after the other. It could look at the new one before the copy and at the old one after
/// that has let go, and see neither; so it is made again when this has changed.
#[derive(Debug)]
#[repr(C)]
pub struct Copies(AtomicU64);

impl Copies {
    /// None so far.
    #[must_use]
    pub fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// A copy was made, or a reader without a slot was counted for it; the old reader lets go only after this.
    pub fn count_one(&self) {
        // SYNC POINT "pins are copied": release, after the copy and before the old reader's release of its pins. A survey
        // that sees the latter sees this; one that began with this sees the copy.
        self.0.fetch_add(1, Ordering::Release);
    }

    pub(super) fn made(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

impl Default for Copies {
    fn default() -> Self {
        Self::new()
    }
}
