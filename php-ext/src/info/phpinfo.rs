//! The section in `phpinfo()` and `php --ri static_cache`.

use std::alloc::Layout;
use std::ffi::{CStr, c_char};

use ext_php_rs::alloc::{efree, emalloc};
use ext_php_rs::ffi::{
    php_info_print_table_end, php_info_print_table_header, php_info_print_table_row,
    php_info_print_table_start,
};
use ext_php_rs::zend::ModuleEntry;

use super::snapshot::{self, MEMBERS, Value};
use crate::engine;
use crate::module::{Backend, local};

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => c"",
};

/// Prints the section. Printing runs the script's output callbacks and may leave by a jump (they hit a limit, the client
/// is gone): nothing here needs dropping meanwhile.
pub(crate) extern "C" fn print(module: *mut ModuleEntry) {
    // SAFETY: the table functions copy what they are given.
    unsafe {
        php_info_print_table_start();
        php_info_print_table_row(2, c"static_cache".as_ptr(), c"loaded".as_ptr());
        php_info_print_table_row(2, c"version".as_ptr(), VERSION.as_ptr());
        php_info_print_table_end();
        for backend in Backend::ALL {
            let title = match backend {
                Backend::Volatile => c"volatile cache",
                Backend::Pinned => c"pinned cache",
            };
            php_info_print_table_start();
            php_info_print_table_header(2, title.as_ptr(), c"".as_ptr());
            print_rows(backend);
            php_info_print_table_end();
        }
        engine::display_ini_entries(module.cast());
    }
}

/// # Safety
/// Inside of a `phpinfo()` section.
unsafe fn print_rows(backend: Backend) {
    let texts = rows(backend);
    let mut text = texts.cast::<c_char>().cast_const();
    // SAFETY: there are two C strings, one after the other, for each member.
    unsafe {
        for _ in MEMBERS {
            let value = text.add(CStr::from_ptr(text).count_bytes() + 1);
            php_info_print_table_row(2, text, value);
            text = value.add(CStr::from_ptr(value).count_bytes() + 1);
        }
        efree(texts);
    }
}

/// Names and values as C strings, one after the other, in memory of the request.
fn rows(backend: Backend) -> *mut u8 {
    // SAFETY: this thread's own; nothing else uses the buffer until it is copied.
    let buffer = unsafe { &mut (*local()).message };
    buffer.clear();
    for ((name, _), value) in MEMBERS.iter().zip(snapshot::take(backend)) {
        for text in [name, &*shown(&value)] {
            buffer.extend(text.bytes().filter(|byte| *byte != 0));
            buffer.push(0);
        }
    }
    let copy = emalloc(Layout::for_value(&**buffer));
    // SAFETY: as many bytes were allocated.
    unsafe { std::ptr::copy_nonoverlapping(buffer.as_ptr(), copy, buffer.len()) };
    copy
}

fn shown(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Null => "none".into(),
    }
}
