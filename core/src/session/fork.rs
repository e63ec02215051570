//! Forking while something is kept: the child goes on using it, so the child needs pins of its own, without a
//! moment in which neither process has them.
//!
//! The parent takes a second slot, copies its pins there and *promises* it: nobody takes or cleans a promised
//! slot, whoever holds its lock. After the fork the parent lets go of the slot's lock, the child takes it and
//! says so through a pipe. If the child dies before, the parent reads the end of the pipe and takes the promise back.
//!
//! If the parent dies between promising and letting go (a signal that kills also makes the kernel give up a fork), there may
//! be no child, and nobody to say so: such a promise is broken after 10 seconds. Should there be a child all the same, one
//! that did not run all the while, it ends itself before it can look at what it no longer has.
//!
//! Where no slot is free, the child is counted among the readers without one before it exists. Where no pipe is to be had,
//! a fork that fails (or a child that dies at once) leaves the promise as it is: kept memory, never freed memory in use.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::time::Instant;

use super::{Place, Session};
use crate::slots::{Adopted, Owner};
use crate::sys::{fork as forks, memfd};

/// What keeps the parent's values for the child of the fork that comes next.
#[derive(Debug)]
pub struct Promise {
    /// The slot that will be the child's; `None`: it is counted as a reader without one.
    slot: Option<(usize, Owner)>,
    line: Option<Line>,
}

#[derive(Debug)]
struct Line {
    from_child: File,
    to_parent: File,
}

impl Session {
    /// To be called right before a fork whose child goes on using what this session fetched, on the thread that
    /// forks. `None` when nothing is kept.
    pub fn before_fork(&mut self) -> Option<Promise> {
        if self.fork_generation != forks::generation() {
            return None;
        }
        let ours = match self.place {
            Place::Slot(index, _) if !self.pinned.is_empty() => Some(index),
            _ if self.slotless => None,
            _ => return None,
        };
        let segment = &*self.segment;
        let slot = ours.and_then(|ours| {
            let (index, owner) = segment.slots.acquire()?;
            segment.slots.copy_pins(ours, index);
            segment.slots.promise(index);
            Some((index, owner))
        });
        if slot.is_none() {
            segment.header().slotless_readers.0.enter();
            // SYNC POINT "pins are copied": the count takes over what the parent's slot keeps.
            segment.header().copies.0.count_one();
        }
        Some(Promise { slot, line: Line::new() })
    }

    /// To be called in the parent after the fork, also when the fork failed. Waits until the child has its pins
    /// (or is dead), at most the lock timeout.
    pub fn after_fork_in_parent(&mut self, promise: Promise) {
        let Promise { slot, line } = promise;
        if let Some((index, _)) = slot {
            // SAFETY: `before_fork` took the slot on this thread.
            unsafe { self.segment.slots.let_go(index) };
        }
        let Some(line) = line else { return };
        if line.child_is_gone(Instant::now() + self.segment.lock_timeout()) {
            match slot {
                Some((index, _)) => self.segment.slots.break_promise(index),
                None => self.segment.header().slotless_readers.0.leave(),
            }
        }
    }

    /// To be called in the child after the fork: it keeps what the parent kept.
    pub fn after_fork_in_child(&mut self, promise: Promise) {
        let Promise { slot, line } = promise;
        let place = match slot {
            None => Place::NoneFree,
            Some((index, owner)) => match self.segment.slots.adopt(index, self.segment.lock_timeout()) {
                Adopted::Ours => Place::Slot(index, owner),
                Adopted::ForGood => Place::NotAsked,
                Adopted::Broken => die(),
            },
        };
        // What was fetched stays fetched; what is reserved or half stored is the parent's.
        self.fork_generation = forks::generation();
        self.place = place;
        self.slotless = place == Place::NoneFree;
        self.relief.forget_places();
        self.recycler.forget();
        self.reserved.clear();
        self.leased.clear();
        if let Some(Line { from_child, to_parent }) = line {
            drop(from_child);
            let _ = (&to_parent).write(&[1]);
        }
    }
}

/// Ends a process whose memory holds addresses of what is somebody else's by now.
fn die() -> ! {
    // SAFETY: a signal to this process, which ends it; nothing returns from it.
    unsafe {
        libc::kill(libc::getpid(), libc::SIGKILL);
        libc::_exit(1)
    }
}

impl Line {
    fn new() -> Option<Self> {
        let mut ends = [0; 2];
        // SAFETY: room for two descriptors, which become ours.
        unsafe {
            if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) != 0 {
                return None;
            }
            let [from_child, to_parent] = ends.map(|end| File::from_raw_fd(end));
            Some(Self {
                from_child: memfd::above_standard(from_child).ok()?,
                to_parent: memfd::above_standard(to_parent).ok()?,
            })
        }
    }

    /// The parent's question: whether there is no child, or it died before it said anything. Waits until one or the other
    /// is clear, whatever signals arrive; not clear by `deadline` is no.
    fn child_is_gone(self, deadline: Instant) -> bool {
        let Self { mut from_child, to_parent } = self;
        drop(to_parent);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            // At least once, and never shorter than what is left.
            let limit = i32::try_from(left.as_millis() + 1).unwrap_or(i32::MAX);
            let mut poll = libc::pollfd { fd: from_child.as_raw_fd(), events: libc::POLLIN, revents: 0 };
            // SAFETY: one descriptor, ours.
            match unsafe { libc::poll(&raw mut poll, 1, limit) } {
                1 => return from_child.read(&mut [0]).is_ok_and(|read| read == 0),
                _ if left.is_zero() => return false,
                _ => {}
            }
        }
    }
}
