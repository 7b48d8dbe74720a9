//! The state-space model of one series beside one control index, and its likelihood and forecast in one pass.
//!
//! ```text
//! y_t = x_t'beta + b * demand_t + own_t + noise_t        noise AR(1), stationary, variance 1
//! c_t = w_t'beta + demand_t + eps_t                      eps ~ N(0, control_noise^2)
//! demand_t = demand_{t-1} + N(0, demand_drift^2)         own_t = own_{t-1} + N(0, own_drift^2)
//! ```
//! all times one unknown variance, which is integrated out (prior 1/variance), as is `beta` (flat or normal prior): levels, weekday
//! effects, slopes and direct regression on controls are columns of `x` and `w`, so that starting levels are diffuse exactly.
//! A fourth state adds up the weighted forecast over the post period, which gives mean and variance of the *average* effect at once.
//!
//! Source: Durbin & Koopman, *Time Series Analysis by State Space Methods* (2nd ed.), sections 5.7 (augmented Kalman filter) and 6.4
//! (univariate treatment of several observations); de Jong (1991), "The diffuse Kalman filter".

#![allow(clippy::needless_range_loop, reason = "matrix formulas read best by index")]

use crate::linalg::{Matrix, cholesky};

/// Observations and regressors over the pre and post periods, on the model's scale.
#[derive(Debug, Clone, Default)]
pub(super) struct Frame {
    /// Length pre + post; NaN where missing, and throughout the post period.
    pub y: Vec<f64>,
    /// The control index, NaN where missing; empty when there is none.
    pub control: Vec<f64>,
    /// Row-major regressors of `y`, `columns` wide.
    pub x: Vec<f64>,
    /// Row-major regressors of the control index, `columns` wide.
    pub w: Vec<f64>,
    /// The column whose effect on `y` is its effect on the control index times the loading (the slope of the shared demand).
    pub shared: Option<usize>,
    /// Number of regression columns.
    pub columns: usize,
    /// Length of the pre period.
    pub n_pre: usize,
    /// What is known of each coefficient before seeing the data.
    pub priors: Vec<ColumnPrior>,
}

/// Prior of a regression coefficient, in units of the unknown variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ColumnPrior {
    Flat,
    /// Normal with this mean and precision.
    Normal {
        mean: f64,
        precision: f64,
    },
    /// Normal about 0 whose standard deviation is this many times the drift of `own`.
    OwnDrift(f64),
    /// … of the demand shared with the control.
    DemandDrift(f64),
}

/// The unknowns the likelihood is not integrated over in closed form; standard deviations in units of the noise's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Params {
    pub phi: f64,
    pub own_drift: f64,
    pub demand_drift: f64,
    pub control_noise: f64,
    pub loading: f64,
}

/// What one pass of the filter gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Evaluation {
    /// Log marginal likelihood, up to a constant shared by all parameters (and all models with the same flat columns).
    pub log_likelihood: f64,
    /// Location and scale of the Student-t forecast of the weighted average, and its degrees of freedom.
    pub mean: f64,
    pub scale: f64,
    pub df: f64,
    /// Estimated variance of the noise.
    pub sigma2: f64,
}

/// Reused between passes, so that a pass allocates nothing but the small Cholesky factor.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    states: Vec<[f64; 4]>,
    innovations: Vec<f64>,
    cross: Vec<f64>,
}

const DEMAND: usize = 0;
const OWN: usize = 1;
const NOISE: usize = 2;
const SUM: usize = 3;

impl Frame {
    /// Runs the filter. `weights` (length of the post period) say what average is forecast.
    /// `None` when the likelihood does not exist at these parameters.
    pub(super) fn evaluate(&self, params: &Params, weights: &[f64], space: &mut Workspace) -> Option<Evaluation> {
        let k = self.columns;
        let has_control = !self.control.is_empty();
        space.states.clear();
        space.states.resize(k + 1, [0.0; 4]);
        space.innovations.clear();
        space.innovations.resize(k + 1, 0.0);
        // Lower triangle of (E | e)'(E | e) / F; the data is the last column.
        space.cross.clear();
        space.cross.resize((k + 1) * (k + 2) / 2, 0.0);
        let mut p = [[0.0; 4]; 4];
        p[NOISE][NOISE] = 1.0;
        let (demand_var, own_var) = (params.demand_drift.powi(2), params.own_drift.powi(2));
        let noise_var = 1.0 - params.phi * params.phi;
        let control_var = params.control_noise.powi(2);
        let z = [if has_control { params.loading } else { 0.0 }, 1.0, 1.0, 0.0];
        let mut sum_x = vec![0.0; k];
        let (mut log_f, mut count) = (0.0, 0usize);
        let mut row = vec![0.0; k];
        for t in 0..self.y.len() {
            if t > 0 {
                for state in &mut space.states {
                    state[NOISE] *= params.phi;
                }
                for i in 0..4 {
                    p[NOISE][i] *= params.phi;
                    p[i][NOISE] *= params.phi;
                }
                p[DEMAND][DEMAND] += demand_var;
                p[OWN][OWN] += own_var;
                p[NOISE][NOISE] += noise_var;
            }
            if has_control && self.control[t].is_finite() {
                let row = &self.w[t * k..(t + 1) * k];
                log_f += update(space, &mut p, &[1.0, 0.0, 0.0, 0.0], control_var, row, self.control[t])?;
                count += 1;
            }
            row.copy_from_slice(&self.x[t * k..(t + 1) * k]);
            if let Some(shared) = self.shared {
                row[shared] *= params.loading;
            }
            if t < self.n_pre {
                if self.y[t].is_finite() {
                    log_f += update(space, &mut p, &z, 0.0, &row, self.y[t])?;
                    count += 1;
                }
            } else {
                let weight = weights.get(t - self.n_pre).copied().unwrap_or(0.0);
                if weight != 0.0 {
                    accumulate(space, &mut p, &z, weight);
                    for (total, x) in sum_x.iter_mut().zip(&row) {
                        *total += weight * x;
                    }
                }
            }
        }
        self.solve(params, space, &sum_x, p[SUM][SUM], log_f, count)
    }

