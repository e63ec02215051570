//! Checking a whole segment: for tests, and for whoever suspects that something is wrong.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::entry::EntryAt;
use crate::error::Error;
use crate::heap::audit::expect;
use crate::heap::{Heap, State};
use crate::index::Index;
use crate::layout::{ARENAS, SHARDS};
use crate::queue::Which;
use crate::segment::Segment;
use crate::slots::Owner;

const DIED_MEANWHILE: &str = "a writer died during the audit; try again";
const MARKED_WITHIN: Duration = Duration::from_millis(100);

/// What an audit counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Audit {
    /// Entries that can be found, reservations not counted.
    pub entries: u64,
    /// Keys that are reserved.
    pub reservations: u64,
    /// Blocks that sessions are filling at the moment.
    pub building: u64,
    /// Blocks that were replaced and wait for their last reader, or for their session's next store.
    pub retired: u64,
}

/// What all blocks together are.
struct Blocks {
    audit: Audit,
    /// Entries of each shard, reservations not counted.
    shards: [u64; SHARDS],
    /// Retired blocks of each arena, and their bytes.
    retired: [(u64, u64); ARENAS],
}

impl Segment {
    /// Takes all locks (repairing first what a dead writer left) and compares blocks, index, lists, queue and figures
    /// with each other. Writers wait meanwhile; readers do not.
    ///
    /// # Errors
    /// [`Error::Corrupt`] names what does not fit; [`Error::LockTimeout`].
    pub fn audit(&self) -> Result<Audit, Error> {
        // What the dead left is repaired first, inside and outside of locks.
        self.slots.reap();
        for arena in 0..ARENAS {
            drop(self.lock_heap(arena)?);
        }
        let every: [usize; SHARDS] = std::array::from_fn(|index| index);
        let _shards = self.lock_shards(&every, &self.limit())?;
        // Not `lock_heap`: a repair would take the shards, which are held here.
        let mut heaps = Vec::with_capacity(ARENAS);
        for arena in 0..ARENAS {
            heaps.push(self.lock_heap_as_it_is(arena)?);
        }
        expect(!self.is_dirty(), DIED_MEANWHILE)?;
        for arena in &self.arenas {
            arena.audit()?;
        }
        let blocks = self.audit_blocks()?;
        self.audit_index(&blocks)?;
        let reservations = self.header().reservations.0.load(Ordering::Relaxed);
        expect(reservations == blocks.audit.reservations, "the figure of reservations")?;
        for (arena, retired) in self.arenas.iter().zip(blocks.retired) {
            self.audit_retired(arena, retired)?;
            self.audit_queue(arena)?;
            self.audit_wheel(arena)?;
        }
        Ok(blocks.audit)
    }

    /// Goes through all blocks, and looks whether each may be what it says.
    fn audit_blocks(&self) -> Result<Blocks, Error> {
        let mut blocks = Blocks { audit: Audit::default(), shards: [0; SHARDS], retired: [(0, 0); ARENAS] };
        let audit = &mut blocks.audit;
        for offset in self.walk() {
            let block = self.block(offset);
            if block.is(State::Free) {
                continue;
            }
            expect(EntryAt::has_room(block.bytes()), "a block too small for an entry")?;
            let at = EntryAt::new(&self.memory, offset);
            match block.state() {
                Some(State::Live) => {
                    expect(at.fits(block.bytes()), "an entry larger than its block")?;
                    let hash = at.entry.hash.load(Ordering::Relaxed);
                    expect(
                        self.index.find_block(hash, offset).is_some(),
                        "a live entry that is not in the index",
                    )?;
                    expect(!at.is_superseded(), "an entry in the index that is marked as replaced")?;
                    if at.is_reservation() {
                        audit.reservations += 1;
                    } else {
                        blocks.shards[Index::shard_of(hash)] += 1;
                        audit.entries += 1;
                    }
                }
                Some(State::Building) => {
                    let owner = Owner(at.entry.owner_or_stamp.load(Ordering::Relaxed));
                    self.expect_alive(owner, "a block whose builder is dead")?;
                    audit.building += 1;
                }
                Some(State::Kept) => {
                    let owner = Owner(at.entry.retired_next.load(Ordering::Relaxed));
                    self.expect_alive(owner, "a block kept by a dead session")?;
                    audit.retired += 1;
                }
                Some(State::Retired) => {
                    let retired = &mut blocks.retired[usize::from(self.arenas[1].has(offset))];
                    *retired = (retired.0 + 1, retired.1 + block.bytes());
                    audit.retired += 1;
                }
                Some(State::Free) | None => {}
            }
        }
        Ok(blocks)
    }

