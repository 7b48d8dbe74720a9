//! Spend against plan.

use domain::{Day, Money, sprint::Evidence};

use super::{
    line::{Figure, Found, Line, Severity},
    scope::{Scope, ours},
};
use crate::{
    SprintError,
    ask::{count, day_words},
};

/// Off by more than this share of the plan is worth a line.
const TOLERANCE: f64 = 0.2;

/// Spend and plan of one channel.
struct Channel {
    label: &'static str,
    spend: Money,
    plan: Money,
}

pub(super) async fn check(scope: &Scope, found: &mut Found) -> Result<(), SprintError> {
    if scope.paid().is_empty() {
        return Ok(());
    }
    let Some(through) = scope.ads_through() else {
        found.skip(
            "pacing",
            "spend against plan needs a report of every ad platform of the launch. Import the missing one.",
        );
        return Ok(());
    };
    let from = scope.live_on;
    let to = through.min(scope.flight.to).min(scope.yesterday);
    let days = to.days_since(from) + 1;
    if days < 1 {
        found.skip("pacing", "the ads have no complete day yet.");
        return Ok(());
    }
    let mut channels = Vec::new();
    let mut evidence = Vec::new();
    for budget in &scope.launch.document.plan.channels {
        let Some(platform) = super::platform(budget.channel) else { continue };
        let (spend, proof) = spend(scope, platform, from, to).await?;
        evidence.push(proof);
        let plan = Money::new(budget.daily_minor * i64::from(days), scope.currency);
        channels.push(Channel { label: budget.channel.label(), spend, plan });
    }
    let spend = Money::new(channels.iter().map(|channel| channel.spend.minor).sum(), scope.currency);
    let plan = Money::new(channels.iter().map(|channel| channel.plan.minor).sum(), scope.currency);
    let off = (spend.minor - plan.minor) as f64 / plan.minor.max(1) as f64;
    let percent = (spend.minor as f64 * 100.0 / plan.minor.max(1) as f64).round();
    found.figures.push(Figure {
        key: "spend".into(),
        label: "Spend".into(),
        value: spend.to_string(),
        expected: format!("{plan} planned by {}", day_words(to)),
        is_expected: Some(off.abs() <= TOLERANCE),
        is_provisional: false,
        evidence: evidence.clone(),
    });
    if spend.minor == 0 {
        found.lines.push(Line {
            key: "not_delivering".into(),
            check: "pacing".into(),
            severity: Severity::Act,
            sentence: format!("No ad of this sprint has spent anything in {} since it was marked as live.", count(i64::from(days), "day")),
            cause: None,
            action: "Look whether the campaigns are still paused, and whether the ads kept the names of the export (with fn-…).".into(),
            is_provisional: false,
            at_stake_minor: plan.minor,
            evidence,
        });
        return Ok(());
    }
    if off.abs() <= TOLERANCE || days < 2 {
        return Ok(());
    }
    let ahead = off > 0.0;
    let total =
        Money::new(scope.launch.document.plan.daily_minor() * i64::from(scope.flight.len_days()), scope.currency);
    let at_pace = Money::new(
        (spend.minor as f64 / f64::from(days) * f64::from(scope.flight.len_days())).round() as i64,
        scope.currency,
    );
    let worst =
        channels.iter().max_by_key(|channel| (channel.spend.minor - channel.plan.minor) * if ahead { 1 } else { -1 });
    let mut cause = worst
        .filter(|_| channels.len() > 1)
        .map(|channel| format!("{} has spent {} of {}", channel.label, channel.spend, channel.plan));
    if let Some((weakest, proof)) = extreme_concept(scope, from, to, ahead).await? {
        let joined = cause.map_or(weakest.clone(), |cause| format!("{cause}; {weakest}"));
        cause = Some(joined);
        evidence.push(proof);
    }
    let action = match ahead {
        true => "Lower the daily budget on the platform, or decide today to spend more than the brief allows.",
        false => {
            "Check status, bids and audience of the ads that lag; move their budget to those that spend, or accept to end under plan."
        }
    };
    found.lines.push(Line {
        key: "pacing".into(),
        check: "pacing".into(),
        severity: if off.abs() > 2.0 * TOLERANCE { Severity::Act } else { Severity::Watch },
        sentence: format!(
            "Spend is {spend} of {plan} planned by {} ({percent} %); at this pace the flight ends at {at_pace} of {total}.",
            day_words(to)
        ),
        cause: cause.map(|cause| format!("{}.", writer::words::capitalise(&cause))),
        action: action.into(),
        is_provisional: false,
        at_stake_minor: (spend.minor - plan.minor).abs(),
        evidence,
    });
    Ok(())
}

async fn spend(scope: &Scope, platform: &str, from: Day, to: Day) -> Result<(Money, Evidence), SprintError> {
    let sql = format!(
        "SELECT COALESCE(SUM(spend_micros), 0) AS spend_micros FROM ad_totals WHERE platform = '{platform}' \
         AND day >= DATE '{from}' AND day <= DATE '{to}' AND {}",
        ours(&scope.marks())
    );
    let (table, evidence) = scope.ask(&format!("spend of the sprint's ads on {platform}"), &sql).await?;
    Ok((scope.money(table.first()?.int("spend_micros")?), evidence))
}

/// The concept that took most (or least) of what was spent, in words.
async fn extreme_concept(
    scope: &Scope,
    from: Day,
    to: Day,
    most: bool,
) -> Result<Option<(String, Evidence)>, SprintError> {
    let concepts = &scope.launch.document.concepts;
    if concepts.len() < 2 {
        return Ok(None);
    }
    let columns: Vec<String> = concepts
        .iter()
        .enumerate()
        .map(|(index, concept)| {
            format!(
                "COALESCE(SUM(CASE WHEN {} THEN spend_micros END), 0) AS spend_{index}",
                ours(&[&concept.utm_content])
            )
        })
        .collect();
    let sql = format!("SELECT {} FROM ad_totals WHERE day >= DATE '{from}' AND day <= DATE '{to}'", columns.join(", "));
    let (table, evidence) = scope.ask("spend by concept", &sql).await?;
    let row = table.first()?;
    let mut spends = Vec::new();
    for (index, concept) in concepts.iter().enumerate() {
        spends.push((row.int(&format!("spend_{index}"))?, concept.title.as_str()));
    }
    let found = if most { spends.iter().max_by_key(|item| item.0) } else { spends.iter().min_by_key(|item| item.0) };
    Ok(found.map(|(micros, title)| {
        let which = if most { "most" } else { "least" };
        (format!("“{title}” took {which} of it, {}", scope.money(*micros)), evidence)
    }))
}
