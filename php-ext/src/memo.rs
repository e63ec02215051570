//! What this request has fetched already, by key: a repeated fetch reads one word of the entry and nothing else
//! that is shared.
//!
//! Every entry named here is pinned, so it may be looked at without an operation. Emptying costs nothing: each
//! place carries the number of the filling it belongs to.

use ext_php_rs::ffi::{zend_string, zval};
use static_cache_core::{Hit, is_same_short};

use crate::decode;
use crate::engine;
use crate::payload::{TAG_INT, place_of};
use crate::zend::constants as c;
use crate::zend::live::Text;

const FIRST: usize = 64;
const MOST: usize = 8192;

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Place {
    filling: u32,
    /// Type word of the value, or 0 when it has to be decoded.
    info: u32,
    hash: u64,
    /// The key's string if it is interned: such a string stays what it is until the request ends.
    string: *const zend_string,
    value: u64,
    hit: Hit,
}

/// The fetches of one request from one backend.
pub(crate) struct Memo {
    places: Vec<Place>,
    used: usize,
    filling: u32,
}

/// What is remembered of a key.
pub(crate) enum Remembered {
    Nothing,
    /// The value was written.
    Written,
    /// The value is to be made of this.
    Hit(Hit),
}

/// What [`Memo::fetch_known`] can say.
pub(crate) enum Known {
    /// The value was written.
    Written,
    /// The value is to be made of this.
    Hit(Hit),
    /// Nothing is remembered of the key.
    No,
    /// To be asked [`Memo::fetch`].
    Unsure,
}

/// A string's hash, computed at most once per string.
///
/// # Safety
/// `key` is a live string.
#[inline(always)]
unsafe fn hash_of(key: *mut zend_string) -> u64 {
    // SAFETY: the caller's word.
    unsafe {
        let known = (*key).h;
        if known != 0 { known } else { crate::zend::zend_string_hash_func(key) }
    }
}

fn is_interned(key: *const zend_string) -> bool {
    // SAFETY: a live string; same layout (asserted in `zend`).
    unsafe { (*key.cast::<Text>()).gc.info & c::STR_INTERNED != 0 }
}

impl Memo {
    pub(crate) const fn new() -> Self {
        Self { places: Vec::new(), used: 0, filling: 1 }
    }