    /// The index: as many links as there are live entries, and the shards' figures.
    fn audit_index(&self, blocks: &Blocks) -> Result<(), Error> {
        let linked = self.index.pages().map(|page| self.index.entries_of(page).count() as u64).sum::<u64>();
        expect(linked == blocks.audit.entries + blocks.audit.reservations, "links to what is no live entry")?;
        expect(
            self.index.pages().all(|page| self.index.ends_are_right(page)),
            "a link that hides what comes after its entry",
        )?;
        for (shard, entries) in self.shards().zip(blocks.shards) {
            expect(shard.entries.load(Ordering::Relaxed) == entries, "a shard's figure of entries")?;
        }
        Ok(())
    }

    /// The stack and the lists of retired blocks, of which the arena has so many and so many bytes.
    fn audit_retired(&self, arena: &Heap, retired: (u64, u64)) -> Result<(), Error> {
        let control = arena.control();
        expect(control.incoming.0.retired.get() == retired, "the figures of retired blocks")?;
        let (stacked, listed) = self.count_retired(arena)?;
        expect(stacked + listed == retired.0, "retired blocks on no list")?;
        expect(control.listed.load(Ordering::Relaxed) == listed, "the figure of listed retired blocks")
    }

    /// What the dead left was repaired before, but locks keep nobody from dying outside of them.
    fn expect_alive(&self, owner: Owner, what: &'static str) -> Result<(), Error> {
        if self.slots.is_alive(owner) {
            return Ok(());
        }
        // Whoever finds a death out, here or elsewhere, marks the segment right after the death can be seen.
        let until = Instant::now() + MARKED_WITHIN;
        while !self.is_dirty() && Instant::now() < until {
            std::thread::yield_now();
        }
        Err(Error::Corrupt(if self.is_dirty() { DIED_MEANWHILE } else { what }))
    }

    /// The expiry wheel: its links. (What an entry's new time to live could not be filed under, since somebody had the arena, is
    /// missing: a hint less, not an error.)
    fn audit_wheel(&self, arena: &Heap) -> Result<(), Error> {
        for (bucket, first) in arena.control().wheel.buckets() {
            let (mut number, mut before) = (first, 0);
            while number != 0 {
                let offset = arena.numbered(number).ok_or(Error::Corrupt("the expiry wheel's links"))?;
                expect(!self.block(offset).is(State::Free), "a free block in the expiry wheel")?;
                let entry = EntryAt::new(&self.memory, offset).entry;
                // No circle: whoever is met again has another before it.
                expect(
                    usize::from(entry.filed.load(Ordering::Relaxed)) == bucket + 1
                        && entry.filed_previous.load(Ordering::Relaxed) == before,
                    "the expiry wheel's links",
                )?;
                (before, number) = (number, entry.filed_next.load(Ordering::Relaxed));
            }
        }
        Ok(())
    }

    /// Has everything checked and repaired before the next change, as if a writer had died inside a lock. For whoever
    /// suspects damage, and for tests.
    #[doc(hidden)]
    pub fn distrust(&self) {
        self.header().dirty.0.mark();
    }

