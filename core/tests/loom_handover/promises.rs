//! Promises of a fork whose parent or child dies.

use std::time::Duration;

use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use loom::thread;
use static_cache_core::epoch::Reader;
use static_cache_core::protocol::{
    Adopted, Dirty, LONGEST, Promised, Robust, Taken, Tenure, adopt, break_promise, leave, lives, move_in,
    reap,
};

use super::machine::{Lock, OWNED, Slot};
use super::model;

/// A slot that a parent keeps for a forked child, and the parent's own.
struct Family<L> {
    parent: Slot<Lock>,
    promised: Slot<L>,
    dirty: Dirty,
}

const PARENT: u64 = 1 << 32;
const CHILD: u64 = 2 << 32;

impl<L: Robust> Family<L> {
    /// The calling thread is the parent, and about to let go.
    fn new(life: L) -> Arc<Self> {
        let family = Self { parent: Slot::new(Lock::new()), promised: Slot::new(life), dirty: Dirty::new() };
        let _ = family.parent.life.try_lock();
        let _ = family.promised.life.try_lock();
        assert!(family.promised.reader.pin(&[AtomicU64::new(0)], 16));
        move_in(&family.at(0));
        family.promised.promised.make(PARENT);
        Arc::new(family)
    }

    fn at(&self, now: u64) -> At<'_, L> {
        At { family: self, now }
    }

    /// Looks for dead ones, now and when whoever is found dead has been so for long.
    fn reap(&self) {
        for now in [1, 1 + LONGEST, 1 + 2 * LONGEST] {
            reap(&self.at(now), &self.dirty);
        }
    }

    fn adopt(&self) -> Adopted {
        adopt(&self.at(1), OWNED, CHILD, Duration::MAX, &self.dirty)
    }

    fn keeps(&self) -> bool {
        self.promised.reader.keeps_anything()
    }

    fn let_go(&self) {
        // SAFETY: by the thread that made the family.
        unsafe { self.promised.life.unlock() };
    }
}

/// The promised slot at some time.
struct At<'a, L> {
    family: &'a Family<L>,
    now: u64,
}

impl<L: Robust> Tenure for At<'_, L> {
    type Life = L;

    fn life(&self) -> &L {
        &self.family.promised.life
    }

    fn reader(&self) -> &Reader {
        &self.family.promised.reader
    }

    fn generation(&self) -> &AtomicU32 {
        &self.family.promised.generation
    }

    fn owner(&self) -> &AtomicU32 {
        &self.family.promised.owner
    }

    fn building(&self) -> &AtomicU64 {
        &self.family.promised.building
    }

    fn kept(&self) -> &AtomicU64 {
        &self.family.promised.kept
    }

    fn promised(&self) -> &Promised {
        &self.family.promised.promised
    }

    fn answers(&self, by: u64) -> bool {
        let parent = &self.family.parent;
        by == CHILD || (by == PARENT && parent.life.is_held())
    }

    fn now(&self) -> u64 {
        self.now
    }

    fn wake_watchers(&self) {}

    fn reached(&self, _step: &'static str) {}
}

#[test]
fn a_child_has_what_was_kept_or_knows_that_it_has_not() {
    // The parent dies after it let go; the child comes at any time.
    model(4, || {
        let family = Family::new(Lock::new());
        let reaping = family.clone();
        let reaper = thread::spawn(move || reaping.reap());
        let child = family.clone();
        let child = thread::spawn(move || match child.adopt() {
            Adopted::Ours => {
                assert!(child.keeps(), "what a child keeps is gone");
                reap(&child.at(99), &child.dirty);
                assert!(child.keeps(), "what a child keeps is taken away");
                true
            }
            Adopted::Kept => unreachable!("it waits for the lock"),
            Adopted::Broken => false,
        });
        family.let_go();
        family.parent.life.die();
        reaper.join().unwrap();
        let has = child.join().unwrap();
        assert_eq!(has, family.keeps(), "kept for nobody, or taken from somebody");
    });
}

#[test]
fn a_promise_stands_while_the_parent_lives() {
    model(4, || {
        let family = Family::new(Lock::new());
        let reaping = family.clone();
        let reaper = thread::spawn(move || reaping.reap());
        let child = family.clone();
        let child = thread::spawn(move || assert_eq!(child.adopt(), Adopted::Ours));
        family.let_go();
        reaper.join().unwrap();
        child.join().unwrap();
        assert!(family.keeps());
    });
}

#[test]
fn a_child_lives_to_everybody_from_the_fork_on() {
    // Another looks for dead ones meanwhile, and has the lock now and then.
    model(4, || {
        let family = Family::new(Lock::new());
        let reaping = family.clone();
        let reaper = thread::spawn(move || reap(&reaping.at(1), &reaping.dirty));
        let child = family.clone();
        let adopted = Arc::new(AtomicBool::new(false));
        let has_adopted = adopted.clone();
        let child = thread::spawn(move || {
            assert_eq!(child.adopt(), Adopted::Ours);
            has_adopted.store(true, Ordering::Release);
        });
        family.let_go();
        if adopted.load(Ordering::Acquire) {
            assert!(lives(&family.at(1), OWNED, &family.dirty), "the dead have blocks");
        }
        reaper.join().unwrap();
        child.join().unwrap();
        assert!(lives(&family.at(1), OWNED, &family.dirty));
        assert!(family.keeps());
    });
}

#[test]
fn nothing_stays_of_a_family_that_died() {
    // The child is dead; the parent takes its promise back, or dies where another has the slot's lock at that moment.
    model(4, || {
        let family = Family::new(Lock::new());
        let reaping = family.clone();
        let reaper = thread::spawn(move || reap(&reaping.at(1), &reaping.dirty));
        family.let_go();
        if !break_promise(&family.at(1), OWNED, &family.dirty) {
            family.parent.life.die();
        }
        reaper.join().unwrap();
        family.reap();
        assert!(!family.keeps(), "held back by the dead");
        assert!(!family.promised.promised.is_made());
    });
}

/// A lock that the child does not wait for.
struct Impatient(Lock);

impl Robust for Impatient {
    fn try_lock(&self) -> Taken {
        self.0.try_lock()
    }

    fn lock(&self, _limit: Duration) -> Taken {
        self.0.try_lock()
    }

    unsafe fn unlock(&self) {
        // SAFETY: passed on.
        unsafe { self.0.unlock() };
    }

    fn holder(&self) -> Option<u32> {
        self.0.holder()
    }
}

#[test]
fn a_child_that_cannot_have_the_lock_has_what_was_kept_until_it_leaves() {
    model(4, || {
        let family = Family::new(Impatient(Lock::new()));
        let reaping = family.clone();
        let reaper = thread::spawn(move || reaping.reap());
        let child = family.clone();
        let child = thread::spawn(move || {
            let adopted = child.adopt();
            match adopted {
                Adopted::Ours => assert!(child.keeps(), "what a child keeps is gone"),
                Adopted::Kept => {
                    assert!(child.keeps(), "what a child keeps is gone");
                    leave(&child.at(1));
                }
                Adopted::Broken => {}
            }
            adopted
        });
        family.let_go();
        family.parent.life.die();
        reaper.join().unwrap();
        let adopted = child.join().unwrap();
        family.reap();
        assert_eq!(family.keeps(), adopted == Adopted::Ours);
        assert!(!family.promised.promised.is_made());
    });
}
