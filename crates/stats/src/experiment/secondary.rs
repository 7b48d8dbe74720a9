//! Secondary metrics and guardrails: read daily, never deciding a win.

use super::{DayReading, Metric, difference, multiplicity::benjamini_hochberg};
use crate::confseq;

/// One secondary metric of one treatment arm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SecondaryReading {
    /// Place of the metric among those given.
    pub metric: usize,
    /// Treatment arm.
    pub arm: usize,
    /// Treatment − control.
    pub estimate: f64,
    /// Lower end of the anytime-valid interval.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
    /// Observed relative lift; none where the control's level is not above zero.
    pub lift: Option<f64>,
    /// Anytime-valid p-value: may be read every day.
    pub p_value: f64,
    /// The same, corrected by Benjamini & Hochberg over all metrics and arms given.
    pub p_adjusted: f64,
    /// Changed, at the level given, with that share of false calls among the calls.
    pub is_called: bool,
}

/// Reads secondary metrics at their latest day, each given as its metric and its arms' sums (control first). Intervals are
/// anytime-valid ([`crate::confseq`], tightest at `planned_units` per arm), so a guardrail may be read on any day; calls are
/// corrected by Benjamini & Hochberg over everything given. Metrics or arms with nothing to compare are left out.
pub fn judge_secondary(metrics: &[(Metric, DayReading)], alpha: f64, planned_units: f64) -> Vec<SecondaryReading> {
    let mut found = Vec::new();
    for (metric, (kind, day)) in metrics.iter().enumerate() {
        let Some(control) = day.arms.first() else { continue };
        for (arm, sums) in day.arms.iter().enumerate().skip(1) {
            let Some(read) = difference(control, sums, *kind, false) else { continue };
            // Harmonic number of units, as if the arms were of one size.
            let (c, t) = (control.units as f64, sums.units as f64);
            let units = 2.0 * c * t / (c + t);
            let interval =
                confseq::asymptotic_interval(read.estimate, read.standard_error, units, planned_units, alpha);
            let Some(interval) = interval else { continue };
            found.push(SecondaryReading {
                metric,
                arm,
                estimate: read.estimate,
                ci_low: interval.low,
                ci_high: interval.high,
                lift: read.relative.lift(),
                p_value: interval.p_value,
                p_adjusted: 1.0,
                is_called: false,
            });
        }
    }
    let adjusted = benjamini_hochberg(&found.iter().map(|reading| reading.p_value).collect::<Vec<_>>());
    for (reading, p) in found.iter_mut().zip(adjusted) {
        reading.p_adjusted = p;
        reading.is_called = p <= alpha;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::ArmSums;

    #[test]
    fn a_guardrail_that_moved_is_called_and_others_are_not() {
        let day = |rates: [f64; 2]| {
            let arms = rates.map(|rate| ArmSums::of_values(20_000, 20_000.0 * rate, 20_000.0 * rate));
            DayReading { day: 10, arms: arms.to_vec() }
        };
        let metrics = [
            (Metric::Proportion, day([0.01, 0.02])),
            (Metric::Proportion, day([0.03, 0.0305])),
            (Metric::Proportion, day([0.0, 0.0])),
        ];
        let read = judge_secondary(&metrics, 0.05, 20_000.0);
        let called: Vec<_> = read.iter().map(|r| (r.metric, r.arm, r.is_called)).collect();
        assert_eq!(called, [(0, 1, true), (1, 1, false)]);
        assert!(read[0].ci_low > 0.0 && read[0].p_adjusted >= read[0].p_value);
        assert!((read[0].lift.expect("lift") - 1.0).abs() < 1e-9);
    }
}
