//! A declaration in 64 bits: what was stored under another one is not restored.

use std::ffi::c_void;

use ext_php_rs::ffi::zend_class_entry;
#[cfg(php85)]
use ext_php_rs::ffi::zend_op_array;

use super::Member;
use super::engine;
use super::place::Place;
use crate::objects::class::text;
use crate::objects::fingerprint::Digest;
use crate::zend::constants as c;
use crate::zend::live::{Array, Slot, Text};

/// Of the class: parent and file. Of each member: name, modifiers, type and default. Structure, never addresses.
///
/// # Safety
/// A linked class of this request, and members of it.
#[inline(always)]
pub(super) unsafe fn of(class: *const zend_class_entry, members: &[Member]) -> u64 {
    let mut digest = Digest(members.len() as u64);
    // SAFETY: the caller's word; names, types and defaults live with the class.
    unsafe {
        let file = (*class).info.user.filename;
        if !file.is_null() {
            digest.add_text(text(file));
        }
        let parent = (*class).__bindgen_anon_1.parent;
        digest.add(u64::from(parent.is_null()));
        if !parent.is_null() {
            digest.add_text(text((*parent).name));
        }
        for member in members {
            match member.place {
                Place::Property { info, .. } => {
                    digest.add(u64::from((*info).flags));
                    digest.add_text(text((*info).name));
                    digest.add_type(&(*info).type_);
                }
                Place::Variable { function, number } => {
                    digest.add_text(text((*function).function_name));
                    if let Some(name) =
                        engine::table((*function).static_variables).buckets()[number as usize].text()
                    {
                        digest.add_text(name);
                    }
                    #[cfg(php83)]
                    digest.add(super::initialisers::of(function));
                }
            }
            add_value(&mut digest, &member.place.declared());
        }
    }
    digest.0
}

/// A constant value or expression. (Those are as deep as somebody wrote them.)
///
/// # Safety
/// A live value.
pub(super) unsafe fn add_value(digest: &mut Digest, slot: &Slot) {
    digest.add(u64::from(slot.kind()));
    // SAFETY: the caller's value is live.
    unsafe {
        match slot.kind() {
            c::IS_LONG | c::IS_DOUBLE => digest.add(slot.value),
            c::IS_STRING => digest.add_text(slot.text()),
            c::IS_ARRAY => add_array(digest, slot.array()),
            c::IS_CONSTANT_AST => add_node(digest, Node::of(slot)),
            _ => {}
        }
    }
}

unsafe fn add_array(digest: &mut Digest, array: &Array) {
    digest.add(u64::from(array.count));
    if array.count == 0 {
        return;
    }
    // SAFETY: the caller's array is live.
    unsafe {
        if array.is_packed() {
            array.slots().iter().for_each(|slot| add_value(digest, slot));
            return;
        }
        for bucket in array.buckets().iter().filter(|bucket| bucket.slot.kind() != c::IS_UNDEF) {
            match bucket.text() {
                Some(key) => digest.add_text(key),
                None => digest.add(bucket.hash),
            }
            add_value(digest, &bucket.slot);
        }
    }
}

/// A node of a constant expression.
#[derive(Clone, Copy)]
pub(super) struct Node(*const u8);

impl Node {
    /// The expression that a value is.
    ///
    /// # Safety
    /// A live one.
    pub(super) unsafe fn of(slot: &Slot) -> Self {
        // SAFETY: such a value points at a header that the root follows.
        Node(unsafe { (slot.value as *const u8).add(c::SIZEOF_AST_REF) })
    }

    pub(super) fn kind(self) -> u32 {
        // SAFETY: nodes begin with their kind.
        u32::from(unsafe { *self.0.cast::<u16>() })
    }

    /// As the engine has it.
    pub(super) fn start(self) -> *mut c_void {
        self.0.cast_mut().cast()
    }

    /// In the place of a child that there need not be.
    pub(super) fn is_absent(self) -> bool {
        self.0.is_null()
    }

    /// Whether there is a `new` in it.
    #[cfg(not(php83))]
    pub(super) fn makes_objects(self) -> bool {
        self.kind() == c::ZEND_AST_NEW
            || self.children().iter().any(|child| !child.is_absent() && child.makes_objects())
    }

    /// Whether a closure is written out in it.
    #[cfg(php85)]
    pub(super) fn makes_closures(self) -> bool {
        self.closure().is_some()
            || self.children().iter().any(|child| !child.is_absent() && child.makes_closures())
    }

    pub(super) fn attr(self) -> u16 {
        // SAFETY: the second word of two bytes.
        unsafe { *self.0.cast::<u16>().add(1) }
    }

    /// The value of a node that is one, or that names a constant.
    pub(super) fn value(self) -> Option<&'static Slot> {
        // SAFETY: such a node has a value there.
        matches!(self.kind(), c::ZEND_AST_ZVAL | c::ZEND_AST_CONSTANT)
            .then(|| unsafe { &*self.0.add(c::AST_ZVAL_VAL).cast::<Slot>() })
    }

    /// The function of a node that is a closure, written out.
    #[cfg(php85)]
    fn closure(self) -> Option<*const zend_op_array> {
        // SAFETY: such a node has its function there.
        (self.kind() == c::ZEND_AST_OP_ARRAY).then(|| unsafe { *self.0.add(c::AST_OP_ARRAY).cast() })
    }

    /// Children, some of which may be absent. None of special nodes.
    pub(super) fn children(self) -> &'static [Node] {
        let kind = self.kind();
        // SAFETY: the kind says how many children there are, and where.
        unsafe {
            if kind >> c::ZEND_AST_SPECIAL_SHIFT & 1 != 0 {
                return &[];
            }
            let (count, first) = if kind >> c::ZEND_AST_IS_LIST_SHIFT & 1 != 0 {
                (*self.0.add(c::AST_LIST_CHILDREN).cast::<u32>(), c::AST_LIST_CHILD)
            } else {
                (kind >> c::ZEND_AST_NUM_CHILDREN_SHIFT, c::AST_CHILD)
            };
            std::slice::from_raw_parts(self.0.add(first).cast(), count as usize)
        }
    }
}

unsafe fn add_node(digest: &mut Digest, node: Node) {
    digest.add(u64::from(node.kind()) << 16 | u64::from(node.attr()));
    // SAFETY: the caller's expression is live.
    unsafe {
        if let Some(value) = node.value() {
            add_value(digest, value);
        }
        // OPcache's optimizer does not get at these.
        #[cfg(php85)]
        if let Some(function) = node.closure() {
            super::initialisers::add_closure(digest, function);
        }
        for child in node.children() {
            if child.is_absent() {
                digest.add(0);
            } else {
                add_node(digest, *child);
            }
        }
    }
}

/// Class and constant, if a value is the expression `Class::CONSTANT`, as written.
pub(super) fn class_constant(value: &Slot) -> Option<(&'static [u8], &'static [u8])> {
    if value.kind() != c::IS_CONSTANT_AST {
        return None;
    }
    // SAFETY: the value is such an expression.
    let node = unsafe { Node::of(value) };
    if node.kind() != c::ZEND_AST_CLASS_CONST {
        return None;
    }
    let name = |number: usize| -> Option<&'static [u8]> {
        let value = node.children().get(number).filter(|child| !child.0.is_null())?.value()?;
        (value.kind() == c::IS_STRING).then(|| {
            let text: *const Text = value.text();
            // SAFETY: the expression lives as long as its class.
            unsafe { (*text).bytes() }
        })
    };
    Some((name(0)?, name(1)?))
}
