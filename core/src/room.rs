//! Finding room for a new block, by whatever means the segment has.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::layout::ARENAS;
use crate::lock::HeapGuard;
use crate::reserved::{FEW, MANY};
use crate::retire::Look;
use crate::segment::Segment;

/// How many expired entries a store takes out in passing, so that they need not be looked for when memory is short.
const IN_PASSING: usize = 16;
/// How many are taken out when memory is short before somebody looks whether that was enough; then four times as many, and so on.
const AT_FIRST: usize = 256;
/// Where both arenas are locked for long, each is waited for so long before it is the other's turn, longer from turn to turn.
const FIRST_TURN: Duration = Duration::from_millis(2);
const LONGEST_TURN: Duration = Duration::from_millis(20);
/// An entry that may be in either arena has at most this part of the smaller one.
const SMALL_PART: u64 = 8;
/// How finely hashes are told apart by the arena where they go at first.
const HASH_PARTS: u64 = 1 << 16;

/// Why there is no block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Short {
    /// There is no memory for it.
    OfMemory,
    /// What would go for it is in shards that somebody has locked; this is one of them.
    OfLocks(usize),
}

/// An arena that had no block.
struct Full {
    /// The size of its largest free one.
    largest: u64,
    why: Short,
}

/// What is known of arenas that had no block.
struct Search {
    /// The largest free block of all that were looked at.
    largest: u64,
    /// Arenas that may have one yet: they were locked for more than a moment when they were to give whatever they can, or what would
    /// have gone was.
    open: [bool; ARENAS],
    /// Where that is so, the shard of something that would have gone.
    locked: [Option<usize>; ARENAS],
}

impl Search {
    fn note(&mut self, arena: usize, full: &Full) {
        self.largest = self.largest.max(full.largest);
        self.open[arena] = false;
        if let Short::OfLocks(shard) = full.why {
            self.open[arena] = true;
            self.locked[arena] = Some(shard);
        }
    }

    /// Whether there is only one that may have a block yet.
    fn is_last(&self) -> bool {
        self.open.iter().filter(|open| **open).count() == 1
    }
}

impl Segment {
    /// Where entries of this hash go at first, so that both arenas are used in proportion to their sizes.
    fn home(&self, hash: u64, bytes: u64) -> usize {
        let [first, second] = &self.arenas;
        // Of so many equal parts: the smallest second arena of a large segment still has a few.
        let parts = second.size() * HASH_PARTS / (first.size() + second.size());
        // Not the bits that pick shard and bucket.
        usize::from(bytes <= second.size() / SMALL_PART && (hash >> 44) % HASH_PARTS < parts)
    }

    /// A block with room for `bytes`, and the arena's lock.
    pub(crate) fn find_room(&self, hash: u64, bytes: u64) -> Result<(HeapGuard<'_>, u64), Error> {
        let home = self.home(hash, bytes);
        if bytes >= self.arenas[home].size() {
            return self.search_room(home, bytes, None);
        }
        let Some(heap) = self.lock_heap_soon(home)? else { return self.search_room(home, bytes, None) };
        match heap.find_free(bytes) {
            Some(offset) => Ok((heap, offset)),
            None => self.search_room(home, bytes, Some(heap)),
        }
    }

