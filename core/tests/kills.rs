//! Kills at moments that nobody chose, and writers that are stopped instead of killed.
//!
//! `cargo test --features fault-injection --test kills`; `KILLS=10000` for a longer storm.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use common::{Child, INT, Random, alone, get, put, put_for, segment};
use static_cache_core::{Error, Mode, Policy, Segment, Session, Space, advance_clock, fault};

/// A payload that can be told from a torn one.
fn whole(payload: &[u8]) -> bool {
    payload.windows(2).all(|pair| pair[0] == pair[1])
}

/// One of everything that changes a segment, on keys that many processes share.
fn something(session: &mut Session, random: &mut Random) -> Result<(), Error> {
    let key = format!("shared{}", random.below(200));
    let key = key.as_bytes();
    match random.below(20) {
        0..8 => {
            let (size, byte) = (random.below(6000) as usize, random.below(256) as u8);
            session.store_with(Space::Key, key, 0, 0, size, None, Mode::Put, |out, _| out.fill(byte))?;
        }
        8..12 => {
            if let Some(hit) = session.fetch(Space::Key, key) {
                assert!(whole(session.payload(&hit).unwrap()), "torn");
            }
        }
        12..14 => drop(session.delete(Space::Key, key)?),
        14 => drop(session.reserve(b"reserved", None)?),
        15 => drop(session.release(b"reserved")?),
        16 => drop(session.increment(b"count", 1, INT)?),
        17 => drop(put(session, key, &[1; 40])),
        18 if random.below(50) == 0 => session.delete_prefix(Space::Key, b"shared1").map(drop)?,
        _ => session.end_request(),
    }
    Ok(())
}

