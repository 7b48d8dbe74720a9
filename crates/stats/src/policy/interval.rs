//! An interval for a mean of skewed values.

use crate::normal;

/// An estimate with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value per row, in the unit of the reward.
    pub value: f64,
    /// Standard error.
    pub se: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// Two-sided interval for the mean of independent `values`, corrected for their skewness: products of rare clicks and
/// large weights are far from normal, and the plain interval then lies too low.
///
/// Hall (1992), "On the removal of skewness by transformation", JRSS B 54(1), the cubic transformation g₂. Equal to the
/// normal interval where the skewness is 0. With no values everything is NaN, with one or equal values the interval is
/// a point.
pub fn mean_interval(values: &[f64], alpha: f64) -> Estimate {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let (mut second, mut third) = (0.0, 0.0);
    for value in values {
        let d = value - mean;
        second += d * d;
        third += d * d * d;
    }
    let sd = (second / (n - 1.0).max(1.0)).sqrt();
    let se = sd / n.sqrt();
    if !se.is_finite() || se <= 0.0 {
        return Estimate { value: mean, se: if n > 0.0 { 0.0 } else { f64::NAN }, low: mean, high: mean };
    }
    let skew = third / n / (second / n).powf(1.5);
    let z = normal::upper_quantile(alpha / 2.0);
    Estimate {
        value: mean,
        se,
        low: mean - se * untransformed(z, skew, n),
        high: mean - se * untransformed(-z, skew, n),
    }
}

/// √n · g₂⁻¹(z): the studentised mean whose transform is `z`.
fn untransformed(z: f64, skew: f64, n: f64) -> f64 {
    if skew.abs() < 1e-6 {
        return z;
    }
    let root = n.sqrt();
    let inner = 1.0 + skew * (z / root - skew / (6.0 * n));
    root * 3.0 / skew * (inner.cbrt() - 1.0)
}
