//! Functions of the engine that the bindings do not have, and small safe faces for common ones.

mod frames;
mod numbering;
mod slots;
mod tables;

use std::ffi::{c_char, c_int, c_void};
use std::sync::atomic::{AtomicI32, Ordering};

use ext_php_rs::ffi::{
    zend_class_entry, zend_fcall_info, zend_fcall_info_cache, zend_function, zend_object, zend_string,
    zend_type, zval,
};
use ext_php_rs::types::ZendHashTable;

use crate::zend::constants as c;
use crate::zend::live::{Counted, Slot};
pub(crate) use frames::{Frame, argument, argument_count, in_frame, in_some_frame, no_file};
pub(crate) use numbering::{Ours, apart, locked, observe_fibers};
pub(crate) use slots::{
    RESOURCE, builtin, bytes, copy, fits, is_closure, release_string, set_array, set_bool, set_int, set_null,
    set_string, slot, string_slot,
};
pub(crate) use tables::{
    class_exists, class_named, find_function, load_class, loaded_class, module_is_loaded, remove_function,
};

/// Whether a class is a script's, and not an extension's.
#[inline(always)]
pub(crate) fn is_of_script(class: &zend_class_entry) -> bool {
    class.type_ as u8 == c::ZEND_USER_CLASS
}

/// Which of the reserved words that the engine's structures have for extensions is ours; negative if none is.
static WORD: AtomicI32 = AtomicI32::new(-1);

/// At module start-up: asks for a word. There are only few for all extensions.
pub(crate) fn reserve_word() {
    // SAFETY: module start-up; a constant text.
    WORD.store(unsafe { zend_get_resource_handle(c"static_cache".as_ptr()) }, Ordering::Release);
}

/// The word's number.
#[inline(always)]
pub(crate) fn reserved_word() -> Option<usize> {
    usize::try_from(WORD.load(Ordering::Relaxed)).ok()
}

