//! Waiting for a word of shared memory to change, woken by the kernel.

use std::sync::atomic::AtomicU32;
use std::time::Duration;

use super::clock;

/// Sleeps until somebody calls [`wake_all`] on `word`, `limit` has passed, or at once when it no longer holds
/// `expected`. May return early; callers check again.
pub(crate) fn wait(word: &AtomicU32, expected: u32, limit: Duration) {
    let limit = libc::timespec {
        tv_sec: limit.as_secs().min(1 << 32) as _,
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

/// What a waiter sleeps on: a word and the value that means "nothing has happened".
pub(crate) type Awaited<'a> = (&'a AtomicU32, u32);

#[repr(C)]
struct WaitV {
    value: u64,
    address: u64,
    flags: u32,
    reserved: u32,
}

const SIZE_U32: u32 = 2;

/// Sleeps until one of some words changes, as [`wait`] does for one. Kernels before 5.16 cannot, and filters of system calls
/// (older container profiles) may refuse it: there the others than the first are looked at every 20 ms.
pub(crate) fn wait_any<const N: usize>(awaited: [Awaited<'_>; N], limit: Duration) {
    let words = awaited.map(|(word, value)| WaitV {
        value: u64::from(value),
        address: word.as_ptr() as u64,
        flags: SIZE_U32,
        reserved: 0,
    });
    let until = clock::after(libc::CLOCK_MONOTONIC, limit);
    // SAFETY: `until` is a valid place; the words outlive the call, which only reads them.
    let result = unsafe {
        libc::syscall(libc::SYS_futex_waitv, words.as_ptr(), N, 0, &raw const until, libc::CLOCK_MONOTONIC)
    };
    let error = (result < 0).then(std::io::Error::last_os_error).and_then(|error| error.raw_os_error());
    // All others mean that there is no such call, or not for us, whatever a filter of system calls answers. Not to sleep then
    // would be to spin.
    if !matches!(error, None | Some(libc::EAGAIN | libc::ETIMEDOUT | libc::EINTR)) {
        wait(awaited[0].0, awaited[0].1, limit.min(Duration::from_millis(20)));
    }
}
