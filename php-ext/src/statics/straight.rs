//! What a file declares before it does anything else.
//!
//! Such declarations need not have been executed when user code runs in the middle of them: an autoloader, for a parent or for an object
//! of a restored static. Would that code use one of these classes, a class map would have the same file included once more.

use std::cell::Cell;

use ext_php_rs::ffi::{zend_execute_data, zend_op, zend_op_array, zend_string};

use crate::zend::constants as c;
use crate::zend::live::Slot;

/// The operations of a function of a script.
///
/// # Safety
/// Such a function, for `'a`.
pub(super) unsafe fn operations<'a>(function: *const zend_op_array) -> &'a [zend_op] {
    // SAFETY: the caller's word: it has so many.
    unsafe { std::slice::from_raw_parts((*function).opcodes, (*function).last as usize) }
}

/// The operation of its function that a frame is at, or that an exception came from which the frame is handling. `None`
/// if the engine does not tell: it knows where the last one came from.
///
/// # Safety
/// A live frame of a function of a script, for `'a`.
pub(super) unsafe fn current<'a>(frame: *const zend_execute_data) -> Option<&'a zend_op> {
    // SAFETY: the caller's word: it has an operation, one of its function's or, while an exception is thrown through it, one of the
    // engine's own. This thread's own globals.
    unsafe {
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        let operations = operations((*frame).func.cast()).as_ptr_range();
        [(*frame).opline, (*globals).opline_before_exception]
            .into_iter()
            .find(|at| operations.contains(at))
            .map(|at| &*at)
    }
}

pub(super) fn is_declaration(operation: &zend_op) -> bool {
    matches!(u32::from(operation.opcode), c::ZEND_DECLARE_CLASS | c::ZEND_DECLARE_CLASS_DELAYED)
}

/// The lower-case name of the class that a declaration declares.
///
/// # Safety
/// A declaration in its place among a function's operations.
pub(super) unsafe fn declared<'a>(operation: &zend_op) -> &'a Slot {
    // SAFETY: the caller's word: its first operand is that name, at so many bytes from the operation.
    unsafe {
        let distance = operation.op1.constant.cast_signed() as isize;
        &*std::ptr::from_ref(operation).cast::<u8>().offset(distance).cast::<Slot>()
    }
}

/// How far the file that was asked about last has declared its classes: those of a long file are not looked up again for each of them.
pub(super) struct Progress {
    /// Only compared.
    function: Cell<usize>,
    at: Cell<usize>,
}

impl Progress {
    pub(super) const fn new() -> Self {
        Self { function: Cell::new(0), at: Cell::new(0) }
    }

    /// Whether the declarations that a file begins with are not all there yet.
    ///
    /// # Safety
    /// A file that has been compiled since [`Self::forget`].
    pub(super) unsafe fn declares(&self, function: *const zend_op_array) -> bool {
        let known = self.function.get() == function.addr();
        let mut at = if known { self.at.get() } else { 0 };
        // SAFETY: the caller's word.
        let declares = unsafe { goes_on(function, &mut at) };
        self.function.set(function.addr());
        self.at.set(at);
        declares
    }

    /// Another file may be where one was.
    pub(super) fn forget(&self) {
        self.function.set(0);
    }
}

/// Whether declarations come first from an operation on, one of which declares a class that is not there yet.
///
/// # Safety
/// A function of a script.
pub(super) unsafe fn declares(function: *const zend_op_array, mut at: usize) -> bool {
    // SAFETY: the caller's word.
    unsafe { goes_on(function, &mut at) }
}

/// The same; `at` is then where that declaration is, or what comes behind all of them.
///
/// # Safety
/// As for [`declares`].
unsafe fn goes_on(function: *const zend_op_array, at: &mut usize) -> bool {
    // SAFETY: the caller's word; names are live strings.
    unsafe {
        let operations = operations(function);
        while let Some(operation) = operations.get(*at) {
            *at += match u32::from(operation.opcode) {
                _ if is_declaration(operation) => {
                    if crate::engine::loaded_class(declared(operation).value as *mut zend_string).is_null() {
                        return true;
                    }
                    1
                }
                c::ZEND_NOP | c::ZEND_EXT_STMT | c::ZEND_DECLARE_FUNCTION | c::ZEND_DECLARE_CONST => 1,
                // With attributes, which are in an operation of their own.
                #[cfg(php85)]
                c::ZEND_DECLARE_ATTRIBUTED_CONST | c::ZEND_OP_DATA => 1,
                // `defined('X') || exit;`, as some applications begin each of their files.
                c::ZEND_DEFINED | c::ZEND_BOOL | c::ZEND_BOOL_NOT | c::ZEND_FREE => 1,
                c::ZEND_JMPZ | c::ZEND_JMPNZ | c::ZEND_JMPZ_EX | c::ZEND_JMPNZ_EX => distance(operation),
                _ => return false,
            };
        }
    }
    false
}

/// How many operations a conditional jump goes ahead; as good as without end if it goes back.
fn distance(operation: &zend_op) -> usize {
    // SAFETY: a jump's second operand is the distance in bytes.
    let bytes = unsafe { operation.op2.jmp_offset }.cast_signed();
    let count = bytes / size_of::<zend_op>() as i32;
    if count > 0 { count as usize } else { i32::MAX as usize }
}
