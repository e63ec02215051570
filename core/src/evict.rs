//! Which entries make room when memory is full: SIEVE.
//!
//! New entries join a queue at its newest end and stay where they are. A hand moves from the oldest to the
//! newest: an entry that was read since it last passed is marked unread and stays, another goes. A hit only
//! sets a mark, and only if it is not set, so readers share no line that they write.
//!
//! The queue belongs to the heap lock. Blocks join when they are allocated, before they hold an entry.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::entry::{EntryAt, RESERVATION};
use crate::epoch::Survey;
use crate::fault::step;
use crate::heap::State;
use crate::heap::block::HEADER as BLOCK_HEADER;
use crate::index::Index;
use crate::lock::HeapGuard;
use crate::shard::Shard;

/// Whether a block that has more than this part of the arena can be had at all is found out before anything is evicted.
const LARGE_PART: u64 = 16;
/// How long an eviction waits for operations of interrupted readers, all in all.
const LONGEST_DRAIN: Duration = Duration::from_millis(20);

impl HeapGuard<'_> {
    /// Puts a block that is in no list yet into those that it belongs to; its expiry and space are written.
    pub(crate) fn enlist(&self, at: EntryAt<'_>) {
        if self.segment.evicts {
            self.enqueue(at);
        }
        self.file_if_it_expires(at);
    }

    /// Puts an entry into the place that another one has in the queue.
    pub(crate) fn replace_in_queue(&self, old: EntryAt<'_>, new: EntryAt<'_>) {
        let queued = old.entry.queued.swap(0, Ordering::Relaxed);
        new.entry.queued.store(queued, Ordering::Relaxed);
        if queued == 0 {
            return;
        }
        let (memory, control) = (&self.segment.memory, self.heap.control());
        let newer = old.entry.newer.load(Ordering::Relaxed);
        let older = old.entry.older.load(Ordering::Relaxed);
        new.entry.newer.store(newer, Ordering::Relaxed);
        new.entry.older.store(older, Ordering::Relaxed);
        if newer == 0 {
            control.queue_newest.store(new.offset, Ordering::Relaxed);
        } else {
            EntryAt::new(memory, newer).entry.older.store(new.offset, Ordering::Relaxed);
        }
        if older == 0 {
            control.queue_oldest.store(new.offset, Ordering::Relaxed);
        } else {
            EntryAt::new(memory, older).entry.newer.store(new.offset, Ordering::Relaxed);
        }
        if control.queue_hand.load(Ordering::Relaxed) == old.offset {
            control.queue_hand.store(new.offset, Ordering::Relaxed);
        }
    }

    /// Lets the block join at the newest end.
    fn enqueue(&self, at: EntryAt<'_>) {
        let control = self.heap.control();
        let newest = control.queue_newest.load(Ordering::Relaxed);
        at.entry.older.store(newest, Ordering::Relaxed);
        at.entry.newer.store(0, Ordering::Relaxed);
        if newest == 0 {
            control.queue_oldest.store(at.offset, Ordering::Relaxed);
        } else {
            EntryAt::new(&self.segment.memory, newest).entry.newer.store(at.offset, Ordering::Relaxed);
        }
        control.queue_newest.store(at.offset, Ordering::Relaxed);
        at.entry.queued.store(1, Ordering::Relaxed);
    }

    /// Takes the block out, wherever it stands.
    pub(crate) fn dequeue(&self, at: EntryAt<'_>) {
        if at.entry.queued.load(Ordering::Relaxed) == 0 {
            return;
        }
        at.entry.queued.store(0, Ordering::Relaxed);
        let memory = &self.segment.memory;
        let control = self.heap.control();
        let newer = at.entry.newer.load(Ordering::Relaxed);
        let older = at.entry.older.load(Ordering::Relaxed);
        if control.queue_hand.load(Ordering::Relaxed) == at.offset {
            control.queue_hand.store(newer, Ordering::Relaxed);
        }
        if newer == 0 {
            control.queue_newest.store(older, Ordering::Relaxed);
        } else {
            EntryAt::new(memory, newer).entry.older.store(older, Ordering::Relaxed);
        }
        if older == 0 {
            control.queue_oldest.store(newer, Ordering::Relaxed);
        } else {
            EntryAt::new(memory, older).entry.newer.store(newer, Ordering::Relaxed);
        }
    }

    /// Evicts until a block with room for `bytes` can be allocated, and allocates it. `None` when everything
    /// that may go has gone, or when what goes would not make room: while some request holds all that is retired, or
    /// when what is pinned stands in the way of so large a block.
    pub(crate) fn evict_for(&self, bytes: u64) -> Option<u64> {
        let heap = self.heap;
        let deadline = Instant::now() + LONGEST_DRAIN.min(self.segment.lock_timeout());
        let mut survey = self.segment.slots.survey();
        if bytes > heap.size() / LARGE_PART && !self.is_within_reach(bytes + BLOCK_HEADER, &survey) {
            return None;
        }
        // Free memory in pieces: as much again as is wanted leaves places for what has to be moved.
        let is_scattered = || heap.control().free_bytes.load(Ordering::Relaxed) >= bytes.saturating_mul(2);
        if is_scattered()
            && let Some(offset) = self.compact_for(bytes)
        {
            return Some(offset);
        }
        let mut freed = 0;
        while !survey.holds() {
            let went = self.evict_one(&survey);
            freed += went.unwrap_or(bytes);
            // Looking costs a survey of all readers: do so when it can have become possible.
            if freed < bytes {
                continue;
            }
            self.reclaim();
            if let Some(offset) = heap.allocate(bytes) {
                return Some(offset);
            }
            // An operation that was interrupted keeps what was evicted: better to wait for it than to evict more.
            if heap.control().incoming.0.retired.get().1 >= bytes {
                self.segment.slots.drain(deadline);
                self.reclaim();
            }
            if let Some(offset) = heap.allocate(bytes).or_else(|| self.compact_for(bytes)) {
                return Some(offset);
            }
            went?;
            survey = self.segment.slots.survey();
            freed = bytes / 2;
        }
        None
    }

    /// Evicts one entry and returns the bytes of its block; `None` when none may go.
    fn evict_one(&self, survey: &Survey) -> Option<u64> {
        let segment = self.segment;
        let control = self.heap.control();
        let mut rounds = 0;
        loop {
            let mut hand = control.queue_hand.load(Ordering::Relaxed);
            if hand == 0 {
                // Two rounds see every entry with its mark cleared.
                rounds += 1;
                hand = control.queue_oldest.load(Ordering::Relaxed);
                if hand == 0 || rounds > 2 {
                    return None;
                }
            }
            let at = EntryAt::new(&segment.memory, hand);
            control.queue_hand.store(at.entry.newer.load(Ordering::Relaxed), Ordering::Relaxed);
            step!("evict: hand moved");
            let expired = at.is_expired();
            if !self.heap.block(hand).is(State::Live)
                || (at.entry.visited.swap(0, Ordering::Relaxed) != 0 && !expired)
            {
                continue;
            }
            // A pinned entry would be lost without giving memory.
            if survey.is_free(hand, 0)
                && let Some(bytes) = self.evict(at, expired)
            {
                return Some(bytes);
            }
        }
    }

    /// Takes a victim out of the index, unless its shard is busy.
    pub(crate) fn evict(&self, at: EntryAt<'_>, expired: bool) -> Option<u64> {
        let segment = self.segment;
        let hash = at.entry.hash.load(Ordering::Relaxed);
        let guard = segment.try_lock_shard(Index::shard_of(hash))?;
        if at.is_superseded() || at.entry.space.load(Ordering::Relaxed) == RESERVATION {
            return None;
        }
        let found = segment.index.find_block(hash, at.offset)?;
        at.entry.superseded.store(1, Ordering::Release);
        step!("evict: superseded");
        segment.index.remove(found);
        step!("evict: unlinked");
        segment.retire(at);
        step!("evict: retired");
        Shard::bump(&guard.shard.entries, -1);
        let counters = &segment.header().counters.0;
        let counter = if expired { &counters.expired } else { &counters.evictions };
        counter.fetch_add(1, Ordering::Relaxed);
        Some(self.heap.block(at.offset).bytes())
    }
}
