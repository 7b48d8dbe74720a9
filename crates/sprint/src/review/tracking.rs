//! Does web analytics still see the orders? A gap there looks like ads that do not sell.

use domain::{Day, sprint::Evidence};

use super::{
    line::{Found, Line, Severity},
    scope::Scope,
};
use crate::{
    SprintError,
    ask::{count, day_words, list_words},
};

/// Days that are looked at, up to the last one GA4 reports.
const RECENT_DAYS: i32 = 5;
/// Days before, from which the usual share is read.
const USUAL_DAYS: i32 = 28;
/// Fewer orders in these days than this tell nothing about a day.
const FEWEST_ORDERS: i64 = 140;

/// One day's orders and what GA4 saw of them.
struct Seen {
    day: Day,
    orders: i64,
    purchases: i64,
    net_micros: i64,
}

pub(super) async fn check(scope: &Scope, found: &mut Found) -> Result<(), SprintError> {
    let (Some(ga4), Some(orders)) = (scope.last_day("ga4"), scope.last_day("orders")) else {
        found.skip("tracking_gap", "comparing store orders with GA4's purchases needs both exports.");
        return Ok(());
    };
    let to = ga4.min(orders).min(scope.yesterday);
    let recent = to.plus(1 - RECENT_DAYS);
    let days = seen(scope, recent.plus(-USUAL_DAYS), to).await?;
    let (usual, late): (Vec<&Seen>, Vec<&Seen>) = days.iter().partition(|seen| seen.day < recent);
    let (base_orders, base_seen): (i64, i64) =
        usual.iter().fold((0, 0), |(orders, seen), day| (orders + day.orders, seen + day.purchases));
    if base_orders < FEWEST_ORDERS || base_seen == 0 {
        found.skip(
            "tracking_gap",
            &format!("fewer than {FEWEST_ORDERS} store orders with GA4 data in the four weeks before."),
        );
        return Ok(());
    }
    let share = (base_seen as f64 / base_orders as f64).min(1.0);
    let gaps: Vec<&&Seen> = late.iter().filter(|day| is_gap(day, share)).collect();
    if gaps.is_empty() {
        return Ok(());
    }
    let (orders, purchases): (i64, i64) =
        gaps.iter().fold((0, 0), |(orders, seen), day| (orders + day.orders, seen + day.purchases));
    // Revenue that GA4 did not lead back to anything.
    let unseen: f64 = gaps
        .iter()
        .map(|day| day.net_micros as f64 * (share - day.purchases as f64 / day.orders.max(1) as f64).max(0.0))
        .sum();
    let names: Vec<String> = gaps.iter().map(|day| day_words(day.day)).collect();
    let (first, last) = (gaps[0].day, gaps[gaps.len() - 1].day);
    let evidence = gap_evidence(scope, first, last).await?;
    let mut line = Line {
        key: format!("tracking_gap:{first}"),
        check: "tracking_gap".into(),
        severity: if last == to { Severity::Act } else { Severity::Watch },
        sentence: format!(
            "GA4 counted {} of {} on {}; it usually sees {:.0} %.",
            count(purchases, "purchase"),
            count(orders, "store order"),
            list_words(&names),
            share * 100.0
        ),
        cause: None,
        action: "Check the tag and the consent banner on the checkout. Until it is mended, orders of the concepts read too low: do not switch anything off because of them.".into(),
        is_provisional: first >= scope.provisional_from(),
        at_stake_minor: scope.money(unseen as i64).minor,
        evidence: vec![evidence],
    };
    if let Some((cause, proof)) = worst_source(scope, recent, first, last).await? {
        line.cause = Some(cause);
        line.evidence.push(proof);
    }
    found.lines.push(line);
    Ok(())
}

/// Fewer purchases than chance explains (four standard deviations), and by at least a fifth of the day's orders.
fn is_gap(day: &Seen, share: f64) -> bool {
    let expected = day.orders as f64 * share;
    let spread = (day.orders as f64 * share * (1.0 - share)).max(day.orders as f64 * 0.05).sqrt();
    let short = expected - day.purchases as f64;
    short > 4.0 * spread && short >= 0.2 * day.orders as f64 && day.orders >= 5
}

fn sql(from: Day, to: Day) -> String {
    let days = format!("day >= DATE '{from}' AND day <= DATE '{to}'");
    format!(
        "SELECT o.day AS day, o.orders AS orders, o.net_micros AS net_micros, COALESCE(g.purchases, 0) AS purchases FROM \
         (SELECT day, COUNT(*) AS orders, SUM(net_micros) AS net_micros FROM orders WHERE kind = 'sale' AND {days} GROUP BY day) o LEFT JOIN \
         (SELECT day, SUM(purchases) AS purchases FROM funnel_days WHERE {days} GROUP BY day) g ON g.day = o.day ORDER BY o.day"
    )
}

async fn seen(scope: &Scope, from: Day, to: Day) -> Result<Vec<Seen>, SprintError> {
    let table = scope.snapshot.query(&sql(from, to)).await?;
    let mut days = Vec::new();
    for row in table.iter() {
        days.push(Seen {
            day: row.day("day")?,
            orders: row.int("orders")?,
            purchases: row.int("purchases")?,
            net_micros: row.int("net_micros")?,
        });
    }
    Ok(days)
}

async fn gap_evidence(scope: &Scope, first: Day, last: Day) -> Result<Evidence, SprintError> {
    let sql = format!("SELECT SUM(orders) AS orders, SUM(purchases) AS purchases FROM ({})", sql(first, last));
    Ok(scope.ask("store orders and GA4 purchases", &sql).await?.1)
}

/// The source whose purchases fell most against its usual day.
async fn worst_source(
    scope: &Scope,
    recent: Day,
    first: Day,
    last: Day,
) -> Result<Option<(String, Evidence)>, SprintError> {
    let gap_days = last.days_since(first) + 1;
    let sql = format!(
        "SELECT source, medium, usual, now, usual * {gap_days} / {USUAL_DAYS} - now AS lost FROM (SELECT source, medium, \
         SUM(CASE WHEN day < DATE '{recent}' THEN purchases ELSE 0 END) AS usual, \
         SUM(CASE WHEN day >= DATE '{first}' AND day <= DATE '{last}' THEN purchases ELSE 0 END) AS now FROM funnel_days \
         WHERE day >= DATE '{}' AND day <= DATE '{last}' GROUP BY source, medium) ORDER BY lost DESC, source, medium LIMIT 1",
        recent.plus(-USUAL_DAYS)
    );
    let (table, evidence) = scope.ask("purchases by source", &sql).await?;
    if table.is_empty() {
        return Ok(None);
    }
    let row = table.row(0);
    let usual = row.int("usual")? * i64::from(gap_days) / i64::from(USUAL_DAYS);
    let now = row.int("now")?;
    let words = format!(
        "Most are missing from {} / {}: {} instead of about {usual}.",
        row.text("source")?,
        row.text("medium")?,
        count(now, "purchase")
    );
    Ok((usual > now).then_some((words, evidence)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_more_than_a_bad_day() {
        let day = Day::from_epoch_days(20_000);
        for (orders, purchases, gap) in [(50, 46, false), (50, 38, false), (50, 12, true), (4, 0, false), (12, 0, true)]
        {
            assert_eq!(is_gap(&Seen { day, orders, purchases, net_micros: 0 }, 0.92), gap, "{purchases} of {orders}");
        }
    }
}
