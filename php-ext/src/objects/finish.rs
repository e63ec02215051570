//! The calls at the end of a fetch, in the order of `unserialize()`.

use std::slice::from_mut;

use ext_php_rs::ffi::{zend_class_entry, zend_function, zend_object, zend_string};

use super::class::{declared_in, method, slot_of};
use super::engine::{self, release_string, undefined, zval_of};
use super::harvest::Action;
use super::{dates, heap, prototype};
use crate::engine::{apart, exception_pending, locked};
use crate::payload::CallImage;
use crate::zend::constants as c;
use crate::zend::live::{Array, Object, Reference, Slot};

/// Makes the calls. Each holds its object and its argument until it was made. False if one threw: then the rest is
/// not made, and destructors of its objects do not run, since they were never whole.
///
/// # Safety
/// `prototypes` is null or has a place for each call. `calls` are so many in memory of the request, their objects and arguments built;
/// it is not freed here. Runs user code, may leave by a jump: no Rust value of the caller's needs dropping.
pub(crate) unsafe fn make_calls(
    calls: *mut CallImage,
    count: u32,
    object_of: impl Fn(u32) -> *mut Object,
    prototypes: *mut *mut zend_object,
) -> bool {
    let mut failed = false;
    for number in 0..count as usize {
        // SAFETY: the caller's word.
        unsafe {
            let call = calls.add(number);
            if (*call).action == CallImage::DONE {
                continue;
            }
            let object = object_of((*call).node).cast::<zend_object>();
            if failed {
                (*object.cast::<Object>()).gc.info |= c::IS_OBJ_DESTRUCTOR_CALLED;
            } else if !make(&raw mut *call, object) {
                (*object.cast::<Object>()).gc.info |= c::IS_OBJ_DESTRUCTOR_CALLED;
                failed = true;
            } else if !prototypes.is_null() {
                prototype::keep(prototypes.add(number), call, object);
            }
            let mut argument = (*call).argument;
            (*call).argument = undefined();
            engine::zval_ptr_dtor(zval_of(&mut argument));
            let mut this = engine::object_slot(object);
            engine::zval_ptr_dtor(zval_of(&mut this));
        }
    }
    !failed
}

/// False if it threw.
unsafe fn make(call: *mut CallImage, object: *mut zend_object) -> bool {
    // SAFETY: the fingerprint says that the class has the methods.
    unsafe {
        let class: *mut zend_class_entry = (*object).ce;
        let mut argument = (*call).argument;
        match Action::of((*call).action) {
            Some(Action::Unserialize) => {
                locked(|| run(object, (*class).__unserialize, from_mut(&mut argument)));
            }
            Some(Action::Wakeup) => match method(&*class, "__wakeup") {
                Some(wakeup) => locked(|| run(object, wakeup, &mut [])),
                None => return true,
            },
            Some(Action::Text) => match method(&*class, "unserialize") {
                Some(unserialize) => apart(|| run(object, unserialize, from_mut(&mut argument))),
                None => return true,
            },
            Some(Action::Moment) => dates::fill(object, argument.array()),
            Some(Action::Date) => dates::unserialize(object, &mut argument),
            Some(Action::Properties) => return set_properties(object, argument.array()),
            Some(action @ (Action::Heap | Action::Queue)) => {
                heap::fill(object, action == Action::Queue, argument.array());
            }
            Some(Action::Native) | None => {}
        }
        !exception_pending()
    }
}

/// Calls a method for what it does.
///
/// # Safety
/// As for [`engine::call_method`].
pub(super) unsafe fn run(object: *mut zend_object, method: *mut zend_function, arguments: &mut [Slot]) {
    // SAFETY: the caller's word; the result is ours.
    unsafe {
        let mut result = engine::call_method(object, method, arguments);
        engine::zval_ptr_dtor(zval_of(&mut result));
    }
}

