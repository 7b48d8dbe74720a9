//! What a change did when it could not be randomised: a counterfactual from the days before it and from series it did not touch.
//!
//! The model is a structural time series (local level with a small slope, weekday effects, autoregressive noise) beside an index of the
//! controls that shares its demand; see [`filter`](self) for the equations. Its intervals are averaged over the unknown variances
//! instead of resting on one default prior, and where the series has a year of history they are checked, and rescaled, on placebo
//! windows of its own past.
//!
//! Sources: Brodersen et al. (2015), "Inferring causal impact using Bayesian structural time-series models", Annals of Applied
//! Statistics 9(1); Harvey (1989), *Forecasting, Structural Time Series Models and the Kalman Filter*; for the placebo windows
//! Chernozhukov, Wuethrich & Zhu (2021), "An exact and robust conformal inference method for counterfactual and synthetic controls".

#![allow(clippy::neg_cmp_op_on_partial_ord, reason = "NaN must fall on the failing side")]

mod calibrate;
mod filter;
mod mixture;
mod model;
mod sample;
pub mod synthetic;

pub use calibrate::{Calibration, MIN_CALIBRATION_DAYS};

use crate::normal;
use crate::prepost::Grade;
use model::{Forecast, Problem};

/// Under so many known days before the change there is no counterfactual: six weeks.
pub const MIN_PRE_DAYS: usize = 42;
/// At most so many of the days before the change are used for the fit; older ones say little and cost time.
pub const MAX_FIT_DAYS: usize = 400;

/// A series and its controls, one value per day, consecutive days, NaN where a day is missing.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// The series to judge, pre and post period.
    pub y: &'a [f64],
    /// Series the change did not touch, each as long as `y`, each known in the post period too.
    pub controls: &'a [Vec<f64>],
    /// Number of days before the change.
    pub n_pre: usize,
}

/// On which scale the model adds up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scale {
    /// Logarithmic when every known value is at least a twentieth of the median, else linear.
    #[default]
    Auto,
    /// Effects of weekdays, drift and noise are amounts.
    Linear,
    /// … are shares.
    Log,
}

/// A prior of one unknown, on the scale the sampler works on (log of a standard deviation, inverse hyperbolic tangent of an
/// autocorrelation, the loading itself): Student-t about `centre`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Its middle.
    pub centre: f64,
    /// Its scale.
    pub spread: f64,
    /// Its degrees of freedom; small means fat tails, so that data can overrule it.
    pub df: f64,
}

impl Prior {
    /// What [`Self::log_density`] leaves out because it does not depend on the value.
    fn log_constant(&self) -> f64 {
        libm::lgamma(0.5 * (self.df + 1.0))
            - libm::lgamma(0.5 * self.df)
            - 0.5 * (self.df * std::f64::consts::PI).ln()
            - self.spread.ln()
    }

    fn log_density(&self, value: f64) -> f64 {
        let z = (value - self.centre) / self.spread;
        -0.5 * (self.df + 1.0) * (z * z / self.df).ln_1p()
    }
}

/// What is believed of the unknowns before the data; standard deviations in units of the noise's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Priors {
    /// Log of the drift of the series' own level per day, beside controls.
    pub own_drift: Prior,
    /// The same without controls: what they would take out stays in.
    pub own_drift_alone: Prior,
    /// Log of the drift of the demand shared with the controls.
    pub demand_drift: Prior,
    /// Log of the control index's own noise.
    pub control_noise: Prior,
    /// How strongly the shared demand moves the series.
    pub loading: Prior,
    /// Inverse hyperbolic tangent of the noise's autocorrelation; `None` for white noise.
    pub phi: Option<Prior>,
    /// Standard deviation of the slope, as a share of the drift per day; 0 for no slope.
    pub slope: f64,
    /// The drift is in units of the series' standard deviation instead of the noise's (as R CausalImpact has it).
    pub drift_of_total: bool,
    /// On the linear scale, average in R CausalImpact's model with even odds: revenue drifts, other series may be steady. The point
    /// estimate is then the likelier model's, the interval the average's.
    pub steady_beside: bool,
    /// The level starts near the first value instead of anywhere (as R CausalImpact has it).
    pub starts_at_first: bool,
}

impl Default for Priors {
    /// Typical of daily revenue of shops: the drift of the level is a twentieth to a third of the noise. Weak enough for six weeks of
    /// data to overrule, not so weak that a week of noise passes for a drift of 5 % a day.
    fn default() -> Self {
        let positive = |centre: f64, spread: f64| Prior { centre: centre.ln(), spread, df: 30.0 };
        Self {
            own_drift: positive(0.125, 0.45),
            own_drift_alone: positive(0.17, 0.5),
            demand_drift: positive(0.15, 0.7),
            control_noise: positive(0.7, 0.7),
            // A control that has nothing to do with the series is in the tail, hence the few degrees of freedom.
            loading: Prior { centre: 1.0, spread: 0.25, df: 4.0 },
            phi: Some(Prior { centre: 0.35, spread: 0.22, df: 30.0 }),
            slope: 0.05,
            drift_of_total: false,
            steady_beside: true,
            starts_at_first: false,
        }
    }
}

