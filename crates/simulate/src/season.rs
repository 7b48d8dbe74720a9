//! The year's curve, the week's, and growth.

use domain::Day;
use jiff::civil::Weekday;

use crate::brand::Season;

/// The greatest value of [`demand_index`]: the thinning bound of visit times.
pub(crate) const MAX_INDEX: f64 = 3.6;

/// Day of the year, 1 to 366.
fn day_of_year(day: Day) -> f64 {
    f64::from(day.0.day_of_year())
}

/// A bump of the year around a day of the year, 1 at its top.
fn bump(day: Day, centre: f64, width: f64) -> f64 {
    let distance = (day_of_year(day) - centre).abs();
    let distance = distance.min(365.0 - distance);
    (-0.5 * (distance / width).powi(2)).exp()
}

/// Days since the Friday after the fourth Thursday of November, negative before it.
fn days_since_black_friday(day: Day) -> i32 {
    let year = day.0.year();
    let first = jiff::civil::date(year, 11, 1);
    let to_thursday =
        (Weekday::Thursday.to_monday_zero_offset() - first.weekday().to_monday_zero_offset()).rem_euclid(7);
    let friday = 1 + i32::from(to_thursday) + 21 + 1;
    let start = Day(jiff::civil::date(year, 11, 1)).plus(friday - 1);
    day.days_since(start)
}

/// Whether the Black Friday weekend (Friday to Monday) is on.
pub fn is_black_friday_weekend(day: Day) -> bool {
    (0..4).contains(&days_since_black_friday(day))
}

/// Demand of a day relative to an average one: year, week and Black Friday.
pub fn demand_index(day: Day) -> f64 {
    let year = 0.93 + 0.85 * bump(day, 342.0, 15.0) + 0.14 * bump(day, 105.0, 28.0)
        - 0.13 * bump(day, 212.0, 28.0)
        - 0.18 * bump(day, 12.0, 12.0);
    let week = match day.0.weekday() {
        Weekday::Monday => 1.08,
        Weekday::Tuesday => 1.02,
        Weekday::Wednesday => 0.98,
        Weekday::Thursday => 0.98,
        Weekday::Friday => 0.93,
        Weekday::Saturday => 0.89,
        Weekday::Sunday => 1.12,
    };
    let friday = match days_since_black_friday(day) {
        -4..=-1 => 1.15,
        0 => 2.1,
        1..=3 => 1.6,
        _ => 1.0,
    };
    // Parcels sent after the 21st do not arrive in time.
    let too_late = if day.0.month() == 12 && (21..=26).contains(&day.0.day()) { 0.55 } else { 1.0 };
    (year * week * friday * too_late).min(MAX_INDEX)
}

/// How wanted a product of a season is on a day; 1 on average for those wanted all year.
pub fn product_index(season: Season, day: Day) -> f64 {
    match season {
        Season::All => 1.0,
        Season::Spring => 0.6 + 1.8 * bump(day, 105.0, 26.0),
        Season::Summer => 0.25 + 2.6 * bump(day, 196.0, 30.0),
        Season::Autumn => 0.6 + 1.6 * bump(day, 300.0, 32.0),
        Season::Christmas => 0.12 + 3.4 * bump(day, 338.0, 20.0),
    }
}

/// Growth over the history: 0.8 at its start (`age_days` 0), 1.2 at its end, before and on with the same slope.
pub(crate) fn growth(age_days: f64, days: u32) -> f64 {
    (0.8 + 0.4 * age_days / f64::from(days.max(1))).max(0.2)
}

/// Velocity of a rising product: a third, then up to 4 in the eight weeks around the end of the history, so that it
/// rises both in the last weeks of it and during a sprint that follows. It must start low: refills of those who bought
/// before do not rise, and would hide what does.
pub(crate) fn rising(age_days: f64, days: u32) -> f64 {
    let into = age_days - (f64::from(days) + 2.0);
    0.35 + 3.65 / (1.0 + (-into / 14.0).exp())
}

/// Velocity of a falling product: 1, then down to 0.3 over the last four months.
pub(crate) fn falling(age_days: f64, days: u32) -> f64 {
    let into = age_days - (f64::from(days) - 80.0);
    1.0 - 0.7 / (1.0 + (-into / 16.0).exp())
}

/// Share of gift buyers among new customers.
pub(crate) fn gift_share(day: Day) -> f64 {
    0.06 + 0.5 * bump(day, 342.0, 16.0) + 0.14 * bump(day, 128.0, 8.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn black_friday_is_found_in_several_years() {
        for text in ["2023-11-24", "2024-11-29", "2025-11-28", "2026-11-27"] {
            let day = Day::parse(text).unwrap();
            assert_eq!(days_since_black_friday(day), 0, "{text}");
            assert!(demand_index(day) > 2.0 * demand_index(day.plus(-60)));
        }
    }

    #[test]
    fn the_index_averages_about_one_and_stays_under_its_bound() {
        let start = Day::parse("2025-01-01").unwrap();
        let all: Vec<f64> = (0..365).map(|n| demand_index(start.plus(n))).collect();
        let mean = all.iter().sum::<f64>() / 365.0;
        assert!((0.95..1.12).contains(&mean), "{mean}");
        assert!(all.iter().all(|&index| index > 0.2 && index <= MAX_INDEX));
    }
}
