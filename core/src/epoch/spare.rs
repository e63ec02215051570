//! Memory of this process for what surveys note.
//!
//! A store into a full cache surveys the readers under an arena's lock. What they have pinned may be hundreds of kilobytes: to have the
//! kernel give so much memory, and take it back, each time takes far longer than to fill it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Buffers that are kept at most: a survey needs two where it has many questions to answer.
const MOST: usize = 2;
/// Offsets that one of them has room for at most.
const MOST_OFFSETS: usize = 128 * 1024;
/// And beyond a request.
const FEW_OFFSETS: usize = 4 * 1024;

/// Buffers that no survey uses at present.
#[derive(Debug, Default)]
pub struct Spare {
    /// Only ever tried: a forked child may find it locked for good.
    buffers: Mutex<Vec<Vec<u64>>>,
    is_large: AtomicBool,
}

impl Spare {
    /// An empty buffer.
    pub(super) fn take(&self) -> Vec<u64> {
        self.buffers.try_lock().ok().and_then(|mut buffers| buffers.pop()).unwrap_or_default()
    }

    pub(super) fn give_back(&self, mut buffer: Vec<u64>) {
        if buffer.capacity() == 0 || buffer.capacity() > MOST_OFFSETS {
            return;
        }
        if buffer.capacity() > FEW_OFFSETS {
            self.is_large.store(true, Ordering::Relaxed);
        }
        buffer.clear();
        if let Ok(mut buffers) = self.buffers.try_lock()
            && buffers.len() < MOST
        {
            buffers.push(buffer);
        }
    }

    /// Gives back what is much memory for a process that does nothing.
    #[inline]
    pub(crate) fn trim(&self) {
        if self.is_large.load(Ordering::Relaxed) {
            self.drop_large();
        }
    }

    #[cold]
    fn drop_large(&self) {
        if let Ok(mut buffers) = self.buffers.try_lock() {
            self.is_large.store(false, Ordering::Relaxed);
            buffers.retain(|buffer| buffer.capacity() <= FEW_OFFSETS);
        }
    }
}
