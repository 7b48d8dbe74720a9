//! How far what a miner expected is from what happened, how much of that to believe, and how the error is measured.
//!
//! **The model.** In fortnight `t` miner `m` expected `e` people and `h` came: `ln(h / e) = c + b(m) + noise`, all on the
//! log scale. `c ~ N(0, κ²)` is what all miners share (the shop's growth), `b(m)` is the miner's own habit of sizing too
//! much or too little, and the noise has the variance `ω² + φ / e`: what a fortnight does to a miner, and a count's own.
//! Most miners have no habit: `b(m) = 0` but for one in ten, whose habit is `N(0, τ²)` (two groups: Efron 2008,
//! *Statistical Science* 23, 1–22). A normal habit for all took every miner's noise for a habit, and one miner far off
//! pulled all others with it. What a fortnight does it does to all miners alike, so that `c` is known to `ω² / T` at best,
//! however many miners speak. ω is learnt from the miners' own record by moments (DerSimonian & Laird 1986, *Controlled
//! Clinical Trials* 7, 177–188), leaning on a stated one. A miner's factor is `exp` of the posterior mean of `c + b(m)`;
//! a miner that expected fewer than [`MIN_EXPECTED`] people in all has too little to be measured by: its factor is what
//! all share.
//!
//! **The error.** The Poisson deviance `2 (h ln(h / e) − (h − e))` per person that came, its root taken: near 0 it is the
//! root mean square of `ln(h / e)` with every fortnight weighing as much as it counts people. It is least where `e` is the
//! mean of what happens (Bregman: Gneiting 2011, JASA 106, 746–762); the mean of `|ln(h / e)|` is not, and a pool of
//! three people would weigh as much in it as one of three hundred.

use serde::{Deserialize, Serialize};

/// Variance of a count of buyers over its mean: buyers of overlapping pools are not independent.
const OVERDISPERSION: f64 = 3.0;
/// Fewer expected people in all are no measure of a miner.
pub const MIN_EXPECTED: f64 = 20.0;
/// What a fortnight does to a miner, as a standard deviation on the log scale, before anything is seen; and how many
/// fortnights that counts for.
const STATED_FORTNIGHT: (f64, f64) = (0.2, 10.0);
/// The share of miners with a habit of their own before anything is seen, and the spread of such habits.
const HABIT: (f64, f64) = (0.1, 0.3);
/// Spread of what all miners share, from one replay to the next.
const SHARED_SPREAD: f64 = 0.03;
/// Rounds between what all share and who has a habit of their own; they settle within a few.
const ROUNDS: usize = 20;
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
    /// What of it is believed: what expected figures are multiplied by.
    pub factor: f64,
}

/// 97.5% points of Student's t by degrees of freedom, from 1.
const T_975: [f64; 12] = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179];

/// The ratio of `(expected, happened)` sums, one pair a fortnight, for figures whose size per event is `unit` (1 for
/// people; the mean money per buyer for money), with the `factor` that was learnt beside it. The interval's variance is
/// the larger of what the fortnights say among themselves (ratio estimator, Cochran, *Sampling Techniques*, 1977, ch. 6)
/// and a count's own. `None` where nothing was expected.
pub fn ratio(pairs: &[(f64, f64)], unit: f64, factor: f64) -> Option<Ratio> {
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
    let t = match pairs.len() {
        0 | 1 => 1.96,
        n => T_975.get(n - 2).copied().unwrap_or(1.96),
    };
    let half = (t * between.max(floor).sqrt()).min(20.0);
    Some(Ratio { ratio, low: ratio * (-half).exp(), high: ratio * half.exp(), factor })
}

/// One miner's fortnights as the model takes them.
struct Habit {
    /// `ln(h / e)` of each, and the variance of its count.
    seen: Vec<(f64, f64)>,
    expected: f64,
}

impl Habit {
    fn of(pairs: &[(f64, f64)]) -> Habit {
        let known = pairs.iter().filter(|(e, h)| *e > 0.0 && e.is_finite() && h.is_finite());
        let seen = known.clone().map(|(e, h)| (((h + 0.5) / (e + 0.5)).ln(), OVERDISPERSION / (e + 0.5)));
        Habit { seen: seen.collect(), expected: known.map(|(e, _)| e).sum() }
    }

    fn is_measured(&self) -> bool {
        self.expected >= MIN_EXPECTED && !self.seen.is_empty()
    }

    /// Precision-weighted mean with the precision, where a fortnight's own variance is `omega2`.
    fn mean(&self, omega2: f64) -> (f64, f64) {
        let (sum, precision) = self.seen.iter().fold((0.0, 0.0), |(sum, precision), (y, v)| {
            let weight = 1.0 / (omega2 + v);
            (sum + weight * y, precision + weight)
        });
        (sum / precision.max(f64::MIN_POSITIVE), precision)
    }
}

