//! Entries that others replace or delete while they are moved out of a store's way.
//!
//! `cargo test --features fault-injection --test moves`

mod common;

use std::cell::RefCell;
use std::sync::Arc;

use common::{get, put, segment};
use static_cache_core::{Draft, Mode, Policy, Session, Space, fault};

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
