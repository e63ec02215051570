//! From a class to what of it has our attributes.

use ext_php_rs::ffi::{HashTable, zend_class_entry, zend_op_array, zend_property_info};

use super::attributes;
use super::engine::{self, Attribute};
use super::fingerprint;
use super::place::Place;
use super::{Dropped, Member, Statics, Target};
use crate::module::Backend;
use crate::zend::constants as c;
use crate::zend::live::{Array, Bucket, Slot, Text};

const PINNED: &[u8] = b"opcache\\pinnedstatic";
const VOLATILE: &[u8] = b"opcache\\volatilestatic";

/// How the state of a target is kept.
#[derive(Clone, Copy)]
pub(super) struct Policy {
    pub(super) backend: Backend,
    /// In seconds; 0: for good.
    pub(super) ttl: u64,
    pub(super) tracking: bool,
    /// The attribute, if its arguments must be evaluated before the above is known. Until then everything is tracked if it
    /// may have to be.
    pub(super) unknown: *const Attribute,
}

/// What of a class an entry is of.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Class,
    Property(*const zend_property_info),
    /// By its lower-case name.
    Method(*const Text, *mut zend_op_array),
}

fn elements(array: &Array) -> impl Iterator<Item = Slot> + '_ {
    let used = if array.count == 0 { 0 } else { array.used as usize };
    (0..used).map(|at| if array.is_packed() { array.slots()[at] } else { array.buckets()[at].slot })
}

/// The elements of a table with keys.
pub(super) fn buckets(array: &Array) -> &[Bucket] {
    if array.count == 0 || array.is_packed() { &[] } else { array.buckets() }
}

/// The attribute of ours in a list. If both are there, the pinned one counts.
///
/// # Safety
/// A declaration's attributes, or null.
#[inline(always)]
unsafe fn ours(list: *const HashTable) -> Option<(*const Attribute, Backend)> {
    if list.is_null() {
        return None;
    }
    // SAFETY: a declaration's attributes.
    unsafe { ours_in(list) }
}

/// Whether one is in a list.
///
/// # Safety
/// A declaration's attributes, or null.
#[cfg(php83)]
pub(super) unsafe fn is_in(list: *const HashTable) -> bool {
    // SAFETY: the caller's word.
    unsafe { ours(list).is_some() }
}

/// The same of a list that is there.
///
/// # Safety
/// A declaration's attributes.
unsafe fn ours_in(list: *const HashTable) -> Option<(*const Attribute, Backend)> {
    let mut found = None;
    // SAFETY: the caller's word: elements are pointers to attributes, which have names.
    unsafe {
        for slot in elements(engine::table(list)) {
            let attribute = slot.value as *const Attribute;
            let name = &*(*attribute).lower_name;
            if name.len == PINNED.len() && name.bytes() == PINNED {
                return Some((attribute, Backend::Pinned));
            }
            if name.len == VOLATILE.len() && name.bytes() == VOLATILE {
                found = Some((attribute, Backend::Volatile));
            }
        }
    }
    found
}

/// The methods that a class itself has, with their lower-case names. They come before inherited ones, but for those of traits
/// and what the engine gives an enum.
///
/// # Safety
/// A linked class of this request.
unsafe fn methods(class: *const zend_class_entry) -> impl Iterator<Item = (*const Text, *mut zend_op_array)> {
    // SAFETY: a linked class of this request; its functions are pointers under their names.
    unsafe {
        let in_order = is_in_order(class);
        buckets(engine::table(&raw const (*class).function_table))
            .iter()
            .map(|bucket| (bucket.key as *const Text, bucket.slot.value as *mut zend_op_array))
            .take_while(move |(_, function)| !in_order || is_own(*function, class))
            .filter(move |(_, function)| in_order || is_own(*function, class))
    }
}

/// Whether a class's own methods are the first in its table: unless it has some of traits, or the engine gave it some.
///
/// # Safety
/// A live class.
#[inline(always)]
unsafe fn is_in_order(class: *const zend_class_entry) -> bool {
    // SAFETY: the caller's class.
    unsafe { (*class).num_traits == 0 && (*class).ce_flags & c::ZEND_ACC_ENUM == 0 }
}

/// Whether a method is of the class, and of the script.
///
/// # Safety
/// A live function and a live class.
#[inline(always)]
unsafe fn is_own(function: *const zend_op_array, class: *const zend_class_entry) -> bool {
    // SAFETY: all functions begin alike, up to the scope and beyond.
    unsafe { (*function).type_ == c::ZEND_USER_FUNCTION && std::ptr::eq((*function).scope, class) }
}

