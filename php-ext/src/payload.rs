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
//! | [`TAG_ARRAY_TEMPLATE`], [`TAG_OBJECT`] | 0 | head and tables; array, reference and object images; string images |
//!
//! ## Images
//! | image | layout | given to PHP as |
//! |---|---|---|
//! | string | `zend_string`, bytes, NUL, zeros to 8 | interned string, not counted |
//! | array | `zend_array`, hash part, elements in use (`nNumUsed`; holes stay, unless a hash is mostly holes) | immutable array, not counted |
//! | reference | `zend_reference` | only through a template |
//! | object | [`ObjectImage`], declared properties | only through a template |
//!
//! Strings are *interned* but never *permanent*: caches of the engine that outlive a request copy such strings. Their hash is
//! always there (the engine computes a missing one in place, which would trap). All keys being interned, every array has
//! `HASH_FLAG_STATIC_KEYS`: a copy that PHP makes need not look at its keys when it dies. An empty array has its own empty
//! hash part, since the engine's own sits at another address in each process. Equal strings are stored once per value, and
//! so is an array that the value holds several times; small arrays of strings and scalars, also when they are only equal.
//! Images follow each other without gaps.
//!
//! ## Templates
//! A value with objects, with PHP references between its parts, or with cycles, cannot be handed out in place: objects and
//! references are counted, and whoever holds them may write through them; and the engine looks for recursion in counted arrays
//! only. So they, and arrays that hold themselves, and the arrays above any of these, are *nodes*: images that fetch makes
//! something of in the request's memory. All the rest stays in place.
//!
//! | part | what |
//! |---|---|
//! | head | [`TemplateHead`] |
//! | calls | [`CallImage`] each, in the order of calling: methods that finish objects; and texts that objects are made of, which are due before any of these |
//! | classes | [`ClassImage`] each, in the order of their first object or of the text that names them |
//! | nodes | per node the offset of its image in the block, `u32` in units of 8 bytes; node 0 is the value |
//! | fixups | [`Fixup`] each: that slot of that node's copy is to hold that node's copy |
//! | tables | [`Pair`] each: object node, and the node of its table of dynamic properties, all of them under names |
//! | typed | [`Pair`] each: object node, and the number of a typed property that holds a reference |
//!
//! A reference or an object is one node. So is an array, unless it leads to a reference: then it is one for each of its
//! holders, as `unserialize()` makes them. A node's image carries its final reference count: as many holders as fixups name
//! it, one for each of its calls, and one for the value itself. Its kind is the type in its `zend_refcounted_h`.

mod moved;
mod relocate;

pub(crate) use moved::place_of;
pub(crate) use relocate::relocate;

use crate::zend::constants as c;
use crate::zend::live::{Array, Bucket, Counted, Reference, Slot, hash_entries};
use std::slice;

pub(crate) const TAG_NULL: u8 = 0;
pub(crate) const TAG_FALSE: u8 = 1;
pub(crate) const TAG_TRUE: u8 = 2;
/// The value stands in `bits`; atomics change it there.
pub(crate) const TAG_INT: u8 = 3;
pub(crate) const TAG_FLOAT: u8 = 4;
pub(crate) const TAG_STRING: u8 = 5;
pub(crate) const TAG_ARRAY: u8 = 6;
pub(crate) const TAG_ARRAY_TEMPLATE: u8 = 7;
pub(crate) const TAG_OBJECT: u8 = 8;
/// Static state of a class: a head, and behind it the block of an array; see [`crate::statics::image`].
pub(crate) const TAG_STATICS: u8 = 9;

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
    // With the NUL, rounded up.
    ((c::STRING_HEADER + len + UNIT) / UNIT) as u64
}

/// Units of an array's image with `slots` elements.
#[inline(always)]
pub(crate) fn array_units(packed: bool, mask: u32, slots: u32) -> u64 {
    let element = if packed { size_of::<Slot>() } else { size_of::<Bucket>() };
    ((size_of::<Array>() + hash_entries(mask) * size_of::<u32>() + slots as usize * element) / UNIT) as u64
}

/// Units of a reference's image.
pub(crate) const REFERENCE_UNITS: u64 = (size_of::<Reference>() / UNIT) as u64;

/// Units of an object's image with so many slots.
pub(crate) fn object_units(slots: u32) -> u64 {
    ((size_of::<ObjectImage>() + slots as usize * size_of::<Slot>()) / UNIT) as u64
}

/// Begins the block of a template: how many there are of each table.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct TemplateHead {
    pub(crate) nodes: u32,
    pub(crate) fixups: u32,
    pub(crate) classes: u32,
    pub(crate) calls: u32,
    pub(crate) tables: u32,
    pub(crate) typed: u32,
}

/// One pointer between nodes.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Fixup {
    /// The node whose copy has the slot; as many as there are nodes: a call's argument.
    pub(crate) holder: u32,
    /// Units from the holder's first slot.
    pub(crate) offset: u32,
    /// The node whose copy the slot is to hold, and its kind.
    pub(crate) target: u32,
}

impl Fixup {
    /// Kinds of targets.
    pub(crate) const ARRAY: u32 = 0;
    pub(crate) const REFERENCE: u32 = 1 << 30;
    pub(crate) const OBJECT: u32 = 2 << 30;

    const KIND: u32 = 3 << 30;

    #[inline(always)]
    pub(crate) fn node(&self) -> usize {
        (self.target & !Self::KIND) as usize
    }

    #[inline(always)]
    pub(crate) fn kind(&self) -> u32 {
        self.target & Self::KIND
    }
}

/// What two tables have entries of.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Pair(pub(crate) u32, pub(crate) u32);

