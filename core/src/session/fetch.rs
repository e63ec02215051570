//! Reading.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Session;
use crate::entry::{Entry, EntryAt, Space};
use crate::evict::MOST_MARKS;
use crate::heap::block::HEADER as BLOCK_HEADER;
use crate::index::Index;
use crate::segment::Segment;
use crate::sys::{clock, fork as forks};

/// An entry that was found: kept until the request ends.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    /// In the read-only view. May dangle: nothing is read here unless the session says that it keeps the entry, or the caller does.
    entry: *const Entry,
    /// The number of the session's request, and in the [`PAYLOAD_BITS`] lowest bits how far behind the entry's beginning the
    /// payload lies. In one word, since whoever keeps many hits fills the processor's caches with them.
    request_and_payload: u64,
}

/// Enough for the payload behind the longest key; what is left for requests lasts longer than any process.
const PAYLOAD_BITS: u32 = 17;
const _: () = assert!(EntryAt::payload_offset_for(0, u16::MAX as usize) < 1 << PAYLOAD_BITS);
const _: () = assert!(size_of::<Hit>() == 16);

/// The first number of a request that no session of this process has had.
static REQUESTS: AtomicU64 = AtomicU64::new(A_FEW);
/// So many are a session's at a time: most requests need not ask.
const A_FEW: u64 = 64;

/// The number of a session's first request. No two requests of a process have the same, so a hit names its session, too.
#[cold]
pub(super) fn first_request() -> u64 {
    let first = REQUESTS.fetch_add(A_FEW, Ordering::Relaxed);
    assert!(first < 1 << (u64::BITS - PAYLOAD_BITS), "a process ran out of numbers for requests");
    first
}

/// The number of the next one.
#[inline]
pub(super) fn next_request(last: u64) -> u64 {
    if (last + 1).is_multiple_of(A_FEW) { first_request() } else { last + 1 }
}

/// What a hit leads to is the session's: safe code asks that ([`Session::tag`], [`Session::bits`], [`Session::payload`]). The
/// accessors of the hit itself ask nobody.
impl Hit {
    /// # Safety
    /// As for [`Self::key`].
    #[inline]
    unsafe fn entry(&self) -> &Entry {
        // SAFETY: mapped and pinned, by this function's contract.
        unsafe { &*self.entry }
    }

    #[inline]
    fn request(&self) -> u64 {
        self.request_and_payload >> PAYLOAD_BITS
    }

    /// The tag it was stored with.
    ///
    /// # Safety
    /// As for [`Self::key`].
    #[inline]
    #[must_use]
    pub unsafe fn tag(&self) -> u8 {
        // SAFETY: the caller's word.
        unsafe { self.entry() }.tag.load(Ordering::Relaxed)
    }

    /// The inline value; moves when somebody increments it.
    ///
    /// # Safety
    /// As for [`Self::key`].
    #[inline]
    #[must_use]
    pub unsafe fn bits(&self) -> u64 {
        // SAFETY: the caller's word.
        unsafe { self.entry() }.bits.load(Ordering::Relaxed)
    }

    /// Where the payload lies in the read-only view; a multiple of 16.
    #[inline]
    #[must_use]
    pub fn payload_address(&self) -> usize {
        self.entry.addr() + (self.request_and_payload as usize & ((1 << PAYLOAD_BITS) - 1))
    }

    /// Bytes of the payload.
    ///
    /// # Safety
    /// As for [`Self::key`].
    #[inline]
    #[must_use]
    pub unsafe fn payload_len(&self) -> usize {
        // SAFETY: the caller's word.
        unsafe { self.entry() }.payload_len.load(Ordering::Relaxed) as usize
    }

