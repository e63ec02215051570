//! Taking a segment's locks, and what to do when a holder died.
//!
//! Order: shards by their number, then the arenas of the heap by theirs. Who holds an arena only ever *tries* a shard, and who holds shards
//! waits for another one for a moment only.
//!
//! Any lock that is held keeps repairs out. An arena's lock is never worth a long wait: the other arena has room too, so
//! a writer who is stopped inside one delays nobody else for long.
//!
//! A death inside a lock changes the segment's `dirty` mark before anything else; whoever takes a lock and sees the
//! mark lets go, takes all locks and repairs ([`crate::recover`]). The mark goes last, so a repair that is killed is
//! simply done again. A panic under an arena's lock marks like a death. The steps of this are in [`crate::protocol`],
//! which the models explore.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::error::Error;
use crate::fault::step;
use crate::haste;
use crate::heap::Heap;
use crate::layout::SHARDS;
use crate::limit::Limit;
use crate::protocol::{self, Dirty, Locks, Robust, Taken};
use crate::segment::Segment;
use crate::shard::Shard;
use crate::sys::robust::RobustMutex;

/// How long somebody waits for an arena before going on to the other.
const A_MOMENT: Duration = Duration::from_millis(1);
/// How long somebody who has shards waits for another one before letting go of them: longer than a change takes, and no more than others may
/// wait for somebody who is stopped.
const WHILE_HOLDING: Duration = Duration::from_millis(5);

/// A lock of the segment, held until dropped.
pub(crate) type Held<'a> = protocol::Held<'a, RobustMutex>;

/// A shard with its lock.
pub(crate) struct ShardGuard<'a> {
    pub(crate) shard: &'a Shard,
    _held: Held<'a>,
}

/// An arena with its lock.
pub(crate) struct HeapGuard<'a> {
    pub(crate) segment: &'a Segment,
    pub(crate) heap: &'a Heap,
    /// Before the lock is let go.
    _mark: MarkIfPanicking<'a>,
    /// `None` during a repair, which has every lock.
    _held: Option<Held<'a>>,
}

/// Marks the segment for repair when a panic leaves whatever was begun under an arena's lock: the embedder's code runs there. (Not
/// for a shard's: what is changed under that alone calls nobody else's code, and its guard goes through registers.)
///
/// `None` where it was panicking before: what is done while a panic clears up is as whole as ever.
struct MarkIfPanicking<'a>(Option<&'a Dirty>);

impl Drop for MarkIfPanicking<'_> {
    #[inline]
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Some(dirty) = self.0
        {
            dirty.mark();
        }
    }
}

/// The locks of a segment, for [`crate::protocol`].
struct LocksOf<'a>(&'a Segment);

impl Locks for LocksOf<'_> {
    type Mutex = RobustMutex;
    type Error = Error;

    #[inline]
    fn dirty(&self) -> &Dirty {
        &self.0.header().dirty.0
    }

    fn limit(&self) -> Duration {
        self.0.wait_limit()
    }

    fn timed_out(&self) -> Error {
        self.0.timed_out()
    }

    fn every(&self) -> impl Iterator<Item = &RobustMutex> {
        let shards = self.0.shards().map(|shard| &shard.lock);
        shards.chain(self.0.arenas.iter().map(|arena| &arena.control().lock))
    }

    fn repair(&self) -> Result<(), Error> {
        crate::recover::repair(self.0)
    }

    fn count_repair(&self) {
        self.0.header().counters.0.recoveries.fetch_add(1, Ordering::Relaxed);
    }

    #[inline]
    fn reached(&self, step: &'static str) {
        crate::fault::at(step);
    }
}

impl Segment {
    /// A lock was not free for as long as locks are waited for.
    pub(crate) fn timed_out(&self) -> Error {
        haste::waited_in_vain();
        Error::LockTimeout { waited_ms: self.lock_timeout().as_millis() as u64 }
    }

    /// How long a call may wait for locks from now on.
    pub(crate) fn limit(&self) -> Limit {
        Limit::new(self.wait_limit())
    }

    /// How long a lock is waited for now.
    pub(crate) fn wait_limit(&self) -> Duration {
        if haste::is_hasty() { Duration::ZERO } else { self.lock_timeout() }
    }

    /// Whether a writer died inside a lock and its traces are still there.
    pub(crate) fn is_dirty(&self) -> bool {
        self.header().dirty.0.is_set()
    }

