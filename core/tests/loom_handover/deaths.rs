//! Deaths in locks, in repairs, and outside of locks.

use loom::sync::Arc;
use loom::sync::atomic::Ordering;
use loom::thread;
use static_cache_core::protocol::{Robust, Taken, clean_up, lives, move_in, reap, try_take};

use super::machine::OWNED;
use super::model;
use super::process::{Deaths, MortalSlot, Process, Shared, mortal};

/// A writer dies in a lock; the next one dies at `step` of the hand-over or the repair; a third one goes on.
fn a_death_and_another(step: &'static str) {
    let (deaths, others) = (Deaths::none(), Deaths::none());
    model(4, move || {
        let shared = Shared::new();
        let first = Process::dying(&shared, "write: half", deaths);
        let second = Process::dying(&shared, step, others);
        let threads = [mortal(first, |process| process.write(0)), mortal(second, |process| process.write(0))];
        let third = Process::new(&shared);
        third.write(0);
        for thread in threads {
            thread.join().unwrap();
        }
        third.write(0);
        third.write(1);
        assert!(!shared.dirty.is_set());
        assert!(shared.repairs.load(Ordering::Relaxed) >= 1);
    });
    deaths.check();
    others.check();
}

#[test]
fn a_death_before_it_was_noted() {
    a_death_and_another("lock: owner died");
}

#[test]
fn a_death_after_it_was_noted() {
    a_death_and_another("lock: marked dirty");
}

#[test]
fn a_death_before_the_repair() {
    a_death_and_another("recover: locked");
}

#[test]
fn a_death_in_the_middle_of_the_repair() {
    a_death_and_another("repair: half");
}

#[test]
fn a_death_before_the_mark_is_cleared() {
    a_death_and_another("recover: repaired");
}

#[test]
fn a_death_after_the_mark_is_cleared() {
    a_death_and_another("recover: clean");
}

#[test]
fn a_repair_has_everything_to_itself() {
    // loom fails this if a repair touches a structure while another thread does.
    let deaths = Deaths::none();
    model(4, move || {
        let shared = Shared::new();
        let first = Process::dying(&shared, "write: half", deaths);
        let second = Process::new(&shared);
        let threads = [mortal(first, |process| process.write(0)), mortal(second, |process| process.write(1))];
        let third = Process::new(&shared);
        third.write(0);
        for thread in threads {
            thread.join().unwrap();
        }
        third.write(1);
        assert!(!shared.dirty.is_set());
    });
    deaths.check();
}

#[test]
fn who_only_tries_a_lock_gets_it_whole_or_not_at_all() {
    let deaths = Deaths::none();
    model(4, move || {
        let shared = Shared::new();
        let first = Process::dying(&shared, "write: half", deaths);
        let dying = mortal(first, |process| process.write(0));
        let second = Process::new(&shared);
        let trying = mortal(second, |second| {
            for _ in 0..2 {
                if let Some(held) = try_take(second, &second.shared.locks[0]) {
                    second.change(0);
                    drop(held);
                }
            }
        });
        dying.join().unwrap();
        trying.join().unwrap();
        Process::new(&shared).write(0);
    });
    deaths.check();
}

/// The calling thread becomes the slot's owner.
fn take_slot(shared: &Arc<Shared>) {
    let _ = shared.slot.life.try_lock();
    move_in(&MortalSlot(&Process::new(shared)));
}

/// The slot's owner died outside of any lock while it built a block.
fn with_a_dead_builder() -> Arc<Shared> {
    let shared = Shared::new();
    take_slot(&shared);
    shared.slot.building.store(1, Ordering::Relaxed);
    shared.building.store(1, Ordering::Relaxed);
    shared.slot.life.die();
    shared
}

/// Nobody else is there any more: whoever needs memory now gets the block.
fn is_given_back(shared: &Arc<Shared>) {
    let last = Process::new(shared);
    reap(&MortalSlot(&last), &shared.dirty);
    last.write(1);
    assert_eq!(shared.building.load(Ordering::Relaxed), 0, "a dead writer's block is lost");
    assert!(!shared.dirty.is_set());
    assert_ne!(shared.slot.generation.load(Ordering::Relaxed), OWNED);
}

#[test]
fn a_block_of_who_died_outside_of_locks_is_given_back() {
    // One cleans the slot up while another repairs for another reason.
    model(5, || {
        let shared = with_a_dead_builder();
        shared.dirty.mark();
        let repairing = Process::new(&shared);
        let repairing = mortal(repairing, |process| process.write(0));
        reap(&MortalSlot(&Process::new(&shared)), &shared.dirty);
        repairing.join().unwrap();
        is_given_back(&shared);
    });
}

#[test]
fn a_block_is_given_back_when_who_cleans_up_dies() {
    let deaths = Deaths::none();
    model(3, move || {
        let shared = with_a_dead_builder();
        shared.dirty.mark();
        let cleaning = Process::dying(&shared, "slot: cleaning up", deaths);
        let cleaning = mortal(cleaning, |cleaning| reap(&MortalSlot(cleaning), &cleaning.shared.dirty));
        Process::new(&shared).write(0);
        cleaning.join().unwrap();
        is_given_back(&shared);
    });
    deaths.check();
}

#[test]
fn a_block_whose_builder_lives_is_left_alone() {
    model(5, || {
        let shared = Shared::new();
        take_slot(&shared);
        shared.slot.building.store(1, Ordering::Relaxed);
        shared.building.store(1, Ordering::Relaxed);
        shared.dirty.mark();
        let repairing = Process::new(&shared);
        let repairing = mortal(repairing, |process| process.write(0));
        reap(&MortalSlot(&Process::new(&shared)), &shared.dirty);
        repairing.join().unwrap();
        assert_eq!(shared.building.load(Ordering::Relaxed), 1, "a block was taken from who builds it");
        assert_eq!(shared.slot.generation.load(Ordering::Relaxed), OWNED);
    });
}

#[test]
fn who_died_is_dead_to_everybody_also_while_another_cleans_up() {
    // Who asks may die as well. (The owner was another thread: who has its name now is taken for it while it cleans up.)
    let deaths = Deaths::none();
    model(4, move || {
        let shared = thread::spawn(with_a_dead_builder).join().unwrap();
        let ask = |process: &Process| assert!(!lives(&MortalSlot(process), OWNED, &process.shared.dirty));
        let asking = mortal(Process::dying(&shared, "slot: cleaning up", deaths), ask);
        ask(&Process::new(&shared));
        ask(&Process::new(&shared));
        asking.join().unwrap();
    });
    deaths.check();
}

#[test]
fn who_died_is_dead_also_when_another_moves_in() {
    model(4, || {
        let shared = thread::spawn(with_a_dead_builder).join().unwrap();
        let next = shared.clone();
        let next = thread::spawn(move || {
            let process = Process::new(&next);
            if next.slot.life.try_lock() != Taken::Busy {
                clean_up(&MortalSlot(&process), &next.dirty);
                move_in(&MortalSlot(&process));
                assert!(lives(
                    &MortalSlot(&process),
                    next.slot.generation.load(Ordering::Relaxed),
                    &next.dirty
                ));
            }
        });
        assert!(!lives(&MortalSlot(&Process::new(&shared)), OWNED, &shared.dirty));
        next.join().unwrap();
    });
}
