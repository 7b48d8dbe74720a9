//! Fitting a purchase model to a customer base.

use super::{
    base::{Base, CustomerError},
    dropout::{self, Dropout},
    forecast::Model,
    newton::{Optimum, from_any},
    pareto::{self, Pareto},
};

/// Which model to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// BG/CNBD-k without dropout at the first purchase, or MBG/CNBD-k with it. BG/NBD is `k = 1, modified = false`.
    Dropout {
        /// Every `k`-th hidden event is a purchase.
        k: u32,
        /// Whether a customer may leave after the first purchase.
        modified: bool,
    },
    /// Pareto/NBD.
    Pareto,
}

impl Kind {
    /// BG/NBD.
    pub const BG_NBD: Kind = Kind::Dropout { k: 1, modified: false };
}

/// A parameter with its uncertainty: standard error by the delta method from the observed information in the
/// logarithm, and the 95 % interval that is symmetric in the logarithm. None where the likelihood has no maximum inside
/// the bounds, so that the data do not pin the parameter down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Param {
    /// Its usual name.
    pub name: &'static str,
    /// Maximum-likelihood estimate.
    pub value: f64,
    /// Standard error.
    pub se: Option<f64>,
    /// 95 % interval.
    pub interval: Option<(f64, f64)>,
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// What was fitted.
    pub kind: Kind,
    /// The model with its parameters.
    pub model: Model,
    /// The parameters with their uncertainty.
    pub params: Vec<Param>,
    /// Log-likelihood at the maximum, as the papers give it.
    pub log_likelihood: f64,
    /// Customers it was fitted to.
    pub customers: u64,
    /// Whether a maximum was found; otherwise the parameters are the best of a likelihood that keeps rising (say,
    /// because nobody ever seems to leave) and have no standard errors. Forecasts are still usable.
    pub converged: bool,
    /// Newton steps taken.
    pub steps: usize,
    pub(super) cov_log: Option<[[f64; 4]; 4]>,
}

/// Fits a model by maximum likelihood.
///
/// # Errors
/// `k` outside of 1 … 64. A [`Base`] that could be made can be fitted; see [`Fit::converged`].
pub fn fit(base: &Base, kind: Kind) -> Result<Fit, CustomerError> {
    // Purchases per unit of time over all customers set the scale, so that days and weeks take the same path.
    let time = base.exposure() / (base.repeats() as f64).max(1.0);
    let scale = base.customers() as f64;
    let (names, best, model) = match kind {
        Kind::Dropout { k, modified } => {
            if !(1..=64).contains(&k) {
                return Err(CustomerError::Argument { name: "k", value: f64::from(k), want: "it must be 1 to 64" });
            }
            let kf = f64::from(k);
            let starts = [[0.5, 0.25 * time, 0.7, 2.0], [kf, time, 1.0, 1.0], [2.0, 0.5 * time, 0.2, 3.0]];
            let best = from_any(&starts, scale, |params| dropout::likelihood(base, k, modified, params));
            let [r, alpha, a, b] = best.params;
            (["r", "alpha", "a", "b"], best, Model::Dropout(Dropout { r, alpha, a, b, k, modified }))
        }
        Kind::Pareto => {
            let starts = [[0.5, 0.4 * time, 0.6, 0.4 * time], [1.0, time, 1.0, time], [2.0, time, 0.3, 4.0 * time]];
            let best = from_any(&starts, scale, |params| pareto::likelihood(base, params));
            let [r, alpha, s, beta] = best.params;
            (["r", "alpha", "s", "beta"], best, Model::Pareto(Pareto { r, alpha, s, beta }))
        }
    };
    Ok(Fit {
        kind,
        model,
        params: params_of(names, &best),
        log_likelihood: best.value,
        customers: base.customers(),
        converged: best.cov_log.is_some(),
        steps: best.steps,
        cov_log: best.cov_log,
    })
}

/// Fits k = 1 … `largest_k` and keeps the likeliest; the number of parameters is the same for all, so the likelihoods
/// compare as they are. Stops at the first k that is worse than the one before it (Reutterer, Platzer & Schröder 2021).
///
/// # Errors
/// As [`fit`].
pub fn fit_best_k(base: &Base, modified: bool, largest_k: u32) -> Result<Fit, CustomerError> {
    let mut best = fit(base, Kind::Dropout { k: 1, modified })?;
    for k in 2..=largest_k {
        let next = fit(base, Kind::Dropout { k, modified })?;
        if next.log_likelihood.is_nan() || next.log_likelihood <= best.log_likelihood {
            break;
        }
        best = next;
    }
    Ok(best)
}

/// Estimates with standard errors.
pub(super) fn params_of<const N: usize>(names: [&'static str; N], best: &Optimum<N>) -> Vec<Param> {
    (0..N)
        .map(|i| {
            let value = best.params[i];
            let se_log = best.cov_log.map(|cov| cov[i][i].sqrt()).filter(|se| se.is_finite());
            let interval = se_log.map(|se| (value * (-1.959_964 * se).exp(), value * (1.959_964 * se).exp()));
            Param { name: names[i], value, se: se_log.map(|se| se * value), interval }
        })
        .collect()
}
