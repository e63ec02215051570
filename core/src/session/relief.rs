//! Giving up single pins within a request that goes on, once nothing in the process leads to what they keep.
//!
//! A request that never ends (a worker's loop, a daemon) would keep every version of every value that it ever fetched. When that
//! costs memory, the process is searched for addresses of what the request keeps ([`crate::sys::search`]): what none was found
//! of is given up. So no word of the embedder's is needed for it, and none can be wrong.
//!
//! Here is when that is worth it; [`release`] does it.

mod release;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::pace::Pace;
use super::{Place, Session};
use crate::entry::EntryAt;
use crate::segment::Segment;
use crate::sys::clock;
use crate::sys::search::Allowance;
pub use release::release_unreferenced;

/// Requests that are younger than this end by themselves soon enough.
const YOUNG: Duration = Duration::from_millis(250);
/// Searching rests for that many times as long as it took, in the whole process ([`Pace`]).
const SHARE: u32 = 50;
/// What of a heap one request may keep of replaced entries before a search is worth it.
const WORTH: u64 = 64;

/// That many times as much is worth it sooner, for the others' sake: an eighth of the heap.
const URGENT: u64 = WORTH / 8;
/// A part of that is, when all requests together keep a quarter of the heap.
const STEP: u64 = 8;
/// This session's searching rests for that many times as long as it took then. When they keep half of the heap, it
/// rests only until an eighth more has been replaced than what the last search had to leave: it would find the same in
/// use, and no more.
const URGENT_SHARE: u32 = 4;
/// It rests as long as it took, whatever there is to be found.
const LEAST_SHARE: u32 = 1;
/// How often a request without a slot asks for one.
const ASK: Duration = Duration::from_millis(1);

/// How much a session keeps, and when it last searched.
#[derive(Debug)]
// In this order: see [`Session`].
#[repr(C)]
pub(super) struct Relief {
    /// Empty places of the pin list.
    holes: Vec<u32>,
    /// Bytes that were pinned since somebody last looked.
    pinned: u64,
    /// When to look again: by `pinned`.
    due: u64,
    /// Bytes that are worth a look.
    worth: u64,
    /// When the request was first seen to keep much.
    since: Option<Instant>,
    /// When it last asked for a slot.
    asked: Option<Instant>,
    /// End and duration of the last search for this session. Outlasts requests.
    searched: Option<(Instant, Duration)>,
    /// The same of the last look at what has been replaced of what is kept.
    counted: Option<(Instant, Duration)>,
    /// Bytes that the request held back after it, since they were in use.
    in_use: u64,
    /// Bytes of all that it left, replaced or not.
    left: u64,
    /// Somebody found no memory but what requests keep ([`Session::notice_want`]).
    wanted: bool,
    /// It did not find out anything: the next one will hardly do, however much it is wanted.
    blind: bool,
    /// The next one is urgent, for others or for a store that fails without it: it waits while another thread searches.
    is_patient: bool,
    /// What the next one may take. Outlasts requests.
    allowance: Allowance,
}

impl Relief {
    /// So many bytes of its beginning are what most look-ups use.
    pub(super) const FIRST_LOOKED_AT: usize = std::mem::offset_of!(Self, worth);

    pub(super) fn new(segment: &Segment) -> Self {
        let worth = segment.layout.heap_size / WORTH;
        Self {
            holes: Vec::new(),
            pinned: 0,
            due: worth / STEP,
            worth,
            since: None,
            asked: None,
            searched: None,
            counted: None,
            in_use: 0,
            left: 0,
            wanted: false,
            blind: false,
            is_patient: false,
            allowance: Allowance::FIRST,
        }
    }

    /// Bytes of a step.
    fn step(&self) -> u64 {
        self.worth / STEP
    }

    /// Bytes of all that is kept, replaced or not.
    fn kept(&self) -> u64 {
        self.left + self.pinned
    }

    /// The request is over, or another process's.
    pub(super) fn forget(&mut self) {
        self.holes.clear();
        self.pinned = 0;
        self.due = self.step();
        self.since = None;
        self.asked = None;
        self.in_use = 0;
        self.left = 0;
        self.wanted = false;
        self.is_patient = false;
    }

    /// The request holds back whatever is retired: to be looked at with each fetch.
    pub(super) fn note_hold(&mut self) {
        self.due = 0;
    }

