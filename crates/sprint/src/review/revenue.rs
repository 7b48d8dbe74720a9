//! Net revenue of the day against what this shop's own past says: a spike, a drop, another level, days that are missing.
//! Where it is unusual, the slice of products and countries that explains it is named.

use domain::{Day, DayRange, sprint::Evidence};
use measure::{
    anomaly::{Kind, Reading},
    drivers::{Cause, LeavesBuilder, Search, explain},
};

use super::{
    known,
    line::{Found, Line, Severity},
    scope::Scope,
};
use crate::{SprintError, ask::day_words};

/// Days the expectation rests on: a year and more, so that each holiday was there once.
const HISTORY_DAYS: i32 = 400;
/// Fewer days with orders than this carry no expectation.
const FEWEST_DAYS: usize = 56;
/// Same weekdays before the day that say what each slice usually brings.
const WEEKS: i32 = 8;
/// Less of the change than this explains nothing.
const LEAST_EXPLAINED: f64 = 0.25;

pub(super) async fn check(scope: &Scope, found: &mut Found) -> Result<(), SprintError> {
    let Some(day) = scope.last_day("orders").map(|day| day.min(scope.yesterday)) else {
        return Ok(());
    };
    let (from, to) = (day.plus(1 - HISTORY_DAYS), day);
    let sql = format!(
        "SELECT day, SUM(net_micros) AS net_micros FROM orders WHERE day >= DATE '{from}' AND day <= DATE '{to}' \
         GROUP BY day ORDER BY day"
    );
    let (table, evidence) = scope.ask("net revenue by day", &sql).await?;
    let mut days = Vec::with_capacity(table.len());
    for row in table.iter() {
        days.push((row.day("day")?, row.int("net_micros")?));
    }
    if days.len() < FEWEST_DAYS || days.last().is_none_or(|(last, _)| *last != day) {
        // The check of MER says what is missing; one sentence about it is enough.
        return Ok(());
    }
    let Some(reading) = read(&days, &scope.offers) else { return Ok(()) };
    if !reading.is_alarm {
        return Ok(());
    }
    let (cause, more) = driver(scope, day).await?;
    found.lines.push(line(scope, day, &reading, cause, vec![evidence, more]));
    Ok(())
}

fn read(days: &[(Day, i64)], offers: &[DayRange]) -> Option<Reading> {
    known::read(days.iter().map(|(day, net)| (*day, *net as f64)), offers)
}

fn line(scope: &Scope, day: Day, reading: &Reading, cause: Option<String>, evidence: Vec<Evidence>) -> Line {
    let money = |micros: f64| scope.money(micros.round() as i64);
    let is_low = reading.value < reading.expected;
    let usual = format!("usually {} to {}", money(reading.low), money(reading.high));
    let sentence = match reading.kind {
        Some(Kind::LevelShift | Kind::TrendBreak) => format!(
            "Net revenue has been on {} level for some days: {} on {}, {usual}.",
            if is_low { "a lower" } else { "a higher" },
            money(reading.value),
            day_words(day)
        ),
        _ => format!("Net revenue on {} was {}; {usual}.", day_words(day), money(reading.value)),
    };
    Line {
        key: "revenue".into(),
        check: "revenue".into(),
        severity: if is_low { Severity::Act } else { Severity::Watch },
        sentence,
        cause,
        action: if is_low {
            "Look whether orders are missing (checkout, stock, import) before changing any ad."
        } else {
            "Look what sold, and whether it will be in stock tomorrow."
        }
        .into(),
        is_provisional: day >= scope.provisional_from(),
        at_stake_minor: money((reading.value - reading.expected).abs()).minor,
        evidence,
    }
}

