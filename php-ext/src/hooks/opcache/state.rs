//! Static state of classes by the file that declares them.
//!
//! Whoever stores an entry of [`Space::Class`] begins its payload with [`head`], and asks [`was_invalidated`] first.

use static_cache_core::Space;

use crate::module::{Backend, local};

/// What a payload of static state begins with: the length of the declaring file's path, and the path. The rest follows
/// at a multiple of 8.
#[allow(dead_code, reason = "for whoever stores static state")]
pub(crate) fn head(file: &[u8]) -> Vec<u8> {
    let mut head = (file.len() as u64).to_le_bytes().to_vec();
    head.extend_from_slice(file);
    head.resize(head.len().next_multiple_of(8), 0);
    head
}

/// The file that declares the class whose state this is; `None` when the payload has no such head.
fn declared_in(payload: &[u8]) -> Option<&[u8]> {
    let (len, rest) = payload.split_first_chunk::<8>()?;
    rest.get(..usize::try_from(u64::from_le_bytes(*len)).ok()?)
}

/// Drops the state of the classes that `file` (a resolved path) declares, in both caches. This request does not store
/// it again.
pub(super) fn drop_file(file: &[u8]) {
    // SAFETY: this thread's own; no user code runs below.
    let local = unsafe { &mut *local() };
    local.invalidated.push(file.to_vec());
    for backend in Backend::ALL {
        if let Some(session) = local.backends[backend as usize].session(backend) {
            // Not within the bound: a writer is stuck, and what it will have stored may stay.
            let _ = session.delete_selected(Space::Class, |payload| declared_in(payload) == Some(file));
        }
    }
}

/// Whether this request has invalidated `file` (a resolved path).
#[allow(dead_code, reason = "for whoever stores static state")]
pub(crate) fn was_invalidated(file: &[u8]) -> bool {
    // SAFETY: this thread's own; only looked at.
    unsafe { (*local()).invalidated.iter().any(|known| known == file) }
}
