//! Taking a segment's locks, and what to do when a holder died.
//!
//! Order: shards by their number, then the arenas of the heap by theirs. Who holds an arena only ever *tries* a shard.
//!
//! Any lock that is held keeps repairs out. An arena's lock is never worth a long wait: the other arena has room too, so
//! a writer who is stopped inside one delays nobody else for long.
//!
//! A death inside a lock changes the segment's `dirty` mark before anything else; whoever takes a lock and sees
//! the mark lets go, takes all locks and repairs ([`crate::recover`]). The mark goes last, so a repair that is
//! killed is simply done again.

use std::sync::atomic::Ordering;

use crate::error::Error;
use crate::fault::step;
use std::time::Duration;

use crate::heap::Heap;
use crate::layout::{ARENAS, SHARDS};
use crate::segment::Segment;
use crate::shard::Shard;
use crate::sys::robust::{RobustMutex, Taken};

/// How long somebody waits for an arena before going on to the other.
const A_MOMENT: Duration = Duration::from_millis(1);

/// A lock of the segment, held until dropped.
pub(crate) struct Held<'a> {
    mutex: &'a RobustMutex,
}

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        step!("unlock: about to");
        // SAFETY: a `Held` exists only on the thread that took the lock (mutex references make it neither
        // Send nor Sync: `RobustMutex` holds an `UnsafeCell`).
        unsafe { self.mutex.unlock() };
    }
}

/// A shard with its lock.
pub(crate) struct ShardGuard<'a> {
    pub(crate) shard: &'a Shard,
    _held: Held<'a>,
}

/// An arena with its lock.
pub(crate) struct HeapGuard<'a> {
    pub(crate) segment: &'a Segment,
    pub(crate) heap: &'a Heap,
    /// `None` during a repair, which has every lock.
    _held: Option<Held<'a>>,
}

impl Segment {
    /// Whether a writer died inside a lock and its traces are still there.
    pub(crate) fn is_dirty(&self) -> bool {
        self.header().dirty.0.load(Ordering::Acquire) != 0
    }

    fn mark_dirty(&self) {
        self.header().mark_dirty();
    }

    fn timeout_error(&self) -> Error {
        Error::LockTimeout { waited_ms: self.lock_timeout().as_millis() as u64 }
    }

