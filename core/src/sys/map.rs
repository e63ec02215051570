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
        Ok(views)
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
    use super::AddressRange;

    #[test]
    fn what_cannot_be_had_in_any_size_is_refused() {
        assert!(AddressRange::reserve_up_to(0, 0).is_err());
        // More than an address has bits for, in all sizes that are enough.
        assert!(AddressRange::reserve_up_to(usize::MAX, usize::MAX / 4).is_err());
        assert!(AddressRange::reserve_up_to(usize::MAX, 0).is_ok());
    }
}
