//! Targets that wait for the end of a compilation, or for others of a class that is declared at run time, in the order in which they came.
//!
//! Each compilation restores what has come since it began. Fibers take turns meanwhile, so what came before may be gone by then: what says
//! which these are is not a place in the list but a number that is never given twice.

use std::collections::VecDeque;

/// A target that waits.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    pub(super) target: u32,
    number: u32,
}

impl Turn {
    /// Whether it came when [`Turns::next`] gave this number, or later.
    #[inline]
    pub(super) fn is_since(&self, number: u32) -> bool {
        self.number >= number
    }
}

pub(super) struct Turns {
    list: VecDeque<Turn>,
    /// The number of the next that comes.
    next: u32,
}

impl Turns {
    pub(super) const fn new() -> Self {
        Turns { list: VecDeque::new(), next: 0 }
    }

    #[inline(always)]
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What has not come yet has this number or a greater one.
    #[inline(always)]
    pub(super) fn next(&self) -> u32 {
        self.next
    }

    /// Whether anything is there that has come since.
    pub(super) fn is_any_since(&self, number: u32) -> bool {
        self.list.back().is_some_and(|turn| turn.is_since(number))
    }

    pub(super) fn contains(&self, target: u32) -> bool {
        self.list.iter().any(|turn| turn.target == target)
    }

    pub(super) fn get(&self, at: usize) -> Option<Turn> {
        self.list.get(at).copied()
    }

    pub(super) fn add(&mut self, target: u32) {
        self.list.push_back(Turn { target, number: self.next });
        self.next += 1;
    }

    /// Takes the first of these away.
    pub(super) fn take(&mut self, which: impl Fn(&Turn) -> bool) -> Option<u32> {
        let at = self.list.iter().position(which)?;
        self.list.remove(at).map(|turn| turn.target)
    }

    pub(super) fn retain(&mut self, which: impl Fn(&Turn) -> bool) {
        self.list.retain(which);
    }

    /// At the end of a request.
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.next = 0;
    }
}
