//! Searches of a process with several threads.

use std::cell::Cell;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use static_cache_core::{Policy, Session, Space, advance_clock, release_unreferenced};

mod common;
use common::{Child, alone, put, segment};

/// As if it were long ago that this process was searched.
fn rest() {
    advance_clock(Duration::from_secs(3600));
}

/// A session that keeps something that has a payload.
fn keeping() -> Session {
    let mut session = Session::new(segment(1 << 20, Policy::Never));
    put(&mut session, b"k", &[9; 2000]).unwrap();
    session.fetch(Space::Key, b"k").unwrap();
    session
}

/// Searches, doing `meanwhile` in the middle of it; whether there was a search.
fn search(session: &mut Session, meanwhile: impl FnOnce()) -> bool {
    let (skip, searched) = (session.segment().views(), Cell::new(false));
    release_unreferenced([Some(session), None], || {
        searched.set(true);
        meanwhile();
        skip.to_vec()
    });
    searched.get()
}

fn elsewhere<T: Send>(body: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(body).join().unwrap())
}

#[test]
fn a_search_is_too_soon_after_that_of_another_thread() {
    let _alone = alone();
    // On a busy machine the other thread may come when it is its time.
    let is_refused = || {
        rest();
        assert!(elsewhere(|| keeping().may_search()));
        assert!(search(&mut keeping(), || ()));
        !elsewhere(|| keeping().may_search())
    };
    assert!((0..100).any(|_| is_refused()));
    rest();
    assert!(elsewhere(|| keeping().may_search()));
}

#[test]
fn one_thread_searches_at_a_time_and_the_others_keep_all() {
    let _alone = alone();
    rest();
    let meanwhile = || {
        elsewhere(|| {
            let mut session = keeping();
            rest();
            assert!(!session.may_search());
            // More than half of the memory has been replaced, and this thread's stores find no more.
            while put(&mut session, b"k", &[9; 9000]).is_ok() {
                session.fetch(Space::Key, b"k").unwrap();
            }
            assert!(!search(&mut session, || ()));
            // What is urgent waits, but not for long.
            session.segment().set_lock_timeout(Duration::from_millis(1));
            assert!(session.needs_relief());
            assert!(!search(&mut session, || ()));
            assert!(session.needs_relief_for_store());
            assert!(!search(&mut session, || ()));
            assert!(put(&mut session, b"k", &[9; 9000]).is_err(), "all is kept");
        });
    };
    assert!(search(&mut keeping(), meanwhile));
    rest();
    assert!(elsewhere(|| search(&mut keeping(), || ())));
}

#[test]
fn a_store_without_memory_waits_for_its_turn_to_search() {
    let _alone = alone();
    rest();
    let (started, told) = (Barrier::new(2), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let storing = scope.spawn(|| {
            let mut session = keeping();
            session.segment().set_lock_timeout(Duration::from_secs(60));
            while put(&mut session, b"k", &[9; 9000]).is_ok() {
                session.fetch(Space::Key, b"k").unwrap();
            }
            started.wait();
            assert!(session.needs_relief_for_store());
            assert!(search(&mut session, || assert!(told.load(Ordering::SeqCst), "at the same time")));
            put(&mut session, b"k", &[9; 9000]).unwrap();
        });
        let meanwhile = || {
            started.wait();
            // The other thread may have come to its search, or come later: it finds none at work or waits.
            std::thread::yield_now();
            told.store(true, Ordering::SeqCst);
        };
        assert!(search(&mut keeping(), meanwhile));
        storing.join().unwrap();
    });
}

#[test]
fn a_child_whose_parent_is_searched_may_search() {
    let _alone = alone();
    rest();
    let meanwhile = || {
        elsewhere(|| {
            let child = Child::fork(|_| {
                rest();
                let mut session = keeping();
                assert!(session.may_search());
                assert!(search(&mut session, || assert!(!elsewhere(|| keeping().may_search()))));
            });
            assert_eq!(child.join(), 0);
        });
    };
    assert!(search(&mut keeping(), meanwhile));
}

/// An embedder's panic in the middle of a search is not the end of all searches.
#[test]
fn a_search_that_panics_gives_its_turn_back() {
    let _alone = alone();
    rest();
    let searched = std::panic::catch_unwind(|| search(&mut keeping(), || panic!("the embedder's")));
    assert!(searched.is_err());
    assert!(search(&mut keeping(), || ()));
}
