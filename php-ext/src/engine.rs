//! Functions of the engine that the bindings do not have, and small safe faces for common ones.

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_void};
use std::sync::OnceLock;

use ext_php_rs::ffi::{
    zend_class_entry, zend_execute_data, zend_fcall_info, zend_fcall_info_cache, zend_function, zend_object,
    zend_resource, zend_string, zend_type, zval,
};
use ext_php_rs::types::ZendHashTable;

use crate::zend::constants as c;
use crate::zend::live::{Counted, Slot, Text};

/// What a handler gets: the frame of its call.
pub(crate) type Frame = zend_execute_data;

unsafe extern "C" {
    fn gc_protect(protect: bool) -> bool;
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
    static zend_pass_function: c_void;
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
    let mut result = Slot { value: 0, info: c::IS_UNDEF, next: 0 };
    let (first, count) = (arguments.as_mut_ptr().cast(), arguments.len() as u32);
    // SAFETY: the caller's word.
    unsafe {
        let class = (*object).ce;
        let at = (&raw mut result).cast();
        zend_call_known_function(method, object, class, at, count, first, std::ptr::null_mut());
    }
    result
}

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
    unsafe { zend_lookup_class_ex(name, std::ptr::null_mut(), 0) }
}

/// `MODULE_PERSISTENT`: what lasts as long as the process.
pub(crate) const MODULE_PERSISTENT: c_int = 1;

/// Room for a resolved path (`MAXPATHLEN`).
pub(crate) const LONGEST_PATH: usize = 4096;

/// Whether a module of this name (lower case) is loaded.
pub(crate) fn module_is_loaded(name: &std::ffi::CStr) -> bool {
    // SAFETY: the registry exists while PHP runs; the name is a C string of that length.
    unsafe { !zend_hash_str_find(&raw const module_registry, name.as_ptr(), name.count_bytes()).is_null() }
}

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

/// Types of values as [`Slot::kind`] gives them, where the codec has no use for them.
pub(crate) const RESOURCE: u32 = c::IS_RESOURCE;

/// The first argument's place in a frame, in zvals.
const FRAME_SLOTS: usize = size_of::<Frame>().div_ceil(size_of::<zval>());

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

/// How many arguments the call has.
///
/// # Safety
/// `frame` is the frame of a running internal function.
#[inline(always)]
pub(crate) unsafe fn argument_count(frame: *mut Frame) -> u32 {
    // SAFETY: the engine keeps the count in the spare word of `This`.
    unsafe { (*frame).This.u2.num_args }
}

/// The argument at `index` (from 0).
///
/// # Safety
/// As for [`argument_count`], and there are more than `index` arguments.
#[inline(always)]
pub(crate) unsafe fn argument(frame: *mut Frame, index: u32) -> *mut zval {
    // SAFETY: arguments follow the frame's header.
    unsafe { frame.cast::<zval>().add(FRAME_SLOTS + index as usize) }
}

/// A value as the codec sees it.
///
/// # Safety
/// `value` is a live zval, and stays so for `'a`.
#[inline(always)]
pub(crate) unsafe fn slot<'a>(value: *const zval) -> &'a Slot {
    // SAFETY: same layout (asserted in `zend`).
    unsafe { &*value.cast::<Slot>() }
}

/// The bytes of a string.
///
/// # Safety
/// `string` is a live string and stays so for `'a`.
#[inline(always)]
pub(crate) unsafe fn bytes<'a>(string: *const zend_string) -> &'a [u8] {
    // SAFETY: the bytes follow the header.
    unsafe {
        let start = (&raw const (*string).val).cast::<u8>();
        std::slice::from_raw_parts(start, (*string).len)
    }
}

/// Sets a value that needs no counting.
///
/// # Safety
/// `out` may be overwritten without being destroyed.
#[inline(always)]
unsafe fn set(out: *mut zval, value: u64, info: u32) {
    // SAFETY: the caller's word.
    unsafe {
        let out = out.cast::<Slot>();
        (&raw mut (*out).value).write(value);
        (&raw mut (*out).info).write(info);
    }
}

/// # Safety
/// As for [`set`].
#[inline(always)]
pub(crate) unsafe fn set_bool(out: *mut zval, value: bool) {
    // SAFETY: the caller's word.
    unsafe { set(out, 0, if value { c::IS_TRUE } else { c::IS_FALSE }) };
}

