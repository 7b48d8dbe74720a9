//! How the error allowed is spent over the run.

use crate::normal;

/// A Lan-DeMets spending function: how much of the allowed error may have been spent by a share of the run.
///
/// Lan & DeMets (1983), *Discrete sequential boundaries for clinical trials*; the forms are those of Jennison & Turnbull
/// (2000), section 7.2.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spending {
    /// Spends almost nothing early: the last look is judged nearly as a single test would be. The default.
    ObrienFleming,
    /// Spends early: stops soonest, and pays for it with power.
    Pocock,
    /// Hwang, Shih & DeCani (1990): from O'Brien-Fleming-like (γ = −4) over linear (0) to Pocock-like (1).
    HwangShihDeCani {
        /// Shape γ; −4 where it is not finite.
        gamma: f64,
    },
}

impl Spending {
    /// What one tail may have spent of its `error` by `share` of the run (both in 0…1; clamped): 0 at 0, `error` at 1,
    /// non-decreasing between.
    pub fn spent(self, error: f64, share: f64) -> f64 {
        if !(error > 0.0 && share > 0.0) {
            return 0.0;
        }
        if share >= 1.0 {
            return error;
        }
        let spent = match self {
            Spending::ObrienFleming => 2.0 * normal::sf(normal::upper_quantile(error / 2.0) / share.sqrt()),
            Spending::Pocock => error * ((std::f64::consts::E - 1.0) * share).ln_1p(),
            Spending::HwangShihDeCani { gamma } => {
                let gamma = if gamma.is_finite() { gamma } else { -4.0 };
                if gamma.abs() < 1e-9 { error * share } else { error * (-gamma * share).exp_m1() / (-gamma).exp_m1() }
            }
        };
        spent.clamp(0.0, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_spending() -> impl Strategy<Value = Spending> {
        prop_oneof![
            Just(Spending::ObrienFleming),
            Just(Spending::Pocock),
            (-30.0..30.0f64).prop_map(|gamma| Spending::HwangShihDeCani { gamma })
        ]
    }

    proptest! {
        #[test]
        fn spending_is_monotone_and_complete(
            spending in any_spending(), error in 1e-6..0.5f64, a in -0.5..1.5f64, b in -0.5..1.5f64,
        ) {
            let (a, b) = (a.min(b), a.max(b));
            prop_assert!(spending.spent(error, a) <= spending.spent(error, b) + 1e-15);
            prop_assert!((0.0..=error).contains(&spending.spent(error, a)));
            prop_assert_eq!(spending.spent(error, 1.0), error);
            prop_assert_eq!(spending.spent(error, 0.0), 0.0);
        }
    }

    #[test]
    fn nonsense_spends_nothing() {
        assert_eq!(Spending::Pocock.spent(f64::NAN, 0.5), 0.0);
        assert_eq!(Spending::ObrienFleming.spent(0.025, f64::NAN), 0.0);
    }
}
