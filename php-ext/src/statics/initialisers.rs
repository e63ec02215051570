//! Initialisers of static variables, as far as they are code (PHP 8.3 and later): `static $k = build();`.
//!
//! Nothing of them is in the declared value, which is null, so they are digested from the operations between the one that looks
//! whether the variable has a value and its target. That is done when a method has been compiled, before OPcache's optimizer, which
//! rewrites them, and which is not at work for every compilation. The digest is in the method's word that the engine keeps for us,
//! and OPcache copies it with the method.
//!
//! Which operations a call becomes depends on whether the function was there already, so those that stand for each other count as
//! one. What a variable, a temporary or a slot of the run-time cache is numbered counts for nothing.

use std::ffi::{c_char, c_int, c_void};

use ext_php_rs::ffi::{zend_op, zend_op_array};

use super::fingerprint::add_value;
use super::scan;
use crate::engine::reserved_word;
use crate::objects::class::text;
use crate::objects::fingerprint::Digest;
use crate::zend::constants as c;
use crate::zend::live::Slot;

/// `zend_extension`, as far as it is used.
#[repr(C)]
struct Extension {
    texts: [*const c_char; 5],
    before: [usize; 5],
    op_array_handler: Option<unsafe extern "C" fn(*mut zend_op_array)>,
    after: [usize; 14],
    resource_number: c_int,
}

const _: () = {
    use std::mem::{offset_of, size_of};
    assert!(size_of::<Extension>() == c::SIZEOF_EXTENSION);
    assert!(offset_of!(Extension, op_array_handler) == c::EXTENSION_OP_ARRAY_HANDLER);
    assert!(offset_of!(Extension, resource_number) == c::EXTENSION_RESOURCE_NUMBER);
};

unsafe extern "C" {
    fn zend_register_extension(extension: *mut Extension, handle: *mut c_void);
    #[cfg(php84)]
    static zend_flf_functions: *mut *mut ext_php_rs::ffi::zend_function;
}

/// At module start-up. The engine calls nobody else when a function has been compiled than extensions of its own kind.
pub(super) fn start() {
    /// With the end that C wants.
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    let (name, none) = (c"static_cache".as_ptr(), c"".as_ptr());
    let mut extension = Extension {
        // Name, version, author, address, copyright.
        texts: [name, VERSION.as_ptr().cast(), none, none, none],
        before: [0; 5],
        op_array_handler: Some(compiled),
        after: [0; 14],
        resource_number: -1,
    };
    if reserved_word().is_some() {
        // SAFETY: module start-up; the engine copies the structure, whose texts and function stay. It has nothing to unload.
        unsafe { zend_register_extension(&raw mut extension, std::ptr::null_mut()) };
    }
}

/// The digest of a method's initialisers.
///
/// # Safety
/// A function of a script.
#[inline(always)]
pub(super) unsafe fn of(function: *const zend_op_array) -> u64 {
    // SAFETY: the caller's word; the engine has given us that one.
    reserved_word().map_or(0, |word| unsafe { (*function).reserved[word].addr() as u64 })
}

/// For every function that has been compiled, before its operations get their final form.
unsafe extern "C" fn compiled(function: *mut zend_op_array) {
    // SAFETY: the engine's function, and the class that it is compiled for; the word is ours.
    unsafe {
        if let Some(word) = reserved_word()
            && !(*function).static_variables.is_null()
            && may_be_kept(function)
        {
            (*function).reserved[word] = std::ptr::without_provenance_mut(digest(function) as usize);
        }
    }
}

/// Whether the variables of a function may be in a target: attributes are compiled before what they are of, and classes that use a
/// trait may have them.
unsafe fn may_be_kept(function: *const zend_op_array) -> bool {
    // SAFETY: the caller's function.
    unsafe {
        let class = (*function).scope;
        !class.is_null()
            && ((*class).ce_flags & c::ZEND_ACC_TRAIT != 0
                || scan::is_in((*class).attributes)
                || scan::is_in((*function).attributes))
    }
}

