//! Changing an entry where it lies.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Session;
use super::fetch::KeyHash;
use super::store::{Mode, Stored, expiry};
use crate::entry::{Entry, EntryAt, Space};
use crate::error::Error;
use crate::fault::step;
use crate::heap::lines;
use crate::index::Index;
use crate::lock::ShardGuard;
use crate::segment::Segment;
use crate::shard::Shard;

/// The outcome of [`Session::increment`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Increment {
    /// The new value.
    pub value: i64,
    /// Whether it overflowed and wrapped around.
    pub wrapped: bool,
}

/// Of so many changes in place, one looks whether the entry should have lines of its own.
const LOOK_EVERY_BITS: u32 = 4;
/// So many looks are saved where there was no memory for that.
const REFUSED: u32 = 256;

/// Counts a change in place. Now and then, also says where the entry lies if others have a part of the line that changes: what is
/// changed only a few times is not worth another place.
#[inline]
fn shares_line(guard: &ShardGuard<'_>, offset: u64, key: &[u8]) -> Option<u64> {
    let count = guard.shard.in_place.load(Ordering::Relaxed).wrapping_add(1);
    guard.shard.in_place.store(count, Ordering::Relaxed);
    // Scattered, so that every key's turn comes, also when several take turns.
    let is_due = count.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - LOOK_EVERY_BITS) == 0;
    (is_due && !lines::has_own(offset, key.len())).then_some(offset)
}

/// Whether an entry of the kind `tag` can be overwritten where it lies. Value and expiry are two stores: only where there is no expiry.
#[inline(always)]
fn is_plain(entry: &Entry, tag: u8) -> bool {
    entry.expires.load(Ordering::Relaxed) == 0
        && entry.tag.load(Ordering::Relaxed) == tag
        && entry.payload_len.load(Ordering::Relaxed) == 0
}

/// Adds to a value whose shard is locked.
#[inline(always)]
fn add(bits: &AtomicU64, delta: i64) -> Increment {
    let (value, wrapped) = (bits.load(Ordering::Relaxed) as i64).overflowing_add(delta);
    bits.store(value as u64, Ordering::Release);
    Increment { value, wrapped }
}

impl Session {
    /// Changes the value of a key where it lies, in the usual case: the lock is free, nothing is reserved, and the entry is there, of the
    /// kind `tag`, without payload or time to live. `None` in all others: nothing was done.
    #[inline(always)]
    fn change_usual<R>(
        &mut self,
        space: Space,
        key: &[u8],
        KeyHash(hash): KeyHash,
        tag: u8,
        change: impl FnOnce(&AtomicU64) -> R,
    ) -> Option<R> {
        if self.has_forked() || !self.reserved.is_empty() {
            return None;
        }
        let segment = &*self.segment;
        let guard = segment.try_lock_shard(Index::shard_of(hash))?;
        // Read under the lock: a reservation of this shard would be made under it.
        if space == Space::Key && segment.header().reservations.0.load(Ordering::SeqCst) != 0 {
            return None;
        }
        let found = segment.index.find_here(hash, space as u8, key)?;
        if !is_plain(found.at.entry, tag) {
            return None;
        }
        let result = change(&found.at.entry.bits);
        step!("inline: changed");
        Shard::bump(&guard.shard.stores, 1);
        let shares_line = shares_line(&guard, found.at.offset, key);
        drop(guard);
        if let Some(offset) = shares_line {
            self.give_own_lines(offset);
        }
        Some(result)
    }

    /// Stores a value that needs no payload. Where an entry of the same kind exists, it is changed in place:
    /// nothing is allocated or retired.
    ///
    /// # Errors
    /// As for [`Session::prepare`] and [`Session::commit`].
    pub fn store_inline(
        &mut self,
        space: Space,
        key: &[u8],
        tag: u8,
        bits: u64,
        ttl: Option<Duration>,
        mode: Mode,
    ) -> Result<Stored, Error> {
        if mode == Mode::Put && ttl.is_none() {
            let hash = self.hash(space, key);
            let overwrite = |value: &AtomicU64| value.store(bits, Ordering::Release);
            if self.segment.index.chain(hash.0).is_some()
                && (self.change_usual(space, key, hash, tag, overwrite).is_some()
                    || self.overwrite_inline(space, key, hash, tag, bits)?)
            {
                return Ok(Stored::Stored);
            }
        }
        self.store_with(space, key, tag, bits, 0, ttl, mode, |_, _| {})
    }

