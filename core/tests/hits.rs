//! What a hit is good for once its session, its request or its process is another.

use std::sync::Arc;
use std::time::Duration;

use static_cache_core::{Hit, Mode, Policy, Segment, Session, Space, Stored};

mod common;
use common::{Child, INT, alone, get, put, put_for, segment};

fn fetched(segment: &Arc<Segment>) -> (Session, Hit) {
    let mut session = Session::new(Arc::clone(segment));
    put(&mut session, b"x", &[1; 1000]).unwrap();
    let hit = session.fetch(Space::Key, b"x").unwrap();
    (session, hit)
}

fn is_nothing_to(session: &Session, hit: &Hit) -> bool {
    (session.tag(hit), session.bits(hit), session.payload(hit)) == (None, None, None)
}

#[test]
fn a_hit_is_its_sessions_and_its_requests() {
    let _alone = alone();
    let segment = segment(1 << 20, Policy::Evict);
    let other = Session::new(Arc::clone(&segment));
    let (mut session, hit) = fetched(&segment);
    assert_eq!((session.tag(&hit), session.bits(&hit)), (Some(0), Some(0)));
    assert_eq!(session.payload(&hit), Some(&[1; 1000][..]));
    assert!(is_nothing_to(&other, &hit));
    // As many requests as would lead to any number that another session may have had.
    for _ in 0..300 {
        session.end_request();
        assert!(is_nothing_to(&session, &hit));
        let (later, hit) = fetched(&segment);
        assert!(is_nothing_to(&session, &hit) && is_nothing_to(&other, &hit));
        assert_eq!(later.payload(&hit), Some(&[1; 1000][..]));
    }
}

#[test]
fn a_hit_whose_segment_is_gone_is_nothing_to_another() {
    let _alone = alone();
    let child = Child::fork(|_| {
        let (session, hit) = fetched(&segment(1 << 20, Policy::Evict));
        // Unmapped.
        drop(session);
        let (session, ours) = fetched(&segment(1 << 20, Policy::Evict));
        assert!(is_nothing_to(&session, &hit));
        assert!(!is_nothing_to(&session, &ours));
    });
    assert_eq!(child.join(), 0);
}

#[test]
fn a_hit_is_nothing_in_a_forked_child_whose_session_was_not_told() {
    let _alone = alone();
    let (mut session, hit) = fetched(&segment(1 << 20, Policy::Evict));
    let child = Child::fork(|_| assert!(is_nothing_to(&session, &hit)));
    assert_eq!(child.join(), 0);
    let mut promise = session.before_fork();
    let child = Child::fork(|_| {
        session.after_fork_in_child(promise.take().unwrap());
        assert_eq!(session.payload(&hit), Some(&[1; 1000][..]));
        session.end_request();
        assert!(is_nothing_to(&session, &hit));
    });
    session.after_fork_in_parent(promise.take().unwrap());
    assert_eq!(child.join(), 0);
    assert_eq!(session.payload(&hit), Some(&[1; 1000][..]));
}

#[test]
fn a_hit_that_was_none_for_the_caller_counts_as_a_miss_once_and_in_its_request() {
    let _alone = alone();
    let segment = segment(1 << 20, Policy::Evict);
    let counted = || (segment.stats().hits, segment.stats().misses);
    let (mut session, hit) = fetched(&segment);
    assert_eq!(counted(), (1, 0));
    session.count_as_miss(&hit);
    assert_eq!(counted(), (0, 1));
    // More sessions than slots: those without one count in the segment itself.
    let (hits, misses) = counted();
    let mut others: Vec<Session> = (0..1200).map(|_| Session::new(Arc::clone(&segment))).collect();
    for other in &mut others {
        let hit = other.fetch(Space::Key, b"x").unwrap();
        other.count_as_miss(&hit);
    }
    assert!(segment.stats().overflow_readers >= 1200 - 16);
    assert_eq!(counted(), (hits, misses + 1200));
    drop(others);
    // A child has not counted what its parent has fetched, nor the next request what the one before has.
    let (mut session, hit) = fetched(&segment);
    let (hits, misses) = counted();
    let child = Child::fork(|_| {
        session.count_as_miss(&hit);
        assert_eq!(counted(), (hits, misses));
    });
    assert_eq!(child.join(), 0);
    let promise = session.before_fork().expect("something is kept");
    let mut both = Some((session, promise));
    let child = Child::fork(|_| {
        let (mut session, promise) = both.take().unwrap();
        session.after_fork_in_child(promise);
        session.count_as_miss(&hit);
        assert_eq!(counted(), (hits, misses));
    });
    let (mut session, promise) = both.take().unwrap();
    session.after_fork_in_parent(promise);
    assert_eq!(child.join(), 0);
    session.end_request();
    session.count_as_miss(&hit);
    assert_eq!(counted(), (hits, misses));
}

