//! Whether an error has ended the request.
//!
//! The engine tells of an error when it is raised, and not what became of it. Most fatal ones jump to the end of the script; but an
//! extension may catch that jump and let the script go on (`SoapClient` makes a `SoapFault` of it, `opcache_compile_file()` a
//! warning), and an error handler may see to an `E_USER_ERROR`. A jump leaves the frames of what was running on the engine's stack,
//! and the error's frame at the operation that it was at; code that goes on leaves neither. (At a memory limit PHP 8.2 unwinds as for
//! `exit`, which nobody catches.)

use std::ffi::c_int;

use ext_php_rs::ffi::{
    E_COMPILE_ERROR, E_CORE_ERROR, E_ERROR, E_PARSE, E_RECOVERABLE_ERROR, E_USER_ERROR, zend_execute_data,
    zend_string,
};

use super::{Statics, engine, with};

const FATAL: u32 = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR;
/// Fatal unless the script handles them.
const MAYBE: u32 = E_USER_ERROR | E_RECOVERABLE_ERROR;

/// An error that may have ended the request.
#[derive(Clone, Copy)]
pub(super) struct Raised {
    /// The frame of a script's code that was running, or else of a function; null if nothing was, or nothing goes on.
    frame: *const zend_execute_data,
    /// Its function and the operation that it was at: both are only compared.
    function: usize,
    operation: usize,
    fatal: bool,
}

impl Statics {
    /// Whether the request has ended in an error. Nothing is running, and no fiber.
    pub(super) fn has_failed(&self) -> bool {
        self.raised.iter().any(Raised::has_ended_all)
    }

    /// Whether one was raised that is fatal unless an extension catches it.
    pub(super) fn has_raised_fatal(&self) -> bool {
        self.raised.iter().any(|raised| raised.fatal)
    }
}

impl Raised {
    /// Where the running code is.
    fn here(fatal: bool) -> Self {
        let mut raised = Raised { frame: std::ptr::null(), function: 0, operation: 0, fatal };
        if fatal && engine::is_exiting() {
            return raised;
        }
        // SAFETY: this thread's own globals; frames are live, and lead to those that called them.
        unsafe {
            let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
            // A fiber's stack is its own, and gone with it. What started it is on that of the script, at the end of the chain.
            let in_fiber = !(*globals).active_fiber.is_null();
            let mut frame: *const zend_execute_data = (*globals).current_execute_data;
            while !frame.is_null() {
                let function = (*frame).func;
                // Generators have frames elsewhere, and those of no function are the engine's own.
                if !function.is_null() && (in_fiber || is_on_stack(frame)) {
                    let is_code = engine::is_code((*function).type_);
                    if is_code || raised.frame.is_null() {
                        let operation = if is_code { (*frame).opline.addr() } else { 0 };
                        raised = Raised { frame, function: function.addr(), operation, fatal };
                    }
                    if is_code && !in_fiber {
                        break;
                    }
                }
                frame = (*frame).prev_execute_data;
            }
        }
        raised
    }

    fn is_same(&self, other: &Self) -> bool {
        std::ptr::eq(self.frame, other.frame)
            && (self.function, self.operation) == (other.function, other.operation)
    }

    /// Whether the error's frame is as it was when that was raised.
    fn is_still_there(&self) -> bool {
        // SAFETY: what is on the stack can be read, whatever it is by now.
        unsafe {
            is_on_stack(self.frame)
                && (&raw const (*self.frame).func).cast::<usize>().read() == self.function
                && (self.operation == 0
                    || (&raw const (*self.frame).opline).cast::<usize>().read() == self.operation)
        }
    }

    /// [`Statics::has_failed`], for one error.
    fn has_ended_all(&self) -> bool {
        if self.frame.is_null() {
            // SAFETY: this thread's own globals.
            return self.fatal
                || unsafe { (*ext_php_rs::ffi::ext_php_rs_compiler_globals()).unclean_shutdown };
        }
        self.is_still_there()
    }
}

/// Whether a frame is in use on the stack that the engine works with.
fn is_on_stack(frame: *const zend_execute_data) -> bool {
    // SAFETY: this thread's own globals; each page of the stack begins with its head, which leads to the page before. How far a
    // page is used is in its head but for the last one.
    unsafe {
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        let (mut page, mut top) = ((*globals).vm_stack, (*globals).vm_stack_top);
        while !page.is_null() {
            if (page.addr()..top.addr()).contains(&frame.addr()) {
                return true;
            }
            page = (*page).prev;
            if !page.is_null() {
                top = (*page).top;
            }
        }
    }
    false
}

/// For every error of every request, before anybody handles it.
pub(super) unsafe extern "C" fn failed(
    kind: c_int,
    _file: *mut zend_string,
    _line: u32,
    _message: *mut zend_string,
) {
    let kind = kind.cast_unsigned();
    if kind & (FATAL | MAYBE) != 0 {
        note(kind & FATAL != 0);
    }
}

#[cold]
fn note(fatal: bool) {
    let raised = Raised::here(fatal);
    // SAFETY: this thread's own globals.
    let in_fiber = unsafe { !(*ext_php_rs::ffi::ext_php_rs_executor_globals()).active_fiber.is_null() };
    with(|statics| {
        if !in_fiber {
            // What the script has gone on from.
            statics.raised.retain(Raised::has_ended_all);
        }
        match statics.raised.iter_mut().find(|other| other.is_same(&raised)) {
            Some(other) => other.fatal |= fatal,
            None => statics.raised.push(raised),
        }
    });
}
