//! Taking a segment's locks, and what to do when a holder died.
//!
//! Order: shards by their number, then the heap. Who holds the heap lock only ever *tries* a shard.
//!
//! A death inside a lock changes the segment's `dirty` mark before anything else; whoever takes a lock and sees
//! the mark lets go, takes all locks and repairs ([`crate::recover`]). The mark goes last, so a repair that is
//! killed is simply done again.

use std::sync::atomic::Ordering;

use crate::error::Error;
use crate::fault::step;
use crate::heap::HeapControl;
use crate::layout::SHARDS;
use crate::segment::Segment;
use crate::shard::Shard;
use crate::sys::robust::{RobustMutex, Taken};

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

/// The heap with its lock.
pub(crate) struct HeapGuard<'a> {
    pub(crate) segment: &'a Segment,
    _held: Held<'a>,
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

    /// Locks the heap.
    #[inline]
    pub(crate) fn lock_heap(&self) -> Result<HeapGuard<'_>, Error> {
        let control: &HeapControl = self.heap.control();
        Ok(HeapGuard { segment: self, _held: self.take_clean(&control.lock)? })
    }

    /// Locks the heap even if a repair is due.
    pub(crate) fn lock_heap_as_it_is(&self) -> Result<HeapGuard<'_>, Error> {
        Ok(HeapGuard { segment: self, _held: self.take(&self.heap.control().lock)? })
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
        let mut held = Vec::with_capacity(SHARDS + 1);
        for shard in self.shards() {
            held.push(self.take(&shard.lock)?);
        }
        held.push(self.take(&self.heap.control().lock)?);
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
