//! `*_store`, `*_add`.

use std::time::Duration;

use ext_php_rs::ffi::zval;
use static_cache_core::{Error, Mode, Session, Space, Stored};

use super::args::{Args, Parsed, check_value};
use super::table::fenced_or;
use crate::encode::{Encoder, Plan, Refusal, Simple, Unstorable};
use crate::engine::{self, Frame};
use crate::module::{Backend, local, refusal, relief};
use crate::objects::asking::{Attempt, Failure, store_asking};
use crate::objects::harvest::Harvest;
use crate::payload::TAG_STRING;
use crate::{exception, messages};

/// Stores one value. Runs user code if it has objects with methods for that: then no Rust value of the caller's needs
/// dropping, and no reference to the thread's state lives.
///
/// # Safety
/// `value` and `key` live through the call.
pub(super) unsafe fn store_value(
    backend: Backend,
    key: &[u8],
    value: *mut zval,
    ttl: Option<Duration>,
    mode: Mode,
) -> Result<Stored, Failure> {
    // SAFETY: the caller's word; nothing in the closures needs dropping.
    unsafe {
        // Before anything is asked, refused, or makes room.
        if mode != Mode::Put
            && let Some(outcome) = forbidden(backend, key, mode)
        {
            return outcome;
        }
        if let Some(simple) = Simple::of(&*value)
            && let Some(outcome) = store_simple(backend, key, simple, ttl, mode)
        {
            return outcome;
        }
        let once = |harvest: Option<&Harvest>| attempt(backend, key, value, ttl, mode, harvest);
        store_asking(backend, engine::slot(value), once, |why| refuse_under(backend, key, why))
    }
}

/// What forbids to store as things are now, or keeps from finding that out.
#[cold]
fn forbidden(backend: Backend, key: &[u8], mode: Mode) -> Option<Result<Stored, Failure>> {
    // SAFETY: this thread's own; nothing below runs user code.
    let session = unsafe { (*local()).backends[backend as usize].session(backend)? };
    let found = fenced_or(
        || match mode {
            Mode::Put => Ok(None),
            Mode::Add => Ok(session.exists(Space::Key, key).then_some(Stored::Present)),
            Mode::IfHeld(held) => Ok((!session.holds(key, held)?).then_some(Stored::Lost)),
        },
        || Ok(None),
    );
    match found {
        Ok(stored) => stored.map(Ok),
        // The store would wait for the same lock, once more.
        Err(error) => {
            session.segment().count_store_failure();
            Some(Err(Failure::Message(messages::of_error(backend, key, &error))))
        }
    }
}

/// Stores what needs no plan. `None` if that is to be tried as for any other value: nothing was done.
///
/// # Safety
/// No reference to the thread's state lives.
#[inline(always)]
unsafe fn store_simple(
    backend: Backend,
    key: &[u8],
    simple: Simple<'_>,
    ttl: Option<Duration>,
    mode: Mode,
) -> Option<Result<Stored, Failure>> {
    // SAFETY: this thread's own; nothing below runs user code.
    let session = unsafe { (*local()).backends[backend as usize].session(backend)? };
    let store = || {
        Some(match simple {
            Simple::Inline(tag, bits) => session.store_inline(Space::Key, key, tag, bits, ttl, mode),
            Simple::Text(text) => {
                let len = Simple::payload_len(text);
                session.store_with(Space::Key, key, TAG_STRING, 0, len, ttl, mode, |payload, address| {
                    Simple::write(text, payload, address);
                })
            }
        })
    };
    Some(match fenced_or(store, || None) {
        Some(Ok(stored)) => Ok(stored),
        // SAFETY: the session's reference is not used any more.
        Some(Err(Error::NoMemory { .. })) if unsafe { relief::for_store(backend) } => return None,
        Some(Err(error)) => Err(Failure::Message(messages::of_error(backend, key, &error))),
        None => Err(Failure::Message(internal_error(backend))),
    })
}

fn internal_error(backend: Backend) -> String {
    format!("{} cache: internal error; nothing was stored", backend.name())
}

/// Counts a value that cannot be stored, and says why.
pub(super) fn refuse(backend: Backend, root: &str, why: &Unstorable) -> String {
    // SAFETY: this thread's own; nothing below runs user code.
    if let Some(session) = unsafe { &mut (*local()).backends[backend as usize] }.session(backend) {
        session.segment().count_store_failure();
    }
    messages::unstorable(backend, root, &why.path, &why.reason)
}

