//! A robust lock, and a slot.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use loom::sync::atomic::{AtomicU32, AtomicU64};
use loom::sync::{Condvar, Mutex};
use loom::thread::{self, ThreadId};
use static_cache_core::epoch::Reader;
use static_cache_core::protocol::{Promised, Robust, Taken};

/// A robust mutex. Waiting has no bound: whoever has it lets go or dies.
pub(crate) struct Lock {
    state: Mutex<State>,
    free: Condvar,
}

struct State {
    holder: Option<ThreadId>,
    died: bool,
}

impl Lock {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new(State { holder: None, died: false }), free: Condvar::new() }
    }

    pub(crate) fn is_held(&self) -> bool {
        self.state.lock().unwrap().holder.is_some()
    }

    /// The kernel's part when the calling thread dies.
    pub(crate) fn die(&self) {
        let mut state = self.state.lock().unwrap();
        if state.holder == Some(thread::current().id()) {
            (state.holder, state.died) = (None, true);
            self.free.notify_one();
        }
    }
}

fn taken(state: &mut State) -> Taken {
    state.holder = Some(thread::current().id());
    if std::mem::take(&mut state.died) { Taken::OwnerDied } else { Taken::Clean }
}

impl Robust for Lock {
    fn try_lock(&self) -> Taken {
        let mut state = self.state.lock().unwrap();
        if state.holder.is_some() { Taken::Busy } else { taken(&mut state) }
    }

    fn lock(&self, _limit: Duration) -> Taken {
        let mut state = self.state.lock().unwrap();
        while state.holder.is_some() {
            state = self.free.wait(state).unwrap();
        }
        taken(&mut state)
    }

    unsafe fn unlock(&self) {
        // The dead let go of nothing: the kernel has done so.
        if !std::thread::panicking() {
            self.state.lock().unwrap().holder = None;
            self.free.notify_one();
        }
    }

    fn holder(&self) -> Option<u32> {
        Some(self.state.lock().unwrap().holder.map_or(0, name))
    }
}

/// Names a thread: never 0.
pub(crate) fn name(thread: ThreadId) -> u32 {
    let mut hasher = DefaultHasher::new();
    thread.hash(&mut hasher);
    hasher.finish() as u32 | 1
}

/// A slot whose owner may build a block.
pub(crate) struct Slot<L> {
    pub(crate) reader: Reader,
    pub(crate) life: L,
    pub(crate) generation: AtomicU32,
    pub(crate) owner: AtomicU32,
    pub(crate) building: AtomicU64,
    pub(crate) kept: AtomicU64,
    pub(crate) promised: Promised,
}

pub(crate) const OWNED: u32 = 7;

impl<L> Slot<L> {
    pub(crate) fn new(life: L) -> Self {
        Self {
            reader: Reader::new(),
            life,
            generation: AtomicU32::new(OWNED),
            owner: AtomicU32::new(0),
            building: AtomicU64::new(0),
            kept: AtomicU64::new(0),
            promised: Promised::new(),
        }
    }
}
