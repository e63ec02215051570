//! The format of a stored value: what [`crate::encode`] writes and [`crate::decode`] hands to PHP.
//!
//! A value is a tag, 64 bits and one contiguous block, aligned to 16 bytes. Everything in the block is aligned to 8, and
//! pointers in it are absolute addresses in the read-only view. Nothing in it points out of it, except the destructor of
//! arrays, which is the engine's own and the same in all processes of a group.
//!
//! | tag | bits | block |
//! |---|---|---|
//! | [`TAG_NULL`], [`TAG_FALSE`], [`TAG_TRUE`] | 0 | none |
//! | [`TAG_INT`], [`TAG_FLOAT`] | the value | none |
//! | [`TAG_STRING`] | 0 | one string image |
//! | [`TAG_ARRAY`] | 0 | array images, the first is the value; string images |
//! | [`TAG_ARRAY_TEMPLATE`] | 0 | head, nodes, fixups; array and reference images; string images |
//!
//! ## Images
//! | image | layout | given to PHP as |
//! |---|---|---|
//! | string | `zend_string`, bytes, NUL, zeros to 8 | interned string, not counted |
//! | array | `zend_array`, hash part, elements in use (`nNumUsed`; holes stay, unless a hash is mostly holes) | immutable array, not counted |
//! | reference | `zend_reference` | only through a template |
//!
//! Strings are *interned* but never *permanent*: caches of the engine that outlive a request copy such strings. Their hash is
//! always there (the engine computes a missing one in place, which would trap). All keys being interned, every array has
//! `HASH_FLAG_STATIC_KEYS`: a copy that PHP makes need not look at its keys when it dies. An empty array has its own empty
//! hash part, since the engine's own sits at another address in each process. Equal strings are stored once per value, and
//! so is an array that the value holds several times; small arrays of strings and scalars, also when they are only equal.
//!
//! ## Templates
//! A value with PHP references between its parts, or cycles, cannot be handed out in place: a reference is counted, and
//! whoever holds it may write through it. So the arrays that hold one, and those above them, are *nodes*: images that fetch
//! copies to the request's memory. All the rest stays in place.
//!
//! | part | what |
//! |---|---|
//! | head | [`TemplateHead`] |
//! | nodes | per node the offset of its image in the block, `u32` in units of 8 bytes; node 0 is the value |
//! | fixups | [`Fixup`] each: that slot of that node's copy is to hold that node's copy |
//!
//! A reference is one node; an array is one for each of its holders, as `unserialize()` makes them.
//! A node's image carries its final reference count: as many holders as fixups name it, and one for the value itself. Its
//! kind is the type in its `zend_refcounted_h`, which is how objects are to become nodes later: a third image (class, layout
//! fingerprint, property slots) that fetch makes an object of before the fixups run, while their arrays and strings stay in
//! place like everybody's.

mod moved;
mod relocate;

pub(crate) use moved::place_of;
#[allow(unused_imports, reason = "for whoever moves entries")]
pub(crate) use relocate::relocate;

use crate::zend::constants as c;
use crate::zend::live::{Array, Bucket, Counted, Reference, Slot, hash_entries};

pub(crate) const TAG_NULL: u8 = 0;
pub(crate) const TAG_FALSE: u8 = 1;
pub(crate) const TAG_TRUE: u8 = 2;
/// The value stands in `bits`; atomics change it there.
pub(crate) const TAG_INT: u8 = 3;
pub(crate) const TAG_FLOAT: u8 = 4;
pub(crate) const TAG_STRING: u8 = 5;
pub(crate) const TAG_ARRAY: u8 = 6;
pub(crate) const TAG_ARRAY_TEMPLATE: u8 = 7;

/// Offsets count in units of this many bytes, which is also the alignment of everything in a block.
pub(crate) const UNIT: usize = 8;

/// Places are 31 bits of units; the highest bit marks a template node.
pub(crate) const MAX_UNITS: u64 = (1 << 31) - 1;

/// What a string's image has as `zend_refcounted_h` type, before [`c::STR_VALID_UTF8`] is taken over from the original.
pub(crate) const STRING_INFO: u32 = c::GC_STRING | c::STR_INTERNED;
/// The same for an array image that PHP gets in place.
pub(crate) const ARRAY_INFO: u32 = c::GC_ARRAY | c::GC_FLAG_IMMUTABLE;
/// The count of things that are not counted: what the engine gives its own.
pub(crate) const UNCOUNTED: u32 = 2;

/// Units of a string's image.
#[inline(always)]
pub(crate) fn string_units(len: usize) -> u64 {
    ((c::STRING_HEADER + len + 1).div_ceil(UNIT)) as u64
}

/// Units of an array's image with `slots` elements.
#[inline(always)]
pub(crate) fn array_units(packed: bool, mask: u32, slots: u32) -> u64 {
    let element = if packed { size_of::<Slot>() } else { size_of::<Bucket>() };
    ((size_of::<Array>() + hash_entries(mask) * size_of::<u32>() + slots as usize * element) / UNIT) as u64
}

/// Units of a reference's image.
pub(crate) const REFERENCE_UNITS: u64 = (size_of::<Reference>() / UNIT) as u64;

/// Begins the block of a template.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct TemplateHead {
    pub(crate) nodes: u32,
    pub(crate) fixups: u32,
}

/// One pointer between nodes.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Fixup {
    /// The node whose copy has the slot.
    pub(crate) holder: u32,
    /// The slot's number among its elements; 0 in a reference.
    pub(crate) slot: u32,
    /// The node whose copy the slot is to hold.
    pub(crate) target: u32,
}

/// Bytes of a template's head, node table and fixups, up to where the images begin.
pub(crate) fn template_tables(nodes: usize, fixups: usize) -> usize {
    (size_of::<TemplateHead>() + nodes * size_of::<u32>() + fixups * size_of::<Fixup>())
        .next_multiple_of(UNIT)
}

/// The name of a stored type, for messages.
pub(crate) fn type_name(tag: u8) -> &'static str {
    match tag {
        TAG_NULL => "null",
        TAG_FALSE | TAG_TRUE => "bool",
        TAG_INT => "int",
        TAG_FLOAT => "float",
        TAG_STRING => "string",
        TAG_ARRAY | TAG_ARRAY_TEMPLATE => "array",
        _ => "unknown",
    }
}

const _: () = {
    assert!(
        c::SIZEOF_ARRAY.is_multiple_of(UNIT)
            && c::SIZEOF_BUCKET.is_multiple_of(UNIT)
            && c::SIZEOF_ZVAL.is_multiple_of(UNIT)
    );
    assert!(hash_entries_is_even());
    assert!(STRING_INFO & c::STR_PERMANENT == 0);
};

/// The hash part of the smallest table keeps what follows aligned; larger ones are powers of two.
const fn hash_entries_is_even() -> bool {
    c::HT_MIN_MASK.wrapping_neg().is_multiple_of(2)
}
