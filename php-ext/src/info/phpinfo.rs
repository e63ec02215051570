//! The section in `phpinfo()` and `php --ri static_cache`.

use std::ffi::CString;

use ext_php_rs::ffi::{
    php_info_print_table_end, php_info_print_table_header, php_info_print_table_row,
    php_info_print_table_start,
};
use ext_php_rs::zend::ModuleEntry;

use super::snapshot::{self, MEMBERS, Value};
use crate::engine;
use crate::module::Backend;

/// Prints the section.
pub(crate) extern "C" fn print(module: *mut ModuleEntry) {
    // SAFETY: the table functions copy what they are given.
    unsafe {
        php_info_print_table_start();
        php_info_print_table_row(2, c"static_cache".as_ptr(), c"loaded".as_ptr());
        row("version", env!("CARGO_PKG_VERSION"));
        php_info_print_table_end();
        for backend in Backend::ALL {
            php_info_print_table_start();
            let title = CString::new(format!("{} cache", backend.name())).unwrap_or_default();
            php_info_print_table_header(2, title.as_ptr(), c"".as_ptr());
            for ((name, _), value) in MEMBERS.iter().zip(snapshot::take(backend)) {
                row(name, &shown(&value));
            }
            php_info_print_table_end();
        }
        engine::display_ini_entries(module.cast());
    }
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

fn row(name: &str, value: &str) {
    let (name, value) = (CString::new(name).unwrap_or_default(), CString::new(value).unwrap_or_default());
    // SAFETY: two C strings for two columns.
    unsafe { php_info_print_table_row(2, name.as_ptr(), value.as_ptr()) };
}
