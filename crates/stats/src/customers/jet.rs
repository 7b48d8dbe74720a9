//! A function's value with its gradient and Hessian, and ln Σ exp of such functions.

use std::ops::AddAssign;

/// Value, gradient and Hessian (upper triangle) in `N` parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Jet<const N: usize> {
    pub v: f64,
    pub g: [f64; N],
    pub h: [[f64; N]; N],
}

impl<const N: usize> Jet<N> {
    pub(super) const ZERO: Jet<N> = Jet { v: 0.0, g: [0.0; N], h: [[0.0; N]; N] };

    /// Adds `c` times another one.
    #[inline]
    pub(super) fn add_scaled(&mut self, c: f64, other: &Jet<N>) {
        self.v += c * other.v;
        for i in 0..N {
            self.g[i] += c * other.g[i];
            for j in i..N {
                self.h[i][j] += c * other.h[i][j];
            }
        }
    }
}

impl<const N: usize> AddAssign for Jet<N> {
    fn add_assign(&mut self, other: Jet<N>) {
        self.add_scaled(1.0, &other);
    }
}

/// ln Σ wᵢ exp(uᵢ) with its derivatives, scaled by a reference exponent that the caller chooses near the largest uᵢ.
///
/// With shares πᵢ = wᵢ exp(uᵢ) / Σ: gradient Σ πᵢ ∇uᵢ, Hessian Σ πᵢ (∇²uᵢ + ∇uᵢ∇uᵢ') − gradient gradient'.
pub(super) struct LogSum<const N: usize> {
    reference: f64,
    sum: Jet<N>,
}

impl<const N: usize> LogSum<N> {
    pub(super) fn new(reference: f64) -> Self {
        LogSum { reference, sum: Jet::ZERO }
    }

    /// Adds `weight` · exp(term) and gives its size relative to the reference.
    #[inline]
    pub(super) fn add(&mut self, weight: f64, term: &Jet<N>) -> f64 {
        let share = weight * (term.v - self.reference).exp();
        self.sum.v += share;
        for i in 0..N {
            let with = share * term.g[i];
            self.sum.g[i] += with;
            for j in i..N {
                self.sum.h[i][j] += share * term.h[i][j] + with * term.g[j];
            }
        }
        share
    }

    #[inline]
    pub(super) fn finish(self) -> Jet<N> {
        let mut out = self.sum;
        let scale = 1.0 / out.v;
        out.v = self.reference + out.v.ln();
        for i in 0..N {
            out.g[i] *= scale;
        }
        for i in 0..N {
            for j in i..N {
                out.h[i][j] = out.h[i][j] * scale - out.g[i] * out.g[j];
            }
        }
        out
    }
}
