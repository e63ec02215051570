//! What a call may wait, all its waits together.
//!
//! For locks that a call cannot do without. Who goes on without those that it did not get has bounds beside it: a call one wait in vain
//! ([`crate::haste`]), a request's end one limit for whatever it waits (`session/patience.rs`).

use std::cell::Cell;
use std::time::{Duration, Instant};

/// A time that waits use up, one after the other.
#[derive(Debug)]
pub(crate) struct Limit {
    all: Duration,
    waited: Cell<Duration>,
}

impl Limit {
    pub(crate) const fn new(all: Duration) -> Self {
        Self { all, waited: Cell::new(Duration::ZERO) }
    }

    /// The whole of it.
    pub(crate) const fn all(&self) -> Duration {
        self.all
    }

    pub(crate) fn left(&self) -> Duration {
        self.all.saturating_sub(self.waited.get())
    }

    /// Waits, for what is left and for `most` at most.
    #[cold]
    pub(crate) fn wait<R>(&self, most: Duration, wait: impl FnOnce(Duration) -> R) -> R {
        let began = Instant::now();
        let done = wait(self.left().min(most));
        self.waited.set(self.waited.get().saturating_add(began.elapsed()));
        done
    }
}
