//! Texts of errors: what failed, for which key or part, and why.
//!
//! A message is made in a buffer that belongs to the thread and handed to the engine as a C string: what throws
//! or warns may leave by a jump, and then nothing of ours is lost.

use static_cache_core::Error;

use crate::encode::{between_quotes, class_between_quotes};
use crate::module::Backend;
use crate::payload;

/// A key for a message, where double quotes are around it: of long ones the beginning, what cannot be printed escaped.
pub(crate) fn shown(key: &[u8]) -> String {
    between_quotes(key)
}

/// A class, or a static of it, for a message: backslashes are its namespaces'.
pub(crate) fn shown_class(name: &[u8]) -> String {
    class_between_quotes(name)
}

/// Why an operation on `key` failed; on several or on all, if that is empty.
pub(crate) fn of_error(backend: Backend, key: &[u8], error: &Error) -> String {
    of_error_shown(backend, &shown(key), error)
}

/// The same of a key as messages show it.
pub(crate) fn of_error_shown(backend: Backend, key: &str, error: &Error) -> String {
    let name = backend.name();
    match error {
        Error::NoMemory { needed, free, largest } => {
            no_memory(backend, &format!("key \"{key}\""), [*needed, *free, *largest])
        }
        Error::Reserved { waited_ms } => format!(
            "{name} cache: key \"{key}\" is reserved by another request (waited {waited_ms} ms, opcache.static_cache.lock_timeout_ms)"
        ),
        Error::LockTimeout { waited_ms } => {
            let message = format!(
                "{name} cache: a lock was not free within {waited_ms} ms (opcache.static_cache.lock_timeout_ms)"
            );
            if key.is_empty() { message } else { with_shown_key(message, key) }
        }
        Error::WrongType { found_tag } => {
            format!(
                "{name} cache: key \"{key}\" holds {}, an atomic needs int",
                payload::type_name(*found_tag)
            )
        }
        Error::TooManyReservations { .. } => {
            format!(
                "{name} cache: key \"{key}\" was not reserved: {error} (opcache.static_cache.{name}_size_mb)"
            )
        }
        other => format!("{name} cache: {other}"),
    }
}

/// Why there is no room for several values together.
pub(crate) fn of_error_of_all(backend: Backend, count: u32, error: &Error) -> String {
    match error {
        Error::NoMemory { needed, free, largest } => {
            no_memory(backend, &format!("{count} values"), [*needed, *free, *largest])
        }
        other => of_error(backend, b"", other),
    }
}

fn no_memory(backend: Backend, what: &str, [needed, free, largest]: [u64; 3]) -> String {
    let name = backend.name();
    format!(
        "{name} cache: no memory for {needed} bytes ({what}): {free} bytes free, largest block {largest} bytes (opcache.static_cache.{name}_size_mb)"
    )
}

/// A message that says nothing of the key yet.
pub(crate) fn with_key(message: String, key: &[u8]) -> String {
    with_shown_key(message, &shown(key))
}

fn with_shown_key(message: String, key: &str) -> String {
    format!("{message} (key \"{key}\")")
}

/// Why a value cannot be stored: `root` is `$value`, `$values['key']` or a static.
pub(crate) fn unstorable(backend: Backend, root: &str, path: &str, reason: &str) -> String {
    format!("{} cache: {root}{path} cannot be stored: {reason}", backend.name())
}
