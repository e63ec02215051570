//! What is behind a lazy proxy (PHP 8.4). The engine also takes an object of a parent class as its instance. That may have other slots:
//! a property that the proxy's class declares again leaves a slot without use in its objects, and lies elsewhere if it has hooks there.

use ext_php_rs::ffi::zend_property_info;

use super::class::{Facts, slot_of};
use super::engine::{self, undefined};
use super::{build, methods, numbered, with_classes};
use crate::zend::constants as c;
use crate::zend::live::{Object, Reference, Slot};

/// An object of the proxy's own class with the properties of such an instance, which the caller holds. No script sees it.
///
/// # Safety
/// A live instance of a proxy whose class has these facts; it is held for as long as what this gives.
pub(super) unsafe fn stand_in(instance: *const Object, facts: &Facts) -> *const Object {
    // SAFETY: the caller's word. The new object's slots are initialised before anything else is allocated: a fatal error frees it.
    // Counted values are held once more by it, references know the types of its properties, and its destructor counts as called.
    unsafe {
        let source = with_classes(|classes| classes.of_object(instance.cast()));
        let object = engine::zend_objects_new(facts.class).cast::<Object>();
        let slots = build::slots(object);
        for number in 0..facts.slots as usize {
            slots.add(number).write(undefined());
        }
        (*object).gc.info |= c::IS_OBJ_DESTRUCTOR_CALLED;
        for (property, from, to) in common(&source, facts) {
            let value = *methods::plain(&(*instance).slots(source.slots)[from as usize]);
            if value.kind() == c::IS_REFERENCE && (*property).type_.type_mask != 0 {
                let reference = value.value as *mut Reference;
                engine::zend_ref_add_type_source(&raw mut (*reference).sources, property);
            }
            engine::hold(&value);
            slots.add(to as usize).write(Slot { next: 0, ..value });
        }
        // A table of its own: the engine copies one with two holders before it is written to, and the instance's would be a copy then
        // that follows its declared properties no longer.
        if let Some(table) = (*instance).table().filter(|table| table.properties().next().is_some()) {
            (*object).properties = numbered::named(table).value;
        }
        object
    }
}

/// Where properties chosen by their slots in the instance are in objects of the proxy's class.
///
/// # Safety
/// As for [`stand_in`].
pub(super) unsafe fn translate(chosen: &mut [u32], instance: *const Object, facts: &Facts) {
    // SAFETY: the caller's word.
    unsafe {
        let source = with_classes(|classes| classes.of_object(instance.cast()));
        for slot in chosen {
            if let Some((.., to)) = common(&source, facts).find(|(_, from, _)| from == slot) {
                *slot = to;
            }
        }
    }
}

/// The properties that objects of a class have from a parent: the declaration, the slot in the parent's objects, the slot in the class's.
///
/// # Safety
/// Classes of this request, the first one a parent of the other.
unsafe fn common(
    parent: &Facts,
    class: &Facts,
) -> impl Iterator<Item = (*const zend_property_info, u32, u32)> {
    let (parents, own) = (parent.class, class.class);
    (0..parent.slots.min(class.slots) as usize).filter_map(move |number| {
        // SAFETY: each table has a declaration, or null, for each slot; a class's begins with its parent's, or with what it has instead.
        unsafe {
            let from = (*(*parents).properties_info_table.add(number)).as_ref()?;
            let to = (*(*own).properties_info_table.add(number)).as_ref()?;
            Some((std::ptr::from_ref(to), slot_of(from)?, slot_of(to)?))
        }
    })
}
