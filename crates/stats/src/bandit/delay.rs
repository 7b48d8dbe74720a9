//! How long rewards take.

use super::BanditError;

/// Share of rewards that have come by a number of days after the exposure.
#[derive(Debug, Clone, PartialEq)]
pub struct DelayCurve {
    /// `by[k]`: share that has come by the end of day k after the exposure (0 = the same day).
    by: Vec<f64>,
}

impl DelayCurve {
    /// All rewards come on the day of the exposure.
    pub fn immediate() -> DelayCurve {
        DelayCurve { by: vec![1.0] }
    }

    /// From rewards that have come, as (days from exposure to reward, age of the exposure today). An exposure of
    /// yesterday can only show delays of up to a day, so plain shares would look too fast: this is the product-limit
    /// estimate for right-truncated delays (Lagakos, Barraj & De Gruttola (1988), Biometrika 75(3)). Delays of
    /// `window_days` or more do not count as rewards of the exposure. `prior` rewards are taken to have been seen evenly
    /// over the window, so that a start without data is cautious rather than sure.
    ///
    /// # Errors
    /// A delay longer than its age: a reward from the future.
    pub fn learn(
        rewards: impl IntoIterator<Item = (u32, u32)>,
        window_days: u32,
        prior: f64,
    ) -> Result<DelayCurve, BanditError> {
        let window = window_days.max(1) as usize;
        // counts[delay][age], age capped at the window's last day.
        let mut counts = vec![vec![0.0; window]; window];
        for (delay, age) in rewards {
            if delay > age {
                return Err(BanditError::Value {
                    name: "delay of a reward",
                    value: f64::from(delay),
                    want: "it cannot be longer than the age of its exposure",
                });
            }
            if (delay as usize) < window {
                counts[delay as usize][(age as usize).min(window - 1)] += 1.0;
            }
        }
        let each = prior.max(1e-6) / window as f64;
        let mut by = vec![1.0; window];
        // From the longest delay down: F(k−1) = F(k) (1 − h(k)), h(k) = share of delays k among delays ≤ k of
        // exposures old enough to show k.
        for k in (1..window).rev() {
            let exact: f64 = each + counts[k][k..].iter().sum::<f64>();
            let up_to: f64 = (0..=k).map(|delay| each + counts[delay][k..].iter().sum::<f64>()).sum();
            by[k - 1] = by[k] * (1.0 - exact / up_to);
        }
        Ok(DelayCurve { by })
    }

    /// Share of rewards that have come `age` days after the exposure.
    pub fn come_by(&self, age: u32) -> f64 {
        self.by.get(age as usize).copied().unwrap_or(1.0)
    }
}
