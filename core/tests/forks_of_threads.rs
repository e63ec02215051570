//! Threads that fork at the same time: what one's child inherits of the other's.
#![cfg(not(miri))]

use std::sync::Arc;
use std::time::Duration;

use static_cache_core::{Policy, Segment, Session, Space};

mod common;
use common::{
    Child, alone, end_of, fork_stopped_at_once, is_open, kill_stopped, open_descriptors, put, segment,
};

fn keeping(timeout: Duration) -> (Arc<Segment>, Session) {
    let segment = segment(1 << 20, Policy::Never);
    segment.set_lock_timeout(timeout);
    let mut session = Session::new(Arc::clone(&segment));
    put(&mut session, b"k", &[9; 2000]).unwrap();
    session.fetch(Space::Key, b"k").unwrap();
    (segment, session)
}

/// Forks on another thread; the child does `first`, and lives until it is told to end.
fn fork_elsewhere(first: impl FnOnce() + Send) -> Child {
    let fork = || {
        let mut child = Child::fork(|line| {
            first();
            line.tell(1);
            line.wait();
        });
        assert!(child.says_something_within(60), "the child found something else");
        child
    };
    std::thread::scope(|scope| scope.spawn(fork).join().unwrap())
}

#[test]
fn a_child_that_dies_at_once_is_missed_though_another_thread_forked_meanwhile() {
    let _alone = alone();
    let (segment, mut session) = keeping(Duration::from_secs(20));
    let before = open_descriptors();
    let promise = session.before_fork().expect("something is kept");
    let line: Vec<i32> = open_descriptors().difference(&before).copied().collect();
    assert_eq!(line.len(), 2);
    let mut other = fork_elsewhere(|| assert!(!line.iter().any(|fd| is_open(*fd))));
    assert!(line.iter().all(|fd| is_open(*fd)), "this process has them");
    // SAFETY: the child ends at once.
    let child = unsafe {
        let child = libc::fork();
        if child == 0 {
            libc::_exit(0);
        }
        child
    };
    // Without that it would be the time limit.
    session.after_fork_in_parent(promise);
    assert_eq!(end_of(child), 0);
    session.end_request();
    assert_eq!(segment.stats().active_readers, 0, "the promise was taken back");
    other.tell(1);
    assert_eq!(other.join(), 0);
    assert_eq!(open_descriptors(), before);
}

#[test]
fn another_file_at_the_number_of_a_line_that_was_closed_stays_open_in_children() {
    let _alone = alone();
    let (_, mut session) = keeping(Duration::from_millis(20));
    let before = open_descriptors();
    let promise = session.before_fork().expect("something is kept");
    let line: Vec<i32> = open_descriptors().difference(&before).copied().collect();
    let child = fork_stopped_at_once();
    session.after_fork_in_parent(promise);
    // The parent goes on listening, and has closed the other end.
    let [open, closed]: [Vec<i32>; 2] =
        [true, false].map(|is| line.iter().copied().filter(|fd| is_open(*fd) == is).collect());
    let ([listening], [closed]) = (&open[..], &closed[..]) else { panic!("{line:?}") };
    let pipe = std::io::pipe().unwrap();
    assert!(is_open(*closed), "the first number that is free");
    let mut other = fork_elsewhere(|| {
        assert!(is_open(*closed), "a pipe of somebody else's");
        assert!(!is_open(*listening));
    });
    other.tell(1);
    assert_eq!(other.join(), 0);
    kill_stopped(child);
    session.end_request();
    drop(pipe);
    assert_eq!(open_descriptors(), before);
}

#[test]
fn locks_of_a_child_and_those_that_its_parent_had_do_not_lead_to_each_other() {
    let _alone = alone();
    // On a thread that ends: C libraries look then which locks it still has.
    let parent = std::thread::spawn(|| {
        let (segment, mut session) = keeping(Duration::from_secs(20));
        session.end_request();
        let mut child = Child::fork(|line| {
            let mut session = Session::new(Arc::clone(&segment));
            put(&mut session, b"child's", &[1; 100]).unwrap();
            session.fetch(Space::Key, b"k").unwrap();
            line.tell(1);
            line.wait();
        });
        child.wait();
        // Lets go of what it had when it forked, and takes it again, while the child has locks of its own.
        drop(session);
        let mut session = Session::new(Arc::clone(&segment));
        session.fetch(Space::Key, b"child's").unwrap();
        assert_eq!(segment.stats().active_readers, 2);
        assert_eq!(child.kill(), -libc::SIGKILL);
        assert_eq!(segment.stats().active_readers, 1, "the kernel has found all that the child had");
    });
    parent.join().unwrap();
}
