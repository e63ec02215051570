use crate::sync::{AtomicU64, Ordering, fence};

use super::{Copies, Reader, Slotless};

/// Looks at all readers before giving up, when each meets another fork.
const MOST_SURVEYS: usize = 16;

/// What all readers together keep, as seen at one moment.
///
/// Only blocks that were retired before the survey began may be judged by it.
#[derive(Debug)]
pub struct Survey {
    /// Everything stamped with this epoch or a later one stays.
    oldest: u64,
    /// Sorted offsets that are pinned.
    pins: Vec<u64>,
    /// Some request holds everything that is retired from now on.
    holds: bool,
}

impl Survey {
    /// What all readers of a segment keep, with those that have no slot.
    pub fn of_all<'a, I>(slotless: &Slotless, copies: &Copies, readers: impl Fn() -> I) -> Self
    where
        I: Iterator<Item = (&'a Reader, &'a [AtomicU64])>,
    {
        // SYNC POINT "reclaimer surveys": pairs with the fences in `Reader::enter` and `Slotless::enter`. Before anything
        // is read, how many slots there are included.
        fence(Ordering::SeqCst);
        if slotless.count() != 0 {
            return Self::blocked();
        }
        for _ in 0..MOST_SURVEYS {
            // SYNC POINT "pins are copied".
            let before = copies.made();
            let survey = Self::take(readers());
            if copies.made() == before {
                return survey;
            }
        }
        Self::blocked()
    }

    /// Looks at every reader and its pin list. The fence is behind the caller.
    fn take<'a>(readers: impl Iterator<Item = (&'a Reader, &'a [AtomicU64])>) -> Self {
        let mut survey = Self { oldest: u64::MAX, pins: Vec::new(), holds: false };
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
            // Acquire: a pin that was given up singly, see `Reader::unpin`. Its place holds 0 then, which is no block.
            survey.pins.extend(list[..count].iter().map(|pin| pin.load(Ordering::Acquire)));
        }
        survey.pins.sort_unstable();
        survey
    }

    /// A survey that lets nothing go, for when there are readers that cannot be looked at.
    #[must_use]
    pub fn blocked() -> Self {
        Self { oldest: 0, pins: Vec::new(), holds: true }
    }

    /// Whether whatever is retired now will stay until some request ends.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.holds
    }

    /// Whether nobody can still look at the block at `offset`, retired at `stamp`.
    #[must_use]
    pub fn is_free(&self, offset: u64, stamp: u64) -> bool {
        stamp < self.oldest && self.pins.binary_search(&offset).is_err()
    }
}
