//! Values in which there is nobody to be asked, seen at once where they are small: the walk needs no frame for them, and nothing in them
//! has to be held.

use crate::zend::constants as c;
use crate::zend::live::{Array, Slot};

/// So many elements are looked at for one value. More are walked over, and remembered: an array may be met as often as it has holders.
const MOST: u32 = 64;

/// How deep such arrays may be in each other.
const DEEPEST: u32 = 4;

/// Whether a value is known to lead neither to objects nor to references, nor to what cannot be stored.
#[inline]
pub(super) fn is_plain(slot: &Slot) -> bool {
    slot.kind() <= c::IS_STRING || slot.kind() == c::IS_ARRAY && is_plain_array(slot)
}

/// The same of an array.
#[inline]
pub(super) fn is_plain_array(slot: &Slot) -> bool {
    // Immutable ones hold constants.
    !slot.is_counted() || all_plain(slot.array(), DEEPEST, &mut { MOST })
}

fn all_plain(array: &Array, depth: u32, left: &mut u32) -> bool {
    let count = array.extent();
    if count == 0 {
        return true;
    }
    if count > *left || depth == 0 {
        return false;
    }
    *left -= count;
    let mut look = |slot: &Slot| match slot.kind() {
        kind if kind <= c::IS_STRING => true,
        c::IS_ARRAY => !slot.is_counted() || all_plain(slot.array(), depth - 1, left),
        _ => false,
    };
    if array.is_packed() {
        array.slots().iter().all(look)
    } else {
        array.buckets().iter().all(|bucket| look(&bucket.slot))
    }
}
