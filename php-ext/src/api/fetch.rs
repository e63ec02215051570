//! `*_fetch`, `*_exists`.

use std::convert::Infallible;

use ext_php_rs::ffi::{zend_string, zval};
use static_cache_core::{Hit, KeyHash, Session, Space};

use super::args::{Args, Parsed, is_key, only_string};
use super::table::{fenced, guarded};
use crate::decode::Unusable;
use crate::engine::{self, Frame};
use crate::memo::Remembered;
use crate::module::{Backend, BackendLocal, local, refusal, relief};
use crate::payload::place_of;
use crate::{decode, exception};

/// What a look-up found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Looked<Left = Infallible> {
    Hit,
    Miss,
    Unavailable,
    /// User code that was to make the value threw.
    Thrown,
    /// There, but the value is left for the caller to make: only by a [`Making`] that does so.
    Unmade(Left),
}

/// Makes the values of hits, or leaves some.
pub(super) trait Making: Copy {
    /// What is said of those.
    type Left;

    /// # Safety
    /// As for [`make`].
    unsafe fn make(self, backend: Backend, hit: Hit, out: *mut zval) -> Looked<Self::Left>;
}

/// Makes all of them.
#[derive(Clone, Copy)]
pub(super) struct AtOnce;

impl Making for AtOnce {
    type Left = Infallible;

    #[inline(always)]
    unsafe fn make(self, backend: Backend, hit: Hit, out: *mut zval) -> Looked {
        // SAFETY: the caller's word.
        unsafe { make(backend, hit, out) }
    }
}

/// Looks `key` up, first among what this request has fetched already.
///
/// # Safety
/// `key` is a live string, `out` may be overwritten. May leave by a jump (memory limit) where a value has to be
/// built, and run user code where it has objects: no Rust value of the caller's needs dropping, and no reference to the
/// thread's state lives.
#[inline(always)]
pub(super) unsafe fn look_up(backend: Backend, key: *mut zend_string, out: *mut zval) -> Looked {
    // SAFETY: the caller's word.
    unsafe { look_up_making(backend, key, out, AtOnce) }
}

/// The same with another way to make values.
///
/// # Safety
/// As for [`look_up`], as far as values are made.
#[inline(always)]
pub(super) unsafe fn look_up_making<M: Making>(
    backend: Backend,
    key: *mut zend_string,
    out: *mut zval,
    making: M,
) -> Looked<M::Left> {
    // SAFETY: the caller's word; the memo is emptied whenever pins end. The reference to the thread's own state ends before
    // a value is made.
    unsafe {
        // With threads, finding the state takes a call: it is found once.
        let place: *mut BackendLocal = &raw mut (*local()).backends[backend as usize];
        take(place, backend, key, (*place).memo.fetch(key, out), out, making)
    }
}

/// Goes on with what the memo said.
///
/// # Safety
/// As for [`look_up`]; `place` is this thread's state of the backend.
#[inline(always)]
unsafe fn take<M: Making>(
    place: *mut BackendLocal,
    backend: Backend,
    key: *mut zend_string,
    remembered: Remembered,
    out: *mut zval,
    making: M,
) -> Looked<M::Left> {
    // SAFETY: the caller's word; the references end before a value is made.
    unsafe {
        if matches!(remembered, Remembered::Nothing) {
            return look_up_shared(place, backend, key, out, making);
        }
        if let Some(session) = (*place).open_session()
            && !session.count_memo_hit()
        {
            // A search is due, which is to find no address here.
            engine::set_null(out);
            return look_up_shared(place, backend, key, out, making);
        }
        match remembered {
            Remembered::Hit(hit) => make_apart(backend, hit, out, making),
            _ => Looked::Hit,
        }
    }
}

/// `place` is this thread's state of the backend.
#[inline(never)]
unsafe fn look_up_shared<M: Making>(
    place: *mut BackendLocal,
    backend: Backend,
    key: *mut zend_string,
    out: *mut zval,
    making: M,
) -> Looked<M::Left> {
    // SAFETY: a live string; as in `look_up`.
    unsafe {
        if (*place).session(backend).is_none() {
            return Looked::Unavailable;
        }
        let Some((session, hash)) = (*place).hashed(key) else { return Looked::Unavailable };
        if session.misses(hash) {
            Looked::Miss
        } else {
            look_up_hashed(place, backend, key, hash, out, making)
        }
    }
}

#[inline(never)]
unsafe fn look_up_hashed<M: Making>(
    place: *mut BackendLocal,
    backend: Backend,
    key: *mut zend_string,
    hash: KeyHash,
    out: *mut zval,
    making: M,
) -> Looked<M::Left> {
    // SAFETY: as in `look_up_shared`.
    unsafe {
        let Some(mut session) = (*place).open_session() else { return Looked::Unavailable };
        if session.may_need_relief() {
            let Some(again) = relieved(place, backend) else { return Looked::Unavailable };
            session = again;
        }
        let bytes = engine::bytes(key);
        let Some(hit) = fenced(|| session.fetch_hashed(Space::Key, bytes, hash)) else {
            return Looked::Miss;
        };
        (*place).memo.insert(key, hit);
        making.make(backend, hit, out)
    }
}

/// The session again, after a search if the request keeps too much. Before a look-up, not after it: a search ends each hit whose value
/// lies in its entry, the one in hand as well.
///
/// # Safety
/// `place` is this thread's state of the backend; no reference to the thread's state is in use, and no hit either.
#[cold]
#[inline(never)]
pub(super) unsafe fn relieved<'a>(place: *mut BackendLocal, backend: Backend) -> Option<&'a mut Session> {
    // SAFETY: the caller's word.
    unsafe {
        relief::consider(backend);
        (*place).open_session()
    }
}

