//! Changes made in some regions and not in others: which regions to choose, and what the change did.
//!
//! The regions that had it are compared with a weighted average of those that had not (synthetic control with an intercept: every
//! region as an index of its own average before the change), and the comparison is judged by doing the same to regions that had
//! nothing (permutation inference).
//!
//! Sources: Abadie, Diamond & Hainmueller (2010), "Synthetic control methods for comparative case studies", JASA 105 (placebos in space,
//! ratio of post to pre error); Doudchenko & Imbens (2016), NBER 22791 and Ferman & Pinto (2021) (intercept); Arkhangelsky et al. (2021),
//! "Synthetic difference-in-differences", AER 111(12), eq. 2.1 (the penalty that spreads the weights).

mod control;
mod markets;

pub use markets::{Candidate, MarketOptions, assess, select_markets};

use crate::prepost::Grade;
use control::{Comparison, Index};

/// Under so many days before the change there is no synthetic control: four weeks.
pub const MIN_PRE_DAYS: usize = 28;
/// Fewer regions without the change than this cannot judge it.
pub const MIN_CONTROLS: usize = 5;

/// Regions by days. All regions have a value on every day.
#[derive(Debug, Clone, Copy)]
pub struct Panel<'a> {
    /// One series per region, all of the same length.
    pub regions: &'a [Vec<f64>],
    /// Days before the change.
    pub n_pre: usize,
}

/// How to judge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// 1 - the interval's coverage.
    pub alpha: f64,
    /// At most so many placebo sets of regions.
    pub placebos: usize,
    /// Of the drawing of placebo sets.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { alpha: 0.05, placebos: 400, seed: 1 }
    }
}

/// What a change did in its regions. Amounts are sums over those regions, per day.
#[derive(Debug, Clone, PartialEq)]
pub struct GeoEffect {
    /// Actual minus synthetic.
    pub effect: f64,
    /// Lower end of its interval; infinite when there are too few placebos for the level.
    pub ci_low: f64,
    /// Upper end.
    pub ci_high: f64,
    /// Effect over synthetic.
    pub relative_effect: f64,
    /// Lower end.
    pub relative_low: f64,
    /// Upper end.
    pub relative_high: f64,
    /// What the regions did per day.
    pub actual: f64,
    /// What the synthetic control says they would have done.
    pub counterfactual: f64,
    /// Share of placebo sets, this one included, whose error is as large (relative to their error before).
    pub p_value: f64,
    /// Placebo sets behind the interval and the p-value.
    pub placebos: usize,
    /// Root mean square error before the change, as a share of the regions' average: how well the weights fit.
    pub pre_error: f64,
    /// Smallest true effect (share) that would be proven with 80 % power in these regions.
    pub certifiable_effect: f64,
    /// Weights of the regions without the change; (position, weight), largest first, those above .1 %.
    pub weights: Vec<(usize, f64)>,
    /// Days before.
    pub n_pre: usize,
    /// Days after.
    pub n_post: usize,
    /// Always [`Grade::B`].
    pub grade: Grade,
    /// Per day of the whole span: actual and synthetic.
    pub days: Vec<(f64, f64)>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GeoError {
    /// Regions of different length.
    #[error("Region {region} has {got} days, the first has {expected}; give every region the same days")]
    Length {
        /// 0-based position.
        region: usize,
        /// Its length.
        got: usize,
        /// The first region's.
        expected: usize,
    },
    /// Not a number.
    #[error("Region {region} has no number on day {day}; fill it in or leave the region out")]
    Missing {
        /// 0-based position.
        region: usize,
        /// 0-based day.
        day: usize,
    },
    /// Too little history.
    #[error("{0} days before the change, {MIN_PRE_DAYS} are needed; wait or start the change later")]
    TooShort(usize),
    /// Nothing after the change.
    #[error("No day after the change; wait until there are some")]
    NoPost,
    /// Nothing treated, or a position that is not there.
    #[error("The regions with the change must be some, not all, of those given")]
    Treated,
    /// Too few others.
    #[error("{0} regions without the change, {MIN_CONTROLS} are needed; change fewer regions at once")]
    TooFewControls(usize),
    /// A region that sells nothing.
    #[error(
        "Region {0} has an average of 0 or less before the change, so it has no index; leave it out or join it with another"
    )]
    NoLevel(usize),
    /// A level outside (0, 1).
    #[error("alpha is {0}; it must lie between 0 and 1")]
    Alpha(f64),
}

