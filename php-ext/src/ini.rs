//! Directives.

use std::ffi::{CStr, c_int, c_void};
use std::ptr;

use ext_php_rs::ffi::{
    PHP_INI_SYSTEM, zend_ini_entry, zend_ini_entry_def, zend_register_ini_entries, zend_string,
};
use ext_php_rs::zend::SapiGlobals;

use crate::engine;
use crate::zend::constants as c;

const PREFIX: &str = "opcache.static_cache.";
const SUCCESS: c_int = 0;
const FAILURE: c_int = -1;
/// `ZEND_INI_STAGE_STARTUP` and `ZEND_INI_STAGE_ACTIVATE`.
const AT_STARTUP: c_int = 1;
const AT_ACTIVATION: c_int = 4;

/// The largest size of a backend.
pub(crate) const LARGEST_MIB: usize = 65_536;
const LONGEST_WAIT_MS: u64 = 3_600_000;
const DEFAULT_WAIT_MS: u64 = 5_000;
/// The largest number of reader slots.
pub(crate) const MOST_READERS: u64 = 65_535;
const DEFAULT_READERS: u64 = 256;

/// A backend's size.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// In MiB; 0 is off.
    Mib(usize),
    /// Not a size; why the backend is off.
    Wrong(String),
}

/// What the directives say.
pub(crate) struct Settings {
    pub(crate) sizes: [Size; 2],
    pub(crate) allow_unsafe: bool,
    pub(crate) lock_timeout_ms: u64,
    pub(crate) readers: u32,
    /// For the log, in the order of the directives.
    pub(crate) warnings: Vec<String>,
}

/// A change is accepted while PHP starts, and where a pool's configuration is applied, which happens outside of
/// any request. A request can bring values of its own for system directives (FastCGI's `PHP_ADMIN_VALUE`): those
/// must not count.
unsafe extern "C" fn on_modify(
    _entry: *mut zend_ini_entry,
    _value: *mut zend_string,
    _first: *mut c_void,
    _second: *mut c_void,
    _third: *mut c_void,
    stage: c_int,
) -> c_int {
    let accepted = match stage {
        AT_STARTUP => true,
        AT_ACTIVATION => SapiGlobals::get().server_context.is_null(),
        _ => false,
    };
    if accepted { SUCCESS } else { FAILURE }
}

const fn entry(name: &'static CStr, value: &'static CStr) -> zend_ini_entry_def {
    zend_ini_entry_def {
        name: name.as_ptr(),
        on_modify: Some(on_modify),
        mh_arg1: ptr::null_mut(),
        mh_arg2: ptr::null_mut(),
        mh_arg3: ptr::null_mut(),
        value: value.as_ptr(),
        displayer: None,
        value_length: value.count_bytes() as u32,
        name_length: name.count_bytes() as u16,
        modifiable: PHP_INI_SYSTEM as u8,
    }
}

struct Table([zend_ini_entry_def; 6]);

// SAFETY: constant data.
unsafe impl Sync for Table {}

static TABLE: Table = Table([
    entry(c"opcache.static_cache.volatile_size_mb", c"8"),
    entry(c"opcache.static_cache.pinned_size_mb", c"8"),
    entry(c"opcache.static_cache.allow_unsafe_runtime", c"0"),
    entry(c"opcache.static_cache.lock_timeout_ms", c"5000"),
    entry(c"opcache.static_cache.readers", c"256"),
    // SAFETY: a null name ends the list.
    unsafe { std::mem::zeroed() },
]);

/// Registers the directives. Called at module start-up.
pub(crate) fn register(module: c_int) {
    // SAFETY: the table is constant and ends with a null name.
    unsafe { zend_register_ini_entries(TABLE.0.as_ptr(), module) };
}

