//! What the engine has for classes and their statics, beyond the bindings.

use std::ffi::{c_char, c_int, c_void};

use ext_php_rs::ffi::{
    HashTable, zend_class_entry, zend_file_handle, zend_object, zend_op_array, zend_property_info,
    zend_string, zval,
};

use super::last_error::LastError;
use super::unseen;
use crate::objects::class::is_a;
use crate::zend::constants as c;
use crate::zend::live::{Array, Bucket, Slot, Text};

/// `zend_attribute`, as far as it is looked at.
#[repr(C)]
pub(super) struct Attribute {
    name: *const Text,
    pub(super) lower_name: *const Text,
    #[cfg(php85)]
    delayed_error: *const Text,
    flags: u32,
    line: u32,
    offset: u32,
    pub(super) count: u32,
    arguments: [Argument; 1],
}

/// `zend_attribute_arg`.
#[repr(C)]
pub(super) struct Argument {
    /// Null unless it is named.
    pub(super) name: *const Text,
    pub(super) value: Slot,
}

pub(super) type Validator =
    unsafe extern "C" fn(*const Attribute, u32, *mut zend_class_entry) -> *mut zend_string;

/// `zend_internal_attribute`.
#[repr(C)]
pub(super) struct InternalAttribute {
    class: *mut zend_class_entry,
    flags: u32,
    /// PHP 8.5 takes an error's text that it returns, earlier versions nothing.
    pub(super) validator: Option<Validator>,
}

const _: () = {
    use std::mem::{offset_of, size_of};
    assert!(size_of::<Argument>() == c::SIZEOF_ATTRIBUTE_ARG);
    assert!(offset_of!(Argument, value) == c::ATTRIBUTE_ARG_VALUE);
    assert!(offset_of!(Attribute, lower_name) == c::ATTRIBUTE_LCNAME);
    assert!(offset_of!(Attribute, count) == c::ATTRIBUTE_ARGC);
    assert!(offset_of!(Attribute, arguments) == c::ATTRIBUTE_ARGS);
    assert!(offset_of!(InternalAttribute, validator) == c::INTERNAL_ATTRIBUTE_VALIDATOR);
};

impl Attribute {
    pub(super) fn arguments(&self) -> &[Argument] {
        // SAFETY: the engine allocates as many as it says.
        unsafe { std::slice::from_raw_parts(self.arguments.as_ptr(), self.count as usize) }
    }
}

/// `zend_compile_file`.
pub(super) type CompileFile = unsafe extern "C" fn(*mut zend_file_handle, c_int) -> *mut zend_op_array;
/// `zend_compile_string`.
pub(super) type CompileString =
    unsafe extern "C" fn(*mut zend_string, *const c_char, c_int) -> *mut zend_op_array;

pub(super) use crate::engine::zend_clear_exception;