/// Whether sets of regions could be drawn in enough ways for a test at `alpha`: below that no effect, however large, is proven.
pub fn can_reject(treated: usize, regions: usize, alpha: f64) -> bool {
    let controls = regions.saturating_sub(treated);
    let mut others = 1.0;
    match treated {
        0 => return false,
        1 => others = controls as f64,
        _ => {
            for i in 0..treated.min(controls) {
                others *= (regions - i) as f64 / (i + 1) as f64;
            }
            others -= 1.0;
        }
    }
    controls > 0 && 1.0 / (1.0 + others) <= alpha
}

/// Judges a change that began on day `panel.n_pre` (0-based) in the regions at positions `treated`.
///
/// # Errors
/// See [`GeoError`].
pub fn estimate(panel: &Panel, treated: &[usize], options: &Options) -> Result<GeoEffect, GeoError> {
    if !(options.alpha > 0.0 && options.alpha < 1.0) {
        return Err(GeoError::Alpha(options.alpha));
    }
    let treated = check(panel, treated)?;
    let index = Index::new(panel.regions, panel.n_pre)?;
    let controls: Vec<usize> = (0..panel.regions.len()).filter(|i| !treated.contains(i)).collect();
    if controls.len() < MIN_CONTROLS {
        return Err(GeoError::TooFewControls(controls.len()));
    }
    let found = index.compare(&treated, &controls);
    let test = Permutations::new(&index, &treated, &controls, &found, options);
    let (n_pre, n_post) = (panel.n_pre, panel.regions[0].len() - panel.n_pre);
    let base = index.base(&treated);
    let actual = base * index.post_mean(&treated);
    let counterfactual = base * (index.post_mean(&treated) - found.gap);
    let relative = if counterfactual > 0.0 { actual / counterfactual - 1.0 } else { f64::NAN };
    let (relative_low, relative_high) = test.interval(relative, options.alpha);
    // What a true share means in amounts: actual = (1 + share) x counterfactual.
    let amount = |share: f64| if share.is_finite() { actual * share / (1.0 + share) } else { share };
    let mut weights: Vec<(usize, f64)> =
        controls.iter().copied().zip(found.weights.iter().copied()).filter(|(_, w)| *w > 1e-3).collect();
    weights.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    Ok(GeoEffect {
        effect: base * found.gap,
        ci_low: amount(relative_low),
        ci_high: amount(relative_high),
        relative_effect: relative,
        relative_low,
        relative_high,
        actual,
        counterfactual,
        p_value: test.p_value(0.0),
        placebos: test.others.len(),
        pre_error: found.pre_rmse,
        certifiable_effect: test.certifiable(options.alpha) * base / counterfactual,
        weights,
        n_pre,
        n_post,
        grade: Grade::B,
        days: index.days(&treated, &controls, &found).into_iter().map(|(a, s)| (base * a, base * s)).collect(),
    })
}

/// The sets of regions that could have had the change instead, each with its gap as a line in what is assumed of the true effect.
struct Permutations {
    /// Of the regions that had it: fixed, by change, error before.
    own: Line,
    others: Vec<Line>,
}

#[derive(Clone, Copy)]
struct Line {
    fixed: f64,
    by_change: f64,
    error: f64,
}

impl Line {
    /// Gap over error before, once a true effect of `share` has been taken out of the regions that had the change.
    fn statistic(&self, share: f64) -> f64 {
        (self.fixed + self.by_change / (1.0 + share)).abs() / self.error.max(1e-12)
    }
}