    /// The key.
    ///
    /// # Safety
    /// The request in which it was fetched has not ended, the session has not quiesced, and no search has given the entry up
    /// ([`crate::release_unreferenced`]: any without a payload), in the process that fetched it or in a child that told the session of the
    /// fork ([`Session::after_fork_in_child`]).
    #[inline]
    #[must_use]
    pub unsafe fn key<'a>(&self) -> &'a [u8] {
        // SAFETY: the caller's word. The key follows the entry and does not change while the entry is pinned.
        unsafe {
            let entry = self.entry();
            let start = self.entry.add(1).cast::<u8>();
            std::slice::from_raw_parts(start, usize::from(entry.key_len.load(Ordering::Relaxed)))
        }
    }

    /// Whether a fetch of the same key would find this very entry.
    ///
    /// # Safety
    /// As for [`Self::key`]: an unpinned entry's memory may belong to another one by now.
    #[inline]
    #[must_use]
    pub unsafe fn is_current(&self) -> bool {
        // SAFETY: the caller's word.
        let entry = unsafe { self.entry() };
        if entry.superseded.load(Ordering::Acquire) != 0 {
            return false;
        }
        let expires = entry.expires.load(Ordering::Relaxed);
        expires == 0 || clock::now_ns() < expires
    }

    /// Whether [`Self::is_current`] is true, of an entry without time to live: then no clock is read. False says nothing.
    ///
    /// # Safety
    /// As for [`Self::is_current`].
    #[inline(always)]
    #[must_use]
    pub unsafe fn is_surely_current(&self) -> bool {
        // SAFETY: the caller's word.
        let entry = unsafe { self.entry() };
        entry.superseded.load(Ordering::Acquire) == 0 && entry.expires.load(Ordering::Relaxed) == 0
    }
}

/// A key's hash, in one segment and space.
#[derive(Debug, Clone, Copy)]
pub struct KeyHash(pub(super) u64);

impl KeyHash {
    /// A place for a hash that is not known yet.
    pub const UNKNOWN: Self = Self(0);
}

impl Session {
    /// Looks `key` up and keeps what it finds until the request ends.
    #[inline]
    pub fn fetch(&mut self, space: Space, key: &[u8]) -> Option<Hit> {
        let hash = self.hash(space, key);
        if self.misses(hash) { None } else { self.fetch_hashed(space, key, hash) }
    }

    /// What a look-up begins with.
    #[inline(always)]
    #[must_use]
    pub fn hash(&self, space: Space, key: &[u8]) -> KeyHash {
        let hash = self.segment.hasher.hash_in(space, key);
        self.segment.lookups.expect(hash);
        KeyHash(hash)
    }

