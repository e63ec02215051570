//! What one thread has: its sessions, its memos, its buffers.

use std::cell::UnsafeCell;
use std::mem::offset_of;
use std::ops::Range;

use ext_php_rs::ffi::zend_string;
use static_cache_core::{KeyHash, Promise, Session};

use super::partition::number as partition_number;
use super::stacks::Fibers;
use super::{Backend, partition};
use crate::encode::Encoder;
use crate::engine::Ours;
use crate::info::Figures;
use crate::memo::Memo;
use crate::objects::Objects;
use crate::statics::{Statics, Walk};

/// One thread's use of one backend.
// In this order: the first look-up of a request finds nothing in the processor's caches, and needs three lines and a hash of this.
#[repr(C, align(64))]
pub(crate) struct BackendLocal {
    /// Whether this request used the session at all.
    pub(crate) used: bool,
    session: Option<Session>,
    pub(crate) memo: Memo,
}

const _: () = assert!(offset_of!(BackendLocal, session) + Session::FIRST_LOOKED_AT <= 128);
const _: () = assert!(size_of::<Option<Session>>() == size_of::<Session>());

/// One thread's state.
pub(crate) struct Local {
    pub(crate) backends: [BackendLocal; 2],
    pub(crate) encoder: Option<Encoder>,
    pub(crate) objects: Objects,
    pub(crate) statics: Statics,
    /// Room to walk over values of statics.
    pub(crate) walk: Option<Walk>,
    /// Text on its way to the engine.
    pub(crate) message: Vec<u8>,
    /// Keys on their way into a PHP array.
    pub(crate) keys: Vec<Vec<u8>>,
    /// Figures on their way into an object.
    pub(crate) figures: Option<Figures>,
    pub(super) fibers: Fibers,
    pub(crate) numbering: Ours,
    /// Files that this request invalidated, by their resolved paths.
    pub(crate) invalidated: Vec<Vec<u8>>,
    /// From before a fork of this thread until after it, for each session.
    pub(super) promises: [Option<Promise>; 2],
    /// Which partition the sessions belong to (its number).
    partition: u32,
    /// The thread's end empties this.
    #[cfg(php_zts)]
    kept: bool,
}

impl BackendLocal {
    const fn new() -> Self {
        Self { memo: Memo::new(), used: false, session: None }
    }

    /// The session, made at the first use; `None` when the backend is unavailable.
    #[inline]
    pub(crate) fn session(&mut self, backend: Backend) -> Option<&mut Session> {
        if self.session.is_none() {
            self.open(backend);
        }
        self.used = true;
        self.session.as_mut()
    }

    #[cold]
    fn open(&mut self, backend: Backend) {
        let found = partition(|partition| partition.backends[backend as usize].segment.clone());
        self.session = found.flatten().map(Session::new);
    }

    /// The session, if there is one, and a key's hash in it.
    ///
    /// # Safety
    /// `key` is a live string.
    #[inline(always)]
    pub(crate) unsafe fn hashed(&mut self, key: *mut zend_string) -> Option<(&mut Session, KeyHash)> {
        let session = self.session.as_mut()?;
        // SAFETY: the caller's word; the memo is cleared whenever the session goes.
        let hash = unsafe { self.memo.hash(session, key) };
        Some((session, hash))
    }

    /// The session, if there is one.
    #[inline]
    pub(crate) fn open_session(&mut self) -> Option<&mut Session> {
        self.session.as_mut()
    }

    /// Where PHP finds what is fetched. Nowhere, without a session.
    pub(crate) fn view(&self) -> Range<usize> {
        self.session.as_ref().map_or(0..0, |session| session.segment().read_only_range())
    }

    /// Ends the request: nothing that it fetched is used any more.
    pub(super) fn end_request(&mut self) {
        self.used = false;
        self.memo.clear();
        if let Some(session) = &mut self.session {
            session.end_request();
        }
    }

    /// Gives up what was fetched so far; the request goes on. Nothing in shared memory was handed to PHP.
    pub(crate) fn quiesce(&mut self) {
        self.memo.clear();
        if let Some(session) = &mut self.session {
            session.quiesce();
        }
    }