/// # Safety
/// As for [`set`].
#[inline(always)]
pub(crate) unsafe fn set_null(out: *mut zval) {
    // SAFETY: the caller's word.
    unsafe { set(out, 0, c::IS_NULL) };
}

/// # Safety
/// As for [`set`].
#[inline(always)]
pub(crate) unsafe fn set_int(out: *mut zval, value: i64) {
    // SAFETY: the caller's word.
    unsafe { set(out, value as u64, c::IS_LONG) };
}

/// # Safety
/// As for [`set`]; `array` is counted for `out`.
#[inline(always)]
pub(crate) unsafe fn set_array(out: *mut zval, array: *mut ZendHashTable) {
    // SAFETY: the caller's word.
    unsafe { set(out, array as u64, c::IS_ARRAY_EX) };
}

/// Sets a new string with these bytes. May leave by a jump (memory limit).
///
/// # Safety
/// As for [`set`].
pub(crate) unsafe fn set_string(out: *mut zval, bytes: &[u8]) {
    // SAFETY: the caller's word. The engine may answer with one of its own interned strings.
    unsafe {
        let string = ext_php_rs::ffi::ext_php_rs_zend_string_init(bytes.as_ptr().cast(), bytes.len(), false);
        let slot = string_slot(string);
        set(out, slot.value, slot.info);
    }
}

/// Lets go of a string.
///
/// # Safety
/// A live string that the caller holds.
pub(crate) unsafe fn release_string(string: *mut zend_string) {
    // SAFETY: the caller's word; the zval says whether the string is counted.
    unsafe {
        let mut value = string_slot(string);
        zval_ptr_dtor((&raw mut value).cast());
    }
}

/// A zval of a string, which is not held once more for it.
///
/// # Safety
/// A live string.
pub(crate) unsafe fn string_slot(string: *mut zend_string) -> crate::zend::live::Slot {
    // SAFETY: the caller's word.
    let interned = unsafe { (*string.cast::<crate::zend::live::Text>()).gc.info } & c::STR_INTERNED != 0;
    let info = if interned { c::IS_INTERNED_STRING_EX } else { ext_php_rs::ffi::IS_STRING_EX };
    crate::zend::live::Slot { value: string.addr() as u64, info, next: 0 }
}

/// Copies a value and counts the copy.
///
/// # Safety
/// `from` is live; `out` may be overwritten without being destroyed.
#[inline(always)]
pub(crate) unsafe fn copy(out: *mut zval, from: *const zval) {
    // SAFETY: the caller's word; a counted value begins with its count.
    unsafe {
        let from = slot(from);
        set(out, from.value, from.info);
        if from.is_counted() {
            *(from.value as *mut u32) += 1;
        }
    }
}

/// How warnings and traces name [`in_frame`]'s frame: the script has called nothing.
const STAND_IN: &[u8; 38] = b"OPcache\\{publication of static state}\0";