unsafe extern "C" {
    fn zend_get_resource_handle(module: *const c_char) -> c_int;
    fn gc_protect(protect: bool) -> bool;
    fn gc_possible_root(counted: *mut Counted);
    pub(crate) fn zval_ptr_dtor(value: *mut zval);
    fn zend_verify_property_type(
        property: *const ext_php_rs::ffi::zend_property_info,
        value: *mut zval,
        strict: bool,
    ) -> bool;
    fn zend_lookup_class_ex(
        name: *mut zend_string,
        lower: *mut zend_string,
        flags: u32,
    ) -> *mut zend_class_entry;
    pub(crate) fn zend_clear_exception();
    fn zend_call_known_function(
        function: *mut ext_php_rs::ffi::zend_function,
        object: *mut ext_php_rs::ffi::zend_object,
        scope: *mut ext_php_rs::ffi::zend_class_entry,
        result: *mut zval,
        count: u32,
        arguments: *mut zval,
        named: *mut ext_php_rs::ffi::HashTable,
    );
    pub(crate) fn zend_parse_arg_str_slow(arg: *mut zval, out: *mut *mut zend_string, number: u32) -> bool;
    pub(crate) fn zend_parse_arg_long_slow(arg: *const zval, out: *mut i64, number: u32) -> bool;
    pub(crate) fn zend_parse_arg_bool_slow(arg: *const zval, out: *mut bool, number: u32) -> bool;
    pub(crate) fn zend_wrong_parameter_type_error(number: u32, expected: u32, arg: *mut zval);
    pub(crate) fn zend_wrong_parameters_count_error(least: u32, most: u32);
    pub(crate) fn zend_argument_value_error(number: u32, format: *const c_char, ...);
    pub(crate) fn zend_argument_type_error(number: u32, format: *const c_char, ...);
    pub(crate) fn zend_error(kind: c_int, format: *const c_char, ...);
    pub(crate) fn php_error_docref(reference: *const c_char, kind: c_int, format: *const c_char, ...);
    pub(crate) fn php_log_err_with_severity(message: *const c_char, severity: c_int);
    pub(crate) fn zend_throw_exception(
        class: *mut zend_class_entry,
        message: *const c_char,
        code: i64,
    ) -> *mut zend_object;
    pub(crate) fn zend_throw_exception_ex(
        class: *mut zend_class_entry,
        code: i64,
        format: *const c_char,
        ...
    ) -> *mut zend_object;
    pub(crate) fn zend_is_callable_ex(
        callable: *mut zval,
        object: *mut zend_object,
        flags: u32,
        name: *mut *mut zend_string,
        cache: *mut zend_fcall_info_cache,
        error: *mut *mut c_char,
    ) -> bool;
    pub(crate) fn zend_release_fcall_info_cache(cache: *mut zend_fcall_info_cache);
    pub(crate) fn zend_call_function(info: *mut zend_fcall_info, cache: *mut zend_fcall_info_cache) -> c_int;
    pub(crate) fn _call_user_function_impl(
        object: *mut zval,
        function: *mut zval,
        result: *mut zval,
        count: u32,
        arguments: *mut zval,
        named: *mut ZendHashTable,
    ) -> c_int;
    pub(crate) fn _zend_handle_numeric_str_ex(key: *const c_char, len: usize, index: *mut u64) -> bool;
    pub(crate) fn object_init_ex(out: *mut zval, class: *mut zend_class_entry) -> c_int;
    pub(crate) fn zend_declare_typed_property(
        class: *mut zend_class_entry,
        name: *mut zend_string,
        default: *mut zval,
        access: c_int,
        doc: *mut zend_string,
        kind: zend_type,
    ) -> *mut c_void;
    pub(crate) fn add_assoc_zval_ex(
        array: *mut zval,
        key: *const c_char,
        len: usize,
        value: *mut zval,
    ) -> c_int;
    pub(crate) fn zend_register_functions(
        scope: *mut zend_class_entry,
        functions: *const ext_php_rs::ffi::zend_function_entry,
        table: *mut ZendHashTable,
        kind: c_int,
    ) -> c_int;
    fn tsrm_realpath(path: *const c_char, out: *mut c_char) -> *mut c_char;
    fn expand_filepath(path: *const c_char, out: *mut c_char) -> *mut c_char;
    static mut module_registry: ZendHashTable;
    static zend_pass_function: ext_php_rs::ffi::zend_internal_function;
    pub(crate) fn display_ini_entries(module: *mut c_void);
    pub(crate) fn zend_ini_string_ex(
        name: *const c_char,
        name_length: usize,
        original: c_int,
        exists: *mut bool,
    ) -> *mut c_char;
    pub(crate) fn cfg_get_entry(name: *const c_char, name_length: usize) -> *mut zval;
    pub(crate) fn zend_unregister_ini_entries(module: c_int);
    fn zend_hash_str_find(table: *const ZendHashTable, key: *const c_char, length: usize) -> *mut zval;
    fn zend_hash_str_del(table: *mut ZendHashTable, key: *const c_char, length: usize) -> c_int;
    pub(crate) fn _efree(memory: *mut c_void);
    pub(crate) static mut zend_ce_closure: *mut zend_class_entry;
}

/// Whether a function is one of PHP's or of an extension.
///
/// # Safety
/// A live function.
#[inline(always)]
pub(crate) unsafe fn is_internal(function: *const ext_php_rs::ffi::zend_function) -> bool {
    const INTERNAL: u8 = 1;
    // SAFETY: every function begins with its kind.
    unsafe { (*function).type_ == INTERNAL }
}

