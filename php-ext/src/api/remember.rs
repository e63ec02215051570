//! `*_remember`: fetch, or build once while others wait.

use std::mem::ManuallyDrop;
use std::time::{Duration, Instant};

use ext_php_rs::ffi::{zend_fcall_info, zend_string, zval};
use static_cache_core::{Error, Mode, Reservation, Session, Space, Stored, wait_once, waits_in_vain};

use super::args::{Args, Parsed, check_result};
use super::fetch::{Looked, look_up};
use super::store::store_value;
use crate::engine::{self, Frame};
use crate::exception;
use crate::module::{Backend, local, refusal};
use crate::objects::asking::Failure;
use crate::zend::constants as c;

/// Who builds the value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// This request, for all: as long as it has the key by this reservation.
    Ours(Reservation),
    /// The same by a reservation that the request had before, and still has if the builder fails.
    Held(Reservation),
    /// This request, for itself: the builder did not come to an end in time.
    OursAlone,
    /// Nobody can reserve (no memory, no slot): build, and store if nobody else has meanwhile.
    Unreserved,
    /// Another request did; look again.
    Done,
}

/// `remember(string $key, callable $build, [int $ttl = 0,] bool $throw_on_error = false): mixed`
pub(super) unsafe extern "C" fn remember<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    let _ = unsafe { remember_inner(Backend::of(B), frame, out) };
}

/// Runs user code: nothing here needs dropping while it does, and no reference to the thread's state lives.
unsafe fn remember_inner(backend: Backend, frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    let has_ttl = backend == Backend::Volatile;
    // SAFETY: the running call's frame.
    let args = unsafe { Args::new(frame, 2, if has_ttl { 4 } else { 3 })? };
    let key = args.key(0)?;
    let build = args.callable(1)?;
    let (ttl, throwing) = if has_ttl { (args.seconds(2)?, args.flag(3)?) } else { (None, args.flag(2)?) };
    let mut began = None;
    let mut looked_again = false;
    // SAFETY: a live key, the call's own result.
    unsafe {
        loop {
            match look_up(backend, key, out) {
                Looked::Hit | Looked::Thrown => return Ok(()),
                Looked::Unavailable => {
                    if throwing {
                        engine::set_null(out);
                        exception::throw(refusal(backend));
                        return Ok(());
                    }
                    call(build, out);
                    if !engine::exception_pending() {
                        check_result(engine::slot(out), 1)?;
                    }
                    return Ok(());
                }
                Looked::Miss => {}
            }
            let turn = take_turn(backend, key, &mut began, &mut looked_again);
            if turn != Turn::Done {
                return build_value(backend, key, build, ttl, throwing, turn, out);
            }
        }
    }
}

/// Calls the builder. What it returns by reference is the caller's own all the same.
///
/// # Safety
/// A callable; `out` may be overwritten. Runs user code.
unsafe fn call(build: *mut zval, out: *mut zval) {
    // SAFETY: the caller's word; a reference holds its value for as long as it is held itself.
    unsafe {
        engine::set_null(out);
        let mut cache = std::mem::zeroed();
        // What is deprecated was said when the argument was looked at.
        if engine::zend_is_callable_ex(build, null(), SUPPRESS_DEPRECATIONS, null(), &raw mut cache, null()) {
            // The callable stays the argument's.
            let mut info = ManuallyDrop::new(zend_fcall_info {
                size: size_of::<zend_fcall_info>(),
                function_name: build.read(),
                retval: out,
                params: null(),
                object: null(),
                param_count: 0,
                named_params: null(),
            });
            engine::zend_call_function(&raw mut *info, &raw mut cache);
        } else {
            // No more, which it says.
            engine::_call_user_function_impl(null(), build, out, 0, null(), null());
        }
        match engine::slot(out).kind() {
            c::IS_UNDEF => engine::set_null(out),
            c::IS_REFERENCE => {
                let mut reference = *engine::slot(out);
                engine::copy(out, (&raw const reference.reference().slot).cast());
                ext_php_rs::ffi::zval_ptr_dtor((&raw mut reference).cast());
            }
            _ => {}
        }
    }
}

/// `IS_CALLABLE_SUPPRESS_DEPRECATIONS`
const SUPPRESS_DEPRECATIONS: u32 = 1 << 1;

