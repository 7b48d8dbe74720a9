//! The reading: daily sums in, the word on every arm out.

use super::{
    ExperimentError, SequentialSrm, Warning,
    design::{ArmReading, DayReading, Design, Look, Reading, Report},
    difference::{Difference, difference},
    multiplicity::holm,
    warnings,
};
use crate::{
    normal,
    sequential::{self, Boundaries, Decision, Futility, Outcome},
};

/// Judges an experiment from its arms' cumulative sums, one look for each day given. Reading the same days again gives
/// the same word; reading more days never changes what was decided, unless late data changed the sums themselves.
///
/// * Group-sequential test with error spending on the absolute difference (see [`crate::sequential`]). Information is the
///   harmonic number of units n₀n₁/(n₀+n₁), and the growth of their values where units no longer come; error is spent by the share of the planned units that came, or of the
///   horizon's days that passed where no number was planned; the horizon's day spends the rest.
/// * No look before `min_days` can stop. Days after the horizon are left out, with a warning.
/// * Several treatment arms: Holm's procedure over their group-sequential tests (Maurer & Bretz 2013, *Multiple testing
///   in group sequential trials using graphical approaches*, Stat. Biopharm. Res. 5): each arm starts with α/m; an arm
///   that is decided hands its share to those that are not.
///
/// # Errors
/// The design does not fit ([`Design::check`]), days are out of order or have different arms, or sums are impossible.
pub fn judge_experiment(design: &Design, days: &[DayReading]) -> Result<Reading, ExperimentError> {
    let arms = days.first().map_or_else(|| design.shares.len().max(2), |day| day.arms.len());
    design.check(arms)?;
    check(days, arms)?;
    let within = days.partition_point(|day| day.day <= design.horizon_days);
    let (days, beyond) = days.split_at(within);
    let mut srm = SequentialSrm::new(&shares(design, arms));
    let srm_p: Vec<f64> =
        days.iter().map(|day| srm.look(&day.arms.iter().map(|arm| arm.units).collect::<Vec<_>>())).collect();
    let runs: Vec<Run> = (1..arms).map(|arm| Run::new(design, days, arm)).collect();
    let mut arms = step_down(design, days, &runs, &srm_p)?;
    let adjusted = holm(&arms.iter().map(|arm| arm.result.map_or(1.0, |result| result.p_value)).collect::<Vec<_>>());
    for (arm, p) in arms.iter_mut().zip(adjusted) {
        if let Some(result) = &mut arm.result {
            result.p_adjusted = p;
        }
    }
    Ok(Reading { warnings: warn(design, days, beyond, &runs, srm.p_value()), arms, srm_p: srm.p_value() })
}

fn check(days: &[DayReading], arms: usize) -> Result<(), ExperimentError> {
    let mut last = 0;
    for day in days {
        let refuse = |reason| Err(ExperimentError::Days { day: day.day, reason });
        if day.day <= last {
            return refuse("days must increase and start at 1.");
        }
        if day.arms.len() != arms {
            return refuse("has another number of arms than the first day; give an arm without units as zeros.");
        }
        last = day.day;
        day.arms.iter().enumerate().try_for_each(|(arm, sums)| sums.check(arm, day.day))?;
    }
    Ok(())
}

fn shares(design: &Design, arms: usize) -> Vec<f64> {
    let shares = if design.shares.is_empty() { vec![1.0; arms] } else { design.shares.clone() };
    let total: f64 = shares.iter().sum();
    shares.iter().map(|share| share / total).collect()
}

fn harmonic(control: f64, treatment: f64) -> f64 {
    if control > 0.0 && treatment > 0.0 { control * treatment / (control + treatment) } else { 0.0 }
}

/// Units that grow by less than this a look are as good as all there: a fixed customer base, or the end of an intake.
const STANDSTILL: f64 = 0.01;

/// How much the looks know, which is what their correlation hangs on. While units come in it is their harmonic number. Where
/// they stand still but their values go on growing (customers who buy again and again), the sum of values is a walk whose
/// variance grows, and with it the information: by the number of units alone no later look would be a new one.
#[derive(Default)]
struct Information {
    units: f64,
    /// Variance per unit.
    variance: f64,
    so_far: f64,
}

impl Information {
    fn next(&mut self, units: f64, variance: f64) -> f64 {
        if self.so_far > 0.0 && self.units > 0.0 {
            let by_units = (units / self.units).max(1.0);
            let by_values = units * variance / (self.units * self.variance);
            let is_still = by_units < 1.0 + STANDSTILL && by_values.is_finite();
            self.so_far *= if is_still { by_units.max(by_values) } else { by_units };
        } else {
            self.so_far = units;
        }
        (self.units, self.variance) = (units, variance);
        self.so_far
    }
}

