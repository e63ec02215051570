//! Read-only views of values that the engine owns.
//!
//! A view is only ever made from a value the engine handed to us ([`Slot::of`]) or reached from one, so its type field says
//! truthfully what its pointer points to; that is the invariant behind the safe methods here. Views live no longer than the
//! borrow they were made from, and nobody changes the values meanwhile: the codec runs no user code.

use super::constants as c;
use ext_php_rs::types::Zval;
use std::cell::Cell;
use std::slice;

/// `zend_refcounted_h`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) refcount: u32,
    pub(crate) info: u32,
}

/// `zval`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) value: u64,
    pub(crate) info: u32,
    /// The next bucket of the hash chain, or nothing in particular.
    pub(crate) next: u32,
}

/// `Bucket`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Bucket {
    pub(crate) slot: Slot,
    /// The key's hash, or the integer key.
    pub(crate) hash: u64,
    /// A `zend_string`, or 0 for an integer key. Dangles in a bucket whose element was deleted.
    pub(crate) key: u64,
}

/// The head of a `zend_string`; the bytes follow.
#[repr(C)]
pub(crate) struct Text {
    pub(crate) gc: Counted,
    pub(crate) hash: Cell<u64>,
    pub(crate) len: usize,
}

/// `zend_array`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Array {
    pub(crate) gc: Counted,
    pub(crate) flags: u32,
    pub(crate) mask: u32,
    pub(crate) data: u64,
    pub(crate) used: u32,
    pub(crate) count: u32,
    pub(crate) size: u32,
    pub(crate) cursor: u32,
    pub(crate) next_free: i64,
    pub(crate) destructor: u64,
}

/// `zend_reference`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Reference {
    pub(crate) gc: Counted,
    pub(crate) slot: Slot,
    pub(crate) sources: u64,
}

/// The head of a `zend_object`; the declared properties follow.
#[repr(C)]
pub(crate) struct Object {
    pub(crate) gc: Counted,
    pub(crate) handle: u32,
    /// Flags since PHP 8.4, before that nothing in particular.
    pub(crate) extra: u32,
    pub(crate) class: u64,
    pub(crate) handlers: u64,
    pub(crate) properties: u64,
}

impl Slot {
    /// A zval without a value.
    pub(crate) const UNDEFINED: Self = Slot { value: 0, info: c::IS_UNDEF, next: 0 };
    pub(crate) const NULL: Self = Slot { value: 0, info: c::IS_NULL, next: 0 };

    /// A zval of something that is counted, of which `info` says what it is. Counts nothing.
    #[inline(always)]
    pub(crate) fn counted<T>(thing: *const T, info: u32) -> Slot {
        Slot { value: thing.addr() as u64, info, next: 0 }
    }

    /// The engine's own value.
    pub(crate) fn of(value: &Zval) -> &Slot {
        // SAFETY: same layout (asserted in the parent module), same lifetime.
        unsafe { &*std::ptr::from_ref(value).cast() }
    }

    #[inline(always)]
    pub(crate) fn kind(&self) -> u32 {
        self.info & 0xff
    }

    /// False for values whose holder does not count: immutable arrays, interned strings, scalars.
    #[inline(always)]
    pub(crate) fn is_counted(&self) -> bool {
        self.info & c::Z_TYPE_FLAGS_MASK != 0
    }

    /// The value itself, where this is a reference.
    #[inline(always)]
    pub(crate) fn behind_reference(&self) -> &Slot {
        if self.kind() == c::IS_REFERENCE { &self.reference().slot } else { self }
    }

    #[inline(always)]
    pub(crate) fn text(&self) -> &Text {
        debug_assert!(self.kind() == c::IS_STRING);
        // SAFETY: a live zval of type string points to a live zend_string.
        unsafe { &*(self.value as *const Text) }
    }

    #[inline(always)]
    pub(crate) fn array(&self) -> &Array {
        debug_assert!(self.kind() == c::IS_ARRAY);
        // SAFETY: a live zval of type array points to a live zend_array.
        unsafe { &*(self.value as *const Array) }
    }

    #[inline(always)]
    pub(crate) fn reference(&self) -> &Reference {
        debug_assert!(self.kind() == c::IS_REFERENCE);
        // SAFETY: a live zval of type reference points to a live zend_reference.
        unsafe { &*(self.value as *const Reference) }
    }

    #[inline(always)]
    pub(crate) fn object(&self) -> &Object {
        debug_assert!(self.kind() == c::IS_OBJECT);
        // SAFETY: a live zval of type object points to a live zend_object.
        unsafe { &*(self.value as *const Object) }
    }

    /// Steps over the indirection of symbol tables: the variable itself, possibly undefined.
    #[inline(always)]
    pub(crate) fn direct(&self) -> &Slot {
        if self.kind() != c::IS_INDIRECT {
            return self;
        }
        // SAFETY: an indirect slot points to a live zval, which is never indirect itself.
        unsafe { &*(self.value as *const Slot) }
    }

    /// The class name of an object.
    pub(crate) fn class_name(&self) -> &[u8] {
        self.object().class_name()
    }
}

impl Object {
    /// The class name.
    pub(crate) fn class_name(&self) -> &[u8] {
        // SAFETY: a live object's class and that class's name outlive it.
        unsafe { (**((self.class as usize + c::CLASS_NAME) as *const *const Text)).bytes() }
    }

