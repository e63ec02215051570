//! From "can no longer be found" to "free again".

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::entry::EntryAt;
use crate::epoch::Survey;
use crate::error::Error;
use crate::fault::step;
use crate::heap::{Heap, State};
use crate::lock::HeapGuard;
use crate::segment::Segment;

/// Retired blocks and bytes that are left alone before anybody looks whether they can be reclaimed. Few bytes, so
/// that what is stored again and again stays within the processor's caches.
const RECLAIM_BLOCKS: u64 = 32;
const RECLAIM_BYTES: u64 = 16 * 1024;
/// Of what is newly retired, so many blocks are looked at before somebody else may have the arena: a few milliseconds.
const MOST_AT_ONCE: u64 = 4096;
/// How long whoever waits for the arena needs to wake up and take it, more or less.
const A_TURN: Duration = Duration::from_micros(50);
/// What had to stay is looked at again after so many others, as a part of it.
const AGAIN_PART: u64 = 16;

impl Segment {
    /// Retires an entry that cannot be found (any more). Some lock is held, so that no repair makes the stack anew
    /// meanwhile.
    pub(crate) fn retire(&self, at: EntryAt<'_>) {
        let header = self.header();
        let heap = self.heap_of(at.offset);
        if !heap.is_in_use(at.offset) {
            return heap.distrust();
        }
        // SYNC POINT "writer retires": after the unlink; `advance` releases it to readers of later epochs.
        let stamp = header.clock.0.advance();
        at.entry.owner_or_stamp.store(stamp, Ordering::Relaxed);
        step!("retire: stamped");
        let block = self.block(at.offset);
        block.set_state(State::Retired);
        step!("retire: state");
        let incoming = &heap.control().incoming.0;
        incoming.retired.add(block.bytes());
        step!("retire: counted");
        let stack = &incoming.stack;
        let mut top = stack.load(Ordering::Relaxed);
        loop {
            at.entry.retired_next.store(top, Ordering::Relaxed);
            match stack.compare_exchange_weak(top, at.offset, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => {
                    step!("retire: pushed");
                    return;
                }
                Err(now) => top = now,
            }
        }
    }

    /// The arena, with every retired block freed that nobody can still look at, if nobody else is at it for long. In between others may
    /// have it: a clear retires millions of blocks.
    ///
    /// # Errors
    /// As for [`Self::lock_heap_soon`].
    pub(crate) fn lock_reclaimed(&self, arena: usize) -> Result<Option<HeapGuard<'_>>, Error> {
        let mut look = Look::All;
        loop {
            let Some(heap) = self.lock_heap_soon(arena)? else { return Ok(None) };
            if !heap.look(look, MOST_AT_ONCE) || self.is_dirty() {
                return Ok(Some(heap));
            }
            drop(heap);
            look = Look::New;
            std::thread::sleep(A_TURN);
        }
    }
}

impl Heap {
    /// Whether so much was retired since somebody looked that a look is worth its cost. Needs no lock.
    pub(crate) fn is_reclaim_due(&self) -> bool {
        let control = self.control();
        let (count, bytes) = control.incoming.0.retired.get();
        count >= control.reclaim_at_count.load(Ordering::Relaxed).max(RECLAIM_BLOCKS)
            || bytes >= control.reclaim_at_bytes.load(Ordering::Relaxed).max(RECLAIM_BYTES)
    }
}

/// How much of what is retired a look is at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Look {
    /// Everything, unless readers keep the same as when it was judged last.
    All,
    /// What is new only: for those that go on where another look was not at all of that. What had to stay may be millions of blocks, and
    /// readers that come and go make it something else each time.
    New,
    /// What is new and so many of those that had to stay most lately: what an operation kept is free soon. All, too, once it is a while
    /// since it was looked at.
    Recent(u64),
}

/// A list of retired blocks as it is made.
#[derive(Default)]
struct Chain {
    first: u64,
    last: u64,
    count: u64,
}

impl Chain {
    fn push(&mut self, at: EntryAt<'_>) {
        at.entry.retired_next.store(self.first, Ordering::Relaxed);
        if self.first == 0 {
            self.last = at.offset;
        }
        self.first = at.offset;
        self.count += 1;
    }
}

