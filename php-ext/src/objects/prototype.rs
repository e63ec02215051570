//! Dates for repeated fetches: parsing their text at each fetch costs far more than cloning an object.
//!
//! From the second fetch of a payload in a request on, the objects of the engine's own date classes that it has are kept as
//! prototypes, cloned as soon as `__unserialize()` has filled them and before anybody else has seen them; later fetches clone
//! those. Only for these very classes, whose clones have nothing in common with the original.

use ext_php_rs::ffi::{zend_class_entry, zend_object};

use super::dates;
use super::engine::{self, zval_of};
use crate::buffer::Buffer;
use crate::module::local;
use crate::payload::{CallImage, Template};
use crate::zend::live::{Object, Slot};

unsafe extern "C" {
    pub(super) fn php_date_get_date_ce() -> *mut zend_class_entry;
    pub(super) fn php_date_get_immutable_ce() -> *mut zend_class_entry;
    fn php_date_get_timezone_ce() -> *mut zend_class_entry;
}

/// Payloads with prototypes at most, and calls of one of them.
const MOST: usize = 64;
const MOST_CALLS: usize = 4096;

/// For each call of a payload, the object that it need not be made for, or null. Empty if the payload has no dates.
type Kept = Box<[*mut zend_object]>;

/// # Safety
/// Not done before.
unsafe fn let_go(objects: &Kept) {
    for object in objects.iter().filter(|object| !object.is_null()) {
        // SAFETY: the caller's word: it is ours.
        unsafe {
            let mut slot = engine::object_slot(*object);
            engine::zval_ptr_dtor(zval_of(&mut slot));
        }
    }
}

/// What one request keeps.
pub(super) struct Prototypes {
    /// Their addresses, also where they were before there were more, would count as uses.
    payloads: Buffer<usize>,
    /// Of each payload.
    kept: Vec<Kept>,
    pub(super) dates: dates::Known,
    /// The request is about to end.
    over: bool,
}

impl Prototypes {
    pub(super) const fn new() -> Self {
        Prototypes { payloads: Buffer::new(), kept: Vec::new(), dates: dates::Known::new(), over: false }
    }

    pub(super) fn takes_no_more(&self) -> bool {
        self.over
    }

    /// Lets go of all, and leaves no address. No user code runs: these classes have none.
    #[cold]
    pub(super) fn wipe(&mut self) {
        self.payloads.wipe();
        for objects in self.kept.drain(..) {
            // SAFETY: each was kept once.
            unsafe { let_go(&objects) };
        }
    }

    /// Lets go of all, while the engine still has objects, and takes no more. No user code runs: these classes have none.
    #[inline]
    pub(super) fn release(&mut self) {
        self.over = true;
        self.dates.release();
        if !self.kept.is_empty() {
            self.wipe();
        }
    }

    /// The objects are gone with the request.
    #[inline]
    pub(super) fn forget(&mut self) {
        if !self.kept.is_empty() {
            self.payloads.wipe();
            self.kept.clear();
        }
        self.dates.forget();
        self.over = false;
    }
}

/// The places for prototypes of a payload's calls; null if it has none. They stay where they are until the request ends.
pub(crate) fn of(template: &Template) -> *mut *mut zend_object {
    // SAFETY: this thread's own; no user code runs while the reference lives.
    let prototypes = unsafe { &mut (*local()).objects.prototypes };
    let calls = template.head.calls as usize;
    if prototypes.over || calls > MOST_CALLS {
        return std::ptr::null_mut();
    }
    if let Some(number) = prototypes.payloads.iter().position(|payload| *payload == template.payload) {
        let objects = &mut prototypes.kept[number];
        return if objects.is_empty() { std::ptr::null_mut() } else { objects.as_mut_ptr() };
    }
    if prototypes.kept.len() < MOST {
        let objects = vec![std::ptr::null_mut(); if has_dates(template) { calls } else { 0 }];
        prototypes.payloads.push(template.payload);
        prototypes.kept.push(objects.into_boxed_slice());
    }
    // Good from the next fetch on: most values are fetched once.
    std::ptr::null_mut()
}

/// Whether there is a class worth it, by name: one comparison for each class and payload.
fn has_dates(template: &Template) -> bool {
    template.classes().iter().any(|class| {
        // SAFETY: a class's name is a string image.
        let name = unsafe { crate::engine::bytes(class.name as *const _) };
        matches!(name, b"DateTime" | b"DateTimeImmutable" | b"DateTimeZone")
    })
}

/// A clone of a prototype.
///
/// # Safety
/// From [`of`], and not null.
pub(crate) unsafe fn clone(prototype: *mut zend_object) -> *mut Object {
    // SAFETY: only objects that can be cloned are kept.
    unsafe { (*(*prototype).handlers).clone_obj.map_or(prototype, |clone| clone(prototype)).cast() }
}

/// Keeps an object that was just filled, if it is one of those.
///
/// # Safety
/// `place` is that of the object's call.
pub(super) unsafe fn keep(place: *mut *mut zend_object, call: *const CallImage, object: *mut zend_object) {
    // SAFETY: the caller's word; a live object.
    unsafe {
        let class = (*object).ce;
        let is_date = dates::is_own(class) || std::ptr::eq(class, php_date_get_timezone_ce());
        let argument: &Slot = &(*call).argument;
        if is_date && (*place).is_null() && !argument.is_counted() && (*object).properties.is_null() {
            *place = clone(object).cast();
        }
    }
}
