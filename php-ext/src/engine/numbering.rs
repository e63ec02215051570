//! The numbers by which `serialize()` and `unserialize()` know values that they have met.
//!
//! Calls within one another share them: that of a `Serializable`'s method goes on with those of the call that called it. Not so within
//! other methods and autoloaders: while these run, PHP holds a lock, and each call has numbers of its own. What the cache calls in
//! PHP's place is called as PHP calls it, and may be called from within such a `Serializable`.

use std::ffi::c_void;
use std::mem::offset_of;

use crate::zend::constants as c;

/// Of `php_basic_globals`. PHP clears it when a request begins, so nothing has to be put back where a jump ends one.
#[repr(C)]
#[derive(Clone, Copy)]
struct Numbering {
    lock: u32,
    serialize: Level,
    unserialize: Level,
}

/// How deep calls are within one another that share numbers, and these.
#[repr(C)]
#[derive(Clone, Copy)]
struct Level {
    data: *mut c_void,
    level: u32,
}

const _: () = {
    assert!(offset_of!(Numbering, serialize) == c::NUMBERING_SERIALIZE);
    assert!(offset_of!(Numbering, unserialize) == c::NUMBERING_UNSERIALIZE);
    assert!(offset_of!(Level, data) == 0 && offset_of!(Level, level) == c::NUMBERING_LEVEL);
};

unsafe extern "C" {
    /// Of the first or only of these structures, only the address is used.
    #[cfg(not(php_zts))]
    static mut basic_globals: c_void;
    #[cfg(php_zts)]
    static basic_globals_id: std::ffi::c_int;
    #[cfg(php_zts)]
    fn tsrm_get_ls_cache() -> *mut *mut *mut c_void;
}

/// This thread's.
fn numbering() -> *mut Numbering {
    // SAFETY: `ext/standard` is part of every PHP, and its globals are there while a request runs. A thread's cache begins with a pointer to
    // the table of its structures, which are numbered from 1 on.
    unsafe {
        #[cfg(not(php_zts))]
        let globals = &raw mut basic_globals;
        #[cfg(php_zts)]
        let globals = *(*tsrm_get_ls_cache()).add(basic_globals_id as usize - 1);
        globals.byte_add(c::BASIC_NUMBERING).cast()
    }
}

/// Runs what `serialize()` or `unserialize()` would run under their lock.
#[inline]
pub(crate) fn locked<T>(body: impl FnOnce() -> T) -> T {
    let numbering = numbering();
    // SAFETY: this thread's own. A fiber that is suspended in the body keeps the lock meanwhile, as in PHP.
    unsafe {
        (*numbering).lock = (*numbering).lock.wrapping_add(1);
        let result = body();
        (*numbering).lock = (*numbering).lock.wrapping_sub(1);
        result
    }
}

/// Runs a `Serializable`'s method. PHP's own calls of it share numbers with the call that they are made in; one of the cache's is in none,
/// so a text that is made does not depend on where a value is stored, nor one that is read on where it is fetched.
#[inline]
pub(crate) fn apart<T>(body: impl FnOnce() -> T) -> T {
    // SAFETY: this thread's own.
    let before = unsafe { *numbering() };
    if before.lock == 0 && before.serialize.level == 0 && before.unserialize.level == 0 {
        return body();
    }
    apart_from(&before, body)
}

const NONE: Level = Level { data: std::ptr::null_mut(), level: 0 };

#[cold]
fn apart_from<T>(before: &Numbering, body: impl FnOnce() -> T) -> T {
    let numbering = numbering();
    // SAFETY: as in `locked`. What a fiber that was suspended meanwhile has left is counted in, so that what is within it ends as it began.
    unsafe {
        *numbering = Numbering { lock: 0, serialize: NONE, unserialize: NONE };
        let result = body();
        (*numbering).lock = (*numbering).lock.wrapping_add(before.lock);
        (*numbering).serialize.rejoin(&before.serialize);
        (*numbering).unserialize.rejoin(&before.unserialize);
        result
    }
}

impl Level {
    fn rejoin(&mut self, before: &Level) {
        self.level = self.level.wrapping_add(before.level);
        if before.level != 0 {
            self.data = before.data;
        }
        if self.level == 0 {
            self.data = NONE.data;
        }
    }
}
