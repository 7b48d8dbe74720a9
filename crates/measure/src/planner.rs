//! Can this question be answered, before anybody starts: power, duration and the smallest lift that can be found with
//! the brand's own traffic and spread, and what could be asked instead.

use domain::{Day, InstantMs};
use lake::{Lake, Snapshot};
use serde::{Deserialize, Serialize};
use stats::experiment::{self, Alternative, PlanRequest};
use store::{Store, Tx, settings};

use crate::{KILL_AFTER_DAYS, MIN_DAYS, MeasureError};

/// Complete days that traffic is read from.
const TRAFFIC_DAYS: i32 = 28;

const CHOICES: &str = "measure.plan_choices";

/// Choices that are kept.
const MOST_CHOICES: usize = 20;

/// Who could meet a change, as the brand's own past has it. Money in major units of the currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Traffic {
    /// `visitors` or `customers`.
    pub key: &'static str,
    /// Whom a unit is, for people.
    pub unit: &'static str,
    /// Where the figures come from.
    pub source: String,
    /// Units a day, all arms together.
    pub units_per_day: f64,
    /// Net revenue per unit.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// Share of units that buy.
    pub conversion: f64,
}

/// What somebody wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Units per arm and day.
    pub units_per_arm_per_day: f64,
    /// Value per unit of the baseline.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// Share of units that buy, if known.
    pub conversion: Option<f64>,
    /// The true lift one hopes to prove, 0.15 for +15 %.
    pub lift: f64,
    /// Days.
    pub days: u32,
}

/// Another question that the same traffic answers, or comes nearer to answering.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Instead {
    /// Word for it.
    pub key: &'static str,
    /// For people.
    pub text: String,
}

/// The answer before the start.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outlook {
    /// In a sentence or two.
    pub answer: String,
    /// A true lift of that size is found in at least 80 of 100 runs.
    pub is_answerable: bool,
    /// Share of runs in which it is found.
    pub power: f64,
    /// Power of one look at the end, the most that these units can give.
    pub single_look_power: f64,
    /// Units per arm by the end.
    pub units_per_arm: f64,
    /// Smallest true lift that is found in 80 of 100 runs.
    pub detectable_lift: f64,
    /// Days until the lift asked for is found in 80 of 100 runs.
    pub days_needed: f64,
    /// Power by day, for a curve: days and power.
    pub curve: Vec<(u32, f64)>,
    /// What could be asked instead, most useful first.
    pub instead: Vec<Instead>,
}

/// What an owner chose to ask, before the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanChoice {
    /// The day.
    pub day: Day,
    /// Who.
    pub by: String,
    /// What was asked.
    pub question: Question,
    /// What the answer was.
    pub answer: String,
    /// What was chosen: `as_asked`, or the word of what is asked instead.
    pub chosen: String,
    /// For people.
    pub text: String,
}

/// Answers a question before the start.
///
/// # Errors
/// A figure is missing or out of range; the sentence names it.
pub fn outlook(question: &Question) -> Result<Outlook, MeasureError> {
    let request = request(question);
    let plan = experiment::plan(&request)?;
    let mut curve = Vec::new();
    for days in [15, 30, 45, 60, 75, 90] {
        let at = experiment::plan(&PlanRequest { days, ..request.clone() })?;
        curve.push((days, at.power));
    }
    Ok(Outlook {
        answer: plan.answer(),
        is_answerable: plan.is_answerable,
        power: plan.power,
        single_look_power: plan.single_look_power,
        units_per_arm: plan.units_per_arm,
        detectable_lift: plan.detectable_lift,
        days_needed: plan.days_needed,
        curve,
        instead: plan.alternatives.iter().map(instead).collect(),
    })
}

fn request(question: &Question) -> PlanRequest {
    PlanRequest {
        baseline_mean: question.mean,
        baseline_sd: question.sd,
        units_per_arm_per_day: question.units_per_arm_per_day,
        lift: question.lift,
        days: question.days,
        min_days: (MIN_DAYS as u32).min(question.days),
        conversion: question.conversion,
        ..PlanRequest::default()
    }
}

fn instead(alternative: &Alternative) -> Instead {
    let key = match alternative {
        Alternative::DenserMetric { .. } => "denser_metric",
        Alternative::LongerRun { .. } => "longer_run",
        Alternative::Covariate { .. } => "past_purchases",
        Alternative::PooledTest { .. } => "pooled_test",
        Alternative::NonInferiority { .. } => "non_inferiority",
        Alternative::BiggerEffect { .. } => "bigger_effect",
    };
    Instead { key, text: alternative.to_string() }
}

/// Whom a change could meet: the shop's visitors where sessions were imported, and its known customers.
///
/// # Errors
/// The lake failed.
pub async fn traffic(lake: &Lake, now: InstantMs) -> Result<Vec<Traffic>, MeasureError> {
    let snapshot = lake.snapshot(now).await?;
    let today = snapshot.today();
    let mut all = Vec::new();
    all.extend(visitors(&snapshot, today).await?);
    all.extend(customers(&snapshot, today).await?);
    Ok(all)
}