    /// Takes `mutex`, whatever its last holder's fate; a death is recorded.
    #[inline]
    fn take<'a>(&self, mutex: &'a RobustMutex) -> Result<Held<'a>, Error> {
        match mutex.try_lock() {
            Taken::Clean => {
                step!("lock: taken");
                Ok(Held { mutex })
            }
            taken => self.take_slowly(mutex, taken),
        }
    }

    #[cold]
    fn take_slowly<'a>(&self, mutex: &'a RobustMutex, mut taken: Taken) -> Result<Held<'a>, Error> {
        if taken == Taken::Busy {
            taken = mutex.lock(self.lock_timeout());
        }
        match taken {
            Taken::Clean => {}
            Taken::OwnerDied => {
                step!("lock: owner died");
                self.mark_dirty();
                step!("lock: marked dirty");
            }
            Taken::Busy => return Err(self.timeout_error()),
        }
        Ok(Held { mutex })
    }

    /// Takes `mutex` over structures that are whole.
    #[inline]
    fn take_clean<'a>(&self, mutex: &'a RobustMutex) -> Result<Held<'a>, Error> {
        loop {
            let held = self.take(mutex)?;
            if !self.is_dirty() {
                return Ok(held);
            }
            drop(held);
            self.recover()?;
        }
    }

    /// Locks the shard of a hash.
    #[inline]
    pub(crate) fn lock_shard(&self, index: usize) -> Result<ShardGuard<'_>, Error> {
        let shard = self.shard(index);
        Ok(ShardGuard { shard, _held: self.take_clean(&shard.lock)? })
    }

    /// Locks a shard if it is free and everything is whole; never waits.
    pub(crate) fn try_lock_shard(&self, index: usize) -> Option<ShardGuard<'_>> {
        let shard = self.shard(index);
        let held = match shard.lock.try_lock() {
            Taken::Busy => return None,
            Taken::OwnerDied => {
                self.mark_dirty();
                Held { mutex: &shard.lock }
            }
            Taken::Clean => Held { mutex: &shard.lock },
        };
        (!self.is_dirty()).then_some(ShardGuard { shard, _held: held })
    }

    /// Locks an arena.
    #[inline]
    pub(crate) fn lock_heap(&self, arena: usize) -> Result<HeapGuard<'_>, Error> {
        let heap = &self.arenas[arena];
        Ok(HeapGuard { segment: self, heap, _held: Some(self.take_clean(&heap.control().lock)?) })
    }

    /// Locks an arena even if a repair is due.
    pub(crate) fn lock_heap_as_it_is(&self, arena: usize) -> Result<HeapGuard<'_>, Error> {
        let heap = &self.arenas[arena];
        Ok(HeapGuard { segment: self, heap, _held: Some(self.take(&heap.control().lock)?) })
    }

    /// Locks an arena if that takes no more than a moment; not even that while its holder is known to be stuck.
    #[inline]
    pub(crate) fn lock_heap_soon(&self, arena: usize) -> Option<HeapGuard<'_>> {
        let heap = &self.arenas[arena];
        loop {
            let held = self.take_soon(heap)?;
            if !self.is_dirty() {
                return Some(HeapGuard { segment: self, heap, _held: Some(held) });
            }
            drop(held);
            self.recover().ok()?;
        }
    }

    /// The same for whoever holds a shard, and so cannot repair.
    pub(crate) fn lock_heap_in_shard<'a>(
        &'a self,
        heap: &'a Heap,
        _shard: &ShardGuard<'_>,
    ) -> Option<HeapGuard<'a>> {
        let held = self.take_soon(heap)?;
        (!self.is_dirty()).then_some(HeapGuard { segment: self, heap, _held: Some(held) })
    }

    #[inline]
    fn take_soon<'a>(&self, heap: &'a Heap) -> Option<Held<'a>> {
        let control = heap.control();
        let mutex = &control.lock;
        let mut taken = mutex.try_lock();
        if taken == Taken::Busy {
            taken = Self::wait_a_moment(heap);
        }
        match taken {
            Taken::Busy => return None,
            Taken::OwnerDied => self.mark_dirty(),
            Taken::Clean => {
                step!("lock: taken");
            }
        }
        if control.stalled.load(Ordering::Relaxed) != 0 {
            control.stalled.store(0, Ordering::Relaxed);
        }
        Some(Held { mutex })
    }

    /// The arena as a repair uses it, which has all locks.
    pub(crate) fn heap_guard_in_repair(&self, arena: usize) -> HeapGuard<'_> {
        HeapGuard { segment: self, heap: &self.arenas[arena], _held: None }
    }

    #[cold]
    fn wait_a_moment(heap: &Heap) -> Taken {
        let control = heap.control();
        let holder = control.lock.holder();
        if holder != 0 && control.stalled.load(Ordering::Relaxed) == holder {
            return Taken::Busy;
        }
        let taken = control.lock.lock(A_MOMENT);
        if taken == Taken::Busy {
            control.stalled.store(control.lock.holder(), Ordering::Relaxed);
        }
        taken
    }

    /// Locks some shard, from `first` on the next that is free: enough to keep repairs out.
    pub(crate) fn lock_some_shard(&self, first: usize) -> Result<ShardGuard<'_>, Error> {
        loop {
            let free = (0..SHARDS).find_map(|step| self.try_lock_shard((first + step) % SHARDS));
            if let Some(guard) = free {
                return Ok(guard);
            }
            // All are taken (by a repair, or by somebody who clears), or a repair is due.
            drop(self.lock_shard(first % SHARDS)?);
        }
    }

    /// Locks all of the given shards (ascending numbers, each once).
    pub(crate) fn lock_shards(&self, indices: &[usize]) -> Result<Vec<ShardGuard<'_>>, Error> {
        loop {
            let mut guards = Vec::with_capacity(indices.len());
            for &index in indices {
                let shard = self.shard(index);
                guards.push(ShardGuard { shard, _held: self.take(&shard.lock)? });
            }
            if !self.is_dirty() {
                return Ok(guards);
            }
            drop(guards);
            self.recover()?;
        }
    }

    /// Takes every lock and repairs, unless somebody else did meanwhile.
    #[cold]
    fn recover(&self) -> Result<(), Error> {
        let mut held = Vec::with_capacity(SHARDS + ARENAS);
        for shard in self.shards() {
            held.push(self.take(&shard.lock)?);
        }
        for arena in &self.arenas {
            held.push(self.take(&arena.control().lock)?);
        }
        step!("recover: locked");
        let dirty = &self.header().dirty.0;
        loop {
            let seen = dirty.load(Ordering::Acquire);
            if seen == 0 {
                break;
            }
            crate::recover::repair(self)?;
            step!("recover: repaired");
            self.header().counters.0.recoveries.fetch_add(1, Ordering::Relaxed);
            // Somebody who dies meanwhile, outside of a lock, may have been taken for alive by a part of the repair.
            if dirty.compare_exchange(seen, 0, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                step!("recover: clean");
                break;
            }
        }
        Ok(())
    }
}
