//! Thompson sampling that is linear in the context.

use rand::Rng;
use rand_distr::{Distribution as _, StandardNormal};

use super::{BanditError, Floors};
use crate::linalg::{Cholesky, Matrix, cholesky};

/// Sufficient statistics of a regression.
#[derive(Debug, Clone)]
struct Sums {
    xx: Matrix,
    xy: Vec<f64>,
    yy: f64,
    n: f64,
}

impl Sums {
    fn new(columns: usize) -> Sums {
        Sums { xx: Matrix::zeros(columns, columns), xy: vec![0.0; columns], yy: 0.0, n: 0.0 }
    }

    fn add(&mut self, x: &[f64], y: f64) {
        for i in 0..x.len() {
            for j in 0..=i {
                self.xx[(i, j)] += x[i] * x[j];
            }
            self.xy[i] += x[i] * y;
        }
        self.yy += y * y;
        self.n += 1.0;
    }

    /// Posterior with prior N(`mean`, I/`ridge`) in units of the noise: mean and Cholesky factor of the precision.
    fn posterior(&self, mean: &[f64], ridge: f64) -> Option<(Vec<f64>, Cholesky)> {
        let mut precision = self.xx.clone();
        let mut right = self.xy.clone();
        for i in 0..mean.len() {
            precision[(i, i)] += ridge;
            right[i] += ridge * mean[i];
        }
        let factor = cholesky(&precision).ok()?;
        Some((factor.solve(&right), factor))
    }
}

/// A bandit over contexts: reward = x'βₐ + noise, with βₐ around what all arms share. Put a 1 into the context for the
/// intercept, and scale the rest to about 1. Agrawal & Goyal (2013), "Thompson sampling for contextual bandits with
/// linear payoffs"; the pooling is that of a normal hierarchy with known spread.
#[derive(Debug, Clone)]
pub struct Linear {
    floors: Floors,
    columns: usize,
    ridge: f64,
    all: Sums,
    arms: Vec<Sums>,
    /// Posterior means and factors, and the noise, as of the last [`Linear::refresh`].
    believed: Vec<(Vec<f64>, Cholesky)>,
    noise: f64,
}

impl Linear {
    /// `ridge`: how many exposures the shared coefficients are worth to an arm, by custom 10.
    ///
    /// # Errors
    /// No columns, or a ridge that is not positive.
    pub fn new(floors: Floors, columns: usize, ridge: f64) -> Result<Linear, BanditError> {
        if columns == 0 {
            return Err(BanditError::Unknown { name: "context length", given: 0, known: 0 });
        }
        if !(ridge > 0.0 && ridge.is_finite()) {
            return Err(BanditError::Value { name: "ridge", value: ridge, want: "it must be a number above 0" });
        }
        let arms = vec![Sums::new(columns); floors.arms()];
        let mut out = Linear { floors, columns, ridge, all: Sums::new(columns), arms, believed: vec![], noise: 1.0 };
        out.refresh();
        Ok(out)
    }

    fn check(&self, context: &[f64]) -> Result<(), BanditError> {
        if context.len() != self.columns {
            return Err(BanditError::Unknown { name: "context length", given: context.len(), known: self.columns });
        }
        match context.iter().find(|x| !x.is_finite()) {
            Some(&value) => Err(BanditError::Value { name: "context", value, want: "it must be a number" }),
            None => Ok(()),
        }
    }

    /// Minimum share of an arm.
    pub fn floors_of(&self, arm: usize) -> f64 {
        self.floors.of(arm)
    }

    /// Takes one outcome, whenever it comes; beliefs change at the next [`Linear::refresh`].
    ///
    /// # Errors
    /// An unknown arm, or a context or reward that cannot be.
    pub fn learn(&mut self, arm: usize, context: &[f64], reward: f64) -> Result<(), BanditError> {
        self.check(context)?;
        if !reward.is_finite() {
            return Err(BanditError::Value { name: "reward", value: reward, want: "it must be a number" });
        }
        let known = self.arms.len();
        let sums = self.arms.get_mut(arm).ok_or(BanditError::Unknown { name: "arm", given: arm, known })?;
        sums.add(context, reward);
        self.all.add(context, reward);
        Ok(())
    }

    /// Works all outcomes of the batch into the beliefs.
    pub fn refresh(&mut self) {
        let Some((shared, _)) = self.all.posterior(&vec![0.0; self.columns], 1.0) else { return };
        let believed: Option<Vec<_>> = self.arms.iter().map(|sums| sums.posterior(&shared, self.ridge)).collect();
        let Some(believed) = believed else { return };
        // Noise about the arms' own fits, with one unit of variance as a prior worth two exposures.
        let mut residual = 2.0 * (self.all.yy / self.all.n.max(1.0)).max(1e-9);
        for (sums, (beta, _)) in self.arms.iter().zip(&believed) {
            residual += (sums.yy - beta.iter().zip(&sums.xy).map(|(b, xy)| b * xy).sum::<f64>()).max(0.0);
        }
        self.noise = residual / (self.all.n + 2.0);
        self.believed = believed;
    }

    /// Shares of the arms in a context, floors kept, by `draws` draws.
    ///
    /// # Errors
    /// A context of another length or that holds no numbers.
    pub fn shares(&self, context: &[f64], draws: usize, rng: &mut impl Rng) -> Result<Vec<f64>, BanditError> {
        self.check(context)?;
        // x'β is normal with mean x'b and variance noise · x'A⁻¹x = noise · |L⁻¹x|².
        let worth: Vec<(f64, f64)> = self
            .believed
            .iter()
            .map(|(beta, factor)| {
                let mean = beta.iter().zip(context).map(|(b, x)| b * x).sum();
                let spread: f64 = factor.solve_lower(context).iter().map(|v| v * v).sum();
                (mean, (self.noise * spread).sqrt())
            })
            .collect();
        let mut wins = vec![0.0; worth.len()];
        for _ in 0..draws.max(1) {
            let mut best = (f64::NEG_INFINITY, 0);
            for (arm, (mean, sd)) in worth.iter().enumerate() {
                let z: f64 = StandardNormal.sample(rng);
                if mean + sd * z > best.0 {
                    best = (mean + sd * z, arm);
                }
            }
            if let Some(wins) = wins.get_mut(best.1) {
                *wins += 1.0;
            }
        }
        Ok(self.floors.shares(&wins))
    }
}
