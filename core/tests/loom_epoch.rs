//! The reader protocol, explored exhaustively: run by `scripts/test-core`.
//!
//! Each model has a block that is *in use* while a reader may look at it and *reused* when the reclaimer thinks
//! nobody does. Reusing it while it is in use fails the model. `scripts/test-mutations` weakens the code at each place
//! that a model is about and checks that the model notices.
#![cfg(loom)]

use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use loom::thread;
use static_cache_core::epoch::{Copies, EpochClock, Glance, Reader, Slotless, Survey, begin_filling};

const OLD: u64 = 16;
const NEW: u64 = 32;

/// A reader with its pin list.
struct Slot {
    reader: Reader,
    pins: Vec<AtomicU64>,
}

impl Slot {
    fn new(pins: usize) -> Self {
        Self { reader: Reader::new(), pins: (0..pins).map(|_| AtomicU64::new(0)).collect() }
    }
}

struct Model {
    clock: EpochClock,
    slotless: Slotless,
    copies: Copies,
    slots: Vec<Slot>,
    /// The index: one link.
    link: AtomicU64,
    /// Whether the old block was given to somebody else.
    reused: AtomicBool,
    /// Stamp of the old block once it is on the retired stack; 0: it is not.
    stack: AtomicU64,
}

impl Model {
    fn new(slots: &[usize]) -> Arc<Self> {
        Arc::new(Self {
            clock: EpochClock::new(),
            slotless: Slotless::new(),
            copies: Copies::new(),
            slots: slots.iter().map(|pins| Slot::new(*pins)).collect(),
            link: AtomicU64::new(OLD),
            reused: AtomicBool::new(false),
            stack: AtomicU64::new(0),
        })
    }

    /// Looks up and keeps; returns the block that was found.
    fn fetch(&self) -> u64 {
        let slot = &self.slots[0];
        slot.reader.enter(&self.clock);
        let found = self.link.load(Ordering::Acquire);
        if !slot.reader.pin(&slot.pins, found) {
            slot.reader.hold();
        }
        slot.reader.leave();
        found
    }

    fn survey(&self) -> Survey {
        Survey::of_all(&std::sync::Arc::default(), &self.slotless, &self.copies, || {
            self.slots.iter().map(|slot| (&slot.reader, &slot.pins[..]))
        })
    }

    fn replace(&self) -> u64 {
        self.link.store(NEW, Ordering::Release);
        self.clock.advance()
    }

    /// Reuses the old block, retired at `stamp`, if nobody can look at it.
    fn reclaim(&self, stamp: u64) -> bool {
        let free = self.survey().is_free(OLD, stamp);
        if free {
            self.reused.store(true, Ordering::Relaxed);
        }
        free
    }

    /// What a session with a recycler does: it judges what it retired itself.
    fn replace_and_reclaim(&self) -> bool {
        let stamp = self.replace();
        self.reclaim(stamp)
    }

    fn check(&self, found: u64) {
        assert!(found == NEW || !self.reused.load(Ordering::Relaxed), "a block in use was reused");
    }
}

fn writer(model: &Arc<Model>) -> thread::JoinHandle<bool> {
    let model = model.clone();
    thread::spawn(move || model.replace_and_reclaim())
}

fn fetch_against_replace(pins: usize, others: u64) {
    loom::model(move || {
        let model = Model::new(&[pins]);
        for other in 0..others {
            assert!(model.slots[0].reader.pin(&model.slots[0].pins, 1000 + other));
        }
        let writer = writer(&model);
        let found = model.fetch();
        model.check(found);
        let reused = writer.join().unwrap();
        assert!(found == NEW || !reused, "a block in use was reused");
        // What was held until now can go once the request ends.
        model.slots[0].reader.release();
        let stamp = model.clock.advance();
        assert!(model.survey().is_free(OLD, stamp));
    });
}

#[test]
fn a_pinned_block_is_not_reused() {
    fetch_against_replace(1, 0);
}

#[test]
fn a_block_held_by_epoch_is_not_reused() {
    fetch_against_replace(0, 0);
}

#[test]
fn a_block_fetched_with_a_full_pin_list_is_not_reused() {
    fetch_against_replace(1, 1);
}

#[test]
fn what_is_kept_outlasts_the_operations_that_follow() {
    for pins in [0, 2] {
        loom::model(move || {
            let model = Model::new(&[pins]);
            let writer = writer(&model);
            let found = model.fetch();
            model.slots[0].reader.enter(&model.clock);
            model.check(found);
            model.slots[0].reader.leave();
            let reused = writer.join().unwrap();
            assert!(found == NEW || !reused, "a block in use was reused");
        });
    }
}

#[test]
fn a_block_is_not_reused_during_an_operation_that_pins_nothing() {
    loom::model(|| {
        let model = Model::new(&[1]);
        let writer = writer(&model);
        model.slots[0].reader.enter(&model.clock);
        let found = model.link.load(Ordering::Acquire);
        model.check(found);
        model.slots[0].reader.leave();
        writer.join().unwrap();
    });
}

