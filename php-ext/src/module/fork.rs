//! Forks (pcntl, `php -S` workers, FastCGI children; for PHP-FPM's see [`fpm`]): the child keeps the partition and, if the parent holds
//! fetched values, gets pins of its own for them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use static_cache_core::Promise;

use super::local;
use crate::sapi::fpm;

static REGISTER: Once = Once::new();

/// Registers the handlers, once per process: start-up may run several times, and each registration lasts.
pub(super) fn watch() {
    static_cache_core::watch_forks();
    // SAFETY: the handlers stay mapped: a library with thread-local destructors is never unloaded, and the module
    // asks for the same explicitly (see `start::stay_loaded`).
    REGISTER.call_once(|| unsafe {
        libc::pthread_atfork(Some(prepare), Some(in_parent), Some(in_child));
    });
}

fn each(act: impl FnMut(&mut static_cache_core::Session, &mut Option<Promise>)) {
    // A panic would be a bug of ours; in a fork handler it would end the process.
    let _ = catch_unwind(AssertUnwindSafe(|| each_open(act)));
}

fn each_open(mut act: impl FnMut(&mut static_cache_core::Session, &mut Option<Promise>)) {
    // SAFETY: the handlers run on the forking thread, outside of any use of its state: no function of ours forks
    // while it has a reference to it.
    let local = unsafe { &mut *local() };
    for (backend, promise) in local.backends.iter_mut().zip(&mut local.promises) {
        if let Some(session) = backend.open_session() {
            act(session, promise);
        }
    }
}

extern "C" fn prepare() {
    // A panic must not unwind into the C library; what it leaves is a worker without a cache.
    let _ = catch_unwind(fpm::before_fork);
    each(|session, promise| *promise = session.before_fork());
}

extern "C" fn in_parent() {
    each(|session, promise| {
        if let Some(promise) = promise.take() {
            session.after_fork_in_parent(promise);
        }
    });
}

extern "C" fn in_child() {
    let _ = catch_unwind(fpm::in_child);
    each(|session, promise| {
        if let Some(promise) = promise.take() {
            session.after_fork_in_child(promise);
        }
    });
}
