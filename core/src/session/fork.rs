//! Forking while something is kept: the child goes on using it, so the child needs pins of its own, without a
//! moment in which neither process has them.
//!
//! The parent takes a second slot, copies its pins there and *promises* it: nobody takes or cleans a promised
//! slot, whoever holds its lock. After the fork the parent lets go of the slot's lock, the child takes it and
//! says so through a pipe, which the children of other threads [must not have](crate::sys::lines). If the child dies before, the
//! parent reads the end of the pipe and takes the promise back. A child that
//! is stopped says neither: the parent goes on after a while, and looks at the pipe again at its later operations.
//!
//! The promise names the parent. If that dies first there may be no child (a signal that kills also makes the kernel give up a
//! fork) or none any more, and nobody to say so: such a promise is broken after 10 seconds. Should there be a child all the same, one
//! that did not run all the while, it ends itself before it can look at what it no longer has.
//!
//! A child that cannot have the lock in time (the parent was stopped before it let go) answers for the promise itself, and moves
//! to a slot of its own.
//!
//! Where no slot is free, the child is counted among the readers without one before it exists. Where no pipe is to be had,
//! a fork that fails (or a child that dies at once) leaves the promise as it is for as long as the parent lives: kept memory, never
//! freed memory in use.

use std::fs::File;
use std::io::{Read, Write};
use std::marker::PhantomData;
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::Instant;

use super::{Place, Session};
use crate::protocol::Adopted;
use crate::segment::Segment;
use crate::slots::Owner;
use crate::sys::fork as forks;
use crate::sys::known::KnownFile;
use crate::sys::lines::{self, Listed};

/// What keeps the parent's values for the child of the fork that comes next.
///
/// Dropped in the parent, it is as if the session had been told of the fork, and had ended. Dropped in the child, the child does
/// without. It holds a lock that belongs to the thread:
///
/// ```compile_fail,E0277
/// fn is_send<T: Send>() {}
/// is_send::<static_cache_core::Promise>();
/// ```
#[derive(Debug)]
pub struct Promise {
    segment: Arc<Segment>,
    /// The slot that will be the child's; `None`: it is counted as a reader without one.
    slot: Option<(usize, Owner)>,
    /// Whom the promise names.
    by: Owner,
    line: Option<Line>,
    /// Not told yet what has become of the fork.
    pending: bool,
    /// The request that it is for, and how much it kept.
    request: u64,
    kept: usize,
    fork_generation: u32,
    /// The slot's lock is the thread's.
    not_send: PhantomData<*mut ()>,
}

impl Promise {
    /// In the parent: the child may have the slot. What is to be heard of the child yet, if anything.
    fn let_go(&mut self) -> Option<Unheard> {
        self.pending = false;
        if let Some((index, _)) = self.slot {
            // SAFETY: `before_fork` took the slot on this thread, in this process, and this is done once.
            unsafe { self.segment.slots.let_go(index) };
        }
        let Line { from_child, to_parent, _listed } = self.line.take()?;
        drop(to_parent);
        Some(Unheard { slot: self.slot, by: self.by, from_child: KnownFile::new(from_child), _listed })
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        if !self.pending || !forks::is_of(self.fork_generation) {
            return;
        }
        // One that is counted among the readers without a slot is over, too, if there is no child, or none any more.
        let is_settled = self.let_go().is_some_and(|child| child.is_settled(&self.segment, Instant::now()));
        if !is_settled && let Some((index, _)) = self.slot {
            self.segment.slots.forsake_promise(index, self.by);
        }
    }
}

#[derive(Debug)]
struct Line {
    from_child: File,
    to_parent: File,
    /// Last: until both are closed.
    _listed: Option<Listed>,
}

/// A child that has not said yet that it has its pins.
#[derive(Debug)]
pub(super) struct Unheard {
    slot: Option<(usize, Owner)>,
    /// Whom the promise names.
    by: Owner,
    /// Kept for as long as the child says nothing, and read from.
    from_child: KnownFile,
    /// As long as somebody may listen.
    _listed: Option<Listed>,
}

/// What a parent knows of its child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// It has its pins.
    Has,
    /// It is gone, or never was.
    Gone,
    Nothing,
}

impl Session {
    /// To be called right before a fork whose child goes on using what this session fetched, on the thread that
    /// forks. `None` when nothing is kept.
    pub fn before_fork(&mut self) -> Option<Promise> {
        if !forks::is_of(self.fork_generation) {
            return None;
        }
        self.hear_children();
        let ours = match self.place {
            Place::Slot(index, owner) if !self.pinned.is_empty() => Some((index, owner)),
            _ if self.slotless => None,
            _ => return None,
        };
        let segment = &*self.segment;
        let by = ours.map_or(Owner::NOBODY, |(_, owner)| owner);
        let slot = ours.and_then(|(ours, _)| {
            let (index, owner) = segment.slots.acquire()?;
            segment.slots.copy_pins(ours, index);
            segment.slots.promise(index, by);
            Some((index, owner))
        });
        if slot.is_none() {
            segment.header().slotless_readers.0.enter();
            // SYNC POINT "pins are copied": the count takes over what the parent's slot keeps.
            segment.header().copies.0.count_one();
        }
        Some(Promise {
            segment: Arc::clone(&self.segment),
            slot,
            by,
            line: Line::new(),
            pending: true,
            request: self.request,
            kept: self.pinned.len(),
            fork_generation: self.fork_generation,
            not_send: PhantomData,
        })
    }