/// # Safety
/// A function whose operations have not got their final form.
unsafe fn digest(function: *const zend_op_array) -> u64 {
    let code = Code { function, is_final: false };
    let mut digest = Digest(0);
    // SAFETY: the caller's word; such an operation's second operand is the number of the one after the initialiser.
    unsafe {
        let operations = code.operations();
        for (at, operation) in operations.iter().enumerate() {
            if u32::from(operation.opcode) == c::ZEND_BIND_INIT_STATIC_OR_JMP_OR_0 {
                let end = operation.op2.opline_num as usize;
                for operation in operations.get(at + 1..end).unwrap_or_default() {
                    code.add(&mut digest, operation);
                }
            }
        }
    }
    digest.0
}

/// What a closure does.
///
/// # Safety
/// A function of a script, compiled to the end, and not optimized.
pub(super) unsafe fn add_closure(digest: &mut Digest, function: *const zend_op_array) {
    let code = Code { function, is_final: true };
    // SAFETY: the caller's word.
    code.operations().iter().for_each(|operation| unsafe { code.add(digest, operation) });
}

/// A function's operations.
struct Code {
    function: *const zend_op_array,
    /// Whether constants are found by their distance from the operation, not yet by their number.
    is_final: bool,
}

/// What operations stand for that are chosen by what is known of the function that is called.
mod kind {
    pub(super) const CALLEE: u64 = 1 << 8;
    pub(super) const CALL: u64 = 2 << 8;
    pub(super) const SEND: u64 = 3 << 8;
    pub(super) const FETCH: u64 = 4 << 8;
    pub(super) const FETCH_DIM: u64 = 5 << 8;
    pub(super) const FETCH_OBJ: u64 = 6 << 8;
    pub(super) const FETCH_STATIC_PROP: u64 = 7 << 8;
}

/// What an operation stands for; `None` if for nothing that somebody wrote.
fn kind_of(opcode: u32) -> Option<u64> {
    Some(match opcode {
        c::ZEND_CHECK_FUNC_ARG
        | c::ZEND_CHECK_UNDEF_ARGS
        | c::ZEND_NOP
        | c::ZEND_EXT_STMT
        | c::ZEND_EXT_FCALL_BEGIN
        | c::ZEND_EXT_FCALL_END => return None,
        c::ZEND_INIT_FCALL | c::ZEND_INIT_FCALL_BY_NAME | c::ZEND_INIT_NS_FCALL_BY_NAME => kind::CALLEE,
        c::ZEND_DO_FCALL | c::ZEND_DO_ICALL | c::ZEND_DO_UCALL | c::ZEND_DO_FCALL_BY_NAME => kind::CALL,
        c::ZEND_SEND_VAL
        | c::ZEND_SEND_VAL_EX
        | c::ZEND_SEND_VAR
        | c::ZEND_SEND_VAR_EX
        | c::ZEND_SEND_VAR_NO_REF
        | c::ZEND_SEND_VAR_NO_REF_EX
        | c::ZEND_SEND_REF
        | c::ZEND_SEND_FUNC_ARG => kind::SEND,
        c::ZEND_FETCH_R | c::ZEND_FETCH_W | c::ZEND_FETCH_FUNC_ARG => kind::FETCH,
        c::ZEND_FETCH_DIM_R | c::ZEND_FETCH_DIM_W | c::ZEND_FETCH_DIM_FUNC_ARG => kind::FETCH_DIM,
        c::ZEND_FETCH_OBJ_R | c::ZEND_FETCH_OBJ_W | c::ZEND_FETCH_OBJ_FUNC_ARG => kind::FETCH_OBJ,
        c::ZEND_FETCH_STATIC_PROP_R | c::ZEND_FETCH_STATIC_PROP_W | c::ZEND_FETCH_STATIC_PROP_FUNC_ARG => {
            kind::FETCH_STATIC_PROP
        }
        other => u64::from(other),
    })
}

/// Whether what the operation does beyond its operands is in its spare word (a type, an operator), where others have flags and slots.
fn has_more(opcode: u32) -> bool {
    matches!(
        opcode,
        c::ZEND_CAST
            | c::ZEND_TYPE_CHECK
            | c::ZEND_ASSIGN_OP
            | c::ZEND_ASSIGN_DIM_OP
            | c::ZEND_ASSIGN_OBJ_OP
            | c::ZEND_ASSIGN_STATIC_PROP_OP
            | c::ZEND_INCLUDE_OR_EVAL
    )
}

impl Code {
    fn operations(&self) -> &[zend_op] {
        // SAFETY: a function of a script has so many.
        unsafe { std::slice::from_raw_parts((*self.function).opcodes, (*self.function).last as usize) }
    }

