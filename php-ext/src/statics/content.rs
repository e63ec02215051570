//! Whether arrays have the same in them: a static has another one than it had, and nobody need have written to it.
//!
//! PHP copies an array that others hold as well when somebody may be about to write to it: for `end(self::$list)`, for
//! a reference to an element, for `foreach` by reference, for `unset()` of what is not there. Such a copy has the same
//! elements under the same keys: the same words, and arrays in it that are the same ones or such copies in turn.
//! Strings and objects count by their addresses: the array that the static had still holds them. So do arrays that are
//! in both, which need no look. A reference counts as what it holds, whoever has it as well, unless another place of
//! the target has it: what is written to one is written to the other then.
//!
//! No array is looked into twice: a copy that is met again is one of the same array, or somebody has put it there. That also ends a walk
//! over arrays that are in themselves.

use std::ops::Range;

use super::Statics;
use super::digest::Walk;
use crate::buffer::Buffer;
use crate::module::local;
use crate::zend::constants as c;
use crate::zend::live::{Array, Bucket, Slot};

/// An array that was there, and the one that is there now.
pub(super) type Copied = (Slot, Slot);

/// A reference, and the place that has it: several members may lead there.
pub(super) type Taken = (u64, u64);

pub(super) fn taken(slot: &Slot) -> Taken {
    (slot.value, std::ptr::from_ref(slot).addr() as u64)
}

/// What a look at a target's members has met so far.
pub(super) struct Look {
    /// A slot that may share a reference with another, or did.
    pub(super) may_be_bound: bool,
    /// References that arrays have and others too, and that were not there before; they are in the thread's room.
    has_references: bool,
    /// A digest was made: the references that it met are in the thread's room.
    has_digest: bool,
}

impl Look {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Look { may_be_bound: false, has_references: false, has_digest: false }
    }

    #[inline(always)]
    pub(super) fn has_references(&self) -> bool {
        self.has_references
    }

    pub(super) fn add_reference(&mut self, walk: &mut Walk, taken: Taken) {
        if !std::mem::replace(&mut self.has_references, true) {
            walk.references.clear();
        }
        walk.references.push(taken);
    }

    /// A member's digest is about to be made.
    pub(super) fn add_digest(&mut self, walk: &mut Walk) {
        if !std::mem::replace(&mut self.has_digest, true) {
            empty(&mut walk.digested);
        }
    }
}

/// Whether arrays are copies with nothing changed. What was copied is in the walk's room afterwards, for a digest.
///
/// # Safety
/// Live arrays: of those that were there we are a holder, or nobody counts them. The caller uses no other part of the
/// thread's state than its statics.
#[cold]
pub(super) unsafe fn are_same(copied: &[Copied], look: &mut Look) -> bool {
    // SAFETY: the caller's word; no user code runs.
    unsafe {
        Walk::run(|walk| {
            empty(&mut walk.copied);
            if !copied.iter().all(|(was, is)| meet(walk, was, is)) {
                return false;
            }
            walk.outermost = walk.copied.len();
            let mut next = 0;
            while let Some((was, is)) = walk.copied.get(next).copied() {
                next += 1;
                if !has_same_elements(walk, look, was.array(), is.array()) {
                    return false;
                }
            }
            true
        })
    }
}

/// Two arrays in the same place, which wait to be looked into.
fn meet(walk: &mut Walk, was: &Slot, is: &Slot) -> bool {
    if was.value == is.value {
        return true;
    }
    let number = walk.copied.len() as u32;
    match walk.number(is, number) {
        Some(before) => walk.copied[before as usize].0.value == was.value,
        None => {
            walk.copied.push((*was, *is));
            true
        }
    }
}

fn has_same_elements(walk: &mut Walk, look: &mut Look, was: &Array, is: &Array) -> bool {
    if (was.count, was.next_free) != (is.count, is.next_free) {
        return false;
    }
    if was.count == 0 {
        // A copy of an empty array is not packed, whatever that was.
        return true;
    }
    match (was.is_packed(), is.is_packed()) {
        // They have as many elements, so behind the end of one there are holes.
        (true, true) => was.slots().iter().zip(is.slots()).all(|(was, is)| is_same(walk, look, was, is)),
        (false, false) => {
            let in_use = |bucket: &&Bucket| bucket.slot.kind() != c::IS_UNDEF;
            let (was, is) = (was.buckets().iter().filter(in_use), is.buckets().iter().filter(in_use));
            was.zip(is).all(|(was, is)| has_same_key(was, is) && is_same(walk, look, &was.slot, &is.slot))
        }
        _ => false,
    }
}

fn has_same_key(was: &Bucket, is: &Bucket) -> bool {
    was.hash == is.hash
        && (was.key == is.key || was.text().zip(is.text()).is_some_and(|(was, is)| was.bytes() == is.bytes()))
}

/// An element, or a hole.
#[inline(always)]
fn is_same(walk: &mut Walk, look: &mut Look, was: &Slot, is: &Slot) -> bool {
    let (mut was, mut is) = (was.direct(), is.direct());
    if was.kind() == c::IS_REFERENCE {
        // Of arrays that have such a one the baseline is no holder.
        if was.reference().gc.refcount > 1 {
            return false;
        }
        was = was.behind_reference();
    }
    if is.kind() == c::IS_REFERENCE {
        if is.reference().gc.refcount > 1 {
            if !walk.is_new(is) {
                return false;
            }
            look.add_reference(walk, taken(is));
        }
        is = is.behind_reference();
    }
    was.kind() == is.kind()
        && (was.kind() <= c::IS_TRUE
            || was.value == is.value
            || was.kind() == c::IS_ARRAY && meet(walk, was, is))
}

/// Whether a reference that an array has, and had not before, is in another place of the target as well. What is in objects is such a place if
/// there are digests.
///
/// # Safety
/// Members of a class of this request, all that the target has, which this look has been at. The caller uses no other part of the thread's state
/// than its statics.
#[cold]
pub(super) unsafe fn is_bound(statics: &Statics, members: Range<usize>, look: &Look) -> bool {
    // SAFETY: the caller's word: nobody else uses the room meanwhile.
    let Some(walk) = (unsafe { &mut (*local()).walk }) else { return false };
    let references = &mut walk.references;
    references.sort_unstable();
    let has = |address: u64| references.binary_search_by_key(&address, |(reference, _)| *reference).is_ok();
    let is_elsewhere = |pair: &[Taken]| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1;
    // If none of them is in two places, each is there once or in a row.
    let has_elsewhere = |(address, place): &Taken| {
        let found = references.binary_search_by_key(address, |(reference, _)| *reference);
        found.is_ok_and(|found| references[found].1 != *place)
    };
    let is_bound = references.windows(2).any(is_elsewhere)
        || look.has_digest && walk.digested.iter().any(has_elsewhere)
        || members.clone().any(|number| {
            // SAFETY: the caller's members.
            let slot = unsafe { statics.members[number].place.current().map(|slot| *slot) };
            slot.is_some_and(|slot| slot.kind() == c::IS_REFERENCE && has(slot.value))
                || statics.shared.get(&number).is_some_and(|shared| shared.has_any(has))
        });
    empty(&mut walk.references);
    is_bound
}

/// Room that an unusually large value has needed is given back.
fn empty<T: Copy>(room: &mut Buffer<T>) {
    if room.capacity() > 1 << 16 {
        *room = Buffer::new();
    }
    room.clear();
}
