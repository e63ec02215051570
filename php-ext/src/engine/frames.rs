//! Frames of calls: the arguments of ours, and frames for what nobody called.

use std::cell::Cell;
use std::sync::OnceLock;

use ext_php_rs::ffi::{zend_execute_data, zend_function, zend_string, zval};

use super::{find_function, zend_pass_function};
use crate::zend::constants as c;
use crate::zend::live::{Counted, Text};

/// What a handler gets: the frame of its call.
pub(crate) type Frame = zend_execute_data;

/// The first argument's place in a frame, in zvals.
const FRAME_SLOTS: usize = size_of::<Frame>().div_ceil(size_of::<zval>());

/// How many arguments the call has.
///
/// # Safety
/// `frame` is the frame of a running internal function.
#[inline(always)]
pub(crate) unsafe fn argument_count(frame: *mut Frame) -> u32 {
    // SAFETY: the engine keeps the count in the spare word of `This`.
    unsafe { (*frame).This.u2.num_args }
}

/// The argument at `index` (from 0).
///
/// # Safety
/// As for [`argument_count`], and there are more than `index` arguments.
#[inline(always)]
pub(crate) unsafe fn argument(frame: *mut Frame, index: u32) -> *mut zval {
    // SAFETY: arguments follow the frame's header.
    unsafe { frame.cast::<zval>().add(FRAME_SLOTS + index as usize) }
}

/// How warnings and traces name [`in_frame`]'s frame: the script has called nothing.
const STAND_IN: &[u8; 38] = b"OPcache\\{publication of static state}\0";

/// What the engine names as the file where there is none.
const NO_FILE: &[u8; 8] = b"Unknown\0";

/// A string of the engine's, which nobody counts or frees.
#[repr(C)]
struct Name<const N: usize> {
    head: Text,
    bytes: [u8; N],
}

/// One for the life of the process.
struct Lasting<const N: usize>(&'static Name<N>);

// SAFETY: nobody writes to it: its hash is there from the start, and counts are left alone by its flags.
unsafe impl<const N: usize> Send for Lasting<N> {}
// SAFETY: as above.
unsafe impl<const N: usize> Sync for Lasting<N> {}

impl<const N: usize> Lasting<N> {
    /// Of bytes that end with a zero.
    fn new(bytes: &[u8; N]) -> Self {
        let (hash, len) = (Cell::new(0), N - 1);
        let gc = Counted { refcount: 1, info: c::GC_STRING | c::STR_INTERNED | c::STR_PERMANENT };
        let name: &'static Name<N> =
            Box::leak(Box::new(Name { head: Text { gc, hash, len }, bytes: *bytes }));
        // SAFETY: a string as the engine has them, which nobody else has yet.
        unsafe { crate::zend::zend_string_hash_func((&raw const *name).cast_mut().cast()) };
        Lasting(name)
    }

    fn get(&self) -> *mut zend_string {
        (&raw const *self.0).cast_mut().cast()
    }
}

fn stand_in_name() -> *mut zend_string {
    static NAME: OnceLock<Lasting<{ STAND_IN.len() }>> = OnceLock::new();
    NAME.get_or_init(|| Lasting::new(STAND_IN)).get()
}

/// The name of no file, for errors.
pub(crate) fn no_file() -> *mut zend_string {
    static NAME: OnceLock<Lasting<{ NO_FILE.len() }>> = OnceLock::new();
    NAME.get_or_init(|| Lasting::new(NO_FILE)).get()
}

/// Runs something in a frame of its own, so that what is thrown meanwhile has somewhere to go: where nothing is running, the engine ends
/// the request with it.
pub(crate) fn in_frame<T>(body: impl FnOnce() -> T) -> T {
    // SAFETY: one of our functions, as the engine has it.
    let mut function = find_function(c"opcache\\static_publish")
        .map(|function| unsafe { *function.cast::<ext_php_rs::ffi::zend_internal_function>() });
    let function = function.as_mut().map_or(std::ptr::null_mut(), |function| {
        function.function_name = stand_in_name();
        std::ptr::from_mut(function).cast()
    });
    in_frame_of(function, body)
}

/// [`in_frame`] where nothing is running, for what must not be taken for a function's.
pub(crate) fn in_some_frame(body: impl FnOnce()) {
    // SAFETY: this thread's own globals.
    let running = unsafe { (*ext_php_rs::ffi::ext_php_rs_executor_globals()).current_execute_data };
    // The engine's own, without a name. It is only looked at.
    let function = (&raw const zend_pass_function).cast::<zend_function>().cast_mut();
    if running.is_null() { in_frame_of(function, body) } else { body() }
}

fn in_frame_of<T>(function: *mut zend_function, body: impl FnOnce() -> T) -> T {
    // SAFETY: a frame without code, arguments and `This` is what an internal function has that nobody called. The function may be a
    // copy, which is all that the engine asks it for. A jump out of here takes both away.
    unsafe {
        let mut frame: ext_php_rs::ffi::zend_execute_data = std::mem::zeroed();
        frame.func = function;
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        let before = (*globals).current_execute_data;
        (*globals).current_execute_data = &raw mut frame;
        let result = body();
        (*globals).current_execute_data = before;
        result
    }
}
