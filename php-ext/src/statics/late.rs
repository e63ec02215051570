//! Exceptions of a restore that have to wait.
//!
//! Code of OPcache's has declarations after which the engine does not look for an exception (of a class whose parent was not there when the
//! file was compiled; those of classes without a name): the statements after it would run with an exception pending, which may end
//! anywhere. So what a restore throws there is taken away from the engine, and thrown again where it looks: at the next call, loop or
//! jump, as signal handlers are called. There operations may be left that have not been executed, of which the engine takes no notice: see [`prepare`].

use std::sync::atomic::{AtomicUsize, Ordering};

use ext_php_rs::ffi::{E_WARNING, zend_execute_data, zend_object, zend_string};

use super::{engine, straight, with};
use crate::engine::in_frame;
use crate::zend::constants as c;
use crate::zend::live::Slot;

type Interrupt = unsafe extern "C" fn(*mut zend_execute_data);

/// `EG_FLAGS_IN_SHUTDOWN`
const IN_SHUTDOWN: u8 = 1;

/// What is called when the engine looks for signals.
static BEFORE: AtomicUsize = AtomicUsize::new(0);

/// An exception that waits, and where it came from.
pub(super) struct Late {
    exception: *mut zend_object,
    /// Only compared.
    fiber: usize,
    in_shutdown: bool,
}

/// At module start-up: the JIT has the function's address in its code.
pub(super) fn install() {
    // SAFETY: module start-up, on one thread; the engine's variable.
    unsafe {
        BEFORE.store(engine::zend_interrupt_function.map_or(0, |before| before as usize), Ordering::Release);
        engine::zend_interrupt_function = Some(interrupt);
    }
}

/// At module shutdown.
pub(super) fn uninstall() {
    // SAFETY: as above.
    unsafe {
        if engine::zend_interrupt_function.is_some_and(|now| now as usize == interrupt as *const () as usize)
        {
            engine::zend_interrupt_function = before();
        }
    }
}

fn before() -> Option<Interrupt> {
    // SAFETY: null, or what was there, of this type.
    unsafe { std::mem::transmute::<usize, Option<Interrupt>>(BEFORE.load(Ordering::Acquire)) }
}

fn running_fiber() -> usize {
    // SAFETY: this thread's own globals.
    unsafe { (*ext_php_rs::ffi::ext_php_rs_executor_globals()).current_fiber_context.addr() }
}

fn is_in_shutdown() -> bool {
    // SAFETY: this thread's own globals.
    unsafe { (*ext_php_rs::ffi::ext_php_rs_executor_globals()).flags & IN_SHUTDOWN != 0 }
}

fn value(exception: *mut zend_object) -> Slot {
    Slot { value: exception.addr() as u64, info: c::IS_OBJECT_EX, next: 0 }
}

/// A class was linked, and an exception is pending: takes it away if the engine does not look for it. After `exit()` leaves by a jump.
///
/// # Safety
/// In the engine's call that tells of the class: no Rust value needs dropping.
#[cold]
#[inline(never)]
pub(super) unsafe fn hold_back() {
    // SAFETY: this thread's own globals; frames are live, and those of code are at an operation. A pending exception is live, and what
    // was it belongs to whoever takes it away.
    unsafe {
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        let pending = (*globals).exception;
        let frame = (*globals).current_execute_data;
        if frame.is_null() || !goes_on_regardless(frame, (*globals).opline_before_exception) {
            return;
        }
        (*globals).exception = std::ptr::null_mut();
        if u32::from((*(*frame).opline).opcode) == c::ZEND_HANDLE_EXCEPTION {
            (*frame).opline = (*globals).opline_before_exception;
        }
        if engine::zend_is_unwind_exit(pending) {
            // Nothing may run any more. (Not so for a fiber that is destroyed: others go on.)
            engine::release(value(pending));
            ext_php_rs::ffi::ext_php_rs_zend_bailout();
        }
        let (fiber, in_shutdown) = (running_fiber(), is_in_shutdown());
        let late = Late { exception: pending, fiber, in_shutdown };
        if let Some(other) = with(|statics| statics.late.replace(late)) {
            chain(pending, other.exception);
        }
        arm();
    }
}

/// The engine calls [`interrupt`] when it next looks for signals.
fn arm() {
    // SAFETY: this thread's own globals.
    unsafe {
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        engine::zend_atomic_bool_store((&raw mut (*globals).vm_interrupt).cast(), true);
    }
}

