//! OPcache's restarts, where PHP tells of them (8.4 and later).
//!
//! A restart that somebody asked for clears the caches, however they asked. One that OPcache decides on because its own
//! memory is full does not: what the caches hold was copied and needs nothing of OPcache's, and pinned entries
//! never go by themselves. (Before 8.4 nobody is told of those either.)

use std::cell::{Cell, RefCell};
use std::ffi::c_int;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::clear;
use crate::module::Backend;

/// `ACCEL_RESTART_USER`.
const ASKED_FOR: c_int = 2;

type Hook = unsafe extern "C" fn(c_int);

static PREVIOUS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static TRIED: Cell<u32> = const { Cell::new(0) };
    static FAILURES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// How often this thread was to clear the caches because of a restart.
pub(super) fn tried() -> u32 {
    TRIED.get()
}

/// One more reason why it could not the last time. Whoever asks for a restart otherwise than by the function cannot be told.
pub(super) fn next_failure() -> Option<String> {
    FAILURES.with_borrow_mut(Vec::pop)
}

/// Puts our hook in front, where there is such a thing.
pub(super) fn install() {
    let Some(place) = place() else { return };
    // SAFETY: the engine's variable; start-up is on one thread.
    unsafe {
        let previous = *place;
        if previous.is_some_and(|previous| previous as usize == restarting as *const () as usize) {
            return;
        }
        PREVIOUS.store(previous.map_or(0, |previous| previous as usize), Ordering::Release);
        *place = Some(restarting);
    }
}

/// At module shutdown: the engine keeps the hook, but what was there before us may be a module's that is unloaded now.
pub(super) fn stop() {
    let previous = PREVIOUS.swap(0, Ordering::AcqRel);
    let Some(place) = place() else { return };
    // SAFETY: the engine's variable, on one thread; what is put back was there.
    unsafe {
        if (*place).is_some_and(|now| now as usize == restarting as *const () as usize) {
            *place = std::mem::transmute::<usize, Option<Hook>>(previous);
        }
    }
}

/// The engine's variable for the hook, where it has one.
fn place() -> Option<*mut Option<Hook>> {
    // SAFETY: only looks the symbol up, whose type is the engine's.
    let place = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"zend_accel_schedule_restart_hook".as_ptr()) };
    (!place.is_null()).then_some(place.cast())
}

unsafe extern "C" fn restarting(reason: c_int) {
    if reason == ASKED_FOR {
        let failures = std::panic::catch_unwind(|| {
            Backend::ALL.iter().rev().filter_map(|backend| clear(*backend).err()).collect()
        });
        if let Ok(failures) = failures {
            FAILURES.set(failures);
            TRIED.set(TRIED.get().wrapping_add(1));
        }
    }
    let previous = PREVIOUS.load(Ordering::Acquire);
    if previous != 0 {
        // SAFETY: it was a hook of that type.
        unsafe { std::mem::transmute::<usize, Hook>(previous)(reason) };
    }
}
