//! Room for addresses of values, used again and again.
//!
//! A request that goes on is searched for addresses of what it uses ([`crate::module::relief`]). What earlier uses left in such room would
//! count, also where it was before it grew: memory that was freed is not cleared by anybody. So a search wipes these, and they wipe what they
//! give back.

use std::hint::black_box;
use std::ops::{Deref, DerefMut};

/// A vector of plain data that leaves nothing behind.
pub(crate) struct Buffer<T: Copy> {
    elements: Vec<T>,
    /// So many elements' memory was written, besides those that there are.
    written: usize,
}

impl<T: Copy> Buffer<T> {
    pub(crate) const fn new() -> Self {
        Self { elements: Vec::new(), written: 0 }
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.elements.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.elements.capacity()
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, element: T) {
        let len = self.elements.len();
        if len == self.elements.capacity() {
            self.grow(1);
        }
        // SAFETY: there is room for it.
        unsafe {
            self.elements.as_mut_ptr().add(len).write(element);
            self.elements.set_len(len + 1);
        }
    }

    #[inline]
    pub(crate) fn pop(&mut self) -> Option<T> {
        self.written = self.written.max(self.elements.len());
        self.elements.pop()
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.written = self.written.max(self.elements.len());
        self.elements.clear();
    }

    /// Adds so many times this one.
    #[inline]
    pub(crate) fn add(&mut self, count: usize, element: T) {
        let len = self.elements.len();
        if self.elements.capacity() - len < count {
            self.grow(count);
        }
        self.elements.resize(len + count, element);
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, more: usize) {
        const FIRST: usize = 8;
        let len = self.elements.len();
        let mut larger = Vec::with_capacity((len + more).max(2 * self.capacity()).max(FIRST));
        larger.extend_from_slice(&self.elements);
        self.wipe();
        self.elements = larger;
    }

    /// Empties it, and clears its memory.
    pub(crate) fn wipe(&mut self) {
        self.clear();
        self.wipe_beyond();
    }

    /// Clears its memory where no element is any more.
    pub(crate) fn wipe_beyond(&mut self) {
        let len = self.elements.len();
        let beyond = self.elements.spare_capacity_mut();
        let written = self.written.saturating_sub(len);
        // SAFETY: memory of the vector, within its capacity, where no element is.
        unsafe { beyond.as_mut_ptr().write_bytes(0, written) };
        // Where it is freed next, the compiler could think that nobody needs that.
        black_box(beyond.as_mut_ptr());
        self.written = 0;
    }
}

impl<T: Copy> Drop for Buffer<T> {
    fn drop(&mut self) {
        if self.written.max(self.elements.len()) != 0 {
            self.wipe();
        }
    }
}

impl<T: Copy> Default for Buffer<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Copy> From<&[T]> for Buffer<T> {
    fn from(elements: &[T]) -> Self {
        Self { elements: elements.to_vec(), written: 0 }
    }
}

impl<T: Copy> Deref for Buffer<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.elements
    }
}

impl<T: Copy> DerefMut for Buffer<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.elements
    }
}
