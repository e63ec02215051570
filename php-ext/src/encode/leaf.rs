//! Finds small arrays that are equal: lists of methods, of options, of requirements, which tables repeat by the hundred.
//!
//! Only arrays of strings and scalars are looked at, and only as many are remembered as fit a small direct-mapped table:
//! what it forgets costs memory in the segment, not time.

use super::{Encoder, Job, source};
use crate::zend::constants as c;
use crate::zend::live::{Array, Slot};

/// Arrays with more elements are not looked at.
pub(super) const MOST: u32 = 8;

const ENTRIES: usize = 512;

#[derive(Clone, Copy)]
struct Entry {
    digest: u64,
    job: u32,
    /// The entry counts only if this is the table's.
    stamp: u32,
    is_text: bool,
}

const NOTHING: Entry = Entry { digest: 0, job: 0, stamp: 0, is_text: false };

/// What the scan of an array finds out on its way, should it be a leaf.
#[derive(Clone, Copy)]
pub(super) struct Leaf {
    digest: u64,
    /// Nothing but strings and scalars.
    pub(super) is_leaf: bool,
    /// Nothing but strings, under string keys if it is a hash: then its places say all.
    pub(super) is_text: bool,
}

impl Leaf {
    #[inline(always)]
    pub(super) fn new(array: &Array) -> Self {
        Leaf { digest: u64::from(array.used), is_leaf: true, is_text: true }
    }

    /// A string's place.
    #[inline(always)]
    pub(super) fn place(&mut self, place: u32) {
        self.add(u64::from(place));
    }

    /// An integer key, or a scalar.
    #[inline(always)]
    pub(super) fn other(&mut self, word: u64) {
        self.is_text = false;
        self.add(word);
    }

    #[inline(always)]
    fn add(&mut self, word: u64) {
        self.digest = self.digest.rotate_left(5) ^ word;
    }
}

/// The last small arrays seen, by digest.
pub(super) struct Leaves {
    entries: Box<[Entry; ENTRIES]>,
    stamp: u32,
}

impl Leaves {
    pub(super) fn new() -> Self {
        Leaves { entries: Box::new([NOTHING; ENTRIES]), stamp: 0 }
    }

    pub(super) fn begin(&mut self) {
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.entries.fill(NOTHING);
            self.stamp = 1;
        }
    }
}

impl Encoder {
    /// Whether an equal array has an image already; the job then uses that, and its own places are forgotten. For an array
    /// of strings and scalars only, which was just scanned.
    #[inline(always)]
    pub(super) fn find_twin(&mut self, array: &Array, number: usize, leaf: Leaf) -> bool {
        if array.used > MOST || self.jobs[number].has(Job::NODE) {
            return false;
        }
        let Leaf { is_text, .. } = leaf;
        let digest = leaf.digest.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let entry = &mut self.leaves.entries[(digest >> (64 - ENTRIES.ilog2())) as usize];
        let other = entry.job as usize;
        if entry.stamp != self.leaves.stamp || entry.digest != digest || entry.is_text != is_text {
            *entry = Entry { digest, job: number as u32, stamp: self.leaves.stamp, is_text };
            return false;
        }
        if !self.are_twins(other, number, is_text) {
            return false;
        }
        self.places.truncate(self.jobs[number].node as usize);
        self.jobs[number].at = self.jobs[other].at;
        self.jobs[number].traits |= Job::TWIN;
        true
    }

    /// Whether two leaves would have the same image. The second is the last that was scanned.
    fn are_twins(&self, one: usize, other: usize, is_text: bool) -> bool {
        let (one, other) = (&self.jobs[one], &self.jobs[other]);
        // SAFETY: only arrays of the value get here.
        let (a, b) = unsafe { (source(one), source(other)) };
        if (a.is_packed(), a.used, a.next_free, one.size, one.mask)
            != (b.is_packed(), b.used, b.next_free, other.size, other.mask)
        {
            return false;
        }
        // Equal strings have the same place, so equal places in the same order are equal strings at the same elements.
        let (firsts, places) = (self.places.from(one.node as usize), self.places.from(other.node as usize));
        if !firsts.iter().zip(places).all(|(a, b)| a == b) {
            return false;
        }
        if is_text {
            return true;
        }
        let same = |a: &Slot, b: &Slot| a.kind() == b.kind() && (!is_number(a) || a.value == b.value);
        if a.is_packed() {
            return a.slots().iter().zip(b.slots()).all(|(a, b)| same(a, b));
        }
        a.buckets().iter().zip(b.buckets()).all(|(a, b)| {
            same(&a.slot, &b.slot)
                && (a.slot.kind() == c::IS_UNDEF || (a.hash == b.hash && (a.key == 0) == (b.key == 0)))
        })
    }
}

#[inline(always)]
fn is_number(slot: &Slot) -> bool {
    matches!(slot.kind(), c::IS_LONG | c::IS_DOUBLE)
}

/// How many numbers there are before anything else.
#[inline(always)]
pub(super) fn numbers(slots: &[Slot]) -> usize {
    if slots.len() > MOST as usize && is_number(&slots[0]) {
        return many_numbers(slots);
    }
    slots.iter().take_while(|slot| is_number(slot)).count()
}

/// The same without a branch for each.
#[inline(never)]
fn many_numbers(slots: &[Slot]) -> usize {
    const EIGHT: usize = 8;
    let (eights, _) = slots.as_chunks::<EIGHT>();
    let is_other = |slot: &Slot| (slot.kind() | (c::IS_LONG ^ c::IS_DOUBLE)) ^ (c::IS_LONG | c::IS_DOUBLE);
    let all = |eight: &&[Slot; EIGHT]| eight.iter().fold(0, |others, slot| others | is_other(slot)) == 0;
    let first = EIGHT * eights.iter().take_while(all).count();
    first + slots[first..].iter().take_while(|slot| is_number(slot)).count()
}

const _: () = assert!(c::IS_LONG ^ c::IS_DOUBLE == 1, "one bit tells them apart");
