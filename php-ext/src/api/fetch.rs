//! `*_fetch`, `*_exists`.

use ext_php_rs::ffi::{zend_string, zval};
use static_cache_core::Space;

use super::args::{Args, Parsed};
use super::table::{fenced, guarded};
use crate::engine::{self, Frame};
use crate::module::{Backend, BackendLocal, local, refusal};
use crate::payload::place_of;
use crate::{decode, exception};

/// What a look-up found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Looked {
    Hit,
    Miss,
    Unavailable,
}

/// Looks `key` up, first among what this request has fetched already.
///
/// # Safety
/// `key` is a live string, `out` may be overwritten. May leave by a jump (memory limit) where a value has to be
/// built: no Rust value of the caller's needs dropping.
#[inline(always)]
pub(super) unsafe fn look_up(backend: Backend, key: *mut zend_string, out: *mut zval) -> Looked {
    // SAFETY: this thread's own; nothing below runs user code while the reference lives.
    let state: &mut BackendLocal = unsafe { &mut (*local()).backends[backend as usize] };
    // SAFETY: the caller's word; the memo is emptied whenever pins end.
    if unsafe { state.memo.fetch(key, out) } {
        if let Some(session) = state.session(backend) {
            session.count_memo_hit();
        }
        return Looked::Hit;
    }
    // SAFETY: the caller's word.
    unsafe { look_up_shared(state, backend, key, out) }
}

#[inline(never)]
unsafe fn look_up_shared(
    state: &mut BackendLocal,
    backend: Backend,
    key: *mut zend_string,
    out: *mut zval,
) -> Looked {
    let Some(session) = state.session(backend) else { return Looked::Unavailable };
    // SAFETY: a live string.
    let bytes = unsafe { engine::bytes(key) };
    let Some(hit) = fenced(|| session.fetch(Space::Key, bytes)) else { return Looked::Miss };
    state.memo.insert(key, hit);
    state.lent |= hit.payload_len() != 0;
    // SAFETY: the hit is pinned until the request ends, as long as PHP may hold the value.
    unsafe { decode::decode(hit.tag(), hit.bits(), place_of(&hit), out) };
    Looked::Hit
}

/// Writes `$default`, or null when there is none.
pub(super) unsafe fn write_default(out: *mut zval, default: Option<*mut zval>) {
    // SAFETY: the argument lives as long as the call.
    unsafe {
        match default {
            Some(default) => engine::copy(out, default),
            None => engine::set_null(out),
        }
    }
}

/// `fetch(string $key, mixed $default = null, bool $throw_on_error = false): mixed`
pub(super) unsafe extern "C" fn fetch<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    let _ = unsafe { fetch_inner(Backend::of(B), frame, out) };
}

#[inline(always)]
unsafe fn fetch_inner(backend: Backend, frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    // SAFETY: the running call's frame.
    let args = unsafe { Args::new(frame, 1, 3)? };
    let key = args.key(0)?;
    let throwing = args.flag(2)?;
    // SAFETY: a live string and the call's own result.
    match unsafe { look_up(backend, key, out) } {
        Looked::Hit => {}
        // SAFETY: as above.
        Looked::Miss => unsafe { write_default(out, args.get(1)) },
        Looked::Unavailable => {
            // SAFETY: as above.
            unsafe { write_default(out, args.get(1)) };
            if throwing {
                exception::throw(refusal(backend));
            }
        }
    }
    Ok(())
}

/// `exists(string $key, bool $throw_on_error = false): bool`
pub(super) unsafe extern "C" fn exists<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe { guarded(out, || exists_inner(Backend::of(B), frame, out)) };
}

#[inline(always)]
unsafe fn exists_inner(backend: Backend, frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    // SAFETY: the running call's frame.
    let args = unsafe { Args::new(frame, 1, 2)? };
    let key = args.key(0)?;
    let throwing = args.flag(1)?;
    // SAFETY: this thread's own; no user code runs below.
    let state = unsafe { &mut (*local()).backends[backend as usize] };
    // SAFETY: a live string; the call's own result.
    unsafe {
        match state.session(backend) {
            Some(session) => engine::set_bool(out, session.exists(Space::Key, engine::bytes(key))),
            None => exception::fail(out, throwing, refusal(backend)),
        }
    }
    Ok(())
}
