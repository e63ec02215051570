//! Dates at a fetch.
//!
//! The engine reads a date's text with a scanner that knows every way to write one, and asks for the current time besides: it
//! takes twenty times as long as a copy of a date does. So of each time zone and offset that it had a date read for in a request,
//! one is kept, and the next dates are copies of it with another time. What zones do near a change of their offset is left to
//! the engine.

use std::ffi::{c_char, c_int};
use std::io::Write;
use std::ptr;
use std::slice::from_mut;

use ext_php_rs::ffi::{zend_class_entry, zend_object, zval};

use super::calendar::days_before;
use super::compared::Compared;
use super::{DATE, KIND, MICROSECOND, Moment, NAMES, ZONE, place_of};
use crate::engine::{bytes, exception_pending, locked};
use crate::module::local;
use crate::objects::class::method;
use crate::objects::engine::{self, undefined, zval_of};
use crate::objects::finish::run;
use crate::objects::prototype::{self, php_date_get_date_ce};
use crate::zend::constants as c;
use crate::zend::live::{Array, Slot};

/// Dates that are kept at most.
const MOST: usize = 16;

/// The longest name of a zone that one is kept of.
const NAME: usize = 40;

/// The first copy of each kind, with what the engine reads.
static COMPARED: Compared = Compared::new();

unsafe extern "C" {
    fn php_date_instantiate(class: *mut zend_class_entry, out: *mut zval) -> *mut zval;
    /// Of the first, only what it begins with is known here.
    fn php_date_initialize(
        date: *mut *mut Moment,
        text: *const c_char,
        len: usize,
        format: *const c_char,
        zone: *mut zval,
        flags: c_int,
    ) -> bool;
}

/// At module start-up.
pub(super) fn start() {
    COMPARED.forget();
}

/// A date that the engine has read.
struct Source {
    kind: u32,
    name: [u8; NAME],
    len: usize,
    /// Which of the zone's offsets it has.
    period: u32,
    /// Seconds that its local time is ahead.
    offset: i64,
    /// Nobody else's.
    object: *mut zend_object,
}

/// What one request keeps.
pub(in crate::objects) struct Known(Vec<Source>);

impl Known {
    pub(in crate::objects) const fn new() -> Self {
        Known(Vec::new())
    }

    /// Lets go of all, while the engine still has objects. No user code runs: they are the engine's own.
    #[inline]
    pub(in crate::objects) fn release(&mut self) {
        if !self.0.is_empty() {
            self.release_all();
        }
    }

    #[cold]
    fn release_all(&mut self) {
        while let Some(source) = self.0.pop() {
            // SAFETY: it is ours, and taken off the list.
            unsafe { engine::zval_ptr_dtor(zval_of(&mut engine::object_slot(source.object))) };
        }
    }

    /// The objects are gone with the request.
    #[inline]
    pub(in crate::objects) fn forget(&mut self) {
        if !self.0.is_empty() {
            self.0.clear();
        }
    }
}

/// What is stored of a date, read.
struct Stored<'a> {
    parts: [i64; 7],
    /// Seconds since the epoch, were it UTC.
    local: i64,
    kind: u32,
    zone: &'a [u8],
}

impl Stored<'_> {
    /// `None` if it has more than a date, or another form than usual.
    ///
    /// # Safety
    /// What `__serialize()` of a date gave; it is held for as long as the result is used.
    unsafe fn of(data: &Slot) -> Option<Self> {
        let data = data.array();
        if data.is_packed() || data.count as usize != NAMES.len() || data.used != data.count {
            return None;
        }
        let [date, kind, zone] = [DATE, KIND, ZONE].map(|at| &data.buckets()[at].slot);
        if date.kind() != c::IS_STRING || kind.kind() != c::IS_LONG || zone.kind() != c::IS_STRING {
            return None;
        }
        // SAFETY: live strings.
        let (date, zone) = unsafe { (bytes(date.value as *const _), bytes(zone.value as *const _)) };
        let parts = parts_of(date.try_into().ok()?)?;
        Some(Stored { parts, local: in_utc(&parts), kind: u32::try_from(kind.value).ok()?, zone })
    }
}

