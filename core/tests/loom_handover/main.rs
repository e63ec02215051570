//! Locks, slots and waiters whose holders die, explored exhaustively: run by `scripts/test-core`.
//!
//! The functions are those of production (`core/src/protocol`). What they stand on is modelled: a robust lock that
//! tells its next taker of a death, the kernel's part at a death (it lets go of the dead thread's locks, the last one
//! taken first), and futex wait and wake. A thread dies at a named step: the kernel's part, then the thread unwinds
//! without touching anything shared. `scripts/test-mutations` weakens each place that a model is about.
#![cfg(loom)]

mod deaths;
mod futex;
mod machine;
mod process;
mod promises;
mod waiters;

fn model(preemptions: usize, run: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 10_000;
    builder.check(run);
}
