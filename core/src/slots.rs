//! Reader slots: who reads, what it keeps, and whether it still lives.
//!
//! A slot belongs to the thread that holds its `life` lock. The kernel lets go of that lock when the thread
//! ends, however it ends, so a slot whose lock can be taken belongs to nobody, without any question about
//! process ids that were used again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::epoch::{Reader, Spare, Survey};
use crate::error::Error;
use crate::fault::step;
use crate::header::Header;
use crate::layout::{Layout, PINS, SLOT_SIZE};
use crate::memory::{Memory, Row, Shared};
use crate::protocol::{self, Adopted, Promised, Robust, Taken, Tenure};
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
    /// Not 0: somebody found no memory but what readers keep. Also keeps `life` off the line that the owner writes.
    pub(crate) wanted: AtomicU64,
    life: RobustMutex,
    /// Changes with every owner.
    generation: AtomicU32,
    /// Who has `life` as the owner.
    owner: AtomicU32,
    /// Whether it waits for a forked child: named is who promised it.
    promised: Promised,
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
        // SAFETY: takes nothing and cannot fail. (As a system call: the C library's function came with glibc 2.30.)
        let thread = unsafe { libc::syscall(libc::SYS_gettid) };
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

/// A slot among the others, whose owners may have promised it.
struct Seat<'a> {
    slots: &'a Slots,
    slot: &'a Slot,
    /// Whether to ask for who promised it.
    asks: bool,
}

impl Tenure for Seat<'_> {
    type Life = RobustMutex;

    fn life(&self) -> &RobustMutex {
        &self.slot.life
    }

    fn reader(&self) -> &Reader {
        &self.slot.reader
    }

    fn generation(&self) -> &AtomicU32 {
        &self.slot.generation
    }

    fn owner(&self) -> &AtomicU32 {
        &self.slot.owner
    }

    fn building(&self) -> &AtomicU64 {
        &self.slot.building
    }

    fn kept(&self) -> &AtomicU64 {
        &self.slot.kept
    }

    fn promised(&self) -> &Promised {
        &self.slot.promised
    }

    fn answers(&self, by: u64) -> bool {
        // One step: who answers for a child has an owner's slot, which is nobody's promise, whatever damaged memory says.
        self.asks && self.slots.lives(Owner(by), false)
    }

    fn now(&self) -> u64 {
        now_in_seconds()
    }

    fn wake_watchers(&self) {
        futex::wake_all(&self.slot.generation);
    }

    fn reached(&self, step: &'static str) {
        crate::fault::at(step);
    }
}

fn now_in_seconds() -> u64 {
    clock::now_ns() / 1_000_000_000
}

const SLOTLESS: u64 = 1 << 63;

/// The slots of one segment.
#[derive(Debug)]
pub(crate) struct Slots {
    memory: Memory,
    slots: Row<Slot>,
    pins: u64,
    full: usize,
    all: usize,
    /// This process's, for surveys.
    pub(crate) spare: Arc<Spare>,
}

impl Slots {
    pub(crate) fn new(memory: Memory, layout: &Layout) -> Self {
        Self {
            memory,
            slots: Row::new(memory, layout.slots, layout.all_slots as u64),
            pins: layout.pins,
            full: layout.full_slots,
            all: layout.all_slots,
            spare: Arc::default(),
        }
    }

    fn header(&self) -> &Header {
        self.memory.at(0)
    }

    fn seat(&self, index: usize) -> Seat<'_> {
        Seat { slots: self, slot: self.slot(index), asks: true }
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

