//! Weaker baselines, and what a baseline can carry: matched weeks before and after, the previous sprint, and switching on and off.
//!
//! A before/after comparison cannot tell the change from whatever else happened, however narrow its interval: its [`Grade`] is D, and
//! [`won`] cannot be had for it, by type: a [`Win`] holds a [`Certifying`] grade, and D has none.
//!
//! Sources: Campbell & Stanley (1963), *Experimental and Quasi-Experimental Designs*, designs 2 and 8 (one-group pretest-posttest,
//! equivalent time samples); for switchbacks Bojinov, Simchi-Levi & Zhao (2023), "Design and analysis of switchback experiments",
//! Management Science 69(7).

use std::{fmt, ops::Range};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::experiment::uniform;

/// How much a baseline can carry, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Randomised units.
    A,
    /// Split by region, or switched on and off at random times.
    B,
    /// A calibrated counterfactual.
    C,
    /// Before against after.
    D,
}

impl Grade {
    /// The grade as one that can carry a win; `None` for [`Grade::D`].
    pub fn certifying(self) -> Option<Certifying> {
        match self {
            Grade::A => Some(Certifying::A),
            Grade::B => Some(Certifying::B),
            Grade::C => Some(Certifying::C),
            Grade::D => None,
        }
    }

    /// What it stands for.
    pub fn meaning(self) -> &'static str {
        match self {
            Grade::A => "randomised",
            Grade::B => "split by region or switched at random",
            Grade::C => "calibrated counterfactual",
            Grade::D => "before against after",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Grade::A => "A",
            Grade::B => "B",
            Grade::C => "C",
            Grade::D => "D",
        })
    }
}

/// The grades that can carry a win. There is no `D`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certifying {
    /// Randomised units.
    A,
    /// Split by region, or switched on and off at random times.
    B,
    /// A calibrated counterfactual.
    C,
}

impl From<Certifying> for Grade {
    fn from(grade: Certifying) -> Self {
        match grade {
            Certifying::A => Grade::A,
            Certifying::B => Grade::B,
            Certifying::C => Grade::C,
        }
    }
}

/// A proven gain. Only [`won`] makes one, and only of a certifying grade.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Win {
    grade: Certifying,
    at_least: f64,
}

impl Win {
    /// What it rests on.
    pub fn grade(&self) -> Certifying {
        self.grade
    }

    /// The lower end of its interval.
    pub fn at_least(&self) -> f64 {
        self.at_least
    }
}

/// A win when the interval lies above 0 and the grade can carry one.
pub fn won(grade: Grade, ci_low: f64) -> Option<Win> {
    let grade = grade.certifying()?;
    (ci_low > 0.0 && ci_low.is_finite()).then_some(Win { grade, at_least: ci_low })
}

/// What a weak baseline says. Amounts are averages per period, in the units of the values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// With the change minus without.
    pub effect: f64,
    /// Lower end of its interval: 95 %, or what a switchback was asked for.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
    /// Effect over the average without; NaN when that is not above 0.
    pub relative_effect: f64,
    /// Two-sided.
    pub p_value: f64,
    /// Pairs, periods or switches it rests on.
    pub count: usize,
    /// What it can carry.
    pub grade: Grade,
}

/// Why there is no comparison.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CompareError {
    /// Too few whole weeks on one side.
    #[error("{pre} whole weeks before and {post} after; two of each are needed, so wait or compare a longer time")]
    Weeks {
        /// Whole weeks before.
        pre: usize,
        /// Whole weeks after.
        post: usize,
    },
    /// Too few periods.
    #[error("{with} periods with the change and {without} without; {needed} of each are needed")]
    Periods {
        /// With the change.
        with: usize,
        /// Without.
        without: usize,
        /// How many are needed.
        needed: usize,
    },
    /// Not a number.
    #[error("Value {0} is not a number; fill it in or leave its day out")]
    NotFinite(usize),
    /// Labels and values that do not belong together.
    #[error("{labels} on/off labels for {values} values; give one each")]
    Labels {
        /// Number of labels.
        labels: usize,
        /// Number of values.
        values: usize,
    },
}

