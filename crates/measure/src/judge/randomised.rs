//! Grade A: a randomised holdout. Group-sequential up to the kill day; anytime-valid for what has no end or is kept.

use domain::{Day, sprint::ResultWord};
use serde::{Deserialize, Serialize};
use stats::{
    confseq::asymptotic_interval,
    experiment::{DayReading, Design, Difference, Metric, difference, judge_experiment},
    sequential::{Decision, Spending as SpendingFunction},
};

use super::{
    Findings, Judged, Span,
    guardrails::{LEAST_UNITS, TIGHTEST_AT, breaches},
};
use crate::{
    Plan,
    plan::{MIN_DAYS, Spending},
    read::Cohort,
};

/// A look as it was taken: the sums the test saw. It is never seen differently later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LookNote {
    /// 1-based day of first exposure up to which units counted.
    pub index: u32,
    /// Sums so far: baseline, change.
    pub arms: [Cohort; 2],
}

/// What a randomised change is judged from.
#[derive(Debug, Clone)]
pub(crate) struct Randomised<'a> {
    pub plan: &'a Plan,
    /// Share of the units that get it, (0, 1).
    pub treated: f64,
    pub starts_on: Day,
    pub today: Day,
    /// Read without a horizon: always on, or kept by its owner.
    pub is_pooled: bool,
    /// Error for a reading without a horizon.
    pub pooled_alpha: f64,
    /// Cohorts by day: baseline, change.
    pub cohorts: &'a [(Day, [Cohort; 2])],
    pub looks: &'a [(Day, LookNote)],
    /// Whether a new look may be taken: it runs, or ended before its kill day.
    pub may_look: bool,
}

/// Judges it on the units whose whole window is over; the money is for all who met the change so far.
pub(crate) fn randomised(of: &Randomised<'_>) -> Judged {
    let ripe = of.plan.last_ripe_day(of.today);
    let through = |last: Day| {
        let of_day = of.cohorts.iter().filter(|(day, _)| *day <= last).map(|(_, arms)| *arms);
        of_day.fold([Cohort::default(); 2], |sum, arms| [sum[0].plus(&arms[0]), sum[1].plus(&arms[1])])
    };
    let now = through(ripe);
    let served = through(of.today)[1].units as f64;
    let mut judged = if of.is_pooled { pooled(of, now) } else { sequential(of, ripe, now, &through) };
    let findings = &mut judged.findings;
    findings.units = [now[0].units, now[1].units];
    findings.mixed = now[0].mixed + now[1].mixed;
    if findings.mixed > 0 {
        findings.notes.push(format!("{} units were seen in both arms and are left out.", findings.mixed));
    }
    if let Some(per_unit) = findings.revenue {
        findings.revenue = Some(per_unit.scaled(served, 0.0));
    }
    findings.breaches = breaches(&of.plan.guardrails, &now[0], &now[1], of.plan.alpha);
    if judged.word == ResultWord::Won && !judged.findings.breaches.is_empty() {
        judged.word = ResultWord::NotYetProvable;
    }
    judged
}

const SEQUENTIAL: &str = "Randomised; daily looks by a group-sequential test of the absolute difference";
const POOLED: &str = "Randomised; all months pooled, by an interval that may be read at any time";

/// Revenue is per unit here; the caller multiplies it.
fn sequential(of: &Randomised<'_>, ripe: Day, now: [Cohort; 2], through: &dyn Fn(Day) -> [Cohort; 2]) -> Judged {
    let horizon = of.plan.horizon_days() as u32;
    let index = u32::try_from(ripe.days_since(of.starts_on) + 1).unwrap_or(0).min(horizon);
    let mut days: Vec<DayReading> = of.looks.iter().map(|(_, look)| reading(look)).collect();
    let last = days.last().map_or(0, |day| day.day);
    let mut taken = None;
    if of.may_look && index > last && now[0].units > 0 && now[1].units > 0 {
        let look = LookNote { index, arms: now };
        days.push(reading(&look));
        taken = Some((of.today, look));
    }
    if days.is_empty() {
        return Judged::open(SEQUENTIAL, "Nobody's window is over yet; there is nothing to compare.");
    }
    let design = design(of);
    let read = match judge_experiment(&design, &days) {
        Ok(read) => read,
        Err(error) => return Judged::open(SEQUENTIAL, error.to_string()),
    };
    let mut findings = Findings::new(SEQUENTIAL);
    findings.looks = days.len();
    findings.notes.extend(read.warnings.iter().map(ToString::to_string));
    let mut word = ResultWord::NotYetProvable;
    if let Some(arm) = read.arms.first() {
        word = match arm.decision {
            Decision::Won => ResultWord::Won,
            Decision::Lost => ResultWord::Lost,
            Decision::Futile => ResultWord::Futile,
            _ => ResultWord::NotYetProvable,
        };
        if let Some(result) = &arm.result {
            let per_unit = Span {
                low: result.ci_low.unwrap_or(f64::NEG_INFINITY),
                mid: result.estimate,
                high: result.ci_high.unwrap_or(f64::INFINITY),
            };
            findings.revenue = Some(per_unit.scaled(1.0, late(of, &days, result.day, through)));
            findings.lift = result.lift;
            findings.lift_low = result.lift_low;
            findings.lift_high = result.lift_high;
            findings.p_value = Some(result.p_value);
        }
    }
    findings.lift_error = plain(&now).and_then(|found| lift_error(&found));
    if read.srm_p < stats::experiment::SRM_LEVEL && word == ResultWord::Won {
        word = ResultWord::NotYetProvable;
    }
    Judged { word, findings, look: taken }
}

