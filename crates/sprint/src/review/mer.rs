//! Marketing efficiency ratio (net revenue per unit of ad spend) against the range in which it usually lies.

use domain::{Day, sprint::Evidence};

use super::{
    known,
    line::{Figure, Found, Line, Severity},
    scope::Scope,
};
use crate::{SprintError, ask::day_words};

/// Days of history before the sprint that the range rests on: eight weeks.
const HISTORY_DAYS: i32 = 56;
/// Of these, so many must have spend and orders.
const FEWEST_DAYS: usize = 50;

pub(super) async fn check(scope: &Scope, found: &mut Found) -> Result<(), SprintError> {
    let Some(day) = latest_day(scope) else {
        found.skip("mer", "net revenue per ad spend needs orders and the reports of every ad platform of the launch.");
        return Ok(());
    };
    let from = scope.live_on.plus(-HISTORY_DAYS);
    let history = daily(scope, from, scope.live_on.plus(-1)).await?;
    if history.len() < FEWEST_DAYS {
        let why = format!(
            "the expected range of net revenue per ad spend needs 8 weeks of orders and ad reports before the sprint; there are {} days.",
            history.len()
        );
        found.skip("mer", &why);
        return Ok(());
    }
    let (today, evidence) = one_day(scope, day).await?;
    let Some((mer, net, spend)) = today else {
        found.skip("mer", &format!("there was no ad spend on {}.", day_words(day)));
        return Ok(());
    };
    let Some(range) = known::read(history.into_iter().chain([(day, mer)]), &scope.offers) else { return Ok(()) };
    let inside = range.low <= mer && mer <= range.high;
    found.figures.push(Figure {
        key: "mer".into(),
        label: "MER".into(),
        value: format!("{mer:.1}"),
        expected: format!("usually {:.1} to {:.1}", range.low, range.high),
        is_expected: Some(inside),
        is_provisional: false,
        evidence: vec![evidence.clone()],
    });
    if inside {
        return Ok(());
    }
    let low = mer < range.low;
    let (net_change, spend_change) = (change(&net), change(&spend));
    // A sprint adds spend before it adds revenue: that is the plan, not a fault.
    let is_planned = low && spend_change > 0.25 && net_change > -0.1;
    let percent = |change: f64| format!("{}{:.0} %", if change < 0.0 { "−" } else { "+" }, (change * 100.0).abs());
    let cause = (net.usual > 0.0 && spend.usual > 0.0).then(|| {
        let (net, spend) = (percent(net_change), percent(spend_change));
        format!("Against the usual day before the sprint, net revenue is {net} and ad spend {spend}.")
    });
    let usual_net = spend.now * range.expected;
    found.lines.push(Line {
        key: "mer".into(),
        check: "mer".into(),
        severity: if low && !is_planned { Severity::Act } else { Severity::Watch },
        sentence: format!(
            "On {} the shop took {} for each {} of ads; usually it is between {} and {} (49 days of 50).",
            day_words(day),
            per_unit(scope, mer),
            per_unit(scope, 1.0),
            per_unit(scope, range.low),
            per_unit(scope, range.high)
        ),
        cause,
        action: match (low, is_planned) {
            (true, true) => "Spend is above the usual since the sprint began. If revenue has not followed by the middle of the flight, lower the budget.".into(),
            (true, false) => "Look first whether orders are missing (stock, checkout, import), then which ads spend without orders.".into(),
            (false, _) => "Look what sold; if it was not the ads, do not give them the credit.".into(),
        },
        is_provisional: day >= scope.provisional_from(),
        at_stake_minor: scope.money((net.now - usual_net).abs() as i64).minor,
        evidence: vec![evidence],
    });
    Ok(())
}

/// A day's figure and the middle of the days before, in millionths.
struct Usual {
    now: f64,
    usual: f64,
}

/// How far a figure is from its usual, as a share of it.
fn change(figure: &Usual) -> f64 {
    if figure.usual > 0.0 { figure.now / figure.usual - 1.0 } else { 0.0 }
}

/// An amount of the currency's major unit: `€2.70`.
fn per_unit(scope: &Scope, units: f64) -> String {
    scope.money((units * 1e6).round() as i64).to_string()
}

fn latest_day(scope: &Scope) -> Option<Day> {
    Some(scope.ads_through()?.min(scope.last_day("orders")?).min(scope.yesterday))
}

/// Net revenue and ad spend by day, for days with both.
fn daily_sql(from: Day, to: Day) -> String {
    format!(
        "SELECT o.day AS day, o.net_micros AS net_micros, a.spend_micros AS spend_micros FROM \
         (SELECT day, SUM(net_micros) AS net_micros FROM orders WHERE day >= DATE '{from}' AND day <= DATE '{to}' GROUP BY day) o \
         JOIN (SELECT day, SUM(spend_micros) AS spend_micros FROM ad_totals WHERE day >= DATE '{from}' AND day <= DATE '{to}' \
         GROUP BY day) a ON a.day = o.day WHERE a.spend_micros > 0 ORDER BY o.day"
    )
}

async fn daily(scope: &Scope, from: Day, to: Day) -> Result<Vec<(Day, f64)>, SprintError> {
    let table = scope.snapshot.query(&daily_sql(from, to)).await?;
    let mut days = Vec::new();
    for row in table.iter() {
        days.push((row.day("day")?, row.int("net_micros")? as f64 / row.int("spend_micros")? as f64));
    }
    Ok(days)
}

async fn one_day(scope: &Scope, day: Day) -> Result<(Option<(f64, Usual, Usual)>, Evidence), SprintError> {
    let (table, evidence) = scope.ask("net revenue and ad spend of the day", &daily_sql(day, day)).await?;
    if table.is_empty() {
        return Ok((None, evidence));
    }
    let row = table.row(0);
    let (net, spend) = (row.int("net_micros")? as f64, row.int("spend_micros")? as f64);
    let before = scope.snapshot.query(&daily_sql(scope.live_on.plus(-HISTORY_DAYS), scope.live_on.plus(-1))).await?;
    let mut nets = Vec::new();
    let mut spends = Vec::new();
    for row in before.iter() {
        nets.push(row.int("net_micros")? as f64);
        spends.push(row.int("spend_micros")? as f64);
    }
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    let usual = |now: f64, values: Vec<f64>| Usual { now, usual: middle(values) };
    Ok((Some((net / spend, usual(net, nets), usual(spend, spends))), evidence))
}
