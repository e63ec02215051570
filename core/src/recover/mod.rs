//! Making a segment whole after a writer died inside a lock.
//!
//! Truth is in the blocks and in the index's links, each of which changes by single stores. Everything else
//! (free lists, retired list, eviction queue, figures) is made anew from them. All locks are held; readers go
//! on undisturbed, since nothing they can reach is moved.

mod entries;

use std::sync::atomic::Ordering;

use crate::entry::EntryAt;
use crate::error::Error;
use crate::fault::step;
use crate::heap::rebuild::Fate;
use crate::heap::{Heap, State};
use crate::index::Index;
use crate::layout::{ARENAS, SHARDS};
use crate::lock::HeapGuard;
use crate::queue::Which;
use crate::segment::Segment;
use crate::slots::Owner;

use entries::Entries;

/// What a walk found, by the place of the blocks.
struct Blocks {
    /// Entries that can be found, blocks that are being filled, blocks that a living session keeps.
    live: Vec<u64>,
    retired: Vec<u64>,
    /// Entries that cannot be found but may still be looked at.
    lost: Vec<u64>,
    /// Reservations that nobody holds any more.
    over: Vec<u64>,
    entries: [u64; SHARDS],
    reservations: u64,
}

/// Repairs. Every lock of the segment is held by the caller.
pub(crate) fn repair(segment: &Segment) -> Result<(), Error> {
    let header = segment.header();
    let entries = Entries::find(segment)?;
    step!("recover: chains mended");
    let mut blocks = Blocks {
        live: Vec::new(),
        retired: Vec::new(),
        lost: Vec::new(),
        over: Vec::new(),
        entries: [0; SHARDS],
        reservations: 0,
    };
    for arena in &segment.arenas {
        arena.rebuild(|offset, state| blocks.sort(segment, &entries, offset, state))?;
    }
    step!("recover: walked");
    for (shard, entries) in segment.shards().zip(blocks.entries) {
        shard.entries.store(entries, Ordering::Relaxed);
    }
    header.reservations.0.store(blocks.reservations, Ordering::Relaxed);
    step!("recover: counted");
    for arena in &segment.arenas {
        restack(segment, arena, blocks.retired.iter().copied().filter(|offset| arena.has(*offset)));
    }
    step!("recover: restacked");
    for &offset in &blocks.over {
        let hash = EntryAt::new(&segment.memory, offset).entry.hash.load(Ordering::Relaxed);
        if let Some(found) = segment.index.find_block(hash, offset) {
            segment.index.remove(found);
        }
        segment.shard(Index::shard_of(hash)).announce_release();
        step!("recover: one reservation ended");
    }
    for offset in blocks.lost.into_iter().chain(blocks.over) {
        let at = EntryAt::new(&segment.memory, offset);
        at.entry.superseded.store(1, Ordering::Release);
        forget_lists(at);
        segment.retire(at);
        step!("recover: one lost retired");
    }
    for arena in 0..ARENAS {
        requeue(&segment.heap_guard_in_repair(arena), &blocks.live);
    }
    step!("recover: queued");
    header.clock.0.advance();
    Ok(())
}

impl Blocks {
    /// Decides about one block.
    fn sort(&mut self, segment: &Segment, entries: &Entries, offset: u64, state: State) -> Fate {
        if state == State::Free {
            return Fate::Keep;
        }
        if !EntryAt::has_room(segment.block(offset).bytes()) {
            return Fate::Free;
        }
        let at = EntryAt::new(&segment.memory, offset);
        match state {
            State::Building if !builder_lives(segment, at) => return Fate::Free,
            State::Building => self.live.push(offset),
            State::Live => match entries.is_linked(offset) {
                None => return Fate::Free,
                // The dead are not asked for by whoever wants another key.
                Some(true) if at.is_reservation() && segment.is_over(at) => self.over.push(offset),
                Some(true) => {
                    // Its writer may have marked it and died before the index changed: it still is the key's entry.
                    if at.entry.superseded.load(Ordering::Relaxed) != 0 {
                        at.entry.superseded.store(0, Ordering::Relaxed);
                    }
                    let hash = at.entry.hash.load(Ordering::Relaxed);
                    if at.is_reservation() {
                        self.reservations += 1;
                    } else {
                        self.entries[Index::shard_of(hash)] += 1;
                    }
                    self.live.push(offset);
                }
                // Its publication or its removal was cut off: nobody can find it, somebody may still see it.
                Some(false) => self.lost.push(offset),
            },
            State::Kept if segment.slots.is_alive(Owner(at.entry.retired_next.load(Ordering::Relaxed))) => {
                self.live.push(offset);
            }
            State::Kept => {
                segment.block(offset).set_state(State::Retired);
                self.retired.push(offset);
            }
            State::Retired => self.retired.push(offset),
            State::Free => {}
        }
        Fate::Keep
    }
}

/// The entry is in no list of its arena any more.
fn forget_lists(at: EntryAt<'_>) {
    at.entry.queued.store(0, Ordering::Relaxed);
    at.entry.filed.store(0, Ordering::Relaxed);
}

/// Puts all retired blocks of an arena on its stack, which starts empty.
fn restack(segment: &Segment, arena: &Heap, retired: impl Iterator<Item = u64>) {
    let (mut top, mut count, mut bytes) = (0, 0, 0);
    for offset in retired {
        let at = EntryAt::new(&segment.memory, offset);
        at.entry.retired_next.store(top, Ordering::Relaxed);
        forget_lists(at);
        top = offset;
        count += 1;
        bytes += segment.block(offset).bytes();
    }
    let incoming = &arena.control().incoming.0;
    incoming.stack.store(top, Ordering::Release);
    incoming.retired.set(count, bytes);
}

/// Links the queues anew, in the order of addresses, and files what expires; retired blocks no longer need that.
fn requeue(guard: &HeapGuard<'_>, live: &[u64]) {
    for &offset in live.iter().filter(|offset| guard.heap.has(**offset)) {
        let at = EntryAt::new(&guard.segment.memory, offset);
        let which = Which::of(at);
        forget_lists(at);
        guard.enlist_again(at, which);
    }
}

fn builder_lives(segment: &Segment, at: EntryAt<'_>) -> bool {
    segment.slots.is_alive(Owner(at.entry.owner_or_stamp.load(Ordering::Relaxed)))
}
