//! Defaults that are constant expressions: whether a static has the value that its expression gives.
//!
//! The engine evaluates them when the class is first used and tells nobody. Whether a value is more than that is found out by
//! evaluating once more; constants do not change, so it gives the same. That runs no code of the script's: the statics are being looked
//! at. So no class is loaded, and expressions with objects are left alone. A branch that the engine did not take may name what is not
//! there, or was not evaluated yet; it is not taken the second time either.

use ext_php_rs::ffi::{zend_class_constant, zend_class_entry, zend_string, zval};

use super::Walk;
use super::baseline::same;
use super::content::{self, Look};
use super::engine;
use super::fingerprint::Node;
use super::place::Place;
use super::{bound, closures};
use crate::engine::{exception_pending, in_frame, is_closure};
use crate::zend::constants as c;
use crate::zend::live::{Array, Slot};

/// Whether a value is what an expression gives, which the engine has evaluated in this request. Runs no user code. References that arrays in the
/// value have, and others too, are for the look at `all` members to judge.
///
/// # Safety
/// A static of a class of this request, its default, which is an expression, and its value. The caller uses no other part of the
/// thread's state than its statics.
#[cold]
pub(super) unsafe fn gives(place: Place, expression: &Slot, value: &Slot, all: &mut Look) -> bool {
    if value.kind() == c::IS_CONSTANT_AST {
        return false;
    }
    let mut same = false;
    // SAFETY: the caller's word. What throws here threw when the engine evaluated it: then there is no value.
    unsafe {
        engine::beside_exception(|| {
            in_frame(|| {
                engine::without_code(|| {
                    let mut evaluate = || is_result(place, expression, value, all);
                    same = match look(place, Node::of(expression)) {
                        Found::Code => false,
                        // The engine makes no closure while it compiles. All classes are there.
                        #[cfg(php85)]
                        Found::Values if Node::of(expression).makes_closures() => {
                            engine::not_compiling(evaluate)
                        }
                        Found::Values | Found::Unknown => evaluate(),
                    };
                });
                if exception_pending() {
                    engine::zend_clear_exception();
                    same = false;
                }
            });
        });
    }
    same
}

/// What evaluating a part of an expression once more would do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    /// Nothing but to give the same: all that it names has been evaluated.
    Values,
    /// It names what has not been: the engine has not taken this branch.
    Unknown,
    /// It may run code of the script's: it makes an object, or has one that is neither an enum case nor a closure.
    Code,
}

/// # Safety
/// A static of a class of this request, and a part of its expression; the engine's frame and error handling are prepared.
unsafe fn look(place: Place, node: Node) -> Found {
    // SAFETY: nodes of a live expression; a constant's node has its name.
    unsafe {
        match node.kind() {
            c::ZEND_AST_NEW => Found::Code,
            c::ZEND_AST_CONSTANT => {
                let Some(name) = node.value() else { return Found::Code };
                let flags = u32::from(node.attr()) | c::ZEND_FETCH_CLASS_SILENT;
                let name = name.value as *mut zend_string;
                match engine::zend_get_constant_ex(name, place.scope(), flags).cast::<Slot>().as_ref() {
                    Some(value) if has_code_in_message(value) => Found::Code,
                    Some(value) => what_is_in(value),
                    None => Found::Unknown,
                }
            }
            c::ZEND_AST_CLASS_CONST => class_constant(place, node),
            // A method as a closure: nothing is called.
            c::ZEND_AST_STATIC_CALL => match node.children().first().and_then(|class| class.value()) {
                Some(class) if named(place, class).is_null() => Found::Unknown,
                Some(_) => Found::Values,
                None => Found::Code,
            },
            _ => node
                .children()
                .iter()
                .filter(|child| !child.is_absent())
                .map(|child| look(place, *child))
                .max()
                .unwrap_or(Found::Values),
        }
    }
}

/// What a constant of a class is.
///
/// # Safety
/// As for [`look`], of such a node.
unsafe fn class_constant(place: Place, node: Node) -> Found {
    let &[class, name] = node.children() else { return Found::Code };
    let Some(class) = class.value() else { return Found::Code };
    // SAFETY: as for `look`. The class's name is a string, the constant's is one or (since PHP 8.3) an expression that gives one.
    unsafe {
        let class = named(place, class);
        if class.is_null() {
            return Found::Unknown;
        }
        if name.kind() == c::ZEND_AST_ZVAL {
            return name.value().map_or(Found::Code, |name| constant_of(class, name));
        }
        // A branch in the name that was not taken could be one that is.
        if look(place, name) != Found::Values {
            return Found::Code;
        }
        let mut result = Slot::UNDEFINED;
        if engine::zend_ast_evaluate((&raw mut result).cast(), name.start(), place.scope()) != 0 {
            return Found::Unknown;
        }
        let found = if result.kind() == c::IS_STRING { constant_of(class, &result) } else { Found::Unknown };
        engine::release(result);
        found
    }
}

