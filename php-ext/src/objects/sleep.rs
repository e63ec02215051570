//! `__sleep`: names of properties to store.

use std::ffi::{c_char, c_int};

use ext_php_rs::ffi::{HashTable, zend_class_entry, zend_function, zend_object, zend_string};

use super::class::{Facts, method};
use super::declared;
use super::engine::{self, release_string, zval_of};
use super::gather::Stop;
use super::harvest::{Action, Harvest, Outcome};
use super::lazy::{hold_source, initialised, is_lazy};
use super::methods::{call, take_argument};
#[cfg(php84)]
use super::proxy;
use super::walk::{Names, Walk, part, push};
use super::with_classes;
use crate::engine::exception_pending;
use crate::module::local;
use crate::zend::constants as c;
use crate::zend::live::{Array, Object, Slot, Text};

/// Asks an object which of its properties are to be stored, and looks them up as `serialize()` does.
///
/// # Safety
/// As for [`super::gather::gather`], of a live, held object of a class with `__sleep`.
pub(super) unsafe fn ask(
    harvest: *mut Harvest,
    object: *const Object,
    number: u32,
    facts: &Facts,
) -> Result<(), Stop> {
    // SAFETY: see `gather`; the result of the call and the tables are held until the end.
    unsafe {
        let Some(method) = sleep_of(facts.class) else { return Ok(()) };
        let mut names = call(object, method)?;
        if names.kind() != c::IS_ARRAY {
            engine::zval_ptr_dtor(zval_of(&mut names));
            (*harvest).found_mut(number).outcome = Outcome::Null;
            warn_names(facts);
            return if exception_pending() { Err(Stop::Thrown) } else { Ok(()) };
        }
        (*harvest).adopt(names);
        let source = initialised(object)?;
        #[cfg_attr(not(php84), expect(unused_variables, reason = "no proxies: it is the object itself"))]
        let own = hold_source(harvest, object, number, source, facts);
        let first = (*harvest).chosen.len();
        let is_declared = std::ptr::eq(source, object)
            && !is_lazy(object)
            && declared::choose(harvest, object, names.array(), facts);
        let late = facts.has(Facts::WAKEUP).then_some(Action::Wakeup);
        if is_declared
            && !facts.has(Facts::UNSERIALIZE)
            && declared::are_plain(&(&(*harvest).chosen)[first..], object, facts)
        {
            (*harvest).choose(number, first);
            (*harvest).add_late(late, number);
            return Ok(());
        }
        let selected = own_array(harvest);
        let mut table = std::ptr::null();
        if is_declared {
            declared::select(&(&(*harvest).chosen)[first..], object, facts, selected);
        } else {
            table = own_array(harvest);
            let choice = Choice { harvest, source, properties: std::ptr::null_mut(), selected, table, facts };
            if !choice.look_up(object, names) {
                return Err(Stop::Thrown);
            }
            #[cfg(php84)]
            if !std::ptr::eq(own, source) {
                proxy::translate(&mut (&mut (*harvest).chosen)[first..], source, facts);
            }
        }
        if facts.has(Facts::UNSERIALIZE) {
            (*harvest).found_mut(number).outcome = Outcome::Data;
            let data = engine::zend_proptable_to_symtable(selected.cast_mut().cast(), true);
            let data = Slot::counted(data, c::IS_ARRAY_EX);
            let action = Action::Unserialize;
            take_argument(harvest, number, data, action, Some(action), Names::Properties);
            return Ok(());
        }
        (*harvest).choose(number, first);
        (*harvest).found_mut(number).table = table;
        push(harvest, Walk::Done { late }, 0, Names::Keys, number);
        if (*selected).count > 0 {
            push(harvest, Walk::Array(selected), (*selected).used, Names::Properties, Harvest::NONE);
        }
    }
    Ok(())
}

/// The method of a class that has it. The last one is remembered.
unsafe fn sleep_of(class: *mut zend_class_entry) -> Option<*mut zend_function> {
    // SAFETY: this thread's own, and a class of this request.
    unsafe {
        let (last, known) = (*local()).objects.last_sleep;
        if std::ptr::eq(last, class) {
            return Some(known);
        }
        let method = method(&*class, "__sleep")?;
        (*local()).objects.last_sleep = (class, method);
        Some(method)
    }
}

/// The engine's own table of an object's properties, held once more.
unsafe fn properties_of(object: *const Object) -> Slot {
    #[cfg(php84)]
    if is_lazy(object) {
        // SAFETY: a live, held object. It stays as it is: whether it is to be initialised was seen to before.
        unsafe {
            let mut slot = engine::object_slot(object.cast_mut().cast());
            let table = engine::zend_get_properties_for(zval_of(&mut slot), engine::FOR_SERIALIZE);
            if !table.is_null() {
                return engine::table_slot(table);
            }
        }
    }
    // SAFETY: a live object has handlers.
    unsafe {
        let object = object.cast_mut().cast::<zend_object>();
        let table = (*(*object).handlers).get_properties.map_or(std::ptr::null_mut(), |get| get(object));
        let slot = engine::table_slot(table);
        engine::hold(&slot);
        slot
    }
}

/// A new array that the harvest holds.
unsafe fn own_array(harvest: *mut Harvest) -> *const Array {
    // SAFETY: the caller's harvest.
    unsafe {
        let table = engine::_zend_new_array(8);
        (*harvest).adopt(Slot::counted(table, c::IS_ARRAY_EX));
        table.cast_const().cast()
    }
}

