//! What this request has fetched already, by key: a repeated fetch reads one word of the entry and nothing else
//! that is shared.
//!
//! Every entry named here is pinned, so it may be looked at without an operation. Emptying costs nothing: each
//! place carries the number of the filling it belongs to.

use std::hint::black_box;

use ext_php_rs::ffi::{zend_string, zval};
use static_cache_core::{Hit, KeyHash, Session, Space, is_same_short};

use crate::decode;
use crate::engine;
use crate::zend::constants as c;
use crate::zend::live::Text;

const FIRST: usize = 64;
const MOST: usize = 8192;

/// A line of the processor's caches: all that a repeated fetch looks at, besides the entry's state.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Place {
    filling: u32,
    /// Type word of the value, or 0 when it has to be decoded.
    info: u32,
    /// The lower half of the key's hash.
    hash: u32,
    /// The key's length, if it is here: otherwise [`ELSEWHERE`], and it is the entry's.
    key_len: u8,
    /// The key, or what was here before.
    key: [u8; MOST_HERE],
    /// The key's string if it is interned: such a string stays what it is until the request ends.
    string: *const zend_string,
    hit: Hit,
    /// Where the value was moved to.
    #[cfg(feature = "relocating")]
    moved: u64,
}

const MOST_HERE: usize = 27;
const ELSEWHERE: u8 = u8::MAX;
const _: () = assert!(cfg!(feature = "relocating") || size_of::<Place>() == 64);

impl Place {
    /// The key.
    ///
    /// # Safety
    /// The hit is pinned.
    #[inline(always)]
    unsafe fn own_key(&self) -> &[u8] {
        // SAFETY: the caller's word.
        self.key.get(..usize::from(self.key_len)).unwrap_or_else(|| unsafe { self.hit.key() })
    }

    /// The value as a zval has it, of a hit whose value need not be made.
    ///
    /// # Safety
    /// The hit is pinned.
    #[inline(always)]
    unsafe fn value(&self) -> u64 {
        // An inline value may have been changed where it lies.
        if self.info <= c::IS_DOUBLE {
            // SAFETY: the caller's word.
            return unsafe { self.hit.bits() };
        }
        #[cfg(feature = "relocating")]
        return self.moved;
        #[cfg(not(feature = "relocating"))]
        return self.hit.payload_address() as u64;
    }
}

/// The hash of a key's string that is interned: in the cache's own way, which takes longer than PHP's.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Hashed {
    string: *const zend_string,
    filling: u32,
    hash: KeyHash,
}

const HASHES: usize = 16;

/// The fetches of one request from one backend.
// In this order: what each look-up needs lies in one line.
#[repr(C, align(64))]
pub(crate) struct Memo {
    places: Vec<Place>,
    used: usize,
    filling: u32,
    /// There may be hashes of this filling.
    hashed: bool,
    /// Of keys that were asked for lately; good for this filling, as strings are.
    hashes: [Hashed; HASHES],
}

/// What is remembered of a key.
pub(crate) enum Remembered {
    Nothing,
    /// The value was written.
    Written,
    /// The value is to be made of this.
    Hit(Hit),
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

/// Copies up to 32 bytes into as many. Calls nothing: the C library's code is in no cache when a request fetches for the first time.
#[inline(always)]
fn copy_short(from: &[u8], to: &mut [u8]) {
    let len = from.len();
    debug_assert!(len <= 32 && to.len() == len);
    match len {
        16.. => copy_ends::<16>(from, to),
        8.. => copy_ends::<8>(from, to),
        4.. => copy_ends::<4>(from, to),
        _ => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
    }
}

/// Copies from `SIZE` to twice as many bytes.
#[inline(always)]
fn copy_ends<const SIZE: usize>(from: &[u8], to: &mut [u8]) {
    if let (Some(first), Some(last)) = (from.first_chunk::<SIZE>(), from.last_chunk::<SIZE>())
        && let Some(room) = to.first_chunk_mut::<SIZE>()
    {
        *room = *first;
        if let Some(room) = to.last_chunk_mut::<SIZE>() {
            *room = *last;
        }
    }
}

impl Memo {
    pub(crate) const fn new() -> Self {
        let none = Hashed { string: std::ptr::null(), filling: 0, hash: KeyHash::UNKNOWN };
        Self { places: Vec::new(), used: 0, filling: 1, hashes: [none; HASHES], hashed: false }
    }

