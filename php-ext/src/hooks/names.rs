//! Names that PHP keeps longer than the request lasts for us.
//!
//! `stream_wrapper_register` and `stream_filter_register` use the name as a key of a table that the engine destroys after it
//! has told all modules that the request is over. A string of ours could be somebody else's memory by then, so these
//! functions get a copy.

use ext_php_rs::ffi::zval;

use super::intercept::Original;
use crate::engine::{self, Frame};
use crate::zend::constants as c;

static WRAPPER: Original = Original::none();
static FILTER: Original = Original::none();

pub(super) fn install() {
    WRAPPER.replace(c"stream_wrapper_register", wrapper);
    // The same under its other name.
    ALIAS.replace(c"stream_register_wrapper", alias);
    FILTER.replace(c"stream_filter_register", filter);
}

static ALIAS: Original = Original::none();

unsafe extern "C" fn wrapper(frame: *mut Frame, out: *mut zval) {
    // SAFETY: the engine's call, passed on.
    unsafe {
        copy_first(frame);
        WRAPPER.call(frame, out);
    }
}

unsafe extern "C" fn alias(frame: *mut Frame, out: *mut zval) {
    // SAFETY: the engine's call, passed on.
    unsafe {
        copy_first(frame);
        ALIAS.call(frame, out);
    }
}

unsafe extern "C" fn filter(frame: *mut Frame, out: *mut zval) {
    // SAFETY: the engine's call, passed on.
    unsafe {
        copy_first(frame);
        FILTER.call(frame, out);
    }
}

/// Replaces the first argument, if it is a string that nobody counts, by a copy that the frame owns (and frees, as it
/// frees any argument). May leave by a jump.
///
/// # Safety
/// `frame` is the frame of a running internal function.
unsafe fn copy_first(frame: *mut Frame) {
    // SAFETY: there is such an argument; a string's zval points at a live string.
    unsafe {
        if engine::argument_count(frame) == 0 {
            return;
        }
        let name = engine::argument(frame, 0);
        let value = engine::slot(name);
        if value.kind() == c::IS_STRING && !value.is_counted() {
            let bytes = engine::bytes(value.value as *const _);
            engine::set_string(name, bytes);
        }
    }
}
