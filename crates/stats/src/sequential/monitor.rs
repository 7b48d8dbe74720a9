//! A run read look by look.

use super::boundaries::{Spender, check_alpha};
use super::futility::Watch;
use super::inference::End;
use super::{Futility, SequentialError, Spending};

/// What is fixed before the first look.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// Two-sided error allowed: the share of runs without any effect that may be called *won* or *lost*.
    pub alpha: f64,
    /// How it is spent.
    pub spending: Spending,
    /// Share of the run before which nothing stops (a full week of 30 days by default); what could have been spent by then is
    /// spent by the first look after it.
    pub first_stop: f64,
    /// Information expected at the horizon, in the unit of [`Look::information`]. Used for information fractions, and to spend by
    /// where a look has no [`Look::spending_time`].
    pub planned_information: Option<f64>,
    /// When to say that a win has become unlikely.
    pub futility: Option<Futility>,
    /// Whether *futile* ends the run; otherwise it is shown only.
    pub stop_for_futility: bool,
}

impl Default for Design {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            spending: Spending::ObrienFleming,
            first_stop: 7.0 / 30.0,
            planned_information: None,
            futility: None,
            stop_for_futility: false,
        }
    }
}

/// The data so far at one look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Absolute difference, treatment − control, in any unit.
    pub estimate: f64,
    /// Its standard error, same unit. A look where it is not positive and finite is passed over: nothing is spent.
    pub standard_error: f64,
    /// Information so far: any quantity proportional to 1 ÷ variance of the estimate, such as the arms' harmonic number of units
    /// n₀n₁/(n₀+n₁). Steadier than 1/`standard_error`², which is taken where this is `None`.
    pub information: Option<f64>,
    /// Share of the run that has passed on the axis along which error is spent (day ÷ 30): must not depend on the results. At 1
    /// the run is over and all error is spent. `None`: the information fraction, which needs [`Design::planned_information`].
    pub spending_time: Option<f64>,
}

/// What one look says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// 1-based.
    pub look: usize,
    /// Estimate ÷ standard error; `None` where there is no standard error.
    pub z: Option<f64>,
    /// |z| beyond this stops the run; infinite where nothing can stop (first week, no new information).
    pub boundary: f64,
    /// Information as a share of that at the horizon (planned; or projected by the spending time).
    pub information_fraction: f64,
    /// Share of the run on the spending axis.
    pub spending_time: f64,
    /// Error spent so far, both tails.
    pub alpha_spent: f64,
    /// As given.
    pub estimate: f64,
    /// Repeated confidence interval (Jennison & Turnbull 2000, chapter 9): all of them hold at once with 1 − alpha, so it may be
    /// read daily. Infinite where the boundary is.
    pub ci_low: f64,
    /// Its upper end.
    pub ci_high: f64,
    /// z below this says that a win has become unlikely; `None` without futility in the design, −∞ where nothing is spent yet.
    pub futility_boundary: Option<f64>,
    /// z is below it.
    pub futile: bool,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Crossed the upper boundary.
    Won,
    /// Crossed the lower boundary.
    Lost,
    /// Fell below the futility boundary, and the design stops for it.
    Futile,
    /// Neither, and time is left.
    Running,
    /// Neither, and the horizon is reached.
    Inconclusive,
}

/// A run as read so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Where it stands.
    pub decision: Decision,
    /// The look (1-based) at which it was decided; `None` while running.
    pub stopped_look: Option<usize>,
    /// Ended: stage-wise ordering, allowing for the looks taken. Running: repeated p-value (the least alpha at which this design would
    /// have stopped by now). `None` where no look could be read.
    pub p_value: Option<f64>,
    /// Ended: median-unbiased. Running: as observed. NaN where no look could be read.
    pub estimate: f64,
    /// Ended: interval of the stage-wise ordering at 1 − alpha. Running: repeated confidence interval.
    pub ci_low: f64,
    /// Its upper end.
    pub ci_high: f64,
    /// One for each look, also those after the stop.
    pub readings: Vec<Reading>,
}

