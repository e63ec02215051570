//! Declarations that a file has behind a question of its own: `if (!class_exists('C')) { class C {} }`, as for what older versions lack.
//!
//! The question has autoloaders asked. So a restore that needs the class may have them asked as well: a class that they know is there
//! without the file's declaration, which is passed over then.

use ext_php_rs::ffi::zend_op;

use super::straight::{self, distance};
use crate::zend::constants as c;
use crate::zend::live::Slot;

/// A condition is so many operations before what it guards at most.
const NEAR: usize = 8;

/// The functions, with one argument, which have autoloaders asked for it.
const QUESTIONS: [&[u8]; 4] = [b"class_exists", b"interface_exists", b"trait_exists", b"enum_exists"];

/// The name of the class that a declaration declares, as it is written where the file asks whether the class is there, and executes the declaration
/// only if it is not.
///
/// # Safety
/// The operations of a function of a script, of which that one is a declaration.
pub(super) unsafe fn asked(operations: &[zend_op], at: usize) -> Option<&Slot> {
    let first = at.saturating_sub(NEAR);
    let jump = (first..at).rev().find(|&jump| {
        let operation = &operations[jump];
        is(operation, &[c::ZEND_JMPZ, c::ZEND_JMPNZ]) && distance(operation).saturating_add(jump) > at
    })?;
    let end = jump.checked_sub(1)?;
    let call = if is(&operations[end], &[c::ZEND_BOOL_NOT]) { end.checked_sub(1)? } else { end };
    // SAFETY: the caller's word: what is a constant operand is one, also the name that is declared.
    unsafe {
        let argument = argument(&operations[..=call])?;
        if u32::from(argument.op1_type) != c::IS_CONST {
            return None;
        }
        let name = straight::literal(argument, argument.op1.constant);
        let declared = straight::declared(&operations[at]).text().bytes();
        (name.kind() == c::IS_STRING && name.text().bytes().eq_ignore_ascii_case(declared)).then_some(name)
    }
}

/// The operation that has the argument of a question, with the call of which these operations end.
///
/// # Safety
/// The first of a function's operations.
unsafe fn argument(operations: &[zend_op]) -> Option<&zend_op> {
    // No other function of this kind (PHP 8.4) would be called with a class's name as it is.
    #[cfg(php84)]
    if let Some(call) = operations.last().filter(|last| is(last, &[c::ZEND_FRAMELESS_ICALL_1])) {
        return Some(call);
    }
    let [.., begin, argument, call] = operations else { return None };
    let is_call = is(begin, &[c::ZEND_INIT_FCALL, c::ZEND_INIT_FCALL_BY_NAME, c::ZEND_INIT_NS_FCALL_BY_NAME])
        && is(argument, &[c::ZEND_SEND_VAL, c::ZEND_SEND_VAL_EX])
        && is(call, &[c::ZEND_DO_FCALL, c::ZEND_DO_ICALL, c::ZEND_DO_FCALL_BY_NAME]);
    // SAFETY: the caller's word: the second operand of what begins such a call is the function's name.
    is_call.then(|| unsafe { straight::literal(begin, begin.op2.constant) }.text().bytes()).and_then(|name| {
        let name = name.rsplit(|byte| *byte == b'\\').next().unwrap_or_default();
        QUESTIONS.iter().any(|question| name.eq_ignore_ascii_case(question)).then_some(argument)
    })
}

fn is(operation: &zend_op, opcodes: &[u32]) -> bool {
    opcodes.contains(&u32::from(operation.opcode))
}