    /// Generalised least squares for the regression columns, and the forecast.
    fn solve(
        &self,
        params: &Params,
        space: &Workspace,
        sum_x: &[f64],
        state_var: f64,
        log_f: f64,
        count: usize,
    ) -> Option<Evaluation> {
        let k = self.columns;
        let mut s = Matrix::zeros(k, k);
        let at = |i: usize, j: usize| space.cross[i * (i + 1) / 2 + j];
        for i in 0..k {
            for j in 0..=i {
                s[(i, j)] = at(i, j);
            }
        }
        let mut right: Vec<f64> = (0..k).map(|j| at(k, j)).collect();
        let mut squares = at(k, k);
        let (mut flat, mut log_prior) = (0usize, 0.0);
        for (j, prior) in self.priors.iter().enumerate() {
            let (mean, precision) = match *prior {
                ColumnPrior::Flat => {
                    flat += 1;
                    continue;
                }
                ColumnPrior::Normal { mean, precision } => (mean, precision),
                ColumnPrior::OwnDrift(share) => (0.0, (share * params.own_drift).powi(-2)),
                ColumnPrior::DemandDrift(share) => (0.0, (share * params.demand_drift).powi(-2)),
            };
            s[(j, j)] += precision;
            right[j] += precision * mean;
            squares += precision * mean * mean;
            log_prior += precision.ln();
        }
        let chol = cholesky(&s).ok()?;
        let half = chol.solve_lower(&right);
        let rss = squares - half.iter().map(|v| v * v).sum::<f64>();
        let df = count.checked_sub(flat).filter(|df| *df >= 3)? as f64;
        if !(rss > 0.0) {
            return None;
        }
        let sigma2 = rss / df;
        let log_likelihood = -0.5 * (log_f + chol.log_det() - log_prior + df * rss.ln());
        let v: Vec<f64> = (0..k).map(|j| sum_x[j] - space.states[j][SUM]).collect();
        let half_v = chol.solve_lower(&v);
        let mean = space.states[k][SUM] + half_v.iter().zip(&half).map(|(a, b)| a * b).sum::<f64>();
        let variance = state_var + half_v.iter().map(|a| a * a).sum::<f64>();
        let scale = (sigma2 * variance).max(0.0).sqrt();
        (log_likelihood.is_finite() && mean.is_finite() && scale.is_finite()).then_some(Evaluation {
            log_likelihood,
            mean,
            scale,
            df,
            sigma2,
        })
    }
}

/// One scalar observation, for the data and every regression column at once. Returns the log of the innovation variance.
fn update(
    space: &mut Workspace,
    p: &mut [[f64; 4]; 4],
    z: &[f64; 4],
    variance: f64,
    row: &[f64],
    value: f64,
) -> Option<f64> {
    let k = row.len();
    let mut pz = [0.0; 4];
    for i in 0..4 {
        pz[i] = p[i][0] * z[0] + p[i][1] * z[1] + p[i][2] * z[2];
    }
    let f = z[0] * pz[0] + z[1] * pz[1] + z[2] * pz[2] + variance;
    if !(f > 1e-12) {
        return None;
    }
    let gain = pz.map(|v| v / f);
    for j in 0..=k {
        let observed = if j < k { row[j] } else { value };
        let a = &mut space.states[j];
        let e = observed - (z[0] * a[0] + z[1] * a[1] + z[2] * a[2]);
        space.innovations[j] = e;
        for (state, g) in a.iter_mut().zip(&gain) {
            *state += g * e;
        }
    }
    for i in 0..4 {
        for j in 0..4 {
            p[i][j] -= gain[i] * pz[j];
        }
    }
    let weight = 1.0 / f;
    let mut at = 0;
    for i in 0..=k {
        let scaled = weight * space.innovations[i];
        let width = i + 1;
        for (total, e) in space.cross[at..at + width].iter_mut().zip(&space.innovations[..width]) {
            *total += scaled * e;
        }
        at += width;
    }
    Some(f.ln())
}

/// Adds `weight * z'state` to the running sum.
fn accumulate(space: &mut Workspace, p: &mut [[f64; 4]; 4], z: &[f64; 4], weight: f64) {
    for a in &mut space.states {
        a[SUM] += weight * (z[0] * a[0] + z[1] * a[1] + z[2] * a[2]);
    }
    let mut pz = [0.0; 4];
    for (i, row) in p.iter().enumerate() {
        pz[i] = weight * (row[0] * z[0] + row[1] * z[1] + row[2] * z[2]);
    }
    let zpz = weight * (z[0] * pz[0] + z[1] * pz[1] + z[2] * pz[2]);
    let to_sum = pz[SUM];
    for i in 0..3 {
        p[SUM][i] += pz[i];
        p[i][SUM] = p[SUM][i];
    }
    p[SUM][SUM] += 2.0 * to_sum + zpz;
}
