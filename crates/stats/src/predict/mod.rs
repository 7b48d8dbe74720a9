//! What past ads make likely of a new one: main effects of angle, segment, channel, offer and format on the return on ad
//! spend against siblings, shrunk. A forecast of grade D: nothing here was randomised, so it never is a win.
//!
//! **Siblings** are ads of the same account and period; their spend-weighted return is the yardstick, so what season,
//! attribution and account do to all of them drops out. An ad's own return is shrunk to theirs by a gamma prior of
//! [`PRIOR_SALES`] sales (Gelman et al., *Bayesian Data Analysis*, 3rd ed., section 2.7), since three sales prove little.
//!
//! **Effects** are a linear mixed model on the log: every level of a factor is a draw from the factor's own normal, whose
//! variance is estimated (empirical Bayes by expectation-maximisation; Dempster, Rubin & Tsutakawa 1981, *Estimation in
//! covariance components models*, JASA 76, 341–353), as is what is the ad's alone. With few levels the variances lean on
//! a stated one, worth [`STATED_LEVELS`] levels of [`STATED_SD`].

mod fit;
#[cfg(test)]
mod tests;

/// Fewest labelled ads with siblings before anything is predicted.
pub const MIN_ADS: usize = 30;
/// Sales by which an ad's own return is shrunk to its siblings'.
pub const PRIOR_SALES: f64 = 2.0;
/// Standard deviation (log return) of a level's effect that is assumed before anything is seen.
pub const STATED_SD: f64 = 0.15;
/// How many levels of a factor the assumption counts for.
pub const STATED_LEVELS: f64 = 3.0;
/// The factors, in the order of [`Traits`].
pub const FACTORS: [&str; 5] = ["angle", "segment", "channel", "offer", "format"];

/// What an ad is by the five factors, in the order of [`FACTORS`]; `None` where nobody knows.
pub type Traits = [Option<String>; 5];

/// A past ad: what it was and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct PastAd {
    /// What it was.
    pub traits: Traits,
    /// Account and period: ads that share both are siblings.
    pub siblings: String,
    /// Spend, any unit that all siblings share.
    pub spend: f64,
    /// Value of the sales it was credited with, same unit.
    pub value: f64,
    /// Sales it was credited with.
    pub sales: f64,
}

/// Why there is no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{have} of {MIN_ADS} labelled past ads with siblings in the same account and period; fewer predict nothing")]
pub struct TooFew {
    /// Usable ads that there are.
    pub have: usize,
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    levels: Vec<Level>,
    /// Posterior covariance of the levels' effects, in their order.
    covariance: Vec<Vec<f64>>,
    /// Variance of each factor's effects.
    factor_variance: [f64; 5],
    /// Variance of what is an ad's alone.
    own_variance: f64,
    ads: usize,
}

/// A level of a factor with its effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Index into [`FACTORS`].
    pub factor: usize,
    /// The level.
    pub name: String,
    /// Shrunk effect on the log return.
    pub effect: f64,
    /// Its posterior standard deviation.
    pub sd: f64,
    /// Ads that have it.
    pub ads: usize,
}

/// What is likely of an ad.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Log of its return against its siblings': 0 is as good as they.
    pub log_return: f64,
    /// Standard deviation of what one ad with these traits will do.
    pub sd: f64,
    /// How many of the five factors past ads know the level of.
    pub known: usize,
    /// Past ads behind it.
    pub ads: usize,
}

impl Prediction {
    /// Return against siblings, lower and upper end of the 80 % interval, in per cent.
    pub fn percent(&self) -> (i32, i32, i32) {
        const Z: f64 = 1.281_551_565_544_6;
        let percent = |log: f64| (100.0 * (log.clamp(-3.0, 3.0).exp() - 1.0)).round() as i32;
        let low = percent(self.log_return - Z * self.sd);
        (percent(self.log_return), low, percent(self.log_return + Z * self.sd))
    }
}

impl Model {
    /// Fits the model. The same for the same ads in any order.
    ///
    /// # Errors
    /// [`TooFew`]: under [`MIN_ADS`] ads with money, siblings and at least one known trait.
    pub fn fit(ads: &[PastAd]) -> Result<Model, TooFew> {
        fit::fit(ads)
    }

    /// What is likely of an ad with these traits; `None` where past ads know none of them.
    pub fn predict(&self, traits: &Traits) -> Option<Prediction> {
        let at: Vec<usize> = self
            .levels
            .iter()
            .enumerate()
            .filter(|(_, level)| traits.get(level.factor).is_some_and(|name| name.as_ref() == Some(&level.name)))
            .map(|(index, _)| index)
            .collect();
        if at.is_empty() {
            return None;
        }
        let log_return = at.iter().map(|index| self.levels[*index].effect).sum();
        let shared: f64 = at.iter().flat_map(|i| at.iter().map(move |j| self.covariance[*i][*j])).sum();
        let known: Vec<usize> = at.iter().map(|index| self.levels[*index].factor).collect();
        let unknown: f64 = (0..5).filter(|f| !known.contains(f)).map(|f| self.factor_variance[f]).sum();
        let sd = (shared.max(0.0) + unknown + self.own_variance).sqrt();
        Some(Prediction { log_return, sd, known: at.len(), ads: self.ads })
    }

    /// All levels with their effects.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// How many ads it was fitted on.
    pub fn ads(&self) -> usize {
        self.ads
    }
}

/// Log return of each ad against its siblings, shrunk by [`PRIOR_SALES`]; `None` without money or siblings.
pub fn against_siblings(ads: &[PastAd]) -> Vec<Option<f64>> {
    fit::observed(ads).into_iter().map(|seen| seen.map(|seen| seen.log_return)).collect()
}

/// Spearman's rank correlation, ties at their mean rank; `None` under three pairs or where one side does not vary.
pub fn rank_correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.len() < 3 || pairs.iter().any(|(a, b)| !a.is_finite() || !b.is_finite()) {
        return None;
    }
    let ranks = |values: Vec<f64>| -> Vec<f64> {
        let below = |value: f64| values.iter().filter(|other| **other < value).count() as f64;
        let ties = |value: f64| values.iter().filter(|other| **other == value).count() as f64;
        values.iter().map(|value| below(*value) + (ties(*value) - 1.0) / 2.0).collect()
    };
    let (a, b) = (ranks(pairs.iter().map(|pair| pair.0).collect()), ranks(pairs.iter().map(|pair| pair.1).collect()));
    let mean = (pairs.len() as f64 - 1.0) / 2.0;
    let sum = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - mean) * (y - mean)).sum::<f64>();
    let (aa, bb) = (sum(&a, &a), sum(&b, &b));
    (aa > 0.0 && bb > 0.0).then(|| sum(&a, &b) / (aa * bb).sqrt())
}