async fn visitors(snapshot: &Snapshot, today: Day) -> Result<Option<Traffic>, MeasureError> {
    let (from, until) = (today.plus(-TRAFFIC_DAYS), today);
    let days = format!("day >= DATE '{from}' AND day < DATE '{until}'");
    let visits = snapshot.query(&format!("SELECT SUM(sessions) AS visits FROM funnel_days WHERE {days}")).await?;
    let visits = visits.iter().next().map(|row| row.opt_int("visits")).transpose()?.flatten().unwrap_or(0);
    let sql = format!(
        "SELECT COUNT(*) AS orders, CAST(SUM(net_micros / 1000000.0) AS DOUBLE) AS net, \
         CAST(SUM((net_micros / 1000000.0) * (net_micros / 1000000.0)) AS DOUBLE) AS squares \
         FROM orders WHERE kind = 'sale' AND {days}"
    );
    let table = snapshot.query(&sql).await?;
    let Some(row) = table.iter().next() else { return Ok(None) };
    let orders = row.int("orders")?;
    if visits < 100 || orders < 20 || orders >= visits {
        return Ok(None);
    }
    let (net, squares) = (row.float("net")?, row.float("squares")?);
    Ok(spread("visitors", "visitor", visits as f64, f64::from(TRAFFIC_DAYS), [orders as f64, net, squares]).map(
        |traffic| Traffic {
            source: format!("Visits and orders of the last {TRAFFIC_DAYS} days, {from} to {}", today.plus(-1)),
            ..traffic
        },
    ))
}

async fn customers(snapshot: &Snapshot, today: Day) -> Result<Option<Traffic>, MeasureError> {
    let from = today.plus(-KILL_AFTER_DAYS);
    let sql = format!(
        "WITH known AS (SELECT DISTINCT customer_id FROM orders WHERE customer_id IS NOT NULL AND kind = 'sale' \
         AND day >= DATE '{}' AND day < DATE '{from}'), bought AS (SELECT customer_id, \
         SUM(net_micros / 1000000.0) AS net FROM orders WHERE kind = 'sale' AND day >= DATE '{from}' \
         AND day < DATE '{today}' GROUP BY customer_id) \
         SELECT COUNT(*) AS known, COUNT(bought.net) AS buyers, \
         CAST(COALESCE(SUM(bought.net), 0.0) AS DOUBLE) AS net, \
         CAST(COALESCE(SUM(bought.net * bought.net), 0.0) AS DOUBLE) AS squares \
         FROM known LEFT JOIN bought ON known.customer_id = bought.customer_id",
        from.plus(-365)
    );
    let table = snapshot.query(&sql).await?;
    let Some(row) = table.iter().next() else { return Ok(None) };
    let (known, buyers) = (row.int("known")?, row.int("buyers")?);
    if known < 100 || buyers < 10 {
        return Ok(None);
    }
    let sums = [buyers as f64, row.float("net")?, row.float("squares")?];
    Ok(spread("customers", "customer", known as f64, f64::from(KILL_AFTER_DAYS), sums).map(|traffic| Traffic {
        source: format!("Customers who bought in the year before {from}, and what they bought in the 30 days since"),
        ..traffic
    }))
}

/// Value per unit with zeros for those who did not buy; `sums` are buyers, Σ value and Σ value².
fn spread(key: &'static str, unit: &'static str, units: f64, days: f64, sums: [f64; 3]) -> Option<Traffic> {
    let [buyers, net, squares] = sums;
    let mean = net / units;
    let variance = squares / units - mean * mean;
    (mean > 0.0 && variance > 0.0 && variance.is_finite()).then(|| Traffic {
        key,
        unit,
        source: String::new(),
        units_per_day: units / days,
        mean,
        sd: variance.sqrt(),
        conversion: buyers / units,
    })
}

/// Keeps what an owner chose to ask, before the start.
///
/// # Errors
/// The question cannot be answered, the choice is none of those offered, or the database refused.
pub async fn choose(
    tx: &mut Tx,
    question: Question,
    chosen: &str,
    at: InstantMs,
    by: &str,
) -> Result<PlanChoice, MeasureError> {
    let today = at.day_in(&store::brand::get_in(tx).await?.zone()?);
    let outlook = outlook(&question)?;
    let text = match outlook.instead.iter().find(|instead| instead.key == chosen) {
        Some(instead) => instead.text.clone(),
        None if chosen == "as_asked" => "Ask it as it is, knowing this.".to_owned(),
        None => return Err(MeasureError::Refused("Choose one of the answers that the plan offers.".into())),
    };
    let choice =
        PlanChoice { day: today, by: by.to_owned(), question, answer: outlook.answer, chosen: chosen.to_owned(), text };
    let mut all: Vec<PlanChoice> = settings::get_or_set(tx, CHOICES, &Vec::new()).await?;
    all.insert(0, choice.clone());
    all.truncate(MOST_CHOICES);
    settings::set(tx, CHOICES, &all).await?;
    Ok(choice)
}

/// What was chosen, newest first.
///
/// # Errors
/// The database refused.
pub async fn choices(store: &Store) -> Result<Vec<PlanChoice>, MeasureError> {
    Ok(settings::get(store, CHOICES).await?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bar 11: at 200 visitors per arm and day a true +15 % has about 14 % power, and the outlook says what would work.
    #[test]
    fn little_traffic_is_told_before_the_start_and_what_would_work() {
        // Zero-inflated lognormal revenue: mean 2.70, conversion 3 %, sigma 1; variance p m² e^{σ²} − mean², m = 90.
        let sd = (0.03 * 90f64 * 90.0 * 1f64.exp() - 2.7 * 2.7).sqrt();
        let question =
            Question { units_per_arm_per_day: 200.0, mean: 2.7, sd, conversion: Some(0.03), lift: 0.15, days: 30 };
        let outlook = outlook(&question).expect("answered");
        assert!((0.10..0.18).contains(&outlook.power), "{}", outlook.power);
        assert!(!outlook.is_answerable && outlook.answer.contains("cannot be answered"), "{}", outlook.answer);
        for key in ["denser_metric", "longer_run", "pooled_test", "non_inferiority"] {
            assert!(outlook.instead.iter().any(|instead| instead.key == key), "{key}: {:?}", outlook.instead);
        }
        assert!(outlook.curve.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{:?}", outlook.curve);
    }
}
