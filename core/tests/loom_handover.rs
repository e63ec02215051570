//! Locks, slots and waiters whose holders die, explored exhaustively: run by `scripts/test-core`.
//!
//! The functions are those of production (`core/src/protocol`). What they stand on is modelled: a robust lock that
//! tells its next taker of a death, the kernel's part at a death (it lets go of the dead thread's locks, the last one
//! taken first), and futex wait and wake. A thread dies at a named step: the kernel's part, then the thread unwinds
//! without touching anything shared. `scripts/test-mutations` weakens each place that a model is about.
#![cfg(loom)]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread::{self, ThreadId};
use static_cache_core::epoch::Reader;
use static_cache_core::protocol::{
    Adopted, Bell, Dirty, LONGEST, Locks, Promised, Robust, Taken, Tenure, adopt, break_promise, clean_up,
    leave, lives, reap, take, try_take, wait_turn, watch, whole,
};

fn model(preemptions: usize, run: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 10_000;
    builder.check(run);
}

/// What a thread unwinds with when it dies.
struct Dead;

/// Runs a thread that may die. It unwinds without a step of loom's, so what it shares is dropped only afterwards.
fn mortal(process: Process, work: fn(&Process)) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        if let Err(why) = catch_unwind(AssertUnwindSafe(|| work(&process)))
            && !why.is::<Dead>()
        {
            resume_unwind(why);
        }
    })
}

/// A robust mutex. Waiting has no bound: whoever has it lets go or dies.
struct Lock {
    state: Mutex<State>,
    free: Condvar,
}

struct State {
    holder: Option<ThreadId>,
    died: bool,
}

impl Lock {
    fn new() -> Self {
        Self { state: Mutex::new(State { holder: None, died: false }), free: Condvar::new() }
    }

    /// The kernel's part when the calling thread dies.
    fn die(&self) {
        let mut state = self.state.lock().unwrap();
        if state.holder == Some(thread::current().id()) {
            (state.holder, state.died) = (None, true);
            self.free.notify_one();
        }
    }
}

fn taken(state: &mut State) -> Taken {
    state.holder = Some(thread::current().id());
    if std::mem::take(&mut state.died) { Taken::OwnerDied } else { Taken::Clean }
}

impl Robust for Lock {
    fn try_lock(&self) -> Taken {
        let mut state = self.state.lock().unwrap();
        if state.holder.is_some() { Taken::Busy } else { taken(&mut state) }
    }

    fn lock(&self, _limit: Duration) -> Taken {
        let mut state = self.state.lock().unwrap();
        while state.holder.is_some() {
            state = self.free.wait(state).unwrap();
        }
        taken(&mut state)
    }

    unsafe fn unlock(&self) {
        // The dead let go of nothing: the kernel has done so.
        if !std::thread::panicking() {
            self.state.lock().unwrap().holder = None;
            self.free.notify_one();
        }
    }
}

/// A slot whose owner may build a block.
struct Slot<L> {
    reader: Reader,
    life: L,
    generation: AtomicU32,
    building: AtomicU64,
    kept: AtomicU64,
    promised: Promised,
}

const OWNED: u32 = 7;

impl<L> Slot<L> {
    fn new(life: L) -> Self {
        Self {
            reader: Reader::new(),
            life,
            generation: AtomicU32::new(OWNED),
            building: AtomicU64::new(0),
            kept: AtomicU64::new(0),
            promised: Promised::new(),
        }
    }
}

/// What protects whole structures: `a == b`, and nothing half repaired.
#[derive(Default)]
struct Structure {
    a: u32,
    b: u32,
    half_repaired: bool,
}

struct Shared {
    /// A shard's and the heap's.
    locks: [Lock; 2],
    structures: [UnsafeCell<Structure>; 2],
    dirty: Dirty,
    repairs: AtomicU32,
    slot: Slot<Lock>,
    /// 1 while a block is being built by the slot's owner of generation `OWNED`.
    building: AtomicU32,
}

// Each structure is only touched with its lock held: loom checks that there is no access without.
unsafe impl Send for Shared {}
unsafe impl Sync for Shared {}

