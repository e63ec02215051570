//! Values into statics.
//!
//! Where somebody has a reference to a static already, he goes on to have one.

use std::alloc::Layout;

use ext_php_rs::alloc::emalloc;
use ext_php_rs::ffi::zend_property_info;

use super::image::VALUE;
use super::place::Place;
use super::restore::members_of;
use super::{baseline, bound, engine, shared, with};
use crate::zend::constants as c;
use crate::zend::live::{Array, Counted, Reference, Slot};

/// Puts the values into the statics.
///
/// # Safety
/// There is such a target, and a value and a mark for each member, in an array of the caller's own; `references` unless there are none in the
/// values. Destructors may run and a jump may leave: no Rust value of the caller's needs dropping.
#[inline(always)] // Called at one place, for each target.
pub(super) unsafe fn assign(number: usize, array: &Array, marks: *const u8, references: bool) {
    // SAFETY: the caller's word.
    unsafe {
        if references { with_references(number, array, marks) } else { each::<false>(number, array, marks) }
    }
    with(|statics| bound::forget_met(statics, number));
}

/// # Safety
/// As for [`assign`].
#[cold]
#[inline(never)]
unsafe fn with_references(number: usize, array: &Array, marks: *const u8) {
    // SAFETY: the caller's word.
    unsafe { each::<true>(number, array, marks) }
}

/// # Safety
/// As for [`assign`].
#[inline(always)]
unsafe fn each<const REFERENCES: bool>(number: usize, array: &Array, marks: *const u8) {
    let tracking = with(|statics| statics.targets[number].policy.tracking);
    // SAFETY: the caller's word.
    let taken = REFERENCES && unsafe { members_of(number).any(|member| taken(member).is_some()) };
    for (at, member) in members_of(number).enumerate() {
        // SAFETY: the caller's word; the marks lie in the payload, which is pinned.
        unsafe {
            if *marks.add(at) != VALUE {
                if REFERENCES {
                    with(|statics| bound::meet(statics, number, member));
                }
                continue;
            }
            if taken && array.slots()[at].kind() == c::IS_REFERENCE {
                adopt(number, array, at);
            }
            let value = array.slots()[at];
            let place = with(|statics| statics.members[member].place);
            let Some(slot) = place.made() else { continue };
            // Two that a method has bound to each other are no longer bound: each has a value of its own.
            let is_met = |old: &Slot| {
                bound::may_be(old) && with(|statics| bound::is_met(statics, number, member, old))
            };
            let old = put(&place, slot, value, is_met);
            let before = with(|statics| baseline::set(statics, member, &*slot, tracking));
            if REFERENCES {
                with(|statics| {
                    shared::note(statics, member);
                    statics.members[member].bound = bound::meet(statics, number, member);
                });
            }
            // Destructors: what they assign to members that are to come is replaced, and what they bind is a change.
            engine::release(before);
            engine::release(old);
        }
    }
}

/// The reference that a member is and that others have too, if there may be such a value in it.
///
/// # Safety
/// A member of a class of this request.
unsafe fn taken(member: usize) -> Option<Slot> {
    let place = with(|statics| statics.members[member].place);
    // SAFETY: the caller's word.
    let old = unsafe { *place.current()? };
    bound::may_be(&old).then_some(old)
}

/// Several members are to share a reference, from the given one on: if somebody has one to any of them already, they share that instead. Not
/// where what is in the values has the reference as well, since that would have another one then.
///
/// # Safety
/// As for [`assign`].
#[cold]
unsafe fn adopt(number: usize, array: &Array, at: usize) {
    let new = array.slots()[at];
    let is_it = |slot: &Slot| slot.kind() == c::IS_REFERENCE && slot.value == new.value;
    let sharers = || array.slots().iter().zip(members_of(number)).filter(|(slot, _)| is_it(slot));
    if new.reference().gc.refcount as usize != sharers().count() {
        return;
    }
    // SAFETY: the caller's word: members, and slots of an array that nobody else has. Each slot holds what it has.
    unsafe {
        let found = sharers().find_map(|(_, member)| {
            let place = with(|statics| statics.members[member].place);
            taken(member).filter(|old| has_room(&place, old, new.behind_reference()))
        });
        let Some(old) = found else { return };
        let value = *new.behind_reference();
        engine::hold(&value);
        let before = exchange(&old, value);
        for at in at..array.used as usize {
            let slot = (array.data as *mut Slot).add(at);
            if is_it(&*slot) {
                engine::hold(&old);
                (&raw mut (*slot).value).write(old.value);
                engine::release(new);
            }
        }
        engine::release(before);
    }
}

