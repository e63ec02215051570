//! Waiters for what somebody has who releases it, gives its slot back, or dies.

use loom::sync::atomic::{AtomicU32, AtomicU64};
use loom::sync::{Arc, Mutex};
use loom::thread;
use static_cache_core::epoch::Reader;
use static_cache_core::protocol::{
    Bell, Dirty, Promised, Robust, Tenure, clean_up, lives, move_in, wait_turn, watch,
};

use super::futex::{Kernel, WordLock, own_word};
use super::machine::{OWNED, Slot};
use super::model;

impl Tenure for Slot<WordLock> {
    type Life = WordLock;

    fn life(&self) -> &WordLock {
        &self.life
    }

    fn reader(&self) -> &Reader {
        &self.reader
    }

    fn generation(&self) -> &AtomicU32 {
        &self.generation
    }

    fn owner(&self) -> &AtomicU32 {
        &self.owner
    }

    fn building(&self) -> &AtomicU64 {
        &self.building
    }

    fn kept(&self) -> &AtomicU64 {
        &self.kept
    }

    fn promised(&self) -> &Promised {
        &self.promised
    }

    fn answers(&self, _by: u64) -> bool {
        unreachable!("nothing is promised")
    }

    fn now(&self) -> u64 {
        1
    }

    fn wake_watchers(&self) {
        self.life.kernel.wake(&self.generation, usize::MAX);
    }

    fn reached(&self, _step: &'static str) {}
}

/// Keys of two shards, reserved by the owner of one slot.
struct Reservations {
    shards: Vec<(Mutex<bool>, Bell)>,
    holder: Slot<WordLock>,
    dirty: Dirty,
    kernel: Arc<Kernel>,
}

impl Reservations {
    fn new(shards: usize) -> Arc<Self> {
        let kernel = Arc::new(Kernel::new());
        let life = WordLock { word: AtomicU32::new(own_word()), kernel: kernel.clone() };
        let holder = Slot::new(life);
        move_in(&holder);
        Arc::new(Self {
            shards: (0..shards).map(|_| (Mutex::new(true), Bell::new())).collect(),
            holder,
            dirty: Dirty::new(),
            kernel,
        })
    }

    /// What a store does whose key another has reserved.
    fn wait(&self, shard: usize) {
        let (reserved, bell) = &self.shards[shard];
        let guard = wait_turn(
            || reserved.lock().map_err(drop),
            |reserved| reserved.then_some((bell, ())),
            |bell, seen, ()| {
                self.kernel.wait(&[(bell.word(), seen)]);
                Ok(())
            },
        );
        assert!(!*guard.unwrap());
    }

    /// The same where the holder may have died.
    fn wait_for_mortal(&self, shard: usize) {
        let (reserved, bell) = &self.shards[shard];
        let guard = wait_turn(
            || {
                let mut reserved = reserved.lock().map_err(drop)?;
                if *reserved && !lives(&self.holder, OWNED, &self.dirty) {
                    *reserved = false;
                    bell.ring(|word| self.kernel.wake(word, usize::MAX));
                }
                Ok(reserved)
            },
            |reserved| reserved.then_some((bell, ())),
            |bell, seen, ()| {
                if let Some(now) = watch(&self.holder.life.word) {
                    let life = (&self.holder.life.word, now);
                    self.kernel.wait(&[(bell.word(), seen), life, (&self.holder.generation, OWNED)]);
                }
                Ok::<_, ()>(())
            },
        );
        assert!(!*guard.unwrap());
    }

    fn release(&self, shard: usize) {
        let (reserved, bell) = &self.shards[shard];
        let mut reserved = reserved.lock().unwrap();
        *reserved = false;
        bell.ring(|word| self.kernel.wake(word, usize::MAX));
    }
}

#[test]
fn nobody_sleeps_through_the_end_of_a_reservation() {
    // A lost wake-up is a deadlock, which loom reports.
    model(3, || {
        let all = Reservations::new(1);
        let waiters: Vec<_> = (0..2)
            .map(|_| {
                let all = all.clone();
                thread::spawn(move || all.wait(0))
            })
            .collect();
        all.release(0);
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
}

#[test]
fn nobody_sleeps_through_the_death_of_a_holder() {
    // The kernel wakes one of those who watch; each of them waits for another key of the dead one. When the first one has
    // cleaned up, letting go of the life lock wakes a second one: three are needed to see that all are woken, and that
    // nobody falls asleep on a life lock that is only held to clean up.
    model(2, || {
        let all = Reservations::new(3);
        let waiters: Vec<_> = (0..3)
            .map(|shard| {
                let all = all.clone();
                thread::spawn(move || all.wait_for_mortal(shard))
            })
            .collect();
        all.holder.life.die();
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
}

#[test]
fn a_slot_given_back_in_order_is_cleaned_without_a_repair() {
    model(3, || {
        let all = Reservations::new(1);
        let waiter = {
            let all = all.clone();
            thread::spawn(move || all.wait_for_mortal(0))
        };
        // As at a session's end: the generation changes before the lock is let go.
        clean_up(&all.holder, &all.dirty);
        // SAFETY: the word says that it is held, by us.
        unsafe { all.holder.life.unlock() };
        waiter.join().unwrap();
        assert!(!all.dirty.is_set());
    });
}
