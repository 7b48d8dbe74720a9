//! Before the start: can this question be answered at all, and if not, what could be?

use std::fmt;

use super::ExperimentError;
use crate::{
    normal,
    sequential::{Boundaries, SequentialError, Spending},
};

/// The longest run that is ever proposed for one change.
pub const LONGEST_RUN_DAYS: u32 = 90;
/// A variance saving by a covariate that is worth hoping for; more is rarely seen in shops.
const HOPEFUL_SAVING: f64 = 0.5;

/// What is asked, with the brand's own variance.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRequest {
    /// Value per unit in the control, e.g. revenue per visitor; above zero.
    pub baseline_mean: f64,
    /// Standard deviation of a unit's value.
    pub baseline_sd: f64,
    /// Units per arm and day.
    pub units_per_arm_per_day: f64,
    /// The relative lift one hopes to prove, e.g. 0.15.
    pub lift: f64,
    /// Horizon in days.
    pub days: u32,
    /// Days before which nothing stops.
    pub min_days: u32,
    /// Two-sided error over all looks and arms.
    pub alpha: f64,
    /// Power called an answer; 0.8 by default.
    pub power: f64,
    /// Treatment arms beside the control; the error is split between them.
    pub treatments: u32,
    /// How the error is spent.
    pub spending: Spending,
    /// Share of units with a value above zero (conversion), if known: allows a denser metric to be offered.
    pub conversion: Option<f64>,
    /// Share of variance a covariate is known to save, 0 if none.
    pub variance_saved: f64,
}

impl Default for PlanRequest {
    fn default() -> PlanRequest {
        PlanRequest {
            baseline_mean: 0.0,
            baseline_sd: 0.0,
            units_per_arm_per_day: 0.0,
            lift: 0.1,
            days: 30,
            min_days: 7,
            alpha: 0.05,
            power: 0.8,
            treatments: 1,
            spending: Spending::ObrienFleming,
            conversion: None,
            variance_saved: 0.0,
        }
    }
}

/// The answer before the start.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// As asked.
    pub request: PlanRequest,
    /// Units per arm at the horizon.
    pub units_per_arm: f64,
    /// Probability that a true lift of the size asked is called *won* by the horizon.
    pub win_probability: f64,
    /// Power of the test (won or lost) at that lift.
    pub power: f64,
    /// Power of a single look at the horizon, the most these units can give.
    pub single_look_power: f64,
    /// Smallest true lift found with the power asked by the horizon.
    pub detectable_lift: f64,
    /// Days until the lift asked is found with the power asked; may exceed any sensible run.
    pub days_needed: f64,
    /// Days a run with that true lift lasts on average, stopping early where it may.
    pub expected_days: f64,
    /// The power asked is reached by the horizon.
    pub is_answerable: bool,
    /// What could be asked instead, most useful first; empty where it is answerable.
    pub alternatives: Vec<Alternative>,
}

/// A question that the same traffic can answer, or come nearer to answering.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Alternative {
    /// Judge whether people buy, not how much: the same relative lift on a metric with less noise.
    DenserMetric {
        /// Conversion of the control.
        baseline: f64,
        /// Power at the horizon.
        power: f64,
        /// Days for the power asked.
        days_needed: f64,
    },
    /// A longer run, up to 90 days.
    LongerRun {
        /// Days.
        days: u32,
        /// Power by then.
        power: f64,
    },
    /// A covariate from before the start (earlier purchases) that saves this share of variance.
    Covariate {
        /// Share of variance it must save.
        variance_saved: f64,
    },
    /// One test of several similar changes against one shared holdout, so that their runs add up.
    PooledTest {
        /// Similar changes, one after the other or on as many brands, that together have the power asked.
        changes: u32,
    },
    /// Prove that it does no harm beyond a margin, one-sided at the same error.
    NonInferiority {
        /// Relative margin that is excluded with the power asked if there is no effect.
        margin: f64,
    },
    /// Only try what may bring this much.
    BiggerEffect {
        /// Relative lift.
        lift: f64,
    },
}

