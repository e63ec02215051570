//! Forks while something is kept, where descriptors are short, and forks that come to nothing.

use std::sync::Arc;
use std::time::Duration;

use static_cache_core::{Mode, Policy, Segment, SegmentConfig, Session, Space};

mod common;
use common::{Child, alone, config, end_of, put, segment, wait_until_stopped};

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
        // SAFETY: a handler that does nothing, without SA_RESTART, in a process of our own.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = nothing as *const () as usize;
            libc::sigaction(libc::SIGALRM, &raw const action, std::ptr::null_mut());
        }
        let promise = session.before_fork().expect("something is kept");
        let mut promise = Some(promise);
        // Dies later, without having said that it has its pins.
        let child = Child::fork(|_| {
            std::thread::sleep(Duration::from_millis(50));
            drop(promise.take());
        });
        // Not before: the kernel begins a fork anew for each signal, and on a busy machine it never ends.
        // SAFETY: a timer for that handler.
        unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()) };
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
    assert_eq!(segment.stats().active_readers, 1, "there may be a child");
    static_cache_core::advance_clock(Duration::from_secs(11));
    assert_eq!(segment.stats().active_readers, 0);
    parent.tell(1);
    assert!(parent.is_gone(), "it said nothing");
}

/// A segment with so many pin lists, and a session that keeps something. With one list, the slot of a child has none, and the child
/// holds back whatever is retired.
fn keeping(readers: u32) -> (Arc<Segment>, Session, *const [u8; 2000]) {
    let segment = Segment::create(&SegmentConfig { readers, ..config(1 << 20, Policy::Never) }).unwrap();
    segment.set_lock_timeout(Duration::from_millis(20));
    let mut session = Session::new(Arc::clone(&segment));
    put(&mut session, b"k", &[9; 2000]).unwrap();
    let bytes = session.fetch(Space::Key, b"k").unwrap().payload_address() as *const [u8; 2000];
    (segment, session, bytes)
}

/// Forks a child that is stopped before it takes its pins over, then runs `after`, then exits with 0.
fn fork_stopped(session: &mut Session, after: impl FnOnce(&mut Session)) -> libc::pid_t {
    let promise = session.before_fork().expect("something is kept");
    // SAFETY: the child uses the library only and exits at once.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: stops this process.
        unsafe { libc::raise(libc::SIGSTOP) };
        session.after_fork_in_child(promise);
        after(session);
        // SAFETY: ends this process.
        unsafe { libc::_exit(0) };
    }
    wait_until_stopped(child);
    session.after_fork_in_parent(promise);
    child
}

/// What a child does with `bytes` that were kept for it.
fn use_and_end(session: &mut Session, bytes: *const [u8; 2000]) {
    // SAFETY: kept for the child.
    assert_eq!(unsafe { *bytes }, [9; 2000]);
    session.end_request();
}

fn signal(pid: libc::pid_t, signal: libc::c_int) {
    // SAFETY: a signal to a descendant, which nobody has waited for.
    unsafe { libc::kill(pid, signal) };
}

/// Uses all memory that is to be had, but for what is held back.
fn replace_often(session: &mut Session) {
    for at in 0..300 {
        let _ = put(session, b"x", &vec![1; 9000 + at]);
    }
}

/// Whether memory that was retired can be used again.
fn is_reclaimed(segment: &Arc<Segment>) -> bool {
    let mut session = Session::new(Arc::clone(segment));
    for at in 0..300 {
        put(&mut session, b"k", &vec![2; 9000 + at]).unwrap();
    }
    session.end_request();
    let stats = segment.stats();
    (stats.active_readers, stats.overflow_readers, stats.retired) == (0, 0, 0)
}