/// What each miner's expected figures are multiplied by, out of all miners' `(expected, happened)` people by fortnight.
pub fn factors(miners: &[Vec<(f64, f64)>]) -> Vec<f64> {
    let habits: Vec<Habit> = miners.iter().map(|pairs| Habit::of(pairs)).collect();
    let measured: Vec<&Habit> = habits.iter().filter(|habit| habit.is_measured()).collect();
    let omega2 = fortnight_variance(&measured);
    let means: Vec<(f64, f64)> = measured.iter().map(|habit| habit.mean(omega2)).collect();
    let fortnights = measured.iter().map(|habit| habit.seen.len()).max().unwrap_or(1);
    let shared = shared(&means, omega2 / fortnights as f64);
    habits
        .iter()
        .map(|habit| {
            let own = if habit.is_measured() {
                let (mean, precision) = habit.mean(omega2);
                own_chance(mean - shared, precision) * own_share(precision) * (mean - shared)
            } else {
                0.0
            };
            (shared + own).exp()
        })
        .collect()
}

/// What all miners share: the mean of those without a habit of their own, shrunk towards nothing. `shock` is the variance
/// that no number of miners takes away.
fn shared(means: &[(f64, f64)], shock: f64) -> f64 {
    let mut shared = 0.0;
    for _ in 0..ROUNDS {
        let (sum, precision) = means.iter().fold((0.0, 0.0), |(sum, all), (mean, precision)| {
            let own = own_chance(mean - shared, *precision);
            let weight = (1.0 - own) * precision + own / (1.0 / precision + HABIT.1.powi(2));
            (sum + weight * mean, all + weight)
        });
        if precision <= 0.0 {
            return 0.0;
        }
        let known = SHARED_SPREAD.powi(2);
        shared = sum / precision * known / (known + shock + 1.0 / precision);
    }
    shared
}

/// How likely it is that a miner `off` from what all share has a habit of its own.
fn own_chance(off: f64, precision: f64) -> f64 {
    let (chance, spread) = HABIT;
    let (noise, both) = (1.0 / precision, 1.0 / precision + spread * spread);
    let log_odds =
        (chance / (1.0 - chance)).ln() + 0.5 * (noise / both).ln() + 0.5 * off * off * (1.0 / noise - 1.0 / both);
    1.0 / (1.0 + (-log_odds).exp())
}

/// How much of what is seen of a habit is believed, where there is one.
fn own_share(precision: f64) -> f64 {
    let habit = HABIT.1.powi(2);
    habit / (habit + 1.0 / precision)
}

/// ω²: what fortnights do to a miner beyond counting, pooled over miners.
fn fortnight_variance(miners: &[&Habit]) -> f64 {
    let (mut excess, mut scale, mut freedom) = (0.0, 0.0, 0.0);
    for habit in miners.iter().filter(|habit| habit.seen.len() > 1) {
        let (mean, total) = habit.mean(0.0);
        let (q, squares) = habit
            .seen
            .iter()
            .fold((0.0, 0.0), |(q, squares), (y, v)| (q + (y - mean).powi(2) / v, squares + 1.0 / (v * v)));
        let own = habit.seen.len() as f64 - 1.0;
        (excess, scale, freedom) = (excess + q - own, scale + total - squares / total, freedom + own);
    }
    lean(if scale > 0.0 { excess / scale } else { 0.0 }, freedom, STATED_FORTNIGHT)
}

/// A variance estimate leaning on a stated standard deviation worth `weight` degrees of freedom.
fn lean(found: f64, freedom: f64, (stated, weight): (f64, f64)) -> f64 {
    (found.max(0.0) * freedom + stated * stated * weight) / (freedom + weight)
}

/// How loudly a miner with this factor speaks.
pub fn loudness(factor: f64) -> f64 {
    factor.clamp(LOUDNESS.0, LOUDNESS.1)
}

/// Poisson deviance of a count.
fn deviance(expected: f64, happened: f64) -> f64 {
    let expected = expected.max(1e-9);
    let log = if happened > 0.0 { happened * (happened / expected).ln() } else { 0.0 };
    2.0 * (log - (happened - expected)).max(0.0)
}

/// Errors of a walk through the fortnights.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Walk {
    /// Sum of deviances, as sized.
    pub plain: f64,
    /// The same with the factors learnt on the fortnights before.
    pub learnt: f64,
    /// People that came.
    pub happened: f64,
}

