//! Giving memory back within a request that goes on: what nothing in the process leads to any more.
//!
//! The core searches all of the process for addresses of what the request fetched. This is about what it need not look at: places
//! of ours, of the engine's stack and of its allocator, that hold addresses which nobody will use again.

use std::ops::Range;

use ext_php_rs::ffi::ext_php_rs_executor_globals;
use static_cache_core::release_unreferenced;

use super::local::Local;
use super::{Backend, local, stacks};
use crate::zend::allocator;

/// Searches, and gives up what was not found. True when the request keeps nothing of the caches any more.
///
/// # Safety
/// No reference to the thread's state is in use. Runs no user code and does not leave by a jump.
pub(crate) unsafe fn search() -> bool {
    // SAFETY: the caller's word; the globals are this thread's, and live while a handler runs.
    let (local, globals): (&mut Local, _) = unsafe { (&mut *local(), &*ext_php_rs_executor_globals()) };
    if is_in_small_fiber(globals) {
        return false;
    }
    local.objects.forget_addresses();
    local.statics.forget_addresses();
    // Between attempts: the next one plans anew.
    if let Some(encoder) = &mut local.encoder {
        encoder.forget_addresses();
    }
    if let Some(walk) = &mut local.walk {
        walk.forget_addresses();
    }
    let mut skip: Vec<Range<usize>> = Vec::with_capacity(5);
    for backend in &mut local.backends {
        backend.memo.wipe();
        if let Some(session) = backend.open_session() {
            skip.extend(session.segment().views());
        }
    }
    let [first, second] = &mut local.backends;
    release_unreferenced([first.open_session(), second.open_session()], || {
        // So far these are the segments' views.
        skip.extend(allocator::clear(&skip));
        // SAFETY: this thread's globals; a request runs.
        skip.extend(unsafe { stacks::free(globals) });
        skip
    })
}

/// The search needs some 30 KB of the stack, which a fiber's need not have (PHP 8.2 takes any `fiber.stack_size`).
fn is_in_small_fiber(globals: &ext_php_rs::ffi::_zend_executor_globals) -> bool {
    const LEAST: u64 = 64 << 10;
    globals.current_fiber_context != globals.main_fiber_context && (globals.fiber_stack_size as u64) < LEAST
}

/// Before a fetch, with no hit in hand (a search ends those whose value lies in the entry): searches if the request
/// holds back much memory, and has for a while.
///
/// # Safety
/// As for [`search`].
#[cold]
#[inline(never)]
pub(crate) unsafe fn consider(backend: Backend) {
    // SAFETY: the caller's word; the reference ends before the search.
    unsafe {
        let session = (*local()).backends[backend as usize].open_session();
        if session.is_some_and(static_cache_core::Session::needs_relief) {
            search();
        }
    }
}

/// After a store that found no memory: true when it is to be tried again, since the request held back some that nobody uses.
///
/// # Safety
/// As for [`search`].
#[cold]
#[inline(never)]
pub(crate) unsafe fn for_store(backend: Backend) -> bool {
    // SAFETY: the caller's word; the reference ends before the search.
    unsafe {
        let Some(session) = (*local()).backends[backend as usize].open_session() else { return false };
        if !session.needs_relief_for_store() {
            return false;
        }
        session.segment().forgive_store_failure();
        search();
        true
    }
}

/// `static_quiesce()`: true when the request keeps nothing any more. Searches for what may still be in use, unless the last search was
/// too short a time ago for what it took.
///
/// # Safety
/// As for [`search`].
pub(crate) unsafe fn quiesce() -> bool {
    // SAFETY: the caller's word; the reference ends before the search.
    unsafe {
        let backends = &mut (*local()).backends;
        let keeps = |backend: &mut super::BackendLocal| {
            backend.open_session().is_some_and(|session| session.keeps_payloads())
        };
        if !backends.iter_mut().any(keeps) {
            // Values that lie in shared memory were not handed out.
            backends.iter_mut().for_each(super::BackendLocal::quiesce);
            return true;
        }
        let may = |backend: &mut super::BackendLocal| {
            backend.open_session().is_none_or(|session| session.may_search())
        };
        backends.iter_mut().all(may) && search()
    }
}
