//! Did the arms get the traffic they were to get? A sample-ratio mismatch says that assignment or exposure is broken;
//! no result of such an experiment can be believed.

use libm::lgamma;

/// Concentrations of the Dirichlet mixtures around the planned shares. Lindon & Malek's reference implementation has the last
/// alone, which sees shares that are off by one per cent, given some ten thousand units; a small shop needs the others.
/// The mean of their Bayes factors is a martingale as each of them is, so the guarantee stays.
pub const CONCENTRATIONS: [f64; 3] = [100.0, 1_000.0, 10_000.0];

/// Below this the arms' counts do not fit the planned shares, whenever one looks.
pub const SRM_LEVEL: f64 = 0.01;

/// A sequential test of multinomial counts that may be read after every unit: P(p ever ≤ α) ≤ α while the shares are as
/// planned.
///
/// Lindon & Malek (2022), *Anytime-valid inference for multinomial count data*, NeurIPS: the p-value is the running
/// minimum of one over the Bayes factor of a Dirichlet alternative with mean at the planned shares.
#[derive(Debug, Clone, PartialEq)]
pub struct SequentialSrm {
    shares: Vec<f64>,
    p_value: f64,
}

impl SequentialSrm {
    /// A test of the planned shares, scaled to sum to one; arms with a share of zero or less are not tested.
    pub fn new(shares: &[f64]) -> SequentialSrm {
        let total: f64 = shares.iter().filter(|share| **share > 0.0).sum();
        SequentialSrm { shares: shares.iter().map(|share| share.max(0.0) / total).collect(), p_value: 1.0 }
    }

    /// Reads the cumulative counts of the arms and gives the p-value so far.
    pub fn look(&mut self, counts: &[u64]) -> f64 {
        let logs = CONCENTRATIONS.map(|concentration| log_bayes_factor(counts, &self.shares, concentration));
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if largest.is_finite() {
            let mean = logs.iter().map(|log| (log - largest).exp()).sum::<f64>() / CONCENTRATIONS.len() as f64;
            self.p_value = self.p_value.min((-largest - mean.ln()).exp()).min(1.0);
        }
        self.p_value
    }

    /// The p-value so far.
    pub fn p_value(&self) -> f64 {
        self.p_value
    }
}

fn log_bayes_factor(counts: &[u64], shares: &[f64], concentration: f64) -> f64 {
    let mut total = 0.0;
    let mut sum = 0.0;
    for (count, share) in counts.iter().zip(shares).filter(|(_, share)| **share > 0.0) {
        let (count, alpha) = (*count as f64, concentration * share);
        total += count;
        sum += lgamma(alpha + count) - lgamma(alpha) - count * share.ln();
    }
    sum + lgamma(concentration) - lgamma(concentration + total)
}

/// Pearson's chi-square p-value of the same question for one look that was fixed beforehand; 1 with fewer than two arms.
pub fn chi_square_p(counts: &[u64], shares: &[f64]) -> f64 {
    let all: f64 = shares.iter().filter(|share| **share > 0.0).sum();
    let total: f64 = counts.iter().zip(shares).filter(|(_, share)| **share > 0.0).map(|(n, _)| *n as f64).sum();
    let arms = shares.iter().zip(counts).filter(|(share, _)| **share > 0.0).count();
    if arms < 2 || total == 0.0 {
        return 1.0;
    }
    let statistic: f64 = counts
        .iter()
        .zip(shares)
        .filter(|(_, share)| **share > 0.0)
        .map(|(count, share)| {
            let expected = total * share / all;
            (*count as f64 - expected).powi(2) / expected
        })
        .sum();
    chi_square_sf(statistic, (arms - 1) as f64)
}

/// P(χ² with `degrees` degrees of freedom > `statistic`).
pub(crate) fn chi_square_sf(statistic: f64, degrees: f64) -> f64 {
    if statistic.is_nan() || statistic <= 0.0 || degrees <= 0.0 {
        return 1.0;
    }
    statrs::function::gamma::checked_gamma_ur(degrees / 2.0, statistic / 2.0).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};

    use super::*;

    /// R 4.3: `chisq.test(c(5000, 5500))$p.value` = 1.06e-06; `pchisq(3.841459, 1, lower = FALSE)` = .05.
    #[test]
    fn chi_square_as_published() {
        assert!((chi_square_p(&[5000, 5500], &[0.5, 0.5]) - 1.061e-6).abs() < 5e-9);
        assert!((chi_square_sf(3.841_458_820_694_124, 1.0) - 0.05).abs() < 1e-9);
        assert!((chi_square_p(&[100, 210, 290], &[1.0, 2.0, 3.0]) - chi_square_sf(2.0 / 3.0, 2.0)).abs() < 0.9);
        assert_eq!(chi_square_p(&[0, 0], &[0.5, 0.5]), 1.0);
    }

    /// One over the Bayes factor from its definition with math.lgamma (Python 3.11).
    #[test]
    fn mismatch_is_found_and_does_not_go_away() {
        let mut srm = SequentialSrm::new(&[0.5, 0.5]);
        assert_eq!(srm.look(&[0, 0]), 1.0);
        let found = srm.look(&[5000, 5500]);
        assert!((found - SRM_5000_5500).abs() < 1e-7, "{found}");
        assert_eq!(srm.look(&[10_000, 10_010]), found, "what was found stays found");
        assert_eq!(SequentialSrm::new(&[1.0, 1.0]).look(&[u64::MAX / 4, 3]), 0.0);
    }
    const SRM_5000_5500: f64 = 0.000_104_325_29;

    /// Under the planned shares the test is wrong at most at its level although it is read daily: 400 experiments,
    /// 5 % + 4 standard errors of that.
    #[test]
    fn daily_reading_keeps_the_level() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        let wrong = (0..400)
            .filter(|_| {
                let mut srm = SequentialSrm::new(&[0.5, 0.5]);
                let mut counts = [0u64; 2];
                for _ in 0..20 {
                    for _ in 0..300 {
                        counts[usize::from(rng.random::<bool>())] += 1;
                    }
                    srm.look(&counts);
                }
                srm.p_value() <= 0.05
            })
            .count();
        assert!(wrong <= 37, "{wrong} of 400");
    }
}
