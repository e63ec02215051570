//! A real process is killed at every named step of every operation; the next one finds everything in order.
//!
//! `cargo test --features fault-injection --test faults`

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use common::{Child, INT, config, get, put};
use static_cache_core::{Mode, Policy, Segment, Session, Space, advance_clock, fault};

const SIZE: usize = 1 << 20;
/// No operation after a death waits longer than this.
const LOCK_TIMEOUT: Duration = Duration::from_millis(100);

/// Two meet here once one of them has all locks, and again.
static ALL_LOCKED: Barrier = Barrier::new(2);

/// An operation that is killed, and what there is before.
struct Scenario {
    name: &'static str,
    prepare: fn(&mut Session),
    act: fn(&mut Session),
    policies: &'static [Policy],
}

const BOTH: &[Policy] = &[Policy::Evict, Policy::Never];

fn nothing(_: &mut Session) {}

fn fill(session: &mut Session) {
    for at in 0..1200u32 {
        let _ = put(session, format!("fill{at}").as_bytes(), &vec![at as u8; 300 + (at % 7) as usize * 200]);
    }
}

/// Leaves what a writer leaves that was killed at this step.
fn kill_a_writer_at(session: &mut Session, step: &'static str) {
    let segment = Arc::clone(session.segment());
    let child = Child::fork(|_| {
        let mut session = Session::new(segment);
        fault::kill_at(step, 0);
        store_with(&mut session, b"kept3", 900);
        let _ = session.delete(Space::Key, b"victim");
    });
    assert_eq!(child.join(), -libc::SIGKILL, "{step}");
}

/// Somebody else makes reservations and dies.
fn reserve_and_die(session: &Session, reserve: impl FnOnce(&mut Session)) {
    let segment = Arc::clone(session.segment());
    let child = Child::fork(|_| {
        let mut session = Session::new(segment);
        reserve(&mut session);
        // SAFETY: ends this process, before the session gives anything up.
        unsafe { libc::raise(libc::SIGKILL) };
    });
    assert_eq!(child.join(), -libc::SIGKILL);
}

fn use_again(session: &mut Session) {
    store_with(session, b"new", 500);
    let _ = session.segment().stats();
}

/// `kept` entries may be replaced by others of the same contents.
fn store_with(session: &mut Session, key: &[u8], size: usize) {
    let contents = contents(key, size);
    let fill = |out: &mut [u8], _: usize| out.copy_from_slice(&contents);
    let _ = session.store_with(Space::Key, key, 0, 0, size, None, Mode::Put, fill);
}

