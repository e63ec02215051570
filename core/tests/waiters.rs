//! Who sleeps until a lock or a reservation is free, and who should have let go of it.
//!
//! `cargo test --features fault-injection --test waiters`

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Child, put, segment, stop, stopped_at, traced};
use static_cache_core::{Error, Policy, Session, Space, fault};

#[test]
fn a_request_that_ends_while_a_lock_is_stuck_holds_nothing_any_more() {
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    assert!(session.reserve(b"k", None).unwrap());
    assert!(session.reserve(b"other", None).unwrap());
    let waiter = {
        let mut child = Child::fork(|line| {
            let mut session = Session::new(Arc::clone(&segment));
            line.tell(1);
            put(&mut session, b"other", b"theirs").unwrap();
        });
        child.wait();
        child.wait_until_asleep();
        child
    };
    segment.set_lock_timeout(Duration::from_millis(30));
    let stopped = Child::fork(|_| {
        let mut session = Session::new(Arc::clone(&segment));
        fault::act_at("clear: locked", 0, stop);
        session.clear().unwrap();
    });
    stopped.wait_until_stopped();
    // All shards are locked: the reservations cannot be taken away, but nobody is their owner now.
    let began = Instant::now();
    session.end_request();
    assert!(began.elapsed() < Duration::from_secs(5), "waits for one lock, not for each");
    assert_eq!(stopped.kill(), -libc::SIGKILL);
    assert_eq!(waiter.join(), 0, "the waiting store goes on");
    let mut other = Session::new(Arc::clone(&segment));
    assert!(other.reserve(b"k", None).unwrap());
    assert!(!session.reserve(b"k", None).unwrap(), "the next request is another holder");
}

#[test]
fn what_could_not_be_released_in_time_ends_with_the_request() {
    type Ends = fn(&mut Session) -> Result<(), Error>;
    let release: Ends = |session| session.release(b"key").map(drop);
    let delete: Ends = |session| session.delete(Space::Key, b"key").map(drop);
    let clear: Ends = Session::clear;
    for (at, ends) in [release, delete, clear].into_iter().enumerate() {
        for lease in [None, Some(Duration::from_secs(600))] {
            let segment = segment(1 << 20, Policy::Never);
            let mut session = Session::new(Arc::clone(&segment));
            put(&mut session, b"key", b"value").unwrap();
            assert!(session.reserve(b"key", lease).unwrap());
            segment.set_lock_timeout(Duration::from_millis(20));
            let child = Child::fork(|_| {
                let mut other = Session::new(Arc::clone(&segment));
                fault::act_at("touch: changed", 0, stop);
                other.touch(Space::Key, b"key", None).unwrap();
            });
            child.wait_until_stopped();
            assert!(matches!(ends(&mut session), Err(Error::LockTimeout { .. })), "{at}");
            assert_eq!(child.go_on(), 0);
            let mut other = Session::new(Arc::clone(&segment));
            assert!(!other.reserve(b"key", None).unwrap(), "{at}: nothing has ended yet");
            session.end_request();
            // A lease outlives the request, but not as its holder's.
            assert_eq!(other.reserve(b"key", None).unwrap(), lease.is_none(), "{at}");
            assert!(!session.reserve(b"key", None).unwrap(), "{at}: the next request is another holder");
        }
    }
}

/// A child that is about to sleep on a lock that somebody else has, and will stop as soon as it was woken for it.
fn stopping_when_woken(work: impl FnOnce()) -> Child {
    let mut child = traced(work);
    let (pid, mut status) = (child.pid(), 0);
    let path = format!("/proc/{pid}/syscall");
    // SAFETY: our own child, which stops itself; each step is waited for.
    unsafe { libc::waitpid(pid, &raw mut status, 0) };
    // It stops before each system call and after it: until it waits for a futex, not when it wakes who does.
    for is_before in [true, false].into_iter().cycle() {
        assert!(libc::WIFSTOPPED(status));
        // SAFETY: as above.
        unsafe { libc::ptrace(libc::PTRACE_SYSCALL, pid, 0, 0) };
        // SAFETY: as above.
        unsafe { libc::waitpid(pid, &raw mut status, 0) };
        let call = std::fs::read_to_string(&path).unwrap();
        let mut words = call.split(' ').skip_while(|_| !is_before);
        let (number, _, operation) = (words.next(), words.next(), words.next());
        if number == Some("449") || number == Some("202") && operation != Some("0x1") {
            break;
        }
    }
    // SAFETY: as above.
    unsafe { libc::ptrace(libc::PTRACE_SYSCALL, pid, 0, 0) };
    child.wait_until_asleep();
    child
}

