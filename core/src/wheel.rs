//! Which entries have expired, without looking at those that have not: a timing wheel.
//!
//! Entries with a time to live, and reservations with a lease, are filed by the tick at which they are due. A bucket of
//! level *n* spans 64^n ticks; when its time comes, level 0 gives up its entries and the others file theirs anew, one
//! level below. What lies further ahead than the wheel reaches is filed at its end and looked at again there.
//!
//! The wheel belongs to its arena's lock. What it says is a hint: an entry may have been given another time since, so whoever takes
//! one out looks at the entry itself.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::entry::EntryAt;
use crate::fault::step;
use crate::heap::State;
use crate::lock::HeapGuard;
use crate::sys::clock;

const LEVELS: usize = 3;
const BITS: u32 = 6;
const BUCKETS: usize = 1 << BITS;
/// A tick is 2^25 ns, about 34 ms; the wheel reaches 2.4 hours ahead.
const TICK_SHIFT: u32 = 25;
const REACH: u64 = 1 << (BITS * LEVELS as u32);
const _: () = assert!(LEVELS * BUCKETS < u8::MAX as usize);

/// The wheel of one arena; all zeros is an empty one.
#[repr(C)]
pub(crate) struct Wheel {
    /// Everything due up to this tick was taken out.
    tick: AtomicU64,
    /// Which buckets of each level have entries.
    filled: [AtomicU64; LEVELS],
    /// First entry of each bucket, by the arena's numbers; 0: none.
    heads: [[AtomicU32; BUCKETS]; LEVELS],
}

impl Wheel {
    pub(crate) fn reset(&self) {
        self.tick.store(0, Ordering::Relaxed);
        for level in 0..LEVELS {
            self.filled[level].store(0, Ordering::Relaxed);
            self.heads[level].iter().for_each(|head| head.store(0, Ordering::Relaxed));
        }
    }

    fn is_empty(&self) -> bool {
        self.filled.iter().all(|filled| filled.load(Ordering::Relaxed) == 0)
    }

    fn head(&self, bucket: usize) -> &AtomicU32 {
        &self.heads[bucket / BUCKETS][bucket % BUCKETS]
    }

    /// How many buckets there are: what an entry names may be anything.
    const ALL: usize = LEVELS * BUCKETS;

    fn mark(&self, bucket: usize, filled: bool) {
        let word = &self.filled[bucket / BUCKETS];
        let bit = 1 << (bucket % BUCKETS);
        let now = word.load(Ordering::Relaxed);
        word.store(if filled { now | bit } else { now & !bit }, Ordering::Relaxed);
    }

    /// All buckets and their first entries.
    pub(crate) fn buckets(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        (0..LEVELS * BUCKETS).map(|bucket| (bucket, self.head(bucket).load(Ordering::Relaxed)))
    }

    /// The next tick at which a bucket that has entries must be looked at.
    fn next_event(&self) -> Option<u64> {
        let tick = self.tick.load(Ordering::Relaxed);
        let events = (0..LEVELS).filter_map(|level| {
            let filled = self.filled[level].load(Ordering::Relaxed);
            let here = tick >> (BITS * level as u32);
            let ahead = filled.rotate_right(here.wrapping_add(1) as u32 % BUCKETS as u32).trailing_zeros();
            // Wraps only where damage made the tick.
            (filled != 0).then(|| here.wrapping_add(1 + u64::from(ahead)) << (BITS * level as u32))
        });
        events.min()
    }
}

/// The bucket for what is due at tick `due`, seen from `tick`.
fn bucket_of(due: u64, tick: u64) -> usize {
    let ahead = due.saturating_sub(tick).clamp(1, REACH - 1);
    let level = (ahead.ilog2() / BITS) as usize;
    level * BUCKETS + (tick.wrapping_add(ahead) >> (BITS * level as u32)) as usize % BUCKETS
}

/// The first tick at which what expires then has expired.
fn due(expires: u64) -> u64 {
    (expires >> TICK_SHIFT) + 1
}

