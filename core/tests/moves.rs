//! What others do to entries while these are moved out of a store's way, or do instead of that; and how often it is tried.
//!
//! `cargo test --features fault-injection --test moves`

mod common;

use std::cell::RefCell;
use std::sync::Arc;

use common::{get, let_the_reader_begin, put, segment, stopped_reader};
use static_cache_core::{Draft, Error, Mode, Policy, Relocate, Segment, Session, Space, fault};

const LEN: usize = 1000;
/// Of so many entries that lie in a row every third one stays.
const ROW: u32 = 300;

fn row() -> impl Iterator<Item = u32> {
    (1..ROW).step_by(3)
}

/// Another session, and what it does to the row while the entries in it are about to be moved.
struct Other {
    session: Session,
    drafts: Vec<Draft>,
    act: fn(&mut Self),
}

impl Other {
    /// Each goes.
    fn delete(&mut self) {
        for number in row() {
            assert!(self.session.delete(Space::Key, &number.to_ne_bytes()).unwrap());
        }
    }

    /// Some of their blocks are in the keeping of the one who replaced them.
    fn replace(&mut self) {
        for draft in self.drafts.drain(..) {
            self.session.commit(draft, Mode::Put).unwrap();
        }
    }

    /// And some hold others by now, or will.
    fn replace_and_use_again(&mut self) {
        self.replace();
        for number in 0..3 {
            put(&mut self.session, &[b'a', number], &[3; LEN]).unwrap();
            let draft = self.session.prepare(Space::Key, &[b'b', number], 0, 0, LEN, None).unwrap();
            self.drafts.push(draft);
        }
    }
}

thread_local! {
    static OTHER: RefCell<Option<Other>> = const { RefCell::new(None) };
}

fn act() {
    OTHER.with_borrow_mut(|other| {
        let other = other.as_mut().unwrap();
        (other.act)(other);
    });
}

#[test]
fn what_leaves_a_window_by_itself_is_no_damage() {
    let acts: [fn(&mut Other); 3] = [Other::delete, Other::replace, Other::replace_and_use_again];
    for (at, act_of_other) in acts.into_iter().enumerate() {
        for policy in [Policy::Never, Policy::Evict] {
            let segment = segment(8 << 20, policy);
            segment.allow_moving(|_, _, _, _, _| true);
            let mut session = Session::new(Arc::clone(&segment));
            let mut other = Session::new(Arc::clone(&segment));
            let draft = |number: u32| {
                let mut draft = other.prepare(Space::Key, &number.to_ne_bytes(), 0, 0, LEN, None).unwrap();
                draft.payload_mut().fill(2);
                draft
            };
            // What is replaced first is kept: blocks all over the row.
            let drafts = (0..8).flat_map(|first| row().skip(first).step_by(8)).map(draft).collect();
            let mut count = 0u32;
            while segment.stats().free > 200 * LEN as u64 {
                put(&mut session, &count.to_ne_bytes(), &[1; LEN]).unwrap();
                count += 1;
            }
            // What is left is a place for what has to be moved, and too small for what is wanted.
            let rest = segment.stats().largest_free as usize - 40 * LEN;
            put(&mut session, b"rest", &vec![1; rest]).unwrap();
            for number in (0..ROW).filter(|number| number % 3 != 1) {
                assert!(session.delete(Space::Key, &number.to_ne_bytes()).unwrap());
            }
            session.end_request();
            OTHER.set(Some(Other { session: other, drafts, act: act_of_other }));
            fault::act_at("move: window listed", 0, act);
            fault::record();
            let stored = put(&mut session, b"large", &[4; 100 * LEN]);
            assert!(fault::recorded().contains(&"move: window listed"), "{at} {policy:?}");
            if at == 0 {
                stored.unwrap();
            }
            session.end_request();
            // A repair that is due is done by whoever takes a lock.
            put(&mut session, &1u32.to_ne_bytes(), b"next").unwrap();
            assert_eq!(segment.stats().recoveries, 0, "{at} {policy:?}: nobody died");
            assert_eq!(get(&mut session, &1u32.to_ne_bytes()).unwrap(), b"next");
            session.end_request();
            OTHER.set(None);
            segment.audit().unwrap();
        }
    }
}

const LONG: usize = 12_000;
/// What one of those takes, about.
const BLOCK: u64 = LONG as u64 + 200;
const SIZE: usize = 8 << 20;
/// Only the large arena has room for a large value, so what the other has is of no use to it.
const SECOND_ARENA: u64 = SIZE as u64 / 16;

/// A segment that evicts and was full; every third entry is gone again. And what is free in it.
fn in_pieces(relocate: Relocate) -> (Arc<Segment>, Session, u64) {
    let segment = segment(SIZE, Policy::Evict);
    segment.allow_moving(relocate);
    let mut session = Session::new(Arc::clone(&segment));
    let mut count = 0u32;
    while segment.stats().free > 100_000 {
        put(&mut session, &count.to_ne_bytes(), &[1; LONG]).unwrap();
        count += 1;
    }
    for number in (0..count).step_by(3) {
        session.delete(Space::Key, &number.to_ne_bytes()).unwrap();
    }
    session.quiesce();
    let free = segment.stats().free;
    (segment, session, free)
}

fn count_of(steps: &[&str], step: &str) -> u64 {
    steps.iter().filter(|seen| **seen == step).count() as u64
}

#[test]
fn moving_that_is_of_no_use_is_tried_a_few_times_and_not_at_each_victim() {
    let (segment, mut session, free) = in_pieces(|_, _, _, _, _| false);
    let (before, wanted) = (segment.stats().evictions, free * 6 / 10);
    fault::record();
    put(&mut session, b"large", &vec![4; wanted as usize]).unwrap();
    let steps = fault::recorded();
    let evicted = count_of(&steps, "evict: retired");
    // A part in the usual order, then what is in the way of one window.
    assert!(evicted * BLOCK < wanted * 97 / 100, "{evicted} went for {wanted} of {free}");
    assert_eq!(evicted, segment.stats().evictions - before);
    let (tries, looks) = (count_of(&steps, "move: window listed"), count_of(&steps, "move: looked at"));
    assert!(evicted > 50 && tries <= 16 && looks <= 4000, "{tries} windows, {looks} looks");
    session.end_request();
    segment.audit().unwrap();
}

#[test]
fn a_reader_stopped_in_a_look_up_does_not_make_a_large_value_evict_what_it_then_cannot_have() {
    // Of what is free, in tenths: enough is free, or a part is missing.
    for (step, tenths) in [("move: copied", 7), ("evict: taken from its queue", 12)] {
        let (segment, mut session, free) = in_pieces(|_, _, _, _, _| true);
        let wanted = free * tenths / 10;
        put(&mut session, b"tiny", b"").unwrap();
        let reader = stopped_reader(&segment, Some(b"tiny"));
        let before = segment.stats().evictions;
        fault::act_at(step, 0, let_the_reader_begin);
        for _ in 0..3 {
            let stored = put(&mut session, b"large", &vec![4; wanted as usize]);
            assert!(matches!(stored, Err(Error::NoMemory { .. })), "{stored:?}");
        }
        let evicted = (segment.stats().evictions - before) * BLOCK;
        let most = wanted.saturating_sub(free) + SECOND_ARENA + wanted / 4;
        assert!(evicted <= most, "{step}: {evicted} went for {wanted} of {free}");
        assert_eq!(reader.go_on(), 0);
        put(&mut session, b"large", &vec![4; wanted as usize]).unwrap();
        session.end_request();
        segment.audit().unwrap();
    }
}
