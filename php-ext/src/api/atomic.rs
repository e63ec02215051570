//! `pinned_atomic_increment`, `pinned_atomic_decrement`, `volatile_touch`.

use ext_php_rs::ffi::zval;
use static_cache_core::Space;

use super::args::{Args, Parsed, is_key, only_string};
use super::table::{fenced, guarded};
use crate::engine::{self, Frame};
use crate::module::{Backend, local, refusal};
use crate::payload::TAG_INT;
use crate::{exception, messages};

/// `pinned_atomic_increment(string $key, int $step = 1, bool $throw_on_error = false): int|false`
pub(super) unsafe extern "C" fn increment(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe {
        if !add_one(frame, out) {
            guarded(out, || change(false, frame, out));
        }
    }
}

/// The usual case by itself: a key and nothing else, with a session. False if nothing was done.
///
/// # Safety
/// The running call's frame and result.
#[inline(always)]
unsafe fn add_one(frame: *mut Frame, out: *mut zval) -> bool {
    // SAFETY: the caller's word; this thread's own, and no user code runs while the reference lives.
    unsafe {
        let Some(key) = only_string(frame) else { return false };
        let state = &mut (*local()).backends[Backend::Pinned as usize];
        if !is_key((*key).len) || !state.used {
            return false;
        }
        let Some((session, hash)) = state.hashed(key) else { return false };
        let bytes = engine::bytes(key);
        let Some(done) = fenced(|| session.increment_usual(bytes, hash, 1, TAG_INT)) else { return false };
        engine::set_int(out, done.value);
        if done.wrapped {
            warn_of_overflow(bytes);
        }
        true
    }
}

/// `pinned_atomic_decrement(…)`, with the parameters of `pinned_atomic_increment`.
pub(super) unsafe extern "C" fn decrement(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe { guarded(out, || change(true, frame, out)) };
}

unsafe fn change(down: bool, frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    // SAFETY: the running call's frame.
    let args = unsafe { Args::new(frame, 1, 3)? };
    let key = args.key(0)?;
    let step = args.int(1, 1)?;
    let throwing = args.flag(2)?;
    // SAFETY: a live string.
    let bytes = unsafe { engine::bytes(key) };
    match add(bytes, step, down) {
        Ok((value, wrapped)) => {
            // SAFETY: the call's own result.
            unsafe { engine::set_int(out, value) };
            if wrapped {
                warn_of_overflow(bytes);
            }
        }
        // SAFETY: the call's own result.
        Err(message) => unsafe { exception::fail(out, throwing, message) },
    }
    Ok(())
}

fn add(key: &[u8], step: i64, down: bool) -> Result<(i64, bool), String> {
    let backend = Backend::Pinned;
    // SAFETY: this thread's own; no user code runs below.
    let state = unsafe { &mut (*local()).backends[backend as usize] };
    let Some(session) = state.session(backend) else { return Err(refusal(backend)) };
    // The smallest int has no opposite: taking it away is adding it, and whether that overflows is the opposite.
    let delta = if down { step.wrapping_neg() } else { step };
    let done = session.increment(key, delta, TAG_INT);
    let done = done.map_err(|error| messages::of_error(backend, key, &error))?;
    let before = done.value.wrapping_sub(delta);
    let wrapped = if down { before.overflowing_sub(step).1 } else { done.wrapped };
    Ok((done.value, wrapped))
}

#[cold]
fn warn_of_overflow(key: &[u8]) {
    exception::warn(format!("Integer overflow of key \"{}\", the result wraps", messages::shown(key)));
}

/// `volatile_touch(string $key, int $ttl): bool`
pub(super) unsafe extern "C" fn touch(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe {
        guarded(out, || {
            let args = Args::new(frame, 2, 2)?;
            let key = args.key(0)?;
            let ttl = args.seconds(1)?;
            let backend = Backend::Volatile;
            engine::set_bool(out, false);
            let Some(session) = (*local()).backends[backend as usize].session(backend) else { return Ok(()) };
            let key = engine::bytes(key);
            match session.touch(Space::Key, key, ttl) {
                Ok(done) => engine::set_bool(out, done),
                Err(error) => exception::warn(messages::of_error(backend, key, &error)),
            }
            Ok(())
        });
    }
}