impl HeapGuard<'_> {
    /// Files an entry that is not filed, if it is one that expires.
    pub(crate) fn file_if_it_expires(&self, at: EntryAt<'_>) {
        if at.entry.expires.load(Ordering::Relaxed) != 0 {
            self.file(at);
        }
    }

    fn file(&self, at: EntryAt<'_>) {
        let wheel = &self.heap.control().wheel;
        if wheel.is_empty() {
            wheel.tick.store(clock::now_ns() >> TICK_SHIFT, Ordering::Relaxed);
        }
        self.file_from(at, wheel.tick.load(Ordering::Relaxed), 0);
    }

    /// Files an entry by what lies ahead of `tick`, to be looked at no earlier than `earliest`.
    fn file_from(&self, at: EntryAt<'_>, tick: u64, earliest: u64) {
        let wheel = &self.heap.control().wheel;
        let bucket = bucket_of(due(at.entry.expires.load(Ordering::Relaxed)).max(earliest), tick);
        let head = wheel.head(bucket);
        let next = head.load(Ordering::Relaxed);
        at.entry.filed_next.store(next, Ordering::Relaxed);
        at.entry.filed_previous.store(0, Ordering::Relaxed);
        if next == 0 {
            wheel.mark(bucket, true);
        } else if let Some(next) = self.filed(next) {
            next.entry.filed_previous.store(self.heap.number_of(at.offset), Ordering::Relaxed);
        } else {
            // A repair files everything anew.
            at.entry.filed_next.store(0, Ordering::Relaxed);
        }
        head.store(self.heap.number_of(at.offset), Ordering::Relaxed);
        at.entry.filed.store(bucket as u8 + 1, Ordering::Relaxed);
    }

    /// The entry with this number; `None` where damage made one that leads out of the arena: then the segment is marked for
    /// repair.
    fn filed(&self, number: u32) -> Option<EntryAt<'_>> {
        let offset = self.heap.numbered(number);
        if offset.is_none() {
            self.heap.distrust();
        }
        Some(EntryAt::new(&self.segment.memory, offset?))
    }

    /// Files an entry where its expiry says now.
    pub(crate) fn refile(&self, at: EntryAt<'_>) {
        self.unfile(at);
        self.file_if_it_expires(at);
    }

    /// Takes an entry out of the wheel if it is there.
    #[inline]
    pub(crate) fn unfile(&self, at: EntryAt<'_>) {
        let filed = at.entry.filed.load(Ordering::Relaxed);
        if filed == 0 {
            return;
        }
        at.entry.filed.store(0, Ordering::Relaxed);
        let bucket = usize::from(filed - 1);
        if bucket >= Wheel::ALL || !self.unlink_filed(at, bucket) {
            self.heap.distrust();
        }
    }

    /// Takes an entry out of its bucket. False, with nothing changed, when the bucket's links contradict each other.
    fn unlink_filed(&self, at: EntryAt<'_>, bucket: usize) -> bool {
        let wheel = &self.heap.control().wheel;
        let number = self.heap.number_of(at.offset);
        let next_number = at.entry.filed_next.load(Ordering::Relaxed);
        let previous_number = at.entry.filed_previous.load(Ordering::Relaxed);
        let next = match next_number {
            0 => None,
            next => match self.filed(next) {
                Some(next) if next.entry.filed_previous.load(Ordering::Relaxed) == number => Some(next),
                _ => return false,
            },
        };
        // The link that leads here.
        let previous = match previous_number {
            0 => None,
            previous => match self.filed(previous) {
                Some(previous) => Some(previous),
                None => return false,
            },
        };
        let here = previous.map_or(wheel.head(bucket), |previous| &previous.entry.filed_next);
        if here.load(Ordering::Relaxed) != number {
            return false;
        }
        if let Some(next) = next {
            next.entry.filed_previous.store(previous_number, Ordering::Relaxed);
        }
        here.store(next_number, Ordering::Relaxed);
        if previous_number == 0 && next_number == 0 {
            wheel.mark(bucket, false);
        }
        true
    }

    /// Evicts what has expired, and looks at no more than `most` entries for it. Whether there may be more.
    pub(crate) fn expire(&self, most: usize) -> bool {
        let wheel = &self.heap.control().wheel;
        if wheel.is_empty() {
            return false;
        }
        let now = clock::now_ns() >> TICK_SHIFT;
        // Nobody can have been so far ahead.
        if wheel.tick.load(Ordering::Relaxed) > now.saturating_add(REACH) {
            self.heap.distrust();
            return false;
        }
        let mut looked = 0;
        while let Some(event) = wheel.next_event().filter(|event| *event <= now) {
            // Nothing comes before it. What is filed anew meanwhile is filed from there.
            wheel.tick.fetch_max(event.saturating_sub(1), Ordering::Relaxed);
            for level in (0..LEVELS).rev() {
                if event.trailing_zeros() < BITS * level as u32 {
                    continue;
                }
                let bucket = level * BUCKETS + (event >> (BITS * level as u32)) as usize % BUCKETS;
                loop {
                    let first = wheel.head(bucket).load(Ordering::Relaxed);
                    if first == 0 {
                        break;
                    }
                    if looked == most {
                        return true;
                    }
                    looked += 1;
                    let Some(at) = self.first_of(bucket, first) else { return false };
                    self.take_due(at, event, now);
                    if self.segment.is_dirty() {
                        return false;
                    }
                }
            }
            wheel.tick.store(event, Ordering::Relaxed);
        }
        wheel.tick.fetch_max(now, Ordering::Relaxed);
        false
    }

    /// The first entry of a bucket, if there can be one: a repair does the rest.
    fn first_of(&self, bucket: usize, number: u32) -> Option<EntryAt<'_>> {
        let at = self.filed(number)?;
        let is_one = usize::from(at.entry.filed.load(Ordering::Relaxed)) == bucket + 1
            && self.heap.is_entry_block(at.offset);
        if !is_one {
            self.heap.distrust();
        }
        is_one.then_some(at)
    }

    /// Evicts an entry whose bucket's time has come, or files it anew.
    fn take_due(&self, at: EntryAt<'_>, tick: u64, now: u64) {
        self.unfile(at);
        step!("expire: taken out");
        let block = self.heap.block(at.offset);
        let hash = at.entry.hash.load(Ordering::Relaxed);
        let stays = match block.state() {
            // Its time has not come yet, or its shard is busy, or it is another one by now.
            Some(State::Live) => !at.is_expired() || self.evict_expired(at, hash).is_none(),
            Some(State::Building) => true,
            _ => false,
        };
        // What was removed meanwhile is no longer wanted.
        if stays && !block.is(State::Retired) && at.entry.expires.load(Ordering::Relaxed) != 0 {
            // Not at one of the ticks up to now: it would be looked at again at each of them.
            self.file_from(at, tick, now + 1);
        }
    }

    fn evict_expired(&self, at: EntryAt<'_>, hash: u64) -> Option<u64> {
        step!("expire: judged");
        self.evict(at, hash, true).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filed_comes_up_when_it_is_due_or_before_and_never_in_the_bucket_that_is_being_emptied() {
        for tick in [0u64, 1, 63, 64, 4095, 4096, 1 << 40] {
            for ahead in (0..300).chain([4095, 4096, 5000, REACH - 1, REACH, REACH * 5]) {
                let (due, bucket) = (tick + ahead, bucket_of(tick + ahead, tick));
                let (level, index) = (bucket / BUCKETS, (bucket % BUCKETS) as u64);
                let shift = BITS * level as u32;
                let here = tick >> shift;
                let event = (1..=64).map(|step| here + step).find(|at| at % 64 == index).unwrap() << shift;
                assert!(event > tick && event <= due.max(tick + 1), "{tick} {ahead}: {event}");
                assert!(level > 0 || index != tick % 64, "{tick} {ahead}");
                // Seen from the moment at which its bucket is emptied, it goes elsewhere.
                assert_ne!(bucket_of(due, event), bucket, "{tick} {ahead}");
            }
        }
    }
}
