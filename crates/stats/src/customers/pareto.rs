//! Likelihood of the Pareto/NBD model: Poisson purchases, exponential lifetimes.
//!
//! Schmittlein, Morrison & Colombo (1987). Instead of the hypergeometric functions of their equations (15)-(17) the
//! integral over the time of leaving is computed directly:
//!
//! L = Γ(r+x)/Γ(r) αʳ βˢ [ (α+T)^−(r+x) (β+T)^−s + s ∫_{tx}^{T} (α+y)^−(r+x) (β+y)^−(s+1) dy ],
//!
//! by 12-point Gauss-Legendre rules in ln(min(α, β)+y), with as many panels as the integrand falls by factors e¹⁰.
//! Derivatives pass under the integral sign, so the same nodes give the exact gradient and Hessian, and nothing is
//! special where α = β.

use super::{
    base::{Base, Group, History},
    jet::{Jet, LogSum},
    parallel::by_chunk,
};

/// Parameters: purchase rates Gamma(`r`, `alpha`), leaving rates Gamma(`s`, `beta`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pareto {
    /// Shape of the purchase rates.
    pub r: f64,
    /// Rate parameter of the same, in units of time.
    pub alpha: f64,
    /// Shape of the leaving rates.
    pub s: f64,
    /// Rate parameter of the same, in units of time.
    pub beta: f64,
}

#[allow(clippy::excessive_precision)]
/// Nodes and weights of the 12-point Gauss-Legendre rule on [−1, 1], positive half (Abramowitz & Stegun 25.4.30).
const NODES: [(f64, f64); 6] = [
    (0.125_233_408_511_468_92, 0.249_147_045_813_402_78),
    (0.367_831_498_998_180_2, 0.233_492_536_538_354_8),
    (0.587_317_954_286_617_4, 0.203_167_426_723_065_92),
    (0.769_902_674_194_304_7, 0.160_078_328_543_346_22),
    (0.904_117_256_370_474_9, 0.106_939_325_995_318_43),
    (0.981_560_634_246_719_3, 0.047_175_336_386_511_83),
];

/// ∫ over [0, `length`] of a function by `panels` rules; `each` gets node and weight.
pub(super) fn for_nodes(length: f64, panels: usize, mut each: impl FnMut(f64, f64)) {
    let half = 0.5 * length / panels as f64;
    for panel in 0..panels {
        let centre = half * (2 * panel + 1) as f64;
        for &(node, weight) in &NODES {
            each(centre - half * node, half * weight);
            each(centre + half * node, half * weight);
        }
    }
}

/// Beyond a fall of e⁻⁶⁰ nothing of an integral is left.
const FALL: f64 = 60.0;

/// Where a rising function on [0, `length`] reaches [`FALL`], or `length`.
fn where_fallen(length: f64, fall: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, length);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if fall(middle) < FALL {
            low = middle
        } else {
            high = middle
        }
        if high - low < 1e-3 * high {
            break;
        }
    }
    high
}

const R: usize = 0;
const ALPHA: usize = 1;
const S: usize = 2;
const BETA: usize = 3;

/// Log-likelihood with derivatives in (r, α, s, β).
pub(super) fn likelihood(base: &Base, params: &[f64; 4]) -> Jet<4> {
    let p = Pareto { r: params[R], alpha: params[ALPHA], s: params[S], beta: params[BETA] };
    let mut sum = of_counts(base, &p);
    for part in by_chunk(base.groups(), |groups| of_times(groups, &p)) {
        sum += part;
    }
    sum
}

