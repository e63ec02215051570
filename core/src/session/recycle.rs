//! Blocks that a session keeps for its own next stores.
//!
//! Replacing an entry retires a block, and the next store wants one of about the same size. A session keeps a few of the
//! blocks that it retired itself and uses them again once nobody can look at them: a store then needs the heap's lock
//! only now and then, and writes memory that is still in the processor's caches.
//!
//! A kept block is in state `Kept` and names its owner, and the owner's slot says that there are such blocks. When the
//! owner dies, whoever takes its slot over sees that, and a repair retires them.

use std::sync::atomic::Ordering;

use super::patience::Patience;
use super::{Place, Session};
use crate::entry::EntryAt;
use crate::fault::step;
use crate::heap::{State, UNIT, block};
use crate::segment::Segment;
use crate::slots::Owner;

/// Blocks that are kept at most, and how many wait before somebody looks whether they can be used.
const MOST: usize = 16;
const LOOK_AT: usize = 8;
/// Or how many bytes: the next store should find memory that is still in the nearest cache.
const LOOK_AT_BYTES: u64 = 8 * 1024;
/// A session keeps at most this part of the heap, and never more than 128 KiB.
const PART: u64 = 512;
const MOST_BYTES: u64 = 128 * 1024;
/// All sessions together keep about this part of the heap: where there are more slots, each has a share of it, and nothing where that is
/// too little to be looked at. (Those that came when there were fewer may keep more until they store again: all together an eighth
/// of the heap at most.)
const PART_OF_ALL: u64 = 32;
const FEW_SLOTS: u64 = PART / PART_OF_ALL;

#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    pub(super) offset: u64,
    pub(super) stamp: u64,
    pub(super) bytes: u64,
}

/// What one session keeps.
#[derive(Debug, Default)]
pub(super) struct Recycler {
    /// Somebody may still look at these.
    waiting: Vec<Kept>,
    /// Nobody can.
    ready: Vec<Kept>,
    /// Of all.
    bytes: u64,
    /// Of what waits.
    waiting_bytes: u64,
    /// Somebody holds on to what waits: no use to look again and again.
    stuck: bool,
    /// There may be something to give back: something was stored.
    pub(super) noted: bool,
}

/// What each of many sessions may keep.
fn share(part: u64, slots: u64) -> u64 {
    Some(part * FEW_SLOTS / slots).filter(|share| *share >= LOOK_AT_BYTES).unwrap_or(0)
}

impl Recycler {
    pub(super) const fn new() -> Self {
        Self {
            waiting: Vec::new(),
            ready: Vec::new(),
            bytes: 0,
            waiting_bytes: 0,
            stuck: false,
            noted: false,
        }
    }

    /// Whether a block of this size can be kept as well, and how many of those that nobody looks at have to go for it: what
    /// was kept first, since stores of late had no use for it. None where it cannot.
    #[inline]
    pub(super) fn room_for(&self, segment: &Segment, bytes: u64) -> Option<usize> {
        if self.stuck {
            return None;
        }
        let slots = segment.slots.ready() as u64;
        let part = segment.layout.heap_size / PART;
        let most = MOST_BYTES.min(if slots <= FEW_SLOTS { part } else { share(part, slots) });
        if self.waiting.len() + self.ready.len() < MOST && self.bytes + bytes <= most {
            return Some(0);
        }
        self.room_in_place(bytes, most)
    }

    #[cold]
    fn room_in_place(&self, bytes: u64, most: u64) -> Option<usize> {
        if bytes > most {
            return None;
        }
        let (mut count, mut held) = (self.waiting.len() + self.ready.len(), self.bytes);
        let mut leaving = 0;
        while count >= MOST || held + bytes > most {
            held -= self.ready.get(leaving)?.bytes;
            count -= 1;
            leaving += 1;
        }
        Some(leaving)
    }

