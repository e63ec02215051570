//! Writing: a block is allocated, filled without any lock, then published by one store.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::draft::{Draft, Shape};
use super::held::Reservation;
use super::recycle::Kept;
use super::tenancy::{Grounds, Premises};
use super::{Place, Session};
use crate::copy::copy_name;
use crate::entry::{EntryAt, PAYLOAD_ALIGN, RESERVATION, Space};
use crate::epoch::begin_filling;
use crate::error::Error;
use crate::fault::step;
use crate::haste::wait_once;
use crate::heap::State;
use crate::index::{Found, Index};
use crate::lock::ShardGuard;
use crate::segment::Segment;
use crate::shard::Shard;
use crate::slots::Owner;
use crate::sys::clock;

/// Whether an entry of the same key may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Replace it.
    Put,
    /// Leave it.
    Add,
    /// Replace it if the session still has the key by this reservation. Waits for nobody who has it now.
    IfHeld(Reservation),
}

/// What a commit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// The entry is there for all to fetch.
    Stored,
    /// [`Mode::Add`] found an entry; the draft is gone.
    Present,
    /// [`Mode::IfHeld`] found that the reservation had ended; the draft is gone.
    Lost,
}

impl Session {
    /// Allocates an entry with room for `payload_len` bytes, evicting if the segment does so.
    ///
    /// # Errors
    /// [`Error::NoMemory`], [`Error::LockTimeout`]; [`Error::Config`] for a key longer than 65,535 bytes.
    pub fn prepare(
        &mut self,
        space: Space,
        key: &[u8],
        tag: u8,
        bits: u64,
        payload_len: usize,
        ttl: Option<Duration>,
    ) -> Result<Draft, Error> {
        let hash = self.segment.hasher.hash_in(space, key);
        let expires = expiry(ttl);
        let shape = Shape { hash, space: space as u8, key, tag, bits, payload_len, expires };
        let (offset, slot) = self.build(&shape).inspect_err(|_| self.segment.count_store_failure())?;
        let premises = match &self.tenancy {
            Some(tenancy) if slot.is_some() => Premises::Slot(Rc::clone(tenancy)),
            _ => Premises::Segment(Arc::clone(&self.segment)),
        };
        Ok(Draft::new(premises, &shape, space, offset, slot))
    }

    /// A block in state `Building` with header and key written.
    #[inline]
    pub(super) fn build(&mut self, shape: &Shape<'_>) -> Result<(u64, Option<usize>), Error> {
        if shape.key.len() > usize::from(u16::MAX) {
            return Err(Error::Config(format!("a key has at most 65535 bytes, {} given", shape.key.len())));
        }
        let place = self.slot();
        // Something may be kept, or left, from now on.
        self.recycler.noted = true;
        let size = EntryAt::size(shape.key.len(), shape.payload_len).unwrap_or(u64::MAX);
        if let Some((index, owner)) = place
            // What expires has to be filed, and a reservation to join its queue, which takes the arena's lock anyway.
            && shape.expires == 0
            && shape.space != RESERVATION
            && let Some(offset) = self.reuse(size, index, owner)
        {
            let segment = &*self.segment;
            let at = EntryAt::new(&segment.memory, offset);
            write_identity(at, shape);
            write_head(segment, at, shape);
            return Ok((offset, Some(index)));
        }
        match self.allocate(shape, size, place) {
            // What this session keeps for itself, or for a child that is gone, may be what is missing.
            Err(Error::NoMemory { .. }) if self.keeps_anything() => {
                self.hear_children();
                self.flush();
                self.allocate(shape, size, place)
            }
            result => result,
        }
    }

    /// Whether there is anything that others could use, if it were given back.
    #[cold]
    fn keeps_anything(&self) -> bool {
        !(self.recycler.is_empty() && self.unheard.is_empty()) || self.has_left()
    }

