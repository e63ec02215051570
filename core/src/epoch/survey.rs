//! What all readers keep: what a reclaimer asks.

use std::cell::{Cell, OnceCell};
use std::sync::Arc;

use super::Spare;
use crate::sync::{AtomicU64, Ordering, fence};

use super::{Copies, Reader, Slotless};

/// Questions after which sorting the pins takes no longer than going on to look at all of them. Most surveys are asked about a few
/// blocks, and pins may be many.
const FEW_QUESTIONS: u32 = 16;

/// Looks at all readers before giving up, when each meets another fork.
const MOST_SURVEYS: usize = 16;

/// What all readers together keep, as seen at one moment.
///
/// Only blocks that were retired before the survey began may be judged by it.
#[derive(Debug)]
pub struct Survey {
    /// Everything stamped with this epoch or a later one stays.
    oldest: u64,
    /// Offsets that are pinned.
    pins: Vec<u64>,
    /// The same in order, when there were more than [`FEW_QUESTIONS`].
    sorted: OnceCell<Vec<u64>>,
    questions: Cell<u32>,
    /// Some request holds everything that is retired from now on.
    holds: bool,
    /// Whence memory for pins comes, and where it goes afterwards.
    spare: Option<Arc<Spare>>,
}

impl Survey {
    /// What all readers of a segment keep, with those that have no slot.
    pub fn of_all<'a, I>(
        spare: &Arc<Spare>,
        slotless: &Slotless,
        copies: &Copies,
        readers: impl Fn() -> I,
    ) -> Self
    where
        I: Iterator<Item = (&'a Reader, &'a [AtomicU64])>,
    {
        // SYNC POINT "reclaimer surveys": pairs with the fences in `Reader::enter` and `Slotless::enter`. Before anything
        // is read, how many slots there are included.
        fence(Ordering::SeqCst);
        for _ in 0..MOST_SURVEYS {
            // SYNC POINT "pins are copied". Before the count of those without a slot: one of them may have what was copied.
            let before = copies.made();
            if slotless.count() != 0 {
                return Self::blocked();
            }
            let survey = Self::take(spare, readers());
            if copies.made() == before {
                return survey;
            }
        }
        Self::blocked()
    }

    /// Looks at every reader and its pin list. The fence is behind the caller.
    fn take<'a>(spare: &Arc<Spare>, readers: impl Iterator<Item = (&'a Reader, &'a [AtomicU64])>) -> Self {
        let mut survey = Self::of(u64::MAX, false);
        for (reader, list) in readers {
            // The operation first: when it is seen cleared, the pins it made are seen below.
            let (op, request) = reader.epochs();
            survey.holds |= request != 0;
            for epoch in [op, request] {
                if epoch != 0 {
                    survey.oldest = survey.oldest.min(epoch);
                }
            }
            let count = reader.pin_count().min(list.len());
            if count == 0 {
                continue;
            }
            if survey.spare.is_none() {
                survey.pins = spare.take();
                survey.spare = Some(Arc::clone(spare));
            }
            // Acquire: a pin that was given up singly, see `Reader::unpin`. Its place holds 0 then, which is no block.
            survey.pins.extend(list[..count].iter().map(|pin| pin.load(Ordering::Acquire)));
        }
        survey
    }

    fn of(oldest: u64, holds: bool) -> Self {
        Self {
            oldest,
            pins: Vec::new(),
            sorted: OnceCell::new(),
            questions: Cell::new(0),
            holds,
            spare: None,
        }
    }

    /// A survey that lets nothing go, for when there are readers that cannot be looked at.
    #[must_use]
    pub fn blocked() -> Self {
        Self::of(0, true)
    }

    /// Whether whatever is retired now will stay until some request ends.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.holds
    }

    /// When the oldest of all operations and holds began, in ticks of the clock.
    #[must_use]
    pub fn oldest(&self) -> u64 {
        self.oldest
    }

    /// Whether whatever is retired at `epoch` or later stays: some operation or request began at that time or before.
    #[must_use]
    pub fn keeps_from(&self, epoch: u64) -> bool {
        self.oldest <= epoch
    }

    /// How many pins there are.
    #[must_use]
    pub fn pins(&self) -> usize {
        self.pins.len()
    }

    /// Tells surveys apart that may judge differently; never 0.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mix = |sum: u64, word: u64| (sum.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.pins.iter().fold(mix(1, self.oldest), |sum, pin| mix(sum, *pin)).max(1)
    }

    /// Whether nobody can still look at the block at `offset`, retired at `stamp`.
    #[must_use]
    #[inline]
    pub fn is_free(&self, offset: u64, stamp: u64) -> bool {
        stamp < self.oldest && (self.pins.is_empty() || !self.is_pinned(offset))
    }

    fn is_pinned(&self, offset: u64) -> bool {
        let asked = self.questions.get();
        if asked < FEW_QUESTIONS {
            self.questions.set(asked + 1);
            return self.pins.contains(&offset);
        }
        self.in_order().binary_search(&offset).is_ok()
    }

    /// The offsets that are pinned, in order, some of them more than once; 0 is none.
    #[must_use]
    pub fn in_order(&self) -> &[u64] {
        self.sorted.get_or_init(|| {
            let mut pins = self.spare.as_ref().map_or_else(Vec::new, |spare| spare.take());
            pins.extend_from_slice(&self.pins);
            pins.sort_unstable();
            pins
        })
    }
}

impl Drop for Survey {
    #[inline]
    fn drop(&mut self) {
        if let Some(spare) = &self.spare {
            spare.give_back(std::mem::take(&mut self.pins));
            if let Some(sorted) = self.sorted.take() {
                spare.give_back(sorted);
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{FEW_QUESTIONS, Survey};

    #[test]
    fn pins_are_found_however_many_questions_there_are() {
        for first in [0, 1] {
            let mut survey = Survey::of(7, true);
            survey.pins = vec![80, 16, 48, 0, 112, 16];
            for question in 0..4 * u64::from(FEW_QUESTIONS) {
                let (pinned, free) = ([16, 48, 80, 112][question as usize % 4], 32 * question + 8);
                for offset in if question % 2 == first { [pinned, free] } else { [free, pinned] } {
                    assert_eq!(survey.is_free(offset, 6), offset == free, "{offset} in question {question}");
                    assert!(!survey.is_free(offset, 7), "a stamp that somebody may still look at");
                }
            }
        }
    }
}
