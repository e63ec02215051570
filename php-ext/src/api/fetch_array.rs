//! `*_fetch_array`.
//!
//! Values that have to be built may run user code, and that may write to the keys: holding their array would not do, since `ArrayObject`
//! writes to its storage in place even while others, who had it from `__serialize()`, hold it as well. What variables have by reference
//! may change in any array. So before the first such value the keys are copied, unless nobody can change them.

use ext_php_rs::ffi::{
    _zend_new_array, zend_array_dup, zend_hash_index_update, zend_hash_next_index_insert, zend_hash_update,
    zval,
};
use ext_php_rs::types::ZendHashTable;
use static_cache_core::{Hit, Space};

use super::args::{Args, ElementKey, Parsed, elements, requested};
use super::array::is_unavailable;
use super::fetch::{AtOnce, Looked, Making, look_up_making, make, relieved, write_default};
use super::table::fenced;
use crate::engine::{self, Frame};
use crate::module::{Backend, BackendLocal, local, refusal};
use crate::zend::constants as c;
use crate::zend::live::Array;
use crate::{decode, exception};

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
    let mut by_reference = false;
    for (_, _, key) in elements(keys) {
        by_reference |= key.kind() == c::IS_REFERENCE;
        requested(key, 0)?;
    }
    let is_empty = keys.count == 0;
    // SAFETY: the call's own result; an array that is not finished is freed with it or with the request.
    unsafe {
        let result = _zend_new_array(keys.count).cast::<ZendHashTable>();
        engine::set_array(out, result);
        let mut fetching = Fetching { backend, result, default, unavailable: false };
        if let Some((at, hit)) = fetching.fetch_until_built(keys) {
            // Nobody changes a literal, nor what only the call has and no variable.
            let is_shared = args.get(0).is_none_or(|keys| engine::slot(keys).is_counted())
                && (by_reference || keys.gc.refcount > 1);
            let done = if is_shared {
                let mut copy = std::mem::MaybeUninit::<zval>::uninit();
                engine::set_array(copy.as_mut_ptr(), copy_of_keys(keys, by_reference));
                let done = fetching.fetch_building(engine::slot(copy.as_ptr()).array(), at, hit);
                engine::zval_ptr_dtor(copy.as_mut_ptr());
                done
            } else {
                fetching.fetch_building(keys, at, hit)
            };
            if !done {
                return Ok(());
            }
        }
        if throwing && (fetching.unavailable || is_empty) && is_unavailable(backend) {
            exception::throw(refusal(backend));
        }
    }
    Ok(())
}

/// The keys as they are now, in an array that nobody else has. Strings and ints only: its end runs no user code. May leave by a jump.
///
/// # Safety
/// Live keys that have been checked.
#[inline(never)]
unsafe fn copy_of_keys(keys: &Array, by_reference: bool) -> *mut ZendHashTable {
    // SAFETY: the caller's word; same layout (asserted in `zend`), and the engine does not change what it copies.
    unsafe {
        if !by_reference {
            return zend_array_dup(std::ptr::from_ref(keys).cast_mut().cast());
        }
        let copy = _zend_new_array(keys.count).cast::<ZendHashTable>();
        for (_, _, slot) in elements(keys) {
            let mut value = std::mem::MaybeUninit::<zval>::uninit();
            engine::copy(value.as_mut_ptr(), std::ptr::from_ref(slot.behind_reference()).cast());
            zend_hash_next_index_insert(copy, value.as_mut_ptr());
        }
        copy
    }
}

/// A running `*_fetch_array()`.
struct Fetching {
    backend: Backend,
    result: *mut ZendHashTable,
    default: Option<*mut zval>,
    unavailable: bool,
}

/// Makes values that lie in shared memory as they are, and leaves the first other one to the caller.
#[derive(Clone, Copy)]
struct UntilBuilt;

impl Making for UntilBuilt {
    type Left = Hit;

