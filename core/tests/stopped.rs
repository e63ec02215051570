//! Writers and readers that are stopped in the middle of something, and live: whom they delay, and for how long.
//!
//! `cargo test --features fault-injection --test stopped`

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{
    Child, alone, get, let_the_reader_begin, put, put_for, segment, stop, stopped_at, stopped_reader,
    stopped_storing,
};
use static_cache_core::{Error, Policy, Segment, Session, Space, advance_clock, fault};

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

/// A child that is stopped with the lock of an arena.
fn stopped_in_arena(segment: &Arc<Segment>, arena: usize) -> Child {
    let child = Child::fork(|_| {
        segment.set_lock_timeout(Duration::from_millis(20));
        // An audit begins with the arenas' locks, one after the other.
        fault::act_at("lock: taken", arena, stop);
        let _ = segment.audit();
    });
    child.wait_until_stopped();
    child
}

/// Two that are stopped, each with an arena's lock, and a third that stores a small value. All are known to be stopped.
fn both_arenas_stopped(segment: &Arc<Segment>, stops_in_arena: bool) -> ([Child; 2], Child) {
    let second = stopped_in_arena(segment, 1);
    let first = stopped_in_arena(segment, 0);
    segment.set_lock_timeout(Duration::from_millis(20));
    let mut session = Session::new(Arc::clone(segment));
    let refused = put(&mut session, b"new", &[7; 50]);
    assert!(matches!(refused, Err(Error::LockTimeout { waited_ms: 20 })), "{refused:?}");
    // Longer than it takes.
    segment.set_lock_timeout(Duration::from_secs(20));
    let storing = Child::fork(|_| {
        let mut session = Session::new(Arc::clone(segment));
        if stops_in_arena {
            fault::act_at("reclaim: stack taken", 0, stop);
        }
        put(&mut session, b"new", &[7; 50]).unwrap();
    });
    ([first, second], storing)
}

#[test]
fn whichever_arena_is_let_go_first_is_used_by_who_waits_for_both() {
    for goes_on in [0, 1] {
        let segment = segment(1 << 20, Policy::Never);
        let ([first, second], mut storing) = both_arenas_stopped(&segment, false);
        storing.wait_until_asleep();
        let (goes_on, stays) = if goes_on == 0 { (first, second) } else { (second, first) };
        assert_eq!(goes_on.go_on(), 0);
        assert_eq!(storing.join(), 0);
        assert_eq!(stays.go_on(), 0);
        segment.audit().unwrap();
    }
}

