//! Making room where memory is free but in pieces: what lies between free blocks is moved elsewhere.
//!
//! A *window* is a row of blocks that are free or hold entries nobody has pinned. The cheapest one that is long enough is emptied:
//! its free blocks are taken off the lists, each of its entries is copied elsewhere and replaced by its copy, as a store
//! would, and when nobody looks at the old ones any more the window is one free block. Moving costs at most what the block
//! that is wanted has.
//!
//! Where entries may be evicted and evicting in the usual order was of no use, one that has no other place is.
//!
//! Payloads may contain their own addresses. Only who wrote them can change those ([`Relocate`]); where nobody is able to, nothing
//! is moved.

mod search;
mod window;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::entry::EntryAt;
use crate::epoch::{Survey, begin_filling};
use crate::fault::step;
use crate::heap::{State, lines};
use crate::index::{Found, Index};
use crate::lock::{HeapGuard, ShardGuard};
use search::Looks;
use window::{Search, Window};

/// Makes the copy of a payload valid: given tag and bits of its entry, the copy, and the addresses at which readers see the
/// original and the copy. False when it cannot: the entry stays where it is.
pub type Relocate = fn(tag: u8, bits: u64, copy: &mut [u8], from: usize, to: usize) -> bool;

/// How long readers that were interrupted in the middle of a look-up are waited for; and, for one store, writers in the middle of a change.
const LONGEST_DRAIN: Duration = Duration::from_millis(5);

/// How many windows are emptied for one store.
const ATTEMPTS: usize = 8;
/// A hole that is larger than the largest free block by less than this part of what is wanted is no step towards it.
const SMALLEST_STEP: u64 = 16;

/// Whether anything left its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Emptied {
    Nothing,
    Something,
}

/// What one store met that others are changing.
#[derive(Debug, Default)]
struct Locked {
    /// Until when shards that somebody has locked are waited for.
    until: Option<Instant>,
    /// Blocks that could not become free because of it: other windows will do.
    entries: Vec<u64>,
}

