//! What has to wait until a file is compiled.
//!
//! Classes may be linked while the engine compiles their file, or while OPcache copies its classes; no user code may run
//! then. So targets whose restore runs some wait for the end of the compilation, which is before the file's code runs. The
//! functions that the engine calls to compile are replaced at the first request, when OPcache has replaced them.

use std::ffi::{c_char, c_int};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ext_php_rs::ffi::{zend_file_handle, zend_op_array, zend_string};

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

/// What was compiled before, and what waits already.
struct Outer {
    place: *mut Statics,
    compiling: u32,
    waiting: usize,
}

#[inline(always)]
fn enter() -> Outer {
    let place = state();
    // SAFETY: this thread's own; the reference ends here.
    let statics = unsafe { &mut *place };
    // What waits while nothing is compiled was preloaded.
    let waiting = if statics.compiling == 0 { 0 } else { statics.waiting.len() };
    let outer = Outer { place, compiling: statics.compiling, waiting };
    statics.compiling += 1;
    outer
}

#[inline(always)]
fn leave(outer: &Outer, compiled: *const zend_op_array) {
    // SAFETY: as in `enter`; the thread is the same.
    let statics = unsafe { &mut *outer.place };
    statics.compiling = outer.compiling;
    if statics.waiting.len() > outer.waiting {
        restore_waiting(outer.waiting, compiled);
    }
}

#[cold]
#[inline(never)]
fn restore_waiting(since: usize, compiled: *const zend_op_array) {
    // A panic would be a bug of ours; what it leaves are statics as declared.
    let _ = catch_unwind(|| restore::waiting_since(since, compiled));
}

unsafe extern "C" fn compile_file(handle: *mut zend_file_handle, kind: c_int) -> *mut zend_op_array {
    let outer = enter();
    // SAFETY: what was in our place, with its arguments.
    let result =
        unsafe { std::mem::transmute::<usize, CompileFile>(FILE.load(Ordering::Relaxed))(handle, kind) };
    leave(&outer, result);
    result
}

unsafe extern "C" fn compile_string(
    source: *mut zend_string,
    name: *const c_char,
    position: c_int,
) -> *mut zend_op_array {
    let outer = enter();
    // SAFETY: what was in our place, with its arguments.
    let result = unsafe {
        std::mem::transmute::<usize, CompileString>(STRING.load(Ordering::Relaxed))(source, name, position)
    };
    leave(&outer, result);
    result
}
