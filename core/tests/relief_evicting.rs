//! Memory that is full of what one request has fetched: not replaced, and not to be evicted while it is pinned.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use static_cache_core::{Hit, Policy, Segment, Session, Space, advance_clock, fault, release_unreferenced};

mod common;
use common::{numbered, put};

/// As if it were long ago that the process was searched.
fn rested() -> std::sync::MutexGuard<'static, ()> {
    let alone = common::alone();
    advance_clock(Duration::from_secs(3600));
    alone
}

/// A segment that is full, and the numbers of what is in it.
fn full(len: usize) -> (Arc<Segment>, Vec<u32>) {
    let segment = common::segment(4 << 20, Policy::Evict);
    let mut session = Session::new(segment.clone());
    let mut count = 0;
    while segment.stats().evictions == 0 {
        put(&mut session, &numbered(count), &vec![count as u8; len]).unwrap();
        count += 1;
    }
    // Both arenas.
    let all = 2 * count;
    while count < all || segment.stats().largest_free >= len as u64 {
        put(&mut session, &numbered(count), &vec![count as u8; len]).unwrap();
        count += 1;
    }
    let there = (0..count).filter(|number| session.exists(Space::Key, &numbered(*number))).collect();
    (segment, there)
}

/// Leaves no address anywhere but where the stack is used again.
#[inline(never)]
fn fetch_and_forget(session: &mut Session, number: u32) {
    let hit = session.fetch(Space::Key, &numbered(number)).expect("there");
    // SAFETY: just fetched.
    black_box(unsafe { hit.tag() });
}

#[inline(never)]
fn search(session: &mut Session) {
    let skip = session.segment().views();
    release_unreferenced([Some(session), None], || skip.to_vec());
}

/// Another one's store, in a function of its own.
#[inline(never)]
fn stores(session: &mut Session, number: u32, len: usize) -> bool {
    put(session, &numbered(number), &vec![7; len]).is_ok()
}

/// Fewer than a pin list has room for, and more: then nothing is evicted at all.
const LENGTHS: [usize; 2] = [20_000, 800];

#[test]
fn a_store_that_finds_all_pinned_by_its_own_request_searches() {
    let _alone = rested();
    for len in LENGTHS {
        let (segment, there) = full(len);
        let mut session = Session::new(segment.clone());
        there.iter().for_each(|number| fetch_and_forget(&mut session, *number));
        let before = segment.stats();
        assert_eq!(before.retired, 0, "nothing is replaced");
        assert!(!stores(&mut session, 1_000_000, 40_000), "all of it is pinned");
        assert!(session.needs_relief_for_store());
        search(&mut session);
        for number in 0..100 {
            assert!(stores(&mut session, 1_000_000 + number, 40_000), "{number} of {len}");
        }
        assert!(segment.stats().evictions > before.evictions);
    }
}

/// However it reads: what it has fetched already, once more or from its memory, or what is not there.
#[test]
fn a_reader_is_asked_for_what_others_need() {
    let _alone = rested();
    for (way, len) in (0..3).flat_map(|way| LENGTHS.map(|len| (way, len))) {
        let (segment, there) = full(len);
        let mut reader = Session::new(segment.clone());
        there.iter().for_each(|number| fetch_and_forget(&mut reader, *number));
        // It was asked for nothing so far.
        assert!(reader.count_memo_hit());
        assert!(!reader.may_need_relief() || !reader.needs_relief());
        let mut writer = Session::new(segment.clone());
        assert!(!stores(&mut writer, 1_000_000, 40_000), "all of it is pinned");
        match way {
            0 => fetch_and_forget(&mut reader, there[0]),
            1 => {
                assert!(!reader.count_memo_hit(), "it is to be looked up");
                fetch_and_forget(&mut reader, there[0]);
            }
            _ => assert!(reader.fetch(Space::Key, b"absent").is_none()),
        }
        assert!(reader.may_need_relief() && reader.needs_relief(), "way {way}, {len}");
        search(&mut reader);
        assert!(reader.count_memo_hit(), "once");
        assert!(stores(&mut writer, 1_000_000, 40_000), "way {way}, {len}");
    }
}

/// What is truly in use stays, and a reader is not searched as often as others find no memory.
#[test]
fn what_is_in_use_is_not_looked_for_at_each_store_of_others() {
    let _alone = rested();
    const ROUNDS: u32 = 400;
    let (segment, there) = full(20_000);
    let mut reader = Session::new(segment.clone());
    let fetch = |number: &u32| Box::new(reader.fetch(Space::Key, &numbered(*number)).expect("there"));
    let kept: Vec<Box<Hit>> = there.iter().map(fetch).collect();
    let mut writer = Session::new(segment.clone());
    let mut searches = 0;
    for number in 0..ROUNDS {
        assert!(!stores(&mut writer, 1_000_000 + number, 40_000));
        assert!(!reader.count_memo_hit());
        reader.fetch(Space::Key, &numbered(there[0]));
        if reader.may_need_relief() && reader.needs_relief() {
            searches += 1;
            search(&mut reader);
        }
    }
    assert!((1..ROUNDS / 4).contains(&searches), "{searches}");
    assert!(there.iter().all(|number| writer.exists(Space::Key, &numbered(*number))), "nothing went");
    for (number, hit) in there.iter().zip(&kept) {
        // SAFETY: pinned, which is what is tested: if it were not, the bytes would be others, in memory that stays mapped.
        let value = unsafe { std::slice::from_raw_parts(hit.payload_address() as *const u8, 20_000) };
        assert!(value.iter().all(|byte| *byte == *number as u8), "{number}");
    }
}

/// Where all of the main queue is pinned, what is new makes room for what is newer, and the reader is asked all the same.
#[test]
fn what_is_new_goes_where_all_that_is_older_is_pinned() {
    let _alone = rested();
    let (segment, there) = full(20_000);
    let mut reader = Session::new(segment.clone());
    there.iter().for_each(|number| fetch_and_forget(&mut reader, *number));
    let mut writer = Session::new(segment.clone());
    // All of them go over to the main queue.
    assert!(!stores(&mut writer, 1_000_000, 20_000));
    reader.end_request();
    // Room for less than a small queue is.
    for number in &there[..there.len() / 20] {
        assert!(writer.delete(Space::Key, &numbered(*number)).unwrap());
    }
    there[there.len() / 20..].iter().for_each(|number| fetch_and_forget(&mut reader, *number));
    assert!(reader.fetch(Space::Key, b"absent").is_none());
    reader.needs_relief();
    let before = segment.stats().evictions;
    for number in 0..1000 {
        assert!(stores(&mut writer, 1_000_000 + number, 800), "{number}");
    }
    assert!(segment.stats().evictions > before);
    // What needs many of these does not go through the main queue for each. (The first may find room.)
    fault::record();
    for number in 0..5 {
        assert!(stores(&mut writer, 2_000_000 + number, 20_000), "{number}");
    }
    let taken = fault::recorded().into_iter().filter(|step| *step == "evict: taken from its queue").count();
    assert!((10..20 * there.len()).contains(&taken), "{taken} of {}", there.len());
    assert!(!reader.count_memo_hit());
}
