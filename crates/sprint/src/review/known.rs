//! Days that are known to be unlike others: holidays of the shopping year, and the brand's own price offers. The detector
//! learns what each kind does and neither takes it for an alarm nor for the new normal.

use domain::{Day, DayRange};
use jiff::civil::date;
use measure::anomaly::{Detector, Measure, Point, Reading, Settings};

use crate::{Context, SprintError, calendar::easter};

/// Kind of a day with a price offer; holidays have the numbers below it.
const OFFER: u32 = 10;

/// The brand's price offers: days on which a sprint's brief had something off.
///
/// # Errors
/// The store failed.
pub(super) async fn offers(ctx: &Context) -> Result<Vec<DayRange>, SprintError> {
    let mut all = Vec::new();
    for sprint in store::sprints::list(&ctx.store).await? {
        let Some(brief) = &sprint.brief else { continue };
        // Announced is not run: only what went live is known to the shop's customers.
        let has_run = store::launches::get::<crate::launch::LaunchDoc>(&ctx.store, sprint.id)
            .await?
            .and_then(|launch| launch.live_on);
        let Some(live_on) = has_run else { continue };
        for offer in brief.offers.iter().filter(|offer| offer.percent_off.is_some()) {
            all.push(DayRange { from: live_on, to: offer.ends_on });
        }
    }
    Ok(all)
}

/// What the detector says to the last of these days, oldest first; `None` while it has seen too few.
pub(super) fn read(days: impl IntoIterator<Item = (Day, f64)>, offers: &[DayRange]) -> Option<Reading> {
    let mut detector = Detector::new(Settings { measure: Measure::Money, ..Settings::for_step(86_400) });
    let point = |(day, value): (Day, f64)| Point {
        at: i64::from(day.epoch_days()) * 86_400,
        value: Some(value),
        exposure: None,
        event: kind(day, offers),
    };
    days.into_iter().map(|day| detector.update(point(day))).last().filter(|reading| reading.expected.is_finite())
}

/// The kind of a day, if it is unlike others: the same number every year.
pub(super) fn kind(day: Day, offers: &[DayRange]) -> Option<u32> {
    holiday(day).or_else(|| offers.iter().any(|range| range.from <= day && day <= range.to).then_some(OFFER))
}

fn holiday(day: Day) -> Option<u32> {
    let (year, month, of_month) = (day.0.year(), day.0.month(), day.0.day());
    let from_easter = day.days_since(easter(year));
    // The Friday after the fourth Thursday of November, to the Monday after it.
    let first = date(year, 11, 1).weekday().to_monday_zero_offset();
    let black_friday = Day(date(year, 11, 1)).plus((3 - i32::from(first)).rem_euclid(7) + 22);
    match (month, of_month) {
        (12, 24) => Some(1),
        (12, 25 | 26) => Some(2),
        (12, 31) | (1, 1) => Some(3),
        _ if (-2..=1).contains(&from_easter) => Some(4),
        _ if (0..=3).contains(&day.days_since(black_friday)) => Some(5),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).expect("a day")
    }

    #[test]
    fn holidays_fall_on_their_days_and_offers_on_theirs() {
        for (text, wanted) in [
            ("2026-12-24", Some(1)),
            ("2026-12-26", Some(2)),
            ("2027-01-01", Some(3)),
            ("2026-04-03", Some(4)),
            ("2026-04-07", None),
            ("2026-11-26", None),
            ("2026-11-27", Some(5)),
            ("2026-11-30", Some(5)),
            ("2024-11-29", Some(5)),
            ("2026-06-10", None),
        ] {
            assert_eq!(kind(day(text), &[]), wanted, "{text}");
        }
        let offers = [DayRange { from: day("2026-06-08"), to: day("2026-06-12") }];
        assert_eq!(kind(day("2026-06-10"), &offers), Some(OFFER));
        assert_eq!(kind(day("2026-06-13"), &offers), None);
    }
}
