//! Waiting for a word of shared memory to change, woken by the kernel.

use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// Sleeps until somebody calls [`wake_all`] on `word`, `limit` has passed, or at once when it no longer holds
/// `expected`. May return early; callers check again.
pub(crate) fn wait(word: &AtomicU32, expected: u32, limit: Duration) {
    let limit = libc::timespec {
        tv_sec: limit.as_secs() as libc::time_t,
        tv_nsec: limit.subsec_nanos() as libc::c_long,
    };
    // SAFETY: the word lives as long as the reference; the kernel only reads it and `limit`.
    unsafe {
        libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT, expected, &raw const limit);
    }
}

/// Wakes everybody who waits on `word`, in any process.
pub(crate) fn wake_all(word: &AtomicU32) {
    // SAFETY: the kernel uses only the word's address.
    unsafe {
        libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, i32::MAX);
    }
}
