//! What an arm's units add up to: all a reading needs, so that a ledger keeps sums a day instead of visitors.

use super::ExperimentError;

/// Sums over the units of one arm. A unit is whoever was assigned (visitor, customer, recipient); its value is the sum of
/// everything it brought *so far*, refunds and cancellations as negative amounts, cut at the declared cap.
///
/// Cumulative sums of a day are over all units exposed up to and including that day. They are not sums of daily
/// values: a unit that buys on two days counts once, with both purchases ([`ArmSums::replace`] moves it).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ArmSums {
    /// Number of units.
    pub units: u64,
    /// Σ value.
    pub value: f64,
    /// Σ value².
    pub value_sq: f64,
    /// Σ denominator of a ratio metric (orders for average order value, spend for ROAS); 0 where there is none.
    pub denominator: f64,
    /// Σ denominator².
    pub denominator_sq: f64,
    /// Σ value × denominator.
    pub value_denominator: f64,
    /// Σ pre-period covariate; 0 where there is none.
    pub covariate: f64,
    /// Σ covariate².
    pub covariate_sq: f64,
    /// Σ value × covariate.
    pub value_covariate: f64,
    /// Σ denominator × covariate.
    pub denominator_covariate: f64,
}

/// One unit's figures.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct UnitFigures {
    /// What it brought so far.
    pub value: f64,
    /// Denominator of a ratio metric, else 0.
    pub denominator: f64,
    /// Covariate from before the start, else 0.
    pub covariate: f64,
}

impl ArmSums {
    /// Sums of a plain metric: number of units, Σ value, Σ value².
    pub fn of_values(units: u64, value: f64, value_sq: f64) -> ArmSums {
        ArmSums { units, value, value_sq, ..ArmSums::default() }
    }

    /// Adds a unit.
    pub fn add(&mut self, unit: UnitFigures) {
        self.units += 1;
        self.shift(unit, 1.0);
    }

    /// Takes a unit out, e.g. one that was found in two arms.
    pub fn remove(&mut self, unit: UnitFigures) {
        self.units = self.units.saturating_sub(1);
        self.shift(unit, -1.0);
    }

    /// Puts a unit's new figures in the place of its old ones (a second purchase, a refund).
    pub fn replace(&mut self, old: UnitFigures, new: UnitFigures) {
        self.shift(old, -1.0);
        self.shift(new, 1.0);
    }

    fn shift(&mut self, unit: UnitFigures, sign: f64) {
        let UnitFigures { value: y, denominator: d, covariate: x } = unit;
        self.value += sign * y;
        self.value_sq += sign * y * y;
        self.denominator += sign * d;
        self.denominator_sq += sign * d * d;
        self.value_denominator += sign * y * d;
        self.covariate += sign * x;
        self.covariate_sq += sign * x * x;
        self.value_covariate += sign * y * x;
        self.denominator_covariate += sign * d * x;
    }

    /// The sum of two disjoint sets of units.
    pub fn plus(&self, other: &ArmSums) -> ArmSums {
        self.combine(other, 1.0, self.units.saturating_add(other.units))
    }

    /// What was added since an earlier reading of the same arm.
    pub fn since(&self, earlier: &ArmSums) -> ArmSums {
        self.combine(earlier, -1.0, self.units.saturating_sub(earlier.units))
    }

    fn combine(&self, other: &ArmSums, sign: f64, units: u64) -> ArmSums {
        ArmSums {
            units,
            value: self.value + sign * other.value,
            value_sq: self.value_sq + sign * other.value_sq,
            denominator: self.denominator + sign * other.denominator,
            denominator_sq: self.denominator_sq + sign * other.denominator_sq,
            value_denominator: self.value_denominator + sign * other.value_denominator,
            covariate: self.covariate + sign * other.covariate,
            covariate_sq: self.covariate_sq + sign * other.covariate_sq,
            value_covariate: self.value_covariate + sign * other.value_covariate,
            denominator_covariate: self.denominator_covariate + sign * other.denominator_covariate,
        }
    }

    /// Value per unit; none without units.
    pub fn mean(&self) -> Option<f64> {
        (self.units > 0).then(|| self.value / self.units as f64)
    }

    /// Sample variance of the value per unit (n − 1); none below two units.
    pub fn variance(&self) -> Option<f64> {
        (self.units > 1).then(|| centred(self.value_sq, self.value, self.value, self.units) / (self.units - 1) as f64)
    }

    /// Holds the sums against what sums can be.
    ///
    /// # Errors
    /// A sum is not finite, or Σ value² is less than (Σ value)² / n allows.
    pub fn check(&self, arm: usize, day: u32) -> Result<(), ExperimentError> {
        let all = [
            self.value,
            self.value_sq,
            self.denominator,
            self.denominator_sq,
            self.value_denominator,
            self.covariate,
            self.covariate_sq,
            self.value_covariate,
            self.denominator_covariate,
        ];
        if all.iter().any(|sum| !sum.is_finite()) {
            return Err(ExperimentError::NotFinite { arm, day });
        }
        let n = self.units as f64;
        let least = if self.units == 0 { 0.0 } else { self.value * self.value / n };
        if self.value_sq < least * (1.0 - 1e-6) - 1e-9 {
            return Err(ExperimentError::ImpossibleSums { arm, day, sum_sq: self.value_sq, least });
        }
        Ok(())
    }
}

/// Σ (a − ā)(b − b̄) from raw sums; what rounding leaves of a constant counts as none.
pub(crate) fn centred(cross: f64, a: f64, b: f64, units: u64) -> f64 {
    let product = a * b / units as f64;
    let centred = cross - product;
    if centred.abs() <= 1e-12 * cross.abs().max(product.abs()) { 0.0 } else { centred }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unit() -> impl Strategy<Value = UnitFigures> {
        (-50i32..200, 0i32..5, -20i32..20).prop_map(|(y, d, x)| UnitFigures {
            value: f64::from(y),
            denominator: f64::from(d),
            covariate: f64::from(x),
        })
    }

    proptest! {
        #[test]
        fn adding_replacing_and_removing_is_the_same_as_never_having_had(
            kept in prop::collection::vec(unit(), 0..20), old in unit(), new in unit()
        ) {
            let mut plain = ArmSums::default();
            kept.iter().for_each(|u| plain.add(*u));
            let mut moved = plain;
            moved.add(old);
            moved.replace(old, new);
            moved.remove(new);
            prop_assert_eq!(plain, moved);
            prop_assert!(plain.check(0, 1).is_ok());
            let half = kept.len() / 2;
            let mut first = ArmSums::default();
            kept[..half].iter().for_each(|u| first.add(*u));
            prop_assert_eq!(first.plus(&plain.since(&first)), plain);
        }
    }

    #[test]
    fn impossible_sums_are_named() {
        assert!(ArmSums::of_values(2, 10.0, 3.0).check(1, 4).is_err());
        assert!(ArmSums::of_values(2, f64::NAN, 3.0).check(0, 1).is_err());
        assert_eq!(ArmSums::of_values(0, 0.0, 0.0).mean(), None);
        assert_eq!(ArmSums::of_values(1, 5.0, 25.0).variance(), None);
        assert_eq!(ArmSums::of_values(3, 0.3, 0.03).variance(), Some(0.0));
    }
}
