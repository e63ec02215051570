//! `*_delete`, `*_clear`, `*_delete_prefix`, `static_quiesce`.

use std::borrow::Cow;

use ext_php_rs::ffi::zval;
use static_cache_core::Space;

use super::args::{Args, Parsed};
use super::keys::is_restricted;
use super::table::guarded;
use crate::engine::{self, Frame};
use crate::module::{Backend, local, refusal, relief};
use crate::{exception, messages, statics};

/// Deletes the entry of a key and the static state of a class of that name, or of the one that it is an alias of. [`statics::settle`]
/// comes last.
pub(super) fn delete_both(backend: Backend, key: &[u8]) -> Result<(), String> {
    // SAFETY: this thread's own; no user code runs below.
    let state = unsafe { &mut (*local()).backends[backend as usize] };
    let Some(session) = state.session(backend) else { return Err(refusal(backend)) };
    let class = class_name(key);
    let declared = declared_name(&class);
    session
        .delete(Space::Key, key)
        .and_then(|_| session.delete_class(&class))
        .and_then(|_| declared.as_ref().map_or(Ok(()), |name| session.delete_class(name).map(drop)))
        .map_err(|error| messages::of_error(backend, key, &error))?;
    for class in std::iter::once(&*class).chain(declared.as_deref()) {
        statics::deleted(backend, Some(class));
    }
    Ok(())
}

/// The name that a loaded class was declared with, as the cache has it, if the given one is another.
fn declared_name(given: &[u8]) -> Option<Vec<u8>> {
    // SAFETY: classes have names, and live as long as the table that they were found in.
    let class = unsafe { engine::class_named(given).as_ref() }?;
    // SAFETY: as above.
    let name = unsafe { engine::bytes(class.name) };
    (!name.eq_ignore_ascii_case(given)).then(|| name.to_ascii_lowercase())
}

/// A class's name as the cache has it: without the leading backslash, in lower case, as most keys are to begin with.
fn class_name(key: &[u8]) -> Cow<'_, [u8]> {
    let name = key.strip_prefix(b"\\").unwrap_or(key);
    if name.iter().any(u8::is_ascii_uppercase) { name.to_ascii_lowercase().into() } else { name.into() }
}

/// `delete(string $key_or_class, bool $throw_on_error = false): bool`
pub(super) unsafe extern "C" fn delete<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe {
        guarded(out, || {
            let args = Args::new(frame, 1, 2)?;
            let key = args.key(0)?;
            let throwing = args.flag(1)?;
            match delete_both(Backend::of(B), engine::bytes(key)) {
                Ok(()) => engine::set_bool(out, true),
                Err(message) => exception::fail(out, throwing, message),
            }
            statics::settle();
            Ok(())
        });
    }
}

/// `clear(bool $throw_on_error = false): bool`
pub(super) unsafe extern "C" fn clear<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe { guarded(out, || clear_inner(Backend::of(B), frame, out)) };
}

unsafe fn clear_inner(backend: Backend, frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    // SAFETY: the running call's frame.
    let args = unsafe { Args::new(frame, 0, 1)? };
    let throwing = args.flag(0)?;
    // SAFETY: the call's own result.
    unsafe { engine::set_bool(out, false) };
    if is_restricted() {
        return Ok(());
    }
    // SAFETY: this thread's own; no user code runs below.
    let state = unsafe { &mut (*local()).backends[backend as usize] };
    let result = match state.session(backend) {
        Some(session) => session.clear().map_err(|error| messages::of_error(backend, b"", &error)),
        None => Err(refusal(backend)),
    };
    // SAFETY: the call's own result.
    unsafe {
        match result {
            Ok(()) => {
                statics::deleted(backend, None);
                engine::set_bool(out, true);
            }
            Err(message) => exception::fail(out, throwing, message),
        }
    }
    statics::settle();
    Ok(())
}

/// `delete_prefix(string $prefix): int`
pub(super) unsafe extern "C" fn delete_prefix<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe {
        guarded(out, || {
            let args = Args::new(frame, 1, 1)?;
            let prefix = args.string(0)?;
            engine::set_int(out, 0);
            if is_restricted() {
                return Ok(());
            }
            let backend = Backend::of(B);
            let Some(session) = (*local()).backends[backend as usize].session(backend) else { return Ok(()) };
            match session.delete_prefix(Space::Key, engine::bytes(prefix)) {
                Ok(deleted) => engine::set_int(out, deleted as i64),
                Err((error, deleted)) => {
                    engine::set_int(out, deleted as i64);
                    exception::warn(messages::of_error(backend, b"", &error));
                }
            }
            Ok(())
        });
    }
}

/// `static_quiesce(): bool`
pub(super) unsafe extern "C" fn quiesce(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe {
        guarded(out, || {
            Args::new(frame, 0, 0)?;
            engine::set_bool(out, relief::quiesce());
            Ok(())
        });
    }
}