    /// A forked child: its list may be another one than its parent's.
    pub(super) fn forget_places(&mut self) {
        self.holes.clear();
    }

    /// Keeps the block at `offset`, in the running operation.
    #[inline]
    pub(super) fn keep(&mut self, segment: &Segment, index: usize, offset: u64) {
        let (reader, list) = (&segment.slots.slot(index).reader, segment.slots.pins(index));
        if let Some(place) = self.holes.pop() {
            reader.pin_at(list, place as usize, offset);
        } else if !reader.pin(list, offset) {
            reader.hold();
            self.note_hold();
        }
        let bytes = segment.lookups.block_bytes(offset);
        if self.pinned == 0 {
            // Most requests fetch one table, however large, and end: nothing to look for yet.
            self.due += bytes;
        }
        self.pinned += bytes;
    }
}

/// Whether something that last ended then, and took so long, has rested for `share` times as long.
fn has_rested(last: Option<(Instant, Duration)>, now: Instant, share: u32) -> bool {
    last.is_none_or(|(end, took)| now.saturating_duration_since(end) >= took * share)
}

impl Session {
    /// Whether it is time to ask [`Self::needs_relief`]; cheap. To be asked before a look-up rather than after it, since a search ends
    /// the hits in hand.
    #[inline]
    #[must_use]
    pub fn may_need_relief(&self) -> bool {
        self.relief.pinned >= self.relief.due
    }

    /// Whether this request holds back so much memory that the process should be searched ([`release_unreferenced`]).
    ///
    /// How often that may be so is in proportion to what a search takes:
    /// - for a request that has kept much for a quarter of a second: a fiftieth of the time, all threads together, and not
    ///   while another searches;
    /// - if it keeps an eighth of all memory from the others, or all requests together a quarter: a fifth of its own time;
    /// - if all requests together keep half, and it an eighth more than it was found to use: whatever it takes.
    ///
    /// Where somebody found no memory but what requests keep, all counts that it keeps, replaced or not: an eighth that was
    /// not looked for yet (or a step, of an old request) in a fifth of its time, a step in a fiftieth.
    #[cold]
    pub fn needs_relief(&mut self) -> bool {
        self.notice_fork();
        self.hear_children();
        let step = self.relief.step();
        let is_wanted = std::mem::take(&mut self.relief.wanted) && self.relief.kept() >= step;
        if self.segment.retired_bytes() < step && !is_wanted {
            // Nothing that anybody keeps has been replaced: the usual case, without asking for the time. Who holds back everything is
            // asked with each fetch, and may keep any number of values: nothing here is done for each of them.
            if !self.holds_by_epoch() {
                self.relief.due = self.relief.pinned + step;
            }
            return false;
        }
        let now = Instant::now();
        if self.slotless && self.relief.asked.is_none_or(|asked| now.saturating_duration_since(asked) >= ASK)
        {
            self.relief.asked = Some(now);
            self.settle();
        }
        // Settling may have changed it.
        let (worth, holds) = (self.relief.worth, self.holds_by_epoch());
        self.relief.due = if holds { 0 } else { self.relief.pinned + step };
        let old = now.saturating_duration_since(*self.relief.since.get_or_insert(now)) >= YOUNG;
        let unhurried = Pace::now().may_search(SHARE);
        if self.relief.blind && !unhurried {
            return false;
        }
        let calm = old && unhurried;
        if calm && (holds || is_wanted) {
            return true;
        }
        let (all, eighth) = (self.segment.retired_bytes(), worth * URGENT);
        let hurried = has_rested(self.relief.searched, now, URGENT_SHARE);
        // An eighth, or what has been kept for long, of which so much was not looked for yet.
        if is_wanted && hurried && self.relief.pinned >= if old { step } else { eighth } {
            self.relief.is_patient = true;
            return true;
        }
        let alone = hurried && self.relief.pinned >= eighth;
        let together = hurried && all >= 2 * eighth;
        let pressing = all >= 4 * eighth;
        let share = if alone || together || pressing { URGENT_SHARE } else { SHARE };
        if !(calm || alone || together || pressing) || !has_rested(self.relief.counted, now, share) {
            return false;
        }
        // As for searches: what it takes of the processor.
        let began = clock::of_thread();
        let replaced = self.replaced_bytes();
        self.relief.counted = Some((Instant::now(), clock::of_thread().saturating_sub(began)));
        let is_urgent = (alone && replaced >= eighth)
            || (together && replaced >= step)
            || (pressing && replaced >= self.relief.in_use + eighth);
        self.relief.is_patient = is_urgent;
        is_urgent || (calm && replaced >= worth)
    }

