//! What is in a value, in 64 bits, for `Tracking`: whether objects were changed where they are. Calls no user code.
//!
//! Objects and references are known by their places and visited once, so the digest is good for one request only. An object also counts by its
//! address, but for what a class shows of itself: that may be made anew for each look. An array in shared memory cannot change, so its
//! address stands for it, as long as nothing else comes to lie there: see [`Places`]. Of classes that keep their content where only the engine
//! finds it counts what the engine's own `__serialize()` gives, or `__debugInfo()` of heaps, or what the handler for the garbage
//! collector shows. (Not what `get_properties_for` does: it may initialise lazy objects.)

use std::ops::Range;

use ext_php_rs::ffi::{zend_function, zend_object, zend_std_get_properties};

use super::content::{self, Copied, Look, Taken};
use super::engine;
use crate::buffer::Buffer;
use crate::encode::table::{ByAddress, Table};
use crate::engine::{
    Shown, exception_pending, in_frame, is_of_script, shown_to_collector, without_collection,
};
use crate::module::{BackendLocal, local};
use crate::objects::class::{Facts, is_heap, method};
use crate::objects::fingerprint::Digest;
use crate::objects::heap;
use crate::objects::lazy::behind_proxy;
use crate::objects::with_classes;
use crate::zend::constants as c;
use crate::zend::live::{Array, Bucket, Slot};

/// One thread's room for walking over values. (The engine may run out of memory meanwhile, and then nothing must be lost.)
pub(crate) struct Walk {
    known: Table<ByAddress>,
    pub(super) queue: Vec<Slot>,
    /// How many places were met.
    met: u32,
    /// What is met now is what a class shows of itself, where objects may be made anew each time.
    shown: bool,
    /// Arrays that were made for us.
    made: Vec<Slot>,
    /// What the caches give to PHP lies here.
    views: [Range<usize>; 2],
    /// Arrays in there that were met.
    places: Buffer<u64>,
    /// Arrays that were copied since a digest met them, see [`super::content`].
    pub(super) copied: Buffer<Copied>,
    /// So many of these are in no other such.
    pub(super) outermost: usize,
    /// References that a look at a target's members has met, see [`super::content`].
    pub(super) references: Buffer<Taken>,
    /// Those that the digests of its members have met.
    pub(super) digested: Buffer<Taken>,
}

/// Where arrays lie that a digest knows by their addresses. A search of the process for what is still in use finds these, so as long as they
/// are here the memory is not given to another array, which the digest would take for the same.
pub(super) type Places = Buffer<u64>;

impl Walk {
    fn new() -> Self {
        Walk {
            known: Table::new(),
            queue: Vec::new(),
            met: 0,
            shown: false,
            made: Vec::new(),
            views: [0..0, 0..0],
            places: Buffer::new(),
            copied: Buffer::new(),
            outermost: 0,
            references: Buffer::new(),
            digested: Buffer::new(),
        }
    }

    /// Walks with this thread's room.
    ///
    /// # Safety
    /// The caller uses no other part of the thread's state than its statics; no user code runs meanwhile.
    pub(super) unsafe fn run<T>(body: impl FnOnce(&mut Walk) -> T) -> T {
        // SAFETY: the caller's word: nobody else uses it meanwhile.
        let walk = unsafe { (*local()).walk.get_or_insert_with(Walk::new) };
        walk.known.begin();
        walk.queue.clear();
        (walk.met, walk.shown) = (0, false);
        walk.made.clear();
        walk.places.clear();
        let result = body(walk);
        walk.known.trim();
        if walk.queue.capacity() > 1 << 16 {
            walk.queue = Vec::new();
        }
        result
    }

    /// Forgets what was met. (In [the queue](Self::queue) is nothing but what is counted.)
    pub(crate) fn forget_addresses(&mut self) {
        self.known.wipe();
        self.places.wipe();
        self.copied.wipe();
        self.references.wipe();
        self.digested.wipe();
    }

    /// Whether something counted was not met before on this walk; what is met lives until the walk is over.
    #[inline(always)]
    pub(super) fn is_new(&mut self, slot: &Slot) -> bool {
        self.number(slot, 0).is_none()
    }

    /// The number of something counted that was met before on this walk; it gets the given one if not.
    #[inline(always)]
    pub(super) fn number(&mut self, slot: &Slot, number: u32) -> Option<u32> {
        self.known.see_address(slot.value as usize, number)
    }

    /// Puts an array into the queue that was not met before. (One with a single holder is met once; an uncounted one has nothing that
    /// changes.)
    #[inline(always)]
    pub(super) fn meet(&mut self, slot: &Slot) {
        if slot.is_counted() && (slot.array().gc.refcount == 1 || self.is_new(slot)) {
            self.queue.push(*slot);
        }
    }
}

