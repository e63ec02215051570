//! Waiting for others: for the end of a reservation, and for whoever holds a lock.

use crate::sync::{AtomicU32, Ordering};

const FUTEX_WAITERS: u32 = 0x8000_0000;
const FUTEX_OWNER_DIED: u32 = 0x4000_0000;
/// The part of a robust lock's word that names the holder.
pub const FUTEX_TID_MASK: u32 = 0x3FFF_FFFF;

/// What those sleep on who wait for a reservation of a shard to end.
#[derive(Debug)]
#[repr(C)]
pub struct Bell {
    /// Changes whenever a reservation ends.
    released: AtomicU32,
    /// How many sleep on it. A sleeper that is killed stays counted: then a release costs a system call more.
    waiters: AtomicU32,
}

impl Bell {
    /// Nobody waits.
    #[must_use]
    pub fn new() -> Self {
        Self { released: AtomicU32::new(0), waiters: AtomicU32::new(0) }
    }

    /// The word to sleep on.
    pub fn word(&self) -> &AtomicU32 {
        &self.released
    }

    /// Joins those who wait. The shard's lock is held. Returns what the word holds while nothing has happened.
    fn join(&self) -> u32 {
        // SYNC POINT "waiter joins": under the lock that "holder rings" is under. So either the ring finds the waiter
        // counted, or `seen` is the value after it (and the reservation was seen to be gone).
        let seen = self.released.load(Ordering::SeqCst);
        self.waiters.fetch_add(1, Ordering::SeqCst);
        seen
    }

    fn part(&self) {
        self.waiters.fetch_sub(1, Ordering::SeqCst);
    }

    /// Tells those who wait that a reservation ended. The shard's lock is held. `wake` wakes who sleeps on the word.
    pub fn ring(&self, wake: impl FnOnce(&AtomicU32)) {
        // SYNC POINT "holder rings": the word changes before anybody is woken, so who is about to sleep is refused by the
        // kernel, which compares the word under the lock of its queue.
        self.released.fetch_add(1, Ordering::SeqCst);
        if self.waiters.load(Ordering::SeqCst) != 0 {
            wake(&self.released);
        }
    }
}

impl Default for Bell {
    fn default() -> Self {
        Self::new()
    }
}

/// Locks by `lock`. While `busy` names a bell and what rings it, lets go, sleeps by `sleep` (until the bell's word is no
/// longer what is given), and tries again.
///
/// # Errors
/// Those of `lock` and `sleep`.
pub fn wait_turn<'a, G, T, E>(
    lock: impl Fn() -> Result<G, E>,
    busy: impl Fn(&G) -> Option<(&'a Bell, T)>,
    mut sleep: impl FnMut(&'a Bell, u32, T) -> Result<(), E>,
) -> Result<G, E> {
    loop {
        let guard = lock()?;
        let Some((bell, holder)) = busy(&guard) else {
            return Ok(guard);
        };
        let seen = bell.join();
        drop(guard);
        let slept = sleep(bell, seen, holder);
        bell.part();
        slept?;
    }
}

/// Prepares to sleep until the holder of a robust lock with this futex word dies or lets go: what the word holds now.
/// `None` when nobody alive holds the lock.
///
/// The word is the kernel's (see futex(2) on robust lists): holder's thread id, waiters bit, owner-died bit.
pub fn watch(word: &AtomicU32) -> Option<u32> {
    let mut now = word.load(Ordering::Acquire);
    loop {
        if now & FUTEX_TID_MASK == 0 || now & FUTEX_OWNER_DIED != 0 {
            return None;
        }
        // SYNC POINT "watcher asks to be woken": with the waiters bit the kernel (at death) and the C library (at unlock)
        // wake somebody who sleeps on the word.
        let marked = now | FUTEX_WAITERS;
        match word.compare_exchange_weak(now, marked, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => return Some(marked),
            Err(other) => now = other,
        }
    }
}
