//! Forking while something is kept: the child goes on using it, so the child needs pins of its own, without a
//! moment in which neither process has them.
//!
//! The parent takes a second slot, copies its pins there and *promises* it: nobody takes or cleans a promised
//! slot, whoever holds its lock. After the fork the parent lets go of the slot's lock, the child takes it and
//! says so through a pipe. If the child dies before, the parent reads the end of the pipe and takes the promise back.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};

use super::{Place, Session};
use crate::slots::Owner;
use crate::sys::fork as forks;

/// A slot that waits for the child of the fork that comes next.
#[derive(Debug)]
pub struct Promise {
    index: usize,
    owner: Owner,
    from_child: File,
    to_parent: File,
}

impl Session {
    /// To be called right before a fork whose child goes on using what this session fetched, on the thread that
    /// forks. `None` when nothing is kept, or when no slot is free (the child must then use nothing that was
    /// fetched before).
    pub fn before_fork(&mut self) -> Option<Promise> {
        let Place::Slot(ours, _) = self.place else { return None };
        if self.pinned.is_empty() || self.fork_generation != forks::generation() {
            return None;
        }
        let (from_child, to_parent) = pipe()?;
        let segment = &*self.segment;
        let (index, owner) = segment.acquire_slot()?;
        segment.slots.copy_pins(ours, index);
        segment.slots.promise(index);
        Some(Promise { index, owner, from_child, to_parent })
    }

    /// To be called in the parent after the fork, also when the fork failed. Waits until the child has its pins
    /// (or is dead), at most the lock timeout.
    pub fn after_fork_in_parent(&mut self, promise: Promise) {
        let Promise { index, from_child, to_parent, .. } = promise;
        drop(to_parent);
        // SAFETY: `before_fork` took the slot on this thread.
        unsafe { self.segment.slots.let_go(index) };
        let limit = i32::try_from(self.segment.lock_timeout().as_millis()).unwrap_or(i32::MAX);
        let mut poll = libc::pollfd { fd: from_child.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: one descriptor, ours.
        let ready = unsafe { libc::poll(&raw mut poll, 1, limit) } > 0;
        let adopted = ready && (&from_child).read(&mut [0]).is_ok_and(|read| read == 1);
        if ready && !adopted {
            self.segment.slots.break_promise(index);
        }
    }

    /// To be called in the child after the fork: it keeps what the parent kept.
    pub fn after_fork_in_child(&mut self, promise: Promise) {
        let Promise { index, owner, from_child, to_parent } = promise;
        drop(from_child);
        if self.segment.slots.adopt(index, self.segment.lock_timeout()) {
            self.fork_generation = forks::generation();
            self.place = Place::Slot(index, owner);
            self.recycler.forget();
            self.reserved.clear();
            self.leased.clear();
        }
        let _ = (&to_parent).write(&[1]);
    }
}

fn pipe() -> Option<(File, File)> {
    let mut ends = [0; 2];
    // SAFETY: room for two descriptors, which become ours.
    unsafe {
        if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) != 0 {
            return None;
        }
        Some((File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1])))
    }
}