fn contents(key: &[u8], size: usize) -> Vec<u8> {
    key.iter().copied().cycle().take(size).collect()
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "a first store",
        prepare: nothing,
        act: |session| store_with(session, b"new", 5000),
        policies: BOTH,
    },
    Scenario {
        name: "stores of one key again and again",
        prepare: nothing,
        act: |session| {
            for _ in 0..30 {
                store_with(session, b"kept1", 60);
            }
            session.end_request();
        },
        policies: BOTH,
    },
    Scenario {
        name: "stores of one key in ever other sizes",
        prepare: nothing,
        act: |session| {
            for size in 0..30 {
                store_with(session, b"kept1", 8 + 24 * size);
            }
            session.end_request();
        },
        policies: BOTH,
    },
    Scenario {
        name: "replacing what somebody reads",
        prepare: |session| drop(get(session, b"kept2")),
        act: |session| {
            for size in [100, 4000, 90_000, 100] {
                store_with(session, b"kept2", size);
            }
        },
        policies: BOTH,
    },
    Scenario {
        name: "prepare and commit",
        prepare: nothing,
        act: |session| {
            put(session, b"new", b"value").unwrap();
            put(session, b"new", &[7; 2000]).unwrap();
        },
        policies: BOTH,
    },
    Scenario {
        name: "several at once",
        prepare: nothing,
        act: |session| {
            let draft = |session: &mut Session, key: &[u8]| {
                let mut draft = session.prepare(Space::Key, key, 0, 0, 300, None).unwrap();
                draft.payload_mut().copy_from_slice(&contents(key, 300));
                draft
            };
            let drafts = vec![draft(session, b"kept1"), draft(session, b"new"), draft(session, b"kept9")];
            session.commit_all(drafts).unwrap();
        },
        policies: BOTH,
    },
    Scenario {
        name: "values in place",
        prepare: |session| drop(session.store_inline(Space::Key, b"n", INT, 5, None, Mode::Put)),
        act: |session| {
            session.store_inline(Space::Key, b"n", INT, 6, None, Mode::Put).unwrap();
            session.store_inline(Space::Key, b"m", INT, 6, Some(Duration::from_secs(9)), Mode::Put).unwrap();
            session.store_inline(Space::Key, b"m", INT, 7, None, Mode::Put).unwrap();
            session.increment(b"n", 1, INT).unwrap();
            session.increment(b"new", 1, INT).unwrap();
            session.touch(Space::Key, b"n", Some(Duration::from_secs(9))).unwrap();
        },
        policies: BOTH,
    },
    Scenario {
        name: "lines of their own for what is changed in place",
        prepare: |session| {
            for at in 0..6u8 {
                put(session, &[b'x', at], &vec![1; usize::from(at) * 16]).unwrap();
                session.increment(&[b'n', at], 1, INT).unwrap();
            }
        },
        act: |session| {
            for round in 2..60 {
                for at in 0..6u8 {
                    assert_eq!(session.increment(&[b'n', at], 1, INT).unwrap().value, round);
                }
            }
        },
        policies: BOTH,
    },
    Scenario {
        name: "deleting",
        prepare: nothing,
        act: |session| {
            session.delete(Space::Key, b"victim").unwrap();
            session.delete_prefix(Space::Key, b"vict").unwrap();
        },
        policies: BOTH,
    },
    Scenario {
        name: "clearing",
        prepare: |session| {
            session.reserve(b"new", None).unwrap();
            drop(get(session, b"victim"));
        },
        act: |session| session.clear().unwrap(),
        policies: BOTH,
    },
    Scenario {
        name: "evicting",
        prepare: fill,
        act: |session| {
            for at in 0..20u32 {
                store_with(session, format!("new{at}").as_bytes(), 9000);
            }
        },
        policies: &[Policy::Evict],
    },
    Scenario {
        name: "moving entries out of the way",
        prepare: |session| {
            session.segment().allow_moving(|_, _, _, _, _| true);
            // Fills the segment but for a little, then makes every second block free.
            let mut at = 0u32;
            while session.segment().stats().free > 40_000 {
                put(session, format!("fill{at}").as_bytes(), &[7; 3000]).unwrap();
                at += 1;
            }
            session.end_request();
            for at in (0..at).step_by(2) {
                session.delete(Space::Key, format!("fill{at}").as_bytes()).unwrap();
            }
        },
        act: |session| store_with(session, b"new", 50_000),
        policies: BOTH,
    },
    Scenario {
        name: "running out of memory",
        prepare: fill,
        act: |session| store_with(session, b"new", 900_000),
        policies: &[Policy::Never],
    },
    Scenario {
        name: "meeting what has expired",
        prepare: |session| {
            common::put_for(session, b"old", b"value", Some(Duration::from_secs(1))).unwrap();
            advance_clock(Duration::from_secs(2));
        },
        act: |session| assert!(get(session, b"old").is_none()),
        policies: BOTH,
    },
    Scenario {
        name: "making room of what has expired",
        prepare: |session| {
            for at in 0..40u32 {
                let (key, ttl) = (format!("old{at}"), Duration::from_secs(u64::from(at % 2) * 100 + 1));
                common::put_for(session, key.as_bytes(), &[1; 100], Some(ttl)).unwrap();
            }
            advance_clock(Duration::from_secs(2));
        },
        act: |session| {
            store_with(session, b"new", 500);
            session.touch(Space::Key, b"old1", Some(Duration::from_secs(1))).unwrap();
            advance_clock(Duration::from_secs(2));
            for at in 0..20u8 {
                store_with(session, &[at], 600);
            }
            assert!(session.segment().stats().expired > 0);
        },
        policies: BOTH,
    },
    Scenario {
        name: "reserving",
        prepare: nothing,
        act: |session| {
            session.reserve(b"new", None).unwrap();
            session.release(b"new").unwrap();
            session.reserve(b"kept1", None).unwrap();
            store_with(session, b"kept1", 300);
            session.reserve(b"new", Some(Duration::from_secs(5))).unwrap();
            session.reserve(b"other", None).unwrap();
            session.end_request();
        },
        policies: BOTH,
    },
    Scenario {
        name: "giving back what refused stores left",
        prepare: nothing,
        act: |session| {
            let segment = Arc::clone(session.segment());
            let draft = session.prepare(Space::Key, b"draft", 0, 0, 300, None).unwrap();
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    // An audit takes the arenas' locks, then all shards', and changes nothing.
                    fault::act_at("lock: taken", 2 + 256 - 1, || _ = (ALL_LOCKED.wait(), ALL_LOCKED.wait()));
                    segment.audit().unwrap();
                });
                ALL_LOCKED.wait();
                segment.set_lock_timeout(Duration::from_millis(2));
                drop(draft);
                segment.set_lock_timeout(LOCK_TIMEOUT);
                ALL_LOCKED.wait();
            });
            session.end_request();
        },
        policies: BOTH,
    },
    Scenario {
        name: "many readers",
        prepare: nothing,
        act: |session| {
            let open = || Session::new(Arc::clone(session.segment()));
            let mut readers: Vec<_> = std::iter::repeat_with(open).take(12).collect();
            readers.iter_mut().for_each(|reader| drop(get(reader, b"kept0")));
        },
        policies: BOTH,
    },
    Scenario {
        name: "repairing a replacement",
        prepare: |session| kill_a_writer_at(session, "publish: linked"),
        act: use_again,
        policies: BOTH,
    },
    Scenario {
        name: "repairing before a link changed",
        prepare: |session| kill_a_writer_at(session, "publish: superseded"),
        act: use_again,
        policies: BOTH,
    },
    Scenario {
        name: "repairing a removal",
        prepare: |session| kill_a_writer_at(session, "delete: unlinked"),
        act: use_again,
        policies: BOTH,
    },
    Scenario {
        name: "repairing an allocation",
        prepare: |session| kill_a_writer_at(session, "allocate: tail written"),
        act: use_again,
        policies: BOTH,
    },
    Scenario {
        name: "repairing where a holder of reservations died as well",
        prepare: |session| {
            reserve_and_die(session, |session| {
                session.reserve(b"reserved", None).unwrap();
                session.reserve(b"leased", Some(Duration::from_secs(5))).unwrap();
            });
            // Before anybody allocates, who would find them as well.
            session.segment().distrust();
        },
        act: use_again,
        policies: BOTH,
    },
    Scenario {
        name: "meeting reservations of somebody who died, and leases that ran out",
        prepare: |session| {
            reserve_and_die(session, |session| {
                session.reserve(b"reserved", None).unwrap();
            });
            session.reserve(b"leased", Some(Duration::from_secs(1))).unwrap();
            session.end_request();
            advance_clock(Duration::from_secs(2));
        },
        act: |session| {
            // Either arena may have them: so many writes look into both.
            for _ in 0..70 {
                session.increment(b"n", 1, INT).unwrap();
            }
            assert_eq!(session.segment().audit().unwrap().reservations, 0);
        },
        policies: BOTH,
    },
    Scenario {
        name: "taking a dead builder's block back",
        prepare: |session| kill_a_writer_at(session, "store: filled"),
        act: use_again,
        policies: BOTH,
    },
];

