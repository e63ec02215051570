//! Classes that lack what they inherit elsewhere.
//!
//! While a class is being linked, an autoloader may load a file with a class that extends it, and OPcache binds that one at once: it gets what
//! its parent has at that moment, and what the parent inherits afterwards it never has. In other requests it has that, so nothing is said of
//! stored state by what such an *orphan* is like.

use ext_php_rs::ffi::{HashTable, zend_class_entry, zend_string};

use super::engine;
use crate::engine::{is_of_script, loaded_class};
use crate::payload::Template;
use crate::zend::constants as c;
use crate::zend::live::Array;

/// Whether what a class inherits is not known: it is being linked. (One that is nearly linked has what it inherits: its relatives are linked
/// before it, since it names them.)
#[inline(always)]
pub(crate) fn is_unlinked(class: &zend_class_entry) -> bool {
    class.ce_flags & (c::ZEND_ACC_LINKED | c::ZEND_ACC_NEARLY_LINKED) == 0
}

/// Whether a class has an ancestor that is being linked at this moment. For every class of every request: cheaper than [`is_orphaned`], which
/// also knows those whose ancestor has been linked since.
///
/// # Safety
/// A linked class of this request.
#[inline(always)]
pub(crate) unsafe fn has_unlinked_ancestor(class: *const zend_class_entry) -> bool {
    // SAFETY: a linked class points at its parent, if it has one. Where one that is not linked has the name of its own, the search ends before
    // anybody looks there.
    unsafe {
        let parent_of = |class: *const zend_class_entry| {
            let parent = (*class).__bindgen_anon_1.parent.cast_const();
            (!parent.is_null()).then_some(parent)
        };
        std::iter::successors(parent_of(class), |parent| parent_of(*parent))
            .any(|ancestor| is_unlinked(&*ancestor))
    }
}

/// Whether a class or an ancestor of it is an orphan. A class inherits all declarations otherwise, private ones too: so one that lacks any of its
/// parent's was bound too early.
///
/// # Safety
/// A linked class of this request.
#[cold]
pub(crate) unsafe fn is_orphaned(class: *const zend_class_entry) -> bool {
    // SAFETY: the caller's word: parents of a linked class are pointers.
    unsafe {
        let parent_of = |class: *const zend_class_entry| (*class).__bindgen_anon_1.parent.cast_const();
        let mut class = class;
        // Internal classes are linked before all others.
        while is_of_script(&*class) && !parent_of(class).is_null() {
            let parent = parent_of(class);
            let lacks = |its: *const HashTable, theirs: *const HashTable| {
                let mut keys = (*theirs.cast::<Array>()).elements();
                keys.any(|bucket| engine::zend_hash_find(its, bucket.key as *const zend_string).is_null())
            };
            if is_unlinked(&*parent)
                || (*class).num_interfaces < (*parent).num_interfaces
                || lacks(&raw const (*class).properties_info, &raw const (*parent).properties_info)
                || lacks(&raw const (*class).function_table, &raw const (*parent).function_table)
            {
                return true;
            }
            class = parent;
        }
    }
    false
}

/// Whether a class of the template's is an orphan, or an ancestor of it. Loads nothing.
///
/// # Safety
/// A template's payload, pinned.
#[cold]
pub(crate) unsafe fn has_orphans(template: &Template) -> bool {
    // SAFETY: the caller's word; the image's name is a string image, which the engine takes as an interned string.
    template.classes().iter().any(|image| unsafe {
        let class = loaded_class(image.name as *mut zend_string);
        !class.is_null() && is_orphaned(class)
    })
}
