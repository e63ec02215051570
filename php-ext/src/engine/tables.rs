//! What the engine knows by name: classes, functions, modules.

use std::ffi::CStr;

use ext_php_rs::ffi::{zend_class_entry, zend_function, zend_string};

use super::{locked, module_registry, slot, zend_hash_str_del, zend_hash_str_find, zend_lookup_class_ex};

/// The class of that name; null if it is not there. Loads nothing.
///
/// # Safety
/// A live string.
pub(crate) unsafe fn loaded_class(name: *mut zend_string) -> *mut zend_class_entry {
    /// `ZEND_FETCH_CLASS_NO_AUTOLOAD`
    const NO_AUTOLOAD: u32 = 0x80;
    // SAFETY: the caller's word.
    unsafe { zend_lookup_class_ex(name, std::ptr::null_mut(), NO_AUTOLOAD) }
}

/// The same for a name in lower case without a leading backslash. Never leaves by a jump.
pub(crate) fn class_named(lower: &[u8]) -> *const zend_class_entry {
    // SAFETY: this thread's own table of classes, whose values point at them; pointer and length belong together.
    unsafe {
        let table = (*ext_php_rs::ffi::ext_php_rs_executor_globals()).class_table;
        let found = zend_hash_str_find(table.cast(), lower.as_ptr().cast(), lower.len());
        if found.is_null() { std::ptr::null() } else { slot(found).value as *const zend_class_entry }
    }
}

/// The class of that name, which may be loaded for it; null if there is none, or user code threw.
///
/// # Safety
/// A live string. May run user code and leave by a jump: no Rust value of the caller's needs dropping.
pub(crate) unsafe fn load_class(name: *mut zend_string) -> *mut zend_class_entry {
    // SAFETY: the caller's word.
    locked(|| unsafe { zend_lookup_class_ex(name, std::ptr::null_mut(), 0) })
}

/// Whether there is a class of this name (lower case). Start-up has the compiler's table only: the executor's pointers to
/// it are those of no request yet, or, in a process that starts PHP again, nothing at all.
pub(crate) fn class_exists(name: &CStr) -> bool {
    // SAFETY: as in `find_function`.
    unsafe {
        let table = (*ext_php_rs::ffi::ext_php_rs_compiler_globals()).class_table;
        !zend_hash_str_find(table, name.as_ptr(), name.count_bytes()).is_null()
    }
}

/// A function of the engine's table, or a method of a class there (`class::method`), by its lower-case name.
pub(crate) fn find_function(name: &CStr) -> Option<*mut zend_function> {
    // SAFETY: start-up and requests have tables of functions and classes, and classes have tables of methods; values are pointers to what the
    // table is of; pointers and lengths belong together.
    unsafe {
        let globals = ext_php_rs::ffi::ext_php_rs_compiler_globals();
        let find = |table, name: &[u8]| {
            let found = zend_hash_str_find(table, name.as_ptr().cast(), name.len());
            (!found.is_null()).then(|| slot(found).value)
        };
        let name = name.to_bytes();
        let found = match name.windows(2).position(|two| two == b"::") {
            None => find((*globals).function_table, name)?,
            Some(end) => {
                let class = find((*globals).class_table, &name[..end])? as *mut zend_class_entry;
                find(&raw const (*class).function_table, &name[end + 2..])?
            }
        };
        Some(found as *mut zend_function)
    }
}

/// Takes a function (lower case) out of the engine's table. At start-up.
pub(crate) fn remove_function(name: &CStr) {
    // SAFETY: as in `find_function`; nothing is running that could call it.
    unsafe {
        let table = (*ext_php_rs::ffi::ext_php_rs_compiler_globals()).function_table;
        zend_hash_str_del(table, name.as_ptr(), name.count_bytes());
    }
}

/// Whether a module of this name (lower case) is loaded.
pub(crate) fn module_is_loaded(name: &CStr) -> bool {
    // SAFETY: the registry exists while PHP runs; the name is a C string of that length.
    unsafe { !zend_hash_str_find(&raw const module_registry, name.as_ptr(), name.count_bytes()).is_null() }
}
