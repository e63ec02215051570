//! The classes that scripts name: `PinnedStatic`, `VolatileStatic`, `CacheStrategy`.

use std::ffi::{CStr, c_int};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};

use ext_php_rs::ffi::{
    ZEND_ACC_FINAL, ZEND_ACC_PUBLIC, zend_class_entry, zend_function_entry, zend_internal_arg_info,
    zend_string, zend_type, zval,
};

use super::engine::{self, Attribute};
use crate::api::args::{Args, Parsed, Thrown};
use crate::api::table::guarded;
use crate::engine::{Frame, builtin, set_int};
use crate::info::class::{READONLY, interned, register_with};
use crate::zend::constants as c;
use crate::zend::live::Slot;

static STRATEGY: AtomicPtr<zend_class_entry> = AtomicPtr::new(ptr::null_mut());
static VOLATILE: AtomicPtr<zend_class_entry> = AtomicPtr::new(ptr::null_mut());

const TARGETS: u32 =
    c::ZEND_ATTRIBUTE_TARGET_CLASS | c::ZEND_ATTRIBUTE_TARGET_PROPERTY | c::ZEND_ATTRIBUTE_TARGET_METHOD;

const STRATEGY_NAME: &CStr = c"OPcache\\CacheStrategy";

/// Registers them. Called at module start-up.
pub(super) fn register() {
    // SAFETY: module start-up; names and tables last.
    unsafe {
        let strategy =
            engine::zend_register_internal_enum(STRATEGY_NAME.as_ptr(), c::IS_LONG as u8, ptr::null());
        for (name, value) in [(c"Immediate", 0), (c"Tracking", 1)] {
            let mut number = Slot { value, info: c::IS_LONG, next: 0 };
            engine::zend_enum_add_case_cstr(strategy, name.as_ptr(), (&raw mut number).cast());
        }
        // As the compiler has it for enums of scripts.
        (*strategy).ce_flags |= ZEND_ACC_FINAL;
        STRATEGY.store(strategy, Ordering::Release);

        let pinned = register_with(c"OPcache\\PinnedStatic", ptr::null_mut(), ZEND_ACC_FINAL, ptr::null());
        (*engine::zend_internal_attribute_register(pinned, TARGETS)).validator = Some(validate_pinned);

        let volatile = register_with(c"OPcache\\VolatileStatic", ptr::null_mut(), ZEND_ACC_FINAL, methods());
        declare(volatile, c"ttl", builtin(1 << c::IS_LONG));
        declare(volatile, c"strategy", of_class(interned(STRATEGY_NAME).cast()));
        VOLATILE.store(volatile, Ordering::Release);
        (*engine::zend_internal_attribute_register(volatile, TARGETS)).validator = Some(validate);
    }
}

/// The enum.
pub(super) fn strategy_class() -> *mut zend_class_entry {
    STRATEGY.load(Ordering::Acquire)
}

/// A type that is a class, by a name that is an interned string.
fn of_class(name: *mut std::ffi::c_void) -> zend_type {
    zend_type { ptr: name, type_mask: c::_ZEND_TYPE_NAME_BIT }
}

unsafe fn declare(class: *mut zend_class_entry, name: &CStr, kind: zend_type) {
    // SAFETY: module start-up; an undefined default leaves the property uninitialised.
    unsafe {
        let mut undefined = Slot::UNDEFINED;
        crate::engine::zend_declare_typed_property(
            class,
            interned(name),
            (&raw mut undefined).cast(),
            (ZEND_ACC_PUBLIC | READONLY) as c_int,
            ptr::null_mut(),
            kind,
        );
    }
}

struct Methods([zend_function_entry; 2]);

// SAFETY: never changed, and what it points at is neither.
unsafe impl Send for Methods {}
// SAFETY: as above.
unsafe impl Sync for Methods {}

