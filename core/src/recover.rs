//! Making a segment whole after a writer died inside a lock.
//!
//! Truth is in the blocks and in the index's links, each of which changes by single stores. Everything else
//! (free lists, retired list, eviction queue, figures) is made anew from them. All locks are held; readers go
//! on undisturbed, since nothing they can reach is moved.

use std::sync::atomic::Ordering;

use crate::entry::{EntryAt, RESERVATION};
use crate::error::Error;
use crate::fault::step;
use crate::heap::State;
use crate::heap::rebuild::Fate;
use crate::index::Index;
use crate::segment::Segment;
use crate::slots::Owner;

/// The live blocks that hold an entry, in the order of their addresses, and whether the index leads to each.
struct Entries {
    offsets: Vec<u64>,
    linked: Vec<bool>,
}

impl Entries {
    /// Finds them, and cuts the index's chains where they lead to anything else.
    fn find(segment: &Segment) -> Result<Self, Error> {
        segment.heap.check_tiling()?;
        let holds_entry = |&offset: &u64| {
            let block = segment.heap.block(offset);
            block.is(State::Live)
                && EntryAt::has_room(block.bytes())
                && EntryAt::new(&segment.memory, offset).fits(block.bytes())
        };
        let offsets: Vec<u64> = segment.heap.walk().filter(holds_entry).collect();
        let hash = |offset| EntryAt::new(&segment.memory, offset).entry.hash.load(Ordering::Relaxed);
        for &offset in &offsets {
            segment.index.touch(hash(offset));
        }
        let mut linked = vec![false; offsets.len()];
        segment.index.mend(|offset, tag, bucket| {
            // Each once: a second link to it would be a cycle, or a chain that runs into another.
            offsets.binary_search(&offset).is_ok_and(|at| {
                segment.index.is_home(hash(offset), tag, bucket) && !std::mem::replace(&mut linked[at], true)
            })
        });
        Ok(Self { offsets, linked })
    }

    /// `None` for a block that holds no entry.
    fn is_linked(&self, offset: u64) -> Option<bool> {
        self.offsets.binary_search(&offset).ok().map(|at| self.linked[at])
    }
}

/// Repairs. Every lock of the segment is held by the caller.
pub(crate) fn repair(segment: &Segment) -> Result<(), Error> {
    let header = segment.header();
    let entries = Entries::find(segment)?;
    step!("recover: chains mended");
    let mut shards = [0u64; crate::layout::SHARDS];
    let (mut reservations, mut lost, mut live, mut retired) = (0, Vec::new(), Vec::new(), Vec::new());
    segment.heap.rebuild(|offset, state| {
        if state == State::Free {
            return Fate::Keep;
        }
        if !EntryAt::has_room(segment.heap.block(offset).bytes()) {
            return Fate::Free;
        }
        let at = EntryAt::new(&segment.memory, offset);
        match state {
            State::Building if !builder_lives(segment, at) => return Fate::Free,
            State::Building => live.push(offset),
            State::Live => match entries.is_linked(offset) {
                None => return Fate::Free,
                Some(true) => {
                    // Its writer may have marked it and died before the index changed: it still is the key's entry.
                    at.entry.superseded.store(0, Ordering::Relaxed);
                    let hash = at.entry.hash.load(Ordering::Relaxed);
                    if at.entry.space.load(Ordering::Relaxed) == RESERVATION {
                        reservations += 1;
                    } else {
                        shards[Index::shard_of(hash)] += 1;
                    }
                    live.push(offset);
                }
                // Its publication or its removal was cut off: nobody can find it, somebody may still see it.
                Some(false) => lost.push(offset),
            },
            State::Kept if segment.slots.is_alive(Owner(at.entry.retired_next.load(Ordering::Relaxed))) => {
                live.push(offset);
            }
            State::Kept => {
                segment.heap.block(offset).set_state(State::Retired);
                retired.push(offset);
            }
            State::Retired => retired.push(offset),
            State::Free => {}
        }
        Fate::Keep
    })?;
    step!("recover: walked");
    for (shard, entries) in segment.shards().zip(shards) {
        shard.entries.store(entries, Ordering::Relaxed);
    }
    header.reservations.0.store(reservations, Ordering::Relaxed);
    step!("recover: counted");
    restack(segment, &retired);
    step!("recover: restacked");
    for offset in lost {
        let at = EntryAt::new(&segment.memory, offset);
        at.entry.superseded.store(1, Ordering::Release);
        at.entry.queued.store(0, Ordering::Relaxed);
        segment.retire(at);
        step!("recover: one lost retired");
    }
    requeue(segment, &live);
    step!("recover: queued");
    header.clock.0.advance();
    Ok(())
}

/// Puts all retired blocks on the stack, which starts empty.
fn restack(segment: &Segment, retired: &[u64]) {
    let header = segment.header();
    let (mut top, mut bytes) = (0, 0);
    for &offset in retired {
        let entry = EntryAt::new(&segment.memory, offset).entry;
        entry.retired_next.store(top, Ordering::Relaxed);
        entry.queued.store(0, Ordering::Relaxed);
        top = offset;
        bytes += segment.heap.block(offset).bytes();
    }
    header.retired_stack.0.store(top, Ordering::Release);
    header.retired.set(retired.len() as u64, bytes);
}

/// Links the eviction queue anew, in the order of addresses; retired blocks no longer need to be in it.
fn requeue(segment: &Segment, live: &[u64]) {
    let control = segment.heap.control();
    let mut older = 0;
    for &offset in live {
        let at = EntryAt::new(&segment.memory, offset);
        at.entry.older.store(older, Ordering::Relaxed);
        at.entry.newer.store(0, Ordering::Relaxed);
        at.entry.queued.store(1, Ordering::Relaxed);
        if older == 0 {
            control.queue_oldest.store(offset, Ordering::Relaxed);
        } else {
            EntryAt::new(&segment.memory, older).entry.newer.store(offset, Ordering::Relaxed);
        }
        older = offset;
    }
    control.queue_newest.store(older, Ordering::Relaxed);
}

fn builder_lives(segment: &Segment, at: EntryAt<'_>) -> bool {
    segment.slots.is_alive(Owner(at.entry.owner_or_stamp.load(Ordering::Relaxed)))
}
