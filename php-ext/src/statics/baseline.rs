//! What a static was when it was declared, restored or published last, and whether it still is.
//!
//! Values are told apart by type and word: what is compared cannot be changed where it lies. Arrays and strings in
//! shared memory are read-only, defaults belong to the class, and of others we are a holder, so that writing to them
//! makes a copy. (So does what may write and does not: of an array that is another one it is looked at what is in it,
//! see [`content`].) Objects are not held, since that would keep them alive: they are in a table of weak references, so
//! that another one at the same address is not taken for them. What is in an object counts for `Tracking` alone, see
//! [`super::digest`]. Nor are arrays with references, which scripts would notice: what is in them is compared, see
//! [`super::shared`], and which statics share a reference, see [`super::bound`].

use std::ops::Range;

use ext_php_rs::ffi::zend_object;

use super::content::{self, Look};
use super::place::Place;
use super::{Dropped, Member, Statics, Target, bound, digest, engine, evaluated, shared, with};
use crate::zend::constants as c;
use crate::zend::live::Slot;

/// What a static was.
#[derive(Clone, Copy)]
pub(super) enum Baseline {
    /// As in the declaration, or what its constant expression gives.
    Declared,
    /// This value; we hold it if it `is_held`. `digest` is of what is in it, if that counts.
    Value { slot: Slot, is_held: bool, digest: Option<u64> },
}

pub(super) fn same(one: &Slot, other: &Slot) -> bool {
    one.kind() == other.kind() && (one.kind() <= c::IS_TRUE || one.value == other.value)
}

/// Makes a value the baseline of a member, and holds it as far as that is needed to notice changes. Returns what the caller
/// has to release.
///
/// # Safety
/// A live value; `tracking` as the target's policy says.
pub(super) unsafe fn set(statics: &mut Statics, member: usize, value: &Slot, tracking: bool) -> Slot {
    let slot = Slot { next: 0, ..*value.behind_reference() };
    // SAFETY: the caller's word. The table of weak references is the engine's.
    unsafe {
        let contains = matches!(slot.kind(), c::IS_OBJECT | c::IS_ARRAY) && slot.is_counted();
        let digest = (tracking && contains).then(|| digest_of(statics, member, &slot));
        let is_held = slot.kind() != c::IS_OBJECT;
        if !is_held {
            watch(statics, slot.value as *mut zend_object);
        } else {
            engine::hold(&slot);
        }
        let now = Baseline::Value { slot, is_held, digest };
        held(&std::mem::replace(&mut statics.members[member].baseline, now))
    }
}

/// Makes what a member is declared with its baseline, if it has a value. Returns what the caller has to release.
///
/// # Safety
/// A member of a class of this request.
pub(super) unsafe fn set_declared(statics: &mut Statics, member: usize) -> Slot {
    // SAFETY: the caller's word.
    if !unsafe { is_value(&statics.members[member]) } {
        return Slot::NULL;
    }
    forget_places(statics, member);
    held(&std::mem::replace(&mut statics.members[member].baseline, Baseline::Declared))
}

/// The digest of a member's new baseline, for which it keeps what that is good for.
///
/// # Safety
/// As for [`set`].
#[cold]
unsafe fn digest_of(statics: &mut Statics, member: usize, slot: &Slot) -> u64 {
    // SAFETY: the caller's word.
    let (digest, places) = unsafe { digest::kept(slot) };
    forget_places(statics, member);
    if !places.is_empty() {
        statics.places.insert(member, places);
    }
    digest
}

/// Forgets what the digest of a member's baseline is good for, if it has one.
fn forget_places(statics: &mut Statics, member: usize) {
    if matches!(statics.members[member].baseline, Baseline::Value { digest: Some(_), .. }) {
        statics.places.remove(&member);
    }
}

/// Notes an object in the table of weak references.
///
/// # Safety
/// A live object.
unsafe fn watch(statics: &mut Statics, object: *mut zend_object) {
    // SAFETY: a live object, says the caller.
    if unsafe { statics.weak.add(object) } {
        statics.objects.push(object);
    }
}

/// Objects that are gone need not be known any more.
pub(super) fn forget_gone(statics: &mut Statics) {
    // Only one that is still there can be taken out of the table.
    statics.objects.retain(|object| statics.weak.remove(*object));
    for object in &statics.objects {
        // SAFETY: still there, and no user code has run since.
        unsafe { statics.weak.add(*object) };
    }
}

