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

pub use markets::{Candidate, MarketOptions, select_markets};

use crate::prepost::Grade;
use control::Index;

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
    let placebo = placebos(&index, &controls, treated.len(), options);
    let n_pre = panel.n_pre;
    let n_post = panel.regions[0].len() - n_pre;
    let base = index.base(&treated);
    let as_large = placebo.iter().filter(|s| **s >= found.statistic() - 1e-12).count();
    let p_value = (1 + as_large) as f64 / (1 + placebo.len()) as f64;
    let half = critical(&placebo, options.alpha) * found.pre_rmse;
    // For power: what four fifths of true effects exceed, by the spread of the placebos.
    let spread = critical(&placebo, 0.32) * found.pre_rmse;
    let synthetic = index.post_mean(&treated) - found.gap;
    let actual = base * index.post_mean(&treated);
    let (low, high) = (base * (found.gap - half), base * (found.gap + half));
    let relative = |effect: f64| {
        let without = actual - effect;
        if without > 0.0 { effect / without } else { f64::INFINITY }
    };
    let mut weights: Vec<(usize, f64)> =
        controls.iter().copied().zip(found.weights.iter().copied()).filter(|(_, w)| *w > 1e-3).collect();
    weights.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    Ok(GeoEffect {
        effect: base * found.gap,
        ci_low: low,
        ci_high: high,
        relative_effect: relative(base * found.gap),
        relative_low: if low.is_finite() { relative(low) } else { f64::NEG_INFINITY },
        relative_high: if high.is_finite() { relative(high) } else { f64::INFINITY },
        actual,
        counterfactual: base * synthetic,
        p_value,
        placebos: placebo.len(),
        pre_error: found.pre_rmse,
        certifiable_effect: (half + 0.842 * spread) / synthetic,
        weights,
        n_pre,
        n_post,
        grade: Grade::B,
        days: index.days(&treated, &controls, &found).into_iter().map(|(a, s)| (base * a, base * s)).collect(),
    })
}

/// Statistics of placebo sets drawn among the controls; all single regions when one is treated.
fn placebos(index: &Index, controls: &[usize], size: usize, options: &Options) -> Vec<f64> {
    let mut out = Vec::new();
    let mut judge = |set: &[usize]| {
        let rest: Vec<usize> = controls.iter().copied().filter(|c| !set.contains(c)).collect();
        if rest.len() >= 2 {
            let found = index.compare(set, &rest);
            if found.statistic().is_finite() {
                out.push(found.statistic());
            }
        }
    };
    if size == 1 {
        controls.iter().for_each(|c| judge(&[*c]));
        return out;
    }
    // Half the controls at most, so that as many stay behind to compare with.
    let size = size.min(controls.len() / 2).max(1);
    for set in control::draw_sets(controls, size, options.placebos, options.seed) {
        judge(&set);
    }
    out
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
