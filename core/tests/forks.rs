//! Forks while something is kept, where slots or descriptors are short, and forks that come to nothing.

use std::sync::Arc;
use std::time::Duration;

use static_cache_core::{Policy, Segment, SegmentConfig, Session, Space};

mod common;
use common::{Child, alone, config, put, segment};

/// A segment with one pin list, and all its slots taken.
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
    // All further slots.
    loop {
        let mut session = Session::new(Arc::clone(&segment));
        if session.reserve(format!("{}", crowd.len()).as_bytes(), None).is_err() {
            break;
        }
        crowd.push(session);
    }
    child_keeps(&segment, Session::new(Arc::clone(&segment)));
    drop(crowd);
    assert_eq!((segment.stats().active_readers, segment.stats().overflow_readers), (0, 0));
}

#[test]
fn a_child_for_which_no_slot_is_left_keeps_what_was_fetched() {
    let _alone = alone();
    let (segment, mut crowd) = crowded();
    let with_slot = loop {
        let mut session = Session::new(Arc::clone(&segment));
        if session.reserve(format!("{}", crowd.len()).as_bytes(), None).is_err() {
            break crowd.pop().unwrap();
        }
        crowd.push(session);
    };
    child_keeps(&segment, with_slot);
    drop(crowd);
    assert_eq!((segment.stats().active_readers, segment.stats().overflow_readers), (0, 0));
}

#[test]
fn a_child_keeps_what_was_fetched_when_no_descriptor_is_left() {
    let _alone = alone();
    let outer = Child::fork(|_| {
        let segment = segment(1 << 20, Policy::Never);
        let mut session = Session::new(Arc::clone(&segment));
        put(&mut session, b"k", &[9; 2000]).unwrap();
        let hit = session.fetch(Space::Key, b"k").unwrap();
        let bytes = hit.payload_address() as *const [u8; 2000];
        let limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: only limits this process, which is the test's own.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
        let promise = session.before_fork().expect("something is kept");
        // SAFETY: the child uses the library only and exits at once.
        let child = unsafe { libc::fork() };
        if child == 0 {
            session.after_fork_in_child(promise);
            let kept = segment.stats().active_readers == 2;
            // SAFETY: kept for the child.
            let whole = unsafe { *bytes } == [9; 2000];
            session.end_request();
            // SAFETY: ends this process.
            unsafe { libc::_exit(i32::from(!kept || !whole)) };
        }
        session.after_fork_in_parent(promise);
        let mut status = 1;
        // SAFETY: waits for our own child.
        unsafe { libc::waitpid(child, &raw mut status, 0) };
        assert_eq!(status, 0);
        session.end_request();
        assert_eq!(segment.stats().active_readers, 0);
    });
    assert_eq!(outer.join(), 0);
}

extern "C" fn nothing(_: libc::c_int) {}

#[test]
fn signals_do_not_make_a_parent_lose_sight_of_its_child() {
    let _alone = alone();
    let outer = Child::fork(|_| {
        let segment = segment(1 << 20, Policy::Never);
        let mut session = Session::new(Arc::clone(&segment));
        put(&mut session, b"k", &[9; 2000]).unwrap();
        session.fetch(Space::Key, b"k").unwrap();
        let every = libc::timeval { tv_sec: 0, tv_usec: 500 };
        let timer = libc::itimerval { it_interval: every, it_value: every };
        // SAFETY: a handler that does nothing, without SA_RESTART, and a timer for it, in a process of our own.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = nothing as *const () as usize;
            libc::sigaction(libc::SIGALRM, &raw const action, std::ptr::null_mut());
            libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut());
        }
        let promise = session.before_fork().expect("something is kept");
        let mut promise = Some(promise);
        // Dies later, without having said that it has its pins.
        let child = Child::fork(|_| {
            std::thread::sleep(Duration::from_millis(50));
            drop(promise.take());
        });
        session.after_fork_in_parent(promise.take().unwrap());
        assert_eq!(child.join(), 0);
        session.end_request();
        assert_eq!(segment.stats().active_readers, 0, "the promise was taken back");
    });
    assert_eq!(outer.join(), 0);
}

#[test]
fn a_parent_that_dies_before_it_forks_holds_nothing_back_for_long() {
    let _alone = alone();
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    put(&mut session, b"k", &[9; 2000]).unwrap();
    let child = Child::fork(|_| {
        let mut session = Session::new(Arc::clone(&segment));
        session.fetch(Space::Key, b"k").unwrap();
        let _promise = session.before_fork().expect("something is kept");
        // SAFETY: ends this process.
        unsafe { libc::raise(libc::SIGKILL) };
    });
    assert_eq!(child.join(), -libc::SIGKILL);
    put(&mut session, b"k", &[8; 2000]).unwrap();
    session.end_request();
    assert_eq!(segment.stats().active_readers, 1, "there may be a child");
    static_cache_core::advance_clock(Duration::from_secs(11));
    assert_eq!((segment.stats().active_readers, segment.stats().retired), (0, 0));
}

#[test]
fn a_child_that_comes_too_late_for_its_promise_does_not_go_on() {
    let _alone = alone();
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    put(&mut session, b"k", &[9; 2000]).unwrap();
    let mut parent = Child::fork(|line| {
        let mut session = Session::new(Arc::clone(&segment));
        session.fetch(Space::Key, b"k").unwrap();
        let promise = session.before_fork().expect("something is kept");
        // SAFETY: the child says who it is, waits for a byte, and uses the library only.
        unsafe {
            if libc::fork() == 0 {
                line.wait();
                session.after_fork_in_child(promise);
                line.tell(2);
                libc::_exit(0);
            }
            line.tell(1);
            libc::raise(libc::SIGKILL);
        }
    });
    assert_eq!(parent.wait(), 1);
    parent.reap();
    static_cache_core::advance_clock(Duration::from_secs(11));
    assert_eq!(segment.stats().active_readers, 0);
    parent.tell(1);
    assert!(parent.is_gone(), "it said nothing");
}