#[test]
fn memory_is_short_only_when_both_arenas_were_looked_at() {
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    for len in [100_000, 10_000, 1_000, 100, 0] {
        let key = |number: u32| format!("{len}-{number}").into_bytes();
        let mut numbers = 0..;
        while put(&mut session, &key(numbers.next().unwrap()), &vec![1; len]).is_ok() {}
    }
    let second = segment.regions().into_iter().find(|(name, _)| *name == "second arena").unwrap().1;
    let view = segment.read_only_range().start;
    for key in session.keys(Space::Key, b"", 0) {
        let at = session.fetch(Space::Key, &key).unwrap().payload_address() - view;
        session.end_request();
        if second.contains(&at) {
            assert!(session.delete(Space::Key, &key).unwrap());
        }
    }
    session.end_request();
    let ([first, second], storing) = both_arenas_stopped(&segment, true);
    // Now the one that stores sees that the first is full.
    assert_eq!(first.go_on(), 0);
    storing.wait_until_stopped();
    assert_eq!(second.go_on(), 0);
    assert_eq!(storing.go_on(), 0);
    assert_eq!(get(&mut session, b"new").unwrap(), [7; 50]);
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
fn a_dead_holder_holds_nothing_also_where_somebody_is_stopped_who_found_it_dead() {
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    assert!(session.reserve(b"ours", None).unwrap());
    let mut holder = Child::fork(|line| {
        let mut theirs = Session::new(Arc::clone(&segment));
        assert!(theirs.reserve(b"k", None).unwrap());
        line.tell(1);
        line.wait();
    });
    holder.wait();
    holder.kill();
    let finder = stopped_at(&segment, "slot: owner is gone");
    assert!(session.reserve(b"k", None).unwrap(), "reserved by a dead one");
    assert!(!Session::new(Arc::clone(&segment)).reserve(b"ours", None).unwrap());
    drop(session);
    assert_eq!(finder.go_on(), 0);
    segment.audit().unwrap();
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
        child.wait_until_stopped();
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
    let reader = stopped_reader(&segment, Some(b"tiny"));
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
        let reader = stopped_reader(&segment, begins_later.then_some(b"deleted"));
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

thread_local! {
    /// Who goes on in the middle of what this test's thread does.
    static STOPPED: std::cell::Cell<Option<Child>> = const { std::cell::Cell::new(None) };
}

fn let_the_stopped_one_go_on() {
    let child = STOPPED.take().unwrap();
    assert_eq!(child.go_on(), 0);
}

/// A full segment but for two holes on both sides of `first`, two of `other`, and a smaller one where either has a place. `first`, which
/// is smaller, is being changed by the child, which is stopped.
fn two_windows() -> (Arc<Segment>, Session, Child) {
    let segment = segment(1 << 20, Policy::Never);
    segment.allow_moving(|_, _, _, _, _| true);
    let mut session = Session::new(Arc::clone(&segment));
    let mut holes = Vec::new();
    for (number, (key, len)) in [("first", 10_000), ("other", 12_000)].into_iter().enumerate() {
        holes.extend([format!("hole {number}"), format!("another {number}")]);
        put(&mut session, holes[2 * number].as_bytes(), &[1; 60_000]).unwrap();
        put(&mut session, key.as_bytes(), &vec![1; len]).unwrap();
        put(&mut session, holes[2 * number + 1].as_bytes(), &[1; 60_000]).unwrap();
        // Finds no other place.
        put(&mut session, format!("wall {number}").as_bytes(), &[1; 100_000]).unwrap();
    }
    holes.push("place".into());
    put(&mut session, b"place", &[1; 13_000]).unwrap();
    for len in [100_000, 20_000, 10_000, 1_000, 100, 0] {
        let key = |number: u32| format!("{len} {number}").into_bytes();
        let mut numbers = 0..;
        while put(&mut session, &key(numbers.next().unwrap()), &vec![1; len]).is_ok() {}
    }
    for hole in holes {
        assert!(session.delete(Space::Key, hole.as_bytes()).unwrap());
    }
    session.end_request();
    let child = Child::fork(|_| {
        fault::act_at("touch: changed", 0, stop);
        Session::new(Arc::clone(&segment)).touch(Space::Key, b"first", None).unwrap();
    });
    child.wait_until_stopped();
    (segment, session, child)
}

#[test]
fn a_store_that_moves_waits_for_who_is_changing_an_entry() {
    let (segment, mut session, child) = two_windows();
    // The other window will not do.
    let mut reader = Session::new(Arc::clone(&segment));
    assert!(reader.fetch(Space::Key, b"other").is_some());
    STOPPED.set(Some(child));
    fault::act_at("move: gives way", 0, let_the_stopped_one_go_on);
    put(&mut session, b"large", &[1; 125_000]).unwrap();
    drop(reader);
    assert_eq!(get(&mut session, b"first").unwrap(), [1; 10_000]);
    session.end_request();
    segment.audit().unwrap();
}

#[test]
fn a_store_leaves_a_window_out_where_somebody_is_stopped() {
    loop {
        let (segment, mut session, child) = two_windows();
        segment.set_lock_timeout(Duration::from_millis(20));
        // Unless both are of the same shard, of 256.
        if session.touch(Space::Key, b"other", None).is_ok() {
            put(&mut session, b"large", &[1; 125_000]).unwrap();
            assert_eq!(child.go_on(), 0);
            session.end_request();
            return segment.audit().map(drop).unwrap();
        }
    }
}
