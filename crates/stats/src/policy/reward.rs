//! A reward model for the direct and the doubly robust estimate: what all actions share first, then what each action
//! adds to it, shrunk towards nothing where an action was seldom taken.

use super::PolicyError;
use crate::linalg::{Matrix, solve_spd};

/// Ridge on what an action adds to the shared intercept, in units of rows.
const PENALTY_LEVEL: f64 = 1.0;
/// Ridge on what an action adds to the shared slopes.
const PENALTY_SLOPE: f64 = 3.0;
/// Ridge on the shared slopes, only to keep columns that repeat each other apart.
const PENALTY_SHARED: f64 = 0.1;

/// Data of the model; contexts are best of mean 0 and variance 1 per column, or 0/1.
#[derive(Debug, Clone, Copy)]
pub struct RewardData<'a> {
    /// Row after row, `columns` values each.
    pub contexts: &'a [f64],
    /// Values of a context.
    pub columns: usize,
    /// Action taken in each row, below `actions`.
    pub taken: &'a [usize],
    /// Number of actions.
    pub actions: usize,
    /// Reward of each row. Where all are 0 or 1 the model is logistic, otherwise linear.
    pub rewards: &'a [f64],
}

impl RewardData<'_> {
    fn context(&self, row: usize) -> &[f64] {
        &self.contexts[row * self.columns..(row + 1) * self.columns]
    }
}

struct Model {
    is_binary: bool,
    /// Intercept and slopes.
    shared: Vec<f64>,
    /// The same per action, on top of the shared ones.
    own: Vec<Vec<f64>>,
}

/// Cross-fitted expectations: for each row, of the action taken and of the target policy, by a model that has not seen
/// the row (row i is in fold i mod `folds`). `target(row, action)` is the target policy's chance.
///
/// # Errors
/// Lengths differ, an action is out of range, or the normal equations cannot be solved.
pub fn cross_fit(
    data: &RewardData<'_>,
    folds: usize,
    target: impl Fn(usize, usize) -> f64,
) -> Result<(Vec<f64>, Vec<f64>), PolicyError> {
    let rows = data.rewards.len();
    if rows < 2 {
        return Err(PolicyError::TooFew(rows));
    }
    for (name, values) in [("action", data.taken.len()), ("context", data.contexts.len() / data.columns.max(1))] {
        if values != rows && !(name == "context" && data.columns == 0) {
            return Err(PolicyError::Length { name, rows, values });
        }
    }
    if let Some(row) = data.taken.iter().position(|&action| action >= data.actions) {
        let value = data.taken[row] as f64;
        return Err(PolicyError::Value {
            row: row + 1,
            name: "action",
            value,
            want: "it must be below the number of actions",
        });
    }
    let folds = folds.clamp(2, rows);
    let (mut of_logged, mut of_target) = (vec![0.0; rows], vec![0.0; rows]);
    for fold in 0..folds {
        let seen: Vec<usize> = (0..rows).filter(|row| row % folds != fold).collect();
        let model = Model::fit(data, &seen)?;
        for row in (fold..rows).step_by(folds) {
            let context = data.context(row);
            let shared = model.score(&model.shared, context);
            let expect = |action: usize| model.mean(shared + model.score(&model.own[action], context));
            of_logged[row] = expect(data.taken[row]);
            of_target[row] = (0..data.actions)
                .map(|action| match target(row, action) {
                    0.0 => 0.0,
                    chance => chance * expect(action),
                })
                .sum();
        }
    }
    Ok((of_logged, of_target))
}

impl Model {
    fn fit(data: &RewardData<'_>, rows: &[usize]) -> Result<Model, PolicyError> {
        let is_binary = data.rewards.iter().all(|&reward| reward == 0.0 || reward == 1.0);
        let width = data.columns + 1;
        let mut penalty = vec![PENALTY_SHARED; width];
        // Half a row of shrinkage keeps an action without any reward finite.
        penalty[0] = if is_binary { 1e-3 } else { 1e-9 };
        let shared = regress(data, rows, &vec![0.0; rows.len()], &penalty, is_binary)?;
        let mut model = Model { is_binary, shared, own: vec![vec![0.0; width]; data.actions] };
        penalty = vec![PENALTY_SLOPE; width];
        penalty[0] = PENALTY_LEVEL;
        let mut by_action = vec![Vec::new(); data.actions];
        for &row in rows {
            by_action[data.taken[row]].push(row);
        }
        for (action, mine) in by_action.iter().enumerate() {
            if mine.is_empty() {
                continue;
            }
            let offsets: Vec<f64> = mine.iter().map(|&row| model.score(&model.shared, data.context(row))).collect();
            model.own[action] = regress(data, mine, &offsets, &penalty, is_binary)?;
        }
        Ok(model)
    }

    fn score(&self, beta: &[f64], context: &[f64]) -> f64 {
        beta[0] + beta[1..].iter().zip(context).map(|(b, x)| b * x).sum::<f64>()
    }

    fn mean(&self, score: f64) -> f64 {
        if self.is_binary { 1.0 / (1.0 + (-score).exp()) } else { score }
    }
}

/// Penalised regression of reward on context with an offset: least squares, or logistic by iteratively reweighted least
/// squares.
fn regress(
    data: &RewardData<'_>,
    rows: &[usize],
    offsets: &[f64],
    penalty: &[f64],
    is_binary: bool,
) -> Result<Vec<f64>, PolicyError> {
    let width = data.columns + 1;
    let mut beta = vec![0.0; width];
    let mut x = vec![1.0; width];
    for _ in 0..if is_binary { 12 } else { 1 } {
        let mut left = Matrix::zeros(width, width);
        let mut right = vec![0.0; width];
        for (&row, offset) in rows.iter().zip(offsets) {
            x[1..].copy_from_slice(data.context(row));
            let score = offset + beta.iter().zip(&x).map(|(b, x)| b * x).sum::<f64>();
            let (mean, weight) = if is_binary {
                let mean = 1.0 / (1.0 + (-score).exp());
                (mean, (mean * (1.0 - mean)).max(1e-9))
            } else {
                (score, 1.0)
            };
            let residual = data.rewards[row] - mean;
            for i in 0..width {
                right[i] += x[i] * residual;
                let wx = weight * x[i];
                for j in 0..=i {
                    left[(i, j)] += wx * x[j];
                }
            }
        }
        for i in 0..width {
            left[(i, i)] += penalty[i] + 1e-9;
            right[i] -= penalty[i] * beta[i];
        }
        let mut step = solve_spd(&left, &right)?;
        let longest = step.iter().fold(0.0_f64, |longest, s| longest.max(s.abs()));
        // Far from the maximum a logistic Newton step overshoots.
        if is_binary && longest > 3.0 {
            step.iter_mut().for_each(|s| *s *= 3.0 / longest);
        }
        beta.iter_mut().zip(&step).for_each(|(b, s)| *b += s);
        if longest < 1e-6 {
            break;
        }
    }
    Ok(beta)
}