unsafe fn warn_names(facts: &Facts) {
    let format =
        c"%s::__sleep() should return an array only containing the names of instance-variables to serialize";
    // SAFETY: a class of this request; one text for one `%s`.
    unsafe {
        let name = (&raw const (*(*facts.class).name).val).cast::<c_char>();
        engine::php_error_docref(
            std::ptr::null(),
            ext_php_rs::ffi::E_WARNING as c_int,
            format.as_ptr(),
            name,
        );
    }
}

/// What one name out of `__sleep` stands for.
struct Choice<'a> {
    harvest: *mut Harvest,
    source: *const Object,
    properties: *mut HashTable,
    /// All that was chosen, in the order of choosing.
    selected: *const Array,
    /// Of that, the dynamic properties.
    table: *const Array,
    facts: &'a Facts,
}

impl Choice<'_> {
    /// Looks up all that `__sleep` named in the table of an object's properties. False if user code threw.
    unsafe fn look_up(mut self, object: *const Object, names: Slot) -> bool {
        // SAFETY: a live, held object.
        unsafe {
            // Of the object: an instance that was made lazy again may be one to be initialised, and the proxy not.
            let mut properties = properties_of(object);
            self.properties = properties.value as *mut HashTable;
            let chosen = self.add_all(names);
            // As `serialize()` holds it. Not for longer: the engine copies a table with two holders before it is written to, and the
            // copy follows the declared properties no longer.
            engine::zval_ptr_dtor(zval_of(&mut properties));
            chosen && !exception_pending()
        }
    }

    /// Looks up all that `__sleep` named. False if user code threw.
    unsafe fn add_all(&self, names: Slot) -> bool {
        // SAFETY: the harvest holds the names; see `gather` for the rest.
        unsafe {
            let array: *const Array = names.array();
            let end = (*array).used;
            let mut at = 0;
            // As it is at each step: an error handler may take names out of it.
            while at < end.min((*array).extent()) {
                let name = part(Walk::Array(array), at as usize);
                at += 1;
                let mut name = *name.behind_reference();
                if name.kind() == c::IS_UNDEF {
                    continue;
                }
                if name.kind() != c::IS_STRING {
                    (*self.harvest).keep(name);
                    warn_names(self.facts);
                    if exception_pending() {
                        return false;
                    }
                }
                let name = engine::zval_try_get_string_func(zval_of(&mut name));
                if name.is_null() {
                    return false;
                }
                self.add(name);
                release_string(name);
                if exception_pending() {
                    return false;
                }
            }
        }
        true
    }

    /// Looks for a property of that name, then for a private and a protected one.
    unsafe fn add(&self, name: *mut zend_string) {
        // SAFETY: live strings and tables; strings made here are released here.
        unsafe {
            if self.try_add(name, name) || exception_pending() {
                return;
            }
            let class = &*(*self.facts.class).name.cast::<Text>();
            // Both with a NUL behind them, which the engine copies along.
            let class = class.start().add(c::STRING_HEADER);
            for (scope, len) in [(class, (*(*self.facts.class).name).len), (c"*".as_ptr().cast(), 1)] {
                let bytes = crate::engine::bytes(name);
                let full = engine::zend_mangle_property_name(
                    scope.cast(),
                    len,
                    bytes.as_ptr().cast(),
                    bytes.len(),
                    false,
                );
                let added = self.try_add(full, name);
                release_string(full);
                if added || exception_pending() {
                    return;
                }
            }
            let format = c"\"%s\" returned as member variable from __sleep() but does not exist";
            self.complain(ext_php_rs::ffi::E_WARNING, format, name);
        }
    }

    unsafe fn try_add(&self, full: *mut zend_string, name: *mut zend_string) -> bool {
        // SAFETY: live tables; a declared property's place is one of the object's.
        unsafe {
            let found = engine::zend_hash_find(self.properties, full).cast::<Slot>();
            let Some(found) = found.as_ref() else { return false };
            let mut value = *found.direct();
            let mut slot = None;
            if found.kind() == c::IS_INDIRECT {
                let first = self.source.addr() + c::OBJECT_SLOTS;
                let number = ((found.value as usize - first) / size_of::<Slot>()) as u32;
                slot = Some(number);
                if value.kind() == c::IS_UNDEF {
                    // Typed and without a value yet: left out without a word.
                    let facts = with_classes(|classes| classes.of_object(self.source.cast()));
                    return facts.property(number).is_some_and(|property| property.type_.type_mask != 0);
                }
            }
            value.next = 0;
            engine::hold(&value);
            if engine::zend_hash_add(self.selected.cast_mut().cast(), full, zval_of(&mut value)).is_null() {
                engine::zval_ptr_dtor(zval_of(&mut value));
                let format = c"\"%s\" is returned from __sleep() multiple times";
                let kind = if cfg!(php83) { ext_php_rs::ffi::E_WARNING } else { ext_php_rs::ffi::E_NOTICE };
                self.complain(kind, format, name);
                return true;
            }
            match slot {
                Some(slot) => (*self.harvest).chosen.push(slot),
                None => {
                    (*self.harvest).chosen.push(Harvest::DYNAMIC | (*self.table).used);
                    engine::hold(&value);
                    engine::zend_hash_update(self.table.cast_mut().cast(), full, zval_of(&mut value));
                }
            }
        }
        true
    }

    unsafe fn complain(&self, kind: u32, format: &std::ffi::CStr, name: *const zend_string) {
        // SAFETY: one text for one `%s`.
        unsafe {
            let name = (&raw const (*name).val).cast::<c_char>();
            engine::php_error_docref(std::ptr::null(), kind as c_int, format.as_ptr(), name);
        }
    }
}