impl Walk {
    /// Root of the deviance per person that came, as sized and with what was learnt; `None` where nobody came.
    pub fn errors(&self) -> Option<(f64, f64)> {
        let root = |sum: f64| (sum / self.happened).sqrt();
        (self.happened > 0.0).then(|| (root(self.plain), root(self.learnt)))
    }
}

/// Walking forward: for each fortnight after the first, the error as it was and with the factors learnt on the fortnights
/// before it. `fortnights[t][m]` is what miner `m` expected in `t` and what happened, `None` where it was silent.
pub fn walk(fortnights: &[Vec<Option<(f64, f64)>>]) -> Walk {
    let mut walk = Walk::default();
    for at in 1..fortnights.len() {
        let miners = fortnights[at].len();
        let known = |miner: usize| -> Vec<(f64, f64)> {
            fortnights[..at].iter().filter_map(|step| step.get(miner).copied().flatten()).collect()
        };
        let before: Vec<Vec<(f64, f64)>> = (0..miners).map(known).collect();
        let factors = factors(&before);
        for (miner, now) in fortnights[at].iter().enumerate() {
            // A miner that was never heard before has learnt nothing.
            let Some((expected, happened)) = now.filter(|_| !before[miner].is_empty()) else { continue };
            walk.plain += deviance(expected, happened);
            walk.learnt += deviance(expected * factors[miner], happened);
            walk.happened += happened;
        }
    }
    walk
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_steady_habit_is_learnt_and_a_small_count_hardly() {
        let steady = vec![(100.0, 52.0), (120.0, 58.0), (90.0, 44.0), (110.0, 56.0)];
        let fair = vec![(100.0, 98.0), (120.0, 125.0), (90.0, 91.0), (110.0, 104.0)];
        let thin = vec![(4.0, 1.0), (5.0, 0.0)];
        let found = factors(&[steady.clone(), fair.clone(), fair, thin]);
        assert!((0.5..0.75).contains(&found[0]), "{found:?}");
        assert!((0.97..1.02).contains(&found[1]), "one that is off pulls no other: {found:?}");
        assert!((0.95..1.02).contains(&found[3]), "what all share, no more: {found:?}");
        let shown = ratio(&steady, 1.0, found[0]).expect("expected");
        // Four fortnights: t of three degrees of freedom on a standard error of √(3 / 210).
        assert!((shown.ratio - 0.5).abs() < 0.02 && shown.low > 0.34 && shown.high < 0.74, "{shown:?}");
        assert_eq!(ratio(&[], 1.0, 1.0), None);
        assert_eq!(ratio(&[(0.0, 3.0)], 1.0, 1.0), None);
        assert!(factors(&[vec![], vec![]]).iter().all(|factor| (factor - 1.0).abs() < 1e-12));
    }

    #[test]
    fn walking_forward_uses_only_the_past() {
        let steps = |pairs: &[(f64, f64)]| pairs.iter().map(|pair| vec![Some(*pair)]).collect::<Vec<_>>();
        let (plain, learnt) = walk(&steps(&[(100.0, 50.0); 6])).errors().expect("people came");
        assert!(learnt < 0.75 * plain && plain > 0.5, "{learnt} of {plain}");
        assert_eq!(walk(&steps(&[(100.0, 50.0)])).errors(), None);
        // What comes in the last fortnight changes nothing that was said of it before.
        let (a, b) = (walk(&steps(&[(100.0, 50.0), (80.0, 40.0)])), walk(&steps(&[(100.0, 50.0), (80.0, 80.0)])));
        assert!(a.plain > a.learnt && b.plain < b.learnt && b.plain < 1e-9, "{a:?} {b:?}");
    }

    #[test]
    fn the_error_is_least_at_the_mean() {
        // 9 fortnights of nobody and one of ten: the mean is one a fortnight.
        let cost = |expected: f64| 9.0 * deviance(expected, 0.0) + deviance(expected, 10.0);
        assert!(cost(1.0) < cost(0.8) && cost(1.0) < cost(1.25));
    }

    proptest! {
        #[test]
        fn factors_are_finite_and_lie_among_what_was_seen(
            miners in prop::collection::vec(prop::collection::vec((0.1f64..1e6, 0.0f64..1e6), 0..8), 1..6)
        ) {
            let logs = miners.iter().flatten().map(|(e, h)| ((h + 0.5) / (e + 0.5)).ln());
            let (low, high) = logs.fold((0.0f64, 0.0f64), |(low, high), y| (low.min(y), high.max(y)));
            for factor in factors(&miners) {
                prop_assert!(factor >= low.exp() * 0.999 && factor <= high.exp() * 1.001, "{factor} {low} {high}");
                prop_assert!((0.5..=1.5).contains(&loudness(factor)));
            }
        }
    }
}
