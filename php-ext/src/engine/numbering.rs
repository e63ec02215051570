//! The numbers by which `serialize()` and `unserialize()` know values that they have met.
//!
//! Calls within one another share them: that of a `Serializable`'s method goes on with those of the call that called it. Not so within
//! other methods and autoloaders: while these run, PHP holds a lock, and each call has numbers of its own. What the cache calls in
//! PHP's place is called as PHP calls it, and may be called from within such a `Serializable`.

use std::ffi::c_void;
use std::mem::offset_of;

use ext_php_rs::ffi::{zend_class_entry, zend_fiber_context};

use crate::module::local;
use crate::zend::constants as c;

/// Of `php_basic_globals`. PHP clears it when a request begins, so nothing has to be put back where a jump ends one.
#[repr(C)]
#[derive(Clone, Copy)]
struct Numbering {
    lock: u32,
    serialize: Level,
    unserialize: Level,
}

/// How deep calls are within one another that share numbers, and these.
#[repr(C)]
#[derive(Clone, Copy)]
struct Level {
    data: *mut c_void,
    level: u32,
}

const _: () = {
    assert!(offset_of!(Numbering, serialize) == c::NUMBERING_SERIALIZE);
    assert!(offset_of!(Numbering, unserialize) == c::NUMBERING_UNSERIALIZE);
    assert!(offset_of!(Level, data) == 0 && offset_of!(Level, level) == c::NUMBERING_LEVEL);
};

unsafe extern "C" {
    /// Of the first or only of these structures, only the address is used.
    #[cfg(not(php_zts))]
    static mut basic_globals: c_void;
    #[cfg(php_zts)]
    static basic_globals_id: std::ffi::c_int;
    #[cfg(php_zts)]
    fn tsrm_get_ls_cache() -> *mut *mut *mut c_void;
    static zend_ce_fiber: *mut zend_class_entry;
    fn zend_observer_fiber_switch_register(
        callback: unsafe extern "C" fn(*mut zend_fiber_context, *mut zend_fiber_context),
    );
}

/// This thread's.
fn numbering() -> *mut Numbering {
    // SAFETY: `ext/standard` is part of every PHP, and its globals are there while a request runs. A thread's cache begins with a pointer to
    // the table of its structures, which are numbered from 1 on.
    unsafe {
        #[cfg(not(php_zts))]
        let globals = &raw mut basic_globals;
        #[cfg(php_zts)]
        let globals = *(*tsrm_get_ls_cache()).add(basic_globals_id as usize - 1);
        globals.byte_add(c::BASIC_NUMBERING).cast()
    }
}

/// What calls of ours have done to the numbering: those of the running fiber, and of others that have not come to an end. (The lock that PHP
/// takes stays where a fiber is suspended, and calls that begin with it and end without, or the other way round, free what is still in use.)
pub(crate) struct Ours {
    now: Taken,
    others: Vec<Other>,
}

#[derive(Clone, Copy)]
struct Taken {
    /// Locks, but for those on what [`apart`] has begun.
    locks: u32,
    /// While there is one [`apart`], what the outermost has put aside; what it has begun, while another fiber runs.
    aside: Option<Numbering>,
}

/// A fiber that has called another one, or is suspended: then its locks are lifted.
struct Other {
    context: *mut zend_fiber_context,
    taken: Taken,
    is_suspended: bool,
}

impl Ours {
    pub(crate) const fn new() -> Self {
        Ours { now: Taken::NOTHING, others: Vec::new() }
    }

    /// A request begins. Calls of the last one may have been left by a jump.
    #[inline]
    pub(crate) fn forget(&mut self) {
        self.now = Taken::NOTHING;
        self.others.clear();
    }
}

impl Taken {
    const NOTHING: Taken = Taken { locks: 0, aside: None };

    /// Takes it back: the numbering is what it would be without. Of locks only if `locks` says so.
    fn lift(self, numbering: &mut Numbering, locks: bool) -> Taken {
        let aside = self.aside.map(|aside| std::mem::replace(numbering, aside));
        if locks {
            numbering.lock = numbering.lock.wrapping_sub(self.locks);
        }
        Taken { aside, ..self }
    }