impl Design {
    /// # Errors
    /// Alpha or the futility's beta outside (0, 1), or its drift not finite and positive.
    pub fn check(&self) -> Result<(), SequentialError> {
        check_alpha(self.alpha)?;
        match self.futility {
            Some(Futility { beta, drift, .. }) if !(beta > 0.0 && beta < 1.0 && drift.is_finite() && drift > 0.0) => {
                Err(SequentialError::Futility { beta, drift })
            }
            _ => Ok(()),
        }
    }
}

/// Reads looks one at a time.
#[derive(Debug, Clone)]
pub struct Monitor {
    design: Design,
    spender: Spender,
    watch: Option<Watch>,
    looks: Vec<(f64, f64)>,
    readings: Vec<Reading>,
    end: Option<Ending>,
}

#[derive(Debug, Clone)]
struct Ending {
    decision: Decision,
    look: usize,
    p_value: Option<f64>,
    estimate: f64,
    ci_low: f64,
    ci_high: f64,
}

impl Monitor {
    /// A run that has not begun.
    ///
    /// # Errors
    /// A design that fails [`Design::check`].
    pub fn new(design: &Design) -> Result<Self, SequentialError> {
        design.check()?;
        Ok(Self {
            spender: Spender::new(design.alpha, design.spending, design.first_stop),
            watch: design.futility.map(Watch::new),
            design: design.clone(),
            looks: Vec::new(),
            readings: Vec::new(),
            end: None,
        })
    }

    /// Whether a decision stands.
    pub fn has_ended(&self) -> bool {
        self.end.is_some()
    }

    /// Reads the next look. After the run has ended the look is shown, and changes nothing.
    ///
    /// # Errors
    /// Neither a spending time nor a planned information.
    pub fn read(&mut self, look: &Look) -> Result<&Reading, SequentialError> {
        let number = self.readings.len() + 1;
        let readable = look.estimate.is_finite() && look.standard_error.is_finite() && look.standard_error > 0.0;
        let information = match look.information {
            Some(information) if information.is_finite() && information > 0.0 => information,
            Some(_) => 0.0,
            None => Some(look.standard_error.powi(-2)).filter(|i| readable && i.is_finite()).unwrap_or(0.0),
        };
        let planned = self.design.planned_information.filter(|p| p.is_finite() && *p > 0.0);
        let time = match (look.spending_time.filter(|t| t.is_finite()), planned) {
            (Some(time), _) => time,
            (None, Some(planned)) => information / planned,
            (None, None) => return Err(SequentialError::NoAxis { look: number }),
        };
        // A share that rounding keeps from 1 is 1.
        let time = if time > 1.0 - 1e-9 { 1.0 } else { time };
        let time = time.clamp(0.0, 1.0).max(self.readings.last().map_or(0.0, |r| r.spending_time));
        let full = planned.unwrap_or(if time > 0.0 { information / time } else { f64::INFINITY });
        let fraction = if full > 0.0 { information / full } else { 0.0 };

        let z = readable.then(|| look.estimate / look.standard_error);
        let allowance = z.map(|_| self.spender.next(information, time));
        let boundary = allowance.as_ref().map_or(f64::INFINITY, |a| a.boundary);
        let spent = allowance.as_ref().map(|a| a.spent);
        let futility_boundary = match (&mut self.watch, z) {
            (Some(watch), Some(_)) => Some(watch.next(fraction, time, boundary)),
            (Some(_), None) => Some(f64::NEG_INFINITY),
            (None, _) => None,
        };
        let half = if boundary.is_finite() { boundary * look.standard_error } else { f64::INFINITY };
        self.looks.push((information, z.unwrap_or(0.0)));
        self.readings.push(Reading {
            look: number,
            z,
            boundary,
            information_fraction: fraction,
            spending_time: time,
            alpha_spent: spent.unwrap_or(self.readings.last().map_or(0.0, |r| r.alpha_spent)),
            estimate: look.estimate,
            ci_low: look.estimate - half,
            ci_high: look.estimate + half,
            futility_boundary,
            futile: z.zip(futility_boundary).is_some_and(|(z, bound)| z < bound),
        });
        if self.end.is_none() {
            self.end = self.ending(look, information, allowance.and_then(|a| a.stage));
        }
        Ok(&self.readings[number - 1])
    }

