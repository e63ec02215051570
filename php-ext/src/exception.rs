//! `OPcache\StaticCacheException`, and how a function fails.

use std::sync::atomic::{AtomicPtr, Ordering};

use ext_php_rs::ffi::{zend_ce_exception, zend_class_entry, zval};

use crate::engine;
use crate::info::class;
use crate::module::local;

static CLASS: AtomicPtr<zend_class_entry> = AtomicPtr::new(std::ptr::null_mut());

/// Registers the class. Called at module start-up.
pub(crate) fn register() {
    // SAFETY: module start-up; the parent is the engine's own class.
    let class = unsafe { class::register(c"OPcache\\StaticCacheException", zend_ce_exception, 0) };
    CLASS.store(class, Ordering::Release);
}

/// Hands `message` to the engine: as an exception.
pub(crate) fn throw(message: &str) {
    with_c_string(message, |text| {
        // SAFETY: the class is registered; the engine copies the text.
        unsafe { engine::zend_throw_exception(CLASS.load(Ordering::Acquire), text, 0) };
    });
}

/// Hands `message` to the engine: as a warning of the running function.
pub(crate) fn warn(message: &str) {
    with_c_string(message, |text| {
        // SAFETY: the engine copies the text before anything else runs.
        unsafe {
            engine::php_error_docref(
                std::ptr::null(),
                ext_php_rs::ffi::E_WARNING as i32,
                c"%s".as_ptr(),
                text,
            );
        }
    });
}

/// Runs `deliver` with `message` in the thread's buffer: delivering may leave by a jump, and the buffer is not
/// ours to free then.
pub(crate) fn with_c_string(message: &str, deliver: impl FnOnce(*const std::ffi::c_char)) {
    // SAFETY: this thread's own; nothing else uses the buffer before it was copied by the engine.
    let buffer = unsafe { &mut (*local()).message };
    buffer.clear();
    buffer.extend(message.bytes().filter(|byte| *byte != 0));
    buffer.push(0);
    deliver(buffer.as_ptr().cast());
}

/// The function fails: false, or an exception if that was asked for.
///
/// # Safety
/// `out` may be overwritten.
#[cold]
pub(crate) unsafe fn fail(out: *mut zval, throwing: bool, message: String) {
    // SAFETY: the caller's word.
    unsafe { engine::set_bool(out, false) };
    if throwing {
        throw_owned(message);
    }
}

/// Throws a message that nobody needs afterwards.
#[cold]
pub(crate) fn throw_owned(message: String) {
    // SAFETY: as in `with_c_string`.
    let buffer = unsafe { &mut (*local()).message };
    buffer.clear();
    buffer.extend(message.bytes().filter(|byte| *byte != 0));
    buffer.push(0);
    // Gone before the engine is called, which may not come back.
    drop(message);
    // SAFETY: as in `throw`.
    unsafe { engine::zend_throw_exception(CLASS.load(Ordering::Acquire), buffer.as_ptr().cast(), 0) };
}
