//! Makes a copy of a payload valid at another address.
//!
//! Images follow each other without gaps, those with pointers first, and each says how long it is. So one pass from the
//! first image to the first string meets every pointer exactly once, without remembering anything. Which words are
//! pointers is told by types, never guessed from values: an int may look like an address.

use std::mem::offset_of;

use super::*;

const WORD: usize = UNIT;

/// A payload in the making: bytes that are a copy of what lay at `old`, and where they are to be used.
struct Moved<'a> {
    words: &'a mut [[u8; WORD]],
    old: u64,
    len: u64,
    new: u64,
}

/// Fixes the pointers of `payload`, a copy of the payload of this tag that was written for `old`, for a use at `new`.
/// Pointers out of the old payload (the arrays' destructor) stay. False if the tag is unknown or the bytes are not such
/// a payload; then the copy is good for nothing.
#[must_use]
pub(crate) fn relocate(tag: u8, bits: u64, payload: &mut [u8], old: usize, new: usize) -> bool {
    if tag == TAG_STATICS {
        let (inner, offset) = crate::statics::image::inner(bits);
        return inner < TAG_STATICS
            && payload
                .get_mut(offset..)
                .is_some_and(|block| relocate(inner, 0, block, old + offset, new + offset));
    }
    let len = payload.len() as u64;
    let (words, rest) = payload.as_chunks_mut::<WORD>();
    if !rest.is_empty() {
        return false;
    }
    let mut moved = Moved { words, old: old as u64, len, new: new as u64 };
    match tag {
        TAG_NULL..=TAG_FLOAT | TAG_STRING => true,
        TAG_ARRAY => moved.images(0).is_some(),
        TAG_ARRAY_TEMPLATE | TAG_OBJECT => moved.template().is_some(),
        _ => false,
    }
}

impl Moved<'_> {
    fn word(&self, at: usize) -> Option<u64> {
        self.words.get(at).map(|word| u64::from_ne_bytes(*word))
    }

    /// The half of a word at this byte of a structure that begins at word `at`.
    fn half(&self, at: usize, byte: usize) -> Option<u32> {
        let word = self.words.get(at + byte / WORD)?;
        let (halves, _) = word.as_chunks::<4>();
        halves.get(byte % WORD / 4).map(|half| u32::from_ne_bytes(*half))
    }

    /// Fixes the pointer in this word, if it leads into the old payload. Its end counts: an array without elements has
    /// its data there.
    fn fix(&mut self, at: usize) -> Option<()> {
        let word = self.words.get_mut(at)?;
        let offset = u64::from_ne_bytes(*word).wrapping_sub(self.old);
        if offset <= self.len {
            *word = self.new.wrapping_add(offset).to_ne_bytes();
        }
        Some(())
    }

    fn template(&mut self) -> Option<()> {
        let head = TemplateHead {
            nodes: self.half(0, offset_of!(TemplateHead, nodes))?,
            fixups: self.half(0, offset_of!(TemplateHead, fixups))?,
            classes: self.half(0, offset_of!(TemplateHead, classes))?,
            calls: self.half(0, offset_of!(TemplateHead, calls))?,
            tables: self.half(0, offset_of!(TemplateHead, tables))?,
            typed: self.half(0, offset_of!(TemplateHead, typed))?,
        };
        let layout = head.layout();
        for call in (layout.calls..layout.classes).step_by(size_of::<CallImage>()) {
            self.slot((call + offset_of!(CallImage, argument)) / WORD)?;
        }
        for class in (layout.classes..layout.nodes).step_by(size_of::<ClassImage>()) {
            self.fix((class + offset_of!(ClassImage, name)) / WORD)?;
        }
        self.images(layout.images / WORD)
    }

    /// From the first image on; strings are the last.
    fn images(&mut self, mut at: usize) -> Option<()> {
        while at < self.words.len() {
            match self.half(at, offset_of!(Counted, info))? & c::GC_TYPE_MASK {
                c::IS_STRING => break,
                c::IS_ARRAY => at = self.array(at)?,
                c::IS_REFERENCE => {
                    self.slot(at + offset_of!(Reference, slot) / WORD)?;
                    at += REFERENCE_UNITS as usize;
                }
                c::IS_OBJECT => at = self.object(at)?,
                _ => return None,
            }
        }
        Some(())
    }

    /// Returns where the next image begins.
    fn object(&mut self, at: usize) -> Option<usize> {
        let count = self.half(at, offset_of!(ObjectImage, count))?;
        let end = at + usize::try_from(object_units(count)).ok()?;
        for slot in (at + size_of::<ObjectImage>() / WORD..end).step_by(size_of::<Slot>() / WORD) {
            self.slot(slot)?;
        }
        Some(end)
    }

    /// Returns where the next image begins.
    fn array(&mut self, at: usize) -> Option<usize> {
        let flags = self.half(at, offset_of!(Array, flags))?;
        let mask = self.half(at, offset_of!(Array, mask))?;
        let used = self.half(at, offset_of!(Array, used))?;
        let packed = flags & c::HASH_FLAG_PACKED != 0;
        self.fix(at + offset_of!(Array, data) / WORD)?;
        let element = if packed { size_of::<Slot>() } else { size_of::<Bucket>() } / WORD;
        let end = at + usize::try_from(array_units(packed, mask, used)).ok()?;
        for slot in (end - used as usize * element..end).step_by(element) {
            self.slot(slot)?;
            if !packed {
                self.fix_key(slot + offset_of!(Bucket, key) / WORD)?;
            }
        }
        Some(end)
    }

    /// A key of 0 is none.
    fn fix_key(&mut self, at: usize) -> Option<()> {
        if self.word(at)? == 0 { Some(()) } else { self.fix(at) }
    }

    fn slot(&mut self, at: usize) -> Option<()> {
        let info = self.half(at, offset_of!(Slot, info))?;
        if matches!(info & 0xff, c::IS_STRING | c::IS_ARRAY) { self.fix(at) } else { Some(()) }
    }
}