    /// To be called in the parent after the fork, also when the fork failed. Waits until the child has its pins
    /// (or is dead), at most the lock timeout.
    pub fn after_fork_in_parent(&mut self, mut promise: Promise) {
        if !Arc::ptr_eq(&promise.segment, &self.segment) || !forks::is_of(promise.fork_generation) {
            // Another's: its `drop` lets go of it.
            return;
        }
        if let Some(child) = promise.let_go()
            && !child.is_settled(&self.segment, Instant::now() + self.segment.lock_timeout())
        {
            self.unheard.push(child);
        }
    }

    /// Looks whether children that had not said anything have done so, or are gone.
    #[inline]
    pub(super) fn hear_children(&mut self) {
        if !self.unheard.is_empty() {
            self.hear_them();
        }
    }

    #[cold]
    fn hear_them(&mut self) {
        let now = Instant::now();
        self.unheard.retain(|child| !child.is_settled(&self.segment, now));
    }

    /// This session's slot will be another's: the thread itself answers for its children.
    pub(super) fn answer_as_thread(&mut self) {
        for child in &mut self.unheard {
            let to = Owner::slotless();
            if let Some((index, _)) = child.slot {
                self.segment.slots.hand_promise_on(index, child.by, to);
            }
            child.by = to;
        }
    }

    /// This session ends, and nobody listens to its children any more.
    pub(super) fn forsake_children(&mut self) {
        self.hear_children();
        for Unheard { slot, by, .. } in self.unheard.drain(..) {
            if let Some((index, _)) = slot {
                self.segment.slots.forsake_promise(index, by);
            }
        }
    }

    /// To be called in the child after the fork, of the session that made the promise: it keeps what the parent kept. What was fetched
    /// since the promise is not kept, nor is anything by another session.
    pub fn after_fork_in_child(&mut self, mut promise: Promise) {
        let is_ours = Arc::ptr_eq(&promise.segment, &self.segment)
            && promise.fork_generation == self.fork_generation
            && !forks::is_of(self.fork_generation)
            && (promise.request, promise.kept) == (self.request, self.pinned.len());
        if !is_ours {
            return self.notice_fork();
        }
        let place = match promise.slot {
            None => Place::NoneFree,
            Some((index, owner)) => {
                match self.segment.slots.adopt(index, owner, self.segment.lock_timeout()) {
                    Adopted::Ours => Place::Slot(index, owner),
                    Adopted::Kept => self.move_out(index),
                    Adopted::Broken => die(),
                }
            }
        };
        // What was fetched stays fetched; what is reserved or half stored is the parent's.
        self.fork_generation = forks::generation();
        self.inherited = self.request;
        // SAFETY: a slot was just taken over, or taken; the parent let go of it.
        unsafe { self.settle_at(place) };
        self.slotless = place == Place::NoneFree;
        self.relief.forget_places();
        self.recycler.forget();
        self.reserved.clear();
        self.unheard.clear();
        if let Some(line) = promise.line.take() {
            // While there is a reader, if only this process: it is no reason to die (SIGPIPE) that the parent does not listen any more.
            let _ = (&line.to_parent).write(&[1]);
        }
    }

    /// Gives the child pins of its own to what a slot keeps for it.
    fn move_out(&self, from: usize) -> Place {
        let segment = &*self.segment;
        let place = match segment.slots.acquire() {
            Some((index, owner)) => {
                segment.slots.copy_pins(from, index);
                Place::Slot(index, owner)
            }
            None => {
                segment.header().slotless_readers.0.enter();
                // SYNC POINT "pins are copied".
                segment.header().copies.0.count_one();
                Place::NoneFree
            }
        };
        segment.slots.leave(from);
        place
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
        let (from_child, to_parent, listed) = lines::pipe()?;
        Some(Self { from_child, to_parent, _listed: listed })
    }
}

impl Unheard {
    /// Whether there is nothing more to be heard: the child has its pins, or it is gone and its promise taken back. Waits until
    /// `deadline` for that.
    fn is_settled(&self, segment: &Segment, deadline: Instant) -> bool {
        match (self.listen(deadline), self.slot) {
            (Word::Has, _) => true,
            (Word::Gone, Some((index, owner))) => segment.slots.break_promise(index, owner),
            (Word::Gone, None) => {
                segment.header().slotless_readers.0.leave();
                true
            }
            (Word::Nothing, _) => false,
        }
    }

    /// Waits for the child's word until `deadline`, whatever signals arrive.
    fn listen(&self, deadline: Instant) -> Word {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            // Never shorter than what is left.
            let limit = if left.is_zero() { 0 } else { left.as_millis() + 1 };
            let limit = i32::try_from(limit).unwrap_or(i32::MAX);
            // Somebody closed it: nobody can say.
            let Some(mut from_child) = self.from_child.get() else { return Word::Nothing };
            let mut poll = libc::pollfd { fd: from_child.as_raw_fd(), events: libc::POLLIN, revents: 0 };
            // SAFETY: one descriptor, ours.
            match unsafe { libc::poll(&raw mut poll, 1, limit) } {
                1 => {
                    let read = from_child.read(&mut [0]);
                    return if read.is_ok_and(|read| read == 0) { Word::Gone } else { Word::Has };
                }
                _ if left.is_zero() => return Word::Nothing,
                _ => {}
            }
        }
    }
}