unsafe extern "C" {
    pub(super) static mut zend_compile_file: Option<CompileFile>;
    pub(super) static mut zend_compile_string: Option<CompileString>;

    fn php_during_module_startup() -> bool;
    fn zend_error_zstr(kind: c_int, message: *mut zend_string);
    /// How errors are shown and logged, past the script's error handler.
    pub(super) static mut zend_error_cb:
        unsafe extern "C" fn(c_int, file: *mut zend_string, line: u32, message: *mut zend_string);
    pub(super) fn zend_exception_error(exception: *mut zend_object, severity: c_int) -> c_int;
    pub(super) fn zend_is_graceful_exit(exception: *const zend_object) -> bool;
    fn zend_exception_set_previous(exception: *mut zend_object, previous: *mut zend_object);

    pub(super) fn zend_std_get_gc(
        object: *mut zend_object,
        elements: *mut *mut zval,
        count: *mut c_int,
    ) -> *mut HashTable;
    pub(super) fn zend_observer_class_linked_register(
        callback: unsafe extern "C" fn(*mut zend_class_entry, *mut zend_string),
    );
    pub(super) fn zend_observer_error_register(
        callback: unsafe extern "C" fn(c_int, *mut zend_string, u32, *mut zend_string),
    );
    pub(super) fn zend_internal_attribute_register(
        class: *mut zend_class_entry,
        flags: u32,
    ) -> *mut InternalAttribute;
    pub(super) fn zend_register_internal_enum(
        name: *const c_char,
        kind: u8,
        functions: *const ext_php_rs::ffi::zend_function_entry,
    ) -> *mut zend_class_entry;
    pub(super) fn zend_enum_add_case_cstr(
        class: *mut zend_class_entry,
        name: *const c_char,
        value: *mut zval,
    );
    pub(super) fn zend_enum_get_case_cstr(
        class: *mut zend_class_entry,
        name: *const c_char,
    ) -> *mut zend_object;
    pub(super) fn zend_update_property(
        scope: *mut zend_class_entry,
        object: *mut zend_object,
        name: *const c_char,
        len: usize,
        value: *mut zval,
    );
    pub(super) fn zend_wrong_parameter_class_error(number: u32, name: *const c_char, argument: *mut zval);
    pub(super) fn zend_get_attribute_value(
        out: *mut zval,
        attribute: *const Attribute,
        number: u32,
        scope: *mut zend_class_entry,
    ) -> c_int;
    pub(super) fn zend_value_error(format: *const c_char, ...);
    pub(super) fn zend_type_error(format: *const c_char, ...);
    pub(super) fn zend_class_init_statics(class: *mut zend_class_entry);
    pub(super) fn zend_array_dup(array: *const Array) -> *mut Array;
    pub(super) fn _zend_new_array(size: u32) -> *mut HashTable;
    pub(super) fn zend_hash_add_empty_element(table: *mut HashTable, key: *mut zend_string) -> *mut zval;
    pub(super) fn zend_array_destroy(array: *mut HashTable);
    pub(super) fn zend_hash_next_index_insert(array: *mut HashTable, value: *mut zval) -> *mut zval;
    pub(super) fn zend_ast_evaluate(
        result: *mut zval,
        node: *mut c_void,
        scope: *mut zend_class_entry,
    ) -> c_int;
    pub(super) fn zval_update_constant_ex(value: *mut zval, scope: *mut zend_class_entry) -> c_int;
    pub(super) fn zend_get_constant_ex(
        name: *mut zend_string,
        scope: *mut zend_class_entry,
        flags: u32,
    ) -> *mut zval;
    pub(super) fn zend_hash_find(table: *const HashTable, key: *const zend_string) -> *mut zval;
    fn zend_hash_index_find(table: *const HashTable, key: u64) -> *mut zval;
    pub(super) fn zval_ptr_dtor(value: *mut zval);
    pub(super) fn zend_ref_add_type_source(list: *mut u64, property: *const zend_property_info);
    pub(super) fn zend_ref_del_type_source(list: *mut u64, property: *const zend_property_info);
    pub(super) fn zend_is_unwind_exit(exception: *const zend_object) -> bool;
    pub(super) fn zend_weakrefs_hash_add(
        table: *mut HashTable,
        object: *mut zend_object,
        value: *mut zval,
    ) -> *mut zval;
    pub(super) fn zend_weakrefs_hash_del(table: *mut HashTable, object: *mut zend_object) -> c_int;
}

/// `ZEND_USER_CODE`: whether what runs is a script's code, also that of `eval()`, by the type of its function.
pub(super) const fn is_code(function: u8) -> bool {
    function & 1 == 0
}

/// `ZEND_MAP_PTR_GET`: a pointer, or where the process keeps one, as an odd offset.
///
/// # Safety
/// Such a field of a class or function of this request.
#[inline(always)]
pub(super) unsafe fn map_get<T>(field: *mut T) -> *mut T {
    // SAFETY: the caller's word; an offset leads into the table of such pointers.
    unsafe { if field.addr() & 1 != 0 { *map_place(field) } else { field } }
}

/// # Safety
/// As for [`map_get`], of an odd one.
#[inline(always)]
unsafe fn map_place<T>(field: *mut T) -> *mut *mut T {
    // SAFETY: the engine's table, whose base is one byte lower than it is.
    unsafe {
        let base = (*ext_php_rs::ffi::ext_php_rs_compiler_globals()).map_ptr_base;
        base.cast::<u8>().add(field.addr()).cast()
    }
}

/// `ZEND_MAP_PTR_SET`.
///
/// # Safety
/// As for [`map_get`].
pub(super) unsafe fn map_set<T>(field: *mut *mut T, value: *mut T) {
    // SAFETY: the caller's word. An even field belongs to something that can be written.
    unsafe {
        let place = if (*field).addr() & 1 != 0 { map_place(*field) } else { field };
        *place = value;
    }
}

/// One more holder of a value.
///
/// # Safety
/// A live value.
#[inline(always)]
pub(super) unsafe fn hold(slot: &Slot) {
    if slot.is_counted() {
        // SAFETY: a counted value begins with its count.
        unsafe { *(slot.value as *mut u32) += 1 };
    }
}

