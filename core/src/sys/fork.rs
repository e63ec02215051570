//! Knowing that this process is a fork of the one that made a session.
//!
//! The C library runs the handlers of `fork()`. Other ways to fork run none (`_Fork()`, the system calls), and a child that takes itself for
//! its parent gives up what that keeps. So the number lies in memory that the kernel empties in every child: 0 is a child that nobody told.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::{inherited, lines};

/// Has whole pages to itself, of whatever size the kernel's are.
#[cfg_attr(target_arch = "x86_64", repr(C, align(4096)))]
#[cfg_attr(not(target_arch = "x86_64"), repr(C, align(65536)))]
struct Generation(AtomicU32);

/// How many forks lie between the process that loaded this code and this one, or more: only that it changes counts. 0: not known yet.
static GENERATION: Generation = Generation(AtomicU32::new(0));
/// The highest there has been. Children go on from there.
static LAST: AtomicU32 = AtomicU32::new(0);
static REGISTERED: AtomicBool = AtomicBool::new(false);

extern "C" fn in_child() {
    inherited::forget();
    GENERATION.0.store(next(), Ordering::Relaxed);
    lines::close_others();
}

/// One that no process between the first and this one has had.
fn next() -> u32 {
    LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1).max(1)
}

/// Counts forks from now on; making or attaching a segment does the same. An embedder with fork handlers of its own that call
/// [`crate::Session::after_fork_in_child`] calls this before it registers them: the C library runs those of the child in the
/// order of registration, and sessions must know of the fork first.
pub fn watch() {
    // Nobody waits for anybody here: in a child that was forked while another thread registered, that thread is not there to
    // come to an end. Threads that register at once count forks twice, which says no less.
    if !REGISTERED.load(Ordering::Acquire) {
        have_emptied();
        inherited::learn();
        // SAFETY: the handler only changes atomics and a list of its thread and closes descriptors, which is async-signal-safe.
        unsafe {
            libc::pthread_atfork(None, None, Some(in_child));
        }
        REGISTERED.store(true, Ordering::Release);
    }
}

/// Where the kernel refuses (Linux before 4.14), only the handler tells a child.
fn have_emptied() {
    #[cfg(not(miri))]
    {
        let page = (&raw const GENERATION).cast_mut().cast();
        // SAFETY: whole pages that hold nothing but the number, which may become 0 in children.
        unsafe { libc::madvise(page, size_of::<Generation>(), libc::MADV_WIPEONFORK) };
    }
}

/// Changes in the child of every fork. Never 0.
#[inline]
pub(crate) fn generation() -> u32 {
    match GENERATION.0.load(Ordering::Relaxed) {
        0 => begin(),
        generation => generation,
    }
}

/// Whether this process had that generation: nobody has forked since. It is one of [`generation`]'s.
#[inline]
pub(crate) fn is_of(generation: u32) -> bool {
    // Of a child that nobody told as well: 0 is no process's.
    GENERATION.0.load(Ordering::Relaxed) == generation
}

/// The first look in a process, or in a child that nobody told. Pipes of the parent's are not closed here: threads of this process may have
/// some by now.
#[cold]
#[inline(never)]
fn begin() -> u32 {
    inherited::forget_in_child();
    let next = next();
    match GENERATION.0.compare_exchange(0, next, Ordering::Relaxed, Ordering::Relaxed) {
        Ok(_) => next,
        Err(generation) => generation,
    }
}