/// Start-up may run again in this process; the table serves for all.
fn methods() -> *const zend_function_entry {
    static METHODS: OnceLock<Methods> = OnceLock::new();
    METHODS
        .get_or_init(|| {
            #[cfg(php83)]
            let by_name = ext_php_rs::ffi::_ZEND_TYPE_LITERAL_NAME_BIT;
            #[cfg(not(php83))]
            let by_name = ext_php_rs::ffi::_ZEND_TYPE_NAME_BIT;
            let strategy = zend_type { ptr: STRATEGY_NAME.as_ptr().cast_mut().cast(), type_mask: by_name };
            let argument = |name: *const _, type_, default: *const _| zend_internal_arg_info {
                name,
                type_,
                default_value: default,
            };
            let arguments = vec![
                argument(ptr::without_provenance(0), builtin(0), ptr::null()),
                argument(c"ttl".as_ptr(), builtin(1 << c::IS_LONG), c"0".as_ptr()),
                argument(c"strategy".as_ptr(), strategy, c"\\OPcache\\CacheStrategy::Immediate".as_ptr()),
            ];
            // SAFETY: a zeroed entry ends the table; all other fields are null or 0 by default.
            let (mut constructor, end): (zend_function_entry, _) =
                unsafe { (std::mem::zeroed(), std::mem::zeroed()) };
            constructor.fname = c"__construct".as_ptr();
            #[allow(
                clippy::missing_transmute_annotations,
                reason = "the handler's type names the bindings' frame"
            )]
            {
                // SAFETY: a handler.
                constructor.handler = unsafe { std::mem::transmute(construct as *const ()) };
            }
            constructor.num_args = 2;
            constructor.arg_info = Vec::leak(arguments).as_ptr();
            constructor.flags = ZEND_ACC_PUBLIC;
            Methods([constructor, end])
        })
        .0
        .as_ptr()
}

/// `VolatileStatic::__construct(int $ttl = 0, CacheStrategy $strategy = CacheStrategy::Immediate)`
unsafe extern "C" fn construct(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine, on an object of the class.
    unsafe { guarded(out, || construct_inner(frame)) };
}

unsafe fn construct_inner(frame: *mut Frame) -> Parsed<()> {
    // SAFETY: the running call's frame; its `This` is the object. Slots on the stack stand for zvals and hold nothing.
    unsafe {
        let args = Args::new(frame, 0, 2)?;
        let ttl = args.natural(0)?;
        let class = strategy_class();
        let mut strategy = Slot { value: 0, info: c::IS_OBJECT_EX, next: 0 };
        match args.get(1) {
            Some(given) => {
                let slot = crate::engine::slot(given);
                if slot.kind() != c::IS_OBJECT || slot.object().class != class.addr() as u64 {
                    engine::zend_wrong_parameter_class_error(2, STRATEGY_NAME.as_ptr(), given);
                    return Err(Thrown);
                }
                strategy = *slot;
            }
            None => {
                let case = engine::zend_enum_get_case_cstr(class, c"Immediate".as_ptr());
                strategy.value = case.addr() as u64;
            }
        }
        let this = crate::engine::slot(&raw const (*frame).This).value as *mut _;
        let scope = VOLATILE.load(Ordering::Acquire);
        let mut number = Slot { value: 0, info: c::IS_LONG, next: 0 };
        set_int((&raw mut number).cast(), ttl as i64);
        for (name, value) in [(c"ttl", &raw mut number), (c"strategy", &raw mut strategy)] {
            engine::zend_update_property(scope, this, name.as_ptr(), name.count_bytes(), value.cast());
            if crate::engine::exception_pending() {
                return Err(Thrown);
            }
        }
    }
    Ok(())
}

/// Called when an attribute is compiled: what can be seen to be wrong then is a compile-time error. Leaves by a jump.
unsafe extern "C" fn validate(
    attribute: *const Attribute,
    _target: u32,
    _scope: *mut zend_class_entry,
) -> *mut zend_string {
    // SAFETY: called by the engine with an attribute of the class; nothing here needs dropping.
    unsafe { refuse_wrong(attribute) };
    ptr::null_mut()
}

