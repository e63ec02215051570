//! Checking a whole segment: for tests, and for whoever suspects that something is wrong.

use std::sync::atomic::Ordering;

use crate::entry::{EntryAt, RESERVATION};
use crate::error::Error;
use crate::heap::State;
use crate::heap::audit::expect;
use crate::index::Index;
use crate::layout::SHARDS;
use crate::segment::Segment;
use crate::slots::Owner;

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

impl Segment {
    /// Takes all locks (repairing first what a dead writer left) and compares blocks, index, lists, queue and figures
    /// with each other. Writers wait meanwhile; readers do not.
    ///
    /// # Errors
    /// [`Error::Corrupt`] names what does not fit; [`Error::LockTimeout`].
    pub fn audit(&self) -> Result<Audit, Error> {
        // What the dead left is repaired first, inside and outside of locks.
        self.slots.reap();
        drop(self.lock_heap()?);
        let every: [usize; SHARDS] = std::array::from_fn(|index| index);
        let _shards = self.lock_shards(&every)?;
        // Not `lock_heap`: a repair would take the shards, which are held here.
        let _heap = self.lock_heap_as_it_is()?;
        expect(!self.is_dirty(), "a writer died during the audit; try again")?;
        self.heap.audit()?;
        let mut audit = Audit::default();
        let mut shards = [0u64; SHARDS];
        let (mut linked, mut retired) = (0u64, (0u64, 0u64));
        for offset in self.heap.walk() {
            let block = self.heap.block(offset);
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
                    linked += 1;
                    if at.entry.space.load(Ordering::Relaxed) == RESERVATION {
                        audit.reservations += 1;
                    } else {
                        shards[Index::shard_of(hash)] += 1;
                        audit.entries += 1;
                    }
                }
                Some(State::Building) => {
                    let owner = Owner(at.entry.owner_or_stamp.load(Ordering::Relaxed));
                    expect(self.slots.is_alive(owner), "a block whose builder is dead")?;
                    audit.building += 1;
                }
                Some(State::Kept) => {
                    let owner = Owner(at.entry.retired_next.load(Ordering::Relaxed));
                    expect(self.slots.is_alive(owner), "a block kept by a dead session")?;
                    audit.retired += 1;
                }
                Some(State::Retired) => {
                    retired = (retired.0 + 1, retired.1 + block.bytes());
                    audit.retired += 1;
                }
                Some(State::Free) | None => {}
            }
        }
        let found = self.index.pages().map(|page| self.index.entries_of(page).count() as u64).sum::<u64>();
        expect(found == linked, "links to what is no live entry")?;
        for (shard, entries) in self.shards().zip(shards) {
            expect(shard.entries.load(Ordering::Relaxed) == entries, "a shard's figure of entries")?;
        }
        let header = self.header();
        expect(
            header.reservations.0.load(Ordering::Relaxed) == audit.reservations,
            "the figure of reservations",
        )?;
        expect(header.retired.get() == retired, "the figures of retired blocks")?;
        expect(self.count_retired()? == retired.0, "retired blocks on no list")?;
        self.audit_queue()?;
        Ok(audit)
    }

    /// Blocks on the retired stack and list.
    fn count_retired(&self) -> Result<u64, Error> {
        let mut count = 0;
        for head in [&self.header().retired_stack.0, &self.heap.control().retired] {
            let mut next = head.load(Ordering::Acquire);
            while next != 0 {
                expect(self.heap.block(next).is(State::Retired), "a listed block that is not retired")?;
                count += 1;
                expect(count <= self.layout.heap_size / 32, "a retired list without an end")?;
                next = EntryAt::new(&self.memory, next).entry.retired_next.load(Ordering::Relaxed);
            }
        }
        Ok(count)
    }

    /// The eviction queue: links in both directions, and every live entry is in it.
    fn audit_queue(&self) -> Result<(), Error> {
        if !self.evicts {
            return Ok(());
        }
        let control = self.heap.control();
        let (mut at, mut before, mut queued) = (control.queue_oldest.load(Ordering::Relaxed), 0, 0u64);
        while at != 0 {
            let entry = EntryAt::new(&self.memory, at).entry;
            expect(!self.heap.block(at).is(State::Free), "a free block in the eviction queue")?;
            expect(entry.older.load(Ordering::Relaxed) == before, "the eviction queue's links")?;
            expect(entry.queued.load(Ordering::Relaxed) == 1, "a queued block that does not know it")?;
            queued += u64::from(self.heap.block(at).is(State::Live));
            (before, at) = (at, entry.newer.load(Ordering::Relaxed));
        }
        expect(control.queue_newest.load(Ordering::Relaxed) == before, "the eviction queue's end")?;
        let live = self.heap.walk().filter(|&offset| self.heap.block(offset).is(State::Live)).count();
        expect(queued == live as u64, "live entries outside of the eviction queue")
    }
}
