//! Lazy objects and proxies (PHP 8.4): where their properties are.

use ext_php_rs::ffi::zend_object;

use super::class::Facts;
use super::engine;
#[cfg(php84)]
use super::engine::zval_of;
use super::gather::Stop;
use super::harvest::{Found, Harvest};
#[cfg(php84)]
use super::proxy;
#[cfg(php84)]
use crate::engine::exception_pending;
#[cfg(php84)]
use crate::zend::constants as c;
use crate::zend::live::Object;
#[cfg(php84)]
use crate::zend::live::Slot;

/// Whether properties may not be what they seem (PHP 8.4).
#[inline(always)]
pub(crate) fn is_lazy(object: *const Object) -> bool {
    #[cfg(php84)]
    // SAFETY: a live object.
    return unsafe { (*object).extra } & (c::IS_OBJ_LAZY_UNINITIALIZED | c::IS_OBJ_LAZY_PROXY) != 0;
    #[cfg(not(php84))]
    {
        let _ = object;
        false
    }
}

/// Whether an object is lazy and waits for its initialiser (PHP 8.4).
fn is_uninitialised(object: *const Object) -> bool {
    #[cfg(php84)]
    // SAFETY: a live object.
    return unsafe { (*object).extra } & c::IS_OBJ_LAZY_UNINITIALIZED != 0;
    #[cfg(not(php84))]
    {
        let _ = object;
        false
    }
}

/// Whether a lazy object is another one than when it was asked: made lazy again, given another instance, or initialised meanwhile. Its
/// properties are not where they were then. Runs no user code.
///
/// # Safety
/// A live object, and what the harvest knows of it. May leave by a jump.
pub(super) unsafe fn is_another(object: *const Object, found: &Found) -> bool {
    if !is_lazy(object) {
        return false;
    }
    // SAFETY: the caller's word. The harvest holds the instance that it notes: no other one has its address.
    let instance = unsafe { behind_proxy(object) }.map_or(object, |instance| instance.cast_const().cast());
    !std::ptr::eq(instance, found.instance) || is_uninitialised(instance) != found.is_uninitialised
}

/// Notes which of the objects that were lazy are others by now, for the encoder, which does not ask the engine.
///
/// # Safety
/// The caller's harvest, which holds what it names. May leave by a jump.
pub(super) unsafe fn note_others(harvest: *mut Harvest) {
    // SAFETY: the caller's word; the list stays as it is.
    unsafe {
        for at in 0..(*harvest).lazy.len() {
            let object = (&(*harvest).lazy)[at];
            if let Some(found) = (*harvest).find_mut(object) {
                found.is_stale = is_another(object, found);
            }
        }
    }
}

/// The instance of a proxy that has one (PHP 8.4); of one that is an initialised proxy itself, that one's. It may have been made lazy
/// again: nothing is initialised here, and no user code runs.
///
/// # Safety
/// A live object.
pub(crate) unsafe fn behind_proxy(object: *const Object) -> Option<*mut zend_object> {
    // SAFETY: the caller's word. The instance is what the garbage collector is shown of an initialised proxy, and nothing else. (The
    // engine's function that gives an instance initialises it.) What it is shown is read before anybody else asks.
    #[cfg(php84)]
    unsafe {
        let (mut at, mut found) = (object, None);
        while (*at).extra & c::IS_OBJ_LAZY_UNINITIALIZED == 0 && is_lazy(at) {
            let (mut shown, mut count) = (std::ptr::null_mut(), 0);
            engine::zend_std_get_gc(at.cast_mut().cast(), &raw mut shown, &raw mut count);
            let Some(instance) = shown.cast::<Slot>().as_ref().filter(|_| count == 1) else { break };
            at = instance.object();
            found = Some(at.cast_mut().cast());
        }
        found
    }
    #[cfg(not(php84))]
    {
        let _ = object;
        None
    }
}

/// Where the properties of an object are; lazy ones are initialised, as `serialize()` does.
///
/// # Safety
/// As for [`gather`](super::gather::gather), of a live, held object.
pub(super) unsafe fn initialised(object: *const Object) -> Result<*const Object, Stop> {
    #[cfg(php84)]
    if is_lazy(object) {
        // SAFETY: a live, held object. The table is the engine's answer whether this one is to be initialised.
        unsafe {
            let mut slot = engine::object_slot(object.cast());
            let table = engine::zend_get_properties_for(zval_of(&mut slot), engine::FOR_SERIALIZE);
            if !table.is_null() {
                let mut table = engine::table_slot(table);
                engine::zval_ptr_dtor(zval_of(&mut table));
            }
            if exception_pending() {
                return Err(Stop::Thrown);
            }
            if let Some(instance) = behind_proxy(object) {
                return Ok(instance.cast_const().cast());
            }
        }
    }
    Ok(object)
}

/// Notes where the properties of an object are, in the slots of its class, and returns that. A proxy may be given another instance
/// meanwhile.
///
/// # Safety
/// The caller's harvest, a live, held object that has that number there, and what [`initialised`] gave.
pub(super) unsafe fn hold_source(
    harvest: *mut Harvest,
    object: *const Object,
    number: u32,
    instance: *const Object,
    facts: &Facts,
) -> *const Object {
    // SAFETY: the caller's harvest; a live object of that class, and the instance behind it.
    unsafe {
        let source = if std::ptr::eq(instance, object) {
            object
        } else {
            (*harvest).keep(engine::object_slot(instance.cast()));
            in_own_slots(harvest, object, instance, facts)
        };
        let found = (*harvest).found_mut(number);
        (found.source, found.instance) = (source, instance);
        (found.is_uninitialised, found.is_stale) = (is_uninitialised(instance), false);
        source
    }
}

/// A proxy's instance, or what stands in for one of another class.
#[cfg(php84)]
unsafe fn in_own_slots(
    harvest: *mut Harvest,
    object: *const Object,
    instance: *const Object,
    facts: &Facts,
) -> *const Object {
    // SAFETY: as for `hold_source`; the instance is held.
    unsafe {
        if (*instance).class == (*object).class {
            return instance;
        }
        let stand_in = proxy::stand_in(instance, facts);
        (*harvest).adopt(engine::object_slot(stand_in.cast()));
        stand_in
    }
}

#[cfg(not(php84))]
unsafe fn in_own_slots(
    _: *mut Harvest,
    _: *const Object,
    instance: *const Object,
    _: &Facts,
) -> *const Object {
    instance
}
