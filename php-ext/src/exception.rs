//! `OPcache\StaticCacheException`, and how a function fails.
//!
//! What throws or warns may not come back: a warning runs the script's error handler, and either can hit the memory limit,
//! which leaves by a jump. So a message is moved into a buffer that belongs to the thread, and its own memory is gone before
//! the engine hears of it. The functions here take messages, they do not borrow them: a caller cannot keep one by mistake.

use std::borrow::Cow;
use std::ffi::c_char;
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

/// Hands `message` to the engine: as an exception. May leave by a jump.
#[cold]
pub(crate) fn throw(message: impl Into<Cow<'static, str>>) {
    let text = stage(message);
    // SAFETY: the class is registered; the engine copies the text.
    unsafe { engine::zend_throw_exception(CLASS.load(Ordering::Acquire), text, 0) };
}

/// Hands `message` to the engine: as a warning of the running function. Runs the script's error handler, and may leave
/// by a jump.
#[cold]
pub(crate) fn warn(message: impl Into<Cow<'static, str>>) {
    let text = stage(message);
    // SAFETY: the engine copies the text before anything else runs.
    unsafe {
        engine::php_error_docref(std::ptr::null(), ext_php_rs::ffi::E_WARNING as i32, c"%s".as_ptr(), text);
    }
}

/// The function fails: false, or an exception if that was asked for. May leave by a jump.
///
/// # Safety
/// `out` may be overwritten.
#[cold]
pub(crate) unsafe fn fail(out: *mut zval, throwing: bool, message: String) {
    // SAFETY: the caller's word.
    unsafe { engine::set_bool(out, false) };
    if throwing {
        throw(message);
    }
}

/// Moves a message into the thread's buffer, as a C string that is good until the next one.
fn stage(message: impl Into<Cow<'static, str>>) -> *const c_char {
    let message: Cow<'static, str> = message.into();
    stage_bytes(message.as_bytes())
}

/// The same for bytes that are not ours to free.
pub(crate) fn stage_bytes(text: &[u8]) -> *const c_char {
    // SAFETY: this thread's own; nothing else uses the buffer before the engine has copied it.
    let buffer = unsafe { &mut (*local()).message };
    buffer.clear();
    buffer.extend(text.iter().filter(|byte| **byte != 0));
    buffer.push(0);
    buffer.as_ptr().cast()
}
