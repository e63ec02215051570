//! The eviction queue's links are offsets in shared memory: whoever follows one asks here first.

use crate::entry::EntryAt;
use crate::lock::HeapGuard;

impl HeapGuard<'_> {
    /// The entry that a link of a queue leads to; `None` where damage made one that leads out of the arena: then the
    /// segment is marked for repair.
    #[inline]
    pub(crate) fn queued(&self, link: u64) -> Option<EntryAt<'_>> {
        if self.heap.place(link) {
            return Some(EntryAt::new(&self.segment.memory, link));
        }
        self.heap.distrust();
        None
    }

    /// Whether each of these is the end of a queue or leads to where an entry may be; marks the segment for repair if not.
    #[inline]
    pub(crate) fn are_links(&self, links: [u64; 2]) -> bool {
        let are = links.iter().all(|&link| link == 0 || self.heap.place(link));
        if !are {
            self.heap.distrust();
        }
        are
    }
}
