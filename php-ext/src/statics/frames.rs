//! The frames of a thread, and how far they have come with what they declare.

use std::collections::BTreeMap;

use ext_php_rs::ffi::{zend_execute_data, zend_op, zend_op_array};

use super::declarations::Last;
use super::{Statics, straight};
use crate::module::stacks;

/// The frames of this thread that run functions of scripts: first those that are running, then those of suspended fibers, which go on
/// with what they are at.
///
/// # Safety
/// While a request runs; no user code runs as long as the frames are looked at.
pub(super) unsafe fn frames() -> impl Iterator<Item = *const zend_execute_data> {
    // SAFETY: this thread's own globals; frames are live, and each names the one before.
    unsafe {
        let there = |frame: *const zend_execute_data| (!frame.is_null()).then_some(frame);
        let globals = &*ext_php_rs::ffi::ext_php_rs_executor_globals();
        std::iter::once(globals.current_execute_data.cast_const())
            .chain(stacks::suspended(globals))
            .flat_map(move |last| {
                std::iter::successors(there(last), move |frame| there((**frame).prev_execute_data))
            })
            // What `eval` runs is not of the type that functions of scripts and files are.
            .filter(|frame| !(**frame).func.is_null() && !crate::engine::is_internal((**frame).func))
    }
}

/// Which operation a frame is at. `None` if the engine does not tell: it is handling an exception.
///
/// # Safety
/// One of [`frames`].
pub(super) unsafe fn place_in(frame: *const zend_execute_data) -> Option<usize> {
    // SAFETY: frames are live.
    unsafe {
        let first = (*(*frame).func.cast::<zend_op_array>()).opcodes.cast_const();
        straight::current(frame).map(|at| std::ptr::from_ref(at).offset_from(first) as usize)
    }
}

/// Whether a frame is at a declaration (which may autoload parents), and that or what comes next is not there yet.
///
/// # Safety
/// One of [`frames`].
pub(super) unsafe fn is_declaring(frame: *const zend_execute_data) -> bool {
    // SAFETY: the caller's word.
    unsafe {
        let function = (*frame).func.cast();
        place_in(frame).is_some_and(|at| {
            straight::is_declaration(&straight::operations(function)[at]) && straight::declares(function, at)
        })
    }
}

/// The functions that are about to run, or are running, by their operations: each with the place of the frame that has come least far in it.
pub(super) type Places = BTreeMap<*const zend_op, (*const zend_op_array, usize)>;

/// Those of this thread, now.
pub(super) fn places(statics: &Statics) -> Places {
    let mut places = Places::new();
    // SAFETY: files that were compiled are kept by those who run them next; frames are live.
    unsafe {
        let compiled = statics.compiled.iter().map(|file| (*file, 0));
        let running = frames().map(|frame| ((*frame).func.cast_const().cast(), place_in(frame).unwrap_or(0)));
        for (function, place) in compiled.chain(running) {
            let function: *const zend_op_array = function;
            let known = places.entry((*function).opcodes.cast_const()).or_insert((function, place));
            known.1 = known.1.min(place);
        }
    }
    places
}

/// Whether a function has the declaration of the class of that name where that was found, and somebody may come to it.
///
/// # Safety
/// Places that are still true: no user code has run since.
pub(super) unsafe fn is_ahead(name: &[u8], last: &Last, places: &Places) -> bool {
    // SAFETY: the caller's word.
    unsafe {
        places.get(&last.operations).is_some_and(|&(function, place)| {
            let operation = straight::operations(function).get(last.at);
            place <= last.at && operation.is_some_and(|operation| declares(operation, name))
        })
    }
}

/// Whether an operation declares a class of that name.
///
/// # Safety
/// An operation in its place among a function's.
unsafe fn declares(operation: &zend_op, name: &[u8]) -> bool {
    // SAFETY: the caller's word.
    straight::is_declaration(operation)
        && unsafe { straight::declared(operation) }.text().bytes().eq_ignore_ascii_case(name)
}