/// Makes the value of a hit. What cannot be made is a miss, and if that is for good, the entry goes.
///
/// # Safety
/// As for [`look_up`], of a hit of this request.
#[inline(always)]
pub(super) unsafe fn make<Left>(backend: Backend, hit: Hit, out: *mut zval) -> Looked<Left> {
    // SAFETY: the hit is pinned until the request ends, as long as PHP may hold the value.
    match unsafe { decode::decode(hit.tag(), hit.bits(), place_of(&hit), out) } {
        Ok(()) => Looked::Hit,
        // SAFETY: the caller's word.
        Err(why) => unsafe { unusable(backend, hit, why, out) },
    }
}

/// # Safety
/// As for [`make`].
#[inline(never)]
unsafe fn make_apart<M: Making>(backend: Backend, hit: Hit, out: *mut zval, making: M) -> Looked<M::Left> {
    // SAFETY: the caller's word.
    unsafe { making.make(backend, hit, out) }
}

#[cold]
unsafe fn unusable<Left>(backend: Backend, hit: Hit, why: Unusable, out: *mut zval) -> Looked<Left> {
    // SAFETY: this thread's own, and no user code runs; the caller's `out`.
    unsafe {
        if why == Unusable::Thrown {
            engine::set_null(out);
            return Looked::Thrown;
        }
        if let Some(session) = (*local()).backends[backend as usize].open_session() {
            session.count_as_miss(&hit);
            if why != Unusable::NotYet {
                fenced(|| session.drop_found(&hit));
            }
        }
    }
    Looked::Miss
}

/// Writes `$default`, or null when there is none.
pub(super) unsafe fn write_default(out: *mut zval, default: Option<*mut zval>) {
    // SAFETY: the argument lives as long as the call.
    unsafe {
        match default {
            Some(default) => engine::copy(out, default),
            None => engine::set_null(out),
        }
    }
}

/// `fetch(string $key, mixed $default = null, bool $throw_on_error = false): mixed`
pub(super) unsafe extern "C" fn fetch<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe {
        if !fetch_known(Backend::of(B), frame, out) {
            fetch_any::<B>(frame, out);
        }
    }
}

/// The usual case by itself, so that it needs few registers: a key and nothing else. False if nothing was done.
///
/// # Safety
/// The running call's frame and result.
#[inline(always)]
unsafe fn fetch_known(backend: Backend, frame: *mut Frame, out: *mut zval) -> bool {
    // SAFETY: the caller's word; this thread's own, and no user code runs while the reference lives.
    unsafe {
        let Some(key) = only_string(frame) else { return false };
        let place: *mut BackendLocal = &raw mut (*local()).backends[backend as usize];
        let Some(remembered) = (*place).memo.fetch_known(key, out) else { return false };
        if matches!(remembered, Remembered::Nothing) && !is_key((*key).len) {
            return false;
        }
        let looked = take(place, backend, key, remembered, out, AtOnce);
        if looked == Looked::Miss || looked == Looked::Unavailable {
            engine::set_null(out);
        }
        true
    }
}

/// # Safety
/// As for [`fetch`].
#[inline(never)]
unsafe fn fetch_any<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: the caller's word.
    let _ = unsafe { fetch_inner(Backend::of(B), frame, out) };
}

#[inline(always)]
unsafe fn fetch_inner(backend: Backend, frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    // SAFETY: the running call's frame.
    let args = unsafe { Args::new(frame, 1, 3)? };
    let key = args.key(0)?;
    let throwing = args.flag(2)?;
    // SAFETY: a live string and the call's own result.
    match unsafe { look_up(backend, key, out) } {
        Looked::Hit | Looked::Thrown => {}
        // SAFETY: as above.
        Looked::Miss => unsafe { write_default(out, args.get(1)) },
        Looked::Unavailable => {
            // SAFETY: as above.
            unsafe { write_default(out, args.get(1)) };
            if throwing {
                exception::throw(refusal(backend));
            }
        }
    }
    Ok(())
}

/// `exists(string $key, bool $throw_on_error = false): bool`
pub(super) unsafe extern "C" fn exists<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe {
        if !exists_usual::<B>(frame, out) {
            guarded(out, || exists_inner(Backend::of(B), frame, out));
        }
    }
}

/// The usual case by itself: a key and nothing else, with a session. False if nothing was done.
///
/// # Safety
/// The running call's frame and result.
#[inline(always)]
unsafe fn exists_usual<const B: usize>(frame: *mut Frame, out: *mut zval) -> bool {
    // SAFETY: the caller's word; this thread's own, and no user code runs while the reference lives.
    unsafe {
        let Some(key) = only_string(frame) else { return false };
        let state = &mut (*local()).backends[B];
        if !is_key((*key).len) || !state.used {
            return false;
        }
        if state.memo.surely_has(key) {
            engine::set_bool(out, true);
            return true;
        }
        let Some((session, hash)) = state.hashed(key) else { return false };
        engine::set_bool(out, fenced(|| session.exists_hashed(Space::Key, engine::bytes(key), hash)));
        true
    }
}

#[inline(never)]
unsafe fn exists_inner(backend: Backend, frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    // SAFETY: the running call's frame.
    let args = unsafe { Args::new(frame, 1, 2)? };
    let key = args.key(0)?;
    let throwing = args.flag(1)?;
    // SAFETY: this thread's own; no user code runs below.
    let state = unsafe { &mut (*local()).backends[backend as usize] };
    // SAFETY: a live string; the call's own result.
    unsafe {
        match state.session(backend) {
            Some(session) => engine::set_bool(out, session.exists(Space::Key, engine::bytes(key))),
            None => exception::fail(out, throwing, refusal(backend)),
        }
    }
    Ok(())
}
