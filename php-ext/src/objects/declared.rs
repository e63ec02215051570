//! Names out of `__sleep` that are declared properties of the object's class, in sight of its methods: most are. These are looked up in the
//! class, without the table of the object's properties, which the engine would make for it, and without mangled names.

use ext_php_rs::ffi::{
    ZEND_ACC_PROTECTED, ZEND_ACC_PUBLIC, zend_object, zend_property_info, zend_std_get_properties,
};

use super::class::{Facts, slot_of, text};
use super::engine;
use super::harvest::{Found, Harvest};
use super::plain::is_plain;
use crate::zend::constants as c;
use crate::zend::live::{Array, Object, Slot, Text};

/// More names are looked up one by one, in a table.
const MOST: u32 = 64;

/// Adds the slots that all these names stand for to the list of chosen ones. False, and nothing was added, if some may stand for something
/// else or for nothing, have no value, or are there twice.
///
/// # Safety
/// The caller's harvest, a live object that is not lazy, of the class of these facts.
pub(super) unsafe fn choose(
    harvest: *mut Harvest,
    object: *const Object,
    names: &Array,
    facts: &Facts,
) -> bool {
    // SAFETY: the caller's word; no user code runs here.
    unsafe {
        if names.count > MOST || !has_only_declared(object, facts) {
            return false;
        }
        let chosen = &mut (*harvest).chosen;
        let first = chosen.len();
        let (mut next, mut seen) = (0, 0u64);
        for at in 0..names.extent() as usize {
            let name = names.value(at);
            let slot =
                if name.kind() == c::IS_STRING { find(object, name.text(), next, facts) } else { None };
            let is_new = |slot: &u32| match Found::bit_of(*slot) {
                0 => !chosen[first..].contains(slot),
                bit => seen & bit == 0,
            };
            let Some(slot) = slot.filter(is_new) else {
                chosen.truncate(first);
                return false;
            };
            chosen.push(slot);
            seen |= Found::bit_of(slot);
            next = slot + 1;
        }
    }
    true
}

/// Whether nobody is to be asked in these properties.
///
/// # Safety
/// A live object of the class of these facts, and slots of it.
pub(super) unsafe fn are_plain(chosen: &[u32], object: *const Object, facts: &Facts) -> bool {
    // SAFETY: the caller's word.
    let slots = unsafe { (*object).slots(facts.slots) };
    chosen.iter().all(|slot| is_plain(&slots[*slot as usize]))
}

/// Puts such properties into an array, under their full names.
///
/// # Safety
/// As for [`are_plain`], of what [`choose`] added; a live array that is no other's.
pub(super) unsafe fn select(chosen: &[u32], object: *const Object, facts: &Facts, selected: *const Array) {
    for slot in chosen {
        // SAFETY: the caller's word; the array holds what it takes.
        unsafe {
            let mut value = Slot { next: 0, ..(*object).slots(facts.slots)[*slot as usize] };
            engine::hold(&value);
            let name = (**(*facts.class).properties_info_table.add(*slot as usize)).name;
            engine::zend_hash_add(selected.cast_mut().cast(), name, engine::zval_of(&mut value));
        }
    }
}

/// Whether the table of an object's properties is what the engine makes of the declared ones alone, or would be.
///
/// # Safety
/// A live object.
unsafe fn has_only_declared(object: *const Object, facts: &Facts) -> bool {
    // SAFETY: the caller's word: it has handlers.
    unsafe {
        let handlers = (*object.cast::<zend_object>()).handlers;
        let of_engine = zend_std_get_properties as *const () as usize;
        (*handlers).get_properties.is_some_and(|get| get as usize == of_engine)
            && (*object).table().is_none_or(|table| {
                !table.is_packed() && table.count == facts.slots && table.used == facts.slots
            })
    }
}

/// The slot of the property that a method of the class means by that name, if it has a value. Most are named in the order of declaration:
/// the next ones are looked at first.
///
/// # Safety
/// As for [`choose`].
unsafe fn find(object: *const Object, name: &Text, first: u32, facts: &Facts) -> Option<u32> {
    // SAFETY: the caller's word.
    unsafe {
        const LOOKS: u32 = 4;
        let mut next = first..facts.slots.min(first + LOOKS);
        let slot = next.find(|slot| is_named(*slot, name, facts)).or_else(|| look_up(name, facts))?;
        let value = &(*object).slots(facts.slots)[slot as usize];
        let stands_in = |table: &Array| {
            let element = &table.buckets()[slot as usize].slot;
            element.kind() == c::IS_INDIRECT && element.value == std::ptr::from_ref(value).addr() as u64
        };
        let is_there = value.kind() != c::IS_UNDEF && (*object).table().is_none_or(stands_in);
        is_there.then_some(slot)
    }
}

/// The same, wherever it is. The class's declarations are under the names that its methods know them by.
///
/// # Safety
/// A class of this request.
#[cold]
#[inline(never)]
unsafe fn look_up(name: &Text, facts: &Facts) -> Option<u32> {
    // SAFETY: the caller's word: declarations are structures under their names.
    unsafe {
        let declarations = &raw const (*facts.class).properties_info;
        let found = engine::zend_hash_find(declarations, name.start().cast());
        let property = &*(found.cast::<Slot>().as_ref()?.value as *const zend_property_info);
        // A static one has a number of another kind there.
        let slot = slot_of(property)
            .filter(|slot| property.flags & c::ZEND_ACC_STATIC == 0 && *slot < facts.slots)?;
        is_named(slot, name, facts).then_some(slot)
    }
}

/// Whether a method of the class means the property in that slot by that name. A parent's private one it does not mean, and of others
/// there is one of each name. One that hooks have moved is left to the table (PHP 8.4).
///
/// # Safety
/// A class of this request that has the slot.
#[inline(always)]
unsafe fn is_named(slot: u32, name: &Text, facts: &Facts) -> bool {
    // SAFETY: the caller's word: there is a declaration, or null, for each slot; declarations and classes have names.
    unsafe {
        let Some(property) = (*(*facts.class).properties_info_table.add(slot as usize)).as_ref() else {
            return false;
        };
        let full = text(property.name);
        let before = full.len.wrapping_sub(name.len);
        if property.flags & ZEND_ACC_PUBLIC != 0 {
            if before != 0 {
                return false;
            }
        } else if property.flags & ZEND_ACC_PROTECTED != 0 {
            if before != c"*".count_bytes() + 2 {
                return false;
            }
        } else if !std::ptr::eq(property.ce, facts.class) || before != (*(*facts.class).name).len + 2 {
            return false;
        }
        (std::ptr::eq(full, name) || full.bytes()[before..] == *name.bytes())
            && slot_of(property) == Some(slot)
    }
}