/// Makes what the statics of targets are now their baselines, where that is wanted. Destructors may run afterwards.
pub(super) fn settle() {
    with(|statics| {
        forget_gone(statics);
        statics.unsettled = false;
        for number in 0..statics.targets.len() {
            let target = &mut statics.targets[number];
            if !std::mem::replace(&mut target.unsettled, false) {
                continue;
            }
            let tracking = target.policy.tracking;
            let members = target.members();
            for member in members.clone() {
                let place = statics.members[member].place;
                // SAFETY: a member of a class of this request, and its live value. What is as declared stays so.
                unsafe {
                    if is_value(&statics.members[member])
                        && let Some(slot) = place.current()
                    {
                        let before = set(statics, member, &*slot, tracking);
                        statics.replaced.push(before);
                        shared::note(statics, member);
                    }
                }
            }
            // SAFETY: members of a class of this request.
            unsafe { bound::note(statics, members) };
        }
    });
    shared::release_replaced();
}

/// The array that a member's baseline is and holds, if it is one.
pub(super) fn array_of(member: &Member) -> Option<Slot> {
    match member.baseline {
        Baseline::Value { slot, is_held: true, .. } if slot.kind() == c::IS_ARRAY && slot.is_counted() => {
            Some(slot)
        }
        _ => None,
    }
}

/// A member's baseline is an array of which [`shared`] knows what is in it: it is not held any more.
///
/// # Safety
/// It was, and somebody else holds it as well.
pub(super) unsafe fn let_go(member: &mut Member) {
    if let Baseline::Value { slot, is_held, .. } = &mut member.baseline {
        *is_held = false;
        // SAFETY: the caller's word; a counted value begins with its count. (Garbage is not looked for: what holds it is no garbage.)
        unsafe { *(slot.value as *mut u32) -= 1 };
    }
}

/// What a baseline holds; a value that needs no counting if nothing.
fn held(baseline: &Baseline) -> Slot {
    match baseline {
        Baseline::Value { slot, is_held: true, .. } => *slot,
        _ => Slot::NULL,
    }
}

/// Lets go of everything; the request is about to end, destructors have run. (Those of objects that were made since run here.)
#[inline(always)]
pub(super) fn release_all() {
    for member in 0.. {
        let before = with(|statics| {
            let member = statics.members.get_mut(member)?;
            Some(held(&std::mem::replace(&mut member.baseline, Baseline::Declared)))
        });
        let Some(before) = before else { break };
        // SAFETY: `set` made us a holder.
        unsafe { engine::release(before) };
    }
    if with(|statics| !statics.shared.is_empty()) {
        with(shared::forget_all);
        shared::release_replaced();
    }
    with(|statics| {
        statics.objects.iter().for_each(|object| _ = statics.weak.remove(*object));
        statics.objects.clear();
        statics.weak.give_up();
    });
}

/// Whether any of a target's members is something else than it was; if `tracking`, also within objects. May leave by a jump.
///
/// # Safety
/// Members of a class of this request.
#[inline(always)]
pub(super) unsafe fn is_any_changed(statics: &Statics, members: Range<usize>, tracking: bool) -> bool {
    // SAFETY: the caller's word.
    unsafe { is_any(statics, members, tracking, |_| true) }
}

/// Whether any was changed by more than the initialisers of variables, which are code.
///
/// # Safety
/// As for [`is_any_changed`].
#[cold]
pub(super) unsafe fn is_any_assigned(statics: &Statics, members: Range<usize>, tracking: bool) -> bool {
    // SAFETY: the caller's word.
    unsafe {
        is_any(statics, members, tracking, |member| {
            !(matches!(member.baseline, Baseline::Declared) && evaluated::is_code(&member.place))
        })
    }
}

/// The same of those whose changes count.
///
/// # Safety
/// As for [`is_any_changed`].
#[inline(always)]
unsafe fn is_any(
    statics: &Statics,
    members: Range<usize>,
    tracking: bool,
    counts: impl Fn(&Member) -> bool,
) -> bool {
    let mut look = Look::new();
    // SAFETY: the caller's word.
    unsafe {
        for (at, member) in statics.members[members.clone()].iter().enumerate() {
            let Some(slot) = slot_of(member, &mut look.may_be_bound) else { continue };
            if is_changed(statics, members.start + at, member, slot, tracking, &mut look) && counts(member) {
                return true;
            }
        }
        look.may_be_bound && bound::is_changed(statics, members.clone())
            || look.has_references() && content::is_bound(statics, members, &look)
    }
}

/// A member's slot. Notes if it may be bound, or was.
///
/// # Safety
/// A member of a class of this request, for `'a`.
#[inline(always)]
unsafe fn slot_of<'a>(member: &Member, may_be_bound: &mut bool) -> Option<&'a Slot> {
    // SAFETY: the caller's word.
    let slot = unsafe { &*member.place.current()? };
    *may_be_bound |= bound::may_be(slot) || member.bound != bound::ALONE;
    Some(slot)
}