    /// How many slots were ever used, or are about to be.
    #[inline]
    pub(crate) fn ready(&self) -> usize {
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
                Taken::Clean | Taken::OwnerDied if protocol::is_promised(&self.seat(index)) => {
                    // SAFETY: just taken.
                    unsafe { slot.life.unlock() };
                    None
                }
                Taken::Clean | Taken::OwnerDied => {
                    self.clean_up(index);
                    protocol::move_in(&self.seat(index));
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
        protocol::clean_up(&self.seat(index), &self.header().dirty.0);
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
        futex::wake_all(&slot.generation);
    }

    /// Gives slot `to`, which the calling thread owns, everything that slot `from` keeps.
    pub(crate) fn copy_pins(&self, from: usize, to: usize) {
        let (source, target) = (&self.slot(from).reader, &self.slot(to).reader);
        target.copy_from(self.pins(to), source, self.pins(from), &self.header().copies.0);
    }

    /// Keeps a slot that the calling thread owns for the child of a fork. `by` answers for the child.
    pub(crate) fn promise(&self, index: usize, by: Owner) {
        self.slot(index).promised.make(by.0);
    }

    /// The parent's part, after the fork: the child may take the lock now.
    ///
    /// # Safety
    /// The calling thread took the slot by [`Self::acquire`].
    pub(crate) unsafe fn let_go(&self, index: usize) {
        // SAFETY: by this function's contract the thread holds the lock.
        unsafe { self.slot(index).life.unlock() };
    }

    /// Another one answers for the child from now on.
    pub(crate) fn hand_promise_on(&self, index: usize, from: Owner, to: Owner) {
        self.slot(index).promised.hand_on(from.0, to.0);
    }

    /// Nobody answers for the child any more.
    pub(crate) fn forsake_promise(&self, index: usize, from: Owner) {
        self.slot(index).promised.hand_on(from.0, now_in_seconds());
    }

    /// The child's part: takes the lock over. `owner` is who the parent took the slot as.
    pub(crate) fn adopt(&self, index: usize, owner: Owner, limit: Duration) -> Adopted {
        let child = Owner::slotless().0;
        protocol::adopt(&self.seat(index), owner.0 as u32, child, limit, &self.header().dirty.0)
    }

    /// The child has given other pins to what the slot keeps for it, whose lock it could not have.
    pub(crate) fn leave(&self, index: usize) {
        protocol::leave(&self.seat(index));
    }

    /// The child that the slot was kept for is gone. False when that has to be said again later.
    pub(crate) fn break_promise(&self, index: usize, owner: Owner) -> bool {
        protocol::break_promise(&self.seat(index), owner.0 as u32, &self.header().dirty.0)
    }

    /// Frees the slots of owners that no longer live.
    pub(crate) fn reap(&self) {
        for index in 0..self.ready() {
            protocol::reap(&self.seat(index), &self.header().dirty.0);
        }
    }

    /// Whether the owner still lives and still is the owner.
    pub(crate) fn is_alive(&self, owner: Owner) -> bool {
        self.lives(owner, true)
    }

    fn lives(&self, owner: Owner, asks: bool) -> bool {
        if let Some(thread) = owner.thread() {
            // SAFETY: signal 0 is not sent; the call only says whether the thread exists.
            return unsafe { libc::kill(thread, 0) } == 0
                || std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM);
        }
        let Some(index) = owner.index().filter(|index| *index < self.ready()) else {
            return false;
        };
        let seat = Seat { slots: self, slot: self.slot(index), asks };
        protocol::lives(&seat, owner.0 as u32, &self.header().dirty.0)
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
        Survey::of_all(&self.spare, &header.slotless_readers.0, &header.copies.0, || {
            (0..self.ready()).map(|index| (&self.slot(index).reader, self.pins(index)))
        })
    }

    /// Asks all readers that keep anything to look whether they still use it.
    #[cold]
    pub(crate) fn want_what_is_kept(&self) {
        for slot in self.iter() {
            // A line that its owner writes with each look-up is written by others once, until the owner has seen that.
            if slot.reader.keeps_anything() && slot.wanted.load(Ordering::Relaxed) == 0 {
                slot.wanted.store(1, Ordering::Relaxed);
            }
        }
    }

    /// Waits until every operation that runs now has ended, or until `deadline`: false then.
    ///
    /// Operations take less than a microsecond, unless their thread was interrupted in the middle of one: then giving
    /// way to it is all that helps.
    pub(crate) fn drain(&self, deadline: Instant) -> bool {
        for slot in self.iter() {
            let running = slot.reader.operation();
            while running != 0 && slot.reader.operation() == running {
                if Instant::now() >= deadline {
                    return false;
                }
                step!("drain: gives way");
                std::thread::yield_now();
            }
        }
        true
    }

    /// All slots that were ever used.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Slot> + '_ {
        (0..self.ready()).map(|index| self.slot(index))
    }
}
