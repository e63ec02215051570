//! Statics of one target that share a reference, as after `self::$one =& self::$other`. To bind one to another is a change, and so is to undo that,
//! whatever both hold: what is assigned to one is another value for both, or is not.

use std::ops::Range;

use super::baseline::Baseline;
use super::{Member, Statics};
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

/// Members of a target have new baselines: their slots, as they are now. Not those that are as declared.
///
/// # Safety
/// Members of a class of this request, all that the target has.
#[cold]
pub(super) unsafe fn note(statics: &mut Statics, members: Range<usize>) {
    // SAFETY: the caller's word.
    let now = unsafe { References::now(statics, members.clone()) };
    now.note(&mut statics.members[members], |member| matches!(member.baseline, Baseline::Value { .. }));
}

/// Meets the members of a target one after the other, as they get their values, and says which one before shares this one's reference. In
/// between, destructors run, and may bind any.
///
/// # Safety
/// A target of this request, and a member of it.
#[cold]
pub(super) unsafe fn meet(statics: &mut Statics, number: usize, member: usize) -> Bound {
    // SAFETY: the caller's word.
    let Some(slot) = (unsafe { statics.members[member].place.current().map(|slot| *slot) }) else {
        return ALONE;
    };
    if !may_be(&slot) {
        return ALONE;
    }
    let before = statics.met.insert((number, slot.value), member);
    before.map_or(ALONE, |before| (member - before) as Bound)
}

/// Whether another member of the target, which has its value already, has the reference that a member is to have its own in.
#[cold]
pub(super) fn is_met(statics: &mut Statics, number: usize, member: usize, reference: &Slot) -> bool {
    *statics.met.entry((number, reference.value)).or_insert(member) != member
}

/// All of a target's members have been met.
#[inline(always)]
pub(super) fn forget_met(statics: &mut Statics, number: usize) {
    if !statics.met.is_empty() {
        statics.met.retain(|(target, _), _| *target != number);
    }
}

/// As [`note`], of slots that an array has.
pub(super) fn note_all(statics: &mut Statics, first: usize, slots: &[Slot]) {
    let members = &mut statics.members[first..first + slots.len()];
    References::among(slots.iter().copied().enumerate()).note(members, |_| true);
}

/// Whether any of a target's members shares a reference with another one than at its baseline.
///
/// # Safety
/// As for [`note`].
#[cold]
pub(super) unsafe fn is_changed(statics: &Statics, members: Range<usize>) -> bool {
    // SAFETY: the caller's word.
    let now = unsafe { References::now(statics, members.clone()) };
    let members = &statics.members[members];
    let bound = members.iter().filter(|member| member.bound != ALONE).count();
    now.bounds().any(|(at, bound)| members[at].bound != bound) || now.bounds().count() != bound
}

/// The references that slots of a target are: by their addresses, and then in the order of the members, each with its member's place there.
struct References(Vec<(u64, usize)>);

impl References {
    /// # Safety
    /// As for [`note`].
    unsafe fn now(statics: &Statics, members: Range<usize>) -> Self {
        // SAFETY: the caller's word.
        let slot_of = |member: &Member| unsafe { member.place.current().map(|slot| *slot) };
        let slots = statics.members[members].iter().map(slot_of).enumerate();
        Self::among(slots.filter_map(|(at, slot)| Some((at, slot?))))
    }

    fn among(slots: impl Iterator<Item = (usize, Slot)>) -> Self {
        let mut found: Vec<_> =
            slots.filter(|(_, slot)| may_be(slot)).map(|(at, slot)| (slot.value, at)).collect();
        found.sort_unstable();
        References(found)
    }

    /// Those that share one with an earlier one.
    fn bounds(&self) -> impl Iterator<Item = (usize, Bound)> {
        let pairs = self.0.windows(2).filter(|pair| pair[0].0 == pair[1].0);
        pairs.map(|pair| (pair[1].1, (pair[1].1 - pair[0].1) as Bound))
    }

    /// Of those that are meant.
    fn note(&self, members: &mut [Member], is_meant: impl Fn(&Member) -> bool) {
        members.iter_mut().filter(|member| is_meant(member)).for_each(|member| member.bound = ALONE);
        for (at, bound) in self.bounds() {
            if is_meant(&members[at]) {
                members[at].bound = bound;
            }
        }
    }
}
