//! Functions that write to arrays which they were only to read.
//!
//! They move the array's position, or change elements in place, without asking whether somebody else has the array: PHP's `ldap_search`, and
//! some of other people's extensions. What was fetched lies in memory that cannot be written to, so they would end the process. They get
//! arrays of their own.

use std::ffi::CStr;

use ext_php_rs::ffi::{zend_array_dup, zval};

use super::intercept::{Handler, Original};
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

static ORIGINALS: [Original; FUNCTIONS.len()] = [const { Original::none() }; FUNCTIONS.len()];

pub(super) fn install() {
    for (original, (name, handler)) in ORIGINALS.iter().zip(FUNCTIONS) {
        original.replace(name, handler);
    }
}

/// At module shutdown.
pub(super) fn stop() {
    ORIGINALS.iter().for_each(Original::forget);
}

unsafe extern "C" fn apart<const N: usize>(frame: *mut Frame, out: *mut zval) {
    // SAFETY: the engine's call, passed on; its arguments are the frame's own.
    unsafe {
        for index in 0..engine::argument_count(frame) {
            let mut value: *mut Slot = engine::argument(frame, index).cast();
            if (*value).kind() == c::IS_REFERENCE {
                // Passed by reference: to the same value, the variable's own.
                value = &raw mut (*((*value).value as *mut Reference)).slot;
            }
            make_apart(value, DEEPEST);
        }
        ORIGINALS[N].call(frame, out);
    }
}

/// Arrays that lie deeper within each other than this stay as they are.
const DEEPEST: u32 = 64;

/// Replaces an array that cannot be written to, or has such a one within it, by a copy, and so on within that. May leave by a jump (memory
/// limit).
///
/// # Safety
/// A live value whose holder may have another one instead.
unsafe fn make_apart(value: *mut Slot, deepest: u32) {
    // SAFETY: the caller's word. The copy is held before anything within it is copied; elements of a copy that nobody else has may be
    // replaced.
    unsafe {
        if deepest == 0 || !has_immutable(&*value, deepest) {
            return;
        }
        let copy: *mut Array = zend_array_dup((*value).value as *mut _).cast();
        let mut old = *value;
        engine::set_array(value.cast(), copy.cast());
        engine::zval_ptr_dtor((&raw mut old).cast());
        let (data, extent) = ((*copy).data, (*copy).extent() as usize);
        for at in 0..extent {
            let element: *mut Slot = if (*copy).is_packed() {
                (data as *mut Slot).add(at)
            } else {
                &raw mut (*(data as *mut Bucket).add(at)).slot
            };
            make_apart(element, deepest - 1);
        }
    }
}

/// Whether there is an array here that nobody counts. What references within an array lead to is the script's, and stays what it is.
fn has_immutable(value: &Slot, deepest: u32) -> bool {
    if value.kind() != c::IS_ARRAY || value.array().count == 0 || deepest == 0 {
        return false;
    }
    !value.is_counted() || value.array().elements().any(|element| has_immutable(&element.slot, deepest - 1))
}
