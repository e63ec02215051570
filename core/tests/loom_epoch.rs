//! The reader protocol, explored exhaustively: run by `scripts/test-models`.
//!
//! Each model has a block that is *in use* while a reader may look at it and *reused* when the reclaimer thinks
//! nobody does. Reusing it while it is in use fails the model.
#![cfg(loom)]

use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use loom::thread;
use static_cache_core::epoch::{EpochClock, Reader, Survey};

const OLD: u64 = 16;
const NEW: u64 = 32;

struct Model {
    clock: EpochClock,
    reader: Reader,
    pins: Vec<AtomicU64>,
    /// The index: one link.
    link: AtomicU64,
    /// Whether the old block was given to somebody else.
    reused: AtomicBool,
}

impl Model {
    fn new(pins: usize) -> Self {
        Self {
            clock: EpochClock::new(),
            reader: Reader::new(),
            pins: (0..pins).map(|_| AtomicU64::new(0)).collect(),
            link: AtomicU64::new(OLD),
            reused: AtomicBool::new(false),
        }
    }

    /// Looks up and keeps; returns the block that was found.
    fn fetch(&self) -> u64 {
        self.reader.enter(&self.clock);
        let found = self.link.load(Ordering::Acquire);
        if !self.reader.pin(&self.pins, found) {
            self.reader.hold();
        }
        self.reader.leave();
        found
    }

    /// Replaces the entry and reuses the old block if nobody can look at it.
    fn replace_and_reclaim(&self) -> bool {
        self.link.store(NEW, Ordering::Release);
        let stamp = self.clock.advance();
        let free = Survey::take([(&self.reader, &self.pins[..])].into_iter()).is_free(OLD, stamp);
        if free {
            self.reused.store(true, Ordering::Relaxed);
        }
        free
    }

    fn check(&self, found: u64) {
        assert!(found == NEW || !self.reused.load(Ordering::Relaxed), "a block in use was reused");
    }
}

fn fetch_against_replace(pins: usize) {
    loom::model(move || {
        let model = Arc::new(Model::new(pins));
        let writer = {
            let model = model.clone();
            thread::spawn(move || model.replace_and_reclaim())
        };
        let found = model.fetch();
        model.check(found);
        let reused = writer.join().unwrap();
        assert!(found == NEW || !reused, "a block in use was reused");
        // What was held until now can go once the request ends.
        model.reader.release();
        let stamp = model.clock.advance();
        assert!(Survey::take([(&model.reader, &model.pins[..])].into_iter()).is_free(OLD, stamp));
    });
}

#[test]
fn a_pinned_block_is_not_reused() {
    fetch_against_replace(1);
}

#[test]
fn a_block_held_by_epoch_is_not_reused() {
    fetch_against_replace(0);
}

#[test]
fn a_block_is_not_reused_during_an_operation_that_pins_nothing() {
    loom::model(|| {
        let model = Arc::new(Model::new(1));
        let writer = {
            let model = model.clone();
            thread::spawn(move || model.replace_and_reclaim())
        };
        model.reader.enter(&model.clock);
        let found = model.link.load(Ordering::Acquire);
        model.check(found);
        model.reader.leave();
        writer.join().unwrap();
    });
}

#[test]
fn two_requests_in_one_slot_keep_their_own() {
    loom::model(|| {
        let model = Arc::new(Model::new(1));
        let writer = {
            let model = model.clone();
            thread::spawn(move || model.replace_and_reclaim())
        };
        model.fetch();
        model.reader.release();
        let found = model.fetch();
        model.check(found);
        let reused = writer.join().unwrap();
        assert!(found == NEW || !reused, "a block in use was reused");
    });
}

#[test]
fn what_is_published_is_seen_whole() {
    // The index's rule: everything in a block happens before the link to it can be followed.
    loom::model(|| {
        let payload = Arc::new(AtomicU64::new(0));
        let link = Arc::new(AtomicU64::new(0));
        let writer = {
            let (payload, link) = (payload.clone(), link.clone());
            thread::spawn(move || {
                payload.store(7, Ordering::Relaxed);
                link.store(NEW, Ordering::Release);
            })
        };
        if link.load(Ordering::Acquire) == NEW {
            assert_eq!(payload.load(Ordering::Relaxed), 7);
        }
        writer.join().unwrap();
    });
}
