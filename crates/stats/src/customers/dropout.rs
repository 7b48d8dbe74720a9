//! Likelihood of the BG/NBD family: dropout after a purchase, purchases at every k-th event of a Poisson process.
//!
//! Reutterer, Platzer & Schröder (2021), equation (3) and appendix; k = 1 without dropout at the first purchase is
//! BG/NBD (Fader, Hardie & Lee 2005, equation 6), with it MBG/NBD (Batislam, Denizel & Filiztekin 2007).
//! With n = r + kx, d = 1 where the first purchase may be the last (0 for BG/NBD):
//!
//! ln L = Σ ln gaps·(k−1) − x ln Γ(k) + ln B(a, b+x+d) − ln B(a, b) + ln Γ(n) − ln Γ(r) + r ln α − n ln(α+T) + ln(S₁ + S₂),
//! S₁ = a/(b+x−1+d) ((α+T)/(α+tx))ⁿ (gone since the last purchase; 0 where x = d = 0),
//! S₂ = Σ_{j<k} Γ(n+j)/(Γ(n) j!) ((T−tx)/(α+T))ʲ (still there, j hidden events since).

use super::{
    base::{Base, Group, History},
    gamma::ln_gamma,
    jet::{Jet, LogSum},
    parallel::by_chunk,
};

/// Parameters: purchase rates Gamma(`r`, `alpha`), dropout chances Beta(`a`, `b`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    /// Shape of the rates of hidden events.
    pub r: f64,
    /// Rate parameter of the same, in units of time.
    pub alpha: f64,
    /// First parameter of the dropout chance.
    pub a: f64,
    /// Second parameter of the dropout chance.
    pub b: f64,
    /// Every `k`-th hidden event is a purchase: the larger, the more regular.
    pub k: u32,
    /// Whether a customer may also leave after the first purchase.
    pub modified: bool,
}

