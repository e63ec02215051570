//! Reservations that nobody ends and nobody asks for: leases that ran out, holders that were killed. And those that others end
//! while their holder builds.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{Child, INT, alone, get, put, segment};
use static_cache_core::{Error, Mode, Policy, Segment, Session, Space, Stored, advance_clock};

const BOTH: [Policy; 2] = [Policy::Evict, Policy::Never];

fn key(number: u64) -> Vec<u8> {
    format!("key{number}").into_bytes()
}

/// Reserves keys in a process that is killed then. Says how many it got.
fn reserve_and_die(segment: &Arc<Segment>, keys: std::ops::Range<u64>) {
    let mut child = Child::fork(|line| {
        let mut session = Session::new(Arc::clone(segment));
        for number in keys {
            assert!(session.reserve(&key(number), None).unwrap());
        }
        line.tell(1);
        line.wait();
    });
    assert_eq!(child.wait(), 1);
    assert_eq!(child.kill(), -libc::SIGKILL);
}

/// Nothing is reserved or in use.
fn assert_whole(segment: &Segment) {
    // Compares the figure in the header as well.
    assert_eq!(segment.audit().unwrap().reservations, 0);
    let stats = segment.stats();
    assert_eq!((stats.used, stats.retired, stats.free), (0, 0, stats.configured));
}

#[test]
fn leases_that_ran_out_leave_nothing() {
    let _alone = alone();
    for policy in BOTH {
        let segment = segment(1 << 20, policy);
        let mut session = Session::new(Arc::clone(&segment));
        for number in 0..20_000 {
            assert!(session.reserve(&key(number), Some(Duration::from_millis(1))).unwrap());
            session.end_request();
            advance_clock(Duration::from_millis(50));
        }
        put(&mut session, b"last", b"value").unwrap();
        session.clear().unwrap();
        session.end_request();
        assert_whole(&segment);
    }
}

#[test]
fn a_store_gets_the_memory_of_leases_that_ran_out() {
    let _alone = alone();
    for policy in BOTH {
        let segment = segment(1 << 20, policy);
        let mut session = Session::new(Arc::clone(&segment));
        let mut reserved = 0;
        while session.reserve(&key(reserved), Some(Duration::from_secs(3600))).is_ok() {
            reserved += 1;
        }
        session.end_request();
        assert!(reserved > 700, "{reserved}");
        // They are still held when all the rest is full.
        let mut values = 0..;
        while segment.stats().evictions == 0
            && put(&mut session, format!("value{}", values.next().unwrap()).as_bytes(), &[1; 20]).is_ok()
        {
        }
        assert_eq!(segment.audit().unwrap().reservations, reserved);
        advance_clock(Duration::from_secs(3700));
        let before = segment.stats().evictions;
        for number in values.take(500) {
            put(&mut session, format!("value{number}").as_bytes(), &[1; 20]).unwrap();
        }
        assert_eq!(segment.stats().evictions, before);
    }
}

#[test]
fn a_store_gets_the_memory_of_reservations_whose_holders_were_killed() {
    let _alone = alone();
    for policy in BOTH {
        let segment = segment(1 << 20, policy);
        for round in 0..20 {
            reserve_and_die(&segment, round * 400..(round + 1) * 400);
        }
        let mut session = Session::new(Arc::clone(&segment));
        let mut living = Session::new(Arc::clone(&segment));
        assert!(living.reserve(b"held", None).unwrap());
        put(&mut session, b"large", &[1; 500_000]).unwrap();
        assert!(!session.reserve(b"held", None).unwrap());
        living.end_request();
        // Each takes a block of its own.
        for number in 0..2000 {
            put(&mut session, &key(number), &[1; 20]).unwrap();
        }
        assert_eq!(segment.audit().unwrap().reservations, 0);
        session.clear().unwrap();
        drop((session, living));
        assert_whole(&segment);
    }
}

#[test]
fn writers_that_allocate_nothing_need_not_look_for_reservations_for_ever() {
    let _alone = alone();
    for policy in BOTH {
        let segment = segment(1 << 20, policy);
        reserve_and_die(&segment, 0..2);
        let mut session = Session::new(Arc::clone(&segment));
        session.increment(b"counter", 1, INT).unwrap();
        assert!(session.reserve(b"leased", Some(Duration::from_secs(1))).unwrap());
        session.end_request();
        advance_clock(Duration::from_secs(2));
        for _ in 0..300 {
            session.increment(b"counter", 1, INT).unwrap();
        }
        assert_eq!(segment.audit().unwrap().reservations, 0);
    }
}

#[test]
fn a_repair_ends_the_reservations_of_the_dead_and_no_others() {
    let _alone = alone();
    let segment = segment(1 << 20, Policy::Never);
    reserve_and_die(&segment, 0..50);
    let mut session = Session::new(Arc::clone(&segment));
    assert!(session.reserve(b"held", None).unwrap());
    assert!(session.reserve(b"long", Some(Duration::from_secs(600))).unwrap());
    assert!(session.reserve(b"short", Some(Duration::from_secs(60))).unwrap());
    advance_clock(Duration::from_secs(100));
    segment.distrust();
    segment.repair_if_needed().unwrap();
    assert_eq!(segment.audit().unwrap().reservations, 2);
    let mut other = Session::new(Arc::clone(&segment));
    assert!(!other.reserve(b"held", None).unwrap());
    assert!(!other.reserve(b"long", None).unwrap());
    assert!(other.reserve(b"short", None).unwrap());
}

