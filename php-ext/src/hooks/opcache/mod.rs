//! `opcache_reset()`, `opcache_invalidate()`, `opcache_get_status()`, `opcache_get_configuration()`: OPcache's functions
//! know of the caches.
//!
//! OPcache registers its functions after all modules have started, so ours go in front of them when start-up is
//! over, through `zend_post_startup_cb`. Where OPcache is not loaded, `opcache_reset()` and `opcache_invalidate()` are
//! ours alone, so that what deploys an application need not know.

pub(crate) mod head;
mod restart;
pub(crate) mod state;

use std::ffi::{CStr, CString, c_int};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use ext_php_rs::ffi::{zend_function_entry, zend_hash_str_find, zend_string, zval};

use super::intercept::Original;
use crate::api::args::{Args, Parsed, Thrown};
use crate::api::keys::{is_restricted, is_restricted_quietly};
use crate::api::table::{self, guarded};
use crate::engine::{self, Frame};
use crate::exception;
use crate::info::class;
use crate::ini::{self, Directive};
use crate::messages;
use crate::module::{Backend, local};
use crate::zend::constants as c;

static RESET: Original = Original::none();
static INVALIDATE: Original = Original::none();
static STATUS: Original = Original::none();
static CONFIGURATION: Original = Original::none();

const SUCCESS: c_int = 0;

type Callback = unsafe extern "C" fn() -> c_int;

unsafe extern "C" {
    static mut zend_post_startup_cb: Option<Callback>;
}

/// Who wanted to be called at the end of start-up before us.
static PREVIOUS: AtomicUsize = AtomicUsize::new(0);

/// At module start-up.
pub(super) fn install() {
    // SAFETY: start-up is on one thread.
    unsafe {
        let previous = zend_post_startup_cb;
        if previous.is_some_and(|previous| previous as usize == after_startup as *const () as usize) {
            return;
        }
        PREVIOUS.store(previous.map_or(0, |previous| previous as usize), Ordering::Release);
        zend_post_startup_cb = Some(after_startup);
    }
    restart::install();
}

/// At module shutdown.
pub(super) fn stop() {
    [&RESET, &INVALIDATE, &STATUS, &CONFIGURATION].into_iter().for_each(Original::forget);
    PREVIOUS.store(0, Ordering::Release);
    restart::stop();
}

unsafe extern "C" fn after_startup() -> c_int {
    let previous = PREVIOUS.swap(0, Ordering::AcqRel);
    let result = if previous == 0 {
        SUCCESS
    } else {
        // SAFETY: it was a callback of that type.
        unsafe { std::mem::transmute::<usize, Callback>(previous)() }
    };
    if result == SUCCESS {
        let _ = std::panic::catch_unwind(in_front);
    }
    result
}

fn in_front() {
    if engine::module_is_loaded(c"zend opcache") {
        // One that `disable_functions` lists is not in the table any more, and stays out.
        RESET.replace(c"opcache_reset", reset);
        INVALIDATE.replace(c"opcache_invalidate", invalidate);
        STATUS.replace(c"opcache_get_status", status);
        CONFIGURATION.replace(c"opcache_get_configuration", configuration);
        super::files::in_front();
    } else {
        stand_in();
    }
}

struct StandIns([zend_function_entry; 2]);

// SAFETY: never changed, and what it points at is neither.
unsafe impl Send for StandIns {}
// SAFETY: as above.
unsafe impl Sync for StandIns {}

static STAND_INS: OnceLock<StandIns> = OnceLock::new();

/// Registers what only OPcache has otherwise.
fn stand_in() {
    let disabled = ini::string("disable_functions").unwrap_or_default();
    let wanted = |name: &CStr| {
        let listed = |other: &str| other.trim().eq_ignore_ascii_case(&name.to_string_lossy());
        engine::find_function(name).is_none() && !disabled.split([',', ' ']).any(listed)
    };
    // Start-up may run several times, and what entries point at is never freed.
    let StandIns(made) = STAND_INS.get_or_init(|| {
        let parameters = [(c"filename", table::STRING, None), (c"force", table::BOOL, Some(c"false"))];
        StandIns([
            table::entry("opcache_reset", reset, table::BOOL, &[]),
            table::entry("opcache_invalidate", invalidate, table::BOOL, &parameters),
        ])
    });
    let names = [c"opcache_reset", c"opcache_invalidate"];
    let mut entries: Vec<zend_function_entry> =
        made.iter().zip(names).filter(|(_, name)| wanted(name)).map(|(entry, _)| *entry).collect();
    // SAFETY: a null name ends the table, which the engine copies.
    unsafe {
        entries.push(std::mem::zeroed());
        engine::zend_register_functions(
            std::ptr::null_mut(),
            entries.as_ptr(),
            std::ptr::null_mut(),
            engine::MODULE_PERSISTENT,
        );
    }
}

/// Calls OPcache's function. An error when that threw, or when `opcache.restrict_api` keeps the script out (OPcache has
/// warned then).
///
/// # Safety
/// A handler's frame and result. No Rust value of the caller's needs dropping.
unsafe fn original(which: &Original, frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    if which.is_known() {
        // SAFETY: the caller's word.
        unsafe { which.call(frame, out) };
        if engine::exception_pending() || is_restricted_quietly() { Err(Thrown) } else { Ok(()) }
    } else {
        // SAFETY: the call's own result.
        unsafe { engine::set_bool(out, false) };
        if is_restricted() { Err(Thrown) } else { Ok(()) }
    }
}

