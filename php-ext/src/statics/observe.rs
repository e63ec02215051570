//! What the engine tells: classes that were linked, errors.

use std::ffi::c_int;
use std::panic::catch_unwind;

use ext_php_rs::ffi::{
    E_COMPILE_ERROR, E_CORE_ERROR, E_ERROR, E_PARSE, E_RECOVERABLE_ERROR, E_USER_ERROR, zend_class_entry,
    zend_string,
};

use super::{awaited, engine, restore, scan, with};
use crate::zend::constants as c;

const USER: std::ffi::c_char = 2;

/// Not seen, or not seen reliably; and nothing of theirs is shared with who uses them.
const PASSED_OVER: u32 = c::ZEND_ACC_TRAIT | c::ZEND_ACC_INTERFACE | c::ZEND_ACC_ANON_CLASS;

/// At module start-up.
pub(super) fn install() {
    // SAFETY: module start-up; the engine forgets its observers at shutdown.
    unsafe {
        engine::zend_observer_class_linked_register(linked);
        engine::zend_observer_error_register(failed);
    }
}

/// Whether a class can have targets and has some.
///
/// # Safety
/// A class of this request.
pub(super) unsafe fn is_attributed(class: *const zend_class_entry) -> bool {
    // SAFETY: the caller's word; the rest is of linked classes of scripts.
    unsafe { (*class).type_ == USER && (*class).ce_flags & PASSED_OVER == 0 && scan::is_marked(class) }
}

/// For every class of every request.
unsafe extern "C" fn linked(class: *mut zend_class_entry, _name: *mut zend_string) {
    // SAFETY: called by the engine with a linked class.
    unsafe {
        // A panic would be a bug of ours; what it leaves is an ordinary class.
        if is_attributed(class) && !engine::is_preloading() {
            let _ = catch_unwind(|| restore::link(class));
        }
        if with(|statics| !statics.awaiting.is_empty()) {
            let _ = catch_unwind(awaited::retry);
        }
    }
}

unsafe extern "C" fn failed(kind: c_int, _file: *mut zend_string, _line: u32, _message: *mut zend_string) {
    const FATAL: u32 = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR;
    /// Fatal unless the script handles them.
    const MAYBE: u32 = E_USER_ERROR | E_RECOVERABLE_ERROR;
    if kind.cast_unsigned() & MAYBE != 0 {
        with(|statics| statics.erred = true);
    }
    if kind.cast_unsigned() & FATAL != 0 && !(kind.cast_unsigned() == E_COMPILE_ERROR && is_caught()) {
        with(|statics| {
            statics.fatal = true;
            // Whatever was being compiled will not come to its end.
            statics.compiling = 0;
            statics.waiting.clear();
        });
    }
}

/// Whether this error of the compiler ends no more than the compilation: `opcache_compile_file()` makes a warning of it.
fn is_caught() -> bool {
    // SAFETY: this thread's own globals; functions in frames are whole, and their names as well.
    unsafe {
        let frame = (*ext_php_rs::ffi::ext_php_rs_executor_globals()).current_execute_data;
        !frame.is_null()
            && !(*frame).func.is_null()
            && crate::engine::is_internal((*frame).func)
            && !(*(*frame).func).common.function_name.is_null()
            && crate::engine::bytes((*(*frame).func).common.function_name) == b"opcache_compile_file"
    }
}
