//! Is what the ads show still to be had?

use domain::Day;

use super::{
    line::{Found, Line, Severity},
    scope::Scope,
};
use crate::{SprintError, ask::count};

/// Days over which the pace of sales is read.
const PACE_DAYS: i32 = 14;

pub(super) async fn check(scope: &Scope, found: &mut Found) -> Result<(), SprintError> {
    let mut ids: Vec<&str> =
        scope.concepts.iter().flat_map(|concept| concept.product_ids.iter().map(String::as_str)).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        found.skip("stock_out", "the launched concepts name no product.");
        return Ok(());
    }
    let list = ids.iter().map(|id| lake::quote(id)).collect::<Vec<_>>().join(", ");
    let since = scope.yesterday.plus(1 - PACE_DAYS);
    let mut known = 0;
    for id in &ids {
        let sql = format!(
            "SELECT p.title AS title, p.stock_units AS stock_units, COALESCE(s.units, 0) AS units, \
             COALESCE(s.amount_micros, 0) AS amount_micros FROM products p LEFT JOIN \
             (SELECT product_id, SUM(quantity) AS units, SUM(amount_micros) AS amount_micros FROM order_lines \
             WHERE kind = 'sale' AND quantity > 0 AND day >= DATE '{since}' AND day <= DATE '{}' AND product_id IN ({list}) \
             GROUP BY product_id) s ON s.product_id = p.product_id \
             WHERE p.product_id = {} AND p.stock_units IS NOT NULL",
            scope.yesterday,
            lake::quote(id)
        );
        let (table, evidence) = scope.ask("stock and sales of a featured product", &sql).await?;
        if table.is_empty() {
            continue;
        }
        known += 1;
        let row = table.row(0);
        let (stock, units, amount) = (row.int("stock_units")?, row.int("units")?, row.int("amount_micros")?);
        let title = writer::names::readable(row.text("title")?);
        let a_day = units as f64 / f64::from(PACE_DAYS);
        let left = days_left(scope, scope.yesterday);
        let cover = if a_day > 0.0 { stock.max(0) as f64 / a_day } else { f64::INFINITY };
        if stock > 0 && (cover >= f64::from(left) || left < 1) {
            continue;
        }
        let daily = scope.money(amount / i64::from(PACE_DAYS));
        let titles: Vec<String> = scope
            .concepts
            .iter()
            .filter(|concept| concept.product_ids.iter().any(|own| own == id))
            .map(|concept| format!("“{}”", concept.title))
            .collect();
        let (severity, sentence, action) = match stock <= 0 {
            true => (
                Severity::Act,
                format!("{title} is out of stock; it sold {daily} a day over the last {PACE_DAYS} days."),
                "Pause its ads today, or point them at another product, until it is back.",
            ),
            false => (
                Severity::Watch,
                format!(
                    "{title} has {} left, enough for {} at {a_day:.1} a day; the flight has {} to go.",
                    count(stock, "unit"),
                    count(cover.floor() as i64, "day"),
                    count(i64::from(left), "day")
                ),
                "Reorder, or lower the budget of its ads so that they end with the stock.",
            ),
        };
        found.lines.push(Line {
            key: format!("stock_out:{id}"),
            check: "stock_out".into(),
            severity,
            sentence,
            cause: Some(format!("Featured in {}.", crate::ask::list_words(&titles))),
            action: action.into(),
            is_provisional: false,
            at_stake_minor: daily.minor * i64::from(left.max(1)),
            evidence: vec![evidence],
        });
    }
    if known == 0 {
        found.skip(
            "stock_out",
            "the product export has no stock for the featured products. Export products with their inventory.",
        );
    }
    Ok(())
}

fn days_left(scope: &Scope, yesterday: Day) -> i32 {
    scope.flight.to.days_since(yesterday).max(0)
}
