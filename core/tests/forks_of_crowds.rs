//! Forks where pin lists or slots are short.

use std::sync::Arc;

use static_cache_core::{Policy, Segment, SegmentConfig, Session, Space};

mod common;
use common::{Child, alone, config, put};

/// A segment with one pin list, and many sessions that hold something.
fn crowded() -> (Arc<Segment>, Vec<Session>) {
    let config = SegmentConfig { readers: 1, ..config(1 << 20, Policy::Never) };
    let segment = Segment::create(&config).unwrap();
    let mut crowd = Vec::new();
    // The one with a list and 1,023 that hold by epoch.
    for _ in 0..1024 {
        let mut session = Session::new(Arc::clone(&segment));
        put(&mut session, b"held", &[5; 20]).unwrap();
        session.fetch(Space::Key, b"held").unwrap();
        crowd.push(session);
    }
    (segment, crowd)
}

/// Adds sessions to the crowd until there is no slot for another one.
fn take_all_slots(segment: &Arc<Segment>, crowd: &mut Vec<Session>) {
    loop {
        let mut session = Session::new(Arc::clone(segment));
        if session.reserve(format!("{}", crowd.len()).as_bytes(), None).is_err() {
            return;
        }
        crowd.push(session);
    }
}

/// The child uses what the parent fetched while the parent's request ends and its memory is wanted.
fn child_keeps(segment: &Arc<Segment>, mut session: Session) {
    put(&mut session, b"k", &[9; 2000]).unwrap();
    let hit = session.fetch(Space::Key, b"k").unwrap();
    let bytes = hit.payload_address() as *const [u8; 2000];
    let promise = session.before_fork().expect("something is kept");
    let mut both = Some((session, promise));
    let mut child = Child::fork(|line| {
        let (mut session, promise) = both.take().unwrap();
        session.after_fork_in_child(promise);
        line.tell(1);
        line.wait();
        // SAFETY: kept for the child.
        assert_eq!(unsafe { *bytes }, [9; 2000]);
        session.end_request();
        line.tell(2);
        line.wait();
    });
    let (mut session, promise) = both.take().unwrap();
    session.after_fork_in_parent(promise);
    session.end_request();
    child.wait();
    for at in 0..2000u32 {
        put(&mut session, b"k", &at.to_ne_bytes().repeat(500)).unwrap_or_else(|error| {
            assert!(segment.stats().retired > 0, "{error}");
        });
        if segment.stats().retired > 500_000 {
            break;
        }
    }
    child.tell(1);
    assert_eq!(child.wait(), 2);
    child.tell(1);
    assert_eq!(child.join(), 0);
}

#[test]
fn a_child_of_a_reader_without_a_slot_keeps_what_was_fetched() {
    let _alone = alone();
    let (segment, mut crowd) = crowded();
    take_all_slots(&segment, &mut crowd);
    child_keeps(&segment, Session::new(Arc::clone(&segment)));
    drop(crowd);
    assert_eq!((segment.stats().active_readers, segment.stats().overflow_readers), (0, 0));
}

#[test]
fn a_child_that_was_not_told_leaves_its_parents_protection_alone() {
    let _alone = alone();
    let (segment, mut crowd) = crowded();
    let mut last = Session::new(Arc::clone(&segment));
    last.fetch(Space::Key, b"held").unwrap();
    put(&mut crowd[1], b"deleted", &[6; 5000]).unwrap();
    crowd[1].delete(Space::Key, b"deleted").unwrap();
    // The slot with a list: a session that looks for one settles there.
    drop(crowd.swap_remove(0));
    let before = segment.stats();
    assert!(before.retired > 0 && before.overflow_readers >= 1024, "{before:?}");
    let child = Child::fork(|_| assert!(!last.needs_relief(), "it keeps nothing"));
    assert_eq!(child.join(), 0);
    assert_eq!(segment.stats().overflow_readers, before.overflow_readers);
    drop((last, crowd));
    assert_eq!((segment.stats().active_readers, segment.stats().overflow_readers), (0, 0));
}

#[test]
fn a_child_for_which_no_slot_is_left_keeps_what_was_fetched() {
    let _alone = alone();
    let (segment, mut crowd) = crowded();
    take_all_slots(&segment, &mut crowd);
    let with_slot = crowd.pop().unwrap();
    child_keeps(&segment, with_slot);
    drop(crowd);
    assert_eq!((segment.stats().active_readers, segment.stats().overflow_readers), (0, 0));
}

#[test]
fn a_promise_without_a_slot_that_is_dropped_is_over() {
    let _alone = alone();
    let (segment, mut crowd) = crowded();
    take_all_slots(&segment, &mut crowd);
    let mut session = crowd.pop().unwrap();
    put(&mut session, b"k", &[9; 2000]).unwrap();
    session.fetch(Space::Key, b"k").unwrap();
    let without = segment.stats().overflow_readers;
    // No fork, and one whose child dies without a word.
    drop(session.before_fork().expect("something is kept"));
    let mut promise = session.before_fork();
    let child = Child::fork(|_| std::mem::forget(promise.take()));
    assert_eq!(child.join(), 0);
    assert_eq!(segment.stats().overflow_readers, without + 1, "there may be a child");
    drop(promise);
    assert_eq!(segment.stats().overflow_readers, without);
    drop((session, crowd));
    assert_eq!((segment.stats().active_readers, segment.stats().overflow_readers), (0, 0));
}
