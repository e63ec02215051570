//! The two mappings of a segment.
//!
//! Our code writes through one view; the other is read-only from its first moment and is the only one whose
//! addresses leave this crate. Neither changes its protection while it lives.

use std::fs::File;
use std::os::fd::AsRawFd;

use memmap2::{MmapMut, MmapOptions};

use crate::error::Error;

/// Address space with nothing in it, where a segment's read-only view goes later: at one address in all
/// processes that were forked after the reservation.
#[derive(Debug)]
pub struct AddressRange {
    base: usize,
    len: usize,
}

/// From this size on views lie as huge pages need it, and the kernel may use them. Less has few pages anyway, and would be rounded up by much.
const LARGE: usize = 64 << 20;
/// Bytes of a huge page where pages have 4,096.
const HUGE_PAGE: usize = 2 << 20;

/// Bytes per page of this machine's memory: 4,096, or up to 65,536 on some (arm64).
#[must_use]
pub fn page_size() -> usize {
    // SAFETY: a question.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).expect("there are pages")
}

impl AddressRange {
    /// Reserves `len` bytes of address space (no memory).
    ///
    /// # Errors
    /// [`Error::Os`] when the process has no such range left (see `RLIMIT_AS`).
    pub fn reserve(len: usize) -> Result<Self, Error> {
        if len >= LARGE
            && let Some(more) = len.checked_add(HUGE_PAGE)
            && let Ok(range) = Self::reserve_anywhere(more)
        {
            return Ok(range.aligned(len));
        }
        Self::reserve_anywhere(len)
    }

    /// The part of `len` bytes that begins where a huge page may; the range has as many bytes more.
    fn aligned(self, len: usize) -> Self {
        let mut range = Self { base: self.base.next_multiple_of(HUGE_PAGE), len: 0 };
        let before = range.base - self.base;
        range.len = self.len - before;
        std::mem::forget(self);
        if before > 0 {
            // SAFETY: the first part of what was reserved by `reserve_anywhere`, in whole pages; nothing was placed there.
            unsafe { libc::munmap((range.base - before) as *mut _, before) };
        }
        range.shorten(len);
        range
    }

    fn reserve_anywhere(len: usize) -> Result<Self, Error> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: an anonymous mapping at an address of the kernel's choice touches no memory of ours.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), len, libc::PROT_NONE, flags, -1, 0) };
        if base == libc::MAP_FAILED {
            return Err(Error::os("mmap(PROT_NONE)"));
        }
        Ok(Self { base: base as usize, len })
    }

    /// Reserves `len` bytes at `base`, where nothing is mapped yet.
    ///
    /// # Errors
    /// [`Error::Os`] when something is.
    pub fn reserve_at(base: usize, len: usize) -> Result<Self, Error> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_FIXED_NOREPLACE;
        // SAFETY: MAP_FIXED_NOREPLACE fails rather than replace a mapping.
        let got = unsafe { libc::mmap(base as *mut _, len, libc::PROT_NONE, flags, -1, 0) };
        if got == libc::MAP_FAILED {
            return Err(Error::os("mmap(PROT_NONE, MAP_FIXED_NOREPLACE)"));
        }
        let range = Self { base: got as usize, len };
        // Kernels before 4.17 take the address as a hint; elsewhere is not what was asked for.
        if range.base == base { Ok(range) } else { Err(Error::Os { call: "mmap", errno: libc::EEXIST }) }
    }

    /// Reserves `most` bytes or, where the process may not have so many (`RLIMIT_AS`), as large a part as it may, but at
    /// least `least`.
    ///
    /// # Errors
    /// As for [`Self::reserve`].
    pub fn reserve_up_to(most: usize, least: usize) -> Result<Self, Error> {
        let mut len = most;
        loop {
            match Self::reserve(len) {
                Err(_) if len / 2 >= least.max(1) => len /= 2,
                result => return result,
            }
        }
    }

    /// The number of bytes.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a range without bytes cannot be had")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The addresses.
    #[must_use]
    pub fn range(&self) -> std::ops::Range<usize> {
        self.base..self.base + self.len
    }

    /// Gives back what lies behind the first `len` bytes.
    pub fn shorten(&mut self, len: usize) {
        // The kernel gives back whole pages, and nothing at all where a part of one is asked for.
        let len = len.next_multiple_of(page_size());
        if len < self.len {
            // SAFETY: the tail is ours (reserved above), at a page's start, and nothing was placed there:
            // a segment's views have their range to themselves.
            unsafe { libc::munmap((self.base + len) as *mut _, self.len - len) };
            self.len = len;
        }
    }

    /// Puts a read-only view of `file` over all of the range.
    fn place(&self, file: &File) -> Result<(), Error> {
        // SAFETY: the range is ours alone (reserved above), so MAP_FIXED replaces nothing but our own reservation.
        let view = unsafe {
            libc::mmap(
                self.base as *mut _,
                self.len,
                libc::PROT_READ,
                libc::MAP_SHARED | libc::MAP_FIXED,
                file.as_raw_fd(),
                0,
            )
        };
        if view == libc::MAP_FAILED {
            return Err(Error::os("mmap(PROT_READ, MAP_FIXED)"));
        }
        Ok(())
    }
}