/// The slice that explains most of the difference to the same weekdays before, in words.
async fn driver(scope: &Scope, day: Day) -> Result<(Option<String>, Evidence), SprintError> {
    let before: Vec<String> = (1..=WEEKS).map(|week| format!("DATE '{}'", day.plus(-7 * week))).collect();
    let sql = format!(
        "SELECT COALESCE(MAX(p.title), l.product_id) AS product, COALESCE(l.country, '') AS country, \
         SUM(CASE WHEN l.day = DATE '{day}' THEN l.amount_micros ELSE 0 END) AS now_micros, \
         SUM(CASE WHEN l.day = DATE '{day}' THEN 0 ELSE l.amount_micros END) AS before_micros \
         FROM order_lines l LEFT JOIN products p ON p.product_id = l.product_id \
         WHERE l.day IN (DATE '{day}', {}) AND l.is_product AND l.kind = 'sale' \
         GROUP BY l.product_id, l.country ORDER BY l.product_id, l.country",
        before.join(", ")
    );
    let (table, evidence) = scope.ask("sales by product and country, and on the same weekdays before", &sql).await?;
    let Ok(mut leaves) = LeavesBuilder::new(&["product", "country"]) else { return Ok((None, evidence)) };
    for row in table.iter() {
        let (now, before) = (row.int("now_micros")? as f64, row.int("before_micros")? as f64 / f64::from(WEEKS));
        // Two dimensions for each row and finite figures: this cannot fail.
        let _ = leaves.push([row.text("product")?, row.text("country")?], now, before);
    }
    let causes = explain(&leaves.build(), &Search { max_dims: 2, max_causes: 3 });
    Ok((causes.iter().find(|cause| cause.explained >= LEAST_EXPLAINED).map(|cause| words(scope, cause)), evidence))
}

fn words(scope: &Scope, cause: &Cause) -> String {
    let slice: Vec<String> = ["product", "country"]
        .iter()
        .filter_map(|dim| cause.slice.get(*dim).map(|value| (*dim, value)))
        .map(|(dim, value)| if value.is_empty() { format!("orders without a {dim}") } else { value.clone() })
        .collect();
    let money = |micros: f64| scope.money(micros.round() as i64);
    format!(
        "{} brought {} instead of {}: {:.0} % of the difference to the same weekday of the last {WEEKS} weeks.",
        slice.join(" in "),
        money(cause.actual),
        money(cause.expected),
        100.0 * cause.explained.min(1.0)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(last: i64) -> Vec<(Day, i64)> {
        // A Monday, and the last day is no holiday.
        let start = Day::parse("2026-02-02").expect("a day");
        let usual =
            |k: i32| 1_000_000_000 + i64::from((k * 37) % 101) * 2_000_000 + if k % 7 == 5 { 300_000_000 } else { 0 };
        (0..90).map(|k| (start.plus(k), if k == 89 { last } else { usual(k) })).collect()
    }

    #[test]
    fn an_ordinary_day_is_quiet_and_a_day_without_checkout_is_not() {
        let quiet = read(&days(1_390_000_000), &[]).expect("a reading");
        assert!(!quiet.is_alarm && (quiet.low..quiet.high).contains(&1.39e9), "{quiet:?}");
        let dead = read(&days(150_000_000), &[]).expect("a reading");
        assert!(dead.is_alarm && dead.kind == Some(Kind::Drop), "{dead:?}");
        assert_eq!(read(&days(0)[..10], &[]), None);
    }

    #[test]
    fn a_day_with_an_offer_is_no_spike() {
        let all = days(2_400_000_000);
        let last = all[89].0;
        let (plain, offer) = (read(&all, &[]).expect("a reading"), DayRange { from: last, to: last });
        assert!(plain.is_alarm && plain.kind == Some(Kind::Spike), "{plain:?}");
        let known = read(&all, &[offer]).expect("a reading");
        assert!(!known.is_alarm && known.high > plain.high, "{known:?}");
        let dead = read(&days(20_000_000), &[offer]).expect("a reading");
        assert!(dead.is_alarm, "a dead checkout is one on such a day too: {dead:?}");
    }
}
