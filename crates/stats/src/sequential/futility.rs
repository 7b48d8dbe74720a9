//! Non-binding futility: when a win has become unlikely. Shown, and acted on only when the design says so.

use super::boundaries::{check_alpha, equal_shares};
use super::path::{LEAST_STEP, Path};
use super::{Boundaries, SequentialError, Spending};

/// Beta spending (Pampallona, Tsiatis & Kim 2001): under the effect of interest, no more than `beta` of the runs may be given up
/// by the horizon. The upper boundary does not rely on it, so that an owner may go on past it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Futility {
    /// Share of runs with the effect of interest that may be given up.
    pub beta: f64,
    /// How it is spent.
    pub spending: Spending,
    /// The effect of interest as the expectation of z at full information.
    pub drift: f64,
}

impl Futility {
    /// The drift at which a run of `looks` equal looks with this futility, acted on, keeps power 1 − `beta`: the two boundaries
    /// meet at the last look.
    ///
    /// # Errors
    /// `alpha` or `beta` not in (0, 1), alpha/2 + beta ≥ 1, no looks.
    pub fn for_power(
        alpha: f64,
        alpha_spending: Spending,
        beta: f64,
        spending: Spending,
        looks: usize,
    ) -> Result<Self, SequentialError> {
        check_alpha(alpha)?;
        if !(beta > 0.0 && beta < 1.0 - alpha) {
            return Err(SequentialError::Power { power: 1.0 - beta });
        }
        let upper = Boundaries::equally_spaced(alpha, alpha_spending, looks)?;
        let shares = equal_shares(looks);
        let mut low = 0.0;
        let mut high = 20.0;
        while high - low > 1e-6 {
            let drift = 0.5 * (low + high);
            let mut watch = Watch::new(Futility { beta, spending, drift });
            for (&share, &z) in shares.iter().zip(upper.z()) {
                watch.next(share, share, z);
            }
            let power: f64 = (0..watch.path.stages().len()).map(|k| watch.path.stopped_above(k, drift)).sum();
            if power < 1.0 - beta { low = drift } else { high = drift }
        }
        Ok(Self { beta, spending, drift: 0.5 * (low + high) })
    }
}

/// The recursion of futility boundaries along a run.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    futility: Futility,
    path: Path,
    spent: f64,
}

impl Watch {
    pub fn new(futility: Futility) -> Self {
        Self { futility, path: Path::default(), spent: 0.0 }
    }

    /// The lower boundary at a look with `fraction` of full information at `time` of the run, never above the upper boundary `upper`.
    pub fn next(&mut self, fraction: f64, time: f64, upper: f64) -> f64 {
        let last = self.path.stages().last().map_or(0.0, |s| s.information);
        if !(fraction >= last * (1.0 + LEAST_STEP) && fraction > 0.0 && fraction.is_finite()) {
            return f64::NEG_INFINITY;
        }
        let may = self.futility.spending.spent(self.futility.beta, time);
        if may < 1e-12 {
            return f64::NEG_INFINITY;
        }
        self.path.approach(fraction);
        let lower = self.path.boundary_below(may - self.spent, self.futility.drift).min(upper);
        self.path.close(lower, upper);
        self.spent = may;
        lower
    }
}
