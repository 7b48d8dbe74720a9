//! Time as it is stored and as a brand reads it.

use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A UTC instant in milliseconds since the Unix epoch: the form in which every time is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InstantMs(pub i64);

impl InstantMs {
    /// The instant as a `jiff` timestamp; instants out of its range clamp to its ends.
    pub fn to_timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    /// The calendar day of this instant in the brand's time zone.
    pub fn day_in(self, zone: &TimeZone) -> Day {
        Day(self.to_timestamp().to_zoned(zone.clone()).date())
    }

    /// This instant plus a number of whole 24-hour days.
    pub fn plus_days(self, days: i64) -> InstantMs {
        InstantMs(self.0 + days * 86_400_000)
    }
}

impl From<Timestamp> for InstantMs {
    fn from(value: Timestamp) -> Self {
        InstantMs(value.as_millisecond())
    }
}

/// A calendar day in the brand's time zone. Serialises as `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub civil::Date);

impl Day {
    /// Parses `YYYY-MM-DD`.
    ///
    /// # Errors
    /// The text is not a calendar day in that form.
    pub fn parse(text: &str) -> Result<Day, jiff::Error> {
        Ok(Day(text.trim().parse()?))
    }

    /// Days since 1970-01-01, the form of a Parquet `Date32`.
    pub fn epoch_days(self) -> i32 {
        let epoch = civil::date(1970, 1, 1);
        (self.0 - epoch).get_days()
    }

    /// The inverse of [`Day::epoch_days`]; out-of-range values clamp.
    pub fn from_epoch_days(days: i32) -> Day {
        let epoch = civil::date(1970, 1, 1);
        Day(epoch.saturating_add(jiff::Span::new().days(days)))
    }

    /// The day `n` days later (earlier when negative).
    pub fn plus(self, n: i32) -> Day {
        Day::from_epoch_days(self.epoch_days() + n)
    }

    /// Whole days from `earlier` to `self`; negative when `self` is before it.
    pub fn days_since(self, earlier: Day) -> i32 {
        self.epoch_days() - earlier.epoch_days()
    }

    /// The instant at which the day starts in the brand's time zone.
    pub fn start_in(self, zone: &TimeZone) -> InstantMs {
        match self.0.to_zoned(zone.clone()) {
            Ok(zoned) => InstantMs::from(zoned.timestamp()),
            Err(_) => InstantMs(i64::from(self.epoch_days()) * 86_400_000),
        }
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// An inclusive range of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRange {
    /// First day of the range.
    pub from: Day,
    /// Last day of the range, included.
    pub to: Day,
}

impl DayRange {
    /// Number of days in the range, at least 0.
    pub fn len_days(self) -> i32 {
        (self.to.days_since(self.from) + 1).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epoch_days_round_trip() {
        for text in ["1970-01-01", "2009-12-01", "2024-02-29", "2026-11-23"] {
            let day = Day::parse(text).expect("valid");
            assert_eq!(Day::from_epoch_days(day.epoch_days()), day);
            assert_eq!(day.to_string(), text);
        }
    }

    #[test]
    fn a_day_starts_at_local_midnight_also_across_dst() {
        let zone = TimeZone::get("Europe/Berlin").expect("bundled zone");
        let day = Day::parse("2026-03-29").expect("valid");
        let next = day.plus(1);
        assert_eq!(next.start_in(&zone).0 - day.start_in(&zone).0, 23 * 3_600_000);
        assert_eq!(day.start_in(&zone).day_in(&zone), day);
    }
}
