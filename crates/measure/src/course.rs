//! How a randomised change was read, look by look: the estimate with the interval that may be read daily, and the test's
//! z against its boundaries.

use domain::{ChangeId, Day, sprint::BaselineGrade};
use serde::Serialize;
use store::{Store, measure_readings as readings};

use crate::{
    Entry, MeasureError,
    decision::plan_of,
    judge::{self, LookNote, Randomised},
};

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
