//! `*_store_array`, `*_fetch_array`, `*_delete_array`.

use ext_php_rs::ffi::{
    _zend_new_array, zend_array_dup, zend_hash_index_update, zend_hash_next_index_insert, zend_hash_update,
    zval,
};
use ext_php_rs::types::ZendHashTable;
use static_cache_core::{Demand, Draft, Error, Hit, Session, Space, wait_once};

use super::args::{Args, ElementKey, Parsed, elements, of_element, requested};
use super::demand;
use super::element::{harvest_at, link_of, plan, root, with_harvests};
use super::fetch::{AtOnce, Looked, Making, look_up_making, make, relieved, write_default};
use super::remove::delete_both;
use super::store::refuse;
use super::table::{fenced, fenced_or, guarded};
use crate::encode::{Encoder, Refusal};
use crate::engine::{self, Frame};
use crate::module::{Backend, BackendLocal, local, refusal, relief};
use crate::objects::asking::{Attempt, Failure, end_harvests};
use crate::objects::begin_harvest;
use crate::objects::gather::{Stop, gather, look_again};
use crate::objects::harvest::Harvest;
use crate::zend::constants as c;
use crate::zend::live::{Array, Slot};
use crate::{decode, exception, statics};

/// `store_array(array $values, [int $ttl = 0,] bool $throw_on_error = false): bool`
pub(super) unsafe extern "C" fn store_array<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    let _ = unsafe { store_array_inner(Backend::of(B), frame, out) };
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
    // SAFETY: the frame holds the values; the call's own result.
    unsafe {
        match store_values(backend, values, ttl) {
            Ok(()) => engine::set_bool(out, true),
            Err(Failure::Thrown) => engine::set_bool(out, false),
            Err(Failure::Message(message)) => exception::fail(out, throwing, message),
        }
    }
    Ok(())
}

/// More attempts than this, because user code changes other elements each time, and they are refused.
const MOST_ATTEMPTS: u32 = 16;

/// All or nothing. Runs user code if there are objects with methods for that, before anything else.
unsafe fn store_values(
    backend: Backend,
    values: &Array,
    ttl: Option<std::time::Duration>,
) -> Result<(), Failure> {
    let mut values = values;
    let mut harvests: *mut Harvest = std::ptr::null_mut();
    let mut relieved = false;
    // SAFETY: the caller's word; the harvests are ours until they are ended.
    unsafe {
        for _ in 0..MOST_ATTEMPTS {
            let outcome = match attempt(backend, values, ttl, harvests) {
                Ok(()) => Ok(()),
                Err(Attempt::Full(_)) if !relieved && relief::for_store(backend) => {
                    relieved = true;
                    continue;
                }
                Err(Attempt::Message(message) | Attempt::Full(message)) => Err(Failure::Message(message)),
                Err(Attempt::Gather(first)) => {
                    if harvests.is_null() {
                        (harvests, values) = begin(values, first);
                    }
                    match gather_all(backend, values, first, &raw mut harvests) {
                        Ok(()) => continue,
                        Err(failure) => Err(failure),
                    }
                }
            };
            return end_harvests(harvests, outcome);
        }
        let reason = "the values become others each time their objects' methods are called";
        let message = format!("{} cache: $values cannot be stored: {reason}", backend.name());
        end_harvests(harvests, Err(Failure::Message(message)))
    }
}

/// A harvest of the `first` element that asks for one, and the elements in an array that user code cannot change: the argument's own,
/// unless others have it, or a copy that the harvest holds. May leave by a jump.
///
/// Holding the argument would not do: see [`copy_of_keys`]. What is in references may still change.
///
/// # Safety
/// Live values. The copy is as good as the harvest.
unsafe fn begin(values: &Array, first: u32) -> (*mut Harvest, &Array) {
    // SAFETY: the caller's word; same layout (asserted in `zend`), and the engine does not change what it copies.
    unsafe {
        let is_shared = values.gc.refcount > 1;
        let own: *const Array = if is_shared {
            zend_array_dup(std::ptr::from_ref(values).cast_mut().cast()).cast()
        } else {
            values
        };
        let harvest = begin_harvest();
        (*harvest).element = first;
        if is_shared {
            (*harvest).adopt(Slot { value: own as u64, info: c::IS_ARRAY_EX, next: 0 });
        }
        (harvest, &*own)
    }
}

