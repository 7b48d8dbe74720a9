//! From a series and its controls to a [`Frame`], the priors of its unknowns, and the forecast of the post period's average.

use super::filter::{ColumnPrior, Evaluation, Frame, Params, Workspace};
use super::mixture::{Mixture, Part};
use super::sample::{Explored, Mode, Posterior, explore, find_mode};
use super::{Priors, Scale};
use crate::linalg::{Matrix, ridge};

/// What the model works on: already checked, `y` NaN in missing days.
#[derive(Debug, Clone, Copy)]
pub(super) struct Problem<'a> {
    pub y: &'a [f64],
    pub controls: &'a [Vec<f64>],
    pub n_pre: usize,
    pub season: Option<usize>,
}

/// The forecast of what the average of the post period would have been.
#[derive(Debug, Clone)]
pub(super) struct Forecast {
    /// Of the weighted average on the model's scale.
    pub mixture: Mixture,
    /// Best single value on the model's scale: the median, or the likeliest model's mean where a steady one stands beside.
    pub point: f64,
    /// From the model's scale back: `exp(a + offset)` when log, else `offset + unit * a`.
    pub log: bool,
    pub offset: f64,
    pub unit: f64,
    /// Per post day, on the original scale: median, standard deviation on the model's scale.
    pub days: Vec<(f64, f64)>,
    /// Whether controls act day by day, as a share of the evidence.
    pub direct: f64,
    /// Worth of the weighted draws, as a number of equally weighted ones (the smaller of the two models').
    pub effective: f64,
}

impl Forecast {
    /// A value of the model's scale on the original scale.
    pub(super) fn back(&self, a: f64) -> f64 {
        if self.log { (a + self.offset).exp() } else { self.offset + self.unit * a }
    }

    /// A value of the original scale on the model's; −∞ for what a logarithm does not have.
    pub(super) fn forth(&self, value: f64) -> f64 {
        match (self.log, value > 0.0) {
            (true, true) => value.ln() - self.offset,
            (true, false) => f64::NEG_INFINITY,
            (false, _) => (value - self.offset) / self.unit,
        }
    }
}

/// Whether all known values are far enough above 0 for a logarithm: positive, the smallest at least a twentieth of the median.
pub(super) fn suits_log(values: &[f64]) -> bool {
    let mut known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    known.sort_by(f64::total_cmp);
    match (known.first(), known.get(known.len() / 2)) {
        (Some(first), Some(middle)) => *first > 0.0 && *first >= 0.05 * middle,
        _ => false,
    }
}

/// Mean and standard deviation of the known values.
fn moments(values: &[f64]) -> (f64, f64) {
    let known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let n = known.len().max(1) as f64;
    let mean = known.iter().sum::<f64>() / n;
    let variance = known.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    (mean, variance.sqrt())
}

