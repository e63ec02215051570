//! Autoloaders: static state may wait for classes that nobody knows yet, as that of preloaded classes does, and of those in the first file; or for
//! a declaration that a file passes over, of which nobody tells: that the file is over shows when the autoloader that ran it comes back.

use std::sync::atomic::{AtomicUsize, Ordering};

use ext_php_rs::ffi::{zend_class_entry, zend_string, zval};

use super::intercept::Original;
use crate::engine::{Frame, exception_pending};
use crate::statics;

/// `zend_autoload`.
type Load = unsafe extern "C" fn(*mut zend_string, *mut zend_string) -> *mut zend_class_entry;

unsafe extern "C" {
    static mut zend_autoload: Option<Load>;
}

static REGISTER: Original = Original::none();

/// Whom the engine asked for classes before.
static LOAD: AtomicUsize = AtomicUsize::new(0);

pub(super) fn install() {
    REGISTER.replace(c"spl_autoload_register", register);
}

/// At the first request.
pub(crate) fn watch() {
    // SAFETY: the engine's variable, of this type. A thread that reads it at this moment calls what was there before.
    unsafe {
        if let Some(before) = zend_autoload {
            LOAD.store(before as usize, Ordering::Release);
            zend_autoload = Some(load);
        }
    }
}

/// At module shutdown.
pub(super) fn stop() {
    REGISTER.forget();
    // SAFETY: as above; on one thread.
    unsafe {
        if zend_autoload.is_some_and(|now| now as usize == load as *const () as usize) {
            zend_autoload = std::mem::transmute::<usize, Option<Load>>(LOAD.load(Ordering::Acquire));
        }
    }
}

unsafe extern "C" fn load(name: *mut zend_string, lower: *mut zend_string) -> *mut zend_class_entry {
    // SAFETY: what was in our place, with its arguments.
    let found = unsafe { std::mem::transmute::<usize, Load>(LOAD.load(Ordering::Relaxed))(name, lower) };
    if statics::is_waiting() { after_loading(found) } else { found }
}

/// What an autoloader has found, which is nothing if what is restored then throws: the engine has it so where the autoloader itself does.
#[cold]
fn after_loading(found: *mut zend_class_entry) -> *mut zend_class_entry {
    statics::loader_returned();
    if exception_pending() { std::ptr::null_mut() } else { found }
}

unsafe extern "C" fn register(frame: *mut Frame, out: *mut zval) {
    // SAFETY: the engine's call, passed on.
    unsafe { REGISTER.call(frame, out) };
    if !exception_pending() {
        statics::loader_registered();
    }
}