    /// A key's hash in the session's segment.
    ///
    /// # Safety
    /// `key` is a live string; the session is always the same one until the memo is cleared.
    #[inline(always)]
    pub(crate) unsafe fn hash(&mut self, session: &Session, key: *mut zend_string) -> KeyHash {
        let address = key.addr();
        let place = &mut self.hashes[(address >> 4 ^ address >> 8) % HASHES];
        if place.string == key.cast_const() && place.filling == self.filling {
            return place.hash;
        }
        // SAFETY: the caller's word.
        let hash = session.hash(Space::Key, unsafe { engine::bytes(key) });
        if is_interned(key) {
            *place = Hashed { string: key, filling: self.filling, hash };
            self.hashed = true;
        }
        hash
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
        // SAFETY: the caller's word; entries named here are pinned (see above).
        unsafe {
            let hash = hash_of(key);
            let mut at = hash as usize;
            while let Some(place) = self.next(key, hash, &mut at) {
                if place.string == key.cast_const() || place.own_key() == engine::bytes(key) {
                    return if place.hit.is_current() {
                        Self::serve(place, out)
                    } else {
                        Remembered::Nothing
                    };
                }
                at += 1;
            }
        }
        Remembered::Nothing
    }

    /// The usual cases of [`Self::fetch`] in few instructions: no time to live, no very long name. `None` if it is to be asked.
    ///
    /// # Safety
    /// As for [`Self::fetch`].
    #[inline(always)]
    pub(crate) unsafe fn fetch_known(&self, key: *mut zend_string, out: *mut zval) -> Option<Remembered> {
        if self.used == 0 {
            return Some(Remembered::Nothing);
        }
        // SAFETY: the caller's word; entries named here are pinned (see above).
        unsafe {
            let hash = (*key).h;
            let Some(place) = self.next(key, hash, &mut (hash as usize)) else {
                // No place has the hash of a string that has none yet.
                return (hash != 0).then_some(Remembered::Nothing);
            };
            (Self::is_of(place, key) && place.hit.is_surely_current()).then(|| Self::serve(place, out))
        }
    }

    /// Whether this request fetched `key` and would find it again, in the usual cases of [`Self::fetch_known`]. False says nothing.
    ///
    /// # Safety
    /// As for [`Self::fetch`].
    #[inline(always)]
    pub(crate) unsafe fn surely_has(&self, key: *mut zend_string) -> bool {
        if self.used == 0 {
            return false;
        }
        // SAFETY: the caller's word; entries named here are pinned (see above).
        unsafe {
            let hash = (*key).h;
            self.next(key, hash, &mut (hash as usize))
                .is_some_and(|place| Self::is_of(place, key) && place.hit.is_surely_current())
        }
    }

    /// Whether a place is a key's; false if the key is a very long name that is not the string of the place.
    ///
    /// # Safety
    /// As for [`Self::fetch`].
    #[inline(always)]
    unsafe fn is_of(place: &Place, key: *mut zend_string) -> bool {
        // SAFETY: the caller's word.
        place.string == key.cast_const()
            || unsafe { is_same_short(place.own_key(), engine::bytes(key)) } == Some(true)
    }