/// Late facts of the very units that were judged move the money, never the look: by how much a unit.
fn late(of: &Randomised<'_>, days: &[DayReading], judged: u32, through: &dyn Fn(Day) -> [Cohort; 2]) -> f64 {
    let Some(seen) = days.iter().find(|day| day.day == judged) else { return 0.0 };
    let until = of.starts_on.plus(judged as i32 - 1);
    let then = difference(&seen.arms[0], &seen.arms[1], Metric::Mean, false);
    let shift = plain(&through(until)).zip(then).map_or(0.0, |(now, then)| now.estimate - then.estimate);
    if shift.is_finite() { shift } else { 0.0 }
}

fn reading(look: &LookNote) -> DayReading {
    DayReading { day: look.index, arms: look.arms.iter().map(Cohort::sums).collect() }
}

fn plain(arms: &[Cohort; 2]) -> Option<Difference> {
    difference(&arms[0].sums(), &arms[1].sums(), Metric::Mean, false)
}

/// Standard error of the relative lift, the control's level taken as known: enough to weigh lifts against each other.
fn lift_error(found: &Difference) -> Option<f64> {
    (found.control > 0.0)
        .then(|| found.standard_error / found.control)
        .filter(|error| error.is_finite() && *error > 0.0)
}

fn design(of: &Randomised<'_>) -> Design {
    Design {
        metric: Metric::Mean,
        horizon_days: of.plan.horizon_days() as u32,
        min_days: MIN_DAYS as u32,
        alpha: of.plan.alpha,
        spending: match of.plan.spending {
            Spending::Obf => SpendingFunction::ObrienFleming,
            Spending::Pocock => SpendingFunction::Pocock,
            Spending::Hsd => SpendingFunction::HwangShihDeCani { gamma: -4.0 },
        },
        stops_for_futility: of.plan.stops_for_futility,
        planned_units: of.plan.planned_units.map(|units| units as f64),
        shares: vec![1.0 - of.treated, of.treated],
        use_covariate: of.plan.adjusts_for_past,
        ..Design::default()
    }
}

fn pooled(of: &Randomised<'_>, now: [Cohort; 2]) -> Judged {
    let days = of.plan.last_ripe_day(of.today).days_since(of.starts_on) + 1;
    if now[0].units < LEAST_UNITS || now[1].units < LEAST_UNITS || days < MIN_DAYS {
        return Judged::open(POOLED, "Under a hundred units in an arm, or under a week: too little to compare.");
    }
    let sums = [now[0].sums(), now[1].sums()];
    let found = difference(&sums[0], &sums[1], Metric::Mean, of.plan.adjusts_for_past);
    let units = (now[0].units + now[1].units) as f64;
    let tightest = of.plan.planned_units.map_or(TIGHTEST_AT, |units| 2.0 * units as f64);
    let interval = found
        .and_then(|found| asymptotic_interval(found.estimate, found.standard_error, units, tightest, of.pooled_alpha));
    let (Some(found), Some(interval)) = (found, interval) else {
        return Judged::open(POOLED, "No unit differs from another, so nothing can be tested.");
    };
    let shares = [1.0 - of.treated, of.treated];
    // Read daily without end: one over the Bayes factor of the ratio is valid at any time.
    let srm_p = stats::experiment::SequentialSrm::new(&shares).look(&[now[0].units, now[1].units]);
    let mut findings = Findings::new(POOLED);
    findings.revenue = Some(Span { low: interval.low, mid: interval.estimate, high: interval.high });
    findings.p_value = Some(interval.p_value);
    findings.lift = found.relative.lift();
    let critical = (interval.high - interval.estimate) / found.standard_error;
    (findings.lift_low, findings.lift_high) = found.relative.interval(critical);
    findings.lift_error = lift_error(&found);
    let mut word = match () {
        () if interval.low > 0.0 => ResultWord::Won,
        () if interval.high < 0.0 => ResultWord::Lost,
        () => ResultWord::NotYetProvable,
    };
    if srm_p < stats::experiment::SRM_LEVEL {
        findings
            .notes
            .push("The arms did not get the traffic they were planned to get: do not believe the result.".into());
        word = ResultWord::NotYetProvable;
    }
    Judged { word, findings, look: None }
}

/// The looks that were taken, as the test saw them; none where nothing was looked at, or it cannot be computed.
pub(crate) fn course(of: &Randomised<'_>) -> Vec<stats::experiment::Look> {
    let days: Vec<DayReading> = of.looks.iter().map(|(_, look)| reading(look)).collect();
    if days.is_empty() {
        return Vec::new();
    }
    let read = judge_experiment(&design(of), &days).ok();
    read.and_then(|read| read.arms.into_iter().next()).map_or_else(Vec::new, |arm| arm.looks)
}
