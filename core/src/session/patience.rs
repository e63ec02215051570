//! How long a request's end waits for locks altogether.

use std::time::{Duration, Instant};

use crate::error::Error;

/// One wait for all locks that a request's end needs: whoever has one of them for so long may have them all. From then on they are only
/// tried.
#[derive(Debug)]
pub(super) struct Patience {
    limit: Duration,
    waited: Duration,
    is_over: bool,
}

impl Patience {
    pub(super) const fn new(limit: Duration) -> Self {
        Self { limit, waited: Duration::ZERO, is_over: false }
    }

    /// What was `free`, or else what `wait` waits for, while there is time for that.
    #[inline]
    pub(super) fn lock<G>(&mut self, free: Option<G>, wait: impl FnOnce() -> Result<G, Error>) -> Option<G> {
        if free.is_some() || self.is_over { free } else { self.wait(wait) }
    }

    #[cold]
    fn wait<G>(&mut self, wait: impl FnOnce() -> Result<G, Error>) -> Option<G> {
        let began = Instant::now();
        let got = wait().ok();
        self.waited += began.elapsed();
        self.is_over = got.is_none() || self.waited >= self.limit;
        got
    }
}
