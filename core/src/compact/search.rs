//! Which row of blocks is to be emptied.
//!
//! In a large segment a look at a block costs as much as moving a kilobyte: nothing of it is in the processor's caches. So a
//! store looks at a bounded number of blocks, and takes the best window of the few that it has seen rather than the best of
//! all. First come the neighbours of free blocks, from the largest on; then all blocks in turn, from where the last search
//! ended. When all were looked at in vain nothing is looked at again before something is freed.

use std::sync::atomic::Ordering;

use super::Emptied;
use super::window::{Search, Window};
use crate::epoch::Survey;
use crate::fault::step;
use crate::heap::State;
use crate::lock::HeapGuard;

/// How many of the largest free blocks are looked at with their neighbours before the best window is taken.
const NEIGHBOURHOODS: usize = 16;
/// And how many altogether.
const MOST_NEIGHBOURHOODS: usize = 512;
/// The same of blocks that are looked at in turn.
const BATCH: usize = 256;
/// Blocks that are looked at for one store around free ones, and in turn: a bound on the time that others wait for the arena.
const MOST_AROUND: usize = 256;
const MOST_IN_TURN: usize = 256;
/// So many of the largest free blocks are compared with what has to leave a window.
const PLACES: usize = 64;

/// What one store may still look at.
pub(super) struct Looks {
    /// Blocks around free ones.
    around: usize,
    /// Blocks in turn.
    in_turn: usize,
    /// Bytes of blocks that were looked at in turn.
    pub(super) roved: u64,
    /// Something that only others can change was in the way.
    pub(super) met_others: bool,
}

impl Looks {
    pub(super) fn new() -> Self {
        Self { around: MOST_AROUND, in_turn: MOST_IN_TURN, roved: 0, met_others: false }
    }

    pub(super) fn are_used_up(&self) -> bool {
        self.in_turn == 0
    }
}

