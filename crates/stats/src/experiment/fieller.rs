//! Relative lift with Fieller's interval.

/// A difference between two arms, the control's level and how the two vary together: all that a relative lift needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelAndDifference {
    /// Treatment − control, in the metric's unit.
    pub difference: f64,
    /// Its variance.
    pub difference_variance: f64,
    /// Level of the control arm.
    pub control: f64,
    /// Its variance.
    pub control_variance: f64,
    /// Covariance of the two (minus the control's variance for plain means).
    pub covariance: f64,
}

impl LevelAndDifference {
    /// Observed relative lift; none where the control's level is not above zero.
    pub fn lift(&self) -> Option<f64> {
        (self.control > 0.0 && self.difference.is_finite()).then(|| self.difference / self.control)
    }

    /// Standard error of the lift by the delta method; none where the control's level is not above zero. For weighing lifts
    /// against each other (shrinkage); intervals come from [`LevelAndDifference::lift_at`].
    pub fn lift_standard_error(&self) -> Option<f64> {
        let lift = self.lift()?;
        let variance = self.difference_variance - 2.0 * lift * self.covariance + lift * lift * self.control_variance;
        Some(variance.max(0.0).sqrt() / self.control)
    }

    /// The lift `r` at which `difference − r · control` lies `q` of its standard errors above zero: a positive `q` gives
    /// a lower bound, a negative one an upper bound, zero the observed lift. None where the control's level is not
    /// `|q|` standard errors above zero: then no finite bound exists, and a delta-method interval would only pretend one.
    ///
    /// Fieller (1954), *Some problems in interval estimation*, J. R. Statist. Soc. B 16, 175–185, in the form of the
    /// roots of (d − r c)² = q² Var(d − r c).
    pub fn lift_at(&self, q: f64) -> Option<f64> {
        let lift = self.lift()?;
        if q == 0.0 {
            return Some(lift);
        }
        let q2 = q * q;
        let a = self.control * self.control - q2 * self.control_variance;
        if !q.is_finite() || a <= 0.0 {
            return None;
        }
        let b = self.difference * self.control - q2 * self.covariance;
        let c = self.difference * self.difference - q2 * self.difference_variance;
        let root = (b * b - a * c).max(0.0).sqrt();
        let bound = (b - q.signum() * root) / a;
        bound.is_finite().then_some(bound)
    }

    /// Fieller's interval at a critical value, e.g. 1.96: lower and upper bound, each none where it is unbounded.
    pub fn interval(&self, critical: f64) -> (Option<f64>, Option<f64>) {
        (self.lift_at(critical.abs()), self.lift_at(-critical.abs()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Independent means 10 ± 1 and 12 ± 1.2: the ratio 1.2 by Fieller's closed form
    /// g = z² v_c / c², (ρ ± z/c · sqrt(v_t + ρ² v_c − g v_t)) / (1 − g).
    #[test]
    fn the_closed_form_for_independent_means() {
        let (c, t, vc, vt, z): (f64, f64, f64, f64, f64) = (10.0, 12.0, 1.0, 1.44, 1.96);
        let it = LevelAndDifference {
            difference: t - c,
            difference_variance: vc + vt,
            control: c,
            control_variance: vc,
            covariance: -vc,
        };
        let (g, ratio) = (z * z * vc / (c * c), t / c);
        let half = z / c * (vt + ratio * ratio * vc - g * vt).sqrt();
        let (low, high) = it.interval(z);
        // The usual delta method: ρ² (v_t / t² + v_c / c²).
        let delta = ratio * (vt / (t * t) + vc / (c * c)).sqrt();
        assert!((it.lift_standard_error().expect("error") - delta).abs() < 1e-12);
        assert!((low.expect("low") - ((ratio - half) / (1.0 - g) - 1.0)).abs() < 1e-12);
        assert!((high.expect("high") - ((ratio + half) / (1.0 - g) - 1.0)).abs() < 1e-12);
    }

    #[test]
    fn a_control_near_zero_has_no_bound() {
        let it = LevelAndDifference {
            difference: 1.0,
            difference_variance: 1.0,
            control: 1.0,
            control_variance: 0.5,
            covariance: -0.5,
        };
        assert_eq!(it.interval(1.96), (None, None));
        assert_eq!(LevelAndDifference { control: -1.0, ..it }.lift(), None);
        assert_eq!(it.lift_at(f64::NAN), None);
    }

    proptest! {
        #[test]
        fn bounds_agree_with_the_difference(d in -5.0..5.0f64, vc in 0.01..0.2f64, vt in 0.01..0.2f64, q in 0.1..3.0f64) {
            let it = LevelAndDifference {
                difference: d, difference_variance: vc + vt, control: 3.0, control_variance: vc, covariance: -vc,
            };
            let (low, high) = it.interval(q);
            let (low, high) = (low.expect("low"), high.expect("high"));
            prop_assert!(low <= d / 3.0 + 1e-9 && d / 3.0 <= high + 1e-9);
            // A lift excludes zero exactly when the absolute difference does.
            let excludes = d.abs() > q * (vc + vt).sqrt();
            prop_assert_eq!(excludes, low > 0.0 || high < 0.0);
        }
    }
}
