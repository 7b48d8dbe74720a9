//! Which regions to give the change to: those a synthetic control of the others would have followed best in the past.

use super::control::Index;
use super::{GeoError, MIN_CONTROLS, MIN_PRE_DAYS};

/// What to look for.
#[derive(Debug, Clone, PartialEq)]
pub struct MarketOptions {
    /// Numbers of regions to consider.
    pub sizes: Vec<usize>,
    /// Days the change will run.
    pub days: usize,
    /// Positions of regions that must not get it.
    pub excluded: Vec<usize>,
    /// At most so many candidates come back.
    pub keep: usize,
}

/// A set of regions to give the change to.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Positions, ascending.
    pub regions: Vec<usize>,
    /// Smallest true effect (share) that would be proven with 80 % power at 5 % (2.8 standard errors), by errors on past windows, drawn
    /// towards those of all sets of its size because the best of many is partly luck.
    pub detectable_effect: f64,
    /// Mean error on past windows (share): near 0, or the set drifts away from the others.
    pub bias: f64,
    /// The set's share of the total of all regions.
    pub share: f64,
    /// Past windows that were tried.
    pub windows: usize,
}

/// See [`select_markets`].
const POOLED_WINDOWS: f64 = 2.0;

/// Candidate sets, best first. For each size and each region: the region with those that moved most like it; judged on pseudo
/// changes on past dates, as often as the history allows (at most 8).
///
/// # Errors
/// See [`GeoError`]; the history must be at least 28 days longer than the change will run.
pub fn select_markets(regions: &[Vec<f64>], options: &MarketOptions) -> Result<Vec<Candidate>, GeoError> {
    let n = lengths(regions)?;
    let days = options.days.max(1);
    if n < MIN_PRE_DAYS + days {
        return Err(GeoError::TooShort(n.saturating_sub(days)));
    }
    if regions.len() < MIN_CONTROLS + 1 {
        return Err(GeoError::TooFewControls(regions.len().saturating_sub(1)));
    }
    let indices = pseudo_changes(regions, n, days)?;
    let alike = likeness(regions);
    let free: Vec<usize> = (0..regions.len()).filter(|i| !options.excluded.contains(i)).collect();
    let totals: Vec<f64> = regions.iter().map(|r| r.iter().sum()).collect();
    let total: f64 = totals.iter().sum();
    let mut seen = std::collections::BTreeSet::new();
    let mut out = Vec::new();
    let sizes: std::collections::BTreeSet<usize> = options.sizes.iter().copied().collect();
    for size in sizes {
        if size == 0 || size > free.len() || regions.len() - size < MIN_CONTROLS {
            continue;
        }
        for &seed in &free {
            let mut others: Vec<usize> = free.iter().copied().filter(|i| *i != seed).collect();
            others.sort_by(|a, b| alike[seed][*b].total_cmp(&alike[seed][*a]).then(a.cmp(b)));
            let mut set: Vec<usize> = others[..size - 1].to_vec();
            set.push(seed);
            set.sort_unstable();
            if !seen.insert(set.clone()) {
                continue;
            }
            let errors = errors(&indices, regions.len(), &set);
            let count = errors.len() as f64;
            out.push(Candidate {
                // The mean square error for now; below it is drawn towards that of all sets and made an effect.
                detectable_effect: errors.iter().map(|e| e * e).sum::<f64>() / count,
                bias: errors.iter().sum::<f64>() / count,
                share: set.iter().map(|i| totals[*i]).sum::<f64>() / total,
                windows: errors.len(),
                regions: set,
            });
        }
        // The best of many sets is partly luck: every set's error is drawn towards its size's average as if that were
        // POOLED_WINDOWS windows more (empirical Bayes).
        let of_size = |c: &&mut Candidate| c.regions.len() == size;
        let (sum, sets) = out
            .iter()
            .filter(|c| c.regions.len() == size)
            .fold((0.0, 0.0), |(sum, n), c| (sum + c.detectable_effect, n + 1.0));
        for candidate in out.iter_mut().filter(of_size) {
            // Windows overlap by half, so they count for half.
            let own = 0.5 * candidate.windows as f64;
            let mean_square =
                (own * candidate.detectable_effect + POOLED_WINDOWS * sum / sets) / (own + POOLED_WINDOWS);
            candidate.detectable_effect = 2.8 * mean_square.sqrt();
        }
    }
    out.sort_by(|a, b| a.detectable_effect.total_cmp(&b.detectable_effect).then(a.regions.cmp(&b.regions)));
    out.truncate(options.keep);
    Ok(out)
}

