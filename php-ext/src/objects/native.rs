//! Objects of internal classes that have functions in C for `serialize()` and `unserialize()` and no methods: `Ds\Map`, `Decimal` ... Only
//! their class knows what is in them, and makes the object itself. So the text that PHP's `serialize()` gives is stored, and `unserialize()`
//! is what makes the object: before any other of the value, since all that holds it wants to know where it is.
//!
//! The text stands for itself, as that of a `Serializable`: an object in there that the value has elsewhere as well is another one. The classes that
//! it names are among those of the payload.
//!
//! To be mended: what leads back into the object from what is in it is written as the root of the text, which no class can read; what is rehearsed is asked
//! twice, and may throw the second time; and the look does not see all that may throw (docs/semantics.md, "Classes with functions in C").

use std::ffi::{c_int, c_uchar, c_void};

use ext_php_rs::ffi::{zend_class_entry, zend_object, zend_string, zval};

use super::class::Facts;
use super::engine::{self, zval_of};
use super::gather::{Stop, refuse};
use super::harvest::{Action, Harvest, Outcome};
use super::lazy::is_lazy;
use super::methods::take_argument;
use super::walk::Names;
use super::{refusing, with_classes};
use crate::engine::{apart, bytes, class_named, exception_pending, loaded_class, shown_to_collector};
use crate::payload::{CallImage, ObjectImage, Template};
use crate::zend::constants as c;
use crate::zend::live::{Array, Object, Slot};

/// How deep and how far at most a native object is looked at for what cannot be stored. One may hold itself.
const DEEPEST: u32 = 64;
const MOST_NATIVES_DEEP: u32 = 8;
const MOST_LOOKED_AT: u32 = 1 << 17;

/// What `serialize()` writes of such an object a method says.
const ASKED: u32 = Facts::SERIALIZE | Facts::SLEEP | Facts::TEXT;

/// A look through a native object.
struct Look {
    /// How many values more.
    left: u32,
    /// How many native objects have been looked into.
    shown: u32,
    /// How many are being looked through, one within the other.
    within: u32,
    /// The first of the harvest's values that is to be rehearsed.
    first: usize,
}

/// A string in the making.
#[repr(C)]
struct Written {
    text: *mut zend_string,
    room: usize,
}

/// `php_serialize_data_t`, `php_unserialize_data_t`: what was met so far.
type Met = *mut c_void;

unsafe extern "C" {
    fn php_var_serialize(to: *mut Written, value: *mut zval, met: *mut Met);
    fn php_var_serialize_init() -> Met;
    fn php_var_serialize_destroy(met: Met);
    fn php_var_unserialize(
        value: *mut zval,
        from: *mut *const c_uchar,
        end: *const c_uchar,
        met: *mut Met,
    ) -> c_int;
    fn php_var_unserialize_init() -> Met;
    fn php_var_unserialize_destroy(met: Met);
}

/// Has such an object written down.
///
/// # Safety
/// As for [`gather`](super::gather::gather), of a live, held object of such a class.
pub(super) unsafe fn write(harvest: *mut Harvest, object: *const Object, number: u32) -> Result<(), Stop> {
    /// What there is instead of an object whose class has nothing to say of it.
    const NULL: &[u8] = b"N;";
    // SAFETY: the caller's word; the text is ours, and then the harvest's.
    unsafe {
        let mut rehearsed = (*harvest).held.len();
        let mut look = Look { left: MOST_LOOKED_AT, shown: 0, within: 0, first: rehearsed };
        if let Some(offender) = offender(&mut *harvest, object, 0, &mut look) {
            let name = (*(*object.cast::<zend_object>()).ce).name;
            let name = String::from_utf8_lossy(bytes(name)).into_owned();
            let why = crate::encode::reason(&offender);
            return refuse(
                harvest,
                format!("it is an object of class {name} with a part that cannot be: {why}"),
            );
        }
        while let Some(part) = (*harvest).held_at(rehearsed) {
            engine::release_string(text_of(part)?);
            rehearsed += 1;
        }
        let text = text_of(engine::object_slot(object.cast()))?;
        if bytes(text) == NULL {
            engine::release_string(text);
            (*harvest).found_mut(number).outcome = Outcome::Null;
            return Ok(());
        }
        (*harvest).found_mut(number).outcome = Outcome::Data;
        let argument = Slot::counted(text, ext_php_rs::ffi::IS_STRING_EX);
        take_argument(harvest, number, argument, Action::Native, None, Names::Keys);
    }
    Ok(())
}