    /// Gives the session up: its segment is about to go.
    pub(super) fn close(&mut self) {
        self.memo.clear();
        self.used = false;
        self.session = None;
    }
}

impl Local {
    const fn new() -> Self {
        Self {
            backends: [BackendLocal::new(), BackendLocal::new()],
            encoder: None,
            objects: Objects::new(),
            statics: Statics::new(),
            walk: None,
            message: Vec::new(),
            keys: Vec::new(),
            figures: None,
            fibers: Fibers::new(),
            numbering: Ours::new(),
            invalidated: Vec::new(),
            promises: [None, None],
            partition: 0,
            #[cfg(php_zts)]
            kept: false,
        }
    }

    /// A request begins: sessions with a partition that is gone (the module was shut down and started again while this
    /// thread lived on) are none.
    #[inline]
    pub(super) fn begin_request(&mut self) {
        self.numbering.forget();
        let current = partition_number();
        if self.partition != current {
            self.partition = current;
            self.close();
        }
    }

    /// Gives up whatever lasts longer than a request.
    pub(super) fn close(&mut self) {
        for backend in &mut self.backends {
            backend.close();
        }
        self.encoder = None;
        self.walk = None;
        self.statics.shut_down();
    }

    /// Drops what a call left here that did not come to its end.
    #[inline]
    pub(super) fn forget_unfinished(&mut self) {
        if !self.keys.is_empty() || self.figures.is_some() {
            self.drop_unfinished();
        }
    }

    /// Not inlined: every request's end would save the registers that this needs.
    #[cold]
    #[inline(never)]
    fn drop_unfinished(&mut self) {
        (self.keys, self.figures) = (Vec::new(), None);
    }
}

#[cfg(not(php_zts))]
mod place {
    use super::{Local, UnsafeCell};

    struct Place(UnsafeCell<Local>);

    // SAFETY: this PHP runs on one thread of the process.
    unsafe impl Sync for Place {}

    static LOCAL: Place = Place(UnsafeCell::new(Local::new()));

    #[inline(always)]
    pub(super) fn get() -> *mut Local {
        LOCAL.0.get()
    }
}

#[cfg(php_zts)]
mod place {
    use std::mem::ManuallyDrop;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::{Local, UnsafeCell};

    thread_local! {
        // Needs no dropping, so it has no states to tell apart: its address costs one call, and it is there to the thread's
        // very end, whatever else ends before.
        static LOCAL: UnsafeCell<ManuallyDrop<Local>> =
            const { UnsafeCell::new(ManuallyDrop::new(Local::new())) };
        static KEEPER: Keeper = const { Keeper };
    }

    #[inline(always)]
    pub(super) fn get() -> *mut Local {
        LOCAL.with(UnsafeCell::get).cast()
    }

    /// Empties the thread's state when the thread ends. A thread that ends without its destructors (the process ends, or a
    /// system call ended it) leaves its slots to the kernel, which lets go of their locks.
    struct Keeper;

    impl Drop for Keeper {
        fn drop(&mut self) {
            // SAFETY: the thread runs no PHP any more; `ManuallyDrop` has its content's layout.
            let local = unsafe { &mut *get() };
            // A panic would be a bug of ours; here it would end the process.
            let _ = catch_unwind(AssertUnwindSafe(|| *local = Local::new()));
        }
    }

    /// Makes sure that this thread's end empties its state.
    #[inline(always)]
    pub(super) fn keep() -> *mut Local {
        let local = get();
        // SAFETY: this thread's own, and nobody else looks meanwhile.
        let kept = unsafe { &mut (*local).kept };
        if !*kept {
            // At the thread's end there is nothing to keep any more.
            *kept = KEEPER.try_with(|_| ()).is_ok();
        }
        local
    }
}

/// As [`local`], before this thread puts anything into its state that needs dropping.
#[inline(always)]
pub(super) fn keep() -> *mut Local {
    #[cfg(php_zts)]
    return place::keep();
    #[cfg(not(php_zts))]
    local()
}

/// This thread's state. Whoever turns it into a reference makes sure that no other such reference is in use, in
/// particular none across a call that can run user code.
#[inline(always)]
pub(crate) fn local() -> *mut Local {
    place::get()
}