/// The digest of a value and all that it leads to. `copied`: arrays in it have just been found to be
/// [copies](super::content::are_same), which count as what they were copied from.
///
/// # Safety
/// A live value. The caller uses no other part of the thread's state than its statics. May leave by a jump (memory limit).
pub(super) unsafe fn of(slot: &Slot, copied: bool, look: &mut Look) -> u64 {
    let mut digest = Digest(0);
    // SAFETY: the caller's word; no user code runs: what the engine's own methods give is let go of while no garbage is collected.
    without_collection(|| unsafe {
        let views = (*local()).backends.each_ref().map(BackendLocal::view);
        Walk::run(|walk| {
            walk.views = views;
            look.add_digest(walk);
            if copied {
                walk.know_copied();
            } else {
                walk.copied.clear();
            }
            walk.add(&mut digest, slot);
            let mut next = 0;
            while let Some(slot) = walk.queue.get(next).copied() {
                next += 1;
                walk.shown = slot.next != 0;
                match slot.kind() {
                    c::IS_ARRAY => walk.add_elements(&mut digest, slot.array()),
                    _ => walk.add_object(&mut digest, slot.value as *mut zend_object),
                }
            }
            while let Some(table) = { walk.made.pop() } {
                engine::release(table);
            }
        });
    });
    digest.0
}

/// The digest, and what it is good for as long as that is kept.
///
/// # Safety
/// As for [`of`].
pub(super) unsafe fn kept(slot: &Slot) -> (u64, Places) {
    // SAFETY: the caller's word; the walk's room is as the digest has left it.
    unsafe {
        let digest = of(slot, false, &mut Look::new());
        let places = (*local()).walk.as_ref().map_or(Buffer::new(), |walk| Buffer::from(&*walk.places));
        (digest, places)
    }
}

impl Walk {
    /// What is in copies is not looked at, so a reference in one that others have as well counts as met.
    #[cold]
    fn know_copied(&mut self) {
        let mut copied = std::mem::take(&mut self.copied);
        for element in copied.iter().flat_map(|(_, is)| is.array().elements()) {
            let slot = element.slot.direct();
            if slot.kind() == c::IS_REFERENCE && slot.reference().gc.refcount > 1 {
                self.is_new(slot);
            }
        }
        while copied.len() > self.outermost {
            copied.pop();
        }
        copied.sort_unstable_by_key(|(_, is)| is.value);
        self.copied = copied;
    }

    /// What an array is a copy of.
    #[cold]
    fn copied_from(&self, slot: &Slot) -> Option<Slot> {
        let found = self.copied.binary_search_by_key(&slot.value, |(_, is)| is.value).ok()?;
        Some(self.copied[found].0)
    }

    /// A value; what it leads to waits.
    unsafe fn add(&mut self, digest: &mut Digest, slot: &Slot) {
        let mut slot = slot.direct();
        self.met = self.met.wrapping_add(1);
        if slot.kind() == c::IS_REFERENCE {
            if slot.reference().gc.refcount > 1 {
                // An array of another member may have taken it.
                self.digested.push(content::taken(slot));
            }
            // It tells nothing where it is met first: somebody may have read by reference. By its number in the order of all places another
            // place is known to share it.
            if let Some(first) = self.known.see_address(slot.value as usize, self.met) {
                digest.add(u64::from(c::IS_REFERENCE));
                digest.add(u64::from(first));
                return;
            }
            slot = slot.behind_reference();
        }
        let kind = slot.kind();
        let was = if self.copied.is_empty() || kind != c::IS_ARRAY { None } else { self.copied_from(slot) };
        let slot = was.as_ref().unwrap_or(slot);
        digest.add(u64::from(kind));
        match kind {
            c::IS_LONG | c::IS_DOUBLE => digest.add(slot.value),
            c::IS_STRING => digest.add_text(slot.text()),
            c::IS_ARRAY if !slot.is_counted() => {
                digest.add(slot.value);
                let is_shared = self.views.iter().any(|view| view.contains(&(slot.value as usize)));
                if is_shared && self.places.last() != Some(&slot.value) {
                    self.places.push(slot.value);
                }
            }
            c::IS_ARRAY | c::IS_OBJECT => {
                // Another one is another value, whatever is in it.
                if kind == c::IS_OBJECT && !self.shown {
                    digest.add(slot.value);
                }
                let number = self.queue.len() as u32;
                let known = self.known.see_address(slot.value as usize, number);
                digest.add(u64::from(known.unwrap_or(number)));
                if known.is_none() {
                    self.queue.push(Slot { next: u32::from(self.shown), ..*slot });
                }
            }
            _ => {}
        }
    }

    unsafe fn add_elements(&mut self, digest: &mut Digest, array: &Array) {
        digest.add(u64::from(array.count));
        if array.count == 0 {
            return;
        }
        // SAFETY: a live array.
        unsafe {
            if array.is_packed() {
                array.slots().iter().for_each(|slot| self.add(digest, slot));
                return;
            }
            for bucket in array.buckets().iter().filter(|bucket| bucket.slot.kind() != c::IS_UNDEF) {
                self.add_bucket(digest, bucket);
            }
        }
    }

    unsafe fn add_bucket(&mut self, digest: &mut Digest, bucket: &Bucket) {
        add_key(digest, bucket);
        // SAFETY: the caller's bucket is of a live array.
        unsafe { self.add(digest, &bucket.slot) };
    }