/// Asks the objects of all elements from `first` on.
unsafe fn gather_all(
    backend: Backend,
    values: &Array,
    first: u32,
    harvests: *mut *mut Harvest,
) -> Result<(), Failure> {
    let mut link = harvests;
    // SAFETY: of `begin`: nobody changes the array. An element that user code changes through a reference is looked at anew.
    unsafe {
        for (number, (key, index, value)) in elements(values).enumerate().skip(first as usize) {
            let number = number as u32;
            link = link_of(link, number);
            loop {
                let mut harvest = harvest_at(link, number);
                if !needs_gathering(value, harvest) {
                    break;
                }
                if harvest.is_null() {
                    harvest = begin_harvest();
                    (*harvest).element = number;
                    (*harvest).next = *link;
                    *link = harvest;
                }
                match gather(harvest, value) {
                    Ok(()) => {}
                    Err(Stop::Thrown | Stop::Refused) => return Err(Failure::Thrown),
                    Err(Stop::Unstorable(why)) => {
                        return Err(Failure::Message(refuse(backend, &root(key, index), &why)));
                    }
                }
            }
        }
        // Methods of later elements' objects may have changed what earlier ones have.
        let mut harvest = *harvests;
        while !harvest.is_null() {
            look_again(harvest);
            harvest = (*harvest).next;
        }
    }
    Ok(())
}

unsafe fn needs_gathering(value: &Slot, harvest: *const Harvest) -> bool {
    // SAFETY: this thread's own, no user code runs; a live element, same layout.
    unsafe {
        let encoder = (*local()).encoder.get_or_insert_with(Encoder::new);
        let value = &*std::ptr::from_ref(value).cast::<zval>();
        matches!(encoder.plan(value, harvest.as_ref()), Err(Refusal::Gather))
    }
}

/// One attempt, without user code.
unsafe fn attempt(
    backend: Backend,
    values: &Array,
    ttl: Option<std::time::Duration>,
    harvests: *mut Harvest,
) -> Result<(), Attempt<u32>> {
    // SAFETY: the caller's word.
    let body = || unsafe { store_all(backend, values, ttl, harvests) };
    fenced_or(body, || {
        Err(Attempt::Message(format!("{} cache: internal error; nothing was stored", backend.name())))
    })
}

unsafe fn store_all(
    backend: Backend,
    values: &Array,
    ttl: Option<std::time::Duration>,
    harvests: *mut Harvest,
) -> Result<(), Attempt<u32>> {
    // SAFETY: this thread's own; nothing below runs user code.
    let (state, encoder) = unsafe {
        let local = local();
        (&mut (*local).backends[backend as usize], (*local).encoder.get_or_insert_with(Encoder::new))
    };
    let Some(session) = state.session(backend) else {
        return Err(Attempt::Message(refusal(backend)));
    };
    let mut drafts: Vec<Draft> = Vec::with_capacity(values.count as usize);
    if let Err((failure, has_waited)) =
        prepare_all(backend, session, encoder, values, ttl, harvests, &mut drafts)
    {
        wait_once(has_waited, || drop(drafts));
        encoder.abandon();
        return Err(failure);
    }
    session.commit_all(drafts).map_err(|(error, draft)| {
        Attempt::failed(backend, draft.as_ref().map_or(b"", |draft| draft.key()), &error)
    })
}