    fn overwrite_inline(
        &mut self,
        space: Space,
        key: &[u8],
        hash: KeyHash,
        tag: u8,
        bits: u64,
    ) -> Result<bool, Error> {
        let overwrite = |at: EntryAt<'_>| {
            Ok(is_plain(at.entry, tag).then(|| at.entry.bits.store(bits, Ordering::Release)))
        };
        let done = self.change_any(space, key, hash, overwrite);
        Ok(done.inspect_err(|_| self.segment.count_store_failure())?.is_some())
    }

    /// Adds `delta` to the integer of `key`; a missing key counts as 0. Waits for another's reservation like a
    /// store does.
    ///
    /// # Errors
    /// [`Error::WrongType`] when the entry's tag is not `int_tag`; [`Error::Reserved`],
    /// [`Error::LockTimeout`], [`Error::NoMemory`].
    pub fn increment(&mut self, key: &[u8], delta: i64, int_tag: u8) -> Result<Increment, Error> {
        let hash = self.hash(Space::Key, key);
        match self.increment_usual(key, hash, delta, int_tag) {
            Some(done) => Ok(done),
            None => self.increment_any(key, hash, delta, int_tag),
        }
    }

    /// [`Self::increment`] of a key with this hash, in the usual case. `None` in all others: nothing was done.
    #[inline(always)]
    pub fn increment_usual(
        &mut self,
        key: &[u8],
        hash: KeyHash,
        delta: i64,
        int_tag: u8,
    ) -> Option<Increment> {
        self.change_usual(Space::Key, key, hash, int_tag, |value| add(value, delta))
    }

    #[inline(never)]
    fn increment_any(
        &mut self,
        key: &[u8],
        hash: KeyHash,
        delta: i64,
        int_tag: u8,
    ) -> Result<Increment, Error> {
        loop {
            let present = self.increment_present(key, hash, delta, int_tag);
            if let Some(done) = present.inspect_err(|_| self.segment.count_store_failure())? {
                return Ok(done);
            }
            let draft = self.prepare(Space::Key, key, int_tag, delta as u64, 0, None)?;
            if self.commit(draft, Mode::Add)? == Stored::Stored {
                return Ok(Increment { value: delta, wrapped: false });
            }
        }
    }

    fn increment_present(
        &mut self,
        key: &[u8],
        hash: KeyHash,
        delta: i64,
        int_tag: u8,
    ) -> Result<Option<Increment>, Error> {
        self.change_any(Space::Key, key, hash, |at| {
            if at.is_expired() {
                return Ok(None);
            }
            match at.entry.tag.load(Ordering::Relaxed) {
                tag if tag == int_tag => Ok(Some(add(&at.entry.bits, delta))),
                found_tag => Err(Error::WrongType { found_tag }),
            }
        })
    }

    /// What [`Self::change_usual`] does not do: waits for the lock and for another's reservation, and ends this session's. `None` where
    /// there is no entry, or none that `change` can change: nothing was done.
    fn change_any<R>(
        &mut self,
        space: Space,
        key: &[u8],
        KeyHash(hash): KeyHash,
        change: impl FnOnce(EntryAt<'_>) -> Result<Option<R>, Error>,
    ) -> Result<Option<R>, Error> {
        self.notice_fork();
        let segment = &*self.segment;
        let guard = self.lock_unreserved(Index::shard_of(hash), space, key, hash)?;
        let Some(found) = segment.index.find(hash, space as u8, key) else {
            return Ok(None);
        };
        let Some(result) = change(found.at)? else {
            return Ok(None);
        };
        step!("inline: changed");
        Shard::bump(&guard.shard.stores, 1);
        let shares_line = shares_line(&guard, found.at.offset, key);
        if space == Space::Key {
            segment.end_reservation(&guard, hash, key);
        }
        drop(guard);
        if let Some(offset) = shares_line {
            self.give_own_lines(offset);
        }
        self.forget_reservation(space, hash, key);
        Ok(Some(result))
    }

    /// Moves the entry at `offset`, which is changed where it lies now and then, to lines of its own. Whatever keeps that
    /// from being done only costs time.
    #[cold]
    fn give_own_lines(&mut self, offset: u64) {
        if self.lines_refused != 0 {
            self.lines_refused -= 1;
            return;
        }
        let segment = &*self.segment;
        let arena = usize::from(segment.arenas[1].has(offset));
        let heap = segment.lock_heap_soon(arena).ok().flatten();
        if !heap.is_some_and(|heap| heap.move_to_own_lines(offset)) {
            self.lines_refused = REFUSED;
        }
    }

    /// Gives an existing entry a new time to live. False when there is none.
    ///
    /// # Errors
    /// [`Error::LockTimeout`].
    pub fn touch(&mut self, space: Space, key: &[u8], ttl: Option<Duration>) -> Result<bool, Error> {
        let segment = &*self.segment;
        let hash = segment.hasher.hash_in(space, key);
        let guard = segment.lock_shard(Index::shard_of(hash))?;
        let found = segment.index.find(hash, space as u8, key).filter(|found| !found.at.is_expired());
        if let Some(found) = found {
            found.at.entry.expires.store(expiry(ttl), Ordering::Relaxed);
            Shard::bump(&guard.shard.in_place, 1);
            step!("touch: changed");
            segment.refile_in_shard(&guard, found.at);
        }
        Ok(found.is_some())
    }
}

impl Segment {
    /// Files an entry whose shard is locked where its expiry says now.
    pub(super) fn refile_in_shard(&self, guard: &ShardGuard<'_>, at: EntryAt<'_>) {
        // Filed where it was, it would not make room in time. That is not worth a wait, though.
        if let Some(heap) = self.lock_heap_in_shard(self.heap_of(at.offset), guard) {
            heap.refile(at);
            step!("touch: filed");
        }
    }
}
