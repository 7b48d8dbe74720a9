//! Minimum shares.

use super::BanditError;

/// Shares that every arm keeps, whatever is believed of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Floors {
    arms: usize,
    baseline: usize,
    baseline_floor: f64,
    arm_floor: f64,
}

impl Floors {
    /// `baseline_floor` for the baseline (by custom 0.1), `arm_floor` for each other arm (by custom 0.02).
    ///
    /// # Errors
    /// Fewer than two arms, a baseline that is none of them, a floor of 0 or less (an arm never shown can never be
    /// evaluated), or floors that add up to more than 0.9.
    pub fn new(arms: usize, baseline: usize, baseline_floor: f64, arm_floor: f64) -> Result<Floors, BanditError> {
        if arms < 2 || baseline >= arms {
            return Err(BanditError::Arms { arms, baseline });
        }
        for (name, value) in [("minimum share of the baseline", baseline_floor), ("minimum share of an arm", arm_floor)]
        {
            if !(value > 0.0 && value < 1.0) {
                return Err(BanditError::Value { name, value, want: "it must be above 0 and below 1" });
            }
        }
        let total = baseline_floor + arm_floor * (arms - 1) as f64;
        if total > 0.9 {
            return Err(BanditError::Floors(total));
        }
        Ok(Floors { arms, baseline, baseline_floor, arm_floor })
    }

    /// Number of arms.
    pub fn arms(&self) -> usize {
        self.arms
    }

    /// The baseline, counted from 0.
    pub fn baseline(&self) -> usize {
        self.baseline
    }

    /// Minimum share of an arm.
    pub fn of(&self, arm: usize) -> f64 {
        if arm == self.baseline { self.baseline_floor } else { self.arm_floor }
    }

    /// Shares from chances to be best (any non-negative numbers, one per arm): floors first, the rest in proportion.
    /// They add up to 1. Chances that are all 0 or not numbers count as equal.
    pub fn shares(&self, chances: &[f64]) -> Vec<f64> {
        let kept: f64 = (0..self.arms).map(|arm| self.of(arm)).sum();
        let chance = |arm: usize| chances.get(arm).copied().filter(|c| c.is_finite() && *c > 0.0).unwrap_or(0.0);
        let total: f64 = (0..self.arms).map(chance).sum();
        (0..self.arms)
            .map(|arm| {
                let part = if total > 0.0 { chance(arm) / total } else { 1.0 / self.arms as f64 };
                self.of(arm) + (1.0 - kept) * part
            })
            .collect()
    }
}

/// The arm that a number `u` in [0, 1) falls on, with its share (the propensity to log). `u` may be random or a hash of
/// the unit, which makes the choice repeatable. None for no shares.
pub fn choose(shares: &[f64], u: f64) -> Option<(usize, f64)> {
    let total: f64 = shares.iter().sum();
    let mut left = u.clamp(0.0, 1.0) * total;
    let mut last = None;
    for (arm, &share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        last = Some((arm, share / total));
        left -= share;
        if left < 0.0 {
            break;
        }
    }
    last
}
