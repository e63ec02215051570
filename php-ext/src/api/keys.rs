//! `*_keys`, `*_cache_info`, and who may call the functions that show or remove everything.

use ext_php_rs::ffi::{_zend_new_array, zend_hash_next_index_insert, zval};
use ext_php_rs::types::ZendHashTable;
use ext_php_rs::zend::SapiGlobals;
use static_cache_core::Space;

use super::args::{Args, Parsed};
use super::table::{fenced, guarded};
use crate::engine::{self, Frame};
use crate::module::{Backend, local};
use crate::{exception, info, ini};

/// OPcache's own words, so that logs can be searched for one text.
const RESTRICTED: &str = "Zend OPcache API is restricted by \"restrict_api\" configuration directive";

/// Whether `opcache.restrict_api` keeps the running script out; warns if so.
pub(crate) fn is_restricted() -> bool {
    let restricted = is_restricted_quietly();
    if restricted {
        exception::warn(RESTRICTED);
    }
    restricted
}

/// The same without a warning.
pub(crate) fn is_restricted_quietly() -> bool {
    let Some(path) = ini::string("opcache.restrict_api").filter(|path| !path.is_empty()) else {
        return false;
    };
    let globals = SapiGlobals::get();
    !globals.request_info().path_translated().is_some_and(|script| script.starts_with(&path))
}

/// `keys(string $prefix = '', int $limit = 0): array`
pub(super) unsafe extern "C" fn keys<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    let _ = unsafe { keys_inner(Backend::of(B), frame, out) };
}

/// Allocates from the engine, which may leave by a jump: the keys wait in the thread's own buffer.
unsafe fn keys_inner(backend: Backend, frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    // SAFETY: the running call's frame, the call's own result.
    unsafe {
        let args = Args::new(frame, 0, 2)?;
        let prefix = if args.get(0).is_some() { engine::bytes(args.string(0)?) } else { b"" };
        let limit = args.natural(1)?;
        let result = _zend_new_array(0).cast::<ZendHashTable>();
        engine::set_array(out, result);
        if is_restricted() {
            return Ok(());
        }
        let local = &mut *local();
        let Some(session) = local.backends[backend as usize].session(backend) else { return Ok(()) };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        local.keys = fenced(|| session.keys(Space::Key, prefix, limit));
        for key in &local.keys {
            let mut value = std::mem::MaybeUninit::<zval>::zeroed();
            engine::set_string(value.as_mut_ptr(), key);
            zend_hash_next_index_insert(result, value.as_mut_ptr());
        }
        local.keys = Vec::new();
    }
    Ok(())
}

/// `cache_info(): StaticCacheInfo`
pub(super) unsafe extern "C" fn cache_info<const B: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe {
        guarded(out, || {
            Args::new(frame, 0, 0)?;
            let backend = Backend::of(B);
            if is_restricted_quietly() {
                // A warning names the function, and with it the backend.
                exception::throw(format!("{} cache: {RESTRICTED}", backend.name()));
                return Ok(());
            }
            info::class::create(backend, out);
            Ok(())
        });
    }
}
