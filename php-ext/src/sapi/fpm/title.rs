//! The pool that a worker belongs to, by name: FPM writes it over the command line, where `ps` shows it.
//!
//! That is the only place where an extension finds the name: FPM's own symbols are hidden, `fpm_get_status()` knows 31 bytes
//! of it and may be disabled, and request variables say what the request wants them to say.

use std::ffi::{CStr, c_char};

const PREFIX: &[u8] = b"php-fpm: pool ";

/// What the title says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Title {
    /// A worker of the pool of this name.
    Pool(Vec<u8>),
    /// A worker of a pool whose name begins like this; the rest did not fit.
    Cut(Vec<u8>),
    /// Not a worker.
    Other,
}

unsafe extern "C" {
    /// The C library's pointer to the program's first argument.
    static program_invocation_name: *const c_char;
}

/// What the title of this process says.
///
/// FPM fills all of its command line and environment with zeros, then writes as much of the title as fits into that
/// area without its last two bytes; the area's end is followed by the last string's own NUL. So behind a title that was cut
/// there are exactly three zeros before the next string (at least the program's path, which the kernel puts at the very
/// end), and four or more behind one that was not.
pub(super) fn read() -> Title {
    // SAFETY: the pointer is set before `main` and points at a C string of the process's initial stack. Behind that lie
    // the program's path and eight zeros, so four bytes from the string's NUL on can be read.
    unsafe {
        let start = program_invocation_name;
        if start.is_null() {
            return Title::Other;
        }
        let text = CStr::from_ptr(start).to_bytes();
        let Some(name) = text.strip_prefix(PREFIX) else { return Title::Other };
        let behind = std::slice::from_raw_parts(start.add(text.len()).cast::<u8>(), 4);
        if behind == [0; 4] { Title::Pool(name.to_vec()) } else { Title::Cut(name.to_vec()) }
    }
}