impl Priors {
    /// The defaults of R CausalImpact 1.4.1: white noise, no slope, and a level whose drift is held near a hundredth of the series'
    /// standard deviation by a prior worth 32 observations. For comparison with its published output: on series that do drift, its
    /// 95 % intervals cover far less than 95 %.
    pub fn causal_impact() -> Self {
        let tight = Prior { centre: 0.01_f64.ln(), spread: 0.125, df: 1e6 };
        let unused = Prior { centre: 0.0, spread: 1e-3, df: 1e6 };
        Self {
            own_drift: tight,
            own_drift_alone: tight,
            loading: unused,
            phi: None,
            slope: 0.0,
            drift_of_total: true,
            steady_beside: false,
            starts_at_first: true,
            ..Self::default()
        }
    }
}

/// How to estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// 1 - the interval's nominal coverage.
    pub alpha: f64,
    /// Days of the season; `None` for none.
    pub season: Option<usize>,
    /// The scale.
    pub scale: Scale,
    /// The priors.
    pub priors: Priors,
    /// Draws over the unknowns per model.
    pub draws: usize,
    /// Whether to calibrate on placebo windows where there is enough history.
    pub placebo: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { alpha: 0.05, season: Some(7), scale: Scale::Auto, priors: Priors::default(), draws: 300, placebo: true }
    }
}

/// One day of the post period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayEffect {
    /// What happened; NaN when missing.
    pub actual: f64,
    /// What would have happened.
    pub expected: f64,
    /// Range of the day (not of the average), at the most likely variances.
    pub low: f64,
    /// …
    pub high: f64,
}

/// The estimate. Amounts are per day, averages over the post period's known days, in the units of `y`.
#[derive(Debug, Clone, PartialEq)]
pub struct Impact {
    /// Actual minus counterfactual.
    pub effect: f64,
    /// Lower end of its interval.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
    /// Effect over counterfactual; .1 is +10 %. NaN when the counterfactual is not above 0.
    pub relative_effect: f64,
    /// Lower end of its interval.
    pub relative_low: f64,
    /// Upper end.
    pub relative_high: f64,
    /// Average of the post days.
    pub actual: f64,
    /// Estimated average without the change.
    pub counterfactual: f64,
    /// Two-sided: twice the smaller share of the forecast beyond what happened.
    pub p_value: f64,
    /// How the interval came to its width.
    pub calibration: Calibration,
    /// Smallest true effect, as a share of the counterfactual, that this series would prove with 80 % power (either sign); NaN when
    /// the counterfactual is not above 0.
    pub certifiable_effect: f64,
    /// The same per day, in the units of `y`.
    pub certifiable_amount: f64,
    /// Known days before the change that were used.
    pub n_pre: usize,
    /// Known days after it.
    pub n_post: usize,
    /// Days missing in both periods.
    pub missing: usize,
    /// Always [`Grade::C`].
    pub grade: Grade,
    /// Whether effects were taken as shares (log scale).
    pub log_scale: bool,
    /// How much of the evidence is for controls acting day by day, beyond shared demand (0 to 1).
    pub direct_controls: f64,
    /// What the weighted draws over the unknowns are worth, as a number of equally weighted ones; a few dozen are enough.
    pub effective_draws: f64,
    /// Day by day.
    pub days: Vec<DayEffect>,
}

/// Why there is no estimate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ImpactError {
    /// Too little history.
    #[error(
        "{known} known days before the change, {MIN_PRE_DAYS} are needed; wait, start the change later, or run an experiment"
    )]
    TooShort {
        /// Known days in the pre period.
        known: usize,
    },
    /// Nothing after the change.
    #[error("No known day after the change; wait until there are some")]
    NoPost,
    /// Series of different length.
    #[error("Control {control} has {got} days, the series {expected}; give the same days for all")]
    Length {
        /// 0-based position.
        control: usize,
        /// Its length.
        got: usize,
        /// The length of `y`.
        expected: usize,
    },
    /// An infinity.
    #[error("Day {day} of {series} is infinite; mend the value or leave it missing")]
    Infinite {
        /// "the series" or "control n".
        series: String,
        /// 0-based day.
        day: usize,
    },
    /// A control that says nothing about the post period.
    #[error("Control {control} is missing on most days after the change; leave it out")]
    ControlEnds {
        /// 0-based position.
        control: usize,
    },
    /// Nothing varies.
    #[error("The series does not vary before the change, so nothing can be said about what is unusual for it")]
    Constant,
    /// No likelihood anywhere near plausible parameters.
    #[error("The model could not be fitted to this series; check it for values of very different size")]
    NoFit,
    /// A level outside (0, 1).
    #[error("alpha is {0}; it must lie between 0 and 1")]
    Alpha(f64),
    /// More than can be computed.
    #[error("{0} days after the change; judge at most {MAX_FIT_DAYS}")]
    TooLong(usize),
}

