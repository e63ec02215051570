//! What is looked for.

use std::ops::Range;

/// Part of the address space, and the pieces in it that addresses are looked for of.
#[derive(Debug)]
pub(crate) struct Window {
    base: usize,
    len: usize,
    /// First and last address of each, relative to the base (so that this list does not look like what it looks for), in order.
    pieces: Vec<(u64, u64)>,
    found: Vec<bool>,
}

impl Window {
    /// `pieces` by their offsets in the range, in order: the first address, and the last that means the piece (one behind its end).
    pub(crate) fn new(range: &Range<usize>, pieces: Vec<(u64, u64)>) -> Self {
        debug_assert!(pieces.is_sorted());
        let found = vec![false; pieces.len()];
        Self { base: range.start, len: range.len(), pieces, found }
    }

    #[inline(always)]
    pub(super) fn may_have(&self, word: usize) -> bool {
        word.wrapping_sub(self.base) <= self.len
    }

    /// Notes that an address was found, if it is one of a piece.
    #[cold]
    pub(super) fn note(&mut self, word: usize) {
        if !self.may_have(word) {
            return;
        }
        let offset = (word - self.base) as u64;
        let at = self.pieces.partition_point(|(first, _)| *first <= offset);
        if let Some(at) = at.checked_sub(1)
            && offset <= self.pieces[at].1
        {
            self.found[at] = true;
        }
    }

    /// The numbers of the pieces of which an address was found, in order.
    pub(crate) fn found(&self) -> impl Iterator<Item = usize> + '_ {
        self.found.iter().enumerate().filter(|(_, found)| **found).map(|(number, _)| number)
    }
}
