//! Restores within restores.
//!
//! What a restore has loaded is linked, and has state of its own that is restored within it, which may go on like that along a chain of
//! thousands of classes. Each level takes native stack, as much as the autoloader needs, of which a fiber has little, and the engine (PHP 8.2)
//! does not look how much is left. So the state that is too deep waits until the outermost restore is done.

use super::{compile, with};
use crate::module::stacks;

/// Restores within each other that run code.
const MOST: usize = 128;

/// Part of the stack that they may take, of what was left when the first of them began.
const PART: usize = 4;

/// Where they have not taken so much of it, its size is not asked for.
const LITTLE: usize = 16 << 10;

struct Running {
    number: u32,
    fiber: usize,
    /// How far the stack was used when it began.
    stack: usize,
}

/// Targets whose restore has called code of the script's that has not come back.
pub(super) struct Restoring(Vec<Running>);

impl Restoring {
    pub(super) const fn new() -> Self {
        Restoring(Vec::new())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn contains(&self, number: usize) -> bool {
        self.0.iter().any(|running| running.number as usize == number)
    }

    pub(super) fn begin(&mut self, number: usize) {
        self.0.push(Running { number: number as u32, fiber: compile::fiber(), stack: stacks::here() });
    }

    fn end(&mut self, number: usize) {
        self.0.retain(|running| running.number as usize != number);
    }

    /// Whether another restore that runs code would be one too many.
    pub(super) fn is_deep(&self) -> bool {
        let first = self.here().next().map_or(0, |first| first.stack);
        let used = first.saturating_sub(stacks::here());
        let is_much = || stacks::running_end().is_some_and(|end| used >= first.saturating_sub(end) / PART);
        used >= LITTLE && is_much() || self.0.len() >= MOST && self.here().count() >= MOST
    }

    /// Whether no restore is under way here.
    pub(super) fn is_outermost(&self) -> bool {
        self.here().next().is_none()
    }

    /// Those of this stack: other fibers have their own. What lies beyond its top an error has ended by a jump.
    fn here(&self) -> impl Iterator<Item = &Running> {
        let (fiber, top) = (compile::fiber(), stacks::here());
        self.0.iter().filter(move |running| running.fiber == fiber && running.stack > top)
    }
}

/// The code that a target's restore has called has come back.
#[cold]
pub(super) fn come_back(number: usize) {
    with(|statics| statics.restoring.end(number));
}
