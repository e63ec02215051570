//! The kernel's futexes, and a robust lock over one.

use std::time::Duration;

use loom::sync::atomic::{AtomicU32, Ordering};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread::{self, ThreadId};
use static_cache_core::protocol::{Robust, Taken};

use super::machine::name;

/// The kernel's queues of sleepers.
pub(crate) struct Kernel {
    sleepers: Mutex<Vec<Sleeper>>,
    woken: Condvar,
}

struct Sleeper {
    thread: ThreadId,
    words: Vec<*const AtomicU32>,
    awake: bool,
}

// The pointers are only compared.
unsafe impl Send for Kernel {}
unsafe impl Sync for Kernel {}

impl Kernel {
    pub(crate) fn new() -> Self {
        Self { sleepers: Mutex::new(Vec::new()), woken: Condvar::new() }
    }

    /// Sleeps until one of the words is woken; returns at once when one holds something else than expected.
    pub(crate) fn wait(&self, words: &[(&AtomicU32, u32)]) {
        let mut sleepers = self.sleepers.lock().unwrap();
        if words.iter().any(|(word, expected)| word.load(Ordering::SeqCst) != *expected) {
            return;
        }
        let me = thread::current().id();
        let words = words.iter().map(|(word, _)| std::ptr::from_ref(*word)).collect();
        sleepers.push(Sleeper { thread: me, words, awake: false });
        while let Some(at) = sleepers.iter().position(|sleeper| sleeper.thread == me) {
            if sleepers[at].awake {
                sleepers.remove(at);
                return;
            }
            sleepers = self.woken.wait(sleepers).unwrap();
        }
    }

    pub(crate) fn wake(&self, word: &AtomicU32, most: usize) {
        let mut sleepers = self.sleepers.lock().unwrap();
        let on_word =
            |sleeper: &&mut Sleeper| !sleeper.awake && sleeper.words.contains(&std::ptr::from_ref(word));
        for sleeper in sleepers.iter_mut().filter(on_word).take(most) {
            sleeper.awake = true;
        }
        self.woken.notify_all();
    }
}

const WAITERS: u32 = 0x8000_0000;
const OWNER_DIED: u32 = 0x4000_0000;
const TID: u32 = 0x3FFF_FFFF;

/// What a lock's word is while the calling thread has it.
pub(crate) fn own_word() -> u32 {
    name(thread::current().id()) & TID
}

/// A robust mutex by its futex word, as glibc and the kernel treat it. Only ever tried.
pub(crate) struct WordLock {
    pub(crate) word: AtomicU32,
    pub(crate) kernel: Arc<Kernel>,
}

impl WordLock {
    fn change(&self, to: impl Fn(u32) -> u32) -> u32 {
        let mut now = self.word.load(Ordering::Relaxed);
        loop {
            match self.word.compare_exchange(now, to(now), Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return now,
                Err(other) => now = other,
            }
        }
    }

    /// The kernel's part at the holder's death: it wakes one.
    pub(crate) fn die(&self) {
        if self.change(|now| now & WAITERS | OWNER_DIED) & WAITERS != 0 {
            self.kernel.wake(&self.word, 1);
        }
    }
}

impl Robust for WordLock {
    fn try_lock(&self) -> Taken {
        let ours = own_word();
        let was = self.change(|now| if now & TID == 0 { now & WAITERS | ours } else { now });
        match was {
            busy if busy & TID != 0 => Taken::Busy,
            died if died & OWNER_DIED != 0 => Taken::OwnerDied,
            _ => Taken::Clean,
        }
    }

    fn lock(&self, _limit: Duration) -> Taken {
        unreachable!("a life lock is only tried")
    }

    unsafe fn unlock(&self) {
        if self.word.swap(0, Ordering::Release) & WAITERS != 0 {
            self.kernel.wake(&self.word, 1);
        }
    }

    fn holder(&self) -> Option<u32> {
        Some(self.word.load(Ordering::Acquire) & TID)
    }
}
