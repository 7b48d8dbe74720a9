//! The fit: shrunk returns, then effects and variances in turn.

use std::collections::BTreeMap;

use super::{FACTORS, Level, MIN_ADS, Model, PRIOR_SALES, PastAd, STATED_LEVELS, STATED_SD, TooFew};
use crate::linalg::{Matrix, cholesky};

const ITERATIONS: usize = 60;
/// Variance of the mean of all ads around their siblings' spend-weighted return.
const MEAN_VARIANCE: f64 = 0.25;

/// An ad's shrunk log return with how much of its true return is in it and how noisy it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) log_return: f64,
    /// Share of the true log return that shrinkage leaves, 0 to 1.
    kept: f64,
    /// Variance of the counting noise.
    noise: f64,
}

/// Every ad against the ads of its account and period.
pub(super) fn observed(ads: &[PastAd]) -> Vec<Option<Seen>> {
    let usable = |ad: &PastAd| {
        let (spend, value, sales) = (ad.spend, ad.value, ad.sales);
        (1e-9..1e15).contains(&spend) && (0.0..1e15).contains(&value) && (0.0..1e12).contains(&sales)
    };
    let mut sums: BTreeMap<&str, (usize, f64, f64, f64)> = BTreeMap::new();
    for ad in ads.iter().filter(|ad| usable(ad)) {
        let sum = sums.entry(&ad.siblings).or_default();
        *sum = (sum.0 + 1, sum.1 + ad.spend, sum.2 + ad.value, sum.3 + ad.sales);
    }
    let seen = |ad: &PastAd| {
        let (count, spend, value, sales) = sums.get(ad.siblings.as_str()).copied().filter(|_| usable(ad))?;
        if count < 2 || value <= 0.0 || sales <= 0.0 {
            return None;
        }
        // In sales of the siblings' mean value, so that the noise is that of a count.
        let worth = value / sales;
        let (own, expected) = (ad.value / worth, ad.spend * (value / spend) / worth);
        Some(Seen {
            log_return: ((own + PRIOR_SALES) / (expected + PRIOR_SALES)).ln(),
            kept: expected / (expected + PRIOR_SALES),
            noise: 1.0 / (expected + PRIOR_SALES),
        })
    };
    ads.iter().map(seen).collect()
}

pub(super) fn fit(ads: &[PastAd]) -> Result<Model, TooFew> {
    // Sums in one order, whatever order the ads came in.
    let mut ads = ads.to_vec();
    ads.sort_by(|a, b| {
        let money = |ad: &PastAd| [ad.spend, ad.value, ad.sales];
        let by_money = money(a).iter().zip(money(b)).map(|(a, b)| a.total_cmp(&b)).find(|order| order.is_ne());
        (&a.traits, &a.siblings).cmp(&(&b.traits, &b.siblings)).then(by_money.unwrap_or(std::cmp::Ordering::Equal))
    });
    let known = |ad: &PastAd| ad.traits.iter().any(Option::is_some);
    let seen = observed(&ads);
    let rows: Vec<(&PastAd, Seen)> =
        ads.iter().zip(seen).filter_map(|(ad, seen)| Some((ad, seen?))).filter(|(ad, _)| known(ad)).collect();
    if rows.len() < MIN_ADS {
        return Err(TooFew { have: rows.len() });
    }
    let mut index: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for (ad, _) in &rows {
        for (factor, level) in ad.traits.iter().enumerate() {
            if let Some(level) = level {
                index.insert((factor, level), 0);
            }
        }
    }
    index.values_mut().enumerate().for_each(|(at, place)| *place = at);
    let factor_of: Vec<usize> = index.keys().map(|(factor, _)| *factor).collect();
    let levels = factor_of.len();
    // The last column is the mean of all ads.
    let design: Vec<Vec<usize>> = rows
        .iter()
        .map(|(ad, _)| {
            let own = ad.traits.iter().enumerate();
            let own = own.filter_map(|(factor, level)| index.get(&(factor, level.as_deref()?)).copied());
            own.chain([levels]).collect()
        })
        .collect();
    let stated = STATED_SD * STATED_SD;
    let (mut factor_variance, mut own_variance) = ([stated; 5], stated);
    let mut effects = vec![0.0; levels + 1];
    let mut covariance = Matrix::identity(levels + 1);
    for _ in 0..ITERATIONS {
        let mut precision = Matrix::zeros(levels + 1, levels + 1);
        let mut target = vec![0.0; levels + 1];
        for (at, factor) in factor_of.iter().enumerate() {
            precision[(at, at)] = 1.0 / factor_variance[*factor];
        }
        precision[(levels, levels)] = 1.0 / MEAN_VARIANCE;
        for ((_, seen), columns) in rows.iter().zip(&design) {
            let weight = seen.kept / (seen.kept * seen.kept * own_variance + seen.noise);
            for i in columns {
                target[*i] += weight * seen.log_return;
                for j in columns {
                    precision[(*i, *j)] += weight * seen.kept;
                }
            }
        }
        // Positive definite by its diagonal; a failure would need a variance that is not finite.
        let Ok(factor) = cholesky(&precision) else { break };
        effects = factor.solve(&target);
        covariance = factor.inverse();
        let mut sums = [(STATED_LEVELS * stated, STATED_LEVELS); 5];
        for (at, of) in factor_of.iter().enumerate() {
            sums[*of].0 += effects[at] * effects[at] + covariance[(at, at)];
            sums[*of].1 += 1.0;
        }
        factor_variance = sums.map(|(sum, count)| sum / count);
        let mut own = STATED_LEVELS * stated;
        for ((_, seen), columns) in rows.iter().zip(&design) {
            let fitted: f64 = columns.iter().map(|at| effects[*at]).sum();
            let shared: f64 = columns.iter().flat_map(|i| columns.iter().map(|j| covariance[(*i, *j)])).sum();
            let left = 1.0 / (1.0 / own_variance + seen.kept * seen.kept / seen.noise);
            let gain = left * seen.kept / seen.noise;
            let mean = gain * (seen.log_return - seen.kept * fitted);
            own += mean * mean + left + (gain * seen.kept).powi(2) * shared.max(0.0);
        }
        own_variance = own / (STATED_LEVELS + rows.len() as f64);
    }
    let count = |at: usize| design.iter().filter(|columns| columns.contains(&at)).count();
    let named = |((factor, name), at): (&(usize, &str), &usize)| Level {
        factor: *factor,
        name: (*name).to_owned(),
        effect: effects[*at],
        sd: covariance[(*at, *at)].max(0.0).sqrt(),
        ads: count(*at),
    };
    debug_assert!(factor_of.iter().all(|factor| *factor < FACTORS.len()));
    Ok(Model {
        levels: index.iter().map(named).collect(),
        covariance: (0..levels).map(|i| (0..levels).map(|j| covariance[(i, j)]).collect()).collect(),
        factor_variance,
        own_variance,
        ads: rows.len(),
    })
}
