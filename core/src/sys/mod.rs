//! The operating system: shared memory files, mappings, robust locks, futexes, clocks, and what this process remembers.

pub(crate) mod clock;
pub(crate) mod fork;
pub(crate) mod futex;
mod inherited;
pub(crate) mod known;
pub(crate) mod lines;
pub(crate) mod map;
pub(crate) mod maps;
pub(crate) mod memfd;
pub(crate) mod robust;
pub(crate) mod search;

/// This thread's name, which it has in a child, too.
fn this_thread() -> usize {
    // SAFETY: always succeeds.
    unsafe { libc::pthread_self() as usize }
}