/// Fits the model and forecasts. `None` when it has no likelihood anywhere (constant series).
pub(super) fn forecast(problem: &Problem, priors: &Priors, scale: Scale, draws: usize) -> Option<Forecast> {
    let n_pre = problem.n_pre;
    let log = match scale {
        Scale::Log => true,
        Scale::Linear => false,
        Scale::Auto => suits_log(problem.y),
    };
    let (centre, unit) = if log { (0.0, 1.0) } else { moments(&problem.y[..n_pre]) };
    if !(unit > 0.0) {
        return None;
    }
    let mut y: Vec<f64> = problem.y.iter().map(|v| if log { v.ln() } else { (v - centre) / unit }).collect();
    let known: Vec<bool> = problem.y[n_pre..].iter().map(|v| v.is_finite()).collect();
    y[n_pre..].fill(f64::NAN);
    let controls: Vec<Vec<f64>> = problem.controls.iter().map(|c| control_scale(c, n_pre, log)).collect();
    let index = control_index(&y[..n_pre], &controls);
    let direct: Vec<&Vec<f64>> = controls.iter().filter(|c| c.iter().all(|v| v.is_finite())).take(MAX_DIRECT).collect();

    let mut space = Workspace::default();
    let equal: Vec<f64> = known.iter().map(|k| f64::from(u8::from(*k))).collect();
    // Revenue drifts; other series (those a logarithm does not suit) may as well be steady, so that model is averaged in.
    let beside = !log && priors.steady_beside;
    let main = Priors { starts_at_first: priors.starts_at_first || beside, ..*priors };
    let mut models: Vec<Model> = Vec::new();
    for priors in std::iter::once(main).chain(beside.then(Priors::causal_impact)) {
        for columns in [&[][..], &direct[..]] {
            let within = within_season(&y[..n_pre], problem.season.unwrap_or(1).max(1));
            let unknowns = Unknowns::new(&priors, !index.is_empty(), within);
            let frame = frame(&y, &index, columns, n_pre, problem.season, &priors);
            let (start, spread) = unknowns.start();
            let mut posterior = Target { frame: &frame, weights: &equal, unknowns: &unknowns, space: &mut space };
            if let Some(mode) = find_mode(&mut posterior, &start, &spread) {
                models.push(Model {
                    frame,
                    unknowns,
                    mode,
                    direct: !columns.is_empty(),
                    steady: priors.drift_of_total,
                });
            }
            if direct.is_empty() {
                break;
            }
        }
    }
    // Day by day at the best model's mode.
    let best = models.iter().max_by(|a, b| a.mode.top.total_cmp(&b.mode.top))?;
    let at = best.unknowns.params(&best.mode.theta);
    let mut days = Vec::with_capacity(known.len());
    for i in 0..known.len() {
        let mut only = vec![0.0; known.len()];
        only[i] = 1.0;
        let day = best.frame.evaluate(&at, &only, &mut space)?;
        days.push((day.mean, day.scale));
    }
    // On the log scale the average of exponentials is the exponential of an average weighted by level.
    let mut weights: Vec<f64> = days
        .iter()
        .zip(&equal)
        .map(|((m, s), known)| if log { known * (m - days[0].0 + 0.5 * s * s).exp() } else { *known })
        .collect();
    let sum: f64 = weights.iter().sum();
    if !(sum > 0.0 && sum.is_finite()) {
        return None;
    }
    weights.iter_mut().for_each(|w| *w /= sum);
    let (offset, unit) = if log {
        let all = best.frame.evaluate(&at, &weights, &mut space)?;
        let expected = days[0].0 + (sum / equal.iter().sum::<f64>()).ln();
        (expected - all.mean - 0.5 * all.scale.powi(2), 1.0)
    } else {
        (centre, unit)
    };
    let mut explored: Vec<Explored> = Vec::new();
    for model in &models {
        let (frame, unknowns) = (&model.frame, &model.unknowns);
        let mut posterior = Target { frame, weights: &weights, unknowns, space: &mut space };
        explored.push(explore(&mut posterior, &model.mode, draws)?);
    }
    let top = explored.iter().map(|e| e.log_evidence).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = explored.iter().map(|e| (e.log_evidence - top).exp()).sum();
    let mut parts = Vec::new();
    let (mut direct_share, mut likeliest, mut preferred) = (0.0, None, f64::NEG_INFINITY);
    for (model, explored) in models.iter().zip(&explored) {
        let share = (explored.log_evidence - top).exp() / total;
        direct_share += if model.direct { share } else { 0.0 };
        let credit = if model.steady { BARE_MENTION.ln() } else { 0.0 };
        if explored.log_evidence + credit > preferred {
            preferred = explored.log_evidence + credit;
            likeliest = Some(explored.draws.iter().map(|d| d.weight * d.at.mean).sum());
        }
        parts.extend(explored.draws.iter().filter(|d| share * d.weight > 1e-6).map(|d| Part {
            weight: share * d.weight,
            mean: d.at.mean,
            scale: d.at.scale,
            df: d.at.df,
        }));
    }
    let kept: f64 = parts.iter().map(|p| p.weight).sum();
    parts.iter_mut().for_each(|p| p.weight /= kept);
    let mixture = Mixture(parts);
    let effective = explored.iter().map(|e| e.effective).fold(f64::INFINITY, f64::min);
    let days = days.into_iter().map(|(m, s)| if log { (m.exp(), s) } else { (centre + unit * m, s) }).collect();
    let point = if beside { likeliest? } else { mixture.quantile(0.5) };
    Some(Forecast { mixture, point, log, offset, unit, days, direct: direct_share, effective })
}

/// One of the models that are averaged.
struct Model {
    frame: Frame,
    unknowns: Unknowns,
    mode: Mode,
    /// Whether controls act day by day.
    direct: bool,
    /// Whether it is the steady model.
    steady: bool,
}

