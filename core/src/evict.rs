//! Which entries make room when memory is full: S3-FIFO.
//!
//! New entries pass a small queue, a tenth of the arena. Those that were asked for more than once by its end go over to the
//! main queue, the others are evicted and remembered for a while: what comes back in time joins the main queue at once. At the end of the
//! main queue an entry goes round again as often as it was asked for, three times at most. So what is asked for once, like a
//! scan, passes without displacing what is in use, and a loop longer than the memory still finds a part of itself.
//!
//! A hit sets a mark, and only while there are fewer than three, so the line of a popular entry stays shared.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::entry::EntryAt;
use crate::epoch::Survey;
use crate::fault::step;
use crate::heap::State;
use crate::heap::block::HEADER as BLOCK_HEADER;
use crate::index::Index;
use crate::lock::HeapGuard;
use crate::queue::Which;
use crate::room::Short;
use crate::shard::Shard;

/// The small queue's part of the arena.
const SMALL_PART: u64 = 10;
/// Marks of an entry at most.
pub(crate) const MOST_MARKS: u8 = 3;
/// A block that has more than this part of the arena is large. Whether it can be had at all is found out before anything is evicted, and
/// what is free in pieces is put together for it rather than that as much again is evicted.
const LARGE_PART: u64 = 16;
/// For one that is not, evicting so many times what is wanted in the usual order is enough.
const ENOUGH: u64 = 4;
/// For a large one this part of it is evicted beyond what is missing: what is moved does not fill its new places to the last byte.
const SLACK_PART: u64 = 32;
/// Where moving was of no use with that, this part of it goes before it is tried again, and twice as much from one try to the next: each may
/// move as much as is wanted.
const MORE_PART: u64 = 8;
/// How long an eviction waits for operations of interrupted readers, all in all: longer than a busy machine lets one wait for its
/// processor. Nobody waits again for an operation that did not end in that time.
const LONGEST_DRAIN: Duration = Duration::from_millis(200);
/// So many victims whose shards somebody has locked are one process that has all of them (a clear, or one that is stopped in it), or
/// very nearly: no use to look at the rest.
const MOST_LOCKED: usize = 256;

/// So many entries go round again, or over to the main queue, for one store. Where all were asked for again and again, that would be all
/// of them, while others wait for the arena.
const MOST_CHANCES: u32 = 1024;

/// What became of a block that was taken from its queue.
enum Verdict {
    /// It went, with so many bytes.
    Goes(u64),
    /// It needs no place any more, or has one again.
    Stays,
    /// The same: it would go, but somebody keeps it.
    Pinned,
    /// It would go, but somebody has locked its shard. It has no place yet.
    Locked(usize),
}

/// How many bytes go for one block.
struct Measure {
    /// With so many free, what lies between them is moved.
    movable_from: u64,
    /// So many go before anybody looks whether there is room.
    first: u64,
    /// And from then on, and `growth` times as many from one time to the next.
    step: u64,
    growth: u64,
    /// Once so many went in the usual order, what is in the way goes.
    enough: u64,
}

impl Measure {
    fn of_small(bytes: u64) -> Self {
        Self {
            // Leaves places for what has to be moved.
            movable_from: bytes.saturating_mul(2),
            first: bytes,
            step: bytes - bytes / 2,
            growth: 1,
            enough: bytes.saturating_mul(ENOUGH),
        }
    }

    /// As much again as a large block needs may be everything there is.
    fn of_large(bytes: u64, free: u64) -> Self {
        let needed = bytes + BLOCK_HEADER;
        let (first, step) = (needed.saturating_sub(free) + bytes / SLACK_PART, bytes / MORE_PART);
        // Three steps: most of what is wanted. What is in the way of a window may be popular.
        Self { movable_from: needed, first, step, growth: 2, enough: first + 7 * step }
    }
}

/// What the evictions for one block have found out.
struct Course {
    /// So many may still stay because they were asked for.
    chances: u32,
    /// All of the main queue was kept by somebody: it is not gone through again for each of many small victims.
    is_main_pinned: bool,
}

/// Why a victim is still there.
pub(crate) enum Stays {
    /// Somebody has locked its shard.
    Locked(usize),
    /// It is another entry by now, or somebody's reservation.
    Needed,
}

