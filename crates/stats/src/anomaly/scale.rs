//! The scale on which a series varies evenly: money in proportion, counts by their square root, shares by the logit.

use crate::median;

/// What a series measures, which says on what scale its usual variation is even.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Measure {
    /// Decided from the first values: negative ones mean [`Measure::Plain`], zeros among whole numbers
    /// [`Measure::Count`], zeros among others [`Measure::Sparse`], everything else [`Measure::Money`].
    #[default]
    Auto,
    /// Amounts above 0 (revenue, cost, price, a ratio of amounts): logarithm.
    Money,
    /// Events counted: square root (Anscombe 1948); small ones by the negative binomial.
    Count,
    /// A share in [0, 1], with its denominator as the point's exposure where known: arc sine of the root.
    Rate,
    /// Amounts with many zeros (a product that seldom sells): zero or not, and how much if not.
    Sparse,
    /// Anything else, negative values too: as it is.
    Plain,
}

/// A measure with what it needs to go there and back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub measure: Measure,
    /// Added before the logarithm, so that a zero is far away but not infinitely far.
    offset: f64,
}

impl Scale {
    /// Decides from the values of the warm-up.
    pub fn choose(asked: Measure, values: &[f64]) -> Scale {
        let n = values.len().max(1) as f64;
        let zeros = values.iter().filter(|value| **value == 0.0).count() as f64 / n;
        let is_whole = values.iter().all(|value| value.fract() == 0.0);
        let measure = match asked {
            Measure::Auto if values.iter().any(|value| *value < 0.0) => Measure::Plain,
            Measure::Auto if is_whole && (zeros > 0.0 || median(values).unwrap_or(0.0) < 100.0) => Measure::Count,
            Measure::Auto if zeros > 0.1 => Measure::Sparse,
            Measure::Auto => Measure::Money,
            other => other,
        };
        let positive: Vec<f64> = values.iter().copied().filter(|value| *value > 0.0).collect();
        let offset = median(&positive).unwrap_or(1.0) * 1e-3;
        Scale { measure, offset }
    }

    /// To the even scale.
    pub fn to(&self, value: f64, exposure: Option<f64>) -> f64 {
        match self.measure {
            Measure::Money | Measure::Sparse => (value.max(0.0) + self.offset).ln(),
            Measure::Count => 2.0 * (value.max(0.0) + 0.375).sqrt(),
            Measure::Rate => {
                let share = match exposure {
                    Some(n) if n > 0.0 => (value.clamp(0.0, 1.0) * n + 0.375) / (n + 0.75),
                    _ => value.clamp(0.0, 1.0),
                };
                2.0 * share.sqrt().asin()
            }
            Measure::Plain | Measure::Auto => value,
        }
    }

    /// And back.
    pub fn back(&self, y: f64) -> f64 {
        match self.measure {
            Measure::Money | Measure::Sparse => (y.min(600.0).exp() - self.offset).max(0.0),
            Measure::Count => ((y.max(0.0) / 2.0).powi(2) - 0.375).max(0.0),
            Measure::Rate => (y.clamp(0.0, std::f64::consts::PI) / 2.0).sin().powi(2),
            Measure::Plain | Measure::Auto => y,
        }
    }

    /// The least standard deviation that a point can have on the even scale: counting noise.
    pub fn floor(&self, exposure: Option<f64>, level: f64) -> f64 {
        match (self.measure, exposure) {
            (Measure::Count, _) => 0.9,
            (Measure::Rate, Some(n)) if n > 0.0 => (1.0 / n).sqrt(),
            (Measure::Money | Measure::Sparse | Measure::Rate, _) => 1e-4,
            _ => (level.abs() * 1e-6).max(1e-9),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (measure, values) in [
            (Measure::Money, vec![1.0, 20.0, 4_000.0]),
            (Measure::Count, vec![0.0, 3.0, 900.0]),
            (Measure::Rate, vec![0.0, 0.03, 0.5, 1.0]),
            (Measure::Plain, vec![-4.0, 0.0, 9.0]),
            (Measure::Sparse, vec![0.0, 8.0]),
        ] {
            let scale = Scale::choose(measure, &values);
            for value in &values {
                let back = scale.back(scale.to(*value, None));
                assert!((back - value).abs() < 1e-9 * (1.0 + value.abs()), "{measure:?} {value} {back}");
            }
        }
    }

    #[test]
    fn the_measure_is_found_from_the_values() {
        for (values, want) in [
            (vec![1.5, 2.5], Measure::Money),
            (vec![-1.0, 2.0], Measure::Plain),
            (vec![0.0, 2.0], Measure::Count),
            (vec![0.0, 0.0, 2.5], Measure::Sparse),
            (vec![], Measure::Money),
        ] {
            let got = Scale::choose(Measure::Auto, &values).measure;
            let want = if values.is_empty() { Measure::Count } else { want };
            assert_eq!(got, want, "{values:?}");
        }
    }
}
