//! Values in which there is nobody to be asked, seen at once where they are small: the walk needs no frame for them, and nothing in them
//! has to be held.

use crate::zend::constants as c;
use crate::zend::live::{Array, Slot};

/// So many elements are looked at for one value. More are walked over, and remembered: an array may be met as often as it has holders.
const MOST: u32 = 64;

/// The same where a walk has come to an array with more than a few holders: to know it again takes no longer.
const MOST_SHARED: u32 = 16;

/// So many has an array that a method took from a property.
const FEW_HOLDERS: u32 = 4;

/// How deep such arrays may be in each other.
const DEEPEST: u32 = 4;

/// Whether a value is known to lead neither to objects nor to references, nor to what cannot be stored.
#[inline]
pub(super) fn is_plain(slot: &Slot) -> bool {
    slot.kind() <= c::IS_STRING || slot.kind() == c::IS_ARRAY && is_plain_array(slot)
}

/// The same of an array.
#[inline]
fn is_plain_array(slot: &Slot) -> bool {
    has_plain(slot, MOST)
}

/// The same of an array that a walk has come to: another one is remembered.
#[inline(never)]
pub(super) fn is_passed_over(slot: &Slot) -> bool {
    has_plain(slot, if slot.array().gc.refcount > FEW_HOLDERS { MOST_SHARED } else { MOST })
}

#[inline(always)]
fn has_plain(slot: &Slot, most: u32) -> bool {
    // Immutable ones hold constants.
    !slot.is_counted() || all_plain(slot.array(), DEEPEST, &mut { most })
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
