//! Drafts that outlive the session, the request or the process that made them, or meet a segment that is not theirs.

use std::sync::Arc;

use static_cache_core::{Error, Mode, Policy, Segment, SegmentConfig, Session, Space, Stored};

mod common;
use common::{Child, alone, config, end_of, get, put, segment};

fn key(number: u64) -> Vec<u8> {
    format!("k{number}").into_bytes()
}

/// Stores entries that say what they must be, in sessions of their own and in one.
fn fill(segment: &Arc<Segment>) {
    let mut session = Session::new(Arc::clone(segment));
    for number in 0..50 {
        put(&mut session, &key(number), &[7; 1000]).unwrap();
        put(&mut Session::new(Arc::clone(segment)), &key(50 + number), &[7; 1000]).unwrap();
    }
}

fn check(segment: &Arc<Segment>) {
    let mut session = Session::new(Arc::clone(segment));
    for number in 0..100 {
        assert_eq!(get(&mut session, &key(number)), Some(vec![7; 1000]), "entry {number}");
    }
    session.end_request();
    segment.audit().unwrap();
}

#[test]
fn a_draft_outlives_its_session() {
    let _alone = alone();
    let segment = segment(1 << 20, Policy::Evict);
    let mut session = Session::new(Arc::clone(&segment));
    let mut draft = session.prepare(Space::Key, b"draft", 0, 0, 1000, None).unwrap();
    drop(session);
    fill(&segment);
    draft.payload_mut().fill(0xEE);
    check(&segment);
    let mut other = Session::new(Arc::clone(&segment));
    assert_eq!(other.commit(draft, Mode::Put).unwrap(), Stored::Stored);
    assert_eq!(get(&mut other, b"draft"), Some(vec![0xEE; 1000]));
    assert_eq!(segment.stats().recoveries, 0, "nobody had to clean up");
}

#[test]
fn a_draft_outlives_the_request_of_a_slot_without_a_pin_list() {
    let _alone = alone();
    let config = SegmentConfig { readers: 1, ..config(1 << 20, Policy::Never) };
    let segment = Segment::create(&config).unwrap();
    let mut with_list = Session::new(Arc::clone(&segment));
    put(&mut with_list, b"a", &[1; 10]).unwrap();
    let mut light = Session::new(Arc::clone(&segment));
    let mut draft = light.prepare(Space::Key, b"draft", 0, 0, 1000, None).unwrap();
    light.end_request();
    fill(&segment);
    draft.payload_mut().fill(0xEE);
    check(&segment);
    drop(draft);
    drop((with_list, light));
    check(&segment);
    assert_eq!(segment.stats().recoveries, 0, "nobody had to clean up");
}

#[test]
fn a_draft_in_a_forked_child_is_nothing() {
    let _alone = alone();
    let segment = segment(1 << 20, Policy::Evict);
    let mut session = Session::new(Arc::clone(&segment));
    let mut drafts: Vec<_> = (0..4)
        .map(|number| Some(session.prepare(Space::Key, &key(1000 + number), 0, 0, 1000, None).unwrap()))
        .collect();
    let child = Child::fork(|_| {
        assert!(drafts[0].as_mut().unwrap().payload_mut().is_empty());
        drop(drafts[0].take());
        assert!(matches!(session.commit(drafts[1].take().unwrap(), Mode::Put), Err(Error::Config(_))));
        let ours = session.prepare(Space::Key, b"child", 0, 0, 10, None).unwrap();
        let all = vec![ours, drafts[2].take().unwrap(), drafts[3].take().unwrap()];
        let (error, draft) = session.commit_all(all).unwrap_err();
        assert!(matches!(error, Error::Config(_)) && draft.is_some());
        assert!(!session.exists(Space::Key, b"child"));
    });
    assert_eq!(child.join(), 0);
    fill(&segment);
    for draft in drafts.iter_mut().flatten() {
        draft.payload_mut().fill(0xEE);
    }
    check(&segment);
    for draft in drafts.iter_mut().filter_map(Option::take) {
        session.commit(draft, Mode::Put).unwrap();
    }
    assert_eq!(get(&mut session, &key(1003)), Some(vec![0xEE; 1000]));
    session.end_request();
    check(&segment);
    drop(session);
    // What the slot says that its owner builds is right again: nobody has to look for blocks of a dead one.
    fill(&segment);
    assert_eq!(segment.stats().recoveries, 0);
}

#[test]
fn who_forks_while_it_fills_an_entry_stores_it_once() {
    let _alone = alone();
    let segment = segment(1 << 20, Policy::Evict);
    let mut session = Session::new(Arc::clone(&segment));
    let mut child = 0;
    let stored = session.store_with(Space::Key, b"x", 0, 0, 1000, None, Mode::Put, |out, _| {
        out.fill(3);
        // SAFETY: the child uses the library only and exits below.
        child = unsafe { libc::fork() };
        if child != 0 {
            assert_eq!(end_of(child), 0);
        }
    });
    if child == 0 {
        let refused = matches!(stored, Err(Error::Config(_)));
        let goes_on = put(&mut session, b"child", &[1; 10]).is_ok();
        // SAFETY: ends this process.
        unsafe { libc::_exit(i32::from(!refused || !goes_on)) };
    }
    assert_eq!(stored.unwrap(), Stored::Stored);
    assert_eq!(get(&mut session, b"x"), Some(vec![3; 1000]));
    assert_eq!(get(&mut session, b"child"), Some(vec![1; 10]));
    session.end_request();
    assert_eq!(segment.stats().entries, 2);
    fill(&segment);
    check(&segment);
}

#[test]
fn a_draft_of_another_segment_is_refused() {
    let _alone = alone();
    let (one, two) = (segment(1 << 20, Policy::Evict), segment(1 << 20, Policy::Evict));
    fill(&one);
    fill(&two);
    let (mut first, mut second) = (Session::new(Arc::clone(&one)), Session::new(Arc::clone(&two)));
    let mut draft = |key: &[u8]| {
        let mut draft = first.prepare(Space::Key, key, 0, 0, 5000, None).unwrap();
        draft.payload_mut().fill(1);
        draft
    };
    assert!(matches!(second.commit(draft(b"a"), Mode::Put), Err(Error::Config(_))));
    let ours = second.prepare(Space::Key, b"b", 0, 0, 10, None).unwrap();
    let (error, refused) = second.commit_all(vec![ours, draft(b"c")]).unwrap_err();
    assert!(matches!(error, Error::Config(_)));
    assert_eq!(refused.as_ref().map(|draft| draft.key()), Some(&b"c"[..]));
    drop(refused);
    for key in [b"a", b"b", b"c"] {
        assert!(!first.exists(Space::Key, key) && !second.exists(Space::Key, key));
    }
    drop((first, second));
    check(&one);
    check(&two);
}
