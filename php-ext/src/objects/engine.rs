//! What the engine has for objects, beyond the bindings.

use std::ffi::{c_char, c_int, c_uchar};

use ext_php_rs::ffi::{
    HashTable, zend_class_entry, zend_object, zend_property_info, zend_serialize_data, zend_string, zval,
};

pub(super) use crate::engine::call_method;
pub(super) use crate::engine::release_string;
use crate::zend::constants as c;
use crate::zend::live::{Bucket, Counted, Slot};

unsafe extern "C" {
    pub(super) fn zend_get_exception_base(exception: *mut zend_object) -> *mut zend_class_entry;
    pub(super) fn zend_read_property(
        scope: *mut zend_class_entry,
        object: *mut zend_object,
        name: *const c_char,
        len: usize,
        silent: bool,
        room: *mut zval,
    ) -> *mut zval;
    pub(super) fn zend_iterator_unwrap(value: *mut zval) -> *mut ext_php_rs::ffi::zend_object_iterator;
    pub(super) static mut php_ce_incomplete_class: *mut zend_class_entry;
    pub(super) static mut zend_ce_throwable: *mut zend_class_entry;
    pub(super) static mut zend_ce_traversable: *mut zend_class_entry;
    pub(super) static mut spl_ce_SplHeap: *mut zend_class_entry;
    pub(super) static mut spl_ce_SplPriorityQueue: *mut zend_class_entry;

    pub(super) fn zend_user_serialize(
        object: *mut zval,
        buffer: *mut *mut c_uchar,
        len: *mut usize,
        data: *mut zend_serialize_data,
    ) -> c_int;
    pub(super) fn instanceof_function_slow(
        class: *const zend_class_entry,
        ancestor: *const zend_class_entry,
    ) -> bool;
    pub(super) fn zend_hash_str_find(table: *const HashTable, key: *const c_char, len: usize) -> *mut zval;
    pub(super) fn zend_hash_find(table: *const HashTable, key: *const zend_string) -> *mut zval;
    pub(super) fn zend_hash_add(table: *mut HashTable, key: *mut zend_string, value: *mut zval) -> *mut zval;
    pub(super) fn zend_hash_update(
        table: *mut HashTable,
        key: *mut zend_string,
        value: *mut zval,
    ) -> *mut zval;
    pub(super) fn zend_proptable_to_symtable(table: *mut HashTable, always: bool) -> *mut HashTable;
    pub(super) fn zend_hash_next_index_insert(table: *mut HashTable, value: *mut zval) -> *mut zval;
    pub(super) fn _zend_new_array(size: u32) -> *mut HashTable;
    pub(super) fn zend_array_destroy(table: *mut HashTable);
    pub(super) fn zval_ptr_dtor(value: *mut zval);
    pub(super) fn zend_type_error(format: *const c_char, ...);
    pub(super) fn php_error_docref(docref: *const c_char, kind: c_int, format: *const c_char, ...);
    pub(super) fn zval_try_get_string_func(value: *mut zval) -> *mut zend_string;
    pub(super) fn zend_mangle_property_name(
        class: *const c_char,
        class_len: usize,
        name: *const c_char,
        len: usize,
        internal: bool,
    ) -> *mut zend_string;
    pub(super) fn zend_unmangle_property_name_ex(
        name: *const zend_string,
        class: *mut *const c_char,
        property: *mut *const c_char,
        len: *mut usize,
    ) -> c_int;
    pub(super) fn zend_update_class_constants(class: *mut zend_class_entry) -> c_int;
    pub(super) fn zend_get_class_constant_ex(
        class: *mut zend_string,
        name: *mut zend_string,
        scope: *mut zend_class_entry,
        flags: u32,
    ) -> *mut zval;
    pub(super) fn zend_enum_get_case(
        class: *mut zend_class_entry,
        name: *mut zend_string,
    ) -> *mut zend_object;
    pub(super) fn zend_objects_new(class: *mut zend_class_entry) -> *mut zend_object;
    pub(super) fn object_properties_init(object: *mut zend_object, class: *mut zend_class_entry);
    /// What `exit` throws.
    pub(super) fn zend_create_unwind_exit() -> *mut zend_object;
    pub(super) fn zend_ref_add_type_source(list: *mut u64, property: *const zend_property_info);
    pub(super) fn zend_ref_del_type_source(list: *mut u64, property: *const zend_property_info);
    pub(super) fn zend_verify_prop_assignable_by_ref(
        property: *const zend_property_info,
        value: *mut zval,
        strict: bool,
    ) -> bool;
    #[cfg(not(php84))]
    fn rebuild_object_properties(object: *mut zend_object);
    #[cfg(php84)]
    fn rebuild_object_properties_internal(object: *mut zend_object) -> *mut HashTable;
    #[cfg(php84)]
    pub(super) fn zend_std_get_gc(
        object: *mut zend_object,
        shown: *mut *mut zval,
        count: *mut c_int,
    ) -> *mut HashTable;
    #[cfg(php84)]
    pub(super) fn zend_get_properties_for(object: *mut zval, purpose: c_int) -> *mut HashTable;
}

