//! Cost per order of each concept against the sprint's median.

use domain::{Day, sprint::Evidence};

use super::{
    line::{Figure, Found, Line, Severity},
    scope::{Scope, ours, visits_of},
};
use crate::{
    SprintError,
    ask::{count, day_words},
};

/// Fewer expected orders than this tell nothing.
const FEWEST_EXPECTED: f64 = 5.0;

/// What a concept spent and brought, over days that are reported by all sources.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ConceptMoney {
    /// Its mark.
    pub mark: String,
    /// Ad spend, millionths.
    pub spend_micros: i64,
    /// Orders that GA4 led back to its links.
    pub orders: i64,
    /// Their revenue, millionths.
    pub revenue_micros: i64,
    /// Visits over its links.
    pub sessions: i64,
    /// Where that comes from.
    pub evidence: Evidence,
}

/// Reads a concept's money from the snapshot.
///
/// # Errors
/// The query failed.
pub(crate) async fn money_of(scope: &Scope, mark: &str, from: Day, to: Day) -> Result<ConceptMoney, SprintError> {
    let days = format!("day >= DATE '{from}' AND day <= DATE '{to}'");
    let (ads, visits) = (ours(&[mark]), visits_of(&[mark]));
    let sql = format!(
        "SELECT (SELECT COALESCE(SUM(spend_micros), 0) FROM ad_totals WHERE {days} AND {ads}) AS spend_micros, \
         (SELECT COALESCE(SUM(purchases), 0) FROM funnel_days WHERE {days} AND {visits}) AS orders, \
         (SELECT COALESCE(SUM(revenue_micros), 0) FROM funnel_days WHERE {days} AND {visits}) AS revenue_micros, \
         (SELECT COALESCE(SUM(sessions), 0) FROM funnel_days WHERE {days} AND {visits}) AS sessions"
    );
    let (table, evidence) = scope.ask(&format!("spend, orders and revenue of {mark}"), &sql).await?;
    let row = table.first()?;
    Ok(ConceptMoney {
        mark: mark.to_owned(),
        spend_micros: row.int("spend_micros")?,
        orders: row.int("orders")?,
        revenue_micros: row.int("revenue_micros")?,
        sessions: row.int("sessions")?,
        evidence,
    })
}

pub(super) async fn check(scope: &Scope, found: &mut Found) -> Result<(), SprintError> {
    let has_ads = !scope.paid().is_empty();
    let ads = if has_ads { scope.ads_through() } else { Some(scope.yesterday) };
    let (Some(ads), Some(ga4)) = (ads, scope.last_day("ga4")) else {
        found.skip(
            "cost_per_order",
            "cost per order needs the reports of every ad platform of the launch and GA4's export by ad content.",
        );
        return Ok(());
    };
    let to = ads.min(ga4).min(scope.yesterday);
    let mut concepts = Vec::new();
    for launched in &scope.launch.document.concepts {
        let money = money_of(scope, &launched.utm_content, scope.live_on, to).await?;
        concepts.push((launched, money));
    }
    let orders: i64 = concepts.iter().map(|(_, money)| money.orders).sum();
    let revenue: i64 = concepts.iter().map(|(_, money)| money.revenue_micros).sum();
    let evidence: Vec<Evidence> = concepts.iter().map(|(_, money)| money.evidence.clone()).collect();
    let is_provisional = to >= scope.provisional_from();
    found.figures.push(Figure {
        key: "orders".into(),
        label: "Orders over the sprint's links".into(),
        value: format!("{}, {}", count(orders, "order"), scope.money(revenue)),
        expected: format!("as GA4 counts them up to {}", day_words(to)),
        is_expected: None,
        is_provisional,
        evidence: evidence.clone(),
    });
    if !has_ads {
        return Ok(());
    }
    let costs: Vec<f64> = concepts
        .iter()
        .filter(|(_, money)| money.orders > 0 && money.spend_micros > 0)
        .map(|(_, money)| money.spend_micros as f64 / money.orders as f64)
        .collect();
    let Some(median) = median(costs) else {
        found.skip("cost_per_order", &format!("GA4 shows no order over the ads' links up to {}.", day_words(to)));
        return Ok(());
    };
    let mut told = false;
    for (launched, money) in &concepts {
        let expected = money.spend_micros as f64 / median;
        told |= expected >= FEWEST_EXPECTED;
        // Counts scatter by their square root (Poisson); two of these below is one in forty by chance.
        let is_dear = expected >= FEWEST_EXPECTED && (money.orders as f64) < expected - 2.0 * expected.sqrt();
        if !is_dear {
            continue;
        }
        let spend = scope.money(money.spend_micros);
        let (cause, proof) = dearest_platform(scope, &money.mark, to).await?;
        let excess = money.spend_micros as f64 - money.orders as f64 * median;
        let each = match money.orders {
            0 => String::new(),
            n => format!(" ({} each)", crate::ask::each(spend, n)),
        };
        found.lines.push(Line {
            key: format!("cost_per_order:{}", money.mark),
            check: "cost_per_order".into(),
            severity: Severity::Watch,
            sentence: format!(
                "“{}” has spent {spend} for {}{each}; at the sprint's median of {} an order it would be {}.",
                launched.title,
                count(money.orders, "order"),
                scope.money(median as i64),
                count(expected.round() as i64, "order")
            ),
            cause: Some(cause),
            action: "Lower its minimum so that the platform can move the budget, or switch it off in the ledger."
                .into(),
            is_provisional,
            at_stake_minor: scope.money(excess as i64).minor,
            evidence: vec![money.evidence.clone(), proof],
        });
    }
    if !told {
        let why = format!("no concept has spent enough for {FEWEST_EXPECTED} orders at the sprint's median yet.");
        found.skip("cost_per_order", &why);
    }
    Ok(())
}

/// Which platform the concept's spend went to, and what visits over it brought.
async fn dearest_platform(scope: &Scope, mark: &str, to: Day) -> Result<(String, Evidence), SprintError> {
    let days = format!("day >= DATE '{}' AND day <= DATE '{to}'", scope.live_on);
    let mut columns = Vec::new();
    for (channel, platform) in scope.paid() {
        let (source, _) = crate::launch::source_medium(channel);
        columns.push(format!(
            "(SELECT COALESCE(SUM(spend_micros), 0) FROM ad_totals WHERE {days} AND platform = '{platform}' AND {}) AS spend_{platform}",
            ours(&[mark])
        ));
        columns.push(format!(
            "(SELECT COALESCE(SUM(purchases), 0) FROM funnel_days WHERE {days} AND source = '{source}' AND {}) AS orders_{platform}",
            visits_of(&[mark])
        ));
    }
    let (table, evidence) = scope
        .ask(&format!("spend and orders of {mark} by platform"), &format!("SELECT {}", columns.join(", ")))
        .await?;
    let row = table.first()?;
    let mut parts = Vec::new();
    for (channel, platform) in scope.paid() {
        let (spend, orders) = (row.int(&format!("spend_{platform}"))?, row.int(&format!("orders_{platform}"))?);
        parts.push(format!("{} {} for {}", channel.label(), scope.money(spend), count(orders, "order")));
    }
    Ok((format!("{}.", crate::ask::list_words(&parts)), evidence))
}

pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => None,
        _ if n % 2 == 1 => Some(values[n / 2]),
        _ => Some((values[n / 2 - 1] + values[n / 2]) / 2.0),
    }
}
