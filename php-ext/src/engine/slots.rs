//! Values as the engine has them: read, written, copied, checked against a type.

use ext_php_rs::ffi::{zend_object, zend_resource, zend_string, zend_type, zval};
use ext_php_rs::types::ZendHashTable;

use super::{in_frame, zend_ce_closure, zend_clear_exception, zend_verify_property_type, zval_ptr_dtor};
use crate::zend::constants as c;
use crate::zend::live::{Slot, Text};

/// A value as the codec sees it.
///
/// # Safety
/// `value` is a live zval, and stays so for `'a`.
#[inline(always)]
pub(crate) unsafe fn slot<'a>(value: *const zval) -> &'a Slot {
    // SAFETY: same layout (asserted in `zend`).
    unsafe { &*value.cast::<Slot>() }
}

/// The bytes of a string.
///
/// # Safety
/// `string` is a live string and stays so for `'a`.
#[inline(always)]
pub(crate) unsafe fn bytes<'a>(string: *const zend_string) -> &'a [u8] {
    // SAFETY: the bytes follow the header.
    unsafe {
        let start = (&raw const (*string).val).cast::<u8>();
        std::slice::from_raw_parts(start, (*string).len)
    }
}

/// Sets a value that needs no counting.
///
/// # Safety
/// `out` may be overwritten without being destroyed.
#[inline(always)]
unsafe fn set(out: *mut zval, value: u64, info: u32) {
    // SAFETY: the caller's word.
    unsafe {
        let out = out.cast::<Slot>();
        (&raw mut (*out).value).write(value);
        (&raw mut (*out).info).write(info);
    }
}

/// # Safety
/// As for [`set`].
#[inline(always)]
pub(crate) unsafe fn set_bool(out: *mut zval, value: bool) {
    // SAFETY: the caller's word.
    unsafe { set(out, 0, if value { c::IS_TRUE } else { c::IS_FALSE }) };
}

/// # Safety
/// As for [`set`].
#[inline(always)]
pub(crate) unsafe fn set_null(out: *mut zval) {
    // SAFETY: the caller's word.
    unsafe { set(out, 0, c::IS_NULL) };
}

/// # Safety
/// As for [`set`].
#[inline(always)]
pub(crate) unsafe fn set_int(out: *mut zval, value: i64) {
    // SAFETY: the caller's word.
    unsafe { set(out, value as u64, c::IS_LONG) };
}

/// # Safety
/// As for [`set`]; `array` is counted for `out`.
#[inline(always)]
pub(crate) unsafe fn set_array(out: *mut zval, array: *mut ZendHashTable) {
    // SAFETY: the caller's word.
    unsafe { set(out, array as u64, c::IS_ARRAY_EX) };
}

/// Sets a new string with these bytes. May leave by a jump (memory limit).
///
/// # Safety
/// As for [`set`].
pub(crate) unsafe fn set_string(out: *mut zval, bytes: &[u8]) {
    // SAFETY: the caller's word. The engine may answer with one of its own interned strings.
    unsafe {
        let string = ext_php_rs::ffi::ext_php_rs_zend_string_init(bytes.as_ptr().cast(), bytes.len(), false);
        let slot = string_slot(string);
        set(out, slot.value, slot.info);
    }
}

/// Lets go of a string.
///
/// # Safety
/// A live string that the caller holds.
pub(crate) unsafe fn release_string(string: *mut zend_string) {
    // SAFETY: the caller's word; the zval says whether the string is counted.
    unsafe {
        let mut value = string_slot(string);
        zval_ptr_dtor((&raw mut value).cast());
    }
}

/// A zval of a string, which is not held once more for it.
///
/// # Safety
/// A live string.
pub(crate) unsafe fn string_slot(string: *mut zend_string) -> Slot {
    // SAFETY: the caller's word.
    let interned = unsafe { (*string.cast::<Text>()).gc.info } & c::STR_INTERNED != 0;
    let info = if interned { c::IS_INTERNED_STRING_EX } else { ext_php_rs::ffi::IS_STRING_EX };
    Slot { value: string.addr() as u64, info, next: 0 }
}

/// Copies a value and counts the copy.
///
/// # Safety
/// `from` is live; `out` may be overwritten without being destroyed.
#[inline(always)]
pub(crate) unsafe fn copy(out: *mut zval, from: *const zval) {
    // SAFETY: the caller's word; a counted value begins with its count.
    unsafe {
        let from = slot(from);
        set(out, from.value, from.info);
        if from.is_counted() {
            *(from.value as *mut u32) += 1;
        }
    }
}

/// Whether a value is an instance of `Closure`.
pub(crate) fn is_closure(value: &Slot) -> bool {
    // SAFETY: an object's zval points at the object; the class pointer is set at the engine's start.
    value.kind() == c::IS_OBJECT && unsafe { (*(value.value as *const zend_object)).ce == zend_ce_closure }
}

/// Types of values as [`Slot::kind`] gives them, where the codec has no use for them.
pub(crate) const RESOURCE: u32 = c::IS_RESOURCE;

/// Whether a value may be in a property, by its type. Loads no class; what the engine throws is taken back.
///
/// # Safety
/// A declaration of this request and a live value.
pub(crate) unsafe fn fits(property: *const ext_php_rs::ffi::zend_property_info, value: Slot) -> bool {
    let mut value = value;
    in_frame(|| {
        // SAFETY: the caller's word.
        unsafe {
            let fits = zend_verify_property_type(property, (&raw mut value).cast(), true);
            if !fits {
                zend_clear_exception();
            }
            fits
        }
    })
}

/// A type for a declaration: a mask of built-in types.
pub(crate) const fn builtin(mask: u32) -> zend_type {
    zend_type { ptr: std::ptr::null_mut(), type_mask: mask }
}

const _: () = assert!(size_of::<*mut zend_resource>() == 8);
