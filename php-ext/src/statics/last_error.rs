//! What `error_get_last()` says, which is the script's to change.

use std::ffi::c_int;

use ext_php_rs::ffi::zend_string;

use crate::engine::release_string;

/// An error that PHP remembers, taken from it.
pub(super) struct LastError {
    kind: c_int,
    line: c_int,
    /// Held; null if there is none.
    message: *mut zend_string,
    file: *mut zend_string,
}

impl LastError {
    /// PHP remembers none afterwards.
    ///
    /// # Safety
    /// While the engine runs a request.
    pub(super) unsafe fn take() -> Self {
        // SAFETY: this thread's own globals.
        let globals = unsafe { &mut *ext_php_rs::ffi::ext_php_rs_process_globals() };
        LastError {
            kind: std::mem::take(&mut globals.last_error_type),
            line: std::mem::take(&mut globals.last_error_lineno),
            message: std::mem::replace(&mut globals.last_error_message, std::ptr::null_mut()),
            file: std::mem::replace(&mut globals.last_error_file, std::ptr::null_mut()),
        }
    }

    /// In the place of what there has been meanwhile.
    ///
    /// # Safety
    /// As for [`Self::take`], within the same request.
    pub(super) unsafe fn put_back(self) {
        // SAFETY: the caller's word. PHP holds what it remembers, as we do.
        unsafe {
            let meanwhile = Self::take();
            let globals = &mut *ext_php_rs::ffi::ext_php_rs_process_globals();
            globals.last_error_type = self.kind;
            globals.last_error_lineno = self.line;
            globals.last_error_message = self.message;
            globals.last_error_file = self.file;
            meanwhile.forget();
        }
    }

    /// What there has been meanwhile stays.
    ///
    /// # Safety
    /// As for [`Self::put_back`].
    pub(super) unsafe fn forget(self) {
        for string in [self.message, self.file] {
            if !string.is_null() {
                // SAFETY: a string that we hold.
                unsafe { release_string(string) };
            }
        }
    }
}
