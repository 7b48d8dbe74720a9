//! What a day's figure usually is: a weekday-adjusted median with a band from the MAD, on the log scale.
//!
//! Money and ratios of money vary in proportion, so they are treated on the log scale; weekdays differ, so each has an
//! offset, shrunk towards none; campaigns and outages leave wild days behind, so medians and the MAD are used
//! (Rousseeuw & Croux 1993). The band is for *one more day*, wide enough for the finite history behind it.

use domain::Day;
use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::robust::{MAD_TO_SIGMA, mad, median};

/// Fewer days than this carry no range.
pub const MIN_HISTORY: usize = 14;

/// Days of a weekday at which its own offset counts half.
const WEEKDAY_SHRINK: f64 = 2.0;

/// A day's figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayValue {
    /// The day.
    pub day: Day,
    /// The figure; days at or below 0 (closed, nothing sold) do not count.
    pub value: f64,
}

/// Where one more day's figure is expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Lower end.
    pub low: f64,
    /// The middle: half of all days are below.
    pub mid: f64,
    /// Upper end.
    pub high: f64,
    /// Days of history it rests on.
    pub days: usize,
}

impl Range {
    /// Whether a figure is inside.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// The range in which `target`'s figure lies with probability `coverage` (e.g. `0.9`) if nothing has changed; `None`
/// with fewer than [`MIN_HISTORY`] usable days. The history is given by the caller: about eight weeks is right.
pub fn expected_range(history: &[DayValue], target: Day, coverage: f64) -> Option<Range> {
    let logs: Vec<(usize, f64)> = history
        .iter()
        .filter(|item| item.value > 0.0 && item.value.is_finite())
        .map(|item| (weekday(item.day), item.value.ln()))
        .collect();
    if logs.len() < MIN_HISTORY {
        return None;
    }
    let all: Vec<f64> = logs.iter().map(|(_, log)| *log).collect();
    let middle = median(&all)?;
    let mut offsets = [0.0; 7];
    let mut counts = [0usize; 7];
    for (index, offset) in offsets.iter_mut().enumerate() {
        let own: Vec<f64> = logs.iter().filter(|(day, _)| *day == index).map(|(_, log)| *log - middle).collect();
        counts[index] = own.len();
        let weight = own.len() as f64 / (own.len() as f64 + WEEKDAY_SHRINK);
        *offset = median(&own).map_or(0.0, |own| own * weight);
    }
    let residuals: Vec<f64> = logs.iter().map(|(day, log)| log - middle - offsets[*day]).collect();
    let centre = median(&residuals)?;
    let n = residuals.len() as f64;
    // Each weekday's offset took a degree of freedom; the residuals look calmer than the next day will be.
    let freedom = (n - counts.iter().filter(|count| **count > 0).count() as f64).max(3.0);
    let own = (counts[weekday(target)] as f64).max(1.0);
    let sigma = mad(&residuals)? * MAD_TO_SIGMA * (n / freedom).sqrt();
    let spread = sigma * (1.0 + 1.57 / (own + WEEKDAY_SHRINK)).sqrt();
    // The MAD is 37 % as efficient as the standard deviation: it knows the spread as if from that many fewer days.
    let quantile =
        StudentsT::new(0.0, 1.0, (freedom * 0.37).max(3.0)).ok()?.inverse_cdf(0.5 + coverage.clamp(0.01, 0.999) / 2.0);
    let mid = middle + centre + offsets[weekday(target)];
    let half = spread * quantile;
    Some(Range { low: (mid - half).exp(), mid: mid.exp(), high: (mid + half).exp(), days: residuals.len() })
}

fn weekday(day: Day) -> usize {
    day.epoch_days().rem_euclid(7) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator (splitmix64) and Box-Muller: the tests' own noise, seeded.
    struct Noise(u64);

    impl Noise {
        fn uniform(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
        }

        fn normal(&mut self) -> f64 {
            let (a, b) = (self.uniform().max(1e-12), self.uniform());
            (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
        }
    }

    fn coverage_of(days: usize, sigma: f64, outliers: f64, wanted: f64, runs: u64) -> f64 {
        let start = Day::parse("2026-01-05").expect("a day");
        let weekly = [0.0, 0.1, 0.05, 0.0, 0.2, 0.5, -0.4];
        let mut inside = 0u64;
        for run in 0..runs {
            let mut noise = Noise(run.wrapping_mul(7919) + 13);
            let mut value = |index: usize| 7.0 + weekly[index % 7] + sigma * noise.normal();
            let mut history: Vec<DayValue> =
                (0..days).map(|index| DayValue { day: start.plus(index as i32), value: value(index).exp() }).collect();
            let next = value(days).exp();
            for item in &mut history {
                if noise.uniform() < outliers {
                    item.value *= 8.0;
                }
            }
            let range = expected_range(&history, start.plus(days as i32), wanted).expect("enough days");
            inside += u64::from(range.contains(next));
        }
        inside as f64 / runs as f64
    }

    #[test]
    fn the_range_covers_as_often_as_it_says() {
        let runs = 2_000;
        for (days, sigma, wanted) in [(28, 0.25, 0.9), (56, 0.25, 0.9), (56, 0.6, 0.9), (56, 0.25, 0.8)] {
            let got = coverage_of(days, sigma, 0.0, wanted, runs);
            // Four standard errors of a share, and three points for what the method itself may be off.
            let tolerance = 4.0 * (wanted * (1.0 - wanted) / runs as f64).sqrt() + 0.03;
            assert!((got - wanted).abs() < tolerance, "{days} days, sigma {sigma}: {got} instead of {wanted}");
        }
    }

    #[test]
    fn one_wild_day_in_twenty_does_not_ruin_it() {
        let got = coverage_of(56, 0.25, 0.05, 0.9, 1_000);
        assert!((0.86..0.98).contains(&got), "{got}");
    }

    #[test]
    fn thin_history_has_no_range() {
        let start = Day::parse("2026-01-05").expect("a day");
        let history: Vec<DayValue> = (0..30).map(|i| DayValue { day: start.plus(i), value: 0.0 }).collect();
        assert_eq!(expected_range(&history, start, 0.9), None);
    }
}
