//! Where functions declare classes, by name: in a long file many targets may wait for classes that it declares under conditions.
//!
//! A function is known by its operations, as long as no other has been compiled, which might be where it was.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use ext_php_rs::ffi::{zend_op, zend_op_array};

use super::straight::{declared, is_declaration, operations};

/// Functions that are known at a time.
const MOST: usize = 64;

/// The last declaration of a class in a function.
#[derive(Clone, Copy)]
pub(super) struct Last {
    /// The function's. Only compared.
    pub(super) operations: *const zend_op,
    pub(super) at: usize,
    compilations: u64,
}

/// A function, and where it declares which class last.
struct Function {
    operations: *const zend_op,
    last: HashMap<Box<[u8]>, usize>,
}

/// What is known of functions.
pub(super) struct Declarations {
    /// How many compilations have begun or ended.
    compilations: Cell<u64>,
    /// How many had, when the functions below were looked at.
    looked: Cell<u64>,
    functions: RefCell<Vec<Function>>,
}

impl Declarations {
    pub(super) const fn new() -> Self {
        Self { compilations: Cell::new(0), looked: Cell::new(0), functions: RefCell::new(Vec::new()) }
    }

    /// A compilation begins, or has ended.
    #[inline(always)]
    pub(super) fn compiling(&self) {
        self.compilations.set(self.compilations.get().wrapping_add(1));
    }

    /// Nobody waits any more.
    #[inline(never)]
    pub(super) fn forget(&self) {
        if self.looked.replace(0) != 0 {
            self.functions.take();
        }
    }

    /// Whether nothing has been compiled since that was found.
    pub(super) fn is_good(&self, last: &Last) -> bool {
        last.compilations == self.compilations.get()
    }

    /// The same, known to be true now.
    pub(super) fn renewed(&self, last: Last) -> Last {
        Last { compilations: self.compilations.get(), ..last }
    }

    /// The last declaration of a class of that name (lower case) in a function.
    ///
    /// # Safety
    /// A function of a script.
    pub(super) unsafe fn last(&self, function: *const zend_op_array, name: &[u8]) -> Option<Last> {
        let compilations = self.compilations.get();
        let mut functions = self.functions.borrow_mut();
        if self.looked.replace(compilations) != compilations || functions.len() > MOST {
            functions.clear();
        }
        // SAFETY: the caller's word.
        let all = unsafe { operations(function) };
        let operations = all.as_ptr();
        let known = functions.iter().position(|known| std::ptr::eq(known.operations, operations));
        let known = known.unwrap_or_else(|| {
            let declarations = all.iter().enumerate().filter(|(_, operation)| is_declaration(operation));
            // SAFETY: declarations in their places.
            let name_of = |operation| unsafe { declared(operation) }.text().bytes().into();
            let last = declarations.map(|(at, operation)| (name_of(operation), at)).collect();
            functions.push(Function { operations, last });
            functions.len() - 1
        });
        functions[known].last.get(name).map(|&at| Last { operations, at, compilations })
    }
}