#[test]
fn a_child_that_is_stopped_and_then_killed_holds_nothing_back() {
    let _alone = alone();
    for readers in [8, 1] {
        for killed_in_request in [false, true] {
            let (segment, mut session, _) = keeping(readers);
            let child = fork_stopped(&mut session, |_| ());
            if !killed_in_request {
                session.end_request();
                assert_eq!(segment.stats().active_readers, 1, "it may go on");
            }
            signal(child, libc::SIGKILL);
            assert_eq!(end_of(child), -libc::SIGKILL);
            session.end_request();
            assert!(is_reclaimed(&segment), "{readers} readers, {killed_in_request}");
        }
    }
}

#[test]
fn a_store_without_memory_asks_after_a_child_that_was_stopped() {
    let _alone = alone();
    let (segment, mut session, _) = keeping(1);
    let child = fork_stopped(&mut session, |_| ());
    let mut other = Session::new(Arc::clone(&segment));
    // The child holds back everything, and the parent's request has no end.
    while put(&mut other, b"x", &[1; 9000]).is_ok() {}
    signal(child, libc::SIGKILL);
    assert_eq!(end_of(child), -libc::SIGKILL);
    put(&mut session, b"x", &[1; 9000]).unwrap();
}

#[test]
fn a_child_that_was_stopped_has_what_was_kept_for_it() {
    let _alone = alone();
    for readers in [8, 1] {
        let (segment, mut session, bytes) = keeping(readers);
        let child = fork_stopped(&mut session, |session| use_and_end(session, bytes));
        // The parent's requests end, one after the other, and others look after the dead.
        for _ in 0..3 {
            session.fetch(Space::Key, b"k");
            session.end_request();
            static_cache_core::advance_clock(Duration::from_secs(60));
            assert_eq!(segment.stats().active_readers, 1, "{readers}: the parent answers for it");
        }
        put(&mut session, b"k", &[8; 2000]).unwrap();
        replace_often(&mut session);
        signal(child, libc::SIGCONT);
        assert_eq!(end_of(child), 0);
        session.end_request();
        drop(session);
        assert!(is_reclaimed(&segment), "{readers}");
    }
}

#[test]
fn a_child_to_which_nobody_listens_any_more_goes_on() {
    let _alone = alone();
    // In a process of its own: tests are deaf to that signal.
    let outer = Child::fork(|_| {
        // SAFETY: of this process only.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
        for readers in [8, 1] {
            let (segment, mut session, bytes) = keeping(readers);
            let child = fork_stopped(&mut session, |session| use_and_end(session, bytes));
            drop(session);
            signal(child, libc::SIGCONT);
            assert_eq!(end_of(child), 0);
            assert!(is_reclaimed(&segment), "{readers}");
        }
    });
    assert_eq!(outer.join(), 0);
}

/// The parent lets go, and both are killed before the child has its pins.
#[test]
fn a_parent_and_a_child_that_are_killed_hold_nothing_back_for_long() {
    let _alone = alone();
    for readers in [8, 1] {
        let (segment, session, _) = keeping(readers);
        drop(session);
        let mut parent = Child::fork(|line| {
            let mut session = Session::new(Arc::clone(&segment));
            session.fetch(Space::Key, b"k").unwrap();
            let child = fork_stopped(&mut session, |_| ());
            signal(child, libc::SIGKILL);
            // SAFETY: stops this process.
            unsafe { libc::raise(libc::SIGKILL) };
            line.tell(1);
        });
        parent.reap();
        assert!(parent.is_gone(), "parent and child");
        assert_eq!(segment.stats().active_readers, 1, "there may be a child");
        static_cache_core::advance_clock(Duration::from_secs(9));
        assert_eq!(segment.stats().active_readers, 1, "there may be a child");
        static_cache_core::advance_clock(Duration::from_secs(2));
        assert!(is_reclaimed(&segment), "{readers}");
    }
}