/// The same of a single value, which does not tell the key.
#[cold]
fn refuse_under(backend: Backend, key: &[u8], why: &Unstorable) -> String {
    messages::with_key(refuse(backend, "$value", why), key)
}

/// One attempt, without user code.
///
/// # Safety
/// A live value, and what was gathered of it.
#[inline(always)]
unsafe fn attempt(
    backend: Backend,
    key: &[u8],
    value: *mut zval,
    ttl: Option<Duration>,
    mode: Mode,
    harvest: Option<&Harvest>,
) -> Result<Stored, Attempt> {
    // SAFETY: the caller's word.
    let body = || unsafe { attempt_unguarded(backend, key, value, ttl, mode, harvest) };
    fenced_or(body, || Err(Attempt::Message(internal_error(backend))))
}

/// # Safety
/// As for [`attempt`].
#[inline(always)]
unsafe fn attempt_unguarded(
    backend: Backend,
    key: &[u8],
    value: *mut zval,
    ttl: Option<Duration>,
    mode: Mode,
    harvest: Option<&Harvest>,
) -> Result<Stored, Attempt> {
    // SAFETY: this thread's own; nothing below runs user code.
    let (state, encoder) = unsafe {
        let local = local();
        (&mut (*local).backends[backend as usize], (*local).encoder.get_or_insert_with(Encoder::new))
    };
    let Some(session) = state.session(backend) else {
        return Err(Attempt::Message(refusal(backend)));
    };
    // SAFETY: a live argument of the running call.
    let value = unsafe { &*value };
    let plan = match encoder.plan(value, harvest) {
        Ok(plan) => plan,
        Err(Refusal::Gather) => return Err(Attempt::Gather(())),
        Err(Refusal::Unstorable(why)) => {
            return Err(Attempt::Message(refuse_under(backend, key, &why)));
        }
    };
    let stored = if plan.len == 0 {
        session.store_inline(Space::Key, key, plan.tag, plan.bits, ttl, mode)
    } else {
        store_payload(session, encoder, key, value, plan, ttl, mode)
    };
    stored.map_err(|error| {
        encoder.abandon();
        Attempt::failed(backend, key, &error)
    })
}

fn store_payload(
    session: &mut Session,
    encoder: &mut Encoder,
    key: &[u8],
    value: &zval,
    plan: Plan,
    ttl: Option<Duration>,
    mode: Mode,
) -> Result<Stored, Error> {
    session.store_with(Space::Key, key, plan.tag, plan.bits, plan.len, ttl, mode, |payload, address| {
        // SAFETY: nothing has touched the value since `plan`; the address is where readers see the payload.
        unsafe { encoder.write(value, plan, payload, address) };
    })
}

/// `store(string $key, mixed $value, [int $ttl = 0,] bool $throw_on_error = false): bool`
pub(super) unsafe extern "C" fn store<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    let _ = unsafe { store_inner(Backend::of(B), Mode::Put, frame, out) };
}

/// `add(…)`, with the parameters of `store`.
pub(super) unsafe extern "C" fn add<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    let _ = unsafe { store_inner(Backend::of(B), Mode::Add, frame, out) };
}

unsafe fn store_inner(backend: Backend, mode: Mode, frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    let has_ttl = backend == Backend::Volatile;
    // SAFETY: the running call's frame.
    let args = unsafe { Args::new(frame, 2, if has_ttl { 4 } else { 3 })? };
    let key = args.key(0)?;
    let Some(value) = args.get(1) else { return Ok(()) };
    // SAFETY: a live argument.
    check_value(unsafe { engine::slot(value) }, 1)?;
    let (ttl, throwing) = if has_ttl { (args.seconds(2)?, args.flag(3)?) } else { (None, args.flag(2)?) };
    // SAFETY: the frame holds key and value.
    let outcome = unsafe { store_value(backend, engine::bytes(key), value, ttl, mode) };
    // SAFETY: the call's own result.
    unsafe {
        match outcome {
            Ok(stored) => engine::set_bool(out, stored == Stored::Stored),
            Err(Failure::Thrown) => engine::set_bool(out, false),
            Err(Failure::Message(message)) => exception::fail(out, throwing, message),
        }
    }
    Ok(())
}
