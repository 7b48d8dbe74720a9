//! Weights of the synthetic control. Everything is worked out from the regions' cross products, computed once, so that a placebo set
//! costs microseconds.

#![allow(clippy::neg_cmp_op_on_partial_ord, reason = "NaN must fall on the failing side")]

use super::GeoError;
use crate::linalg::{Matrix, dot};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Regions as indices of their own average before the change.
#[derive(Debug)]
pub(super) struct Index {
    /// Value over the average before, minus one; one row per region.
    values: Vec<Vec<f64>>,
    averages: Vec<f64>,
    n_pre: usize,
    /// Mean cross product before the change, regions by regions.
    gram: Matrix,
    post: Vec<f64>,
    /// Variance of day-to-day changes beyond those common to all.
    noise: f64,
    /// Bound of the largest eigenvalue of `gram`.
    curvature: f64,
}

/// A set of regions against its synthetic control, in units of the set's average before the change.
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    /// Average of the set minus its control after the change.
    pub gap: f64,
    /// Root mean square of the same before.
    pub pre_rmse: f64,
    /// One per control.
    pub weights: Vec<f64>,
}

impl Index {
    pub(super) fn new(regions: &[Vec<f64>], n_pre: usize) -> Result<Self, GeoError> {
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len().max(1) as f64;
        let averages: Vec<f64> = regions.iter().map(|r| mean(&r[..n_pre])).collect();
        if let Some(region) = averages.iter().position(|a| !(*a > 0.0)) {
            return Err(GeoError::NoLevel(region));
        }
        let values: Vec<Vec<f64>> =
            regions.iter().zip(&averages).map(|(r, a)| r.iter().map(|v| v / a - 1.0).collect()).collect();
        let n = values.len();
        let mut gram = Matrix::zeros(n, n);
        for i in 0..n {
            for j in 0..=i {
                let product = dot(&values[i][..n_pre], &values[j][..n_pre]) / n_pre as f64;
                gram[(i, j)] = product;
                gram[(j, i)] = product;
            }
        }
        let mut squares = 0.0;
        for t in 1..n_pre {
            let changes: Vec<f64> = values.iter().map(|v| v[t] - v[t - 1]).collect();
            let common = mean(&changes);
            squares += changes.iter().map(|c| (c - common).powi(2)).sum::<f64>();
        }
        let noise = squares / (n * n_pre.saturating_sub(1)).max(1) as f64;
        let curvature = largest_eigenvalue(&gram);
        let post = values.iter().map(|v| mean(&v[n_pre..])).collect();
        Ok(Self { values, averages, n_pre, gram, post, noise, curvature })
    }

    /// The set's sum of averages before the change.
    pub(super) fn base(&self, set: &[usize]) -> f64 {
        set.iter().map(|i| self.averages[*i]).sum()
    }

    /// The set's average after the change, in units of [`Self::base`].
    pub(super) fn post_mean(&self, set: &[usize]) -> f64 {
        1.0 + set.iter().map(|i| self.share(set, *i) * self.post[*i]).sum::<f64>()
    }

    fn share(&self, set: &[usize], region: usize) -> f64 {
        self.averages[region] / self.base(set)
    }

    /// The synthetic control of `set` from `controls`.
    pub(super) fn compare(&self, set: &[usize], controls: &[usize]) -> Comparison {
        let shares: Vec<f64> = set.iter().map(|i| self.share(set, *i)).collect();
        let along = |row: usize| set.iter().zip(&shares).map(|(i, s)| s * self.gram[(row, *i)]).sum::<f64>();
        let target: Vec<f64> = controls.iter().map(|c| along(*c)).collect();
        let target_square: f64 = set.iter().zip(&shares).map(|(i, s)| s * along(*i)).sum();
        let n_post = self.values.first().map_or(0, Vec::len) - self.n_pre;
        // zeta^2 = sqrt(treated x post days) x noise variance of Arkhangelsky et al. (2021), on the sum (not the mean) of squares:
        // the full penalty widened intervals by a quarter on the daily sales of 40 cities.
        let penalty = ((set.len() * n_post.max(1)) as f64).sqrt() * self.noise / self.n_pre as f64;
        let weights = self.simplex(controls, &target, penalty);
        let products: Vec<f64> = controls
            .iter()
            .map(|a| controls.iter().zip(&weights).map(|(b, w)| w * self.gram[(*a, *b)]).sum())
            .collect();
        let square = target_square - 2.0 * dot(&target, &weights) + dot(&weights, &products);
        let control_post: f64 = controls.iter().zip(&weights).map(|(c, w)| w * self.post[*c]).sum();
        let gap = self.post_mean(set) - 1.0 - control_post;
        Comparison { gap, pre_rmse: square.max(0.0).sqrt(), weights }
    }

