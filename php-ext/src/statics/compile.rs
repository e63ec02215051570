//! What has to wait until a file is compiled.
//!
//! Classes may be linked while the engine compiles their file, or while OPcache copies its classes; no user code may run
//! then. So targets whose restore runs some wait for the end of the compilation, which is before the file's code runs. The
//! functions that the engine calls to compile are replaced at the first request, when OPcache has replaced them.
//!
//! User code does run in the middle of a compilation where the engine calls it: to open the file (stream wrappers, filters), or to
//! handle what the compiler complains of. What that links is linked by a running script, and waits for nothing. It is told by
//! the frame: the compiler has none of its own, so the running one is that in which the compilation was begun. A fiber may be
//! suspended in such code, so compilations need not end in the order of their beginning.

use std::ffi::{c_char, c_int};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ext_php_rs::ffi::{zend_execute_data, zend_file_handle, zend_op_array, zend_string};

use super::engine::{self, CompileFile, CompileString};
use super::{Statics, restore, state};

static INSTALLED: AtomicBool = AtomicBool::new(false);
static FILE: AtomicUsize = AtomicUsize::new(0);
static STRING: AtomicUsize = AtomicUsize::new(0);

/// At module start-up: the engine has its own functions again.
pub(super) fn start() {
    INSTALLED.store(false, Ordering::Release);
}

/// At the beginning of a request.
#[inline]
pub(super) fn install() {
    if !INSTALLED.load(Ordering::Relaxed) {
        install_once();
    }
}

#[cold]
fn install_once() {
    if INSTALLED.swap(true, Ordering::AcqRel) {
        return;
    }
    // SAFETY: the engine's variables, of these types. Other threads that start at this moment may call what was there
    // before: their first file is compiled as if they had been faster.
    unsafe {
        if let (Some(file), Some(string)) = (engine::zend_compile_file, engine::zend_compile_string) {
            FILE.store(file as usize, Ordering::Release);
            STRING.store(string as usize, Ordering::Release);
            engine::zend_compile_file = Some(compile_file);
            engine::zend_compile_string = Some(compile_string);
        }
    }
}

/// At module shutdown.
pub(super) fn stop() {
    // SAFETY: as above; on one thread.
    unsafe {
        if engine::zend_compile_file.is_some_and(|now| now as usize == compile_file as *const () as usize) {
            engine::zend_compile_file =
                std::mem::transmute::<usize, Option<CompileFile>>(FILE.load(Ordering::Acquire));
        }
        if engine::zend_compile_string.is_some_and(|now| now as usize == compile_string as *const () as usize)
        {
            engine::zend_compile_string =
                std::mem::transmute::<usize, Option<CompileString>>(STRING.load(Ordering::Acquire));
        }
    }
}

/// A compilation, by the frame that was running when it was begun.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Begun(*const zend_execute_data);

impl Begun {
    /// What was preloaded waits for the first file.
    pub(super) const PRELOADED: Self = Self(std::ptr::without_provenance(usize::MAX));

    #[inline(always)]
    fn now() -> Self {
        // SAFETY: this thread's own globals.
        Self(unsafe { (*ext_php_rs::ffi::ext_php_rs_executor_globals()).current_execute_data })
    }

    /// Whether what waits for this one need not wait any more when the other one has ended.
    pub(super) fn ends_with(self, ended: Self) -> bool {
        self == ended || self == Self::PRELOADED
    }
}

impl Statics {
    /// The compilation that this thread is in, other than in code that runs in the middle of one.
    #[inline]
    pub(super) fn compilation(&self) -> Option<Begun> {
        match self.compiling.last() {
            None => None,
            Some(&Begun::PRELOADED) => Some(Begun::PRELOADED),
            _ => Some(Begun::now()).filter(|now| self.compiling.contains(now)),
        }
    }
}

#[inline(always)]
fn enter() -> Begun {
    let begun = Begun::now();
    // SAFETY: this thread's own; the reference ends here.
    unsafe { (*state()).compiling.push(begun) };
    begun
}

#[inline(always)]
fn leave(begun: Begun, compiled: *const zend_op_array) {
    // SAFETY: as in `enter`.
    let statics = unsafe { &mut *state() };
    // Gone if there was a fatal error meanwhile.
    if let Some(at) = statics.compiling.iter().rposition(|its| *its == begun) {
        statics.compiling.remove(at);
    }
    // One within the other, without code between them: the outer one goes on.
    if !statics.waiting.is_empty() && !statics.compiling.contains(&begun) {
        restore_waiting(begun, compiled);
    }
}

#[cold]
#[inline(never)]
fn restore_waiting(begun: Begun, compiled: *const zend_op_array) {
    // A panic would be a bug of ours; what it leaves are statics as declared.
    let _ = catch_unwind(|| restore::waiting_for(begun, compiled));
}

unsafe extern "C" fn compile_file(handle: *mut zend_file_handle, kind: c_int) -> *mut zend_op_array {
    let begun = enter();
    // SAFETY: what was in our place, with its arguments.
    let result =
        unsafe { std::mem::transmute::<usize, CompileFile>(FILE.load(Ordering::Relaxed))(handle, kind) };
    leave(begun, result);
    result
}

unsafe extern "C" fn compile_string(
    source: *mut zend_string,
    name: *const c_char,
    position: c_int,
) -> *mut zend_op_array {
    let begun = enter();
    // SAFETY: what was in our place, with its arguments.
    let result = unsafe {
        std::mem::transmute::<usize, CompileString>(STRING.load(Ordering::Relaxed))(source, name, position)
    };
    leave(begun, result);
    result
}