/// For classes with `__serialize` and without `__unserialize`: each element is a property, by name. False if one of them
/// cannot be.
///
/// # Safety
/// A live object whose table of properties is made, and an array that lives through the call. May run user code.
unsafe fn set_properties(object: *mut zend_object, data: &Array) -> bool {
    // SAFETY: a live object whose properties are initialised; values are held once more by it.
    unsafe {
        if (*object).properties.is_null() {
            engine::build_table(object);
        }
        for element in data.elements() {
            let value = Slot { next: 0, ..element.slot };
            let done = match element.text() {
                Some(key) => set_property(object, key.start().cast_mut().cast(), value),
                None => {
                    let name = engine::name_of_int(element.hash as i64);
                    let done = set_property(object, name, value);
                    release_string(name);
                    done
                }
            };
            if !done {
                return false;
            }
        }
    }
    true
}

/// Sets one of them. False if it cannot be.
///
/// # Safety
/// As for [`set_properties`]; a live name and value.
unsafe fn set_property(object: *mut zend_object, name: *mut zend_string, value: Slot) -> bool {
    let mut value = value;
    // SAFETY: as for `set_properties`.
    unsafe {
        engine::hold(&value);
        let mut place = engine::zend_hash_find((*object).properties, name).cast::<Slot>();
        if place.is_null() || (*place).kind() != c::IS_INDIRECT {
            // Another visibility than the class has today is no other property.
            let Some(declared) = declaration(object, name) else {
                engine::zval_ptr_dtor(zval_of(&mut value));
                return false;
            };
            if !declared.is_null() {
                place = engine::zend_hash_find((*object).properties, declared).cast();
            }
        }
        if place.is_null() && (*(*object).ce).ce_flags & c::ZEND_ACC_NO_DYNAMIC_PROPERTIES != 0 {
            engine::zval_ptr_dtor(zval_of(&mut value));
            return false;
        }
        if place.is_null() || (*place).kind() != c::IS_INDIRECT {
            engine::zend_hash_update((*object).properties, name, zval_of(&mut value));
            return true;
        }
        let place = (*place).value as *mut Slot;
        let number = (place.addr() - object.addr() - c::OBJECT_SLOTS) / size_of::<Slot>();
        let property = declared_in((*object).ce, number as u32);
        let mut old = *place;
        old.next = 0;
        if let Some(property) = property.filter(|property| property.type_.type_mask != 0) {
            if !engine::zend_verify_prop_assignable_by_ref(property, zval_of(&mut value), true) {
                engine::zval_ptr_dtor(zval_of(&mut value));
                return false;
            }
            if value.kind() == c::IS_REFERENCE {
                let reference = value.value as *mut Reference;
                engine::zend_ref_add_type_source(&raw mut (*reference).sources, property);
            }
            // Set before, by another name for the same property.
            if old.kind() == c::IS_REFERENCE {
                let reference = old.value as *mut Reference;
                engine::zend_ref_del_type_source(&raw mut (*reference).sources, property);
            }
        }
        *place = value;
        engine::zval_ptr_dtor(zval_of(&mut old));
    }
    true
}

/// The full name of the declared property that a name means, null if none. `None` if `unserialize()` would refuse the name: it is that of
/// a virtual property, or of none that there can be.
unsafe fn declaration(object: *mut zend_object, name: *mut zend_string) -> Option<*mut zend_string> {
    let (mut class, mut property, mut len) = (std::ptr::null(), std::ptr::null(), 0);
    let none = Some(std::ptr::null_mut());
    // SAFETY: the parts point into the name, which lives; declarations are structures under their names.
    unsafe {
        let declarations = &raw const (*(*object).ce).properties_info;
        if (*declarations.cast::<Array>()).count == 0 {
            return none;
        }
        if engine::zend_unmangle_property_name_ex(name, &raw mut class, &raw mut property, &raw mut len) != 0
        {
            return None;
        }
        if !class.is_null() {
            let class = std::ffi::CStr::from_ptr(class).to_bytes();
            if class != b"*" && !class.eq_ignore_ascii_case(crate::engine::bytes((*(*object).ce).name)) {
                return none;
            }
        }
        let found = engine::zend_hash_str_find(declarations, property, len);
        let Some(found) = found.cast::<Slot>().as_ref() else { return none };
        let info = found.value as *const ext_php_rs::ffi::zend_property_info;
        if (*info).flags & c::ZEND_ACC_STATIC != 0 {
            return none;
        }
        slot_of(&*info).map(|_| (*info).name)
    }
}
