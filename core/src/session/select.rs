//! Deleting by what is in the entries.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Session;
use super::list::is_listed;
use crate::entry::Space;
use crate::error::Error;

impl Session {
    /// Deletes the entries of a space whose payload `select` picks, and says how many.
    ///
    /// `select` runs while nothing is reclaimed, so it should be quick. What is stored meanwhile may be missed; an entry
    /// that was picked is deleted also if it is replaced meanwhile.
    ///
    /// # Errors
    /// As for [`delete_prefix`](Self::delete_prefix).
    pub fn delete_selected(
        &mut self,
        space: Space,
        mut select: impl FnMut(&[u8]) -> bool,
    ) -> Result<u64, (Error, u64)> {
        let segment = Arc::clone(self.segment());
        let mut selected: Vec<Vec<u8>> = Vec::new();
        for page in segment.index.pages() {
            self.during_operation(|segment| {
                for at in segment.index.entries_of(page).filter(|at| is_listed(*at, space)) {
                    let len = at.entry.payload_len.load(Ordering::Relaxed);
                    // SAFETY: inside an operation; keys and payloads of entries that can be found do not change.
                    let (key, payload) =
                        unsafe { (at.key(&segment.memory), segment.memory.bytes(at.payload_offset(), len)) };
                    if payload.is_some_and(&mut select) {
                        selected.push(key.to_vec());
                    }
                }
            });
        }
        self.delete_all(space, &selected)
    }
}