    /// Minimises `w'Gw/2 - b'w + penalty |w|^2 / 2` over weights that are not negative and sum to one, by accelerated projected
    /// gradient with restarts (Beck & Teboulle 2009; O'Donoghue & Candes 2015).
    fn simplex(&self, controls: &[usize], b: &[f64], penalty: f64) -> Vec<f64> {
        let n = controls.len();
        let step = 1.0 / (self.curvature + penalty).max(1e-300);
        let mut w = vec![1.0 / n as f64; n];
        let mut ahead = w.clone();
        let mut momentum = 1.0_f64;
        for _ in 0..500 {
            let gradient: Vec<f64> = (0..n)
                .map(|i| {
                    let row = self.gram.row(controls[i]);
                    controls.iter().zip(&ahead).map(|(c, a)| row[*c] * a).sum::<f64>() - b[i] + penalty * ahead[i]
                })
                .collect();
            let next = project(ahead.iter().zip(&gradient).map(|(a, g)| a - step * g).collect());
            let moved: f64 = next.iter().zip(&w).map(|(a, b)| (a - b).abs()).sum();
            let uphill: f64 = gradient.iter().zip(next.iter().zip(&w)).map(|(g, (a, b))| g * (a - b)).sum();
            let faster = if uphill > 0.0 { 1.0 } else { 0.5 * (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt()) };
            let push = if uphill > 0.0 { 0.0 } else { (momentum - 1.0) / faster };
            ahead = next.iter().zip(&w).map(|(a, b)| a + push * (a - b)).collect();
            (w, momentum) = (next, faster);
            if moved < 1e-7 {
                break;
            }
        }
        w
    }

    /// The comparison's gap as `fixed + by_change * u` when what the regions `changed` did after the change is multiplied with `u`:
    /// the weights do not depend on it, so the gap is linear.
    pub(super) fn line(&self, set: &[usize], controls: &[usize], found: &Comparison, changed: &[usize]) -> (f64, f64) {
        let (mut fixed, mut by_change) = (0.0, 0.0);
        let mut add = |region: usize, coefficient: f64| {
            if changed.contains(&region) {
                fixed -= coefficient;
                by_change += coefficient * (1.0 + self.post[region]);
            } else {
                fixed += coefficient * self.post[region];
            }
        };
        set.iter().for_each(|i| add(*i, self.share(set, *i)));
        controls.iter().zip(&found.weights).for_each(|(c, w)| add(*c, -w));
        (fixed, by_change)
    }

    /// Actual and synthetic per day, in units of the set's average before.
    pub(super) fn days(&self, set: &[usize], controls: &[usize], found: &Comparison) -> Vec<(f64, f64)> {
        let n = self.values.first().map_or(0, Vec::len);
        (0..n)
            .map(|t| {
                let actual: f64 = set.iter().map(|i| self.share(set, *i) * self.values[*i][t]).sum();
                let control: f64 = controls.iter().zip(&found.weights).map(|(c, w)| w * self.values[*c][t]).sum();
                (1.0 + actual, 1.0 + control)
            })
            .collect()
    }
}

/// Nearest point with entries not below 0 that sum to 1 (Duchi et al. 2008).
fn project(mut v: Vec<f64>) -> Vec<f64> {
    let mut sorted = v.clone();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let (mut sum, mut shift) = (0.0, 0.0);
    for (i, x) in sorted.iter().enumerate() {
        sum += x;
        let candidate = (sum - 1.0) / (i + 1) as f64;
        if x - candidate > 0.0 {
            shift = candidate;
        }
    }
    for x in &mut v {
        *x = (*x - shift).max(0.0);
    }
    v
}

/// By the power method, a little above.
fn largest_eigenvalue(m: &Matrix) -> f64 {
    let mut v = vec![1.0; m.rows()];
    let mut length = 0.0;
    for _ in 0..50 {
        let Ok(next) = m.mul_vec(&v) else { break };
        length = dot(&next, &next).sqrt();
        if !(length > 0.0) {
            break;
        }
        v = next.iter().map(|x| x / length).collect();
    }
    1.05 * length
}

/// `count` different sets of `size` of the given regions, or all there are when those are fewer.
pub(super) fn draw_sets(from: &[usize], size: usize, count: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut seen = std::collections::BTreeSet::new();
    let mut out = Vec::new();
    for _ in 0..20 * count {
        if out.len() == count {
            break;
        }
        let mut pool = from.to_vec();
        for i in 0..size {
            let j = rng.random_range(i..pool.len());
            pool.swap(i, j);
        }
        let mut set = pool[..size].to_vec();
        set.sort_unstable();
        if seen.insert(set.clone()) {
            out.push(set);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projecting_on_the_simplex() {
        assert_eq!(project(vec![0.2, 0.8]), vec![0.2, 0.8]);
        assert_eq!(project(vec![2.0, -1.0]), vec![1.0, 0.0]);
        let out = project(vec![0.5, 0.5, 0.5]);
        assert!(out.iter().all(|w| (w - 1.0 / 3.0).abs() < 1e-12));
    }

    #[test]
    fn sets_are_different_and_reproducible() {
        let from: Vec<usize> = (0..6).collect();
        let sets = draw_sets(&from, 2, 100, 3);
        assert_eq!(sets.len(), 15);
        assert_eq!(sets, draw_sets(&from, 2, 100, 3));
    }
}