#[test]
fn a_session_that_ends_waits_for_its_child_no_longer_than_a_dead_one() {
    let _alone = alone();
    for readers in [8, 1] {
        let (segment, mut session, _) = keeping(readers);
        let child = fork_stopped(&mut session, |_| panic!("it came too late"));
        drop(session);
        assert_eq!(segment.stats().active_readers, 1, "{readers}: there is a child");
        static_cache_core::advance_clock(Duration::from_secs(11));
        assert!(is_reclaimed(&segment), "{readers}");
        signal(child, libc::SIGCONT);
        assert_eq!(end_of(child), -libc::SIGKILL);
    }
}

#[test]
fn a_child_whose_parent_is_stopped_before_it_lets_go_takes_other_pins() {
    let _alone = alone();
    for readers in [8, 1] {
        let (segment, session, bytes) = keeping(readers);
        drop(session);
        let mut parent = Child::fork(|line| {
            let mut session = Session::new(Arc::clone(&segment));
            session.fetch(Space::Key, b"k").unwrap();
            let promise = session.before_fork().expect("something is kept");
            // SAFETY: the child uses the library only and exits at once.
            let child = unsafe { libc::fork() };
            if child == 0 {
                session.after_fork_in_child(promise);
                line.tell(1);
                line.wait();
                use_and_end(&mut session, bytes);
                line.tell(2);
                line.wait();
                // SAFETY: ends this process.
                unsafe { libc::_exit(0) };
            }
            // SAFETY: stops this process.
            unsafe { libc::raise(libc::SIGSTOP) };
            session.after_fork_in_parent(promise);
            session.end_request();
            line.tell(3);
            assert_eq!(end_of(child), 0);
        });
        assert_eq!(parent.wait(), 1, "the child goes on");
        let mut session = Session::new(Arc::clone(&segment));
        put(&mut session, b"k", &[8; 2000]).unwrap();
        replace_often(&mut session);
        session.end_request();
        parent.wait_until_stopped();
        signal(parent.pid(), libc::SIGCONT);
        assert_eq!(parent.wait(), 3, "the parent goes on");
        parent.tell(1);
        assert_eq!(parent.wait(), 2, "the child has ended its request");
        assert!(is_reclaimed(&segment), "{readers}: while both still live");
        parent.tell(1);
        assert_eq!(parent.join(), 0);
    }
}

#[test]
fn a_promise_that_is_dropped_is_over() {
    let _alone = alone();
    // In a process of its own: the C library would write to where the lock was.
    let child = Child::fork(|_| {
        for readers in [8, 1] {
            {
                let (segment, mut session, _) = keeping(readers);
                drop(session.before_fork().expect("something is kept"));
                session.end_request();
                assert!(is_reclaimed(&segment), "{readers}");
                session.fetch(Space::Key, b"k").unwrap();
                drop(session.before_fork().expect("something is kept"));
                let promise = session.before_fork().expect("something is kept");
                drop(session);
                drop(segment);
                drop(promise);
            }
            // Where the segment was.
            let (_segment, mut session, _) = keeping(readers);
            put(&mut session, b"x", &[1; 10]).unwrap();
        }
        // Nor is anything unmapped under one that is forgotten.
        let (segment, mut session, _) = keeping(8);
        std::mem::forget(session.before_fork().expect("something is kept"));
        drop((segment, session));
        let (_segment, mut session, _) = keeping(8);
        put(&mut session, b"x", &[1; 10]).unwrap();
    });
    assert_eq!(child.join(), 0);
}

#[test]
fn a_promise_keeps_nothing_for_another_session_or_a_later_fetch() {
    let _alone = alone();
    for other in [false, true] {
        let (segment, mut session, _) = keeping(8);
        put(&mut session, b"later", &[3; 100]).unwrap();
        let mut promise = session.before_fork();
        if other {
            session = Session::new(Arc::clone(&segment));
            session.fetch(Space::Key, b"k").unwrap();
        }
        let hit = session.fetch(Space::Key, b"later").unwrap();
        let child = Child::fork(|_| {
            session.after_fork_in_child(promise.take().unwrap());
            assert!(session.payload(&hit).is_none());
            session.end_request();
        });
        assert_eq!(child.join(), 0);
        session.after_fork_in_parent(promise.take().unwrap());
        assert!(session.payload(&hit).is_some());
        session.end_request();
        assert!(is_reclaimed(&segment), "{other}");
    }
}