/// Drafts of all elements. On failure also says whether a lock was waited for in vain.
#[inline(always)]
fn prepare_all(
    backend: Backend,
    session: &mut Session,
    encoder: &mut Encoder,
    values: &Array,
    ttl: Option<std::time::Duration>,
    mut harvests: *mut Harvest,
    drafts: &mut Vec<Draft>,
) -> Result<(), (Attempt<u32>, bool)> {
    let (mut demand, mut has_looked) = (Demand::default(), false);
    let refused = |attempt| (attempt, false);
    // SAFETY: live elements of the argument, which no user code changes here; the harvests are the caller's.
    for element in unsafe { with_harvests(values, &raw mut harvests) } {
        let Ok(key) = of_element(element.name, element.index, 0) else { continue };
        let mut planned = plan(backend, session.segment(), encoder, &element).map_err(refused)?;
        if !has_looked {
            demand.add(session.segment(), key.bytes().len(), planned.len);
            has_looked = session.segment().is_much(&demand);
            if has_looked {
                // SAFETY: as above.
                unsafe { demand::check(backend, session.segment(), encoder, values, &raw mut harvests) }
                    .map_err(refused)?;
                planned = plan(backend, session.segment(), encoder, &element).map_err(refused)?;
            }
        }
        let draft = session.prepare(Space::Key, key.bytes(), planned.tag, planned.bits, planned.len, ttl);
        let mut draft = draft.map_err(|error| {
            (Attempt::failed(backend, key.bytes(), &error), matches!(error, Error::LockTimeout { .. }))
        })?;
        let address = draft.payload_address();
        // SAFETY: nothing has touched the value since it was planned; the address is where readers see the draft.
        unsafe { encoder.write(element.value, planned, draft.payload_mut(), address) };
        drafts.push(draft);
    }
    Ok(())
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
/// Holding the argument would not do: `ArrayObject` writes to its storage in place even while others, who had it from
/// `__serialize()`, hold it as well. What variables have by reference may change in any array.
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
struct UntilBuilt(*mut Option<Hit>);

impl Making for UntilBuilt {
    #[inline(always)]
    unsafe fn make(self, backend: Backend, hit: Hit, out: *mut zval) -> Looked {
        // SAFETY: the caller's word; the call's own place for the hit.
        unsafe {
            if decode::is_direct(hit.tag()).is_some() {
                return make(backend, hit, out);
            }
            *self.0 = Some(hit);
        }
        Looked::Unmade
    }
}

impl Fetching {
    /// Fetches until a value has to be built: says which it is, by its number among the keys. Runs no user code.
    ///
    /// # Safety
    /// Live keys; the result is this call's own. May leave by a jump.
    #[inline(always)]
    unsafe fn fetch_until_built(&mut self, keys: &Array) -> Option<(usize, Hit)> {
        let mut hit = None;
        for (number, (_, _, key)) in elements(keys).enumerate() {
            let Ok(key) = requested(key, 0) else { continue };
            let mut value = std::mem::MaybeUninit::<zval>::uninit();
            // SAFETY: the caller's word.
            unsafe {
                engine::set_null(value.as_mut_ptr());
                let looked = self.look_up(&key, value.as_mut_ptr(), UntilBuilt(&raw mut hit));
                if looked == Looked::Unmade {
                    return hit.map(|hit| (number, hit));
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
    unsafe fn look_up(&self, key: &ElementKey<'_>, out: *mut zval, making: impl Making) -> Looked {
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
    unsafe fn put(&mut self, key: &ElementKey<'_>, looked: Looked, value: *mut zval) {
        // SAFETY: the caller's word.
        unsafe {
            if looked != Looked::Hit {
                self.unavailable |= looked == Looked::Unavailable;
                write_default(value, self.default);
            }
            insert(self.result, key, value);
        }
    }
}

fn is_unavailable(backend: Backend) -> bool {
    // SAFETY: this thread's own; no user code runs.
    unsafe { (*local()).backends[backend as usize].session(backend).is_none() }
}

/// A look-up of a key that is no PHP string.
unsafe fn look_up_bytes(backend: Backend, key: &[u8], out: *mut zval, making: impl Making) -> Looked {
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
    // No user code runs.
    wait_once(false, || {
        for (_, _, key) in elements(keys) {
            let Ok(key) = requested(key, 0) else { continue };
            if let Err(message) = delete_both(backend, key.bytes()) {
                failure.get_or_insert(message);
            }
        }
    });
    // SAFETY: the call's own result.
    unsafe {
        match failure {
            None => engine::set_bool(out, true),
            Some(message) => exception::fail(out, throwing, message),
        }
    }
    statics::settle();
    Ok(())
}
