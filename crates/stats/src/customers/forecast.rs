//! What a customer will do next: still there, purchases, the day of the next one.
//!
//! Rather than the hypergeometric closed forms, which exist for k = 1 only and have poles (a = 1, s = 1), the whole
//! distribution of the number of future purchases is computed. Of a customer who is still there with j hidden events
//! since the last purchase, the rate is Gamma(n+j, α+T) and the dropout chance Beta(a, b′), so
//! P(X ≥ m) = Σ_j w_j q_m P(N ≥ mk − j) with q_m = Π_{i<m−1} (b′+i)/(a+b′+i) and N negative binomial. The mean of it is
//! equation (10) of Fader, Hardie & Lee (2005) for k = 1.

use super::{
    base::{Base, History},
    chance::{NEGLIGIBLE, counts},
    fit::Fit,
    parallel::by_chunk,
    pareto::for_nodes,
};
pub use super::{dropout::Dropout, pareto::Pareto};

/// A purchase model with its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Model {
    /// BG/NBD, MBG/NBD and their CNBD-k forms.
    Dropout(Dropout),
    /// Pareto/NBD.
    Pareto(Pareto),
}

/// When the next purchase comes, in units of time after the end of observation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NextPurchase {
    /// Chance that there will be one at all, ever.
    pub chance: f64,
    /// If there is one: 10 % come before this time.
    pub early: f64,
    /// If there is one: half come before this time.
    pub median: f64,
    /// If there is one: 90 % come before this time.
    pub late: f64,
}

/// What a whole base will buy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BaseForecast {
    /// Expected purchases.
    pub purchases: f64,
    /// Lower end of the 95 % range, for chance in people and for uncertainty of the parameters.
    pub low: f64,
    /// Upper end of it.
    pub high: f64,
    /// Customers expected to be still there at the start.
    pub alive: f64,
}

impl Model {
    /// Chance that a customer is still there at the end of observation.
    pub fn alive(&self, history: &History) -> f64 {
        match self {
            Model::Dropout(p) => p.alive(history).0,
            Model::Pareto(p) => p.alive(history),
        }
    }

    /// Expected purchases in the next `horizon` units of time.
    pub fn expected(&self, history: &History, horizon: f64) -> f64 {
        if horizon.is_nan() || horizon <= 0.0 {
            return 0.0;
        }
        match self {
            Model::Dropout(_) => self.at_least(history, horizon).iter().skip(1).sum(),
            Model::Pareto(p) => {
                // (1 − (B/(B+t))^(s−1)) / (s−1), whose limit at s = 1 is ln((B+t)/B).
                let b = p.beta + history.t;
                let longer = (horizon / b).ln_1p();
                let power = (p.s - 1.0) * longer;
                let time = if power.abs() < 1e-9 { longer } else { -(-power).exp_m1() / (p.s - 1.0) };
                let rate = (p.r + f64::from(history.x)) / (p.alpha + history.t);
                p.alive(history) * rate * b * time
            }
        }
    }

    /// P(purchases in the next `horizon` units ≥ m) for m = 0, 1, …, until it is negligible.
    pub fn at_least(&self, history: &History, horizon: f64) -> Vec<f64> {
        if horizon.is_nan() || horizon <= 0.0 {
            return vec![1.0];
        }
        match self {
            Model::Dropout(p) => dropout_at_least(p, history, horizon),
            Model::Pareto(p) => pareto_at_least(p, history, horizon),
        }
    }

    /// Time of the next purchase.
    pub fn next(&self, history: &History) -> NextPurchase {
        let (alive, cdf): (f64, Box<dyn Fn(f64) -> f64>) = match *self {
            Model::Dropout(p) => {
                let (alive, phases) = p.alive(history);
                let (shape, at, k) = (p.shape(history), p.alpha + history.t, p.k as usize);
                (alive, Box::new(move |t| 1.0 - not_yet(&phases, shape, at, k, t)))
            }
            Model::Pareto(p) => {
                let history = *history;
                (p.alive(&history), Box::new(move |t| pareto_next(&p, &history, t)))
            }
        };
        let scale = history.t.max(1e-3);
        let ever = match self {
            Model::Dropout(_) => 1.0,
            Model::Pareto(_) => cdf(f64::INFINITY),
        };
        let quantile = |share: f64| {
            let want = share * ever;
            let (mut low, mut high) = (0.0, scale);
            while cdf(high) < want && high < 1e6 * scale {
                (low, high) = (high, 2.0 * high);
            }
            for _ in 0..50 {
                let middle = 0.5 * (low + high);
                if cdf(middle) < want {
                    low = middle
                } else {
                    high = middle
                }
                if high - low < 1e-6 * high {
                    break;
                }
            }
            0.5 * (low + high)
        };
        NextPurchase { chance: alive * ever, early: quantile(0.1), median: quantile(0.5), late: quantile(0.9) }
    }

    /// The same model with its parameters (in their order) multiplied.
    fn scaled(&self, by: [f64; 4]) -> Model {
        match *self {
            Model::Dropout(p) => {
                Model::Dropout(Dropout { r: p.r * by[0], alpha: p.alpha * by[1], a: p.a * by[2], b: p.b * by[3], ..p })
            }
            Model::Pareto(p) => {
                Model::Pareto(Pareto { r: p.r * by[0], alpha: p.alpha * by[1], s: p.s * by[2], beta: p.beta * by[3] })
            }
        }
    }

    fn total(&self, base: &Base, horizon: f64) -> f64 {
        by_chunk(base.groups(), |groups| {
            groups.iter().map(|g| g.count as f64 * self.expected(&g.history, horizon)).sum::<f64>()
        })
        .into_iter()
        .sum()
    }
}

