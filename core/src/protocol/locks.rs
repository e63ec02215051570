//! Locks that outlive their holders: taking them, and repairing what a holder that died inside has left.

use std::time::Duration;

use crate::fault::step;
use crate::sync::{AtomicU32, Ordering};

/// What taking a lock found.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Ours; the last holder let it go in order.
    Clean,
    /// Ours; the last holder died inside. The lock is already marked usable again: the caller records the
    /// need for repair somewhere that outlives itself before it lets go.
    OwnerDied,
    /// Somebody else's.
    Busy,
}

/// A lock that outlives its holder: when that dies, the next taker gets it and is told so.
pub trait Robust {
    /// Takes the lock if nobody alive has it.
    fn try_lock(&self) -> Taken;

    /// Waits for the lock, at most `limit`; `Busy` when that was not enough.
    fn lock(&self, limit: Duration) -> Taken;

    /// Lets go.
    ///
    /// # Safety
    /// The calling thread holds the lock.
    unsafe fn unlock(&self);

    /// Names the thread that holds the lock: 0 where nobody does, `None` where that is not known.
    fn holder(&self) -> Option<u32>;
}

/// Non-zero: a writer died inside a lock and nobody has repaired the structures yet. Counts, so that a repair notices
/// another death.
#[derive(Debug)]
#[repr(C)]
pub struct Dirty(AtomicU32);

impl Dirty {
    /// Nothing to repair.
    #[must_use]
    pub fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Notes that something must be repaired.
    pub fn mark(&self) {
        // SYNC POINT "taker marks": before the dead holder's lock is let go, which orders it before what the next holder
        // of that lock sees. Release: for those who see the mark without having that lock.
        self.0.fetch_add(1, Ordering::Release);
    }

    /// Whether something must be repaired.
    #[inline]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire) != 0
    }
}

impl Default for Dirty {
    fn default() -> Self {
        Self::new()
    }
}

/// The locks of one segment, and how what they protect is made whole again.
pub trait Locks {
    /// Each of them.
    type Mutex: Robust;
    /// What can go wrong.
    type Error;

    /// Whether a death was noticed and not repaired yet.
    fn dirty(&self) -> &Dirty;

    /// How long a lock is waited for.
    fn limit(&self) -> Duration;

    /// That was not long enough.
    fn timed_out(&self) -> Self::Error;

    /// All locks, in the order in which they are taken.
    fn every(&self) -> impl Iterator<Item = &Self::Mutex>;

    /// Makes everything whole. All locks are held.
    ///
    /// # Errors
    /// When that is impossible.
    fn repair(&self) -> Result<(), Self::Error>;

    /// Notes that a repair was complete.
    fn count_repair(&self);

    /// Tests stop or end a thread here.
    fn reached(&self, step: &'static str);
}

/// A lock of the segment, held until dropped.
#[derive(Debug)]
pub struct Held<'a, M: Robust> {
    mutex: &'a M,
    /// A lock belongs to the thread that took it.
    not_send: std::marker::PhantomData<*mut ()>,
}

impl<'a, M: Robust> Held<'a, M> {
    /// The calling thread has just taken `mutex`.
    #[inline]
    fn new(mutex: &'a M) -> Self {
        Self { mutex, not_send: std::marker::PhantomData }
    }
}

impl<M: Robust> Drop for Held<'_, M> {
    #[inline]
    fn drop(&mut self) {
        step!("unlock: about to");
        // SAFETY: a `Held` exists only on the thread that took the lock, since it is not Send.
        unsafe { self.mutex.unlock() };
    }
}

/// Takes `mutex`, whatever its last holder's fate; a death is recorded.
///
/// # Errors
/// When somebody else has it for too long.
#[inline]
pub fn take<'a, L: Locks>(locks: &L, mutex: &'a L::Mutex) -> Result<Held<'a, L::Mutex>, L::Error> {
    match mutex.try_lock() {
        Taken::Clean => {
            step!("lock: taken");
            Ok(Held::new(mutex))
        }
        taken => take_slowly(locks, mutex, taken),
    }
}

#[cold]
fn take_slowly<'a, L: Locks>(
    locks: &L,
    mutex: &'a L::Mutex,
    mut taken: Taken,
) -> Result<Held<'a, L::Mutex>, L::Error> {
    if taken == Taken::Busy {
        let limit = locks.limit();
        if !limit.is_zero() {
            step!("lock: waits");
        }
        taken = mutex.lock(limit);
    }
    match taken {
        Taken::Clean => {}
        Taken::OwnerDied => mark_for(locks),
        Taken::Busy => return Err(locks.timed_out()),
    }
    Ok(Held::new(mutex))
}

#[cold]
fn mark_for<L: Locks>(locks: &L) {
    locks.reached("lock: owner died");
    locks.dirty().mark();
    locks.reached("lock: marked dirty");
}

/// Takes `mutex` if it is free and everything is whole; never waits.
#[inline]
pub fn try_take<'a, L: Locks>(locks: &L, mutex: &'a L::Mutex) -> Option<Held<'a, L::Mutex>> {
    let held = got(locks, mutex, mutex.try_lock())?;
    (!locks.dirty().is_set()).then_some(held)
}

/// What trying `mutex` gave; a death is recorded.
#[inline]
pub fn got<'a, L: Locks>(locks: &L, mutex: &'a L::Mutex, taken: Taken) -> Option<Held<'a, L::Mutex>> {
    match taken {
        Taken::Busy => return None,
        Taken::OwnerDied => mark_for(locks),
        Taken::Clean => {
            step!("lock: taken");
        }
    }
    Some(Held::new(mutex))
}

/// What `take` takes (by [`take`]), over structures that are whole.
///
/// # Errors
/// As for [`take`] and [`recover`].
#[inline]
pub fn whole<L: Locks, G>(locks: &L, take: impl Fn() -> Result<G, L::Error>) -> Result<G, L::Error> {
    loop {
        let held = take()?;
        // SYNC POINT "taker looks": pairs with "taker marks".
        if !locks.dirty().is_set() {
            return Ok(held);
        }
        drop(held);
        recover(locks)?;
    }
}

/// Takes every lock and repairs, unless somebody else did meanwhile.
///
/// # Errors
/// As for [`take`] and [`Locks::repair`].
#[cold]
pub fn recover<L: Locks>(locks: &L) -> Result<(), L::Error> {
    let mut held = Vec::new();
    for mutex in locks.every() {
        held.push(take(locks, mutex)?);
    }
    locks.reached("recover: locked");
    let dirty = &locks.dirty().0;
    loop {
        let seen = dirty.load(Ordering::Acquire);
        if seen == 0 {
            return Ok(());
        }
        locks.repair()?;
        locks.reached("recover: repaired");
        locks.count_repair();
        // SYNC POINT "repairer clears": somebody who died meanwhile, outside of a lock, may have been taken for alive by a
        // part of the repair; who noticed that has marked again, and the exchange fails.
        if dirty.compare_exchange(seen, 0, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            locks.reached("recover: clean");
            return Ok(());
        }
    }
}