type Fork = unsafe extern "C" fn() -> libc::pid_t;

/// Forks without fork handlers: the C library's (since glibc 2.34), and the system call.
fn untold_forks() -> impl Iterator<Item = Fork> {
    unsafe extern "C" fn by_call() -> libc::pid_t {
        // SAFETY: without flags it is a fork.
        unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) as libc::pid_t }
    }
    [by_library(), Some(by_call as Fork)].into_iter().flatten()
}

fn by_library() -> Option<Fork> {
    // SAFETY: a function of that type, or null.
    unsafe { std::mem::transmute(libc::dlsym(libc::RTLD_DEFAULT, c"_Fork".as_ptr())) }
}

/// Forks a child that does nothing but `work`, and waits for its end.
fn fork_untold(fork: Fork, work: impl FnOnce()) -> i32 {
    // SAFETY: as for `fork`: the child uses the library only, and exits at once.
    let child = unsafe { fork() };
    if child == 0 {
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        // SAFETY: ends this process.
        unsafe { libc::_exit(i32::from(done.is_err())) };
    }
    end_of(child)
}

#[test]
fn a_child_of_a_fork_without_handlers_gives_nothing_of_its_parents_up() {
    let _alone = alone();
    for fork in untold_forks() {
        let (segment, mut session, bytes) = keeping(8);
        let hit = session.fetch(Space::Key, b"k").unwrap();
        assert!(session.reserve(b"reserved", None).unwrap());
        let draft = session.prepare(Space::Key, b"draft", 0, 0, 100, None).unwrap();
        let promise = session.before_fork();
        let mut ours = Some((session, draft, promise));
        let end = fork_untold(fork, || {
            let (mut session, draft, promise) = ours.take().unwrap();
            assert!(session.payload(&hit).is_none(), "it is the parent's");
            drop((draft, promise));
            session.end_request();
            drop(session);
        });
        assert_eq!(end, 0);
        let (mut session, draft, promise) = ours.unwrap();
        session.after_fork_in_parent(promise.unwrap());
        assert_eq!(segment.stats().active_readers, 1);
        let mut other = Session::new(Arc::clone(&segment));
        assert!(!other.reserve(b"reserved", None).unwrap());
        replace_often(&mut other);
        // SAFETY: this session keeps it.
        assert_eq!(unsafe { *bytes }, [9; 2000]);
        session.commit(draft, Mode::Put).unwrap();
        assert!(session.payload(&hit).is_some());
        session.end_request();
        drop((session, other));
        assert!(is_reclaimed(&segment));
    }
}

#[test]
fn a_child_that_no_handler_told_has_children_of_its_own() {
    let _alone = alone();
    // The C library knows the name of the thread in such children, and that of its locks.
    let Some(fork) = by_library() else { return };
    let (segment, mut session, bytes) = keeping(8);
    let end = fork_untold(fork, || {
        let fetch = |session: &mut Session| session.fetch(Space::Key, b"k").unwrap();
        let hit = fetch(&mut session);
        for told in [true, false] {
            let work = || {
                assert!(session.payload(&hit).is_none());
                // SAFETY: the parent's parent keeps it.
                assert_eq!(unsafe { *bytes }, [9; 2000]);
            };
            let end = if told { Child::fork(|_| work()).join() } else { fork_untold(fork, work) };
            assert_eq!(end, 0, "{told}");
        }
        assert!(session.payload(&hit).is_some());
        session.end_request();
    });
    assert_eq!(end, 0);
    assert_eq!(segment.stats().active_readers, 1);
    session.end_request();
    assert!(is_reclaimed(&segment));
}
