//! What has to wait until a file is compiled.
//!
//! Classes may be linked while the engine compiles their file, or while OPcache copies its classes; no user code may run
//! then. So targets whose restore runs some wait for the end of the compilation, which is before the file's code runs. The
//! functions that the engine calls to compile are replaced at the first request, when OPcache has replaced them.
//!
//! User code does run in the middle of a compilation where the engine calls it: to open the file (stream wrappers, filters), or to
//! handle what the compiler complains of. What that links is linked by a running script, and waits for nothing. It is told by
//! the running frame: the compiler has none of its own, and works for one that includes. A fiber may be suspended in such
//! code, so compilations need not end in the order of their beginning. One that an error ends by a jump counts as going on until the
//! request ends, if the script goes on without it: what waited for its end stays alone, since its classes may be gone.
//!
//! `opcache_compile_file()` calls OPcache's function itself, past the engine's: see [`past_the_engine`].

use std::ffi::{c_char, c_int};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ext_php_rs::ffi::{zend_execute_data, zend_file_handle, zend_op, zend_op_array, zend_string};

use super::engine::{self, CompileFile, CompileString};
use super::{Statics, restore, state, straight, with};
use crate::engine::loaded_class;
use crate::hooks::{files, loaders};
use crate::zend::constants as c;

static INSTALLED: AtomicBool = AtomicBool::new(false);
static FILE: AtomicUsize = AtomicUsize::new(0);
static STRING: AtomicUsize = AtomicUsize::new(0);

/// At module start-up: the engine has its own functions again.
pub(super) fn start() {
    INSTALLED.store(false, Ordering::Release);
    // Otherwise a default that names a constant would be its value, or the expression as written, by whether somebody has defined the
    // constant when the file is compiled, and by whether OPcache caches the file, which compiles like this. (Constants of PHP
    // itself are always their values.)
    // SAFETY: this thread's own globals; other threads begin with what they are after start-up.
    unsafe {
        (*ext_php_rs::ffi::ext_php_rs_compiler_globals()).compiler_options |=
            c::ZEND_COMPILE_NO_CONSTANT_SUBSTITUTION;
    }
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
    files::install();
    loaders::watch();
}

