//! Guardrails: read daily, so by intervals that hold at all times at once.

use stats::{
    confseq::asymptotic_interval,
    experiment::{ArmSums, Metric, difference},
};

use crate::{
    plan::{Guardrail, GuardrailKind},
    read::Cohort,
};

/// Units per arm below which an asymptotic interval promises nothing.
pub(super) const LEAST_UNITS: u64 = 100;

/// Units at which anytime-valid intervals are tightest where no number was planned. Fixed, not taken from the data.
pub(super) const TIGHTEST_AT: f64 = 10_000.0;

/// The guardrails that are proven to be broken: the change is worse than its baseline by more than was tolerated.
pub(super) fn breaches(rails: &[Guardrail], baseline: &Cohort, change: &Cohort, alpha: f64) -> Vec<String> {
    if baseline.units < LEAST_UNITS || change.units < LEAST_UNITS {
        return Vec::new();
    }
    let units = (baseline.units + change.units) as f64;
    let mut broken = Vec::new();
    for rail in rails {
        let (sums, sign): (fn(&Cohort) -> ArmSums, f64) = match rail.kind {
            GuardrailKind::Unsubscribe => {
                (|cohort| ArmSums::of_values(cohort.units, cohort.unsubscribed as f64, cohort.unsubscribed as f64), 1.0)
            }
            GuardrailKind::Refund => {
                (|cohort| ArmSums::of_values(cohort.units, cohort.refunds, cohort.refunds_sq), 1.0)
            }
            GuardrailKind::Margin => (|cohort| ArmSums::of_values(cohort.units, cohort.margin, cohort.margin_sq), -1.0),
        };
        let Some(found) = difference(&sums(baseline), &sums(change), Metric::Mean, false) else { continue };
        let worse = asymptotic_interval(sign * found.estimate, found.standard_error, units, TIGHTEST_AT, alpha);
        if let Some(worse) = worse.filter(|worse| worse.low > rail.most) {
            broken.push(format!(
                "{}: worse by {:.4} [{:.4}, {:.4}], tolerated are {:.4}",
                rail.kind.label(),
                worse.estimate,
                worse.low,
                worse.high,
                rail.most
            ));
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guardrail_breaks_only_beyond_doubt_and_beyond_what_is_tolerated() {
        let arm = |unsubscribed| Cohort { units: 10_000, unsubscribed, ..Cohort::default() };
        let rail = |most| [Guardrail { kind: GuardrailKind::Unsubscribe, most }];
        assert_eq!(breaches(&rail(0.002), &arm(100), &arm(300), 0.05).len(), 1);
        assert!(breaches(&rail(0.002), &arm(100), &arm(130), 0.05).is_empty(), "not proven");
        assert!(breaches(&rail(0.05), &arm(100), &arm(300), 0.05).is_empty(), "tolerated");
        assert!(breaches(&rail(0.0), &Cohort::default(), &arm(300), 0.05).is_empty(), "nothing to compare");
    }
}