/// The class that an expression names, if it is there; else null.
unsafe fn named(place: Place, name: &Slot) -> *mut zend_class_entry {
    // SAFETY: the caller's static and a live string.
    unsafe {
        match name.text().bytes() {
            text if text.eq_ignore_ascii_case(b"self") => place.scope(),
            text if text.eq_ignore_ascii_case(b"parent") => (*place.scope()).__bindgen_anon_1.parent,
            _ => {
                let name = name.value as *mut zend_string;
                crate::engine::loaded_class(name)
            }
        }
    }
}

unsafe fn constant_of(class: *const zend_class_entry, name: &Slot) -> Found {
    // SAFETY: a linked class and a live string; a class's constants are structures under their names.
    unsafe {
        let found = engine::zend_hash_find(engine::constants_of(class), name.value as *const zend_string);
        let Some(found) = found.cast::<Slot>().as_ref() else { return Found::Unknown };
        let constant = found.value as *const zend_class_constant;
        let value = &*(&raw const (*constant).value).cast::<Slot>();
        match value.kind() {
            c::IS_CONSTANT_AST => Found::Unknown,
            // For its message the engine looks at the attribute's arguments.
            _ if value.next & c::ZEND_ACC_DEPRECATED != 0 && has_expressions((*constant).attributes) => {
                Found::Code
            }
            _ => what_is_in(value),
        }
    }
}

/// Whether telling that a global constant is deprecated may run code: for its message the engine makes the attribute's object (PHP 8.5).
///
/// # Safety
/// The value of such a constant, where the engine keeps it.
#[cfg(php85)]
unsafe fn has_code_in_message(value: &Slot) -> bool {
    // SAFETY: the caller's word: a constant begins with its value. Where it has no attributes there is null.
    unsafe {
        value.next & c::CONST_DEPRECATED != 0 && {
            let constant = std::ptr::from_ref(value).cast::<u8>();
            has_expressions(*constant.add(c::CONSTANT_ATTRIBUTES).cast())
        }
    }
}

/// Before PHP 8.5 they have no attributes.
#[cfg(not(php85))]
fn has_code_in_message(_value: &Slot) -> bool {
    false
}

/// Whether arguments of attributes are expressions.
unsafe fn has_expressions(attributes: *const ext_php_rs::ffi::HashTable) -> bool {
    // SAFETY: null or a table of attributes that lives with its constant.
    unsafe {
        if attributes.is_null() {
            return false;
        }
        let is_expression = |slot: &Slot| {
            let attribute = &*(slot.value as *const engine::Attribute);
            attribute.arguments().iter().any(|argument| argument.value.kind() == c::IS_CONSTANT_AST)
        };
        Elements::of(engine::table(attributes)).any(|(_, slot)| is_expression(slot))
    }
}

/// # Safety
/// A live value, a constant's. The caller uses no other part of the thread's state than its statics.
unsafe fn what_is_in(value: &Slot) -> Found {
    // SAFETY: the caller's word.
    let has_code = unsafe { is_any(value, |value| !is_case(value) && !is_closure(value)) };
    if has_code { Found::Code } else { Found::Values }
}

/// Whether any object in a value is one of those.
///
/// # Safety
/// As for [`what_is_in`].
pub(super) unsafe fn is_any(value: &Slot, which: impl Fn(&Slot) -> bool) -> bool {
    let is_one = |value: &Slot| value.kind() == c::IS_OBJECT && which(value);
    if value.kind() != c::IS_ARRAY {
        return is_one(value);
    }
    // SAFETY: the caller's word; no user code runs.
    unsafe {
        Walk::run(|walk| {
            walk.meet(value);
            while let Some(array) = walk.queue.pop() {
                let found = Elements::of(array.array()).any(|(_, slot)| {
                    let slot = slot.behind_reference();
                    if slot.kind() == c::IS_ARRAY {
                        walk.meet(slot);
                    }
                    is_one(slot)
                });
                if found {
                    return true;
                }
            }
            false
        })
    }
}

fn is_case(value: &Slot) -> bool {
    let class = value.object().class as *const zend_class_entry;
    // SAFETY: a live object's class.
    unsafe { (*class).ce_flags & c::ZEND_ACC_ENUM != 0 }
}

