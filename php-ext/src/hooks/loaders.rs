//! Autoloaders: static state may wait for classes that nobody knows yet, as that of preloaded classes does, and of those in the first file.

use ext_php_rs::ffi::zval;

use super::intercept::Original;
use crate::engine::{Frame, exception_pending};
use crate::statics;

static REGISTER: Original = Original::none();

pub(super) fn install() {
    REGISTER.replace(c"spl_autoload_register", register);
}

/// At module shutdown.
pub(super) fn stop() {
    REGISTER.forget();
}

unsafe extern "C" fn register(frame: *mut Frame, out: *mut zval) {
    // SAFETY: the engine's call, passed on.
    unsafe { REGISTER.call(frame, out) };
    if !exception_pending() {
        statics::loader_registered();
    }
}
