//! Enumerating keys without keeping anybody from anything.

use std::sync::Arc;

use super::Session;
use crate::entry::{EntryAt, Space};
use crate::epoch::Reader;
use crate::fault::step;
use crate::segment::Segment;

impl Session {
    /// The keys that begin with `prefix`, at most `limit` of them (0: all), in no particular order.
    ///
    /// Takes no lock. Keys stored or deleted meanwhile may be missing or present; none is torn or doubled.
    pub fn keys(&mut self, space: Space, prefix: &[u8], limit: usize) -> Vec<Vec<u8>> {
        let limit = if limit == 0 { usize::MAX } else { limit };
        self.keys_of(prefix, limit, |at| is_listed(at, space))
    }

    /// The keys with `prefix` of entries that `counts`.
    pub(super) fn keys_of(
        &mut self,
        prefix: &[u8],
        limit: usize,
        counts: impl Fn(EntryAt<'_>) -> bool,
    ) -> Vec<Vec<u8>> {
        let segment = Arc::clone(&self.segment);
        let mut keys: Vec<Vec<u8>> = Vec::new();
        for page in segment.index.pages() {
            if keys.len() >= limit {
                break;
            }
            // One operation per page: a long list must not hold back reclamation as a whole.
            self.during_operation(|segment| {
                for at in segment.index.entries_of(page) {
                    if keys.len() >= limit {
                        return;
                    }
                    // SAFETY: inside an operation.
                    let key = unsafe { at.key(&segment.memory) };
                    if counts(at) && key.starts_with(prefix) {
                        keys.push(key.to_vec());
                    }
                }
            });
        }
        // A key that was replaced while its chain was followed can be met as old and as new entry.
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Runs `look` while nothing that it can find is reclaimed.
    pub(super) fn during_operation<T>(&mut self, look: impl FnOnce(&Segment) -> T) -> T {
        let place = self.slot();
        if place.is_none() {
            self.count_slotless();
        }
        let segment = &*self.segment;
        let reader = place.map(|(index, _)| &segment.slots.slot(index).reader);
        if let Some(reader) = reader {
            reader.enter(&segment.header().clock.0);
        }
        let _operation = reader.map(Operation);
        step!("look: begun");
        look(segment)
    }
}

/// Ends a reader's operation, also when what looks is the embedder's and panics: nothing that is retired from now on would be
/// reclaimed otherwise.
struct Operation<'a>(&'a Reader);

impl Drop for Operation<'_> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Whether an entry that the index led to counts. One that is marked as superseded does: until the index changes it is its
/// key's entry, and its writer may be stopped, or dead, between the two.
pub(super) fn is_listed(at: EntryAt<'_>, space: Space) -> bool {
    at.entry.space.load(std::sync::atomic::Ordering::Relaxed) == space as u8 && !at.is_expired()
}
