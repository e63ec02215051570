//! Threads that use two locks and a slot, and die at a named step.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use loom::thread;
use static_cache_core::epoch::Reader;
use static_cache_core::protocol::{Dirty, Locks, Promised, Tenure, lives, take, whole};

use super::machine::{Lock, OWNED, Slot};

/// What a thread unwinds with when it dies.
struct Dead;

/// Runs a thread that may die. It unwinds without a step of loom's, so what it shares is dropped only afterwards.
pub(crate) fn mortal(process: Process, work: fn(&Process)) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        if let Err(why) = catch_unwind(AssertUnwindSafe(|| work(&process)))
            && !why.is::<Dead>()
        {
            resume_unwind(why);
        }
    })
}

/// What protects whole structures: `a == b`, and nothing half repaired.
#[derive(Default)]
struct Structure {
    a: u32,
    b: u32,
    half_repaired: bool,
}

pub(crate) struct Shared {
    /// A shard's and the heap's.
    pub(crate) locks: [Lock; 2],
    structures: [UnsafeCell<Structure>; 2],
    pub(crate) dirty: Dirty,
    pub(crate) repairs: AtomicU32,
    pub(crate) slot: Slot<Lock>,
    /// 1 while a block is being built by the slot's owner of generation `OWNED`.
    pub(crate) building: AtomicU32,
}

// Each structure is only touched with its lock held: loom checks that there is no access without.
unsafe impl Send for Shared {}
unsafe impl Sync for Shared {}

impl Shared {
    pub(crate) fn new() -> Arc<Self> {
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
pub(crate) struct Process {
    pub(crate) shared: Arc<Shared>,
    dies_at: Option<(&'static str, &'static Deaths)>,
}

/// Counts deaths, so that a model whose thread never gets to where it is to die fails.
pub(crate) struct Deaths(std::sync::atomic::AtomicU64);

impl Deaths {
    pub(crate) fn none() -> &'static Self {
        Box::leak(Box::new(Self(std::sync::atomic::AtomicU64::new(0))))
    }

    pub(crate) fn check(&self) {
        assert_ne!(self.0.load(Ordering::Relaxed), 0, "nobody died where the model wants it");
    }
}

impl Process {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        Self { shared: shared.clone(), dies_at: None }
    }

    pub(crate) fn dying(shared: &Arc<Shared>, step: &'static str, deaths: &'static Deaths) -> Self {
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
    pub(crate) fn write(&self, at: usize) {
        let held = whole(self, || take(self, &self.shared.locks[at])).unwrap();
        self.change(at);
        drop(held);
    }

    pub(crate) fn change(&self, at: usize) {
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
pub(crate) struct MortalSlot<'a>(pub(crate) &'a Process);

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

    fn owner(&self) -> &AtomicU32 {
        &self.0.shared.slot.owner
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
