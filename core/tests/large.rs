//! Large values in a segment that evicts: what is free in pieces is put together for them, and about as much goes as is missing.

mod common;

use std::sync::Arc;

use common::{get, put, segment};
use static_cache_core::{Policy, Segment, Session, Space};

const SIZE: usize = 8 << 20;
const LEN: usize = 12_000;
/// What one of those takes, about.
const BLOCK: u64 = LEN as u64 + 200;
/// Only the large arena has room for a large value, so what the other has is of no use to it.
const SECOND_ARENA: u64 = SIZE as u64 / 16;

fn contents(number: u32, len: usize) -> Vec<u8> {
    vec![number as u8; len]
}

fn movable() -> (Arc<Segment>, Session) {
    let segment = segment(SIZE, Policy::Evict);
    segment.allow_moving(|_, _, _, _, _| true);
    let session = Session::new(Arc::clone(&segment));
    (segment, session)
}

/// Small entries until no more than `left` is free. How many.
fn fill(session: &mut Session, left: u64) -> u32 {
    let mut count = 0u32;
    while session.segment().stats().free > left {
        put(session, &count.to_ne_bytes(), &contents(count, LEN)).unwrap();
        count += 1;
    }
    count
}

/// A segment that was full; every third entry is gone again. The others.
fn in_pieces() -> (Arc<Segment>, Session, Vec<u32>) {
    let (segment, mut session) = movable();
    let count = fill(&mut session, 100_000);
    for number in (0..count).step_by(3) {
        session.delete(Space::Key, &number.to_ne_bytes()).unwrap();
    }
    session.quiesce();
    // One arena was full before the other.
    let is_there = |number: &u32| session.fetch(Space::Key, &number.to_ne_bytes()).is_some();
    let rest = (0..count).filter(is_there).collect();
    session.quiesce();
    (segment, session, rest)
}

/// How many of them are there, each whole.
fn left_of(session: &mut Session, numbers: &[u32]) -> usize {
    let mut is_there = |number: &&u32| {
        let found = get(session, &number.to_ne_bytes());
        assert!(found.as_ref().is_none_or(|found| *found == contents(**number, LEN)), "{number}");
        found.is_some()
    };
    let count = numbers.iter().filter(&mut is_there).count();
    session.end_request();
    count
}

#[test]
fn a_few_large_entries_make_way_for_one_without_all_of_them_going() {
    for (wanted, evictions) in [(3_100_000, 0), (3_400_000, 0), (4_500_000, 1), (5_500_000, 2)] {
        let (segment, mut session) = movable();
        for number in 0..4u32 {
            put(&mut session, &number.to_ne_bytes(), &contents(number, 1_200_000)).unwrap();
        }
        session.delete(Space::Key, &1u32.to_ne_bytes()).unwrap();
        session.end_request();
        put(&mut session, b"large", &contents(7, wanted)).unwrap();
        assert_eq!(segment.stats().evictions, evictions, "{wanted}");
        assert_eq!(get(&mut session, b"large").unwrap(), contents(7, wanted));
        let left = [0u32, 2, 3].into_iter().filter_map(|number| {
            let found = get(&mut session, &number.to_ne_bytes())?;
            assert_eq!(found, contents(number, 1_200_000));
            Some(number)
        });
        assert_eq!(left.count() as u64, 3 - evictions, "{wanted}");
        session.end_request();
        segment.audit().unwrap();
    }
}

#[test]
fn what_fits_into_what_is_free_evicts_nothing_and_what_does_not_about_what_is_missing() {
    // Of what is free, in percent.
    for part in [55, 80, 130, 200] {
        let (segment, mut session, rest) = in_pieces();
        let (before, free) = (segment.stats().evictions, segment.stats().free);
        let wanted = free * part / 100;
        put(&mut session, b"large", &contents(7, wanted as usize)).unwrap();
        let gone = segment.stats().evictions - before;
        let most = if part < 100 { 0 } else { wanted - free + wanted / 8 + SECOND_ARENA };
        assert!(gone * BLOCK <= most, "{part} %: {gone} went, {wanted} of {free}");
        assert_eq!(left_of(&mut session, &rest) as u64, rest.len() as u64 - gone);
        assert_eq!(get(&mut session, b"large").unwrap(), contents(7, wanted as usize));
        session.end_request();
        segment.audit().unwrap();
    }
}

#[test]
fn what_a_reader_holds_stays_and_is_moved_around() {
    let (segment, mut session, rest) = in_pieces();
    let mut reader = Session::new(Arc::clone(&segment));
    let mut hold = |number: &u32| (*number, reader.fetch(Space::Key, &number.to_ne_bytes()).unwrap());
    let held: Vec<_> = rest.iter().step_by(140).map(&mut hold).collect();
    let (before, wanted) = (segment.stats().evictions, 2_000_000);
    put(&mut session, b"large", &contents(7, wanted)).unwrap();
    assert_eq!(segment.stats().evictions, before);
    for (number, hit) in &held {
        assert_eq!(reader.payload(hit).unwrap(), contents(*number, LEN));
    }
    assert_eq!(left_of(&mut session, &rest), rest.len());
    reader.end_request();
    segment.audit().unwrap();
}

#[test]
fn large_values_that_follow_each_other_evict_nothing_while_they_fit() {
    let (segment, mut session, rest) = in_pieces();
    let before = segment.stats().evictions;
    for number in 0..4u8 {
        put(&mut session, &[number], &contents(7, 600_000)).unwrap();
    }
    assert_eq!(segment.stats().evictions, before);
    assert_eq!(left_of(&mut session, &rest), rest.len());
    segment.audit().unwrap();
}

#[test]
fn a_large_value_that_grows_evicts_what_is_missing_beside_the_old_one() {
    // The old one is there until the new one is: both need a place.
    for (free, most) in [(2_700_000, 0), (2_100_000, 400_000 + SECOND_ARENA)] {
        let (segment, mut session) = movable();
        put(&mut session, b"large", &contents(1, 2_000_000)).unwrap();
        // Asked for again and again: not the first to go.
        for _ in 0..4 {
            assert!(session.fetch(Space::Key, b"large").is_some());
            session.end_request();
        }
        let count = fill(&mut session, 100_000);
        // All over the segment.
        for number in (0..7).flat_map(|first| (first..count).step_by(7)) {
            if segment.stats().free >= free {
                break;
            }
            session.delete(Space::Key, &number.to_ne_bytes()).unwrap();
            session.quiesce();
        }
        let before = segment.stats().evictions;
        put(&mut session, b"large", &contents(2, 2_200_000)).unwrap();
        let gone = segment.stats().evictions - before;
        assert!(gone * BLOCK <= most, "{gone} went for 2,200,000 of {free}");
        assert_eq!(get(&mut session, b"large").unwrap(), contents(2, 2_200_000));
        session.end_request();
        segment.audit().unwrap();
    }
}
