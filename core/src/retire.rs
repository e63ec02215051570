//! From "can no longer be found" to "free again".

use std::sync::atomic::Ordering;

use crate::entry::EntryAt;
use crate::fault::step;
use crate::heap::{Heap, State};
use crate::lock::HeapGuard;
use crate::segment::Segment;

/// Retired blocks and bytes that are left alone before anybody looks whether they can be reclaimed. Few bytes, so
/// that what is stored again and again stays within the processor's caches.
const RECLAIM_BLOCKS: u64 = 32;
const RECLAIM_BYTES: u64 = 16 * 1024;

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

impl HeapGuard<'_> {
    /// Reclaims if enough has been retired since the last look for a look to be worth its cost.
    pub(crate) fn reclaim_if_due(&self) {
        if self.heap.is_reclaim_due() {
            self.reclaim();
        }
    }

    /// Frees every retired block that nobody can still look at.
    pub(crate) fn reclaim(&self) {
        let segment = self.segment;
        let control = self.heap.control();
        let figure = &control.incoming.0.retired;
        let is_more = self.take_stack();
        let mut next = control.retired.load(Ordering::Relaxed);
        if next == 0 {
            return;
        }
        let survey = segment.slots.survey();
        // What had to stay has to stay while readers keep the same. One that holds everything may hold millions of blocks, and each store
        // that fails for that comes by here. (Where there is more, there will be more again: it is not worth summing up all pins.)
        let judge = if is_more { 0 } else { survey.fingerprint() };
        if !is_more && control.judged_by.load(Ordering::Relaxed) == judge {
            return;
        }
        // The list is made anew from what has to stay. A crash meanwhile rebuilds it from the blocks.
        let mut kept = 0;
        while next != 0 {
            if !self.heap.holds_entry(next, State::Retired) {
                self.heap.distrust();
                break;
            }
            let at = EntryAt::new(&segment.memory, next);
            next = at.entry.retired_next.load(Ordering::Relaxed);
            if survey.is_free(at.offset, at.entry.owner_or_stamp.load(Ordering::Relaxed)) {
                // Each for itself, and before it counts as free: whoever adds the figures up while this is stopped finds no more than
                // there is.
                figure.subtract(1, self.heap.block(at.offset).bytes());
                self.free_entry(at);
                step!("reclaim: one freed");
            } else {
                at.entry.retired_next.store(kept, Ordering::Relaxed);
                kept = at.offset;
            }
        }
        control.retired.store(kept, Ordering::Relaxed);
        control.judged_by.store(judge, Ordering::Relaxed);
        step!("reclaim: listed");
        // What stays is held by somebody: looking again is worth it once there is as much that is new.
        let (count, bytes) = figure.get();
        control.reclaim_at_count.store(count * 2 + RECLAIM_BLOCKS, Ordering::Relaxed);
        control.reclaim_at_bytes.store(bytes * 2 + RECLAIM_BYTES, Ordering::Relaxed);
    }

    /// Moves what writers pushed since the last time to the list that this lock protects. Whether there was any.
    fn take_stack(&self) -> bool {
        let segment = self.segment;
        let control = self.heap.control();
        let mut next = control.incoming.0.stack.swap(0, Ordering::Acquire);
        step!("reclaim: stack taken");
        let is_more = next != 0;
        // Ends on any list: a circle turns round, since the links are turned round.
        while next != 0 {
            if !self.heap.holds_entry(next, State::Retired) {
                self.heap.distrust();
                break;
            }
            let at = EntryAt::new(&segment.memory, next);
            next = at.entry.retired_next.load(Ordering::Relaxed);
            at.entry.retired_next.store(control.retired.load(Ordering::Relaxed), Ordering::Relaxed);
            control.retired.store(at.offset, Ordering::Relaxed);
            step!("reclaim: moved one");
        }
        is_more
    }

    /// Gives the block of an entry back that nobody can look at.
    pub(crate) fn free_entry(&self, at: EntryAt<'_>) {
        self.dequeue(at);
        self.unfile(at);
        self.heap.free(at.offset);
    }
}