#[test]
fn a_reservation_takes_no_block_that_is_queued_for_eviction() {
    let segment = segment(1 << 20, Policy::Evict);
    let mut session = Session::new(Arc::clone(&segment));
    let name = b"a key as long as the value that was replaced";
    for value in 0..40 {
        put(&mut session, b"k", &[value; 48]).unwrap();
    }
    assert!(session.reserve(name, None).unwrap());
    segment.audit().unwrap();
}

#[test]
fn a_lease_that_its_holder_changed_ends_when_it_says() {
    let _alone = alone();
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    let (short, long) = (Some(Duration::from_secs(60)), Some(Duration::from_secs(600)));
    for (name, leases) in [(b"longer", [short, long]), (b"shorty", [long, short])] {
        for lease in leases {
            assert!(session.reserve(name, lease).unwrap());
        }
    }
    session.end_request();
    advance_clock(Duration::from_secs(100));
    // Either arena may have it: so many writes look into both.
    for _ in 0..200 {
        session.increment(b"counter", 1, INT).unwrap();
    }
    assert_eq!(segment.audit().unwrap().reservations, 1);
    assert!(!session.reserve(b"longer", None).unwrap());
}

/// What ends a reservation of `k` that the first session has, or makes another one of it.
type End = fn(&mut Session, &mut Session);

#[test]
fn a_builder_stores_only_by_the_reservation_that_it_began_with() {
    let _alone = alone();
    let ends: [(&str, End, Stored); 11] = [
        ("none", |_, _| {}, Stored::Stored),
        ("reserved again", |ours, _| assert!(ours.reserve(b"k", None).unwrap()), Stored::Stored),
        ("deleted", |_, other| assert!(!other.delete(Space::Key, b"k").unwrap()), Stored::Lost),
        ("cleared", |_, other| other.clear().unwrap(), Stored::Lost),
        (
            "another's",
            |_, other| {
                assert!(other.delete(Space::Key, b"k").is_ok_and(|_| other.reserve(b"k", None).unwrap()))
            },
            Stored::Lost,
        ),
        (
            "leased by another",
            |_, other| {
                other.delete(Space::Key, b"k").unwrap();
                assert!(other.reserve(b"k", Some(Duration::from_secs(60))).unwrap());
                other.end_request();
            },
            Stored::Lost,
        ),
        (
            "stored by another",
            |_, other| {
                other.delete(Space::Key, b"k").unwrap();
                put(other, b"k", b"new").unwrap();
            },
            Stored::Lost,
        ),
        ("stored by itself", |ours, _| put(ours, b"k", b"new").unwrap(), Stored::Lost),
        ("released", |ours, _| assert!(ours.release(b"k").unwrap()), Stored::Lost),
        (
            "anew",
            |ours, other| {
                other.delete(Space::Key, b"k").unwrap();
                assert!(ours.reserve(b"k", None).unwrap());
            },
            Stored::Lost,
        ),
        (
            "run out",
            |ours, _| {
                assert!(ours.reserve(b"k", Some(Duration::from_secs(1))).unwrap());
                advance_clock(Duration::from_secs(2));
            },
            Stored::Lost,
        ),
    ];
    for policy in BOTH {
        for (end, by, expected) in &ends {
            let segment = segment(1 << 20, policy);
            let [mut ours, mut other] = [(); 2].map(|()| Session::new(Arc::clone(&segment)));
            assert!(ours.reserve(b"k", None).unwrap());
            let held = ours.reservation(b"k").unwrap();
            by(&mut ours, &mut other);
            assert_eq!(ours.holds(b"k", held).unwrap(), *expected == Stored::Stored, "{end}");
            let before = get(&mut other, b"k");
            // Whoever has it now is not waited for: that would be an error after the lock timeout.
            let stored = ours.store_inline(Space::Key, b"k", INT, 7, None, Mode::IfHeld(held));
            assert_eq!(stored.unwrap(), *expected, "{end}");
            // SAFETY: the request of `other` has not ended.
            let after = other.fetch(Space::Key, b"k").map(|hit| unsafe { (hit.tag(), hit.bits()) });
            match expected {
                Stored::Stored => assert_eq!(after, Some((INT, 7)), "{end}"),
                _ => assert_eq!(get(&mut other, b"k"), before, "{end}"),
            }
            // One that it made anew is another one, by which it may store.
            if *end == "anew" {
                let anew = ours.reservation(b"k").unwrap();
                let stored = ours.store_inline(Space::Key, b"k", INT, 8, None, Mode::IfHeld(anew));
                assert_eq!(stored.unwrap(), Stored::Stored);
            }
            segment.audit().unwrap();
        }
    }
}