/// Reads `Y-m-d H:i:s.u`; `None` for what the engine may take for something else.
fn parts_of(text: &[u8; 26]) -> Option<[i64; 7]> {
    const PATTERN: &[u8; 26] = b"0000-00-00 00:00:00.000000";
    let mut digits = [0; 26];
    let mut is_other = false;
    for (digit, (&byte, &pattern)) in digits.iter_mut().zip(text.iter().zip(PATTERN)) {
        *digit = byte.wrapping_sub(pattern);
        is_other |= *digit > if pattern == b'0' { 9 } else { 0 };
    }
    let two = |at: usize| i64::from(digits[at]) * 10 + i64::from(digits[at + 1]);
    let (year, month, day) = (two(0) * 100 + two(2), two(5), two(8));
    let (hour, minute, second) = (two(11), two(14), two(17));
    let microsecond = (two(20) * 100 + two(22)) * 100 + two(24);
    let is_usual = !is_other
        && year >= 1000
        && (1..=12).contains(&month)
        && (1..=days_before(year, month + 1) - days_before(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    is_usual.then_some([year, month, day, hour, minute, second, microsecond])
}

/// Seconds since the epoch that these parts are in UTC.
fn in_utc(parts: &[i64; 7]) -> i64 {
    let [year, month, day, hour, minute, second, _] = *parts;
    ((days_before(year, month) + day - 1) * 24 + hour) * 3600 + minute * 60 + second
}

/// `__unserialize()` of a date, given what its `__serialize()` gave.
///
/// # Safety
/// A live object of a class that [`super::is_date`], not initialised yet. May leave by a jump (memory limit).
pub(in crate::objects) unsafe fn unserialize(object: *mut zend_object, data: &mut Slot) {
    // SAFETY: the caller's word.
    unsafe {
        let stored = Stored::of(&*data);
        if stored.as_ref().is_some_and(|stored| copy(object, stored, *data)) {
            return;
        }
        // Of a derived class, it sets properties, which may call that one's methods.
        locked(|| run(object, (*(*object).ce).__unserialize, from_mut(data)));
        if let Some(stored) = stored.filter(|_| !exception_pending()) {
            keep(object, &stored, data);
        }
    }
}

/// Makes the object a copy of a date that is kept, with another time. False if there is none.
///
/// # Safety
/// As for [`unserialize`].
unsafe fn copy(object: *mut zend_object, stored: &Stored, mut data: Slot) -> bool {
    // SAFETY: the caller's word; this thread's own, of which no reference lives while the engine is called. What is kept has a moment.
    unsafe {
        let known = &(*local_known()).0;
        let is_of_zone =
            |source: &&Source| source.kind == stored.kind && source.name[..source.len] == *stored.zone;
        let Some(first) = known.iter().find(is_of_zone) else { return false };
        let Some(period) = (**place_of(first.object.cast())).period(stored.local, stored.parts[0]) else {
            return false;
        };
        let mut of_zone = known.iter().filter(is_of_zone);
        let Some(source) = of_zone.find(|source| source.period == period) else { return false };
        let (source, offset) = (source.object, source.offset);
        let Some(clone) = (*(*source).handlers).clone_obj else { return false };
        let copy = clone(source);
        let place = place_of(object.cast());
        ptr::swap(place, place_of(copy.cast()));
        engine::zval_ptr_dtor(zval_of(&mut engine::object_slot(copy)));
        (**place).parts = stored.parts;
        (**place).since_epoch = stored.local - offset;
        compare(object, &mut data);
        true
    }
}

/// The first copy of each kind is compared with what the engine makes of it; if they differ, that holds, and no more are made.
///
/// # Safety
/// As for [`unserialize`], of a date that was filled since.
unsafe fn compare(object: *mut zend_object, data: &mut Slot) {
    // SAFETY: the caller's word.
    unsafe {
        let place = place_of(object.cast());
        let kind = (**place).kind;
        if COMPARED.is_known(kind) {
            return;
        }
        let ours = (**place).looks();
        run(object, (*(*object).ce).__unserialize, from_mut(data));
        let same = !exception_pending() && (**place).looks() == ours;
        COMPARED.note(kind, same);
    }
}

/// Keeps a date that the engine has just read, as one to copy.
///
/// # Safety
/// As for [`compare`].
unsafe fn keep(object: *mut zend_object, stored: &Stored, data: &mut Slot) {
    // SAFETY: the caller's word; this thread's own, of which no reference lives while the engine is called.
    unsafe {
        let moment = *place_of(object.cast());
        if COMPARED.differs()
            || stored.zone.len() > NAME
            || (*local()).objects.prototypes.takes_no_more()
            || (*local_known()).0.len() >= MOST
            || moment.is_null()
            || !(*moment).is_plain()
            || (*moment).kind != stored.kind
            || (*moment).parts != stored.parts
        {
            return;
        }
        let Some(period) = (*moment).period(stored.local, stored.parts[0]) else { return };
        let offset = stored.local - (*moment).since_epoch;
        let class = (*object).ce;
        let object = if super::is_own(class) && (*object).properties.is_null() {
            prototype::clone(object).cast()
        } else {
            let mut other = undefined();
            php_date_instantiate(php_date_get_date_ce(), zval_of(&mut other));
            let other = other.value as *mut zend_object;
            run(other, (*(*other).ce).__unserialize, from_mut(data));
            other
        };
        let mut source =
            Source { kind: stored.kind, name: [0; NAME], len: stored.zone.len(), period, offset, object };
        source.name[..source.len].copy_from_slice(stored.zone);
        (*local_known()).0.push(source);
    }
}

/// This thread's.
fn local_known() -> *mut Known {
    // SAFETY: only the address is taken.
    unsafe { &raw mut (*local()).objects.prototypes.dates }
}

impl Moment {
    /// All that tells it from another one.
    fn looks(&self) -> ([i64; 7], i64, i32, i32, u32, [u32; 5]) {
        (self.parts, self.since_epoch, self.offset, self.summer, self.kind, self.have)
    }

    /// Which of its zone's offsets a local time has, in the year `year`; `None` if that takes a closer look.
    ///
    /// # Safety
    /// A live date's.
    unsafe fn period(&self, local: i64, year: i64) -> Option<u32> {
        match self.kind {
            // SAFETY: a live date's zone.
            c::TIMELIB_ZONETYPE_ID => unsafe { self.zone.as_ref()?.period(local, year) },
            // There is but one.
            _ => Some(0),
        }
    }
}

/// Fills a date with what [`super::with_moment`] made.
///
/// # Safety
/// An object of a class that [`super::is_date`], and such a list. May leave by a jump (memory limit).
pub(in crate::objects) unsafe fn fill(object: *mut zend_object, stored: &Array) {
    // SAFETY: the caller's word; `run` takes methods of the object's class.
    unsafe {
        let [mut data, time] = [stored.slots()[0], stored.slots()[1]];
        locked(|| run(object, (*(*object).ce).__unserialize, from_mut(&mut data)));
        if !exception_pending() {
            move_to(object, time.value as i64);
        }
    }
}

/// Makes a date that has the right local time one that is so many seconds since the epoch: another one is made from that, in the same
/// zone, and they swap their moments. (`setTimestamp()` would not do: it goes by local time in the end.)
///
/// # Safety
/// As for [`fill`].
unsafe fn move_to(object: *mut zend_object, time: i64) {
    // SAFETY: the caller's word. The engine's own methods, which take both kinds of dates; what was made here is let go of.
    unsafe {
        let place = place_of(object.cast());
        let class = php_date_get_date_ce();
        let (Some(zone_of), Some(set_zone)) =
            (method(&*class, "gettimezone"), method(&*class, "settimezone"))
        else {
            return;
        };
        if (*place).is_null() || (**place).since_epoch == time {
            return;
        }
        let (mut zone, mut other) = (engine::call_method(object, zone_of, &mut []), undefined());
        php_date_instantiate(class, zval_of(&mut other));
        let date = other.value as *mut zend_object;
        let theirs = place_of(date.cast());
        let (text, len) = at_sign(time);
        if php_date_initialize(theirs, text.as_ptr().cast(), len, ptr::null(), ptr::null_mut(), 0) {
            run(date, set_zone, from_mut(&mut zone));
            if !exception_pending() {
                (**theirs).parts[MICROSECOND] = (**place).parts[MICROSECOND];
                ptr::swap(place, theirs);
            }
        }
        for slot in [&mut zone, &mut other] {
            engine::zval_ptr_dtor(zval_of(slot));
        }
    }
}

/// A time since the epoch as the engine reads it, with a NUL, and its length without.
fn at_sign(time: i64) -> ([u8; 24], usize) {
    let mut text = [0; 24];
    let mut rest = &mut text[..23];
    // Twenty digits at most.
    let _ = write!(rest, "@{time}");
    let len = 23 - rest.len();
    (text, len)
}