/// # Safety
/// As for [`refuse_unknown`].
unsafe fn refuse_wrong(attribute: *const Attribute) {
    // SAFETY: the caller's word.
    unsafe { refuse_unknown(attribute) };
    // SAFETY: as above.
    let given = |place, name| unsafe { argument(attribute, place, name) };
    let ttl = given(0, b"ttl").and_then(|value| match value.kind() {
        c::IS_CONSTANT_AST => None,
        c::IS_LONG if (value.value as i64) >= 0 => None,
        c::IS_LONG => Some(c"OPcache\\VolatileStatic: Argument #1 ($ttl) must be greater than or equal to 0"),
        _ => Some(c"OPcache\\VolatileStatic: Argument #1 ($ttl) must be of type int"),
    });
    // There is no literal of an enum: a case of one is a constant expression.
    let strategy = given(1, b"strategy")
        .filter(|value| value.kind() != c::IS_CONSTANT_AST)
        .map(|_| c"OPcache\\VolatileStatic: Argument #2 ($strategy) must be of type OPcache\\CacheStrategy");
    let Some(text) = ttl.or(strategy) else { return };
    // SAFETY: a constant text without arguments. Nothing here needs dropping.
    unsafe {
        crate::engine::zend_error(ext_php_rs::ffi::E_COMPILE_ERROR as c_int, c"%s".as_ptr(), text.as_ptr());
    }
}

/// As [`validate`]: there is nothing to say to this one.
unsafe extern "C" fn validate_pinned(
    attribute: *const Attribute,
    _target: u32,
    _scope: *mut zend_class_entry,
) -> *mut zend_string {
    // SAFETY: called by the engine with an attribute of the class; nothing here needs dropping.
    unsafe {
        if !(&*attribute).arguments().is_empty() {
            let text = c"OPcache\\PinnedStatic takes no arguments";
            crate::engine::zend_error(
                ext_php_rs::ffi::E_COMPILE_ERROR as c_int,
                c"%s".as_ptr(),
                text.as_ptr(),
            );
        }
    }
    ptr::null_mut()
}

/// Arguments that are wrong whatever their values: nobody asks an attribute of a static for an object, so nobody else would say so,
/// and a misspelt `ttl` would be none. Leaves by a jump.
///
/// # Safety
/// A live attribute. No Rust value of the caller's needs dropping.
unsafe fn refuse_unknown(attribute: *const Attribute) {
    let kind = ext_php_rs::ffi::E_COMPILE_ERROR as c_int;
    let mut given = [false; 2];
    // SAFETY: the caller's word; names are live strings, which end in a null byte.
    unsafe {
        for (number, argument) in (&*attribute).arguments().iter().enumerate() {
            let name = argument.name.as_ref().map(|name| name.bytes());
            let place = match name {
                None => number,
                Some(b"ttl") => 0,
                Some(b"strategy") => 1,
                Some(other) => {
                    let text = c"OPcache\\VolatileStatic: Unknown named parameter $%s";
                    return crate::engine::zend_error(kind, text.as_ptr(), other.as_ptr());
                }
            };
            match given.get_mut(place) {
                None => {
                    let text = c"OPcache\\VolatileStatic expects at most 2 arguments, %u given";
                    return crate::engine::zend_error(kind, text.as_ptr(), (*attribute).count);
                }
                Some(true) => {
                    let text = c"OPcache\\VolatileStatic: Named parameter $%s overwrites previous argument";
                    let name = name.map_or(c"".as_ptr().cast(), <[u8]>::as_ptr);
                    return crate::engine::zend_error(kind, text.as_ptr(), name);
                }
                Some(first) => *first = true,
            }
        }
    }
}

/// The value of an argument, by its place or its name.
///
/// # Safety
/// A live attribute.
pub(super) unsafe fn argument<'a>(
    attribute: *const Attribute,
    place: usize,
    name: &[u8],
) -> Option<&'a Slot> {
    // SAFETY: the caller's word.
    let at = unsafe { number_of(attribute, place, name)? };
    // SAFETY: as above; there is such an argument.
    unsafe { Some(&(*attribute).arguments()[at].value) }
}

/// Which argument it is.
///
/// # Safety
/// As for [`argument`].
pub(super) unsafe fn number_of(attribute: *const Attribute, place: usize, name: &[u8]) -> Option<usize> {
    // SAFETY: the caller's word; names are live strings.
    unsafe {
        (&*attribute).arguments().iter().enumerate().position(|(number, argument)| {
            match argument.name.as_ref() {
                None => number == place,
                Some(given) => given.bytes() == name,
            }
        })
    }
}