impl Permutations {
    /// All single regions when one had the change, else sets drawn among all regions, those that had it included: with its effect
    /// taken out they are like any other, which makes the test exact when the regions were chosen at random.
    fn new(index: &Index, treated: &[usize], controls: &[usize], found: &Comparison, options: &Options) -> Self {
        let line = |set: &[usize], rest: &[usize], found: &Comparison| {
            let (fixed, by_change) = index.line(set, rest, found, treated);
            Line { fixed, by_change, error: found.pre_rmse }
        };
        let mut all: Vec<usize> = controls.iter().chain(treated).copied().collect();
        all.sort_unstable();
        let sets = if treated.len() == 1 {
            controls.iter().map(|c| vec![*c]).collect()
        } else {
            control::draw_sets(&all, treated.len(), options.placebos, options.seed)
        };
        let others = sets
            .iter()
            .filter(|set| set.as_slice() != treated)
            .map(|set| {
                let rest: Vec<usize> = all.iter().copied().filter(|c| !set.contains(c)).collect();
                line(set, &rest, &index.compare(set, &rest))
            })
            .collect();
        Self { own: line(treated, controls, found), others }
    }

    /// Of the hypothesis that the true effect is `share`.
    fn p_value(&self, share: f64) -> f64 {
        let own = self.own.statistic(share) - 1e-12;
        let as_large = self.others.iter().filter(|o| o.statistic(share) >= own).count();
        (1 + as_large) as f64 / (1 + self.others.len()) as f64
    }

    /// The shares that are not rejected, searched outwards from the estimate.
    fn interval(&self, estimate: f64, alpha: f64) -> (f64, f64) {
        let estimate = if estimate.is_finite() { estimate } else { 0.0 };
        let search = |rejected_at: f64, open: f64| {
            if self.p_value(rejected_at) > alpha {
                return open;
            }
            let (mut inside, mut outside) = (estimate, rejected_at);
            for _ in 0..40 {
                let middle = 0.5 * (inside + outside);
                if self.p_value(middle) > alpha { inside = middle } else { outside = middle }
            }
            outside
        };
        (search(-0.95, f64::NEG_INFINITY), search(20.0, f64::INFINITY))
    }

    /// The smallest gap that would be called in four cases of five, from the spread of the others' gaps: their critical value plus
    /// .84 standard deviations (their 68 % point stands for one).
    fn certifiable(&self, alpha: f64) -> f64 {
        let statistics: Vec<f64> = self.others.iter().map(|o| o.statistic(0.0)).collect();
        (critical(&statistics, alpha) + 0.842 * critical(&statistics, 0.32)) * self.own.error
    }
}

/// The value that at most a share `alpha` of draws from the same distribution exceed; infinite when there are too few placebos.
fn critical(placebo: &[f64], alpha: f64) -> f64 {
    let mut sorted = placebo.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = ((1.0 - alpha) * (sorted.len() + 1) as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied().unwrap_or(f64::INFINITY)
}

fn check(panel: &Panel, treated: &[usize]) -> Result<Vec<usize>, GeoError> {
    let expected = panel.regions.first().map_or(0, Vec::len);
    for (region, values) in panel.regions.iter().enumerate() {
        if values.len() != expected {
            return Err(GeoError::Length { region, got: values.len(), expected });
        }
        if let Some(day) = values.iter().position(|v| !v.is_finite()) {
            return Err(GeoError::Missing { region, day });
        }
    }
    if panel.n_pre.min(expected) < MIN_PRE_DAYS {
        return Err(GeoError::TooShort(panel.n_pre.min(expected)));
    }
    if panel.n_pre >= expected {
        return Err(GeoError::NoPost);
    }
    let mut treated = treated.to_vec();
    treated.sort_unstable();
    treated.dedup();
    if treated.is_empty() || treated.len() >= panel.regions.len() || treated.iter().any(|t| *t >= panel.regions.len()) {
        return Err(GeoError::Treated);
    }
    Ok(treated)
}

#[cfg(test)]
mod tests;
