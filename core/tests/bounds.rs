//! How much one operation looks at, moves or frees at most, counted in steps, not in time.
//!
//! `cargo test --features fault-injection --test bounds`

mod common;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use common::{Child, INT, alone, get, put, put_for, segment, stop, stopped_at};
use static_cache_core::{Error, Policy, Session, Space, advance_clock, fault};

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
    // Those are due again at the next tick.
    advance_clock(Duration::from_secs(5));
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
fn a_write_is_not_compared_with_all_that_its_request_has_reserved() {
    // Leases must not run out.
    let _alone = alone();
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

thread_local! {
    /// Readers that end one after the other, so that all of what readers keep is something else each time.
    static ENDING: RefCell<Vec<Session>> = const { RefCell::new(Vec::new()) };
}

fn one_ends() {
    if let Some(mut reader) = ENDING.with_borrow_mut(Vec::pop) {
        reader.quiesce();
        fault::act_at("reclaim: stack taken", 0, one_ends);
    }
}

#[test]
fn what_has_to_stay_is_not_looked_at_again_for_each_few_thousand_blocks_that_are_new() {
    let _alone = alone();
    // By a clear, and by a store that finds no memory.
    for clears in [true, false] {
        let segment = segment(8 << 20, Policy::Never);
        let mut session = Session::new(Arc::clone(&segment));
        let mut count = 0u32;
        while put(&mut session, &count.to_ne_bytes(), b"").is_ok() {
            count += 1;
        }
        assert!(count > 50_000, "{count}");
        // Holds whatever is retired from now on.
        let mut holder = Session::new(Arc::clone(&segment));
        for number in 0..3000u32 {
            assert!(holder.fetch(Space::Key, &number.to_ne_bytes()).is_some());
        }
        ENDING.set(
            (0..13u32)
                .map(|number| {
                    let mut reader = Session::new(Arc::clone(&segment));
                    assert!(reader.fetch(Space::Key, &number.to_ne_bytes()).is_some());
                    reader
                })
                .collect(),
        );
        let keys: Vec<_> = if clears { Vec::new() } else { (0..count).map(u32::to_ne_bytes).collect() };
        for key in keys {
            assert!(session.delete(Space::Key, &key).unwrap());
        }
        fault::act_at("reclaim: stack taken", 0, one_ends);
        fault::record();
        if clears {
            session.clear().unwrap();
        } else {
            assert!(put(&mut session, b"large", &[1; 9000]).is_err());
        }
        let steps = fault::recorded();
        let looked = steps.into_iter().filter(|step| *step == "reclaim: one stays").count();
        assert!(ENDING.with_borrow(Vec::is_empty));
        assert!((count as usize..3 * count as usize).contains(&looked), "{looked} looks at {count} blocks");
        drop(holder);
        put(&mut session, b"large", &[1; 7_000_000]).unwrap();
        session.end_request();
        assert_eq!(segment.stats().retired, 0);
        segment.audit().unwrap();
    }
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
fn a_store_into_a_full_cache_does_not_look_at_all_of_it_while_somebody_has_all_locks() {
    let _alone = alone();
    let segment = segment(4 << 20, Policy::Evict);
    let mut session = Session::new(Arc::clone(&segment));
    let mut number = 0u32;
    while segment.stats().evictions < 50 {
        put(&mut session, &number.to_ne_bytes(), &[1; 1500]).unwrap();
        number += 1;
    }
    session.end_request();
    let child = Child::fork(|_| {
        // An audit takes the arenas' locks, one after the other, then all shards', and changes nothing.
        fault::act_at("lock: taken", 2 + 256 - 1, stop);
        segment.audit().unwrap();
    });
    child.wait_until_stopped();
    segment.set_lock_timeout(Duration::from_millis(20));
    let evicted = segment.stats().evictions;
    for _ in 0..5 {
        fault::record();
        let refused = put(&mut session, b"new", &[1; 1500]);
        let steps = fault::recorded();
        assert!(matches!(refused, Err(Error::LockTimeout { waited_ms: 20 })), "{refused:?}");
        let looked = steps.into_iter().filter(|step| *step == "evict: taken from its queue").count();
        assert!(looked < 1500, "{looked} of {number} looked at");
    }
    assert_eq!(segment.stats().evictions, evicted);
    assert_eq!(child.go_on(), 0);
    segment.set_lock_timeout(Duration::from_secs(5));
    // And what was looked at goes first, as ever.
    let before: Vec<_> = session.keys(Space::Key, b"", 0);
    for number in 0..20u32 {
        put(&mut session, format!("new{number}").as_bytes(), &[1; 1500]).unwrap();
    }
    let left = session.keys(Space::Key, b"", 0);
    let number_of = |key: &Vec<u8>| u32::from_ne_bytes(key[..].try_into().unwrap());
    let mut old: Vec<_> = before.iter().map(number_of).collect();
    old.sort_unstable();
    let gone = before.iter().filter(|key| !left.contains(key)).map(number_of);
    let places: Vec<_> = gone.map(|number| old.binary_search(&number).unwrap()).collect();
    let first = places.iter().filter(|place| **place < 100).count();
    assert!(first >= 15 && first * 4 >= places.len() * 3, "{places:?}");
    session.end_request();
    segment.audit().unwrap();
}

#[test]
fn a_store_into_a_cache_of_popular_entries_does_not_give_all_of_them_another_chance() {
    let segment = segment(4 << 20, Policy::Evict);
    let mut session = Session::new(Arc::clone(&segment));
    let mut count = 0u32;
    while segment.stats().evictions == 0 {
        put(&mut session, &count.to_ne_bytes(), b"").unwrap();
        count += 1;
    }
    assert!(count > 20_000, "{count}");
    for _ in 0..4 {
        for number in 0..count {
            session.fetch(Space::Key, &number.to_ne_bytes());
            session.end_request();
        }
    }
    for number in 0..20u32 {
        fault::record();
        put(&mut session, format!("new{number}").as_bytes(), &[1; 500]).unwrap();
        let looked =
            fault::recorded().into_iter().filter(|step| *step == "evict: taken from its queue").count();
        assert!(looked < 2000, "{looked} of {count} looked at");
    }
    assert!(segment.stats().evictions > 20);
    session.end_request();
    segment.audit().unwrap();
}

#[test]
fn a_large_store_that_pins_leave_no_room_for_does_not_look_at_all_blocks() {
    let segment = segment(4 << 20, Policy::Evict);
    let mut session = Session::new(Arc::clone(&segment));
    let mut count = 0u32;
    while segment.stats().evictions == 0 {
        put(&mut session, &count.to_ne_bytes(), &[1; 100]).unwrap();
        count += 1;
    }
    assert!(count > 10_000, "{count}");
    // One of a hundred is read, and then one of a hundred but for those of a long row.
    for leaves_a_row in [false, true] {
        let mut reader = Session::new(Arc::clone(&segment));
        let is_read = |number: u32| !(leaves_a_row && (3000..9000).contains(&number));
        for number in (100..count).step_by(100).filter(|number| is_read(*number)) {
            assert!(reader.fetch(Space::Key, &number.to_ne_bytes()).is_some());
        }
        let evicted = segment.stats().evictions;
        fault::record();
        let stored = put(&mut session, b"large", &[2; 600_000]);
        let looked = fault::recorded().into_iter().filter(|step| *step == "move: looked at").count();
        if leaves_a_row {
            stored.unwrap();
        } else {
            assert!(matches!(stored, Err(Error::NoMemory { .. })), "{stored:?}");
            assert!(looked < 1000, "{looked} of {count} looked at");
            assert_eq!(segment.stats().evictions, evicted);
        }
    }
    session.end_request();
    segment.audit().unwrap();
}