    unsafe fn add_object(&mut self, digest: &mut Digest, object: *mut zend_object) {
        // SAFETY: a live object, whose handlers are its class's.
        unsafe {
            let facts = with_classes(|classes| classes.of_object(object));
            digest.add(facts.class.addr() as u64);
            if let Some(instance) = behind_proxy(object.cast()) {
                let instance = Slot::counted(instance, c::IS_OBJECT_EX);
                return self.add(digest, &instance);
            }
            // First: it may give the object a table of properties, which is there ever after.
            let mut shown = None;
            let within = self.shown;
            self.shown |= facts.has(Facts::CREATE);
            if facts.has(Facts::CREATE)
                && !facts.has(Facts::ENUM | Facts::REFUSED)
                && !(is_heap(facts.class) && heap::is_changing(object.cast()))
            {
                shown = self.add_hidden(digest, object);
            }
            let live = &*object.cast::<crate::zend::live::Object>();
            let elsewhere = std::mem::replace(&mut self.shown, within);
            live.slots(facts.slots).iter().for_each(|slot| self.add(digest, slot));
            self.shown = elsewhere;
            // Declared ones were added above. What the engine shows may be here as well, once somebody has looked.
            for property in live.table().into_iter().flat_map(Array::properties) {
                if !shown.is_some_and(|shown| engine::has_key(&shown, &property)) {
                    self.add_bucket(digest, &property);
                }
            }
        }
    }

    /// What an object's class keeps elsewhere than in properties. Returns what the engine's own method gave, held until the walk is over.
    unsafe fn add_hidden(&mut self, digest: &mut Digest, object: *mut zend_object) -> Option<Slot> {
        // SAFETY: a live object. What `get_gc` gives is good until the next such call, and copied at once; what the others give
        // is held until the walk is over.
        unsafe {
            if let Some(method) = engines_own(object)
                && let Some(content) = ask(object, method)
            {
                self.made.push(content);
                self.add_shown(digest, content.array());
                return Some(content);
            }
            let handlers = &*(*object).handlers;
            // This before the other, for the same reason.
            if let Some(get) = handlers.get_properties
                && get as usize != zend_std_get_properties as *const () as usize
            {
                let table = get(object);
                if !table.is_null() {
                    self.add_elements(digest, engine::table(table));
                }
            }
            // The usual one shows properties, and others once anybody has asked for their table.
            if let Some(get_gc) = handlers.get_gc
                && get_gc as usize != engine::zend_std_get_gc as *const () as usize
            {
                let Shown { parts, count, table } = shown_to_collector(object);
                digest.add(count as u64);
                for number in 0..count {
                    self.add(digest, &*parts.add(number));
                }
                if !table.is_null() && !std::ptr::eq(table, (*object).properties) {
                    self.add_elements(digest, engine::table(table));
                }
            }
        }
        None
    }

    /// What the engine's own method gave. Properties are in it as well, and come again: references to them are met there.
    unsafe fn add_shown(&mut self, digest: &mut Digest, array: &Array) {
        digest.add(u64::from(array.count));
        if array.count == 0 {
            return;
        }
        // SAFETY: a live array.
        unsafe {
            if array.is_packed() {
                array.slots().iter().for_each(|slot| self.add(digest, slot.behind_reference()));
                return;
            }
            for bucket in array.buckets().iter().filter(|bucket| bucket.slot.kind() != c::IS_UNDEF) {
                add_key(digest, bucket);
                self.add(digest, bucket.slot.direct().behind_reference());
            }
        }
    }
}

pub(super) fn add_key(digest: &mut Digest, bucket: &Bucket) {
    match bucket.text() {
        Some(key) => digest.add_text(key),
        None => digest.add(bucket.hash),
    }
}

/// The engine's method that says what an object's class keeps elsewhere, whatever methods a script's class has put in its place.
unsafe fn engines_own(object: *mut zend_object) -> Option<*mut zend_function> {
    // SAFETY: a live object's class is linked; methods of live classes.
    unsafe {
        let mut class = (*object).ce;
        let heap = is_heap(class);
        while !class.is_null() {
            let serialize = (*class).__serialize;
            if !serialize.is_null() && crate::engine::is_internal(serialize) {
                return Some(serialize);
            }
            if heap && !is_of_script(&*class) {
                return method(&*class, "__debuginfo");
            }
            class = (*class).__bindgen_anon_1.parent;
        }
        None
    }
}

/// What a method of the engine's gives, if it is an array; the caller holds it. What it throws is taken back: the object is not finished, or
/// cannot be stored as it is.
unsafe fn ask(object: *mut zend_object, method: *mut zend_function) -> Option<Slot> {
    let mut content = Slot::UNDEFINED;
    // SAFETY: a live object and a method of its class that runs no user code.
    unsafe {
        if exception_pending() {
            return None;
        }
        in_frame(|| {
            content = crate::engine::call_method(object, method, &mut []);
            if exception_pending() {
                engine::zend_clear_exception();
            }
        });
        if content.kind() == c::IS_ARRAY {
            return Some(content);
        }
        engine::release(content);
    }
    None
}