/// A string of that for the life of the process, which nobody counts or frees.
fn stand_in_name() -> *mut zend_string {
    #[repr(C)]
    struct Name {
        head: Text,
        bytes: [u8; STAND_IN.len()],
    }
    struct Shared(&'static Name);
    // SAFETY: nobody writes to it: its hash is there from the start, and counts are left alone by its flags.
    unsafe impl Send for Shared {}
    // SAFETY: as above.
    unsafe impl Sync for Shared {}
    static NAME: OnceLock<Shared> = OnceLock::new();
    let name = NAME.get_or_init(|| {
        let (hash, len) = (Cell::new(0), STAND_IN.len() - 1);
        let gc = Counted { refcount: 1, info: c::GC_STRING | c::STR_INTERNED | c::STR_PERMANENT };
        let name: &'static Name =
            Box::leak(Box::new(Name { head: Text { gc, hash, len }, bytes: *STAND_IN }));
        // SAFETY: a string as the engine has them, which nobody else has yet.
        unsafe { crate::zend::zend_string_hash_func((&raw const *name).cast_mut().cast()) };
        Shared(name)
    });
    (&raw const *name.0).cast_mut().cast()
}

/// Runs something in a frame of its own, so that what is thrown meanwhile has somewhere to go: where nothing is running, the engine ends
/// the request with it.
pub(crate) fn in_frame<T>(body: impl FnOnce() -> T) -> T {
    // SAFETY: one of our functions, as the engine has it.
    let mut function = find_function(c"opcache\\static_publish")
        .map(|function| unsafe { *function.cast::<ext_php_rs::ffi::zend_internal_function>() });
    let function = function.as_mut().map_or(std::ptr::null_mut(), |function| {
        function.function_name = stand_in_name();
        std::ptr::from_mut(function).cast()
    });
    in_frame_of(function, body)
}

/// [`in_frame`] where nothing is running, for what must not be taken for a function's.
pub(crate) fn in_some_frame(body: impl FnOnce()) {
    // SAFETY: this thread's own globals.
    let running = unsafe { (*ext_php_rs::ffi::ext_php_rs_executor_globals()).current_execute_data };
    // The engine's own, without a name. It is only looked at.
    let function = (&raw const zend_pass_function).cast::<zend_function>().cast_mut();
    if running.is_null() { in_frame_of(function, body) } else { body() }
}

fn in_frame_of<T>(function: *mut zend_function, body: impl FnOnce() -> T) -> T {
    // SAFETY: a frame without code, arguments and `This` is what an internal function has that nobody called. The function may be a
    // copy, which is all that the engine asks it for. A jump out of here takes both away.
    unsafe {
        let mut frame: ext_php_rs::ffi::zend_execute_data = std::mem::zeroed();
        frame.func = function;
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        let before = (*globals).current_execute_data;
        (*globals).current_execute_data = &raw mut frame;
        let result = body();
        (*globals).current_execute_data = before;
        result
    }
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

/// Whether a value may be in a property, by its type. Loads no class; what the engine throws is taken back.
///
/// # Safety
/// A declaration of this request and a live value.
pub(crate) unsafe fn fits(
    property: *const ext_php_rs::ffi::zend_property_info,
    value: crate::zend::live::Slot,
) -> bool {
    let mut value = value;
    in_frame(|| {
        // SAFETY: the caller's word.
        unsafe {
            let fits = zend_verify_property_type(property, (&raw mut value).cast(), true);
            if !fits {
                zend_clear_exception();
            }
            fits
        }
    })
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

/// Whether a value is an instance of `Closure`.
pub(crate) fn is_closure(value: &Slot) -> bool {
    // SAFETY: an object's zval points at the object; the class pointer is set at the engine's start.
    value.kind() == c::IS_OBJECT && unsafe { (*(value.value as *const zend_object)).ce == zend_ce_closure }
}

/// A function of the engine's table, by its lower-case name.
pub(crate) fn find_function(name: &std::ffi::CStr) -> Option<*mut ext_php_rs::ffi::zend_function> {
    // SAFETY: start-up and requests have a function table; the name is a C string of that length.
    let found = unsafe {
        zend_hash_str_find(
            (*ext_php_rs::ffi::ext_php_rs_compiler_globals()).function_table,
            name.as_ptr(),
            name.count_bytes(),
        )
    };
    // SAFETY: the table's values are pointers to functions.
    (!found.is_null()).then(|| unsafe { slot(found) }.value as *mut _)
}

/// Whether there is a class of this name (lower case). Start-up has the compiler's table only: the executor's pointers to
/// it are those of no request yet, or, in a process that starts PHP again, nothing at all.
pub(crate) fn class_exists(name: &std::ffi::CStr) -> bool {
    // SAFETY: as in `find_function`.
    unsafe {
        let table = (*ext_php_rs::ffi::ext_php_rs_compiler_globals()).class_table;
        !zend_hash_str_find(table, name.as_ptr(), name.count_bytes()).is_null()
    }
}

/// Takes a function (lower case) out of the engine's table. At start-up.
pub(crate) fn remove_function(name: &std::ffi::CStr) {
    // SAFETY: as in `find_function`; nothing is running that could call it.
    unsafe {
        let table = (*ext_php_rs::ffi::ext_php_rs_compiler_globals()).function_table;
        zend_hash_str_del(table, name.as_ptr(), name.count_bytes());
    }
}

/// A type for a declaration: a mask of built-in types.
pub(crate) const fn builtin(mask: u32) -> zend_type {
    zend_type { ptr: std::ptr::null_mut(), type_mask: mask }
}

const _: () = assert!(size_of::<*mut zend_resource>() == 8);