/// Plans an experiment with its group-sequential boundaries at daily looks.
///
/// Power and the detectable lift come from the boundaries' exit probabilities (Jennison & Turnbull 2000, chapter 19); days
/// needed scale with the variance over the squared effect, at the same shape of boundaries.
///
/// # Errors
/// A figure is missing, not finite or out of range; the message names it.
pub fn plan(request: &PlanRequest) -> Result<Plan, ExperimentError> {
    check(request)?;
    let shape = Shape::new(request, request.alpha / f64::from(request.treatments))?;
    let variance = request.baseline_sd.powi(2) * (1.0 - request.variance_saved);
    let units_per_arm = request.units_per_arm_per_day * f64::from(request.days);
    let effect = request.lift * request.baseline_mean;
    let standard_error = (2.0 * variance / units_per_arm).sqrt();
    let drift = effect.abs() / standard_error;
    let exits = shape.boundaries.exits(drift);
    let critical = normal::upper_quantile(request.alpha / f64::from(request.treatments) / 2.0);
    let power = exits.total();
    let days_needed = shape.days_for(drift);
    let mut plan = Plan {
        request: request.clone(),
        units_per_arm,
        win_probability: if effect >= 0.0 { exits.above.iter().sum() } else { exits.below.iter().sum() },
        power,
        single_look_power: normal::sf(critical - drift) + normal::sf(critical + drift),
        detectable_lift: shape.drift_needed * standard_error / request.baseline_mean,
        days_needed,
        expected_days: exits.expected(&shape.days),
        is_answerable: power >= request.power,
        alternatives: Vec::new(),
    };
    if !plan.is_answerable {
        plan.alternatives = alternatives(request, &shape, &plan, drift)?;
    }
    Ok(plan)
}

/// Power (won or lost, as [`Plan::power`]) at each of several true lifts, for a chart; the request's own lift is not used.
///
/// # Errors
/// As [`plan`].
pub fn power_curve(request: &PlanRequest, lifts: &[f64]) -> Result<Vec<f64>, ExperimentError> {
    check(request)?;
    let shape = Shape::new(request, request.alpha / f64::from(request.treatments))?;
    let variance = request.baseline_sd.powi(2) * (1.0 - request.variance_saved);
    let standard_error = (2.0 * variance / (request.units_per_arm_per_day * f64::from(request.days))).sqrt();
    let power = |lift: &f64| shape.boundaries.power((lift * request.baseline_mean).abs() / standard_error);
    Ok(lifts.iter().map(power).collect())
}

/// Boundaries at daily looks from the first full week to the horizon.
struct Shape {
    horizon: f64,
    days: Vec<f64>,
    boundaries: Boundaries,
    /// Expected z at the horizon that gives the power asked.
    drift_needed: f64,
}

impl Shape {
    fn new(request: &PlanRequest, alpha: f64) -> Result<Shape, SequentialError> {
        Shape::over(request, alpha, request.days)
    }

    fn over(request: &PlanRequest, alpha: f64, horizon: u32) -> Result<Shape, SequentialError> {
        // Beyond a quarter daily looks cost time and change nothing: look every few days.
        let step = horizon.div_ceil(100).max(1);
        let first = request.min_days.clamp(1, horizon);
        let mut days: Vec<f64> = (first..horizon).step_by(step as usize).map(f64::from).collect();
        days.push(f64::from(horizon));
        let shares: Vec<f64> = days.iter().map(|day| day / f64::from(horizon)).collect();
        let boundaries = Boundaries::by_spending(alpha, request.spending, &shares, &shares)?;
        let drift_needed = boundaries.drift_for_power(request.power)?;
        Ok(Shape { horizon: f64::from(horizon), days, boundaries, drift_needed })
    }

    /// Days until an effect that is `drift` standard errors at this horizon has the power asked.
    fn days_for(&self, drift: f64) -> f64 {
        if drift > 0.0 { (self.horizon * (self.drift_needed / drift).powi(2)).ceil() } else { f64::INFINITY }
    }
}

fn alternatives(
    request: &PlanRequest,
    shape: &Shape,
    plan: &Plan,
    drift: f64,
) -> Result<Vec<Alternative>, ExperimentError> {
    let mut found = Vec::new();
    if let Some(p) = request.conversion.filter(|p| *p > 0.0 && *p < 1.0) {
        let per_day = (2.0 * p * (1.0 - p) / (request.units_per_arm_per_day * shape.horizon)).sqrt();
        let denser = (request.lift * p).abs() / per_day;
        if denser > drift {
            found.push(Alternative::DenserMetric {
                baseline: p,
                power: shape.boundaries.power(denser),
                days_needed: shape.days_for(denser),
            });
        }
    }
    if request.days < LONGEST_RUN_DAYS && drift > 0.0 {
        let needed =
            if plan.days_needed <= f64::from(LONGEST_RUN_DAYS) { plan.days_needed as u32 } else { LONGEST_RUN_DAYS };
        let days = needed.div_ceil(7).saturating_mul(7).clamp(request.days + 1, LONGEST_RUN_DAYS);
        let longer = Shape::over(request, request.alpha / f64::from(request.treatments), days)?;
        let power = longer.boundaries.power(drift * (f64::from(days) / shape.horizon).sqrt());
        found.push(Alternative::LongerRun { days, power });
    }
    let saving = 1.0 - (drift / shape.drift_needed).powi(2);
    if request.variance_saved == 0.0 && saving <= HOPEFUL_SAVING {
        found.push(Alternative::Covariate { variance_saved: saving });
    }
    if plan.days_needed.is_finite() {
        let changes = (plan.days_needed / shape.horizon).ceil();
        if changes <= 1000.0 {
            found.push(Alternative::PooledTest { changes: changes as u32 });
        }
    }
    let standard_error = plan.detectable_lift / shape.drift_needed;
    let one_sided = Shape::new(request, (2.0 * request.alpha / f64::from(request.treatments)).min(0.5))?;
    found.push(Alternative::NonInferiority { margin: one_sided.drift_needed * standard_error });
    found.push(Alternative::BiggerEffect { lift: plan.detectable_lift });
    Ok(found)
}