impl Shared {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            locks: [Lock::new(), Lock::new()],
            structures: [UnsafeCell::new(Structure::default()), UnsafeCell::new(Structure::default())],
            dirty: Dirty::new(),
            repairs: AtomicU32::new(0),
            slot: Slot::new(Lock::new()),
            building: AtomicU32::new(0),
        })
    }
}

/// One thread that uses them, and where it dies.
struct Process {
    shared: Arc<Shared>,
    dies_at: Option<(&'static str, &'static Deaths)>,
}

/// Counts deaths, so that a model whose thread never gets to where it is to die fails.
struct Deaths(std::sync::atomic::AtomicU64);

impl Deaths {
    fn none() -> &'static Self {
        Box::leak(Box::new(Self(std::sync::atomic::AtomicU64::new(0))))
    }

    fn check(&self) {
        assert_ne!(self.0.load(Ordering::Relaxed), 0, "nobody died where the model wants it");
    }
}

impl Process {
    fn new(shared: &Arc<Shared>) -> Self {
        Self { shared: shared.clone(), dies_at: None }
    }

    fn dying(shared: &Arc<Shared>, step: &'static str, deaths: &'static Deaths) -> Self {
        Self { shared: shared.clone(), dies_at: Some((step, deaths)) }
    }

    fn step(&self, name: &'static str) {
        if let Some((step, deaths)) = self.dies_at
            && step == name
        {
            deaths.0.fetch_add(1, Ordering::Relaxed);
            for lock in self.shared.locks.iter().rev().chain([&self.shared.slot.life]) {
                lock.die();
            }
            resume_unwind(Box::new(Dead));
        }
    }

    /// Changes a structure under its lock, found whole.
    fn write(&self, at: usize) {
        let held = whole(self, || take(self, &self.shared.locks[at])).unwrap();
        self.change(at);
        drop(held);
    }

    fn change(&self, at: usize) {
        self.with(at, |whole| {
            assert!(whole.a == whole.b && !whole.half_repaired, "a structure that is not whole");
            whole.a += 1;
        });
        self.step("write: half");
        self.with(at, |whole| whole.b += 1);
    }

    fn with(&self, at: usize, work: impl FnOnce(&mut Structure)) {
        // SAFETY: loom checks that nobody else accesses it meanwhile.
        self.shared.structures[at].with_mut(|structure| work(unsafe { &mut *structure }));
    }
}

impl Locks for Process {
    type Mutex = Lock;
    type Error = ();

    fn dirty(&self) -> &Dirty {
        &self.shared.dirty
    }

    fn limit(&self) -> Duration {
        Duration::MAX
    }

    fn timed_out(&self) {}

    fn every(&self) -> impl Iterator<Item = &Lock> {
        self.shared.locks.iter()
    }

    fn repair(&self) -> Result<(), ()> {
        for at in 0..2 {
            self.with(at, |structure| {
                structure.half_repaired = true;
                structure.b = structure.a;
            });
        }
        self.step("repair: half");
        if self.shared.building.load(Ordering::Relaxed) == 1
            && !lives(&MortalSlot(self), OWNED, &self.shared.dirty)
        {
            self.shared.building.store(0, Ordering::Relaxed);
        }
        for at in 0..2 {
            self.with(at, |structure| structure.half_repaired = false);
        }
        Ok(())
    }

    fn count_repair(&self) {
        self.shared.repairs.fetch_add(1, Ordering::Relaxed);
    }

    fn reached(&self, step: &'static str) {
        self.step(step);
    }
}

/// The slot as a process sees it.
struct MortalSlot<'a>(&'a Process);

impl Tenure for MortalSlot<'_> {
    type Life = Lock;

    fn life(&self) -> &Lock {
        &self.0.shared.slot.life
    }

    fn reader(&self) -> &Reader {
        &self.0.shared.slot.reader
    }

    fn generation(&self) -> &AtomicU32 {
        &self.0.shared.slot.generation
    }

    fn building(&self) -> &AtomicU64 {
        &self.0.shared.slot.building
    }

    fn kept(&self) -> &AtomicU64 {
        &self.0.shared.slot.kept
    }

    fn promised(&self) -> &Promised {
        &self.0.shared.slot.promised
    }

    fn answers(&self, _by: u64) -> bool {
        unreachable!("nothing is promised")
    }

    fn now(&self) -> u64 {
        1
    }

    fn wake_watchers(&self) {}

    fn reached(&self, step: &'static str) {
        self.0.step(step);
    }
}

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

