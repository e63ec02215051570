//! What a reader publishes.

use crate::sync::{AtomicU32, AtomicU64, Ordering, fence};

use super::{Copies, EpochClock};

/// What one reader publishes: written by its owner alone, read by whoever reclaims.
#[derive(Debug)]
#[repr(C)]
pub struct Reader {
    /// Epoch in which the running operation began; 0: none runs.
    op: AtomicU64,
    /// Epoch since which everything retired is held; 0: nothing is.
    request: AtomicU64,
    /// How many entries of the pin list count.
    pins: AtomicU32,
}

impl Reader {
    /// A reader that holds nothing.
    #[must_use]
    pub fn new() -> Self {
        Self { op: AtomicU64::new(0), request: AtomicU64::new(0), pins: AtomicU32::new(0) }
    }

    /// Begins an operation: until [`Self::leave`], nothing that can be found now is reclaimed.
    #[inline]
    pub fn enter(&self, clock: &EpochClock) {
        // Release, as in `leave`: a reclaimer that sees this epoch, and not that an earlier operation was cleared, must see
        // what that one kept.
        self.op.store(clock.now(), Ordering::Release);
        // SYNC POINT "reader enters": pairs with the fence in `Survey::of_all`.
        fence(Ordering::SeqCst);
    }

    /// Ends the operation.
    #[inline]
    pub fn leave(&self) {
        // Release: a reclaimer that sees the cleared epoch sees the pins made during the operation.
        self.op.store(0, Ordering::Release);
    }

    /// Keeps the block at `offset` until [`Self::release`]. Called between `enter` and `leave`. False when
    /// `list` is full; the caller then uses [`Self::hold`].
    #[inline]
    pub fn pin(&self, list: &[AtomicU64], offset: u64) -> bool {
        let count = self.pins.load(Ordering::Relaxed);
        let Some(place) = list.get(count as usize) else {
            return false;
        };
        place.store(offset, Ordering::Relaxed);
        self.pins.store(count + 1, Ordering::Release);
        true
    }

    /// The same at a place of `list` that [`Self::unpin`] emptied.
    #[inline]
    pub fn pin_at(&self, list: &[AtomicU64], place: usize, offset: u64) {
        if let Some(place) = list.get(place) {
            // What makes this visible is what makes an appended pin visible: clearing the operation, or ending the hold.
            place.store(offset, Ordering::Relaxed);
        }
    }

    /// Gives up the pin at a place of `list`. The others stay where they are, since somebody may be reading the list.
    #[inline]
    pub fn unpin(&self, list: &[AtomicU64], place: usize) {
        if let Some(place) = list.get(place) {
            // Release: whatever was read from the block happens before its reuse.
            place.store(0, Ordering::Release);
        }
    }

    /// Gives up the hold. What it kept and is still needed has been pinned.
    #[inline]
    pub fn end_hold(&self) {
        // Release: who sees that the hold is over sees the pins, and as in `unpin`.
        self.request.store(0, Ordering::Release);
    }

    /// Keeps all that is retired from the running operation on, until [`Self::release`].
    #[inline]
    pub fn hold(&self) {
        if self.request.load(Ordering::Relaxed) == 0 {
            self.request.store(self.op.load(Ordering::Relaxed), Ordering::Release);
        }
    }

    /// Gives up pins and hold: the request is over.
    #[inline]
    pub fn release(&self) {
        // Release: whatever the request read from pinned memory happens before its reuse.
        self.pins.store(0, Ordering::Release);
        self.request.store(0, Ordering::Release);
    }

    /// Keeps all that `other` keeps, on behalf of a forked child. Falls back to a hold when `list` is too short.
    pub fn copy_from(&self, list: &[AtomicU64], other: &Self, others: &[AtomicU64], copies: &Copies) {
        let count = other.pin_count().min(others.len());
        self.request.store(other.request.load(Ordering::Relaxed), Ordering::Relaxed);
        if count <= list.len() {
            for (to, from) in list.iter().zip(&others[..count]) {
                to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
            }
            self.pins.store(count as u32, Ordering::Release);
        } else {
            // Epoch 1 is before every retirement: holds back everything.
            self.request.store(1, Ordering::Relaxed);
        }
        copies.count_one();
    }

    /// Clears everything; for a slot whose owner is gone.
    pub(crate) fn reset(&self) {
        self.release();
        self.leave();
    }

    /// Whether anything is kept beyond the running operation.
    pub fn keeps_anything(&self) -> bool {
        self.pins.load(Ordering::Relaxed) != 0 || self.request.load(Ordering::Relaxed) != 0
    }

    /// Whether it holds by epoch rather than by pins.
    pub(crate) fn holds(&self) -> bool {
        self.request.load(Ordering::Relaxed) != 0
    }

    /// How many pins it has.
    pub(crate) fn pin_count(&self) -> usize {
        self.pins.load(Ordering::Acquire) as usize
    }

    /// The epoch of the running operation; 0: none runs.
    pub(crate) fn operation(&self) -> u64 {
        self.op.load(Ordering::Acquire)
    }

    /// For [`super::Survey`]: the running operation's epoch, then the request's.
    pub(super) fn epochs(&self) -> (u64, u64) {
        let op = self.op.load(Ordering::Acquire);
        (op, self.request.load(Ordering::Acquire))
    }
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}