impl Fit {
    /// Purchases of the whole base in the next `horizon` units of time. The range joins the spread of people's purchase
    /// counts with the uncertainty of the parameters (delta method); without standard errors it has the former only.
    pub fn base_forecast(&self, base: &Base, horizon: f64) -> BaseForecast {
        let parts = by_chunk(base.groups(), |groups| {
            let mut sums = [0.0; 3];
            for group in groups {
                let count = group.count as f64;
                let at_least = self.model.at_least(&group.history, horizon);
                let mean: f64 = at_least.iter().skip(1).sum();
                // E[X²] = Σ (2m − 1) P(X ≥ m)
                let square: f64 = at_least.iter().enumerate().skip(1).map(|(m, p)| (2 * m - 1) as f64 * p).sum();
                sums[0] += count * mean;
                sums[1] += count * (square - mean * mean);
                sums[2] += count * self.model.alive(&group.history);
            }
            sums
        });
        let sum = |i: usize| parts.iter().map(|part| part[i]).sum::<f64>();
        let (purchases, mut variance, alive) = (sum(0), sum(1), sum(2));
        if let Some(cov) = &self.cov_log {
            let step = 1e-4_f64;
            let mut slope = [0.0; 4];
            for (i, slope) in slope.iter_mut().enumerate() {
                let moved = |by: f64| {
                    let mut factors = [1.0; 4];
                    factors[i] = by.exp();
                    self.model.scaled(factors).total(base, horizon)
                };
                *slope = (moved(step) - moved(-step)) / (2.0 * step);
            }
            for i in 0..4 {
                for j in 0..4 {
                    variance += slope[i] * cov[i][j] * slope[j];
                }
            }
        }
        let half = 1.959_964 * variance.max(0.0).sqrt();
        BaseForecast { purchases, low: (purchases - half).max(0.0), high: purchases + half, alive }
    }
}

/// P(fewer than k − j hidden events in `t`), over the phases j.
fn not_yet(phases: &[f64], shape: f64, at: f64, k: usize, t: f64) -> f64 {
    let p = t / (at + t);
    let mut sum = 0.0;
    for (j, weight) in phases.iter().enumerate() {
        let n = shape + j as f64;
        let mut term = (-n * (t / at).ln_1p()).exp();
        for i in 0..k - j {
            sum += weight * term;
            term *= (n + i as f64) / (i as f64 + 1.0) * p;
        }
    }
    sum
}

fn dropout_at_least(p: &Dropout, history: &History, horizon: f64) -> Vec<f64> {
    let (alive, phases) = p.alive(history);
    let (shape, at, k) = (p.shape(history), p.alpha + history.t, p.k as usize);
    let (a, b) = p.dropout_posterior(history);
    let mut out = vec![1.0];
    for (j, weight) in phases.iter().enumerate() {
        let chances = counts(shape + j as f64, at, horizon);
        // Sum from the far end, so that small tails keep their digits.
        let mut tail = vec![0.0; chances.len() + 1];
        for i in (0..chances.len()).rev() {
            tail[i] = tail[i + 1] + chances[i];
        }
        let mut stayed = alive * weight;
        for m in 1.. {
            let Some(&reached) = tail.get(m * k - j) else { break };
            let chance = stayed * reached;
            if chance < NEGLIGIBLE {
                break;
            }
            if out.len() <= m {
                out.push(0.0);
            }
            out[m] += chance;
            stayed *= (b + (m - 1) as f64) / (a + b + (m - 1) as f64);
        }
    }
    out
}

fn pareto_at_least(p: &Pareto, history: &History, horizon: f64) -> Vec<f64> {
    let alive = p.alive(history);
    let (shape, at, beta) = (p.r + f64::from(history.x), p.alpha + history.t, p.beta + history.t);
    let mut chances: Vec<f64> = Vec::new();
    let mut add = |weight: f64, time: f64| {
        let part = counts(shape, at, time);
        if part.len() > chances.len() {
            chances.resize(part.len(), 0.0);
        }
        chances.iter_mut().zip(part).for_each(|(sum, chance)| *sum += weight * chance);
    };
    // Still there at the end of the horizon, or left at a time u = ln((β+T+v)/(β+T)) before it.
    let length = (horizon / beta).ln_1p();
    add((-p.s * length).exp(), horizon);
    let panels = (length / 2.0).ceil().clamp(1.0, 64.0) as usize;
    for_nodes(length, panels, |u, weight| add(weight * p.s * (-p.s * u).exp(), beta * u.exp_m1()));
    let mut out = vec![0.0; chances.len()];
    let mut tail = 0.0;
    for m in (1..chances.len()).rev() {
        tail += chances[m];
        out[m] = alive * tail;
    }
    out[0] = 1.0;
    out
}

/// P(next purchase within `t` | still there) = ∫ n e^{−nv} (1 + A(eᵛ−1)/B)^{−s} dv, A = α+T, B = β+T.
fn pareto_next(p: &Pareto, history: &History, t: f64) -> f64 {
    let (n, a, b) = (p.r + f64::from(history.x), p.alpha + history.t, p.beta + history.t);
    // Beyond v = 40/n only e^−40 is left.
    let length = (t / a).ln_1p().min(40.0 / n);
    if length.is_nan() || length <= 0.0 {
        return 0.0;
    }
    let panels = (n * length / 10.0).ceil().max((length / 2.0).ceil()).clamp(1.0, 64.0) as usize;
    let mut sum = 0.0;
    for_nodes(length, panels, |v, weight| sum += weight * n * (-n * v - p.s * (a / b * v.exp_m1()).ln_1p()).exp());
    sum
}