fn check(request: &PlanRequest) -> Result<(), ExperimentError> {
    let refuse = |reason: &str| Err(ExperimentError::Design(reason.to_owned()));
    let positive = |value: f64| value.is_finite() && value > 0.0;
    if !positive(request.baseline_mean) {
        return refuse("The baseline's mean per unit must be above zero: a relative lift has no meaning otherwise.");
    }
    if !positive(request.baseline_sd) {
        return refuse("The standard deviation per unit must be above zero.");
    }
    if !positive(request.units_per_arm_per_day) {
        return refuse("Units per arm and day must be above zero.");
    }
    if !request.lift.is_finite() || request.lift == 0.0 {
        return refuse("The lift to prove must not be zero, e.g. 0.15 for +15 %.");
    }
    if request.days == 0 || request.days > 3650 || request.treatments == 0 {
        return refuse("Days must be 1 to 3,650, and there must be at least one treatment arm.");
    }
    if !(request.alpha > 0.0 && request.alpha <= 0.5 && request.power > request.alpha && request.power < 1.0) {
        return refuse("The error must be above 0 and up to 0.5, and the power between it and 1, e.g. 0.05 and 0.8.");
    }
    if !(0.0..1.0).contains(&request.variance_saved) {
        return refuse("The share of variance saved must be at least 0 and below 1.");
    }
    Ok(())
}

impl Plan {
    /// The answer in one or two sentences.
    pub fn answer(&self) -> String {
        let PlanRequest { lift, days, power, .. } = &self.request;
        let lift = percent(*lift);
        if self.is_answerable {
            format!(
                "Yes: a true {lift} is found in {} % of runs of {days} days, on average after {:.0}. The smallest lift found in \
                 {:.0} % of them is {}.",
                share(self.power),
                self.expected_days,
                100.0 * power,
                percent(self.detectable_lift)
            )
        } else {
            format!(
                "This cannot be answered in {days} days with your traffic: a true {lift} would be found in {} % of runs \
                 ({} % with a single look at the end). It takes {:.0} days, or a true lift of {}, to find it in {:.0} %.",
                share(self.power),
                share(self.single_look_power),
                self.days_needed,
                percent(self.detectable_lift),
                100.0 * power
            )
        }
    }
}

impl fmt::Display for Alternative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Alternative::DenserMetric { baseline, power, days_needed } => write!(
                f,
                "Judge by conversion ({:.2} %) instead of value: the same lift is found in {} % of runs, and takes {days_needed:.0} days. \
                 It says that more people buy, not that money comes in.",
                100.0 * baseline,
                share(*power)
            ),
            Alternative::LongerRun { days, power } => {
                write!(f, "Run {days} days: it is found in {} % of runs.", share(*power))
            }
            Alternative::Covariate { variance_saved } => write!(
                f,
                "Adjust for what each customer bought before: a covariate that saves {:.0} % of the variance is enough.",
                100.0 * variance_saved
            ),
            Alternative::PooledTest { changes } => {
                write!(f, "Pool {changes} similar changes into one test against one holdout: their runs add up.")
            }
            Alternative::NonInferiority { margin } => write!(
                f,
                "Ask only that it does no harm: a loss of more than {:.1} % can be excluded in this time.",
                100.0 * margin
            ),
            Alternative::BiggerEffect { lift } => {
                write!(f, "Try something bolder: {} or more can be found in this time.", percent(*lift))
            }
        }
    }
}

fn percent(lift: f64) -> String {
    format!("{:+.1} %", 100.0 * lift)
}