    /// The same where looking in passing did not find one at home, whose lock is `held` if it was free.
    #[inline(never)]
    fn search_room<'a>(
        &'a self,
        home: usize,
        bytes: u64,
        mut held: Option<HeapGuard<'a>>,
    ) -> Result<(HeapGuard<'a>, u64), Error> {
        let mut search = Search { largest: 0, open: [false; ARENAS], locked: [None; ARENAS] };
        // The small arena fills up earlier by chance: nothing has to go while there is room in the large one.
        let rounds: &[(usize, bool)] = match home {
            0 => &[(0, true), (1, true)],
            _ => &[(1, false), (0, false), (1, true), (0, true)],
        };
        for &(arena, may_evict) in rounds {
            if bytes >= self.arenas[arena].size() {
                // Only the error is told of it.
                let heap = self.lock_heap_soon(arena)?;
                search.largest = search.largest.max(heap.map_or(0, |heap| heap.heap.largest_free()));
                continue;
            }
            // The first round is at home.
            let (heap, has_looked) = match held.take() {
                None => (self.lock_heap_soon(arena)?, false),
                held => (held, true),
            };
            match heap {
                None => search.open[arena] = true,
                Some(heap) => match self.room_in(heap, has_looked, arena, bytes, may_evict)? {
                    Ok(found) => return Ok(found),
                    Err(full) => search.note(arena, &full),
                },
            }
        }
        if search.open.contains(&true) {
            return self.wait_for_room(bytes, search);
        }
        Err(self.no_memory(bytes, search.largest))
    }

    /// A block in one of the arenas that are open yet: each may be the only one with room, and the holder of the other's lock be
    /// stopped for as long as anybody waits, or that of a shard without which one of them gives nothing. So they are tried in turn, until
    /// each has been looked at.
    #[cold]
    fn wait_for_room(&self, bytes: u64, mut search: Search) -> Result<(HeapGuard<'_>, u64), Error> {
        // By the clock, and not by what was waited (`Limit`): each lock may be free at once and what would go locked again, and again.
        let (began, limit) = (Instant::now(), self.wait_limit());
        let mut turn = FIRST_TURN;
        loop {
            for arena in 0..ARENAS {
                if !search.open[arena] {
                    continue;
                }
                let left = || limit.saturating_sub(began.elapsed());
                if let Some(shard) = search.locked[arena] {
                    // Who has it has the others, too.
                    let most = if search.is_last() { left() } else { turn.min(left()) };
                    if self.lock_shard_within(shard, most)?.is_none() {
                        continue;
                    }
                    search.locked[arena] = None;
                }
                if let Some(heap) = self.lock_heap_within(arena, turn.min(left()))? {
                    match self.room_in(heap, false, arena, bytes, true)? {
                        Ok(found) => return Ok(found),
                        Err(full) => search.note(arena, &full),
                    }
                }
            }
            if !search.open.contains(&true) {
                return Err(self.no_memory(bytes, search.largest));
            }
            if began.elapsed() >= limit {
                return Err(self.timed_out());
            }
            turn = (turn * 2).min(LONGEST_TURN);
        }
    }

    /// A block in the arena. `has_looked`: in passing there is none.
    fn room_in<'a>(
        &'a self,
        mut heap: HeapGuard<'a>,
        mut has_looked: bool,
        arena: usize,
        bytes: u64,
        may_evict: bool,
    ) -> Result<Result<(HeapGuard<'a>, u64), Full>, Error> {
        loop {
            let found =
                if has_looked { heap.make_room(bytes, may_evict) } else { heap.find_room(bytes, may_evict) };
            let why = match found {
                Ok(offset) => return Ok(Ok((heap, offset))),
                Err(why) => why,
            };
            if !self.is_dirty() {
                return Ok(Err(Full { largest: heap.heap.largest_free(), why }));
            }
            // Looking for room met a writer that died: taking the lock again repairs that first.
            drop(heap);
            heap = self.lock_heap(arena)?;
            has_looked = false;
        }
    }

    #[cold]
    fn no_memory(&self, needed: u64, largest: u64) -> Error {
        // Else what somebody has fetched, and dropped, would be neither evicted nor looked for: nothing of it was replaced.
        if self.evicts && self.arenas.iter().any(|arena| needed < arena.size()) {
            self.slots.want_what_is_kept();
        }
        let free = |arena: &crate::heap::Heap| arena.control().free_bytes.load(Ordering::Relaxed);
        Error::NoMemory { needed, free: self.arenas.iter().map(free).fold(0, u64::wrapping_add), largest }
    }

    /// Reclaims what can be, where nobody else is at it.
    pub(crate) fn reclaim_now(&self) {
        for arena in 0..ARENAS {
            if self.lock_reclaimed(arena).is_err() {
                return;
            }
        }
    }

    /// Bytes that were retired and not reclaimed yet.
    pub(crate) fn retired_bytes(&self) -> u64 {
        self.arenas.iter().map(|arena| arena.control().incoming.0.retired.get().1).fold(0, u64::wrapping_add)
    }

    /// Reclaims where enough was retired for that to be worth it, and nobody else is at it.
    pub(crate) fn tidy(&self) {
        for arena in 0..ARENAS {
            if !self.arenas[arena].is_reclaim_due() {
                continue;
            }
            match self.lock_heap_soon(arena) {
                Ok(Some(heap)) => heap.reclaim_if_due(),
                Ok(None) => {}
                Err(_) => return,
            }
        }
    }
}

impl HeapGuard<'_> {
    /// A block for `bytes`, in state `Building`, if there is one that is free or was retired of late.
    #[inline]
    fn find_free(&self, bytes: u64) -> Option<u64> {
        self.expire(IN_PASSING);
        self.end_reservations(FEW);
        self.reclaim_if_due();
        self.heap.allocate(bytes)
    }

    /// The same by whatever means there are. Unless entries may be evicted or moved, what is free or expired has to do.
    pub(crate) fn find_room(&self, bytes: u64, may_evict: bool) -> Result<u64, Short> {
        self.find_free(bytes).map_or_else(|| self.make_room(bytes, may_evict), Ok)
    }

    /// The same where looking in passing did not find one.
    fn make_room(&self, bytes: u64, may_evict: bool) -> Result<u64, Short> {
        let heap = self.heap;
        self.segment.slots.reap();
        let (mut most, mut look) = (AT_FIRST, Look::Recent(0));
        loop {
            let is_more_due = self.expire(most);
            let ended = self.end_reservations(MANY);
            loop {
                let is_more_retired = self.reclaim_some(look);
                look = Look::New;
                if let Some(offset) = heap.allocate(bytes) {
                    return Ok(offset);
                }
                if !is_more_retired || self.segment.is_dirty() {
                    break;
                }
            }
            if !(is_more_due || ended != 0) || self.segment.is_dirty() {
                break;
            }
            most = most.saturating_mul(4);
        }
        if self.segment.is_dirty() || !may_evict {
            return Err(Short::OfMemory);
        }
        if self.segment.evicts {
            return self.evict_for(bytes);
        }
        // Who may not evict has to find whatever there is: what had to stay, too, once.
        self.reclaim();
        heap.allocate(bytes).or_else(|| self.compact_for(bytes, false)).ok_or(Short::OfMemory)
    }
}

#[cfg(all(test, not(miri)))]
mod tests {
    use crate::{Policy, Segment, SegmentConfig};

    #[test]
    fn keys_go_to_the_arenas_in_proportion_to_their_sizes() {
        for size in [1 << 20, 64 << 20, 256 << 20, 1 << 30] {
            let config = SegmentConfig { name: "test", size, policy: Policy::Evict, readers: 1, abi_tag: 0 };
            let segment = Segment::create(&config).unwrap();
            let count = 1_000_000;
            let keys = (0..count).map(|number: u64| segment.hasher.hash(&number.to_ne_bytes()));
            let second = keys.filter(|hash| segment.home(*hash, 100) == 1).count() as f64;
            let share = segment.arenas[1].size() as f64 / size as f64;
            assert!(
                (0.9..1.1).contains(&(second / count as f64 / share)),
                "{size}: {second} of {count} keys"
            );
        }
    }
}
