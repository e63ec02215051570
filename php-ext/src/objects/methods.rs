//! What objects say of themselves: `__serialize`, `serialize`, or the properties of those that have no method for it. (`__sleep` is a
//! module of its own.)

use std::ffi::c_char;

use ext_php_rs::ffi::{HashTable, zend_function, zend_object};

use super::class::{Facts, method, slot_of};
use super::engine::{self, zval_of};
use super::gather::{Stop, push_properties, refuse};
use super::harvest::{Action, Call, Harvest, Outcome};
use super::lazy::{hold_source, initialised};
use super::plain::is_plain;
use super::walk::{Names, Walk, push};
use super::{dates, heap, refusing, with_classes};
use crate::engine::{apart, exception_pending, locked};
use crate::zend::constants as c;
use crate::zend::live::{Array, Object, Slot};

/// Notes that an object is stored by an argument, and walks over that.
///
/// # Safety
/// The caller's harvest, the number of an object that was found, and an argument of which the caller is a holder.
pub(super) unsafe fn take_argument(
    harvest: *mut Harvest,
    number: u32,
    argument: Slot,
    action: Action,
    late: Option<Action>,
    names: Names,
) {
    // SAFETY: the caller's harvest; the argument is the caller's, and now the harvest's.
    unsafe {
        (*harvest).adopt(argument);
        (*harvest).found_mut(number).argument = argument;
        if late != Some(action) {
            (*harvest).early.push(Call { action, found: number });
        }
        if is_plain(&argument) {
            return (*harvest).add_late(late, number);
        }
        push(harvest, Walk::Done { late }, 0, Names::Keys, number);
        if argument.kind() == c::IS_ARRAY {
            push(harvest, Walk::Array(argument.array()), argument.array().used, names, Harvest::NONE);
            if let Some(frame) = (*harvest).frames.last_mut() {
                frame.nested = false;
            }
        }
    }
}

/// Calls a method without arguments. `Err` if it threw.
///
/// # Safety
/// A live, held object and a method of its class. As for [`gather`](super::gather::gather): user code runs.
pub(super) unsafe fn call(object: *const Object, method: *mut zend_function) -> Result<Slot, Stop> {
    // SAFETY: a live, held object and a method of its class.
    unsafe { answer(method, locked(|| engine::call_method(object.cast_mut().cast(), method, &mut []))) }
}

/// What a method has returned. `Err` if it threw.
///
/// # Safety
/// The method that was just called, and its result.
unsafe fn answer(method: *mut zend_function, result: Slot) -> Result<Slot, Stop> {
    let mut result = result;
    // SAFETY: a method of a live object's class, which was just called; the result is ours.
    unsafe {
        if exception_pending() {
            engine::zval_ptr_dtor(zval_of(&mut result));
            return Err(if refusing::threw_itself(method) { Stop::Refused } else { Stop::Thrown });
        }
        Ok(result)
    }
}

/// Objects with `__serialize`.
///
/// # Safety
/// As for [`gather`](super::gather::gather), of a live, held object of such a class.
pub(super) unsafe fn serialize(
    harvest: *mut Harvest,
    object: *const Object,
    number: u32,
    facts: &Facts,
) -> Result<(), Stop> {
    // SAFETY: the class has the method; see `gather` for the rest.
    unsafe {
        let known = if facts.has(Facts::DATE) { dates::data(harvest, object, facts)? } else { None };
        let mut data = match known {
            Some(data) => data,
            None => call(object, (*facts.class).__serialize)?,
        };
        if data.kind() != c::IS_ARRAY {
            engine::zval_ptr_dtor(zval_of(&mut data));
            let name = (&raw const (*(*facts.class).name).val).cast::<c_char>();
            engine::zend_type_error(c"%s::__serialize() must return an array".as_ptr(), name);
            return Err(Stop::Thrown);
        }
        (*harvest).found_mut(number).outcome = Outcome::Data;
        let moment = if facts.has(Facts::DATE) { dates::with_moment(object, data) } else { None };
        let (action, late) = if let Some(with_moment) = moment {
            data = with_moment;
            (Action::Moment, Some(Action::Moment))
        } else if facts.has(Facts::DATE) {
            (Action::Date, Some(Action::Date))
        } else if facts.has(Facts::UNSERIALIZE) {
            (Action::Unserialize, Some(Action::Unserialize))
        } else {
            (Action::Properties, facts.has(Facts::WAKEUP).then_some(Action::Wakeup))
        };
        take_argument(harvest, number, data, action, late, Names::Method);
    }
    Ok(())
}

