//! One clock for all processes of the machine: monotonic, in nanoseconds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Added to every reading; only tests move it (see [`advance`]).
static SKEW: AtomicU64 = AtomicU64::new(0);

/// Nanoseconds of the coarse monotonic clock: a few ns to read, good to a scheduler tick (1 to 10 ms).
#[inline]
pub(crate) fn now_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for the result; this clock always exists on Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_COARSE, &mut time) };
    let read = (time.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec as u64);
    read.wrapping_add(SKEW.load(Ordering::Relaxed))
}

/// The same clock, as exactly as it can be had.
pub(crate) fn precise_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for the result; this clock always exists.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    let read = (time.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec as u64);
    read.wrapping_add(SKEW.load(Ordering::Relaxed))
}

/// The time of a clock when so much will have passed.
pub(super) fn after(clock: libc::clockid_t, limit: Duration) -> libc::timespec {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place; the clock exists.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    let nanos = time.tv_nsec as u64 + u64::from(limit.subsec_nanos());
    time.tv_sec = time.tv_sec.wrapping_add((limit.as_secs().min(1 << 32) + nanos / 1_000_000_000) as _);
    time.tv_nsec = (nanos % 1_000_000_000) as libc::c_long;
    time
}

/// Moves this process's clock forward, so that tests need not sleep for an entry to expire.
#[doc(hidden)]
pub fn advance(by: Duration) {
    SKEW.fetch_add(by.as_nanos() as u64, Ordering::Relaxed);
}

/// How long the calling thread has been at work.
pub fn of_thread() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes the time; a thread always has that clock.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
