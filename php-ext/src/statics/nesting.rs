//! Restores within restores.
//!
//! What a restore has loaded is linked, and has state of its own that is restored within it, which may go on like that along a chain of
//! thousands of classes. Each level takes native stack, of which a fiber has little, and the engine (PHP 8.2) does not look how much
//! is left. So the state that is too deep waits until the outermost restore is done.

use super::{compile, with};

/// Restores within each other that run code: the stack of a fiber (2 MB) has some 16 KB for each.
const MOST: usize = 128;

struct Running {
    number: u32,
    fiber: usize,
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
        self.0.push(Running { number: number as u32, fiber: compile::fiber() });
    }

    fn end(&mut self, number: usize) {
        self.0.retain(|running| running.number as usize != number);
    }

    /// Whether another restore that runs code would be one too many.
    pub(super) fn is_deep(&self) -> bool {
        self.0.len() >= MOST && self.depth() >= MOST
    }

    /// Whether no restore is under way here.
    pub(super) fn is_outermost(&self) -> bool {
        self.depth() == 0
    }

    /// Those of other fibers are on other stacks.
    fn depth(&self) -> usize {
        let fiber = compile::fiber();
        self.0.iter().filter(|running| running.fiber == fiber).count()
    }
}

/// The code that a target's restore has called has come back.
#[cold]
pub(super) fn come_back(number: usize) {
    with(|statics| statics.restoring.end(number));
}
