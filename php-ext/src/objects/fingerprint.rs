//! A class in 64 bits: equal as long as an object that was stored by slots can be made again by slots.

use ext_php_rs::ffi::{zend_class_entry, zend_type};

use super::class::{Facts, text};
use crate::engine::is_of_script;
use crate::zend::constants as c;
use crate::zend::live::Text;

/// A digest in the making.
pub(crate) struct Digest(pub(crate) u64);

impl Digest {
    #[inline]
    pub(crate) fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    pub(crate) fn add_text(&mut self, text: &Text) {
        self.add(text.len as u64);
        self.add(text.hash());
    }

    /// # Safety
    /// A type of a linked class.
    pub(crate) unsafe fn add_type(&mut self, kind: &zend_type) {
        // Where the list of types was allocated is not part of the type.
        self.add(u64::from(kind.type_mask & !c::_ZEND_TYPE_ARENA_BIT));
        // SAFETY: the mask says what the pointer is; a list has as many types as it says, one after the other.
        unsafe {
            if kind.type_mask & c::_ZEND_TYPE_LIST_BIT != 0 {
                let list = kind.ptr.cast::<u32>();
                let types = kind.ptr.cast::<u8>().add(size_of::<u64>()).cast::<zend_type>();
                for number in 0..*list as usize {
                    self.add_type(&*types.add(number));
                }
            } else if kind.type_mask & c::_ZEND_TYPE_NAME_BIT != 0 {
                self.add_text(text(kind.ptr.cast()));
            }
        }
    }
}

/// Of each slot: name with visibility, modifiers, type and who declared it. Of the class: how its objects are made, and where a function
/// of the engine's makes them, whose: what they keep beside properties is of that class's form.
/// Values of defaults do not count, nor do methods, beyond which of those there are that storing calls.
///
/// # Safety
/// A class of this request, its traits and its number of slots.
pub(super) unsafe fn of(class: *const zend_class_entry, traits: u32, slots: u32) -> u64 {
    let mut digest = Digest(u64::from(traits) << 32 | u64::from(slots));
    if traits & Facts::CREATE != 0 {
        // SAFETY: the caller's class is linked; a class's name lives as long as it.
        unsafe {
            if let Some(ancestor) = internal_ancestor(class) {
                digest.add_text(text((*ancestor).name));
            }
        }
    }
    for slot in 0..slots as usize {
        // SAFETY: a class with slots has a declaration, or null, for each of them; names and types live with the class.
        unsafe {
            let Some(property) = (*(*class).properties_info_table.add(slot)).as_ref() else {
                digest.add(1);
                continue;
            };
            digest.add(u64::from(property.flags));
            if cfg!(php84) {
                // Hooks may move it to another slot.
                digest.add(u64::from(property.offset));
            }
            digest.add_text(text(property.name));
            digest.add_text(text((*property.ce).name));
            digest.add_type(&property.type_);
        }
    }
    digest.0
}

/// The class of the engine's own, or of a module, that a class is or is nearest derived from.
///
/// # Safety
/// A linked class.
unsafe fn internal_ancestor(class: *const zend_class_entry) -> Option<*const zend_class_entry> {
    let mut at = class;
    // SAFETY: the caller's word: parents of a linked class are linked, and the first has none.
    unsafe {
        while !at.is_null() && is_of_script(&*at) {
            at = (*at).__bindgen_anon_1.parent;
        }
    }
    (!at.is_null()).then_some(at)
}
