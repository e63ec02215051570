//! One process: memory that is full, or free in pieces only, and what a store does for a place.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{get, put, put_for, segment};
use static_cache_core::{Demand, Error, Policy, Segment, Session, Space};

#[test]
fn a_full_strict_segment_refuses_and_keeps_everything() {
    let mut session = Session::new(segment(1 << 20, Policy::Never));
    let mut stored = 0u32;
    let error = loop {
        match put(&mut session, &stored.to_ne_bytes(), &[stored as u8; 5000]) {
            Ok(()) => stored += 1,
            Err(error) => break error,
        }
    };
    let Error::NoMemory { needed, free, largest } = error else { panic!("{error}") };
    assert!(needed > 5000 && largest < needed && free < 3 * needed, "{error}");
    for key in 0..stored {
        assert_eq!(get(&mut session, &key.to_ne_bytes()).unwrap(), [key as u8; 5000]);
    }
    // More than there is at all: the figures are those of the segment nevertheless.
    let before = session.segment().stats().largest_free;
    let error = put(&mut session, b"huge", &vec![0; 2 << 20]).unwrap_err();
    assert!(matches!(error, Error::NoMemory { largest, .. } if largest == before && largest > 0), "{error}");
    assert_eq!(session.segment().stats().store_failures, 2);
    session.end_request();
    session.delete(Space::Key, &0u32.to_ne_bytes()).unwrap();
    put(&mut session, b"now it fits", &[1; 5000]).unwrap();
}

#[test]
fn a_full_evicting_segment_makes_room_and_spares_what_is_read() {
    let segment = segment(1 << 20, Policy::Evict);
    let mut session = Session::new(segment.clone());
    put(&mut session, b"popular", &[7; 500]).unwrap();
    for at in 0..20_000u32 {
        put(&mut session, &at.to_ne_bytes(), &[1; 500]).unwrap();
        if at % 50 == 0 {
            assert!(get(&mut session, b"popular").is_some(), "gone after {at} stores");
            session.end_request();
        }
    }
    let stats = segment.stats();
    assert!(stats.evictions > 17_000 && stats.entries > 1300, "{stats:?}");
    // One value as large as most of the segment pushes many out.
    put(&mut session, b"large", &vec![9; 900_000]).unwrap();
    assert_eq!(get(&mut session, b"large").unwrap().len(), 900_000);
}

/// A segment whose free memory lies between entries, none of it in one piece of 20,000 bytes or more.
fn scattered(policy: Policy) -> (Arc<Segment>, Session, Vec<String>) {
    let segment = segment(1 << 20, policy);
    let mut session = Session::new(segment.clone());
    let keys: Vec<String> = (0..10_000).map(|at| format!("entry{at}")).collect();
    let mut kept = Vec::new();
    for (at, key) in keys.iter().enumerate() {
        if segment.stats().free < 60_000 || put(&mut session, key.as_bytes(), &contents(key)).is_err() {
            break;
        }
        kept.push((at, key.clone()));
    }
    session.end_request();
    for (at, key) in &kept {
        if at % 2 == 0 {
            session.delete(Space::Key, key.as_bytes()).unwrap();
        }
    }
    let kept: Vec<String> = kept.into_iter().filter(|(at, _)| at % 2 == 1).map(|(_, key)| key).collect();
    assert!(kept.len() > 100);
    (segment, session, kept)
}

fn contents(key: &str) -> Vec<u8> {
    key.bytes().cycle().take(3000 + key.len() * 100).collect()
}

#[test]
fn what_is_free_in_pieces_can_be_used_where_payloads_may_be_moved() {
    for policy in [Policy::Never, Policy::Evict] {
        let (segment, mut session, kept) = scattered(policy);
        let large = vec![7; 100_000];
        assert!(
            segment.stats().free > 400_000 && segment.stats().largest_free < 100_000,
            "{:?}",
            segment.stats()
        );
        if policy == Policy::Never {
            assert!(matches!(put(&mut session, b"large", &large), Err(Error::NoMemory { .. })));
        }
        segment.allow_moving(|_, _, _, from, to| from != to);
        // Pinned ones stay where they are, and whole.
        let held = session.fetch(Space::Key, kept[50].as_bytes()).unwrap();
        for at in 0..3u8 {
            put(&mut session, &[b'l', at], &large).unwrap();
        }
        assert_eq!(session.payload(&held).unwrap(), contents(&kept[50]));
        let mut lost = 0;
        for key in &kept {
            match get(&mut session, key.as_bytes()) {
                Some(found) => assert_eq!(found, contents(key), "{policy:?} {key}"),
                None => lost += 1,
            }
        }
        // Where entries may go, one or the other that has no place of its size goes.
        assert!(
            lost <= if policy == Policy::Evict { kept.len() / 10 } else { 0 },
            "{policy:?}: {lost} are gone"
        );
        session.end_request();
        segment.audit().unwrap();
    }
}