/// Entries that no scenario changes the contents of, and readers may fetch whenever they are there.
fn kept() -> impl Iterator<Item = Vec<u8>> {
    (0..10).map(|at| format!("kept{at}").into_bytes())
}

fn segment_for(scenario: &Scenario, policy: Policy) -> (Arc<Segment>, Session) {
    let segment = Segment::create(&config(SIZE, policy)).unwrap();
    segment.set_lock_timeout(LOCK_TIMEOUT);
    let mut session = Session::new(Arc::clone(&segment));
    for key in kept() {
        store_with(&mut session, &key, 300);
    }
    put(&mut session, b"victim", &[1; 40]).unwrap();
    put(&mut session, b"victim2", &[2; 4000]).unwrap();
    (scenario.prepare)(&mut session);
    (segment, session)
}

/// Steps inside a lock: a death there must be repaired.
fn is_locked(step: &str) -> bool {
    let parts =
        ["allocate:", "free:", "retire:", "reclaim:", "evict:", "delete:", "keep:", "release:", "reserve:"];
    parts.iter().any(|part| step.starts_with(part))
        || ["publish: live", "publish: superseded", "publish: linked", "clear: locked"].contains(&step)
}

#[test]
fn a_death_at_any_step_loses_nothing_but_the_store_in_flight() {
    let mut reached = BTreeSet::new();
    let mut deaths = 0;
    for scenario in SCENARIOS {
        for &policy in scenario.policies {
            for (step, times) in steps_of(scenario, policy) {
                reached.insert(step);
                // The first time, the last, and one between.
                for occurrence in BTreeSet::from([0, times / 2, times - 1]) {
                    deaths += u32::from(survive(scenario, policy, step, occurrence));
                }
            }
        }
    }
    let missed: Vec<_> = fault::STEPS.iter().filter(|step| !reached.contains(*step)).collect();
    assert!(missed.is_empty(), "no scenario reaches {missed:?}");
    let unknown: Vec<_> =
        reached.iter().filter(|step| !fault::STEPS.contains(step) && !fault::WAITS.contains(step)).collect();
    assert!(unknown.is_empty(), "not in the list of steps: {unknown:?}");
    assert!(deaths > 1000, "{deaths} deaths only");
    println!("survived {deaths} deaths at {} steps", reached.len());
}