/// A probability in per cent that never rounds to a certainty.
fn share(probability: f64) -> String {
    let percent = 100.0 * probability;
    match percent {
        p if p > 99.0 => "over 99".into(),
        p if p < 1.0 => "under 1".into(),
        p => format!("{p:.0}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    /// Zero-inflated lognormal revenue: mean 2.70, conversion 3 %, sigma 1: variance p m² e^{σ²} − mean², m = 90.
    fn shop(units_per_arm_per_day: f64, lift: f64) -> PlanRequest {
        let sd = (0.03 * 90.0f64.powi(2) * 1.0f64.exp() - 2.7f64.powi(2)).sqrt();
        PlanRequest {
            baseline_mean: 2.7,
            baseline_sd: sd,
            units_per_arm_per_day,
            lift,
            conversion: Some(0.03),
            ..PlanRequest::default()
        }
    }

    /// The bar: +15 % at 200 visitors per arm and day has about 14 % power; the planner says so and what would work.
    #[test]
    fn small_shop_cannot_prove_fifteen_percent() {
        let plan = plan(&shop(200.0, 0.15)).unwrap();
        assert!((0.13..0.145).contains(&plan.power), "{}", plan.power);
        assert!((plan.single_look_power - 0.14).abs() < 0.001, "{}", plan.single_look_power);
        assert!(!plan.is_answerable);
        let said: Vec<String> =
            std::iter::once(plan.answer()).chain(plan.alternatives.iter().map(ToString::to_string)).collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        This cannot be answered in 30 days with your traffic: a true +15.0 % would be found in 13 % of runs (14 % with a single look at the end). It takes 329 days, or a true lift of +49.6 %, to find it in 80 %.
        Judge by conversion (3.00 %) instead of value: the same lift is found in 29 % of runs, and takes 119 days. It says that more people buy, not that money comes in.
        Run 90 days: it is found in 31 % of runs.
        Pool 11 similar changes into one test against one holdout: their runs add up.
        Ask only that it does no harm: a loss of more than 44.3 % can be excluded in this time.
        Try something bolder: +49.6 % or more can be found in this time.
        ");
    }

    /// The single look's closed form: two-sided 5 %, power 80 % needs 2.8016 standard errors (Φ⁻¹(.975) + Φ⁻¹(.8)).
    #[test]
    fn one_look_is_the_textbook() {
        let request = PlanRequest { days: 7, min_days: 7, ..shop(5000.0, 0.15) };
        let plan = plan(&request).unwrap();
        let se = (2.0 * request.baseline_sd.powi(2) / 35_000.0).sqrt();
        assert!((plan.detectable_lift - 2.801_585 * se / 2.7).abs() < 1e-5);
    }

    /// The peers' table: power of the daily O'Brien-Fleming test, theory against 1,000 simulated runs (± 4 standard errors).
    #[test]
    fn power_of_the_bars() {
        for (units, lift, simulated) in [(2000.0, 0.15, 0.758), (1000.0, 0.30, 0.939), (5000.0, 0.10, 0.789)] {
            let power = plan(&shop(units, lift)).unwrap().power;
            assert!((power - simulated).abs() < 0.055, "{units} {lift}: {power}");
        }
    }

    #[test]
    fn the_curve_goes_through_the_plan() {
        let request = shop(1000.0, 0.15);
        let curve = power_curve(&request, &[0.0, 0.15, 0.3]).unwrap();
        assert!((curve[0] - 0.05).abs() < 1e-3 && curve[1] < curve[2]);
        assert_eq!(curve[1], plan(&request).unwrap().power);
    }

    #[test]
    fn nonsense_is_refused() {
        for request in [
            PlanRequest { baseline_mean: 0.0, ..shop(200.0, 0.1) },
            PlanRequest { baseline_sd: f64::NAN, ..shop(200.0, 0.1) },
            PlanRequest { lift: 0.0, ..shop(200.0, 0.1) },
            PlanRequest { days: 0, ..shop(200.0, 0.1) },
            PlanRequest { power: 0.01, ..shop(200.0, 0.1) },
            shop(0.0, 0.1),
        ] {
            assert!(plan(&request).is_err());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(6))]
        #[test]
        fn more_traffic_and_bigger_lifts_help(units in 200.0..3000.0f64, lift in 0.05..0.3f64) {
            let at = |units, lift| plan(&PlanRequest { days: 14, ..shop(units, lift) }).unwrap();
            let (base, more, bigger) = (at(units, lift), at(2.0 * units, lift), at(units, 1.5 * lift));
            prop_assert!(more.power >= base.power && bigger.power >= base.power);
            prop_assert!(more.detectable_lift < base.detectable_lift);
            prop_assert!(base.win_probability <= base.power && base.expected_days <= 14.0);
            // A lift is answerable exactly when it is at least the detectable one.
            prop_assert_eq!(base.is_answerable, base.request.lift >= base.detectable_lift * (1.0 - 1e-6));
            prop_assert_eq!(base.alternatives.is_empty(), base.is_answerable);
        }
    }
}
