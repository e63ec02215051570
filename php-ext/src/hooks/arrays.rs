//! Functions that write to arrays which they were only to read.
//!
//! They move the array's position, or change elements in place, without asking whether somebody else has the array: PHP's `ldap_search`, and
//! some of other people's extensions. What was fetched lies in memory that cannot be written to, so they would end the process. They get
//! arrays of their own.

use std::ffi::CStr;

use ext_php_rs::ffi::{
    _zend_new_array, zend_array_dup, zend_hash_index_find, zend_hash_index_update,
    zend_hash_next_index_insert, zval,
};
use ext_php_rs::types::ZendHashTable;

use super::intercept::{Handler, Originals};
use crate::engine::{self, Frame};
use crate::zend::constants as c;
use crate::zend::live::{Array, Bucket, Reference, Slot};

/// Each name with a handler of its own, which knows by its number what it stands before.
macro_rules! handlers {
    (@ $number:expr; [$($done:tt)*]) => { [$($done)*] };
    (@ $number:expr; [$($done:tt)*] $name:literal, $($rest:tt)*) => {
        handlers!(@ $number + 1; [$($done)* ($name, apart::<{ $number }> as Handler),] $($rest)*)
    };
}

/// In lower case. Those of classes are the methods that the class has, not those of internal classes derived from it.
#[rustfmt::skip]
const FUNCTIONS: [(&CStr, Handler); 31] = handlers!(@ 0; []
    // PHP's.
    c"ldap_search", c"ldap_list", c"ldap_read",
    // pecl_http.
    c"http\\client::setoptions", c"http\\client::setssloptions", c"http\\client::addssloptions",
    c"http\\client::setcookies", c"http\\client::addcookies", c"http\\client\\request::setoptions",
    c"http\\client\\request::setssloptions", c"http\\client\\request::addssloptions",
    c"http\\client\\request::setquery", c"http\\client\\request::addquery",
    c"http\\querystring::__construct", c"http\\querystring::set", c"http\\querystring::mod", c"http\\querystring::offsetset",
    c"http\\message\\body::addform",
    // oauth, solr.
    c"oauth::fetch", c"oauth::getrequestheader", c"oauth::generatesignature",
    c"oauth::getrequesttoken", c"oauth::getaccesstoken",
    c"solrclient::adddocuments",
    // rrd.
    c"rrd_create", c"rrd_update", c"rrd_fetch", c"rrd_xport", c"rrd_tune", c"rrd_graph", c"rrdgraph::setoptions",
);

static ORIGINALS: Originals<{ FUNCTIONS.len() }> = Originals::none();

pub(super) fn install() {
    ORIGINALS.replace(FUNCTIONS);
}

/// At module shutdown.
pub(super) fn stop() {
    ORIGINALS.forget();
}

unsafe extern "C" fn apart<const N: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: the engine's call, passed on; its arguments are the frame's own.
    unsafe {
        make_apart(frame);
        ORIGINALS.call(N, frame, out);
    }
}

/// Arrays that lie deeper within each other than this stay as they are.
const DEEPEST: u32 = 64;

/// Replaces arguments that cannot be written to, or have such arrays within them. May leave by a jump (memory limit).
///
/// # Safety
/// The frame of a running internal function.
unsafe fn make_apart(frame: *mut Frame) {
    // SAFETY: the frame's own arguments, or the variables that they were passed by reference to. What is replaced lives on in the table,
    // so that no copy gets its address; a jump leaves the tables to the end of the request.
    unsafe {
        let mut copies: *mut ZendHashTable = std::ptr::null_mut();
        for index in 0..engine::argument_count(frame) {
            let mut value: *mut Slot = engine::argument(frame, index).cast();
            if (*value).kind() == c::IS_REFERENCE {
                value = &raw mut (*((*value).value as *mut Reference)).slot;
            }
            if !is_array(&*value) {
                continue;
            }
            if copies.is_null() {
                copies = _zend_new_array(8);
            }
            if let Some(copy) = copy_of(copies, (*value).array(), DEEPEST) {
                let mut old = *value;
                put(value, copy);
                zend_hash_next_index_insert(copies, (&raw mut old).cast());
            }
        }
        if !copies.is_null() {
            let mut copies = table(copies);
            engine::zval_ptr_dtor((&raw mut copies).cast());
        }
    }
}

/// The copy to use instead of an array, if it cannot be written to or has such a one within it. Each array is looked at once: in `copies`, by
/// its address, is its copy, or false. What references within arrays lead to is the script's, and stays what it is.
///
/// # Safety
/// A live array, and a table whose keys are addresses of live arrays.
unsafe fn copy_of(copies: *mut ZendHashTable, array: &Array, deepest: u32) -> Option<*mut Array> {
    // SAFETY: the caller's word. Elements of a copy that nobody else has may be replaced.
    unsafe {
        let key = std::ptr::from_ref(array).addr() as u64;
        if let Some(known) = zend_hash_index_find(copies, key).cast::<Slot>().as_ref() {
            return (known.kind() == c::IS_ARRAY).then_some(known.value as *mut Array);
        }
        let mut known = Slot { info: c::IS_FALSE, ..Slot::UNDEFINED };
        let mut any = array.gc.info & c::GC_FLAG_IMMUTABLE != 0;
        if deepest != 0 {
            for element in array.elements().filter(|element| is_array(&element.slot)) {
                any |= copy_of(copies, element.slot.array(), deepest - 1).is_some();
            }
        }
        if any {
            let copy: *mut Array = zend_array_dup(std::ptr::from_ref(array).cast_mut().cast()).cast();
            known = table(copy.cast());
            let (data, extent) = ((*copy).data, (*copy).extent() as usize);
            for at in 0..extent {
                let element: *mut Slot = if (*copy).is_packed() {
                    (data as *mut Slot).add(at)
                } else {
                    &raw mut (*(data as *mut Bucket).add(at)).slot
                };
                if deepest != 0
                    && is_array(&*element)
                    && let Some(inner) = copy_of(copies, (*element).array(), deepest - 1)
                {
                    let mut old = *element;
                    put(element, inner);
                    engine::zval_ptr_dtor((&raw mut old).cast());
                }
            }
        }
        zend_hash_index_update(copies, key, (&raw mut known).cast());
        (known.kind() == c::IS_ARRAY).then_some(known.value as *mut Array)
    }
}

fn is_array(value: &Slot) -> bool {
    value.kind() == c::IS_ARRAY && value.array().count != 0
}

/// An array as a value, which is counted already.
fn table(array: *mut ZendHashTable) -> Slot {
    Slot::counted(array, c::IS_ARRAY_EX)
}

/// Sets a value to an array that is counted for it now. (What else lies in the place stays: in a bucket, the next one of its chain.)
///
/// # Safety
/// A live array and a place.
unsafe fn put(place: *mut Slot, array: *mut Array) {
    // SAFETY: the caller's word.
    unsafe {
        (*array).gc.refcount += 1;
        engine::set_array(place.cast(), array.cast());
    }
}
