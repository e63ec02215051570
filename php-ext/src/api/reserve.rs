//! `*_lock`, `*_unlock`.

use ext_php_rs::ffi::zval;

use super::args::{Args, Parsed};
use super::table::guarded;
use crate::engine::{self, Frame};
use crate::module::{Backend, local, refusal};
use crate::{exception, messages};

/// `lock(string $key, int $lease = 0, bool $throw_on_error = false): bool`
pub(super) unsafe extern "C" fn lock<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe {
        guarded(out, || {
            let args = Args::new(frame, 1, 3)?;
            let key = args.key(0)?;
            let lease = args.seconds(1)?;
            let throwing = args.flag(2)?;
            answer(Backend::of(B), engine::bytes(key), throwing, out, |session, key| {
                session.reserve(key, lease)
            })
        });
    }
}

/// `unlock(string $key, bool $throw_on_error = false): bool`
pub(super) unsafe extern "C" fn unlock<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe {
        guarded(out, || {
            let args = Args::new(frame, 1, 2)?;
            let key = args.key(0)?;
            let throwing = args.flag(1)?;
            answer(Backend::of(B), engine::bytes(key), throwing, out, |session, key| session.release(key))
        });
    }
}

unsafe fn answer(
    backend: Backend,
    key: &[u8],
    throwing: bool,
    out: *mut zval,
    act: impl FnOnce(&mut static_cache_core::Session, &[u8]) -> Result<bool, static_cache_core::Error>,
) -> Parsed<()> {
    // SAFETY: this thread's own; no user code runs below.
    let state = unsafe { &mut (*local()).backends[backend as usize] };
    let result = match state.session(backend) {
        Some(session) => act(session, key).map_err(|error| messages::of_error(backend, key, &error)),
        None => Err(refusal(backend)),
    };
    // SAFETY: the call's own result.
    unsafe {
        match result {
            Ok(answer) => engine::set_bool(out, answer),
            Err(message) => exception::fail(out, throwing, message),
        }
    }
    Ok(())
}
