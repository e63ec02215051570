//! Kills at moments that nobody chose, or in the middle of what somebody else does.
//!
//! `cargo test --features fault-injection --test kills`; `KILLS=10000` for a longer storm.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use common::{Child, INT, Random, get, put, segment, traced};
use static_cache_core::{Error, Mode, Policy, Session, Space, fault};

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
        18 if random.below(50) == 0 => {
            session.delete_prefix(Space::Key, b"shared1").map(drop).map_err(|(error, _)| error)?
        }
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

#[test]
fn who_ends_in_order_leaves_nothing_to_repair() {
    let segment = segment(8 << 20, Policy::Evict);
    let child = Child::fork(|_| {
        let mut session = Session::new(Arc::clone(&segment));
        for _ in 0..9 {
            put(&mut session, b"key", &[1; 1000]).unwrap();
        }
        // Uses whatever is kept again.
        fault::record();
        for number in 0..20u32 {
            put(&mut session, &number.to_ne_bytes(), &[1; 1000]).unwrap();
        }
        assert!(fault::recorded().contains(&"store: reused"));
    });
    assert_eq!(child.join(), 0);
    // Takes the same slot.
    put(&mut Session::new(Arc::clone(&segment)), b"other", b"").unwrap();
    assert_eq!(segment.stats().recoveries, 0);
    segment.audit().unwrap();
}
