//! How locks, slots and waiters are handed on when their holders die: what the segment and the models share.
//!
//! Everything here is generic over what it stands on (robust locks, a kernel that wakes sleepers), so that
//! `tests/loom_handover/` explores, under all interleavings and with a death at every named step, the very functions
//! that production code runs over pthread mutexes and futexes. Atomics come from `crate::sync`.

mod bell;
mod locks;
mod promise;
mod tenure;

pub use bell::{Bell, FUTEX_TID_MASK, wait_turn, watch};
pub use locks::{Dirty, Held, Locks, Robust, Taken, got, recover, take, try_take, whole};
pub use promise::{LONGEST, Promised, Stands};
pub use tenure::{Adopted, Tenure, adopt, break_promise, clean_up, is_promised, leave, lives, move_in, reap};