/// `opcache_reset(): bool`: also clears both caches of this partition. True when anything was reset.
unsafe extern "C" fn reset(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe {
        guarded(out, || {
            Args::new(frame, 0, 0)?;
            let before = restart::tried();
            original(&RESET, frame, out)?;
            if restart::tried() != before {
                // Not once more: each wait for a lock has been in vain.
                while let Some(failure) = restart::next_failure() {
                    exception::warn(failure);
                }
                return Ok(());
            }
            for backend in Backend::ALL {
                match clear(backend) {
                    Ok(true) => engine::set_bool(out, true),
                    Ok(false) => {}
                    Err(message) => exception::warn(message),
                }
            }
            Ok(())
        });
    }
}

/// Clears a cache. False where there is none.
fn clear(backend: Backend) -> Result<bool, String> {
    // SAFETY: this thread's own; no user code runs below.
    let local = unsafe { &mut (*local()).backends[backend as usize] };
    let Some(session) = local.session(backend) else { return Ok(false) };
    session.clear().map_err(|error| messages::of_error(backend, b"", &error))?;
    crate::statics::reset(backend);
    Ok(true)
}

/// `opcache_invalidate(string $filename, bool $force = false): bool`: also drops the static state of the classes that
/// the file declares. True also when any was dropped, where OPcache itself is not at work or does not know the file.
unsafe extern "C" fn invalidate(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe {
        guarded(out, || {
            let args = Args::new(frame, 1, 2)?;
            let name = args.string(0)?;
            args.flag(1)?;
            original(&INVALIDATE, frame, out)?;
            // OPcache's own parsing leaves the string where it is.
            let found = drop_files(name)?;
            if found == Found::State || (found == Found::File && !INVALIDATE.is_known()) {
                engine::set_bool(out, true);
            }
            Ok(())
        });
    }
}

/// What a name given to `opcache_invalidate()` means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    /// A file's name, whether or not there is such a file.
    File,
    /// A file whose classes had state.
    State,
}

/// Drops the static state of the classes of the file that a name means, as it does for `include`: in the include path, next to the
/// running script, or by a stream wrapper.
///
/// # Safety
/// A live string. A stream wrapper may run user code, and so may a warning: no Rust value of the caller's needs dropping.
unsafe fn drop_files(name: *mut zend_string) -> Parsed<Found> {
    // SAFETY: the caller's word.
    unsafe {
        let bytes = engine::bytes(name);
        if bytes.contains(&0) {
            return Ok(Found::Nothing);
        }
        if !bytes.starts_with(b"/") {
            let resolved = super::files::resolve(name);
            if engine::exception_pending() {
                return Err(Thrown);
            }
            if let Some(resolved) = resolved {
                let found = drop_state(engine::bytes(resolved));
                engine::release_string(resolved);
                return Ok(found);
            }
            // What is no file of the system's has its class by this very name.
            if bytes.windows(3).any(|part| part == b"://") {
                return Ok(drop_state(bytes));
            }
        }
        // Also of files that are gone.
        let mut room = [0; engine::LONGEST_PATH];
        let Ok(path) = CString::new(bytes) else { return Ok(Found::Nothing) };
        let file = engine::resolve_path(&path, &mut room);
        // A warning may leave by a jump.
        drop(path);
        Ok(drop_state(file))
    }
}

/// Drops the state of the classes that a file declares from both caches, and warns of what stays. May leave by a jump.
fn drop_state(file: &[u8]) -> Found {
    let mut found = Found::File;
    for backend in Backend::ALL {
        let (any, all) = state::drop_file(backend, file);
        if any {
            found = Found::State;
        }
        if let Err(message) = all {
            exception::warn(message);
        }
    }
    found
}

/// `opcache_get_status(bool $include_scripts = true): array|false`: also carries the caches' own.
unsafe extern "C" fn status(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine; the objects are new and the array takes them over.
    unsafe {
        guarded(out, || {
            original(&STATUS, frame, out)?;
            if engine::slot(out).kind() == c::IS_ARRAY {
                for (backend, name) in
                    [(Backend::Volatile, c"volatile_cache"), (Backend::Pinned, c"pinned_cache")]
                {
                    let mut info = std::mem::MaybeUninit::<zval>::zeroed();
                    class::create(backend, info.as_mut_ptr());
                    engine::add_assoc_zval_ex(out, name.as_ptr(), name.count_bytes(), info.as_mut_ptr());
                }
            }
            Ok(())
        });
    }
}

/// `opcache_get_configuration(): array|false`: its directives are also ours. Sizes are in bytes, as OPcache's own are.
unsafe extern "C" fn configuration(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine; what the call made is not shared with anybody yet.
    unsafe {
        guarded(out, || {
            original(&CONFIGURATION, frame, out)?;
            let directives = if engine::slot(out).kind() == c::IS_ARRAY {
                let name = c"directives";
                zend_hash_str_find((*out).value.arr, name.as_ptr(), name.count_bytes())
            } else {
                std::ptr::null_mut()
            };
            if directives.is_null() || engine::slot(directives).kind() != c::IS_ARRAY {
                return Ok(());
            }
            for (name, directive) in ini::effective() {
                let mut value = std::mem::MaybeUninit::<zval>::zeroed();
                match directive {
                    Directive::Number(number) => engine::set_int(value.as_mut_ptr(), number),
                    Directive::Switch(on) => engine::set_bool(value.as_mut_ptr(), on),
                }
                engine::add_assoc_zval_ex(directives, name.as_ptr(), name.count_bytes(), value.as_mut_ptr());
            }
            Ok(())
        });
    }
}
