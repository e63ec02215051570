//! Static state of classes by the file that declares them.
//!
//! Whoever stores an entry of [`Space::Class`] begins its payload with [`head`](super::head::head), and asks [`was_invalidated`] first.

use static_cache_core::Space;

use super::head::declared_in;
use crate::messages;
use crate::module::{Backend, local};

/// Drops the state of the classes that `file` (a resolved path) declares from a cache, and says whether any went, and why not all
/// where a process that is stopped keeps some of it from going. This request does not store it again.
pub(super) fn drop_file(backend: Backend, file: &[u8]) -> (bool, Result<(), String>) {
    // SAFETY: this thread's own; no user code runs below.
    let local = unsafe { &mut *local() };
    if !local.invalidated.iter().any(|known| known == file) {
        local.invalidated.push(file.to_vec());
    }
    let Some(session) = local.backends[backend as usize].session(backend) else { return (false, Ok(())) };
    match session.delete_selected(Space::Class, |payload| declared_in(payload) == Some(file)) {
        Ok(deleted) => (deleted > 0, Ok(())),
        Err((error, deleted)) => (deleted > 0, Err(messages::of_error(backend, b"", &error))),
    }
}

/// Whether this request has invalidated `file` (a resolved path).
pub(crate) fn was_invalidated(file: &[u8]) -> bool {
    // SAFETY: this thread's own; only looked at.
    unsafe { (*local()).invalidated.iter().any(|known| known == file) }
}
