//! Dates: what the engine's own `__serialize()` gives, without calling it, and what that does not give.
//!
//! It formats piece by piece with a function of the `printf` family, which takes longer than all else that storing a date is.
//! And it gives local time, which a zone may have twice: when summer time ends, or where a zone changed its offset. Dates near such a
//! change are stored with their time since the epoch besides. How dates are made at a fetch: see [`filling`].
//!
//! The engine's structures are those of the headers that this was compiled with. Whether the running engine's are, the first
//! date of each kind tells, by comparing: what differs is left to the engine from then on.

mod calendar;
mod compared;
mod filling;
mod zone;

use std::ffi::{CStr, c_char};
use std::mem::offset_of;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use ext_php_rs::ffi::{HashTable, zend_class_entry, zend_function, zend_string, zval};

use super::class::Facts;
use super::engine::{self, undefined, zval_of};
use super::gather::{Stop, refuse};
use super::harvest::Harvest;
use super::methods::call;
use super::prototype::{php_date_get_date_ce, php_date_get_immutable_ce};
use crate::zend::constants as c;
use crate::zend::live::{Object, Slot};
use compared::Compared;
pub(super) use filling::{Known, fill, unserialize};
use zone::Zone;

/// `timelib_time`.
#[repr(C)]
struct Moment {
    /// Year, month, day, hour, minute, second, microsecond, as they are shown.
    parts: [i64; 7],
    offset: i32,
    abbreviation: *const c_char,
    zone: *const Zone,
    summer: i32,
    relative: [u8; c::SIZEOF_RELATIVE],
    since_epoch: i64,
    have: [u32; 5],
    since_epoch_is_up_to_date: u32,
    parts_are_up_to_date: u32,
    is_local: u32,
    kind: u32,
}

const _: () = {
    assert!(size_of::<Moment>() == c::SIZEOF_MOMENT);
    assert!(offset_of!(Moment, parts) == c::MOMENT_YEAR);
    assert!(offset_of!(Moment, parts) + 6 * size_of::<i64>() == c::MOMENT_MICROSECOND);
    assert!(offset_of!(Moment, offset) == c::MOMENT_OFFSET);
    assert!(offset_of!(Moment, abbreviation) == c::MOMENT_ABBREVIATION);
    assert!(offset_of!(Moment, zone) == c::MOMENT_ZONE);
    assert!(offset_of!(Moment, is_local) == c::MOMENT_IS_LOCAL);
    assert!(offset_of!(Moment, kind) == c::MOMENT_KIND);
    assert!(offset_of!(Moment, summer) == c::MOMENT_SUMMER);
    assert!(offset_of!(Moment, since_epoch) == c::MOMENT_SINCE_EPOCH);
    assert!(offset_of!(Moment, since_epoch_is_up_to_date) == c::MOMENT_SSE_UPTODATE);
};

const DATE: usize = 0;
const KIND: usize = 1;
const ZONE: usize = 2;
const YEAR: usize = 0;
const MICROSECOND: usize = 6;
const NAMES: [&CStr; 3] = [c"date", c"timezone_type", c"timezone"];

/// The keys, as strings of the engine that last as long as the process.
static KEYS: [AtomicPtr<zend_string>; 3] = [const { AtomicPtr::new(ptr::null_mut()) }; 3];

/// What [`Moment::data`] makes, with what `__serialize()` gives.
static COMPARED: Compared = Compared::new();

unsafe extern "C" {
    fn zend_is_identical(one: *mut zval, other: *mut zval) -> bool;
    fn zend_hash_real_init_mixed(table: *mut HashTable);
    fn zend_hash_add_new(table: *mut HashTable, key: *mut zend_string, value: *mut zval) -> *mut zval;
}

/// At module start-up.
pub(crate) fn start() {
    for (key, name) in KEYS.iter().zip(NAMES) {
        key.store(crate::info::class::interned(name), Ordering::Relaxed);
    }
    COMPARED.forget();
    filling::start();
}

/// The engine's own two classes of dates.
fn own_classes() -> [*mut zend_class_entry; 2] {
    // SAFETY: made when PHP started, for as long as it lives.
    unsafe { [php_date_get_immutable_ce(), php_date_get_date_ce()] }
}

/// Whether a class is one of them, not one that is derived.
pub(super) fn is_own(class: *const zend_class_entry) -> bool {
    own_classes().into_iter().any(|own| std::ptr::eq(class, own))
}

