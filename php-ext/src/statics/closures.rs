//! Closures in defaults (PHP 8.5; in a constant also before). They cannot be stored, and need not be where the default gives them again.

use ext_php_rs::ffi::{zend_class_entry, zend_function, zend_object};

use super::content::Look;
use super::evaluated;
use super::place::Place;
use crate::engine::{is_closure, is_internal};
use crate::zend::constants as c;
use crate::zend::live::Slot;

/// Whether a static that has a value has closures in it, and all of it is what its default, an expression, gives. Runs no user code.
///
/// # Safety
/// As for [`evaluated::gives`], of the static's slot.
pub(super) unsafe fn are_declared(place: Place, slot: &Slot) -> bool {
    // SAFETY: the caller's word.
    unsafe {
        let (declared, value) = (place.declared(), slot.behind_reference());
        if declared.kind() != c::IS_CONSTANT_AST || !evaluated::is_any(value, is_closure) {
            return false;
        }
        // What others have a reference to is more than its value.
        let mut look = Look::new();
        !super::bound::may_be(slot)
            && evaluated::gives(place, &declared, value, &mut look)
            && !look.has_references()
    }
}

/// Whether two closures are the same function for the same class. What they keep in static variables counts for nothing, as everywhere.
/// (Closures that an expression gives take over no variables and no object; one that the same code was bound to is another.)
///
/// # Safety
/// Live closures.
pub(super) unsafe fn are_same(one: &Slot, other: &Slot) -> bool {
    // SAFETY: the caller's word.
    unsafe {
        match (Called::by(one), Called::by(other)) {
            (Some(one), Some(other)) => {
                (one.class, one.object) == (other.class, other.object)
                    && are_same_functions(one.function, other.function)
            }
            _ => false,
        }
    }
}

/// What a closure calls.
struct Called {
    function: *const zend_function,
    class: *const zend_class_entry,
    object: *const zend_object,
}

impl Called {
    /// # Safety
    /// A live closure.
    unsafe fn by(closure: &Slot) -> Option<Self> {
        const SUCCESS: i32 = 0;
        let object = closure.value as *mut zend_object;
        let (mut class, mut function, mut this) =
            (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: the caller's word; the class is final, so the handler is the engine's, which looks into the closure alone.
        unsafe {
            let get = (*(*object).handlers).get_closure?;
            (get(object, &raw mut class, &raw mut function, &raw mut this, true) == SUCCESS)
                .then_some(Called { function, class, object: this })
        }
    }
}

/// # Safety
/// Functions of live closures, which are copies of those that were declared.
unsafe fn are_same_functions(one: *const zend_function, other: *const zend_function) -> bool {
    // SAFETY: the caller's word. A function of a script is known by its operations, which copies share, one of a module by its arguments.
    unsafe {
        let (of_module, its) = (is_internal(one), is_internal(other));
        if of_module != its || (*one).common.scope != (*other).common.scope {
            return false;
        }
        if !of_module {
            return (*one).op_array.opcodes == (*other).op_array.opcodes;
        }
        let (one, other) = (&(*one).internal_function, &(*other).internal_function);
        (one.function_name, one.arg_info) == (other.function_name, other.arg_info)
    }
}