#[test]
fn a_waiter_that_is_killed_when_it_was_woken_does_not_take_the_wake_up_with_it() {
    let segment = segment(1 << 20, Policy::Evict);
    segment.set_lock_timeout(Duration::from_secs(10));
    let mut session = Session::new(Arc::clone(&segment));
    put(&mut session, b"k", b"ours").unwrap();
    let delete = || Session::new(Arc::clone(&segment)).delete(Space::Key, b"k");
    let holder = stopped_at(&segment, "publish: superseded");
    let woken = stopping_when_woken(|| drop(delete()));
    let mut other = Child::fork(|line| line.tell(u8::from(delete().is_ok())));
    other.wait_until_asleep();
    // Lets go and wakes the first that sleeps.
    assert_eq!(holder.go_on(), 0);
    // When its sleep is over.
    woken.wait_until_stopped();
    // Takes the lock that is free, and so does not know that somebody else sleeps.
    let next = stopped_at(&segment, "publish: superseded");
    assert_eq!(woken.kill(), -libc::SIGKILL);
    assert_eq!(next.go_on(), 0);
    assert_eq!(other.wait(), 1, "it slept to the end of its bound");
}

#[test]
fn a_waiter_that_is_killed_when_the_holder_died_does_not_take_the_wake_up_with_it() {
    let segment = segment(1 << 20, Policy::Evict);
    segment.set_lock_timeout(Duration::from_secs(10));
    let mut holder = Child::fork(|line| {
        let mut session = Session::new(Arc::clone(&segment));
        line.tell(u8::from(session.reserve(b"k", None).unwrap()));
        stop();
    });
    assert_eq!(holder.wait(), 1);
    let store = || put(&mut Session::new(Arc::clone(&segment)), b"k", b"theirs");
    let woken = stopping_when_woken(|| drop(store()));
    let mut other = Child::fork(|line| line.tell(u8::from(store().is_ok())));
    other.wait_until_asleep();
    assert_eq!(holder.kill(), -libc::SIGKILL);
    // The kernel has woken the first that slept. It has not looked yet, and never will.
    // When its sleep is over.
    woken.wait_until_stopped();
    assert_eq!(woken.kill(), -libc::SIGKILL);
    let began = Instant::now();
    assert_eq!(other.wait(), 1);
    assert!(began.elapsed() < Duration::from_secs(5), "it slept to the end of its bound");
}

/// From now on the kernel refuses `futex_waitv` with this error.
fn refuse_to_wait_for_several(errno: i32) {
    let step = |code: u32, jt, k| libc::sock_filter { code: code as u16, jt, jf: 0, k };
    let mut filter = [
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, libc::SYS_futex_waitv as u32),
        step(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW),
        step(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ERRNO | errno as u32),
    ];
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: a filter of this process's system calls, which the kernel copies.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program), 0);
    }
}

#[test]
fn who_may_not_wait_for_several_words_sleeps_all_the_same() {
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    assert!(session.reserve(b"k", None).unwrap());
    for errno in [libc::EPERM, libc::ENOSYS, libc::EACCES] {
        let waiter = Child::fork(|_| {
            refuse_to_wait_for_several(errno);
            let mut waiter = Session::new(Arc::clone(&segment));
            fault::record();
            assert!(waiter.wait_released(b"k", Duration::from_millis(200)).is_err());
            let looks = fault::recorded().into_iter().filter(|step| *step == "lock: taken").count();
            // Every 20 ms.
            assert!((2..15).contains(&looks), "{looks} looks");
        });
        assert_eq!(waiter.join(), 0, "error {errno}");
    }
}

/// How many of some stores of other keys are refused: those of the shard that somebody is stopped with. No other waits.
fn refused_stores(session: &mut Session) -> usize {
    let keys = (0..400).map(|number| format!("other{number}"));
    let refused = |key: String| {
        fault::record();
        let stored = put(session, key.as_bytes(), b"value");
        let waits = fault::recorded().contains(&"lock: waits");
        assert!(stored.is_ok() != waits, "{stored:?}");
        waits
    };
    keys.map(refused).filter(|refused| *refused).count()
}

