//! Targets whose values have objects of classes that are not there yet.
//!
//! A file may declare a class with statics and, further down, the classes of what is in them. Asking an autoloader for one
//! that a running file is about to declare could have the file included again, so those are waited for: when a class is
//! linked, targets that lacked it are restored, unless somebody has changed their statics meanwhile.

use ext_php_rs::ffi::{zend_execute_data, zend_op_array, zend_string};

use super::{Dropped, baseline, engine, restore, with};
use crate::payload::{ClassImage, Template};
use crate::zend::constants as c;
use crate::zend::live::{Slot, Text};

const USER: u8 = 2;

/// Whether a class that a template needs is missing and about to be declared. `compiled` is what has just been compiled.
///
/// # Safety
/// A pinned template; a function of a script, or null.
pub(super) unsafe fn is_coming(template: &Template, compiled: *const zend_op_array) -> bool {
    // SAFETY: the caller's word.
    unsafe { template.classes().iter().any(|image| is_missing(image) && is_declared_soon(image, compiled)) }
}

unsafe fn is_missing(image: &ClassImage) -> bool {
    /// `ZEND_FETCH_CLASS_NO_AUTOLOAD`
    const NO_AUTOLOAD: u32 = 0x80;
    // SAFETY: the image's name is a string image, which the engine takes as an interned string.
    unsafe {
        engine::zend_lookup_class_ex(image.name as *mut zend_string, std::ptr::null_mut(), NO_AUTOLOAD)
            .is_null()
    }
}

/// Whether a file that was just compiled or is running declares the class.
unsafe fn is_declared_soon(image: &ClassImage, compiled: *const zend_op_array) -> bool {
    // SAFETY: frames are live, and those of scripts run functions of scripts.
    unsafe {
        let name = (*(image.name as *const Text)).bytes();
        if !compiled.is_null() && declares(compiled, name) {
            return true;
        }
        let mut frame: *const zend_execute_data =
            (*ext_php_rs::ffi::ext_php_rs_executor_globals()).current_execute_data;
        while !frame.is_null() {
            let function = (*frame).func;
            if !function.is_null() && (*function).type_ == USER && declares(function.cast(), name) {
                return true;
            }
            frame = (*frame).prev_execute_data;
        }
    }
    false
}

unsafe fn declares(function: *const zend_op_array, name: &[u8]) -> bool {
    // SAFETY: a function of a script has so many operations; such an operation's first operand is the lower-case name, at so
    // many bytes from the operation.
    unsafe {
        std::slice::from_raw_parts((*function).opcodes, (*function).last as usize).iter().any(|operation| {
            matches!(u32::from(operation.opcode), c::ZEND_DECLARE_CLASS | c::ZEND_DECLARE_CLASS_DELAYED) && {
                let distance = operation.op1.constant.cast_signed() as isize;
                let literal = &*std::ptr::from_ref(operation).cast::<u8>().offset(distance).cast::<Slot>();
                literal.kind() == c::IS_STRING && literal.text().bytes().eq_ignore_ascii_case(name)
            }
        })
    }
}

/// A class was linked: restores what waited for it.
#[cold]
pub(super) fn retry() {
    let mut at = 0;
    loop {
        let found = with(|statics| {
            while let Some(&(number, payload)) = statics.awaiting.get(at) {
                // SAFETY: a template of this request, pinned.
                let there = unsafe { !Template::at(payload).classes().iter().any(|image| is_missing(image)) };
                if there {
                    statics.awaiting.remove(at);
                    return Some((number, statics.is_in_compiler()));
                }
                at += 1;
            }
            None
        });
        let Some((number, in_compiler)) = found else { return };
        if is_touched(number) {
            continue;
        }
        if in_compiler {
            with(|statics| statics.waiting.push(number));
        } else {
            // SAFETY: a target of this request.
            unsafe { restore::target(number as usize, true, std::ptr::null()) };
        }
    }
}

/// Whether somebody has changed a target's statics already, or taken its state away.
pub(super) fn is_touched(number: u32) -> bool {
    with(|statics| {
        let target = &statics.targets[number as usize];
        // SAFETY: members of a class of this request.
        target.dropped != Dropped::No
            || (target.first as usize..target.end as usize).any(|at| unsafe {
                baseline::is_changed(statics, at, false) && !baseline::is_initialised(statics, at)
            })
    })
}