    /// Takes `mutex`, whatever its last holder's fate; a death is recorded.
    #[inline]
    fn take<'a>(&self, mutex: &'a RobustMutex) -> Result<Held<'a>, Error> {
        protocol::take(&LocksOf(self), mutex)
    }

    /// Takes `mutex` over structures that are whole.
    #[inline]
    fn take_clean<'a>(&self, mutex: &'a RobustMutex) -> Result<Held<'a>, Error> {
        protocol::whole(&LocksOf(self), || self.take(mutex))
    }

    /// Locks the shard of a hash.
    #[inline]
    pub(crate) fn lock_shard(&self, index: usize) -> Result<ShardGuard<'_>, Error> {
        let shard = self.shard(index);
        Ok(ShardGuard { shard, _held: self.take_clean(&shard.lock)? })
    }

    /// Locks a shard if that takes no longer than `limit` (and the repair that may be due no longer than repairs may).
    ///
    /// # Errors
    /// When what a dead holder left cannot be repaired (in time).
    pub(crate) fn lock_shard_within(
        &self,
        index: usize,
        limit: Duration,
    ) -> Result<Option<ShardGuard<'_>>, Error> {
        let shard = self.shard(index);
        if let Some(guard) = self.try_lock_shard(index) {
            return Ok(Some(guard));
        }
        step!("lock: waits");
        Ok(self.take_within(&shard.lock, limit)?.map(|held| ShardGuard { shard, _held: held }))
    }

    /// Locks a shard if it is free and everything is whole; never waits.
    #[inline]
    pub(crate) fn try_lock_shard(&self, index: usize) -> Option<ShardGuard<'_>> {
        let shard = self.shard(index);
        Some(ShardGuard { shard, _held: protocol::try_take(&LocksOf(self), &shard.lock)? })
    }

    #[inline]
    fn guard<'a>(&'a self, heap: &'a Heap, held: Option<Held<'a>>) -> HeapGuard<'a> {
        let mark = (!std::thread::panicking()).then_some(&self.header().dirty.0);
        HeapGuard { segment: self, heap, _mark: MarkIfPanicking(mark), _held: held }
    }

    /// Locks an arena.
    #[inline]
    pub(crate) fn lock_heap(&self, arena: usize) -> Result<HeapGuard<'_>, Error> {
        let heap = &self.arenas[arena];
        Ok(self.guard(heap, Some(self.take_clean(&heap.control().lock)?)))
    }

    /// Locks an arena even if a repair is due.
    pub(crate) fn lock_heap_as_it_is(&self, arena: usize) -> Result<HeapGuard<'_>, Error> {
        let heap = &self.arenas[arena];
        Ok(self.guard(heap, Some(self.take(&heap.control().lock)?)))
    }

    /// Locks an arena if that takes no more than a moment; not even that while its holder is known to be stuck.
    ///
    /// # Errors
    /// When what a dead holder left cannot be repaired in time (or at all): no use to try the other arena.
    #[inline]
    pub(crate) fn lock_heap_soon(&self, arena: usize) -> Result<Option<HeapGuard<'_>>, Error> {
        let heap = &self.arenas[arena];
        match self.take_soon(heap) {
            None => Ok(None),
            Some(held) if !self.is_dirty() => Ok(Some(self.guard(heap, Some(held)))),
            Some(held) => self.lock_heap_repaired(heap, held),
        }
    }

    /// The same where a repair is due.
    #[cold]
    fn lock_heap_repaired<'a>(
        &'a self,
        heap: &'a Heap,
        mut held: Held<'a>,
    ) -> Result<Option<HeapGuard<'a>>, Error> {
        while self.is_dirty() {
            drop(held);
            protocol::recover(&LocksOf(self))?;
            match self.take_soon(heap) {
                None => return Ok(None),
                Some(again) => held = again,
            }
        }
        Ok(Some(self.guard(heap, Some(held))))
    }

    /// Locks an arena, whoever holds it, if that takes no longer than `limit` (and the repair that may be due no longer than repairs may).
    ///
    /// # Errors
    /// When what a dead holder left cannot be repaired (in time).
    pub(crate) fn lock_heap_within(
        &self,
        arena: usize,
        limit: Duration,
    ) -> Result<Option<HeapGuard<'_>>, Error> {
        let heap = &self.arenas[arena];
        Ok(self.take_within(&heap.control().lock, limit)?.map(|held| self.guard(heap, Some(held))))
    }

    fn take_within<'a>(&self, mutex: &'a RobustMutex, limit: Duration) -> Result<Option<Held<'a>>, Error> {
        loop {
            let Some(held) = protocol::got(&LocksOf(self), mutex, mutex.lock(limit)) else {
                return Ok(None);
            };
            if !self.is_dirty() {
                return Ok(Some(held));
            }
            drop(held);
            protocol::recover(&LocksOf(self))?;
        }
    }

    /// As [`Self::lock_heap_soon`] for whoever holds a shard, and so cannot repair.
    pub(crate) fn lock_heap_in_shard<'a>(
        &'a self,
        heap: &'a Heap,
        _shard: &ShardGuard<'_>,
    ) -> Option<HeapGuard<'a>> {
        let held = self.take_soon(heap)?;
        if self.is_dirty() { None } else { Some(self.guard(heap, Some(held))) }
    }

    /// The arena that `ours` is not, if it is free and everything is whole; never waits.
    pub(crate) fn try_lock_other_heap<'a>(&'a self, ours: &HeapGuard<'_>) -> Option<HeapGuard<'a>> {
        let heap = self.arenas.iter().find(|arena| !std::ptr::eq(*arena, ours.heap))?;
        let held = protocol::try_take(&LocksOf(self), &heap.control().lock)?;
        Some(self.guard(heap, Some(held)))
    }

    #[inline]
    fn take_soon<'a>(&self, heap: &'a Heap) -> Option<Held<'a>> {
        let control = heap.control();
        let mutex = &control.lock;
        let mut taken = mutex.try_lock();
        if taken == Taken::Busy {
            taken = Self::wait_a_moment(heap);
        }
        let held = protocol::got(&LocksOf(self), mutex, taken)?;
        if control.stalled.load(Ordering::Relaxed) != 0 {
            control.stalled.store(0, Ordering::Relaxed);
        }
        Some(held)
    }

    /// The arena as a repair uses it, which has all locks.
    pub(crate) fn heap_guard_in_repair(&self, arena: usize) -> HeapGuard<'_> {
        self.guard(&self.arenas[arena], None)
    }

    #[cold]
    fn wait_a_moment(heap: &Heap) -> Taken {
        let control = heap.control();
        let holder = control.lock.holder().unwrap_or(0);
        if holder != 0 && control.stalled.load(Ordering::Relaxed) == holder {
            return Taken::Busy;
        }
        let taken = control.lock.lock(A_MOMENT);
        if taken == Taken::Busy {
            control.stalled.store(control.lock.holder().unwrap_or(0), Ordering::Relaxed);
        }
        taken
    }

    /// Locks some shard, from `first` on the next that is free: enough to keep repairs out.
    pub(crate) fn lock_some_shard(&self, first: usize, limit: &Limit) -> Result<ShardGuard<'_>, Error> {
        loop {
            if let Some(guard) = self.try_lock_some_shard(first) {
                return Ok(guard);
            }
            // All are taken (by a repair, or by somebody who clears), or a repair is due.
            drop(self.lock_shard_in(first % SHARDS, limit)?);
        }
    }

    /// The same without waiting; `None` also where a repair is due.
    pub(crate) fn try_lock_some_shard(&self, first: usize) -> Option<ShardGuard<'_>> {
        (0..SHARDS).find_map(|step| self.try_lock_shard((first + step) % SHARDS))
    }

    /// Locks all of the given shards (ascending numbers, each once). Who has one of them for longer than a moment is waited for with none
    /// in hand: it may be stopped, and those who store under other keys are not to wait for it, too.
    pub(crate) fn lock_shards(&self, indices: &[usize], limit: &Limit) -> Result<Vec<ShardGuard<'_>>, Error> {
        let take = || {
            let mut moment = WHILE_HOLDING;
            loop {
                let busy = match self.take_shards(indices, moment, limit)? {
                    Ok(guards) => return Ok(guards),
                    Err(busy) => busy,
                };
                step!("lock: gives way");
                drop(self.take_shard(busy, limit)?);
                // It was not stopped. Where the processors have much to do there is always somebody who waits for one with a lock: some
                // time it has to be waited for.
                moment = moment.saturating_mul(2);
            }
        };
        protocol::whole(&LocksOf(self), take)
    }

    /// Locks a shard within what is left of a limit.
    pub(crate) fn lock_shard_in(&self, index: usize, limit: &Limit) -> Result<ShardGuard<'_>, Error> {
        protocol::whole(&LocksOf(self), || self.take_shard(index, limit))
    }

    /// Takes the locks of shards, whatever there is to repair. The number of one that was not free within a `moment`, with none held any more.
    fn take_shards(
        &self,
        indices: &[usize],
        moment: Duration,
        limit: &Limit,
    ) -> Result<Result<Vec<ShardGuard<'_>>, usize>, Error> {
        let mut guards = Vec::with_capacity(indices.len());
        for &index in indices {
            if guards.is_empty() {
                guards.push(self.take_shard(index, limit)?);
                continue;
            }
            match self.take_shard_soon(index, || limit.wait(moment, |left| self.shard(index).lock.lock(left)))
            {
                Some(guard) => guards.push(guard),
                None => return Ok(Err(index)),
            }
        }
        Ok(Ok(guards))
    }

    /// Takes a shard's lock, whatever its last holder's fate, within what is left of a limit.
    fn take_shard(&self, index: usize, limit: &Limit) -> Result<ShardGuard<'_>, Error> {
        let wait = || {
            if limit.left().is_zero() {
                return Taken::Busy;
            }
            step!("lock: waits");
            limit.wait(Duration::MAX, |left| self.shard(index).lock.lock(left))
        };
        self.take_shard_soon(index, wait).ok_or_else(|| self.timed_out())
    }

    /// The same; while it is another's, `wait` says whether it becomes free.
    fn take_shard_soon(&self, index: usize, wait: impl FnOnce() -> Taken) -> Option<ShardGuard<'_>> {
        let shard = self.shard(index);
        let mut taken = shard.lock.try_lock();
        if taken == Taken::Busy {
            taken = wait();
        }
        let held = protocol::got(&LocksOf(self), &shard.lock, taken)?;
        Some(ShardGuard { shard, _held: held })
    }
}
