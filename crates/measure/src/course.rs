//! How a randomised change was read, look by look: the estimate with the interval that may be read daily, and the test's
//! z against its boundaries.

use std::collections::BTreeMap;

use domain::{ChangeId, Day, sprint::BaselineGrade};
use serde::Serialize;
use stats::{
    confseq::asymptotic_interval,
    experiment::{Metric, difference},
};
use store::{Store, measure_readings as readings};

use crate::{
    Arm, Cohort, Detail, Entry, MeasureError,
    decision::plan_of,
    judge::{self, LookNote, Randomised},
};

/// Units per arm below which an interval promises nothing.
const LEAST_UNITS: u64 = 100;

/// One look as the test saw it. Money per unit in major units of the currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LookPoint {
    /// The day it was taken.
    pub day: Day,
    /// 1-based day of first exposure up to which units counted.
    pub index: u32,
    /// Units counted: baseline, change.
    pub units: [u64; 2],
    /// Share of the planned information, 0 to 1.
    pub information: f64,
    /// Difference per unit.
    pub estimate: Option<f64>,
    /// Lower end of the repeated interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// The test's figure.
    pub z: Option<f64>,
    /// Beyond ± this it stops; none before a first full week.
    pub boundary: Option<f64>,
    /// Below this what was hoped for is out of reach.
    pub futility: Option<f64>,
    /// p-value of the test of the arms' sizes so far; below 0.001 the arms did not get the traffic they should.
    pub srm_p: f64,
}

/// The looks that were taken at a change, oldest first; none for baselines that are not randomised.
///
/// # Errors
/// The database refused.
pub async fn course(store: &Store, entry: &Entry, today: Day) -> Result<Vec<LookPoint>, MeasureError> {
    let change = &entry.change;
    if change.baseline_grade != BaselineGrade::A {
        return Ok(Vec::new());
    }
    let (plan, looks) = (plan_of(change), notes(store, change.id).await?);
    let taken = judge::course(&Randomised {
        plan: &plan,
        treated: change.treated_permille as f64 / 1000.0,
        starts_on: change.starts_on,
        today,
        is_pooled: false,
        pooled_alpha: plan.alpha,
        cohorts: &[],
        looks: &looks,
        may_look: false,
    });
    let on = |index: u32| looks.iter().find(|(_, look)| look.index == index).map_or(today, |(day, _)| *day);
    let point = |look: stats::experiment::Look| LookPoint {
        day: on(look.day),
        index: look.day,
        units: look.units,
        information: look.information_fraction,
        estimate: look.estimate,
        low: look.ci_low,
        high: look.ci_high,
        z: look.z,
        boundary: look.boundary,
        futility: look.futility_boundary,
        srm_p: look.srm_p,
    };
    Ok(taken.into_iter().map(point).collect())
}

async fn notes(store: &Store, id: ChangeId) -> Result<Vec<(Day, LookNote)>, MeasureError> {
    Ok(readings::looks(store, &id.to_string()).await?)
}

/// What all units so far come to, day by day of first exposure. Money per unit in major units of the currency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DayEstimate {
    /// The day of first exposure up to which units count.
    pub day: Day,
    /// Units: baseline, change.
    pub units: [u64; 2],
    /// Difference per unit.
    pub estimate: f64,
    /// Lower end of an interval that may be read on any day.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The difference per unit with all units whose window is over, day by day, with an interval that holds on all days at
/// once (asymptotic confidence sequence, Waudby-Smith et al. 2021); none for baselines that are not randomised.
pub fn day_estimates(detail: &Detail, today: Day) -> Vec<DayEstimate> {
    let plan = &detail.plan;
    let ripe = plan.last_ripe_day(today);
    let mut days: BTreeMap<Day, [Cohort; 2]> = BTreeMap::new();
    for reading in detail.cohorts.iter().filter(|reading| reading.day <= ripe) {
        days.entry(reading.day).or_default()[usize::from(reading.arm == Arm::Change.as_str())] = reading.doc;
    }
    let tightest = plan.planned_units.map_or(10_000.0, |units| 2.0 * units as f64);
    let mut sums = [Cohort::default(); 2];
    let mut all = Vec::new();
    for (day, arms) in days {
        sums = [sums[0].plus(&arms[0]), sums[1].plus(&arms[1])];
        if sums.iter().any(|arm| arm.units < LEAST_UNITS) {
            continue;
        }
        let Some(found) = difference(&sums[0].sums(), &sums[1].sums(), Metric::Mean, plan.adjusts_for_past) else {
            continue;
        };
        let units = (sums[0].units + sums[1].units) as f64;
        let range = asymptotic_interval(found.estimate, found.standard_error, units, tightest, plan.alpha);
        all.extend(range.map(|range| DayEstimate {
            day,
            units: [sums[0].units, sums[1].units],
            estimate: found.estimate,
            low: range.low,
            high: range.high,
        }));
    }
    all
}
