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

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::entry::EntryAt;
use crate::epoch::Survey;
use crate::fault::step;
use crate::heap::{State, lines};
use crate::index::{Found, Index};
use crate::lock::{HeapGuard, ShardGuard};

/// Makes the copy of a payload valid: given tag and bits of its entry, the copy, and the addresses at which readers see the
/// original and the copy. False when it cannot: the entry stays where it is.
pub type Relocate = fn(tag: u8, bits: u64, copy: &mut [u8], from: usize, to: usize) -> bool;

/// How many of the largest free blocks are looked at with their neighbours before all blocks are.
const NEIGHBOURHOODS: usize = 16;
/// Blocks that one search looks at: a bound on the time that others wait for the arena.
const MOST_BLOCKS: usize = 1 << 20;
/// How long readers that were interrupted in the middle of a look-up are waited for.
const LONGEST_DRAIN: Duration = Duration::from_millis(5);

/// How often another window is tried when what was in one found no place.
const ATTEMPTS: usize = 4;

/// Whether anything left its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Emptied {
    Nothing,
    Something,
}

/// A row of blocks.
#[derive(Debug, Clone, Copy)]
struct Window {
    start: u64,
    end: u64,
    /// Bytes that have to be moved.
    cost: u64,
}

/// Finds the cheapest row of at least so many bytes among blocks that it is shown in the order of their addresses.
struct Search {
    needed: u64,
    /// Larger blocks cannot be moved.
    movable: u64,
    row: VecDeque<(u64, u64, u64)>,
    bytes: u64,
    cost: u64,
    best: Option<Window>,
}

impl Search {
    fn new(needed: u64, movable: u64) -> Self {
        Self { needed, movable, row: VecDeque::new(), bytes: 0, cost: 0, best: None }
    }

    /// A block that cannot be part of a window, or the end.
    fn interrupt(&mut self) {
        self.row.clear();
        (self.bytes, self.cost) = (0, 0);
    }

