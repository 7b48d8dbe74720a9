//! What the brand took a day, for changes that cannot be randomised: the orders a change could move, and the others.

use std::collections::BTreeMap;

use domain::{Day, sprint::Kpi};
use lake::Snapshot;

use crate::{MeasureError, plan::SeriesScope};

/// Daily net revenue from the first day of history on, major units of the currency; days without an order are zero.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Series {
    /// The first day.
    pub first: Option<Day>,
    /// What the change could move.
    pub moved: Vec<f64>,
    /// What it could not; empty where it could move everything.
    pub others: Vec<f64>,
}

impl Series {
    /// Index of a day.
    pub fn index(&self, day: Day) -> Option<usize> {
        usize::try_from(day.days_since(self.first?)).ok()
    }
}

/// Reads the series up to and including `until`.
pub(crate) async fn daily(
    snapshot: &Snapshot,
    scope: &SeriesScope,
    kpi: Kpi,
    until: Day,
) -> Result<Series, MeasureError> {
    let table = snapshot.query(&sql(scope, kpi, until)).await?;
    let mut days: BTreeMap<Day, (f64, f64)> = BTreeMap::new();
    for row in table.iter() {
        let major = |column: &str| Ok::<_, MeasureError>(row.opt_int(column)?.unwrap_or(0) as f64 / 1e6);
        days.insert(row.day("day")?, (major("moved")?, major("others")?));
    }
    let Some(first) = days.keys().next().copied() else { return Ok(Series::default()) };
    let mut series = Series { first: Some(first), ..Series::default() };
    for offset in 0..=until.days_since(first).max(-1) {
        let (moved, others) = days.get(&first.plus(offset)).copied().unwrap_or_default();
        series.moved.push(moved);
        series.others.push(others);
    }
    if scope.is_all() {
        series.others.clear();
    }
    Ok(series)
}

fn sql(scope: &SeriesScope, kpi: Kpi, until: Day) -> String {
    let (inside, net, join, only) = source(scope, kpi);
    format!(
        "SELECT l.day AS day, SUM(CASE WHEN {inside} THEN {net} ELSE 0 END) AS moved, \
         SUM(CASE WHEN {inside} THEN 0 ELSE {net} END) AS others FROM order_lines l{join} \
         WHERE l.kind IN ('sale', 'cancellation') AND l.day <= DATE '{until}'{only} GROUP BY l.day ORDER BY l.day"
    )
}

/// Over `order_lines l`: which lines a change could move, their net amount, what is joined, and which lines count at all.
pub(super) fn source(scope: &SeriesScope, kpi: Kpi) -> (String, &'static str, &'static str, &'static str) {
    let list = |words: &[String]| words.iter().map(|word| lake::quote(word)).collect::<Vec<_>>().join(", ");
    let mut inside = Vec::new();
    if !scope.countries.is_empty() {
        inside.push(format!("COALESCE(l.country, '') IN ({})", list(&scope.countries)));
    }
    if !scope.product_ids.is_empty() {
        inside.push(format!("l.product_id IN ({})", list(&scope.product_ids)));
    }
    let inside = if inside.is_empty() { "TRUE".to_owned() } else { inside.join(" AND ") };
    let (join, only) = match kpi {
        Kpi::NetRevenue | Kpi::ContributionAfterAds => ("", ""),
        Kpi::NewCustomerRevenue => (FIRST, " AND (f.first_ms IS NULL OR l.ts_ms = f.first_ms)"),
        Kpi::RepeatRevenue => (FIRST, " AND l.ts_ms > f.first_ms"),
    };
    (inside, "l.amount_micros - l.order_discount_micros - l.refund_micros", join, only)
}

const FIRST: &str = " LEFT JOIN (SELECT customer_id AS c, MIN(ts_ms) AS first_ms FROM order_lines \
    WHERE customer_id IS NOT NULL AND kind = 'sale' GROUP BY customer_id) f ON l.customer_id = f.c";