/// Estimates the average effect of a change that began on day `series.n_pre` (0-based).
///
/// # Errors
/// See [`ImpactError`]; in particular under six weeks of history it refuses.
pub fn estimate(series: &Series, options: &Options) -> Result<Impact, ImpactError> {
    if !(options.alpha > 0.0 && options.alpha < 1.0) {
        return Err(ImpactError::Alpha(options.alpha));
    }
    check(series)?;
    let from = series.n_pre.saturating_sub(MAX_FIT_DAYS);
    let (controls, n_pre) = (cut(series.controls, from, series.y.len()), series.n_pre - from);
    let y = &series.y[from..];
    let season = options.season.filter(|period| *period > 1);
    let problem = Problem { y, controls: &controls, n_pre, season };
    let forecast =
        model::forecast(&problem, &options.priors, options.scale, options.draws).ok_or(ImpactError::NoFit)?;
    let calibration =
        if options.placebo { calibrate::calibrate(series, options) } else { Calibration::averaged_only() };
    Ok(summarise(&problem, &forecast, calibration, options.alpha))
}

fn cut(controls: &[Vec<f64>], from: usize, to: usize) -> Vec<Vec<f64>> {
    controls.iter().map(|c| c[from..to].to_vec()).collect()
}

fn check(series: &Series) -> Result<(), ImpactError> {
    let n = series.y.len();
    let n_pre = series.n_pre.min(n);
    for (control, values) in series.controls.iter().enumerate() {
        if values.len() != n {
            return Err(ImpactError::Length { control, got: values.len(), expected: n });
        }
    }
    let named = std::iter::once(("the series".to_owned(), series.y))
        .chain(series.controls.iter().enumerate().map(|(i, c)| (format!("control {}", i + 1), c.as_slice())));
    for (name, values) in named {
        if let Some(day) = values.iter().position(|v| v.is_infinite()) {
            return Err(ImpactError::Infinite { series: name, day });
        }
    }
    let known: Vec<f64> = series.y[..n_pre].iter().copied().filter(|v| v.is_finite()).collect();
    if known.len() < MIN_PRE_DAYS {
        return Err(ImpactError::TooShort { known: known.len() });
    }
    if !series.y[n_pre..].iter().any(|v| v.is_finite()) {
        return Err(ImpactError::NoPost);
    }
    if n - n_pre > MAX_FIT_DAYS {
        return Err(ImpactError::TooLong(n - n_pre));
    }
    if known.iter().all(|v| *v == known[0]) {
        return Err(ImpactError::Constant);
    }
    for (control, values) in series.controls.iter().enumerate() {
        let post = &values[n_pre..];
        if 2 * post.iter().filter(|v| v.is_finite()).count() < post.len() {
            return Err(ImpactError::ControlEnds { control });
        }
    }
    Ok(())
}

/// 80 % power.
const POWER_Z: f64 = 0.841_621_233_572_914_2;

fn summarise(problem: &Problem, forecast: &Forecast, calibration: Calibration, alpha: f64) -> Impact {
    let (pre, post) = problem.y.split_at(problem.n_pre);
    let known: Vec<f64> = post.iter().copied().filter(|v| v.is_finite()).collect();
    let n_pre = pre.iter().filter(|v| v.is_finite()).count();
    let actual = known.iter().sum::<f64>() / known.len() as f64;
    let mixture = &forecast.mixture;
    let middle = mixture.quantile(0.5);
    let stretch = |p: f64| forecast.back(middle + calibration.width_factor * (mixture.quantile(p) - middle));
    let (low, high) = (stretch(alpha / 2.0), stretch(1.0 - alpha / 2.0));
    let counterfactual = forecast.back(forecast.point);
    let below = mixture.cdf(middle + (forecast.forth(actual) - middle) / calibration.width_factor);
    let z = normal::upper_quantile(alpha / 2.0);
    let certifiable_amount = 0.5 * (high - low) * (z + POWER_Z) / z;
    let ratio = |base: f64| if base > 0.0 { actual / base - 1.0 } else { f64::NAN };
    let days = post
        .iter()
        .zip(&forecast.days)
        .map(|(&actual, &(expected, sd))| {
            let by = z * calibration.width_factor * sd;
            let (low, high) = if forecast.log {
                (expected * (-by).exp(), expected * by.exp())
            } else {
                (expected - by * forecast.unit, expected + by * forecast.unit)
            };
            DayEffect { actual, expected, low, high }
        })
        .collect();
    Impact {
        effect: actual - counterfactual,
        ci_low: actual - high,
        ci_high: actual - low,
        relative_effect: ratio(counterfactual),
        relative_low: ratio(high),
        relative_high: if counterfactual > 0.0 && low <= 0.0 { f64::INFINITY } else { ratio(low) },
        actual,
        counterfactual,
        p_value: (2.0 * below.min(1.0 - below)).clamp(0.0, 1.0),
        calibration,
        certifiable_effect: if counterfactual > 0.0 { certifiable_amount / counterfactual } else { f64::NAN },
        certifiable_amount,
        n_pre,
        n_post: known.len(),
        missing: problem.y.len() - n_pre - known.len(),
        grade: Grade::C,
        log_scale: forecast.log,
        direct_controls: forecast.direct,
        effective_draws: forecast.effective,
        days,
    }
}

#[cfg(test)]
mod tests;