    /// Gives so many blocks back, as [`Recycler::room_for`] says. Some lock is held; [`Recycler::keep`] is told.
    #[cold]
    pub(super) fn give_up(&self, segment: &Segment, leaving: usize) {
        for kept in &self.ready[..leaving] {
            segment.retire(EntryAt::new(&segment.memory, kept.offset));
            step!("keep: one given up");
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.ready.is_empty()
    }

    /// Keeps a block that was just replaced, in the place of others.
    #[inline]
    pub(super) fn keep(&mut self, kept: Kept, leaving: usize) {
        if leaving > 0 {
            self.bytes -= self.ready.drain(..leaving).map(|kept| kept.bytes).sum::<u64>();
        }
        self.bytes += kept.bytes;
        self.waiting_bytes += kept.bytes;
        self.waiting.push(kept);
    }

    /// A block with room for `size` bytes behind its header that wastes little.
    #[inline]
    fn take(&mut self, segment: &Segment, size: u64) -> Option<u64> {
        if !self.stuck && self.is_worth_a_look() {
            self.look(segment);
            self.stuck = self.is_worth_a_look();
        }
        let needed = size.checked_add(block::HEADER)?.checked_next_multiple_of(UNIT)?;
        let fits = |kept: &Kept| kept.bytes >= needed && kept.bytes - needed <= needed / 8;
        // The one that was kept last is the warmest.
        let at = self.ready.iter().rposition(fits)?;
        let kept = self.ready.swap_remove(at);
        self.bytes -= kept.bytes;
        Some(kept.offset)
    }

    fn is_worth_a_look(&self) -> bool {
        self.waiting.len() >= LOOK_AT || self.waiting_bytes >= LOOK_AT_BYTES
    }

    /// Finds out which blocks nobody looks at any more.
    #[inline(never)]
    fn look(&mut self, segment: &Segment) {
        let survey = segment.slots.survey();
        let (ready, waiting_bytes) = (&mut self.ready, &mut self.waiting_bytes);
        self.waiting.retain(|kept| {
            let free = survey.is_free(kept.offset, kept.stamp);
            if free {
                *waiting_bytes -= kept.bytes;
                ready.push(*kept);
            }
            !free
        });
    }

    /// Forgets everything: it is another process's.
    pub(super) fn forget(&mut self) {
        *self = Self::new();
    }
}

impl Session {
    /// A kept block for `size` bytes, in state `Building`, if there is one.
    #[inline]
    pub(super) fn reuse(&mut self, size: u64, index: usize, owner: Owner) -> Option<u64> {
        if self.recycler.is_empty() {
            return None;
        }
        let offset = self.recycler.take(&self.segment, size)?;
        let segment = &*self.segment;
        let at = EntryAt::new(&segment.memory, offset);
        at.entry.owner_or_stamp.store(owner.0, Ordering::Relaxed);
        segment.slots.slot(index).count_building(1);
        segment.block(offset).set_state(State::Building);
        step!("store: reused");
        Some(offset)
    }

    /// Gives back what is kept for later stores, so that others can use it and the figures show it; and what could not be given back when
    /// a store was refused.
    pub fn flush(&mut self) {
        self.notice_fork();
        self.give_back_kept(&mut Patience::new());
    }

    /// The same within a time that others share.
    #[inline]
    pub(super) fn give_back_kept(&mut self, patience: &mut Patience) {
        if self.recycler.noted {
            self.retire_kept(patience);
        }
    }

    /// Whether drafts that were given up left blocks, for want of a lock.
    #[inline]
    pub(super) fn has_left(&self) -> bool {
        self.tenancy.as_ref().is_some_and(|tenancy| tenancy.has_left())
    }

    fn retire_kept(&mut self, patience: &mut Patience) {
        let segment = &*self.segment;
        let Place::Slot(index, _) = self.place else { return };
        if self.recycler.is_empty() && !self.has_left() {
            // All of them were used again: whoever takes the slot next has nothing to clean up.
            segment.slots.slot(index).kept.store(0, Ordering::Release);
            self.recycler.noted = false;
            return;
        }
        let free = segment.try_lock_some_shard(index);
        let Some(shard) = patience.lock(segment, free, |limit| segment.lock_some_shard(index, limit)) else {
            return;
        };
        for kept in self.recycler.waiting.iter().chain(&self.recycler.ready) {
            segment.retire(EntryAt::new(&segment.memory, kept.offset));
            step!("flush: one retired");
        }
        if let Some(tenancy) = self.tenancy.as_deref() {
            tenancy.give_back_left(&shard);
        }
        drop(shard);
        segment.slots.slot(index).kept.store(0, Ordering::Release);
        self.recycler.forget();
        segment.tidy();
    }
}

impl Segment {
    /// Takes an entry that was just replaced into its writer's keeping. The shard's lock is held. Returns the stamp.
    #[inline(always)]
    pub(super) fn keep(&self, at: EntryAt<'_>, index: usize, owner: Owner) -> u64 {
        self.slots.slot(index).kept.store(1, Ordering::Relaxed);
        step!("keep: slot marked");
        // SYNC POINT "writer retires": as in `retire`.
        let stamp = self.header().clock.0.advance();
        at.entry.owner_or_stamp.store(stamp, Ordering::Relaxed);
        at.entry.retired_next.store(owner.0, Ordering::Relaxed);
        step!("keep: stamped");
        self.block(at.offset).set_state(State::Kept);
        step!("keep: kept");
        stamp
    }
}
