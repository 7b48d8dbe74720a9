//! Anytime-valid intervals for changes that have no horizon: they may be read after every unit and stopped for any
//! reason, at the price of width. For a fixed horizon `sequential` is narrower.

use crate::normal;

/// The normal mixture's tuning constant ρ that makes the two-sided boundary about narrowest at intrinsic time `v_opt`.
///
/// Howard, Ramdas, McAuliffe & Sekhon (2021), *Time-uniform, nonparametric, nonasymptotic confidence sequences*, Annals of
/// Statistics 49, section 3.5, in the closed form of the authors' `confseq` package.
pub fn best_rho(v_opt: f64, alpha: f64) -> f64 {
    let log = 2.0 * (1.0 / alpha).ln();
    v_opt / (log + (1.0 + log).ln())
}

/// Two-sided normal-mixture boundary: a sum of centred observations with cumulative variance `v` leaves ± this at *any*
/// time with probability at most `alpha` (exactly for normal sums, Robbins 1970). Tuned to be tightest at `v_opt`.
/// NaN where `alpha` is not in (0, 1), `v_opt` not positive or `v` negative.
pub fn normal_mixture_bound(v: f64, alpha: f64, v_opt: f64) -> f64 {
    if !(alpha > 0.0 && alpha < 1.0 && v_opt > 0.0 && v >= 0.0) {
        return f64::NAN;
    }
    let rho = best_rho(v_opt, alpha);
    ((v + rho) * ((1.0 + v / rho).ln() + 2.0 * (1.0 / alpha).ln())).sqrt()
}

/// An interval that holds at all times at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnytimeInterval {
    /// The estimate.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Anytime-valid p-value of "no difference": the smallest level at which the interval leaves out zero.
    pub p_value: f64,
}

/// Asymptotic confidence sequence for a difference (or any asymptotically normal estimate) with standard error
/// `standard_error` after `units` units, tightest at `units_opt` units.
///
/// Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2021), *Time-uniform central limit theory and asymptotic confidence
/// sequences*, Theorem 2.2: the normal mixture with the estimated variance in the place of the true one; intrinsic time
/// counts units. Start reading when there are some hundred units: the guarantee is asymptotic.
/// None where the standard error is not positive, there are no units, or `alpha` is not in (0, 1).
pub fn asymptotic_interval(
    estimate: f64,
    standard_error: f64,
    units: f64,
    units_opt: f64,
    alpha: f64,
) -> Option<AnytimeInterval> {
    let sensible = standard_error > 0.0 && units >= 1.0 && units_opt > 0.0 && alpha > 0.0 && alpha < 1.0;
    if !(sensible && standard_error.is_finite() && estimate.is_finite() && units.is_finite()) {
        return None;
    }
    let half = standard_error * normal_mixture_bound(units, alpha, units_opt) / units.sqrt();
    // The mixture martingale itself: log M = z² t / (2 (t + ρ)) − ½ log((t + ρ) / ρ).
    let rho = best_rho(units_opt, alpha);
    let z = estimate / standard_error;
    let log_martingale = 0.5 * z * z * units / (units + rho) - 0.5 * ((units + rho) / rho).ln();
    Some(AnytimeInterval {
        estimate,
        low: estimate - half,
        high: estimate + half,
        p_value: (-log_martingale).exp().min(1.0),
    })
}

/// How much wider the anytime-valid interval is than the interval of a single look at the same data.
pub fn price_of_anytime(units: f64, units_opt: f64, alpha: f64) -> f64 {
    normal_mixture_bound(units, alpha, units_opt) / (units.sqrt() * normal::upper_quantile(alpha / 2.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};

    use super::*;

    /// `confseq` 0.0.10 (Howard & Waudby-Smith), `normal_mixture_bound(v, .05, v_opt = 1000, is_one_sided = False)`.
    #[test]
    fn as_confseq_computes_it() {
        for (v, bound) in [(10.0, 28.7273), (100.0, 38.5505), (1000.0, 95.9817), (10_000.0, 324.1723)] {
            let ours = normal_mixture_bound(v, 0.05, 1000.0);
            assert!((ours - bound).abs() < 5e-5, "{v}: {ours}");
        }
        assert!(normal_mixture_bound(1.0, 1.5, 10.0).is_nan());
        assert_eq!(asymptotic_interval(1.0, 0.0, 10.0, 10.0, 0.05), None);
    }

    /// 400 random walks read after each of 300 steps: at most 5 % + 4 standard errors ever leave the boundary.
    #[test]
    fn holds_at_all_times_at_once() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(11);
        let left = (0..400)
            .filter(|_| {
                let (mut sum, mut ever) = (0.0, false);
                for step in 1..=300 {
                    let x: f64 = StandardNormal.sample(&mut rng);
                    sum += x;
                    ever |= sum.abs() > normal_mixture_bound(f64::from(step), 0.05, 100.0);
                }
                ever
            })
            .count();
        assert!(left <= 37, "{left} of 400");
    }

    proptest! {
        #[test]
        fn p_and_interval_agree(d in -6.0..6.0f64, units in 10.0..1e5f64, opt in 10.0..1e5f64) {
            let it = asymptotic_interval(d, 1.0, units, opt, 0.05).expect("interval");
            prop_assert_eq!(it.p_value < 0.05, it.low > 0.0 || it.high < 0.0);
            prop_assert!(price_of_anytime(units, opt, 0.05) > 1.0);
        }
    }
}