/// Which steps the scenario reaches, and how often each.
fn steps_of(scenario: &Scenario, policy: Policy) -> BTreeMap<&'static str, usize> {
    let (segment, _holder) = segment_for(scenario, policy);
    let mut session = Session::new(segment);
    fault::record();
    (scenario.act)(&mut session);
    drop(session);
    let mut steps = BTreeMap::new();
    for step in fault::recorded() {
        *steps.entry(step).or_default() += 1;
    }
    steps
}

/// Whether the process died there at all: hashes differ from segment to segment, so the last occurrence may not be reached.
fn survive(scenario: &Scenario, policy: Policy, step: &'static str, occurrence: usize) -> bool {
    let what = format!("{} ({policy:?}), killed at \"{step}\" #{occurrence}", scenario.name);
    let (segment, mut holder) = segment_for(scenario, policy);
    let held = holder.fetch(Space::Key, b"kept0");
    let before = segment.stats().recoveries;
    let child = Child::fork(|_| {
        let mut session = Session::new(Arc::clone(&segment));
        fault::kill_at(step, occurrence);
        (scenario.act)(&mut session);
        drop(session);
    });
    let ended = child.join();
    if ended == 0 {
        return false;
    }
    assert_eq!(ended, -libc::SIGKILL, "{what}");

    // The next operation succeeds at once.
    let mut session = Session::new(Arc::clone(&segment));
    session.delete(Space::Key, b"victim2").unwrap_or_else(|error| panic!("{what}: {error}"));
    session.increment(b"alive", 1, INT).unwrap_or_else(|error| panic!("{what}: {error}"));
    let audit = segment.audit().unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(audit.building, 0, "{what}");
    let stats = segment.stats();
    assert_eq!(stats.entries, audit.entries, "{what}");
    assert!(!is_locked(step) || stats.recoveries > before, "{what}: no repair");

    // What was committed is whole; what is held does not change.
    let may_go = policy == Policy::Evict || scenario.name == "clearing";
    for key in kept() {
        match get(&mut session, &key) {
            Some(found) => assert_eq!(found, contents(&key, found.len()), "{what}"),
            None => assert!(may_go, "{what}: lost {}", String::from_utf8_lossy(&key)),
        }
    }
    if let Some(held) = held {
        assert_eq!(holder.payload(&held).unwrap(), contents(b"kept0", 300), "{what}");
    }

    // No memory is lost, no reservation stays.
    session.end_request();
    holder.end_request();
    assert!(session.reserve(b"other", None).unwrap(), "{what}");
    session.clear().unwrap();
    drop((session, holder));
    let stats = segment.stats();
    assert_eq!((stats.used, stats.retired, stats.entries), (0, 0, 0), "{what}: {stats:?}");
    segment.audit().unwrap_or_else(|error| panic!("{what}, cleared: {error}"));
    true
}

#[test]
fn a_block_is_not_its_last_builders_when_the_next_one_dies() {
    let segment = Segment::create(&config(SIZE, Policy::Never)).unwrap();
    let mut session = Session::new(Arc::clone(&segment));
    // Given up: the block is free, and its bytes still name this session, which lives on.
    drop(session.prepare(Space::Key, b"draft", 0, 0, 900, None).unwrap());
    let child = Child::fork(|_| {
        let mut session = Session::new(Arc::clone(&segment));
        fault::kill_at("allocate: done", 0);
        store_with(&mut session, b"draft", 900);
    });
    assert_eq!(child.join(), -libc::SIGKILL);
    store_with(&mut session, b"next", 100);
    assert_eq!(segment.audit().unwrap().building, 0, "the dead one's block is lost");
}
