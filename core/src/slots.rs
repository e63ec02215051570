//! Reader slots: who reads, what it keeps, and whether it still lives.
//!
//! A slot belongs to the thread that holds its `life` lock. The kernel lets go of that lock when the thread
//! ends, however it ends, so a slot whose lock can be taken belongs to nobody, without any question about
//! process ids that were used again.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::epoch::{Reader, Survey};
use crate::error::Error;
use crate::fault::step;
use crate::header::Header;
use crate::layout::{Layout, PINS, SLOT_SIZE};
use crate::memory::{Memory, Row, Shared};
use crate::protocol::{self, Robust, Taken, Tenure};
use crate::sys::clock;
use crate::sys::futex::{self, Awaited};
use crate::sys::robust::RobustMutex;

/// One reader. The first line is its owner's alone while it reads; the second changes with the owner.
#[repr(C, align(128))]
pub(crate) struct Slot {
    pub(crate) reader: Reader,
    pub(crate) hits: AtomicU64,
    pub(crate) misses: AtomicU64,
    /// How many blocks the owner is building.
    pub(crate) building: AtomicU64,
    /// Not 0 while the owner keeps retired blocks for itself.
    pub(crate) kept: AtomicU64,
    /// Keeps `life` off the line that the owner writes.
    spare: AtomicU64,
    life: RobustMutex,
    /// Changes with every owner.
    generation: AtomicU32,
    /// Not 0 while the slot waits for a forked child: before the fork since when, in seconds of the clock, and after it
    /// [`FOR_GOOD`]. Nobody else takes or cleans it then, locked or not.
    promised: AtomicU32,
}

// SAFETY: atomics, and a mutex that is formatted before the slot counts as ready.
unsafe impl Shared for Slot {}

const _: () = assert!(size_of::<Slot>() as u64 == SLOT_SIZE);
const _: () = assert!(std::mem::offset_of!(Slot, life) == 64);

/// Names an owner for as long as it lives: slot and generation. 0 is nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner(pub(crate) u64);

impl Owner {
    pub(crate) const NOBODY: Self = Self(0);

    /// The calling thread, for want of a slot: known by its id, so it may be taken for a later thread of the same
    /// id, but never for dead while it lives.
    pub(crate) fn slotless() -> Self {
        // SAFETY: takes nothing and cannot fail.
        let thread = unsafe { libc::gettid() };
        Self(SLOTLESS | thread as u64)
    }

    fn new(index: usize, generation: u32) -> Self {
        Self((index as u64 + 1) << 32 | u64::from(generation))
    }

    fn thread(self) -> Option<libc::pid_t> {
        (self.0 & SLOTLESS != 0).then_some(self.0 as libc::pid_t)
    }

    fn index(self) -> Option<usize> {
        (self.0 >> 32).checked_sub(1).map(|index| index as usize)
    }
}

impl Slot {
    /// Notes that the owner builds one block more or less. Only the owner calls this.
    pub(crate) fn count_building(&self, by: i64) {
        let count = self.building.load(Ordering::Relaxed).wrapping_add_signed(by);
        self.building.store(count, Ordering::Relaxed);
    }
}

impl Tenure for Slot {
    type Life = RobustMutex;

    fn life(&self) -> &RobustMutex {
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

    /// Whether the slot waits for a forked child. A promise that is too old is broken here: its parent died between
    /// promising and forking, and there is no child. `life` held.
    fn is_promised(&self) -> bool {
        let since = self.promised.load(Ordering::SeqCst);
        if since == 0 || since == FOR_GOOD {
            return since != 0;
        }
        let age = now_in_seconds().saturating_sub(since);
        // SYNC POINT "promise": either this succeeds or the child's `adopt`.
        if age < LONGEST_PROMISE
            || self.promised.compare_exchange(since, 0, Ordering::SeqCst, Ordering::SeqCst).is_err()
        {
            return true;
        }
        self.reader.reset();
        false
    }

    fn wake_watchers(&self) {
        futex::wake_all(&self.generation);
    }

    fn reached(&self, step: &'static str) {
        crate::fault::at(step);
    }
}

/// How long a promise waits for a child whose parent died before it could say that there is one, in seconds.
const LONGEST_PROMISE: u32 = 10;

/// A promise that only its parent breaks.
const FOR_GOOD: u32 = u32::MAX;

fn now_in_seconds() -> u32 {
    // Never 0; wraps around after a century and more of uptime.
    ((clock::now_ns() / 1_000_000_000) as u32).clamp(1, FOR_GOOD - 1)
}

const SLOTLESS: u64 = 1 << 63;

/// What became of a promised slot when the child asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Adopted {
    Ours,
    /// Somebody has its lock all the time; what it keeps stays kept.
    ForGood,
    /// The child came too late: what the slot kept may be gone.
    Broken,
}