/// The static properties that a class itself declares.
///
/// # Safety
/// A linked class of this request.
unsafe fn properties(class: *const zend_class_entry) -> impl Iterator<Item = *const zend_property_info> {
    // SAFETY: a linked class of this request; its declarations are pointers under their names.
    unsafe {
        let parent = (*class).__bindgen_anon_1.parent;
        let inherited = if parent.is_null() { 0 } else { (*parent).default_static_members_count };
        let table = engine::table(&raw const (*class).properties_info);
        // One of a trait that the parent has as well is another static in the same place (since PHP 8.3).
        let any = (*class).default_static_members_count > inherited || (*class).num_traits > 0;
        (if any { buckets(table) } else { &[] })
            .iter()
            .map(|bucket| bucket.slot.value as *const zend_property_info)
            .filter(move |info| (**info).flags & c::ZEND_ACC_STATIC != 0 && std::ptr::eq((**info).ce, class))
    }
}

/// Whether anything of a class has one of the attributes. For every class of every request: looks at nothing that it need not,
/// and where most classes end, in a loop as short as it gets.
///
/// # Safety
/// A linked class of this request, of a script.
#[inline]
pub(super) unsafe fn is_marked(class: *const zend_class_entry) -> bool {
    // SAFETY: the caller's word: the table's elements are functions, which begin alike up to the attributes.
    unsafe {
        if !(*class).attributes.is_null() && ours_in((*class).attributes).is_some() {
            return true;
        }
        let table = engine::table(&raw const (*class).function_table);
        let mut bucket = table.data as *const Bucket;
        let end = bucket.add(if table.is_packed() { 0 } else { table.used as usize });
        let in_order = is_in_order(class);
        while bucket < end {
            let function = (*bucket).slot.value as *const zend_op_array;
            if is_own(function, class) {
                if !(*function).attributes.is_null() && ours_in((*function).attributes).is_some() {
                    return true;
                }
            } else if in_order {
                break;
            }
            bucket = bucket.add(1);
        }
        (*class).default_static_members_count > 0 && has_marked_property(class)
    }
}

/// Of its own, so that classes without statics do not pay for it.
///
/// # Safety
/// As for [`is_marked`].
#[inline(never)]
unsafe fn has_marked_property(class: *const zend_class_entry) -> bool {
    // SAFETY: as for `is_marked`.
    unsafe { properties(class).any(|info| ours((*info).attributes).is_some()) }
}

/// Adds the targets of a class, and their members. A property's or method's own attribute goes before the class's.
///
/// # Safety
/// As for [`is_marked`].
#[inline(always)] // Called at one place, for each class.
pub(super) unsafe fn scan(class: *mut zend_class_entry, statics: &mut Statics) {
    // SAFETY: the caller's word.
    unsafe {
        if let Some((attribute, backend)) = ours((*class).attributes) {
            let first = statics.members.len();
            let mut others = false;
            for info in properties(class) {
                if ours((*info).attributes).is_none() {
                    statics.members.push(Member::new(Place::Property { class, info }));
                } else {
                    others = true;
                }
            }
            for (_, function) in methods(class) {
                if ours((*function).attributes).is_none() {
                    add_variables(statics, function);
                } else {
                    others = true;
                }
            }
            add_target(statics, class, Part::Class, attribute, backend, first);
            if !others {
                return;
            }
        }
        for info in properties(class) {
            if let Some((attribute, backend)) = ours((*info).attributes) {
                let first = statics.members.len();
                statics.members.push(Member::new(Place::Property { class, info }));
                add_target(statics, class, Part::Property(info), attribute, backend, first);
            }
        }
        for (name, function) in methods(class) {
            if let Some((attribute, backend)) = ours((*function).attributes) {
                let first = statics.members.len();
                add_variables(statics, function);
                add_target(statics, class, Part::Method(name, function), attribute, backend, first);
            }
        }
    }
}

/// Adds the static variables of a method.
///
/// # Safety
/// A function of a script.
unsafe fn add_variables(statics: &mut Statics, function: *mut zend_op_array) {
    // SAFETY: a function of a script; null or a table of its static variables.
    unsafe {
        if (*function).static_variables.is_null() {
            return;
        }
        let count = buckets(engine::table((*function).static_variables)).len() as u32;
        (0..count).for_each(|number| statics.members.push(Member::new(Place::Variable { function, number })));
    }
}