    fn allocate(
        &self,
        shape: &Shape<'_>,
        size: u64,
        place: Option<(usize, Owner)>,
    ) -> Result<(u64, Option<usize>), Error> {
        let segment = &*self.segment;
        let owner = place.map_or_else(Owner::slotless, |(_, owner)| owner);
        let (heap, offset) = segment.find_room(shape.hash, size)?;
        let at = EntryAt::new(&segment.memory, offset);
        // Under the lock: a death before this is complete leads to a repair, which frees the block. The slot counts it
        // before the block names the owner: a repair may come while the kernel has let go of this lock and not yet of
        // the slot's, and take the owner for alive; then who cleans the slot up sees the count and has it repaired again.
        let slot = place.map(|(index, _)| index);
        if let Some(index) = slot {
            segment.slots.slot(index).count_building(1);
        }
        step!("store: allocated");
        at.entry.owner_or_stamp.store(owner.0, Ordering::Relaxed);
        step!("store: marked");
        at.entry.queued.store(0, Ordering::Relaxed);
        at.entry.filed.store(0, Ordering::Relaxed);
        write_identity(at, shape);
        heap.enlist(at);
        step!("store: queued");
        drop(heap);
        write_head(segment, at, shape);
        step!("store: head written");
        Ok((offset, slot))
    }

    /// Publishes a draft. Waits while another session has reserved the key, at most the lock timeout.
    ///
    /// # Errors
    /// [`Error::Reserved`], [`Error::LockTimeout`]; [`Error::Config`] for a draft of another segment, or from before a
    /// fork, in the child. The draft is gone then.
    pub fn commit(&mut self, draft: Draft, mode: Mode) -> Result<Stored, Error> {
        self.notice_fork();
        draft.check(&self.segment)?;
        // Once it is published, somebody may replace it, and its block be another's: the key is not there to be read any more.
        let (space, hash) = (draft.space(), draft.hash());
        let reserved = self.reserved_key(space, hash, draft.key());
        let mut kept = None;
        let stored = match self.publish(&draft, draft.key(), mode, &mut kept) {
            Ok(stored) => stored,
            Err(error) => return Err(draft.refused(error, None)),
        };
        if let Some((block, leaving)) = kept {
            self.recycler.keep(block, leaving);
        }
        if stored == Stored::Stored {
            if let Some(key) = reserved {
                self.forget_reservation(space, hash, &key);
            }
            draft.settle();
        }
        Ok(stored)
    }

    /// Allocates, fills and publishes an entry in one go. `fill` gets the payload and the address where readers will
    /// see it. Where it forks, only the parent stores.
    ///
    /// # Errors
    /// As for [`Self::prepare`] and [`Self::commit`].
    #[allow(clippy::too_many_arguments, reason = "those of `prepare` and of `commit`")]
    #[inline]
    pub fn store_with(
        &mut self,
        space: Space,
        key: &[u8],
        tag: u8,
        bits: u64,
        payload_len: usize,
        ttl: Option<Duration>,
        mode: Mode,
        fill: impl FnOnce(&mut [u8], usize),
    ) -> Result<Stored, Error> {
        let hash = self.segment.hasher.hash_in(space, key);
        let shape = Shape { hash, space: space as u8, key, tag, bits, payload_len, expires: expiry(ttl) };
        let (offset, slot) = self.build(&shape).inspect_err(|_| self.segment.count_store_failure())?;
        let mut draft = Draft::new(&*self.segment, &shape, space, offset, slot);
        let address = draft.payload_address();
        fill(draft.payload_mut(), address);
        step!("store: filled");
        // `fill` may have forked, and comes back in both.
        draft.check(&self.segment)?;
        let mut kept = None;
        let stored = match self.publish(&draft, key, mode, &mut kept) {
            Ok(stored) => stored,
            Err(error) => return Err(draft.refused(error, self.tenancy.as_deref())),
        };
        if stored == Stored::Stored {
            draft.settle();
            self.forget_reservation(space, hash, key);
        } else {
            draft.give_up(self.tenancy.as_deref());
        }
        if let Some((block, leaving)) = kept {
            self.recycler.keep(block, leaving);
        }
        Ok(stored)
    }

