//! Pins that are given up while the request goes on: by searching this very process.

use std::hint::black_box;
use std::time::{Duration, Instant};

use static_cache_core::{
    Hit, Mode, Policy, Segment, SegmentConfig, Session, Space, advance_clock, release_unreferenced,
};

mod common;

fn segment(readers: u32) -> std::sync::Arc<Segment> {
    segment_of(4 << 20, readers)
}

fn segment_of(size: usize, readers: u32) -> std::sync::Arc<Segment> {
    let config = SegmentConfig { name: "relief", size, policy: Policy::Never, readers, abi_tag: 0 };
    Segment::create(&config).expect("memory")
}

/// One test at a time, since the process is searched by one thread at a time; and as if it were long ago that it was.
fn rested() -> std::sync::MutexGuard<'static, ()> {
    let alone = common::alone();
    advance_clock(Duration::from_secs(3600));
    alone
}

/// Each test looks for addresses of its own segment only, but stacks and registers are those of the thread: what a test
/// computes, it computes in functions of its own.
#[inline(never)]
fn store(session: &mut Session, key: &[u8], value: &[u8]) {
    let mut draft = session.prepare(Space::Key, key, 0, 0, value.len(), None).expect("room");
    draft.payload_mut().copy_from_slice(value);
    session.commit(draft, Mode::Put).expect("stored");
}

/// Stores, after a search if that is what it takes.
#[inline(never)]
fn store_or_search(session: &mut Session, key: &[u8], value: &[u8]) {
    if session.prepare(Space::Key, key, 0, 0, value.len(), None).is_err() {
        assert!(session.needs_relief_for_store());
        search(session);
    }
    store(session, key, value);
}

#[inline(never)]
fn fetch(session: &mut Session, key: &[u8]) -> Hit {
    session.fetch(Space::Key, key).expect("there")
}

/// Fetches without leaving an address anywhere but where the stack is used again.
#[inline(never)]
fn fetch_and_forget(session: &mut Session, key: &[u8]) {
    // The place of the result is used again by the next one.
    let hit = fetch(session, key);
    // SAFETY: just fetched.
    black_box(unsafe { hit.tag() });
}

#[inline(never)]
fn search(session: &mut Session) -> bool {
    let skip = session.segment().views();
    release_unreferenced([Some(session), None], || skip.to_vec())
}

fn value(number: usize) -> Vec<u8> {
    number.to_string().into_bytes().repeat(300)
}

/// What a hit leads to.
#[inline(never)]
fn payload(hit: &Hit) -> Vec<u8> {
    // SAFETY: pinned, which is what is tested: if it were not, the bytes would be others, in memory that stays mapped.
    unsafe { std::slice::from_raw_parts(hit.payload_address() as *const u8, hit.payload_len()).to_vec() }
}

#[test]
fn what_is_still_known_somewhere_stays_and_the_rest_goes() {
    let _alone = rested();
    let mut session = Session::new(segment(4));
    for readers in [4, 1] {
        // With one reader, the second session has no pin list: with anything known, all stays.
        let segment = segment(readers);
        let mut first = Session::new(segment.clone());
        store(&mut first, b"k", b"a");
        fetch_and_forget(&mut first, b"k");
        let mut session = Session::new(segment.clone());
        let mut kept = Vec::new();
        for number in 0..200 {
            store(&mut session, b"k", &value(number));
            if number % 50 == 0 {
                kept.push((number, Box::new(fetch(&mut session, b"k"))));
            } else {
                fetch_and_forget(&mut session, b"k");
            }
        }
        let before = segment.stats().retired;
        assert!(!search(&mut session));
        // What one of them needs is a multiple of this in all; some may be found by traces.
        store(&mut session, b"other", b"");
        let after = segment.stats().retired;
        if readers == 4 {
            assert!(after < before / 4, "{before} {after}");
        } else {
            assert!(after >= before / 2, "{before} {after}");
        }
        for round in 0..200 {
            store(&mut session, b"churn", &vec![round as u8; 3000]);
            for (number, hit) in &kept {
                assert_eq!(payload(hit), value(*number));
            }
        }
        // Places of pins that were given up are used again, and kept apart.
        for number in 200..300 {
            store(&mut session, b"k", &value(number));
            kept.push((number, Box::new(fetch(&mut session, b"k"))));
        }
        assert!(!search(&mut session));
        for round in 0..200 {
            store(&mut session, b"churn", &vec![round as u8; 3000]);
        }
        for (number, hit) in &kept {
            assert_eq!(payload(hit), value(*number));
        }
        drop(kept);
        session.end_request();
        drop(session);
        first.end_request();
        store(&mut first, b"k", b"b");
        first.flush();
        assert_eq!(segment.stats().active_readers, 0);
    }
    // One that keeps nothing keeps nothing.
    assert!(search(&mut session));
}

