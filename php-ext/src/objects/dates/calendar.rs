//! Days of the year as rules of time zones name them.

/// A day that each year has.
pub(super) enum Day {
    /// By its number, from 1 on; the 29th of February has none and is not counted.
    Numbered(i64),
    /// So many days after the first of January.
    After(i64),
    /// A weekday (0: Sunday) of a month: the first, second, …; the fifth is the last.
    Weekday { month: i64, week: i64, weekday: i64 },
}

impl Day {
    /// Days from the epoch to this day of a year.
    pub(super) fn in_year(&self, year: i64) -> i64 {
        match *self {
            Self::Numbered(number) => {
                let leap = days_before(year, 3) - days_before(year, 2) == 29;
                days_before(year, 1) + number - 1 + i64::from(leap && number > 59)
            }
            Self::After(days) => days_before(year, 1) + days,
            Self::Weekday { month, week, weekday } => {
                let (first, end) = (days_before(year, month), days_before(year, month + 1));
                // The epoch was a Thursday.
                let day = first + (weekday - (first + 4)).rem_euclid(7) + (week - 1) * 7;
                if day < end { day } else { day - 7 }
            }
        }
    }
}

/// Days from the epoch to the first of a month, 1 to 13, of the Gregorian calendar.
pub(super) fn days_before(year: i64, month: i64) -> i64 {
    // Years that begin in March: the day that some of them have more is their last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    days + (153 * month + 2) / 5 - 719_468
}
