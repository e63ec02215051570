//! Reservations: one session builds what many want.
//!
//! A reservation is an entry of its own space, in the chain of the key it is for and under the same lock. Its
//! `bits` name the holder (or nobody, when only a lease is left), its expiry is the lease. A holder that is
//! gone holds nothing: whoever meets such a reservation takes it away, and [`crate::reserved`] looks for those that nobody meets.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::draft::{Draft, Shape};
use super::held::Reservation;
use super::patience::Patience;
use super::store::expiry;
use super::{Place, Session};
use crate::entry::{RESERVATION, Space};
use crate::error::Error;
use crate::fault::step;
use crate::index::{Found, Index};
use crate::limit::Limit;
use crate::lock::ShardGuard;
use crate::protocol::wait_turn;
use crate::segment::Segment;
use crate::slots::Owner;
use crate::sys::{clock, futex};

/// Longest sleep on a holder that cannot be watched.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Longest sleep on one that is: at its death the kernel wakes one sleeper, who wakes the others unless it is killed itself.
const LOOK_WHETHER_IT_LIVES: Duration = Duration::from_secs(1);

/// So many writes that had to look for a reservation end some that are over, if there are any.
const LOOK_AFTER: u32 = 64;

/// Who has a key.
enum Holder<'a> {
    Nobody,
    /// This session.
    Us(Found<'a>),
    /// Another one, or nobody but a lease.
    Other(Foreign),
}

/// Another's reservation.
#[derive(Clone, Copy)]
struct Foreign {
    owner: Owner,
    /// Until when at the latest, in ns of the clock; 0: no such time.
    until: u64,
}

impl Session {
    fn owner(&self) -> Owner {
        match self.place {
            Place::Slot(_, owner) => owner,
            _ => Owner::NOBODY,
        }
    }

    /// Reserves `key` for this session: until it stores, releases or deletes it, or its request ends; with a
    /// lease until that runs out, whatever happens to the request. Never waits for the holder. True when the
    /// session holds it now (or did before), false when another does.
    ///
    /// # Errors
    /// [`Error::LockTimeout`]; [`Error::NoMemory`]; [`Error::TooManyReservations`]; [`Error::Config`] when no reader slot is free, since a
    /// reservation without one could not be taken from a dead holder.
    pub fn reserve(&mut self, key: &[u8], lease: Option<Duration>) -> Result<bool, Error> {
        if self.slot().is_none() {
            return Err(Error::Config("no reader slot is free, so nothing can be reserved".into()));
        }
        let segment = Arc::clone(&self.segment);
        let hash = segment.hasher.hash(key);
        {
            let guard = segment.lock_shard(Index::shard_of(hash))?;
            match segment.holder(&guard, hash, key, self.owner()) {
                Holder::Us(found) => {
                    found.at.entry.expires.store(expiry(lease), Ordering::Relaxed);
                    segment.refile_in_shard(&guard, found.at);
                    drop(guard);
                    self.reserved.lease(hash, key, lease.is_some());
                    return Ok(true);
                }
                Holder::Other(_) => return Ok(false),
                Holder::Nobody => {}
            }
        }
        segment.may_reserve().inspect_err(|_| segment.count_store_failure())?;
        let (bits, expires) = (self.owner().0, expiry(lease));
        let shape = Shape { hash, space: RESERVATION, key, tag: 0, bits, payload_len: 0, expires };
        let (offset, slot) = self.build(&shape)?;
        let draft = Draft::for_reservation(&*segment, &shape, offset, slot);
        let guard = match segment.lock_shard(Index::shard_of(hash)) {
            Ok(guard) => guard,
            Err(error) => return Err(draft.refused(error, self.tenancy.as_deref())),
        };
        if !matches!(segment.holder(&guard, hash, key, self.owner()), Holder::Nobody) {
            drop(guard);
            draft.give_up(self.tenancy.as_deref());
            return Ok(false);
        }
        segment.link_block(&guard, hash, draft.at(), None);
        step!("reserve: linked");
        segment.header().reservations.0.fetch_add(1, Ordering::SeqCst);
        step!("reserve: counted");
        drop(guard);
        draft.settle();
        self.reserved.insert(hash, key, lease.is_some());
        Ok(true)
    }

    /// The reservation of `key` that this session made last, whether or not somebody has ended it since: for
    /// [`Mode::IfHeld`](super::Mode::IfHeld).
    pub fn reservation(&mut self, key: &[u8]) -> Option<Reservation> {
        self.notice_fork();
        self.reserved.of(self.segment.hasher.hash(key), key)
    }

    /// Whether this session holds `key` by that very reservation.
    ///
    /// # Errors
    /// [`Error::LockTimeout`].
    pub fn holds(&mut self, key: &[u8], reservation: Reservation) -> Result<bool, Error> {
        self.notice_fork();
        let hash = self.segment.hasher.hash(key);
        let guard = self.segment.lock_shard(Index::shard_of(hash))?;
        Ok(self.holds_in_shard(&guard, hash, key, reservation))
    }

