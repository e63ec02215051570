//! Where a search reads to, and how long it may.

use std::ops::Range;
use std::ptr;
use std::time::Duration;

use super::Allowance;
use crate::sys::clock;
use crate::sys::map::page_size;

/// Bytes that are read at once.
const CHUNK: usize = 1 << 20;
/// Pages that the kernel is asked about at once.
pub(super) const PAGES: usize = 1 << 16;
/// Pages are never smaller.
pub(super) const LEAST_PAGE: usize = 4096;

/// Memory of its own, so that what is looked through is not left in anybody's heap.
pub(super) struct Buffer {
    pub(super) base: usize,
    /// The system's page size.
    pub(super) page: usize,
    /// When the thread has worked for long enough.
    deadline: Duration,
}

impl Buffer {
    pub(super) fn new(Allowance(allowance): Allowance) -> Option<Self> {
        let (protection, flags) =
            (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
        // SAFETY: an anonymous mapping at an address of the kernel's choice.
        let base = unsafe { libc::mmap(ptr::null_mut(), CHUNK + PAGES, protection, flags, -1, 0) };
        let page = page_size();
        let usable = base != libc::MAP_FAILED && (LEAST_PAGE..=CHUNK).contains(&page);
        usable.then(|| Self { base: base as usize, page, deadline: clock::of_thread() + allowance })
    }

    pub(super) fn is_out_of_time(&self) -> bool {
        clock::of_thread() > self.deadline
    }

    pub(super) fn range(&self) -> Range<usize> {
        self.base..self.base + CHUNK + PAGES
    }

    /// Room for what the kernel says of pages.
    #[allow(clippy::mut_from_ref, reason = "one part of a search at a time")]
    pub(super) fn pages(&self) -> &mut [u8; PAGES] {
        // SAFETY: mapped, behind what is read; whoever gets this has given up the one before.
        unsafe { &mut *((self.base + CHUNK) as *mut [u8; PAGES]) }
    }

    /// Reads `len` bytes at most, and says how many it got.
    pub(super) fn read(&self, from: usize, len: usize) -> usize {
        let len = len.min(CHUNK);
        let local = libc::iovec { iov_base: self.base as *mut _, iov_len: len };
        let remote = libc::iovec { iov_base: from as *mut _, iov_len: len };
        // SAFETY: writes at most `len` bytes to memory of ours; the other address is the kernel's to check.
        let read =
            unsafe { libc::process_vm_readv(libc::getpid(), &raw const local, 1, &raw const remote, 1, 0) };
        usize::try_from(read).unwrap_or(0)
    }

    /// What was read.
    pub(super) fn words(&self, count: usize) -> &[usize] {
        // SAFETY: mapped, and nobody else's; the kernel has written so many, and more are zero.
        unsafe { std::slice::from_raw_parts(self.base as *const usize, count.min(CHUNK / 8)) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`, and no reference outlives `self`.
        unsafe { libc::munmap(self.base as *mut _, CHUNK + PAGES) };
    }
}
