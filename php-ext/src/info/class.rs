//! The class `OPcache\StaticCacheInfo`, and registering classes.

use std::ffi::{CStr, c_int};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};

use ext_php_rs::ffi::{
    ZEND_ACC_FINAL, ZEND_ACC_NO_DYNAMIC_PROPERTIES, ZEND_ACC_NOT_SERIALIZABLE, ZEND_ACC_PRIVATE,
    ZEND_ACC_PUBLIC, ZEND_ACC_READONLY_CLASS, object_properties_init, zend_class_entry, zend_function_entry,
    zend_internal_arg_info, zend_object, zend_objects_new, zend_register_internal_class_ex, zend_string,
    zend_string_init_interned, zval,
};

use super::snapshot::{self, Kind, MEMBERS, Value};
use crate::engine::{self, Frame, builtin};
use crate::module::{Backend, local};
use crate::zend::constants as c;
use crate::zend::live::Slot;

static CLASS: AtomicPtr<zend_class_entry> = AtomicPtr::new(ptr::null_mut());

/// `ZEND_ACC_READONLY`, of a property.
pub(crate) const READONLY: u32 = 1 << 7;

/// Whether somebody else brought the class. At start-up.
pub(crate) fn exists_already() -> bool {
    engine::class_exists(c"opcache\\staticcacheinfo")
}

/// Registers a class without methods or with the given ones.
///
/// # Safety
/// Module start-up; `parent` is null or a registered class.
pub(crate) unsafe fn register(
    name: &'static CStr,
    parent: *mut zend_class_entry,
    flags: u32,
) -> *mut zend_class_entry {
    // SAFETY: the caller's word.
    unsafe { register_with(name, parent, flags, ptr::null()) }
}

/// # Safety
/// As for [`register`]; a zeroed entry ends the table of methods, which lasts.
pub(crate) unsafe fn register_with(
    name: &'static CStr,
    parent: *mut zend_class_entry,
    flags: u32,
    methods: *const zend_function_entry,
) -> *mut zend_class_entry {
    // SAFETY: a zeroed entry with name and methods is what INIT_CLASS_ENTRY makes; the engine copies it.
    unsafe {
        let mut entry: zend_class_entry = std::mem::zeroed();
        entry.name = interned(name);
        entry.info.internal.builtin_functions = methods;
        let class = zend_register_internal_class_ex(&raw mut entry, parent);
        (*class).ce_flags |= flags;
        class
    }
}

/// A string that lasts as long as the process.
pub(crate) fn interned(name: &CStr) -> *mut zend_string {
    // SAFETY: the engine's function pointer is set before modules start.
    unsafe {
        zend_string_init_interned
            .map_or(ptr::null_mut(), |init| init(name.as_ptr(), name.count_bytes(), true))
    }
}

unsafe extern "C" fn construct(_frame: *mut Frame, _out: *mut zval) {}

struct Methods([zend_function_entry; 2]);

// SAFETY: constant data.
unsafe impl Sync for Methods {}

// SAFETY: as above.
unsafe impl Send for Methods {}

static METHODS: OnceLock<Methods> = OnceLock::new();

struct NoArguments([zend_internal_arg_info; 1]);

// SAFETY: constant data.
unsafe impl Sync for NoArguments {}

static NO_ARGUMENTS: NoArguments = NoArguments([zend_internal_arg_info {
    name: ptr::null(),
    type_: builtin(0),
    default_value: ptr::null(),
}]);

/// Registers the class. Called at module start-up.
pub(crate) fn register_class() {
    // SAFETY: module start-up; the tables are constant; zeroed entries end them.
    unsafe {
        let mut constructor: zend_function_entry = std::mem::zeroed();
        constructor.fname = c"__construct".as_ptr();
        #[allow(
            clippy::missing_transmute_annotations,
            reason = "the handler's type names the bindings' frame"
        )]
        {
            constructor.handler = std::mem::transmute(construct as *const ());
        }
        constructor.arg_info = NO_ARGUMENTS.0.as_ptr();
        constructor.flags = ZEND_ACC_PRIVATE;
        // Start-up may run again in this process; the table serves for all.
        let methods = METHODS.get_or_init(|| Methods([constructor, std::mem::zeroed()]));
        let flags = ZEND_ACC_FINAL
            | ZEND_ACC_READONLY_CLASS
            | ZEND_ACC_NO_DYNAMIC_PROPERTIES
            | ZEND_ACC_NOT_SERIALIZABLE;
        let class = register_with(c"OPcache\\StaticCacheInfo", ptr::null_mut(), flags, methods.0.as_ptr());
        (*class).__bindgen_anon_2.create_object = Some(new_object);
        for (name, kind) in MEMBERS {
            declare(class, name, kind);
        }
        CLASS.store(class, Ordering::Release);
    }
}

/// Makes objects as the engine would by itself. Since the class brings its own way, `newInstanceWithoutConstructor()` refuses it: properties
/// of what that makes would have no values.
unsafe extern "C" fn new_object(class: *mut zend_class_entry) -> *mut zend_object {
    // SAFETY: called by the engine, with this class.
    unsafe {
        let object = zend_objects_new(class);
        object_properties_init(object, class);
        object
    }
}

unsafe fn declare(class: *mut zend_class_entry, name: &str, kind: Kind) {
    let mask = match kind {
        Kind::Bool => 1 << c::IS_FALSE | 1 << c::IS_TRUE,
        Kind::Int => 1 << c::IS_LONG,
        Kind::Text => 1 << c::IS_STRING,
        Kind::NullableText => 1 << c::IS_STRING | 1 << c::IS_NULL,
    };
    let name = std::ffi::CString::new(name).unwrap_or_default();
    // SAFETY: module start-up; an undefined default leaves the property uninitialised.
    unsafe {
        let mut undefined: zval = std::mem::zeroed();
        engine::zend_declare_typed_property(
            class,
            interned(&name),
            &raw mut undefined,
            (ZEND_ACC_PUBLIC | READONLY) as c_int,
            ptr::null_mut(),
            builtin(mask),
        );
    }
}

/// Writes a new object with the backend's state to `out`. May leave by a jump: the texts wait in the thread's own place.
///
/// # Safety
/// `out` may be overwritten.
pub(crate) unsafe fn create(backend: Backend, out: *mut zval) {
    // SAFETY: the caller's word. The object is new: its slots are uninitialised, in the order of declaration. The place is
    // this thread's own, and nothing here runs user code.
    unsafe {
        if engine::object_init_ex(out, CLASS.load(Ordering::Acquire)) != 0 {
            return;
        }
        let object = engine::slot(out).value as *mut zend_object;
        // `disable_classes` leaves the class nothing.
        if ((*(*object).ce).default_properties_count as usize) < MEMBERS.len() {
            return;
        }
        let slots = (&raw mut (*object).properties_table).cast::<zval>();
        let figures = &mut (*local()).figures;
        for (at, value) in figures.insert(snapshot::take(backend)).iter().enumerate() {
            let slot = slots.add(at);
            match value {
                Value::Bool(value) => engine::set_bool(slot, *value),
                Value::Int(value) => engine::set_int(slot, *value as i64),
                Value::Null => engine::set_null(slot),
                Value::Text(text) => engine::set_string(slot, text.as_bytes()),
            }
            // No longer uninitialised.
            (*slot.cast::<Slot>()).next = 0;
        }
        *figures = None;
    }
}
