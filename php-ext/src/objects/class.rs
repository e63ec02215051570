//! What there is to know of a class: how its objects are stored and made, and a fingerprint of their layout. Found out once
//! per class and request, since a class may be another one in the next.

use ext_php_rs::ffi::{zend_class_entry, zend_object, zend_property_info, zend_string};

use super::engine::{
    php_ce_incomplete_class, spl_ce_SplHeap, spl_ce_SplPriorityQueue, zend_ce_throwable, zend_user_serialize,
};
#[cfg(php84)]
use super::exceptions;
use super::{engine, fingerprint};
use crate::zend::constants as c;
use crate::zend::live::{Slot, Text};

/// Classes remembered at most; a request that uses more finds out anew.
const MOST: usize = 1 << 14;

/// The facts about one class.
#[derive(Clone, Copy)]
pub(crate) struct Facts {
    pub(crate) class: *mut zend_class_entry,
    pub(crate) traits: u32,
    /// Declared properties of an object.
    pub(crate) slots: u32,
    pub(crate) fingerprint: u64,
}

impl Facts {
    /// Has `__serialize`.
    pub(crate) const SERIALIZE: u32 = 1;
    pub(crate) const UNSERIALIZE: u32 = 2;
    pub(crate) const SLEEP: u32 = 4;
    pub(crate) const WAKEUP: u32 = 8;
    /// Implements `Serializable`, and nothing that goes before.
    pub(crate) const TEXT: u32 = 16;
    pub(crate) const HEAP: u32 = 32;
    pub(crate) const QUEUE: u32 = 64;
    /// Objects are made by a function of the class's own.
    pub(crate) const CREATE: u32 = 128;
    pub(crate) const ENUM: u32 = 256;
    /// Objects cannot be stored.
    pub(crate) const REFUSED: u32 = 512;
    /// A date, whose `__serialize()` is the engine's: see [`super::dates`].
    pub(super) const DATE: u32 = 1024;
    /// Objects are written and read by functions of the class's own in C: see [`super::native`].
    pub(crate) const NATIVE: u32 = 2048;

    /// More than properties: [`super::gather`] has to look at the object first.
    pub(crate) const GATHERED: u32 = Self::SERIALIZE
        | Self::UNSERIALIZE
        | Self::SLEEP
        | Self::WAKEUP
        | Self::TEXT
        | Self::NATIVE
        | Self::HEAP
        | Self::QUEUE;

    pub(crate) fn has(&self, traits: u32) -> bool {
        self.traits & traits != 0
    }

    fn find_out(class: *mut zend_class_entry) -> Self {
        // SAFETY: a class of this request.
        let entry = unsafe { &*class };
        let slots = entry.default_properties_count as u32;
        let traits = traits(entry);
        // SAFETY: as above.
        let fingerprint = unsafe { fingerprint::of(class, traits, slots) };
        Facts { class, traits, slots, fingerprint }
    }

    /// The declaration of a property; none for a slot that nobody uses.
    ///
    /// # Safety
    /// The class is of this request, and has that slot.
    pub(crate) unsafe fn property(&self, slot: u32) -> Option<&zend_property_info> {
        debug_assert!(slot < self.slots);
        // SAFETY: the caller's word.
        unsafe { declared_in(self.class, slot) }
    }

    /// Why objects of the class cannot be stored.
    pub(crate) fn refusal(&self) -> String {
        // SAFETY: a class of this request.
        let (flags, name) = unsafe { ((*self.class).ce_flags, &*(*self.class).name.cast::<Text>()) };
        // An anonymous class's name goes on with a NUL and where it was declared.
        let name = name.bytes().split(|&byte| byte == 0).next().unwrap_or_default();
        if name == b"Closure" {
            return "it is a Closure".into();
        }
        let name = String::from_utf8_lossy(name);
        if flags & c::ZEND_ACC_ANON_CLASS != 0 {
            return format!("it is an object of an anonymous class ({name})");
        }
        if flags & c::ZEND_ACC_NOT_SERIALIZABLE != 0 {
            return format!("it is an object of class {name}, which cannot be serialized");
        }
        // SAFETY: a class of this request.
        #[cfg(php84)]
        if unsafe { exceptions::is_made_by_hooks(self.class) } {
            return format!(
                "it is an object of class {name}, whose property hooks PHP calls when it makes one"
            );
        }
        format!(
            "it is an object of class {name}, which keeps its content where only PHP itself finds it and has no __serialize()"
        )
    }
}

