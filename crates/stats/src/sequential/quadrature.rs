//! Gauss-Legendre nodes, made once for each size.

use std::sync::OnceLock;

/// Sizes are multiples of this.
const STEP: usize = 8;
/// The largest rule; finer resolution than this is refused by the callers before it is needed.
pub(super) const MAX_POINTS: usize = 768;

/// Nodes in (−1, 1) and their weights.
pub(super) struct Rule {
    pub nodes: Vec<f64>,
    pub weights: Vec<f64>,
}

/// A rule of at least `points` points (at most [`MAX_POINTS`]).
pub(super) fn rule(points: usize) -> &'static Rule {
    const SLOTS: usize = MAX_POINTS / STEP;
    static RULES: [OnceLock<Rule>; SLOTS] = [const { OnceLock::new() }; SLOTS];
    let slot = points.div_ceil(STEP).clamp(1, SLOTS);
    RULES[slot - 1].get_or_init(|| gauss_legendre(slot * STEP))
}

/// Newton's method on the Legendre recurrence from Tricomi's first guess (Press et al., *Numerical Recipes*, 4.6.1).
fn gauss_legendre(n: usize) -> Rule {
    let mut nodes = vec![0.0; n];
    let mut weights = vec![0.0; n];
    for i in 0..n.div_ceil(2) {
        let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..50 {
            let (mut current, mut previous) = (1.0, 0.0);
            for j in 0..n {
                let j = j as f64;
                (current, previous) = (((2.0 * j + 1.0) * x * current - j * previous) / (j + 1.0), current);
            }
            slope = n as f64 * (x * current - previous) / (x * x - 1.0);
            let step = current / slope;
            x -= step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        let weight = 2.0 / ((1.0 - x * x) * slope * slope);
        (nodes[i], nodes[n - 1 - i]) = (-x, x);
        (weights[i], weights[n - 1 - i]) = (weight, weight);
    }
    Rule { nodes, weights }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integrates_smooth_functions() {
        for points in [8, 56, 400] {
            let rule = rule(points);
            let sum: f64 = rule.nodes.iter().zip(&rule.weights).map(|(x, w)| w * x.exp()).sum();
            assert!((sum - (1.0_f64.exp() - (-1.0_f64).exp())).abs() < 1e-12, "{points}: {sum}");
        }
    }
}