    /// Repairs now, if a repair is due.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when the blocks cannot be made out any more; [`Error::LockTimeout`].
    #[doc(hidden)]
    pub fn repair_if_needed(&self) -> Result<(), Error> {
        self.lock_heap(0).map(drop)
    }

    /// Names and places of the regions, in their order.
    #[doc(hidden)]
    #[must_use]
    pub fn regions(&self) -> Vec<(&'static str, std::ops::Range<usize>)> {
        let layout = &self.layout;
        let starts = [
            ("header", 0),
            ("first arena's control", layout.arenas[0].control),
            ("second arena's control", layout.arenas[1].control),
            ("shards", layout.shards),
            ("slots", layout.slots),
            ("index", layout.buckets),
            ("touched", layout.touched),
            ("memory of evicted keys", layout.arenas[0].ghosts),
            ("pins", layout.pins),
            ("first arena", layout.arenas[0].start),
            ("second arena", layout.arenas[1].start),
        ];
        let ends = starts.iter().skip(1).map(|&(_, start)| start).chain([layout.total]);
        starts.iter().zip(ends).map(|(&(name, start), end)| (name, start as usize..end as usize)).collect()
    }

    /// Blocks on the retired stack and list.
    fn count_retired(&self, arena: &Heap) -> Result<(u64, u64), Error> {
        let count = |head: &AtomicU64| {
            let mut count = 0;
            let mut next = head.load(Ordering::Acquire);
            while next != 0 {
                expect(arena.holds_entry(next, State::Retired), "a listed block that is not retired")?;
                count += 1;
                expect(count <= arena.most_entries(), "a retired list without an end")?;
                next = EntryAt::new(&self.memory, next).entry.retired_next.load(Ordering::Relaxed);
            }
            Ok(count)
        };
        let control = arena.control();
        let stacked = count(&control.incoming.0.stack)? + count(&control.unjudged)?;
        Ok((stacked, count(&control.retired)?))
    }

    /// The queues: links in both directions, and every live entry is in one of those that it belongs to.
    fn audit_queue(&self, arena: &Heap) -> Result<(), Error> {
        let (mut queued, mut reserved) = (0u64, 0u64);
        for (number, queue) in arena.control().queues.iter().enumerate() {
            let (mut at, mut before, mut bytes) = (queue.oldest.load(Ordering::Relaxed), 0, 0u64);
            while at != 0 {
                expect(arena.place(at), "an eviction queue's links")?;
                let entry = EntryAt::new(&self.memory, at).entry;
                expect(!self.block(at).is(State::Free), "a free block in an eviction queue")?;
                expect(entry.older.load(Ordering::Relaxed) == before, "an eviction queue's links")?;
                expect(
                    usize::from(entry.queued.load(Ordering::Relaxed)) == number + 1,
                    "a queued block that does not know it",
                )?;
                if self.block(at).is(State::Live) {
                    let is_reservation = EntryAt::new(&self.memory, at).is_reservation();
                    let is_its = (number + 1 == Which::Reserved as usize) == is_reservation;
                    expect(is_its, "an entry among reservations, or a reservation among entries")?;
                    *(if is_reservation { &mut reserved } else { &mut queued }) += 1;
                }
                bytes = bytes.wrapping_add(self.block(at).bytes());
                (before, at) = (at, entry.newer.load(Ordering::Relaxed));
            }
            expect(queue.newest.load(Ordering::Relaxed) == before, "an eviction queue's end")?;
            expect(queue.bytes.load(Ordering::Relaxed) == bytes, "the bytes of an eviction queue")?;
        }
        let live = arena.walk().filter(|&offset| self.block(offset).is(State::Live));
        let (reservations, entries): (Vec<_>, Vec<_>) =
            live.partition(|&offset| EntryAt::new(&self.memory, offset).is_reservation());
        expect(reserved == reservations.len() as u64, "reservations outside of their queue")?;
        let expected = if self.evicts { entries.len() as u64 } else { 0 };
        expect(queued == expected, "live entries outside of the eviction queue")
    }
}