    /// The decision at the look just read, if it ends the run.
    fn ending(&self, look: &Look, information: f64, stage: Option<usize>) -> Option<Ending> {
        let reading = self.readings.last()?;
        let decision = match reading.z {
            Some(z) if z >= reading.boundary => Decision::Won,
            Some(z) if z <= -reading.boundary => Decision::Lost,
            _ if reading.futile && self.design.stop_for_futility && reading.spending_time >= self.design.first_stop => {
                Decision::Futile
            }
            _ if reading.spending_time >= 1.0 => Decision::Inconclusive,
            _ => return None,
        };
        let mut ending = Ending {
            decision,
            look: reading.look,
            p_value: None,
            estimate: look.estimate,
            ci_low: f64::NEG_INFINITY,
            ci_high: f64::INFINITY,
        };
        if let Some(z) = reading.z {
            let mut path = self.spender.path.clone();
            let last = path.stages().last().map_or(0.0, |s| s.information);
            let (stage, information) = match stage {
                Some(stage) => (stage, last),
                None => {
                    let information = information.max(last * (1.0 + super::path::LEAST_STEP));
                    path.approach(information);
                    (path.stages().len(), information)
                }
            };
            let inference = End { path: &path, stage, information, z }.infer(self.design.alpha);
            let unit = information.sqrt() * look.standard_error;
            ending.p_value = Some(inference.p_value);
            ending.estimate = inference.median * unit;
            ending.ci_low = inference.low * unit;
            ending.ci_high = inference.high * unit;
        }
        Some(ending)
    }

    /// The run so far.
    pub fn outcome(&self) -> Outcome {
        let readings = self.readings.clone();
        if let Some(end) = &self.end {
            return Outcome {
                decision: end.decision,
                stopped_look: Some(end.look),
                p_value: end.p_value,
                estimate: end.estimate,
                ci_low: end.ci_low,
                ci_high: end.ci_high,
                readings,
            };
        }
        let last = readings.iter().rev().find(|r| r.z.is_some());
        Outcome {
            decision: Decision::Running,
            stopped_look: None,
            p_value: last.map(|_| self.repeated_p_value()),
            estimate: last.map_or(f64::NAN, |r| r.estimate),
            ci_low: last.map_or(f64::NEG_INFINITY, |r| r.ci_low),
            ci_high: last.map_or(f64::INFINITY, |r| r.ci_high),
            readings,
        }
    }

    /// The least alpha at which a look so far would have stopped, to three digits; 1 where none would.
    fn repeated_p_value(&self) -> f64 {
        let stops = |alpha: f64| {
            let mut spender = Spender::new(alpha, self.design.spending, self.design.first_stop);
            self.readings.iter().zip(&self.looks).any(|(reading, &(information, z))| {
                reading.z.is_some() && z.abs() >= spender.next(information, reading.spending_time).boundary
            })
        };
        let (mut low, mut high) = (self.design.alpha, 0.999);
        if !stops(high) {
            return 1.0;
        }
        while high - low > 1e-3 * low {
            let middle = 0.5 * (low + high);
            if stops(middle) { high = middle } else { low = middle }
        }
        high
    }
}

/// Reads a whole series of looks.
///
/// # Errors
/// An impossible design, or a look with neither spending time nor planned information.
pub fn analyse(design: &Design, looks: &[Look]) -> Result<Outcome, SequentialError> {
    let mut monitor = Monitor::new(design)?;
    for look in looks {
        monitor.read(look)?;
    }
    Ok(monitor.outcome())
}
