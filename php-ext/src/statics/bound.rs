//! Statics of one target that share a reference, as after `self::$one =& self::$other`. To bind one to another is a change, and so is to undo that,
//! whatever both hold: what is assigned to one is another value for both, or is not.

use super::{Statics, with};
use crate::zend::constants as c;
use crate::zend::live::Slot;

/// How many members before it the last one is that shares its reference.
pub(super) type Bound = u32;

pub(super) const ALONE: Bound = 0;

/// Whether a slot may share a reference with another.
#[inline(always)]
pub(super) fn may_be(slot: &Slot) -> bool {
    slot.kind() == c::IS_REFERENCE && slot.reference().gc.refcount > 1
}

/// A member that [may be](may_be) bound, or was, has a new baseline: its slot, as it is now.
///
/// # Safety
/// A member of a class of this request.
#[cold]
pub(super) unsafe fn note(statics: &mut Statics, member: usize) {
    // SAFETY: the caller's word.
    statics.members[member].bound = unsafe { now(statics, member) };
}

/// Members have new baselines: the values of an array that has one for each.
pub(super) fn note_all(first: usize, values: &[Slot]) {
    for (at, value) in values.iter().enumerate() {
        let shares = |other: &Slot| other.kind() == c::IS_REFERENCE && other.value == value.value;
        let found = if may_be(value) { values[..at].iter().rposition(shares) } else { None };
        with(|statics| statics.members[first + at].bound = distance(at, found));
    }
}

/// Whether a member shares a reference with another one than at its baseline.
///
/// # Safety
/// A member of a class of this request.
#[cold]
pub(super) unsafe fn is_changed(statics: &Statics, member: usize) -> bool {
    // SAFETY: the caller's word.
    statics.members[member].bound != unsafe { now(statics, member) }
}

unsafe fn now(statics: &Statics, member: usize) -> Bound {
    // Targets are in the order of their members.
    let target = statics.targets.partition_point(|target| target.end as usize <= member);
    let first = statics.targets[target].first as usize;
    // SAFETY: members of a class of this request.
    unsafe {
        let slot_of = |member: usize| statics.members[member].place.current().map(|slot| *slot);
        let Some(slot) = slot_of(member).filter(may_be) else { return ALONE };
        let shares = |other: Slot| other.kind() == c::IS_REFERENCE && other.value == slot.value;
        let found = (first..member).rev().find(|other| slot_of(*other).is_some_and(shares));
        distance(member, found)
    }
}

fn distance(member: usize, found: Option<usize>) -> Bound {
    found.map_or(ALONE, |other| (member - other) as Bound)
}