/// Lets go of a value. May run destructors.
///
/// # Safety
/// A live value that the caller holds.
#[inline(always)]
pub(super) unsafe fn release(slot: Slot) {
    if slot.is_counted() {
        let mut slot = slot;
        // SAFETY: the caller's word.
        unsafe { zval_ptr_dtor(std::ptr::from_mut(&mut slot).cast()) };
    }
}

/// A table of the engine's, to be looked at.
///
/// # Safety
/// It lives for `'a`.
#[inline(always)]
pub(super) unsafe fn table<'a>(table: *const HashTable) -> &'a Array {
    // SAFETY: the caller's word; same layout (asserted in `zend`).
    unsafe { &*table.cast::<Array>() }
}

/// Whether an array has an element of the same key.
///
/// # Safety
/// A live array; a bucket of another one that is in use.
pub(super) unsafe fn has_key(array: &Slot, bucket: &Bucket) -> bool {
    let table = array.value as *const HashTable;
    // SAFETY: the caller's word; the key of such a bucket is null or a live string.
    unsafe {
        let found = if bucket.key == 0 {
            zend_hash_index_find(table, bucket.hash)
        } else {
            zend_hash_find(table, bucket.key as *const zend_string)
        };
        !found.is_null()
    }
}

/// The file that declares a class.
///
/// # Safety
/// A class of a script of this request.
pub(super) unsafe fn file_of<'a>(class: *const zend_class_entry) -> &'a [u8] {
    // SAFETY: such a class names its file.
    unsafe {
        let name = (*class).info.user.filename;
        if name.is_null() { b"" } else { crate::engine::bytes(name) }
    }
}

/// A class's name as it is written.
///
/// # Safety
/// A class of this request.
pub(super) unsafe fn name_of<'a>(class: *const zend_class_entry) -> &'a [u8] {
    // SAFETY: classes have names.
    unsafe { crate::engine::bytes((*class).name) }
}

/// Whether this is the request that PHP preloads in, before it has started; or one of an extension of that kind.
pub(super) fn is_starting() -> bool {
    // SAFETY: reads a variable of the process.
    unsafe { php_during_module_startup() }
}

/// Whether the engine is preloading: then no class is linked for a request.
#[inline]
pub(super) fn is_preloading() -> bool {
    // SAFETY: this thread's own globals.
    unsafe {
        (*ext_php_rs::ffi::ext_php_rs_compiler_globals()).compiler_options & c::ZEND_COMPILE_PRELOAD != 0
    }
}

/// Whether the script has called `exit`, or its fiber is being destroyed.
pub(super) fn is_exiting() -> bool {
    let pending = crate::engine::exception();
    // SAFETY: a pending exception is live.
    unsafe { !pending.is_null() && (zend_is_unwind_exit(pending) || zend_is_graceful_exit(pending)) }
}

/// Whether the running fiber is being destroyed: the script goes on elsewhere.
pub(super) fn is_fiber_ending() -> bool {
    let pending = crate::engine::exception();
    // SAFETY: a pending exception is live.
    unsafe { !pending.is_null() && zend_is_graceful_exit(pending) }
}

/// Runs something that may throw while an exception may be pending, which it does not see. In the end that is pending, chained to what
/// was thrown meanwhile; or `exit` alone, if that was called.
///
/// # Safety
/// While the engine runs a request.
pub(super) unsafe fn beside_exception(body: impl FnOnce()) {
    // SAFETY: this thread's own globals. As the engine does around destructors: where the frame that is to handle the
    // exception was when it was thrown belongs to it.
    unsafe {
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        let (pending, thrown_at) = ((*globals).exception, (*globals).opline_before_exception);
        (*globals).exception = std::ptr::null_mut();
        body();
        if pending.is_null() {
            return;
        }
        (*globals).opline_before_exception = thrown_at;
        if (*globals).exception.is_null() {
            (*globals).exception = pending;
        } else if is_exiting() {
            // To which nothing can be chained.
            release(Slot::counted(pending, c::IS_OBJECT_EX));
        } else {
            zend_exception_set_previous((*globals).exception, pending);
        }
    }
}

/// Whether an `Error` is pending: the engine's, unless user code throws like the engine.
pub(super) fn is_error_pending() -> bool {
    let pending = crate::engine::exception();
    // SAFETY: a pending exception is live; the class is the engine's own, set at its start.
    unsafe { !pending.is_null() && is_a((*pending).ce, ext_php_rs::ffi::zend_ce_error) }
}

