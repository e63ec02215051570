//! Which blocks hold an entry, and which of those the index leads to: two bits for each place where a block can begin.
//!
//! A repair asks this once or twice for each link, in no order: bits of a whole segment stay in the processor's caches
//! where a sorted list of its blocks would not.

use std::sync::atomic::Ordering;

use crate::entry::EntryAt;
use crate::error::Error;
use crate::heap::{State, UNIT};
use crate::segment::Segment;
use crate::sys::memfd;

/// Bytes of the segment that a piece stands for.
const PIECE: u64 = 1 << 20;
/// Places in a word, two bits each.
const PER_WORD: u64 = 32;
const WORDS: usize = (PIECE / UNIT / PER_WORD) as usize;
const LIVE: u64 = 0b01;
const LINKED: u64 = 0b10;

/// The live blocks that hold an entry, and whether the index leads to each.
pub(super) struct Entries {
    /// Made where there are entries: a large segment may be nearly empty.
    pieces: Vec<Option<Box<[u64; WORDS]>>>,
}

impl Entries {
    /// Finds them, and cuts the index's chains where they lead to anything else.
    pub(super) fn find(segment: &Segment) -> Result<Self, Error> {
        for arena in &segment.arenas {
            arena.check_tiling()?;
        }
        let mut entries = Self { pieces: Vec::new() };
        let hash = |offset| EntryAt::new(&segment.memory, offset).entry.hash.load(Ordering::Relaxed);
        for offset in segment.walk() {
            let block = segment.block(offset);
            if block.is(State::Live)
                && EntryAt::has_room(block.bytes())
                && EntryAt::new(&segment.memory, offset).is_possible(block.bytes())
            {
                entries.insert(offset);
                segment.index.touch(hash(offset));
            }
        }
        // (Without the descriptor as where the kernel cannot say: the bits of touched pages have to do.)
        if let Some(file) = segment.file_if_open() {
            segment.index.touch_all_in_use(|offset| memfd::data_at(file, offset));
        }
        segment.index.mend(|offset, tag, bucket| {
            // Each once: a second link to it would be a cycle, or a chain that runs into another.
            entries.is_linked(offset) == Some(false)
                && segment.index.is_home(hash(offset), tag, bucket)
                && entries.link(offset)
        });
        Ok(entries)
    }

    /// `None` for a block that holds no entry, and for what is no block.
    pub(super) fn is_linked(&self, offset: u64) -> Option<bool> {
        if !offset.is_multiple_of(UNIT) {
            return None;
        }
        let (piece, word, shift) = place(offset);
        let bits = self.pieces.get(piece)?.as_ref()?[word] >> shift;
        (bits & LIVE != 0).then_some(bits & LINKED != 0)
    }

    fn insert(&mut self, offset: u64) {
        let (piece, word, shift) = place(offset);
        if piece >= self.pieces.len() {
            self.pieces.resize_with(piece + 1, || None);
        }
        self.pieces[piece].get_or_insert_with(|| Box::new([0; WORDS]))[word] |= LIVE << shift;
    }

    /// The index leads to it. Whether it was noted.
    fn link(&mut self, offset: u64) -> bool {
        let (piece, word, shift) = place(offset);
        let Some(Some(piece)) = self.pieces.get_mut(piece) else { return false };
        piece[word] |= LINKED << shift;
        true
    }
}

/// The piece, the word in it and the bits' place in that for a block's offset.
fn place(offset: u64) -> (usize, usize, u64) {
    let unit = offset % PIECE / UNIT;
    ((offset / PIECE) as usize, (unit / PER_WORD) as usize, unit % PER_WORD * 2)
}
