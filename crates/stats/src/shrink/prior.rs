//! The prior: stated where there is nothing to learn from, learnt where there is.

use crate::normal;

/// Standard deviations (relative lift) of the mixture's components: half a per cent to 128 %, doubling.
const SCALES: [f64; 9] = [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28];
/// The stated prior's weights: half of all changes move the metric by under two per cent, one in seven by 16 % and more.
/// An assumption, shown as such; it gives way as the brand's own changes come in.
const STATED: [f64; 9] = [0.15, 0.15, 0.20, 0.20, 0.15, 0.09, 0.04, 0.015, 0.005];
/// How many changes the stated prior counts for.
pub const STATED_WEIGHT: f64 = 10.0;
/// The likelihood has settled when an iteration adds less than this for each result.
const TOLERANCE: f64 = 1e-7;
const MOST_ITERATIONS: usize = 2_000;

/// An observed relative lift (0.1 is +10 %) and its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lift {
    /// As observed.
    pub observed: f64,
    /// Its standard error.
    pub standard_error: f64,
}

impl Lift {
    /// Both are finite and of a size that a lift can have; the standard error is above zero.
    pub fn is_usable(&self) -> bool {
        self.observed.abs() <= 1e6 && (1e-9..=1e9).contains(&self.standard_error)
    }
}

/// One normal of the mixture, centred at zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Component {
    /// Its share, all shares sum to one.
    pub weight: f64,
    /// Its standard deviation in relative lift.
    pub sd: f64,
}

/// What true lifts are like before one's own result is seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Prior {
    components: Vec<Component>,
    learnt_from: usize,
}

impl Default for Prior {
    fn default() -> Prior {
        Prior::stated()
    }
}

impl Prior {
    /// The prior of a brand that has no results yet.
    pub fn stated() -> Prior {
        let components = SCALES.iter().zip(STATED).map(|(sd, weight)| Component { weight, sd: *sd }).collect();
        Prior { components, learnt_from: 0 }
    }

    /// The prior that past results make likely: the weights that maximise the marginal likelihood of all of them, by
    /// expectation-maximisation, with the stated prior as [`STATED_WEIGHT`] results of its own. So three past changes hardly
    /// move it and three hundred replace it. All past changes belong in here, not only those that won; unusable lifts are
    /// passed over.
    pub fn learn(past: &[Lift]) -> Prior {
        let usable: Vec<&Lift> = past.iter().filter(|lift| lift.is_usable()).collect();
        let mut prior = Prior { learnt_from: usable.len(), ..Prior::stated() };
        if usable.is_empty() {
            return prior;
        }
        let densities: Vec<[f64; SCALES.len()]> = usable.iter().map(|lift| densities(lift)).collect();
        let mut weights = STATED;
        let total = usable.len() as f64 + STATED_WEIGHT;
        let mut last = f64::NEG_INFINITY;
        for _ in 0..MOST_ITERATIONS {
            let mut counts = STATED.map(|weight| weight * STATED_WEIGHT);
            let mut objective: f64 = STATED
                .iter()
                .zip(&weights)
                .map(|(stated, weight)| stated * STATED_WEIGHT * weight.max(1e-300).ln())
                .sum();
            for density in &densities {
                let sum: f64 = density.iter().zip(&weights).map(|(d, w)| d * w).sum();
                objective += sum.ln();
                for (count, (d, w)) in counts.iter_mut().zip(density.iter().zip(&weights)) {
                    *count += d * w / sum;
                }
            }
            weights = counts.map(|count| count / total);
            if objective - last < TOLERANCE * total {
                break;
            }
            last = objective;
        }
        for (component, weight) in prior.components.iter_mut().zip(weights) {
            component.weight = weight;
        }
        prior
    }

    /// The mixture.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// How many results it was learnt from.
    pub fn learnt_from(&self) -> usize {
        self.learnt_from
    }

