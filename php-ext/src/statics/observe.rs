//! What the engine tells: classes that were linked, errors.

use std::panic::catch_unwind;

use ext_php_rs::ffi::{zend_class_entry, zend_string};

use super::awaited::{self, News};
use super::{engine, errors, restore, scan, unseen, with};
use crate::engine::is_of_script;
use crate::zend::constants as c;

/// Not seen, or not seen reliably; and nothing of theirs is shared with who uses them.
const PASSED_OVER: u32 = c::ZEND_ACC_TRAIT | c::ZEND_ACC_INTERFACE | c::ZEND_ACC_ANON_CLASS;

/// At module start-up.
pub(super) fn install() {
    // SAFETY: module start-up; the engine forgets its observers at shutdown.
    unsafe {
        engine::zend_observer_class_linked_register(linked);
        engine::zend_observer_error_register(errors::failed);
    }
}

/// Whether a class can have targets and has some.
///
/// # Safety
/// A class of this request.
pub(super) unsafe fn is_attributed(class: *const zend_class_entry) -> bool {
    // SAFETY: the caller's word; the rest is of linked classes of scripts.
    unsafe { is_of_script(&*class) && (*class).ce_flags & PASSED_OVER == 0 && scan::is_marked(class) }
}

/// For every class of every request. The name is in lower case, and may be an alias.
unsafe extern "C" fn linked(class: *mut zend_class_entry, name: *mut zend_string) {
    // SAFETY: called by the engine with a linked class; nothing here needs dropping.
    unsafe {
        if with(|statics| !statics.awaiting.is_empty()) {
            linked_by_name(class, name);
        } else {
            // Nobody waits for an alias.
            tell(class, || (*class).name);
        }
    }
}

/// Apart, so that the name is not kept for all.
///
/// # Safety
/// A linked class of this request and its name. Nothing needs dropping: user code may run and leave by a jump.
#[cold]
#[inline(never)]
unsafe fn linked_by_name(class: *mut zend_class_entry, name: *mut zend_string) {
    // SAFETY: as for `linked`.
    unsafe { tell(class, || name) }
}

/// Restores what has waited for a class, and what it has itself.
///
/// # Safety
/// As for [`linked_by_name`].
#[inline(always)]
unsafe fn tell(class: *mut zend_class_entry, name: impl FnOnce() -> *mut zend_string) {
    // SAFETY: as for `linked`.
    unsafe {
        // A panic would be a bug of ours; what it leaves is an ordinary class.
        let mut ours = is_attributed(class) && !engine::is_preloading();
        if ours {
            let _ = catch_unwind(|| restore::link(class));
        }
        if with(|statics| !statics.awaiting.is_empty()) {
            ours = true;
            let name = name();
            let _ = catch_unwind(|| awaited::retry(News::Linked(class, name)));
        }
        if ours && crate::engine::exception_pending() {
            unseen::take();
        }
    }
}
