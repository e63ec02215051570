//! Tables that find what a value has already: open addressing, cleared by a new stamp instead of by writing.

use crate::buffer::Buffer;
use crate::zend::live::Text;
use std::marker::PhantomData;

/// What makes two pointers the same thing.
pub(crate) trait Identity {
    /// How many neighbours a look-up may meet before it settles for "not seen".
    const PATIENCE: usize;
    /// The hash of what was inserted under this pointer.
    ///
    /// # Safety
    /// `pointer` was inserted since the table's last [`Table::begin`] and is still alive.
    unsafe fn hash(pointer: usize) -> u64;
    /// Whether the two are the same.
    ///
    /// # Safety
    /// As for [`Identity::hash`], of both.
    unsafe fn same(a: usize, b: usize) -> bool;
}

/// Strings: equal bytes. Missing one costs memory only, so strings made to collide do not cost time.
pub(super) struct ByContent;

/// Arrays and references: the same one.
pub(crate) struct ByAddress;

impl Identity for ByContent {
    const PATIENCE: usize = 64;

    #[inline(always)]
    unsafe fn hash(pointer: usize) -> u64 {
        // SAFETY: a live string, says the caller.
        unsafe { (*(pointer as *const Text)).hash() }
    }

    #[inline(always)]
    unsafe fn same(a: usize, b: usize) -> bool {
        if a == b {
            return true;
        }
        // SAFETY: live strings, says the caller.
        let (a, b) = unsafe { (&*(a as *const Text), &*(b as *const Text)) };
        a.hash() == b.hash() && a.bytes() == b.bytes()
    }
}

impl Identity for ByAddress {
    const PATIENCE: usize = usize::MAX;

    #[inline(always)]
    unsafe fn hash(pointer: usize) -> u64 {
        hash_of(pointer)
    }

    #[inline(always)]
    unsafe fn same(a: usize, b: usize) -> bool {
        a == b
    }
}

#[derive(Clone, Copy)]
struct Entry {
    pointer: usize,
    number: u32,
    /// The entry counts only if this is the table's.
    stamp: u32,
}

const EMPTY: Entry = Entry { pointer: 0, number: 0, stamp: 0 };
const FIRST_BITS: u32 = 8;
/// What a [`Table::small`] begins with.
const SMALL_BITS: u32 = 3;
/// Above this many entries (2 MB) a table is given back after use.
const KEPT_BITS: u32 = 17;

fn empty(len: usize) -> Buffer<Entry> {
    let mut entries = Buffer::new();
    entries.add(len, EMPTY);
    entries
}

/// From pointers to the numbers given to them when they were first seen.
pub(crate) struct Table<I> {
    entries: Buffer<Entry>,
    shift: u32,
    /// How many more fit before it grows.
    room: u32,
    stamp: u32,
    identity: PhantomData<I>,
}

impl<I: Identity> Table<I> {
    pub(crate) fn new() -> Self {
        Self::with_bits(FIRST_BITS)
    }

    /// For tables of which there may be many, each with little in it.
    pub(crate) fn small() -> Self {
        Self::with_bits(SMALL_BITS)
    }

    fn with_bits(bits: u32) -> Self {
        Table {
            entries: empty(1 << bits),
            shift: 64 - bits,
            room: 1 << (bits - 1),
            stamp: 0,
            identity: PhantomData,
        }
    }

    /// Forgets all, in constant time (but for once in four thousand million times).
    pub(crate) fn begin(&mut self) {
        self.room = (self.entries.len() / 2) as u32;
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.entries.fill(EMPTY);
            self.stamp = 1;
        }
    }

    /// Forgets all, so that no address is left, until [`Table::begin`].
    pub(crate) fn wipe(&mut self) {
        if self.stamp != 0 {
            self.entries.fill(EMPTY);
            self.stamp = 0;
        }
    }

    /// Gives the memory of an unusually large value back.
    pub(crate) fn trim(&mut self) {
        if 64 - self.shift > KEPT_BITS {
            *self = Table::new();
        }
    }

    /// The number under which this was seen before; the first time, notes `number` and returns `None`.
    ///
    /// # Safety
    /// `pointer` is what `I` stands for, with that hash, and lives until the next [`Table::begin`] or [`Table::trim`].
    #[inline(always)]
    pub(super) unsafe fn see(&mut self, pointer: usize, hash: u64, number: u32) -> Option<u32> {
        let mask = self.entries.len() - 1;
        let mut at = self.start(hash);
        let mut met = 0;
        loop {
            // SAFETY: `start` and the mask keep it below the length.
            let entry = unsafe { self.entries.get_unchecked_mut(at) };
            if entry.stamp != self.stamp {
                *entry = Entry { pointer, number, stamp: self.stamp };
                self.room -= 1;
                if self.room == 0 {
                    self.grow();
                }
                return None;
            }
            // SAFETY: both were inserted under this stamp, or are the caller's.
            if unsafe { I::same(entry.pointer, pointer) } {
                return Some(entry.number);
            }
            met += 1;
            if met >= I::PATIENCE {
                return None;
            }
            at = (at + 1) & mask;
        }
    }

    /// Multiplicative hashing: the engine's own hash has its entropy in the low bits, addresses in the middle.
    #[inline(always)]
    fn start(&self, hash: u64) -> usize {
        (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    #[cold]
    fn grow(&mut self) {
        let old = std::mem::take(&mut self.entries);
        self.shift -= 1;
        self.entries = empty(old.len() * 2);
        self.room = (old.len() / 2) as u32;
        let mask = self.entries.len() - 1;
        for entry in old.iter().copied().filter(|entry| entry.stamp == self.stamp) {
            // SAFETY: inserted under this stamp.
            let mut at = self.start(unsafe { I::hash(entry.pointer) });
            while self.entries[at].stamp == self.stamp {
                at = (at + 1) & mask;
            }
            self.entries[at] = entry;
        }
    }
}

/// Of an address: what it is the address of is not looked at, and need not live any more.
impl Table<ByAddress> {
    /// The number under which this was seen before; the first time, notes `number` and returns `None`.
    #[inline(always)]
    pub(crate) fn see_address(&mut self, address: usize, number: u32) -> Option<u32> {
        // SAFETY: `ByAddress` reads nothing behind a pointer.
        unsafe { self.see(address, hash_of(address), number) }
    }

    /// The number of something seen before.
    #[inline(always)]
    pub(crate) fn find(&self, address: usize) -> Option<u32> {
        self.place(address).map(|at| self.entries[at].number)
    }

    /// Gives something that was seen before another number.
    pub(crate) fn renumber(&mut self, address: usize, number: u32) {
        if let Some(at) = self.place(address) {
            self.entries[at].number = number;
        }
    }

    #[inline(always)]
    fn place(&self, address: usize) -> Option<usize> {
        let mask = self.entries.len() - 1;
        let mut at = self.start(hash_of(address));
        loop {
            let entry = self.entries[at];
            if entry.stamp != self.stamp {
                return None;
            }
            if entry.pointer == address {
                return Some(at);
            }
            at = (at + 1) & mask;
        }
    }
}

/// Allocations are apart by 8 at least.
#[inline(always)]
fn hash_of(address: usize) -> u64 {
    (address >> 3) as u64
}