    /// Whether a fetch of a key with this hash is a miss for sure, which is counted then. Nearly all misses are, since there are more
    /// buckets than entries; nothing has to be kept from being reclaimed for that. False says nothing.
    #[inline(always)]
    pub fn misses(&mut self, hash: KeyHash) -> bool {
        let Some((index, _)) = self.slot() else { return false };
        let segment = &*self.segment;
        if !self.looked_up {
            // What the request's first look-up needs is in no cache yet, and comes all at once this way.
            self.looked_up = true;
            segment.slots.expect(index);
        }
        let slot = segment.slots.slot(index);
        if slot.wanted.load(Ordering::Relaxed) != 0 {
            // Whoever only misses is asked with the look-up that follows.
            self.notice_want(index);
            return false;
        }
        if segment.lookups.chain(hash.0).is_some() {
            return false;
        }
        let misses = &slot.misses;
        misses.store(misses.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        true
    }

    /// [`Self::fetch`] of a key with this hash.
    #[inline]
    pub fn fetch_hashed(&mut self, space: Space, key: &[u8], KeyHash(hash): KeyHash) -> Option<Hit> {
        let Some((index, _)) = self.slot() else {
            return self.fetch_without_slot(hash, space, key);
        };
        let segment = &*self.segment;
        let slot = segment.slots.slot(index);
        slot.reader.enter(&segment.header().clock.0);
        let found = segment.lookups.find(hash, space as u8, key);
        let hit = match found {
            Some(found) if !found.is_expired() => {
                if self.pinned.insert(found.offset) {
                    self.relief.keep(segment, index, found.offset);
                }
                mark_visited(segment, found);
                Some(Self::hit(segment, found, self.request))
            }
            _ => None,
        };
        slot.reader.leave();
        let counter = if hit.is_some() { &slot.hits } else { &slot.misses };
        counter.store(counter.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        if hit.is_none() && found.is_some() {
            self.drop_expired(hash, space, key);
        }
        hit
    }

    /// More readers than slots: the segment counts this one, and reclaims nothing until its request ends.
    #[cold]
    fn fetch_without_slot(&mut self, hash: u64, space: Space, key: &[u8]) -> Option<Hit> {
        self.count_slotless();
        let segment = &*self.segment;
        let hit = match segment.lookups.find(hash, space as u8, key) {
            Some(found) if !found.is_expired() => {
                self.pinned.insert(found.offset);
                mark_visited(segment, found);
                Some(Self::hit(segment, found, self.request))
            }
            _ => None,
        };
        let counters = &segment.header().counters.0;
        let counter = if hit.is_some() { &counters.slotless_hits } else { &counters.slotless_misses };
        counter.fetch_add(1, Ordering::Relaxed);
        hit
    }

    /// Counts this request among those that read without a slot, once.
    pub(super) fn count_slotless(&mut self) {
        if !self.slotless {
            self.slotless = true;
            self.relief.note_hold();
            self.segment.header().slotless_readers.0.enter();
        }
    }

    fn hit(segment: &Segment, at: EntryAt<'_>, request: u64) -> Hit {
        Hit {
            entry: segment.readable(at.offset + BLOCK_HEADER) as *const Entry,
            request_and_payload: request << PAYLOAD_BITS | (at.payload_offset() - at.offset - BLOCK_HEADER),
        }
    }

    /// Whether `key` can be fetched. Counts nothing and keeps nothing.
    #[inline(always)]
    pub fn exists(&mut self, space: Space, key: &[u8]) -> bool {
        let hash = KeyHash(self.segment.hasher.hash_in(space, key));
        self.exists_hashed(space, key, hash)
    }

    /// [`Self::exists`] of a key with this hash.
    #[inline(always)]
    pub fn exists_hashed(&mut self, space: Space, key: &[u8], KeyHash(hash): KeyHash) -> bool {
        let slot = self.slot();
        let segment = &*self.segment;
        let Some((index, _)) = slot else {
            return self.fetch_without_slot(hash, space, key).is_some();
        };
        let Some(chain) = segment.lookups.chain(hash) else { return false };
        if segment.lookups.begins_with(chain, hash, space as u8, key) {
            return true;
        }
        let reader = &segment.slots.slot(index).reader;
        reader.enter(&segment.header().clock.0);
        let found =
            segment.lookups.find_in(chain, hash, space as u8, key).is_some_and(|found| !found.is_expired());
        reader.leave();
        found
    }

    /// Counts a hit that the caller served from what it fetched before. False, and not counted: the key is to be looked up, where
    /// [`Self::may_need_relief`] is asked, since memory is short.
    #[inline]
    #[must_use]
    pub fn count_memo_hit(&mut self) -> bool {
        if let super::Place::Slot(index, _) = self.place {
            let slot = self.segment.slots.slot(index);
            if slot.wanted.load(Ordering::Relaxed) != 0 {
                return false;
            }
            slot.hits.store(slot.hits.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        } else {
            self.segment.header().counters.0.slotless_hits.fetch_add(1, Ordering::Relaxed);
        }
        true
    }

    /// A hit of the running request was none for the caller, who could not make its value: what was counted as a hit is a miss.
    #[cold]
    pub fn count_as_miss(&mut self, hit: &Hit) {
        self.notice_fork();
        // Another request has not counted it, and a child not what its parent has.
        if hit.request() != self.request || self.inherited == self.request {
            return;
        }
        if let super::Place::Slot(index, _) = self.place {
            let slot = self.segment.slots.slot(index);
            slot.hits.store(slot.hits.load(Ordering::Relaxed).wrapping_sub(1), Ordering::Relaxed);
            slot.misses.store(slot.misses.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        } else {
            let counters = &self.segment.header().counters.0;
            counters.slotless_hits.fetch_sub(1, Ordering::Relaxed);
            counters.slotless_misses.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The entry of a hit, or `None` unless this session keeps it: the hit is of its running request, and a fork since then was
    /// this process's business.
    #[inline]
    fn entry(&self, hit: &Hit) -> Option<&Entry> {
        let keeps = hit.request() == self.request && forks::is_of(self.fork_generation);
        // SAFETY: no other request has that number; the entry is pinned until it changes, which needs `&mut self`.
        keeps.then(|| unsafe { &*hit.entry })
    }

    /// The tag that a hit was stored with, or `None` when the hit is of another session, of an earlier request, or of the parent of
    /// this process and the session was not told of the fork.
    #[must_use]
    pub fn tag(&self, hit: &Hit) -> Option<u8> {
        Some(self.entry(hit)?.tag.load(Ordering::Relaxed))
    }

    /// The inline value of a hit, which moves when somebody increments it; `None` as for [`Self::tag`].
    #[must_use]
    pub fn bits(&self, hit: &Hit) -> Option<u64> {
        Some(self.entry(hit)?.bits.load(Ordering::Relaxed))
    }

    /// The payload of a hit; `None` as for [`Self::tag`].
    #[must_use]
    pub fn payload(&self, hit: &Hit) -> Option<&[u8]> {
        let len = self.entry(hit)?.payload_len.load(Ordering::Relaxed) as usize;
        let (range, start) = (self.segment.read_only_range(), hit.payload_address());
        // An empty payload may lie at the very end.
        if start < range.start || start > range.end || len > range.end - start {
            return None;
        }
        // SAFETY: the entry is pinned until `request` changes, which needs `&mut self`, so it is unchanged as
        // long as the result borrows `self`.
        Some(unsafe { std::slice::from_raw_parts(start as *const u8, len) })
    }

    /// Removes the very entry that a hit led to, if it is still the one of its key and that needs no waiting (for a lock, or for a repair
    /// that is due). What was stored under the key since stays, and so does a reservation of the key. True when it went; false also where
    /// [`Self::tag`] gives nothing.
    #[cold]
    pub fn drop_found(&mut self, hit: &Hit) -> bool {
        self.notice_fork();
        let segment = &*self.segment;
        let Some(hash) = self.entry(hit).map(|entry| entry.hash.load(Ordering::Relaxed)) else {
            return false;
        };
        let offset = (hit.entry.addr() - segment.readable(BLOCK_HEADER)) as u64;
        let Some(guard) = segment.try_lock_shard(Index::shard_of(hash)) else { return false };
        // It is pinned: what the index has there is no other entry in the same block.
        let Some(found) = segment.index.find_block(hash, offset) else { return false };
        segment.unlink(&guard, found);
        true
    }

    /// Removes an entry that this session saw expire, if that needs no waiting.
    #[cold]
    fn drop_expired(&mut self, hash: u64, space: Space, key: &[u8]) {
        let segment = &*self.segment;
        let shard = Index::shard_of(hash);
        if let Some(guard) = segment.try_lock_shard(shard)
            && let Some(found) = segment.index.find(hash, space as u8, key)
            && found.at.is_expired()
        {
            segment.unlink(&guard, found);
            segment.header().counters.0.expired.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Says that the entry is of use. Written only while there are few marks, so a popular entry's line stays shared; one that
/// is lost when two readers write at once does not matter.
#[inline]
fn mark_visited(segment: &Segment, at: EntryAt<'_>) {
    let marks = at.entry.visited.load(Ordering::Relaxed);
    if marks < MOST_MARKS {
        EntryAt::new(&segment.memory, at.offset).entry.visited.store(marks + 1, Ordering::Relaxed);
    }
}