/// Calls a method with arguments that the caller holds. What it returns is the caller's; it may have thrown.
///
/// # Safety
/// A live object and a method of its class that takes so many. Runs user code if the method is a script's, and may leave by a jump then:
/// no Rust value of the caller's needs dropping.
pub(crate) unsafe fn call_method(
    object: *mut zend_object,
    method: *mut zend_function,
    arguments: &mut [Slot],
) -> Slot {
    let mut result = Slot::UNDEFINED;
    let (first, count) = (arguments.as_mut_ptr().cast(), arguments.len() as u32);
    // SAFETY: the caller's word.
    unsafe {
        let class = (*object).ce;
        let at = (&raw mut result).cast();
        zend_call_known_function(method, object, class, at, count, first, std::ptr::null_mut());
    }
    result
}

/// Does something while no garbage is collected. Whoever lets go of what others hold as well may start that, and with it destructors: so
/// this is for all that lets go while the thread's state is looked at, or what was made is not whole.
#[inline(always)]
pub(crate) fn without_collection<T>(body: impl FnOnce() -> T) -> T {
    // SAFETY: this thread's own collector, while a request runs. A jump that leaves stops it by itself.
    unsafe {
        let before = gc_protect(true);
        let result = body();
        gc_protect(before);
        result
    }
}

/// What an object's class shows the collector: values, and a table of more or null.
pub(crate) struct Shown {
    pub(crate) parts: *const Slot,
    pub(crate) count: usize,
    pub(crate) table: *mut ext_php_rs::ffi::HashTable,
}

/// Asks a class what one of its objects holds. Good until the next object is asked. Runs no user code; may leave by a jump.
///
/// # Safety
/// A live object.
pub(crate) unsafe fn shown_to_collector(object: *mut zend_object) -> Shown {
    let (mut parts, mut count) = (std::ptr::null_mut::<zval>(), 0);
    let mut table = std::ptr::null_mut();
    // SAFETY: the caller's word.
    unsafe {
        if let Some(get_gc) = (*(*object).handlers).get_gc {
            table = get_gc(object, &raw mut parts, &raw mut count);
        }
    }
    Shown { parts: parts.cast_const().cast(), count: count.max(0) as usize, table }
}

/// Tells the collector of something that was just made and that something in it may hold: with a call's result that no variable gets, the
/// engine does away without asking whether it is part of a cycle. May let it run, and with it destructors.
///
/// # Safety
/// A live array or object that the caller has one hold of, and all in it is whole.
#[inline(always)]
pub(crate) unsafe fn may_be_garbage(counted: *mut Counted) {
    // SAFETY: the caller's word.
    unsafe {
        if (*counted).refcount > 1 && (*counted).info & c::GC_KNOWN == 0 {
            gc_possible_root(counted);
        }
    }
}

/// Whether user code that we called left an exception.
pub(crate) fn exception_pending() -> bool {
    !exception().is_null()
}

/// The pending exception, or null.
pub(crate) fn exception() -> *mut zend_object {
    // SAFETY: this thread's globals, which exist while a handler runs.
    unsafe { (*ext_php_rs::ffi::ext_php_rs_executor_globals()).exception }
}

/// `MODULE_PERSISTENT`: what lasts as long as the process.
pub(crate) const MODULE_PERSISTENT: c_int = 1;

/// Room for a resolved path (`MAXPATHLEN`).
pub(crate) const LONGEST_PATH: usize = 4096;

/// A path as the names of compiled files are: absolute, without links where it exists.
pub(crate) fn resolve_path<'a>(path: &std::ffi::CStr, room: &'a mut [c_char; LONGEST_PATH]) -> &'a [u8] {
    if path.count_bytes() >= LONGEST_PATH {
        return b"";
    }
    // SAFETY: both write at most the room's length, NUL included, or return null.
    unsafe {
        let out = room.as_mut_ptr();
        let found =
            !tsrm_realpath(path.as_ptr(), out).is_null() || !expand_filepath(path.as_ptr(), out).is_null();
        if found { std::ffi::CStr::from_ptr(out).to_bytes() } else { b"" }
    }
}