    /// Writes the value of `key` to `out` if this request fetched it and it still is the value, and nothing has to be made.
    ///
    /// # Safety
    /// `key` is a live string; `out` may be overwritten; what the session fetched since the last
    /// [`Self::clear`] is still pinned.
    #[inline(always)]
    pub(crate) unsafe fn fetch(&self, key: *mut zend_string, out: *mut zval) -> Remembered {
        if self.used == 0 {
            return Remembered::Nothing;
        }
        // SAFETY: the caller's word.
        let hash = unsafe { hash_of(key) };
        let mask = self.places.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            // SAFETY: masked by the length, which is a power of two.
            let place = unsafe { self.places.get_unchecked(at) };
            if place.filling != self.filling {
                return Remembered::Nothing;
            }
            // SAFETY: the entry is pinned (see above), the key is live.
            unsafe {
                if place.hash == hash
                    && (place.string == key.cast_const() || place.hit.key() == engine::bytes(key))
                {
                    return Self::serve(place, out);
                }
            }
            at = (at + 1) & mask;
        }
    }

    /// The usual cases of [`Self::fetch`] in few instructions: no time to live, no very long name.
    ///
    /// # Safety
    /// As for [`Self::fetch`].
    #[inline(always)]
    pub(crate) unsafe fn fetch_known(&self, key: *const zend_string, out: *mut zval) -> Known {
        if self.used == 0 {
            return Known::No;
        }
        // SAFETY: the caller's word. Masked by the length, which is a power of two; entries named here are pinned (see above).
        unsafe {
            let hash = (*key).h;
            let mask = self.places.len() - 1;
            let mut at = hash as usize & mask;
            loop {
                let place = self.places.get_unchecked(at);
                if place.filling != self.filling {
                    return if hash != 0 { Known::No } else { Known::Unsure };
                }
                if place.string == key {
                    return Self::serve_known(place, out);
                }
                if place.hash == hash {
                    // A name that was put together, or stands elsewhere in the code.
                    return match is_same_short(place.hit.key(), engine::bytes(key.cast_mut())) {
                        Some(true) => Self::serve_known(place, out),
                        _ => Known::Unsure,
                    };
                }
                at = (at + 1) & mask;
            }
        }
    }

    /// # Safety
    /// As for [`Self::fetch`].
    #[inline(always)]
    unsafe fn serve_known(place: &Place, out: *mut zval) -> Known {
        // SAFETY: the caller's word.
        unsafe {
            if !place.hit.is_surely_current() {
                return Known::Unsure;
            }
            if place.info == 0 {
                return Known::Hit(place.hit);
            }
            Self::write(place, out);
        }
        Known::Written
    }

    /// # Safety
    /// As for [`Self::fetch`].
    #[inline(always)]
    unsafe fn serve(place: &Place, out: *mut zval) -> Remembered {
        // SAFETY: the caller's word.
        unsafe {
            if !place.hit.is_current() {
                return Remembered::Nothing;
            }
            if place.info == 0 {
                return Remembered::Hit(place.hit);
            }
            Self::write(place, out);
            Remembered::Written
        }
    }

    /// # Safety
    /// `out` may be overwritten.
    #[inline(always)]
    unsafe fn write(place: &Place, out: *mut zval) {
        // An inline value may have been changed where it lies.
        let value = if place.info <= c::IS_DOUBLE { place.hit.bits() } else { place.value };
        let out = out.cast::<crate::zend::live::Slot>();
        // SAFETY: the caller's word.
        unsafe {
            (&raw mut (*out).value).write(value);
            (&raw mut (*out).info).write(place.info);
        }
    }

    /// Remembers a hit.
    pub(crate) fn insert(&mut self, key: *mut zend_string, hit: Hit) {
        if self.used * 4 >= self.places.len() && !self.grow(hit) {
            return;
        }
        // SAFETY: the key is the argument of the running call.
        let (hash, bytes) = unsafe { (hash_of(key), engine::bytes(key)) };
        let mask = self.places.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let place = &self.places[at];
            if place.filling != self.filling {
                self.used += 1;
                break;
            }
            // SAFETY: pinned, see above.
            if place.hash == hash && unsafe { place.hit.key() } == bytes {
                break;
            }
            at = (at + 1) & mask;
        }
        let string = if is_interned(key) { key.cast_const() } else { std::ptr::null() };
        let info = decode::is_direct(hit.tag()).unwrap_or(0);
        let value = if hit.tag() > TAG_INT { place_of(&hit) as u64 } else { hit.bits() };
        self.places[at] = Place { filling: self.filling, info, hash, string, value, hit };
    }

    fn grow(&mut self, spare: Hit) -> bool {
        let size = (self.places.len() * 2).max(FIRST);
        if size > MOST {
            return false;
        }
        let empty = Place { filling: 0, info: 0, hash: 0, string: std::ptr::null(), value: 0, hit: spare };
        let old = std::mem::replace(&mut self.places, vec![empty; size]);
        let mask = size - 1;
        for place in old.iter().filter(|place| place.filling == self.filling) {
            let mut at = place.hash as usize & mask;
            while self.places[at].filling == self.filling {
                at = (at + 1) & mask;
            }
            self.places[at] = *place;
        }
        // Freed memory with addresses would look as if somebody had them.
        let mut old = old;
        // SAFETY: as in `wipe`.
        unsafe { old.as_mut_ptr().write_bytes(0, old.len()) };
        true
    }

    /// Forgets everything, so that no address is left.
    pub(crate) fn wipe(&mut self) {
        self.clear();
        // SAFETY: all of a place may be zero: then it belongs to no filling.
        unsafe { self.places.as_mut_ptr().write_bytes(0, self.places.len()) };
    }

    /// Forgets everything: the request's pins end.
    pub(crate) fn clear(&mut self) {
        if self.used != 0 {
            self.used = 0;
            self.filling = self.filling.wrapping_add(1);
            if self.filling == 0 {
                self.places.clear();
                self.filling = 1;
            }
        }
    }
}
