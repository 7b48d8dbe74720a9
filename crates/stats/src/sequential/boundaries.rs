//! Boundaries for a run planned or under way, and what they imply: power, stopping times, tables.

use super::path::{LEAST_STEP, Path};
use super::{SequentialError, Spending};
use crate::normal;

/// Spending below this is not told apart from none (boundaries beyond 7.6 standard errors).
const NOTHING: f64 = 1e-14;

/// Boundaries made look by look: each spends what the clock allows and has not been spent.
#[derive(Debug, Clone)]
pub(super) struct Spender {
    /// Error allowed in one tail.
    error: f64,
    spending: Spending,
    first_stop: f64,
    spent: f64,
    time: f64,
    pub path: Path,
}

/// What one look may do.
pub(super) struct Allowance {
    /// Two-sided boundary for |z|; infinite where nothing may be spent.
    pub boundary: f64,
    /// Spent so far in both tails, this look included.
    pub spent: f64,
    /// Its place among the looks that can stop, if it is one of them.
    pub stage: Option<usize>,
}

impl Spender {
    pub fn new(alpha: f64, spending: Spending, first_stop: f64) -> Self {
        Self { error: alpha / 2.0, spending, first_stop, spent: 0.0, time: 0.0, path: Path::default() }
    }

    /// `information` so far (any unit, the same at all looks), `time` the share of the run that has passed on the axis the
    /// error is spent along. At `time` ≥ 1 all that is left is spent, whatever information was reached.
    pub fn next(&mut self, information: f64, time: f64) -> Allowance {
        self.time = self.time.max(time);
        let last = self.path.stages().last().map_or(0.0, |s| s.information);
        let is_last = self.time >= 1.0;
        let nothing = |spent: f64| Allowance { boundary: f64::INFINITY, spent: 2.0 * spent, stage: None };
        if (self.time < self.first_stop && !is_last) || information.is_nan() || information <= 0.0 {
            return nothing(self.spent);
        }
        let may = self.spending.spent(self.error, self.time);
        if information < last * (1.0 + LEAST_STEP) && !is_last {
            return nothing(self.spent);
        }
        if may < NOTHING && !is_last {
            return Allowance { boundary: normal::upper_quantile(may), spent: 2.0 * may, stage: None };
        }
        self.path.approach(information.max(last * (1.0 + LEAST_STEP)));
        let boundary = self.path.boundary_above(may - self.spent, 0.0);
        self.path.close(-boundary, boundary);
        self.spent = may;
        Allowance { boundary, spent: 2.0 * self.spent, stage: Some(self.path.stages().len() - 1) }
    }
}

/// Two-sided symmetric boundaries over a series of looks.
///
/// `information` is in any unit; a *drift* is the true effect per unit of information, so with information given as shares of the
/// full amount (1 at the end) it is the expectation of z at the end: lift ÷ its standard error at full information.
#[derive(Debug, Clone)]
pub struct Boundaries {
    path: Path,
    z: Vec<f64>,
    stage: Vec<Option<usize>>,
}

/// Where runs end under one drift.
#[derive(Debug, Clone, PartialEq)]
pub struct Exits {
    /// P(stop above the upper boundary at each look).
    pub above: Vec<f64>,
    /// P(stop below the lower boundary at each look).
    pub below: Vec<f64>,
}

impl Boundaries {
    /// Boundaries that spend `alpha` (two-sided) along `times` (share of the run at each look, non-decreasing; a time ≥ 1
    /// spends all) at looks with the given `information`.
    ///
    /// # Errors
    /// `alpha` outside (0, 1), no looks, lengths that differ, values that are not finite or do not increase.
    pub fn by_spending(
        alpha: f64,
        spending: Spending,
        information: &[f64],
        times: &[f64],
    ) -> Result<Self, SequentialError> {
        check_alpha(alpha)?;
        check_looks(information)?;
        if times.len() != information.len() {
            return Err(SequentialError::Times { times: times.len(), looks: information.len() });
        }
        let mut spender = Spender::new(alpha, spending, 0.0);
        let (mut z, mut stage) = (Vec::new(), Vec::new());
        for (&information, &time) in information.iter().zip(times) {
            let allowance = spender.next(information, time);
            z.push(allowance.boundary);
            stage.push(allowance.stage);
        }
        Ok(Self { path: spender.path, z, stage })
    }

    /// The same with `looks` equally spaced looks.
    ///
    /// # Errors
    /// As [`Boundaries::by_spending`].
    pub fn equally_spaced(alpha: f64, spending: Spending, looks: usize) -> Result<Self, SequentialError> {
        let shares = equal_shares(looks);
        Self::by_spending(alpha, spending, &shares, &shares)
    }

    /// Boundaries given as z values (|z| above `z[k]` stops).
    ///
    /// # Errors
    /// No looks, lengths that differ, values that are not finite or do not increase.
    pub fn fixed(z: &[f64], information: &[f64]) -> Result<Self, SequentialError> {
        check_looks(information)?;
        if z.len() != information.len() {
            return Err(SequentialError::Times { times: z.len(), looks: information.len() });
        }
        let mut path = Path::default();
        for (&z, &information) in z.iter().zip(information) {
            path.approach(information);
            path.close(-z.abs(), z.abs());
        }
        Ok(Self { path, z: z.to_vec(), stage: (0..z.len()).map(Some).collect() })
    }