#[test]
fn an_embedder_that_cannot_move_a_payload_keeps_it_where_it_is() {
    let (segment, mut session, kept) = scattered(Policy::Never);
    segment.allow_moving(|_, _, copy, _, _| {
        copy.fill(0);
        false
    });
    assert!(matches!(put(&mut session, b"large", &[7; 100_000]), Err(Error::NoMemory { .. })));
    for key in &kept {
        assert_eq!(get(&mut session, key.as_bytes()).unwrap(), contents(key));
    }
    session.end_request();
    segment.audit().unwrap();
}

#[test]
fn a_large_entry_evicts_about_as_much_as_it_needs_also_among_small_ones_that_cannot_be_moved() {
    let segment = segment(1 << 20, Policy::Evict);
    let mut session = Session::new(segment.clone());
    for at in 0..20_000u32 {
        put(&mut session, &at.to_ne_bytes(), &[1; 60]).unwrap();
        session.end_request();
    }
    // Reading in an order of its own scatters what the hand will find unread.
    for at in (0..20_000u32).filter(|at| at % 3 != 0) {
        let _ = get(&mut session, &at.to_ne_bytes());
        session.end_request();
    }
    let before = segment.stats();
    put(&mut session, b"large", &vec![7; 100_000]).unwrap();
    let lost = before.entries + 1 - segment.stats().entries;
    assert!(lost * 176 < 100_000 * 4, "{lost} of {} entries went", before.entries);
    session.end_request();
    segment.audit().unwrap();
}

#[test]
fn what_cannot_fit_is_refused_without_evicting_anything() {
    let segment = segment(1 << 20, Policy::Evict);
    let mut session = Session::new(segment.clone());
    let mut reader = Session::new(segment.clone());
    for at in 0..225u32 {
        put(&mut session, &at.to_ne_bytes(), &[1; 4000]).unwrap();
        // One in ten is pinned: no row of 200,000 bytes is free of them.
        if at % 10 == 0 {
            reader.fetch(Space::Key, &at.to_ne_bytes()).unwrap();
        }
    }
    let before = segment.stats();
    for size in [200_000, 1 << 20, 1 << 40] {
        let refused = session.prepare(Space::Key, b"large", 0, 0, size, None);
        assert!(matches!(refused, Err(Error::NoMemory { .. })), "{size}");
    }
    assert_eq!((segment.stats().evictions, segment.stats().entries), (before.evictions, before.entries));
}

#[test]
fn what_has_expired_makes_room_before_anything_else() {
    let _alone = common::alone();
    let segment = segment(1 << 20, Policy::Evict);
    let mut session = Session::new(segment.clone());
    let hour = Duration::from_secs(3600);
    for at in 0..400u32 {
        // The oldest would be evicted first, if it were not for the others' expiry.
        let ttl = [None, Some(Duration::from_secs(10)), Some(hour)][at as usize % 3];
        put_for(&mut session, &at.to_ne_bytes(), &[1; 1000], ttl).unwrap();
    }
    session.touch(Space::Key, &2u32.to_ne_bytes(), Some(Duration::from_secs(10))).unwrap();
    session.touch(Space::Key, &1u32.to_ne_bytes(), Some(hour)).unwrap();
    static_cache_core::advance_clock(Duration::from_secs(20));
    for at in 1000..1600u32 {
        put(&mut session, &at.to_ne_bytes(), &[2; 1000]).unwrap();
    }
    let stats = segment.stats();
    assert_eq!((stats.evictions, stats.expired), (0, 133), "{stats:?}");
    assert!(
        get(&mut session, &0u32.to_ne_bytes()).is_some() && get(&mut session, &1u32.to_ne_bytes()).is_some()
    );
    assert!(get(&mut session, &2u32.to_ne_bytes()).is_none());
    session.end_request();
    segment.audit().unwrap();
}

#[test]
fn entries_of_all_sizes_come_and_go() {
    for (policy, moves) in [(Policy::Evict, true), (Policy::Evict, false), (Policy::Never, true)] {
        let segment = segment(1 << 20, policy);
        if moves {
            segment.allow_moving(|_, _, _, _, _| true);
        }
        let mut session = Session::new(segment.clone());
        let mut word = 1u64;
        let mut random = |bound: u64| {
            word = word.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
            (word >> 33) % bound
        };
        for round in 0..30_000u32 {
            let key = (random(700) as u32).to_ne_bytes();
            let size = (1u64 << random(15)) + random(64);
            match random(10) {
                0 => drop(session.delete(Space::Key, &key).unwrap()),
                1 => {
                    if let Some(found) = get(&mut session, &key) {
                        assert!(found.iter().all(|byte| *byte == key[0]), "round {round}");
                    }
                }
                _ => match put(&mut session, &key, &vec![key[0]; size as usize]) {
                    Ok(()) => {}
                    Err(Error::NoMemory { .. }) => {
                        assert_eq!(policy, Policy::Never, "round {round}: {size} bytes")
                    }
                    Err(error) => panic!("{error}"),
                },
            }
            if round % 50 == 0 {
                session.end_request();
            }
            if round % 3000 == 0 {
                segment.audit().unwrap();
            }
        }
        session.end_request();
        segment.audit().unwrap();
    }
}

