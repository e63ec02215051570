//! How long a request's end waits for locks altogether.
//!
//! [`crate::haste`] would not do: that bounds waits in vain, and a request's end needs as many locks as it made reservations. Each of them
//! might be had just in time.

use crate::error::Error;
use crate::limit::Limit;
use crate::segment::Segment;

/// One limit for all locks that a request's end needs: whoever has one of them for so long may have them all. From then on they are only
/// tried.
#[derive(Debug)]
pub(super) struct Patience {
    /// Of the first wait on.
    limit: Option<Limit>,
    is_over: bool,
}

impl Patience {
    pub(super) const fn new() -> Self {
        Self { limit: None, is_over: false }
    }

    /// What was `free`, or else what `wait` waits for, while there is time for that.
    #[inline]
    pub(super) fn lock<G>(
        &mut self,
        segment: &Segment,
        free: Option<G>,
        wait: impl FnOnce(&Limit) -> Result<G, Error>,
    ) -> Option<G> {
        if free.is_some() || self.is_over { free } else { self.wait(segment, wait) }
    }

    #[cold]
    fn wait<G>(&mut self, segment: &Segment, wait: impl FnOnce(&Limit) -> Result<G, Error>) -> Option<G> {
        let limit = self.limit.get_or_insert_with(|| segment.limit());
        let got = wait(limit).ok();
        // A repair that was waited for in vain is not in the limit.
        self.is_over = got.is_none() || limit.left().is_zero();
        got
    }
}