/// Whether a class's objects are dates whose `__serialize()` and `__unserialize()` are the engine's.
pub(super) fn is_date(class: &zend_class_entry) -> bool {
    // SAFETY: the engine's own classes, and functions of live classes.
    unsafe {
        own_classes().into_iter().any(|date| {
            is_same(class.__serialize, (*date).__serialize)
                && is_same(class.__unserialize, (*date).__unserialize)
        })
    }
}

/// # Safety
/// An object of a class that [`is_date`].
unsafe fn moment_of<'a>(object: *const Object) -> Option<&'a Moment> {
    // SAFETY: objects of dates lie behind the pointer to their moment, which is null until they are initialised.
    unsafe { (*place_of(object)).as_ref() }
}

/// # Safety
/// As for [`moment_of`].
unsafe fn place_of(object: *const Object) -> *mut *mut Moment {
    // SAFETY: the caller's word.
    unsafe { object.byte_sub(c::DATE_OBJECT).cast_mut().cast() }
}

/// # Safety
/// Functions of live classes, or null.
unsafe fn is_same(one: *const zend_function, other: *const zend_function) -> bool {
    // SAFETY: the caller's word. An inherited function may be a copy, which has the same code.
    unsafe {
        !one.is_null()
            && !other.is_null()
            && crate::engine::is_internal(one)
            && crate::engine::is_internal(other)
            && (*one).internal_function.handler.map(|handler| handler as usize)
                == (*other).internal_function.handler.map(|handler| handler as usize)
    }
}

/// What `__serialize()` of a date gives; the caller holds it. `None`: the engine has to be asked.
///
/// # Safety
/// A live object of a class that [`is_date`], and that is asked for a live harvest. May leave by a jump (memory limit).
pub(super) unsafe fn data(
    harvest: *mut Harvest,
    object: *const Object,
    facts: &Facts,
) -> Result<Option<Slot>, Stop> {
    // SAFETY: the caller's word; objects of dates lie behind the pointer to their moment.
    unsafe {
        if let Some(moment) = moment_of(object).filter(|moment| moment.cannot_be_read()) {
            refuse(harvest, moment.why_not_read())?;
        }
        // Properties are among the data.
        if facts.slots > 0 || (*object).table().is_some_and(|table| table.count > 0) {
            return Ok(None);
        }
        let Some(moment) = moment_of(object).filter(|moment| moment.is_plain()) else { return Ok(None) };
        if COMPARED.differs() {
            return Ok(None);
        }
        let Some(mut ours) = moment.data(harvest) else { return Ok(None) };
        if !COMPARED.is_known(moment.kind) {
            let mut theirs = undefined();
            let asked = call(object, (*facts.class).__serialize).map(|data| theirs = data);
            let same = asked.is_ok() && zend_is_identical(zval_of(&mut ours), zval_of(&mut theirs));
            COMPARED.note(moment.kind, same);
            // What was made for the comparison is not for the next one.
            (*harvest).zone = (ptr::null(), ptr::null_mut());
            engine::zval_ptr_dtor(zval_of(&mut ours));
            asked?;
            return Ok(Some(theirs));
        }
        Ok(Some(ours))
    }
}

/// What a date is stored with, given what `__serialize()` gave, which the caller holds: that, or a list of that and the date's time
/// since the epoch, if its zone may have its local time twice.
///
/// # Safety
/// As for [`data`].
pub(super) unsafe fn with_moment(object: *const Object, data: Slot) -> Option<Slot> {
    // SAFETY: the caller's word; the table takes over what is added to it.
    unsafe {
        let moment = moment_of(object).filter(|moment| moment.may_be_repeated())?;
        let table = engine::_zend_new_array(2);
        let mut data = data;
        let mut time = Slot { value: moment.since_epoch as u64, info: c::IS_LONG, next: 0 };
        engine::zend_hash_next_index_insert(table, zval_of(&mut data));
        engine::zend_hash_next_index_insert(table, zval_of(&mut time));
        Some(Slot::counted(table, c::IS_ARRAY_EX))
    }
}

impl Moment {
    /// Whether the zone may have this local time twice.
    fn may_be_repeated(&self) -> bool {
        if self.is_local != 1 || self.kind != c::TIMELIB_ZONETYPE_ID || self.since_epoch_is_up_to_date == 0 {
            return false;
        }
        // SAFETY: a live date's zone.
        unsafe {
            self.zone.as_ref().is_some_and(|zone| zone.may_have_twice(self.since_epoch, self.parts[YEAR]))
        }
    }

    /// Whether the engine itself refuses what it has written: dates get such offsets from their zones, where more hours are allowed than
    /// in a date's text.
    fn cannot_be_read(&self) -> bool {
        self.kind == c::TIMELIB_ZONETYPE_OFFSET && self.offset.unsigned_abs() >= 25 * 3600
    }

