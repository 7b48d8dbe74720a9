//! Weaker baselines, and what a baseline can carry: matched weeks before and after, the previous sprint, and switching on and off.
//!
//! A before/after comparison cannot tell the change from whatever else happened, however narrow its interval: its [`Grade`] is D, and
//! [`won`] cannot be had for it, by type: a [`Win`] holds a [`Certifying`] grade, and D has none.
//!
//! Sources: Campbell & Stanley (1963), *Experimental and Quasi-Experimental Designs*, designs 2 and 8 (one-group pretest-posttest,
//! equivalent time samples); for switchbacks Bojinov, Simchi-Levi & Zhao (2023), "Design and analysis of switchback experiments",
//! Management Science 69(7).

use std::fmt;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use statrs::distribution::{ContinuousCDF, StudentsT};

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
    /// Lower end of its 95 % interval.
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
    Ok(welch(&before, &after, Grade::D))
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
    Ok(welch(previous, this, Grade::D))
}

/// The change switched on and off by blocks of days. `blocks` are the values' averages per block in order, `on` whether the change was
/// on. With at least four blocks of each the p-value is by re-drawing which blocks were on, and the grade is B; that is right only when
/// the blocks were drawn at random and are long enough for one not to carry over into the next.
///
/// # Errors
/// Under two blocks of either kind, labels that do not fit, or a value that is no number.
pub fn switchback(blocks: &[f64], on: &[bool], seed: u64) -> Result<Compared, CompareError> {
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
    let mut out = welch(&without, &with, grade);
    if grade == Grade::B {
        let observed = out.effect.abs() * (1.0 - 1e-12);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut labels = on.to_vec();
        let draws = 1_999;
        let as_large = (0..draws)
            .filter(|_| {
                for i in (1..labels.len()).rev() {
                    labels.swap(i, rng.random_range(0..=i));
                }
                let (mut a, mut b) = (0.0, 0.0);
                for (value, label) in blocks.iter().zip(&labels) {
                    if *label { a += value } else { b += value }
                }
                (a / with.len() as f64 - b / without.len() as f64).abs() >= observed
            })
            .count();
        out.p_value = (1 + as_large) as f64 / (1 + draws) as f64;
    }
    Ok(out)
}

fn finite(values: &[f64]) -> Result<(), CompareError> {
    values.iter().position(|v| !v.is_finite()).map_or(Ok(()), |at| Err(CompareError::NotFinite(at)))
}

/// Welch's test of `with` against `without`; two of each at least.
fn welch(without: &[f64], with: &[f64], grade: Grade) -> Compared {
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
    let half = t.as_ref().map_or(f64::INFINITY, |t| t.inverse_cdf(0.975) * se);
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
        let found = switchback(&blocks, &on, 1).unwrap();
        assert!((found.effect - 10.0).abs() < 1.5 && found.p_value < 0.01 && found.grade == Grade::B, "{found:?}");
        let few = switchback(&blocks[..5], &on[..5], 1).unwrap();
        assert_eq!(few.grade, Grade::D);
        assert!(matches!(switchback(&blocks, &on[..3], 1), Err(CompareError::Labels { labels: 3, values: 12 })));
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