/// Whole weeks after the change against as many whole weeks just before it, each weekday with the same weekday (Grade D). Daily values,
/// the change on day `n_pre`. The weeks' totals are the observations, so that days that hang together do not count as independent.
///
/// # Errors
/// Under two whole weeks on either side, or a value that is no number.
pub fn matched_weeks(y: &[f64], n_pre: usize) -> Result<Compared, CompareError> {
    finite(y)?;
    let n_pre = n_pre.min(y.len());
    let (pre, post) = (n_pre / 7, (y.len() - n_pre) / 7);
    let weeks = pre.min(post);
    if weeks < 2 {
        return Err(CompareError::Weeks { pre, post });
    }
    let mean = |start: usize| y[start..start + 7].iter().sum::<f64>() / 7.0;
    let before: Vec<f64> = (0..weeks).map(|w| mean(n_pre - 7 * (w + 1))).collect();
    let after: Vec<f64> = (0..weeks).map(|w| mean(n_pre + 7 * w)).collect();
    Ok(welch(&before, &after, Grade::D, 0.05))
}

/// This sprint's periods (days, or concepts) against the previous sprint's (Grade D).
///
/// # Errors
/// Under two periods on either side, or a value that is no number.
pub fn previous_sprint(previous: &[f64], this: &[f64]) -> Result<Compared, CompareError> {
    finite(previous)?;
    finite(this)?;
    if previous.len().min(this.len()) < 2 {
        return Err(CompareError::Periods { with: this.len(), without: previous.len(), needed: 2 });
    }
    Ok(welch(previous, this, Grade::D, 0.05))
}

/// In which of `count` blocks a change is on: half of them (of an odd number the smaller half), drawn by a hash of `salt` and the block's
/// number, so that nobody can choose and everybody who knows the salt gets the same answer.
pub fn switch_schedule(salt: &str, count: usize) -> Vec<bool> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| {
        let draw = |block: &usize| uniform(salt, &block.to_string());
        draw(a).total_cmp(&draw(b)).then(a.cmp(b))
    });
    let mut on = vec![false; count];
    order.into_iter().take(count / 2).for_each(|block| on[block] = true);
    on
}

/// How a switched change is judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SwitchOptions {
    /// 1 - the interval's coverage.
    pub alpha: f64,
    /// Blocks that were drawn together (see [`switch_schedule`]); labels are only re-drawn among them. 0: all at once.
    pub round: usize,
    /// Of the re-drawing.
    pub seed: u64,
}

impl Default for SwitchOptions {
    fn default() -> Self {
        Self { alpha: 0.05, round: 0, seed: 1 }
    }
}

/// Draws of labels behind a switchback's p-value and interval.
const SWITCH_DRAWS: usize = 1_999;

/// The change switched on and off by blocks of days. `blocks` are the values' averages per block in order, `on` whether the change was
/// on. With at least four blocks of each, p-value and interval are by re-drawing which blocks were on (the interval holds the constant
/// effects that such a test does not reject), and the grade is B; that is right only when the blocks were drawn at random and are long
/// enough for one not to carry over into the next. With fewer the grade is D, and the interval Welch's.
///
/// # Errors
/// Under two blocks of either kind, labels that do not fit, or a value that is no number.
pub fn switchback(blocks: &[f64], on: &[bool], options: &SwitchOptions) -> Result<Compared, CompareError> {
    finite(blocks)?;
    if blocks.len() != on.len() {
        return Err(CompareError::Labels { labels: on.len(), values: blocks.len() });
    }
    let pick =
        |wanted: bool| -> Vec<f64> { blocks.iter().zip(on).filter(|(_, o)| **o == wanted).map(|(v, _)| *v).collect() };
    let (with, without) = (pick(true), pick(false));
    if with.len().min(without.len()) < 2 {
        return Err(CompareError::Periods { with: with.len(), without: without.len(), needed: 2 });
    }
    // Four and four blocks can be drawn in 70 ways: fewer could not reach 5 %, and would be no more than a before/after.
    let grade = if with.len().min(without.len()) < 4 { Grade::D } else { Grade::B };
    let mut out = welch(&without, &with, grade, options.alpha);
    if grade == Grade::B {
        let draws = redraw(blocks, on, options);
        let p_value = |effect: f64| {
            let own = (out.effect - effect).abs() * (1.0 - 1e-12);
            let as_large = draws.iter().filter(|(fixed, by_effect)| (fixed - effect * by_effect).abs() >= own).count();
            (1 + as_large) as f64 / (1 + draws.len()) as f64
        };
        out.p_value = p_value(0.0);
        let far = 50.0 * (out.ci_high - out.ci_low).max(1e-9 * out.effect.abs()).max(f64::MIN_POSITIVE);
        let end = |rejected_at: f64, open: f64| {
            if p_value(rejected_at) > options.alpha {
                return open;
            }
            let (mut inside, mut outside) = (out.effect, rejected_at);
            for _ in 0..40 {
                let middle = 0.5 * (inside + outside);
                if p_value(middle) > options.alpha { inside = middle } else { outside = middle }
            }
            outside
        };
        let ends = (end(out.effect - far, f64::NEG_INFINITY), end(out.effect + far, f64::INFINITY));
        (out.ci_low, out.ci_high) = ends;
    }
    Ok(out)
}