/// Chains an exception to one that came later.
unsafe fn chain(later: *mut zend_object, earlier: *mut zend_object) {
    // SAFETY: the caller's live objects, the second of which is his to give away.
    unsafe {
        if engine::zend_is_graceful_exit(later) || engine::zend_is_graceful_exit(earlier) {
            engine::release(value(earlier));
        } else {
            engine::zend_exception_set_previous(later, earlier);
        }
    }
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

/// The engine looks for signals, and for an exception afterwards.
unsafe extern "C" fn interrupt(frame: *mut zend_execute_data) {
    // SAFETY: the engine's call; what was in our place, with its argument.
    unsafe {
        if let Some(before) = before() {
            before(frame);
        }
        if with(|statics| statics.late.is_some()) {
            throw();
        }
    }
}

/// Makes the operation that the running frame is at one that can be left by an exception before it has been executed: what the engine releases
/// then is not there yet. Arguments of a call, and parts of a string. False where that cannot be done.
unsafe fn prepare() -> bool {
    // SAFETY: this thread's own globals. A frame of code is at an operation of its function's; the engine has made room for what operations
    // name as their results, in the frame or in that of the call that is being prepared.
    unsafe {
        let frame = (*ext_php_rs::ffi::ext_php_rs_executor_globals()).current_execute_data;
        if (*frame).func.is_null() || crate::engine::is_internal((*frame).func) {
            return true;
        }
        let at = &*(*frame).opline;
        let place = |frame: *mut zend_execute_data| frame.cast::<u8>().add(at.result.var as usize);
        match u32::from(at.opcode) {
            c::ZEND_ROPE_INIT => place(frame).cast::<*const zend_string>().write(engine::empty_string()),
            c::ZEND_ROPE_ADD => {
                place(frame)
                    .cast::<*const zend_string>()
                    .add(at.extended_value as usize)
                    .write(engine::empty_string());
            }
            // Named ones have no place yet, and are not counted.
            c::ZEND_SEND_VAL
            | c::ZEND_SEND_VAL_EX
            | c::ZEND_SEND_VAR
            | c::ZEND_SEND_VAR_EX
            | c::ZEND_SEND_REF
            | c::ZEND_SEND_VAR_NO_REF
            | c::ZEND_SEND_VAR_NO_REF_EX
            | c::ZEND_SEND_FUNC_ARG
            | c::ZEND_SEND_USER
                if u32::from(at.op2_type) != c::IS_CONST =>
            {
                (*place((*frame).call).cast::<Slot>()).info = c::IS_UNDEF;
            }
            // The engine would take the call's arguments for those of the one around it.
            c::ZEND_DO_FCALL | c::ZEND_DO_FCALL_BY_NAME | c::ZEND_DO_ICALL | c::ZEND_DO_UCALL => {
                return false;
            }
            _ => {}
        }
        true
    }
}

/// Throws what waits. What cannot be thrown here is reported at the request's end: to ask the engine once more from its interrupt function
/// would be without end.
///
/// # Safety
/// Where the engine looks for exceptions.
#[cold]
unsafe fn throw() {
    // SAFETY: the caller's word; this thread's own globals. As the engine throws again what was kept away from a destructor.
    unsafe {
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        if (*globals).current_execute_data.is_null() {
            return;
        }
        // Shutdown functions have nothing to do with what the script left: that is reported when they have run.
        let is_ripe = |late: &Late| late.in_shutdown || !is_in_shutdown();
        if with(|statics| !statics.late.as_ref().is_some_and(is_ripe)) || !prepare() {
            return;
        }
        let Some(late) = with(|statics| statics.late.take()) else { return };
        if engine::is_exiting()
            || engine::zend_is_graceful_exit(late.exception) && late.fiber != running_fiber()
        {
            engine::release(value(late.exception));
            return;
        }
        if (*globals).exception.is_null() {
            (*globals).exception = late.exception;
            engine::zend_throw_exception_internal(std::ptr::null_mut());
        } else {
            chain((*globals).exception, late.exception);
        }
    }
}

/// The request ends, by an error or not: what nothing came after that could throw it is reported.
#[inline]
pub(super) fn end(failed: bool) {
    if with(|statics| statics.late.is_some()) && !failed {
        report();
    }
}

#[cold]
fn report() {
    let Some(late) = with(|statics| statics.late.take()) else { return };
    // SAFETY: the executor is still there, and the exception is ours to give away.
    in_frame(|| unsafe {
        if engine::zend_is_graceful_exit(late.exception) {
            engine::release(value(late.exception));
        } else {
            engine::zend_exception_error(late.exception, E_WARNING.cast_signed());
        }
        // A destructor's, or an error handler's.
        engine::zend_clear_exception();
    });
}
