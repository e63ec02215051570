//! Static state of classes by the file that declares them.
//!
//! Whoever stores an entry of [`Space::Class`] begins its payload with [`head`](super::head::head), and asks [`was_invalidated`] first.

use static_cache_core::Space;

use super::head::declared_in;
use crate::module::{Backend, local};

/// Drops the state of the classes that `file` (a resolved path) declares, in both caches. This request does not store
/// it again.
pub(super) fn drop_file(file: &[u8]) {
    // SAFETY: this thread's own; no user code runs below.
    let local = unsafe { &mut *local() };
    if !local.invalidated.iter().any(|known| known == file) {
        local.invalidated.push(file.to_vec());
    }
    for backend in Backend::ALL {
        if let Some(session) = local.backends[backend as usize].session(backend) {
            // Not within the bound: a writer is stuck, and what it will have stored may stay.
            let _ = session.delete_selected(Space::Class, |payload| declared_in(payload) == Some(file));
        }
    }
}

/// Whether this request has invalidated `file` (a resolved path).
pub(crate) fn was_invalidated(file: &[u8]) -> bool {
    // SAFETY: this thread's own; only looked at.
    unsafe { (*local()).invalidated.iter().any(|known| known == file) }
}
