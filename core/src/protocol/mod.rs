//! How locks, slots and waiters are handed on when their holders die: what the segment and the models share.
//!
//! Everything here is generic over what it stands on (robust locks, a kernel that wakes sleepers), so that
//! `tests/loom_handover.rs` explores, under all interleavings and with a death at every named step, the very functions
//! that production code runs over pthread mutexes and futexes. Atomics come from `crate::sync`.

mod bell;
mod locks;
mod tenure;

pub use bell::{Bell, FUTEX_TID_MASK, wait_turn, watch};
pub use locks::{Dirty, Held, Locks, Robust, Taken, got, recover, take, try_take, whole};
pub use tenure::{Tenure, clean_up, lives, reap};
