//! References in arrays: whoever has one writes through it, and the array stays where it is.
//!
//! So an array with references is not held by the baseline that it is: a script that writes to it would get a copy,
//! which shares the references with what is held, where PHP takes those that nobody else has for plain values. (These
//! may come to have others: `array_pad()` puts them into a new array, and what is written to that is written to this
//! one.) It is looked at again instead: its elements, those of arrays in it, and what its references hold. Its strings
//! are held, which nobody can tell, and its objects watched, as where they are a baseline; so the addresses of both
//! stand for them. A reference that nobody else has is as good as the value. So is one that somebody has taken since,
//! see [`super::content`], which also looks into copies of arrays that count by their addresses. Objects end the
//! search: what is in them counts for `Tracking` alone.

use ext_php_rs::ffi::zend_object;

use super::baseline;
use super::content::{self, Copied, Taken};
use super::digest::{Walk, add_key};
use super::weak::Watched;
use super::{Statics, engine, with};
use crate::buffer::Buffer;
use crate::objects::fingerprint::Digest;
use crate::zend::constants as c;
use crate::zend::live::Slot;

/// The number of a place, and that of the array that is there and was met before.
type Again = (u32, u32);

/// What a member's baseline had in it.
pub(super) struct Shared {
    digest: u64,
    /// The addresses of references that others had as well, in order.
    references: Vec<usize>,
    /// Strings, and arrays that nobody counts, whose addresses stand for them: held, or found here when memory is
    /// looked through for them. Each with the number of its place (`next`).
    fixed: Buffer<Slot>,
    /// Arrays in their second places and further ones.
    again: Vec<Again>,
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
        let mut look = Look::new(None);
        Walk::run(|walk| look.at(walk, &array));
        let Look { digest, mut references, fixed, again, objects, .. } = look;
        references.sort_unstable();
        fixed.iter().for_each(|value| engine::hold(value));
        let digest = digest.0;
        let new = Shared { digest, references, fixed, again, objects, weak: Watched::new() };
        let shared = statics.shared.entry(member).or_insert(new);
        baseline::let_go(&mut statics.members[member]);
        // Last, since it may leave by a jump (memory limit): an object that is not watched counts as changed.
        shared.watch_objects();
    }
}

/// Whether there are any in an array.
fn has_references(walk: &mut Walk, array: &Slot) -> bool {
    let mut found = false;
    walk.meet(array);
    while !found && let Some(slot) = walk.queue.pop() {
        for element in slot.array().elements() {
            let slot = element.slot.direct();
            found |= slot.kind() == c::IS_REFERENCE;
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
    /// What was noted. Its references count as such though nobody else has them by now; others do not, which somebody has taken since.
    noted: Option<&'a Shared>,
    references: Vec<usize>,
    fixed: Buffer<Slot>,
    again: Vec<Again>,
    objects: Vec<*mut zend_object>,
    /// How many places were met.
    met: u32,
    /// Arrays where others were noted, of which they may be copies.
    copied: Buffer<Copied>,
    /// References that were not noted.
    taken: Buffer<Taken>,
}

impl<'a> Look<'a> {
    fn new(noted: Option<&'a Shared>) -> Self {
        Look {
            digest: Digest(0),
            noted,
            references: Vec::new(),
            fixed: Buffer::new(),
            again: Vec::new(),
            objects: Vec::new(),
            met: 0,
            copied: Buffer::new(),
            taken: Buffer::new(),
        }
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
        self.met = self.met.wrapping_add(1);
        if slot.kind() == c::IS_REFERENCE {
            let address = slot.value as usize;
            let others = slot.reference().gc.refcount > 1;
            let is_known = self.noted.is_some_and(|noted| noted.references.binary_search(&address).is_ok());
            if others || is_known {
                let is_new = walk.is_new(slot);
                if is_new && !is_known && self.noted.is_some() {
                    self.taken.push(content::taken(slot));
                } else {
                    self.digest.add(u64::from(c::IS_REFERENCE));
                    self.digest.add(slot.value);
                    if !is_new {
                        return;
                    }
                    self.references.push(address);
                }
            }
            slot = slot.behind_reference();
        }
        let kind = slot.kind();
        let was = if kind == c::IS_ARRAY { self.noted_here(walk, slot) } else { None };
        if let Some(was) = &was {
            self.copied.push((*was, *slot));
            slot = was;
        }
        self.digest.add(u64::from(kind));
        if kind == c::IS_ARRAY && slot.is_counted() {
            // The same one in several places counts once.
            let number = walk.queue.len() as u32;
            let known = walk.number(slot, number);
            self.digest.add(u64::from(known.unwrap_or(number)));
            match known {
                Some(known) => self.again.push((self.met, known)),
                None => walk.queue.push(*slot),
            }
            return;
        }
        if kind > c::IS_TRUE {
            self.digest.add(slot.value);
        }
        match kind {
            c::IS_STRING | c::IS_ARRAY => self.fixed.push(Slot { next: self.met, ..*slot }),
            c::IS_OBJECT => self.objects.push(slot.value as *mut zend_object),
            _ => {}
        }
    }

    /// The array that was noted in this place by its address, or as one that is elsewhere as well, if there is another one by now.
    fn noted_here(&self, walk: &Walk, slot: &Slot) -> Option<Slot> {
        let noted = self.noted?;
        let fixed = noted.fixed.get(self.fixed.len()).copied();
        let fixed = fixed.filter(|fixed| fixed.next == self.met && fixed.kind() == c::IS_ARRAY);
        let again = || match noted.again.get(self.again.len()) {
            Some(&(met, number)) if met == self.met => walk.queue.get(number as usize).copied(),
            _ => None,
        };
        fixed.or_else(again).filter(|was| was.value != slot.value)
    }
}

/// Whether there is something else in a member's array by now.
///
/// # Safety
/// The member's value, an array if the baseline that this was [noted](note) for was one.
#[cold]
pub(super) unsafe fn is_changed(
    statics: &Statics,
    member: usize,
    value: &Slot,
    all: &mut content::Look,
) -> bool {
    let Some(shared) = statics.shared.get(&member) else { return false };
    // SAFETY: the caller's word. If all is as it was, each of the objects is in the value, and live. What counts by its address is kept for that.
    unsafe {
        let mut look = Look::new(Some(shared));
        Walk::run(|walk| {
            look.at(walk, value);
            look.taken.iter().for_each(|taken| all.add_reference(walk, *taken));
        });
        look.digest.0 != shared.digest
            || shared.objects.iter().any(|object| !shared.weak.has(*object))
            || !content::are_same(&look.copied, all)
    }
}

/// Baselines are given up: what was noted is to be [released](release_replaced).
pub(super) fn forget_all(statics: &mut Statics) {
    let shared = std::mem::take(&mut statics.shared);
    shared.into_values().for_each(|shared| shared.give_up(&mut statics.replaced));
}

impl Shared {
    /// Whether one of the references is such a one.
    pub(super) fn has_any(&self, is_such: impl Fn(u64) -> bool) -> bool {
        self.references.iter().any(|address| is_such(*address as u64))
    }

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