/// The slots of one segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slots {
    memory: Memory,
    slots: Row<Slot>,
    pins: u64,
    full: usize,
    all: usize,
}

impl Slots {
    pub(crate) fn new(memory: Memory, layout: &Layout) -> Self {
        Self {
            memory,
            slots: Row::new(memory, layout.slots, layout.all_slots as u64),
            pins: layout.pins,
            full: layout.full_slots,
            all: layout.all_slots,
        }
    }

    fn header(&self) -> &Header {
        self.memory.at(0)
    }

    #[inline]
    pub(crate) fn slot(&self, index: usize) -> &Slot {
        self.slots.get(index as u64)
    }

    #[inline(always)]
    fn pins_offset(&self, index: usize) -> u64 {
        self.pins + (index * PINS * 8) as u64
    }

    /// What an operation of a reader begins with.
    #[inline(always)]
    pub(crate) fn expect(&self, index: usize) {
        self.memory.expect(std::mem::offset_of!(Header, clock) as u64);
        self.memory.expect(self.slots.offset(index as u64));
        self.memory.expect(self.pins_offset(index));
    }

    /// The pin list of a slot; empty for those that have none.
    #[inline]
    pub(crate) fn pins(&self, index: usize) -> &[AtomicU64] {
        if index < self.full { self.memory.slice(self.pins_offset(index), PINS) } else { &[] }
    }

    fn ready(&self) -> usize {
        (self.header().slots_ready.0.load(Ordering::Acquire) as usize).min(self.all)
    }

    /// Whether the life locks of all slots in use are of the right kind.
    pub(crate) fn are_formatted(&self) -> bool {
        self.iter().all(|slot| slot.life.is_formatted())
    }

    /// Takes a slot for the calling thread, or `None` when all are taken. Waits for nobody.
    pub(crate) fn acquire(&self) -> Option<(usize, Owner)> {
        loop {
            let ready = self.ready();
            let found = self.acquire_ready();
            // Others may have formatted more meanwhile, and taken them.
            if found.is_some() || ready == self.all || self.format_more(ready).is_err() {
                return found;
            }
        }
    }

    fn acquire_ready(&self) -> Option<(usize, Owner)> {
        (0..self.ready()).find_map(|index| {
            let slot = self.slot(index);
            match slot.life.try_lock() {
                Taken::Busy => None,
                Taken::Clean | Taken::OwnerDied if slot.is_promised() => {
                    // SAFETY: just taken.
                    unsafe { slot.life.unlock() };
                    None
                }
                Taken::Clean | Taken::OwnerDied => {
                    self.clean_up(index);
                    step!("slot: taken");
                    Some((index, Owner::new(index, slot.generation.load(Ordering::Relaxed))))
                }
            }
        })
    }

    /// Formats the next few slots after the first `ready`. Any number may do so at once: what one has written stays as it is.
    fn format_more(&self, ready: usize) -> Result<(), Error> {
        for index in ready..self.all.min(ready + 8) {
            self.slot(index).life.init_shared()?;
            step!("slot: formatted");
            self.header().slots_ready.0.fetch_max(index as u32 + 1, Ordering::AcqRel);
        }
        Ok(())
    }

    /// Clears what the last owner left: it is gone, in order or not. `life` held.
    fn clean_up(&self, index: usize) {
        protocol::clean_up(self.slot(index), &self.header().dirty.0);
    }

    /// Gives the slot back.
    ///
    /// # Safety
    /// The calling thread took the slot by [`Self::acquire`] in this process.
    pub(crate) unsafe fn give_back(&self, index: usize) {
        let slot = self.slot(index);
        slot.reader.reset();
        slot.generation.fetch_add(1, Ordering::Release);
        // SAFETY: by this function's contract the thread holds the lock.
        unsafe { slot.life.unlock() };
        // SYNC POINT "waiter watches".
        slot.wake_watchers();
    }

