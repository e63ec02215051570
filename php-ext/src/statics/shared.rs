//! References in arrays: whoever has one writes through it, and the array stays where it is.
//!
//! So an array that is a baseline comes with what its references held. Those values are held as well, which lets them be told
//! apart by type and word, like the baseline itself; objects are watched, as where they are a baseline. A reference that nobody else
//! has is as good as the value: whoever wants to write to it copies the array. Objects end the search: what is in them counts for
//! `Tracking` alone.

use ext_php_rs::ffi::{HashTable, zend_object};

use super::baseline::{self, same};
use super::digest::Walk;
use super::{Statics, engine, with};
use crate::buffer::Buffer;
use crate::zend::constants as c;
use crate::zend::live::{Array, Reference, Slot};

/// What the references in a member's baseline held.
pub(super) struct Shared {
    member: usize,
    held: Buffer<Held>,
    /// Those of the values that are objects, as long as they are there; null if none is.
    objects: *mut HashTable,
}

#[derive(Clone, Copy)]
struct Held {
    /// The baseline's array, or a value in this list, has it.
    reference: *const Reference,
    /// Not held if it is an object: that would keep it alive.
    value: Slot,
}

/// A member has a new baseline: if it is an array with references, notes what they hold. What was noted before is to be
/// [released](release_replaced).
///
/// # Safety
/// The caller uses no other part of the thread's state than its statics.
#[cold]
pub(super) unsafe fn note(statics: &mut Statics, member: usize) {
    if let Some(at) = statics.shared.iter().position(|shared| shared.member == member) {
        statics.shared.swap_remove(at).give_up(&mut statics.replaced);
    }
    if let Some(array) = baseline::array_of(&statics.members[member]) {
        // SAFETY: the caller's word; the array is held, and no user code runs, so all that is met stays.
        let held = unsafe { Walk::run(|walk| references_in(walk, &array)) };
        if !held.is_empty() {
            statics.shared.push(Shared { member, held, objects: std::ptr::null_mut() });
            // Last, since it may leave by a jump (memory limit): an object that is not watched counts as changed.
            if let Some(shared) = statics.shared.last_mut() {
                // SAFETY: as above; the objects have just been met.
                unsafe { shared.watch_objects() };
            }
        }
    }
}

unsafe fn references_in(walk: &mut Walk, array: &Slot) -> Buffer<Held> {
    let mut held = Buffer::new();
    // SAFETY: arrays that the caller's array leads to are as live as it is.
    unsafe {
        walk.meet(array);
        while let Some(slot) = walk.queue.pop() {
            let array: &Array = slot.array();
            if array.count == 0 {
                continue;
            }
            if array.is_packed() {
                array.slots().iter().for_each(|slot| look_at(walk, &mut held, slot));
            } else {
                array.buckets().iter().for_each(|bucket| look_at(walk, &mut held, &bucket.slot));
            }
        }
    }
    held
}

#[inline(always)]
unsafe fn look_at(walk: &mut Walk, held: &mut Buffer<Held>, slot: &Slot) {
    let slot = slot.direct();
    // SAFETY: an element of a live array.
    unsafe {
        match slot.kind() {
            c::IS_ARRAY => walk.meet(slot),
            c::IS_REFERENCE => {
                let reference = slot.reference();
                if reference.gc.refcount == 1 || walk.is_new(slot) {
                    if reference.gc.refcount > 1 {
                        if reference.slot.kind() != c::IS_OBJECT {
                            engine::hold(&reference.slot);
                        }
                        held.push(Held { reference, value: reference.slot });
                    }
                    if reference.slot.kind() == c::IS_ARRAY {
                        walk.meet(&reference.slot);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether one of a member's references holds something else by now.
///
/// # Safety
/// The baseline that they were [noted](note) for is the member's.
#[cold]
pub(super) unsafe fn is_changed(statics: &Statics, member: usize) -> bool {
    let mut found = statics.shared.iter().filter(|shared| shared.member == member);
    found.any(|shared| {
        shared.held.iter().any(|held| {
            // SAFETY: what leads to the references is held, by the baseline and here, so they are there, and what they hold is live.
            unsafe {
                !same(&(*held.reference).slot, &held.value)
                    || held.object().is_some_and(|object| !shared.is_watched(object))
            }
        })
    })
}

/// Baselines are given up: what was noted is to be [released](release_replaced).
pub(super) fn forget_all(statics: &mut Statics) {
    statics.shared.drain(..).for_each(|shared| shared.give_up(&mut statics.replaced));
}

impl Shared {
    /// # Safety
    /// What the references hold is live.
    unsafe fn watch_objects(&mut self) {
        // SAFETY: the caller's word; the table is made by the engine and lives until `give_up`.
        unsafe {
            for object in self.held.iter().filter_map(Held::object) {
                if self.objects.is_null() {
                    self.objects = engine::_zend_new_array(8);
                }
                watch(self.objects, object);
            }
        }
    }

    /// Whether an object is one of those that were watched, not another one at the same address.
    ///
    /// # Safety
    /// It is live.
    unsafe fn is_watched(&self, object: *mut zend_object) -> bool {
        // SAFETY: the caller's word; such a table as in `watch_objects`, which is left as it was.
        unsafe {
            if self.objects.is_null() {
                return false;
            }
            let is_new = watch(self.objects, object);
            if is_new {
                engine::zend_weakrefs_hash_del(self.objects, object);
            }
            !is_new
        }
    }

    fn give_up(self, replaced: &mut Buffer<Slot>) {
        for held in self.held.iter().filter(|held| held.object().is_none()) {
            replaced.push(held.value);
        }
        if !self.objects.is_null() {
            // SAFETY: the engine compares addresses, and has taken out objects that are gone; then the table is empty and nobody else's.
            unsafe {
                for object in self.held.iter().filter_map(Held::object) {
                    engine::zend_weakrefs_hash_del(self.objects, object);
                }
                engine::zend_array_destroy(self.objects);
            }
        }
    }
}

impl Held {
    fn object(&self) -> Option<*mut zend_object> {
        (self.value.kind() == c::IS_OBJECT).then_some(self.value.value as *mut zend_object)
    }
}

/// Puts an object into a table of weak references; whether it was not in there.
///
/// # Safety
/// A live object and a table of the engine's for that.
unsafe fn watch(objects: *mut HashTable, object: *mut zend_object) -> bool {
    let mut nothing = Slot { value: 0, info: c::IS_NULL, next: 0 };
    // SAFETY: the caller's word.
    unsafe { !engine::zend_weakrefs_hash_add(objects, object, (&raw mut nothing).cast()).is_null() }
}

/// Releases what baselines no longer hold. Destructors may run and a jump may leave.
pub(super) fn release_replaced() {
    while let Some(before) = with(|statics| statics.replaced.pop()) {
        // SAFETY: `note` or `set` made us a holder.
        unsafe { engine::release(before) };
    }
}
