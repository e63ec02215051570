//! Pipes by which a parent hears of the child of the fork that comes next, and which other children must not have.
//!
//! A child that another thread forks meanwhile inherits them. As long as it lives the parent would not see the end of the pipe, though
//! its own child is dead. So all pipes of this kind are listed, for each child to close those that are not its own: before anything else,
//! without memory, and without a lock, which may be held by a thread that is not there any more.
//!
//! A fork copies the descriptors first and the memory later, and other threads go on meanwhile. So an entry has to be there before its
//! pipe is, and until nobody listens any more: the kernel writes numbers to the place that `pipe2` is given before it opens
//! them, and that place is the entry. What the child finds may be older or newer than its entry then, and is looked at before it is closed.

use std::fs::File;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};

use super::memfd::above_standard;
use super::this_thread;

/// More at the same time are not listed: waits for their children may take longer than need be.
const MOST: usize = 128;
/// No descriptor.
const NONE: RawFd = -1;

/// Whoever reads this in a child reads one page as it was at one moment.
#[repr(align(32))]
struct Pipe {
    /// 0: free. No two uses have the same.
    name: AtomicU64,
    /// The thread that forks.
    thread: AtomicU64,
    /// 0 until it is known.
    inode: AtomicU64,
    ends: [AtomicI32; 2],
}

static ENTRIES: [Pipe; MOST] = [const {
    Pipe {
        name: AtomicU64::new(0),
        thread: AtomicU64::new(0),
        inode: AtomicU64::new(0),
        ends: [const { AtomicI32::new(NONE) }; 2],
    }
}; MOST];

static NAMES: AtomicU64 = AtomicU64::new(0);

/// That a pipe is listed. Outlives its descriptors.
#[derive(Debug)]
pub(crate) struct Listed {
    at: usize,
    name: u64,
}

/// A pipe of this thread: where to read and where to write. `None` if there is none to be had.
pub(crate) fn pipe() -> Option<(File, File, Option<Listed>)> {
    let listed = Listed::new();
    let own = [const { AtomicI32::new(NONE) }; 2];
    let entry = listed.as_ref().map(Listed::entry);
    let ends = entry.map_or(&own, |entry| &entry.ends);
    // SAFETY: room for two descriptors, in atomics, which may be written to by who else has them; the descriptors become ours.
    let [read, write] = unsafe {
        if libc::pipe2(ends.as_ptr().cast_mut().cast(), libc::O_CLOEXEC) != 0 {
            return None;
        }
        ends.each_ref().map(|end| File::from_raw_fd(end.load(Ordering::Relaxed)))
    };
    let (read, write) = (above_standard(read).ok()?, above_standard(write).ok()?);
    if let Some(entry) = entry {
        for (end, file) in ends.iter().zip([&read, &write]) {
            end.store(file.as_raw_fd(), Ordering::Relaxed);
        }
        entry.inode.store(read.metadata().map_or(0, |meta| meta.ino()), Ordering::Relaxed);
    }
    Some((read, write, listed))
}

impl Listed {
    fn new() -> Option<Self> {
        let name = NAMES.fetch_add(1, Ordering::Relaxed) + 1;
        let free = |entry: &Pipe| {
            entry.name.load(Ordering::Relaxed) == 0
                && entry.name.compare_exchange(0, name, Ordering::Acquire, Ordering::Relaxed).is_ok()
        };
        let at = ENTRIES.iter().position(free)?;
        ENTRIES[at].thread.store(this_thread() as u64, Ordering::Relaxed);
        Some(Self { at, name })
    }

    fn entry(&self) -> &'static Pipe {
        &ENTRIES[self.at]
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        let entry = self.entry();
        // In a child it may have been taken away, and be another's by now.
        if entry.name.load(Ordering::Relaxed) == self.name {
            entry.free();
        }
    }
}

impl Pipe {
    fn free(&self) {
        self.ends.iter().for_each(|end| end.store(NONE, Ordering::Relaxed));
        self.inode.store(0, Ordering::Relaxed);
        self.name.store(0, Ordering::Release);
    }

    /// Closes what is this pipe's. Another file may have an end's number by now, or none.
    fn close(&self) {
        let ends = self.ends.each_ref().map(|end| end.load(Ordering::Relaxed));
        let found = ends.map(inode_of_pipe);
        let known = match self.inode.load(Ordering::Relaxed) {
            // Made a moment ago: both ends are open, or neither.
            0 if found[0] == found[1] => found[0],
            0 => None,
            inode => Some(inode),
        };
        for (end, found) in ends.into_iter().zip(found) {
            if found.is_some() && found == known {
                // SAFETY: an end of the pipe, which this process uses for nothing: who would is not there.
                unsafe { libc::close(end) };
            }
        }
    }
}

/// In the child of a fork, on its only thread: closes what other threads were about to fork with. Calls only what is
/// async-signal-safe.
pub(super) fn close_others() {
    let thread = this_thread() as u64;
    let others = |entry: &&Pipe| {
        entry.name.load(Ordering::Relaxed) != 0 && entry.thread.load(Ordering::Relaxed) != thread
    };
    for entry in ENTRIES.iter().filter(others) {
        entry.close();
        entry.free();
    }
}

fn inode_of_pipe(fd: RawFd) -> Option<u64> {
    let mut status = std::mem::MaybeUninit::<libc::stat>::uninit();
    // SAFETY: room for the result, which is read only when the call says that it is there.
    let status = unsafe { (libc::fstat(fd, status.as_mut_ptr()) == 0).then(|| status.assume_init()) }?;
    (status.st_mode & libc::S_IFMT == libc::S_IFIFO).then_some(status.st_ino)
}
