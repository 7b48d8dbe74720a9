//! Checking the interval on the series' own past: pretend the change happened on dates when nothing did, and see how far off the
//! forecast was, in its own standard deviations.

use super::model::{Problem, forecast};
use super::{MIN_PRE_DAYS, Options, Series};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Placebo windows need so many days before the change.
pub const MIN_CALIBRATION_DAYS: usize = 365;
/// At most so many windows, each fitted on at most so many days before it.
const MAX_WINDOWS: usize = 20;
const TRAINING_DAYS: usize = 120;
/// The prior belief that the width is right counts as much as so many independent windows.
const PRIOR_WINDOWS: f64 = 4.0;
/// A placebo check never narrows an interval by more than this: a calm year is no promise.
const NARROWEST: f64 = 0.85;

/// How an interval came to its width.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// In words, for the reader.
    pub method: &'static str,
    /// Placebo windows that were checked; 0 without a year of history.
    pub windows: usize,
    /// Of those, how many the unscaled 95 % interval covered.
    pub covered: usize,
    /// What the width was multiplied with.
    pub width_factor: f64,
}

impl Calibration {
    pub(super) fn averaged_only() -> Self {
        Self { method: "averaged over the unknown variances", windows: 0, covered: 0, width_factor: 1.0 }
    }
}

/// Windows as long as the post period, ending before the change, evenly spread over the past. Their squared standardised errors
/// give the width factor: the posterior scale of a normal with a prior worth [`PRIOR_WINDOWS`], times the Student-t quantile that
/// scale needs for not being known exactly. Windows that overlap count for less.
pub(super) fn calibrate(series: &Series, options: &Options) -> Calibration {
    let n_pre = series.n_pre;
    let known = series.y[..n_pre].iter().filter(|v| v.is_finite()).count();
    let horizon = (series.y.len() - n_pre).min(n_pre / 4);
    if known < MIN_CALIBRATION_DAYS || horizon == 0 {
        return Calibration::averaged_only();
    }
    let first = (2 * MIN_PRE_DAYS).max(n_pre.saturating_sub(1000));
    let last = n_pre - horizon;
    let apart = (n_pre - first) / horizon;
    let windows = (2 * apart).clamp(1, MAX_WINDOWS);
    let mut errors = Vec::with_capacity(windows);
    let mut covered = 0;
    let draws = options.draws.min(64);
    for i in 0..windows {
        let start = first + (last - first) * i / (windows - 1).max(1);
        let from = start.saturating_sub(TRAINING_DAYS);
        // Weekday effects do not mind where the window starts; days keep their order.
        let controls: Vec<Vec<f64>> = series.controls.iter().map(|c| c[from..start + horizon].to_vec()).collect();
        let y = &series.y[from..start + horizon];
        let enough = y[..start - from].iter().filter(|v| v.is_finite()).count() >= MIN_PRE_DAYS;
        let after: Vec<f64> = y[start - from..].iter().copied().filter(|v| v.is_finite()).collect();
        if !enough || after.is_empty() {
            continue;
        }
        let problem =
            Problem { y, controls: &controls, n_pre: start - from, season: options.season.filter(|p| *p > 1) };
        let Some(forecast) = forecast(&problem, &options.priors, options.scale, draws) else { continue };
        let actual = forecast.forth(after.iter().sum::<f64>() / after.len() as f64);
        let mixture = &forecast.mixture;
        let (low, middle, high) = (mixture.quantile(0.025), mixture.quantile(0.5), mixture.quantile(0.975));
        let side = if actual > middle { high - middle } else { middle - low };
        if actual.is_finite() && side > 0.0 {
            errors.push(1.959_963_984_540_054 * (actual - middle) / side);
            covered += usize::from(actual >= low && actual <= high);
        }
    }
    if errors.is_empty() {
        return Calibration::averaged_only();
    }
    Calibration {
        method: "averaged over the unknown variances, rescaled on placebo windows of the series' own past",
        windows: errors.len(),
        covered,
        width_factor: width_factor(&errors, (apart as f64).min(errors.len() as f64)),
    }
}

/// The factor from standardised errors worth `independent` of them.
fn width_factor(errors: &[f64], independent: f64) -> f64 {
    let mean_square = errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64;
    let df = PRIOR_WINDOWS + independent;
    let scale = ((PRIOR_WINDOWS + independent * mean_square) / df).sqrt();
    let quantile = StudentsT::new(0.0, 1.0, df).map_or(1.96, |t| t.inverse_cdf(0.975));
    (scale * quantile / 1.959_963_984_540_054).max(NARROWEST)
}

#[cfg(test)]
mod tests {
    use super::width_factor;

    #[test]
    fn errors_as_promised_leave_the_width_and_larger_ones_widen_it() {
        let fair: Vec<f64> = (0..40).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let factor = width_factor(&fair, 40.0);
        assert!((1.0..1.06).contains(&factor), "{factor}");
        let twice: Vec<f64> = fair.iter().map(|e| 2.0 * e).collect();
        assert!((1.7..2.1).contains(&width_factor(&twice, 40.0)));
        let calm = vec![0.1; 40];
        assert!((width_factor(&calm, 40.0) - 0.85).abs() < 1e-12);
    }
}
