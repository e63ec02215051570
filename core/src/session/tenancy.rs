//! How long a session's slot is its own: as long as the session needs it, or a draft that it made.

use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use crate::segment::Segment;
use crate::sys::fork as forks;

/// A slot that this thread took; given back when the last one who needs it is gone. A slot that is given back while a draft of
/// its owner is about would have the draft's block freed by whoever takes the slot next.
#[derive(Debug)]
pub struct Tenancy {
    segment: Arc<Segment>,
    index: usize,
    fork_generation: u32,
}

impl Tenancy {
    /// # Safety
    /// The calling thread took the slot in this process, and nobody else gives it back.
    pub(super) unsafe fn new(segment: Arc<Segment>, index: usize) -> Rc<Self> {
        Rc::new(Self { segment, index, fork_generation: forks::generation() })
    }
}

impl Drop for Tenancy {
    fn drop(&mut self) {
        // A forked child has a copy of what is its parent's.
        if self.fork_generation == forks::generation() {
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
