//! Today: the brand's own money, read off one snapshot, each figure with the query behind it.

use domain::{Day, DayRange, Money, sprint::Evidence};
use lake::Snapshot;
use measure::{DayValue, expected_range};
use serde::Serialize;

use crate::{Context, SprintError, evidence};

mod lists;
mod missing;
pub mod segment;
mod sentences;

pub use lists::{Item, Lists, lists};
pub use missing::{Missing, missing};
pub use sentences::{DUE_DAYS, Sentence, sentences};

/// Days of the headline: a week, so that weekdays cancel.
pub const WINDOW_DAYS: i32 = 7;
/// Days of the small chart.
pub const CHART_DAYS: i32 = 28;
/// Weeks of history that the expected range rests on.
const HISTORY_WEEKS: i32 = 8;
/// Share of days, and at least that of weeks, inside the expected range if nothing has changed.
const COVERAGE: f64 = 0.9;

/// What the shop came to in a window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Window {
    /// The days.
    pub days: DayRange,
    /// Net revenue.
    pub net: Money,
    /// Orders.
    pub orders: i64,
    /// Customers whose first order it was.
    pub new_customers: i64,
    /// Ad spend of all platforms; `None` without a report.
    pub spend: Option<Money>,
    /// Revenue the platforms claim.
    pub claimed: Option<Money>,
    /// Revenue that GA4 saw arrive through links with `utm` tags of paid media; `None` without GA4.
    pub tagged: Option<Money>,
    /// Where orders and net revenue come from.
    pub sales: Evidence,
    /// Where new customers come from.
    pub newcomers: Evidence,
    /// Where spend and claims come from.
    pub ads: Evidence,
    /// Where tagged revenue comes from.
    pub visits: Evidence,
}

/// The page's figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Today {
    /// The last week with orders.
    pub now: Window,
    /// The week before it.
    pub before: Window,
    /// Net revenue by day, oldest first, up to the last day with orders.
    pub daily: Vec<(Day, Money)>,
    /// Where they come from.
    pub daily_evidence: Evidence,
    /// Net revenue a week would usually come to; `None` while the history is too short.
    pub expected: Option<(Money, Money)>,
    /// The last day with orders.
    pub last_day: Day,
    /// The last day with ad reports.
    pub last_ad_day: Option<Day>,
}

/// Reads the figures; `None` before any order was imported.
///
/// # Errors
/// The lake failed.
pub async fn read(ctx: &Context) -> Result<Option<Today>, SprintError> {
    let snapshot = ctx.lake.snapshot(ctx.now).await?;
    let yesterday = ctx.today().plus(-1);
    let sql = format!("SELECT MAX(day) AS last_day FROM orders WHERE day <= DATE '{yesterday}'");
    let table = snapshot.query(&sql).await?;
    let Some(last_day) = table.first()?.opt_day("last_day")? else { return Ok(None) };
    let sql = format!("SELECT MAX(day) AS last_day FROM ad_days WHERE day <= DATE '{yesterday}'");
    let last_ad_day = snapshot.query(&sql).await?.first()?.opt_day("last_day")?;
    let week = |to: Day| DayRange { from: to.plus(1 - WINDOW_DAYS), to };
    let now = window(ctx, &snapshot, week(last_day)).await?;
    let before = window(ctx, &snapshot, week(last_day.plus(-WINDOW_DAYS))).await?;
    let from = last_day.plus(1 - HISTORY_WEEKS * 7 - CHART_DAYS);
    let sql = format!(
        "SELECT day, SUM(net_micros) AS net_micros FROM orders WHERE day >= DATE '{from}' AND day <= DATE '{last_day}' \
         GROUP BY day ORDER BY day"
    );
    let table = snapshot.query(&sql).await?;
    let mut days: Vec<(Day, i64)> = Vec::new();
    for row in table.iter() {
        days.push((row.day("day")?, row.int("net_micros")?));
    }
    let history: Vec<DayValue> = days
        .iter()
        .filter(|(day, _)| *day < now.days.from && *day >= now.days.from.plus(-7 * HISTORY_WEEKS))
        .map(|(day, net)| DayValue { day: *day, value: *net as f64 })
        .collect();
    let chart_from = last_day.plus(1 - CHART_DAYS);
    let evidence_sql = sql.replace(&format!("DATE '{from}'"), &format!("DATE '{chart_from}'"));
    let daily_evidence = match days.is_empty() {
        true => return Ok(None),
        false => evidence::from_row(
            &snapshot,
            "net revenue by day",
            evidence_sql.clone(),
            &snapshot.query(&evidence_sql).await?.first()?,
        ),
    };
    Ok(Some(Today {
        expected: expected_week(ctx, &history, now.days),
        daily: days
            .into_iter()
            .filter(|(day, _)| *day >= chart_from)
            .map(|(day, net)| (day, ctx.money_from_micros(net)))
            .collect(),
        now,
        before,
        daily_evidence,
        last_day,
        last_ad_day,
    }))
}

