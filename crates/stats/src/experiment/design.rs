//! What is declared before the start, and what a reading gives back.

use super::{ExperimentError, Metric, SRM_LEVEL, Warning, sums::ArmSums};
use crate::sequential::{Decision, Spending};

/// Everything that shapes the result, declared before the start.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// Primary metric.
    pub metric: Metric,
    /// Days until the last look; 30 by default.
    pub horizon_days: u32,
    /// No decision before this many days have been read: one full week, so that every weekday counts once.
    pub min_days: u32,
    /// Two-sided error over all looks and all arms; 0.05 by default.
    pub alpha: f64,
    /// How it is spent.
    pub spending: Spending,
    /// Power the futility boundary keeps against the effect the test is planned for; 0.8 by default.
    pub power: f64,
    /// A crossed futility boundary ends the test as futile. By default it is only shown (it is non-binding either way).
    pub stops_for_futility: bool,
    /// Units per arm (their mean over the arms) planned by the horizon. None: the information fraction is the share of
    /// the horizon's days that has passed.
    pub planned_units: Option<f64>,
    /// Planned shares of the arms, control first; empty for equal shares.
    pub shares: Vec<f64>,
    /// Adjust for the units' covariate.
    pub use_covariate: bool,
}

impl Default for Design {
    fn default() -> Design {
        Design {
            metric: Metric::Mean,
            horizon_days: 30,
            min_days: 7,
            alpha: 0.05,
            spending: Spending::ObrienFleming,
            power: 0.8,
            stops_for_futility: false,
            planned_units: None,
            shares: Vec::new(),
            use_covariate: false,
        }
    }
}

impl Design {
    /// Holds the design against what can be carried out with this many arms.
    ///
    /// # Errors
    /// Fewer than two arms, an error outside (0, 0.5], no horizon, or shares that do not fit.
    pub fn check(&self, arms: usize) -> Result<(), ExperimentError> {
        let refuse = |reason: String| Err(ExperimentError::Design(reason));
        if arms < 2 {
            return refuse(format!("An experiment has a control and at least one treatment; there is {arms} arm."));
        }
        if !(self.alpha > 0.0 && self.alpha <= 0.5) {
            return refuse(format!(
                "The error allowed is {}; choose one above 0 and up to 0.5, e.g. 0.05.",
                self.alpha
            ));
        }
        if !(self.power > 0.0 && self.power < 1.0) {
            return refuse(format!("The power is {}; choose one between 0 and 1, e.g. 0.8.", self.power));
        }
        if self.horizon_days == 0 || self.horizon_days > 3650 {
            return refuse(format!("The horizon is {} days; choose 1 to 3,650, e.g. 30.", self.horizon_days));
        }
        if self.planned_units.is_some_and(|units| !(units >= 1.0 && units.is_finite())) {
            return refuse("The planned number of units per arm must be at least 1.".into());
        }
        if !self.shares.is_empty()
            && (self.shares.len() != arms || self.shares.iter().any(|s| !(*s > 0.0 && s.is_finite())))
        {
            return refuse(format!("There are {arms} arms: give as many planned shares, each above zero, or none."));
        }
        Ok(())
    }
}

/// The arms' cumulative sums at the end of one day.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DayReading {
    /// 1-based day of the experiment: 1 is the first day with exposure.
    pub day: u32,
    /// Cumulative sums up to and including this day, control first.
    pub arms: Vec<ArmSums>,
}

impl Decision {
    /// The word as files write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Decision::Won => "won",
            Decision::Lost => "lost",
            Decision::Futile => "futile",
            Decision::Running => "running",
            Decision::Inconclusive => "inconclusive",
        }
    }
}