    /// Takes again what was lifted.
    fn put_back(self, numbering: &mut Numbering, locks: bool) -> Taken {
        if locks {
            numbering.lock = numbering.lock.wrapping_add(self.locks);
        }
        let aside = self.aside.map(|begun| std::mem::replace(numbering, begun));
        Taken { aside, ..self }
    }
}

/// At module start-up.
pub(crate) fn observe_fibers() {
    // SAFETY: module start-up; the engine forgets its observers at shutdown.
    unsafe { zend_observer_fiber_switch_register(switched) };
}

/// The locks that a fiber has taken are for what it calls, other fibers included, and not for who goes on when it is suspended. What it
/// has put aside comes back for every other fiber: a call of PHP's own that begins there may end elsewhere, and must have counted in the same
/// numbering.
unsafe extern "C" fn switched(from: *mut zend_fiber_context, to: *mut zend_fiber_context) {
    // SAFETY: this thread's own, live contexts; nothing here runs user code.
    unsafe {
        let (numbering, ours) = (&mut *numbering(), &mut (*local()).numbering);
        if ours.now.locks != 0 || ours.now.aside.is_some() {
            let taken = std::mem::replace(&mut ours.now, Taken::NOTHING);
            let is_suspended = is_suspended(from);
            let taken = taken.lift(numbering, is_suspended);
            ours.others.push(Other { context: from, taken, is_suspended });
        }
        if let Some(place) = ours.others.iter().position(|other| other.context == to) {
            let Other { taken, is_suspended, .. } = ours.others.swap_remove(place);
            ours.now = taken.put_back(numbering, is_suspended);
        }
    }
}

/// Whether a context is being left for the one that has called it. The engine has forgotten that by then.
///
/// # Safety
/// A live context, which is about to be left.
unsafe fn is_suspended(context: *mut zend_fiber_context) -> bool {
    // SAFETY: the caller's word. A context of the engine's own fibers says so, and is within one.
    unsafe {
        let is_fiber =
            context.byte_add(c::FIBER_KIND).cast::<*const zend_class_entry>().read() == zend_ce_fiber;
        let caller = context.byte_sub(c::FIBER_CONTEXT).byte_add(c::FIBER_CALLER);
        is_fiber && caller.cast::<*const zend_fiber_context>().read().is_null()
    }
}

/// Runs what `serialize()` or `unserialize()` would run under their lock.
#[inline]
pub(crate) fn locked<T>(body: impl FnOnce() -> T) -> T {
    lock(1);
    let result = body();
    lock(1_u32.wrapping_neg());
    result
}

/// As many locks more.
fn lock(more: u32) {
    let numbering = numbering();
    // SAFETY: this thread's own; no user code runs here.
    unsafe {
        (*numbering).lock = (*numbering).lock.wrapping_add(more);
        let now = &mut (*local()).numbering.now;
        if now.aside.is_none() {
            now.locks = now.locks.wrapping_add(more);
        }
    }
}

/// Runs a `Serializable`'s method. PHP's own calls of it share numbers with the call that they are made in; one of the cache's is in none,
/// so a text that is made does not depend on where a value is stored, nor one that is read on where it is fetched.
#[inline]
pub(crate) fn apart<T>(body: impl FnOnce() -> T) -> T {
    // SAFETY: this thread's own.
    let before = unsafe { *numbering() };
    if before.lock == 0 && before.serialize.level == 0 && before.unserialize.level == 0 {
        return body();
    }
    let is_outermost = begin_apart(before);
    let result = body();
    end_apart(before, is_outermost);
    result
}

#[cold]
fn begin_apart(before: Numbering) -> bool {
    const NONE: Level = Level { data: std::ptr::null_mut(), level: 0 };
    // SAFETY: this thread's own; no user code runs here.
    unsafe {
        *numbering() = Numbering { lock: 0, serialize: NONE, unserialize: NONE };
        let aside = &mut (*local()).numbering.now.aside;
        let is_outermost = aside.is_none();
        aside.get_or_insert(before);
        is_outermost
    }
}

#[cold]
fn end_apart(before: Numbering, is_outermost: bool) {
    // SAFETY: as above.
    unsafe {
        // What others have done meanwhile, while the fiber was suspended, is only in what was put aside.
        let aside = if is_outermost { (*local()).numbering.now.aside.take() } else { None };
        *numbering() = aside.unwrap_or(before);
    }
}
