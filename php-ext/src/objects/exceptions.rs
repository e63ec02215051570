//! Exceptions on PHP 8.4, where the engine's function for new ones may run user code: it writes their file and line as any property is
//! written, and subclasses may have hooks there.

use ext_php_rs::ffi::{zend_ce_exception, zend_class_entry, zend_object};

use super::build;
use super::class::{is_a, slot_named};
use super::engine::{self, undefined, zend_ce_throwable, zval_of};
use crate::engine::without_collection;
use crate::zend::live::Object;

/// Whether new objects of the class are exceptions that are made here: as any object, and then [`fill`]ed.
///
/// # Safety
/// A linked class.
pub(super) unsafe fn is_plain(class: *const zend_class_entry) -> bool {
    // SAFETY: the caller's word; the engine's own class, set at its start. Functions of one library have one address each.
    unsafe {
        let create = (*class).__bindgen_anon_2.create_object.map(|create| create as usize);
        create.is_some()
            && create == (*zend_ce_exception).__bindgen_anon_2.create_object.map(|own| own as usize)
    }
}

/// Whether only the class's own function can make its objects, and may call hooks: that of an exception which a module makes in its own
/// way (`SodiumException`).
///
/// # Safety
/// A linked class.
pub(super) unsafe fn is_made_by_hooks(class: *const zend_class_entry) -> bool {
    // SAFETY: the caller's word; the engine's own class, set at its start.
    unsafe {
        (*class).num_hooked_props > 0
            && (*class).__bindgen_anon_2.create_object.is_some()
            && !is_plain(class)
            && is_a(class, zend_ce_throwable)
    }
}

/// Gives a new exception file, line and trace as the engine would, in those of their slots that are open.
///
/// # Safety
/// An exception of a class that [`is_plain`], whose properties are initialised.
pub(super) unsafe fn fill(object: *mut Object, is_open: impl Fn(u32) -> bool) {
    // SAFETY: the caller's word: it has slots where its class and the class at the root say so. The latter is the engine's own, and
    // has no hooks. No user code runs: what the one that is made for its values holds has other holders.
    unsafe {
        let class = (*object.cast::<zend_object>()).ce;
        let base = engine::zend_get_exception_base(object.cast());
        // The trace is private to the class at the root.
        let open = [(c"file", class), (c"line", class), (c"trace", base)].map(|(name, class)| {
            let place = slot_named(class, name).filter(|place| is_open(*place));
            place.and_then(|place| Some((place, slot_named(base, name)?)))
        });
        if open.iter().all(Option::is_none) {
            return;
        }
        let Some(create) = (*base).__bindgen_anon_2.create_object else { return };
        let model = create(base);
        for (to, from) in open.into_iter().flatten() {
            let from = build::slots(model.cast()).add(from as usize);
            build::replace(build::slots(object).add(to as usize), from);
            from.write(undefined());
        }
        let mut model = engine::object_slot(model);
        without_collection(|| engine::zval_ptr_dtor(zval_of(&mut model)));
    }
}