    /// # Safety
    /// One of the function's operations.
    unsafe fn add(&self, digest: &mut Digest, operation: &zend_op) {
        let opcode = u32::from(operation.opcode);
        let Some(kind) = kind_of(opcode) else { return };
        digest.add(kind);
        // SAFETY: operands are what their types say. `self`, `parent` and `static` are numbers where the class's name would be.
        unsafe {
            // An argument's name is there only where the called function is not known, also where the order is the declaration's.
            let is_named = kind == kind::SEND;
            let second = (operation.op2, if is_named { c::IS_UNUSED as u8 } else { operation.op2_type });
            for (which, kind) in [(operation.op1, operation.op1_type), second] {
                match u32::from(kind) {
                    c::IS_CONST => self.add_constant(digest, opcode, operation, which.constant),
                    c::IS_CV => {
                        let number = which.var as usize / size_of::<Slot>() - c::ZEND_CALL_FRAME_SLOT;
                        digest.add_text(text(*(*self.function).vars.add(number)));
                    }
                    c::IS_UNUSED
                        if matches!(
                            opcode,
                            c::ZEND_INIT_STATIC_METHOD_CALL | c::ZEND_FETCH_CLASS_CONSTANT
                        ) =>
                    {
                        digest.add(u64::from(which.num));
                    }
                    _ => {}
                }
            }
            match opcode {
                // The second operand is a slot of the run-time cache.
                c::ZEND_NEW if u32::from(operation.op1_type) == c::IS_UNUSED => {
                    digest.add(u64::from(operation.op1.num));
                }
                c::ZEND_FETCH_STATIC_PROP_R | c::ZEND_FETCH_STATIC_PROP_W
                    if u32::from(operation.op2_type) == c::IS_UNUSED =>
                {
                    digest.add(u64::from(operation.op2.num));
                }
                c::ZEND_DECLARE_LAMBDA_FUNCTION => {
                    let function = *(*self.function).dynamic_func_defs.add(operation.op2.num as usize);
                    add_closure(digest, function);
                }
                #[cfg(php84)]
                c::ZEND_FRAMELESS_ICALL_0
                | c::ZEND_FRAMELESS_ICALL_1
                | c::ZEND_FRAMELESS_ICALL_2
                | c::ZEND_FRAMELESS_ICALL_3 => {
                    let function = *zend_flf_functions.add(operation.extended_value as usize);
                    digest.add_text(text((*function).common.function_name));
                }
                _ if has_more(opcode) => digest.add(u64::from(operation.extended_value)),
                _ => {}
            }
        }
    }

    /// # Safety
    /// The operation has such a constant operand.
    unsafe fn add_constant(&self, digest: &mut Digest, opcode: u32, operation: &zend_op, constant: u32) {
        // SAFETY: the caller's word.
        unsafe {
            let value = if self.is_final {
                let distance = constant.cast_signed() as isize;
                &*std::ptr::from_ref(operation).cast::<u8>().offset(distance).cast::<Slot>()
            } else {
                &*(*self.function).literals.add(constant as usize).cast::<Slot>()
            };
            match opcode {
                // As it is written, or in lower case.
                c::ZEND_INIT_FCALL | c::ZEND_INIT_FCALL_BY_NAME | c::ZEND_INIT_NS_FCALL_BY_NAME => {
                    value
                        .text()
                        .bytes()
                        .iter()
                        .for_each(|byte| digest.add(u64::from(byte.to_ascii_lowercase())));
                }
                // The name goes on with the file and a number that counts what the process has compiled.
                c::ZEND_DECLARE_ANON_CLASS => {
                    let name = value.text().bytes();
                    name.iter().take_while(|byte| **byte != 0).for_each(|byte| digest.add(u64::from(*byte)));
                }
                // What is compared with, and where that goes on.
                c::ZEND_MATCH | c::ZEND_SWITCH_LONG | c::ZEND_SWITCH_STRING => {
                    let table = value.array();
                    digest.add(u64::from(table.count));
                    if !table.is_packed() {
                        for bucket in table.buckets() {
                            match bucket.text() {
                                Some(key) => digest.add_text(key),
                                None => digest.add(bucket.hash),
                            }
                        }
                    }
                }
                _ => add_value(digest, value),
            }
        }
    }
}
