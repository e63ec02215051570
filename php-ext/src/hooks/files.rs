//! Names of files that PHP runs.
//!
//! OPcache makes keys of the names by which files are included, and counts the string for a moment: that would be a write to
//! shared memory. (It need not for names in code, which it has in its own memory.) So it gets a copy of what came from there.
//!
//! A file that `opcache_compile_file()` makes known brings classes whose static state is restored when it has come back.

use std::sync::atomic::{AtomicUsize, Ordering};

use ext_php_rs::ffi::{zend_file_handle, zend_string, zval};

use super::intercept::Original;
use super::names::copy_first;
use crate::engine::{self, Frame, slot};
use crate::statics;
use crate::zend::constants as c;
use crate::zend::live::Text;

type ResolvePath = unsafe extern "C" fn(*mut zend_string) -> *mut zend_string;

unsafe extern "C" {
    static mut zend_resolve_path: Option<ResolvePath>;
}

/// What answered before.
static RESOLVE: AtomicUsize = AtomicUsize::new(0);

static COMPILE: Original = Original::none();

/// At the end of start-up, OPcache being loaded.
pub(super) fn in_front() {
    COMPILE.replace(c"opcache_compile_file", compile_file);
}

/// At the first request, when OPcache has put its functions in place.
pub(crate) fn install() {
    // SAFETY: the engine's variable, of this type. A thread that reads it at this moment calls what was there before.
    unsafe {
        if let Some(before) = zend_resolve_path {
            RESOLVE.store(before as usize, Ordering::Release);
            zend_resolve_path = Some(resolve_path);
        }
    }
}

/// At module shutdown.
pub(crate) fn stop() {
    COMPILE.forget();
    // SAFETY: as above; on one thread.
    unsafe {
        if zend_resolve_path.is_some_and(|now| now as usize == resolve_path as *const () as usize) {
            zend_resolve_path =
                std::mem::transmute::<usize, Option<ResolvePath>>(RESOLVE.load(Ordering::Acquire));
        }
    }
}

/// The file that a name means for `include`; `None` if there is none. The caller holds the result.
///
/// # Safety
/// A live string, in a request. May run a stream wrapper's user code, and throw.
pub(super) unsafe fn resolve(name: *mut zend_string) -> Option<*mut zend_string> {
    // SAFETY: the caller's word.
    let resolved = unsafe { zend_resolve_path?(name) };
    (!resolved.is_null()).then_some(resolved)
}

/// Whether a file that is about to be compiled has a name that nobody counts, and that is not the process's.
///
/// # Safety
/// The engine's handle of that file.
#[inline(always)]
pub(crate) unsafe fn has_shared_name(handle: *const zend_file_handle) -> bool {
    // SAFETY: the caller's word; a file may have no name.
    unsafe { !(*handle).filename.is_null() && may_be_shared((*handle).filename) }
}

/// Gives such a file a name of its own.
///
/// # Safety
/// As for [`has_shared_name`]. May leave by a jump (memory limit).
pub(crate) unsafe fn give_own_name(handle: *mut zend_file_handle) {
    // SAFETY: the caller's word. Nobody counts the name that the handle had.
    unsafe {
        (*handle).filename = copy((*handle).filename);
    }
}

/// # Safety
/// A live string.
#[inline(always)]
unsafe fn may_be_shared(name: *mut zend_string) -> bool {
    // SAFETY: the caller's word.
    let info = unsafe { (*name.cast::<Text>()).gc.info };
    info & (c::STR_INTERNED | c::STR_PERMANENT) == c::STR_INTERNED
}

/// # Safety
/// A live string.
#[cold]
unsafe fn copy(name: *mut zend_string) -> *mut zend_string {
    // SAFETY: the caller's word.
    unsafe {
        let bytes = engine::bytes(name);
        ext_php_rs::ffi::ext_php_rs_zend_string_init(bytes.as_ptr().cast(), bytes.len(), false)
    }
}

unsafe extern "C" fn resolve_path(name: *mut zend_string) -> *mut zend_string {
    // SAFETY: what was in our place, with its argument: a live string, or a copy that is released here. The result is counted
    // for the caller.
    unsafe {
        let before = std::mem::transmute::<usize, ResolvePath>(RESOLVE.load(Ordering::Relaxed));
        if !may_be_shared(name) {
            return before(name);
        }
        let own = copy(name);
        let resolved = before(own);
        engine::release_string(own);
        resolved
    }
}

unsafe extern "C" fn compile_file(frame: *mut Frame, out: *mut zval) {
    // SAFETY: the engine's call, passed on.
    unsafe {
        if copy_first(frame) {
            statics::past_the_engine(|| {
                COMPILE.call(frame, out);
                slot(out).kind() == c::IS_TRUE
            });
        }
    }
}
