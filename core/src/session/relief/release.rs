//! The search itself, and giving up what was not found.

use std::ops::Range;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::entry::EntryAt;
use crate::heap::block::HEADER as BLOCK_HEADER;
use crate::session::fetch::next_request;
use crate::session::pace::Turn;
use crate::session::{Place, Session};
use crate::sys::clock;
use crate::sys::search::{self, Allowance, Outcome, Window};

impl Session {
    /// Offsets of what is kept and has a payload, in order.
    fn with_payload(&self) -> Vec<u64> {
        let has_payload = |offset: &u64| EntryAt::new(&self.segment.memory, *offset).payload_len() != 0;
        let mut blocks: Vec<u64> = self.pinned.iter().filter(has_payload).collect();
        blocks.sort_unstable();
        blocks
    }

    /// The addresses that mean these blocks: from the entry's own, which a hit has, to the one behind the payload's last byte. (The
    /// next block begins with a header that nobody has the address of.)
    fn window(&self, blocks: &[u64]) -> Window {
        let piece = |offset: &u64| {
            let at = EntryAt::new(&self.segment.memory, *offset);
            (offset + BLOCK_HEADER, at.payload_offset() + at.payload_len() as u64)
        };
        Window::new(&self.segment.read_only_range(), blocks.iter().map(piece).collect())
    }

    /// Gives up everything but the blocks in `kept` (in order): also each entry without a payload. Hits from before are those of an ended
    /// request. True when nothing is kept any more.
    fn keep_only(&mut self, kept: &[u64]) -> bool {
        if kept.is_empty() {
            self.quiesce();
            return true;
        }
        self.request = next_request(self.request);
        let Place::Slot(index, _) = self.place else {
            self.only_know(kept);
            self.settle();
            return false;
        };
        let list = self.segment.slots.pins(index);
        if list.is_empty() {
            // Without a list there is no keeping of some.
            return false;
        }
        let reader = &self.segment.slots.slot(index).reader;
        let mut missing: Vec<u64> = kept.to_vec();
        self.relief.holes.clear();
        for (place, pin) in list[..reader.pin_count().min(list.len())].iter().enumerate() {
            let offset = pin.load(Ordering::Relaxed);
            if let Ok(at) = kept.binary_search(&offset) {
                missing[at] = 0;
                continue;
            }
            if offset != 0 {
                reader.unpin(list, place);
            }
            self.relief.holes.push(place as u32);
        }
        // What was held by epoch only: until it is pinned, the hold stays.
        let mut all = true;
        for offset in missing.into_iter().filter(|offset| *offset != 0) {
            match self.relief.holes.pop() {
                Some(place) => reader.pin_at(list, place as usize, offset),
                None => all &= reader.pin(list, offset),
            }
        }
        if all {
            reader.end_hold();
        }
        self.only_know(kept);
        self.relief.due = if all { self.relief.step() } else { 0 };
        false
    }

    /// Of what was fetched, these are still in use.
    fn only_know(&mut self, kept: &[u64]) {
        self.pinned.clear();
        for offset in kept {
            self.pinned.insert(*offset);
        }
        self.relief.pinned = 0;
    }

    /// Bytes of all entries that this request keeps.
    fn kept_bytes(&self) -> u64 {
        self.pinned.iter().map(|offset| self.segment.block(offset).bytes()).sum()
    }
}

/// Searches the process for addresses of what these sessions' requests keep, and gives up whatever none was found of. True when nothing is
/// kept any more. Does nothing while another thread searches, for the lock timeout at least
/// if the sessions have just said that they need it urgently.
///
/// What is looked for are payloads. An entry without one is given up in any case, so all that a hit of it leads to is
/// gone. The sessions' safe accessors ([`Session::tag`], [`Session::bits`], [`Session::payload`]) give nothing for any
/// hit from before. Without asking them, such a hit may be used again if its entry has a payload, and the hit was in
/// memory or the payload's address was.
///
/// `skip` says which parts of the address space hold no addresses that will be used again, such as the segments' own. It is asked if
/// there is anything to search for, and its time is part of the search's.
pub fn release_unreferenced(
    sessions: [Option<&mut Session>; 2],
    skip: impl FnOnce() -> Vec<Range<usize>>,
) -> bool {
    let began = clock::of_thread();
    let [first, second] = sessions;
    let mut both = [first, second];
    let blocks: [Vec<u64>; 2] = std::array::from_fn(|at| {
        both[at].as_mut().map_or_else(Vec::new, |session| {
            session.notice_fork();
            session.with_payload()
        })
    });
    let mut windows = std::array::from_fn(|at| match &both[at] {
        Some(session) => session.window(&blocks[at]),
        None => Window::new(&(0..0), Vec::new()),
    });
    let anything = blocks.iter().any(|blocks| !blocks.is_empty());
    let limits = both.iter_mut().flatten().map(|session| {
        let is_patient = std::mem::take(&mut session.relief.is_patient);
        if is_patient { session.segment.lock_timeout() } else { Duration::ZERO }
    });
    let limit = limits.max().unwrap_or_default();
    let mut known = true;
    if anything {
        let Some(turn) = Turn::take(limit) else { return false };
        let allowances = both.iter().flatten().map(|session| session.relief.allowance);
        let allowance = allowances.max().unwrap_or(Allowance::FIRST);
        let outcome = search::search(&mut windows, skip(), allowance);
        known = outcome == Outcome::Done;
        // What it took of the processor: on a busy machine it may have waited for that most of the time.
        let took = clock::of_thread().saturating_sub(began);
        turn.end(took);
        for session in both.iter_mut().flatten() {
            session.relief.searched = Some((Instant::now(), took));
            session.relief.blind = !known;
            session.relief.allowance = allowance.after(outcome, took);
        }
    }
    let mut all = true;
    for ((session, window), blocks) in both.iter_mut().zip(&windows).zip(&blocks) {
        let Some(session) = session else { continue };
        if known {
            let kept: Vec<u64> = window.found().map(|at| blocks[at]).collect();
            all &= session.keep_only(&kept);
            session.segment.reclaim_now();
            session.relief.in_use = session.held_back();
            session.relief.left = session.kept_bytes();
        } else {
            all = false;
        }
    }
    all
}
