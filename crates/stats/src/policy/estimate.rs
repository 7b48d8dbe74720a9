//! The estimators.

use super::{Estimate, PolicyError, interval::mean_interval};

/// What was logged: one entry per row in each slice.
#[derive(Debug, Clone, Copy)]
pub struct Logged<'a> {
    /// Reward of the action taken, in any unit.
    pub rewards: &'a [f64],
    /// Chance with which the logging policy took it, above 0 and at most 1.
    pub propensities: &'a [f64],
    /// Chance with which the target policy takes the same action in the same context, 0 to 1.
    pub target: &'a [f64],
}

/// What a reward model says, fitted without the row itself ([`super::cross_fit`]).
#[derive(Debug, Clone, Copy)]
pub struct Modelled<'a> {
    /// Expected reward of the logged action in each row's context.
    pub of_logged: &'a [f64],
    /// Expected reward in each row's context when the target policy chooses.
    pub of_target: &'a [f64],
}

/// Values of the target policy by all estimators.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Rows.
    pub rows: usize,
    /// Mean reward of the log as it was: what the logging policy earned.
    pub logged: Estimate,
    /// Inverse propensity weighting.
    pub ipw: Estimate,
    /// Self-normalised inverse propensity weighting.
    pub snipw: Estimate,
    /// Direct method, if there is a model. Its interval is for the sampling of contexts only: it leaves out the model's
    /// own error and covers far less than it says.
    pub dm: Option<Estimate>,
    /// Doubly robust, if there is a model.
    pub dr: Option<Estimate>,
    /// Target minus logging policy on the same rows: by DR if there is a model, else by SNIPW.
    pub gain: Estimate,
    /// Rows that the weights leave: (Σw)²/Σw².
    pub effective_rows: f64,
    /// Largest weight.
    pub max_weight: f64,
    /// Mean weight: 1 where the target policy takes nothing that the logging policy could not.
    pub mean_weight: f64,
}

/// Evaluates the target policy; intervals at 1 − `alpha`.
///
/// # Errors
/// Slices differ in length, values cannot be, fewer than two rows, or no logged action has a chance under the target.
pub fn evaluate(log: &Logged<'_>, model: Option<&Modelled<'_>>, alpha: f64) -> Result<Evaluation, PolicyError> {
    if !(alpha > 0.0 && alpha < 1.0) {
        return Err(PolicyError::Alpha(alpha));
    }
    check(log, model)?;
    let rows = log.rewards.len();
    let weights: Vec<f64> = log.target.iter().zip(log.propensities).map(|(target, p)| target / p).collect();
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return Err(PolicyError::NoOverlap);
    }
    let n = rows as f64;
    let mean_weight = total / n;
    let weighted: Vec<f64> = weights.iter().zip(log.rewards).map(|(w, r)| w * r).collect();
    let ipw = mean_interval(&weighted, alpha);
    // Linearised ratio: its mean is the ratio itself, its spread that of the ratio.
    let ratio = ipw.value / mean_weight;
    let steadied: Vec<f64> =
        weights.iter().zip(log.rewards).map(|(w, r)| ratio + w * (r - ratio) / mean_weight).collect();
    let snipw = mean_interval(&steadied, alpha);
    let robust: Option<Vec<f64>> = model.map(|model| {
        (0..rows).map(|i| model.of_target[i] + weights[i] * (log.rewards[i] - model.of_logged[i])).collect()
    });
    let best = robust.as_ref().unwrap_or(&steadied);
    let gains: Vec<f64> = best.iter().zip(log.rewards).map(|(value, reward)| value - reward).collect();
    Ok(Evaluation {
        rows,
        logged: mean_interval(log.rewards, alpha),
        ipw,
        snipw,
        dm: model.map(|model| mean_interval(model.of_target, alpha)),
        dr: robust.as_ref().map(|values| mean_interval(values, alpha)),
        gain: mean_interval(&gains, alpha),
        effective_rows: total * total / weights.iter().map(|w| w * w).sum::<f64>(),
        max_weight: weights.iter().fold(0.0, |largest, w| largest.max(*w)),
        mean_weight,
    })
}

fn check(log: &Logged<'_>, model: Option<&Modelled<'_>>) -> Result<(), PolicyError> {
    let rows = log.rewards.len();
    if rows < 2 {
        return Err(PolicyError::TooFew(rows));
    }
    let mut columns = vec![("propensity", log.propensities), ("target", log.target)];
    if let Some(model) = model {
        columns.extend([("modelled reward", model.of_logged), ("modelled target reward", model.of_target)]);
    }
    for (name, values) in &columns {
        if values.len() != rows {
            return Err(PolicyError::Length { name, rows, values: values.len() });
        }
    }
    let bad = |row: usize, name, value, want| Err(PolicyError::Value { row: row + 1, name, value, want });
    for row in 0..rows {
        let (p, target, reward) = (log.propensities[row], log.target[row], log.rewards[row]);
        if !reward.is_finite() {
            return bad(row, "reward", reward, "it must be a number");
        }
        if !(p > 0.0 && p <= 1.0) {
            return bad(row, "propensity", p, "the action was taken, so its chance is above 0 and at most 1");
        }
        // A little over 1 is rounding in the file.
        if !(0.0..=1.0 + 1e-6).contains(&target) {
            return bad(row, "target", target, "a chance is between 0 and 1");
        }
    }
    for (name, values) in &columns[2..] {
        if let Some(row) = values.iter().position(|value| !value.is_finite()) {
            return bad(row, name, values[row], "the model must give a number for every row");
        }
    }
    Ok(())
}