    /// Gives slot `to`, which the calling thread owns, everything that slot `from` keeps.
    pub(crate) fn copy_pins(&self, from: usize, to: usize) {
        let (source, target) = (&self.slot(from).reader, &self.slot(to).reader);
        target.copy_from(self.pins(to), source, self.pins(from), &self.header().copies.0);
    }

    /// Keeps a slot that the calling thread owns for the child of a fork.
    pub(crate) fn promise(&self, index: usize) {
        self.slot(index).promised.store(now_in_seconds(), Ordering::SeqCst);
    }

    /// The parent's part, after the fork: the child may take the lock now.
    ///
    /// # Safety
    /// The calling thread took the slot by [`Self::acquire`].
    pub(crate) unsafe fn let_go(&self, index: usize) {
        // With the lock in hand, so nobody breaks or adopts it meanwhile.
        self.slot(index).promised.store(FOR_GOOD, Ordering::SeqCst);
        // SAFETY: by this function's contract the thread holds the lock.
        unsafe { self.slot(index).life.unlock() };
    }

    /// The child's part: takes the lock over.
    pub(crate) fn adopt(&self, index: usize, limit: Duration) -> Adopted {
        let slot = self.slot(index);
        let taken = slot.life.lock(limit) != Taken::Busy;
        let becomes = if taken { 0 } else { FOR_GOOD };
        // SYNC POINT "promise": either this succeeds or `is_promised` breaks it.
        let kept = slot
            .promised
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |since| (since != 0).then_some(becomes))
            .is_ok();
        match (kept, taken) {
            (true, true) => Adopted::Ours,
            (true, false) => Adopted::ForGood,
            (false, _) => {
                if taken {
                    // SAFETY: just taken.
                    unsafe { slot.life.unlock() };
                }
                Adopted::Broken
            }
        }
    }

    /// The child died before it took the slot.
    pub(crate) fn break_promise(&self, index: usize) {
        let slot = self.slot(index);
        if slot.life.try_lock() != Taken::Busy {
            slot.promised.store(0, Ordering::SeqCst);
            self.clean_up(index);
            // SAFETY: just taken.
            unsafe { slot.life.unlock() };
        }
    }

    /// Frees the slots of owners that no longer live.
    pub(crate) fn reap(&self) {
        for index in 0..self.ready() {
            protocol::reap(self.slot(index), &self.header().dirty.0);
        }
    }

    /// Whether the owner still lives and still is the owner.
    pub(crate) fn is_alive(&self, owner: Owner) -> bool {
        if let Some(thread) = owner.thread() {
            // SAFETY: signal 0 is not sent; the call only says whether the thread exists.
            return unsafe { libc::kill(thread, 0) } == 0
                || std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM);
        }
        let Some(index) = owner.index().filter(|index| *index < self.ready()) else {
            return false;
        };
        protocol::lives(self.slot(index), owner.0 as u32, &self.header().dirty.0)
    }

    /// What changes when `owner` dies, and when somebody has found out; `None` when it is dead already or cannot be
    /// watched.
    pub(crate) fn watch(&self, owner: Owner) -> Option<[Awaited<'_>; 2]> {
        let slot = self.slot(owner.index().filter(|index| *index < self.ready())?);
        // SYNC POINT "waiter watches": the kernel wakes one of those who sleep on the life lock; that one cleans the slot up,
        // changes the generation and wakes the others, asleep or about to be.
        Some([slot.life.watch_holder()?, (&slot.generation, owner.0 as u32)])
    }

    /// What all readers keep.
    pub(crate) fn survey(&self) -> Survey {
        let header = self.header();
        Survey::of_all(&header.slotless_readers.0, &header.copies.0, || {
            (0..self.ready()).map(|index| (&self.slot(index).reader, self.pins(index)))
        })
    }

    /// Waits until every operation that runs now has ended, or until `deadline`.
    ///
    /// Operations take less than a microsecond, unless their thread was interrupted in the middle of one: then giving
    /// way to it is all that helps.
    pub(crate) fn drain(&self, deadline: Instant) {
        for slot in self.iter() {
            let running = slot.reader.operation();
            while running != 0 && slot.reader.operation() == running {
                if Instant::now() >= deadline {
                    return;
                }
                std::thread::yield_now();
            }
        }
    }

    /// All slots that were ever used.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Slot> + '_ {
        (0..self.ready()).map(|index| self.slot(index))
    }
}
