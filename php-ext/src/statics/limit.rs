//! The time limit (`max_execution_time`, `set_time_limit()`) of the code that the publication at a request's end calls. The engine has
//! taken its own away by then: a method that does not come back would have the worker for good.

use super::{Statics, with};

unsafe extern "C" {
    fn zend_set_timeout(seconds: ext_php_rs::ffi::zend_long, with_handler: bool);
    fn zend_unset_timeout();
}

/// Begins anew, with as much time as the script had in all, unless it has begun. For publications that find something: it is a call of
/// the kernel's.
#[cold]
pub(super) fn begin() {
    // SAFETY: this thread's own globals.
    let seconds = unsafe { (*ext_php_rs::ffi::ext_php_rs_executor_globals()).timeout_seconds };
    if seconds > 0 && !with(|statics| std::mem::replace(&mut statics.limited, true)) {
        // SAFETY: a request is running; what handles the signal was set up at its start.
        unsafe { zend_set_timeout(seconds, false) };
    }
}

/// It is over, also where a jump has left the publication.
#[inline]
pub(super) fn end(statics: &mut Statics) {
    if std::mem::replace(&mut statics.limited, false) {
        // SAFETY: as above, and calls nobody; it may have hit already.
        unsafe { zend_unset_timeout() };
    }
}
