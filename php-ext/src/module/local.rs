//! What one thread has: its sessions, its memos, its buffers.

use std::cell::UnsafeCell;

use static_cache_core::{Session, Space};

use super::{Backend, partition};
use crate::encode::Encoder;
use crate::info::Figures;
use crate::memo::Memo;
use crate::objects::Objects;

/// One thread's use of one backend.
pub(crate) struct BackendLocal {
    pub(crate) memo: Memo,
    /// Whether this request used the session at all.
    pub(crate) used: bool,
    /// Whether PHP was handed something of this request's that lies in shared memory.
    pub(crate) lent: bool,
    /// Which partition the session belongs to (its number).
    number: u32,
    session: Option<Session>,
}

/// One thread's state.
pub(crate) struct Local {
    pub(crate) backends: [BackendLocal; 2],
    pub(crate) encoder: Option<Encoder>,
    pub(crate) objects: Objects,
    /// Text on its way to the engine.
    pub(crate) message: Vec<u8>,
    /// Keys on their way into a PHP array.
    pub(crate) keys: Vec<Vec<u8>>,
    /// Figures on their way into an object.
    pub(crate) figures: Option<Figures>,
    /// Files that this request invalidated, by their resolved paths.
    pub(crate) invalidated: Vec<Vec<u8>>,
}

impl BackendLocal {
    const fn new() -> Self {
        Self { memo: Memo::new(), used: false, lent: false, number: 0, session: None }
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
        let found =
            partition(|partition| (partition.number, partition.backends[backend as usize].segment.clone()));
        if let Some((number, Some(segment))) = found {
            self.number = number;
            self.session = Some(Session::new(segment));
        }
    }

    /// The session, if there is one.
    pub(super) fn open_session(&mut self) -> Option<&mut Session> {
        self.session.as_mut()
    }

    /// Ends the request: nothing that it fetched is used any more.
    pub(super) fn end_request(&mut self) {
        self.used = false;
        self.lent = false;
        self.memo.clear();
        if let Some(session) = &mut self.session {
            session.end_request();
        }
    }

    /// Gives up what was fetched so far; the request goes on. Nothing in shared memory was lent to PHP.
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

    /// Removes an entry that turned out to be unusable, unless there is another by now.
    pub(crate) fn drop_entry(&mut self, key: &[u8], hit: &static_cache_core::Hit) {
        if let Some(session) = &mut self.session {
            // SAFETY: fetched in this request.
            if unsafe { hit.is_current() } {
                let _ = session.delete(Space::Key, key);
            }
        }
    }
}

impl Local {
    const fn new() -> Self {
        Self {
            backends: [BackendLocal::new(), BackendLocal::new()],
            encoder: None,
            objects: Objects::new(),
            message: Vec::new(),
            keys: Vec::new(),
            figures: None,
            invalidated: Vec::new(),
        }
    }

    /// Drops what a call left here that did not come to its end.
    #[inline]
    pub(super) fn forget_unfinished(&mut self) {
        if !self.keys.is_empty() {
            self.keys = Vec::new();
        }
        self.figures = None;
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
    use super::{Local, UnsafeCell};

    thread_local! {
        static LOCAL: UnsafeCell<Local> = const { UnsafeCell::new(Local::new()) };
    }

    #[inline(always)]
    pub(super) fn get() -> *mut Local {
        LOCAL.with(UnsafeCell::get)
    }
}

/// This thread's state. Whoever turns it into a reference makes sure that no other such reference is in use, in
/// particular none across a call that can run user code.
#[inline(always)]
pub(crate) fn local() -> *mut Local {
    place::get()
}