    /// The declared properties, as many as its class has.
    ///
    /// # Safety
    /// `count` is the class's `default_properties_count`.
    #[inline(always)]
    pub(crate) unsafe fn slots(&self, count: u32) -> &[Slot] {
        // SAFETY: they follow the head.
        unsafe {
            let start = std::ptr::with_exposed_provenance::<u8>(std::ptr::from_ref(self).addr());
            slice::from_raw_parts(start.add(c::OBJECT_SLOTS).cast(), count as usize)
        }
    }

    /// The table of dynamic properties, where there is one; it may also have the declared ones, as indirections.
    #[inline(always)]
    pub(crate) fn table(&self) -> Option<&Array> {
        // SAFETY: null or a live array.
        unsafe { (self.properties as *const Array).as_ref() }
    }
}

impl Bucket {
    /// The string key. Only for a bucket in use: a deleted one's key dangles.
    #[inline(always)]
    pub(crate) fn text(&self) -> Option<&Text> {
        debug_assert!(self.slot.kind() != c::IS_UNDEF);
        // SAFETY: the key of a bucket in use is null or a live zend_string.
        unsafe { (self.key as *const Text).as_ref() }
    }
}

impl Text {
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: `len` bytes follow the head of a live zend_string.
        unsafe { slice::from_raw_parts(self.start().add(c::STRING_HEADER), self.len) }
    }

    /// The first byte of the head; good for reading the whole string, not only the head that `self` borrows.
    #[inline(always)]
    pub(crate) fn start(&self) -> *const u8 {
        std::ptr::with_exposed_provenance(std::ptr::from_ref(self).addr())
    }

    #[inline(always)]
    pub(crate) fn hash(&self) -> u64 {
        match self.hash.get() {
            0 => self.compute_hash(),
            hash => hash,
        }
    }

    /// Stores the hash in the string, as the engine does on its own account. Strings that may not be written (interned, in a
    /// segment) always have one already.
    #[cold]
    fn compute_hash(&self) -> u64 {
        if self.len >= super::hash::SHORTEST && super::hash::is_trusted() {
            self.hash.set(super::hash::hash(self.bytes()));
            return self.hash.get();
        }
        // SAFETY: a live string.
        unsafe { super::zend_string_hash_func(self.start().cast_mut().cast()) }
    }
}

impl Array {
    #[inline(always)]
    pub(crate) fn is_packed(&self) -> bool {
        self.flags & c::HASH_FLAG_PACKED != 0
    }

    /// The elements of a packed array, holes included.
    #[inline(always)]
    pub(crate) fn slots(&self) -> &[Slot] {
        debug_assert!(self.is_packed() && self.count > 0);
        // SAFETY: a packed array that is not empty has `used` zvals.
        unsafe { slice::from_raw_parts(self.data as *const Slot, self.used as usize) }
    }

    /// The elements of a hash array, holes included.
    #[inline(always)]
    pub(crate) fn buckets(&self) -> &[Bucket] {
        debug_assert!(!self.is_packed() && self.count > 0);
        // SAFETY: a hash array that is not empty has `used` buckets.
        unsafe { slice::from_raw_parts(self.data as *const Bucket, self.used as usize) }
    }

    /// How many elements either kind of array has, holes included.
    #[inline(always)]
    pub(crate) fn extent(&self) -> u32 {
        if self.count == 0 { 0 } else { self.used }
    }

    /// The elements of either kind of array, without holes. One of a packed array comes as a bucket under its number.
    #[inline(always)]
    pub(crate) fn elements(&self) -> impl Iterator<Item = Bucket> + '_ {
        (0..self.extent() as usize)
            .map(|at| self.element(at))
            .filter(|bucket| bucket.slot.kind() != c::IS_UNDEF)
    }

    /// The value of one of these, or a hole.
    #[inline(always)]
    pub(crate) fn value(&self, at: usize) -> &Slot {
        if self.is_packed() { &self.slots()[at] } else { &self.buckets()[at].slot }
    }

    /// One of these, or a hole.
    #[inline(always)]
    pub(crate) fn element(&self, at: usize) -> Bucket {
        if self.is_packed() {
            Bucket { slot: self.slots()[at], hash: at as u64, key: 0 }
        } else {
            self.buckets()[at]
        }
    }

    /// The dynamic properties in an object's table, without what stands for declared ones there. `ArrayObject` appends to the table of
    /// an object that it was given: some may be under ints, and a table that has no others may be packed.
    #[inline(always)]
    pub(crate) fn properties(&self) -> impl Iterator<Item = Bucket> + '_ {
        self.elements().filter(|bucket| bucket.slot.kind() != c::IS_INDIRECT)
    }

    /// The hash part, which ends where the data begins.
    #[inline(always)]
    pub(crate) fn chains(&self) -> &[u32] {
        let entries = hash_entries(self.mask);
        // SAFETY: every array, the uninitialised one too, has as many entries below its data as its mask says.
        unsafe { slice::from_raw_parts((self.data as *const u32).sub(entries), entries) }
    }
}

/// How many entries the hash part has for this mask.
#[inline(always)]
pub(crate) fn hash_entries(mask: u32) -> usize {
    mask.wrapping_neg() as usize
}