/// A method of the class, by its lower-case name.
pub(crate) fn method(class: &zend_class_entry, name: &str) -> Option<*mut ext_php_rs::ffi::zend_function> {
    // SAFETY: a class's functions are pointers under their names.
    unsafe {
        let found =
            engine::zend_hash_str_find(&raw const class.function_table, name.as_ptr().cast(), name.len());
        found.cast::<Slot>().as_ref().map(|slot| slot.value as *mut _)
    }
}

/// The declaration of the property in a slot; none for one that nobody uses.
///
/// # Safety
/// A class of this request that has the slot.
#[inline]
pub(super) unsafe fn declared_in<'a>(
    class: *const zend_class_entry,
    slot: u32,
) -> Option<&'a zend_property_info> {
    // SAFETY: the table has an entry for each slot; a declaration lives with the class.
    unsafe {
        let declared = (*(*class).properties_info_table.add(slot as usize)).as_ref();
        #[cfg(php84)]
        if declared.is_none() {
            return moved_by_hooks(class, slot);
        }
        declared
    }
}

/// The same of a property with hooks that its parent's has not: it lies in a slot of its own, and is in the table where the parent's is.
///
/// # Safety
/// A class of this request.
#[cfg(php84)]
#[cold]
unsafe fn moved_by_hooks<'a>(class: *const zend_class_entry, slot: u32) -> Option<&'a zend_property_info> {
    // SAFETY: declarations are structures under their names and live with the class.
    unsafe {
        let table = &*(&raw const (*class).properties_info).cast::<crate::zend::live::Array>();
        let buckets = if table.count > 0 { table.buckets() } else { &[] };
        buckets
            .iter()
            .filter(|bucket| bucket.slot.kind() != c::IS_UNDEF)
            .filter_map(|bucket| (bucket.slot.value as *const zend_property_info).as_ref())
            .find(|property| property.flags & c::ZEND_ACC_STATIC == 0 && slot_of(property) == Some(slot))
    }
}

/// Where objects of a class have a declared property; `None` if it is virtual.
pub(super) fn slot_of(property: &zend_property_info) -> Option<u32> {
    /// `ZEND_VIRTUAL_PROPERTY_OFFSET` (PHP 8.4)
    const NOWHERE: u32 = u32::MAX;
    let offset = property.offset.checked_sub(c::OBJECT_SLOTS as u32)?;
    (property.offset != NOWHERE).then_some(offset / size_of::<Slot>() as u32)
}

/// Where objects of a class have the property that its methods know by that name.
///
/// # Safety
/// A linked class.
pub(super) unsafe fn slot_named(class: *const zend_class_entry, name: &std::ffi::CStr) -> Option<u32> {
    // SAFETY: the caller's word; declarations are structures under their names.
    unsafe {
        let declarations = &raw const (*class).properties_info;
        let found = engine::zend_hash_str_find(declarations, name.as_ptr(), name.count_bytes());
        let property = found.cast::<Slot>().as_ref()?.value as *const zend_property_info;
        slot_of(&*property)
    }
}

fn is_users(method: *mut ext_php_rs::ffi::zend_function) -> bool {
    // SAFETY: a class's function begins with its type.
    unsafe { (*method).type_ == c::ZEND_USER_FUNCTION }
}

fn traits(class: &zend_class_entry) -> u32 {
    if class.ce_flags & c::ZEND_ACC_ENUM != 0 {
        return Facts::ENUM;
    }
    // Of the latter there are no objects, but a class that was stored may have become one.
    if class.ce_flags & (c::ZEND_ACC_NOT_SERIALIZABLE | c::ZEND_ACC_NO_INSTANCES) != 0 {
        return Facts::REFUSED;
    }
    // SAFETY: a class of this request, linked: it has objects.
    #[cfg(php84)]
    if unsafe { exceptions::is_made_by_hooks(class) } {
        return Facts::REFUSED;
    }
    // SAFETY: the engine's own classes, set at its start.
    let (incomplete, throwable) = unsafe { (php_ce_incomplete_class, zend_ce_throwable) };
    // SAFETY: the class is linked: it has objects.
    let create = unsafe { class.__bindgen_anon_2.create_object };
    let mut traits = if create.is_some() { Facts::CREATE } else { 0 };
    if std::ptr::eq(class, incomplete) {
        return traits;
    }
    // From PHP 8.5 on heaps have methods, and __sleep() is not asked. Theirs make the heap anew, which may call a script's compare(). (A
    // class that was bound to one that is not linked has no ancestors to ask for; it has no such method either.)
    #[cfg(php85)]
    if create.is_some()
        && [class.__serialize, class.__unserialize]
            .iter()
            .all(|method| !method.is_null() && !is_users(*method))
        && let heap @ 1.. = heap_trait(class)
    {
        return traits | heap;
    }
    if !class.__unserialize.is_null() {
        traits |= Facts::UNSERIALIZE;
    }
    let wakeup = method(class, "__wakeup");
    if !class.__serialize.is_null() {
        traits |= Facts::SERIALIZE;
        if super::dates::is_date(class) {
            traits |= Facts::DATE;
        }
        if class.__unserialize.is_null() && wakeup.is_some() {
            traits |= Facts::WAKEUP;
        }
        return traits;
    }
    if let Some(serialize) = class.serialize {
        let users: unsafe extern "C" fn(_, _, _, _) -> _ = zend_user_serialize;
        return match class.unserialize {
            _ if serialize as usize == users as usize => traits | Facts::TEXT,
            Some(_) => traits | Facts::NATIVE,
            None => Facts::REFUSED,
        };
    }
    let sleep = method(class, "__sleep");
    if sleep.is_some() {
        traits |= Facts::SLEEP;
    }
    if wakeup.is_some() && class.__unserialize.is_null() {
        traits |= Facts::WAKEUP;
    }
    if create.is_none() || is_a(class, throwable) {
        return traits;
    }
    match heap_trait(class) {
        0 if sleep.is_some_and(is_users) => traits,
        0 => Facts::REFUSED,
        heap => traits | heap,
    }
}