/// What was thrown, if anything, becomes the last previous one of the exception that is pending.
///
/// # Safety
/// While the engine runs a request; an object that was thrown and that the caller holds, or null.
pub(super) unsafe fn chain(thrown: Slot) {
    let pending = crate::engine::exception();
    // SAFETY: the caller's word. The pending exception takes it over; nothing can be chained to `exit`.
    unsafe {
        if thrown.kind() == c::IS_OBJECT && !pending.is_null() && !is_exiting() {
            zend_exception_set_previous(pending, thrown.value as *mut zend_object);
        } else {
            release(thrown);
        }
    }
}

/// Does something that runs no code of the script's: of its warnings nobody is told (`error_get_last()` is what it was), no class is loaded, and no garbage is collected. What is
/// fatal is reported, and ends the request as it would elsewhere.
///
/// # Safety
/// While the engine runs a request.
pub(super) unsafe fn without_code(body: impl FnOnce()) {
    // SAFETY: this thread's own globals. The script's handler is held by them again afterwards; nobody sees them meanwhile. A jump is
    // caught, so that what runs after it has them as well, and goes on.
    unsafe {
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        let compiler = ext_php_rs::ffi::ext_php_rs_compiler_globals();
        let handler: *mut Slot = (&raw mut (*globals).user_error_handler).cast();
        let before = (*handler, (*globals).error_reporting, (*compiler).in_compilation);
        (*handler).info = c::IS_UNDEF;
        (*globals).error_reporting &= ext_php_rs::ffi::E_ERROR.cast_signed();
        // While it compiles the engine loads no class.
        (*compiler).in_compilation = true;
        let last_error = LastError::take();
        let end = crate::engine::without_collection(|| {
            ext_php_rs::zend::try_catch(std::panic::AssertUnwindSafe(body))
        });
        (*handler, (*globals).error_reporting, (*compiler).in_compilation) = before;
        match end {
            Ok(()) => last_error.put_back(),
            // Shutdown functions see what was fatal.
            Err(ext_php_rs::zend::CatchError::Bailout) => {
                last_error.forget();
                ext_php_rs::ffi::ext_php_rs_zend_bailout()
            }
            // A bug of ours.
            Err(error) => std::panic::resume_unwind(Box::new(error.to_string())),
        }
    }
}

/// Within [`without_code`], does something that could load classes, and that the engine does at run time alone.
///
/// # Safety
/// All classes that it needs are there.
#[cfg(php85)]
pub(super) unsafe fn not_compiling<T>(body: impl FnOnce() -> T) -> T {
    // SAFETY: this thread's own globals. A jump is caught where the former value is put back.
    unsafe {
        let compiler = ext_php_rs::ffi::ext_php_rs_compiler_globals();
        let before = std::mem::replace(&mut (*compiler).in_compilation, false);
        let result = body();
        (*compiler).in_compilation = before;
        result
    }
}

/// `CE_CONSTANTS_TABLE`: a class's constants, as far as they have been evaluated.
///
/// # Safety
/// A linked class of this request.
pub(super) unsafe fn constants_of(class: *const zend_class_entry) -> *const HashTable {
    // SAFETY: the caller's word. A class in memory that several share has a table of its own as soon as one of them is evaluated.
    unsafe {
        if (*class).ce_flags & c::ZEND_ACC_HAS_AST_CONSTANTS != 0 && !(*class).mutable_data__ptr.is_null() {
            let own = map_get((*class).mutable_data__ptr);
            if !own.is_null() && !(*own).constants_table.is_null() {
                return (*own).constants_table;
            }
        }
        &raw const (*class).constants_table
    }
}

/// Raises a warning where no function is running, and nobody sees what the script's error handler throws: then it is the
/// engine's to show and log, as where a handler returns false. What else the exception says is reported as well. One of
/// `exit()` stays pending, after which the handler has had its say. Nothing is pending before. May leave by a jump.
pub(super) fn warn(message: String) {
    // SAFETY: the engine's copy of the text, which a jump leaves to the end of the request; nothing else needs dropping.
    unsafe {
        let text = new_string(&message);
        drop(message);
        zend_error_zstr(ext_php_rs::ffi::E_WARNING as c_int, text);
        if crate::engine::exception_pending() && !is_exiting() {
            let thrown = unseen::taken();
            unseen::show(text, crate::engine::no_file(), 0);
            if unseen::says(thrown, text) {
                release(unseen::value(thrown));
            } else {
                unseen::report(thrown);
            }
        }
        crate::engine::release_string(text);
    }
}

/// A string of the request's, which is the caller's.
pub(super) fn new_string(text: &str) -> *mut zend_string {
    // SAFETY: the engine copies the text.
    unsafe { ext_php_rs::ffi::ext_php_rs_zend_string_init(text.as_ptr().cast(), text.len(), false) }
}

const _: () = assert!(size_of::<*mut c_void>() == 8);
