//! The atomics of the reader protocol, exchangeable for loom's.
//!
//! Everything in [`crate::epoch`] takes its atomics from here so that the very code that runs in production
//! is what the models explore.

#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