    /// Makes a draft the entry of its key, which is `key`, unless `mode` forbids. The block that it replaces goes into `kept` if this session
    /// keeps it, with how many others were given up for it, and is retired otherwise.
    fn publish<S: Grounds>(
        &self,
        draft: &Draft<S>,
        key: &[u8],
        mode: Mode,
        kept: &mut Option<(Kept, usize)>,
    ) -> Result<Stored, Error> {
        let segment = &*self.segment;
        let hash = draft.hash();
        let shard = Index::shard_of(hash);
        let new = draft.at();
        let locked = match mode {
            Mode::Put | Mode::Add => self.lock_unreserved(shard, draft.space(), key, hash),
            Mode::IfHeld(_) => segment.lock_shard(shard),
        };
        let guard = locked.inspect_err(|_| segment.count_store_failure())?;
        if let Mode::IfHeld(reservation) = mode
            && !self.holds_in_shard(&guard, hash, key, reservation)
        {
            return Ok(Stored::Lost);
        }
        let old = segment.index.find(hash, draft.space() as u8, key);
        if mode == Mode::Add && old.is_some_and(|old| !old.at.is_expired()) {
            return Ok(Stored::Present);
        }
        if let Some(old) = old
            && let Place::Slot(index, owner) = self.place
            && old.at.entry.filed.load(Ordering::Relaxed) == 0
            && let Some(bytes) = segment.heap_of(old.at.offset).bytes_in(old.at.offset, State::Live)
            && let Some(leaving) = self.recycler.room_for(segment, bytes)
        {
            if leaving != 0 {
                self.recycler.give_up(segment, leaving);
            }
            segment.exchange(&guard, hash, new, old);
            let stamp = segment.keep(old.at, index, owner);
            *kept = Some((Kept { offset: old.at.offset, stamp, bytes }, leaving));
        } else {
            segment.link_block(&guard, hash, new, old);
        }
        segment.count_link(&guard, draft.space(), hash, key, old.is_some());
        Ok(Stored::Stored)
    }

    /// Publishes all drafts, or none, unless the process is killed in the middle: then those that came first are there, and the
    /// others are not. Nobody else writes one of the keys meanwhile, but who reads may see new values of some and old ones of others.
    ///
    /// # Errors
    /// As for [`Self::commit`], with the draft that could not be committed, or whose key another session has reserved. Without one
    /// where locks were not free in time: all drafts are gone then.
    pub fn commit_all(&mut self, mut drafts: Vec<Draft>) -> Result<(), (Error, Option<Draft>)> {
        self.notice_fork();
        let segment = &*self.segment;
        let refused =
            drafts.iter().enumerate().find_map(|(at, draft)| Some((at, draft.check(segment).err()?)));
        if let Some((at, error)) = refused {
            return Err((error, Some(drafts.swap_remove(at))));
        }
        let mut shards: Vec<usize> = drafts.iter().map(|draft| Index::shard_of(draft.hash())).collect();
        shards.sort_unstable();
        shards.dedup();
        let guards = match self.lock_all_unreserved(&shards, &drafts) {
            Ok(guards) => guards,
            Err((error, number)) => {
                segment.count_store_failure();
                let has_waited = matches!(error, Error::LockTimeout { .. });
                let draft = (!has_waited && number < drafts.len()).then(|| drafts.swap_remove(number));
                wait_once(has_waited, || drop(drafts));
                return Err((error, draft));
            }
        };
        // As in `commit`.
        let own = |draft: &Draft| {
            Some((draft.hash(), self.reserved_key(draft.space(), draft.hash(), draft.key())?))
        };
        let reserved: Vec<(u64, Box<[u8]>)> = drafts.iter().filter_map(own).collect();
        for draft in &drafts {
            let Ok(at) = shards.binary_search(&Index::shard_of(draft.hash())) else { continue };
            let (guard, hash, key) = (&guards[at], draft.hash(), draft.key());
            let old = segment.index.find(hash, draft.space() as u8, key);
            segment.link_block(guard, hash, draft.at(), old);
            segment.count_link(guard, draft.space(), hash, key, old.is_some());
        }
        drop(guards);
        drafts.into_iter().for_each(Draft::settle);
        for (hash, key) in reserved {
            self.forget_reservation(Space::Key, hash, &key);
        }
        Ok(())
    }
}