/// Evidence for drift below this factor is "not worth more than a bare mention" (Kass & Raftery 1995, table in section 3.2): the point
/// estimate is the steady model's.
const BARE_MENTION: f64 = 3.2;
/// At most so many controls get a coefficient of their own.
const MAX_DIRECT: usize = 10;
/// Precision of a weekday effect: a standard deviation of 100 of the noise's.
const SEASON_PRECISION: f64 = 1e-4;

/// A control on the model's scale: its logarithm when both it and the series suit one, else standardised over the pre period.
fn control_scale(control: &[f64], n_pre: usize, log: bool) -> Vec<f64> {
    if log && suits_log(control) {
        let logs: Vec<f64> = control.iter().map(|v| v.ln()).collect();
        let (mean, _) = moments(&logs[..n_pre]);
        return logs.iter().map(|v| v - mean).collect();
    }
    let (mean, sd) = moments(&control[..n_pre]);
    let sd = if sd > 0.0 { sd } else { 1.0 };
    control.iter().map(|v| (v - mean) / sd).collect()
}

/// One index of several controls: weighted by a ridge, towards equal weights, of weekly changes on weekly changes, where common
/// demand shows and spurious agreement of wandering levels does not.
fn control_index(y: &[f64], controls: &[Vec<f64>]) -> Vec<f64> {
    match controls {
        [] => Vec::new(),
        [one] => one.clone(),
        many => {
            let k = many.len() as f64;
            let changes: Vec<Vec<f64>> = many.iter().map(|c| weekly_changes(&c[..y.len()])).collect();
            let target = weekly_changes(y);
            let mut rows = Vec::new();
            let mut rest = Vec::new();
            for (i, value) in target.iter().enumerate() {
                let row: Vec<f64> = changes.iter().map(|c| c[i]).collect();
                if value.is_finite() && row.iter().all(|v| v.is_finite()) {
                    rest.push(value - row.iter().sum::<f64>() / k);
                    rows.push(row);
                }
            }
            let mut weights = vec![1.0 / k; many.len()];
            if let Ok(x) = Matrix::from_rows(&rows)
                && let Ok(gram) = x.gram(None)
            {
                // Overlapping weeks: a seventh as many independent rows, hence the heavier penalty.
                let penalty = vec![(0..many.len()).map(|j| gram[(j, j)]).sum::<f64>() / k; many.len()];
                if let Ok(fit) = ridge(&x, &rest, &penalty) {
                    for (w, more) in weights.iter_mut().zip(&fit.coefficients) {
                        *w = (*w + more).max(0.0);
                    }
                }
            }
            let sum: f64 = weights.iter().sum();
            if !(sum > 0.0) {
                weights.fill(1.0 / k);
            } else {
                weights.iter_mut().for_each(|w| *w /= sum);
            }
            (0..many[0].len()).map(|t| many.iter().zip(&weights).map(|(c, w)| c[t] * w).sum()).collect()
        }
    }
}

/// Variance about the averages of the days of the season, as a share of the variance.
fn within_season(y: &[f64], period: usize) -> f64 {
    let squares = |values: &[f64]| {
        let n = values.iter().filter(|v| v.is_finite()).count() as f64;
        moments(values).1.powi(2) * (n - 1.0).max(0.0)
    };
    let within: f64 =
        (0..period).map(|j| squares(&y.iter().skip(j).step_by(period).copied().collect::<Vec<f64>>())).sum();
    (within / squares(y)).clamp(1e-4, 1.0)
}

fn weekly_changes(values: &[f64]) -> Vec<f64> {
    (14..=values.len())
        .map(|end| {
            let mean = |part: &[f64]| {
                let known: Vec<f64> = part.iter().copied().filter(|v| v.is_finite()).collect();
                known.iter().sum::<f64>() / known.len() as f64
            };
            mean(&values[end - 7..end]) - mean(&values[end - 14..end - 7])
        })
        .collect()
}

