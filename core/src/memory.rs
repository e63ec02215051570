//! Checked access to the bytes of a segment.
//!
//! This is the only place that turns an offset into a reference, and every access checks range and alignment: of rows, whose place
//! follows from the layout, once.
//!
//! A failed check is a panic: places that follow from the layout, and offsets that were looked at before, cannot
//! fail. An offset that was read from shared memory may be anything, so whoever follows one first asks
//! [`Heap::place`](crate::heap::Heap::place) or [`Heap::holds`](crate::heap::Heap::holds).

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64};

/// Types that may lie in shared memory: made of atomics (or of memory the C library manages), valid for every
/// bit pattern, without pointers and without drop glue.
///
/// # Safety
/// The implementor promises the above.
pub(crate) unsafe trait Shared: Sized {}

// SAFETY: an atomic integer is valid for every bit pattern and allows concurrent access.
unsafe impl Shared for AtomicU8 {}
// SAFETY: as above.
unsafe impl Shared for AtomicU32 {}
// SAFETY: as above.
unsafe impl Shared for AtomicU64 {}
// SAFETY: an array of such is such.
unsafe impl<T: Shared, const N: usize> Shared for [T; N] {}

/// One view of a segment: nearly always the writable one ([`crate::index::Lookups`] has the other).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    base: *mut u8,
    len: usize,
}

// SAFETY: the memory behind it is shared between processes anyway; all access goes through atomics or through
// ranges that one owner has to itself.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

impl Memory {
    /// # Safety
    /// `len` bytes from `base` stay mapped while the result or anything it handed out is in use, readable and, unless nothing is
    /// ever written through it, writable; `base` is aligned to 64 bytes, and the bytes are accessed only through `Memory` values.
    pub(crate) unsafe fn new(base: *mut u8, len: usize) -> Self {
        Self { base, len }
    }

    /// The number of bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Whether `size` bytes at `offset` lie inside.
    #[inline]
    pub(crate) fn contains(&self, offset: u64, size: u64) -> bool {
        offset.checked_add(size).is_some_and(|end| end <= self.len as u64)
    }

    /// The `T` at `offset`.
    #[inline]
    pub(crate) fn at<T: Shared>(&self, offset: u64) -> &T {
        assert!(
            self.contains(offset, size_of::<T>() as u64) && offset.is_multiple_of(align_of::<T>() as u64),
            "offset outside of the segment"
        );
        // SAFETY: range and alignment were just checked, and `T: Shared` is valid for any bytes.
        unsafe { &*self.base.add(offset as usize).cast::<T>() }
    }

    /// The `count` consecutive `T`s at `offset`.
    #[inline]
    pub(crate) fn slice<T: Shared>(&self, offset: u64, count: usize) -> &[T] {
        assert!(
            self.contains(offset, (count * size_of::<T>()) as u64)
                && offset.is_multiple_of(align_of::<T>() as u64),
            "offset outside of the segment"
        );
        // SAFETY: range and alignment were just checked, and `T: Shared` is valid for any bytes.
        unsafe { std::slice::from_raw_parts(self.base.add(offset as usize).cast::<T>(), count) }
    }

    /// Where the byte at `offset` lies in the writable view, after checking that `size` bytes follow.
    #[inline]
    pub(crate) fn pointer(&self, offset: u64, size: u64) -> *mut u8 {
        assert!(self.contains(offset, size), "offset outside of the segment");
        // SAFETY: inside the mapping, as just checked.
        unsafe { self.base.add(offset as usize) }
    }

    /// Has the processor bring the line at `offset` into its caches, so that it need not wait for one line after the other when
    /// it comes to them. Does nothing else, whatever the offset.
    #[inline(always)]
    pub(crate) fn expect(&self, offset: u64) {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        // SAFETY: a hint, which faults nowhere.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(self.base.wrapping_add(offset as usize).cast());
        }
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        let _ = offset;
    }

    /// Bytes that no longer change: a key or payload of an entry that was published. `None` when they would lie
    /// outside: shared memory stated the size.
    ///
    /// # Safety
    /// The bytes were written before the reader found their offset and stay unchanged for the lifetime of the
    /// result (the entry is protected by an epoch, a pin or a lock).
    #[inline]
    pub(crate) unsafe fn bytes<'a>(&self, offset: u64, size: u64) -> Option<&'a [u8]> {
        if !self.contains(offset, size) {
            return None;
        }
        // SAFETY: range just checked; stability is promised by the caller.
        Some(unsafe { std::slice::from_raw_parts(self.base.add(offset as usize), size as usize) })
    }
}

/// `T`s one after the other, whose range was looked at once: finding one of them takes one comparison, or none.
pub(crate) struct Row<T> {
    memory: Memory,
    first: u64,
    count: u64,
    kind: PhantomData<fn() -> T>,
}

