//! Reservations that nobody holds any more, and what becomes of them when nobody asks for their keys.
//!
//! A lease that ran out is found by the wheel ([`crate::wheel`]). A reservation whose holder died, or gave its slot up, says nothing
//! about when: all of an arena's reservations are in a queue, and whoever allocates looks at the oldest few. Those that are held
//! go to its other end.

use std::sync::atomic::Ordering;

use crate::entry::EntryAt;
use crate::error::Error;
use crate::fault::step;
use crate::heap::{Heap, State};
use crate::index::{Found, Index};
use crate::layout::ARENAS;
use crate::lock::{HeapGuard, ShardGuard};
use crate::queue::Which;
use crate::retire::Look;
use crate::segment::Segment;
use crate::slots::Owner;

/// How many a store looks at in passing.
pub(crate) const FEW: usize = 4;
/// How many are looked at when memory is short. Where one of so many is over, there is another look.
pub(crate) const MANY: usize = 256;

/// Reservations may have that part of the memory: they are not evicted, and leases outlive who made them.
const PART: u64 = 8;
/// No reservation has a larger block.
const LARGEST: u64 = EntryAt::payload_offset_for(0, u16::MAX as usize) + 256;

impl Segment {
    /// Whether there is memory for one more reservation.
    ///
    /// # Errors
    /// [`Error::TooManyReservations`].
    #[inline]
    pub(crate) fn may_reserve(&self) -> Result<(), Error> {
        // Where their number says so, nothing else has to be read: who reserves writes that line anyway.
        let count = self.header().reservations.0.load(Ordering::Relaxed);
        if count.saturating_mul(LARGEST) < self.layout.heap_size / PART {
            Ok(())
        } else {
            self.may_reserve_more()
        }
    }

    #[cold]
    fn may_reserve_more(&self) -> Result<(), Error> {
        let bytes = || {
            let queue = |arena: &Heap| {
                arena.control().queues[Which::Reserved as usize - 1].bytes.load(Ordering::Relaxed)
            };
            self.arenas.iter().map(queue).fold(0, u64::wrapping_add)
        };
        let most = self.layout.heap_size / PART;
        if bytes() >= most {
            self.in_each_arena(|heap| {
                heap.expire(MANY);
                heap.end_reservations(MANY);
                // What has ended is in the queue as long as it has its memory.
                heap.reclaim_some(Look::Recent(0));
            });
        }
        let bytes = bytes();
        if bytes < most { Ok(()) } else { Err(Error::TooManyReservations { bytes }) }
    }

    /// Whether nobody holds a reservation any more.
    pub(crate) fn is_over(&self, at: EntryAt<'_>) -> bool {
        let owner = Owner(at.entry.bits.load(Ordering::Relaxed));
        let lease_only = owner == Owner::NOBODY && at.entry.expires.load(Ordering::Relaxed) != 0;
        at.is_expired() || !(lease_only || self.slots.is_alive(owner))
    }

    /// Takes a reservation away and wakes who waits for it. The shard's lock is held.
    pub(crate) fn take_away(&self, guard: &ShardGuard<'_>, found: Found<'_>) {
        found.at.entry.superseded.store(1, Ordering::Release);
        step!("release: superseded");
        self.index.remove(found);
        step!("release: unlinked");
        self.retire(found.at);
        step!("release: retired");
        self.header().reservations.0.fetch_sub(1, Ordering::SeqCst);
        step!("release: counted");
        guard.shard.announce_release();
    }

    /// Looks at a few reservations of each arena, where nobody else is at it: while there are any, each writer has to look
    /// whether its key is reserved.
    #[cold]
    pub(crate) fn end_some_that_are_over(&self) {
        self.in_each_arena(|heap| {
            heap.expire(FEW);
            heap.end_reservations(FEW);
        });
    }

    /// Does something in each arena whose lock nobody has for long.
    fn in_each_arena(&self, work: impl Fn(&HeapGuard<'_>)) {
        for arena in 0..ARENAS {
            match self.lock_heap_soon(arena) {
                Ok(Some(heap)) => work(&heap),
                Ok(None) => {}
                Err(_) => return,
            }
        }
    }
}

impl HeapGuard<'_> {
    /// Ends reservations that are over, of at most `most` that it looks at, and says how many.
    #[inline]
    pub(crate) fn end_reservations(&self, most: usize) -> usize {
        if self.queue(Which::Reserved).oldest.load(Ordering::Relaxed) == 0 {
            0
        } else {
            self.end_oldest(most)
        }
    }

    #[cold]
    fn end_oldest(&self, most: usize) -> usize {
        let queue = self.queue(Which::Reserved);
        let last = queue.newest.load(Ordering::Relaxed);
        let mut ended = 0;
        for _ in 0..most {
            let oldest = queue.oldest.load(Ordering::Relaxed);
            if oldest == 0 {
                break;
            }
            let Some(at) = self.queued(oldest) else { break };
            if !self.heap.is_entry_block(oldest) || self.dequeue(at) != Some(Which::Reserved) {
                self.heap.distrust();
                break;
            }
            let block = self.heap.block(oldest);
            if block.is(State::Live) && self.end_if_over(at).is_some() {
                ended += 1;
            } else if !block.is(State::Retired) {
                self.enqueue(at, Which::Reserved);
            }
            // Once round.
            if oldest == last || self.segment.is_dirty() {
                break;
            }
        }
        ended
    }

    /// Takes a reservation away if nobody holds it any more, unless its shard is busy. The bytes of its block if it went.
    pub(crate) fn end_if_over(&self, at: EntryAt<'_>) -> Option<u64> {
        let hash = at.entry.hash.load(Ordering::Relaxed);
        let guard = self.segment.try_lock_shard(Index::shard_of(hash))?;
        self.end_in_shard(&guard, at)
    }

    /// The same for whoever has its shard.
    pub(crate) fn end_in_shard(&self, guard: &ShardGuard<'_>, at: EntryAt<'_>) -> Option<u64> {
        let is_one = at.is_reservation() && !at.is_superseded();
        if !is_one || !self.segment.is_over(at) {
            return None;
        }
        let found = self.segment.index.find_block(at.entry.hash.load(Ordering::Relaxed), at.offset)?;
        self.segment.take_away(guard, found);
        Some(self.heap.block(at.offset).bytes())
    }
}
