//! The moments of the year that a concept may name, computed from the calendar alone.

use domain::Day;
use jiff::civil::{Weekday, date};

/// A moment of the year on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// As people say it, e.g. `Christmas`.
    pub name: &'static str,
    /// The day.
    pub day: Day,
}

/// Words in product titles that tie a product to a moment.
const TIED: [(&str, &str); 9] = [
    ("christmas", "Christmas"),
    ("xmas", "Christmas"),
    ("advent", "Christmas"),
    ("santa", "Christmas"),
    ("noel", "Christmas"),
    ("reindeer", "Christmas"),
    ("easter", "Easter"),
    ("halloween", "Halloween"),
    ("valentine", "Valentine's Day"),
];

/// Easter Sunday of a year in the Gregorian calendar (the anonymous algorithm, Meeus, *Astronomical Algorithms*, ch. 8).
pub fn easter(year: i16) -> Day {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    Day(date(year, (n / 31) as i8, (n % 31 + 1) as i8))
}

fn second_sunday_of_may(year: i16) -> Day {
    let first = date(year, 5, 1);
    let to_sunday = (7 - i32::from(first.weekday().to_sunday_zero_offset())) % 7;
    let day = Day(first).plus(to_sunday + 7);
    debug_assert_eq!(day.0.weekday(), Weekday::Sunday);
    day
}

/// The moments after `from`, nearest first, within a year.
pub fn ahead(from: Day) -> Vec<Moment> {
    let year = from.0.year();
    let mut moments: Vec<Moment> = [year, year + 1]
        .into_iter()
        .flat_map(|year| {
            [
                Moment { name: "Valentine's Day", day: Day(date(year, 2, 14)) },
                Moment { name: "Easter", day: easter(year) },
                Moment { name: "Mother's Day", day: second_sunday_of_may(year) },
                Moment { name: "Halloween", day: Day(date(year, 10, 31)) },
                Moment { name: "Christmas", day: Day(date(year, 12, 25)) },
            ]
        })
        .filter(|moment| moment.day > from && moment.day.days_since(from) <= 366)
        .collect();
    moments.sort_by_key(|moment| moment.day);
    moments
}

/// The moment that weeks of a flight are about: the nearest one at least `least` and at most `most` days after `from`.
pub fn near(from: Day, least: i32, most: i32) -> Option<Moment> {
    ahead(from).into_iter().find(|moment| (least..=most).contains(&moment.day.days_since(from)))
}

/// The moment a product is tied to by its title, if any.
pub fn tied_to(title: &str) -> Option<&'static str> {
    let lower = title.to_lowercase();
    TIED.iter().find(|(word, _)| lower.contains(word)).map(|(_, moment)| *moment)
}

/// False for a product tied to a moment that is over or more than 75 days away on `day`.
pub fn is_timely(title: &str, day: Day) -> bool {
    match tied_to(title) {
        Some(name) => ahead(day).iter().any(|moment| moment.name == name && moment.day.days_since(day) <= 75),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_fall_on_their_days() {
        for (year, day) in [(2011, "2011-04-24"), (2024, "2024-03-31"), (2026, "2026-04-05")] {
            assert_eq!(easter(year).to_string(), day);
        }
        assert_eq!(second_sunday_of_may(2026).to_string(), "2026-05-10");
        assert_eq!(second_sunday_of_may(2022).to_string(), "2022-05-08");
        let november = Day::parse("2011-11-03").expect("a day");
        assert_eq!(near(november, 10, 70).map(|moment| moment.name), Some("Christmas"));
        assert_eq!(near(Day::parse("2026-06-01").expect("a day"), 10, 70), None);
        assert!(is_timely("PAPER CHAIN KIT 50'S CHRISTMAS", november));
        assert!(!is_timely("Halloween lantern", november));
        assert!(!is_timely("EASTER BUNNY", november));
    }
}
