//! Whether what `volatile_store_array()` is given fits into the cache at all: others would go in vain otherwise.

use ext_php_rs::ffi::{zend_string, zval};
use static_cache_core::{Demand, Segment};

use super::args::{elements, of_element};
use super::array::{harvest_at, link_of, root};
use crate::encode::{Encoder, Plan, Refusal};
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

/// Whether there would be room for all if everything else went. What the encoder has planned before is void.
///
/// # Safety
/// As for [`with_harvests`].
#[cold]
#[inline(never)]
pub(super) unsafe fn check(
    backend: Backend,
    segment: &Segment,
    encoder: &mut Encoder,
    values: &Array,
    harvests: *mut *mut Harvest,
) -> Result<(), Attempt<u32>> {
    let mut all = Demand::default();
    // SAFETY: the caller's word.
    for element in unsafe { with_harvests(values, harvests) } {
        let Ok(key) = of_element(element.name, element.index, 0) else { continue };
        let len = plan(backend, segment, encoder, &element)?.len;
        let mut alone = Demand::default();
        for demand in [&mut alone, &mut all] {
            demand.add(segment, key.bytes().len(), len);
        }
        segment.check_demand(&alone).map_err(|error| {
            segment.count_store_failure();
            Attempt::Message(messages::of_error(backend, key.bytes(), &error))
        })?;
    }
    segment.check_demand(&all).map_err(|error| {
        segment.count_store_failure();
        Attempt::Message(messages::of_error_of_all(backend, values.count, &error))
    })
}