/// Differences under re-drawn labels, each a line in the constant effect that is taken out of the blocks that were on.
fn redraw(blocks: &[f64], on: &[bool], options: &SwitchOptions) -> Vec<(f64, f64)> {
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let n_on = on.iter().filter(|o| **o).count() as f64;
    let n_off = on.len() as f64 - n_on;
    let round = if options.round == 0 { on.len() } else { options.round };
    let mut labels = on.to_vec();
    (0..SWITCH_DRAWS)
        .map(|_| {
            for labels in labels.chunks_mut(round.max(1)) {
                for i in (1..labels.len()).rev() {
                    labels.swap(i, rng.random_range(0..=i));
                }
            }
            let (mut fixed, mut by_effect) = (0.0, 0.0);
            for ((value, label), was_on) in blocks.iter().zip(&labels).zip(on) {
                let weight = if *label { 1.0 / n_on } else { -1.0 / n_off };
                fixed += weight * value;
                by_effect += if *was_on { weight } else { 0.0 };
            }
            (fixed, by_effect)
        })
        .collect()
}

/// Daily values without what their weekday explains and, with `others` (what the change could not move, as long as `values`), without
/// what these explain, both learnt on the days of `pre` only; the level stays. So freed, blocks of days differ less, and re-drawing which
/// were on stays the test. None under four weeks of `pre`, or when the days do not fit.
pub fn plain_days(values: &[f64], others: Option<&[f64]>, pre: Range<usize>) -> Option<Vec<f64>> {
    let fits = pre.end <= values.len() && others.is_none_or(|others| others.len() == values.len());
    if !fits || pre.len() < 28 {
        return None;
    }
    let count = pre.len() as f64;
    let even = |values: &[f64]| -> Vec<f64> {
        let mut sums = [(0.0, 0.0); 7];
        for place in pre.clone() {
            let sum = &mut sums[place % 7];
            *sum = (sum.0 + values[place], sum.1 + 1.0);
        }
        let all = sums.iter().map(|(sum, _)| sum).sum::<f64>() / count;
        values.iter().enumerate().map(|(place, value)| value - sums[place % 7].0 / sums[place % 7].1 + all).collect()
    };
    let values = even(values);
    let Some(others) = others.map(even) else { return Some(values) };
    let mean = |values: &[f64]| values[pre.clone()].iter().sum::<f64>() / count;
    let (middle, rest) = (mean(&values), mean(&others));
    let (mut along, mut square) = (0.0, 0.0);
    for place in pre {
        along += (values[place] - middle) * (others[place] - rest);
        square += (others[place] - rest).powi(2);
    }
    let slope = if square > 0.0 { along / square } else { 0.0 };
    Some(values.iter().zip(&others).map(|(value, other)| value - slope * (other - rest)).collect())
}

