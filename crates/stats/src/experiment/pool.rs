//! Several similar changes read together: what none of them can prove alone.

use super::srm::chi_square_sf;
use crate::{normal, shrink::Lift};

/// Lifts of several changes as one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pooled {
    /// Changes that went in.
    pub changes: usize,
    /// Average lift of changes of this kind.
    pub lift: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Lower end of the 1 − α interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Two-sided.
    pub p_value: f64,
    /// Standard deviation of true lifts between changes.
    pub between_sd: f64,
    /// p-value of "all have the same lift" (Cochran's Q).
    pub heterogeneity_p: f64,
}

/// Pools independent changes by random effects: their true lifts may differ, the average is what is asked for. Put in *all*
/// changes of the kind, each read once at its end; leaving out the losers makes any kind look good. None without two usable
/// lifts, or with `alpha` outside (0, 1).
///
/// DerSimonian & Laird (1986), *Meta-analysis in clinical trials*, Controlled Clinical Trials 7, 177–188.
pub fn pool_lifts(lifts: &[Lift], alpha: f64) -> Option<Pooled> {
    let lifts: Vec<&Lift> = lifts.iter().filter(|lift| lift.is_usable()).collect();
    if lifts.len() < 2 || !(0.0..1.0).contains(&alpha) || alpha == 0.0 {
        return None;
    }
    let weighted = |between: f64| {
        let weight = |lift: &&Lift| 1.0 / (lift.standard_error.powi(2) + between);
        let sum: f64 = lifts.iter().map(weight).sum();
        let squares: f64 = lifts.iter().map(|lift| weight(lift).powi(2)).sum();
        (sum, squares, lifts.iter().map(|lift| weight(lift) * lift.observed).sum::<f64>() / sum)
    };
    let (sum, squares, mean) = weighted(0.0);
    let q: f64 = lifts.iter().map(|lift| ((lift.observed - mean) / lift.standard_error).powi(2)).sum();
    let degrees = (lifts.len() - 1) as f64;
    let between = ((q - degrees) / (sum - squares / sum)).max(0.0);
    let (sum, _, lift) = weighted(between);
    let standard_error = 1.0 / sum.sqrt();
    let half = normal::upper_quantile(alpha / 2.0) * standard_error;
    let all_finite = lift.is_finite() && half.is_finite() && between.is_finite();
    all_finite.then(|| Pooled {
        changes: lifts.len(),
        lift,
        standard_error,
        low: lift - half,
        high: lift + half,
        p_value: normal::two_sided_p(lift / standard_error),
        between_sd: between.sqrt(),
        heterogeneity_p: chi_square_sf(q, degrees),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// BCG vaccine trials (13 log risk ratios), metafor `rma(yi, vi, method = "DL")`: -0.7141, se .1787, tau² .3088,
    /// Q = 152.23 (Viechtbauer 2010, J. Stat. Software 36(3); data rounded to four digits there).
    #[test]
    fn as_metafor_pools() {
        let yi = [
            -0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209, 0.0120, -0.4694, -1.3713, -0.3394, 0.4459,
            -0.0173,
        ];
        let vi: [f64; 13] =
            [0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564, 0.0730, 0.0124, 0.5325, 0.0714];
        let lifts: Vec<Lift> =
            yi.iter().zip(vi).map(|(y, v)| Lift { observed: *y, standard_error: v.sqrt() }).collect();
        let pooled = pool_lifts(&lifts, 0.05).expect("pooled");
        assert!((pooled.lift + 0.7141).abs() < 2e-3 && (pooled.standard_error - 0.1787).abs() < 2e-3, "{pooled:?}");
        assert!((pooled.between_sd.powi(2) - 0.3088).abs() < 6e-3 && pooled.heterogeneity_p < 1e-20);
        assert_eq!(pool_lifts(&lifts[..1], 0.05), None);
        assert_eq!(pool_lifts(&lifts, 1.0), None);
    }

    proptest! {
        #[test]
        fn many_equal_changes_sharpen_by_the_root_of_their_number(lift in -0.3..0.3f64, se in 0.01..0.5f64, n in 2usize..40) {
            let pooled = pool_lifts(&vec![Lift { observed: lift, standard_error: se }; n], 0.05).expect("pooled");
            prop_assert!((pooled.lift - lift).abs() < 1e-12 && pooled.between_sd == 0.0);
            prop_assert!((pooled.standard_error - se / (n as f64).sqrt()).abs() < 1e-12);
        }
    }
}
