//! References in arrays: whoever has one writes through it, and the array stays where it is.
//!
//! So an array with references that others have as well is not held by the baseline that it is: a script that writes to it would get a copy, which
//! shares the references with what is held, where PHP takes those that nobody else has for plain values. It is looked at again
//! instead: its elements, those of arrays in it, and what its references hold. Its strings are held, which nobody can tell, and its objects
//! watched, as where they are a baseline; so the addresses of both stand for them. A reference that nobody else has is as good as the value: whoever
//! wants to write to it copies the array. Objects end the search: what is in them counts for `Tracking` alone.

use ext_php_rs::ffi::zend_object;

use super::baseline;
use super::digest::{Walk, add_key};
use super::weak::Watched;
use super::{Statics, engine, with};
use crate::buffer::Buffer;
use crate::objects::fingerprint::Digest;
use crate::zend::constants as c;
use crate::zend::live::Slot;

/// What a member's baseline had in it.
pub(super) struct Shared {
    digest: u64,
    /// The addresses of references that others had as well, in order.
    references: Vec<usize>,
    /// Strings, and arrays that nobody counts, whose addresses stand for them: held, or found here when memory is looked through for them.
    fixed: Buffer<Slot>,
    objects: Vec<*mut zend_object>,
    /// The objects, as long as they are there.
    weak: Watched,
}

/// A member has a new baseline: if it is an array with references, notes what is in it, and lets go of it. What was noted before is to be
/// [released](release_replaced).
///
/// # Safety
/// Somebody else holds the baseline as well. The caller uses no other part of the thread's state than its statics.
#[cold]
pub(super) unsafe fn note(statics: &mut Statics, member: usize) {
    if let Some(before) = statics.shared.remove(&member) {
        before.give_up(&mut statics.replaced);
    }
    let Some(array) = baseline::array_of(&statics.members[member]) else { return };
    // SAFETY: the caller's word; the array is held, and no user code runs, so all that is met stays.
    unsafe {
        if !Walk::run(|walk| has_references(walk, &array)) {
            return;
        }
        let mut look = Look::new(&[]);
        Walk::run(|walk| look.at(walk, &array));
        let Look { digest, mut references, fixed, objects, .. } = look;
        references.sort_unstable();
        fixed.iter().for_each(|value| engine::hold(value));
        let digest = digest.0;
        let new = Shared { digest, references, fixed, objects, weak: Watched::new() };
        let shared = statics.shared.entry(member).or_insert(new);
        baseline::let_go(&mut statics.members[member]);
        // Last, since it may leave by a jump (memory limit): an object that is not watched counts as changed.
        shared.watch_objects();
    }
}

/// Whether there are any in an array that others have as well.
fn has_references(walk: &mut Walk, array: &Slot) -> bool {
    let mut found = false;
    walk.meet(array);
    while !found && let Some(slot) = walk.queue.pop() {
        for element in slot.array().elements() {
            let slot = element.slot.direct();
            found |= slot.kind() == c::IS_REFERENCE && slot.reference().gc.refcount > 1;
            let value = slot.behind_reference();
            if value.kind() == c::IS_ARRAY {
                walk.meet(value);
            }
        }
    }
    found
}

/// A look at what is in an array.
struct Look<'a> {
    digest: Digest,
    /// References that count as such though nobody else has them by now, in order.
    known: &'a [usize],
    references: Vec<usize>,
    fixed: Buffer<Slot>,
    objects: Vec<*mut zend_object>,
}

impl<'a> Look<'a> {
    fn new(known: &'a [usize]) -> Self {
        Look { digest: Digest(0), known, references: Vec::new(), fixed: Buffer::new(), objects: Vec::new() }
    }

    fn at(&mut self, walk: &mut Walk, array: &Slot) {
        self.add(walk, array);
        let mut next = 0;
        while let Some(slot) = walk.queue.get(next).copied() {
            next += 1;
            let array = slot.array();
            self.digest.add(u64::from(array.count));
            self.digest.add(array.next_free.cast_unsigned());
            if array.count == 0 {
                continue;
            }
            if array.is_packed() {
                array.slots().iter().for_each(|slot| self.add(walk, slot));
                continue;
            }
            for bucket in array.buckets().iter().filter(|bucket| bucket.slot.kind() != c::IS_UNDEF) {
                add_key(&mut self.digest, bucket);
                self.add(walk, &bucket.slot);
            }
        }
    }

    /// A value; arrays wait.
    fn add(&mut self, walk: &mut Walk, slot: &Slot) {
        let mut slot = slot.direct();
        if slot.kind() == c::IS_REFERENCE {
            let address = slot.value as usize;
            let others = slot.reference().gc.refcount > 1;
            if others || self.known.binary_search(&address).is_ok() {
                self.digest.add(u64::from(c::IS_REFERENCE));
                self.digest.add(slot.value);
                if !walk.is_new(slot) {
                    return;
                }
                self.references.push(address);
            }
            slot = slot.behind_reference();
        }
        let kind = slot.kind();
        self.digest.add(u64::from(kind));
        if kind == c::IS_ARRAY && slot.is_counted() {
            // The same one in several places counts once.
            let number = walk.queue.len() as u32;
            let known = walk.number(slot, number);
            self.digest.add(u64::from(known.unwrap_or(number)));
            if known.is_none() {
                walk.queue.push(*slot);
            }
            return;
        }
        if kind > c::IS_TRUE {
            self.digest.add(slot.value);
        }
        match kind {
            c::IS_STRING | c::IS_ARRAY => self.fixed.push(Slot { next: 0, ..*slot }),
            c::IS_OBJECT => self.objects.push(slot.value as *mut zend_object),
            _ => {}
        }
    }
}

/// Whether there is something else in a member's array by now.
///
/// # Safety
/// The member's value, which is at the address of the baseline that this was [noted](note) for.
#[cold]
pub(super) unsafe fn is_changed(statics: &Statics, member: usize, value: &Slot) -> bool {
    let Some(shared) = statics.shared.get(&member) else { return false };
    // SAFETY: the caller's word. If all is as it was, each of the objects is in the value, and live.
    unsafe {
        let mut look = Look::new(&shared.references);
        Walk::run(|walk| look.at(walk, value));
        look.digest.0 != shared.digest || shared.objects.iter().any(|object| !shared.weak.has(*object))
    }
}

/// Baselines are given up: what was noted is to be [released](release_replaced).
pub(super) fn forget_all(statics: &mut Statics) {
    let shared = std::mem::take(&mut statics.shared);
    shared.into_values().for_each(|shared| shared.give_up(&mut statics.replaced));
}

impl Shared {
    /// # Safety
    /// The objects are live.
    unsafe fn watch_objects(&mut self) {
        for object in &self.objects {
            // SAFETY: the caller's word.
            unsafe { self.weak.add(*object) };
        }
    }

    fn give_up(mut self, replaced: &mut Buffer<Slot>) {
        self.fixed.iter().for_each(|value| replaced.push(*value));
        for object in self.objects {
            self.weak.remove(object);
        }
        self.weak.give_up();
    }
}

/// Releases what baselines no longer hold. Destructors may run and a jump may leave.
pub(super) fn release_replaced() {
    while let Some(before) = with(|statics| statics.replaced.pop()) {
        // SAFETY: `note` or `set` made us a holder.
        unsafe { engine::release(before) };
    }
}
