//! One thread's use of a segment.
//!
//! | module | what is in it |
//! |---|---|
//! | [`fetch`], [`pinset`] | reading, and what is pinned for it |
//! | [`relief`], [`pace`] | giving up pins within a request, and how often that is looked into |
//! | [`store`], [`draft`], [`recycle`] | writing: entries in the making, and blocks that are kept for the next ones |
//! | [`update`] | changing an entry where it lies |
//! | [`reserve`], [`held`] | reservations, and those of this session |
//! | [`remove`], [`select`] | deleting by keys, by prefixes, or by what is in the entries |
//! | [`list`] | enumerating keys |
//! | [`tenancy`], [`fork`] | the session's slot, and what becomes of it in a forked child |
//! | [`patience`] | how long a request's end waits for locks |

mod draft;
mod fetch;
mod fork;
mod held;
mod list;
mod pace;
mod patience;
mod pinset;
mod recycle;
mod relief;
mod remove;
mod reserve;
mod select;
mod store;
mod tenancy;
mod update;

use std::cell::Cell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

pub use draft::Draft;
pub use fetch::{Hit, KeyHash};
pub use fork::Promise;
pub use held::Reservation;
pub use relief::release_unreferenced;
pub use store::{Mode, Stored};
pub use update::Increment;

use crate::segment::Segment;
use crate::slots::Owner;
use crate::sys::fork as forks;
use fork::Unheard;
use held::Reservations;
use patience::Patience;
use pinset::PinSet;
use recycle::Recycler;
use relief::Relief;
use tenancy::Tenancy;

/// The slot of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// No slot was asked for yet.
    NotAsked,
    /// This slot is ours.
    Slot(usize, Owner),
    /// All slots are taken; asked again in the next request.
    NoneFree,
}

/// One thread's use of a segment: its reader slot (taken at the first need), what it keeps, what it reserved.
///
/// What a session fetched stays valid until [`Session::end_request`] or [`Session::quiesce`]. A forked child
/// starts with nothing: neither slot nor reservations of the parent are its own.
#[derive(Debug)]
// In this order: the first look-up of a request finds nothing in the processor's caches, and what it needs of this lies together.
#[repr(C)]
pub struct Session {
    segment: Arc<Segment>,
    place: Place,
    /// Distinguishes hits of this request from those of earlier ones and of other sessions of the process.
    request: u64,
    fork_generation: u32,
    /// Whether this request has looked anything up.
    looked_up: bool,
    /// Counted in the header's slotless readers.
    slotless: bool,
    pinned: PinSet,
    relief: Relief,
    /// Of the slot at this place.
    tenancy: Option<Rc<Tenancy>>,
    recycler: Recycler,
    reserved: Reservations,
    /// How many more times it is not worth to ask for lines of their own, see [`update`].
    lines_refused: u32,
    /// How often a write had to look for a reservation.
    met_reservations: Cell<u32>,
    /// The request, if this is a child that goes on with its parent's: who has counted a hit of it, is not known. 0: it is none.
    inherited: u64,
    /// Children of this thread's forks that may still need what was kept for them.
    unheard: Vec<Unheard>,
    not_send: PhantomData<Cell<*mut ()>>,
}

const _: () =
    assert!(std::mem::offset_of!(Session, relief) + Relief::FIRST_LOOKED_AT <= Session::FIRST_LOOKED_AT);

impl Session {
    /// So many bytes of its beginning are what most look-ups use. Whoever keeps a session may lay it into as few lines of the processor's
    /// caches.
    pub const FIRST_LOOKED_AT: usize = 120;

    /// A session that has touched nothing shared yet.
    #[must_use]
    pub fn new(segment: Arc<Segment>) -> Self {
        Self {
            relief: Relief::new(&segment),
            segment,
            place: Place::NotAsked,
            tenancy: None,
            pinned: PinSet::new(),
            recycler: Recycler::new(),
            reserved: Reservations::default(),
            slotless: false,
            lines_refused: 0,
            met_reservations: Cell::new(0),
            request: fetch::first_request(),
            inherited: 0,
            looked_up: false,
            fork_generation: forks::generation(),
            unheard: Vec::new(),
            not_send: PhantomData,
        }
    }