fn storm(policy: Policy, kills: u64) {
    let segment = segment(1 << 20, policy);
    segment.allow_moving(|_, _, _, _, _| true);
    let mut session = Session::new(Arc::clone(&segment));
    let kept: Vec<_> =
        (0..20u8).map(|at| (format!("kept{at}"), vec![at; 100 + usize::from(at) * 30])).collect();
    let mut readers: Vec<_> = (0..2).map(|_| Session::new(Arc::clone(&segment))).collect();
    for (key, value) in &kept {
        put(&mut session, key.as_bytes(), value).unwrap();
        // Held, so the eviction hand passes them over.
        for reader in &mut readers {
            reader.fetch(Space::Key, key.as_bytes()).unwrap();
        }
    }
    let start = |seed: u64| {
        let segment = Arc::clone(&segment);
        let mut child = Child::fork(|line| {
            let mut session = Session::new(segment);
            let mut random = Random(seed);
            line.tell(1);
            loop {
                match something(&mut session, &mut random) {
                    Ok(()) | Err(Error::NoMemory { .. }) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        });
        child.wait();
        child
    };
    let mut random = Random(kills);
    let mut workers = [start(1), start(2)];
    for round in 0..kills {
        let victim = random.below(2) as usize;
        // The moment is nobody's choice: how long this loop takes.
        for _ in 0..random.below(40) {
            let (key, value) = &kept[random.below(20) as usize];
            assert_eq!(get(&mut session, key.as_bytes()).as_ref(), Some(value), "round {round}");
        }
        session.end_request();
        let replaced = std::mem::replace(&mut workers[victim], start(round + 3));
        assert_eq!(replaced.kill(), -libc::SIGKILL, "round {round}: a worker had ended by itself");
        session.increment(b"rounds", 1, INT).unwrap();
    }
    for worker in workers {
        assert_eq!(worker.kill(), -libc::SIGKILL);
    }
    if policy == Policy::Never {
        assert_eq!(session.increment(b"rounds", 0, INT).unwrap().value, kills as i64);
    }
    segment.audit().unwrap();
    drop(readers);
    session.clear().unwrap();
    drop(session);
    let audit = segment.audit().unwrap();
    assert_eq!((audit.building, audit.retired), (0, 0));
    let stats = segment.stats();
    assert_eq!((stats.used, stats.retired, stats.active_readers), (0, 0, 0), "{stats:?}");
    println!("{policy:?}: {kills} kills, {} recoveries", stats.recoveries);
}

fn kills() -> u64 {
    std::env::var("KILLS").map_or(300, |kills| kills.parse().unwrap())
}

#[test]
fn a_storm_of_kills_on_a_segment_that_evicts() {
    storm(Policy::Evict, kills() / 2);
}

#[test]
fn a_storm_of_kills_on_a_strict_segment() {
    storm(Policy::Never, kills() / 2);
}

/// A child that we trace, and that stops before its work.
fn traced(work: impl FnOnce()) -> Child {
    Child::fork(|_| {
        // SAFETY: asks to be traced by the parent, then stops.
        unsafe {
            assert_eq!(libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0), 0);
            libc::raise(libc::SIGSTOP);
        }
        work();
    })
}

/// Runs a traced child for so many instructions of its work and kills it there. False when it ended before.
fn kill_after_instructions(count: u64, work: impl FnOnce()) -> bool {
    let child = traced(work);
    let pid = child.pid();
    let mut status = 0;
    // SAFETY: our own child, which stops itself; each step is waited for.
    unsafe {
        libc::waitpid(pid, &raw mut status, 0);
        for _ in 0..count {
            assert!(libc::WIFSTOPPED(status));
            libc::ptrace(libc::PTRACE_SINGLESTEP, pid, 0, 0);
            libc::waitpid(pid, &raw mut status, 0);
            if libc::WIFEXITED(status) {
                return false;
            }
        }
    }
    assert_eq!(child.kill(), -libc::SIGKILL);
    true
}

#[test]
fn a_death_after_any_instruction() {
    let mut random = Random(7);
    let (mut bound, mut deaths) = (200_000, 0);
    while deaths < 25 {
        let segment = segment(1 << 20, Policy::Evict);
        segment.set_lock_timeout(Duration::from_millis(100));
        let mut session = Session::new(Arc::clone(&segment));
        put(&mut session, b"a", &[1; 500]).unwrap();
        put(&mut session, b"b", &[2; 500]).unwrap();
        let mut theirs = Session::new(Arc::clone(&segment));
        let at = random.below(bound);
        let died = kill_after_instructions(at, || {
            put(&mut theirs, b"a", &[3; 900]).unwrap();
            theirs.delete(Space::Key, b"b").unwrap();
            theirs.reserve(b"c", None).unwrap();
        });
        if !died {
            // More instructions than the work has.
            bound = at;
            continue;
        }
        deaths += 1;
        let a = get(&mut session, b"a").unwrap();
        assert!(a == [1; 500] || a == [3; 900], "torn after {at} instructions");
        session.increment(b"n", 1, INT).unwrap_or_else(|error| panic!("after {at} instructions: {error}"));
        segment.audit().unwrap_or_else(|error| panic!("after {at} instructions: {error}"));
        assert!(session.reserve(b"c", None).unwrap());
        session.clear().unwrap();
        session.end_request();
        let stats = segment.stats();
        assert_eq!((stats.used, stats.retired), (0, 0), "after {at} instructions: {stats:?}");
    }
}

fn stop() {
    // SAFETY: stops this process until somebody lets it go on.
    unsafe { libc::raise(libc::SIGSTOP) };
}

/// A child that stopped in the middle of storing `k`, with `lock` in its hands.
fn stopped_at(segment: &Arc<Segment>, step: &'static str) -> Child {
    stopped_storing(b"theirs", segment, step)
}

fn stopped_storing(value: &[u8], segment: &Arc<Segment>, step: &'static str) -> Child {
    let child = Child::fork(|_| {
        let mut session = Session::new(Arc::clone(segment));
        fault::act_at(step, 0, stop);
        put(&mut session, b"k", value).unwrap();
    });
    let mut status = 0;
    // SAFETY: waits for our own child to stop.
    unsafe { libc::waitpid(child.pid(), &raw mut status, libc::WUNTRACED) };
    assert!(libc::WIFSTOPPED(status));
    child
}

#[test]
fn a_stopped_writer_delays_no_reader_and_only_writers_of_its_shard() {
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    let keys: Vec<_> = (0..3000).map(|at| format!("key{at}")).collect();
    for key in keys.iter().map(String::as_bytes).chain([&b"k"[..]]) {
        put(&mut session, key, b"ours").unwrap();
    }
    let child = stopped_at(&segment, "publish: superseded");
    let bound = Duration::from_millis(30);
    segment.set_lock_timeout(bound);
    // Readers take no lock: all of this would fail or wait otherwise.
    for key in keys.iter().map(String::as_bytes).chain([&b"k"[..]]) {
        assert_eq!(get(&mut session, key).unwrap(), b"ours");
    }
    // Also the key whose old entry is marked and still the one in the index.
    assert_eq!(session.keys(Space::Key, b"", 0).len(), keys.len() + 1);
    let mut refused = 0;
    for key in &keys {
        let began = Instant::now();
        match put(&mut session, key.as_bytes(), b"new") {
            Ok(()) => {}
            Err(Error::LockTimeout { waited_ms: 30 }) => {
                assert!(began.elapsed() >= bound);
                refused += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    // One shard of 256: about 12 of 3,000 keys.
    assert!((1..60).contains(&refused), "{refused} keys share the shard");
    assert!(matches!(put(&mut session, b"k", b"ours"), Err(Error::LockTimeout { .. })));
    assert!(matches!(session.clear(), Err(Error::LockTimeout { .. })), "nothing was cleared");
    assert!(get(&mut session, b"key0").is_some());
    assert_eq!(child.go_on(), 0);
    assert_eq!(get(&mut session, b"k").unwrap(), b"theirs");
    session.end_request();
    segment.audit().unwrap();
}

#[test]
fn a_writer_stopped_while_it_allocates_delays_nobody() {
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    put(&mut session, b"a", b"ours").unwrap();
    // A value that does not get into the small arena, whatever the segment's seed.
    let child = stopped_storing(&[7; 10_000], &segment, "store: marked");
    let bound = Duration::from_secs(600);
    segment.set_lock_timeout(bound);
    assert_eq!(get(&mut session, b"a").unwrap(), b"ours");
    // The other arena has room. None of this waits for the bound, or the test would take as long.
    for at in 0..200u32 {
        put(&mut session, format!("new{at}").as_bytes(), &[7; 50]).unwrap();
    }
    let began = Instant::now();
    assert!(session.delete(Space::Key, b"a").unwrap());
    session.end_request();
    let mut reader = Session::new(Arc::clone(&segment));
    assert_eq!(get(&mut reader, b"new9").unwrap(), [7; 50]);
    assert_eq!(segment.stats().entries, 200);
    assert!(began.elapsed() < bound);
    // What fits into neither of the free places has to wait.
    segment.set_lock_timeout(Duration::from_millis(30));
    assert!(matches!(put(&mut session, b"large", &[7; 200_000]), Err(Error::LockTimeout { .. })));
    assert_eq!(child.go_on(), 0);
    put(&mut session, b"large", &[7; 200_000]).unwrap();
    put(&mut session, b"a", b"new").unwrap();
    session.end_request();
    segment.audit().unwrap();
}

#[test]
fn a_reader_gets_a_slot_whoever_is_stopped_where() {
    let segment = segment(1 << 20, Policy::Never);
    let stopped = [stopped_at(&segment, "slot: formatted"), stopped_at(&segment, "store: marked")];
    let bound = Duration::from_secs(600);
    segment.set_lock_timeout(bound);
    let began = Instant::now();
    let mut readers: Vec<_> = (0..30).map(|_| Session::new(Arc::clone(&segment))).collect();
    for reader in &mut readers {
        assert!(reader.fetch(Space::Key, b"k").is_none());
    }
    // Without a slot, nobody could reserve anything.
    for (at, reader) in readers.iter_mut().enumerate() {
        assert!(
            reader.reserve(format!("of {at}").as_bytes(), None).unwrap_or(false),
            "no slot for reader {at}"
        );
    }
    assert_eq!(segment.stats().overflow_readers, 0);
    assert!(began.elapsed() < bound);
    drop(readers);
    for child in stopped {
        assert_eq!(child.go_on(), 0);
    }
    segment.audit().unwrap();
}

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
    let mut status = 0;
    // SAFETY: waits for our own child to stop.
    unsafe { libc::waitpid(stopped.pid(), &raw mut status, libc::WUNTRACED) };
    assert!(libc::WIFSTOPPED(status));
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
    let mut status = 0;
    // SAFETY: our own child, which stops when its sleep is over.
    unsafe { libc::waitpid(woken.pid(), &raw mut status, 0) };
    assert!(libc::WIFSTOPPED(status));
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
    let mut status = 0;
    // SAFETY: our own child, which stops when its sleep is over.
    unsafe { libc::waitpid(woken.pid(), &raw mut status, 0) };
    assert!(libc::WIFSTOPPED(status));
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

/// Has the owner of `first`, which somebody is about to take out, replace it and use its block for `second`. Whether it did.
fn use_the_block_again(session: &mut Session) -> bool {
    put(session, b"first", &[2; 9000]).unwrap();
    fault::record();
    put(session, b"second", &[3; 9000]).unwrap();
    fault::recorded().contains(&"store: reused")
}

#[test]
fn what_has_expired_is_not_taken_for_what_uses_its_block() {
    let _alone = alone();
    let segment = segment(8 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    put_for(&mut session, b"first", &[1; 9000], Some(Duration::from_secs(1))).unwrap();
    advance_clock(Duration::from_secs(5));
    let child = Child::fork(|_| {
        let mut other = Session::new(Arc::clone(&segment));
        fault::act_at("expire: judged", 0, stop);
        // Enough of them for either arena.
        for number in 0..500u32 {
            put(&mut other, &number.to_ne_bytes(), b"").unwrap();
        }
    });
    child.wait_until_stopped();
    assert!(use_the_block_again(&mut session));
    assert_eq!(child.go_on(), 0);
    assert_eq!(get(&mut session, b"second").unwrap(), [3; 9000]);
    assert_eq!(segment.stats().expired, 0);
    session.end_request();
    segment.audit().unwrap();
}

#[test]
fn what_nobody_asked_for_is_not_taken_for_what_uses_its_block() {
    // Not in each of them is it in the arena that somebody stores into, and evicts from.
    let mut met = 0;
    for _ in 0..24 {
        let segment = segment(8 << 20, Policy::Evict);
        let mut session = Session::new(Arc::clone(&segment));
        let mut number = 0u32;
        while segment.stats().evictions == 0 {
            put(&mut session, &number.to_ne_bytes(), &[1; 9000]).unwrap();
            number += 1;
            if number == 400 {
                put(&mut session, b"first", &[1; 9000]).unwrap();
            }
        }
        // All others are asked for.
        let mut reader = Session::new(Arc::clone(&segment));
        for _ in 0..3 {
            for number in 0..number {
                reader.fetch(Space::Key, &number.to_ne_bytes());
            }
            reader.end_request();
        }
        let child = Child::fork(|_| {
            let mut other = Session::new(Arc::clone(&segment));
            fault::act_at("evict: judged", 0, stop);
            // The first few may find room in the arena that is theirs by their hashes.
            let before = segment.stats().evictions;
            let mut number = 0u64;
            while segment.stats().evictions == before {
                put(&mut other, &number.to_ne_bytes(), &[1; 9000]).unwrap();
                number += 1;
            }
        });
        child.wait_until_stopped();
        if !use_the_block_again(&mut session) {
            child.kill();
            continue;
        }
        met += 1;
        assert_eq!(child.go_on(), 0);
        assert_eq!(get(&mut session, b"second").unwrap(), [3; 9000]);
        session.end_request();
        segment.audit().unwrap();
        if met == 4 {
            return;
        }
    }
    assert!(met != 0, "it was never met");
}

/// How many entries that expire were looked at for a store.
fn looked_at_by_a_store(session: &mut Session, len: usize) -> usize {
    fault::record();
    let _ = put(session, b"fresh", &vec![1; len]);
    fault::recorded().into_iter().filter(|step| *step == "expire: taken out").count()
}

#[test]
fn what_expires_is_not_looked_at_again_and_again_while_somebody_is_stopped() {
    let _alone = alone();
    let segment = segment(4 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    let count = 20_000;
    for number in 0..count {
        put_for(&mut session, &u32::to_ne_bytes(number), &[1; 16], Some(Duration::from_secs(600))).unwrap();
    }
    let child = stopped_at(&segment, "publish: linked");
    // So many ticks, at each of which those of the stopped one's shard could be tried in vain.
    advance_clock(Duration::from_secs(1200));
    let looked = looked_at_by_a_store(&mut session, 2 << 20);
    assert!(segment.stats().expired > 18_000);
    assert!(looked < 2 * count as usize, "{looked} looks");
    assert_eq!(child.go_on(), 0);
    put(&mut session, b"fresh", &[1; 2 << 20]).unwrap();
    segment.audit().unwrap();
}

#[test]
fn a_store_takes_out_no_more_of_what_has_expired_than_makes_room() {
    let _alone = alone();
    let segment = segment(4 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    let mut number = 0u64;
    while put_for(&mut session, &number.to_ne_bytes(), &[1; 16], Some(Duration::from_secs(600))).is_ok() {
        number += 1;
    }
    assert!(number > 20_000, "{number}");
    advance_clock(Duration::from_secs(1200));
    let looked = looked_at_by_a_store(&mut session, 100);
    assert!(get(&mut session, b"fresh").is_some());
    assert!((1..2000).contains(&looked), "{looked} looks");
    // All of it where that is what it takes.
    put(&mut session, b"large", &[1; 3 << 19]).unwrap();
    segment.audit().unwrap();
}

#[test]
fn what_is_used_is_right_while_somebody_is_stopped_reclaiming() {
    for step in ["reclaim: one freed", "free: merged", "free: done"] {
        let segment = segment(1 << 20, Policy::Never);
        let (mut writer, mut reader) =
            (Session::new(Arc::clone(&segment)), Session::new(Arc::clone(&segment)));
        put(&mut writer, b"stays", &[1; 10_000]).unwrap();
        let keys: Vec<String> = (0..40).map(|at| format!("goes{at}")).collect();
        for key in &keys {
            put(&mut writer, key.as_bytes(), &[2; 20_000]).unwrap();
            assert!(get(&mut reader, key.as_bytes()).is_some());
            writer.delete(Space::Key, key.as_bytes()).unwrap();
        }
        writer.end_request();
        let before = segment.stats();
        assert!(before.retired >= 40 * 20_000, "{before:?}");
        assert!((10_000..12_000).contains(&before.used), "{before:?}");
        // From now on all of it can be reclaimed.
        reader.end_request();
        let child = Child::fork(|_| {
            fault::act_at(step, 15, stop);
            let _ = segment.stats();
        });
        let mut status = 0;
        // SAFETY: our own child.
        unsafe { libc::waitpid(child.pid(), &raw mut status, libc::WUNTRACED) };
        assert!(libc::WIFSTOPPED(status), "{step}");
        let during = segment.stats();
        assert!(during.used >= before.used, "{step}: {during:?}");
        assert_eq!(during.used + during.free + during.retired, during.configured, "{step}");
        if step == "reclaim: one freed" {
            assert_eq!(during.used, before.used);
        }
        assert_eq!(child.kill(), -libc::SIGKILL);
        assert_eq!(segment.damage(), None);
        let after = segment.stats();
        assert_eq!((after.used, after.retired), (before.used, 0), "{step}");
        segment.audit().unwrap();
    }
}

/// Whom the test's thread kills in the middle of what it does.
static VICTIM: AtomicI32 = AtomicI32::new(0);

fn kill_the_victim() {
    let pid = VICTIM.load(Ordering::Relaxed);
    let mut info = std::mem::MaybeUninit::uninit();
    // SAFETY: our own child, whose end is waited for and left to be asked for by its `Child`.
    unsafe {
        libc::kill(pid, libc::SIGKILL);
        libc::waitid(libc::P_PID, pid as libc::id_t, info.as_mut_ptr(), libc::WEXITED | libc::WNOWAIT);
    }
}

thread_local! {
    /// Who begins a look-up, and stops in it, in the middle of what this test's thread does.
    static READER: std::cell::Cell<libc::pid_t> = const { std::cell::Cell::new(0) };
}

fn let_the_reader_begin() {
    let pid = READER.get();
    // SAFETY: our own child, which is stopped, and stops again in its look-up.
    unsafe { libc::kill(pid, libc::SIGCONT) };
    common::wait_until_stopped(pid);
}

#[test]
fn a_reader_stopped_in_a_look_up_does_not_make_a_store_evict_everything() {
    let segment = segment(4 << 20, Policy::Evict);
    segment.allow_moving(|_, _, _, _, _| true);
    let mut session = Session::new(Arc::clone(&segment));
    for number in 0..8000u32 {
        put(&mut session, &number.to_ne_bytes(), &[1; 500]).unwrap();
        if number == 7000 {
            put(&mut session, b"tiny", b"").unwrap();
        }
    }
    session.end_request();
    let reader = Child::fork(|_| {
        let mut reader = Session::new(Arc::clone(&segment));
        fault::act_at("look: begun", 0, stop);
        stop();
        // After what the writer has seen of the clock.
        assert!(reader.delete(Space::Key, b"tiny").unwrap());
        reader.keys(Space::Key, b"", 0);
    });
    reader.wait_until_stopped();
    READER.set(reader.pid());
    // The first store meets it when it has begun to evict, the others find it there.
    fault::act_at("evict: taken from its queue", 0, let_the_reader_begin);
    let mut waited = Vec::new();
    for (most, deleted) in [(6, 1), (0, 0), (0, 0), (0, 0)] {
        let before = segment.stats().entries;
        assert!(before > 4000, "{before}");
        fault::record();
        let stored = put(&mut session, b"large", &[1; 500]);
        let steps = fault::recorded();
        let evicted = steps.iter().filter(|step| **step == "evict: retired").count();
        assert!(matches!(stored, Err(Error::NoMemory { .. })), "{stored:?}");
        assert!(evicted <= most, "{evicted} evicted");
        assert_eq!(segment.stats().entries, before - deleted - evicted as u64);
        let looks = steps.iter().filter(|step| **step == "reclaim: listed").count();
        assert!(looks < 20, "{looks}");
        waited.push(steps.contains(&"drain: gives way"));
    }
    // The first one met another operation's beginning in the one part than was there in the other; from then on it is known.
    assert_eq!((waited[0], waited[3]), (true, false), "{waited:?}");
    assert_eq!(reader.go_on(), 0);
    put(&mut session, b"large", &[1; 500]).unwrap();
    session.end_request();
    segment.audit().unwrap();
}

#[test]
fn a_reader_stopped_in_a_look_up_does_not_make_stores_move_all_there_is() {
    // Stopped before the first store looks for room, or as soon as that moves something.
    for (begins_later, most) in [(false, 0), (true, 120)] {
        let segment = segment(4 << 20, Policy::Never);
        segment.allow_moving(|_, _, _, _, _| true);
        let mut session = Session::new(Arc::clone(&segment));
        put(&mut session, b"deleted", b"").unwrap();
        let mut count = 0u32;
        while put(&mut session, &count.to_ne_bytes(), &[1; 1000]).is_ok() {
            count += 1;
        }
        for number in (0..count).step_by(3) {
            session.delete(Space::Key, &number.to_ne_bytes()).unwrap();
        }
        session.end_request();
        let free = segment.stats().free;
        let reader = Child::fork(|_| {
            let mut reader = Session::new(Arc::clone(&segment));
            fault::act_at("look: begun", 0, stop);
            if begins_later {
                stop();
                // After what the writer has seen of the clock.
                assert!(reader.delete(Space::Key, b"deleted").unwrap());
            }
            reader.keys(Space::Key, b"", 0);
        });
        reader.wait_until_stopped();
        READER.set(reader.pid());
        if begins_later {
            fault::act_at("move: copied", 0, let_the_reader_begin);
        }
        fault::record();
        for _ in 0..10 {
            let stored = put(&mut session, b"large", &[1; 100_000]);
            assert!(matches!(stored, Err(Error::NoMemory { .. })), "{stored:?}");
        }
        let moved = fault::recorded().into_iter().filter(|step| *step == "move: copied").count();
        assert!(moved <= most && (moved > 0) == begins_later, "{moved} moved");
        assert!(segment.stats().free >= free - most as u64 * 1200);
        assert_eq!(reader.go_on(), 0);
        put(&mut session, b"large", &[1; 100_000]).unwrap();
        session.end_request();
        segment.audit().unwrap();
    }
}

#[test]
fn an_audit_says_that_somebody_died_meanwhile_outside_of_locks() {
    let segment = segment(1 << 20, Policy::Never);
    let victim = |work: fn(&mut Session)| {
        let mut child = Child::fork(|line| {
            let mut session = Session::new(Arc::clone(&segment));
            work(&mut session);
            line.tell(1);
            line.wait();
        });
        child.wait();
        child
    };
    let build: fn(&mut Session) = |session| {
        std::mem::forget(session.prepare(Space::Key, b"draft", 0, 0, 100, None).unwrap());
    };
    let keep: fn(&mut Session) = |session| {
        put(session, b"kept", b"one").unwrap();
        put(session, b"kept", b"two").unwrap();
    };
    for work in [build, keep] {
        let child = victim(work);
        VICTIM.store(child.pid(), Ordering::Relaxed);
        // The arenas', all shards', and the arenas' again: the last of its locks.
        fault::act_at("lock: taken", 2 + 256 + 2 - 1, kill_the_victim);
        let error = segment.audit().unwrap_err();
        assert!(error.to_string().contains("try again"), "{error}");
        segment.audit().unwrap();
        assert_eq!(child.join(), -libc::SIGKILL);
    }
}

#[test]
fn what_could_not_be_given_back_in_time_is_freed_though_its_owner_ended_in_order() {
    let draft: fn(&mut Session) = |session| {
        let draft = session.prepare(Space::Key, b"draft", 0, 0, 100, None).unwrap();
        session.segment().set_lock_timeout(Duration::from_millis(20));
        drop(draft);
    };
    let keep: fn(&mut Session) = |session| {
        session.segment().set_lock_timeout(Duration::from_millis(20));
        session.flush();
    };
    for (at, give_back) in [draft, keep].into_iter().enumerate() {
        let segment = segment(1 << 20, Policy::Never);
        let mut session = Session::new(Arc::clone(&segment));
        for _ in 0..=at {
            put(&mut session, b"k", &[1; 100]).unwrap();
        }
        let child = Child::fork(|_| {
            let mut session = Session::new(Arc::clone(&segment));
            fault::act_at("clear: locked", 0, stop);
            session.clear().unwrap();
        });
        child.wait_until_stopped();
        give_back(&mut session);
        drop(session);
        assert_eq!(child.go_on(), 0);
        segment.set_lock_timeout(Duration::from_secs(5));
        // Takes no slot.
        let audit = segment.audit().unwrap_or_else(|error| panic!("{at}: {error}"));
        assert_eq!(audit.building, 0);
        let stats = segment.stats();
        assert_eq!((stats.used, stats.retired), (0, 0), "{at}: {stats:?}");
    }
}

#[test]
fn a_write_is_not_compared_with_all_that_its_request_has_reserved() {
    let segment = segment(8 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    let key = |number: u32| format!("k{number}").into_bytes();
    let lease = |number: u32| number.is_multiple_of(2).then_some(Duration::from_secs(600));
    for number in 0..2000 {
        assert!(session.reserve(&key(number), lease(number)).unwrap());
    }
    fault::record();
    for number in 0..200 {
        put(&mut session, &key(number), b"value").unwrap();
        put(&mut session, format!("other{number}").as_bytes(), b"value").unwrap();
        session.increment(format!("count{number}").as_bytes(), 1, INT).unwrap();
        assert!(session.release(&key(number + 200)).unwrap());
        assert!(!session.delete(Space::Key, &key(number + 400)).unwrap());
        // From one kind to the other.
        assert!(session.reserve(&key(number + 600), lease(number + 1)).unwrap());
    }
    let compared = fault::recorded().into_iter().filter(|step| *step == "held: one compared").count();
    assert!((600..2000).contains(&compared), "{compared}");
    let mut other = Session::new(Arc::clone(&segment));
    let mut got = |number: u32| other.reserve(&key(number), None).unwrap();
    assert!((0..600).all(&mut got) && !(600..2000).any(&mut got));
    session.end_request();
    let stays = |number: u32| lease(if number < 800 { number + 1 } else { number }).is_some();
    assert!((600..2000).all(|number| got(number) != stays(number)));
    drop((session, other));
    segment.audit().unwrap();
}

#[test]
fn of_what_was_retired_a_few_thousand_blocks_are_reclaimed_at_a_time() {
    let segment = segment(8 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    let fill = |session: &mut Session| {
        (0u32..).take_while(|number| put(session, &number.to_ne_bytes(), b"").is_ok()).count() as u32
    };
    // How often a block was freed with the same lock, at most, and altogether.
    let freed = || {
        let steps = fault::recorded();
        let freed = |steps: &[&str]| steps.iter().filter(|step| **step == "reclaim: one freed").count();
        let most = steps.split(|step| *step == "lock: taken").map(freed).max();
        (most.unwrap_or(0), freed(&steps))
    };
    let count = fill(&mut session);
    assert!(count > 50_000, "{count}");
    fault::record();
    session.clear().unwrap();
    let (most, all) = freed();
    assert!(most <= 4096 && all >= count as usize, "{most} of {all}");
    assert_eq!(segment.stats().retired, 0);

    let count = fill(&mut session);
    for number in 0..count {
        assert!(session.delete(Space::Key, &number.to_ne_bytes()).unwrap());
    }
    fault::record();
    put(&mut session, b"key", b"").unwrap();
    let (most, all) = freed();
    assert!(most <= 4096 && (1..10_000).contains(&all), "{most} of {all}");
    assert!(segment.audit().unwrap().retired > 40_000);
    // All of it where that is what it takes.
    put(&mut session, b"large", &[1; 7_000_000]).unwrap();
    session.end_request();
    assert_eq!(segment.stats().retired, 0);
    segment.audit().unwrap();
}

#[test]
fn a_listing_of_few_keys_looks_no_further() {
    let segment = segment(4 << 20, Policy::Never);
    let mut session = Session::new(segment);
    for number in 0..3000u32 {
        put(&mut session, &number.to_ne_bytes(), b"").unwrap();
    }
    let mut pages = |limit| {
        fault::record();
        let found = session.keys(Space::Key, b"", limit).len();
        (found, fault::recorded().into_iter().filter(|step| *step == "look: begun").count())
    };
    // A page of the index has 512 of its 32,768 chains.
    assert_eq!(pages(0), (3000, 64));
    assert_eq!(pages(1), (1, 1));
    let (found, looked) = pages(100);
    assert!(found == 100 && looked < 10, "{found} in {looked} pages");
}

#[test]
fn what_a_reader_holds_is_not_looked_at_for_each_store_that_fails() {
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    let mut reader = Session::new(Arc::clone(&segment));
    let mut count = 0u32;
    while put(&mut session, &count.to_ne_bytes(), b"").is_ok() {
        count += 1;
    }
    // More than its list has places for: it holds everything.
    for number in 0..3000u32 {
        assert!(reader.fetch(Space::Key, &number.to_ne_bytes()).is_some());
    }
    for number in 0..count {
        assert!(session.delete(Space::Key, &number.to_ne_bytes()).unwrap());
    }
    session.end_request();
    let _ = put(&mut session, b"large", &[1; 9000]);
    fault::record();
    for _ in 0..50 {
        assert!(put(&mut session, b"large", &[1; 9000]).is_err());
    }
    let walks = fault::recorded().into_iter().filter(|step| *step == "reclaim: listed").count();
    // Once in each arena, to know by whom.
    assert!(walks <= 2, "nothing has changed: {walks}");
    reader.end_request();
    put(&mut session, b"large", &[1; 9000]).unwrap();
    session.end_request();
    assert_eq!(segment.stats().retired, 0);
    segment.audit().unwrap();
}

#[test]
fn replaced_values_that_readers_keep_are_not_looked_at_for_each_store_into_a_full_cache() {
    for others_read in [false, true] {
        let segment = segment(8 << 20, Policy::Evict);
        segment.allow_moving(|_, _, _, _, _| true);
        let new = || Session::new(Arc::clone(&segment));
        let (mut session, mut reader, mut other) = (new(), new(), new());
        let kept = 1500u32;
        for number in 0..kept {
            put(&mut session, &number.to_ne_bytes(), &[1; 100]).unwrap();
            assert!(reader.fetch(Space::Key, &number.to_ne_bytes()).is_some());
            session.delete(Space::Key, &number.to_ne_bytes()).unwrap();
        }
        let mut number = kept;
        let mut store = |session: &mut Session| {
            put(session, &number.to_ne_bytes(), &[1; 500]).unwrap();
            number += 1;
            number - 1
        };
        while segment.stats().evictions < 50 {
            store(&mut session);
        }
        let evicted = segment.stats().evictions;
        fault::record();
        let stores = 300;
        for _ in 0..stores {
            let stored = store(&mut session);
            if others_read {
                // All of what readers keep is something else now.
                other.end_request();
                other.fetch(Space::Key, &stored.to_ne_bytes());
            }
        }
        let steps = fault::recorded();
        let looked = steps.into_iter().filter(|step| *step == "reclaim: one stays").count();
        assert!(segment.stats().evictions > evicted + stores / 2);
        assert!(looked < stores as usize * 100, "{looked} looks");
        // And are not forgotten.
        drop((reader, other));
        for _ in 0..400 {
            store(&mut session);
        }
        session.end_request();
        let audit = segment.audit().unwrap();
        // But for those of the small arena, which nobody wanted much of.
        assert!(audit.retired < 300, "{audit:?}");
        assert_eq!(segment.stats().retired, 0);
        segment.audit().unwrap();
    }
}

#[test]
fn of_several_entries_that_were_published_at_once_a_kill_leaves_those_that_came_first() {
    let _alone = common::alone();
    let segment = segment(1 << 20, Policy::Never);
    let key = |number: u8| vec![b'k', number];
    let child = Child::fork(|_| {
        let mut session = Session::new(Arc::clone(&segment));
        let mut draft = |number: u8| {
            let mut draft = session.prepare(Space::Key, &key(number), 0, 0, 100, None).unwrap();
            draft.payload_mut().fill(number);
            draft
        };
        let drafts = (0..5).map(&mut draft).collect();
        fault::kill_at("publish: linked", 2);
        let _ = session.commit_all(drafts);
    });
    assert_eq!(child.join(), -libc::SIGKILL);
    let mut session = Session::new(Arc::clone(&segment));
    let found: Vec<_> = (0..5).map(|number| get(&mut session, &key(number))).collect();
    let expected: Vec<_> = (0..5).map(|number| (number < 3).then(|| vec![number; 100])).collect();
    assert_eq!(found, expected);
    session.end_request();
    put(&mut session, b"next", &[1; 100]).unwrap();
    session.end_request();
    segment.audit().unwrap();
    assert_eq!(segment.stats().entries, 4, "and nothing of the others");
}