/// The slot's owner died outside of any lock while it built a block.
fn with_a_dead_builder() -> Arc<Shared> {
    let shared = Shared::new();
    let _ = shared.slot.life.try_lock();
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
        let _ = shared.slot.life.try_lock();
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
        by == CHILD || (by == PARENT && parent.life.state.lock().unwrap().holder.is_some())
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

/// The kernel's queues of sleepers.
struct Kernel {
    sleepers: Mutex<Vec<Sleeper>>,
    woken: Condvar,
}

struct Sleeper {
    thread: ThreadId,
    words: Vec<*const AtomicU32>,
    awake: bool,
}

// The pointers are only compared.
unsafe impl Send for Kernel {}
unsafe impl Sync for Kernel {}

impl Kernel {
    fn new() -> Self {
        Self { sleepers: Mutex::new(Vec::new()), woken: Condvar::new() }
    }

    /// Sleeps until one of the words is woken; returns at once when one holds something else than expected.
    fn wait(&self, words: &[(&AtomicU32, u32)]) {
        let mut sleepers = self.sleepers.lock().unwrap();
        if words.iter().any(|(word, expected)| word.load(Ordering::SeqCst) != *expected) {
            return;
        }
        let me = thread::current().id();
        let words = words.iter().map(|(word, _)| std::ptr::from_ref(*word)).collect();
        sleepers.push(Sleeper { thread: me, words, awake: false });
        while let Some(at) = sleepers.iter().position(|sleeper| sleeper.thread == me) {
            if sleepers[at].awake {
                sleepers.remove(at);
                return;
            }
            sleepers = self.woken.wait(sleepers).unwrap();
        }
    }

    fn wake(&self, word: &AtomicU32, most: usize) {
        let mut sleepers = self.sleepers.lock().unwrap();
        let on_word =
            |sleeper: &&mut Sleeper| !sleeper.awake && sleeper.words.contains(&std::ptr::from_ref(word));
        for sleeper in sleepers.iter_mut().filter(on_word).take(most) {
            sleeper.awake = true;
        }
        self.woken.notify_all();
    }
}

const WAITERS: u32 = 0x8000_0000;
const OWNER_DIED: u32 = 0x4000_0000;
const TID: u32 = 0x3FFF_FFFF;

/// A robust mutex by its futex word, as glibc and the kernel treat it. Only ever tried.
struct WordLock {
    word: AtomicU32,
    kernel: Arc<Kernel>,
}

impl WordLock {
    fn change(&self, to: impl Fn(u32) -> u32) -> u32 {
        let mut now = self.word.load(Ordering::Relaxed);
        loop {
            match self.word.compare_exchange(now, to(now), Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return now,
                Err(other) => now = other,
            }
        }
    }

    /// The kernel's part at the holder's death: it wakes one.
    fn die(&self) {
        if self.change(|now| now & WAITERS | OWNER_DIED) & WAITERS != 0 {
            self.kernel.wake(&self.word, 1);
        }
    }
}

impl Robust for WordLock {
    fn try_lock(&self) -> Taken {
        let was = self.change(|now| if now & TID == 0 { now & WAITERS | 1 } else { now });
        match was {
            busy if busy & TID != 0 => Taken::Busy,
            died if died & OWNER_DIED != 0 => Taken::OwnerDied,
            _ => Taken::Clean,
        }
    }

    fn lock(&self, _limit: Duration) -> Taken {
        unreachable!("a life lock is only tried")
    }

    unsafe fn unlock(&self) {
        if self.word.swap(0, Ordering::Release) & WAITERS != 0 {
            self.kernel.wake(&self.word, 1);
        }
    }
}

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
        let life = WordLock { word: AtomicU32::new(1), kernel: kernel.clone() };
        Arc::new(Self {
            shards: (0..shards).map(|_| (Mutex::new(true), Bell::new())).collect(),
            holder: Slot::new(life),
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
