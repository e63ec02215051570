//! Exceptions of a restore, and of the publication at a request's end, that nobody would see.
//!
//! Code of OPcache's has declarations after which the engine does not look for an exception (of a class whose parent was not there when the
//! file was compiled; those of classes without a name): the statements after it would run with an exception pending, which may end
//! anywhere. So what a restore throws there is taken away from the engine, and reported as a warning. After `exit()` nothing may run: a jump
//! leaves, as that of a fatal error does.
//!
//! It cannot be thrown later, from `zend_interrupt_function`, as signal handlers do. That is called before operations that have not been
//! executed, and when the engine unwinds from there it releases arguments and parts of strings that nobody has written yet, runs
//! `finally` blocks again, and leaves `@` in force.
//!
//! So is what code throws that the publication at a request's end calls, where nobody could catch it: as an uncaught exception it would
//! end the request with an error of which the response, which is complete, says nothing.

use std::ffi::{CStr, c_int};

use ext_php_rs::ffi::{E_WARNING, zend_execute_data, zend_object, zend_string};

use super::{engine, straight};
use crate::objects::refusing::{message_of, slot_of};
use crate::zend::constants as c;
use crate::zend::live::Slot;

/// A class was linked, and an exception is pending: takes it away if the engine does not look for it.
///
/// # Safety
/// In the engine's call that tells of the class: no Rust value needs dropping, since a jump may leave.
#[cold]
#[inline(never)]
pub(super) unsafe fn take() {
    // SAFETY: this thread's own globals; frames are live, and those of code are at an operation. A pending exception is live, and what
    // was it belongs to whoever takes it away.
    unsafe {
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        let frame = (*globals).current_execute_data;
        if frame.is_null() || !goes_on_regardless(frame, (*globals).opline_before_exception) {
            return;
        }
        let exception = taken();
        if u32::from((*(*frame).opline).opcode) == c::ZEND_HANDLE_EXCEPTION {
            (*frame).opline = (*globals).opline_before_exception;
        }
        report(exception);
        // Of its own `__toString()`.
        if crate::engine::exception_pending() {
            let another = taken();
            leave_after_exit(another);
            engine::release(value(another));
        }
    }
}

/// Reports what is pending at a request's end, if anything. After `exit()` there is nothing to say.
///
/// # Safety
/// While a request runs; no Rust value needs dropping, since a jump may leave.
#[cold]
pub(super) unsafe fn report_pending() {
    // SAFETY: what was pending belongs to whoever takes it away.
    unsafe {
        if crate::engine::exception_pending() && !engine::is_exiting() {
            report(taken());
        }
        // Also of its own `__toString()`.
        engine::zend_clear_exception();
    }
}

/// Whether an exception's message has a text.
///
/// # Safety
/// A live exception and a live string.
pub(super) unsafe fn says(exception: *mut zend_object, text: *mut zend_string) -> bool {
    // SAFETY: the caller's word.
    unsafe {
        let text = String::from_utf8_lossy(crate::engine::bytes(text));
        message_of(exception).contains(&*text)
    }
}

/// Has a warning shown and logged, past the script's error handler. May leave by a jump.
///
/// # Safety
/// Live strings, and nothing that needs dropping.
pub(super) unsafe fn show(text: *mut zend_string, file: *mut zend_string, line: u32) {
    // SAFETY: the engine's own, which is set at its start; the caller's word.
    unsafe { engine::zend_error_cb(E_WARNING as c_int, file, line, text) };
}

/// What is pending, taken away.
///
/// # Safety
/// An exception is, which the caller gets.
pub(super) unsafe fn taken() -> *mut zend_object {
    // SAFETY: this thread's own globals.
    unsafe {
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        std::mem::replace(&mut (*globals).exception, std::ptr::null_mut())
    }
}