/// `ZEND_PROP_PURPOSE_SERIALIZE`.
#[cfg(php84)]
pub(super) const FOR_SERIALIZE: c_int = 2;

/// Gives an object its table of properties, the declared ones as indirections.
///
/// # Safety
/// A live object that has no such table.
pub(super) unsafe fn build_table(object: *mut zend_object) {
    // SAFETY: the caller's word.
    unsafe {
        #[cfg(not(php84))]
        rebuild_object_properties(object);
        #[cfg(php84)]
        rebuild_object_properties_internal(object);
    }
}

/// A zval that is an object, for functions that want one. Counts nothing.
pub(super) fn object_slot(object: *const zend_object) -> Slot {
    Slot::counted(object, c::IS_OBJECT_EX)
}

/// A zval without a value.
pub(super) const fn undefined() -> Slot {
    Slot::UNDEFINED
}

/// As the engine's functions take it.
pub(super) fn zval_of(slot: &mut Slot) -> *mut zval {
    std::ptr::from_mut(slot).cast()
}

/// One more holder of a value.
///
/// # Safety
/// A live value.
pub(super) unsafe fn hold(slot: &Slot) {
    if slot.is_counted() {
        // SAFETY: a counted value begins with its count.
        unsafe { *(slot.value as *mut u32) += 1 };
    }
}

/// Puts a property into a table: under its name, which is the decimal string of an int. The value becomes the table's.
///
/// # Safety
/// A live table that is no other's, the live element of one, and a live value.
pub(super) unsafe fn put_property(table: *mut HashTable, element: &Bucket, mut value: Slot) {
    // SAFETY: the caller's word; the table holds the names that it takes.
    unsafe {
        if element.key != 0 {
            zend_hash_update(table, element.key as *mut zend_string, zval_of(&mut value));
            return;
        }
        let name = name_of_int(element.hash as i64);
        zend_hash_update(table, name, zval_of(&mut value));
        release_string(name);
    }
}

/// The decimal string of an int, which the caller holds.
pub(super) fn name_of_int(number: i64) -> *mut zend_string {
    let mut number = Slot { value: number as u64, info: c::IS_LONG, next: 0 };
    // SAFETY: an int has a string; no user code runs for it.
    unsafe { zval_try_get_string_func(zval_of(&mut number)) }
}

/// A zval of a table, which is not held once more for it.
///
/// # Safety
/// A live table.
pub(super) unsafe fn table_slot(table: *const HashTable) -> Slot {
    // SAFETY: tables begin with their counts.
    let immutable = unsafe { (*table.cast::<Counted>()).info } & c::GC_FLAG_IMMUTABLE != 0;
    let info = if immutable { c::IS_ARRAY } else { c::IS_ARRAY_EX };
    Slot { value: table.addr() as u64, info, next: 0 }
}
