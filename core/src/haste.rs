//! One wait for a lock per call, however many locks the call needs: whoever has kept one from it for a whole limit may have them all.

use std::cell::Cell;

/// How this thread waits for locks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// As long as the segment says, each time.
    Patient,
    /// The same, until one wait was in vain.
    Once,
    /// Locks are only tried.
    Hasty,
}

thread_local! {
    static PACE: Cell<Pace> = const { Cell::new(Pace::Patient) };
    static IN_VAIN: Cell<u32> = const { Cell::new(0) };
}

/// Puts the pace back, also where a panic passes.
struct Before(Pace);

impl Drop for Before {
    fn drop(&mut self) {
        PACE.set(self.0);
    }
}

/// Does something with one wait for a lock in vain at most: after that, locks are only tried. None at all where the caller `has_waited`
/// already. For work that needs several locks one after the other, and that nothing but a return or a panic leaves.
pub fn wait_once<R>(has_waited: bool, work: impl FnOnce() -> R) -> R {
    let before = PACE.get();
    let _before = Before(before);
    PACE.set(if has_waited || before == Pace::Hasty { Pace::Hasty } else { Pace::Once });
    work()
}

/// Whether locks are only to be tried.
#[cold]
pub(crate) fn is_hasty() -> bool {
    PACE.get() == Pace::Hasty
}

/// How many locks this thread did not get in time so far: for who does several things of which [`wait_once`] cannot have all, and is to wait no
/// more once this has changed.
#[must_use]
pub fn waits_in_vain() -> u32 {
    IN_VAIN.get()
}

/// A wait was in vain.
#[cold]
pub(crate) fn waited_in_vain() {
    IN_VAIN.set(IN_VAIN.get().wrapping_add(1));
    if PACE.get() == Pace::Once {
        PACE.set(Pace::Hasty);
    }
}