/// What `serialize()` makes of a value. `Err` if it threw.
///
/// # Safety
/// A live, held value. As for [`gather`](super::gather::gather): user code runs.
unsafe fn text_of(value: Slot) -> Result<*mut zend_string, Stop> {
    // SAFETY: the caller's word; the text is ours.
    unsafe {
        let text = apart(|| {
            let mut written = Written { text: std::ptr::null_mut(), room: 0 };
            let (mut value, mut met) = (value, php_var_serialize_init());
            php_var_serialize(&raw mut written, zval_of(&mut value), &raw mut met);
            php_var_serialize_destroy(met);
            written.text
        });
        // Nothing at all is written of what throws at once.
        if exception_pending() || text.is_null() {
            if !text.is_null() {
                engine::release_string(text);
            }
            return Err(if refusing::was_thrown_here() { Stop::Refused } else { Stop::Thrown });
        }
        // The string's room has a place for it, which nobody has filled.
        (&raw mut (*text).val).cast::<u8>().add((*text).len).write(0);
        Ok(text)
    }
}

/// Something in a native object that cannot be stored, as far as its class shows the collector what it holds, and as no method has to be
/// called to know. The harvest holds afterwards what has to be rehearsed: `Ds` writes to where nothing is if the first thing that
/// it has written throws, so `serialize()` must not throw there for the first time. The innermost come first. (The first that a class shows need not be
/// the first that it writes.)
///
/// # Safety
/// A live object of such a class.
unsafe fn offender(
    harvest: &mut Harvest,
    object: *const Object,
    depth: u32,
    look: &mut Look,
) -> Option<Slot> {
    // SAFETY: the caller's word. What `get_gc` shows is good until its next call: so it is asked again where another one may have been.
    unsafe {
        if look.within >= MOST_NATIVES_DEEP {
            return None;
        }
        look.within += 1;
        let object = object.cast_mut().cast::<zend_object>();
        let mut first = None;
        let mut at = 0;
        look.shown += 1;
        let (mut shown, mut asked) = (shown_to_collector(object), look.shown);
        while !shown.parts.is_null() && at < shown.count && look.left > 0 {
            let part = *shown.parts.add(at);
            at += 1;
            look.left -= 1;
            if part.kind() != c::IS_UNDEF {
                first.get_or_insert(part);
            }
            if part.kind() > c::IS_STRING {
                if let Some(found) = offending(harvest, &part, depth, look) {
                    return Some(found);
                }
                if look.shown != asked {
                    (shown, asked) = (shown_to_collector(object), look.shown);
                }
            }
        }
        look.within -= 1;
        if let Some(first) = first.filter(may_throw)
            && !harvest.has_just_held(&first, look.first)
        {
            harvest.keep(first);
        }
        None
    }
}

/// Whether `serialize()` may throw before it has written anything of a part of a native object.
fn may_throw(part: &Slot) -> bool {
    let part = part.behind_reference();
    if part.kind() != c::IS_OBJECT {
        return false;
    }
    let object: *const Object = part.object();
    // An initialiser may throw as well.
    with_classes(|classes| classes.of_object(object.cast())).has(ASKED | Facts::NATIVE) || is_lazy(object)
}

