//! How far what a miner expected is from what happened, and how much of that to believe.
//!
//! A miner's ratio is `Σ happened / Σ expected` over its fortnights. Its variance on the log scale is the larger of what
//! the fortnights say among themselves (ratio estimator, Cochran, *Sampling Techniques*, 1977, ch. 6) and a Poisson
//! floor. The factor applied is that ratio shrunk towards 1: `exp(w · ln ratio)`, `w = τ² / (τ² + se²)` with a prior
//! spread τ of factors between miners: normal-normal empirical Bayes with the spread fixed.

use serde::{Deserialize, Serialize};

/// Spread of log factors between miners before any Replay: two thirds of them within a factor of two.
const PRIOR_SPREAD: f64 = 0.7;
/// Buyers of overlapping pools are not independent: variance of a count over its mean.
const OVERDISPERSION: f64 = 3.0;
/// Within these bounds a miner may speak louder or more quietly than it would by itself.
pub const LOUDNESS: (f64, f64) = (0.5, 1.5);

/// A ratio of sums with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    /// Happened over expected.
    pub ratio: f64,
    /// Lower end of the 95% interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The ratio shrunk towards 1: what expected figures are multiplied by.
    pub factor: f64,
}

/// 97.5% points of Student's t by degrees of freedom, from 1.
const T_975: [f64; 12] = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179];

/// The ratio of `(expected, happened)` sums, one pair a fortnight, for figures whose size per event is `unit` (1 for
/// people; the mean money per buyer for money). `None` where nothing was expected.
pub fn ratio(pairs: &[(f64, f64)], unit: f64) -> Option<Ratio> {
    let pairs: Vec<(f64, f64)> = pairs.iter().copied().filter(|(expected, _)| *expected > 0.0).collect();
    let unit = if unit > 0.0 { unit } else { 1.0 };
    let expected: f64 = pairs.iter().map(|(expected, _)| expected).sum();
    let happened: f64 = pairs.iter().map(|(_, happened)| happened).sum();
    if pairs.is_empty() || !expected.is_finite() || !happened.is_finite() {
        return None;
    }
    // Half an event on both sides keeps the logarithm finite where nothing happened.
    let ratio = (happened + 0.5 * unit) / (expected + 0.5 * unit);
    let n = pairs.len() as f64;
    let floor = OVERDISPERSION * unit / (happened + 0.5 * unit);
    let between = if pairs.len() < 2 {
        0.0
    } else {
        let squares: f64 = pairs.iter().map(|(e, h)| (h - ratio * e).powi(2)).sum();
        squares * n / (n - 1.0) / (happened + 0.5 * unit).powi(2)
    };
    let se = between.max(floor).sqrt();
    let t = match pairs.len() {
        0 | 1 => 1.96,
        n => T_975.get(n - 2).copied().unwrap_or(1.96),
    };
    let half = (t * se).min(20.0);
    let weight = PRIOR_SPREAD.powi(2) / (PRIOR_SPREAD.powi(2) + se * se);
    let factor = (weight * ratio.ln()).exp();
    Some(Ratio { ratio, low: ratio * (-half).exp(), high: ratio * half.exp(), factor })
}

/// How loudly a miner with this factor speaks.
pub fn loudness(factor: f64) -> f64 {
    factor.clamp(LOUDNESS.0, LOUDNESS.1)
}

/// `|ln|` of happened over expected, one event added to both.
fn error(expected: f64, happened: f64) -> f64 {
    ((happened + 1.0) / (expected + 1.0)).ln().abs()
}

/// Walking forward: for each fortnight after the first, the error as it was and with the factor learnt on the fortnights
/// before it. Returns the sums and how many fortnights they are of.
pub fn walk(pairs: &[(f64, f64)]) -> (f64, f64, usize) {
    let (mut plain, mut learnt, mut count) = (0.0, 0.0, 0);
    for at in 1..pairs.len() {
        let (expected, happened) = pairs[at];
        let Some(known) = ratio(&pairs[..at], 1.0).filter(|_| expected > 0.0) else { continue };
        plain += error(expected, happened);
        learnt += error(expected * known.factor, happened);
        count += 1;
    }
    (plain, learnt, count)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_steady_bias_is_learnt_and_a_single_fortnight_hardly() {
        let steady = ratio(&[(100.0, 52.0), (120.0, 58.0), (90.0, 44.0), (110.0, 56.0)], 1.0).expect("expected");
        assert!((steady.ratio - 0.5).abs() < 0.02 && steady.factor < 0.55, "{steady:?}");
        // Four fortnights: t of three degrees of freedom on a standard error of √(3 / 210).
        assert!(steady.low > 0.34 && steady.high < 0.74, "{steady:?}");
        let once = ratio(&[(4.0, 1.0)], 1.0).expect("expected");
        assert!(once.factor > 0.6 && once.low < 0.15 && once.high > 1.0, "{once:?}");
        assert_eq!(ratio(&[], 1.0), None);
        assert_eq!(ratio(&[(0.0, 3.0)], 1.0), None);
    }

    #[test]
    fn walking_forward_uses_only_the_past() {
        let (plain, learnt, count) = walk(&[(100.0, 50.0); 5]);
        assert_eq!(count, 4);
        assert!(learnt < 0.3 * plain, "{learnt} of {plain}");
        assert_eq!(walk(&[(100.0, 50.0)]).2, 0);
    }

    proptest! {
        #[test]
        fn the_factor_lies_between_one_and_the_ratio(
            pairs in prop::collection::vec((0.1f64..1e6, 0.0f64..1e6), 1..12), unit in 0.01f64..1e4
        ) {
            let found = ratio(&pairs, unit).expect("expected");
            let (low, high) = (found.ratio.min(1.0), found.ratio.max(1.0));
            prop_assert!(found.factor >= low - 1e-9 && found.factor <= high + 1e-9);
            prop_assert!(found.low <= found.ratio && found.ratio <= found.high);
            prop_assert!((0.5..=1.5).contains(&loudness(found.factor)));
        }
    }
}