/// Standard deviation of blocks of `length` days on which nothing was switched, for what a switchback could prove: from one block to the
/// next, so that a season's drift is not taken for noise, and at least half of what they differ in all. None under eight blocks.
pub fn block_spread(days: &[f64], length: usize) -> Option<f64> {
    let blocks: Vec<f64> =
        days.rchunks_exact(length.max(1)).map(|block| block.iter().sum::<f64>() / block.len() as f64).collect();
    if blocks.len() < 8 {
        return None;
    }
    let n = blocks.len() as f64;
    let steps: f64 = blocks.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum();
    let middle = blocks.iter().sum::<f64>() / n;
    let apart = blocks.iter().map(|v| (v - middle).powi(2)).sum::<f64>() / (n - 1.0);
    let spread = (steps / (2.0 * (n - 1.0))).sqrt().max(0.5 * apart.sqrt());
    spread.is_finite().then_some(spread)
}

fn finite(values: &[f64]) -> Result<(), CompareError> {
    values.iter().position(|v| !v.is_finite()).map_or(Ok(()), |at| Err(CompareError::NotFinite(at)))
}

/// Welch's test of `with` against `without`; two of each at least.
fn welch(without: &[f64], with: &[f64], grade: Grade, alpha: f64) -> Compared {
    let moments = |v: &[f64]| {
        let n = v.len() as f64;
        let mean = v.iter().sum::<f64>() / n;
        (mean, v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0) / n, n - 1.0)
    };
    let ((a, va, na), (b, vb, nb)) = (moments(without), moments(with));
    let effect = b - a;
    let se = (va + vb).sqrt();
    let df = if se > 0.0 { (va + vb).powi(2) / (va * va / na + vb * vb / nb) } else { na + nb };
    let t = StudentsT::new(0.0, 1.0, df.max(1.0)).ok();
    let half = t.as_ref().map_or(f64::INFINITY, |t| t.inverse_cdf(1.0 - 0.5 * alpha.clamp(1e-9, 1.0)) * se);
    let p_value = match (se > 0.0, effect == 0.0) {
        (true, _) => t.as_ref().map_or(1.0, |t| 2.0 * t.cdf(-(effect / se).abs())),
        (false, true) => 1.0,
        // Nothing varies and yet there is a difference: two values each are no proof of anything.
        (false, false) => f64::NAN,
    };
    Compared {
        effect,
        ci_low: effect - half,
        ci_high: effect + half,
        relative_effect: if a > 0.0 { effect / a } else { f64::NAN },
        p_value,
        count: without.len() + with.len(),
        grade,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn before_and_after_never_wins_however_large() {
        let y: Vec<f64> = (0..56).map(|t| if t < 28 { 100.0 } else { 300.0 } + (t % 5) as f64).collect();
        let found = matched_weeks(&y, 28).unwrap();
        assert!(found.ci_low > 100.0 && found.p_value < 0.001 && found.grade == Grade::D);
        assert_eq!(won(found.grade, found.ci_low), None);
        assert_eq!(won(Grade::B, 1.0).unwrap().grade(), Certifying::B);
        assert_eq!(won(Grade::A, -1.0), None);
    }

    #[test]
    fn weekdays_meet_weekdays() {
        // Weekends sell double; the change begins on a Wednesday and does nothing.
        let y: Vec<f64> = (0..47).map(|t| if t % 7 >= 5 { 200.0 } else { 100.0 }).collect();
        let found = matched_weeks(&y, 23).unwrap();
        assert!(found.effect.abs() < 1e-9 && found.p_value == 1.0);
        assert_eq!(matched_weeks(&y, 10).unwrap_err(), CompareError::Weeks { pre: 1, post: 5 });
    }

    #[test]
    fn a_switchback_finds_what_was_on() {
        let on: Vec<bool> = [1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1].iter().map(|v| *v == 1).collect();
        let blocks: Vec<f64> =
            on.iter().enumerate().map(|(i, o)| 100.0 + (i % 3) as f64 + if *o { 10.0 } else { 0.0 }).collect();
        let found = switchback(&blocks, &on, &SwitchOptions::default()).unwrap();
        assert!((found.effect - 10.0).abs() < 1.5 && found.p_value < 0.01 && found.grade == Grade::B, "{found:?}");
        let few = switchback(&blocks[..5], &on[..5], &SwitchOptions::default()).unwrap();
        assert_eq!(few.grade, Grade::D);
        assert!(matches!(
            switchback(&blocks, &on[..3], &SwitchOptions::default()),
            Err(CompareError::Labels { labels: 3, values: 12 })
        ));
    }

    #[test]
    fn a_schedule_is_drawn_once_and_half_of_it_is_on() {
        let on = switch_schedule("salt", 13);
        assert_eq!((on.len(), on.iter().filter(|o| **o).count()), (13, 6));
        assert_eq!(on, switch_schedule("salt", 13));
        let others: Vec<_> = (0..50).map(|k| switch_schedule(&format!("salt{k}"), 13)).collect();
        assert!(others.iter().any(|other| *other != on));
        // Each block is on as often as any other: 50 draws of 6 in 13, ± 4 standard errors.
        for block in 0..13 {
            let count = others.iter().filter(|o| o[block]).count() as f64;
            assert!(
                (count - 50.0 * 6.0 / 13.0).abs() < 4.0 * (50.0 * 6.0 / 13.0 * 7.0 / 13.0_f64).sqrt(),
                "{block} {count}"
            );
        }
        assert!(switch_schedule("salt", 0).is_empty());
    }

    /// Blocks whose noise hangs together: under no effect at most 5 % are called, the interval covers, and a large effect is found.
    #[test]
    fn a_drawn_switchback_keeps_its_word_although_neighbours_are_alike() {
        let mut rng = ChaCha8Rng::seed_from_u64(20_260_302);
        let (runs, mut called, mut covered, mut found) = (150, 0, 0, 0);
        for run in 0..runs {
            let on = switch_schedule(&format!("run-{run}"), 14);
            let mut level = 0.0;
            let noise: Vec<f64> = (0..14)
                .map(|_| {
                    level = 0.6 * level + (0..12).map(|_| rng.random_range(0.0..1.0_f64)).sum::<f64>() - 6.0;
                    100.0 + 5.0 * level
                })
                .collect();
            let with = |effect: f64| -> Vec<f64> {
                noise.iter().zip(&on).map(|(v, o)| v + if *o { effect } else { 0.0 }).collect()
            };
            let options = SwitchOptions { seed: run, ..SwitchOptions::default() };
            called += usize::from(switchback(&with(0.0), &on, &options).unwrap().p_value <= 0.05);
            let judged = switchback(&with(25.0), &on, &options).unwrap();
            covered += usize::from(judged.ci_low <= 25.0 && 25.0 <= judged.ci_high);
            found += usize::from(won(judged.grade, judged.ci_low).is_some());
            assert_eq!(judged.p_value <= 0.05, judged.ci_low > 0.0 || judged.ci_high < 0.0, "{judged:?}");
        }
        // 4 standard errors of 5 % in 150 runs are 11 runs.
        assert!(called <= 18, "{called} of {runs} without an effect");
        assert!(covered >= 131, "{covered} of {runs} covered");
        assert!(found > 130, "{found} of {runs} found");
    }

    #[test]
    fn what_cannot_be_compared_is_said() {
        assert!(matches!(previous_sprint(&[1.0], &[1.0, 2.0]), Err(CompareError::Periods { without: 1, .. })));
        assert_eq!(previous_sprint(&[1.0, f64::NAN], &[1.0, 2.0]), Err(CompareError::NotFinite(1)));
        assert!(previous_sprint(&[1.0, 1.0], &[2.0, 2.0]).unwrap().p_value.is_nan());
    }

    proptest! {
        #[test]
        fn no_interval_of_grade_d_is_a_win(low in -1e6..1e6_f64) {
            prop_assert!(won(Grade::D, low).is_none());
        }

        #[test]
        fn swapping_the_sides_turns_the_sign(a in prop::collection::vec(0.0..10.0_f64, 3..9), b in prop::collection::vec(0.0..10.0_f64, 3..9)) {
            let (x, y) = (previous_sprint(&a, &b).unwrap(), previous_sprint(&b, &a).unwrap());
            prop_assert!((x.effect + y.effect).abs() < 1e-9 && (x.ci_low + y.ci_high).abs() < 1e-6);
        }
    }
}
