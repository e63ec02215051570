//! Start-up and shutdown of the module and of requests.

use std::ffi::{CStr, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};

use ext_php_rs::builders::ModuleBuilder;
use ext_php_rs::zend::{ModuleEntry, SapiModule, StaticModuleEntry};

use super::local::{self, local};
use super::{fork, order, partition, stacks};
use crate::{api, engine, exception, hooks, info, ini, sapi, statics};

const SUCCESS: c_int = 0;

/// What PHP asks the library for.
#[allow(unreachable_pub, reason = "exported by its name")]
#[unsafe(no_mangle)]
pub extern "C" fn get_module() -> *mut ModuleEntry {
    static MODULE: StaticModuleEntry = StaticModuleEntry::new();
    MODULE.get_or_init(|| {
        #[allow(clippy::expect_used, reason = "without an entry there is nothing to return")]
        let (mut entry, _classes, owned): (ModuleEntry, _, _) =
            ModuleBuilder::new("static_cache", env!("CARGO_PKG_VERSION"))
                .info_function(info::phpinfo::print)
                .try_into()
                .expect("the module's name has no NUL");
        entry.deps = order::dependencies();
        entry.functions = api::table::functions();
        entry.module_startup_func = Some(startup);
        entry.module_shutdown_func = Some(shutdown);
        entry.request_startup_func = Some(before_request);
        entry.request_shutdown_func = Some(before_end);
        entry.post_deactivate_func = Some(after_request);
        (entry, owned)
    })
}

/// The SAPI's name.
pub(super) fn sapi_name() -> String {
    let name = SapiModule::get().name;
    if name.is_null() {
        return String::new();
    }
    // SAFETY: a SAPI's name is a C string that lasts as long as the process.
    unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
}

extern "C" fn startup(kind: c_int, module: c_int) -> c_int {
    let _ = catch_unwind(|| {
        local::keep();
        if kind != engine::MODULE_PERSISTENT {
            refuse_request();
            return;
        }
        if info::class::exists_already() {
            warn_at_startup(
                "static_cache: this PHP already has OPcache\\StaticCacheInfo; the extension is not loaded",
            );
            api::table::withdraw();
            return;
        }
        ini::register(module);
        exception::register();
        info::class::register_class();
        let settings = ini::settings();
        for warning in &settings.warnings {
            warn_at_startup(warning);
        }
        crate::objects::dates::start();
        crate::zend::allocator::learn();
        engine::reserve_word();
        statics::install();
        hooks::install();
        stacks::install();
        engine::observe_fibers();
        stay_loaded();
        fork::watch();
        partition::install(sapi::policy(&sapi_name(), settings.allow_unsafe), &settings);
        for warning in partition::failures(&settings) {
            warn_at_startup(&warning);
        }
    });
    SUCCESS
}

/// Loaded by `dl()`, for one request: what the module puts into the engine's functions and classes is for the whole process, and
/// where OPcache is at work the engine frees names of such a module's enums twice. So there are no functions then.
fn refuse_request() {
    api::table::withdraw();
    stay_loaded();
    // Not a warning, which a script's error handler would get in the middle of this.
    let text =
        c"static_cache cannot be loaded by dl(); load it with extension=static_cache in php.ini".as_ptr();
    // SAFETY: constant texts; nothing here needs dropping, should the output end the request by a jump.
    unsafe { engine::zend_error(ext_php_rs::ffi::E_CORE_WARNING as c_int, c"%s".as_ptr(), text) };
}

fn warn_at_startup(message: &str) {
    let text = exception::stage_bytes(message.as_bytes());
    // SAFETY: the engine copies the text; no script runs yet that could handle it.
    unsafe { engine::zend_error(ext_php_rs::ffi::E_WARNING as c_int, c"%s".as_ptr(), text) };
}

extern "C" fn shutdown(_kind: c_int, module: c_int) -> c_int {
    let _ = catch_unwind(|| {
        // SAFETY: no request runs on this thread any more.
        unsafe { &mut *local() }.close();
        statics::uninstall();
        hooks::uninstall();
        partition::remove();
    });
    // SAFETY: the entries were registered under this number (or none were).
    unsafe { engine::zend_unregister_ini_entries(module) };
    SUCCESS
}

/// A request begins; no user code has run in it.
extern "C" fn before_request(_kind: c_int, _module: c_int) -> c_int {
    let local = local::keep();
    if sapi::fpm::has_to_select() {
        select_pool();
    }
    let mut may_have_preloaded = true;
    let _ = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: between requests nothing else uses the thread's state.
        let local = unsafe { &mut *local };
        local.begin_request();
        may_have_preloaded = local.statics.may_have_preloaded();
    }));
    statics::begin_request(may_have_preloaded);
    SUCCESS
}

/// A worker's first request.
#[cold]
#[inline(never)]
fn select_pool() {
    let lines = catch_unwind(sapi::fpm::select).unwrap_or_default();
    for line in &lines {
        let text = exception::stage_bytes(line.as_bytes());
        // SAFETY: the engine writes the text to its log and returns.
        unsafe { engine::php_log_err_with_severity(text, libc::LOG_WARNING) };
    }
}

/// User code has come to its end, the executor is still there.
extern "C" fn before_end(_kind: c_int, _module: c_int) -> c_int {
    let has_targets = {
        // SAFETY: this thread's own; no user code runs while the reference lives.
        let local = unsafe { &mut *local() };
        local.objects.before_end();
        local.statics.has_targets()
    };
    if has_targets {
        statics::publish::at_end();
    }
    SUCCESS
}

/// The request is over: the executor is gone, ini values are restored, nothing points at cached values any more. (At
/// `RSHUTDOWN` all that is still to come.) What the engine drops later still got copies, see [`hooks`].
unsafe extern "C" fn after_request() -> c_int {
    // A panic would be a bug of ours; here it would end the process.
    let _ = catch_unwind(|| {
        // SAFETY: between requests nothing else uses the thread's state.
        let local = unsafe { &mut *local() };
        local.invalidated.clear();
        for backend in &mut local.backends {
            if backend.used {
                backend.end_request();
            }
        }
        local.forget_unfinished();
        local.objects.end_request();
        local.statics.end_request();
    });
    SUCCESS
}

/// Fork handlers cannot be taken back, so the code must not go away under them when a server unloads and reloads
/// the module in one process.
fn stay_loaded() {
    let mut found = std::mem::MaybeUninit::<libc::Dl_info>::uninit();
    // SAFETY: any address of ours will do; the result is used only when the call says that it is there.
    unsafe {
        if libc::dladdr(get_module as *const _, found.as_mut_ptr()) != 0 {
            let name = CStr::from_ptr(found.assume_init().dli_fname);
            libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_NODELETE | libc::RTLD_NOLOAD);
        }
    }
}
