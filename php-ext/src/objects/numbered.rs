//! Properties under ints, which `ArrayObject` gives an object by appending to it. `serialize()` writes the ints, and `unserialize()` takes
//! their decimal strings for names. So does a store: the encoder gets a table that was made of the object's for it. No payload has ints in
//! a table of properties.

use super::class::Facts;
use super::harvest::{Found, Harvest, Outcome};
use super::lazy::{is_another, is_lazy};
use super::{engine, methods, with_classes};
use crate::zend::constants as c;
use crate::zend::live::{Array, Slot};

/// Whether there are such properties in an object's table.
pub(super) fn has_numbers(table: &Array) -> bool {
    table.properties().any(|property| property.key == 0)
}

/// Forgets the tables of an earlier walk over the value.
pub(super) fn begin(harvest: &mut Harvest) {
    while let Some(object) = harvest.numbered.pop() {
        if let Some(found) = harvest.find_mut(object)
            && found.outcome == Outcome::Slots
        {
            found.table = std::ptr::null();
            // Of one that was never asked, since it was not lazy. It may be before it is met again.
            found.is_stale |= !is_lazy(object);
        }
    }
}

/// Makes a table for each object that was noted and has such properties, as they are now. Runs no user code.
///
/// # Safety
/// The caller's harvest, which holds what it names. May leave by a jump.
pub(super) unsafe fn name_all(harvest: *mut Harvest) {
    // SAFETY: the caller's word. The list stays as it is meanwhile.
    unsafe {
        for at in 0..(*harvest).numbered.len() {
            let object = (&(*harvest).numbered)[at];
            let facts = with_classes(|classes| classes.of_object(object.cast()));
            if !facts.has(Facts::GATHERED) && !is_lazy(object) {
                // It may have been lazy before.
                let number = (*harvest).number_of(object);
                *(*harvest).found_mut(number) = Found::of(object);
            }
            // One that was made lazy since it was met is not known, and has to be asked.
            let Some(found) = (*harvest).find_mut(object).filter(|found| found.outcome == Outcome::Slots)
            else {
                continue;
            };
            found.table = std::ptr::null();
            if !facts.has(Facts::GATHERED) {
                found.is_stale |= is_another(object, found);
            }
            let source = found.source;
            if let Some(table) = (*source).table().filter(|table| has_numbers(table)) {
                let named = named(table);
                (*harvest).adopt(named);
                if let Some(found) = (*harvest).find_mut(object) {
                    found.table = named.array();
                }
            }
        }
    }
}

/// The dynamic properties of a table under their names. Of those with the same name the last one counts, at the place of the first.
///
/// # Safety
/// A live table. May leave by a jump.
pub(super) unsafe fn named(table: &Array) -> Slot {
    // SAFETY: the caller's word; the new table holds what it has once more.
    unsafe {
        let named = engine::_zend_new_array(table.count);
        for property in table.properties() {
            let value = *methods::plain(&property.slot);
            engine::hold(&value);
            engine::put_property(named, &property, value);
        }
        Slot::counted(named, c::IS_ARRAY_EX)
    }
}