    /// The classical O'Brien & Fleming (1979) test: constant `c` and boundaries c·√(K/k) at K equally spaced looks.
    ///
    /// # Errors
    /// `alpha` outside (0, 1), no looks.
    pub fn classical_obrien_fleming(alpha: f64, looks: usize) -> Result<(f64, Self), SequentialError> {
        classical(alpha, looks, |share| 1.0 / share.sqrt())
    }

    /// The classical Pocock (1977) test: one constant boundary at K equally spaced looks.
    ///
    /// # Errors
    /// `alpha` outside (0, 1), no looks.
    pub fn classical_pocock(alpha: f64, looks: usize) -> Result<(f64, Self), SequentialError> {
        classical(alpha, looks, |_| 1.0)
    }

    /// Two-sided boundary of |z| at each look; infinite where a look cannot stop.
    pub fn z(&self) -> &[f64] {
        &self.z
    }

    /// Where runs end when the true effect is `drift` per unit of information.
    pub fn exits(&self, drift: f64) -> Exits {
        let at = |f: &dyn Fn(usize) -> f64| self.stage.iter().map(|s| s.map_or(0.0, f)).collect();
        Exits {
            above: at(&|stage| self.path.stopped_above(stage, drift)),
            below: at(&|stage| self.path.stopped_below(stage, drift)),
        }
    }

    /// P(*won* or *lost*) under `drift`: the size at 0, the power elsewhere.
    pub fn power(&self, drift: f64) -> f64 {
        self.exits(drift).total()
    }

    /// The drift at which [`Boundaries::power`] reaches `power`.
    ///
    /// # Errors
    /// `power` not between the size and 1.
    pub fn drift_for_power(&self, power: f64) -> Result<f64, SequentialError> {
        if !(power > self.power(0.0) && power < 1.0) {
            return Err(SequentialError::Power { power });
        }
        let end = self.path.stages().last().map_or(1.0, |s| s.information).sqrt();
        // Secant steps on the probit scale, where the power is nearly a line with the slope of √information.
        let target = normal::quantile(power);
        let (mut low, mut high) = (0.0, f64::INFINITY);
        let mut drift = (target + normal::upper_quantile(self.power(0.0) / 2.0)) / end;
        let mut slope = end;
        let mut previous: Option<(f64, f64)> = None;
        for _ in 0..200 {
            drift = if drift > low && drift < high { drift } else { 0.5 * (low + high.min(2.0 * low + 1.0 / end)) };
            let probit = normal::quantile(self.power(drift).min(1.0));
            if probit < target {
                low = drift
            } else {
                high = drift
            }
            if let Some((d, p)) = previous {
                let measured = (probit - p) / (drift - d);
                slope = if measured.is_finite() && measured > 0.0 { measured } else { slope };
            }
            previous = Some((drift, probit));
            let step = (target - probit) / slope;
            if (step * end).abs() < 1e-9 || high - low < 1e-12 * high {
                break;
            }
            drift += step;
        }
        Ok(drift)
    }
}

impl Exits {
    /// P(stopping at a boundary at any look).
    pub fn total(&self) -> f64 {
        self.above.iter().chain(&self.below).sum()
    }

    /// P(having stopped) by each look.
    pub fn cumulative(&self) -> Vec<f64> {
        let mut sum = 0.0;
        self.above
            .iter()
            .zip(&self.below)
            .map(|(a, b)| {
                sum += a + b;
                sum
            })
            .collect()
    }

    /// Expectation of `axis` (days, visitors … at each look) at the end of a run, those never stopped ending at the last look.
    /// NaN when there are no looks or the lengths differ.
    pub fn expected(&self, axis: &[f64]) -> f64 {
        let Some(&last) = axis.last().filter(|_| axis.len() == self.above.len()) else { return f64::NAN };
        let stopped: f64 = axis.iter().zip(self.above.iter().zip(&self.below)).map(|(x, (a, b))| x * (a + b)).sum();
        stopped + last * (1.0 - self.total())
    }
}

/// k/K for k = 1…K.
pub(super) fn equal_shares(looks: usize) -> Vec<f64> {
    (1..=looks).map(|k| k as f64 / looks as f64).collect()
}

fn classical(alpha: f64, looks: usize, shape: fn(f64) -> f64) -> Result<(f64, Boundaries), SequentialError> {
    check_alpha(alpha)?;
    let shares = equal_shares(looks);
    let with = |c: f64| Boundaries::fixed(&shares.iter().map(|&s| c * shape(s)).collect::<Vec<_>>(), &shares);
    let (mut low, mut high) =
        (normal::upper_quantile(alpha / 2.0), 2.0 + normal::upper_quantile(alpha / 2.0 / looks as f64));
    while high - low > 1e-9 {
        let middle = 0.5 * (low + high);
        if with(middle)?.power(0.0) > alpha { low = middle } else { high = middle }
    }
    let c = 0.5 * (low + high);
    Ok((c, with(c)?))
}

pub(super) fn check_alpha(alpha: f64) -> Result<(), SequentialError> {
    if alpha > 0.0 && alpha < 1.0 { Ok(()) } else { Err(SequentialError::Alpha { alpha }) }
}

fn check_looks(information: &[f64]) -> Result<(), SequentialError> {
    let mut last = 0.0;
    if information.is_empty() {
        return Err(SequentialError::NoLooks);
    }
    for (look, &value) in information.iter().enumerate() {
        if !(value.is_finite() && value > last) {
            return Err(SequentialError::Information { look: look + 1, value });
        }
        last = value;
    }
    Ok(())
}