/// One treatment arm at one look.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Day of the look.
    pub day: u32,
    /// Units so far in control and treatment.
    pub units: [u64; 2],
    /// Share of the planned run that has passed, by which error is spent.
    pub information_fraction: f64,
    /// Treatment − control; none while there is nothing to compare.
    pub estimate: Option<f64>,
    /// Its standard error.
    pub standard_error: Option<f64>,
    /// estimate / standard error; none where no unit differs from another.
    pub z: Option<f64>,
    /// Crossed when |z| reaches it. None where this look cannot stop (before the first week is full, no new units).
    pub boundary: Option<f64>,
    /// A win has become unlikely when z is below it; none where nothing has been spent on that yet.
    pub futility_boundary: Option<f64>,
    /// Repeated confidence interval: the intervals of all looks hold at once (Jennison & Turnbull 1989).
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
    /// Observed relative lift; none where the control's level is not above zero.
    pub lift: Option<f64>,
    /// Lower end by Fieller at the look's boundary; none where unbounded.
    pub lift_low: Option<f64>,
    /// Upper end.
    pub lift_high: Option<f64>,
    /// Two-sided p-value as if this were the only look. Do not stop by it.
    pub p_value: Option<f64>,
    /// Sequential sample-ratio p-value up to this look.
    pub srm_p: f64,
}

/// What can be reported: where a decision stands, estimate and interval that account for the looks taken (stage-wise
/// ordering); while it runs, what is observed with the repeated interval that may be read daily.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Report {
    /// Day of the look it is of: the one that decided, else the last.
    pub day: u32,
    /// Treatment − control, median-unbiased once decided.
    pub estimate: f64,
    /// Lower end of the 1 − α interval; none where nothing can be said yet.
    pub ci_low: Option<f64>,
    /// Upper end.
    pub ci_high: Option<f64>,
    /// The same as a relative lift, by Fieller with the same numbers of standard errors.
    pub lift: Option<f64>,
    /// Lower end.
    pub lift_low: Option<f64>,
    /// Upper end.
    pub lift_high: Option<f64>,
    /// The lift as it was observed at that look: what shrinkage starts from (with [`crate::shrink`], no correction for the
    /// looks is needed).
    pub observed_lift: Option<f64>,
    /// Its standard error.
    pub lift_standard_error: Option<f64>,
    /// Two-sided p-value: of the stage-wise ordering once decided, else the repeated p-value, both safe to read daily.
    pub p_value: f64,
    /// Holm's adjusted p-value over the treatment arms; the same for a single one.
    pub p_adjusted: f64,
}

/// One treatment arm against control.
#[derive(Debug, Clone, PartialEq)]
pub struct ArmReading {
    /// Index among the arms; control is 0.
    pub arm: usize,
    /// The word on it.
    pub decision: Decision,
    /// The look (1-based) at which it was decided; none while it runs.
    pub stopped_look: Option<usize>,
    /// Error this arm was judged at: all of α for a single treatment; Holm's share of it for several.
    pub alpha: f64,
    /// Every look, first day first.
    pub looks: Vec<Look>,
    /// What can be reported; none while there is nothing to compare.
    pub result: Option<Report>,
    /// Share of variance the covariate took away at the last look; none where none was used.
    pub variance_saved: Option<f64>,
}

/// The whole experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The treatment arms in their order.
    pub arms: Vec<ArmReading>,
    /// Sequential sample-ratio p-value; 1 where nothing is off.
    pub srm_p: f64,
    /// What a reader must know beside the word.
    pub warnings: Vec<Warning>,
}

impl Reading {
    /// Whether the arms got the traffic they were planned to get. Where not, no word above can be believed, a win least.
    pub fn is_trustworthy(&self) -> bool {
        self.srm_p >= SRM_LEVEL
    }

    /// The arm to speak of first: a winner with the highest estimate, else any decided arm, else the highest estimate.
    pub fn headline(&self) -> Option<&ArmReading> {
        let rank = |arm: &ArmReading| match arm.decision {
            Decision::Won => 2,
            Decision::Running | Decision::Inconclusive => 1,
            Decision::Lost | Decision::Futile => 0,
        };
        let estimate = |arm: &ArmReading| arm.result.map_or(f64::NEG_INFINITY, |result| result.estimate);
        self.arms.iter().rev().max_by(|a, b| rank(a).cmp(&rank(b)).then(estimate(a).total_cmp(&estimate(b))))
    }
}