/// Whether objects of the class are heaps or queues, whatever methods it has.
pub(crate) fn is_heap(class: *const zend_class_entry) -> bool {
    heap_trait(class) != 0
}

/// Which of the two its objects are; 0 for other classes.
fn heap_trait(class: *const zend_class_entry) -> u32 {
    // SAFETY: the engine's own classes, set at its start.
    let (heap, queue) = unsafe { (spl_ce_SplHeap, spl_ce_SplPriorityQueue) };
    if is_a(class, heap) {
        Facts::HEAP
    } else if is_a(class, queue) {
        Facts::QUEUE
    } else {
        0
    }
}

/// Whether a class is another, or one of its descendants.
pub(crate) fn is_a(class: *const zend_class_entry, ancestor: *const zend_class_entry) -> bool {
    // SAFETY: linked classes, two different ones.
    std::ptr::eq(class, ancestor)
        || (!ancestor.is_null() && unsafe { engine::instanceof_function_slow(class, ancestor) })
}

/// The facts of this request's classes, by class.
pub(crate) struct Classes {
    places: Vec<Option<Facts>>,
    used: usize,
}

impl Classes {
    pub(crate) const fn new() -> Self {
        Classes { places: Vec::new(), used: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Another request may have other classes at the same addresses.
    pub(crate) fn forget(&mut self) {
        if self.used > 0 {
            self.places.fill(None);
            self.used = 0;
        }
    }

    #[inline(always)]
    pub(crate) fn of_object(&mut self, object: *const zend_object) -> Facts {
        // SAFETY: a live object has a class.
        self.of(unsafe { (*object).ce })
    }

    /// What is known of a class of this request.
    #[inline(always)]
    pub(crate) fn of(&mut self, class: *mut zend_class_entry) -> Facts {
        if !self.places.is_empty() {
            let at = self.at(class);
            if let Some(facts) = self.places[at] {
                return facts;
            }
        }
        self.learn(class)
    }

    #[cold]
    fn learn(&mut self, class: *mut zend_class_entry) -> Facts {
        let facts = Facts::find_out(class);
        if self.used * 2 >= self.places.len() {
            if self.places.len() >= MOST {
                self.forget();
            } else {
                let old = std::mem::take(&mut self.places);
                self.places = vec![None; (old.len() * 2).max(64)];
                for facts in old.into_iter().flatten() {
                    let at = self.at(facts.class);
                    self.places[at] = Some(facts);
                }
            }
        }
        let at = self.at(class);
        self.places[at] = Some(facts);
        self.used += 1;
        facts
    }

    /// Where the class is, or would be.
    #[inline(always)]
    fn at(&self, class: *mut zend_class_entry) -> usize {
        let mask = self.places.len() - 1;
        let mut at = ((class.addr() as u64 >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & mask;
        while self.places[at].is_some_and(|facts| !std::ptr::eq(facts.class, class)) {
            at = (at + 1) & mask;
        }
        at
    }
}

/// A name as the engine has it.
///
/// # Safety
/// `name` is a live string and stays so for `'a`.
pub(crate) unsafe fn text<'a>(name: *const zend_string) -> &'a Text {
    // SAFETY: same layout (asserted in `zend`).
    unsafe { &*name.cast() }
}