fn null<T>() -> *mut T {
    std::ptr::null_mut()
}

/// Reserves the key, or waits for whoever has: in all turns together, since `began`, no longer than for one lock.
fn take_turn(
    backend: Backend,
    key: *mut zend_string,
    began: &mut Option<Instant>,
    looked_again: &mut bool,
) -> Turn {
    // SAFETY: a live string; this thread's own state, and no user code runs here.
    let (key, state) = unsafe { (engine::bytes(key), &mut (*local()).backends[backend as usize]) };
    let Some(session) = state.session(backend) else { return Turn::Unreserved };
    if let Some(reservation) = session.reservation(key) {
        match session.holds(key, reservation) {
            Ok(true) => return Turn::Held(reservation),
            // It is over.
            Ok(false) => {}
            Err(_) => return Turn::OursAlone,
        }
    }
    match session.reserve(key, None) {
        // Between the miss and the reservation, another request may have built, stored and released. Once is enough: from
        // here on nobody else stores the key but who does not care for reservations of builders.
        Ok(true) if !std::mem::replace(looked_again, true) && session.exists(Space::Key, key) => {
            // A lock that is not free in time leaves it to the request's end.
            let _ = session.release(key);
            Turn::Done
        }
        Ok(true) => session.reservation(key).map_or(Turn::Unreserved, Turn::Ours),
        Ok(false) => match wait(session, key, began) {
            Ok(()) => Turn::Done,
            Err(Error::Reserved { .. } | Error::LockTimeout { .. }) => Turn::OursAlone,
            Err(_) => Turn::Unreserved,
        },
        Err(Error::LockTimeout { .. }) => Turn::OursAlone,
        Err(error) => {
            // The value is stored all the same, or fails on its own account.
            if matches!(error, Error::TooManyReservations { .. }) {
                session.segment().forgive_store_failure();
            }
            Turn::Unreserved
        }
    }
}

fn wait(session: &mut Session, key: &[u8], began: &mut Option<Instant>) -> Result<(), Error> {
    let waited = began.get_or_insert_with(Instant::now).elapsed();
    let left = session.longest_wait().saturating_sub(waited);
    session.wait_released(key, left)
}

unsafe fn build_value(
    backend: Backend,
    key: *mut zend_string,
    build: *mut zval,
    ttl: Option<Duration>,
    throwing: bool,
    turn: Turn,
    out: *mut zval,
) -> Parsed<()> {
    let process = std::process::id();
    // SAFETY: the call's own result; the key and the callable are arguments, which live as long as the call. Should
    // the builder not come back (memory or time limit), the reservation ends with the request.
    unsafe {
        call(build, out);
        // The builder may have forked: the reservation is the parent's, and so is storing.
        let turn = if process == std::process::id() { turn } else { Turn::OursAlone };
        let bytes = engine::bytes(key);
        if engine::exception_pending() {
            release(backend, bytes, turn);
            return Ok(());
        }
        if let Err(thrown) = check_result(engine::slot(out), 1) {
            release(backend, bytes, turn);
            return Err(thrown);
        }
        let mode = match turn {
            Turn::Ours(reservation) | Turn::Held(reservation) => Mode::IfHeld(reservation),
            Turn::Unreserved => Mode::Add,
            Turn::OursAlone | Turn::Done => return Ok(()),
        };
        let before = waits_in_vain();
        let outcome = store_value(backend, bytes, out, ttl, mode);
        if !matches!(outcome, Ok(Stored::Stored)) {
            // The store cannot be within one `wait_once` with this: it may leave by a jump.
            wait_once(waits_in_vain() != before, || release(backend, bytes, turn));
        }
        if let Err(Failure::Message(message)) = outcome
            && throwing
        {
            exception::throw(message);
        }
    }
    Ok(())
}

fn release(backend: Backend, key: &[u8], turn: Turn) {
    let Turn::Ours(reservation) = turn else { return };
    // SAFETY: this thread's own; no user code runs here.
    let state = unsafe { &mut (*local()).backends[backend as usize] };
    // The request may have reserved the key anew since.
    if let Some(session) = state.session(backend)
        && session.reservation(key) == Some(reservation)
    {
        // A lock that is not free in time leaves it to the request's end.
        let _ = session.release(key);
    }
}