/// Reads the directives.
pub(crate) fn settings() -> Settings {
    let mut warnings = Vec::new();
    let sizes = ["volatile_size_mb", "pinned_size_mb"].map(|name| {
        let size = parse_size(name, &read(name));
        if let Size::Wrong(warning) = &size {
            warnings.push(warning.clone());
        }
        size
    });
    let mut number = |name: &str, range: std::ops::RangeInclusive<u64>, unit: &str, default: u64| {
        let value = read(name);
        parse_number(&value).filter(|number| range.contains(number)).unwrap_or_else(|| {
            let (least, most) = (range.start(), range.end());
            warnings.push(format!(
                "{PREFIX}{name} must be {least} to {most}{unit}, \"{value}\" given; {default} is used"
            ));
            default
        })
    };
    let lock_timeout_ms = number("lock_timeout_ms", 0..=LONGEST_WAIT_MS, " (milliseconds)", DEFAULT_WAIT_MS);
    let readers = number("readers", 1..=MOST_READERS, "", DEFAULT_READERS) as u32;
    let unsafe_runtime = read("allow_unsafe_runtime");
    // What PHP itself makes of `on`, `yes` and `true` in a file is "1", of the others "".
    let allow_unsafe = match unsafe_runtime.to_ascii_lowercase().as_str() {
        "1" | "on" | "yes" | "true" => true,
        "" | "0" | "off" | "no" | "false" | "none" => false,
        _ => {
            warnings.push(format!(
                "{PREFIX}allow_unsafe_runtime must be 0 or 1, \"{unsafe_runtime}\" given; 0 is used"
            ));
            false
        }
    };
    Settings { sizes, allow_unsafe, lock_timeout_ms, readers, warnings }
}

/// A directive as `opcache_get_configuration()` gives it.
pub(crate) enum Directive {
    Number(i64),
    Switch(bool),
}

/// The directives in their order, as they count: what is wrong is as if it were not there, a size is in bytes.
pub(crate) fn effective() -> [(&'static CStr, Directive); 5] {
    let Settings { sizes, allow_unsafe, lock_timeout_ms, readers, .. } = settings();
    let bytes = |size: &Size| match size {
        Size::Mib(mib) => Directive::Number((mib << 20) as i64),
        Size::Wrong(_) => Directive::Number(0),
    };
    [
        (c"opcache.static_cache.volatile_size_mb", bytes(&sizes[0])),
        (c"opcache.static_cache.pinned_size_mb", bytes(&sizes[1])),
        (c"opcache.static_cache.allow_unsafe_runtime", Directive::Switch(allow_unsafe)),
        (c"opcache.static_cache.lock_timeout_ms", Directive::Number(lock_timeout_ms as i64)),
        (c"opcache.static_cache.readers", Directive::Number(i64::from(readers))),
    ]
}

fn parse_number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn parse_size(name: &str, value: &str) -> Size {
    match parse_number(value).and_then(|mib| usize::try_from(mib).ok()) {
        Some(mib) if mib <= LARGEST_MIB => Size::Mib(mib),
        _ => {
            // In a file, PHP itself makes that of `off`.
            let remedy = if value.is_empty() { " (0 switches it off)" } else { "" };
            Size::Wrong(format!(
                "{PREFIX}{name} must be 0 to disable the backend, or 1 to {LARGEST_MIB} (MiB), \"{value}\" given{remedy}; the backend is disabled"
            ))
        }
    }
}

fn read(name: &str) -> String {
    string(&format!("{PREFIX}{name}")).unwrap_or_default().trim().to_owned()
}

/// The value of any directive; `None` when there is none. Of one that no loaded module has (OPcache's, where that is not there): what
/// the configuration says.
pub(crate) fn string(name: &str) -> Option<String> {
    let mut exists = false;
    // SAFETY: name and length belong together; the result, if any, is a C string of the engine's. The configuration's values live as
    // long as the process, and none of them changes while requests run.
    unsafe {
        let value = engine::zend_ini_string_ex(name.as_ptr().cast(), name.len(), 0, &raw mut exists);
        if exists && !value.is_null() {
            return Some(CStr::from_ptr(value).to_string_lossy().into_owned());
        }
        let given =
            if exists { ptr::null_mut() } else { engine::cfg_get_entry(name.as_ptr().cast(), name.len()) };
        // Not `name[] = value`, which is an array.
        let given =
            given.as_ref().map(|given| engine::slot(given)).filter(|given| given.kind() == c::IS_STRING)?;
        Some(String::from_utf8_lossy(given.text().bytes()).into_owned())
    }
}