#[test]
fn who_waits_for_one_lock_of_many_has_none_in_hand() {
    let several: fn(&mut Session) -> Result<(), Error> = |session| {
        let keys = (0..100).map(|number| format!("several{number}")).chain(["k".into()]);
        let drafts =
            keys.map(|key| session.prepare(Space::Key, key.as_bytes(), 0, 0, 8, None).unwrap()).collect();
        session.commit_all(drafts).map_err(|(error, _)| error)
    };
    for call in [several, Session::clear] {
        // That of the stopped one is the first of all in rare cases: then nothing is in hand.
        let (segment, stopped) = (0..20)
            .find_map(|_| {
                let segment = segment(1 << 20, Policy::Never);
                let stopped = stopped_at(&segment, "publish: live");
                segment.set_lock_timeout(Duration::from_millis(10));
                fault::record();
                let refused = call(&mut Session::new(Arc::clone(&segment)));
                let steps = fault::recorded();
                assert!(matches!(refused, Err(Error::LockTimeout { waited_ms: 10 })), "{refused:?}");
                assert!(steps.iter().filter(|step| **step == "lock: waits").count() <= 1);
                steps.contains(&"lock: gives way").then_some((segment, stopped))
            })
            .expect("who waits lets go of what it has");
        let mut session = Session::new(Arc::clone(&segment));
        let mut waiter = Child::fork(|_| {
            segment.set_lock_timeout(Duration::from_secs(120));
            fault::act_at("lock: gives way", 0, stop);
            call(&mut Session::new(Arc::clone(&segment))).unwrap();
        });
        waiter.wait_until_stopped();
        assert!(refused_stores(&mut session) < 40);
        // And so while it waits for the only one.
        // SAFETY: a signal to our own child.
        unsafe { libc::kill(waiter.pid(), libc::SIGCONT) };
        waiter.wait_until_asleep();
        assert!(refused_stores(&mut session) < 40);
        assert_eq!(stopped.go_on(), 0);
        assert_eq!(waiter.join(), 0);
        segment.set_lock_timeout(Duration::from_secs(5));
        drop(session);
        segment.audit().unwrap();
    }
}

#[test]
fn who_waits_for_what_would_be_evicted_looks_whether_the_other_arena_is_free() {
    let segment = segment(1 << 20, Policy::Evict);
    let mut session = Session::new(Arc::clone(&segment));
    let second = segment.regions().into_iter().find(|(name, _)| *name == "second arena").unwrap().1;
    let view = segment.read_only_range().start;
    let is_second = |session: &mut Session, key: &[u8]| {
        let draft = session.prepare(Space::Key, key, 0, 0, 100, None).unwrap();
        second.contains(&(draft.payload_address() - view))
    };
    let key = (0..).map(u32::to_ne_bytes).find(|key| is_second(&mut session, key)).unwrap();
    session.clear().unwrap();
    // The first arena is full of what is too large for the second.
    for number in 0..20u8 {
        put(&mut session, &[number], &[1; 9000]).unwrap();
    }
    let rest = segment.stats().largest_free as usize - 200;
    put(&mut session, b"rest", &vec![1; rest]).unwrap();
    session.end_request();
    segment.set_lock_timeout(Duration::from_secs(30));
    let in_second = Child::fork(|_| {
        fault::act_at("store: allocated", 0, stop);
        put(&mut Session::new(Arc::clone(&segment)), &key, b"value").unwrap();
    });
    in_second.wait_until_stopped();
    let with_shards = Child::fork(|_| {
        fault::act_at("clear: locked", 0, stop);
        Session::new(Arc::clone(&segment)).clear().unwrap();
    });
    with_shards.wait_until_stopped();
    let waiter = Child::fork(|_| {
        let mut session = Session::new(Arc::clone(&segment));
        fault::act_at("lock: waits", 0, stop);
        let draft = session.prepare(Space::Key, b"new", 0, 0, 1000, None).unwrap();
        assert!(second.contains(&(draft.payload_address() - view)));
        // Giving it back would take a shard.
        std::mem::forget(draft);
    });
    waiter.wait_until_stopped();
    for child in [&in_second, &waiter] {
        // SAFETY: a signal to our own child.
        unsafe { libc::kill(child.pid(), libc::SIGCONT) };
    }
    assert_eq!(waiter.join(), 0, "the second arena has room");
    assert_eq!(with_shards.go_on(), 0);
    assert_eq!(in_second.join(), 0);
    segment.audit().unwrap();
}
