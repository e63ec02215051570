//! Names that PHP keeps longer than the request lasts for us.
//!
//! `stream_wrapper_register`, `stream_wrapper_restore` and `stream_filter_register` use the name as a key of a table that the engine
//! destroys after it has told all modules that the request is over. A string of ours could be somebody else's memory by then, so
//! these functions get a copy.

use std::ffi::CStr;

use ext_php_rs::ffi::zval;

use super::intercept::{Handler, Originals};
use crate::engine::{self, Frame, exception_pending};
use crate::zend::constants as c;

/// The functions; the second is the first under its other name.
const FUNCTIONS: [(&CStr, Handler); 4] = [
    (c"stream_wrapper_register", copied::<0>),
    (c"stream_register_wrapper", copied::<1>),
    (c"stream_wrapper_restore", copied::<2>),
    (c"stream_filter_register", copied::<3>),
];

static ORIGINALS: Originals<{ FUNCTIONS.len() }> = Originals::none();

pub(super) fn install() {
    ORIGINALS.replace(FUNCTIONS);
}

/// At module shutdown.
pub(super) fn stop() {
    ORIGINALS.forget();
}

unsafe extern "C" fn copied<const N: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: the engine's call, passed on.
    unsafe {
        if copy_first(frame) {
            ORIGINALS.call(N, frame, out);
        }
    }
}

/// Replaces the first argument, if it is a string that nobody counts or an object that says it is one, by a copy that the frame
/// owns (and frees, as it frees any argument). False if an object's method threw: then there is nothing to call. May run user
/// code and leave by a jump.
///
/// # Safety
/// `frame` is the frame of a running internal function.
pub(super) unsafe fn copy_first(frame: *mut Frame) -> bool {
    // SAFETY: there is such an argument; a string's zval points at a live string. An object that becomes a string by PHP's rules,
    // which know whether the caller is strict, is replaced by that string.
    unsafe {
        if engine::argument_count(frame) == 0 {
            return true;
        }
        let name = engine::argument(frame, 0);
        if engine::slot(name).kind() == c::IS_OBJECT {
            let mut string = std::ptr::null_mut();
            if !engine::zend_parse_arg_str_slow(name, &raw mut string, 1) {
                // The function itself says why not.
                return !exception_pending();
            }
        }
        let value = engine::slot(name);
        if value.kind() == c::IS_STRING && !value.is_counted() {
            let bytes = engine::bytes(value.value as *const _);
            engine::set_string(name, bytes);
        }
        true
    }
}