/// One treatment arm's differences, day by day, with what the boundaries need.
struct Run {
    arm: usize,
    differences: Vec<Option<Difference>>,
    looks: Vec<sequential::Look>,
}

impl Run {
    fn new(design: &Design, days: &[DayReading], arm: usize) -> Run {
        let arms = days.first().map_or(2, |day| day.arms.len());
        let shares = shares(design, arms);
        let planned = design.planned_units.map(|units| {
            // All units of the two arms: by the harmonic number a coin's toss would keep a full run from ever being full.
            units * arms as f64 * (shares[0] + shares[arm])
        });
        let min_days = design.min_days.min(design.horizon_days);
        let differences: Vec<Option<Difference>> = days
            .iter()
            .map(|day| difference(&day.arms[0], &day.arms[arm], design.metric, design.use_covariate))
            .collect();
        let mut grown = Information::default();
        let looks = days.iter().zip(&differences).map(|(day, found)| {
            let (control, treatment) = (day.arms[0].units as f64, day.arms[arm].units as f64);
            let (units, all) = (harmonic(control, treatment), control + treatment);
            let information = grown.next(units, found.map_or(0.0, |found| found.standard_error.powi(2) * units));
            let passed = f64::from(day.day) / f64::from(design.horizon_days);
            let time = if passed >= 1.0 { 1.0 } else { planned.map_or(passed, |planned| all / planned) };
            let can_stop = day.day >= min_days;
            sequential::Look {
                estimate: found.map_or(f64::NAN, |found| found.estimate),
                // A look that cannot stop is passed over: nothing is spent on it.
                standard_error: found.filter(|_| can_stop).map_or(f64::NAN, |found| found.standard_error),
                information: Some(information),
                spending_time: Some(if can_stop { time } else { time.min(0.999) }),
            }
        });
        let looks = looks.collect();
        Run { arm, differences, looks }
    }

    fn analyse(&self, design: &Design, alpha: f64, futility: Option<Futility>) -> Result<Outcome, ExperimentError> {
        let design = sequential::Design {
            alpha,
            spending: design.spending,
            first_stop: 0.0,
            planned_information: None,
            futility,
            stop_for_futility: design.stops_for_futility,
        };
        Ok(sequential::analyse(&design, &self.looks)?)
    }
}

/// Holm over group-sequential tests: rounds at α / (arms left), until a round decides nothing new.
fn step_down(
    design: &Design,
    days: &[DayReading],
    runs: &[Run],
    srm_p: &[f64],
) -> Result<Vec<ArmReading>, ExperimentError> {
    let mut readings: Vec<Option<ArmReading>> = runs.iter().map(|_| None).collect();
    let mut decided = vec![false; runs.len()];
    // The look at which the latest share of the error was handed on.
    let mut released = 0;
    loop {
        let left = decided.iter().filter(|is_decided| !**is_decided).count();
        if left == 0 {
            break;
        }
        let alpha = design.alpha / left as f64;
        let futility = futility(design, alpha)?;
        let mut newly = Vec::new();
        for (place, run) in runs.iter().enumerate().filter(|(place, _)| !decided[*place]) {
            let outcome = run.analyse(design, alpha, futility)?;
            let mut reading = arm_reading(days, run, &outcome, alpha, srm_p);
            if matches!(reading.decision, Decision::Won | Decision::Lost) {
                reading.stopped_look = reading.stopped_look.map(|look| look.max(released));
                newly.push((place, reading.stopped_look.unwrap_or(0)));
            }
            readings[place] = Some(reading);
        }
        if newly.is_empty() {
            break;
        }
        // The earliest decision hands its share on first; those that cross later may do so at a larger share.
        let first = newly.iter().map(|(_, look)| *look).min().unwrap_or(0);
        for (place, _) in newly.into_iter().filter(|(_, look)| *look == first) {
            decided[place] = true;
        }
        released = first;
    }
    Ok(readings.into_iter().flatten().collect())
}

