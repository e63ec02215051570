//! When a time zone may have a local time twice.

use std::ffi::{c_char, c_int};
use std::mem::offset_of;
use std::slice;

use super::calendar::Day;
use crate::zend::constants as c;

/// The head of a `timelib_tzinfo`.
#[repr(C)]
pub(super) struct Zone {
    pub(super) name: *const c_char,
    counts_of_32_bits: [u32; 6],
    counts: [u64; 3],
    /// How often the zone's offset or its name changes, and when, in order.
    count: u64,
    more_counts: [u64; 2],
    changes: *const i64,
    kinds: [usize; 4],
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
    assert!(offset_of!(Zone, rules) == c::ZONE_RULES);
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
        // SAFETY: there are so many changes.
        let changes = unsafe {
            if self.changes.is_null() {
                &[][..]
            } else {
                slice::from_raw_parts(self.changes, self.count as usize)
            }
        };
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

impl Rule {
    fn is_near(&self, time: i64, year: i64) -> bool {
        /// Of what is further away, nothing is said with certainty.
        const FAR: i64 = 1 << 24;
        let day = self.day();
        year.abs() > FAR
            || (year - 1..=year + 1)
                .any(|year| (day.in_year(year) * DAY + i64::from(self.time)).abs_diff(time) <= NEAR_RULE)
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