/// Past dates on which the change could have begun, up to eight, newest first.
fn pseudo_changes(regions: &[Vec<f64>], n: usize, days: usize) -> Result<Vec<Index>, GeoError> {
    let windows = ((n - MIN_PRE_DAYS - days) * 2 / days + 1).min(8);
    (0..windows)
        .map(|i| {
            let end = n - (n - MIN_PRE_DAYS - days) * i / windows.max(1);
            let cut: Vec<Vec<f64>> = regions.iter().map(|r| r[..end].to_vec()).collect();
            Index::new(&cut, end - days)
        })
        .collect()
}

/// The gap (share) between a set and its synthetic control on each of these dates, where nothing was changed.
fn errors(indices: &[Index], count: usize, set: &[usize]) -> Vec<f64> {
    let rest: Vec<usize> = (0..count).filter(|i| !set.contains(i)).collect();
    indices
        .iter()
        .map(|index| {
            let gap = index.compare(set, &rest).gap;
            gap / (index.post_mean(set) - gap).max(1e-9)
        })
        .collect()
}

/// What a set that somebody chose could prove in a change of `days` days; all other regions are its controls. As
/// [`select_markets`], without drawing the figure towards other sets': nobody searched for the best.
///
/// # Errors
/// See [`GeoError`]; the history must be at least 28 days longer than the change will run.
pub fn assess(regions: &[Vec<f64>], set: &[usize], days: usize) -> Result<Candidate, GeoError> {
    let n = lengths(regions)?;
    let days = days.max(1);
    if n < MIN_PRE_DAYS + days {
        return Err(GeoError::TooShort(n.saturating_sub(days)));
    }
    let mut set = set.to_vec();
    set.sort_unstable();
    set.dedup();
    if set.is_empty() || set.iter().any(|i| *i >= regions.len()) {
        return Err(GeoError::Treated);
    }
    if regions.len() - set.len() < MIN_CONTROLS {
        return Err(GeoError::TooFewControls(regions.len() - set.len()));
    }
    let errors = errors(&pseudo_changes(regions, n, days)?, regions.len(), &set);
    let count = errors.len() as f64;
    let totals: Vec<f64> = regions.iter().map(|r| r.iter().sum()).collect();
    Ok(Candidate {
        detectable_effect: 2.8 * (errors.iter().map(|e| e * e).sum::<f64>() / count).sqrt(),
        bias: errors.iter().sum::<f64>() / count,
        share: set.iter().map(|i| totals[*i]).sum::<f64>() / totals.iter().sum::<f64>(),
        windows: errors.len(),
        regions: set,
    })
}

fn lengths(regions: &[Vec<f64>]) -> Result<usize, GeoError> {
    let n = regions.first().map_or(0, Vec::len);
    for (region, values) in regions.iter().enumerate() {
        if values.len() != n {
            return Err(GeoError::Length { region, got: values.len(), expected: n });
        }
        if let Some(day) = values.iter().position(|v| !v.is_finite()) {
            return Err(GeoError::Missing { region, day });
        }
    }
    Ok(n)
}

/// Correlations of weekly averages' day-to-day path, regions by regions.
fn likeness(regions: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let standard: Vec<Vec<f64>> = regions
        .iter()
        .map(|r| {
            let smooth: Vec<f64> = r.windows(7).map(|w| w.iter().sum::<f64>() / 7.0).collect();
            let n = smooth.len().max(1) as f64;
            let mean = smooth.iter().sum::<f64>() / n;
            let sd = (smooth.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt().max(1e-300);
            smooth.iter().map(|v| (v - mean) / (sd * n.sqrt())).collect()
        })
        .collect();
    standard.iter().map(|a| standard.iter().map(|b| crate::linalg::dot(a, b)).collect()).collect()
}
