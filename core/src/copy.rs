//! Copying into a block: the few bytes of most strings inline, long runs in pieces where the processor would be slow.
//!
//! `memcpy` leaves long runs to the processor's own string move. On some (AMD's Zen 3 and 4 at least) that takes 10 to 30
//! times as long when the destination lies a few bytes ahead of the source modulo the page size. Blocks lie where they
//! happen to, so a store would be slow once in sixty times, and then each time. Shorter runs are copied by loads and stores,
//! which do not mind.

use std::ptr;

/// Runs of at most this many bytes are copied inline.
const SHORT: usize = 128;

/// Shorter than what C libraries leave to the processor's string move, and long enough not to cost more than it.
const PIECE: usize = 2048;

/// How far ahead of the source, modulo the page size, a destination must be.
const NEAR: usize = 64;
const PAGE: usize = 4096;

/// Copies at least 16 bytes.
///
/// # Safety
/// `len` bytes can be read at `from` and written at `to`, do not overlap, and are 16 or more.
#[inline(always)]
pub unsafe fn copy_run(from: *const u8, to: *mut u8, len: usize) {
    debug_assert!(len >= 16);
    // SAFETY: the caller's word. Each step copies 16 bytes within the run; the last may overlap the one before.
    unsafe {
        if len > SHORT {
            return copy_long(from, to, len);
        }
        let last = len - 16;
        let mut at = 0;
        while at < last {
            copy_16(from.add(at), to.add(at));
            at += 16;
        }
        copy_16(from.add(last), to.add(last));
    }
}

/// Copies a name: few bytes, of any number.
///
/// # Safety
/// `len` bytes can be read at `from` and written at `to` and do not overlap.
#[inline(always)]
pub(crate) unsafe fn copy_name(from: *const u8, to: *mut u8, len: usize) {
    // SAFETY: the caller's word. Two copies of the same size cover a run that is no shorter than one and no longer than both.
    unsafe {
        if len >= 16 {
            copy_run(from, to, len);
        } else if len >= 8 {
            copy_ends::<8>(from, to, len);
        } else if len >= 4 {
            copy_ends::<4>(from, to, len);
        } else if len >= 2 {
            copy_ends::<2>(from, to, len);
        } else if len == 1 {
            to.write(from.read());
        }
    }
}

/// # Safety
/// As for [`copy_name`]; `len` is at least `SIZE`.
#[inline(always)]
unsafe fn copy_ends<const SIZE: usize>(from: *const u8, to: *mut u8, len: usize) {
    // SAFETY: the caller's word; arrays of bytes need no alignment.
    unsafe {
        to.cast::<[u8; SIZE]>().write(from.cast::<[u8; SIZE]>().read());
        to.add(len - SIZE).cast::<[u8; SIZE]>().write(from.add(len - SIZE).cast::<[u8; SIZE]>().read());
    }
}

/// # Safety
/// 16 bytes can be read at `from` and written at `to`.
#[inline(always)]
unsafe fn copy_16(from: *const u8, to: *mut u8) {
    // SAFETY: the caller's word; an array of bytes needs no alignment.
    unsafe { to.cast::<[u8; 16]>().write(from.cast::<[u8; 16]>().read()) };
}

/// Copies a run of any length.
///
/// # Safety
/// `len` bytes can be read at `from` and written at `to` and do not overlap.
#[inline]
unsafe fn copy_long(from: *const u8, to: *mut u8, len: usize) {
    let ahead = to.addr().wrapping_sub(from.addr()) % PAGE;
    // SAFETY: the caller's word; the pieces are the run.
    unsafe {
        if len <= PIECE || ahead == 0 || ahead >= NEAR {
            return ptr::copy_nonoverlapping(from, to, len);
        }
        let mut at = 0;
        while at < len {
            let piece = PIECE.min(len - at);
            ptr::copy_nonoverlapping(from.add(at), to.add(at), piece);
            at += piece;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_and_distance_is_copied_whole_and_nothing_else() {
        let from: Vec<u8> = (0..4 * PAGE).map(|at| (at % 251) as u8).collect();
        let lens = (16..=SHORT + 1).chain([PIECE, PIECE + 1, 2 * PIECE + 17, PAGE + 1]);
        for len in lens {
            for distance in [0, 1, 8, 16, 63, 64, 65] {
                let mut to = vec![0xEE; 4 * PAGE];
                let start = (from.as_ptr().addr() + distance).wrapping_sub(to.as_ptr().addr()) % PAGE;
                // SAFETY: below the lengths, and buffers of their own.
                unsafe { copy_run(from.as_ptr(), to.as_mut_ptr().add(start), len) };
                assert_eq!(to[start..start + len], from[..len], "{len} bytes, {distance} ahead");
                assert!(to[..start].iter().chain(&to[start + len..]).all(|&byte| byte == 0xEE));
            }
        }
    }

    #[test]
    fn every_name_is_copied_whole_and_nothing_else() {
        let from: Vec<u8> = (1..=200).collect();
        for len in 0..=200 {
            let mut to = vec![0; 202];
            // SAFETY: both have as many bytes.
            unsafe { copy_name(from.as_ptr(), to.as_mut_ptr().add(1), len) };
            assert_eq!(to[1..=len], from[..len]);
            assert!(to[0] == 0 && to[len + 1..].iter().all(|byte| *byte == 0), "{len} bytes");
        }
    }
}
