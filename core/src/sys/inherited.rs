//! Robust locks that a forked child does not have, though its C library takes it that it has.
//!
//! A thread's list of the robust locks that it has leads through these. glibc begins a new list in the child of a fork. musl leaves the
//! child with the list of the thread that forked, and so with locks that are still the parent's. The child would write addresses of its own
//! locks into those, for the parent to follow, and whoever has them next; and its own locks would not all be found when it dies. So
//! the list begins anew as soon as a child is noticed, before it takes any lock of ours.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::robust::head_of_list;
use super::this_thread;

/// From the name of a thread to the head of its list, the same for all threads. 0: not known, or there is no need to know.
static HEAD: AtomicUsize = AtomicUsize::new(0);

/// Finds out where heads are. Where the kernel does not say, musl makes no robust locks.
pub(super) fn learn() {
    if !cfg!(target_env = "musl") || HEAD.load(Ordering::Relaxed) != 0 {
        return;
    }
    if let Ok(Some(head @ 1..)) = head_of_list() {
        HEAD.store(head.wrapping_sub(this_thread()), Ordering::Relaxed);
    }
}

/// In the child of a fork, on the thread that has come with it.
pub(super) fn forget() {
    // Whoever was told of the fork before us may have taken a lock since.
    if HEAD.load(Ordering::Relaxed) != 0 && matches!(told_of(), None | Some(0)) {
        begin_anew();
    }
}

/// Where nobody knows whether this is a child: a thread of which the kernel was not told yet has nothing but what it has inherited.
pub(super) fn forget_in_child() {
    if HEAD.load(Ordering::Relaxed) != 0 && told_of() == Some(0) {
        begin_anew();
    }
}

fn begin_anew() {
    let head = this_thread().wrapping_add(HEAD.load(Ordering::Relaxed));
    // SAFETY: the first word of the list's head, which only this thread uses; an empty list leads back to its head.
    unsafe { (head as *mut usize).write(head) };
}

/// Where the head of this thread's list is, as the kernel was told: 0, it was not. `None` if it does not say. Async-signal-safe.
pub(super) fn told_of() -> Option<usize> {
    let (mut head, mut len) = (0_usize, 0_usize);
    // SAFETY: valid places for the answers, of this thread.
    let asked = unsafe { libc::syscall(libc::SYS_get_robust_list, 0, &raw mut head, &raw mut len) };
    (asked == 0).then_some(head)
}
