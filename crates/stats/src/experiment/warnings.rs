//! What a reader must know beside the word.

use super::{
    design::DayReading,
    srm::{SRM_LEVEL, chi_square_sf},
    sums::ArmSums,
};
use crate::normal;

/// Two-sided level of the novelty and weekday warnings: they are hints, read once a day.
const WARNING_LEVEL: f64 = 0.01;
/// Days before novelty and weekdays can be told: two full weeks.
const TWO_WEEKS: u32 = 14;

/// A warning; [`Warning::code`] is stable, the text (Display) is for people.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Warning {
    /// The arms' traffic does not fit the planned shares.
    #[error(
        "The arms did not get the traffic they were planned to get (p = {p_value:.2e}): assignment or exposure is broken, do not believe the result."
    )]
    SampleRatio {
        /// Sequential p-value.
        p_value: f64,
    },
    /// Less than the minimum run has been read.
    #[error("{days} of at least {min_days} days have been read: no decision before every weekday has counted once.")]
    MinimumRun {
        /// Days read.
        days: u32,
        /// Days required.
        min_days: u32,
    },
    /// The run is not a whole number of weeks.
    #[error("{days} days are not whole weeks: weekdays with one more day weigh more. A multiple of 7 is cleaner.")]
    PartialWeek {
        /// Days read.
        days: u32,
    },
    /// The effect of the first week differs from that of the time after.
    #[error("Arm {arm}: the effect was {first_week:+.4} per unit in the first week and {later:+.4} since (p = {p_value:.3}): {}. The average over the run is not what will stay.",
        if .later.abs() < .first_week.abs() { "novelty wears off" } else { "it grows as people learn" })]
    Novelty {
        /// Index of the arm.
        arm: usize,
        /// Effect per unit exposed in the first seven days.
        first_week: f64,
        /// Effect per unit exposed later.
        later: f64,
        /// Two-sided.
        p_value: f64,
    },
    /// The effect differs by weekday.
    #[error("Arm {arm}: the effect differs between weekdays (p = {p_value:.3}): read whole weeks only.")]
    Weekdays {
        /// Index of the arm.
        arm: usize,
        /// Chi-square with six degrees.
        p_value: f64,
    },
    /// Fewer than two units in an arm.
    #[error("Arm {arm} has {units} units: there is nothing to compare.")]
    EmptyArm {
        /// Index of the arm.
        arm: usize,
        /// Units.
        units: u64,
    },
    /// No unit differs from another.
    #[error("Arm {arm} and control: no unit differs from another, so nothing can be tested.")]
    NoVariance {
        /// Index of the arm.
        arm: usize,
    },
    /// The control's level is not above zero.
    #[error("The control's level is {level:.4}, not above zero: no relative lift is given.")]
    NoLift {
        /// Level of the control.
        level: f64,
    },
    /// Days after the horizon were not read.
    #[error("{days} days after the horizon of {horizon_days} days were left out: the test was declared to end there.")]
    BeyondHorizon {
        /// Days left out.
        days: u32,
        /// Horizon.
        horizon_days: u32,
    },
}

impl Warning {
    /// Stable name for files.
    pub fn code(&self) -> &'static str {
        match self {
            Warning::SampleRatio { .. } => "sample_ratio",
            Warning::MinimumRun { .. } => "minimum_run",
            Warning::PartialWeek { .. } => "partial_week",
            Warning::Novelty { .. } => "novelty",
            Warning::Weekdays { .. } => "weekdays",
            Warning::EmptyArm { .. } => "empty_arm",
            Warning::NoVariance { .. } => "no_variance",
            Warning::NoLift { .. } => "no_lift",
            Warning::BeyondHorizon { .. } => "beyond_horizon",
        }
    }
}

/// The sample-ratio warning, if there is one to give.
pub(super) fn sample_ratio(p_value: f64) -> Option<Warning> {
    (p_value < SRM_LEVEL).then_some(Warning::SampleRatio { p_value })
}

/// Novelty and weekday warnings of one arm from the cumulative days; silent before two full weeks.
pub(super) fn over_time(days: &[DayReading], arm: usize) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let Some(last) = days.last().filter(|last| last.day >= TWO_WEEKS) else { return warnings };
    let (Some(c), Some(t)) = (last.arms.first(), last.arms.get(arm)) else { return warnings };
    let (Some(var_c), Some(var_t)) = (c.variance(), t.variance()) else { return warnings };
    let effect = |c: &ArmSums, t: &ArmSums| {
        let difference = t.mean()? - c.mean()?;
        let variance = var_c / c.units as f64 + var_t / t.units as f64;
        (variance > 0.0).then_some((difference, variance))
    };
    if let Some(first) = days.iter().rev().find(|day| day.day <= 7)
        && let (Some((early, var_early)), Some((later, var_later))) =
            (effect(&first.arms[0], &first.arms[arm]), effect(&c.since(&first.arms[0]), &t.since(&first.arms[arm])))
    {
        let p_value = normal::two_sided_p((early - later) / (var_early + var_later).sqrt());
        if p_value < WARNING_LEVEL {
            warnings.push(Warning::Novelty { arm, first_week: early, later, p_value });
        }
    }
    let mut weekdays = [[ArmSums::default(); 2]; 7];
    let mut before = [ArmSums::default(); 2];
    for day in days {
        let now = [day.arms[0], day.arms[arm]];
        let weekday = &mut weekdays[(day.day.saturating_sub(1) % 7) as usize];
        for side in 0..2 {
            weekday[side] = weekday[side].plus(&now[side].since(&before[side]));
        }
        before = now;
    }
    let effects: Vec<(f64, f64)> = weekdays.iter().filter_map(|[c, t]| effect(c, t)).collect();
    if effects.len() == 7 {
        let weight: f64 = effects.iter().map(|(_, variance)| 1.0 / variance).sum();
        let mean = effects.iter().map(|(d, variance)| d / variance).sum::<f64>() / weight;
        let statistic = effects.iter().map(|(d, variance)| (d - mean).powi(2) / variance).sum();
        let p_value = chi_square_sf(statistic, 6.0);
        if p_value < WARNING_LEVEL {
            warnings.push(Warning::Weekdays { arm, p_value });
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three weeks of 1,000 units per arm and day with standard deviation 2; `effect(day)` on the treatment.
    fn run(effect: impl Fn(u32) -> f64) -> Vec<DayReading> {
        let mut arms = vec![ArmSums::default(); 2];
        (1..=21)
            .map(|day| {
                for (arm, mean) in [5.0, 5.0 + effect(day)].into_iter().enumerate() {
                    let n = 1000.0;
                    arms[arm] = arms[arm].plus(&ArmSums::of_values(1000, n * mean, n * (mean * mean + 4.0)));
                }
                DayReading { day, arms: arms.clone() }
            })
            .collect()
    }

    #[test]
    fn fading_and_weekday_effects_are_named_and_steady_ones_are_not() {
        assert!(over_time(&run(|_| 0.3), 1).is_empty());
        let fading = over_time(&run(|day| if day <= 7 { 0.4 } else { 0.05 }), 1);
        assert!(
            matches!(fading[..], [Warning::Novelty { first_week, later, .. }] if first_week > 0.39 && later < 0.06)
        );
        assert!(fading[0].to_string().contains("novelty wears off"));
        let weekend = over_time(&run(|day| if day % 7 >= 5 { 0.6 } else { 0.0 }), 1);
        assert!(matches!(weekend[..], [Warning::Weekdays { .. }]), "{weekend:?}");
        assert!(over_time(&run(|day| if day <= 7 { 0.4 } else { 0.05 })[..13], 1).is_empty());
    }
}
