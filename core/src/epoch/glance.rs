//! Reading without being waited for.

use crate::sync::{AtomicU64, Ordering, fence};

/// A look at what a link leads to, by a reader that nobody waits for. Meanwhile the block may be given to somebody else, so what is
/// read, by atomics alone, may be anything, and says something only if the link [still leads there](Self::holds) afterwards.
///
/// Names: reader `R1: read link; R2: read the block; R3: fence; R4: read link`, writer `W1: link = other; W2: fence; W3: fill the
/// block`. If R2 reads anything of W3, the fences synchronise, W1 happens before R4, and R4 does not find the link of R1, unless the
/// block was published once more under the very same link: then it is an entry again, and what was read of it is as good as a reading
/// that began later. Both published entries are others than the one that was read only if that came and went in between: it was there,
/// or was being made, while the reader looked.
///
/// Nothing is kept from being reclaimed, and so no reclaimer has to be told: this takes no fence that stores have to pass.
#[derive(Debug)]
pub struct Glance<'a> {
    link: &'a AtomicU64,
    word: u64,
}

impl<'a> Glance<'a> {
    /// Begins with reading the link.
    #[inline(always)]
    #[must_use]
    pub fn at(link: &'a AtomicU64) -> Self {
        // SYNC POINT "reader glances": acquires what "writer publishes" released.
        Self { link, word: link.load(Ordering::Acquire) }
    }

    /// What the link was.
    #[inline(always)]
    #[must_use]
    pub fn word(&self) -> u64 {
        self.word
    }

    /// Whether it still is.
    #[inline(always)]
    #[must_use]
    pub fn holds(&self) -> bool {
        // SYNC POINT "reader glances": pairs with the fence in `begin_filling`.
        fence(Ordering::Acquire);
        self.link.load(Ordering::Relaxed) == self.word
    }
}

/// Before a block is filled that was an entry's once: whoever sees something of its new contents sees that no link leads to the old ones.
#[inline(always)]
pub fn begin_filling() {
    fence(Ordering::Release);
}
