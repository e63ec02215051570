//! How often this process is searched, whichever of its threads ask for it.
//!
//! A search looks through the memory of all threads, and each of them may want one. So there is one at a time, and they rest together: else
//! a process of many threads would search all the time, on all processors. What is urgent, since memory
//! is short, waits for its turn and rests only after the thread's own searches: what one thread gives back is not what another keeps.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::sys::{clock, fork, futex};

/// End and duration of the last search, in one word: nobody sees one without the other. 0: there was none.
static LAST: AtomicU64 = AtomicU64::new(0);
/// Which process is being searched, by [`this_process`]. A child in which the searching thread does not exist has another name.
static SEARCHED: AtomicU32 = AtomicU32::new(NOBODY);

const NOBODY: u32 = 0;
/// Times are in units of 16 µs.
const UNIT: u32 = 14;
/// Bits of a duration; up to 17 s.
const DURATION: u32 = 20;

/// Whether this process may be searched now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Another thread is at it.
    is_busy: bool,
    since: u64,
    took: u64,
}

impl Pace {
    pub(super) fn now() -> Self {
        let is_busy = SEARCHED.load(Ordering::Relaxed) == this_process();
        let last = LAST.load(Ordering::Relaxed);
        if last == 0 {
            return Self { is_busy, since: u64::MAX, took: 0 };
        }
        let (end, took) = (last >> DURATION, last & ((1 << DURATION) - 1));
        Self { is_busy, since: (clock::precise_ns() >> UNIT).saturating_sub(end), took }
    }

    /// Whether a search may begin: nobody is at it, and searching has rested for `share` times as long as the last one took.
    pub(super) fn may_search(self, share: u32) -> bool {
        !self.is_busy && self.since >= self.took * u64::from(share)
    }
}

/// The right to search, of one thread at a time.
#[derive(Debug)]
pub(super) struct Turn(());

impl Turn {
    /// `None` while it is another thread's, for longer than `limit`.
    pub(super) fn take(limit: Duration) -> Option<Self> {
        let name = this_process();
        let mut until = None;
        loop {
            let found = SEARCHED.load(Ordering::Relaxed);
            if found != name {
                match SEARCHED.compare_exchange(found, name, Ordering::Acquire, Ordering::Relaxed) {
                    Ok(_) => return Some(Self(())),
                    Err(_) => continue,
                }
            }
            let now = Instant::now();
            let left = until.get_or_insert(now + limit).saturating_duration_since(now);
            if left.is_zero() {
                return None;
            }
            futex::wait(&SEARCHED, name, left);
        }
    }

    /// The search has come to its end.
    pub(super) fn end(self, took: Duration) {
        // Rounded up: it rests for no less than its share.
        let took = ((took.as_nanos() as u64 >> UNIT) + 1).min((1 << DURATION) - 1);
        let end = (clock::precise_ns() >> UNIT) + 1;
        LAST.store(end << DURATION | took, Ordering::Relaxed);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        SEARCHED.store(NOBODY, Ordering::Release);
        futex::wake_all(&SEARCHED);
    }
}

fn this_process() -> u32 {
    fork::generation().wrapping_add(1).max(1)
}
