//! Several arms, several metrics: the stated corrections.

/// Holm's step-down adjusted p-values, in the order given: the chance of *any* false call among all is at most α where
/// calls are made at adjusted p ≤ α. Used for the arms on the primary metric. NaN counts as 1.
///
/// Holm (1979), *A simple sequentially rejective multiple test procedure*, Scand. J. Statist. 6, 65–70.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let order = by_size(p_values);
    let mut adjusted = vec![1.0; p_values.len()];
    let mut running = 0.0f64;
    for (rank, place) in order.iter().enumerate() {
        running = running.max((clean(p_values[*place]) * (p_values.len() - rank) as f64).min(1.0));
        adjusted[*place] = running;
    }
    adjusted
}

/// Benjamini and Hochberg's adjusted p-values, in the order given: of all calls made at adjusted p ≤ q at most the share
/// q is false on average. Used for secondary metrics, which suggest and do not decide. NaN counts as 1.
///
/// Benjamini & Hochberg (1995), J. R. Statist. Soc. B 57, 289–300.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let order = by_size(p_values);
    let mut adjusted = vec![1.0; p_values.len()];
    let mut running = 1.0f64;
    for (rank, place) in order.iter().enumerate().rev() {
        running = running.min(clean(p_values[*place]) * p_values.len() as f64 / (rank + 1) as f64);
        adjusted[*place] = running;
    }
    adjusted
}

fn clean(p: f64) -> f64 {
    if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) }
}

fn by_size(p_values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| clean(p_values[*a]).total_cmp(&clean(p_values[*b])));
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(a: &[f64], b: &[f64]) {
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12), "{a:?} {b:?}");
    }

    /// R: `p.adjust(c(.01, .02, .03, .04, .05), "holm")` and `"BH"`; the second pair out of order.
    #[test]
    fn as_r_adjusts() {
        let p = [0.01, 0.02, 0.03, 0.04, 0.05];
        near(&holm(&p), &[0.05, 0.08, 0.09, 0.09, 0.09]);
        near(&benjamini_hochberg(&p), &[0.05, 0.05, 0.05, 0.05, 0.05]);
        let p = [0.04, 0.001, 0.9, f64::NAN];
        near(&holm(&p), &[0.12, 0.004, 1.0, 1.0]);
        near(&benjamini_hochberg(&p), &[0.08, 0.004, 1.0, 1.0]);
        assert!(holm(&[]).is_empty() && benjamini_hochberg(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn between_p_and_bonferroni(p in prop::collection::vec(0.0..1.0f64, 1..12)) {
            let (holm, bh) = (holm(&p), benjamini_hochberg(&p));
            for k in 0..p.len() {
                let bonferroni = (p[k] * p.len() as f64).min(1.0);
                prop_assert!(p[k] <= bh[k] + 1e-12 && bh[k] <= holm[k] + 1e-12 && holm[k] <= bonferroni + 1e-12);
            }
        }
    }
}
