//! Where a class's statics are.

use ext_php_rs::ffi::{zend_class_entry, zend_op_array, zend_property_info};

use super::engine;
use crate::zend::constants as c;
use crate::zend::live::{Array, Slot, Text};

/// One static property, or one static variable of a method.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Property {
        class: *mut zend_class_entry,
        info: *const zend_property_info,
    },
    /// The number is that of the variable in the method's table.
    Variable {
        function: *mut zend_op_array,
        number: u32,
    },
}

impl Place {
    /// The slot as it is now; `None` as long as the engine has not made it.
    ///
    /// # Safety
    /// The class is of this request.
    #[inline(always)]
    pub(super) unsafe fn current(&self) -> Option<*mut Slot> {
        // SAFETY: the caller's word; the tables have a slot for each static.
        unsafe {
            match *self {
                Self::Property { class, info } => {
                    let table = engine::map_get((*class).static_members_table__ptr).cast::<Slot>();
                    if table.is_null() {
                        return None;
                    }
                    let slot = table.add((*info).offset as usize);
                    Some(if (*slot).kind() == c::IS_INDIRECT { (*slot).value as *mut Slot } else { slot })
                }
                Self::Variable { function, number } => {
                    let table = engine::map_get((*function).static_variables_ptr__ptr).cast::<Array>();
                    (!table.is_null()).then(|| variable(table, number))
                }
            }
        }
    }

    /// The slot as declared.
    ///
    /// # Safety
    /// As for [`Self::current`].
    #[inline(always)]
    pub(super) unsafe fn declared(&self) -> Slot {
        // SAFETY: as in `current`.
        unsafe {
            match *self {
                Self::Property { class, info } => {
                    *(*class).default_static_members_table.cast::<Slot>().add((*info).offset as usize)
                }
                Self::Variable { function, number } => *variable((*function).static_variables.cast(), number),
            }
        }
    }

    /// The class whose `self` its default means.
    ///
    /// # Safety
    /// As for [`Self::current`].
    pub(super) unsafe fn scope(&self) -> *mut zend_class_entry {
        match *self {
            Self::Property { class, .. } => class,
            // SAFETY: a method of a class of this request.
            Self::Variable { function, .. } => unsafe { (*function).scope },
        }
    }

    /// The slot, made if need be. May leave by a jump (memory limit).
    ///
    /// # Safety
    /// As for [`Self::current`].
    #[inline(always)]
    pub(super) unsafe fn made(&self) -> Option<*mut Slot> {
        // SAFETY: the engine makes the tables in the same way when they are first needed.
        unsafe {
            if let Some(slot) = self.current() {
                return Some(slot);
            }
            match *self {
                Self::Property { class, .. } => engine::zend_class_init_statics(class),
                Self::Variable { function, .. } => {
                    let table = engine::zend_array_dup((*function).static_variables.cast());
                    engine::map_set(&raw mut (*function).static_variables_ptr__ptr, table.cast());
                }
            }
            self.current()
        }
    }

    /// The declaration's name.
    ///
    /// # Safety
    /// As for [`Self::current`].
    pub(super) unsafe fn name<'a>(&self) -> &'a [u8] {
        // SAFETY: the caller's word; a variable's bucket has its name.
        unsafe {
            match *self {
                Self::Property { info, .. } => unmangled(crate::engine::bytes((*info).name)),
                Self::Variable { function, number } => {
                    let table = engine::table((*function).static_variables);
                    table.buckets()[number as usize].text().map_or(b"", |name| {
                        let name: *const Text = name;
                        (*name).bytes()
                    })
                }
            }
        }
    }

    /// As in messages: `Class::$name`, `Class::method()::$name`.
    ///
    /// # Safety
    /// As for [`Self::current`].
    pub(super) unsafe fn shown(&self, class: &[u8]) -> String {
        // SAFETY: the caller's word.
        let (name, class) = unsafe { (String::from_utf8_lossy(self.name()), String::from_utf8_lossy(class)) };
        match *self {
            Self::Property { .. } => format!("{class}::${name}"),
            // SAFETY: as above; methods have names.
            Self::Variable { function, .. } => unsafe {
                let method = String::from_utf8_lossy(crate::engine::bytes((*function).function_name));
                format!("{class}::{method}()::${name}")
            },
        }
    }
}

/// A variable in a table of a method's.
///
/// # Safety
/// Such a table, which has the variable.
#[inline(always)]
unsafe fn variable(table: *const Array, number: u32) -> *mut Slot {
    // SAFETY: the table's elements are buckets, as many as it was declared with.
    unsafe {
        let buckets = (*table).data as *mut crate::zend::live::Bucket;
        &raw mut (*buckets.add(number as usize)).slot
    }
}

/// A property's name without what its full name says of its visibility.
pub(super) fn unmangled(name: &[u8]) -> &[u8] {
    name.rsplit(|&byte| byte == 0).next().unwrap_or_default()
}