fn of_counts(base: &Base, p: &Pareto) -> Jet<4> {
    let n = base.customers() as f64;
    let mut sum = Jet::ZERO;
    sum.v = n * (p.r * p.alpha.ln() + p.s * p.beta.ln());
    sum.g = [n * p.alpha.ln(), n * p.r / p.alpha, n * p.beta.ln(), n * p.s / p.beta];
    sum.h[R][ALPHA] = n / p.alpha;
    sum.h[ALPHA][ALPHA] = -n * p.r / (p.alpha * p.alpha);
    sum.h[S][BETA] = n / p.beta;
    sum.h[BETA][BETA] = -n * p.s / (p.beta * p.beta);
    let (mut ln, mut first, mut second, mut next) = (0.0, 0.0, 0.0, 0_u32);
    for &(x, count) in base.by_x() {
        while next < x {
            let value = p.r + f64::from(next);
            ln += value.ln();
            first += 1.0 / value;
            second += 1.0 / (value * value);
            next += 1;
        }
        sum.v += count as f64 * ln;
        sum.g[R] += count as f64 * first;
        sum.h[R][R] -= count as f64 * second;
    }
    sum
}

fn of_times(groups: &[Group], p: &Pareto) -> Jet<4> {
    let mut sum = Jet::ZERO;
    for group in groups {
        sum.add_scaled(group.count as f64, &term(&group.history, p).0);
    }
    sum
}

/// ln of the bracket with derivatives, and the chance to be alive.
fn term(h: &History, p: &Pareto) -> (Jet<4>, f64) {
    let n = p.r + f64::from(h.x);
    let (ln_a0, ln_b0) = ((p.alpha + h.tx).ln(), (p.beta + h.tx).ln());
    // The integrand falls, so its value at tx is the largest.
    let mut parts = LogSum::new(-n * ln_a0 - p.s * ln_b0);
    let (a, b) = (p.alpha + h.t, p.beta + h.t);
    let mut there = Jet::ZERO;
    let (ln_a, ln_b) = (a.ln(), b.ln());
    there.v = -n * ln_a - p.s * ln_b;
    there.g = [-ln_a, -n / a, -ln_b, -p.s / b];
    there.h[R][ALPHA] = -1.0 / a;
    there.h[ALPHA][ALPHA] = n / (a * a);
    there.h[S][BETA] = -1.0 / b;
    there.h[BETA][BETA] = p.s / (b * b);
    let alive = parts.add(1.0, &there);
    let mut total = alive;
    if h.t > h.tx {
        let start = p.alpha.min(p.beta) + h.tx;
        let mut length = ((h.t - h.tx) / start).ln_1p();
        let ln_s = p.s.ln();
        let falls = |ln_a: f64, ln_b: f64| n * (ln_a - ln_a0) + (p.s + 1.0) * (ln_b - ln_b0);
        let mut fall = falls(ln_a, ln_b);
        if fall > FALL {
            length = where_fallen(length, |u| {
                let y = start * u.exp_m1();
                falls((p.alpha + h.tx + y).ln(), (p.beta + h.tx + y).ln())
            });
            fall = FALL;
        }
        let panels = (length / 2.0).ceil().max((fall / 10.0).ceil()).clamp(1.0, 64.0) as usize;
        for_nodes(length, panels, |u, weight| {
            let grown = start * u.exp();
            let y = grown - start;
            let (a, b) = (p.alpha + h.tx + y, p.beta + h.tx + y);
            let (ln_a, ln_b) = (a.ln(), b.ln());
            let (over_a, over_b) = (1.0 / a, 1.0 / b);
            let mut left = Jet::ZERO;
            left.v = ln_s - n * ln_a - (p.s + 1.0) * ln_b;
            left.g = [-ln_a, -n * over_a, 1.0 / p.s - ln_b, -(p.s + 1.0) * over_b];
            left.h[R][ALPHA] = -over_a;
            left.h[ALPHA][ALPHA] = n * over_a * over_a;
            left.h[S][S] = -1.0 / (p.s * p.s);
            left.h[S][BETA] = -over_b;
            left.h[BETA][BETA] = (p.s + 1.0) * over_b * over_b;
            total += parts.add(weight * grown, &left);
        });
    }
    (parts.finish(), alive / total)
}

impl Pareto {
    /// Chance that the customer is still there.
    pub(super) fn alive(&self, h: &History) -> f64 {
        term(h, self).1
    }
}