#[test]
fn two_requests_in_one_slot_keep_their_own() {
    loom::model(|| {
        let model = Model::new(&[1]);
        let writer = writer(&model);
        model.fetch();
        model.slots[0].reader.release();
        let found = model.fetch();
        model.check(found);
        let reused = writer.join().unwrap();
        assert!(found == NEW || !reused, "a block in use was reused");
    });
}

#[test]
fn a_reader_without_a_slot_blocks_reuse() {
    loom::model(|| {
        let model = Model::new(&[]);
        let writer = writer(&model);
        model.slotless.enter();
        let found = model.link.load(Ordering::Acquire);
        model.check(found);
        model.slotless.leave();
        writer.join().unwrap();
    });
}

#[test]
fn who_reclaims_need_not_be_who_retired() {
    // Retired blocks are pushed on a stack under a shard's lock and taken from it under the heap's.
    loom::model(|| {
        let model = Model::new(&[1]);
        let retiring = model.clone();
        let retiring = thread::spawn(move || {
            let stamp = retiring.replace();
            retiring.stack.store(stamp, Ordering::Release);
        });
        let reclaiming = model.clone();
        let reclaiming = thread::spawn(move || {
            let stamp = reclaiming.stack.swap(0, Ordering::Acquire);
            stamp != 0 && reclaiming.reclaim(stamp)
        });
        let found = model.fetch();
        model.check(found);
        retiring.join().unwrap();
        let reused = reclaiming.join().unwrap();
        assert!(found == NEW || !reused, "a block in use was reused");
    });
}

#[test]
fn a_session_fills_again_what_it_replaced_only_when_nobody_looks() {
    // The recycler: the block is written again in place, and becomes the entry once more.
    loom::model(|| {
        let model = Model::new(&[1]);
        let halves = Arc::new([AtomicU64::new(1), AtomicU64::new(1)]);
        let writer = {
            let (model, halves) = (model.clone(), halves.clone());
            thread::spawn(move || {
                let stamp = model.replace();
                if model.survey().is_free(OLD, stamp) {
                    halves[0].store(2, Ordering::Relaxed);
                    halves[1].store(2, Ordering::Relaxed);
                    model.link.store(OLD, Ordering::Release);
                    model.clock.advance();
                }
            })
        };
        if model.fetch() == OLD {
            let first = halves[0].load(Ordering::Relaxed);
            assert_eq!(first, halves[1].load(Ordering::Relaxed), "a payload changed while it was kept");
        }
        writer.join().unwrap();
    });
}

/// Before a fork: the child's slot takes over what the parent's keeps, then the parent's request ends. The block was
/// replaced long ago. The order of the slots is the order in which the survey looks.
fn copy_against_reclaim(parent: usize, child: usize, parent_pins: usize, child_pins: usize) {
    loom::model(move || {
        let mut pins = [0; 2];
        (pins[parent], pins[child]) = (parent_pins, child_pins);
        let model = Model::new(&pins);
        let (from, to) = (&model.slots[parent], &model.slots[child]);
        from.reader.enter(&model.clock);
        if !from.reader.pin(&from.pins, OLD) {
            from.reader.hold();
        }
        from.reader.leave();
        let stamp = model.replace();
        let reclaiming = model.clone();
        let reclaiming = thread::spawn(move || reclaiming.reclaim(stamp));
        to.reader.copy_from(&to.pins, &from.reader, &from.pins, &model.copies);
        from.reader.release();
        model.check(OLD);
        assert!(!reclaiming.join().unwrap(), "a block that the child uses was reused");
        to.reader.release();
        assert!(model.reclaim(stamp));
    });
}

#[test]
fn a_forked_child_keeps_what_its_parent_had_pinned() {
    copy_against_reclaim(0, 1, 1, 1);
    copy_against_reclaim(1, 0, 1, 1);
}

#[test]
fn a_forked_child_keeps_what_its_parent_held() {
    copy_against_reclaim(0, 1, 0, 0);
    copy_against_reclaim(1, 0, 0, 0);
}

