//! Remembers the keys of recent small arrays: rows of a table have the same keys in the same order, and comparing a pointer
//! with the one expected there is cheaper than looking the string up.

use crate::zend::live::Bucket;

/// Arrays with more elements are not remembered.
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

/// The last arrays' keys, by their first key and number.
pub(super) struct Shapes {
    entries: Box<[Entry; ENTRIES]>,
    keys: Vec<(u64, u32)>,
    stamp: u32,
}

/// What to expect of an array's keys.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Keys noted from here on.
    Known(u32),
    /// Note them.
    New,
    /// No use.
    None,
}

const NOTHING: Entry = Entry { first_key: 0, len: 0, start: 0, stamp: 0 };

impl Shapes {
    pub(super) fn new() -> Self {
        Shapes { entries: Box::new([NOTHING; ENTRIES]), keys: Vec::new(), stamp: 0 }
    }

    pub(super) fn begin(&mut self) {
        self.keys.clear();
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.entries.fill(NOTHING);
            self.stamp = 1;
        }
    }

    pub(super) fn trim(&mut self) {
        super::give_back(&mut self.keys);
    }

    /// What is known of an array like this one. If nothing, a key must be noted for each of its elements.
    #[inline(always)]
    pub(super) fn of(&mut self, buckets: &[Bucket]) -> Shape {
        let Some(first) = buckets.first().filter(|first| first.key != 0 && buckets.len() <= MOST) else {
            return Shape::None;
        };
        let len = buckets.len() as u32;
        let entry = &mut self.entries[(first.key >> 4) as usize % ENTRIES];
        if entry.stamp == self.stamp && entry.first_key == first.key && entry.len == len {
            return Shape::Known(entry.start);
        }
        *entry = Entry { first_key: first.key, len, start: self.keys.len() as u32, stamp: self.stamp };
        self.keys.resize(self.keys.len() + buckets.len(), (0, 0));
        Shape::New
    }

    /// The place of the key at this position, if it is the expected one.
    #[inline(always)]
    pub(super) fn place(&self, shape: Shape, position: usize, key: u64) -> Option<u32> {
        let Shape::Known(start) = shape else { return None };
        let (expected, place) = self.keys[start as usize + position];
        (expected == key).then_some(place)
    }

    /// Notes a key of the newest shape.
    #[inline(always)]
    pub(super) fn note(&mut self, shape: Shape, from_end: usize, key: u64, place: u32) {
        if let Shape::New = shape {
            let at = self.keys.len() - from_end;
            self.keys[at] = (key, place);
        }
    }
}