/// Adds a target, whose members are those from `first` on, if there are any.
///
/// # Safety
/// A linked class of this request, a part of it and its attribute.
unsafe fn add_target(
    statics: &mut Statics,
    class: *mut zend_class_entry,
    part: Part,
    attribute: *const Attribute,
    backend: Backend,
    first: usize,
) {
    let members = first as u32..statics.members.len() as u32;
    if members.is_empty() {
        return;
    }
    // SAFETY: the caller's class and attribute.
    unsafe {
        let policy = policy(attribute, backend);
        let fingerprint = fingerprint::of(class, &statics.members[first..]);
        statics.targets.push(Target {
            class,
            part,
            policy,
            first: members.start,
            end: members.end,
            fingerprint,
            dropped: Dropped::No,
            due: false,
            initial: false,
            stored: false,
            failed: false,
            unsettled: false,
            looked_beside: false,
            untouched: None,
        });
    }
}

/// What the attribute's arguments say, as far as that needs no evaluation.
///
/// # Safety
/// A live attribute.
unsafe fn policy(attribute: *const Attribute, backend: Backend) -> Policy {
    let mut policy = Policy { backend, ttl: 0, tracking: false, unknown: std::ptr::null() };
    if backend == Backend::Pinned {
        return policy;
    }
    // SAFETY: the caller's attribute.
    unsafe {
        match attributes::argument(attribute, 0, b"ttl") {
            None => {}
            Some(value) if value.kind() == c::IS_LONG => policy.ttl = value.value.cast_signed().max(0) as u64,
            Some(_) => policy.unknown = attribute,
        }
        match attributes::argument(attribute, 1, b"strategy") {
            None => {}
            Some(value) => match fingerprint::class_constant(value) {
                Some((class, b"Immediate")) if is_strategy(class) => {}
                Some((class, b"Tracking")) if is_strategy(class) => policy.tracking = true,
                _ => (policy.unknown, policy.tracking) = (attribute, true),
            },
        }
    }
    policy
}

fn is_strategy(class: &[u8]) -> bool {
    class.strip_prefix(b"\\").unwrap_or(class).eq_ignore_ascii_case(b"OPcache\\CacheStrategy")
}

/// Evaluates the arguments of a target's attribute. False if that threw. Runs user code.
///
/// # Safety
/// A live attribute and its class. No Rust value of the caller's needs dropping, and no reference to the thread's state
/// lives.
pub(super) unsafe fn evaluate(policy: &mut Policy, class: *mut zend_class_entry) -> bool {
    let attribute = policy.unknown;
    let mut values = [Slot::UNDEFINED; 2];
    // SAFETY: the caller's word.
    unsafe {
        for (place, name) in [b"ttl".as_slice(), b"strategy"].into_iter().enumerate() {
            let Some(number) = attributes::number_of(attribute, place, name) else { continue };
            let value = (&raw mut values[place]).cast();
            let failed = engine::zend_get_attribute_value(value, attribute, number as u32, class) != 0;
            if failed {
                // The engine has let go of it.
                values[place].info = c::IS_UNDEF;
            }
            if failed || crate::engine::exception_pending() {
                values.into_iter().for_each(|value| engine::release(value));
                return false;
            }
        }
        let [ttl, strategy] = values;
        let mut fine = true;
        match ttl.kind() {
            c::IS_UNDEF => {}
            c::IS_LONG if ttl.value.cast_signed() >= 0 => policy.ttl = ttl.value,
            c::IS_LONG => {
                let text = c"OPcache\\VolatileStatic: Argument #1 ($ttl) must be greater than or equal to 0";
                engine::zend_value_error(c"%s".as_ptr(), text.as_ptr());
                fine = false;
            }
            _ => {
                let text = c"OPcache\\VolatileStatic: Argument #1 ($ttl) must be of type int";
                engine::zend_type_error(c"%s".as_ptr(), text.as_ptr());
                fine = false;
            }
        }
        if fine && strategy.kind() != c::IS_UNDEF {
            let class = attributes::strategy_class().addr() as u64;
            if strategy.kind() == c::IS_OBJECT && strategy.object().class == class {
                // An enum's first property is the case's name, its second the value.
                policy.tracking = strategy.object().slots(2)[1].value == 1;
            } else {
                let text =
                    c"OPcache\\VolatileStatic: Argument #2 ($strategy) must be of type OPcache\\CacheStrategy";
                engine::zend_type_error(c"%s".as_ptr(), text.as_ptr());
                fine = false;
            }
        }
        engine::release(ttl);
        engine::release(strategy);
        policy.unknown = std::ptr::null();
        fine
    }
}
