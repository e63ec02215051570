//! The table of functions: names, parameters, types, defaults.

use std::ffi::{CStr, CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::OnceLock;

use ext_php_rs::ffi::{
    IS_CALLABLE, MAY_BE_ANY, zend_function_entry, zend_internal_arg_info, zend_type, zval,
};

use super::args::Parsed;
use super::{array, atomic, fetch, fetch_array, keys, remember, remove, reserve, store};
use crate::engine::{Frame, builtin};
use crate::module::partition;
use crate::statics::static_publish::static_publish;
use crate::zend::constants as c;
use crate::{engine, exception};

/// A handler of a function.
pub(crate) type Handler = unsafe extern "C" fn(*mut Frame, *mut zval);

/// `bool`
pub(crate) const BOOL: u32 = 1 << c::IS_FALSE | 1 << c::IS_TRUE;
const INT: u32 = 1 << c::IS_LONG;
/// `string`
pub(crate) const STRING: u32 = 1 << c::IS_STRING;
const ARRAY: u32 = 1 << c::IS_ARRAY;
const NULL: u32 = 1 << c::IS_NULL;
const CALLABLE: u32 = 1 << IS_CALLABLE;
const MIXED: u32 = MAY_BE_ANY;

/// A parameter: name, type, default.
pub(crate) type Parameter = (&'static CStr, u32, Option<&'static CStr>);

const KEY: Parameter = (c"key", STRING, None);
const VALUE: Parameter = (c"value", MIXED, None);
const TTL: Parameter = (c"ttl", INT, Some(c"0"));
const THROW: Parameter = (c"throw_on_error", BOOL, Some(c"false"));
const KEYS: Parameter = (c"keys", ARRAY, None);
const STEP: Parameter = (c"step", INT, Some(c"1"));
const BUILD: Parameter = (c"build", CALLABLE, None);

/// A function: name without prefix, handler, return type (0: the class of `cache_info`), parameters.
struct Function {
    name: String,
    handler: Handler,
    returns: u32,
    parameters: Vec<Parameter>,
}

/// The functions that both backends have.
fn of_backend<const B: usize>(prefix: &str, ttl: &[Parameter]) -> Vec<Function> {
    let with_ttl = |first: &[Parameter]| [first, ttl, &[THROW]].concat();
    let function = |name: &str, handler: Handler, returns, parameters: Vec<Parameter>| Function {
        name: format!("{prefix}_{name}"),
        handler,
        returns,
        parameters,
    };
    vec![
        function("store", store::store::<B>, BOOL, with_ttl(&[KEY, VALUE])),
        function("store_array", array::store_array::<B>, BOOL, with_ttl(&[(c"values", ARRAY, None)])),
        function("fetch", fetch::fetch::<B>, MIXED, vec![KEY, (c"default", MIXED, Some(c"null")), THROW]),
        function(
            "fetch_array",
            fetch_array::fetch_array::<B>,
            ARRAY,
            vec![KEYS, (c"default", ARRAY | NULL, Some(c"null")), THROW],
        ),
        function("exists", fetch::exists::<B>, BOOL, vec![KEY, THROW]),
        function("lock", reserve::lock::<B>, BOOL, vec![KEY, (c"lease", INT, Some(c"0")), THROW]),
        function("unlock", reserve::unlock::<B>, BOOL, vec![KEY, THROW]),
        function("delete", remove::delete::<B>, BOOL, vec![(c"key_or_class", STRING, None), THROW]),
        function("delete_array", array::delete_array::<B>, BOOL, vec![KEYS, THROW]),
        function("clear", remove::clear::<B>, BOOL, vec![THROW]),
        function("cache_info", keys::cache_info::<B>, 0, vec![]),
        function("add", store::add::<B>, BOOL, with_ttl(&[KEY, VALUE])),
        function("remember", remember::remember::<B>, MIXED, with_ttl(&[KEY, BUILD])),
        function(
            "keys",
            keys::keys::<B>,
            ARRAY,
            vec![(c"prefix", STRING, Some(c"''")), (c"limit", INT, Some(c"0"))],
        ),
        function("delete_prefix", remove::delete_prefix::<B>, INT, vec![(c"prefix", STRING, None)]),
    ]
}

fn all() -> Vec<Function> {
    let single = |name: &str, handler: Handler, returns, parameters| Function {
        name: name.into(),
        handler,
        returns,
        parameters,
    };
    let int_or_false = INT | 1 << c::IS_FALSE;
    let mut functions = of_backend::<0>("volatile", &[TTL]);
    functions.extend(of_backend::<1>("pinned", &[]));
    functions.extend([
        single("pinned_atomic_increment", atomic::increment, int_or_false, vec![KEY, STEP, THROW]),
        single("pinned_atomic_decrement", atomic::decrement, int_or_false, vec![KEY, STEP, THROW]),
        single("volatile_touch", atomic::touch, BOOL, vec![KEY, (c"ttl", INT, None)]),
        single("static_quiesce", remove::quiesce, BOOL, vec![]),
        single("static_publish", static_publish, INT, vec![(c"class", STRING | NULL, Some(c"null"))]),
    ]);
    functions
}

struct Table(*const zend_function_entry);

// SAFETY: leaked once and never changed.
unsafe impl Sync for Table {}
// SAFETY: as above.
unsafe impl Send for Table {}

/// The table in the engine's form; lasts as long as the process.
pub(crate) fn functions() -> *const zend_function_entry {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE
        .get_or_init(|| {
            let mut entries: Vec<zend_function_entry> = all().iter().map(ours).collect();
            // SAFETY: a null name ends the table.
            entries.push(unsafe { std::mem::zeroed() });
            Table(Vec::leak(entries).as_ptr())
        })
        .0
}

fn leak(text: String) -> *const c_char {
    CString::new(text).unwrap_or_default().into_raw()
}

fn ours(function: &Function) -> zend_function_entry {
    entry(&format!("OPcache\\{}", function.name), function.handler, function.returns, &function.parameters)
}

/// A function in the engine's form; what it points at lasts as long as the process.
pub(crate) fn entry(
    name: &str,
    handler: Handler,
    returns: u32,
    parameters: &[Parameter],
) -> zend_function_entry {
    let required = parameters.iter().filter(|(_, _, default)| default.is_none()).count();
    let returns = if returns == 0 { info_type() } else { builtin(returns) };
    let mut infos = vec![zend_internal_arg_info {
        // The number of required parameters stands where a name would.
        name: ptr::without_provenance(required),
        type_: returns,
        default_value: ptr::null(),
    }];
    infos.extend(parameters.iter().map(|(name, mask, default)| zend_internal_arg_info {
        name: name.as_ptr(),
        type_: builtin(*mask),
        default_value: default.map_or(ptr::null(), CStr::as_ptr),
    }));
    // SAFETY: all fields that this PHP's entry has beyond the ones below are null or 0 by default.
    let mut entry: zend_function_entry = unsafe { std::mem::zeroed() };
    entry.fname = leak(name.to_owned());
    entry.handler = Some(handler);
    entry.num_args = parameters.len() as u32;
    entry.arg_info = Vec::leak(infos).as_ptr();
    entry
}

/// The class as a return type, by name.
fn info_type() -> zend_type {
    #[cfg(php83)]
    let by_name = ext_php_rs::ffi::_ZEND_TYPE_LITERAL_NAME_BIT;
    #[cfg(not(php83))]
    let by_name = ext_php_rs::ffi::_ZEND_TYPE_NAME_BIT;
    zend_type { ptr: c"OPcache\\StaticCacheInfo".as_ptr().cast_mut().cast(), type_mask: by_name }
}

/// Takes the functions back: this PHP has a cache of that name already.
pub(crate) fn withdraw() {
    for function in all() {
        let name = CString::new(format!("opcache\\{}", function.name)).unwrap_or_default();
        engine::remove_function(&name);
    }
}

/// Runs the body of a handler. A panic, which would be a bug of ours, becomes an exception; it must not unwind into
/// the engine.
///
/// # Safety
/// `out` is the running call's result.
#[inline(always)]
pub(crate) unsafe fn guarded(out: *mut zval, body: impl FnOnce() -> Parsed<()>) {
    let run = || {
        let _ = body();
        true
    };
    if !fenced(run) {
        // SAFETY: the caller's word.
        unsafe { engine::set_bool(out, false) };
        exception::throw("static_cache: internal error; the cache is as it was before the call");
    }
}

/// Runs a part of a handler that never leaves by a jump, for those whose other parts may. A panic counts as `T`'s default.
#[inline(always)]
pub(crate) fn fenced<T: Default>(body: impl FnOnce() -> T) -> T {
    fenced_or(body, T::default)
}

/// The same; `otherwise` says what a panic counts as.
#[inline(always)]
pub(crate) fn fenced_or<T>(body: impl FnOnce() -> T, otherwise: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| {
        distrust();
        otherwise()
    })
}

/// After a panic in the core, which may have left something half done: the next writer repairs.
#[cold]
fn distrust() {
    let _ = catch_unwind(|| {
        partition(|partition| {
            for segment in partition.backends.iter().filter_map(|backend| backend.segment.as_ref()) {
                segment.distrust();
            }
        })
    });
}