    /// The same for whoever has the shard. May take a reservation away that is over: what was found in the shard before
    /// is to be found anew.
    #[cold]
    pub(super) fn holds_in_shard(
        &self,
        guard: &ShardGuard<'_>,
        hash: u64,
        key: &[u8],
        reservation: Reservation,
    ) -> bool {
        self.reserved.of(hash, key) == Some(reservation)
            && matches!(self.segment.holder(guard, hash, key, self.owner()), Holder::Us(_))
    }

    /// Gives a reservation up. True when this session held it.
    ///
    /// # Errors
    /// [`Error::LockTimeout`].
    pub fn release(&mut self, key: &[u8]) -> Result<bool, Error> {
        let hash = self.segment.hasher.hash(key);
        let _ = self.slot();
        let guard = self.segment.lock_shard(Index::shard_of(hash))?;
        let ours = matches!(self.segment.holder(&guard, hash, key, self.owner()), Holder::Us(_));
        if ours {
            self.segment.end_reservation(&guard, hash, key);
        }
        drop(guard);
        // Not before: where the lock is not free in time, the request's end has to know of it.
        self.forget_reservation(Space::Key, hash, key);
        Ok(ours)
    }

    /// Waits until nobody else holds `key`, at most `limit` (and at most the lock timeout).
    ///
    /// # Errors
    /// [`Error::Reserved`] when it was not free within that time; [`Error::LockTimeout`].
    pub fn wait_released(&mut self, key: &[u8], limit: Duration) -> Result<(), Error> {
        self.notice_fork();
        let hash = self.segment.hasher.hash(key);
        let limit = Limit::new(limit.min(self.segment.lock_timeout()));
        self.lock_when(&[Index::shard_of(hash)], &limit, |guards| {
            self.foreign(&guards[0], hash, key).map(|foreign| (0, foreign))
        })?;
        Ok(())
    }

    /// How long anything waits at most.
    #[must_use]
    pub fn longest_wait(&self) -> Duration {
        self.segment.lock_timeout()
    }

    /// Locks a shard at a moment when no other session holds the reservation of `key`.
    #[inline(always)]
    pub(super) fn lock_unreserved(
        &self,
        shard: usize,
        space: Space,
        key: &[u8],
        hash: u64,
    ) -> Result<ShardGuard<'_>, Error> {
        if let Some(guard) = self.segment.try_lock_shard(shard)
            // Read under the lock: a reservation of this shard would be made under it.
            && (self.segment.header().reservations.0.load(Ordering::SeqCst) == 0 || space != Space::Key)
        {
            return Ok(guard);
        }
        self.lock_once_free(shard, space, key, hash)
    }

    /// The same where the lock was not to be had at once, or there are reservations. The waits for both take one limit together.
    #[cold]
    fn lock_once_free(
        &self,
        shard: usize,
        space: Space,
        key: &[u8],
        hash: u64,
    ) -> Result<ShardGuard<'_>, Error> {
        let is_key = space == Space::Key;
        if is_key && self.segment.header().reservations.0.load(Ordering::SeqCst) != 0 {
            self.look_for_what_is_over();
        }
        let mut guards = self.lock_when(&[shard], &self.segment.limit(), |guards| {
            let foreign = if is_key { self.foreign(&guards[0], hash, key) } else { None };
            foreign.map(|foreign| (0, foreign))
        })?;
        guards.pop().ok_or(Error::Corrupt("no lock was taken"))
    }

    /// Now and then looks at some of the reservations that make writers look for theirs.
    fn look_for_what_is_over(&self) {
        let met = self.met_reservations.get().wrapping_add(1);
        self.met_reservations.set(met);
        if met.is_multiple_of(LOOK_AFTER) {
            self.segment.end_some_that_are_over();
        }
    }

    /// The same for all keys of some drafts. On failure also says whose key another session has, by its place.
    pub(super) fn lock_all_unreserved(
        &self,
        shards: &[usize],
        drafts: &[Draft],
    ) -> Result<Vec<ShardGuard<'_>>, (Error, usize)> {
        let met = Cell::new(0);
        let locked = self.lock_when(shards, &self.segment.limit(), |guards| {
            drafts.iter().enumerate().filter(|(_, draft)| draft.space() == Space::Key).find_map(
                |(number, draft)| {
                    let at = shards.binary_search(&Index::shard_of(draft.hash())).ok()?;
                    let foreign = self.foreign(&guards[at], draft.hash(), draft.key())?;
                    met.set(number);
                    Some((at, foreign))
                },
            )
        });
        locked.map_err(|error| (error, met.get()))
    }

    fn foreign(&self, guard: &ShardGuard<'_>, hash: u64, key: &[u8]) -> Option<Foreign> {
        match self.segment.holder(guard, hash, key, self.owner()) {
            Holder::Other(foreign) => Some(foreign),
            Holder::Nobody | Holder::Us(_) => None,
        }
    }

    /// Locks shards; while `busy` names one of them (by its place in `shards`) and a time, lets go of all,
    /// sleeps until a reservation of that shard ends, and tries again. All waits together take `limit`.
    fn lock_when<'a>(
        &'a self,
        shards: &[usize],
        limit: &Limit,
        busy: impl Fn(&[ShardGuard<'a>]) -> Option<(usize, Foreign)>,
    ) -> Result<Vec<ShardGuard<'a>>, Error> {
        let segment = &*self.segment;
        wait_turn(
            || segment.lock_shards(shards, limit),
            |guards: &Vec<ShardGuard<'a>>| {
                if segment.header().reservations.0.load(Ordering::SeqCst) == 0 {
                    return None;
                }
                busy(guards).map(|(at, foreign)| (&guards[at].shard.bell, foreign))
            },
            |bell, seen, foreign| {
                if limit.left().is_zero() {
                    return Err(Error::Reserved { waited_ms: limit.all().as_millis() as u64 });
                }
                step!("reserve: waits");
                limit.wait(Duration::MAX, |left| segment.sleep_on(bell.word(), seen, foreign, left));
                Ok(())
            },
        )
    }

    /// The key, if this session reserved it: its own copy.
    #[inline]
    pub(super) fn reserved_key(&self, space: Space, hash: u64, key: &[u8]) -> Option<Box<[u8]>> {
        if space != Space::Key || self.reserved.is_empty() {
            return None;
        }
        self.reserved.copy_of(hash, key)
    }

    #[inline]
    pub(super) fn forget_reservation(&mut self, space: Space, hash: u64, key: &[u8]) {
        if space == Space::Key && !self.reserved.is_empty() {
            self.reserved.remove(hash, key);
        }
    }

    /// At the request's end: reservations go, leases stay without their holder. False when a lock was not free in time:
    /// then some still name this owner. The others are done as far as their locks are free.
    pub(super) fn release_reservations(&mut self, patience: &mut Patience) -> bool {
        self.reserved.is_empty() || self.release_all(patience)
    }

    #[cold]
    fn release_all(&mut self, patience: &mut Patience) -> bool {
        let segment = Arc::clone(&self.segment);
        let owner = self.owner();
        let mut released = true;
        for (hash, held) in self.reserved.take() {
            let shard = Index::shard_of(hash);
            let free = segment.try_lock_shard(shard);
            let Some(guard) = patience.lock(&segment, free, |limit| segment.lock_shard_in(shard, limit))
            else {
                released = false;
                continue;
            };
            let Holder::Us(found) = segment.holder(&guard, hash, &held.key, owner) else { continue };
            if held.leased {
                found.at.entry.bits.store(Owner::NOBODY.0, Ordering::Relaxed);
            } else {
                segment.end_reservation(&guard, hash, &held.key);
            }
        }
        released
    }
}