impl<T> std::fmt::Debug for Row<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").field("first", &self.first).field("count", &self.count).finish_non_exhaustive()
    }
}

impl<T> Clone for Row<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Row<T> {}

impl<T: Shared> Row<T> {
    /// `count` of them from `first` on, at least one.
    pub(crate) fn new(memory: Memory, first: u64, count: u64) -> Self {
        let bytes = count.checked_mul(size_of::<T>() as u64);
        assert!(
            count > 0
                && bytes.is_some_and(|bytes| memory.contains(first, bytes))
                && first.is_multiple_of(align_of::<T>() as u64),
            "a row outside of the segment"
        );
        Self { memory, first, count, kind: PhantomData }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Where the one of this number lies.
    #[inline(always)]
    pub(crate) fn offset(&self, number: u64) -> u64 {
        self.first + number * size_of::<T>() as u64
    }

    /// The one of this number, which is less than how many there are.
    #[inline(always)]
    pub(crate) fn get(&self, number: u64) -> &T {
        assert!(number < self.count, "offset outside of the segment");
        // SAFETY: `new` checked range and alignment of as many as there are; `T: Shared` is valid for any bytes.
        unsafe { &*self.memory.base.add(self.offset(number) as usize).cast::<T>() }
    }

    /// Which one a hash belongs to, where there are a power of two of them.
    #[inline(always)]
    pub(crate) fn number_of(&self, hash: u64) -> u64 {
        debug_assert!(self.count.is_power_of_two());
        hash & (self.count - 1)
    }

    /// The one that a hash belongs to.
    #[inline(always)]
    pub(crate) fn of(&self, hash: u64) -> &T {
        // SAFETY: as in `get`; the number is at most `count - 1`.
        unsafe { &*self.memory.base.add(self.offset(self.number_of(hash)) as usize).cast::<T>() }
    }
}

/// Where `T`s may begin: for offsets that were read from shared memory, looked at with two comparisons.
#[derive(Debug)]
pub(crate) struct Places<T> {
    memory: Memory,
    first: u64,
    /// The last place, counted from the first.
    last: u64,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for Places<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Places<T> {}

impl<T: Shared> Places<T> {
    /// The places for whole `T`s in `range`, which lies inside and has room for one.
    pub(crate) fn new(memory: Memory, range: Range<u64>) -> Self {
        let (first, size) = (range.start, size_of::<T>() as u64);
        assert!(
            range.end <= memory.len() as u64 && range.end - first >= size,
            "a range outside of the segment"
        );
        Self { memory, first, last: range.end - first - size, kind: PhantomData }
    }

    /// The `T` at `offset`, if one may begin there.
    #[inline]
    pub(crate) fn get(&self, offset: u64) -> Option<&T> {
        if offset.wrapping_sub(self.first) > self.last || !offset.is_multiple_of(align_of::<T>() as u64) {
            return None;
        }
        // SAFETY: `new` checked that a `T` at every offset up to `first + last` lies inside; the alignment was just
        // checked, and `T: Shared` is valid for any bytes.
        Some(unsafe { &*self.memory.base.add(offset as usize).cast::<T>() })
    }

    /// How many bytes lie behind the `T` at one of these places.
    #[inline]
    pub(crate) fn behind(&self, offset: u64) -> u64 {
        self.last.wrapping_sub(offset.wrapping_sub(self.first))
    }

    /// So many words behind the `T` at one of these places, to be read while somebody may be writing them; `None` where there are not as
    /// many.
    #[inline(always)]
    pub(crate) fn words_behind(&self, offset: u64, count: usize) -> Option<&[AtomicU64]> {
        let start = offset + size_of::<T>() as u64;
        if (count * size_of::<u64>()) as u64 > self.behind(offset)
            || !start.is_multiple_of(size_of::<u64>() as u64)
        {
            return None;
        }
        // SAFETY: range and alignment were just checked, and atomics are valid for any bytes.
        Some(unsafe { std::slice::from_raw_parts(self.memory.base.add(start as usize).cast(), count) })
    }

    /// Bytes behind the `T` at one of these places, that no longer change.
    ///
    /// # Safety
    /// `offset` is one of these places, there are no more than [`Self::behind`], and as for [`Memory::bytes`].
    #[inline]
    pub(crate) unsafe fn bytes_behind<'a>(&self, offset: u64, size: usize) -> &'a [u8] {
        debug_assert!(size as u64 <= self.behind(offset));
        // SAFETY: the caller's word; `new` checked where the places end.
        unsafe { std::slice::from_raw_parts(self.memory.base.add(offset as usize + size_of::<T>()), size) }
    }
}
