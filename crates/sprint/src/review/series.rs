//! Net revenue per unit of ad spend day by day, beside the range it was expected in: what the review's chart draws.

use domain::{Day, Money, SprintId};
use serde::Serialize;

use super::{known, scope::Scope};
use crate::{Context, SprintError};

/// Days of history that the range rests on, as in the review's check.
const HISTORY_DAYS: i32 = 56;
/// Days before the sprint that are drawn.
const LEAD_DAYS: i32 = 14;

/// One day of the chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeriesDay {
    /// The day.
    pub day: Day,
    /// Net revenue of the shop.
    pub net: Money,
    /// Ad spend on all platforms.
    pub spend: Money,
    /// One by the other.
    pub mer: f64,
    /// Lower end, middle and upper end of the expected range; `None` while the history is too short.
    pub expected: Option<(f64, f64, f64)>,
}

/// Two weeks before the sprint went live and every day since that has orders and ad reports.
///
/// # Errors
/// The sprint is not live, or the store or the lake failed.
pub async fn series(ctx: &Context, sprint: SprintId) -> Result<Vec<SeriesDay>, SprintError> {
    let scope = Scope::open(ctx, sprint).await?;
    let from = scope.live_on.plus(-LEAD_DAYS - HISTORY_DAYS);
    let sql = format!(
        "SELECT o.day AS day, o.net_micros AS net_micros, a.spend_micros AS spend_micros FROM \
         (SELECT day, SUM(net_micros) AS net_micros FROM orders WHERE day >= DATE '{from}' AND day <= DATE '{to}' GROUP BY day) o \
         JOIN (SELECT day, SUM(spend_micros) AS spend_micros FROM ad_totals WHERE day >= DATE '{from}' AND day <= DATE '{to}' \
         GROUP BY day) a ON a.day = o.day WHERE a.spend_micros > 0 ORDER BY o.day",
        to = scope.yesterday
    );
    let table = scope.snapshot.query(&sql).await?;
    let mut days = Vec::new();
    for row in table.iter() {
        let (net, spend) = (row.int("net_micros")?, row.int("spend_micros")?);
        days.push((row.day("day")?, net, spend));
    }
    let values: Vec<(Day, f64)> = days.iter().map(|(day, net, spend)| (*day, *net as f64 / *spend as f64)).collect();
    let drawn = scope.live_on.plus(-LEAD_DAYS);
    let one = |(day, net, spend): &(Day, i64, i64)| {
        // What is expected of a day rests on days before it and, once the sprint is live, on days before the sprint.
        let until = (*day).min(scope.live_on);
        let mer = *net as f64 / *spend as f64;
        let before = values.iter().copied().filter(|(day, _)| *day < until && *day >= until.plus(-HISTORY_DAYS));
        let range = known::read(before.chain([(*day, mer)]), &scope.offers);
        SeriesDay {
            day: *day,
            net: scope.money(*net),
            spend: scope.money(*spend),
            mer,
            expected: range.map(|range| (range.low, range.expected, range.high)),
        }
    };
    Ok(days.iter().filter(|(day, ..)| *day >= drawn).map(one).collect())
}
