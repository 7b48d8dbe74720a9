//! What a result means once the prior is known.

use super::prior::{Lift, Prior, log_density};
use crate::normal;

/// A lift as it should be reported, beside the one that was observed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shrunk {
    /// As observed.
    pub observed: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Posterior mean: what to claim and to learn from.
    pub lift: f64,
    /// Lower end of the 95 % posterior interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Posterior probability that the true lift is above zero.
    pub positive: f64,
}

/// Normal pieces of the posterior: weight, mean, standard deviation.
type Pieces = Vec<(f64, f64, f64)>;

impl Prior {
    /// Shrinks one result. None where it is not usable (not finite, standard error not above zero).
    pub fn shrink(&self, lift: Lift) -> Option<Shrunk> {
        if !lift.is_usable() {
            return None;
        }
        let pieces = self.posterior(&lift);
        let mean = pieces.iter().map(|(weight, mean, _)| weight * mean).sum();
        let shrunk = Shrunk {
            observed: lift.observed,
            standard_error: lift.standard_error,
            lift: mean,
            low: quantile(&pieces, 0.025),
            high: quantile(&pieces, 0.975),
            positive: pieces.iter().map(|(weight, mean, sd)| weight * normal::cdf(mean / sd)).sum::<f64>().min(1.0),
        };
        shrunk.lift.is_finite().then_some(shrunk)
    }

    /// The posterior mean alone, for choosing among many.
    pub fn claim(&self, lift: Lift) -> Option<f64> {
        lift.is_usable().then(|| self.posterior(&lift).iter().map(|(weight, mean, _)| weight * mean).sum())
    }

    fn posterior(&self, lift: &Lift) -> Pieces {
        let logs: Vec<f64> = self.components().iter().map(|c| c.weight.ln() + log_density(lift, c.sd)).collect();
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = logs.iter().map(|log| (log - largest).exp()).sum();
        let variance = lift.standard_error * lift.standard_error;
        self.components()
            .iter()
            .zip(logs)
            .map(|(component, log)| {
                let kept = component.sd * component.sd / (component.sd * component.sd + variance);
                ((log - largest).exp() / total, kept * lift.observed, kept.sqrt() * lift.standard_error)
            })
            .filter(|(weight, _, _)| *weight > 0.0)
            .collect()
    }
}

/// Quantile of a mixture of normals by bisection.
fn quantile(pieces: &Pieces, probability: f64) -> f64 {
    let z = 9.0;
    let mut low = pieces.iter().map(|(_, mean, sd)| mean - z * sd).fold(f64::INFINITY, f64::min);
    let mut high = pieces.iter().map(|(_, mean, sd)| mean + z * sd).fold(f64::NEG_INFINITY, f64::max);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        let below: f64 = pieces.iter().map(|(weight, mean, sd)| weight * normal::cdf((middle - mean) / sd)).sum();
        if below < probability { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};

    use super::*;

    #[test]
    fn precise_results_stay_and_vague_ones_vanish() {
        let prior = Prior::stated();
        let at = |observed, standard_error| prior.shrink(Lift { observed, standard_error }).expect("usable");
        assert!((at(0.1, 0.001).lift - 0.1).abs() < 0.001);
        assert!(at(0.1, 10.0).lift < 0.002);
        assert_eq!(prior.shrink(Lift { observed: 0.1, standard_error: 0.0 }), None);
        assert_eq!(prior.shrink(Lift { observed: f64::INFINITY, standard_error: 1.0 }), None);
    }

    /// The law that shrinkage stands on: draw truths from the prior, pick the best of 20 results each time; the mean
    /// claim of the picked is the mean truth of the picked, although the mean observation is far above it.
    #[test]
    fn what_is_picked_keeps_its_promise() {
        let prior = Prior::stated();
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(5);
        let mut draw = |sd: f64| -> f64 {
            let z: f64 = StandardNormal.sample(&mut rng);
            sd * z
        };
        let (mut claimed, mut true_sum, mut observed, mut square) = (0.0, 0.0, 0.0, 0.0);
        let rounds = 300;
        for round in 0..rounds {
            let best = (0..20)
                .map(|k| {
                    let place = (0..9).scan(0.0, |sum, c| {
                        *sum += prior.components()[c].weight;
                        Some(*sum)
                    });
                    // Components in proportion, by a low-discrepancy sequence.
                    let u = (0.618_033_988_749 * f64::from(round * 20 + k)).fract();
                    let component = place.take_while(|end| *end < u).count().min(8);
                    let truth = draw(prior.components()[component].sd);
                    let seen = Lift { observed: truth + draw(0.15), standard_error: 0.15 };
                    (prior.claim(seen).expect("usable"), truth, seen.observed)
                })
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .expect("twenty");
            claimed += best.0;
            observed += best.2;
            true_sum += best.1;
            square += (best.0 - best.1).powi(2);
        }
        let (rounds, error) = (f64::from(rounds), square.sqrt());
        assert!(
            (claimed - true_sum).abs() < 4.0 * error,
            "{} {} ± {}",
            claimed / rounds,
            true_sum / rounds,
            error / rounds
        );
        assert!(observed > 1.4 * true_sum);
    }

    proptest! {
        #[test]
        fn towards_zero_never_past_it(observed in -2.0..2.0f64, se in 0.001..1.0f64) {
            let prior = Prior::stated();
            let it = prior.shrink(Lift { observed, standard_error: se }).expect("usable");
            prop_assert!(it.lift.abs() <= observed.abs() + 1e-12 && it.lift * observed >= 0.0);
            prop_assert!(it.low <= it.lift && it.lift <= it.high);
            // The more precise, the less it is shrunk; the sign turns with the sign.
            let vaguer = prior.shrink(Lift { observed, standard_error: 2.0 * se }).expect("usable");
            prop_assert!(vaguer.lift.abs() <= it.lift.abs() + 1e-9);
            let mirrored = prior.shrink(Lift { observed: -observed, standard_error: se }).expect("usable");
            prop_assert!((mirrored.lift + it.lift).abs() < 1e-12 && (mirrored.positive - (1.0 - it.positive)).abs() < 1e-9);
        }
    }
}