    /// The segment.
    #[must_use]
    pub fn segment(&self) -> &Arc<Segment> {
        &self.segment
    }

    /// The slot, if there is one to be had.
    #[inline]
    fn slot(&mut self) -> Option<(usize, Owner)> {
        self.notice_fork();
        match self.place {
            Place::Slot(index, owner) => Some((index, owner)),
            Place::NotAsked => self.ask_for_slot(),
            Place::NoneFree => None,
        }
    }

    #[cold]
    fn ask_for_slot(&mut self) -> Option<(usize, Owner)> {
        let found = self.segment.slots.acquire();
        // SAFETY: just taken.
        unsafe { self.settle_at(found.map_or(Place::NoneFree, |(index, owner)| Place::Slot(index, owner))) };
        found
    }

    /// Changes places. The slot of the old one is given back, unless drafts still need it.
    ///
    /// # Safety
    /// A slot was taken by this thread in this process, and nobody else gives it back.
    unsafe fn settle_at(&mut self, place: Place) {
        self.place = place;
        self.tenancy = match place {
            // SAFETY: by this function's contract.
            Place::Slot(index, _) => Some(unsafe { Tenancy::new(Arc::clone(&self.segment), index) }),
            Place::NotAsked | Place::NoneFree => None,
        };
    }

    /// The slot is the session's no more.
    fn leave_place(&mut self) {
        self.place = Place::NotAsked;
        self.tenancy = None;
    }

    /// To be called first by every operation that looks at what the session owns.
    #[inline]
    fn notice_fork(&mut self) {
        if self.has_forked() {
            self.forget_parent();
        }
    }

    /// Whether this process is a child of the session's, and the session does not know yet.
    #[inline]
    fn has_forked(&self) -> bool {
        !forks::is_of(self.fork_generation)
    }

    /// In a forked child: the parent's slot, pins and reservations are the parent's.
    #[cold]
    fn forget_parent(&mut self) {
        self.fork_generation = forks::generation();
        self.leave_place();
        self.pinned.clear();
        self.relief.forget();
        self.recycler.forget();
        self.reserved.clear();
        self.unheard.clear();
        self.slotless = false;
        self.request = fetch::next_request(self.request);
    }

    /// Ends the request: everything fetched so far may be reclaimed, reservations without a lease end.
    pub fn end_request(&mut self) {
        self.notice_fork();
        self.looked_up = false;
        let mut patience = Patience::new();
        let released = self.release_reservations(&mut patience);
        self.give_back_kept(&mut patience);
        self.let_go();
        self.segment.slots.spare.trim();
        // A stopped process has a lock: what this owner still holds ends with the owner, the next request is another. And a
        // slot without a pin list is one for want of a better: the next request may find that.
        if let Place::Slot(index, _) = self.place
            && (!released || self.segment.slots.pins(index).is_empty())
        {
            self.recycler.forget();
            self.answer_as_thread();
            self.leave_place();
        }
        if self.place == Place::NoneFree {
            self.place = Place::NotAsked;
        }
    }

    /// Says that nothing fetched so far is used any more, and gives back what is kept for later stores. The request goes on.
    pub fn quiesce(&mut self) {
        self.flush();
        self.let_go();
    }

    /// Nothing fetched so far is used any more.
    fn let_go(&mut self) {
        self.hear_children();
        self.request = fetch::next_request(self.request);
        if self.slotless {
            self.slotless = false;
            self.segment.header().slotless_readers.0.leave();
        }
        if let Place::Slot(index, _) = self.place
            && !self.pinned.is_empty()
        {
            self.segment.slots.slot(index).reader.release();
        }
        self.pinned.clear();
        self.relief.forget();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end_request();
        self.forsake_children();
    }
}
