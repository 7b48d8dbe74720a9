//! Series with few events: the deviation of one count or amount, from exact probabilities rather than a bell curve.

use std::collections::VecDeque;

use libm::lgamma;

use crate::normal;

/// Below this mean a count is judged by the negative binomial.
pub(super) const FEW_EVENTS: f64 = 25.0;
/// Events' worth of belief in no season.
const SEASON_PRIOR: f64 = 6.0;

/// The recent past of a sparse series.
#[derive(Debug, Clone)]
pub(super) struct Sparse {
    cycle: usize,
    most: usize,
    values: VecDeque<f64>,
}

/// What a sparse series usually does in the coming slot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usual {
    /// Expected events (or, for amounts, share of slots with any).
    pub mean: f64,
    /// Variance over mean, at least 1.
    dispersion: f64,
}

impl Sparse {
    /// A season of `cycle` slots, the last `most` slots remembered.
    pub fn new(cycle: usize, most: usize) -> Sparse {
        Sparse { cycle: cycle.max(1), most, values: VecDeque::new() }
    }

    /// Takes a slot in; NaN is a slot without a value.
    pub fn push(&mut self, value: f64) {
        if self.values.len() == self.most {
            self.values.pop_front();
        }
        self.values.push_back(value);
    }

    /// Mean per slot, the wildest values bounded, times the shrunk factor of the coming slot's place in the season.
    pub fn usual(&self) -> Usual {
        let known: Vec<f64> = self.values.iter().copied().filter(|value| value.is_finite()).collect();
        let n = known.len() as f64;
        let raw = (known.iter().sum::<f64>() + 0.5) / (n + 1.0);
        let bound = raw + 4.0 * raw.sqrt().max(1.0) + 3.0;
        let mean = (known.iter().map(|value| value.min(bound)).sum::<f64>() + 0.5) / (n + 1.0);
        let (mut own, mut slots) = (0.0, 0.0);
        let len = self.values.len();
        for place in (1..).map(|turn| turn * self.cycle).take_while(|ago| *ago <= len) {
            let value = self.values[len - place];
            if value.is_finite() {
                own += value.min(bound);
                slots += 1.0;
            }
        }
        let factor = if self.cycle > 1 { (own + SEASON_PRIOR) / (slots * mean + SEASON_PRIOR) } else { 1.0 };
        let pearson: f64 = known.iter().map(|value| (value.min(bound) - mean).powi(2) / mean).sum();
        Usual { mean: mean * factor, dispersion: (pearson / n.max(2.0)).clamp(1.0, 50.0) }
    }

    /// Chance that the last run of zeros, `more` slots longer, is accident.
    pub fn quiet_p(&self, usual: &Usual, more: usize) -> (usize, f64) {
        let run = self.values.iter().rev().take_while(|value| **value == 0.0).count() + more;
        // Zeros come in runs where the mean itself wanders: the negative binomial's zero, not the Poisson's.
        (run, usual.p_none().powf(run as f64 * 0.8))
    }
}

impl Usual {
    fn p_none(&self) -> f64 {
        self.pmf(0.0)
    }

    fn pmf(&self, x: f64) -> f64 {
        let mean = self.mean.max(1e-9);
        if self.dispersion < 1.001 {
            return (x * mean.ln() - mean - lgamma(x + 1.0)).exp();
        }
        let size = mean / (self.dispersion - 1.0);
        let log_p = -self.dispersion.ln();
        (lgamma(x + size) - lgamma(size) - lgamma(x + 1.0) + size * log_p + x * (1.0 - 1.0 / self.dispersion).ln())
            .exp()
    }

    /// The deviation of a count as that of a standard normal, by its mid-p value.
    pub fn deviation(&self, count: f64) -> f64 {
        let count = count.max(0.0).round().min(1e5);
        let mut below = 0.0;
        let mut x = 0.0;
        while x < count {
            below += self.pmf(x);
            x += 1.0;
        }
        let own = self.pmf(count);
        let upper = 1.0 - below - 0.5 * own;
        if upper > 1e-9 {
            return normal::upper_quantile(upper.min(1.0 - 1e-12));
        }
        // Far out the sum from below has no digits left: sum from above.
        let (mut above, mut term) = (0.5 * own, own);
        let mut x = count + 1.0;
        while term > above * 1e-12 && x < count + 2_000.0 {
            term = self.pmf(x);
            above += term;
            x += 1.0;
        }
        normal::upper_quantile(above.max(1e-300))
    }

    /// The counts between which the deviation stays within `(low, high)`.
    pub fn range(&self, low: f64, high: f64) -> (f64, f64) {
        let (mut first, mut last) = (None, 0.0);
        let mut x = 0.0;
        loop {
            let z = self.deviation(x);
            if z >= low && first.is_none() {
                first = Some(x);
            }
            if z > high || x > 20.0 * self.mean + 200.0 {
                break;
            }
            last = x;
            x += 1.0;
        }
        (first.unwrap_or(0.0).min(last), last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poisson_deviations() {
        let usual = Usual { mean: 0.3, dispersion: 1.0 };
        // P(X ≥ 5 | .3) = 1.58e-5, P(X = 5) = 1.50e-5: mid-p 8.3e-6.
        assert!((usual.deviation(5.0) - normal::upper_quantile(8.3e-6)).abs() < 0.02);
        assert!(usual.deviation(0.0) < 0.0);
        assert!(usual.deviation(400.0).is_finite());
        let (low, high) = Usual { mean: 4.0, dispersion: 1.5 }.range(-2.33, 2.33);
        assert!(low <= 1.0 && (9.0..13.0).contains(&high), "{low} {high}");
    }

    #[test]
    fn a_long_silence_is_no_accident() {
        let mut sparse = Sparse::new(7, 100);
        for k in 0..60 {
            sparse.push(f64::from(k % 3));
        }
        let usual = sparse.usual();
        assert!((usual.mean - 1.0).abs() < 0.3, "{usual:?}");
        for _ in 0..12 {
            sparse.push(0.0);
        }
        let (run, p) = sparse.quiet_p(&usual, 1);
        assert!(run >= 13 && p < 0.01, "{run} {p}");
        assert!(Sparse::new(1, 10).usual().mean > 0.0);
    }
}