#[test]
fn what_many_sessions_keep_for_their_next_stores_is_a_small_part_of_the_memory() {
    const SIZE: usize = 8 << 20;
    let segment = segment(SIZE, Policy::Never);
    segment.allow_moving(|_, _, _, _, _| true);
    let mut all: Vec<Session> = Vec::new();
    for at in 0..600usize {
        let mut session = Session::new(Arc::clone(&segment));
        for round in 0..60 {
            let len = 300 + (round * 397 + at * 131) % 1500;
            put(&mut session, &at.to_ne_bytes(), &vec![1; len]).unwrap();
        }
        all.push(session);
    }
    let used = segment.stats().used;
    let mut other = Session::new(Arc::clone(&segment));
    put(&mut other, b"large", &vec![1; 3 << 20]).unwrap();
    // Who says that its request goes on with something else keeps nothing.
    for session in &mut all {
        session.quiesce();
    }
    assert_eq!(segment.audit().unwrap().entries, 601);
    assert!(other.delete(Space::Key, b"large").unwrap());
    drop(other);
    let live = segment.stats().used;
    assert!(live > 300_000 && used - live < SIZE as u64 / 16, "{} are kept", used - live);
    drop(all);
    assert_eq!(segment.stats().used, live);
}

/// What `count` values of this size need.
fn demand(segment: &Segment, count: usize, size: usize) -> Demand {
    let mut demand = Demand::default();
    (0..count).for_each(|_| demand.add(segment, 10, size));
    demand
}

#[test]
fn what_can_never_fit_is_told_from_what_fits_if_everything_else_goes() {
    let segment = segment(16 << 20, Policy::Evict);
    let mut session = Session::new(Arc::clone(&segment));
    let mut number = 0u32;
    while segment.stats().evictions == 0 {
        put(&mut session, &number.to_ne_bytes(), &[1; 50_000]).unwrap();
        number += 1;
    }
    session.end_request();
    // What is larger than 1 MiB can only be in the large arena, which is so much smaller than the whole.
    for (count, size, fits) in [
        (14_000, 1000, true),
        (15_000, 1000, false),
        (33, 500_000, true),
        (34, 500_000, false),
        (12, 1_210_000, true),
        (13, 1_210_000, false),
        (1, 15_700_000, true),
        (1, 15_750_000, false),
        (3, usize::MAX, false),
    ] {
        let demand = demand(&segment, count, size);
        assert!(segment.is_much(&demand), "{count} of {size}");
        match segment.check_demand(&demand) {
            Ok(()) => assert!(fits, "{count} of {size}"),
            Err(Error::NoMemory { needed, free, largest }) => {
                assert!(
                    !fits && needed as u128 >= count as u128 * size.min(1 << 40) as u128 && largest <= free,
                    "{count} of {size}"
                );
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(!segment.is_much(&demand(&segment, 100, 1000)));
    assert_eq!(segment.stats().evictions, 1);
}

#[test]
fn what_evicts_nothing_need_not_be_looked_at_ahead() {
    let segment = segment(1 << 20, Policy::Never);
    assert!(!segment.is_much(&demand(&segment, 10, 1_000_000)));
}

#[test]
fn what_one_call_stores_makes_others_go_whichever_queue_they_are_in() {
    let segment = segment(4 << 20, Policy::Evict);
    let mut session = Session::new(Arc::clone(&segment));
    // Some of them were evicted and stored again, and are in the main queue.
    let mut number = 7u64;
    let mut fill = |session: &mut Session, count: usize| {
        for _ in 0..count {
            number = number.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let (key, len) = ((number >> 33) % 750, 100 + (number >> 13) % 10_000);
            put(session, &key.to_ne_bytes(), &vec![1; len as usize]).unwrap();
        }
    };
    fill(&mut session, 5000);
    for (count, size) in [(15, 25_000), (40, 25_000), (3000, 250)] {
        let before = segment.stats().store_failures;
        for _ in 0..10 {
            let key = |number: u32| format!("together {number}").into_bytes();
            let drafts =
                (0..count).map(|at| session.prepare(Space::Key, &key(at), 0, 0, size, None).unwrap());
            let drafts = drafts.collect();
            session.commit_all(drafts).unwrap();
            fill(&mut session, 100);
        }
        assert_eq!(segment.stats().store_failures, before, "{count} of {size} bytes");
    }
    session.end_request();
    segment.audit().unwrap();
}