fn until_then(until: u64) -> Duration {
    if until == 0 {
        Duration::MAX
    } else {
        Duration::from_nanos(until.saturating_sub(clock::now_ns()).max(1))
    }
}

impl Segment {
    /// Who holds `key`. Takes away what nobody holds any more. The shard's lock is held.
    fn holder(&self, guard: &ShardGuard<'_>, hash: u64, key: &[u8], us: Owner) -> Holder<'_> {
        let Some(found) = self.index.find(hash, RESERVATION, key) else {
            return Holder::Nobody;
        };
        let owner = Owner(found.at.entry.bits.load(Ordering::Relaxed));
        let until = found.at.entry.expires.load(Ordering::Relaxed);
        if self.is_over(found.at) {
            self.take_away(guard, found);
            return Holder::Nobody;
        }
        if owner == us && us != Owner::NOBODY {
            Holder::Us(found)
        } else {
            Holder::Other(Foreign { owner, until })
        }
    }

    /// Sleeps until a reservation of the shard ends, the holder dies, its lease runs out, or `left` has passed.
    fn sleep_on(&self, released: &AtomicU32, seen: u32, foreign: Foreign, left: Duration) {
        let left = left.min(until_then(foreign.until));
        if foreign.owner == Owner::NOBODY {
            return futex::wait(released, seen, left);
        }
        match self.slots.watch(foreign.owner) {
            Some([life, owner]) => {
                futex::wait_any([(released, seen), life, owner], left.min(LOOK_WHETHER_IT_LIVES));
            }
            None => futex::wait(released, seen, left.min(LOOK_AGAIN)),
        }
    }

    /// Takes a reservation away, if there is one, and wakes who waits for it. The shard's lock is held.
    #[inline(always)]
    pub(super) fn end_reservation(&self, guard: &ShardGuard<'_>, hash: u64, key: &[u8]) {
        if self.header().reservations.0.load(Ordering::SeqCst) != 0 {
            self.end_reservation_if_any(guard, hash, key);
        }
    }

    #[cold]
    fn end_reservation_if_any(&self, guard: &ShardGuard<'_>, hash: u64, key: &[u8]) {
        if let Some(found) = self.index.find(hash, RESERVATION, key) {
            self.take_away(guard, found);
        }
    }
}