    /// Whether the stated prior still weighs more than the brand's own results.
    pub fn is_mostly_stated(&self) -> bool {
        (self.learnt_from as f64) < STATED_WEIGHT
    }

    /// P(|true lift| > `size`) before a result is seen.
    pub fn share_beyond(&self, size: f64) -> f64 {
        self.components.iter().map(|c| c.weight * normal::two_sided_p(size / c.sd)).sum()
    }

    /// One sentence for the page: where the prior comes from and what it says.
    pub fn described(&self) -> String {
        let from = match self.learnt_from {
            0 => "Stated, not learnt: no past changes yet".to_owned(),
            1 => format!("From 1 past change and a stated prior that counts as {STATED_WEIGHT:.0}"),
            n => format!("From {n} past changes and a stated prior that counts as {STATED_WEIGHT:.0}"),
        };
        format!(
            "{from}. It expects {:.0} % of changes to move the metric by more than 5 %, up or down, and {:.0} % by more than 20 %.",
            100.0 * self.share_beyond(0.05),
            100.0 * self.share_beyond(0.2)
        )
    }
}

/// Densities of a result under each component, relative to the largest, so that none underflows.
fn densities(lift: &Lift) -> [f64; SCALES.len()] {
    let logs = SCALES.map(|sd| log_density(lift, sd));
    let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    logs.map(|log| (log - largest).exp())
}

/// Log density of the observed lift when true lifts have standard deviation `sd`, up to a constant.
pub(super) fn log_density(lift: &Lift, sd: f64) -> f64 {
    let variance = sd * sd + lift.standard_error * lift.standard_error;
    -0.5 * (lift.observed * lift.observed / variance + variance.ln())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_distr::{Distribution, StandardNormal};

    use super::*;

    #[test]
    fn weights_are_shares_and_a_few_results_hardly_move_them() {
        let few = [Lift { observed: 0.6, standard_error: 0.2 }, Lift { observed: f64::NAN, standard_error: 0.1 }];
        let (stated, learnt) = (Prior::stated(), Prior::learn(&few));
        assert!((STATED.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert_eq!((learnt.learnt_from(), learnt.is_mostly_stated()), (1, true));
        assert!((learnt.share_beyond(0.2) - stated.share_beyond(0.2)).abs() < 0.08);
        assert_eq!(Prior::learn(&[]), stated);
        insta::assert_snapshot!(stated.described(), @"Stated, not learnt: no past changes yet. It expects 25 % of changes to move the metric by more than 5 %, up or down, and 6 % by more than 20 %.");
    }

    /// 2,000 results of which nine in ten have no effect to speak of and one in ten has sd 30 %: the share is found.
    #[test]
    fn a_known_mixture_is_found() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let past: Vec<Lift> = (0..2000)
            .map(|_| {
                let sd = if rng.random::<f64>() < 0.1 { 0.32 } else { 0.01 };
                let (truth, noise): (f64, f64) = (StandardNormal.sample(&mut rng), StandardNormal.sample(&mut rng));
                Lift { observed: sd * truth + 0.05 * noise, standard_error: 0.05 }
            })
            .collect();
        let prior = Prior::learn(&past);
        let true_share = 0.1 * normal::two_sided_p(0.15 / 0.32);
        assert!((prior.share_beyond(0.15) - true_share).abs() < 0.02, "{}", prior.share_beyond(0.15));
    }

    proptest! {
        #[test]
        fn any_results_give_a_prior(
            past in prop::collection::vec((prop::num::f64::ANY, prop::num::f64::ANY), 0..30)
        ) {
            let past: Vec<Lift> =
                past.into_iter().map(|(observed, standard_error)| Lift { observed, standard_error }).collect();
            let prior = Prior::learn(&past);
            let sum: f64 = prior.components().iter().map(|c| c.weight).sum();
            prop_assert!((sum - 1.0).abs() < 1e-9, "{sum}");
            prop_assert!(prior.components().iter().all(|c| c.weight >= 0.0));
        }
    }
}