/// Partial sums Σ_{i<n} of ln(c+i), 1/(c+i), 1/(c+i)²: differences of ln Γ and its derivatives without calling it.
struct Rising {
    ln: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Rising {
    fn new(c: f64, n: usize) -> Rising {
        let mut out = Rising { ln: vec![0.0; n + 1], first: vec![0.0; n + 1], second: vec![0.0; n + 1] };
        for i in 0..n {
            let x = c + i as f64;
            let inverse = 1.0 / x;
            out.ln[i + 1] = out.ln[i] + x.ln();
            out.first[i + 1] = out.first[i] + inverse;
            out.second[i + 1] = out.second[i] + inverse * inverse;
        }
        out
    }
}

const R: usize = 0;
const ALPHA: usize = 1;
const A: usize = 2;
const B: usize = 3;

/// Log-likelihood with derivatives in (r, α, a, b).
pub(super) fn likelihood(base: &Base, k: u32, modified: bool, params: &[f64; 4]) -> Jet<4> {
    let p = Dropout { r: params[R], alpha: params[ALPHA], a: params[A], b: params[B], k, modified };
    let events = k as usize * base.max_x() as usize;
    let rates = Rising::new(p.r, events + k as usize);
    let mut sum = of_counts(base, &p, &rates);
    for part in by_chunk(base.groups(), |groups| of_times(groups, &p, &rates)) {
        sum += part;
    }
    sum
}

/// The terms that depend on x alone.
fn of_counts(base: &Base, p: &Dropout, rates: &Rising) -> Jet<4> {
    let d = usize::from(p.modified);
    let stay = Rising::new(p.b, base.max_x() as usize + d);
    let both = Rising::new(p.a + p.b, base.max_x() as usize + d);
    let mut sum = Jet::ZERO;
    let ln_gamma_k = ln_gamma(f64::from(p.k));
    for &(x, count) in base.by_x() {
        let c = count as f64;
        let events = p.k as usize * x as usize;
        let survived = x as usize + d;
        sum.v += c * (rates.ln[events] + stay.ln[survived] - both.ln[survived] - f64::from(x) * ln_gamma_k);
        sum.g[R] += c * rates.first[events];
        sum.h[R][R] -= c * rates.second[events];
        sum.g[A] -= c * both.first[survived];
        sum.g[B] += c * (stay.first[survived] - both.first[survived]);
        sum.h[A][A] += c * both.second[survived];
        sum.h[A][B] += c * both.second[survived];
        sum.h[B][B] += c * (both.second[survived] - stay.second[survived]);
    }
    let n = base.customers() as f64;
    sum.v += n * p.r * p.alpha.ln() + f64::from(p.k - 1) * base.sum_ln_gaps();
    sum.g[R] += n * p.alpha.ln();
    sum.g[ALPHA] += n * p.r / p.alpha;
    sum.h[R][ALPHA] += n / p.alpha;
    sum.h[ALPHA][ALPHA] -= n * p.r / (p.alpha * p.alpha);
    sum
}

/// The terms that depend on the times.
fn of_times(groups: &[Group], p: &Dropout, rates: &Rising) -> Jet<4> {
    let mut sum = Jet::ZERO;
    // Customers without repeat purchases under BG/NBD have S₁ = 0 and, for k = 1, S₂ = 1.
    let (mut known_t, mut ln_at, mut inverse_at) = (f64::NAN, 0.0, 0.0);
    for group in groups {
        let h = &group.history;
        let c = group.count as f64;
        let n = p.r + f64::from(p.k) * f64::from(h.x);
        if h.t != known_t {
            known_t = h.t;
            ln_at = (p.alpha + h.t).ln();
            inverse_at = 1.0 / (p.alpha + h.t);
        }
        sum.v -= c * n * ln_at;
        sum.g[R] -= c * ln_at;
        sum.g[ALPHA] -= c * n * inverse_at;
        sum.h[R][ALPHA] -= c * inverse_at;
        sum.h[ALPHA][ALPHA] += c * n * inverse_at * inverse_at;
        let gone = gone_term(p, h, n, ln_at, inverse_at);
        match (&gone, p.k) {
            (None, 1) => {}
            (Some(gone), 1) => sum.add_scaled(c, &softplus(gone)),
            _ => {
                let mut parts = LogSum::new(gone.as_ref().map_or(0.0, |gone| gone.v.max(0.0)));
                if let Some(gone) = &gone {
                    parts.add(1.0, gone);
                }
                for_phases(p, h, rates, inverse_at, |term| {
                    parts.add(1.0, term);
                });
                sum.add_scaled(c, &parts.finish());
            }
        }
    }
    sum
}

/// ln S₁ with derivatives.
#[inline]
fn gone_term(p: &Dropout, h: &History, n: f64, ln_at: f64, inverse_at: f64) -> Option<Jet<4>> {
    let d = f64::from(u8::from(p.modified));
    if h.x == 0 && !p.modified {
        return None;
    }
    let stayed = p.b + f64::from(h.x) - 1.0 + d;
    let inverse_last = 1.0 / (p.alpha + h.tx);
    let silence = ln_at - (p.alpha + h.tx).ln();
    let mut gone = Jet::ZERO;
    gone.v = (p.a / stayed).ln() + n * silence;
    gone.g = [silence, n * (inverse_at - inverse_last), 1.0 / p.a, -1.0 / stayed];
    gone.h[R][ALPHA] = inverse_at - inverse_last;
    gone.h[ALPHA][ALPHA] = n * (inverse_last * inverse_last - inverse_at * inverse_at);
    gone.h[A][A] = -1.0 / (p.a * p.a);
    gone.h[B][B] = 1.0 / (stayed * stayed);
    Some(gone)
}

/// The terms of S₂ as logarithms with derivatives, j = 0 … k−1.
#[inline]
fn for_phases(p: &Dropout, h: &History, rates: &Rising, inverse_at: f64, mut each: impl FnMut(&Jet<4>)) {
    let events = p.k as usize * h.x as usize;
    let ln_share = ((h.t - h.tx) * inverse_at).ln();
    let mut ln_factorial = 0.0;
    for j in 0..p.k as usize {
        let mut term = Jet::ZERO;
        if j > 0 {
            if h.t <= h.tx {
                break;
            }
            let jf = j as f64;
            ln_factorial += jf.ln();
            term.v = rates.ln[events + j] - rates.ln[events] - ln_factorial + jf * ln_share;
            term.g[R] = rates.first[events + j] - rates.first[events];
            term.h[R][R] = rates.second[events] - rates.second[events + j];
            term.g[ALPHA] = -jf * inverse_at;
            term.h[ALPHA][ALPHA] = jf * inverse_at * inverse_at;
        }
        each(&term);
    }
}

/// ln(1 + exp(u)).
#[inline]
fn softplus(u: &Jet<4>) -> Jet<4> {
    let (v, share) = if u.v > 0.0 {
        let e = (-u.v).exp();
        (u.v + e.ln_1p(), 1.0 / (1.0 + e))
    } else {
        let e = u.v.exp();
        (e.ln_1p(), e / (1.0 + e))
    };
    let mut out = Jet { v, g: [0.0; 4], h: [[0.0; 4]; 4] };
    for i in 0..4 {
        out.g[i] = share * u.g[i];
        for j in i..4 {
            out.h[i][j] = share * (u.h[i][j] + (1.0 - share) * u.g[i] * u.g[j]);
        }
    }
    out
}

impl Dropout {
    /// Chance that the customer is still there, and the chances of having seen j = 0 … k−1 hidden events since the last
    /// purchase if so.
    pub(super) fn alive(&self, h: &History) -> (f64, Vec<f64>) {
        let n = self.shape(h);
        let at = self.alpha + h.t;
        let share = (h.t - h.tx).max(0.0) / at;
        let mut phases = vec![1.0];
        for j in 1..self.k {
            let j = f64::from(j);
            let before = phases[phases.len() - 1];
            phases.push(before * (n + j - 1.0) / j * share);
        }
        let there: f64 = phases.iter().sum();
        phases.iter_mut().for_each(|phase| *phase /= there);
        if h.x == 0 && !self.modified {
            return (1.0, phases);
        }
        let d = f64::from(u8::from(self.modified));
        let ln_gone = (self.a / (self.b + f64::from(h.x) - 1.0 + d)).ln() + n * (at.ln() - (self.alpha + h.tx).ln());
        (1.0 / (1.0 + (ln_gone - there.ln()).exp()), phases)
    }

    /// Shape of the posterior of the rate of hidden events.
    pub(super) fn shape(&self, h: &History) -> f64 {
        self.r + f64::from(self.k) * f64::from(h.x)
    }

    /// Parameters of the posterior of the dropout chance of a customer who is still there.
    pub(super) fn dropout_posterior(&self, h: &History) -> (f64, f64) {
        (self.a, self.b + f64::from(h.x) + f64::from(u8::from(self.modified)))
    }
}
