//! Functions of PHP's that run our code first, because of what they do with values that lie in shared memory.

mod intercept;
mod names;

/// Puts our handlers in front; at start-up, once all modules that are built into PHP have registered theirs.
pub(crate) fn install() {
    names::install();
}