    #[inline(always)]
    unsafe fn make(self, backend: Backend, hit: Hit, out: *mut zval) -> Looked<Hit> {
        // SAFETY: the caller's word.
        unsafe {
            if decode::is_direct(hit.tag()).is_some() { make(backend, hit, out) } else { Looked::Unmade(hit) }
        }
    }
}

impl Fetching {
    /// Fetches until a value has to be built: says which it is, by its number among the keys. Runs no user code.
    ///
    /// # Safety
    /// Live keys; the result is this call's own. May leave by a jump.
    #[inline(always)]
    unsafe fn fetch_until_built(&mut self, keys: &Array) -> Option<(usize, Hit)> {
        for (number, (_, _, key)) in elements(keys).enumerate() {
            let Ok(key) = requested(key, 0) else { continue };
            let mut value = std::mem::MaybeUninit::<zval>::uninit();
            // SAFETY: the caller's word.
            unsafe {
                engine::set_null(value.as_mut_ptr());
                let looked = self.look_up(&key, value.as_mut_ptr(), UntilBuilt);
                if let Looked::Unmade(hit) = looked {
                    return Some((number, hit));
                }
                self.put(&key, looked, value.as_mut_ptr());
            }
        }
        None
    }

    /// Fetches the rest, beginning with the key of the hit at `at`. False if user code threw.
    ///
    /// # Safety
    /// Live keys, which user code does not change; the result is this call's own. May leave by a jump.
    #[inline(never)]
    unsafe fn fetch_building(&mut self, keys: &Array, at: usize, hit: Hit) -> bool {
        let mut first = Some(hit);
        for (_, _, key) in elements(keys).skip(at) {
            let Ok(key) = requested(key, 0) else { continue };
            let mut value = std::mem::MaybeUninit::<zval>::uninit();
            // SAFETY: the caller's word.
            unsafe {
                engine::set_null(value.as_mut_ptr());
                let looked = match first.take() {
                    Some(hit) => make(self.backend, hit, value.as_mut_ptr()),
                    None => self.look_up(&key, value.as_mut_ptr(), AtOnce),
                };
                if looked == Looked::Thrown {
                    return false;
                }
                self.put(&key, looked, value.as_mut_ptr());
            }
        }
        true
    }

    /// # Safety
    /// A live key; otherwise as for [`look_up_making`].
    #[inline(always)]
    unsafe fn look_up<M: Making>(&self, key: &ElementKey<'_>, out: *mut zval, making: M) -> Looked<M::Left> {
        // SAFETY: the caller's word.
        unsafe {
            match key {
                ElementKey::Text(string, _) => look_up_making(self.backend, *string, out, making),
                ElementKey::Int(..) => look_up_bytes(self.backend, key.bytes(), out, making),
            }
        }
    }

    /// Puts a key's value, or what stands for it, into the result. Ends what an equal key has there.
    ///
    /// # Safety
    /// A live key, a value that is moved in.
    #[inline(always)]
    unsafe fn put<Left>(&mut self, key: &ElementKey<'_>, looked: Looked<Left>, value: *mut zval) {
        // SAFETY: the caller's word.
        unsafe {
            if !matches!(looked, Looked::Hit) {
                self.unavailable |= matches!(looked, Looked::Unavailable);
                write_default(value, self.default);
            }
            insert(self.result, key, value);
        }
    }
}

/// A look-up of a key that is no PHP string.
unsafe fn look_up_bytes<M: Making>(
    backend: Backend,
    key: &[u8],
    out: *mut zval,
    making: M,
) -> Looked<M::Left> {
    // SAFETY: this thread's own, and no user code runs while the reference lives; the hit is pinned, the caller's `out`.
    unsafe {
        let place: *mut BackendLocal = &raw mut (*local()).backends[backend as usize];
        let Some(mut session) = (*place).session(backend) else { return Looked::Unavailable };
        if session.may_need_relief() {
            let Some(again) = relieved(place, backend) else { return Looked::Unavailable };
            session = again;
        }
        let Some(hit) = fenced(|| session.fetch(Space::Key, key)) else { return Looked::Miss };
        making.make(backend, hit, out)
    }
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
