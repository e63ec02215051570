//! Replacing the handler of an internal function.

use std::ffi::CStr;
use std::sync::atomic::{AtomicUsize, Ordering};

use ext_php_rs::ffi::{zend_function, zval};

use crate::engine::{self, Frame};

/// A handler of an internal function.
pub(super) type Handler = unsafe extern "C" fn(*mut Frame, *mut zval);

/// The handler that a function had.
pub(super) struct Original(AtomicUsize);

impl Original {
    pub(super) const fn none() -> Self {
        Self(AtomicUsize::new(0))
    }

    /// Lets `handler` answer calls of the function or method `name` (lower case, `class::method`) from now on. One that does not exist
    /// (its module is not loaded, or it is disabled) is left alone, and so is one that has the handler already.
    pub(super) fn replace(&self, name: &CStr, handler: Handler) {
        // SAFETY: at start-up the function table is complete as far as modules are loaded, and only this thread
        // uses it; an entry of it that is internal has a handler.
        unsafe {
            let Some(found) = engine::find_function(name) else { return };
            let found: *mut zend_function = found;
            if !engine::is_internal(found) {
                return;
            }
            let place = &raw mut (*found).internal_function.handler;
            let Some(old) = *place else { return };
            if old as usize != handler as usize {
                self.0.store(old as usize, Ordering::Release);
                *place = Some(handler);
            }
        }
    }

    /// At module shutdown: the function's module may be gone when PHP starts again, or elsewhere. Who asks without it would be answered by
    /// code that is not there any more.
    pub(super) fn forget(&self) {
        self.0.store(0, Ordering::Release);
    }

    /// Whether there is something to call.
    pub(super) fn is_known(&self) -> bool {
        self.0.load(Ordering::Acquire) != 0
    }

    /// Calls what was replaced.
    ///
    /// # Safety
    /// As for any handler; called from the replacement. No Rust value of the caller's needs dropping.
    pub(super) unsafe fn call(&self, frame: *mut Frame, out: *mut zval) {
        let old = self.0.load(Ordering::Acquire);
        if old != 0 {
            // SAFETY: stored by `replace`, from the function's own place for its handler.
            unsafe {
                let old: Handler = std::mem::transmute::<usize, Handler>(old);
                old(frame, out);
            }
        }
    }
}

/// The handlers that several functions had.
pub(super) struct Originals<const N: usize>([Original; N]);

impl<const N: usize> Originals<N> {
    pub(super) const fn none() -> Self {
        Self([const { Original::none() }; N])
    }

    /// [`Original::replace`] for each.
    pub(super) fn replace(&self, functions: [(&CStr, Handler); N]) {
        for (original, (name, handler)) in self.0.iter().zip(functions) {
            original.replace(name, handler);
        }
    }

    /// At module shutdown.
    pub(super) fn forget(&self) {
        self.0.iter().for_each(Original::forget);
    }

    /// [`Original::call`] of the one with this number.
    ///
    /// # Safety
    /// As there.
    pub(super) unsafe fn call(&self, number: usize, frame: *mut Frame, out: *mut zval) {
        // SAFETY: the caller's word.
        unsafe { self.0[number].call(frame, out) };
    }
}
