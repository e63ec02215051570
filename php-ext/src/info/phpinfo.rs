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

/// Prints the section. Printing runs the script's output callbacks and may leave by a jump (they hit a limit, the client
/// is gone): nothing here needs dropping meanwhile.
pub(crate) extern "C" fn print(module: *mut ModuleEntry) {
    // SAFETY: the table functions copy what they are given.
    unsafe {
        php_info_print_table_start();
        print_rows(Rows::Summary);
        php_info_print_table_end();
        for backend in Backend::ALL {
            let title = match backend {
                Backend::Volatile => c"volatile cache",
                Backend::Pinned => c"pinned cache",
            };
            php_info_print_table_start();
            php_info_print_table_header(2, title.as_ptr(), c"now".as_ptr());
            print_rows(Rows::Of(backend));
            php_info_print_table_end();
        }
        engine::display_ini_entries(module.cast());
    }
}

/// The rows of one table.
#[derive(Clone, Copy)]
enum Rows {
    /// What somebody looks for first.
    Summary,
    /// What `StaticCacheInfo` has.
    Of(Backend),
}

impl Rows {
    fn put(self, mut row: impl FnMut(&str, &str)) {
        match self {
            Self::Summary => {
                row("static_cache", "loaded");
                row("version", env!("CARGO_PKG_VERSION"));
                for backend in Backend::ALL {
                    let state = match snapshot::refusal(&snapshot::take(backend)) {
                        None => "available".into(),
                        Some(reason) => reason_text(reason),
                    };
                    row(&format!("{} cache", backend.name()), &state);
                }
            }
            Self::Of(backend) => {
                for ((name, _), value) in MEMBERS.iter().zip(snapshot::take(backend)) {
                    row(name, &shown(name, &value));
                }
            }
        }
    }
}

/// Not every reason says by itself that the backend is not there.
fn reason_text(reason: &str) -> String {
    if reason.starts_with("unavailable") || reason.starts_with("disabled") {
        reason.to_owned()
    } else {
        format!("unavailable: {reason}")
    }
}

/// # Safety
/// Inside of a `phpinfo()` table.
unsafe fn print_rows(rows: Rows) {
    let (texts, count) = texts(rows);
    let mut text = texts.cast::<c_char>().cast_const();
    // SAFETY: there are two C strings, one after the other, for each row.
    unsafe {
        for _ in 0..count {
            let value = text.add(CStr::from_ptr(text).count_bytes() + 1);
            php_info_print_table_row(2, text, value);
            text = value.add(CStr::from_ptr(value).count_bytes() + 1);
        }
        efree(texts);
    }
}

/// Names and values as C strings, one after the other, in memory of the request; and how many rows they are.
fn texts(rows: Rows) -> (*mut u8, usize) {
    // SAFETY: this thread's own; nothing else uses the buffer until it is copied.
    let buffer = unsafe { &mut (*local()).message };
    buffer.clear();
    let mut count = 0;
    rows.put(|name, value| {
        for text in [name, value] {
            buffer.extend(text.bytes().filter(|byte| *byte != 0));
            buffer.push(0);
        }
        count += 1;
    });
    let copy = emalloc(Layout::for_value(&**buffer));
    // SAFETY: as many bytes were allocated.
    unsafe { std::ptr::copy_nonoverlapping(buffer.as_ptr(), copy, buffer.len()) };
    (copy, count)
}

fn shown(name: &str, value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Int(bytes) if *bytes >= 1024 && (name.ends_with("_memory") || name.ends_with("_block")) => {
            format!("{bytes} bytes ({})", rounded(*bytes))
        }
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Null => "none".into(),
    }
}

/// A size for people.
fn rounded(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB"];
    let mut size = bytes as f64 / 1024.0;
    let mut at = 0;
    while size >= 1024.0 && at + 1 < units.len() {
        size /= 1024.0;
        at += 1;
    }
    if size.fract() == 0.0 { format!("{size} {}", units[at]) } else { format!("{size:.1} {}", units[at]) }
}