/// Whether a value is what an expression gives.
///
/// # Safety
/// As for [`gives`].
unsafe fn is_result(place: Place, expression: &Slot, value: &Slot, all: &mut Look) -> bool {
    let mut result = Slot { next: 0, ..*expression };
    // SAFETY: as for `gives`. The engine puts the result in the place of the expression, of which we are a holder.
    unsafe {
        engine::hold(&result);
        let slot: *mut zval = (&raw mut result).cast();
        let same = engine::zval_update_constant_ex(slot, place.scope()) == 0 && {
            // The only conversion that there is for a default.
            if matches!(place, Place::Property { .. })
                && result.kind() == c::IS_LONG
                && value.kind() == c::IS_DOUBLE
            {
                f64::from_bits(value.value) == result.value.cast_signed() as f64
            } else {
                Walk::run(|walk| is_equal(&result, value, walk, all))
            }
        };
        engine::release(result);
        same
    }
}

/// As `===` has it, but NAN is NAN, arrays go on with the same index, and closures are of the same function. (Arrays are as deep as somebody wrote the expression.)
///
/// # Safety
/// Live values; no user code runs meanwhile.
unsafe fn is_equal(result: &Slot, value: &Slot, walk: &mut Walk, all: &mut Look) -> bool {
    if bound::may_be(value) {
        all.add_reference(walk, content::taken(value));
    }
    let (result, value) = (result.behind_reference(), value.behind_reference());
    if same(result, value) {
        return true;
    }
    if result.kind() != value.kind() {
        return false;
    }
    match result.kind() {
        c::IS_DOUBLE => {
            let (one, other) = (f64::from_bits(result.value), f64::from_bits(value.value));
            one == other || one.is_nan() && other.is_nan()
        }
        c::IS_STRING => result.text().bytes() == value.text().bytes(),
        c::IS_ARRAY => {
            let (mut one, mut other) = (Elements::of(result.array()), Elements::of(value.array()));
            (result.array().count, result.array().next_free) == (value.array().count, value.array().next_free)
                && std::iter::from_fn(|| Some((one.next()?, other.next()?))).all(
                    |((key, one), (its, other))| {
                        // SAFETY: elements of the caller's values.
                        key == its && unsafe { is_equal(one, other, walk, all) }
                    },
                )
        }
        c::IS_OBJECT if is_closure(result) && is_closure(value) => {
            // SAFETY: the caller's values.
            unsafe { closures::are_same(result, value) }
        }
        _ => false,
    }
}

/// An array's elements with their keys.
struct Elements<'a> {
    array: &'a Array,
    next: usize,
}

impl<'a> Elements<'a> {
    fn of(array: &'a Array) -> Self {
        Elements { array, next: 0 }
    }
}

impl<'a> Iterator for Elements<'a> {
    /// A string as key has bytes, and otherwise a number.
    type Item = ((Option<&'a [u8]>, u64), &'a Slot);

    fn next(&mut self) -> Option<Self::Item> {
        while self.array.count > 0 && self.next < self.array.used as usize {
            let at = self.next;
            self.next += 1;
            if self.array.is_packed() {
                let slot = &self.array.slots()[at];
                if slot.kind() != c::IS_UNDEF {
                    return Some(((None, at as u64), slot));
                }
            } else {
                let bucket = &self.array.buckets()[at];
                if bucket.slot.kind() != c::IS_UNDEF {
                    let key = bucket.text().map(|text| text.bytes());
                    return Some(((key, if key.is_some() { 0 } else { bucket.hash }), &bucket.slot));
                }
            }
        }
        None
    }
}

/// Whether a variable's initialiser is code: from PHP 8.3 on wherever it is no literal, before that if it makes objects.
///
/// # Safety
/// A static of a class of this request.
pub(super) unsafe fn is_code(place: &Place) -> bool {
    let Place::Variable { function, number } = *place else { return false };
    #[cfg(php83)]
    {
        let offset = number * size_of::<crate::zend::live::Bucket>() as u32;
        // SAFETY: a method of a script, which has so many operations.
        unsafe {
            std::slice::from_raw_parts((*function).opcodes, (*function).last as usize).iter().any(
                |operation| {
                    u32::from(operation.opcode) == c::ZEND_BIND_INIT_STATIC_OR_JMP_OR_0
                        && operation.extended_value == offset
                },
            )
        }
    }
    #[cfg(not(php83))]
    {
        let _ = (function, number);
        // SAFETY: the caller's word.
        unsafe {
            let declared = place.declared();
            declared.kind() == c::IS_CONSTANT_AST && Node::of(&declared).makes_objects()
        }
    }
}
