//! Storing what may have objects: attempts that run no user code, and asking the objects in between.

use static_cache_core::Error;

use super::gather::{Stop, gather};
use super::harvest::Harvest;
use super::{begin_harvest, release_harvests};
use crate::encode::Unstorable;
use crate::messages;
use crate::module::{Backend, relief};
use crate::zend::live::Slot;

/// Why nothing was stored.
pub(crate) enum Failure {
    Message(String),
    /// User code threw.
    Thrown,
}

/// Why one attempt came to nothing.
pub(crate) enum Attempt<Which = ()> {
    Message(String),
    /// There is no memory, says the message; a request that gives back what nobody uses may find some.
    Full(String),
    /// Objects have to be asked first: the value's, or of this one among several.
    Gather(Which),
}

impl<Which> Attempt<Which> {
    /// What the core says to storing `key`.
    pub(crate) fn failed(backend: Backend, key: &[u8], error: &Error) -> Self {
        Self::failed_shown(backend, &messages::shown(key), error)
    }

    /// The same of a key as messages show it.
    pub(crate) fn failed_shown(backend: Backend, key: &str, error: &Error) -> Self {
        let message = messages::of_error_shown(backend, key, error);
        if matches!(error, Error::NoMemory { .. }) { Self::Full(message) } else { Self::Message(message) }
    }
}

/// Attempts to store a value, and asks its objects whenever an attempt wants that. `refuse` says why the value cannot be stored.
///
/// # Safety
/// `value` lives through the call. Runs user code and may leave by a jump: no Rust value of the caller's needs dropping (the
/// closures' included), and no reference to the thread's state lives. `attempt` runs no user code.
#[inline(always)]
pub(crate) unsafe fn store_asking<T: Copy>(
    backend: Backend,
    value: *const Slot,
    mut attempt: impl FnMut(Option<&Harvest>) -> Result<T, Attempt>,
    refuse: impl Fn(&Unstorable) -> String,
) -> Result<T, Failure> {
    let mut harvest: *mut Harvest = std::ptr::null_mut();
    let mut relieved = false;
    // SAFETY: the caller's word; the harvest is ours until it is ended.
    unsafe {
        loop {
            let outcome = match attempt(harvest.as_ref()) {
                Ok(done) => Ok(done),
                Err(Attempt::Full(_)) if !relieved && relief::for_store(backend) => {
                    relieved = true;
                    continue;
                }
                Err(Attempt::Message(message) | Attempt::Full(message)) => Err(Failure::Message(message)),
                Err(Attempt::Gather(())) => {
                    if harvest.is_null() {
                        harvest = begin_harvest();
                    }
                    match gather(harvest, value) {
                        Ok(()) => continue,
                        Err(Stop::Thrown | Stop::Refused) => Err(Failure::Thrown),
                        Err(Stop::Unstorable(why)) => Err(Failure::Message(refuse(&why))),
                    }
                }
            };
            return if harvest.is_null() { outcome } else { end_harvests(harvest, outcome) };
        }
    }
}

/// Ends harvests, during which destructors may run, with the outcome in safety.
///
/// # Safety
/// As for [`release_harvests`].
pub(crate) unsafe fn end_harvests<T: Copy>(
    first: *mut Harvest,
    outcome: Result<T, Failure>,
) -> Result<T, Failure> {
    if first.is_null() {
        return outcome;
    }
    // SAFETY: the caller's word.
    unsafe {
        let done = match outcome {
            Ok(done) => Some(done),
            Err(Failure::Message(message)) => {
                (*first).failure = Some(message);
                None
            }
            Err(Failure::Thrown) => None,
        };
        let failure = release_harvests(first);
        done.ok_or_else(|| failure.map_or(Failure::Thrown, Failure::Message))
    }
}
