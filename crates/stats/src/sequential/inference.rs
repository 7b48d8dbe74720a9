//! What a stopped run says: p-value, estimate and interval that allow for the looks taken.

use super::path::Path;
use crate::normal;

/// P-value, estimate and interval in the stage-wise ordering (Fairbanks & Madsen 1982; Tsiatis, Rosner & Mehta 1984;
/// Jennison & Turnbull 2000, sections 8.4-8.5): stopping above earlier is more extreme than above later; within a look larger z is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Inference {
    /// Two-sided.
    pub p_value: f64,
    /// Median-unbiased drift.
    pub median: f64,
    pub low: f64,
    pub high: f64,
}

/// The end of a run: `z` at the look with `information`, the `stage`-th (0-based) that could stop. The path must hold the stages
/// before, and be closed at or approaching this one.
pub(super) struct End<'a> {
    pub path: &'a Path,
    pub stage: usize,
    pub information: f64,
    pub z: f64,
}

impl End<'_> {
    /// At confidence 1 − `alpha`.
    pub fn infer(&self, alpha: f64) -> Inference {
        // The boundaries are symmetric: what ends below is the mirror of what ends above, and keeps its digits there.
        if self.z < 0.0 {
            let mirrored = End { z: -self.z, ..*self }.infer(alpha);
            return Inference {
                p_value: mirrored.p_value,
                median: -mirrored.median,
                low: -mirrored.high,
                high: -mirrored.low,
            };
        }
        let tail = self.more_extreme(0.0);
        Inference {
            p_value: (2.0 * tail.min(1.0 - tail)).min(1.0),
            median: self.drift_where(0.5),
            low: self.drift_where(alpha / 2.0),
            high: self.drift_where(1.0 - alpha / 2.0),
        }
    }

    /// P(a result at least as far up as this one) under `drift`; increases with the drift.
    fn more_extreme(&self, drift: f64) -> f64 {
        let earlier: f64 = (0..self.stage).map(|i| self.path.stopped_above(i, drift)).sum();
        (earlier + self.path.above_at(self.stage, self.information, self.z, drift)).min(1.0)
    }

    /// The drift with `more_extreme` = `probability`: secant steps on the probit scale, where it is nearly a line, in a bracket.
    fn drift_where(&self, probability: f64) -> f64 {
        let scale = self.information.sqrt();
        let target = normal::quantile(probability);
        let mut drift = (self.z + target) / scale;
        let (mut low, mut high) = (drift - 20.0 / scale, drift + 20.0 / scale);
        let mut slope = scale;
        let mut previous: Option<(f64, f64)> = None;
        for _ in 0..100 {
            let probit = normal::quantile(self.more_extreme(drift));
            if probit > target {
                high = drift
            } else {
                low = drift
            }
            if let Some((d, p)) = previous {
                let measured = (probit - p) / (drift - d);
                if measured.is_finite() && measured > 0.0 {
                    slope = measured;
                }
            }
            previous = probit.is_finite().then_some((drift, probit));
            let next = drift - (probit - target) / slope;
            let next = if next.is_finite() && next > low && next < high { next } else { 0.5 * (low + high) };
            let moved = (next - drift).abs();
            drift = next;
            if moved * scale < 1e-7 {
                break;
            }
        }
        drift
    }
}
