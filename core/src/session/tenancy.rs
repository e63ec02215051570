//! How long a session's slot is its own: as long as the session needs it, or a draft that it made.

use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use crate::entry::EntryAt;
use crate::fault::step;
use crate::lock::ShardGuard;
use crate::segment::Segment;
use crate::sys::fork as forks;

/// A slot that this thread took; given back when the last one who needs it is gone. A slot that is given back while a draft of
/// its owner is about would have the draft's block freed by whoever takes the slot next.
#[derive(Debug)]
pub struct Tenancy {
    segment: Arc<Segment>,
    index: usize,
    fork_generation: u32,
    /// Blocks of drafts that were given up when no lock was free in time. They are `Building` and counted until they are retired: should
    /// the owner die first, or go, who cleans the slot up sees that.
    left: RefCell<Vec<u64>>,
}

impl Tenancy {
    /// # Safety
    /// The calling thread took the slot in this process, and nobody else gives it back.
    pub(super) unsafe fn new(segment: Arc<Segment>, index: usize) -> Rc<Self> {
        let left = RefCell::default();
        Rc::new(Self { segment, index, fork_generation: forks::generation(), left })
    }

    /// A draft's block is to be given back at the next opportunity.
    #[cold]
    pub(super) fn leave(&self, offset: u64) {
        self.left.borrow_mut().push(offset);
    }

    /// Whether any block is to be given back.
    #[inline]
    pub(super) fn has_left(&self) -> bool {
        !self.left.borrow().is_empty()
    }

    /// Gives these back. Some lock is held.
    #[cold]
    pub(super) fn give_back_left(&self, _shard: &ShardGuard<'_>) {
        let segment = &*self.segment;
        for offset in self.left.take() {
            segment.retire(EntryAt::new(&segment.memory, offset));
            step!("left: one retired");
            segment.slots.slot(self.index).count_building(-1);
        }
    }
}

impl Drop for Tenancy {
    fn drop(&mut self) {
        // A forked child has a copy of what is its parent's.
        if forks::is_of(self.fork_generation) {
            if self.has_left()
                && let Some(shard) = self.segment.try_lock_some_shard(self.index)
            {
                self.give_back_left(&shard);
            }
            // SAFETY: by the contract of `new`; an `Rc` stays on its thread, and this is still the process.
            unsafe { self.segment.slots.give_back(self.index) };
        }
    }
}

/// What has to be there as long as a draft is: the segment, and the slot that counts its block, if one does.
#[derive(Debug)]
pub enum Premises {
    /// The slot's.
    Slot(Rc<Tenancy>),
    /// Of a session without a slot.
    Segment(Arc<Segment>),
}

/// Where a draft's segment is from, and the slot that counts its block, if that is kept by the draft.
pub trait Grounds: Deref<Target = Segment> {
    /// The slot's.
    fn tenancy(&self) -> Option<&Tenancy>;
}

impl Grounds for Premises {
    fn tenancy(&self) -> Option<&Tenancy> {
        match self {
            Self::Slot(tenancy) => Some(tenancy),
            Self::Segment(_) => None,
        }
    }
}

/// Of a draft that its session does not let go of.
impl Grounds for &Segment {
    fn tenancy(&self) -> Option<&Tenancy> {
        None
    }
}

impl Deref for Premises {
    type Target = Segment;

    #[inline]
    fn deref(&self) -> &Segment {
        match self {
            Self::Slot(tenancy) => &tenancy.segment,
            Self::Segment(segment) => segment,
        }
    }
}