/// Whether the reference that a static is can have a value instead of its own. (Of a property: not where other types than its own have a
/// say.)
///
/// # Safety
/// The static's place and the zval of its reference; a live value.
unsafe fn has_room(place: &Place, reference: &Slot, value: &Slot) -> bool {
    match *place {
        Place::Property { info, .. } => [0, info.addr() as u64].contains(&reference.reference().sources),
        // SAFETY: the caller's word.
        Place::Variable { .. } => unsafe { admits(reference, value) },
    }
}

/// Puts a value into a slot and returns what was there. `is_met`: whether a reference has the value of another static already.
#[inline(always)]
unsafe fn put(place: &Place, slot: *mut Slot, value: Slot, is_met: impl Fn(&Slot) -> bool) -> Slot {
    // SAFETY: the caller's slot and value are live. What comes after the type in the slot belongs to its table and stays.
    unsafe {
        engine::hold(&value);
        let old = *slot;
        let mut new = value;
        match *place {
            Place::Property { .. }
                if new.kind() != c::IS_REFERENCE
                    && bound::may_be(&old)
                    && has_room(place, &old, &new)
                    && !is_met(&old) =>
            {
                return exchange(&old, new);
            }
            Place::Property { info, .. } => {
                let typed = (*info).type_.type_mask != 0;
                if typed && old.kind() == c::IS_REFERENCE {
                    engine::zend_ref_del_type_source(sources(&old), info);
                }
                if typed && new.kind() == c::IS_REFERENCE {
                    engine::zend_ref_add_type_source(sources(&new), info);
                }
            }
            Place::Variable { .. } if new.kind() == c::IS_REFERENCE => {}
            Place::Variable { .. }
                if old.kind() == c::IS_REFERENCE && has_room(place, &old, &new) && !is_met(&old) =>
            {
                // A running method uses it already.
                return exchange(&old, new);
            }
            // Anything else than a reference means that the initialiser has not been run; and a typed property that has no room for the
            // value keeps its reference.
            Place::Variable { .. } => new = reference(new),
        }
        (&raw mut (*slot).value).write(new.value);
        (&raw mut (*slot).info).write(new.info);
        old
    }
}

/// Puts a value into a reference and returns what it held.
///
/// # Safety
/// The zval of a live reference; a value that is moved in.
unsafe fn exchange(reference: &Slot, new: Slot) -> Slot {
    // SAFETY: the caller's word.
    unsafe {
        let inner = &raw mut (*(reference.value as *mut Reference)).slot;
        let old = *inner;
        (&raw mut (*inner).value).write(new.value);
        (&raw mut (*inner).info).write(new.info);
        old
    }
}

/// Whether a reference can have a value as it is: typed properties that have the reference say what may be in it.
///
/// # Safety
/// The zval of a live reference, and a live value.
#[inline(always)]
unsafe fn admits(reference: &Slot, value: &Slot) -> bool {
    let sources = reference.reference().sources;
    // SAFETY: the caller's word.
    sources == 0 || unsafe { is_of_types(sources, value) }
}

/// Whether a value is of the types of properties, `ZEND_REF_FOREACH_TYPE_SOURCES`.
///
/// # Safety
/// What a live reference names as its sources, and a live value.
#[cold]
#[inline(never)]
unsafe fn is_of_types(sources: u64, value: &Slot) -> bool {
    let is_of_type = |info: *const zend_property_info| {
        // SAFETY: a declaration lives as long as a property that has a reference. An int would be made a float, and is to stay what it is.
        unsafe {
            if value.kind() == c::IS_LONG {
                (*info).type_.type_mask & 1 << c::IS_LONG != 0
            } else {
                crate::engine::fits(info, *value)
            }
        }
    };
    if sources & 1 == 0 {
        return is_of_type(sources as *const zend_property_info);
    }
    // SAFETY: `zend_property_info_list`: how many there are, how many there is room for, and they.
    unsafe {
        let list = (sources & !1) as *const usize;
        std::slice::from_raw_parts(list.add(2).cast(), *list).iter().all(|&info| is_of_type(info))
    }
}

fn sources(reference: &Slot) -> *mut u64 {
    // SAFETY: a reference's zval points at it.
    unsafe { &raw mut (*(reference.value as *mut Reference)).sources }
}

/// A new reference that takes the value over. May leave by a jump (memory limit).
unsafe fn reference(value: Slot) -> Slot {
    let layout = Layout::new::<Reference>();
    let made = emalloc(layout).cast::<Reference>();
    let gc = Counted { refcount: 1, info: c::GC_REFERENCE };
    // SAFETY: new memory of that size.
    unsafe { made.write(Reference { gc, slot: Slot { next: 0, ..value }, sources: 0 }) };
    Slot::counted(made, c::IS_REFERENCE_EX)
}
