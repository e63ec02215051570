//! New objects from images. Nothing here runs user code.

use ext_php_rs::ffi::{zend_class_entry, zend_object, zend_string};

use super::class::declared_in;
use super::engine::{self, zval_of};
#[cfg(php84)]
use super::exceptions;
use super::resolve::Resolved;
use crate::engine::without_collection;
use crate::payload::ObjectImage;
use crate::zend::constants as c;
use crate::zend::live::{Array, Object, Reference, Slot};

/// A new object with the image's properties, as many times held as the image says. What it is to hold of other nodes is
/// null until the fixups run.
///
/// # Safety
/// An image of the class, which was resolved.
#[inline(always)]
pub(crate) unsafe fn object(image: *const ObjectImage, class: &Resolved) -> *mut Object {
    // SAFETY: the fingerprint says that objects of the class have the image's slots.
    unsafe {
        if class.creates || (*image).traits != 0 {
            return unusual(image, class);
        }
        let object = engine::zend_objects_new(class.class).cast::<Object>();
        (*object).gc.refcount = (*image).gc.refcount;
        let (from, to) = (ObjectImage::slots(image), slots(object));
        for number in 0..class.slots as usize {
            copy(to.add(number), from.add(number));
        }
        object
    }
}

/// The declared properties of an object.
#[inline(always)]
pub(crate) fn slots(object: *mut Object) -> *mut Slot {
    object.wrapping_add(1).cast()
}

/// Copies a zval.
///
/// # Safety
/// `from` can be read, `to` be written.
#[inline(always)]
unsafe fn copy(to: *mut Slot, from: *const Slot) {
    // SAFETY: the caller's word. Two words each, not one structure: see `encode::emit`.
    unsafe {
        let (to, from) = (to.cast::<u64>(), from.cast::<u64>());
        to.write(from.read());
        to.add(1).write(from.add(1).read());
    }
}

/// Enum cases, and objects that the class makes itself or that have not all their properties in the image.
///
/// # Safety
/// As for [`object`].
#[cold]
#[inline(never)]
unsafe fn unusual(image: *const ObjectImage, class: &Resolved) -> *mut Object {
    // SAFETY: as for `object`. Every new object's properties are initialised before anything else happens.
    unsafe {
        if (*image).traits & ObjectImage::ENUM != 0 {
            // It was evaluated when the payload was resolved.
            let name = (*ObjectImage::slots(image)).value as *mut zend_string;
            let case = engine::zend_enum_get_case(class.class, name).cast::<Object>();
            (*case).gc.refcount += (*image).gc.refcount;
            return case;
        }
        let created = match (*class.class).__bindgen_anon_2.create_object {
            #[cfg(php84)]
            Some(_) if exceptions::is_plain(class.class) => plain(class.class),
            Some(create) => create(class.class),
            None => plain(class.class),
        };
        let object = created.cast::<Object>();
        // Added: whoever makes objects may have it held already.
        (*object).gc.refcount += (*image).gc.refcount - 1;
        let (from, to) = (ObjectImage::slots(image), slots(object));
        for number in 0..(*image).count as usize {
            // Undefined: what a new object has there.
            if (*from.add(number)).kind() != c::IS_UNDEF {
                replace(to.add(number), from.add(number));
            }
        }
        #[cfg(php84)]
        if exceptions::is_plain(class.class) && (*image).traits & ObjectImage::DEFAULTS != 0 {
            exceptions::fill(object, |slot| {
                slot >= (*image).count || (*from.add(slot as usize)).kind() == c::IS_UNDEF
            });
        }
        object
    }
}

/// A new object as the engine makes one of a class that has no function for it.
unsafe fn plain(class: *mut zend_class_entry) -> *mut zend_object {
    // SAFETY: a class of this request, whose defaults were evaluated when the payload was resolved.
    unsafe {
        let object = engine::zend_objects_new(class);
        engine::object_properties_init(object, class);
        object
    }
}

/// Moves a value to a new object's slot, which has one by default.
///
/// # Safety
/// A slot of an object, and a value that becomes its own.
pub(super) unsafe fn replace(to: *mut Slot, from: *const Slot) {
    // SAFETY: the caller's word.
    unsafe {
        let mut old = *to;
        copy(to, from);
        // An exception's trace, which has the arguments of functions, or an enum case: others hold that as well.
        if old.is_counted() {
            without_collection(|| engine::zval_ptr_dtor(zval_of(&mut old)));
        }
    }
}

/// Gives an object its dynamic properties: `table` is a new one that is moved into it.
///
/// # Safety
/// A new object of the class that has no such table, or that of its declared properties.
pub(crate) unsafe fn set_table(object: *mut Object, class: &Resolved, table: *mut Array) {
    // SAFETY: the caller's word; elements are moved from one table to the other.
    unsafe {
        if class.slots == 0 && (*object).properties == 0 {
            (*object).properties = table.addr() as u64;
            return;
        }
        if (*object).properties == 0 {
            engine::build_table(object.cast());
        }
        for property in (*table).elements() {
            engine::put_property(
                (*object).properties as *mut _,
                &property,
                Slot { next: 0, ..property.slot },
            );
        }
        let chains = crate::zend::live::hash_entries((*table).mask) * size_of::<u32>();
        ext_php_rs::alloc::efree(((*table).data as *mut u8).sub(chains));
        ext_php_rs::alloc::efree(table.cast());
    }
}

/// Tells the reference in a typed property about that type.
///
/// # Safety
/// A new object of the class; the slot holds a reference.
pub(crate) unsafe fn set_type(object: *mut Object, class: &Resolved, slot: u32) {
    // SAFETY: the caller's word; the class has a declaration for each slot that an image has a value for.
    unsafe {
        let Some(property) = declared_in(class.class, slot) else { return };
        let reference = (*slots(object).add(slot as usize)).value as *mut Reference;
        engine::zend_ref_add_type_source(&raw mut (*reference).sources, property);
    }
}
