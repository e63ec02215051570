//! Objects of internal classes whose own method says that they cannot be stored: such as a `HashContext` with a key, or a date that
//! its constructor has not made. That is no exception of the script's: it is a value that cannot be stored.

use ext_php_rs::ffi::{zend_function, zend_object};

use super::build::slots;
use super::class::slot_named;
use super::engine::{undefined, zend_get_exception_base, zend_read_property};
use crate::engine::{bytes, exception, is_internal, zend_clear_exception};
use crate::zend::constants as c;
use crate::zend::live::Slot;

/// Whether the pending exception is one that this method of the engine's own made. One that a script's code made meanwhile (an
/// error handler) is not.
///
/// # Safety
/// A live function, whose call has just ended by an exception.
pub(super) unsafe fn threw_itself(method: *const zend_function) -> bool {
    // SAFETY: the caller's word; a trace is a list of arrays, which are looked at as what they are.
    unsafe {
        if !is_internal(method) || (*method).common.function_name.is_null() || exception().is_null() {
            return false;
        }
        let mut room = undefined();
        let trace = read(exception(), c"trace", &mut room);
        if trace.kind() != c::IS_ARRAY || trace.array().count == 0 || !trace.array().is_packed() {
            return false;
        }
        let first = trace.array().slots()[0];
        if first.kind() != c::IS_ARRAY || first.array().count == 0 || first.array().is_packed() {
            return false;
        }
        first.array().buckets().iter().any(|part| {
            part.text().is_some_and(|key| key.bytes() == b"function")
                && part.slot.kind() == c::IS_STRING
                && part.slot.text().bytes() == bytes((*method).common.function_name)
        })
    }
}

/// The same of what the engine's own code threw for the function that is running, without a call of its own.
///
/// # Safety
/// A call into the engine has just ended by an exception.
pub(super) unsafe fn was_thrown_here() -> bool {
    // SAFETY: this thread's own; what is running lives, and so does its function.
    unsafe {
        let frame = (*ext_php_rs::ffi::ext_php_rs_executor_globals()).current_execute_data;
        frame.as_ref().is_some_and(|frame| !frame.func.is_null() && threw_itself(frame.func))
    }
}

/// The pending exception's message; nothing is pending afterwards.
///
/// # Safety
/// An exception of [`threw_itself`] or [`was_thrown_here`].
pub(super) unsafe fn take_message() -> String {
    // SAFETY: the caller's word; the text is copied before the exception goes.
    unsafe {
        let text = message_of(exception());
        zend_clear_exception();
        text
    }
}

/// What is in the slot: a class may have a hook on it (PHP 8.4), and no user code is to run here.
///
/// # Safety
/// A live exception.
pub(crate) unsafe fn message_of(exception: *mut zend_object) -> String {
    // SAFETY: the caller's word: it has the slots that its class says.
    unsafe {
        match slot_of(exception, c"message") {
            Some(message) if message.kind() == c::IS_STRING => {
                String::from_utf8_lossy(message.text().bytes()).into_owned()
            }
            _ => String::new(),
        }
    }
}

/// What is in the slot of a property.
///
/// # Safety
/// As for [`message_of`]; nobody holds the value for the caller.
pub(crate) unsafe fn slot_of(exception: *mut zend_object, name: &std::ffi::CStr) -> Option<Slot> {
    // SAFETY: the caller's word: it has the slots that its class says.
    unsafe {
        let slot = slot_named((*exception).ce, name)?;
        Some(*(*slots(exception.cast()).add(slot as usize)).behind_reference())
    }
}

/// # Safety
/// A live exception, and a property that every one has.
unsafe fn read(exception: *mut zend_object, name: &std::ffi::CStr, room: &mut Slot) -> Slot {
    // SAFETY: the caller's word. Traces are private to the class at the root, whose scope this is.
    unsafe {
        let scope = zend_get_exception_base(exception);
        let room = std::ptr::from_mut(room).cast();
        let found = zend_read_property(scope, exception, name.as_ptr(), name.count_bytes(), true, room);
        *crate::engine::slot(found)
    }
}