/// The same of a value in one as [`offender`] says of it.
///
/// # Safety
/// A live value.
unsafe fn offending(harvest: &mut Harvest, slot: &Slot, depth: u32, look: &mut Look) -> Option<Slot> {
    let slot = slot.direct().behind_reference();
    if look.left == 0 {
        return None;
    }
    look.left -= 1;
    if slot.kind() <= c::IS_STRING || depth >= DEEPEST {
        return None;
    }
    // SAFETY: the caller's word. No code runs that could change what is looked at.
    unsafe {
        match slot.kind() {
            c::IS_ARRAY => {
                slot.array().elements().find_map(|element| offending(harvest, &element.slot, depth + 1, look))
            }
            c::IS_OBJECT => {
                let object: *const Object = slot.object();
                let facts = with_classes(|classes| classes.of_object(object.cast()));
                if facts.has(Facts::REFUSED) {
                    return Some(*slot);
                }
                if facts.has(Facts::NATIVE) {
                    return offender(harvest, object, depth + 1, look);
                }
                if facts.has(ASKED | Facts::ENUM) || is_lazy(object) {
                    return None;
                }
                let mut declared = (*object).slots(facts.slots).iter();
                declared.find_map(|slot| offending(harvest, slot, depth + 1, look)).or_else(|| {
                    let mut elements = (*object).table().into_iter().flat_map(Array::elements);
                    elements.find_map(|element| offending(harvest, &element.slot, depth + 1, look))
                })
            }
            _ => Some(*slot),
        }
    }
}

/// Tells of each class that a text names and that is there, some more than once. A class writes what it likes about its objects, which may
/// look like names; most of what `serialize()` writes is told from them, strings above all.
pub(crate) fn each_class_in(text: &[u8], mut tell: impl FnMut(*mut zend_class_entry)) {
    let mut last: &[u8] = b"";
    let mut at = 0;
    while at < text.len() {
        let counted =
            if matches!(text[at], b's' | b'O' | b'C' | b'E') { counted(text, at + 1) } else { None };
        let Some(bytes) = counted else {
            at += 1;
            continue;
        };
        if text[at] != b's' {
            // A case comes after its enum's name.
            let name = bytes.split(|&byte| byte == b':').next().unwrap_or_default();
            if name != last {
                let class = class_named(&name.to_ascii_lowercase());
                if !class.is_null() {
                    tell(class.cast_mut());
                }
                last = name;
            }
        }
        at = bytes.as_ptr_range().end.addr() - text.as_ptr().addr() + 1;
    }
}

/// What is between quotes after its length: `:3:"abc"`.
fn counted(text: &[u8], at: usize) -> Option<&[u8]> {
    const MOST_DIGITS: usize = 10;
    let rest = text.get(at..)?.strip_prefix(b":")?;
    let digits = rest.iter().take(MOST_DIGITS).take_while(|byte| byte.is_ascii_digit()).count();
    let len: usize = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    let bytes = rest[digits..].strip_prefix(b":\"")?;
    (bytes.get(len) == Some(&b'"')).then(|| &bytes[..len])
}

/// Whether a call of a template makes such an object.
#[inline(always)]
pub(crate) fn is_due(call: &CallImage) -> bool {
    call.action == Action::Native as u32
}

/// A new object for such a call, which the caller holds; null if there is none, with an exception or without. Runs user code, may leave
/// by a jump.
///
/// # Safety
/// A call of the template, which is pinned. No Rust value of the caller's needs dropping.
pub(crate) unsafe fn read(template: &Template, call: &CallImage) -> *mut Object {
    // SAFETY: the caller's word: the argument is a string image, the node an object's. What was made is ours.
    unsafe {
        let text = call.argument.text().bytes();
        let mut value = Slot::UNDEFINED;
        let is_read = apart(|| {
            let mut met = php_var_unserialize_init();
            let range = text.as_ptr_range();
            let mut from = range.start;
            let is_read = php_var_unserialize(zval_of(&mut value), &raw mut from, range.end, &raw mut met);
            // Methods of objects in there run now.
            php_var_unserialize_destroy(met);
            is_read != 0
        });
        let made = *value.behind_reference();
        if is_read && !exception_pending() && made.kind() == c::IS_OBJECT {
            let object: *mut Object = std::ptr::from_ref(made.object()).cast_mut();
            let image = template.image(template.nodes()[call.node as usize]) as *const ObjectImage;
            let name = template.classes()[(*image).class as usize].name;
            if std::ptr::eq((*object.cast::<zend_object>()).ce, loaded_class(name as *mut _)) {
                engine::hold(&made);
                engine::zval_ptr_dtor(zval_of(&mut value));
                return object;
            }
        }
        engine::zval_ptr_dtor(zval_of(&mut value));
        std::ptr::null_mut()
    }
}
