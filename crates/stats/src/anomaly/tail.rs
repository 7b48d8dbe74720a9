//! How unusual a deviation is among the series' own deviations: ranks in the middle, a generalised Pareto tail beyond.
//!
//! Peaks over threshold as in Siffer et al. (KDD 2017, "Anomaly detection in streams with extreme value theory"), with
//! the shape by probability-weighted moments (Hosking & Wallis 1987), shrunk towards a slightly heavier tail than the
//! normal one while there are few exceedances. Earlier anomalies stay in: what was seen before is less of a surprise.

use std::collections::VecDeque;

use crate::normal;

/// Share of deviations that make up a tail.
const TAIL_SHARE: f64 = 0.1;
/// Exceedances' worth of belief in the prior shape and scale.
const PRIOR_WEIGHT: f64 = 8.0;
/// Prior shape: tails of daily business figures are a little heavier than exponential.
const PRIOR_SHAPE: f64 = 0.1;
/// Mean excess of a standard normal over its upper tenth.
const PRIOR_EXCESS: f64 = 0.473;
/// Fewer deviations than this are helped by a standard normal one, widened.
const FEW: usize = 40;

/// The last deviations of a series, and how unusual one more is.
#[derive(Debug, Clone)]
pub(super) struct Tail {
    order: VecDeque<f64>,
    sorted: Vec<f64>,
    most: usize,
}

impl Tail {
    /// Remembers the last `most` deviations.
    pub fn new(most: usize) -> Tail {
        Tail { order: VecDeque::new(), sorted: Vec::new(), most: most.max(FEW) }
    }

    /// Takes one more in. NaN is ignored.
    pub fn push(&mut self, z: f64) {
        if !z.is_finite() {
            return;
        }
        if self.order.len() == self.most
            && let Some(old) = self.order.pop_front()
        {
            let place = self.sorted.partition_point(|value| *value < old);
            if place < self.sorted.len() {
                self.sorted.remove(place);
            }
        }
        self.order.push_back(z);
        let place = self.sorted.partition_point(|value| *value < z);
        self.sorted.insert(place, z);
    }

    /// P(a deviation of this sign is at least as far out), one-sided towards `z`'s own side.
    pub fn p(&self, z: f64) -> f64 {
        if z >= 0.0 { self.side(true).p(z) } else { self.side(false).p(-z) }
    }

    /// The deviation beyond which a share `p` lies, below (negative) and above.
    pub fn quantiles(&self, p: f64) -> (f64, f64) {
        (-self.side(false).quantile(p), self.side(true).quantile(p))
    }

    fn side(&self, is_upper: bool) -> Side<'_> {
        let n = self.sorted.len();
        let k = ((n as f64 * TAIL_SHARE) as usize).max(4);
        let at = |rank: usize| if is_upper { self.sorted[n - 1 - rank] } else { -self.sorted[rank] };
        if n < FEW {
            // The spread of few deviations is itself unsure.
            let widen = 1.0 + 3.0 / (n as f64 + 3.0);
            return Side { n: 0, k: 0, threshold: 0.0, scale: widen, shape: 0.0, sorted: &self.sorted, is_upper };
        }
        let threshold = at(k);
        // Largest first, so the weight of the largest is its rank from above.
        let (mut first, mut second) = (0.0, 0.0);
        for rank in 0..k {
            let excess = (at(rank) - threshold).max(0.0);
            first += excess;
            second += excess * (rank as f64 + 0.35) / k as f64;
        }
        let (mean, weighted) = (first / k as f64, second / k as f64);
        let difference = mean - 2.0 * weighted;
        let own_shape = if difference > 1e-12 { (2.0 - mean / difference).clamp(0.0, 0.6) } else { PRIOR_SHAPE };
        let k_f = k as f64;
        let shape = (k_f * own_shape + PRIOR_WEIGHT * PRIOR_SHAPE) / (k_f + PRIOR_WEIGHT);
        let mean = (k_f * mean + PRIOR_WEIGHT * PRIOR_EXCESS) / (k_f + PRIOR_WEIGHT);
        Side { n, k, threshold, scale: mean * (1.0 - shape), shape, sorted: &self.sorted, is_upper }
    }
}

struct Side<'a> {
    n: usize,
    k: usize,
    threshold: f64,
    scale: f64,
    shape: f64,
    sorted: &'a [f64],
    is_upper: bool,
}

impl Side<'_> {
    fn p(&self, z: f64) -> f64 {
        if self.n == 0 {
            return normal::sf(z / self.scale).max(1e-300);
        }
        if z <= self.threshold {
            let beyond = if self.is_upper {
                self.n - self.sorted.partition_point(|value| *value < z)
            } else {
                self.sorted.partition_point(|value| *value <= -z)
            };
            return (beyond as f64 + 0.5) / (self.n as f64 + 1.0);
        }
        let share = (self.k as f64 + 0.5) / (self.n as f64 + 1.0);
        let excess = (z - self.threshold) / self.scale.max(1e-9);
        (share * (1.0 + self.shape * excess).powf(-1.0 / self.shape)).max(1e-300)
    }

    fn quantile(&self, p: f64) -> f64 {
        if self.n == 0 {
            return normal::upper_quantile(p) * self.scale;
        }
        let share = (self.k as f64 + 0.5) / (self.n as f64 + 1.0);
        if p < share {
            return self.threshold + self.scale * ((p / share).powf(-self.shape) - 1.0) / self.shape;
        }
        let rank = ((p * (self.n as f64 + 1.0) - 0.5).round().max(0.0) as usize).min(self.n - 1);
        if self.is_upper { self.sorted[self.n - 1 - rank] } else { -self.sorted[rank] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};

    #[test]
    fn normal_deviations_have_nearly_normal_tails() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(5);
        let mut tail = Tail::new(1_500);
        for _ in 0..3_000 {
            tail.push(StandardNormal.sample(&mut rng));
        }
        for z in [1.0, -1.0, 2.0, -2.5, 3.0] {
            let want = normal::sf(f64::abs(z));
            let got = tail.p(z);
            assert!(got > want * 0.6 && got < want * 3.0, "{z}: {got}, normal {want}");
        }
        let (low, high) = tail.quantiles(0.01);
        assert!((high - 2.33).abs() < 0.35 && (low + 2.33).abs() < 0.35, "{low} {high}");
    }

    #[test]
    fn quantile_and_p_are_inverse_and_p_falls() {
        let mut tail = Tail::new(200);
        for k in 0..150 {
            tail.push(f64::from((k * 37) % 101) / 25.0 - 2.0);
        }
        for p in [0.05, 0.01, 1e-3, 1e-6] {
            let (low, high) = tail.quantiles(p);
            assert!((tail.p(high) / p - 1.0).abs() < 0.2, "{p}");
            assert!((tail.p(low) / p - 1.0).abs() < 0.2, "{p}");
        }
        let ps: Vec<f64> = (0..80).map(|k| tail.p(f64::from(k) / 4.0)).collect();
        assert!(ps.windows(2).all(|pair| pair[1] <= pair[0] + 1e-12), "{ps:?}");
    }

    #[test]
    fn equal_deviations_and_none_have_answers() {
        let mut tail = Tail::new(100);
        assert!(tail.p(3.0) < 0.5 && tail.p(3.0) > 0.0);
        for _ in 0..100 {
            tail.push(0.0);
            tail.push(f64::NAN);
        }
        assert!(tail.p(5.0) < 1e-3);
        assert!(tail.p(0.0) > 0.4);
    }
}
