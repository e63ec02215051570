//! Elements of what `*_store_array()` is given, with what their objects have said, and what storing one takes.

use ext_php_rs::ffi::{zend_string, zval};
use static_cache_core::Segment;

use super::args::elements;
use crate::encode::{Encoder, Plan, Refusal, quoted};
use crate::engine;
use crate::messages;
use crate::module::Backend;
use crate::objects::asking::Attempt;
use crate::objects::harvest::Harvest;
use crate::zend::live::{Array, Slot};

/// An element of the argument.
pub(super) struct Element<'a> {
    pub(super) number: u32,
    pub(super) name: Option<*mut zend_string>,
    pub(super) index: i64,
    pub(super) value: &'a zval,
    pub(super) harvest: Option<&'a Harvest>,
}

/// The elements, each with what its objects have said.
///
/// # Safety
/// The caller's harvests, which outlive the elements. The values live and are not changed meanwhile.
pub(super) unsafe fn with_harvests<'a>(
    values: &'a Array,
    link: *mut *mut Harvest,
) -> impl Iterator<Item = Element<'a>> {
    let mut link = link;
    elements(values).enumerate().map(move |(number, (name, index, value))| {
        let number = number as u32;
        // SAFETY: the caller's word; a slot is laid out like a zval.
        unsafe {
            link = link_of(link, number);
            let value = &*std::ptr::from_ref::<Slot>(value).cast::<zval>();
            Element { number, name, index, value, harvest: harvest_at(link, number).as_ref() }
        }
    })
}

/// What storing an element takes.
#[inline(always)]
pub(super) fn plan(
    backend: Backend,
    segment: &Segment,
    encoder: &mut Encoder,
    element: &Element<'_>,
) -> Result<Plan, Attempt<u32>> {
    encoder.plan(element.value, element.harvest).map_err(|refusal| match refusal {
        Refusal::Gather => Attempt::Gather(element.number),
        Refusal::Unstorable(why) => {
            segment.count_store_failure();
            let root = root(element.name, element.index);
            Attempt::Message(messages::unstorable(backend, &root, &why.path, &why.reason))
        }
    })
}

/// The link of a list of harvests, in the order of their elements, where that of an element is or would be: of a later element than
/// those that were looked up from this link before.
///
/// # Safety
/// The caller's harvests.
pub(super) unsafe fn link_of(mut link: *mut *mut Harvest, element: u32) -> *mut *mut Harvest {
    // SAFETY: the caller's word.
    unsafe {
        while !(*link).is_null() && (**link).element < element {
            link = &raw mut (**link).next;
        }
    }
    link
}

/// The harvest at a link if it is that of an element.
///
/// # Safety
/// The caller's harvests.
pub(super) unsafe fn harvest_at(link: *mut *mut Harvest, element: u32) -> *mut Harvest {
    // SAFETY: the caller's word.
    let harvest = unsafe { *link };
    // SAFETY: as above.
    if harvest.is_null() || unsafe { (*harvest).element } != element { std::ptr::null_mut() } else { harvest }
}

/// How messages name an element.
pub(super) fn root(key: Option<*mut zend_string>, index: i64) -> String {
    match key {
        // SAFETY: a live key of the argument.
        Some(key) => format!("$values[{}]", quoted(unsafe { engine::bytes(key) })),
        None => format!("$values[{index}]"),
    }
}