impl HeapGuard<'_> {
    /// Reclaims if enough has been retired since the last look for a look to be worth its cost.
    pub(crate) fn reclaim_if_due(&self) {
        if self.heap.is_reclaim_due() {
            self.look(Look::Recent(0), MOST_AT_ONCE);
        }
    }

    /// Frees every retired block that nobody can still look at.
    pub(crate) fn reclaim(&self) {
        while self.look(Look::All, u64::MAX) {}
    }

    /// The same, but of what is newly retired a part. Says whether there is more of it.
    pub(crate) fn reclaim_some(&self, look: Look) -> bool {
        self.look(look, MOST_AT_ONCE)
    }

    /// The same, but what had to stay for long is not looked at each time: readers that keep much would make each store slow. For
    /// whoever needs memory and has other ways to get it; `recent` blocks were just retired.
    pub(crate) fn reclaim_recent(&self, recent: u64) {
        while self.look(Look::Recent(recent), u64::MAX) {}
    }

    /// Looks at retired blocks, at `most` of those that are new. Says whether there are more of these; not what is retired meanwhile.
    fn look(&self, look: Look, most: u64) -> bool {
        let segment = self.segment;
        let control = self.heap.control();
        let figure = &control.incoming.0.retired;
        let stack = &control.incoming.0.stack;
        let unjudged = control.unjudged.load(Ordering::Relaxed);
        let new = if unjudged == 0 { stack.swap(0, Ordering::Acquire) } else { unjudged };
        step!("reclaim: stack taken");
        let (old, listed) = (control.retired.load(Ordering::Relaxed), control.listed.load(Ordering::Relaxed));
        let passed_over = control.passed_over.load(Ordering::Relaxed).saturating_add(1);
        let recent = |passed_over| match look {
            Look::New => Some(0),
            Look::Recent(most) if passed_over < listed / AGAIN_PART => Some(most),
            Look::Recent(_) | Look::All => None,
        };
        if new == 0 && (old == 0 || recent(passed_over) == Some(0)) {
            control.passed_over.store(passed_over, Ordering::Relaxed);
            return false;
        }
        let survey = segment.slots.survey();
        // The list is made anew from what has to stay. A crash meanwhile rebuilds it from the blocks.
        let mut kept = Chain::default();
        let (later, looked) = self.judge_retired(new, most, &survey, &mut kept);
        control.unjudged.store(later, Ordering::Relaxed);
        // What is on the stack has waited for what was taken from it before.
        let is_more = later != 0 || (unjudged != 0 && stack.load(Ordering::Relaxed) != 0);
        let newly_kept = kept.count;
        let passed_over = passed_over.saturating_add(looked);
        let recent = recent(passed_over);
        let is_all = recent.is_none();
        // What had to stay has to stay while readers keep the same. One that holds everything may hold millions of blocks, and each store
        // that fails for that comes by here. (Summing up many pins is not worth it for few blocks, if there is more each time.)
        let is_worth_it = new == 0 || listed >= survey.pins() as u64 / AGAIN_PART;
        let judge = if is_all && is_worth_it { survey.fingerprint() } else { 0 };
        let is_judged = judge != 0 && control.judged_by.load(Ordering::Relaxed) == judge;
        let (mut rest, mut walked) = (old, 0);
        if !is_judged {
            (rest, walked) = self.judge_retired(old, recent.unwrap_or(u64::MAX), &survey, &mut kept);
            if is_all || newly_kept != 0 {
                control.judged_by.store(judge, Ordering::Relaxed);
            }
        }
        control.passed_over.store(if is_all { 0 } else { passed_over }, Ordering::Relaxed);
        if looked + walked == 0 {
            return is_more;
        }
        if kept.first == 0 {
            kept.first = rest;
        } else {
            EntryAt::new(&segment.memory, kept.last).entry.retired_next.store(rest, Ordering::Relaxed);
        }
        control.retired.store(kept.first, Ordering::Relaxed);
        let left = if rest == 0 { 0 } else { listed.saturating_sub(walked) };
        control.listed.store(left.saturating_add(kept.count), Ordering::Relaxed);
        step!("reclaim: listed");
        // What stays is held by somebody: looking again is worth it once there is as much that is new.
        let (count, bytes) = figure.get();
        control.reclaim_at_count.store(count * 2 + RECLAIM_BLOCKS, Ordering::Relaxed);
        control.reclaim_at_bytes.store(bytes * 2 + RECLAIM_BYTES, Ordering::Relaxed);
        is_more
    }

    /// Looks at the blocks of a list of retired ones, `most` at most: frees those that nobody can look at, and puts the others into
    /// `kept`. Returns where the rest begins, and how many it has looked at.
    fn judge_retired(&self, first: u64, most: u64, survey: &Survey, kept: &mut Chain) -> (u64, u64) {
        let figure = &self.heap.control().incoming.0.retired;
        let (mut next, mut looked) = (first, 0);
        // Ends on any list: a circle turns round, since the links are turned round.
        while next != 0 && looked < most {
            if !self.heap.holds_entry(next, State::Retired) {
                self.heap.distrust();
                return (0, looked);
            }
            let at = EntryAt::new(&self.segment.memory, next);
            next = at.entry.retired_next.load(Ordering::Relaxed);
            looked += 1;
            if survey.is_free(at.offset, at.entry.owner_or_stamp.load(Ordering::Relaxed)) {
                // Each for itself, and before it counts as free: whoever adds the figures up while this is stopped finds no more than
                // there is.
                figure.subtract(1, self.heap.block(at.offset).bytes());
                self.free_entry(at);
                step!("reclaim: one freed");
            } else {
                kept.push(at);
                step!("reclaim: one stays");
            }
        }
        (next, looked)
    }

    /// Gives the block of an entry back that nobody can look at.
    pub(crate) fn free_entry(&self, at: EntryAt<'_>) {
        self.dequeue(at);
        self.unfile(at);
        self.heap.free(at.offset);
    }
}