/// Objects of classes that implement `Serializable` in user code.
///
/// # Safety
/// As for [`serialize`].
pub(super) unsafe fn text(harvest: *mut Harvest, object: *const Object, number: u32) -> Result<(), Stop> {
    // SAFETY: the class implements Serializable with methods of user code; see `gather` for the rest.
    unsafe {
        let Some(method) = method(&*(*object.cast::<zend_object>()).ce, "serialize") else { return Ok(()) };
        let mut text =
            answer(method, apart(|| engine::call_method(object.cast_mut().cast(), method, &mut [])))?;
        match text.kind() {
            c::IS_STRING => {
                (*harvest).found_mut(number).outcome = Outcome::Data;
                take_argument(harvest, number, text, Action::Text, None, Names::Keys);
            }
            c::IS_NULL => (*harvest).found_mut(number).outcome = Outcome::Null,
            _ => {
                engine::zval_ptr_dtor(zval_of(&mut text));
                let name = (&raw const (*(*(*object.cast::<zend_object>()).ce).name).val).cast::<c_char>();
                let format = c"%s::serialize() must return a string or NULL".as_ptr();
                crate::engine::zend_throw_exception_ex(std::ptr::null_mut(), 0, format, name);
                return Err(Stop::Thrown);
            }
        }
    }
    Ok(())
}

/// Objects without a method that says what to store.
///
/// # Safety
/// As for [`serialize`].
pub(super) unsafe fn properties(
    harvest: *mut Harvest,
    object: *const Object,
    number: u32,
    facts: &Facts,
) -> Result<(), Stop> {
    // SAFETY: see `gather`.
    unsafe {
        if facts.has(Facts::HEAP | Facts::QUEUE) && heap::is_changing(object) {
            return refuse(harvest, "it is a heap that is being changed at this moment".into());
        }
        let instance = initialised(object)?;
        let source = hold_source(harvest, object, number, instance, facts);
        if facts.has(Facts::UNSERIALIZE) {
            let data = named_properties(instance);
            (*harvest).found_mut(number).outcome = Outcome::Data;
            let action = Action::Unserialize;
            take_argument(harvest, number, data, action, Some(action), Names::Properties);
            return Ok(());
        }
        let late = facts.has(Facts::WAKEUP).then_some(Action::Wakeup);
        push(harvest, Walk::Done { late }, 0, Names::Keys, number);
        if facts.has(Facts::HEAP | Facts::QUEUE) {
            let is_queue = facts.has(Facts::QUEUE);
            let elements = heap::contents(object, is_queue)?;
            let (action, names) =
                if is_queue { (Action::Queue, Names::Queue) } else { (Action::Heap, Names::Heap) };
            take_argument(harvest, number, elements, action, None, names);
        }
        push_properties(harvest, object, source, facts);
    }
    Ok(())
}

/// All properties with their full names, as an array.
///
/// # Safety
/// A live object.
unsafe fn named_properties(object: *const Object) -> Slot {
    // SAFETY: a live object; what is added is held by the new array.
    unsafe {
        // A proxy's instance may be of another class than the proxy, and its properties have the names that they have there.
        let facts = with_classes(|classes| classes.of_object(object.cast()));
        let table = engine::_zend_new_array(facts.slots);
        for number in 0..facts.slots as usize {
            // In the engine's order, which is not that of the slots where hooks have moved properties.
            let property = (*(*facts.class).properties_info_table.add(number)).as_ref();
            let Some((property, slot)) = property.and_then(|property| Some((property, slot_of(property)?)))
            else {
                continue;
            };
            let mut value = *plain(&(*object).slots(facts.slots)[slot as usize]);
            if value.kind() != c::IS_UNDEF {
                engine::hold(&value);
                engine::zend_hash_update(table, property.name, zval_of(&mut value));
            }
        }
        for property in (*object).table().into_iter().flat_map(Array::properties) {
            let value = *plain(&property.slot);
            engine::hold(&value);
            engine::put_property(table, &property, value);
        }
        symbol_table(table)
    }
}

/// An array value of a table whose keys are names: decimal ones become ints.
///
/// # Safety
/// A live table that is no other's.
unsafe fn symbol_table(table: *mut HashTable) -> Slot {
    // SAFETY: the caller's own table.
    unsafe {
        let symbols = engine::zend_proptable_to_symtable(table, true);
        engine::zend_array_destroy(table);
        Slot::counted(symbols, c::IS_ARRAY_EX)
    }
}

/// Without a reference that nobody else holds.
pub(super) unsafe fn plain(slot: &Slot) -> &Slot {
    if slot.kind() == c::IS_REFERENCE && slot.reference().gc.refcount == 1 {
        return &slot.reference().slot;
    }
    slot
}