#[test]
fn what_is_dropped_is_the_entry_that_was_found() {
    let _alone = alone();
    for policy in [Policy::Never, Policy::Evict] {
        let segment = segment(1 << 20, policy);
        let (mut session, hit) = fetched(&segment);
        assert!(session.drop_found(&hit));
        assert!(get(&mut session, b"x").is_none());
        // What the request has fetched, it has.
        assert_eq!(session.payload(&hit), Some(&[1; 1000][..]));
        assert!(!session.drop_found(&hit), "it is gone");
        let stats = segment.stats();
        assert_eq!((stats.entries, stats.store_failures, stats.evictions, stats.expired), (0, 0, 0, 0));
        session.end_request();
        assert_eq!(segment.stats().used, 0);
        // One without a payload, and one of a class.
        session.store_inline(Space::Key, b"x", INT, 7, None, Mode::Put).unwrap();
        let hit = session.fetch(Space::Key, b"x").unwrap();
        assert!(session.drop_found(&hit));
        session.store_with(Space::Class, b"x", 0, 0, 8, None, Mode::Put, |_, _| {}).unwrap();
        let hit = session.fetch(Space::Class, b"x").unwrap();
        put(&mut session, b"x", b"of the same name").unwrap();
        assert!(session.drop_found(&hit));
        assert!(!session.exists(Space::Class, b"x"));
        assert_eq!(get(&mut session, b"x").unwrap(), b"of the same name");
        session.end_request();
        segment.audit().unwrap();
    }
}

#[test]
fn what_was_stored_since_is_not_dropped() {
    let _alone = alone();
    let segment = segment(1 << 20, Policy::Evict);
    let changes: [fn(&mut Session); 4] = [
        |_| {},
        |session| assert!(session.delete(Space::Key, b"x").unwrap()),
        |session| session.clear().unwrap(),
        // And back, as often as its block could be used again if it were not kept.
        |session| (0..40).for_each(|_| put(session, b"x", &[1; 1000]).unwrap()),
    ];
    for by_itself in [false, true] {
        for change in changes {
            let (mut session, hit) = fetched(&segment);
            let mut other = Session::new(Arc::clone(&segment));
            let who = if by_itself { &mut session } else { &mut other };
            change(who);
            put(who, b"x", b"newer").unwrap();
            assert!(!session.drop_found(&hit));
            assert_eq!(get(&mut session, b"x").unwrap(), b"newer");
        }
    }
    // The same entry all the same, with another time to live.
    let mut session = Session::new(Arc::clone(&segment));
    put_for(&mut session, b"x", b"expires", Some(Duration::from_secs(60))).unwrap();
    let hit = session.fetch(Space::Key, b"x").unwrap();
    assert!(session.touch(Space::Key, b"x", None).unwrap());
    assert!(session.drop_found(&hit));
    session.end_request();
    segment.audit().unwrap();
}

#[test]
fn a_reservation_stays_when_the_entry_of_its_key_is_dropped() {
    let _alone = alone();
    let segment = segment(1 << 20, Policy::Evict);
    // Another session's.
    let (mut session, hit) = fetched(&segment);
    let mut holder = Session::new(Arc::clone(&segment));
    assert!(holder.reserve(b"x", None).unwrap());
    assert!(session.drop_found(&hit));
    assert!(!session.exists(Space::Key, b"x"));
    assert!(!session.reserve(b"x", None).unwrap());
    assert!(holder.release(b"x").unwrap());
    // Its own.
    let (mut session, hit) = fetched(&segment);
    assert!(session.reserve(b"x", None).unwrap());
    let reservation = session.reservation(b"x").unwrap();
    assert!(session.drop_found(&hit));
    assert!(!session.exists(Space::Key, b"x"));
    assert!(!holder.reserve(b"x", None).unwrap());
    let stored = session.store_inline(Space::Key, b"x", INT, 7, None, Mode::IfHeld(reservation));
    assert_eq!(stored, Ok(Stored::Stored));
    segment.audit().unwrap();
}

#[test]
fn a_hit_drops_nothing_where_it_gives_nothing() {
    let _alone = alone();
    let segment = segment(1 << 20, Policy::Evict);
    let (mut session, hit) = fetched(&segment);
    let mut other = Session::new(Arc::clone(&segment));
    assert!(!other.drop_found(&hit));
    let child = Child::fork(|_| assert!(!session.drop_found(&hit)));
    assert_eq!(child.join(), 0);
    let mut both = Some((session.before_fork().unwrap(), session));
    let child = Child::fork(|_| {
        let (promise, mut session) = both.take().unwrap();
        session.after_fork_in_child(promise);
        session.quiesce();
        assert!(!session.drop_found(&hit));
    });
    let (promise, mut session) = both.take().unwrap();
    session.after_fork_in_parent(promise);
    assert_eq!(child.join(), 0);
    session.end_request();
    assert!(!session.drop_found(&hit));
    assert_eq!(get(&mut session, b"x").unwrap(), [1; 1000]);
    // A child that keeps it as its parent does.
    let hit = session.fetch(Space::Key, b"x").unwrap();
    let mut both = Some((session.before_fork().unwrap(), session));
    let child = Child::fork(|_| {
        let (promise, mut session) = both.take().unwrap();
        session.after_fork_in_child(promise);
        assert!(session.drop_found(&hit));
    });
    let (promise, mut session) = both.take().unwrap();
    session.after_fork_in_parent(promise);
    assert_eq!(child.join(), 0);
    assert!(!session.drop_found(&hit));
    assert!(!session.exists(Space::Key, b"x"));
    session.end_request();
    segment.audit().unwrap();
}