    /// Whether a store that found no memory should be tried again after a search: not if that came to nothing a moment ago, nor if
    /// one has just found all in use that has been replaced.
    /// Where entries are evicted, all that is kept was in the way, not only what has been replaced.
    #[cold]
    #[must_use]
    pub fn needs_relief_for_store(&mut self) -> bool {
        let (relief, step, now) = (&self.relief, self.relief.step(), Instant::now());
        let rests = |share| has_rested(relief.searched, now, share);
        let has_rested = if relief.blind { Pace::now().may_search(SHARE) } else { rests(URGENT_SHARE) };
        if self.segment.evicts {
            // All that could go is kept by somebody: by this request so much, replaced or not.
            let is_worth_it = if has_rested {
                self.holds_by_epoch() || relief.kept() >= step
            } else {
                // What it gives up may be kept by others as well, and be fetched again at once: no more than half of the time.
                !relief.blind && relief.pinned >= relief.worth * URGENT && rests(LEAST_SHARE)
            };
            self.relief.is_patient = is_worth_it;
            return is_worth_it;
        }
        // It would find something beyond what the last one did. (Counted only if it can be.)
        let more = relief.in_use + step;
        if !has_rested && (relief.blind || self.segment.retired_bytes() < more) {
            return false;
        }
        let is_worth_it = self.held_back() >= if has_rested { step } else { more };
        self.relief.is_patient = is_worth_it;
        is_worth_it
    }

    /// Somebody found no memory but what requests keep, this one for example: to be looked at with the next look-up.
    #[cold]
    pub(super) fn notice_want(&mut self, index: usize) {
        // What is wanted from now on is wanted again.
        self.segment.slots.slot(index).wanted.store(0, Ordering::Relaxed);
        self.relief.wanted = true;
        self.relief.due = 0;
    }

    /// Whether a search would not be one too many, however little it may find.
    #[must_use]
    pub fn may_search(&self) -> bool {
        Pace::now().may_search(SHARE)
    }

    /// Whether anything is kept that lies in shared memory where the caller may have handed it on.
    #[must_use]
    pub fn keeps_payloads(&self) -> bool {
        self.pinned.iter().any(|offset| EntryAt::new(&self.segment.memory, offset).payload_len() != 0)
    }

    /// Whether this request holds back more than it fetched: everything retired since some moment.
    fn holds_by_epoch(&self) -> bool {
        self.slotless
            || matches!(self.place, Place::Slot(index, _) if self.segment.slots.slot(index).reader.holds())
    }

    /// Bytes that nobody can have because of this request, at most.
    fn held_back(&self) -> u64 {
        if self.holds_by_epoch() { self.segment.retired_bytes() } else { self.replaced_bytes() }
    }

    /// Bytes of entries that this request keeps, and that have been replaced or removed.
    fn replaced_bytes(&self) -> u64 {
        let segment = &*self.segment;
        let replaced = |offset: &u64| {
            EntryAt::new(&segment.memory, *offset).entry.superseded.load(Ordering::Relaxed) != 0
        };
        self.pinned.iter().filter(replaced).map(|offset| segment.block(offset).bytes()).sum()
    }

    /// A request that began without a slot takes one, if it is to be had with a list for all that the request keeps. Until then it
    /// holds back everything, which is much to ask of the others if it never ends.
    fn settle(&mut self) {
        if !self.slotless || self.place != Place::NoneFree {
            return;
        }
        let Some((index, owner)) = self.segment.slots.acquire() else { return };
        let (reader, list) = (&self.segment.slots.slot(index).reader, self.segment.slots.pins(index));
        // Whoever sees that one reader less is without a slot sees the pins.
        if self.pinned.iter().all(|offset| reader.pin(list, offset)) {
            // SAFETY: taken by this thread a moment ago.
            unsafe { self.settle_at(Place::Slot(index, owner)) };
            self.slotless = false;
            self.segment.header().slotless_readers.0.leave();
        } else {
            // SAFETY: taken by this thread a moment ago.
            unsafe { self.segment.slots.give_back(index) };
        }
    }
}
