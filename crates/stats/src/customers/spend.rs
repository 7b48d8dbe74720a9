//! Spend per purchase: the Gamma-Gamma model.
//!
//! A customer's purchases are Gamma(p, ν) with ν ~ Gamma(q, γ) over customers; spend and frequency are taken to be
//! independent. Fader & Hardie (2013), "The Gamma-Gamma model of monetary value", equation (1a).

use std::collections::HashMap;

use super::{
    base::CustomerError,
    fit::{Param, params_of},
    gamma::{ln_gamma, psi_and_trigamma},
    jet::Jet,
    newton::from_any,
    parallel::by_chunk,
};

/// What one customer spent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spender {
    /// Number of purchases that the mean is over (by custom the repeat purchases), at least 1.
    pub x: u32,
    /// Mean spend of those, greater than 0, in any one currency unit.
    pub mean: f64,
}

/// Parameters of the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spend {
    /// Shape of one customer's purchases.
    pub p: f64,
    /// Shape of the rates over customers.
    pub q: f64,
    /// Rate parameter of the same, in currency units.
    pub gamma: f64,
}

impl Spend {
    /// Expected spend per purchase of a customer; without purchases (x = 0) that of the average customer. Infinite
    /// where the tail is so heavy that there is no mean.
    pub fn expected(&self, x: u32, mean: f64) -> f64 {
        let x = f64::from(x);
        let shape = self.p * x + self.q - 1.0;
        if shape <= 0.0 {
            return f64::INFINITY;
        }
        self.p * (self.gamma + if x > 0.0 { mean * x } else { 0.0 }) / shape
    }
}

/// A fitted spend model.
#[derive(Debug, Clone, PartialEq)]
pub struct SpendFit {
    /// The model.
    pub spend: Spend,
    /// p, q, γ with their uncertainty.
    pub params: Vec<Param>,
    /// Log-likelihood at the maximum.
    pub log_likelihood: f64,
    /// Customers it was fitted to.
    pub customers: u64,
    /// Whether the maximum was found inside the parameters' bounds.
    pub converged: bool,
}

/// Fits the Gamma-Gamma model by maximum likelihood.
///
/// # Errors
/// No spenders, a spend that is not positive, or no difference between customers.
pub fn fit_spend(spenders: impl IntoIterator<Item = Spender>) -> Result<SpendFit, CustomerError> {
    let mut counts: HashMap<(u32, u64), u64> = HashMap::new();
    let (mut smallest, mut largest) = (f64::INFINITY, 0.0_f64);
    for (place, Spender { x, mean }) in spenders.into_iter().enumerate() {
        if x == 0 || !(mean > 0.0 && mean.is_finite()) {
            return Err(CustomerError::Spend { place: place + 1, x, mean });
        }
        (smallest, largest) = (smallest.min(mean), largest.max(mean));
        *counts.entry((x, (mean * f64::from(x)).to_bits())).or_default() += 1;
    }
    if counts.is_empty() {
        return Err(CustomerError::Empty);
    }
    if largest - smallest <= 1e-9 * largest {
        return Err(CustomerError::NoSpread);
    }
    let mut rows: Vec<Row> = counts
        .into_iter()
        .map(|((x, total), count)| Row { x: f64::from(x), total: f64::from_bits(total), count: count as f64 })
        .collect();
    rows.sort_unstable_by(|l, r| l.x.total_cmp(&r.x).then(l.total.total_cmp(&r.total)));
    let sums = Sums::new(rows);
    let mean = sums.rows.iter().map(|row| row.total * row.count).sum::<f64>()
        / sums.rows.iter().map(|row| row.x * row.count).sum::<f64>();
    let starts = [[2.0, 3.0, mean], [6.0, 4.0, 0.5 * mean], [0.5, 10.0, 20.0 * mean]];
    let best = from_any(&starts, sums.customers, |params| sums.likelihood(params));
    let [p, q, gamma] = best.params;
    Ok(SpendFit {
        spend: Spend { p, q, gamma },
        params: params_of(["p", "q", "gamma"], &best),
        log_likelihood: best.value,
        customers: sums.customers as u64,
        converged: best.cov_log.is_some(),
    })
}

/// Customers with the same number of purchases and the same spend.
struct Row {
    x: f64,
    /// Spend in total, x · mean.
    total: f64,
    count: f64,
}

struct Sums {
    rows: Vec<Row>,
    customers: f64,
    by_x: Vec<(f64, f64)>,
    sum_ln_mean: f64,
    sum_x_ln_total: f64,
}

const P: usize = 0;
const Q: usize = 1;
const GAMMA: usize = 2;

impl Sums {
    fn new(rows: Vec<Row>) -> Sums {
        let mut by_x: Vec<(f64, f64)> = Vec::new();
        for row in &rows {
            match by_x.last_mut() {
                Some((x, count)) if *x == row.x => *count += row.count,
                _ => by_x.push((row.x, row.count)),
            }
        }
        Sums {
            customers: rows.iter().map(|row| row.count).sum(),
            sum_ln_mean: rows.iter().map(|row| row.count * (row.total / row.x).ln()).sum(),
            sum_x_ln_total: rows.iter().map(|row| row.count * row.x * row.total.ln()).sum(),
            by_x,
            rows,
        }
    }

    /// ln L = Σ ln Γ(px+q) − ln Γ(px) − ln Γ(q) + q ln γ − ln m + px ln(mx) − (px+q) ln(γ+mx).
    fn likelihood(&self, params: &[f64; 3]) -> Jet<3> {
        let [p, q, gamma] = *params;
        let n = self.customers;
        let mut sum = Jet::ZERO;
        let (psi_q, tri_q) = psi_and_trigamma(q);
        sum.v = n * (q * gamma.ln() - ln_gamma(q)) - self.sum_ln_mean + p * self.sum_x_ln_total;
        sum.g = [self.sum_x_ln_total, n * (gamma.ln() - psi_q), n * q / gamma];
        sum.h[Q][Q] = -n * tri_q;
        sum.h[Q][GAMMA] = n / gamma;
        sum.h[GAMMA][GAMMA] = -n * q / (gamma * gamma);
        for &(x, count) in &self.by_x {
            let (psi, tri) = psi_and_trigamma(p * x + q);
            let (psi_p, tri_p) = psi_and_trigamma(p * x);
            sum.v += count * (ln_gamma(p * x + q) - ln_gamma(p * x));
            sum.g[P] += count * x * (psi - psi_p);
            sum.g[Q] += count * psi;
            sum.h[P][P] += count * x * x * (tri - tri_p);
            sum.h[P][Q] += count * x * tri;
            sum.h[Q][Q] += count * tri;
        }
        for part in by_chunk(&self.rows, |rows| of_rows(rows, p, q, gamma)) {
            sum += part;
        }
        sum
    }
}

fn of_rows(rows: &[Row], p: f64, q: f64, gamma: f64) -> Jet<3> {
    let mut sum = Jet::ZERO;
    for row in rows {
        let ln = (gamma + row.total).ln();
        let over = 1.0 / (gamma + row.total);
        let shape = p * row.x + q;
        sum.v -= row.count * shape * ln;
        sum.g[P] -= row.count * row.x * ln;
        sum.g[Q] -= row.count * ln;
        sum.g[GAMMA] -= row.count * shape * over;
        sum.h[P][GAMMA] -= row.count * row.x * over;
        sum.h[Q][GAMMA] -= row.count * over;
        sum.h[GAMMA][GAMMA] += row.count * shape * over * over;
    }
    sum
}