impl HeapGuard<'_> {
    /// Evicts until a block with room for `bytes` can be allocated, and allocates it.
    ///
    /// # Errors
    /// When everything that may go has gone, or when what goes would not make room: while some request holds all that is retired, or
    /// when what is pinned stands in the way of so large a block, or a reader that was stopped in the middle of a look-up. And
    /// when somebody has locked what would go.
    pub(crate) fn evict_for(&self, bytes: u64) -> Result<u64, Short> {
        let found = self.evict_until_there_is_room(bytes);
        found.or_else(|short| {
            // Not all of what is retired was looked at each time.
            let free = || self.heap.control().free_bytes.load(Ordering::Relaxed);
            let before = free();
            self.reclaim();
            let is_more = free() != before;
            let found = is_more.then(|| self.heap.allocate(bytes).or_else(|| self.compact_for(bytes, false)));
            found.flatten().ok_or(short)
        })
    }

    fn evict_until_there_is_room(&self, bytes: u64) -> Result<u64, Short> {
        let heap = self.heap;
        let deadline = Instant::now() + LONGEST_DRAIN.min(self.segment.lock_timeout());
        let clock = &self.segment.header().clock.0;
        let (mut began, mut survey) = self.survey_of_what_ends(deadline).ok_or(Short::OfMemory)?;
        let free = || heap.control().free_bytes.load(Ordering::Relaxed);
        let mut measure = Measure::of_small(bytes);
        if bytes > heap.size() / LARGE_PART {
            self.reclaim();
            if let Some(offset) = heap.allocate(bytes) {
                return Ok(offset);
            }
            survey = self.segment.slots.survey();
            if !self.is_within_reach(bytes + BLOCK_HEADER, &survey) {
                return Err(Short::OfMemory);
            }
            // What is being made stays where it is: put between what goes on being there, several large ones leave no row for the next.
            if !self.segment.slots.iter().any(|slot| slot.building.load(Ordering::Relaxed) != 0) {
                measure = Measure::of_large(bytes, free());
            }
        }
        if free() >= measure.movable_from
            && let Some(offset) = self.compact_for(bytes, false)
        {
            return Ok(offset);
        }
        let (mut freed, mut all, mut gone, mut goal) = (0, 0, 0, measure.first);
        let mut course = Course { chances: MOST_CHANCES, is_main_pinned: false };
        while !survey.holds() {
            let went = self.evict_one(&survey, &mut course);
            freed += went.unwrap_or(goal);
            all += went.unwrap_or(bytes);
            gone += 1;
            // Looking costs a survey of all readers: do so when it can have become possible.
            if freed < goal {
                continue;
            }
            self.reclaim_recent(gone);
            if let Some(offset) = heap.allocate(bytes) {
                return Ok(offset);
            }
            if let Err(short @ Short::OfLocks(_)) = went {
                return Err(short);
            }
            // An operation that was interrupted keeps what was evicted: better to wait for it than to evict more.
            if heap.control().incoming.0.retired.get().1 >= measure.first {
                let is_drained = self.segment.slots.drain(deadline);
                self.reclaim_recent(gone);
                if let Some(offset) = heap.allocate(bytes) {
                    return Ok(offset);
                }
                // One that began before what went of late keeps whatever goes next as well.
                if !is_drained {
                    let survey = self.segment.slots.survey();
                    if survey.keeps_from(began) {
                        heap.control().stuck.store(survey.oldest(), Ordering::Relaxed);
                        return Err(Short::OfMemory);
                    }
                }
            }
            // What lies together does not go together: so much, then all that is in the way.
            if let Some(offset) = self.compact_for(bytes, all >= measure.enough) {
                return Ok(offset);
            }
            went?;
            survey = self.segment.slots.survey();
            began = clock.now();
            (freed, goal) = (0, measure.step);
            measure.step *= measure.growth;
        }
        Err(Short::OfMemory)
    }

    /// What readers keep before anything is evicted, and the clock then. `None` if an operation does not end before the deadline: it keeps all
    /// that would be evicted or moved. One that was waited for in vain is not waited for again.
    fn survey_of_what_ends(&self, deadline: Instant) -> Option<(u64, Survey)> {
        let clock = &self.segment.header().clock.0;
        let began = clock.now();
        let survey = self.segment.slots.survey();
        if !survey.keeps_from(began) || survey.holds() {
            return Some((began, survey));
        }
        let stuck = &self.heap.control().stuck;
        let is_known = stuck.load(Ordering::Relaxed) == survey.oldest();
        // So that the same reader's next one is told from it.
        clock.advance();
        if !self.segment.slots.drain(if is_known { Instant::now() } else { deadline }) {
            stuck.store(survey.oldest(), Ordering::Relaxed);
            return None;
        }
        Some((clock.now(), survey))
    }

    /// Evicts one entry and returns the bytes of its block.
    fn evict_one(&self, survey: &Survey, course: &mut Course) -> Result<u64, Short> {
        let mut locked = Vec::new();
        let went = self.find_victim(survey, course, &mut locked);
        if matches!(went, Err(Short::OfLocks(_))) {
            // It is their turn once they can go.
            locked.into_iter().rev().for_each(|(at, from)| self.enqueue_as_oldest(at, from));
        } else {
            // Those who look for the next victim would meet them again and again.
            locked.into_iter().for_each(|(at, _)| self.enqueue(at, Which::Main));
        }
        went
    }

    /// The same. Those that were passed over because of their shards' locks are in none of the queues afterwards.
    fn find_victim<'a>(
        &'a self,
        survey: &Survey,
        course: &mut Course,
        locked: &mut Vec<(EntryAt<'a>, Which)>,
    ) -> Result<u64, Short> {
        let mut short = Short::OfMemory;
        let bytes = |which| self.queue(which).bytes.load(Ordering::Relaxed);
        // Every block was seen with its marks used up once so many bytes were passed over.
        let all = bytes(Which::Small).saturating_add(bytes(Which::Main)).min(self.heap.size());
        let mut left = all * u64::from(MOST_MARKS + 2);
        let mut pinned = 0;
        loop {
            let is_large = bytes(Which::Small) > self.heap.size() / SMALL_PART;
            let oldest = |which| self.queue(which).oldest.load(Ordering::Relaxed);
            let which = match (oldest(Which::Small), oldest(Which::Main)) {
                (0, 0) => return Err(short),
                (0, _) => Which::Main,
                (_, 0) => Which::Small,
                // What is new and kept by nobody is no part of the main queue, if that is all of it.
                _ if is_large || course.is_main_pinned => Which::Small,
                _ => Which::Main,
            };
            let at = self.queued(oldest(which)).ok_or(Short::OfMemory)?;
            let size = self.heap.block(at.offset).bytes();
            if !self.heap.is_entry_block(at.offset) || self.dequeue(at) != Some(which) {
                self.heap.distrust();
                return Err(Short::OfMemory);
            }
            step!("evict: taken from its queue");
            match self.judge(at, which, survey, &mut course.chances) {
                Verdict::Goes(bytes) => return Ok(bytes),
                Verdict::Stays => {}
                Verdict::Pinned => {
                    pinned += size;
                    // Whatever is found yet: those who keep so much are to say whether they use it.
                    if pinned >= bytes(Which::Main) && !std::mem::replace(&mut course.is_main_pinned, true) {
                        self.segment.slots.want_what_is_kept();
                    }
                }
                Verdict::Locked(shard) => {
                    locked.push((at, which));
                    short = Short::OfLocks(shard);
                    if locked.len() >= MOST_LOCKED {
                        return Err(short);
                    }
                }
            }
            left = left.checked_sub(size).ok_or(short)?;
        }
    }

    /// Evicts an entry that was just taken from its queue, or gives it another place.
    fn judge(&self, at: EntryAt<'_>, from: Which, survey: &Survey, chances: &mut u32) -> Verdict {
        // First, so that what is judged is what goes.
        let hash = at.entry.hash.load(Ordering::Relaxed);
        match self.heap.block(at.offset).state() {
            Some(State::Live) => {}
            // It needs no place any more.
            Some(State::Retired) => return Verdict::Stays,
            // One of many that somebody makes at once, since it comes to the end so soon. In the small queue these would be all that is
            // looked at, again and again.
            _ => {
                self.enqueue(at, Which::Main);
                return Verdict::Stays;
            }
        }
        let is_expired = at.is_expired();
        let marks = at.entry.visited.load(Ordering::Relaxed);
        let (stays, left) = match from {
            Which::Small => (marks > 1, 0),
            Which::Main | Which::Reserved => (marks > 0, marks.saturating_sub(1).min(MOST_MARKS - 1)),
        };
        if stays && !is_expired && *chances != 0 {
            *chances -= 1;
            at.entry.visited.store(left, Ordering::Relaxed);
            self.enqueue(at, Which::Main);
            return Verdict::Stays;
        }
        step!("evict: judged");
        // A pinned entry would be lost without giving memory, and is of use to somebody.
        let is_free = survey.is_free(at.offset, 0);
        match is_free.then(|| self.evict(at, hash, is_expired)) {
            Some(Ok(bytes)) => {
                if from == Which::Small && !is_expired {
                    self.remember(hash, bytes);
                }
                Verdict::Goes(bytes)
            }
            Some(Err(Stays::Locked(shard))) => Verdict::Locked(shard),
            found => {
                self.enqueue(at, Which::Main);
                if found.is_some() { Verdict::Stays } else { Verdict::Pinned }
            }
        }
    }

    /// Takes a victim out of the index, unless its shard is busy. A reservation only goes if nobody holds it any more. The bytes of its
    /// block.
    ///
    /// What was looked at without the shard's lock may be gone by now, and its block another entry's: who replaced it may use the
    /// block again at once. So it only goes if it still has the key's `hash` and has, if that is why, `expired`.
    pub(crate) fn evict(&self, at: EntryAt<'_>, hash: u64, expired: bool) -> Result<u64, Stays> {
        let segment = self.segment;
        let shard = Index::shard_of(hash);
        let guard = segment.try_lock_shard(shard).ok_or(Stays::Locked(shard))?;
        let is_another = at.entry.hash.load(Ordering::Relaxed) != hash;
        if is_another || at.is_superseded() || (expired && !at.is_expired()) {
            return Err(Stays::Needed);
        }
        if at.is_reservation() {
            return self.end_in_shard(&guard, at).ok_or(Stays::Needed);
        }
        let found = segment.index.find_block(hash, at.offset).ok_or(Stays::Needed)?;
        at.entry.superseded.store(1, Ordering::Release);
        step!("evict: superseded");
        segment.index.remove(found);
        step!("evict: unlinked");
        segment.retire(at);
        step!("evict: retired");
        Shard::bump(&guard.shard.entries, -1);
        let counters = &segment.header().counters.0;
        let counter = if expired { &counters.expired } else { &counters.evictions };
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(self.heap.block(at.offset).bytes())
    }
}