/// Whether a member is something else than it was, by itself.
///
/// # Safety
/// As for [`is_any_changed`]; the member of this number, and its slot.
#[inline(always)]
unsafe fn is_changed(
    statics: &Statics,
    number: usize,
    member: &Member,
    slot: &Slot,
    tracking: bool,
    look: &mut Look,
) -> bool {
    let value = slot.behind_reference();
    // SAFETY: the caller's word.
    unsafe {
        match member.baseline {
            Baseline::Declared => {
                !same(value, &member.place.declared()) && is_assigned(member.place, slot, look)
                    || is_null_by_now(&member.place, slot)
            }
            Baseline::Value { slot: was, is_held, digest } => {
                !same(value, &was) && is_other(statics, number, value, &was, is_held, look)
                    || (value.kind() == c::IS_OBJECT || digest.is_some() || !statics.shared.is_empty())
                        && is_changed_within(statics, number, value, &was, digest.filter(|_| tracking), look)
            }
        }
    }
}

/// Whether a member with another type or word than its baseline is something else, so far as it can be told from what is held.
///
/// # Safety
/// As for [`is_changed`].
#[cold]
unsafe fn is_other(
    statics: &Statics,
    number: usize,
    value: &Slot,
    was: &Slot,
    is_held: bool,
    look: &mut Look,
) -> bool {
    if value.kind() != c::IS_ARRAY || was.kind() != c::IS_ARRAY {
        return true;
    }
    if !is_held {
        return !statics.shared.contains_key(&number);
    }
    // SAFETY: the caller's member and its value, and what its baseline holds.
    unsafe { !content::are_same(&[(*was, *value)], look) }
}

/// Whether it was changed in place, or in a copy of it with the same elements; `digest` if that counts.
///
/// # Safety
/// As for [`is_changed`].
#[inline(never)]
unsafe fn is_changed_within(
    statics: &Statics,
    number: usize,
    value: &Slot,
    was: &Slot,
    digest: Option<u64>,
    look: &mut Look,
) -> bool {
    // SAFETY: the caller's member and its value.
    unsafe {
        value.kind() == c::IS_OBJECT && !statics.weak.has(value.value as *mut zend_object)
            || shared::is_changed(statics, number, value, look)
            || digest.is_some_and(|digest| {
                // By either look.
                let copied = !same(value, was) || statics.shared.contains_key(&number);
                digest != digest::of(value, copied, look)
            })
    }
}

/// The same of a member whose value has another type or word than its declaration.
///
/// # Safety
/// A static of a class of this request, and its slot.
#[inline(never)]
unsafe fn is_assigned(place: Place, slot: &Slot, look: &mut Look) -> bool {
    // Reflection evaluates the expressions of variables that were not reached (before PHP 8.3).
    if matches!(place, Place::Variable { .. }) && slot.kind() != c::IS_REFERENCE {
        return false;
    }
    // SAFETY: the caller's member and its value.
    unsafe {
        let (declared, value) = (place.declared(), slot.behind_reference());
        match declared.kind() {
            c::IS_CONSTANT_AST => !evaluated::gives(place, &declared, value, look),
            c::IS_ARRAY if value.kind() == c::IS_ARRAY => !content::are_same(&[(declared, *value)], look),
            _ => true,
        }
    }
}

/// Whether that is all that was changed of a target, nothing of which was restored or published before.
///
/// # Safety
/// A target of this request, which has been found changed.
#[cold]
pub(super) unsafe fn is_only_initialised(statics: &Statics, target: &Target) -> bool {
    let members = target.members();
    let is_declared = |at: &usize| matches!(statics.members[*at].baseline, Baseline::Declared);
    target.dropped == Dropped::No
        && members.clone().all(|at| is_declared(&at))
        // SAFETY: members of the caller's target.
        && unsafe { !is_any_assigned(statics, members, target.policy.tracking) }
}

/// Whether the initialiser of a variable has been run and gave null. PHP 8.3 and later keep null there until then.
///
/// # Safety
/// As for [`is_assigned`].
#[cfg(php83)]
unsafe fn is_null_by_now(place: &Place, slot: &Slot) -> bool {
    slot.kind() == c::IS_REFERENCE
        && slot.behind_reference().kind() == c::IS_NULL
        // SAFETY: the caller's static.
        && unsafe { evaluated::is_code(place) }
}

/// Before PHP 8.3 initialisers are constant expressions.
#[cfg(not(php83))]
fn is_null_by_now(_place: &Place, _slot: &Slot) -> bool {
    false
}

/// Whether a member has a value that its declaration alone does not give. What was restored or published was a variable that has been reached:
/// another value than a reference there is somebody's (`uopz_set_static()`).
///
/// # Safety
/// As for [`is_any_changed`].
pub(super) unsafe fn is_value(member: &Member) -> bool {
    // SAFETY: the caller's word.
    unsafe {
        let Some(slot) = member.place.current() else { return false };
        match (*slot).kind() {
            c::IS_UNDEF | c::IS_CONSTANT_AST => false,
            c::IS_REFERENCE => true,
            // A variable that was not reached yet.
            _ => {
                matches!(member.place, Place::Property { .. })
                    || matches!(member.baseline, Baseline::Value { .. })
            }
        }
    }
}
