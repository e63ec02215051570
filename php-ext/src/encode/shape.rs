//! Remembers what recent small arrays had: rows of a table have the same keys in the same order, and many have the same
//! values. Comparing a pointer with the one that the last such array had in this column is cheaper than looking it up.

use crate::buffer::Buffer;
use crate::zend::live::Bucket;

/// Arrays with more elements have no columns of their own.
const MOST: usize = 32;

const ENTRIES: usize = 64;

#[derive(Clone, Copy)]
struct Entry {
    first_key: u64,
    len: u32,
    start: u32,
    /// The entry counts only if this is the table's.
    stamp: u32,
}

/// What the last array of a shape had at one position: pointers and their places. Zero stands for nothing: neither a key nor
/// a string is there.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) key: u64,
    /// A string.
    pub(super) value: u64,
    pub(super) key_place: u32,
    pub(super) value_place: u32,
}

/// The columns of an array, from its first element on.
#[derive(Clone, Copy)]
pub(super) struct Row {
    next: *mut Column,
    step: usize,
}

/// Where the columns of an array begin that is the first of its shape: most have no second one.
const SPARE: u32 = 0;

/// The last arrays' columns, by their first key and number.
pub(super) struct Shapes {
    entries: Box<[Entry; ENTRIES]>,
    /// The first is what arrays without columns of their own share ([`SPARE`]): what the last element had.
    columns: Buffer<Column>,
    stamp: u32,
}

const NOTHING: Entry = Entry { first_key: 0, len: 0, start: 0, stamp: 0 };
const FRESH: Column = Column { key: 0, value: 0, key_place: 0, value_place: 0 };

impl Shapes {
    pub(super) fn new() -> Self {
        Shapes { entries: Box::new([NOTHING; ENTRIES]), columns: Buffer::from(&[FRESH][..]), stamp: 0 }
    }

    pub(super) fn begin(&mut self) {
        self.columns.clear();
        self.columns.push(FRESH);
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.entries.fill(NOTHING);
            self.stamp = 1;
        }
    }

    /// So that no address is left, until [`Shapes::begin`].
    pub(super) fn wipe(&mut self) {
        self.entries.fill(NOTHING);
        self.columns.wipe();
    }

    pub(super) fn trim(&mut self) {
        super::give_back_wiped(&mut self.columns);
    }

    /// The columns of an array like this one, good until the next is asked for.
    #[inline(always)]
    pub(super) fn of(&mut self, buckets: &[Bucket]) -> Row {
        let spare = Row { next: self.columns.as_mut_ptr(), step: 0 };
        let Some(first) = buckets.first().filter(|first| first.key != 0 && buckets.len() <= MOST) else {
            return spare;
        };
        let len = buckets.len() as u32;
        let entry = &mut self.entries[(first.key >> 4) as usize % ENTRIES];
        if entry.stamp != self.stamp || entry.first_key != first.key || entry.len != len {
            *entry = Entry { first_key: first.key, len, start: SPARE, stamp: self.stamp };
            return spare;
        }
        if entry.start == SPARE {
            entry.start = self.columns.len() as u32;
            self.columns.add(buckets.len(), FRESH);
        }
        Row { next: self.columns.as_mut_ptr().wrapping_add(entry.start as usize), step: 1 }
    }
}

impl Row {
    /// The column of the next element.
    ///
    /// # Safety
    /// There is a next element, no other array was asked for since, and no other column is in use.
    #[inline(always)]
    pub(super) unsafe fn column<'a>(&mut self) -> &'a mut Column {
        // SAFETY: the caller's word: as many columns as elements, or the spare one.
        unsafe {
            let column = &mut *self.next;
            self.next = self.next.wrapping_add(self.step);
            column
        }
    }
}