#[test]
fn a_forked_child_without_a_pin_list_holds_what_its_parent_had_pinned() {
    copy_against_reclaim(0, 1, 1, 0);
    copy_against_reclaim(1, 0, 1, 0);
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

#[test]
fn who_has_seen_the_new_entry_finds_the_old_one_superseded() {
    // The rule that `Hit::is_current` stands on: marked first, then the link; read in the opposite order.
    loom::model(|| {
        let superseded = Arc::new(AtomicU64::new(0));
        let link = Arc::new(AtomicU64::new(OLD));
        // Another request, which tells this one what it has seen.
        let told = Arc::new(AtomicBool::new(false));
        let writer = {
            let (superseded, link) = (superseded.clone(), link.clone());
            thread::spawn(move || {
                superseded.store(1, Ordering::Release);
                link.store(NEW, Ordering::Release);
            })
        };
        let other = {
            let (link, told) = (link.clone(), told.clone());
            thread::spawn(move || {
                if link.load(Ordering::Acquire) == NEW {
                    told.store(true, Ordering::Release);
                }
            })
        };
        if told.load(Ordering::Acquire) || link.load(Ordering::Acquire) == NEW {
            assert_eq!(superseded.load(Ordering::Acquire), 1, "a memoised hit is older than a look-up");
        }
        writer.join().unwrap();
        other.join().unwrap();
    });
}

/// A request gives up a single pin and uses its place for another block, while somebody looks at the list.
#[test]
fn a_pin_in_a_place_that_was_given_up_keeps_its_block() {
    loom::model(|| {
        let model = Model::new(&[1]);
        let slot = &model.slots[0];
        assert!(slot.reader.pin(&slot.pins, 1000));
        let writer = writer(&model);
        slot.reader.unpin(&slot.pins, 0);
        slot.reader.enter(&model.clock);
        let found = model.link.load(Ordering::Acquire);
        slot.reader.pin_at(&slot.pins, 0, found);
        slot.reader.leave();
        model.check(found);
        let reused = writer.join().unwrap();
        assert!(found == NEW || !reused, "a block in use was reused");
        slot.reader.unpin(&slot.pins, 0);
        let stamp = model.clock.advance();
        assert!(model.survey().is_free(OLD, stamp));
    });
}

/// A hold ends once what is needed of it has been pinned.
#[test]
fn what_was_held_and_then_pinned_is_not_reused() {
    loom::model(|| {
        let model = Model::new(&[1]);
        let slot = &model.slots[0];
        assert!(slot.reader.pin(&slot.pins, 1000));
        let writer = writer(&model);
        // The list is full.
        let found = model.fetch();
        slot.reader.unpin(&slot.pins, 0);
        slot.reader.pin_at(&slot.pins, 0, found);
        slot.reader.end_hold();
        model.check(found);
        let reused = writer.join().unwrap();
        assert!(found == NEW || !reused, "a block in use was reused");
    });
}

/// Whatever was read from a block happens before it is reused, also when its pin alone is given up.
#[test]
fn reading_happens_before_a_single_pin_is_given_up() {
    loom::model(|| {
        let model = Model::new(&[1]);
        let content = Arc::new(loom::cell::UnsafeCell::new(1));
        let (other, stranger) = (model.clone(), content.clone());
        assert!(model.slots[0].reader.pin(&model.slots[0].pins, OLD));
        let writer = thread::spawn(move || {
            if other.replace_and_reclaim() {
                // SAFETY: what the model is about.
                stranger.with_mut(|content| unsafe { *content = 2 });
            }
        });
        // SAFETY: as above.
        assert_eq!(content.with(|content| unsafe { *content }), 1);
        model.slots[0].reader.unpin(&model.slots[0].pins, 0);
        writer.join().unwrap();
    });
}

#[test]
fn a_child_that_is_counted_takes_over_what_its_parents_slot_keeps() {
    loom::model(move || {
        let model = Model::new(&[1]);
        let parent = &model.slots[0];
        parent.reader.enter(&model.clock);
        assert!(parent.reader.pin(&parent.pins, OLD));
        parent.reader.leave();
        let stamp = model.replace();
        let reclaiming = model.clone();
        let reclaiming = thread::spawn(move || reclaiming.reclaim(stamp));
        // As `before_fork` and `move_out` do where no slot is free; then the parent's request ends.
        model.slotless.enter();
        model.copies.count_one();
        parent.reader.release();
        model.check(OLD);
        assert!(!reclaiming.join().unwrap(), "a block that the child uses was reused");
    });
}

/// A reader that nobody waits for looks at a block that one thread takes out and another gives to another key: what it read of that counts
/// only while it was one of the two.
#[test]
fn a_glance_believes_no_key_that_was_never_there() {
    const AGAIN: u64 = OLD | 1;
    loom::model(|| {
        let link = Arc::new(AtomicU64::new(OLD));
        let key = Arc::new([AtomicU64::new(1), AtomicU64::new(1)]);
        let is_free = Arc::new(AtomicBool::new(false));
        let (old, freed) = (link.clone(), is_free.clone());
        let remover = thread::spawn(move || {
            old.store(NEW, Ordering::Release);
            freed.store(true, Ordering::Release);
        });
        let (new, filled) = (link.clone(), key.clone());
        let writer = thread::spawn(move || {
            if is_free.load(Ordering::Acquire) {
                begin_filling();
                filled.iter().for_each(|word| word.store(2, Ordering::Relaxed));
                new.store(AGAIN, Ordering::Release);
            }
        });
        let glance = Glance::at(&link);
        let seen = [&key[1], &key[0]].map(|word| word.load(Ordering::Relaxed));
        if glance.holds() {
            match glance.word() {
                OLD => assert_eq!(seen, [1, 1], "of a block that was taken out"),
                AGAIN => assert_eq!(seen, [2, 2], "of a block that was being filled"),
                _ => {}
            }
        }
        remover.join().unwrap();
        writer.join().unwrap();
    });
}
