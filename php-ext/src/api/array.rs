//! `*_store_array`, `*_delete_array`.

use ext_php_rs::ffi::{zend_array_dup, zval};
use static_cache_core::{Demand, Draft, Error, Session, Space, wait_once};

use super::args::{Args, Parsed, check_element, elements, of_element, requested};
use super::demand;
use super::element::{harvest_at, link_of, plan, root, with_harvests};
use super::remove::delete_both;
use super::store::refuse;
use super::table::{fenced_or, guarded};
use crate::encode::{Encoder, Refusal};
use crate::engine::{self, Frame};
use crate::module::{Backend, local, refusal, relief};
use crate::objects::asking::{Attempt, Failure, end_harvests};
use crate::objects::begin_harvest;
use crate::objects::gather::{Stop, gather, look_again};
use crate::objects::harvest::Harvest;
use crate::zend::constants as c;
use crate::zend::live::{Array, Slot};
use crate::{exception, statics};

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
    for (key, number, value) in elements(values) {
        check_element(&of_element(key, number, 0)?, value, 0)?;
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
///
/// # Safety
/// Values that live through the call. May leave by a jump: no Rust value of the caller's needs dropping, and no reference to the thread's
/// state lives.
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
/// Holding the argument would not do: see [`super::fetch_array`]. What is in references may still change.
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
            (*harvest).adopt(Slot::counted(own, c::IS_ARRAY_EX));
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
///
/// # Safety
/// Live values, and what was gathered of them.
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

/// # Safety
/// As for [`attempt`].
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

pub(super) fn is_unavailable(backend: Backend) -> bool {
    // SAFETY: this thread's own; no user code runs.
    unsafe { (*local()).backends[backend as usize].session(backend).is_none() }
}
