//! What a time zone's offset is, and when it may have a local time twice.

use std::ffi::{c_char, c_int};
use std::mem::offset_of;
use std::{ptr, slice};

use super::calendar::Day;
use crate::zend::constants as c;

/// The head of a `timelib_tzinfo`.
#[repr(C)]
pub(super) struct Zone {
    pub(super) name: *const c_char,
    counts_of_32_bits: [u32; 6],
    counts: [u64; 2],
    leaps: u64,
    /// How often the zone's offset or its name changes, and when, in order.
    count: u64,
    /// How many kinds of time it has: offset, name, whether it is summer time.
    kinds: u64,
    characters: u64,
    changes: *const i64,
    /// Which kind it has from each change on.
    kind_after: *const u8,
    tables: [usize; 3],
    byte_order: u8,
    location: [usize; c::SIZEOF_LOCATION / size_of::<usize>()],
    text: *const c_char,
    /// How it goes on after the last change; null for zones without summer time.
    rules: *const Rules,
}

/// The head of a `timelib_posix_str`.
#[repr(C)]
struct Rules {
    standard: *const c_char,
    standard_offset: i64,
    summer: *const c_char,
    summer_offset: i64,
    begin: *const Rule,
    end: *const Rule,
    standard_kind: c_int,
    summer_kind: c_int,
}

/// `timelib_posix_trans_info`: a day of each year.
#[repr(C)]
struct Rule {
    kind: c_int,
    /// Or the day of the year.
    month: c_int,
    week: c_int,
    weekday: c_int,
    /// Seconds after midnight.
    time: c_int,
}

const _: () = {
    assert!(offset_of!(Zone, name) == c::ZONE_NAME);
    assert!(offset_of!(Zone, count) == c::ZONE_COUNT);
    assert!(offset_of!(Zone, changes) == c::ZONE_CHANGES);
    assert!(offset_of!(Zone, kind_after) == c::ZONE_TYPES);
    assert!(offset_of!(Zone, leaps) == c::ZONE_LEAPS && offset_of!(Zone, kinds) == c::ZONE_KINDS);
    assert!(offset_of!(Zone, rules) == c::ZONE_RULES);
    assert!(offset_of!(Rules, standard_kind) == c::RULES_STANDARD);
    assert!(offset_of!(Rules, summer_kind) == c::RULES_SUMMER);
    assert!(offset_of!(Rules, begin) == c::RULES_BEGIN);
    assert!(offset_of!(Rules, end) == c::RULES_END);
    assert!(size_of::<Rule>() == c::SIZEOF_RULE);
    assert!(offset_of!(Rule, month) == c::RULE_DAYS && c::RULE_DAYS == c::RULE_MONTH);
    assert!(offset_of!(Rule, week) == c::RULE_WEEK);
    assert!(offset_of!(Rule, weekday) == c::RULE_WEEKDAY);
    assert!(offset_of!(Rule, time) == c::RULE_TIME);
};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// No time is had twice that is further from a change than this, in seconds: no zone has ever gone back by more than a day.
const NEAR: u64 = 25 * HOUR as u64;

/// The same where the change's moment is known by its local time only.
const NEAR_RULE: u64 = NEAR + 25 * HOUR as u64;

impl Zone {
    /// Whether the zone may have the local time of this moment twice: `time` since the epoch, in the year `year`.
    ///
    /// # Safety
    /// A zone of a live date.
    pub(super) unsafe fn may_have_twice(&self, time: i64, year: i64) -> bool {
        // SAFETY: the caller's word.
        let changes = unsafe { self.changes() };
        let next = changes.partition_point(|change| *change <= time);
        let is_near = |at: usize| changes.get(at).is_some_and(|change| change.abs_diff(time) <= NEAR);
        if is_near(next) || next > 0 && is_near(next - 1) {
            return true;
        }
        // SAFETY: rules, and theirs, are live or null.
        let rules = unsafe { if next == changes.len() { self.rules.as_ref() } else { None } };
        rules.is_some_and(|rules| {
            [rules.begin, rules.end].into_iter().any(|rule| {
                // SAFETY: as above.
                unsafe { rule.as_ref() }.is_some_and(|rule| rule.is_near(time, year))
            })
        })
    }
}

impl Zone {
    /// # Safety
    /// As for [`Self::may_have_twice`].
    unsafe fn changes(&self) -> &[i64] {
        if self.changes.is_null() {
            return &[];
        }
        // SAFETY: there are so many changes.
        unsafe { slice::from_raw_parts(self.changes, self.count as usize) }
    }

    /// Which kind of time it has at a local time in the year `year`; `None` near a change, before the first one, and with leap seconds.
    ///
    /// # Safety
    /// As for [`Self::may_have_twice`].
    pub(super) unsafe fn period(&self, local: i64, year: i64) -> Option<u32> {
        // SAFETY: the caller's word; there are as many kinds as changes.
        unsafe {
            let changes = self.changes();
            let next = changes.partition_point(|change| *change <= local);
            let is_near =
                |at: usize| changes.get(at).is_some_and(|change| change.abs_diff(local) <= 2 * NEAR);
            if self.leaps != 0 || is_near(next) || next > 0 && is_near(next - 1) {
                return None;
            }
            let rules = if next == changes.len() { self.rules.as_ref() } else { None };
            if let Some(rules) = rules {
                return rules.period(local, year);
            }
            match next.checked_sub(1) {
                Some(last) => {
                    self.kind_after.as_ref().map(|first| u32::from(*ptr::from_ref(first).add(last)))
                }
                None => (changes.is_empty() && self.kinds == 1).then_some(0),
            }
        }
    }
}

impl Rules {
    /// # Safety
    /// Of a live zone.
    unsafe fn period(&self, local: i64, year: i64) -> Option<u32> {
        // SAFETY: theirs are live or null.
        let (begin, end) = unsafe { (self.begin.as_ref(), self.end.as_ref()) };
        let kind = match (begin, end) {
            (None, None) => self.standard_kind,
            (Some(begin), Some(end)) => {
                if begin.is_near(local, year) || end.is_near(local, year) {
                    return None;
                }
                let [begin, end] = [begin, end].map(|rule| rule.in_year(year));
                let is_summer =
                    if begin < end { (begin..end).contains(&local) } else { !(end..begin).contains(&local) };
                if is_summer { self.summer_kind } else { self.standard_kind }
            }
            _ => return None,
        };
        u32::try_from(kind).ok()
    }
}

impl Rule {
    /// The moment in a year by local time, in seconds since the epoch.
    fn in_year(&self, year: i64) -> i64 {
        self.day().in_year(year) * DAY + i64::from(self.time)
    }

    fn is_near(&self, time: i64, year: i64) -> bool {
        /// Of what is further away, nothing is said with certainty.
        const FAR: i64 = 1 << 24;
        year.abs() > FAR || (year - 1..=year + 1).any(|year| self.in_year(year).abs_diff(time) <= NEAR_RULE)
    }

    fn day(&self) -> Day {
        let number = i64::from(self.month);
        match self.kind {
            c::RULE_JULIAN => Day::Numbered(number),
            c::RULE_DAY => Day::After(number),
            _ => Day::Weekday { month: number, week: self.week.into(), weekday: self.weekday.into() },
        }
    }
}