impl HeapGuard<'_> {
    /// Whether a row of `bytes` could be emptied by moving or by evicting. `survey` was made since this arena's lock was taken and anything was
    /// reclaimed: what it says to be pinned are blocks.
    pub(crate) fn is_within_reach(&self, bytes: u64, survey: &Survey) -> bool {
        let heap = self.heap;
        let mut search = Search::new(bytes, u64::MAX);
        // No row goes beyond what is pinned: where that lies close together no other block is looked at, and there may be millions.
        let pinned = survey.in_order().iter().copied().filter(|&offset| heap.has(offset));
        let mut start = heap.first();
        for end in pinned.chain([heap.first() + heap.size()]) {
            let mut next = Some(start).filter(|_| end - start >= bytes);
            while let Some(offset) = next.filter(|&offset| offset < end && heap.plausible(offset)) {
                self.show(offset, &mut search, survey);
                if search.has_found() {
                    return true;
                }
                next = heap.next_of(offset);
            }
            search.interrupt();
            start = end;
        }
        false
    }

    /// Looks at windows around free blocks, from the largest on, and lets `take` have the best of each few, until it tried to
    /// empty one: then blocks may not be where they were.
    pub(super) fn search_holes(
        &self,
        search: &mut Search,
        survey: &Survey,
        looks: &mut Looks,
        take: &mut impl FnMut(Window) -> Option<Emptied>,
    ) -> Option<Emptied> {
        let mut done = 0;
        for many in [NEIGHBOURHOODS, MOST_NEIGHBOURHOODS] {
            let holes = self.heap.largest_free_blocks(many);
            for few in holes[done..].chunks(NEIGHBOURHOODS) {
                for &hole in few {
                    if looks.around == 0 {
                        break;
                    }
                    self.search_around(hole, search, survey, looks);
                }
                let done = search.take_best().and_then(&mut *take);
                if done.is_some() {
                    return done;
                }
            }
            if holes.len() < many || looks.around == 0 {
                break;
            }
            done = holes.len();
        }
        None
    }

    /// Looks at all blocks in turn, from where the last search ended, once around.
    pub(super) fn rove(
        &self,
        search: &mut Search,
        survey: &Survey,
        looks: &mut Looks,
        take: &mut impl FnMut(Window) -> Option<Emptied>,
    ) -> Option<Emptied> {
        let heap = self.heap;
        let (mut left, began) = (heap.size() + search.needed, heap.cursor());
        search.interrupt();
        let (mut offset, mut seen, mut last_row) = (began, 0, None);
        while left != 0 {
            if looks.in_turn == 0 {
                // What is wanted may have many blocks: the row that is not long enough yet is looked at to its end.
                let row = search.row_under_way();
                if row.is_none() || last_row.is_some_and(|last| row != Some(last)) {
                    break;
                }
                last_row = row;
            }
            self.show(offset, search, survey);
            looks.in_turn = looks.in_turn.saturating_sub(1);
            let bytes = heap.block(offset).bytes();
            left = left.saturating_sub(bytes);
            looks.roved += bytes;
            offset = heap.next_of(offset).unwrap_or_else(|| {
                search.interrupt();
                heap.first()
            });
            seen += 1;
            if seen % BATCH == 0 && search.has_found() {
                heap.set_cursor(offset);
                let done = search.take_best().and_then(&mut *take);
                if done.is_some() {
                    return done;
                }
            }
        }
        heap.set_cursor(offset);
        let done = search.take_best().and_then(&mut *take);
        if done.is_some() {
            return done;
        }
        // The next search begins with the row that this one ends in.
        if let Some((row, bytes)) = search.last_row()
            && row != began
        {
            heap.set_cursor(row);
            looks.roved = looks.roved.saturating_sub(bytes);
        }
        None
    }

    /// Looks at windows that have the free block at `offset` in them.
    fn search_around(&self, offset: u64, search: &mut Search, survey: &Survey, looks: &mut Looks) {
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
            looks.around = looks.around.saturating_sub(1);
            next = self.heap.next_of(block);
        }
    }

    fn show(&self, offset: u64, search: &mut Search, survey: &Survey) {
        step!("move: looked at");
        match self.cost_of(offset, search, survey) {
            Some(cost) => search.show(offset, self.heap.block(offset).bytes(), cost),
            None => search.interrupt(),
        }
    }

    /// Bytes to be moved for this block to become free; `None` when it has to stay.
    fn cost_of(&self, offset: u64, search: &mut Search, survey: &Survey) -> Option<u64> {
        let block = self.heap.block(offset);
        if !self.heap.plausible(offset) {
            return None;
        }
        match block.state()? {
            State::Free => Some(0),
            State::Live if block.bytes() > search.movable => None,
            State::Live if survey.is_free(offset, 0) && !search.leave_out.contains(&offset) => {
                Some(block.bytes())
            }
            _ => {
                search.met_others = true;
                None
            }
        }
    }

    /// Whether what is in a window would find places outside of it, as far as can be seen without trying.
    pub(super) fn has_places_for(&self, window: Window) -> bool {
        let heap = self.heap;
        let bytes = |offset| heap.block(offset).bytes();
        let mut leaving = Vec::new();
        let mut next = Some(window.start);
        while let Some(offset) = next.filter(|offset| *offset < window.end) {
            next = heap.next_of(offset);
            if heap.block(offset).is(State::Live) {
                leaving.push(bytes(offset));
            }
        }
        leaving.sort_unstable();
        let largest = heap.largest_free_blocks(PLACES);
        // There may be more that are smaller.
        let known =
            if largest.len() < PLACES { 0 } else { largest.iter().map(|&at| bytes(at)).min().unwrap_or(0) };
        let other = self.segment.arenas.iter().find(|arena| !std::ptr::eq(*arena, heap));
        let outside = largest.into_iter().filter(|offset| !(window.start..window.end).contains(offset));
        let mut places: Vec<u64> =
            outside.map(bytes).chain(other.map(|arena| arena.largest_free_hint())).collect();
        while let Some(size) = leaving.pop() {
            if size <= known {
                return true;
            }
            match places.iter_mut().filter(|place| **place >= size).min() {
                Some(place) => *place -= size,
                None => return false,
            }
        }
        true
    }

    /// How many bytes of blocks were looked at in turn in vain, for as much or less, since anything was freed; `None` where
    /// nothing was sought.
    pub(super) fn sought_in_vain(&self, needed: u64) -> Option<u64> {
        let control = self.heap.control();
        let sought = control.sought.load(Ordering::Relaxed);
        let goes_on =
            sought != 0 && needed >= sought && control.sought_at.load(Ordering::Relaxed) == self.frees();
        goes_on.then(|| control.sought_in.load(Ordering::Relaxed))
    }

    /// Whether all of them were.
    pub(super) fn is_hopeless(&self, needed: u64) -> bool {
        self.sought_in_vain(needed).is_some_and(|bytes| bytes >= self.heap.size())
    }

    /// Notes that a search for so much was in vain, if that only changes when something is freed.
    pub(super) fn note_vain(&self, needed: u64, looks: &Looks) {
        let control = self.heap.control();
        if looks.met_others {
            return control.sought.store(0, Ordering::Relaxed);
        }
        // A search for more passes over rows that would be long enough for less: it says nothing about those.
        let is_same = control.sought.load(Ordering::Relaxed) == needed;
        let before = self.sought_in_vain(needed).filter(|_| is_same);
        if before.is_none() {
            control.sought.store(needed, Ordering::Relaxed);
            control.sought_at.store(self.frees(), Ordering::Relaxed);
        }
        control.sought_in.store(before.unwrap_or(0).saturating_add(looks.roved), Ordering::Relaxed);
    }

    /// How often anything was freed. (What the other arena has changes without its lock: then the figure is another.)
    fn frees(&self) -> u64 {
        let frees = |arena: &crate::heap::Heap| arena.control().frees.load(Ordering::Relaxed);
        self.segment.arenas.iter().map(frees).fold(0, u64::wrapping_add)
    }
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;
    use crate::{Error, Mode, Policy, Segment, SegmentConfig, Session, Space};

    fn put(session: &mut Session, number: u32, len: usize) -> Result<(), Error> {
        let draft = session.prepare(Space::Key, &number.to_ne_bytes(), 0, 0, len, None)?;
        session.commit(draft, Mode::Put).map(|_| ())
    }

    fn segment(size: usize) -> Session {
        let config = SegmentConfig { name: "test", size, policy: Policy::Never, readers: 8, abi_tag: 0 };
        let segment = Segment::create(&config).unwrap();
        segment.allow_moving(|_, _, _, _, _| true);
        Session::new(segment)
    }

    #[test]
    fn a_search_in_vain_is_not_repeated_before_something_is_freed() {
        let mut session = segment(1 << 20);
        // What lies between the free blocks is larger than each of them.
        let stored = (0..)
            .take_while(|at| put(&mut session, *at, 33_000 + 33_000 * (at % 2) as usize).is_ok())
            .count();
        let rest = (1_000_000..).take_while(|at| put(&mut session, *at, 20).is_ok()).count();
        assert!(rest < 900, "{rest} small ones alone would make room");
        for at in (0..stored as u32).step_by(2) {
            session.delete(Space::Key, &at.to_ne_bytes()).unwrap();
        }
        session.end_request();
        let is_hopeless = |session: &Session| {
            let heap = session.segment().lock_heap(0).unwrap();
            let free = heap.heap.control().free_bytes.load(Ordering::Relaxed);
            assert!(free > 200_000, "{free}");
            [81_000, 121_000, 200_000].map(|needed| heap.is_hopeless(needed))
        };
        for _ in 0..50 {
            assert!(put(&mut session, u32::MAX, 120_000).is_err());
        }
        assert_eq!(is_hopeless(&session), [false, true, true]);
        session.delete(Space::Key, &1u32.to_ne_bytes()).unwrap();
        put(&mut session, u32::MAX, 120_000).unwrap();
        session.segment().audit().unwrap();
    }

    #[test]
    fn searches_for_more_do_not_count_for_less() {
        let mut session = segment(8 << 20);
        let mut number = 0;
        let mut store = |session: &mut Session, len| {
            number += 1;
            let key = format!("k{number:06}").into_bytes();
            let draft = session.prepare(Space::Key, &key, 0, 0, len, None).ok()?;
            session.commit(draft, Mode::Put).ok().map(|_| key)
        };
        // Pieces between what is larger than each of them, much else, and then a row of as small ones.
        let mut pieces = Vec::new();
        for _ in 0..2000 {
            pieces.extend(store(&mut session, 200));
            store(&mut session, 700).unwrap();
        }
        for len in [700; 3000].into_iter().chain([200; 600]) {
            store(&mut session, len).unwrap();
        }
        for len in [700, 40] {
            while store(&mut session, len).is_some() {}
        }
        for key in pieces {
            session.delete(Space::Key, &key).unwrap();
        }
        session.end_request();
        session.segment().reclaim_now();
        assert!(store(&mut session, 100_000).is_none(), "found at once");
        for _ in 0..400 {
            assert!(store(&mut session, 250_000).is_none());
        }
        let found = (0..200).any(|_| store(&mut session, 100_000).is_some());
        assert!(found, "there is a row of 100 KB that can be moved");
        session.segment().audit().unwrap();
    }

    #[test]
    fn a_store_looks_at_a_bounded_number_of_blocks_and_the_next_one_at_others() {
        let mut session = segment(8 << 20);
        let mut stored = (0..).take_while(|at| put(&mut session, *at, 300).is_ok()).count() as u32;
        let heap = session.segment().lock_heap(0).unwrap();
        let survey = session.segment().slots.survey();
        let mut seen = Vec::new();
        for _ in 0..3 {
            let mut looks = Looks::new();
            // Nothing is movable, so no row begins.
            let mut search = Search::new(100_000, 0);
            assert!(heap.rove(&mut search, &survey, &mut looks, &mut |_| None).is_none());
            assert!(looks.are_used_up());
            seen.push(heap.heap.cursor());
        }
        assert!(seen[0] < seen[1] && seen[1] < seen[2], "{seen:?}");
        assert!(heap.heap.walk().any(|offset| offset == seen[2]));
        drop(heap);
        // Blocks disappear around the place where the next search begins.
        while stored != 0 {
            stored -= 1;
            session.delete(Space::Key, &stored.to_ne_bytes()).unwrap();
            if stored.is_multiple_of(512) {
                session.end_request();
                session.segment().audit().unwrap();
            }
        }
    }
}
