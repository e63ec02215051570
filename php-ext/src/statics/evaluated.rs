//! Defaults that are constant expressions: whether a static has the value that its expression gives.
//!
//! The engine evaluates them when the class is first used and tells nobody. Whether a value is more than that is found out by
//! evaluating once more; constants do not change, so it gives the same. Not where that would run code of the script's.

use ext_php_rs::ffi::zval;

use super::engine;
use super::fingerprint::Node;
use super::place::Place;
use crate::engine::{exception_pending, in_frame};
use crate::zend::constants as c;
use crate::zend::live::Slot;

/// Whether a value is what an expression gives, which the engine has evaluated in this request.
///
/// # Safety
/// A static of a class of this request, its default, which is an expression, and its value.
#[cold]
pub(super) unsafe fn gives(place: &Place, expression: &Slot, value: &Slot) -> bool {
    if value.kind() == c::IS_CONSTANT_AST {
        return false;
    }
    let mut same = false;
    // SAFETY: the caller's word. What throws here threw when the engine evaluated it: then there is no value.
    unsafe {
        engine::beside_exception(|| {
            in_frame(|| {
                engine::without_errors(|| {
                    same = runs_no_code(place, expression) && is_result(place, expression, value);
                });
                if exception_pending() {
                    engine::zend_clear_exception();
                    same = false;
                }
            });
        });
    }
    same
}

/// Whether evaluating an expression once more runs no code of the script's: it makes no object, and does nothing with objects but
/// name them and read enum cases.
///
/// # Safety
/// As for [`gives`]; the engine's frame and error handling are prepared.
unsafe fn runs_no_code(place: &Place, expression: &Slot) -> bool {
    // SAFETY: the caller's expression.
    unsafe { is_harmless(place, Node::of(expression)) }
}

unsafe fn is_harmless(place: &Place, node: Node) -> bool {
    // SAFETY: nodes of a live expression, which the engine has evaluated before: what they name is there.
    unsafe {
        match node.kind() {
            c::ZEND_AST_NEW => false,
            c::ZEND_AST_CONSTANT | c::ZEND_AST_CLASS_CONST => {
                let mut value = Slot { value: 0, info: c::IS_UNDEF, next: 0 };
                if engine::zend_ast_evaluate((&raw mut value).cast(), node.start(), place.scope()) != 0 {
                    return false;
                }
                let harmless = value.kind() != c::IS_OBJECT || is_case(&value);
                engine::release(value);
                harmless
            }
            _ => node.children().iter().all(|child| child.is_absent() || is_harmless(place, *child)),
        }
    }
}

fn is_case(value: &Slot) -> bool {
    let class = value.object().class as *const ext_php_rs::ffi::zend_class_entry;
    // SAFETY: a live object's class.
    unsafe { (*class).ce_flags & c::ZEND_ACC_ENUM != 0 }
}

unsafe fn is_result(place: &Place, expression: &Slot, value: &Slot) -> bool {
    let mut result = Slot { next: 0, ..*expression };
    // SAFETY: as for `gives`. The engine puts the result in the place of the expression, of which we are a holder.
    unsafe {
        engine::hold(&result);
        let slot: *mut zval = (&raw mut result).cast();
        let same = engine::zval_update_constant_ex(slot, place.scope()) == 0 && {
            // The only conversion that there is for a default.
            if matches!(place, Place::Property { .. })
                && result.kind() == c::IS_LONG
                && value.kind() == c::IS_DOUBLE
            {
                f64::from_bits(value.value) == result.value.cast_signed() as f64
            } else {
                engine::zend_is_identical(slot, std::ptr::from_ref(value).cast_mut().cast())
            }
        };
        engine::release(result);
        same
    }
}

/// Whether a variable's initialiser is code: from PHP 8.3 on wherever it is no literal, before that if it makes objects.
///
/// # Safety
/// A static of a class of this request.
pub(super) unsafe fn is_code(place: &Place) -> bool {
    let Place::Variable { function, number } = *place else { return false };
    #[cfg(php83)]
    {
        let offset = number * size_of::<crate::zend::live::Bucket>() as u32;
        // SAFETY: a method of a script, which has so many operations.
        unsafe {
            std::slice::from_raw_parts((*function).opcodes, (*function).last as usize).iter().any(
                |operation| {
                    u32::from(operation.opcode) == c::ZEND_BIND_INIT_STATIC_OR_JMP_OR_0
                        && operation.extended_value == offset
                },
            )
        }
    }
    #[cfg(not(php83))]
    {
        let _ = (function, number);
        // SAFETY: the caller's word.
        unsafe {
            let declared = place.declared();
            declared.kind() == c::IS_CONSTANT_AST && Node::of(&declared).makes_objects()
        }
    }
}