/// A class that objects of the value have.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct ClassImage {
    /// The address of a string image.
    pub(crate) name: u64,
    pub(crate) fingerprint: u64,
}

/// A method to be called on a node.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct CallImage {
    pub(crate) argument: Slot,
    pub(crate) node: u32,
    /// A [`crate::objects::harvest::Action`].
    pub(crate) action: u32,
}

/// An object: class and properties. Of an enum case: the case's name in the place of a property.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct ObjectImage {
    pub(crate) gc: Counted,
    /// Number of its class.
    pub(crate) class: u32,
    /// How many slots follow: all declared properties of the class, or none.
    pub(crate) count: u32,
    pub(crate) traits: u32,
    spare: u32,
}

impl CallImage {
    /// The action of a call that need not be made any more.
    pub(crate) const DONE: u32 = 0;
}

impl ObjectImage {
    /// Some properties are those of any new object.
    pub(crate) const DEFAULTS: u32 = 1;
    pub(crate) const ENUM: u32 = 2;

    pub(crate) fn new(holders: u32, class: u32, count: u32, traits: u32) -> Self {
        let gc = Counted { refcount: holders, info: c::GC_OBJECT };
        ObjectImage { gc, class, count, traits, spare: 0 }
    }

    /// The slots behind the image.
    #[inline(always)]
    pub(crate) fn slots(this: *const Self) -> *const Slot {
        this.wrapping_add(1).cast()
    }
}

impl TemplateHead {
    /// Where each table begins, in bytes, and where the images do.
    #[inline(always)]
    pub(crate) fn layout(&self) -> TemplateLayout {
        let calls = size_of::<TemplateHead>();
        let classes = calls + self.calls as usize * size_of::<CallImage>();
        let nodes = classes + self.classes as usize * size_of::<ClassImage>();
        let fixups = nodes + self.nodes as usize * size_of::<u32>();
        let tables = fixups + self.fixups as usize * size_of::<Fixup>();
        let typed = tables + self.tables as usize * size_of::<Pair>();
        let images = (typed + self.typed as usize * size_of::<Pair>()).next_multiple_of(UNIT);
        TemplateLayout { calls, classes, nodes, fixups, tables, typed, images }
    }
}

/// Offsets in a template's block.
#[derive(Clone, Copy)]
pub(crate) struct TemplateLayout {
    pub(crate) calls: usize,
    pub(crate) classes: usize,
    pub(crate) nodes: usize,
    pub(crate) fixups: usize,
    pub(crate) tables: usize,
    pub(crate) typed: usize,
    pub(crate) images: usize,
}

/// A template's payload, to be read.
#[derive(Clone, Copy)]
pub(crate) struct Template {
    pub(crate) payload: usize,
    pub(crate) head: TemplateHead,
    layout: TemplateLayout,
}

impl Template {
    /// # Safety
    /// A template's payload lies there, and stays as long as the result and what it gives are used.
    #[inline(always)]
    pub(crate) unsafe fn at(payload: usize) -> Self {
        // SAFETY: a template begins with its head.
        let head = unsafe { *(payload as *const TemplateHead) };
        Template { payload, head, layout: head.layout() }
    }

    #[inline(always)]
    fn table<T>(&self, offset: usize, count: u32) -> &'static [T] {
        // SAFETY: the head says that there are so many; they stay, says who made this.
        unsafe { slice::from_raw_parts((self.payload + offset) as *const T, count as usize) }
    }

    #[inline(always)]
    pub(crate) fn calls(&self) -> &'static [CallImage] {
        self.table(self.layout.calls, self.head.calls)
    }

    #[inline(always)]
    pub(crate) fn classes(&self) -> &'static [ClassImage] {
        self.table(self.layout.classes, self.head.classes)
    }

    #[inline(always)]
    pub(crate) fn nodes(&self) -> &'static [u32] {
        self.table(self.layout.nodes, self.head.nodes)
    }

    #[inline(always)]
    pub(crate) fn fixups(&self) -> &'static [Fixup] {
        self.table(self.layout.fixups, self.head.fixups)
    }

    #[inline(always)]
    pub(crate) fn tables(&self) -> &'static [Pair] {
        self.table(self.layout.tables, self.head.tables)
    }

    #[inline(always)]
    pub(crate) fn typed(&self) -> &'static [Pair] {
        self.table(self.layout.typed, self.head.typed)
    }

    /// The image of a node.
    #[inline(always)]
    pub(crate) fn image(&self, place: u32) -> usize {
        self.payload + place as usize * UNIT
    }

    /// The images of all object nodes.
    pub(crate) fn objects(self) -> impl Iterator<Item = *const ObjectImage> {
        self.nodes().iter().filter_map(move |&place| {
            let image = self.image(place) as *const ObjectImage;
            // SAFETY: every image begins with its counts.
            let kind = unsafe { (*image).gc.info } & c::GC_TYPE_MASK;
            (kind == c::IS_OBJECT).then_some(image)
        })
    }
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
        TAG_OBJECT => "object",
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
    assert!(size_of::<TemplateHead>().is_multiple_of(UNIT) && size_of::<CallImage>().is_multiple_of(UNIT));
    assert!(size_of::<ObjectImage>().is_multiple_of(UNIT) && std::mem::offset_of!(CallImage, argument) == 0);
    assert!(STRING_INFO & c::STR_PERMANENT == 0);
};

/// The hash part of the smallest table keeps what follows aligned; larger ones are powers of two.
const fn hash_entries_is_even() -> bool {
    c::HT_MIN_MASK.wrapping_neg().is_multiple_of(2)
}
