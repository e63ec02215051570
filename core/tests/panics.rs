//! Panics of the embedder's code, which runs under locks and inside operations.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use common::{get, numbered, put, segment, where_moving_panics};
use static_cache_core::{Policy, Session, Space};

#[test]
fn a_panic_under_locks_is_repaired_like_a_death() {
    let (segment, mut session, count) = where_moving_panics();
    let before = segment.stats();
    let stored = catch_unwind(AssertUnwindSafe(|| put(&mut session, b"large", &[2; 40_000])));
    assert!(stored.is_err(), "nothing was moved");
    session.end_request();
    let audit = segment.audit().unwrap();
    assert_eq!((audit.entries, audit.building), (before.entries, 0));
    let after = segment.stats();
    assert_eq!((after.used, after.free), (before.used, before.free));
    assert_eq!(after.recoveries, before.recoveries + 1);
    for number in (1..count).step_by(2) {
        assert_eq!(get(&mut session, &numbered(number)).unwrap(), [7; 3000]);
    }
    // What is done orderly while a panic goes on is no reason for a repair.
    let given_up = catch_unwind(AssertUnwindSafe(|| {
        let _draft = session.prepare(Space::Key, b"draft", 0, 0, 100, None).unwrap();
        panic!("the embedder's");
    }));
    assert!(given_up.is_err());
    session.end_request();
    segment.audit().unwrap();
    assert_eq!(segment.stats().recoveries, after.recoveries);
}

#[test]
fn a_panic_while_entries_are_selected_holds_nothing_back() {
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    let mut other = Session::new(Arc::clone(&segment));
    put(&mut session, b"a", &[1; 100]).unwrap();
    let deleted = catch_unwind(AssertUnwindSafe(|| {
        session.delete_selected(Space::Key, |_| panic!("the embedder's")).unwrap()
    }));
    assert!(deleted.is_err());
    // The session lives on, and keeps nothing.
    for size in 0..300 {
        put(&mut other, b"b", &vec![1; 10_000 + size]).unwrap();
    }
    assert_eq!(session.delete_selected(Space::Key, |_| true).unwrap(), 2);
}