/// Absolute expiry; 0 for none.
pub(super) fn expiry(ttl: Option<Duration>) -> u64 {
    ttl.map_or(0, |ttl| {
        let ns = u64::try_from(ttl.as_nanos()).unwrap_or(u64::MAX);
        clock::now_ns().saturating_add(ns).max(1)
    })
}

/// Fills what the arena's lists go by, in a block that is ours.
fn write_identity(at: EntryAt<'_>, shape: &Shape<'_>) {
    begin_filling();
    at.entry.hash.store(shape.hash, Ordering::Relaxed);
    at.entry.expires.store(shape.expires, Ordering::Relaxed);
    at.entry.space.store(shape.space, Ordering::Relaxed);
}

/// Fills the rest of the header, and the key.
#[inline(always)]
fn write_head(segment: &Segment, at: EntryAt<'_>, shape: &Shape<'_>) {
    let entry = at.entry;
    entry.bits.store(shape.bits, Ordering::Relaxed);
    entry.payload_len.store(shape.payload_len as u64, Ordering::Relaxed);
    entry.key_len.store(shape.key.len() as u16, Ordering::Relaxed);
    entry.tag.store(shape.tag, Ordering::Relaxed);
    entry.superseded.store(0, Ordering::Relaxed);
    entry.visited.store(0, Ordering::Relaxed);
    let key = segment.memory.pointer(at.key_offset(), shape.key.len() as u64);
    // SAFETY: `pointer` checked the range, the block is `Building` and ours, and `shape.key` is not in it.
    unsafe { copy_name(shape.key.as_ptr(), key, shape.key.len()) };
    debug_assert!(at.payload_offset().is_multiple_of(PAYLOAD_ALIGN));
}

impl Segment {
    /// What else a published entry changes: figures, and the end of a reservation.
    #[inline(always)]
    fn count_link(&self, guard: &ShardGuard<'_>, space: Space, hash: u64, key: &[u8], replaced: bool) {
        step!("publish: advanced");
        Shard::bump(&guard.shard.stores, 1);
        if !replaced {
            Shard::bump(&guard.shard.entries, 1);
        }
        step!("publish: counted");
        if space == Space::Key {
            self.end_reservation(guard, hash, key);
        }
    }

    pub(super) fn link_block(
        &self,
        guard: &ShardGuard<'_>,
        hash: u64,
        new: EntryAt<'_>,
        old: Option<Found<'_>>,
    ) {
        match old {
            None => {
                self.block(new.offset).set_state(State::Live);
                step!("publish: live");
                self.index.insert(hash, new);
                step!("publish: linked");
                self.header().clock.0.advance();
            }
            Some(old) => {
                self.exchange(guard, hash, new, old);
                self.retire(old.at);
            }
        }
    }

    /// Puts `new` in the place of `old`, which is left to be retired.
    #[inline(always)]
    pub(crate) fn exchange(&self, _guard: &ShardGuard<'_>, hash: u64, new: EntryAt<'_>, old: Found<'_>) {
        self.block(new.offset).set_state(State::Live);
        step!("publish: live");
        // Before the index changes: whoever has seen the new entry finds the old one marked.
        // A key that is asked for often stays one when its value changes.
        new.entry.visited.store(old.at.entry.visited.load(Ordering::Relaxed), Ordering::Relaxed);
        old.at.entry.superseded.store(1, Ordering::Release);
        step!("publish: superseded");
        self.index.replace(hash, old, new);
        step!("publish: linked");
    }

    /// Takes an entry out of the index. The shard's lock is held.
    pub(super) fn unlink(&self, guard: &ShardGuard<'_>, found: Found<'_>) {
        found.at.entry.superseded.store(1, Ordering::Release);
        step!("delete: superseded");
        self.index.remove(found);
        step!("delete: unlinked");
        self.retire(found.at);
        step!("delete: retired");
        Shard::bump(&guard.shard.entries, -1);
    }
}
