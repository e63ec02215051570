//! `*_store_array`, `*_fetch_array`, `*_delete_array`.

use ext_php_rs::ffi::{_zend_new_array, zend_hash_index_update, zend_hash_update, zval};
use ext_php_rs::types::ZendHashTable;
use static_cache_core::{Draft, Space};

use super::args::{Args, ElementKey, Parsed, elements, of_element, requested};
use super::fetch::{Looked, look_up, write_default};
use super::remove::delete_both;
use super::table::{fenced, guarded};
use crate::encode::Encoder;
use crate::engine::{self, Frame};
use crate::module::{Backend, local, refusal};
use crate::payload::place_of;
use crate::zend::live::Array;
use crate::{exception, messages};

/// `store_array(array $values, [int $ttl = 0,] bool $throw_on_error = false): bool`
pub(super) unsafe extern "C" fn store_array<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe { guarded(out, || store_array_inner(Backend::of(B), frame, out)) };
}

unsafe fn store_array_inner(backend: Backend, frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    let has_ttl = backend == Backend::Volatile;
    // SAFETY: the running call's frame.
    let args = unsafe { Args::new(frame, 1, if has_ttl { 3 } else { 2 })? };
    let values = args.array(0)?;
    let (ttl, throwing) = if has_ttl { (args.seconds(1)?, args.flag(2)?) } else { (None, args.flag(1)?) };
    for (key, number, _) in elements(values) {
        of_element(key, number, 0)?;
    }
    let outcome = store_all(backend, values, ttl);
    // SAFETY: the call's own result.
    unsafe {
        match outcome {
            Ok(()) => engine::set_bool(out, true),
            Err(message) => exception::fail(out, throwing, message),
        }
    }
    Ok(())
}

/// All or nothing. Calls nothing of the engine that can run user code or leave by a jump.
fn store_all(backend: Backend, values: &Array, ttl: Option<std::time::Duration>) -> Result<(), String> {
    // SAFETY: this thread's own; nothing below runs user code.
    let local = unsafe { &mut *local() };
    let Some(session) = local.backends[backend as usize].session(backend) else {
        return Err(refusal(backend));
    };
    let encoder = local.encoder.get_or_insert_with(Encoder::new);
    let mut drafts: Vec<Draft> = Vec::with_capacity(values.count as usize);
    for (key, number, value) in elements(values) {
        let Ok(key) = of_element(key, number, 0) else { continue };
        // SAFETY: a live element of the argument; same layout.
        let value = unsafe { &*std::ptr::from_ref(value).cast::<zval>() };
        let plan = encoder.plan(value).map_err(|why| {
            session.segment().count_store_failure();
            let root = match &key {
                ElementKey::Text(_, bytes) => format!("$values['{}']", messages::shown(bytes)),
                ElementKey::Int(number, _) => format!("$values[{number}]"),
            };
            messages::unstorable(backend, &root, &why.path, &why.reason)
        })?;
        let draft = session.prepare(Space::Key, key.bytes(), plan.tag, plan.bits, plan.len, ttl);
        let mut draft = draft.map_err(|error| messages::of_error(backend, key.bytes(), &error))?;
        let address = draft.payload_address();
        // SAFETY: nothing has touched the value since `plan`; the address is where readers see the draft.
        unsafe { encoder.write(value, plan, draft.payload_mut(), address) };
        drafts.push(draft);
    }
    session.commit_all(drafts).map_err(|(error, draft)| {
        messages::of_error(backend, draft.as_ref().map_or(b"", |draft| draft.key()), &error)
    })
}

/// `fetch_array(array $keys, ?array $default = null, bool $throw_on_error = false): array`
pub(super) unsafe extern "C" fn fetch_array<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    let _ = unsafe { fetch_array_inner(Backend::of(B), frame, out) };
}

