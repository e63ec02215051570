//! Frames of calls: the arguments of ours, and frames for what nobody called.

use std::cell::Cell;
use std::sync::OnceLock;

use ext_php_rs::ffi::{zend_execute_data, zend_op, zend_op_array, zend_string, zval};

use super::{zend_pass_function, zval_ptr_dtor};
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

/// What a file without statements compiles to.
struct Code {
    function: zend_op_array,
    operation: zend_op,
}

// SAFETY: nobody writes to it.
unsafe impl Send for Code {}
// SAFETY: as above.
unsafe impl Sync for Code {}

/// That, for the life of the process: the engine remembers the operation that an exception came from beyond its frame.
fn no_code() -> &'static Code {
    static CODE: OnceLock<&'static Code> = OnceLock::new();
    CODE.get_or_init(|| {
        // SAFETY: no name, class, variables, literals or flags; and neither operands nor a line.
        let mut code: Code = unsafe { std::mem::zeroed() };
        code.operation.opcode = c::ZEND_RETURN as u8;
        code.function.type_ = c::ZEND_USER_FUNCTION;
        code.function.filename = no_file();
        code.function.last = 1;
        let code = Box::leak(Box::new(code));
        code.function.opcodes = &raw mut code.operation;
        code
    })
}

/// Runs something in a frame of its own, so that what is thrown meanwhile has somewhere to go: where nothing is running, the engine ends
/// the request with it.
pub(crate) fn in_frame<T>(body: impl FnOnce() -> T) -> T {
    // SAFETY: the engine's own, without a name, arguments and flags. It is only looked at. (One of ours may be disabled.)
    let mut function = unsafe { zend_pass_function };
    function.function_name = stand_in_name();
    over_code(|code| {
        // Over code alone, an exception would have the engine go on at another operation of it, and remember that.
        // SAFETY: a frame without code, arguments and `This` is what an internal function has that is called without any. The function
        // may be a copy, which is all that the engine asks it for.
        let mut frame: Frame = unsafe { std::mem::zeroed() };
        (frame.func, frame.prev_execute_data) = ((&raw mut function).cast(), code);
        under(&raw mut frame, body)
    })
}

/// [`in_frame`] where nothing is running, for what must not be taken for a function's.
pub(crate) fn in_some_frame(body: impl FnOnce()) {
    // SAFETY: this thread's own globals.
    let running = unsafe { (*ext_php_rs::ffi::ext_php_rs_executor_globals()).current_execute_data };
    if running.is_null() { over_code(|code| under(code, body)) } else { body() }
}

/// Makes a frame as that of a file which runs at the top, and does nothing. Where no code of a script's is below, the engine has no
/// variables for a file that it includes on its own account (`spl_autoload()`), or for what a debugger evaluates; but it asks for them
/// as soon as any function is running.
fn over_code<T>(body: impl FnOnce(*mut Frame) -> T) -> T {
    let code = no_code();
    // SAFETY: this thread's own globals, whose table of variables is there as long as the request may run code. Frame and code have
    // all that the engine asks code for which it does not execute; it writes to the frame only.
    unsafe {
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        let mut frame: Frame = std::mem::zeroed();
        frame.func = (&raw const code.function).cast_mut().cast();
        frame.opline = &raw const code.operation;
        frame.This.u1.type_info = c::ZEND_CALL_GLOBAL_CODE;
        frame.symbol_table = &raw mut (*globals).symbol_table;
        // After a jump that ended the script the engine has a table that lets go of what a file's variables have, which keep it. The
        // variables of a file that is included now are put into the table when it ends, where they are by then. (If a jump leaves
        // here, what the table has is let go of with the request's memory.)
        let place = &raw mut (*globals).symbol_table.pDestructor;
        let before = (&mut *place).replace(zval_ptr_dtor);
        let result = body(&raw mut frame);
        *place = before;
        result
    }
}

/// Runs something with a frame as the last one. A jump out of here takes it away.
fn under<T>(frame: *mut Frame, body: impl FnOnce() -> T) -> T {
    // SAFETY: this thread's own globals; the frame is live until this returns.
    unsafe {
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        let before = (*globals).current_execute_data;
        (*globals).current_execute_data = frame;
        let result = body();
        (*globals).current_execute_data = before;
        result
    }
}