#[test]
fn a_child_does_not_store_by_its_parents_reservation() {
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    assert!(session.reserve(b"k", None).unwrap());
    let held = session.reservation(b"k").unwrap();
    let mut child = Child::fork(|line| {
        // The first that it makes is not taken for the parent's first.
        assert_eq!(session.reservation(b"k"), None);
        assert!(session.reserve(b"other", None).unwrap());
        for key in [&b"k"[..], b"other"] {
            let stored = session.store_inline(Space::Key, key, INT, 7, None, Mode::IfHeld(held));
            assert_eq!(stored.unwrap(), Stored::Lost);
        }
        line.tell(1);
    });
    assert_eq!(child.wait(), 1);
    assert_eq!(child.join(), 0);
    let stored = session.store_inline(Space::Key, b"k", INT, 7, None, Mode::IfHeld(held));
    assert_eq!(stored.unwrap(), Stored::Stored);
}

#[test]
fn an_increment_that_fails_counts_as_a_store_does() {
    let segment = segment(1 << 20, Policy::Never);
    segment.set_lock_timeout(Duration::from_millis(1));
    let [mut ours, mut other] = [(); 2].map(|()| Session::new(Arc::clone(&segment)));
    put(&mut ours, b"text", b"text").unwrap();
    assert!(other.reserve(b"text", None).is_ok_and(|held| held) && other.reserve(b"new", None).unwrap());
    let failures = || segment.stats().store_failures;
    assert!(ours.increment(b"new", 1, INT).is_err());
    assert_eq!(failures(), 1);
    assert!(put(&mut ours, b"new", b"text").is_err());
    assert_eq!(failures(), 2);
    other.end_request();
    assert!(ours.increment(b"text", 1, INT).is_err());
    assert_eq!(failures(), 3);
    // What is counted where an entry is made is not counted twice.
    let mut number = 0u32;
    while put(&mut ours, &number.to_ne_bytes(), &[1; 64]).is_ok() {
        number += 1;
    }
    let before = failures();
    assert!(ours.increment(b"another", 1, INT).is_err());
    assert_eq!(failures(), before + 1);
}

/// Reserves keys that begin with this until there are too many. Says how many it got.
fn reserve_all(session: &mut Session, prefix: &str, lease: Option<Duration>) -> u64 {
    for count in 0.. {
        match session.reserve(format!("{prefix} {count}").as_bytes(), lease) {
            Ok(held) => assert!(held),
            Err(Error::TooManyReservations { .. }) => return count,
            Err(other) => panic!("{other}"),
        }
    }
    unreachable!()
}

/// However many are wanted, of names of any length, seven eighths of the memory are there for values.
#[test]
fn reservations_leave_memory_for_values() {
    let _alone = alone();
    for (policy, len) in BOTH.into_iter().flat_map(|policy| [10, 60_000].map(|len| (policy, len))) {
        let segment = segment(4 << 20, policy);
        let prefix = "k".repeat(len);
        let hour = Duration::from_secs(3600);
        let mut session = Session::new(Arc::clone(&segment));
        let count = reserve_all(&mut session, &prefix, Some(hour));
        let used = segment.stats().used;
        assert!((512 << 10..(512 << 10) + 64_000).contains(&used), "{used} for {count}");
        // What is there is there.
        let (first, last) = (format!("{prefix} 0"), format!("{prefix} {}", count - 1));
        assert!(session.reserve(first.as_bytes(), Some(hour)).unwrap());
        let mut other = Session::new(Arc::clone(&segment));
        assert!(!other.reserve(first.as_bytes(), None).unwrap());
        let refused = other.reserve(b"more", None).unwrap_err();
        assert!(refused.to_string().starts_with("too many reservations: they take "), "{refused}");
        assert!(segment.stats().store_failures >= 2);
        for number in 0..100 {
            put(&mut other, &key(number), &[7; 20_000]).unwrap();
        }
        // One goes, one comes; the request's end takes none of these along.
        assert!(session.release(last.as_bytes()).unwrap());
        assert!(other.reserve(b"more", None).unwrap());
        assert!(other.release(b"more").unwrap());
        assert!(session.reserve(last.as_bytes(), Some(hour)).unwrap());
        session.end_request();
        assert!(matches!(other.reserve(b"more", None), Err(Error::TooManyReservations { .. })));
        advance_clock(hour * 2);
        assert!(reserve_all(&mut other, "later", None) > 0, "those that ran out are over");
        assert!(segment.audit().is_ok());
    }
}

#[test]
fn reservations_of_the_dead_are_not_counted() {
    let _alone = alone();
    for policy in BOTH {
        let segment = segment(4 << 20, policy);
        let count = {
            let mut session = Session::new(Arc::clone(&segment));
            reserve_all(&mut session, "all", None)
        };
        for _ in 0..2 {
            reserve_and_die(&segment, 0..count);
        }
        let mut session = Session::new(Arc::clone(&segment));
        assert!(session.reserve(b"another", None).unwrap());
        assert!(segment.audit().is_ok());
    }
}