/// Says what was thrown, past the script's error handler, which might throw it again. A fiber that is destroyed goes on to its end.
pub(super) unsafe fn report(exception: *mut zend_object) {
    // SAFETY: the caller's exception, which he gives away.
    unsafe {
        leave_after_exit(exception);
        if engine::zend_is_graceful_exit(exception) {
            engine::release(value(exception));
        } else if is_of_compilation(exception) {
            report_compilation(exception);
        } else {
            engine::zend_exception_error(exception, E_WARNING as c_int);
        }
    }
}

/// Whether the engine would make a fatal error of an exception, whatever it is to make of it.
unsafe fn is_of_compilation(exception: *mut zend_object) -> bool {
    // SAFETY: the caller's exception; the classes are the engine's own, set at its start.
    unsafe {
        let class = (*exception).ce;
        std::ptr::eq(class, ext_php_rs::ffi::zend_ce_parse_error)
            || std::ptr::eq(class, ext_php_rs::ffi::zend_ce_compile_error)
    }
}

/// [`report`] for such an exception: where it is from, and what it says.
unsafe fn report_compilation(exception: *mut zend_object) {
    // SAFETY: the caller's exception, which he gives away; its file is held by it. Nothing here needs dropping when that is shown.
    unsafe {
        let name = String::from_utf8_lossy(engine::name_of((*exception).ce)).into_owned();
        let text = engine::new_string(&format!("Uncaught {name}: {}", message_of(exception)));
        drop(name);
        let (file, line) = (property(exception, c"file"), property(exception, c"line"));
        let file = if file.kind() == c::IS_STRING { file.value as *mut _ } else { crate::engine::no_file() };
        let line = if line.kind() == c::IS_LONG { line.value as u32 } else { 0 };
        show(text, file, line);
        crate::engine::release_string(text);
        engine::release(value(exception));
    }
}

/// What is in a property that every exception has.
unsafe fn property(exception: *mut zend_object, name: &CStr) -> Slot {
    // SAFETY: the caller's exception.
    unsafe { slot_of(exception, name) }.unwrap_or(Slot::UNDEFINED)
}

/// After `exit()` leaves by a jump.
unsafe fn leave_after_exit(exception: *mut zend_object) {
    // SAFETY: the caller's exception, which he gives away if this does not come back.
    unsafe {
        if engine::zend_is_unwind_exit(exception) {
            engine::release(value(exception));
            ext_php_rs::ffi::ext_php_rs_zend_bailout();
        }
    }
}

pub(super) fn value(exception: *mut zend_object) -> Slot {
    Slot::counted(exception, c::IS_OBJECT_EX)
}

/// Whether a frame is at a declaration that does not look for exceptions, and what comes next does not either. (The end of a file does.)
unsafe fn goes_on_regardless(
    frame: *const zend_execute_data,
    thrown_at: *const ext_php_rs::ffi::zend_op,
) -> bool {
    // SAFETY: a live frame; the operation that an exception came from is the frame's if the frame is handling it.
    unsafe {
        if (*frame).func.is_null() || crate::engine::is_internal((*frame).func) {
            return false;
        }
        let handling = u32::from((*(*frame).opline).opcode) == c::ZEND_HANDLE_EXCEPTION;
        let at = if handling { thrown_at } else { (*frame).opline };
        let operations = straight::operations((*frame).func.cast());
        if !operations.as_ptr_range().contains(&at) {
            return false;
        }
        let at = at.offset_from(operations.as_ptr()) as usize;
        let looks = !matches!(
            u32::from(operations[at].opcode),
            c::ZEND_DECLARE_CLASS_DELAYED | c::ZEND_DECLARE_ANON_CLASS
        );
        // (An engine that is built to be debugged asserts that none is pending there either.)
        let ends = c::ZEND_DEBUG == 0
            && operations.get(at + 1).is_some_and(|next| {
                (u32::from(next.opcode), u32::from(next.op1_type)) == (c::ZEND_RETURN, c::IS_CONST)
            });
        !looks && !ends
    }
}
