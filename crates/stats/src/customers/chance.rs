//! Counts of a Poisson process whose rate is Gamma distributed.

/// Terms after which a tail is cut, whatever is left of it.
const MAX_TERMS: usize = 100_000;
/// Chance that may be cut from a tail.
pub(super) const NEGLIGIBLE: f64 = 1e-10;

/// P(N = 0), P(N = 1), … where N counts events in a time `t` at a rate that is Gamma(`shape`, rate `at`): negative
/// binomial. Ends where less than [`NEGLIGIBLE`] is left.
pub(super) fn counts(shape: f64, at: f64, t: f64) -> Vec<f64> {
    if !(t > 0.0 && shape > 0.0) {
        return vec![1.0];
    }
    let p = t / (at + t);
    let mut ln_term = -shape * (t / at).ln_1p();
    let mut out = Vec::new();
    let mut left = 1.0;
    // A first term that underflows is carried as a logarithm until it does not.
    let mut term = ln_term.exp();
    let mode = p * (shape - 1.0) / (1.0 - p);
    for i in 0..MAX_TERMS {
        out.push(term);
        left -= term;
        let ratio = (shape + i as f64) / (i as f64 + 1.0) * p;
        // Beyond the mode the tail is at most geometric with the present ratio.
        if i as f64 > mode && (left < NEGLIGIBLE || (ratio < 1.0 && term * ratio / (1.0 - ratio) < NEGLIGIBLE)) {
            break;
        }
        if term > 1e-280 {
            term *= ratio;
            ln_term = f64::NAN;
        } else {
            if ln_term.is_nan() {
                ln_term = term.max(f64::MIN_POSITIVE).ln();
            }
            ln_term += ratio.ln();
            term = ln_term.exp();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_add_to_one_with_the_right_mean() {
        for (shape, at, t) in
            [(0.24, 4.4, 39.0), (30.0, 50.0, 39.0), (900.0, 10.0, 39.0), (5000.0, 1.0, 10.0), (1e-6, 1.0, 1.0)]
        {
            let chances = counts(shape, at, t);
            let total: f64 = chances.iter().sum();
            let mean: f64 = chances.iter().enumerate().map(|(i, p)| i as f64 * p).sum();
            assert!((total - 1.0).abs() < 1e-8, "{shape}: {total}");
            let want = shape * t / at;
            assert!((mean - want).abs() < 1e-6 * want + 2e-9, "{shape}: {mean}");
        }
        assert_eq!(counts(1.0, 1.0, 0.0), [1.0]);
    }
}