/// Allocates from the engine, which may leave by a jump: nothing here needs dropping.
unsafe fn fetch_array_inner(backend: Backend, frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    // SAFETY: the running call's frame.
    let args = unsafe { Args::new(frame, 1, 3)? };
    let keys = args.array(0)?;
    let default = args.nullable_array(1)?;
    let throwing = args.flag(2)?;
    for (_, _, key) in elements(keys) {
        requested(key, 0)?;
    }
    // SAFETY: the call's own result; an array that is not finished is freed with it or with the request.
    unsafe {
        let result = _zend_new_array(keys.count).cast::<ZendHashTable>();
        engine::set_array(out, result);
        let mut unavailable = false;
        for (_, _, key) in elements(keys) {
            let Ok(key) = requested(key, 0) else { continue };
            let mut value = std::mem::MaybeUninit::<zval>::uninit();
            engine::set_null(value.as_mut_ptr());
            let looked = match &key {
                ElementKey::Text(string, _) => look_up(backend, *string, value.as_mut_ptr()),
                ElementKey::Int(..) => look_up_bytes(backend, key.bytes(), value.as_mut_ptr()),
            };
            if looked != Looked::Hit {
                unavailable |= looked == Looked::Unavailable;
                write_default(value.as_mut_ptr(), default);
            }
            insert(result, &key, value.as_mut_ptr());
        }
        if throwing && (unavailable || keys.count == 0) && is_unavailable(backend) {
            exception::throw(refusal(backend));
        }
    }
    Ok(())
}

fn is_unavailable(backend: Backend) -> bool {
    // SAFETY: this thread's own; no user code runs.
    unsafe { (*local()).backends[backend as usize].session(backend).is_none() }
}

/// A look-up of a key that is no PHP string.
unsafe fn look_up_bytes(backend: Backend, key: &[u8], out: *mut zval) -> Looked {
    // SAFETY: this thread's own; no user code runs.
    let state = unsafe { &mut (*local()).backends[backend as usize] };
    let Some(session) = state.session(backend) else { return Looked::Unavailable };
    let Some(hit) = fenced(|| session.fetch(Space::Key, key)) else { return Looked::Miss };
    state.lent |= hit.payload_len() != 0;
    // SAFETY: pinned; the caller's `out`.
    unsafe { crate::decode::decode(hit.tag(), hit.bits(), place_of(&hit), out) };
    Looked::Hit
}

/// Puts a value under a key, as `$result[$key] = …` does: decimal strings become ints.
unsafe fn insert(result: *mut ZendHashTable, key: &ElementKey<'_>, value: *mut zval) {
    let mut index = 0;
    // SAFETY: a live array that is ours alone, a live key, a value that is moved in.
    unsafe {
        match key {
            ElementKey::Int(number, _) => {
                zend_hash_index_update(result, *number as u64, value);
            }
            ElementKey::Text(_, bytes) if is_numeric(bytes, &mut index) => {
                zend_hash_index_update(result, index, value);
            }
            ElementKey::Text(string, _) => {
                zend_hash_update(result, *string, value);
            }
        }
    }
}

fn is_numeric(bytes: &[u8], index: &mut u64) -> bool {
    let may_be = bytes.first().is_some_and(|first| first.is_ascii_digit() || *first == b'-');
    // SAFETY: pointer and length belong together.
    may_be && unsafe { engine::_zend_handle_numeric_str_ex(bytes.as_ptr().cast(), bytes.len(), index) }
}

/// `delete_array(array $keys, bool $throw_on_error = false): bool`
pub(super) unsafe extern "C" fn delete_array<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe { guarded(out, || delete_array_inner(Backend::of(B), frame, out)) };
}

unsafe fn delete_array_inner(backend: Backend, frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    // SAFETY: the running call's frame.
    let args = unsafe { Args::new(frame, 1, 2)? };
    let keys = args.array(0)?;
    let throwing = args.flag(1)?;
    for (_, _, key) in elements(keys) {
        requested(key, 0)?;
    }
    let mut failure = is_unavailable(backend).then(|| refusal(backend));
    for (_, _, key) in elements(keys) {
        let Ok(key) = requested(key, 0) else { continue };
        if let Err(message) = delete_both(backend, key.bytes()) {
            failure.get_or_insert(message);
        }
    }
    // SAFETY: the call's own result.
    unsafe {
        match failure {
            None => engine::set_bool(out, true),
            Some(message) => exception::fail(out, throwing, message),
        }
    }
    Ok(())
}