impl HeapGuard<'_> {
    /// Moves entries until a block with room for `bytes` can be allocated, and allocates it. `None` when no window is
    /// long enough, when there is no other place for what is in it, or when readers are in the way. `may_evict`: what has
    /// no other place goes.
    pub(crate) fn compact_for(&self, bytes: u64, may_evict: bool) -> Option<u64> {
        let heap = self.heap;
        let needed = bytes.checked_add(crate::heap::block::HEADER)?;
        if heap.control().free_bytes.load(Ordering::Relaxed) < needed
            || self.segment.is_dirty()
            || (self.segment.relocate.get().is_none() && !may_evict)
            || (!may_evict && self.is_hopeless(needed))
        {
            return None;
        }
        let (mut looks, mut locked) = (Looks::new(), Locked::default());
        let mut goal = needed;
        for _ in 0..ATTEMPTS {
            let survey = self.survey_between_operations()?;
            let (roved, known) = (looks.roved, locked.entries.len());
            let emptied = self.make_hole(goal, &survey, may_evict, &mut looks, &mut locked);
            if goal != needed {
                // Says nothing about what is wanted.
                looks.roved = roved;
            }
            if emptied == Emptied::Something {
                if let Some(found) = heap.allocate(bytes) {
                    return Some(found);
                }
                goal = needed;
                continue;
            }
            if locked.entries.len() != known {
                continue;
            }
            if may_evict {
                return None;
            }
            // What is in the way is larger than every free block: a hole that is larger than those is a beginning.
            let largest = heap.largest_free_hint();
            let smaller = largest + goal.saturating_sub(largest) / 2;
            if looks.are_used_up() || smaller < largest + needed / SMALLEST_STEP {
                break;
            }
            goal = smaller;
        }
        self.note_vain(needed, &looks);
        None
    }

    /// What readers keep at a moment when whatever is moved is free soon. `None` where some request, or a reader that was stopped in a
    /// look-up, holds back all that is retired from now on: moving would only use up what is free.
    fn survey_between_operations(&self) -> Option<Survey> {
        let (slots, clock) = (&self.segment.slots, &self.segment.header().clock.0);
        let now = clock.now();
        let survey = slots.survey();
        if survey.holds() {
            return None;
        }
        if survey.keeps_from(now) {
            // So that the same reader's next operation is told from it.
            clock.advance();
            if !slots.drain(Instant::now() + LONGEST_DRAIN) {
                return None;
            }
        }
        Some(survey)
    }

    /// Empties the cheapest window of `needed` bytes among those that are looked at.
    fn make_hole(
        &self,
        needed: u64,
        survey: &Survey,
        may_evict: bool,
        looks: &mut Looks,
        locked: &mut Locked,
    ) -> Emptied {
        // What is larger than every free block has no other place.
        let largest = self.segment.arenas.iter().map(|arena| arena.largest_free_hint()).max().unwrap_or(0);
        let mut search = Search::new(needed, if may_evict { u64::MAX } else { largest });
        search.leave_out.clone_from(&locked.entries);
        let mut take = |window| {
            let is_possible = may_evict || self.has_places_for(window);
            is_possible.then(|| self.empty(window, may_evict, locked))
        };
        // Around free blocks was looked already, if nothing was freed since.
        let is_known = !may_evict && self.sought_in_vain(needed).is_some();
        let done = (!is_known)
            .then(|| self.search_holes(&mut search, survey, looks, &mut take))
            .flatten()
            .or_else(|| self.rove(&mut search, survey, looks, &mut take));
        looks.met_others |= search.met_others || done == Some(Emptied::Nothing);
        done.unwrap_or(Emptied::Nothing)
    }

    /// Empties a window as far as possible.
    fn empty(&self, window: Window, may_evict: bool, locked: &mut Locked) -> Emptied {
        let heap = self.heap;
        let (mut taken, mut leaving) = (Vec::new(), Vec::new());
        let mut next = Some(window.start);
        while let Some(offset) = next.filter(|offset| *offset < window.end) {
            next = heap.next_of(offset);
            if heap.block(offset).is(State::Free) && heap.take_free(offset) {
                step!("move: block taken");
                taken.push(offset);
            } else if heap.block(offset).is(State::Live) {
                leaving.push((heap.block(offset).bytes(), offset));
            }
        }
        step!("move: window listed");
        // The largest first, while there is a place for them.
        leaving.sort_unstable_by(|one, other| other.cmp(one));
        let (mut emptied, mut moved) = (Emptied::Nothing, 0);
        for (_, offset) in leaving {
            if !self.move_away(offset, may_evict, locked) {
                break;
            }
            emptied = Emptied::Something;
            moved += 1;
        }
        self.reclaim_recent(moved);
        if heap.control().incoming.0.retired.get().0 != 0 {
            self.segment.slots.drain(Instant::now() + LONGEST_DRAIN);
            self.reclaim_recent(moved);
        }
        for offset in taken {
            heap.free(offset);
            step!("move: block freed");
        }
        emptied
    }

    /// Makes an entry leave its block. False when it has to stay.
    fn move_away(&self, offset: u64, may_evict: bool, locked: &mut Locked) -> bool {
        let block = self.heap.block(offset);
        if !self.heap.is_entry_block(offset) {
            self.heap.distrust();
            return false;
        }
        if block.is(State::Live) {
            let at = EntryAt::new(&self.segment.memory, offset);
            let evict = || self.evict(at, at.entry.hash.load(Ordering::Relaxed), false).is_ok();
            // What somebody is changing at this moment is free soon, as a rule.
            let Some(guard) = self.try_lock_shard_of(at).or_else(|| self.wait_for_shard_of(at, locked))
            else {
                locked.entries.push(offset);
                return false;
            };
            if self.relocate(at, guard) || (may_evict && evict()) {
                return true;
            }
        }
        // Who replaces or deletes an entry needs no more than its shard's lock: it may have gone by itself since it was looked at, or
        // be in its writer's keeping, or another by now.
        match block.state() {
            Some(State::Retired) => true,
            Some(State::Live) => false,
            _ => {
                locked.entries.push(offset);
                false
            }
        }
    }

    fn try_lock_shard_of(&self, at: EntryAt<'_>) -> Option<ShardGuard<'_>> {
        self.segment.try_lock_shard(Index::shard_of(at.entry.hash.load(Ordering::Relaxed)))
    }

    /// The shard of an entry, if it is free before the time is over.
    #[cold]
    fn wait_for_shard_of(&self, at: EntryAt<'_>, locked: &mut Locked) -> Option<ShardGuard<'_>> {
        let until = *locked.until.get_or_insert_with(|| Instant::now() + LONGEST_DRAIN);
        while !self.segment.is_dirty() && Instant::now() < until {
            step!("move: gives way");
            std::thread::yield_now();
            if let Some(guard) = self.try_lock_shard_of(at) {
                return Some(guard);
            }
        }
        None
    }

    /// Moves an entry to another block. False when it has to stay.
    fn relocate<'a>(&'a self, old: EntryAt<'_>, guard: ShardGuard<'a>) -> bool {
        let (segment, heap) = (self.segment, self.heap);
        let Some(there) = self.find_to_move(old, guard) else { return false };
        let Some(size) = EntryAt::size(old.key_len(), old.payload_len()) else { return false };
        // The other arena will do, if nobody is at it.
        let other;
        let (home, offset) = match heap.allocate(size) {
            Some(offset) => (self, offset),
            None => {
                let Some(guard) = segment.try_lock_other_heap(self) else { return false };
                other = guard;
                let Some(offset) = other.heap.allocate(size) else { return false };
                (&other, offset)
            }
        };
        self.move_to(old, there, home, offset)
    }

    /// The shard's lock, which is held, and the link to an entry that may be moved.
    fn find_to_move<'a>(
        &'a self,
        old: EntryAt<'_>,
        guard: ShardGuard<'a>,
    ) -> Option<(ShardGuard<'a>, Found<'a>)> {
        let (segment, heap) = (self.segment, self.heap);
        let hash = old.entry.hash.load(Ordering::Relaxed);
        // Read anew without the lock: it may be of another shard by now.
        if !std::ptr::eq(guard.shard, segment.shard(Index::shard_of(hash))) {
            return None;
        }
        let found = segment.index.find_block(hash, old.offset).filter(|_| !old.is_superseded())?;
        if !old.is_possible(heap.block(old.offset).bytes()) {
            heap.distrust();
            return None;
        }
        Some((guard, found))
    }

    /// Moves an entry to the block at `offset`, which is ours and in the arena `home`. False when it has to stay; the block is
    /// free then.
    fn move_to(
        &self,
        old: EntryAt<'_>,
        (guard, found): (ShardGuard<'_>, Found<'_>),
        home: &HeapGuard<'_>,
        offset: u64,
    ) -> bool {
        let segment = self.segment;
        let new = EntryAt::new(&segment.memory, offset);
        if !self.copy(old, new) {
            home.heap.free(offset);
            return false;
        }
        step!("move: copied");
        segment.exchange(&guard, old.entry.hash.load(Ordering::Relaxed), new, found);
        self.take_place(old, home, new);
        step!("move: queued");
        segment.retire(old);
        step!("move: retired");
        true
    }

    /// Moves an entry without a payload, if there still is one at `offset`, to a block with lines of its own. False when there
    /// is no memory for that. Evicts as a store would, but moves nothing else.
    pub(crate) fn move_to_own_lines(&self, offset: u64) -> bool {
        if !self.heap.holds_entry(offset, State::Live) {
            return true;
        }
        let old = EntryAt::new(&self.segment.memory, offset);
        let Some(size) = EntryAt::size(old.key_len(), 0) else { return true };
        let Some(room) =
            lines::bytes_to_cut(size).and_then(|bytes| self.find_room(bytes, self.segment.evicts).ok())
        else {
            return false;
        };
        let room = self.heap.cut_to_lines(room, size);
        // What was there without a lock on it may be another by now, or gone.
        let guard = self.try_lock_shard_of(old);
        let there = guard.and_then(|guard| self.find_to_move(old, guard)).filter(|_| {
            old.payload_len() == 0 && EntryAt::size(old.key_len(), 0).is_some_and(|now| now <= size)
        });
        match there {
            Some(there) => self.move_to(old, there, self, room),
            None => {
                self.heap.free(room);
                true
            }
        }
    }

    /// Fills a block that is ours with what an entry has, whose shard's lock is held.
    fn copy(&self, old: EntryAt<'_>, new: EntryAt<'_>) -> bool {
        let segment = self.segment;
        begin_filling();
        old.copy_head_to(new);
        let len = old.payload_len();
        let bytes = new.payload_offset() - new.key_offset() + len as u64;
        let (from, to) = (
            segment.memory.pointer(old.key_offset(), bytes),
            segment.memory.pointer(new.key_offset(), bytes),
        );
        // SAFETY: both ranges were checked, the blocks differ, the new one is ours, and key and payload of an entry
        // do not change.
        unsafe { std::ptr::copy_nonoverlapping(from, to, bytes as usize) };
        if len == 0 {
            return true;
        }
        let Some(relocate) = segment.relocate.get() else { return false };
        // SAFETY: the range lies inside the block that is ours; bytes are valid with any contents.
        let copy = unsafe {
            std::slice::from_raw_parts_mut(segment.memory.pointer(new.payload_offset(), len as u64), len)
        };
        let (tag, bits) = (old.entry.tag.load(Ordering::Relaxed), old.entry.bits.load(Ordering::Relaxed));
        relocate(
            tag,
            bits,
            copy,
            segment.readable(old.payload_offset()),
            segment.readable(new.payload_offset()),
        )
    }

    /// Gives an entry's places in the eviction queue and the expiry wheel to its copy.
    fn take_place(&self, old: EntryAt<'_>, home: &HeapGuard<'_>, new: EntryAt<'_>) {
        if std::ptr::eq(self, home) {
            self.replace_in_queue(old, new);
        } else {
            new.entry.queued.store(0, Ordering::Relaxed);
            if let Some(which) = self.dequeue(old) {
                home.enqueue(new, which);
            }
        }
        self.unfile(old);
        new.entry.filed.store(0, Ordering::Relaxed);
        home.file_if_it_expires(new);
    }
}
