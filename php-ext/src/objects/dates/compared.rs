//! Whether the running engine does with dates what we do: found out by comparing once for each kind of date.

use std::sync::atomic::{AtomicU32, Ordering};

/// Bits: kinds that were compared and are alike; and [`OTHERWISE`].
pub(super) struct Compared(AtomicU32);

/// The engine gives something else. No kind has the number 0.
const OTHERWISE: u32 = 1;

impl Compared {
    pub(super) const fn new() -> Self {
        Compared(AtomicU32::new(0))
    }

    /// Nothing was compared in this process. At module start-up.
    pub(super) fn forget(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Whether a comparison failed: then all is left to the engine.
    pub(super) fn differs(&self) -> bool {
        self.0.load(Ordering::Relaxed) & OTHERWISE != 0
    }

    /// Whether this kind was compared, and was alike.
    pub(super) fn is_known(&self, kind: u32) -> bool {
        self.0.load(Ordering::Relaxed) & 1 << kind != 0
    }

    pub(super) fn note(&self, kind: u32, same: bool) {
        self.0.fetch_or(if same { 1 << kind } else { OTHERWISE }, Ordering::Relaxed);
    }
}