    /// The next place, from `at` on, that may be the key's: it has the string, or the hash, as have names that were put together or
    /// stand elsewhere in the code.
    ///
    /// # Safety
    /// Something is remembered.
    #[inline(always)]
    unsafe fn next(&self, key: *mut zend_string, hash: u64, at: &mut usize) -> Option<&Place> {
        let mask = self.places.len() - 1;
        loop {
            *at &= mask;
            // SAFETY: masked by the length, which is a power of two.
            let place = unsafe { self.places.get_unchecked(*at) };
            if place.filling != self.filling {
                return None;
            }
            if place.string == key.cast_const() || place.hash == hash as u32 {
                return Some(place);
            }
            *at += 1;
        }
    }

    /// What a place has that is current.
    ///
    /// # Safety
    /// As for [`Self::fetch`].
    #[inline(always)]
    unsafe fn serve(place: &Place, out: *mut zval) -> Remembered {
        if place.info == 0 {
            return Remembered::Hit(place.hit);
        }
        let out = out.cast::<crate::zend::live::Slot>();
        // SAFETY: the caller's word.
        unsafe {
            (&raw mut (*out).value).write(place.value());
            (&raw mut (*out).info).write(place.info);
        }
        Remembered::Written
    }

    /// Remembers a hit.
    pub(crate) fn insert(&mut self, key: *mut zend_string, hit: Hit) {
        if self.used * 4 >= self.places.len() && !self.grow(hit) {
            return;
        }
        // SAFETY: the key is the argument of the running call.
        let (hash, bytes) = unsafe { (hash_of(key) as u32, engine::bytes(key)) };
        let mask = self.places.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let place = &self.places[at];
            if place.filling != self.filling {
                self.used += 1;
                break;
            }
            // SAFETY: pinned, see above.
            if place.hash == hash && unsafe { place.own_key() } == bytes {
                break;
            }
            at = (at + 1) & mask;
        }
        let string = if is_interned(key) { key.cast_const() } else { std::ptr::null() };
        // SAFETY: of this request, and so pinned.
        let info = decode::is_direct(unsafe { hit.tag() }).unwrap_or(0);
        let place = &mut self.places[at];
        (place.filling, place.info, place.hash, place.string, place.hit) =
            (self.filling, info, hash, string, hit);
        place.key_len = match place.key.get_mut(..bytes.len()) {
            Some(room) => {
                copy_short(bytes, room);
                bytes.len() as u8
            }
            None => ELSEWHERE,
        };
        #[cfg(feature = "relocating")]
        (place.moved = if info > c::IS_DOUBLE { crate::payload::place_of(&hit) as u64 } else { 0 });
    }

    fn grow(&mut self, spare: Hit) -> bool {
        let size = (self.places.len() * 2).max(FIRST);
        if size > MOST {
            return false;
        }
        let empty = Place {
            filling: 0,
            info: 0,
            hash: 0,
            key_len: 0,
            key: [0; MOST_HERE],
            string: std::ptr::null(),
            hit: spare,
            #[cfg(feature = "relocating")]
            moved: 0,
        };
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
        // The compiler could think that nobody needs what is freed next.
        black_box(old.as_mut_ptr());
        true
    }

    /// Forgets everything, so that no address is left.
    pub(crate) fn wipe(&mut self) {
        self.clear();
        self.hashes.iter_mut().for_each(|hashed| hashed.string = std::ptr::null());
        // SAFETY: all of a place may be zero: then it belongs to no filling.
        unsafe { self.places.as_mut_ptr().write_bytes(0, self.places.len()) };
    }

    /// Forgets everything: the request's pins end.
    #[inline(always)]
    pub(crate) fn clear(&mut self) {
        if self.used != 0 || self.hashed {
            self.begin_anew();
        }
    }

    #[inline(never)]
    fn begin_anew(&mut self) {
        (self.used, self.hashed) = (0, false);
        self.filling = self.filling.wrapping_add(1);
        if self.filling == 0 {
            self.places.clear();
            self.hashes.iter_mut().for_each(|hashed| hashed.filling = 0);
            self.filling = 1;
        }
    }
}