/// A value in its entry has no address that could be looked for.
#[test]
fn hits_from_before_a_search_are_ended() {
    let _alone = rested();
    let segment = segment(4);
    let mut session = Session::new(segment.clone());
    let inline = session.prepare(Space::Key, b"inline", 7, 8, 0, None).expect("room");
    session.commit(inline, Mode::Put).expect("stored");
    store(&mut session, b"k", &value(1));
    let (inline, kept) = (fetch(&mut session, b"inline"), Box::new(fetch(&mut session, b"k")));
    assert_eq!((session.tag(&inline), session.bits(&inline)), (Some(7), Some(8)));
    assert!(!search(&mut session));
    for hit in [&inline, &*kept] {
        assert_eq!((session.tag(hit), session.bits(hit), session.payload(hit)), (None, None, None));
    }
    assert_eq!(payload(&kept), value(1));
    let again = fetch(&mut session, b"inline");
    assert_eq!(session.bits(&again), Some(8));
}

#[test]
fn more_than_a_pin_list_has_room_for() {
    let _alone = rested();
    let segment = segment(4);
    let mut session = Session::new(segment.clone());
    store(&mut session, b"kept", &value(7));
    // Beyond 2,048 pins everything is held.
    for number in 0..3000 {
        store(&mut session, b"k", &value(number % 10));
        fetch_and_forget(&mut session, b"k");
        if number % 400 == 399 && segment.stats().retired > 2 << 20 {
            search(&mut session);
        }
    }
    // The last to be fetched is held by epoch, unless the list had room again.
    let kept = Box::new(fetch(&mut session, b"kept"));
    for number in 0..3000u32 {
        // Ints take no memory that somebody could have the address of.
        let key = number.to_le_bytes();
        let draft = session.prepare(Space::Key, &key, 0, 0, 0, None).expect("room");
        session.commit(draft, Mode::Put).expect("stored");
        fetch_and_forget(&mut session, &key);
    }
    assert!(segment.stats().overflow_readers > 0 || segment.stats().active_readers > 0);
    assert!(!search(&mut session));
    store(&mut session, b"kept", b"");
    for round in 0..2000 {
        store(&mut session, b"churn", &vec![round as u8; 3000]);
    }
    assert_eq!(payload(&kept), value(7));
    drop(kept);
}

#[test]
fn a_search_is_asked_for_by_old_requests_that_keep_much_and_not_all_the_time() {
    let _alone = rested();
    let segment = segment(4);
    let mut session = Session::new(segment.clone());
    let mut asked = 0;
    let began = Instant::now();
    let mut number = 0;
    // What is kept is a hundredth of the memory in each round, so without searches it were full after a hundred.
    while asked < 3 || number < 1000 {
        number += 1;
        // Searches rest for as long as they took, so where they take long all of it may be full before the next one.
        store_or_search(&mut session, b"k", &vec![number as u8; 40_000]);
        fetch_and_forget(&mut session, b"k");
        if session.may_need_relief() && session.needs_relief() {
            assert!(asked > 0 || number >= 12 || began.elapsed() >= Duration::from_millis(250), "too young");
            asked += 1;
            search(&mut session);
        }
        // A job takes a while.
        std::thread::sleep(Duration::from_millis(if number < 60 { 5 } else { 1 }));
        assert!(began.elapsed() < Duration::from_secs(60), "asked {asked} times in {number} rounds");
    }
}

/// Replaces a value until more than half of the memory is in use, though replaced.
#[expect(clippy::vec_box, reason = "none of them moves when there are more")]
fn in_use(session: &mut Session) -> Vec<Box<Hit>> {
    (0..60u8)
        .map(|number| {
            store(session, b"k", &vec![number; 40_000]);
            Box::new(fetch(session, b"k"))
        })
        .collect()
}

