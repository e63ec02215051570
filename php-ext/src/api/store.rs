//! `*_store`, `*_add`.

use std::time::Duration;

use ext_php_rs::ffi::zval;
use static_cache_core::{Error, Mode, Session, Space, Stored};

use super::args::{Args, Parsed, check_value};
use super::table::guarded;
use crate::encode::{Encoder, Plan};
use crate::engine::{self, Frame};
use crate::module::{Backend, local, refusal};
use crate::{exception, messages};

/// What came of a store.
pub(super) enum Outcome {
    Stored,
    Present,
    Failed(String),
}

/// Stores one value. Calls nothing of the engine that can run user code or leave by a jump.
pub(super) fn store_value(
    backend: Backend,
    key: &[u8],
    value: *mut zval,
    ttl: Option<Duration>,
    mode: Mode,
) -> Outcome {
    // SAFETY: this thread's own; nothing below runs user code.
    let local = unsafe { &mut *local() };
    let Some(session) = local.backends[backend as usize].session(backend) else {
        return Outcome::Failed(refusal(backend));
    };
    let encoder = local.encoder.get_or_insert_with(Encoder::new);
    // SAFETY: a live argument of the running call.
    let value = unsafe { &*value };
    let plan = match encoder.plan(value) {
        Ok(plan) => plan,
        Err(why) => {
            session.segment().count_store_failure();
            return Outcome::Failed(messages::unstorable(backend, "$value", &why.path, &why.reason));
        }
    };
    let stored = if plan.len == 0 {
        session.store_inline(Space::Key, key, plan.tag, plan.bits, ttl, mode)
    } else {
        store_payload(session, encoder, key, value, plan, ttl, mode)
    };
    match stored {
        Ok(Stored::Stored) => Outcome::Stored,
        Ok(Stored::Present) => Outcome::Present,
        Err(error) => Outcome::Failed(messages::of_error(backend, key, &error)),
    }
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
    unsafe { guarded(out, || store_inner(Backend::of(B), Mode::Put, frame, out)) };
}

/// `add(…)`, with the parameters of `store`.
pub(super) unsafe extern "C" fn add<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe { guarded(out, || store_inner(Backend::of(B), Mode::Add, frame, out)) };
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
    // SAFETY: a live string.
    let outcome = store_value(backend, unsafe { engine::bytes(key) }, value, ttl, mode);
    // SAFETY: the call's own result.
    unsafe {
        match outcome {
            Outcome::Stored => engine::set_bool(out, true),
            Outcome::Present => engine::set_bool(out, false),
            Outcome::Failed(message) => exception::fail(out, throwing, message),
        }
    }
    Ok(())
}