impl Drop for AddressRange {
    fn drop(&mut self) {
        // SAFETY: the range was mapped by `reserve` (and possibly `place`) and nobody keeps addresses in it:
        // sessions hold the segment, which holds the range.
        unsafe { libc::munmap(self.base as *mut _, self.len) };
    }
}

/// Both views of one memory file.
#[derive(Debug)]
pub(crate) struct Views {
    writable: MmapMut,
    readable: AddressRange,
}

impl Views {
    /// Maps all `len` bytes of `file` twice; the read-only view goes over `range`.
    pub(crate) fn map(file: &File, len: usize, mut range: AddressRange) -> Result<Self, Error> {
        if len > range.len {
            return Err(Error::Config(format!(
                "{} bytes of address space are reserved, the segment needs {len} (ulimit -v, RLIMIT_AS)",
                range.len
            )));
        }
        // First, since there may be no other address space for the view below.
        range.shorten(len);
        // SAFETY: the file is a memfd sealed against shrinking, so the mapping cannot lose its pages, and its
        // bytes are only ever accessed through raw pointers and atomics, never as a Rust slice that would
        // have to stay unchanged.
        let writable = unsafe { MmapOptions::new().len(len).map_mut(file) }.map_err(|error| Error::Os {
            call: "mmap(PROT_READ|PROT_WRITE)",
            errno: error.raw_os_error().unwrap_or(0),
        })?;
        range.place(file)?;
        let views = Self { writable, readable: range };
        views.keep_out_of_core_dumps(len);
        views.allow_huge_pages(len);
        Ok(views)
    }

    /// Where the system has huge pages of shared memory for who asks for them (`shmem_enabled`: `advise`), large segments do. Elsewhere this
    /// says nothing.
    fn allow_huge_pages(&self, len: usize) {
        if len < LARGE {
            return;
        }
        for base in [self.writable_base() as usize, self.readable_base()] {
            // SAFETY: as in `keep_out_of_core_dumps`.
            unsafe { libc::madvise(base as *mut _, len, libc::MADV_HUGEPAGE) };
        }
    }

    /// Cached data does not belong into a worker's core dump; failure to say so is not worth an error.
    fn keep_out_of_core_dumps(&self, len: usize) {
        for base in [self.writable_base() as usize, self.readable_base()] {
            // SAFETY: advice about a range that we mapped; it changes no contents.
            unsafe { libc::madvise(base as *mut _, len, libc::MADV_DONTDUMP) };
        }
    }

    /// Where our code reads and writes.
    pub(crate) fn writable_base(&self) -> *mut u8 {
        self.writable.as_ptr().cast_mut()
    }

    /// Where everybody else reads.
    pub(crate) fn readable_base(&self) -> usize {
        self.readable.base
    }
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::{AddressRange, HUGE_PAGE, LARGE, Views};
    use crate::sys::memfd;

    #[test]
    fn large_views_may_have_huge_pages() {
        let kernel_has_them = std::fs::exists("/sys/kernel/mm/transparent_hugepage").unwrap();
        for (len, are_large) in [(LARGE - 4096, false), (LARGE, true), (LARGE + 4096, true)] {
            let file = memfd::create("huge", len).unwrap();
            memfd::size_and_seal(&file, len).unwrap();
            // Several at a time, so that not all lie right by chance.
            let ranges: Vec<_> = (0..4).map(|_| AddressRange::reserve(len).unwrap()).collect();
            for range in ranges {
                assert!(range.len() >= len);
                assert!(!are_large || range.base.is_multiple_of(HUGE_PAGE));
                let views = Views::map(&file, len, range).unwrap();
                for base in [views.writable_base() as usize, views.readable_base()] {
                    assert_eq!(advised(base), are_large && kernel_has_them);
                }
            }
        }
    }

    /// Whether the mapping that begins there may have huge pages.
    fn advised(base: usize) -> bool {
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mapping = maps.split_once(&format!("\n{base:x}-")).expect("mapped").1;
        let flags = mapping.lines().find_map(|line| line.strip_prefix("VmFlags:")).unwrap();
        flags.split_whitespace().any(|flag| flag == "hg")
    }

    #[test]
    fn what_cannot_be_had_in_any_size_is_refused() {
        assert!(AddressRange::reserve_up_to(0, 0).is_err());
        // More than an address has bits for, in all sizes that are enough.
        assert!(AddressRange::reserve_up_to(usize::MAX, usize::MAX / 4).is_err());
        assert!(AddressRange::reserve_up_to(usize::MAX, 0).is_ok());
    }
}
