//! Slots that are kept for forked children.

use crate::sync::{AtomicU64, Ordering};

/// Whether a slot waits for a forked child, which nobody takes or cleans then, locked or not.
///
/// 0: it does not. Else the word names who answers for the child: the parent, or the child itself where it could not have the slot's
/// lock. That promise stands as long as who is named lives. Once that one is found dead the word is the time of it, in seconds of the
/// clock, and a child has [`LONGEST`] from then on: there may be none, and nobody is left to say so.
#[derive(Debug)]
#[repr(C)]
pub struct Promised(AtomicU64);

/// How long a promise stands that nobody answers for, in seconds.
pub const LONGEST: u64 = 10;

/// Times are less, names are not.
const NAMES: u64 = 1 << 32;

impl Promised {
    /// No promise.
    #[must_use]
    pub fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Keeps the slot for the child of a fork; `by` names who answers for it. Life held.
    pub fn make(&self, by: u64) {
        debug_assert!(by >= NAMES);
        self.0.store(by, Ordering::SeqCst);
    }

    /// Whether there is a promise.
    pub fn is_made(&self) -> bool {
        self.0.load(Ordering::SeqCst) != 0
    }

    /// Whether there is a promise, and still is after this look at who answers for it. Life held.
    pub fn stands(&self, now: u64, lives: impl FnOnce(u64) -> bool) -> Stands {
        let found = self.0.load(Ordering::SeqCst);
        if found == 0 {
            return Stands::No;
        }
        let now = now.clamp(1, NAMES - 1);
        let becomes = match found {
            name if name >= NAMES && lives(name) => return Stands::Yes,
            name if name >= NAMES => now,
            since if now.saturating_sub(since) < LONGEST => return Stands::Yes,
            _ => 0,
        };
        // SYNC POINT "promise": either this succeeds or the child's `keep` or `take_over`.
        let changed = self.0.compare_exchange(found, becomes, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        if changed && becomes == 0 { Stands::Broken } else { Stands::Yes }
    }

    /// The child has the slot's lock: from now on it is the slot's owner. False when the promise is broken. Life held.
    pub fn keep(&self) -> bool {
        // SYNC POINT "promise".
        self.0.swap(0, Ordering::SeqCst) != 0
    }

    /// The child could not have the slot's lock, and answers for the promise itself until [`Self::end`]. False when the promise is
    /// broken; `ours` says whether the slot still has the owner that it had at the fork.
    pub fn take_over(&self, child: u64, ours: impl Fn() -> bool) -> bool {
        let mut found = self.0.load(Ordering::SeqCst);
        // In this order: a promise that others made since is of another owner's, and has another name or a later time.
        while found != 0 && ours() {
            // SYNC POINT "promise".
            match self.0.compare_exchange(found, child, Ordering::SeqCst, Ordering::SeqCst) {
                Ok(_) => return true,
                Err(now) => found = now,
            }
        }
        false
    }

    /// Another answers for the promise, or nobody does from now on (a time, in seconds). Nothing changes unless it is `from` who does.
    pub fn hand_on(&self, from: u64, to: u64) {
        let _ = self.0.compare_exchange(from, to.max(1), Ordering::SeqCst, Ordering::SeqCst);
    }

    /// There is no child any more, or it has other pins.
    pub fn end(&self) {
        self.0.store(0, Ordering::SeqCst);
    }
}

impl Default for Promised {
    fn default() -> Self {
        Self::new()
    }
}

/// What a look at a promise found.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// There is none.
    No,
    /// It stands.
    Yes,
    /// It stood for too long, and this look has broken it: what the slot keeps is nobody's.
    Broken,
}
