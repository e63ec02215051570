//! An entry in the making, and what becomes of it.

use std::marker::PhantomData;

use super::tenancy::{Grounds, Premises, Tenancy};
use crate::entry::{EntryAt, Space};
use crate::error::Error;
use crate::fault::step;
use crate::haste::wait_once;
use crate::index::Index;
use crate::segment::Segment;
use crate::sys::fork as forks;

/// An entry in the making: memory that only its session sees. Dropping it gives the memory back.
///
/// It is the process's that made it. In a forked child it is empty, cannot be committed, and dropping it does nothing.
#[derive(Debug)]
pub struct Draft<S: Grounds = Premises> {
    segment: S,
    offset: u64,
    hash: u64,
    space: Space,
    /// Lengths as they were asked for: what the block says is shared memory.
    key_len: usize,
    payload_len: usize,
    /// The slot that counts this block among those its owner builds.
    slot: Option<usize>,
    fork_generation: u32,
    /// Only the slot's owner changes that count.
    not_send: PhantomData<*mut ()>,
}

/// Where in the segment and how large: everything [`super::Session::prepare`] needs to know of an entry.
pub(super) struct Shape<'a> {
    pub(super) hash: u64,
    pub(super) space: u8,
    pub(super) key: &'a [u8],
    pub(super) tag: u8,
    pub(super) bits: u64,
    pub(super) payload_len: usize,
    pub(super) expires: u64,
}

impl<S: Grounds> Draft<S> {
    /// A draft that gives a reservation's block back unless it is settled.
    pub(super) fn for_reservation(segment: S, shape: &Shape<'_>, offset: u64, slot: Option<usize>) -> Self {
        Self::new(segment, shape, Space::Key, offset, slot)
    }

    pub(super) fn new(segment: S, shape: &Shape<'_>, space: Space, offset: u64, slot: Option<usize>) -> Self {
        let (hash, key_len, payload_len) = (shape.hash, shape.key.len(), shape.payload_len);
        let fork_generation = forks::generation();
        Self {
            segment,
            offset,
            hash,
            space,
            key_len,
            payload_len,
            slot,
            fork_generation,
            not_send: PhantomData,
        }
    }

    /// Whether it was made by this process. Else the block is the parent's, and may be anybody's by now.
    #[inline(always)]
    fn is_ours(&self) -> bool {
        forks::is_of(self.fork_generation)
    }

    /// What keeps it from being committed to a segment.
    #[inline(always)]
    pub(super) fn check(&self, segment: &Segment) -> Result<(), Error> {
        if !std::ptr::eq(&*self.segment, segment) {
            return Err(Error::Config(
                "a draft can only be committed to the segment that it was made in".into(),
            ));
        }
        if self.is_ours() {
            return Ok(());
        }
        Err(Error::Config(
            "a draft belongs to the process that made it, and this one was forked since".into(),
        ))
    }

    #[inline(always)]
    pub(super) fn at(&self) -> EntryAt<'_> {
        EntryAt::new(&self.segment.memory, self.offset)
    }

    /// The payload, to be written by the caller. Its contents are whatever was there before. (Nothing, in a forked child.)
    pub fn payload_mut(&mut self) -> &mut [u8] {
        if !self.is_ours() {
            return &mut [];
        }
        let start = self.segment.memory.pointer(self.payload_offset(), self.payload_len as u64);
        // SAFETY: the range lies inside the block, which is `Building` and so nobody else's; it belongs to this
        // draft, which is borrowed mutably; bytes are valid with any contents.
        unsafe { std::slice::from_raw_parts_mut(start, self.payload_len) }
    }

    /// Where readers will see the payload: the same bytes, through the read-only view.
    #[must_use]
    pub fn payload_address(&self) -> usize {
        self.segment.readable(self.payload_offset())
    }

    fn payload_offset(&self) -> u64 {
        EntryAt::payload_offset_for(self.offset, self.key_len)
    }

    /// The key it will have. (Empty in a forked child.)
    #[inline]
    #[must_use]
    pub fn key(&self) -> &[u8] {
        if !self.is_ours() {
            return &[];
        }
        // SAFETY: written by `prepare` and not changed since; the draft owns the block.
        unsafe { self.segment.memory.bytes(self.at().key_offset(), self.key_len as u64) }.unwrap_or_default()
    }

    /// Hash of the key.
    #[inline(always)]
    pub(super) fn hash(&self) -> u64 {
        self.hash
    }

    /// Whose name the key is.
    #[inline(always)]
    pub(super) fn space(&self) -> Space {
        self.space
    }

    /// The block is an entry now; the draft has nothing to give back.
    #[inline]
    pub(super) fn settle(self) {
        self.unmark();
        step!("publish: settled");
        let mut this = std::mem::ManuallyDrop::new(self);
        // SAFETY: `this` is never dropped, so what holds the segment is dropped exactly here.
        unsafe { std::ptr::drop_in_place(&raw mut this.segment) };
    }

    /// It was not committed, for that reason: gives it back, without a second wait where the commit waited in vain. `tenancy` as for
    /// [`Self::give_up`].
    #[cold]
    #[inline(never)]
    pub(super) fn refused(self, error: Error, tenancy: Option<&Tenancy>) -> Error {
        let has_waited = matches!(error, Error::LockTimeout { .. });
        wait_once(has_waited, || self.give_up(tenancy));
        error
    }

    /// Gives it back, as dropping it does. `tenancy` is its session's, for one that has none with it.
    #[cold]
    #[inline(never)]
    pub(super) fn give_up(self, tenancy: Option<&Tenancy>) {
        let mut this = std::mem::ManuallyDrop::new(self);
        this.give_back(this.segment.tenancy().or(tenancy));
        // SAFETY: as in `settle`.
        unsafe { std::ptr::drop_in_place(&raw mut this.segment) };
    }

    fn give_back(&self, tenancy: Option<&Tenancy>) {
        if !self.is_ours() {
            return;
        }
        let tenancy = tenancy.filter(|_| self.slot.is_some());
        match self.segment.lock_some_shard(Index::shard_of(self.hash), &self.segment.limit()) {
            Ok(shard) => {
                self.segment.retire(self.at());
                self.unmark();
                if let Some(tenancy) = tenancy {
                    tenancy.give_back_left(&shard);
                }
            }
            // Without a lock in time the block stays `Building` and counted, for now.
            Err(_) => {
                if let Some(tenancy) = tenancy {
                    tenancy.leave(self.offset);
                }
            }
        }
    }

    fn unmark(&self) {
        if let Some(index) = self.slot {
            self.segment.slots.slot(index).count_building(-1);
        }
    }
}

impl<S: Grounds> Drop for Draft<S> {
    fn drop(&mut self) {
        self.give_back(self.segment.tenancy());
    }
}
