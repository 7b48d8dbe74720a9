//! Times as files write them.

use domain::{Day, InstantMs};
use jiff::{Timestamp, civil};

/// Reads `2011-11-01`, `20111101`, `2011-11-01 09:00[:00]`, `2011-11-01T09:00:00Z` (with an offset it is taken to UTC).
/// A time without an offset is taken as UTC: the file's own clock is the only one there is.
pub fn parse(text: &str) -> Option<InstantMs> {
    let text = text.trim();
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        let part = |range: std::ops::Range<usize>| text[range].parse::<i16>().ok();
        let date =
            civil::Date::new(part(0..4)?, i8::try_from(part(4..6)?).ok()?, i8::try_from(part(6..8)?).ok()?).ok()?;
        return at_midnight(date);
    }
    if let Ok(date) = text.parse::<civil::Date>()
        && text.len() == 10
    {
        return at_midnight(date);
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(InstantMs(instant.as_millisecond()));
    }
    let local: civil::DateTime = text.parse().ok()?;
    Some(InstantMs(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond()))
}

fn at_midnight(date: civil::Date) -> Option<InstantMs> {
    let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(InstantMs(zoned.timestamp().as_millisecond()))
}

/// The UTC day of an instant.
pub fn day(instant: InstantMs) -> Day {
    instant.day_in(&jiff::tz::TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_usual_ways_to_write_a_time() {
        for (text, ms) in [
            ("1970-01-02", 86_400_000),
            ("19700102", 86_400_000),
            ("1970-01-01 01:00", 3_600_000),
            ("1970-01-01T00:00:01", 1_000),
            ("1970-01-01T02:00:00+02:00", 0),
        ] {
            assert_eq!(super::parse(text).map(|at| at.0), Some(ms), "{text}");
        }
        for text in ["", "yesterday", "1970-13-01", "12"] {
            assert_eq!(super::parse(text), None, "{text}");
        }
    }
}
