//! Knowing that this process is a fork of the one that made a session.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::lines;

/// How many forks lie between the process that loaded this code and this one, or more: only that it changes counts.
static GENERATION: AtomicU32 = AtomicU32::new(0);
static REGISTERED: AtomicBool = AtomicBool::new(false);

extern "C" fn in_child() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
    lines::close_others();
}

/// Counts forks from now on; making or attaching a segment does the same. An embedder with fork handlers of its own that call
/// [`crate::Session::after_fork_in_child`] calls this before it registers them: the C library runs those of the child in the
/// order of registration, and sessions must know of the fork first.
pub fn watch() {
    // Nobody waits for anybody here: in a child that was forked while another thread registered, that thread is not there to
    // come to an end. Threads that register at once count forks twice, which says no less.
    if !REGISTERED.load(Ordering::Acquire) {
        // SAFETY: the handler only increments an atomic and closes descriptors, which is async-signal-safe.
        unsafe {
            libc::pthread_atfork(None, None, Some(in_child));
        }
        REGISTERED.store(true, Ordering::Release);
    }
}

/// Changes in the child of every fork.
#[inline]
pub(crate) fn generation() -> u32 {
    GENERATION.load(Ordering::Relaxed)
}
