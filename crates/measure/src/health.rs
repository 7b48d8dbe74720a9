//! Whether the judge itself can be trusted: on this brand's own past, on its re-tests, and on its forecasts.

use std::collections::BTreeMap;

use domain::{Day, InstantMs, sprint::Kpi};
use lake::Lake;
use serde::{Deserialize, Serialize};
use stats::experiment::{Assigner, Assignment, uniform};
use store::measure_exposures::Exposure;

use crate::{
    Arm, Cohort, KILL_AFTER_DAYS, MeasureError, Plan,
    decision::plan_of,
    judge::{LookNote, Randomised, randomised},
    ledger::list,
    read::{past_purchases, tally},
};
use domain::sprint::ResultWord;

/// Experiments in which nothing was changed, played on the brand's own past with the judge's own code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct AaHealth {
    /// Experiments played.
    pub runs: usize,
    /// Of those, called *won* or *lost* on any of their daily looks.
    pub false_calls: usize,
    /// Customers in the last window.
    pub customers: usize,
    /// The error that was allowed.
    pub alpha: f64,
    /// `false_calls` is within four standard errors of what is allowed.
    pub is_sound: bool,
}

/// Plays `runs` experiments without a change on the last 30 days whose orders are complete: customers known before are
/// split by hash at random, meet nothing, one by one over the days, and are read daily like any other change.
///
/// # Errors
/// The lake failed.
pub async fn replay_aa(lake: &Lake, now: InstantMs, runs: usize, seed: u64) -> Result<AaHealth, MeasureError> {
    let snapshot = lake.snapshot(now).await?;
    let plan = Plan { adjusts_for_past: false, stops_for_futility: false, ..Plan::default() };
    let start = snapshot.today().plus(-1 - plan.window_days - KILL_AFTER_DAYS);
    let zone = snapshot.zone().clone();
    let sql = format!(
        "SELECT DISTINCT customer_id FROM order_lines WHERE customer_id IS NOT NULL AND kind = 'sale' \
         AND day < DATE '{start}' AND day >= DATE '{}' ORDER BY customer_id",
        start.plus(-365)
    );
    let mut customers = Vec::new();
    for row in snapshot.query(&sql).await?.iter() {
        customers.push(row.text("customer_id")?.to_owned());
    }
    let purchases = past_purchases(&snapshot, start, snapshot.today(), Kpi::NetRevenue).await?;
    let starts: Vec<InstantMs> = (0..KILL_AFTER_DAYS).map(|offset| start.plus(offset).start_in(&zone)).collect();
    let work = tokio::task::spawn_blocking(move || {
        let mut health = AaHealth { customers: customers.len(), alpha: plan.alpha, ..AaHealth::default() };
        if customers.len() < 200 {
            return health;
        }
        for run in 0..runs {
            health.runs += 1;
            let salt = format!("aa-{seed}-{run}");
            health.false_calls += usize::from(one(&salt, &customers, &purchases, &starts, start, &plan));
        }
        let (n, p) = (health.runs as f64, plan.alpha);
        health.is_sound = health.false_calls as f64 <= n * p + 4.0 * (n * p * (1.0 - p)).sqrt();
        health
    });
    work.await.map_err(|error| MeasureError::Refused(format!("The judge stopped: {error}")))
}