/// The sums of the daily ranges' ends: as wide as if all days moved together, so it holds at least as often as a
/// day's range does.
fn expected_week(ctx: &Context, history: &[DayValue], days: DayRange) -> Option<(Money, Money)> {
    let (mut low, mut high) = (0.0, 0.0);
    for offset in 0..WINDOW_DAYS {
        let range = expected_range(history, days.from.plus(offset), COVERAGE)?;
        low += range.low;
        high += range.high;
    }
    let money = |micros: f64| ctx.money_from_micros(micros.max(0.0).round() as i64);
    Some((money(low), money(high)))
}

async fn window(ctx: &Context, snapshot: &Snapshot, days: DayRange) -> Result<Window, SprintError> {
    let within = format!("day >= DATE '{}' AND day <= DATE '{}'", days.from, days.to);
    let sales = evidence::read(
        snapshot,
        "net revenue and orders",
        format!(
            "SELECT COALESCE(SUM(net_micros), 0) AS net_micros, \
             COUNT(DISTINCT CASE WHEN kind = 'sale' AND NOT is_cancelled THEN order_id END) AS orders FROM orders WHERE {within}"
        ),
    )
    .await?;
    let newcomers = evidence::read(
        snapshot,
        "new customers",
        format!(
            "SELECT COUNT(*) AS people FROM (SELECT customer_id, MIN(day) AS first_day FROM orders \
             WHERE kind = 'sale' AND customer_id IS NOT NULL GROUP BY customer_id) c \
             WHERE first_day >= DATE '{}' AND first_day <= DATE '{}'",
            days.from, days.to
        ),
    )
    .await?;
    let ads = evidence::read(
        snapshot,
        "ad spend and claimed revenue",
        format!(
            "SELECT COUNT(*) AS reports, COALESCE(SUM(spend_micros), 0) AS spend_micros, \
             COALESCE(SUM(value_micros), 0) AS claimed_micros FROM ad_totals WHERE {within}"
        ),
    )
    .await?;
    let visits = evidence::read(
        snapshot,
        "revenue that arrived through paid links",
        format!(
            "SELECT COUNT(*) AS reports, COALESCE(SUM(revenue_micros), 0) AS revenue_micros FROM funnel_days \
             WHERE {within} AND medium IN ('cpc', 'ppc', 'paid', 'paid_social', 'paidsocial', 'paid-social')"
        ),
    )
    .await?;
    let money = |evidence: &Evidence, column: &str| ctx.money_from_micros(evidence::int(evidence, column));
    let reported = |evidence: &Evidence| evidence::int(evidence, "reports") > 0;
    Ok(Window {
        days,
        net: money(&sales, "net_micros"),
        orders: evidence::int(&sales, "orders"),
        new_customers: evidence::int(&newcomers, "people"),
        spend: reported(&ads).then(|| money(&ads, "spend_micros")),
        claimed: reported(&ads).then(|| money(&ads, "claimed_micros")),
        tagged: reported(&visits).then(|| money(&visits, "revenue_micros")),
        sales,
        newcomers,
        ads,
        visits,
    })
}
