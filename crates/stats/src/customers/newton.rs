//! Maximum likelihood by Newton's method on the logarithms of positive parameters.

// Triangles of small matrices read best by their indices.
#![allow(clippy::needless_range_loop)]

use super::jet::Jet;

/// Bounds of ln(parameter): where a likelihood keeps rising for ever, the search ends here and says so.
const LOW: f64 = -14.0;
const HIGH: f64 = 23.0;
const MAX_STEPS: usize = 200;

/// Where the search ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Optimum<const N: usize> {
    pub params: [f64; N],
    pub value: f64,
    /// Inverse of the negative Hessian in the logarithms of the parameters; none where it is not positive definite
    /// or the search did not end in a maximum.
    pub cov_log: Option<[[f64; N]; N]>,
    pub steps: usize,
}

/// Maximises `likelihood` (given in the parameters themselves) from `start`. Levenberg-Marquardt damping: Nocedal &
/// Wright (2006), Numerical Optimization, section 3.4. `scale` is the number of observations.
pub(super) fn maximise<const N: usize>(
    start: [f64; N],
    scale: f64,
    likelihood: impl Fn(&[f64; N]) -> Jet<N>,
) -> Optimum<N> {
    let at = |q: &[f64; N]| in_logs(&q.map(f64::exp), &likelihood(&q.map(f64::exp)));
    let mut q = start.map(|value| value.max(f64::MIN_POSITIVE).ln().clamp(LOW, HIGH));
    let mut here = at(&q);
    let mut damping = 0.0_f64;
    let mut steps = 0;
    let mut is_maximum = false;
    while steps < MAX_STEPS && here.v.is_finite() {
        steps += 1;
        let Some(mut step) = newton_step(&here, damping * scale) else {
            damping = (damping * 4.0).max(1e-4);
            if damping > 1e8 {
                break;
            }
            continue;
        };
        let longest = step.iter().fold(0.0_f64, |longest, s| longest.max(s.abs()));
        if longest > 2.0 {
            step = step.map(|s| s * 2.0 / longest);
        }
        // The gain that a quadratic function would bring, relative to the number of observations.
        let gain: f64 = step.iter().zip(here.g).map(|(s, g)| s * g).sum::<f64>() / scale;
        if damping == 0.0 && gain.abs() < 1e-13 {
            is_maximum = true;
            break;
        }
        let mut there_q = q;
        for i in 0..N {
            there_q[i] = (q[i] + step[i]).clamp(LOW, HIGH);
        }
        let there = at(&there_q);
        if there.v.is_finite() && there.v >= here.v {
            (q, here) = (there_q, there);
            damping = if damping < 1e-4 { 0.0 } else { damping / 8.0 };
        } else if gain < 1e-11 {
            // Nothing but rounding is left to gain.
            is_maximum = damping == 0.0;
            break;
        } else {
            damping = (damping * 4.0).max(1e-4);
        }
    }
    let is_inside = q.iter().all(|&value| value > LOW + 0.01 && value < HIGH - 0.01);
    let cov_log = (is_maximum && is_inside).then(|| inverse(&here)).flatten();
    Optimum { params: q.map(f64::exp), value: here.v, cov_log, steps }
}

/// [`maximise`] from the first start that leads to a maximum; where none does, the best of what they led to.
pub(super) fn from_any<const N: usize>(
    starts: &[[f64; N]],
    scale: f64,
    likelihood: impl Fn(&[f64; N]) -> Jet<N>,
) -> Optimum<N> {
    let mut best: Option<Optimum<N>> = None;
    for &start in starts {
        let found = maximise(start, scale, &likelihood);
        if found.cov_log.is_some() {
            return found;
        }
        if best.as_ref().is_none_or(|best| !best.value.is_finite() || found.value > best.value) {
            best = Some(found);
        }
    }
    best.unwrap_or(Optimum { params: [f64::NAN; N], value: f64::NAN, cov_log: None, steps: 0 })
}

/// Derivatives in q = ln θ from those in θ.
fn in_logs<const N: usize>(params: &[f64; N], jet: &Jet<N>) -> Jet<N> {
    let mut out = *jet;
    for i in 0..N {
        out.g[i] = jet.g[i] * params[i];
        for j in i..N {
            out.h[i][j] = jet.h[i][j] * params[i] * params[j];
        }
        out.h[i][i] += out.g[i];
    }
    out
}

/// Cholesky factor of −H + damping·I; none where it is not positive definite.
fn factor<const N: usize>(jet: &Jet<N>, damping: f64) -> Option<[[f64; N]; N]> {
    let mut l = [[0.0; N]; N];
    for i in 0..N {
        for j in 0..=i {
            let mut sum = -jet.h[j][i] + if i == j { damping } else { 0.0 };
            for k in 0..j {
                sum -= l[i][k] * l[j][k];
            }
            if i == j {
                // A relative bound: a Hessian that is flat in one direction is no Hessian of a maximum.
                if !(sum.is_finite() && sum > 1e-12 * jet.h[i][i].abs().max(f64::MIN_POSITIVE)) {
                    return None;
                }
                l[i][i] = sum.sqrt();
            } else {
                l[i][j] = sum / l[j][j];
            }
        }
    }
    Some(l)
}

fn solve<const N: usize>(l: &[[f64; N]; N], b: &[f64; N]) -> [f64; N] {
    let mut y = *b;
    for i in 0..N {
        for k in 0..i {
            y[i] -= l[i][k] * y[k];
        }
        y[i] /= l[i][i];
    }
    for i in (0..N).rev() {
        for k in i + 1..N {
            y[i] -= l[k][i] * y[k];
        }
        y[i] /= l[i][i];
    }
    y
}

fn newton_step<const N: usize>(jet: &Jet<N>, damping: f64) -> Option<[f64; N]> {
    factor(jet, damping).map(|l| solve(&l, &jet.g))
}

fn inverse<const N: usize>(jet: &Jet<N>) -> Option<[[f64; N]; N]> {
    let l = factor(jet, 0.0)?;
    let mut out = [[0.0; N]; N];
    for (i, row) in out.iter_mut().enumerate() {
        let mut unit = [0.0; N];
        unit[i] = 1.0;
        *row = solve(&l, &unit);
    }
    Some(out)
}
