//! What a hit is good for once its session, its request or its process is another.

use std::sync::Arc;

use static_cache_core::{Hit, Policy, Segment, Session, Space};

mod common;
use common::{Child, alone, put, segment};

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