    fn show(&mut self, offset: u64, bytes: u64, cost: u64) {
        self.row.push_back((offset, bytes, cost));
        self.bytes += bytes;
        self.cost += cost;
        while let Some(&(_, bytes, cost)) = self.row.front()
            && self.bytes - bytes >= self.needed
        {
            self.row.pop_front();
            self.bytes -= bytes;
            self.cost -= cost;
        }
        if self.bytes >= self.needed
            && self.best.is_none_or(|best| self.cost < best.cost)
            && let Some(&(start, ..)) = self.row.front()
        {
            self.best = Some(Window { start, end: start + self.bytes, cost: self.cost });
        }
    }
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
        {
            return None;
        }
        for _ in 0..ATTEMPTS {
            let survey = self.segment.slots.survey();
            if survey.holds() {
                return None;
            }
            let window = self.find_window(needed, &survey, may_evict)?;
            let emptied = self.empty(window, may_evict);
            let found = heap.allocate(bytes);
            if found.is_some() || emptied == Emptied::Nothing {
                return found;
            }
        }
        None
    }

    /// Whether a row of `bytes` could be emptied by moving or by evicting.
    pub(crate) fn is_within_reach(&self, bytes: u64, survey: &Survey) -> bool {
        let mut search = Search::new(bytes, u64::MAX);
        self.search_all(&mut search, survey);
        search.best.is_some()
    }

    fn find_window(&self, needed: u64, survey: &Survey, may_evict: bool) -> Option<Window> {
        // What is larger than every free block has no other place.
        let largest = self.segment.arenas.iter().map(|arena| arena.largest_free_hint()).max().unwrap_or(0);
        let mut search = Search::new(needed, if may_evict { u64::MAX } else { largest });
        for offset in self.heap.largest_free_blocks(NEIGHBOURHOODS) {
            self.search_around(offset, &mut search, survey);
        }
        // Moving a quarter of what is wanted is cheaper than looking at everything.
        if search.best.is_none_or(|best| best.cost > needed / 4) {
            self.search_all(&mut search, survey);
        }
        search.best
    }

    fn search_all(&self, search: &mut Search, survey: &Survey) {
        search.interrupt();
        for offset in self.heap.walk().take(MOST_BLOCKS) {
            self.show(offset, search, survey);
        }
    }

    /// Looks at windows that have the free block at `offset` in them.
    fn search_around(&self, offset: u64, search: &mut Search, survey: &Survey) {
        search.interrupt();
        let (mut start, mut bytes) = (offset, 0);
        while bytes < search.needed
            && let Some(previous) = self.heap.previous_of(start)
            && self.cost_of(previous, search, survey).is_some()
        {
            bytes += self.heap.block(previous).bytes();
            start = previous;
        }
        let end = offset + self.heap.block(offset).bytes() + search.needed;
        let mut next = Some(start);
        while let Some(block) = next.filter(|block| *block < end) {
            self.show(block, search, survey);
            next = self.heap.next_of(block);
        }
    }

    fn show(&self, offset: u64, search: &mut Search, survey: &Survey) {
        match self.cost_of(offset, search, survey) {
            Some(cost) => search.show(offset, self.heap.block(offset).bytes(), cost),
            None => search.interrupt(),
        }
    }

    /// Bytes to be moved for this block to become free; `None` when it has to stay.
    fn cost_of(&self, offset: u64, search: &Search, survey: &Survey) -> Option<u64> {
        let block = self.heap.block(offset);
        if !self.heap.plausible(offset) {
            return None;
        }
        match block.state()? {
            State::Free => Some(0),
            State::Live if block.bytes() <= search.movable && survey.is_free(offset, 0) => {
                Some(block.bytes())
            }
            _ => None,
        }
    }

    /// Empties a window as far as possible.
    fn empty(&self, window: Window, may_evict: bool) -> Emptied {
        let heap = self.heap;
        let mut taken = Vec::new();
        let mut next = Some(window.start);
        while let Some(offset) = next.filter(|offset| *offset < window.end) {
            next = heap.next_of(offset);
            if heap.block(offset).is(State::Free) && heap.take_free(offset) {
                step!("move: block taken");
                taken.push(offset);
            }
        }
        let mut emptied = Emptied::Nothing;
        let mut next = Some(window.start);
        while let Some(offset) = next.filter(|offset| *offset < window.end) {
            next = heap.next_of(offset);
            if heap.block(offset).is(State::Live) {
                if !self.move_away(offset, may_evict) {
                    break;
                }
                emptied = Emptied::Something;
            }
        }
        self.reclaim();
        if heap.control().incoming.0.retired.get().0 != 0 {
            self.segment.slots.drain(Instant::now() + LONGEST_DRAIN);
            self.reclaim();
        }
        for offset in taken {
            heap.free(offset);
            step!("move: block freed");
        }
        emptied
    }

    /// Makes an entry leave its block. False when it has to stay.
    fn move_away(&self, offset: u64, may_evict: bool) -> bool {
        if !self.heap.holds_entry(offset, State::Live) {
            self.heap.distrust();
            return false;
        }
        let at = EntryAt::new(&self.segment.memory, offset);
        self.relocate(at) || (may_evict && self.evict(at, false).is_some())
    }

    /// Moves an entry to another block. False when it has to stay.
    fn relocate(&self, old: EntryAt<'_>) -> bool {
        let (segment, heap) = (self.segment, self.heap);
        let Some(there) = self.find_to_move(old) else { return false };
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

    /// The shard's lock and the link to an entry that may be moved.
    fn find_to_move(&self, old: EntryAt<'_>) -> Option<(ShardGuard<'_>, Found<'_>)> {
        let (segment, heap) = (self.segment, self.heap);
        let hash = old.entry.hash.load(Ordering::Relaxed);
        let guard = segment.try_lock_shard(Index::shard_of(hash))?;
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
            lines::bytes_to_cut(size).and_then(|bytes| self.find_room(bytes, self.segment.evicts))
        else {
            return false;
        };
        let room = self.heap.cut_to_lines(room, size);
        // What was there without a lock on it may be another by now, or gone.
        let there = self.find_to_move(old).filter(|_| {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The cheapest window among blocks of (bytes, cost), as places in the list; a cost of `None` interrupts.
    fn find(needed: u64, blocks: &[(u64, Option<u64>)]) -> Option<(u64, u64, u64)> {
        let mut search = Search::new(needed, u64::MAX);
        let mut offset = 0;
        for &(bytes, cost) in blocks {
            match cost {
                Some(cost) => search.show(offset, bytes, cost),
                None => search.interrupt(),
            }
            offset += bytes;
        }
        search.best.map(|window| (window.start, window.end, window.cost))
    }

    #[test]
    fn the_cheapest_row_that_is_long_enough_is_found() {
        let free = |bytes| (bytes, Some(0));
        let live = |bytes| (bytes, Some(bytes));
        assert_eq!(find(100, &[free(50), live(30), free(40)]), Some((0, 120, 30)));
        assert_eq!(find(100, &[free(50), live(80), free(40), live(10), free(50)]), Some((130, 230, 10)));
        assert_eq!(find(100, &[free(60), (5, None), free(60)]), None);
        assert_eq!(find(100, &[live(60), free(50), live(60)]), Some((0, 110, 60)));
        assert_eq!(find(100, &[]), None);
    }
}