/// Beta spending against the effect that a run without futility would find with the design's power.
fn futility(design: &Design, alpha: f64) -> Result<Option<Futility>, ExperimentError> {
    let looks = design.horizon_days.min(60) as usize;
    let drift = Boundaries::equally_spaced(alpha, design.spending, looks)?.drift_for_power(design.power);
    let futility = |drift| Futility { beta: 1.0 - design.power, spending: design.spending, drift };
    // A power below the error itself has no effect to be futile against.
    Ok(drift.ok().map(futility))
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn arm_reading(days: &[DayReading], run: &Run, outcome: &Outcome, alpha: f64, srm_p: &[f64]) -> ArmReading {
    let looks: Vec<Look> = days
        .iter()
        .zip(&run.differences)
        .zip(outcome.readings.iter().zip(srm_p))
        .map(|((day, found), (reading, srm_p))| {
            let boundary = finite(reading.boundary);
            let z = found.and_then(|found| found.z());
            let testable = found.filter(|found| found.standard_error > 0.0);
            let lift_at = |q: f64| testable.zip(boundary).and_then(|(found, b)| found.relative.lift_at(q * b));
            Look {
                day: day.day,
                units: [day.arms[0].units, day.arms[run.arm].units],
                information_fraction: reading.spending_time,
                estimate: found.map(|found| found.estimate),
                standard_error: found.map(|found| found.standard_error),
                z,
                boundary,
                futility_boundary: reading.futility_boundary.and_then(finite),
                ci_low: finite(reading.ci_low),
                ci_high: finite(reading.ci_high),
                lift: found.and_then(|found| found.relative.lift()),
                lift_low: lift_at(1.0),
                lift_high: lift_at(-1.0),
                p_value: z.map(normal::two_sided_p),
                srm_p: *srm_p,
            }
        })
        .collect();
    let place = outcome.stopped_look.map_or(looks.len(), |look| look).checked_sub(1);
    let found = place.and_then(|place| run.differences.get(place).copied().flatten());
    let result = found.zip(place).map(|(found, place)| report(&found, days[place].day, outcome));
    ArmReading {
        arm: run.arm,
        decision: outcome.decision,
        stopped_look: outcome.stopped_look,
        alpha,
        looks,
        result,
        variance_saved: run.differences.last().copied().flatten().and_then(|found| found.variance_saved),
    }
}

/// The outcome's estimate and interval, with the relative lift as many standard errors away.
fn report(found: &Difference, day: u32, outcome: &Outcome) -> Report {
    let se = found.standard_error;
    let lift_at = |bound: f64| {
        let q = (found.estimate - bound) / se;
        // Rounding leaves a trace of the estimate itself.
        if se > 0.0 && bound.is_finite() { found.relative.lift_at(if q.abs() < 1e-12 { 0.0 } else { q }) } else { None }
    };
    let estimate = finite(outcome.estimate).unwrap_or(found.estimate);
    Report {
        day,
        estimate,
        ci_low: finite(outcome.ci_low),
        ci_high: finite(outcome.ci_high),
        lift: if se > 0.0 { lift_at(estimate) } else { found.relative.lift() },
        lift_low: lift_at(outcome.ci_low),
        lift_high: lift_at(outcome.ci_high),
        observed_lift: found.relative.lift(),
        lift_standard_error: found.relative.lift_standard_error(),
        p_value: outcome.p_value.unwrap_or(1.0),
        p_adjusted: 1.0,
    }
}

fn warn(design: &Design, days: &[DayReading], beyond: &[DayReading], runs: &[Run], srm_p: f64) -> Vec<Warning> {
    let mut found = Vec::new();
    found.extend(warnings::sample_ratio(srm_p));
    let read = days.last().map_or(0, |day| day.day);
    let min_days = design.min_days.min(design.horizon_days);
    if read < min_days {
        found.push(Warning::MinimumRun { days: read, min_days });
    } else if !read.is_multiple_of(7) && design.horizon_days > read {
        found.push(Warning::PartialWeek { days: read });
    }
    if let Some(last) = days.last() {
        for (arm, sums) in last.arms.iter().enumerate().filter(|(_, sums)| sums.units < 2) {
            found.push(Warning::EmptyArm { arm, units: sums.units });
        }
        for run in runs {
            match run.differences.last().copied().flatten() {
                Some(last) if last.standard_error == 0.0 => found.push(Warning::NoVariance { arm: run.arm }),
                _ => found.extend(warnings::over_time(days, run.arm)),
            }
        }
        if let Some(level) = runs.iter().find_map(|run| run.differences.last().copied().flatten()).map(|d| d.control)
            && level <= 0.0
        {
            found.push(Warning::NoLift { level });
        }
    }
    if let Some(last) = beyond.last() {
        found.push(Warning::BeyondHorizon { days: last.day - design.horizon_days, horizon_days: design.horizon_days });
    }
    found
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