fn frame(
    y: &[f64],
    index: &[f64],
    direct: &[&Vec<f64>],
    n_pre: usize,
    season: Option<usize>,
    priors: &Priors,
) -> Frame {
    let n = y.len();
    let period = season.unwrap_or(1).max(1);
    let two = !index.is_empty();
    let series = 1 + usize::from(two);
    let columns = series * period + direct.len() + if priors.slope > 0.0 { series } else { 0 };
    let mut out = Frame {
        y: y.to_vec(),
        control: index.to_vec(),
        x: vec![0.0; n * columns],
        w: vec![0.0; n * columns],
        shared: None,
        columns,
        n_pre,
        priors: Vec::with_capacity(columns),
    };
    for s in 0..series {
        for j in 0..period {
            let c = out.priors.len();
            for t in 0..n {
                let value = if j == 0 {
                    1.0
                } else {
                    f64::from(u8::from(t % period == j)) - f64::from(u8::from(t % period == 0))
                };
                if s == 0 { out.x[t * columns + c] = value } else { out.w[t * columns + c] = value }
            }
            out.priors.push(match (j, s, priors.starts_at_first) {
                // A standard deviation of the series' own; precisions are in units of the noise's variance.
                (0, 0, true) => ColumnPrior::Normal { mean: y[0], precision: within_season(&y[..n_pre], period) },
                (0, ..) => ColumnPrior::Flat,
                _ => ColumnPrior::Normal { mean: 0.0, precision: SEASON_PRECISION },
            });
        }
        if priors.slope > 0.0 {
            let c = out.priors.len();
            for t in 0..n {
                let value = t as f64 - n_pre as f64;
                out.x[t * columns + c] = value;
                if s == 1 {
                    out.w[t * columns + c] = value;
                }
            }
            out.priors.push(if s == 0 {
                ColumnPrior::OwnDrift(priors.slope)
            } else {
                ColumnPrior::DemandDrift(priors.slope)
            });
            if s == 1 {
                out.shared = Some(c);
            }
        }
    }
    for control in direct {
        let c = out.priors.len();
        for t in 0..n {
            out.x[t * columns + c] = control[t];
        }
        // Unit information: the prior is worth one day of data (Kass & Wasserman 1995).
        let (_, sd) = moments(&control[..n_pre]);
        out.priors.push(ColumnPrior::Normal { mean: 0.0, precision: (sd * sd).max(1e-12) });
    }
    out
}

/// Which parameters are unknown, and their priors.
struct Unknowns {
    phi: Option<super::Prior>,
    rest: Vec<super::Prior>,
    /// Sum of the priors' logarithmic constants, so that models with different priors can be compared.
    constant: f64,
}

impl Unknowns {
    fn new(priors: &Priors, control: bool, within: f64) -> Self {
        let mut rest = vec![if control { priors.own_drift } else { priors.own_drift_alone }];
        if priors.drift_of_total {
            rest[0].centre -= 0.5 * within.ln();
        }
        if control {
            rest.extend([priors.demand_drift, priors.control_noise, priors.loading]);
        }
        let constant = rest.iter().chain(priors.phi.iter()).map(super::Prior::log_constant).sum();
        Self { phi: priors.phi, rest, constant }
    }

    fn all(&self) -> impl Iterator<Item = &super::Prior> {
        self.rest.iter().chain(self.phi.iter())
    }

    fn start(&self) -> (Vec<f64>, Vec<f64>) {
        (self.all().map(|p| p.centre).collect(), self.all().map(|p| p.spread).collect())
    }

    fn params(&self, theta: &[f64]) -> Params {
        let at = |i: usize| theta.get(i).copied();
        let control = self.rest.len() > 1;
        let sd = |i: usize| at(i).map_or(0.0, |v| v.clamp(-12.0, 6.0).exp());
        Params {
            own_drift: sd(0),
            demand_drift: if control { sd(1) } else { 0.0 },
            control_noise: if control { sd(2) } else { 0.0 },
            loading: if control { at(3).unwrap_or(0.0) } else { 0.0 },
            phi: if self.phi.is_some() { at(self.rest.len()).unwrap_or(0.0).tanh().clamp(-0.98, 0.98) } else { 0.0 },
        }
    }

    fn log_prior(&self, theta: &[f64]) -> f64 {
        self.constant + self.all().zip(theta).map(|(p, t)| p.log_density(*t)).sum::<f64>()
    }
}

struct Target<'a> {
    frame: &'a Frame,
    weights: &'a [f64],
    unknowns: &'a Unknowns,
    space: &'a mut Workspace,
}

impl Posterior for Target<'_> {
    fn at(&mut self, theta: &[f64]) -> Option<(f64, Evaluation)> {
        let params = self.unknowns.params(theta);
        let at = self.frame.evaluate(&params, self.weights, self.space)?;
        Some((at.log_likelihood + self.unknowns.log_prior(theta), at))
    }
}