/// One experiment: whether any daily look called it.
fn one(
    salt: &str,
    customers: &[String],
    purchases: &[crate::read::Purchase],
    starts: &[InstantMs],
    start: Day,
    plan: &Plan,
) -> bool {
    let Ok(arms) = Assigner::new(salt, &[1.0, 1.0]) else { return false };
    let when = format!("{salt}-day");
    let mut exposures: Vec<Exposure> = customers
        .iter()
        .map(|customer| {
            let offset = (uniform(&when, customer) * starts.len() as f64) as usize;
            let arm = if arms.assign(customer) == Assignment::Arm(1) { Arm::Change } else { Arm::Baseline };
            Exposure {
                scope: String::new(),
                unit: customer.clone(),
                arm: arm.as_str().to_owned(),
                at: starts[offset],
                day: start.plus(offset as i32),
                is_mixed: false,
            }
        })
        .collect();
    exposures.sort_by(|a, b| (a.at, &a.unit).cmp(&(b.at, &b.unit)));
    let mut days: BTreeMap<Day, [Cohort; 2]> = BTreeMap::new();
    for ((day, arm), cohort) in tally(&exposures, &[], purchases, plan) {
        days.entry(day).or_default()[usize::from(arm == Arm::Change)] = cohort;
    }
    let cohorts: Vec<(Day, [Cohort; 2])> = days.into_iter().collect();
    // The looks of all days, then one reading: a look that crosses its boundary stops the test whatever follows.
    let mut looks: Vec<(Day, LookNote)> = Vec::new();
    let mut sums = [Cohort::default(); 2];
    for index in 1..=plan.horizon_days() {
        let day = start.plus(index - 1);
        if let Some((_, arms)) = cohorts.iter().find(|(of, _)| *of == day) {
            sums = [sums[0].plus(&arms[0]), sums[1].plus(&arms[1])];
        }
        looks.push((day, LookNote { index: index as u32, arms: sums }));
    }
    let judged = randomised(&Randomised {
        plan,
        treated: 0.5,
        starts_on: start,
        today: start.plus(KILL_AFTER_DAYS),
        is_pooled: false,
        pooled_alpha: plan.alpha,
        cohorts: &cohorts,
        looks: &looks,
        may_look: false,
    });
    matches!(judged.word, ResultWord::Won | ResultWord::Lost)
}

/// What became of winners that were tested again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RetestHealth {
    /// Changes that have won.
    pub won: usize,
    /// Of those, tested again with a result.
    pub retested: usize,
    /// Won again.
    pub held: usize,
    /// Not proven again, but money is expected.
    pub open: usize,
}

/// How predicted and actual money agree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ForecastHealth {
    /// Changes with a prediction and a final verdict, or past their day.
    pub judged: usize,
    /// The actual middle lies in the predicted range.
    pub within: usize,
    /// Σ actual ÷ Σ predicted; below 1 where predictions promise too much. None where nothing was predicted.
    pub ratio: Option<f64>,
}

/// The judge's own health without the replay, which takes longer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Health {
    /// Re-tests.
    pub retests: RetestHealth,
    /// Forecasts.
    pub forecasts: ForecastHealth,
}

/// Share of winners that held, and how predictions agreed with what was earned.
///
/// # Errors
/// The database refused.
pub async fn health(lake: &Lake, today: Day) -> Result<Health, MeasureError> {
    let all = list(lake.store(), today).await?;
    let mut health = Health::default();
    let (mut predicted, mut actual) = (0.0, 0.0);
    for entry in &all {
        if entry.result == ResultWord::Won && entry.change.retest_of.is_none() {
            health.retests.won += 1;
            let again = all.iter().filter(|other| other.change.retest_of == Some(entry.change.id));
            let again = again.filter(|other| is_over(other)).max_by_key(|other| other.change.registered_at);
            if let Some(again) = again {
                health.retests.retested += 1;
                let net = again.verdict.as_ref().and_then(|verdict| verdict.net_micros);
                match again.result {
                    ResultWord::Won => health.retests.held += 1,
                    ResultWord::NotYetProvable if net.is_some_and(|net| net > 0) => health.retests.open += 1,
                    _ => {}
                }
            }
        }
        let net = entry.verdict.as_ref().and_then(|verdict| verdict.net_micros);
        if let (Some(forecast), Some(net), true) = (plan_of(&entry.change).predicted, net, is_over(entry)) {
            health.forecasts.judged += 1;
            health.forecasts.within += usize::from((forecast.low_micros..=forecast.high_micros).contains(&net));
            predicted += forecast.micros as f64;
            actual += net as f64;
        }
    }
    health.forecasts.ratio = (predicted > 0.0).then(|| actual / predicted);
    Ok(health)
}

/// A verdict that is final, or a change that is closed.
fn is_over(entry: &crate::Entry) -> bool {
    entry.verdict.as_ref().is_some_and(|verdict| verdict.is_final || entry.change.closed_at.is_some())
}
