//! The places that the first pass notes, one for each part that has one, and the second reads in the same order.
//!
//! Both go through them once for each part of a value, so neither looks at bounds: the first pass says how many it may note
//! before it begins with an array, and the second reads as many as were noted.

use super::{KEPT_ELEMENTS, give_back};

/// What was noted so far.
pub(super) struct Places {
    noted: Vec<u32>,
}

/// Notes places, for a while without [`Places`] knowing.
pub(super) struct Cursor {
    next: *mut u32,
    #[cfg(debug_assertions)]
    end: *mut u32,
}

/// Reads them.
pub(super) struct Reader {
    next: *const u32,
    end: *const u32,
}

impl Places {
    pub(super) fn new() -> Self {
        Places { noted: Vec::new() }
    }

    pub(super) fn clear(&mut self) {
        self.noted.clear();
    }

    pub(super) fn trim(&mut self) {
        give_back(&mut self.noted);
    }

    /// Whether [`Places::trim`] would give it back: room is made for places that scalars then have no need of.
    pub(super) fn is_oversized(&self) -> bool {
        self.noted.capacity() > KEPT_ELEMENTS
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.noted.len()
    }

    #[inline(always)]
    pub(super) fn push(&mut self, place: u32) {
        self.noted.push(place);
    }

    pub(super) fn last(&self) -> Option<u32> {
        self.noted.last().copied()
    }

    /// Forgets all but so many.
    pub(super) fn truncate(&mut self, len: usize) {
        self.noted.truncate(len);
    }

    /// Those from this one on.
    pub(super) fn from(&self, first: usize) -> &[u32] {
        &self.noted[first..]
    }

    /// Makes room for `most` more. What the cursor notes counts once it is given back; nothing else may be noted before.
    #[inline(always)]
    pub(super) fn open(&mut self, most: usize) -> Cursor {
        self.noted.reserve(most);
        let room = self.noted.spare_capacity_mut();
        Cursor {
            next: room.as_mut_ptr().cast(),
            #[cfg(debug_assertions)]
            end: room.as_mut_ptr_range().end.cast(),
        }
    }

    /// # Safety
    /// The cursor is the last that [`Places::open`] gave, and nothing was noted otherwise since.
    #[inline(always)]
    pub(super) unsafe fn close(&mut self, cursor: Cursor) {
        // SAFETY: the caller's word: the cursor wrote all up to its place, within the capacity.
        unsafe {
            let len = cursor.next.cast_const().offset_from(self.noted.as_ptr());
            self.noted.set_len(len as usize);
        }
    }

    pub(super) fn reader(&self) -> Reader {
        let all = self.noted.as_ptr_range();
        Reader { next: all.start, end: all.end }
    }
}

impl Cursor {
    /// # Safety
    /// [`Places::open`] was told of it.
    #[inline(always)]
    pub(super) unsafe fn note(&mut self, place: u32) {
        #[cfg(debug_assertions)]
        assert!(self.next < self.end, "more places than were announced");
        // SAFETY: the caller's word.
        unsafe {
            self.next.write(place);
            self.next = self.next.add(1);
        }
    }
}

impl Reader {
    /// The next place.
    ///
    /// # Safety
    /// There is one, and nothing was noted since the reader was made.
    #[inline(always)]
    pub(super) unsafe fn next(&mut self) -> u32 {
        debug_assert!(self.next < self.end, "the first pass noted a place for each part");
        // SAFETY: the caller's word.
        unsafe {
            let place = self.next.read();
            self.next = self.next.add(1);
            place
        }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.next == self.end
    }
}