/// At module shutdown.
pub(super) fn stop() {
    files::stop();
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

impl Statics {
    /// Whether this thread is in the compiler, other than in code that runs in the middle of a compilation.
    #[inline]
    pub(super) fn is_in_compiler(&self) -> bool {
        self.compiling > 0 && is_for_the_compiler()
    }
}

/// Whether the running frame is one that the compiler works for: that of an `include` or `eval`, of an internal function, or none
/// (the first file). It stays that when an error handler has thrown meanwhile: the engine looks for exceptions when the file is compiled.
#[cold]
fn is_for_the_compiler() -> bool {
    // SAFETY: this thread's own globals; frames are live.
    unsafe {
        let frame = (*ext_php_rs::ffi::ext_php_rs_executor_globals()).current_execute_data;
        frame.is_null()
            || (*frame).func.is_null()
            || crate::engine::is_internal((*frame).func)
            || straight::current(frame).is_none_or(is_include)
    }
}

/// What waited already when a compilation began.
struct Outer {
    place: *mut Statics,
    /// What has come since has this number or a greater one.
    turn: u32,
}

#[inline(always)]
fn enter() -> Outer {
    let place = state();
    // SAFETY: this thread's own; the reference ends here.
    let statics = unsafe { &mut *place };
    let outer = Outer { place, turn: statics.waiting.next() };
    statics.compiling += 1;
    statics.declarations.compiling();
    outer
}

#[inline(always)]
fn leave(outer: &Outer, compiled: *const zend_op_array) {
    // SAFETY: as in `enter`; the thread is the same.
    let statics = unsafe { &mut *outer.place };
    statics.compiling -= 1;
    statics.declarations.compiling();
    if !statics.waiting.is_empty() {
        restore_waiting(outer, compiled);
    }
}

#[cold]
#[inline(never)]
fn restore_waiting(outer: &Outer, compiled: *const zend_op_array) {
    // What waits while nothing is compiled was preloaded, or was left by a compilation that ended after one that began later. Or another
    // one's end has still to restore it, and loads this file for what came before: what comes next may need what the file declares.
    // SAFETY: as in `enter`; the reference ends here.
    let (since, is_any) = unsafe {
        let statics = &*outer.place;
        let is_within = statics.compiling > 0 || statics.ending.contains(&fiber());
        let since = if is_within { outer.turn } else { 0 };
        (since, statics.waiting.is_any_since(since))
    };
    if is_any {
        if !compiled.is_null() {
            // SAFETY: the caller's; nothing here needs dropping.
            unsafe { note_included(compiled) };
        }
        // A panic would be a bug of ours; what it leaves are statics as declared. What is thrown before the first file runs would end
        // the request at once (PHP 8.2), or be no reason not to run the file.
        let restore = || {
            if !compiled.is_null() {
                with(|statics| {
                    statics.compiled.push(compiled);
                    statics.straight.forget();
                });
            }
            while_ending(|| restore::waiting_since(since));
            with(|statics| {
                let at = statics.compiled.iter().rposition(|file| std::ptr::eq(*file, compiled));
                at.map(|at| statics.compiled.remove(at))
            });
        };
        crate::engine::in_some_frame(|| drop(catch_unwind(restore)));
    }
}

/// Runs what restores waiting targets. Compilations within it leave these to it.
pub(super) fn while_ending(restore: impl FnOnce()) {
    with(|statics| statics.ending.push(fiber()));
    restore();
    // A fiber may have been suspended there, and others begun.
    with(|statics| {
        let at = statics.ending.iter().rposition(|other| *other == fiber());
        at.map(|at| statics.ending.remove(at));
    });
}

/// The fiber that runs, by its address; what is outside of fibers is one, too.
pub(super) fn fiber() -> usize {
    // SAFETY: this thread's own globals.
    unsafe { (*ext_php_rs::ffi::ext_php_rs_executor_globals()).current_fiber_context.addr() }
}

/// A compilation, or copying of classes, that the engine's functions are not called for. `compile` says whether there is a result: if not, an
/// error may have ended it by a jump, which OPcache has caught, and left classes undeclared.
///
/// # Safety
/// No Rust value of the caller's needs dropping: user code may run afterwards, and a jump may leave.
pub(crate) unsafe fn past_the_engine(compile: impl FnOnce() -> bool) {
    let outer = enter();
    let has_result = compile();
    // SAFETY: as in `leave`.
    if !has_result && unsafe { (*outer.place).waiting.is_any_since(outer.turn) } {
        forget_undeclared(outer.turn);
    }
    // The file is neither run nor included.
    leave(&outer, std::ptr::null());
}

/// An error has ended what is over: classes that are not there nobody waits for.
#[cold]
fn forget_undeclared(since: u32) {
    with(|statics| {
        let targets = &statics.targets;
        statics.waiting.retain(|turn| {
            let class = targets[turn.target as usize].class;
            // SAFETY: a class that was linked in this request: what it was copied from is there yet. Nothing is loaded.
            !turn.is_since(since) || unsafe { std::ptr::eq(loaded_class((*class).name), class) }
        });
    });
}

/// Notes that a file is included, as the engine does when we have returned: `require_once` in an autoloader would have it compiled
/// once more, and declare its classes again. (For `include_once` and `require_once` the engine has done so before; OPcache does.)
///
/// # Safety
/// What has been compiled. A jump may leave (memory limit): no Rust value of the caller's needs dropping.
unsafe fn note_included(compiled: *const zend_op_array) {
    // SAFETY: the caller's word; this thread's own globals; a running frame is live.
    unsafe {
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        let frame = (*globals).current_execute_data;
        // The path that it was found at. (What comes first need not be a file.)
        let name = (*compiled).filename;
        let is_file = if frame.is_null() {
            crate::engine::bytes(name).starts_with(b"/")
        } else {
            is_plain_include(frame)
        };
        if is_file {
            engine::zend_hash_add_empty_element(&raw mut (*globals).included_files, name);
        }
    }
}

/// Whether a frame is at an `include` or a `require`.
unsafe fn is_plain_include(frame: *const zend_execute_data) -> bool {
    // SAFETY: the caller's live frame.
    unsafe {
        !(*frame).func.is_null()
            && !crate::engine::is_internal((*frame).func)
            && straight::current(frame).is_some_and(|at| {
                is_include(at) && [c::ZEND_INCLUDE, c::ZEND_REQUIRE].contains(&at.extended_value)
            })
    }
}

/// Any kind of `include` or `require`, or `eval`.
fn is_include(operation: &zend_op) -> bool {
    u32::from(operation.opcode) == c::ZEND_INCLUDE_OR_EVAL
}

unsafe extern "C" fn compile_file(handle: *mut zend_file_handle, kind: c_int) -> *mut zend_op_array {
    // SAFETY: the engine's call.
    unsafe {
        if files::has_shared_name(handle) { compile_by_own_name(handle, kind) } else { compile(handle, kind) }
    }
}

/// # Safety
/// The engine's call.
#[inline(always)]
unsafe fn compile(handle: *mut zend_file_handle, kind: c_int) -> *mut zend_op_array {
    let outer = enter();
    // SAFETY: what was in our place, with its arguments.
    let result =
        unsafe { std::mem::transmute::<usize, CompileFile>(FILE.load(Ordering::Relaxed))(handle, kind) };
    leave(&outer, result);
    result
}

/// [`compile`] with a name that is the file's own.
///
/// # Safety
/// The engine's call.
#[cold]
#[inline(never)]
unsafe fn compile_by_own_name(handle: *mut zend_file_handle, kind: c_int) -> *mut zend_op_array {
    // SAFETY: the engine's handle. A jump leaves before anything has begun.
    unsafe {
        files::give_own_name(handle);
        compile(handle, kind)
    }
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
