//! Objects that are watched without being kept alive: the engine takes an object out of a table of weak references before it is gone, so that
//! another one at its address is not taken for it.

use std::cell::Cell;

use ext_php_rs::ffi::{HashTable, zend_object};

use super::engine;
use crate::zend::constants as c;
use crate::zend::live::Slot;

/// Such a table.
pub(super) struct Watched {
    table: Cell<*mut HashTable>,
    /// The engine notes an object in the table and in one of its own. Where a jump (memory limit) has left it between the two, nobody must
    /// take the object out again.
    adding: Cell<bool>,
}

impl Watched {
    pub(super) const fn new() -> Self {
        Watched { table: Cell::new(std::ptr::null_mut()), adding: Cell::new(false) }
    }

    /// Watches an object from now on; false if it was watched before, or is not because a jump once left this. May leave by a jump.
    ///
    /// # Safety
    /// A live object of this request, and so is the table's.
    pub(super) unsafe fn add(&self, object: *mut zend_object) -> bool {
        if self.adding.get() {
            return false;
        }
        let mut nothing = Slot::NULL;
        // SAFETY: the caller's word.
        unsafe {
            if self.table.get().is_null() {
                self.table.set(engine::_zend_new_array(8));
            }
            // Volatile: nobody reads it before it is taken back, unless a jump leaves, of which the compiler knows nothing.
            self.adding.as_ptr().write_volatile(true);
            let place = engine::zend_weakrefs_hash_add(self.table.get(), object, (&raw mut nothing).cast());
            self.adding.as_ptr().write_volatile(false);
            !place.is_null()
        }
    }

    /// Whether a live object is one of those that are watched. May leave by a jump.
    ///
    /// # Safety
    /// As for [`Self::add`].
    pub(super) unsafe fn has(&self, object: *mut zend_object) -> bool {
        // SAFETY: the caller's word. The engine marks an object that anybody watches.
        let is_marked = unsafe { (*object).gc.u.type_info & c::IS_OBJ_WEAKLY_REFERENCED != 0 };
        if self.table.get().is_null() || self.adding.get() || !is_marked {
            return false;
        }
        // SAFETY: the caller's word; the table is left as it was.
        let is_new = unsafe { self.add(object) };
        if is_new {
            self.remove(object);
        }
        !is_new
    }

    /// No longer watches an object; whether it was still there.
    pub(super) fn remove(&self, object: *mut zend_object) -> bool {
        // SAFETY: the engine compares addresses, and has taken out objects that are gone.
        !self.table.get().is_null()
            && !self.adding.get()
            && unsafe { engine::zend_weakrefs_hash_del(self.table.get(), object) } == 0
    }

    /// Gives the table up; nothing is watched by it any more. One that a jump has left stays until the request's memory goes, since
    /// the engine takes objects out of it.
    pub(super) fn give_up(&mut self) {
        let before = std::mem::replace(self, Self::new());
        if !before.table.get().is_null() && !before.adding.get() {
            // SAFETY: the engine's table, which is empty and nobody else's.
            unsafe { engine::zend_array_destroy(before.table.get()) };
        }
    }
}