/// More than half of the memory is in use, though replaced: searches that find only that are few, whatever is replaced meanwhile.
#[test]
fn what_was_found_in_use_is_not_looked_for_at_each_fetch() {
    let _alone = rested();
    const ROUNDS: usize = 400;
    let segment = segment(4);
    let mut session = Session::new(segment.clone());
    let kept = in_use(&mut session);
    let mut searches = 0;
    for number in 0..ROUNDS {
        let value = vec![number as u8; 40_000];
        if session.prepare(Space::Key, b"k", 0, 0, value.len(), None).is_err() {
            assert!(session.needs_relief_for_store());
            searches += 1;
            search(&mut session);
        }
        store(&mut session, b"k", &value);
        fetch_and_forget(&mut session, b"k");
        if session.may_need_relief() && session.needs_relief() {
            searches += 1;
            search(&mut session);
        }
    }
    assert!(segment.stats().retired > 2 << 20, "in use");
    // One for each 13, and what the time allows.
    assert!(searches > 0 && searches < ROUNDS / 4, "{searches}");
    for (number, hit) in kept.iter().enumerate() {
        assert_eq!(payload(hit), vec![number as u8; 40_000]);
    }
}

/// What has been found in use a moment ago is no reason for another search by each store that fails.
#[test]
fn what_was_found_in_use_is_not_looked_for_by_each_store() {
    let _alone = rested();
    let segment = segment(4);
    let mut session = Session::new(segment.clone());
    let mut kept = in_use(&mut session);
    search(&mut session);
    let mut searches = 0;
    for number in 0..100u32 {
        // Fetched after the search, and in use as well: more than is worth a look, but it has not been replaced.
        store(&mut session, &number.to_le_bytes(), &[7; 9000]);
        kept.push(Box::new(fetch(&mut session, &number.to_le_bytes())));
        assert!(session.prepare(Space::Key, b"large", 0, 0, 2 << 20, None).is_err());
        if session.needs_relief_for_store() {
            searches += 1;
            search(&mut session);
        }
    }
    assert!(searches < 25, "{searches}");
    black_box(kept);
}

/// Of a request that keeps very many values, each further fetch costs what the first one did.
#[test]
fn what_is_kept_is_not_counted_at_each_fetch() {
    let _alone = rested();
    const VALUES: u32 = 150_000;
    let segment = segment_of(64 << 20, 4);
    let mut session = Session::new(segment.clone());
    for number in 0..VALUES {
        store(&mut session, &number.to_le_bytes(), &[7; 16]);
    }
    // Somebody else's work, which nobody keeps so far.
    let mut other = Session::new(segment.clone());
    let began = Instant::now();
    for number in 0..VALUES {
        fetch_and_forget(&mut session, &number.to_le_bytes());
        if number % 64 == 0 {
            store(&mut other, b"replaced", &vec![7; 4000]);
        }
        if session.may_need_relief() {
            session.needs_relief();
        }
    }
    // Looking at all that is kept each time takes minutes.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn a_requests_first_value_is_no_reason_to_look() {
    let _alone = rested();
    let segment = segment(4);
    let mut session = Session::new(segment.clone());
    for _ in 0..2 {
        for key in [b"table".as_slice(), b"small"] {
            store(&mut session, key, &vec![7; if key == b"table" { 1 << 20 } else { 100 }]);
            fetch_and_forget(&mut session, key);
            assert!(!session.may_need_relief());
        }
        // The next one is, if it is large enough.
        store(&mut session, b"next", &vec![7; 1 << 17]);
        fetch_and_forget(&mut session, b"next");
        assert!(session.may_need_relief());
        session.end_request();
    }
}

/// A request that found no slot free, and holds back everything, takes one when there is one.
#[test]
fn a_request_without_a_slot_takes_one_later() {
    let _alone = rested();
    let segment = segment(1);
    let mut crowd: Vec<Session> = Vec::new();
    let mut writer = Session::new(segment.clone());
    store(&mut writer, b"k", b"first");
    fetch_and_forget(&mut writer, b"k");
    // The writer has the only slot with a list; these take all others.
    while segment.stats().overflow_readers < 1023 {
        let mut session = Session::new(segment.clone());
        fetch_and_forget(&mut session, b"k");
        crowd.push(session);
    }
    let mut late = Session::new(segment.clone());
    store(&mut late, b"k", &value(1));
    let kept = Box::new(fetch(&mut late, b"k"));
    assert_eq!(segment.stats().overflow_readers, 1024);
    // All others end.
    drop(crowd);
    drop(writer);
    assert!(!search(&mut late));
    let figures = segment.stats();
    assert_eq!((figures.overflow_readers, figures.active_readers), (0, 1));
    for number in 0..3000u32 {
        store(&mut late, b"k", &value(number as usize));
    }
    assert_eq!(payload(&kept), value(1));
    assert!(segment.stats().retired < 1 << 20);
}
