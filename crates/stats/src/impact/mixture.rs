//! A mixture of Student-t distributions: the forecast averaged over the unknowns.

use crate::normal;

/// One part of the mixture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub weight: f64,
    pub mean: f64,
    pub scale: f64,
    pub df: f64,
}

/// Weighted parts; weights sum to one.
#[derive(Debug, Clone, Default)]
pub(super) struct Mixture(pub Vec<Part>);

impl Mixture {
    /// P(X <= x).
    pub(super) fn cdf(&self, x: f64) -> f64 {
        self.0.iter().map(|p| p.weight * t_cdf((x - p.mean) / p.scale.max(1e-300), p.df)).sum()
    }

    /// The mean.
    pub(super) fn mean(&self) -> f64 {
        self.0.iter().map(|p| p.weight * p.mean).sum()
    }

    /// The variance, of the parts' scales and of their means.
    pub(super) fn variance(&self) -> f64 {
        let mean = self.mean();
        self.0
            .iter()
            .map(|p| p.weight * (p.scale * p.scale * p.df / (p.df - 2.0).max(1.0) + (p.mean - mean).powi(2)))
            .sum()
    }

    /// The `p` quantile by bisection to 1e-7 of the standard deviation.
    pub(super) fn quantile(&self, p: f64) -> f64 {
        let sd = self.variance().sqrt();
        let centre = self.mean();
        let (mut low, mut high) = (centre - 2.0 * sd, centre + 2.0 * sd);
        for _ in 0..60 {
            if self.cdf(low) <= p {
                break;
            }
            low -= 2.0 * (centre - low);
        }
        for _ in 0..60 {
            if self.cdf(high) >= p {
                break;
            }
            high += 2.0 * (high - centre);
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.cdf(middle) < p {
                low = middle;
            } else {
                high = middle;
            }
            if high - low <= 1e-7 * sd {
                break;
            }
        }
        0.5 * (low + high)
    }
}

/// Student's t distribution function by Wallace's normalising transformation (error below 2e-4 for 10 or more degrees of
/// freedom; here there are never fewer than 20). Source: Wallace (1959), "Bounds on normal approximations to Student's and the chi-square distributions".
pub(super) fn t_cdf(t: f64, df: f64) -> f64 {
    let z = (8.0 * df + 1.0) / (8.0 * df + 3.0) * (df * (t * t / df).ln_1p()).sqrt();
    normal::cdf(z.copysign(t))
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, StudentsT};

    #[test]
    fn the_t_is_close_to_the_exact_one() {
        for df in [10.0, 30.0, 100.0] {
            let exact = StudentsT::new(0.0, 1.0, df).expect("valid");
            for t in [-4.0, -1.96, -0.3, 0.0, 1.0, 2.5] {
                assert!((t_cdf(t, df) - exact.cdf(t)).abs() < 3e-4, "{df} {t}");
            }
        }
    }

    #[test]
    fn quantiles_invert() {
        let mixture = Mixture(vec![
            Part { weight: 0.7, mean: 0.0, scale: 1.0, df: 30.0 },
            Part { weight: 0.3, mean: 2.0, scale: 5.0, df: 40.0 },
        ]);
        for p in [0.001, 0.025, 0.5, 0.9, 0.975] {
            assert!((mixture.cdf(mixture.quantile(p)) - p).abs() < 1e-6);
        }
    }
}
