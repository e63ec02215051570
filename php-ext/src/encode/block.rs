//! The block that a payload is written to.

use crate::payload::*;
use crate::zend::constants as c;
use crate::zend::live::{Counted, Text};
use static_cache_core::copy_run;

/// The block being filled: where it is, and where PHP will see it.
pub(super) struct Block {
    start: *mut u8,
    address: u64,
}

impl Block {
    #[inline]
    pub(super) fn new(out: &mut [u8], address: usize) -> Self {
        Block { start: out.as_mut_ptr(), address: address as u64 }
    }

    /// The rest of it, from so many units on.
    #[inline]
    pub(super) fn part(&self, units: usize) -> Block {
        Block { start: self.start.wrapping_add(units * UNIT), address: self.address + (units * UNIT) as u64 }
    }

    /// Where to write what begins so many bytes further on.
    #[inline]
    pub(super) fn at_byte<T>(&self, offset: usize) -> *mut T {
        self.start.wrapping_add(offset).cast()
    }

    /// The same in units.
    #[inline(always)]
    pub(super) fn at<T>(&self, place: u32) -> *mut T {
        self.start.wrapping_add(place as usize * UNIT).cast()
    }

    /// Where PHP will see what begins there.
    #[inline(always)]
    pub(super) fn address_of(&self, place: u32) -> u64 {
        self.address + u64::from(place) * UNIT as u64
    }

    /// Writes a string's image.
    ///
    /// # Safety
    /// Its units, beginning at `place`, are in the block.
    #[inline(always)]
    pub(super) unsafe fn text(&mut self, text: &Text, place: u32) {
        let (from, to) = (text.start(), self.at::<u8>(place));
        let end = c::STRING_HEADER + text.len + 1;
        let info = STRING_INFO | (text.gc.info & c::STR_VALID_UTF8);
        // SAFETY: `end` bytes can be read; so many, rounded up to units, can be written. The hash, the length, the bytes and
        // the NUL are copied as one run that begins after the counts, of 17 bytes or more.
        unsafe {
            to.add((end - 1) & !(UNIT - 1)).cast::<u64>().write(0);
            to.cast::<Counted>().write(Counted { refcount: UNCOUNTED, info });
            copy_run(from.add(UNIT), to.add(UNIT), end - UNIT);
        }
    }
}
