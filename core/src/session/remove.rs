//! Deleting and clearing. Neither waits for a reservation; both end it.

use std::sync::atomic::Ordering;

use super::Session;
use super::list::is_listed;
use crate::entry::{EntryAt, Space};
use crate::error::Error;
use crate::fault::step;
use crate::hash::class_of;
use crate::haste::wait_once;
use crate::index::Index;
use crate::layout::SHARDS;
use crate::segment::Segment;

impl Session {
    /// Deletes an entry (and the reservation of its key). True when there was one.
    ///
    /// # Errors
    /// [`Error::LockTimeout`].
    pub fn delete(&mut self, space: Space, key: &[u8]) -> Result<bool, Error> {
        self.notice_fork();
        let hash = self.segment.hasher.hash_in(space, key);
        // A reservation is in the same chain.
        let deleted = self.segment.index.chain(hash).is_some() && self.segment.delete(hash, space, key)?;
        // As in `release`.
        self.forget_reservation(space, hash, key);
        Ok(deleted)
    }

    /// Deletes all of a class's entries in [`Space::Class`]: that of the name itself and those of its parts. Says how many.
    ///
    /// # Errors
    /// [`Error::LockTimeout`]; nothing was deleted then.
    pub fn delete_class(&mut self, name: &[u8]) -> Result<u64, Error> {
        self.delete_of_class(name, |_, _| true)
    }

    /// Deletes those of a class's entries that `select` picks by key and payload, under a lock, and says how many.
    ///
    /// # Errors
    /// [`Error::LockTimeout`]; nothing was deleted then.
    pub fn delete_of_class(
        &mut self,
        name: &[u8],
        select: impl Fn(&[u8], &[u8]) -> bool,
    ) -> Result<u64, Error> {
        self.notice_fork();
        let hash = self.segment.hasher.hash_in(Space::Class, name);
        if self.segment.index.chain(hash).is_none() {
            return Ok(0);
        }
        self.segment.delete_of_class(hash, name, select)
    }

    /// Deletes all entries whose keys begin with `prefix` (and the reservations of such keys), and says how many.
    ///
    /// # Errors
    /// The first that an entry was left for, [`Error::LockTimeout`], and how many were deleted all the same. Of the waits for locks one is
    /// in vain at most.
    pub fn delete_prefix(&mut self, space: Space, prefix: &[u8]) -> Result<u64, (Error, u64)> {
        let counts = |at: EntryAt<'_>| is_listed(at, space) || (space == Space::Key && at.is_reservation());
        let keys = self.keys_of(prefix, usize::MAX, counts);
        self.delete_all(space, &keys)
    }

    /// Deletes those of the keys whose locks are free, or become free before one wait was in vain: somebody who is stopped keeps one shard
    /// of many.
    pub(super) fn delete_all(&mut self, space: Space, keys: &[Vec<u8>]) -> Result<u64, (Error, u64)> {
        let (mut deleted, mut failure) = (0, None);
        wait_once(false, || {
            for key in keys {
                match self.delete(space, key) {
                    Ok(was_there) => deleted += u64::from(was_there),
                    Err(error) => _ = failure.get_or_insert(error),
                }
            }
        });
        failure.map_or(Ok(deleted), |error| Err((error, deleted)))
    }

    /// Deletes everything, reservations included. Memory that requests still read is reclaimed later.
    ///
    /// # Errors
    /// [`Error::LockTimeout`]; nothing was deleted then.
    pub fn clear(&mut self) -> Result<(), Error> {
        self.notice_fork();
        // Where no lock is free for that there is one wait, for all of them: what is kept goes at the request's end then.
        wait_once(true, || self.flush());
        self.segment.clear()?;
        // As in `release`.
        self.reserved.clear();
        Ok(())
    }
}

impl Segment {
    fn delete(&self, hash: u64, space: Space, key: &[u8]) -> Result<bool, Error> {
        let guard = self.lock_shard(Index::shard_of(hash))?;
        let found = self.index.find(hash, space as u8, key);
        let deleted = found.is_some_and(|found| !found.at.is_expired());
        if let Some(found) = found {
            self.unlink(&guard, found);
        }
        if space == Space::Key {
            self.end_reservation(&guard, hash, key);
        }
        Ok(deleted)
    }

    fn delete_of_class(
        &self,
        hash: u64,
        name: &[u8],
        select: impl Fn(&[u8], &[u8]) -> bool,
    ) -> Result<u64, Error> {
        let guard = self.lock_shard(Index::shard_of(hash))?;
        let mut deleted = 0;
        let is_of = |at: EntryAt<'_>| {
            // SAFETY: the shard's lock protects what its chains lead to.
            let (key, payload) = unsafe {
                let len = at.entry.payload_len.load(Ordering::Relaxed);
                (at.key(&self.memory), self.memory.bytes(at.payload_offset(), len).unwrap_or_default())
            };
            class_of(key) == name && select(key, payload)
        };
        while let Some(found) = self.index.find_such(hash, Space::Class as u8, is_of) {
            deleted += u64::from(!found.at.is_expired());
            self.unlink(&guard, found);
        }
        Ok(deleted)
    }

    fn clear(&self) -> Result<(), Error> {
        let every: [usize; SHARDS] = std::array::from_fn(|index| index);
        let guards = self.lock_shards(&every, &self.limit())?;
        step!("clear: locked");
        for page in self.index.pages() {
            for at in self.index.entries_of(page) {
                at.entry.superseded.store(1, Ordering::Release);
                step!("clear: superseded");
            }
            // The chains stay as they are for readers who stand in them; only their heads go.
            let entries: Vec<_> = self.index.entries_of(page).collect();
            self.index.empty_page(page);
            step!("clear: page emptied");
            for at in entries {
                self.retire(at);
                step!("clear: one retired");
            }
        }
        self.header().reservations.0.store(0, Ordering::SeqCst);
        for guard in &guards {
            guard.shard.entries.store(0, Ordering::Relaxed);
            guard.shard.announce_release();
        }
        step!("clear: counted");
        drop(guards);
        self.reclaim_now();
        Ok(())
    }
}