    #[cold]
    fn why_not_read(&self) -> String {
        let minutes = self.offset.unsigned_abs() / 60;
        let sign = if self.offset < 0 { '-' } else { '+' };
        let (hours, minutes) = (minutes / 60, minutes % 60);
        format!("it is a date with an offset that unserialize() refuses ({sign}{hours:02}:{minutes:02})")
    }

    /// Whether all parts have as many digits as they usually have, and it has a time zone.
    fn is_plain(&self) -> bool {
        const LIMITS: [i64; 7] = [10_000, 100, 100, 100, 100, 100, 1_000_000];
        self.is_local == 1
            && matches!(
                self.kind,
                c::TIMELIB_ZONETYPE_OFFSET | c::TIMELIB_ZONETYPE_ABBR | c::TIMELIB_ZONETYPE_ID
            )
            && self.parts.iter().zip(LIMITS).all(|(part, limit)| (0..limit).contains(part))
    }

    /// # Safety
    /// The moment of a live date that [`Self::is_plain`]; the caller's harvest.
    unsafe fn data(&self, harvest: *mut Harvest) -> Option<Slot> {
        // SAFETY: the caller's word; the table takes over what is added to it.
        unsafe {
            let table = engine::_zend_new_array(NAMES.len() as u32);
            zend_hash_real_init_mixed(table);
            let add = |key: usize, mut value: Slot| {
                zend_hash_add_new(table, KEYS[key].load(Ordering::Relaxed), zval_of(&mut value));
            };
            add(DATE, string(&self.text()));
            add(KIND, Slot { value: u64::from(self.kind), info: c::IS_LONG, next: 0 });
            let mut data = Slot::counted(table, c::IS_ARRAY_EX);
            let Some(zone) = self.zone(harvest) else {
                engine::zval_ptr_dtor(zval_of(&mut data));
                return None;
            };
            add(ZONE, zone);
            Some(data)
        }
    }

    /// `Y-m-d H:i:s.u`
    fn text(&self) -> [u8; 26] {
        let mut text = *b"0000-00-00 00:00:00.000000";
        let mut write = |end: usize, digits: usize, mut number: i64| {
            for digit in text[end - digits..end].iter_mut().rev() {
                *digit = b'0' + (number % 10) as u8;
                number /= 10;
            }
        };
        let [year, month, day, hour, minute, second, microsecond] = self.parts;
        write(4, 4, year);
        write(7, 2, month);
        write(10, 2, day);
        write(13, 2, hour);
        write(16, 2, minute);
        write(19, 2, second);
        write(26, 6, microsecond);
        text
    }

    /// The time zone's name. That of the last date is used again.
    ///
    /// # Safety
    /// As for [`Self::data`].
    unsafe fn zone(&self, harvest: *mut Harvest) -> Option<Slot> {
        // SAFETY: names end with a NUL. The last name's string is in an array that the harvest holds.
        unsafe {
            match self.kind {
                c::TIMELIB_ZONETYPE_ID => {
                    let name = self.zone.as_ref()?.name;
                    let (last, string_of_last) = (*harvest).zone;
                    if ptr::eq(name, last) {
                        let slot = crate::engine::string_slot(string_of_last);
                        engine::hold(&slot);
                        return Some(slot);
                    }
                    let slot = string(CStr::from_ptr(name.as_ref()?).to_bytes());
                    (*harvest).zone = (name, slot.value as *mut zend_string);
                    Some(slot)
                }
                c::TIMELIB_ZONETYPE_ABBR => {
                    Some(string(CStr::from_ptr(self.abbreviation.as_ref()?).to_bytes()))
                }
                _ => {
                    let minutes = self.offset.unsigned_abs() / 60;
                    if self.offset % 60 != 0 || minutes >= 100 * 60 {
                        return None;
                    }
                    let digit = |number: u32| b'0' + (number % 10) as u8;
                    let (hours, minutes) = (minutes / 60, minutes % 60);
                    let sign = if self.offset < 0 { b'-' } else { b'+' };
                    Some(string(&[
                        sign,
                        digit(hours / 10),
                        digit(hours),
                        b':',
                        digit(minutes / 10),
                        digit(minutes),
                    ]))
                }
            }
        }
    }
}

/// A new string's zval.
///
/// # Safety
/// While the engine runs a request. May leave by a jump.
unsafe fn string(bytes: &[u8]) -> Slot {
    let mut slot = undefined();
    // SAFETY: the caller's word.
    unsafe { crate::engine::set_string(zval_of(&mut slot), bytes) };
    slot
}
