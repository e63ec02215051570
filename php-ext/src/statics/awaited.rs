//! Targets whose values have objects of classes that are not there yet.
//!
//! A file may declare a class with statics and, further down, the classes of what is in them. Asking an autoloader for one
//! that a running file is about to declare could have the file included again, so those are waited for, and so are classes that no
//! autoloader knows: when the last such class is linked, targets that lacked it are restored, unless somebody has changed their
//! statics meanwhile. Autoloaders are asked for the rest then.

use ext_php_rs::ffi::{zend_execute_data, zend_op_array, zend_string};

use super::{Dropped, Statics, baseline, engine, restore, with};
use crate::payload::{ClassImage, Template};
use crate::zend::constants as c;
use crate::zend::live::{Slot, Text};

const USER: u8 = 2;

/// A target that waits for classes.
pub(super) struct Awaited {
    number: u32,
    /// The template that needs them.
    payload: usize,
    why: Why,
    /// The last round of [`retry`] that has looked at it, or was under way when it began to wait.
    round: u64,
}

#[derive(Clone, Copy)]
pub(super) enum Why {
    /// A class is about to be declared.
    Declared,
    /// No autoloader knows this class of the template's.
    Unknown(usize),
}

/// A target has to wait.
pub(super) fn wait(number: usize, payload: usize, why: Why) {
    with(|statics| {
        let round = statics.round;
        statics.awaiting.push(Awaited { number: number as u32, payload, why, round });
    });
}

/// What a template waits for whose classes autoloaders have been asked for: they are asked in order, and not after one that is missing.
///
/// # Safety
/// A pinned template.
pub(super) unsafe fn unknown(template: &Template) -> Why {
    // SAFETY: the caller's word.
    let first = unsafe { template.classes().iter().position(|image| is_missing(image)) };
    Why::Unknown(first.unwrap_or(0))
}

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

/// A class was linked: restores what waited for it, or for a declaration that has been passed over.
#[cold]
pub(super) fn retry() {
    let round = with(|statics| {
        statics.round += 1;
        statics.round
    });
    while let Some(number) = with(|statics| next_ready(statics, round)) {
        if is_touched(number) {
            continue;
        }
        if with(|statics| statics.is_in_compiler()) {
            with(|statics| statics.waiting.push(number));
        } else {
            // SAFETY: a target of this request.
            unsafe { restore::target(number as usize, true, std::ptr::null()) };
        }
    }
}

/// Takes the next target off the list that need not wait any more. Each is looked at once in a round.
fn next_ready(statics: &mut Statics, round: u64) -> Option<u32> {
    loop {
        let at = statics.awaiting.iter().position(|awaited| awaited.round < round)?;
        statics.awaiting[at].round = round;
        let Awaited { number, payload, why, .. } = statics.awaiting[at];
        // SAFETY: a template of this request, pinned.
        let is_ready = unsafe {
            let template = Template::at(payload);
            match why {
                Why::Declared => !is_coming(&template, std::ptr::null()),
                Why::Unknown(class) => template.classes().get(class).is_none_or(|image| !is_missing(image)),
            }
        };
        if is_ready {
            statics.awaiting.remove(at);
            return Some(number);
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
