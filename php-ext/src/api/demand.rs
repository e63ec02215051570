//! Whether what `volatile_store_array()` is given fits into the cache at all: others would go in vain otherwise.

use static_cache_core::{Demand, Segment};

use super::args::of_element;
use super::element::{plan, with_harvests};
use crate::encode::Encoder;
use crate::messages;
use crate::module::Backend;
use crate::objects::asking::Attempt;
use crate::objects::harvest::Harvest;
use crate::zend::live::Array;

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
