//! Exposures and rewards as they come, and the shares that follow from them.

use std::collections::BTreeMap;

use rand::Rng;

use super::{BanditError, Cell, DelayCurve, Floors, Hierarchy};

/// What a reward is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// 0 or 1 per exposure: opened, clicked, bought.
    Rate,
    /// Any number per exposure: money. Most are 0.
    Money,
}

/// Draws behind the shares of one batch: the error of a share is at most 1.6 points.
const DRAWS: usize = 1000;

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Day {
    exposures: f64,
    rewards: f64,
    sum: f64,
    sum_sq: f64,
}

/// A bandit over segments: counts come in, shares come out.
#[derive(Debug, Clone)]
pub struct Bandit {
    scale: Scale,
    floors: Floors,
    segments: usize,
    /// By (segment, arm, day of the exposure).
    days: BTreeMap<(usize, usize, i32), Day>,
}

/// An arm that is worth asking the judge about. Not a verdict: nothing here accounts for how often it was looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question {
    /// The arm.
    pub arm: usize,
    /// What it must be tested against.
    pub baseline: usize,
    /// Chance that it is the best in the segment, as far as the bandit knows.
    pub chance_best: f64,
}

impl Bandit {
    /// An empty one.
    pub fn new(scale: Scale, floors: Floors, segments: usize) -> Bandit {
        Bandit { scale, floors, segments: segments.max(1), days: BTreeMap::new() }
    }

    /// The minimum shares.
    pub fn floors(&self) -> &Floors {
        &self.floors
    }

    fn day(&mut self, segment: usize, arm: usize, day: i32) -> Result<&mut Day, BanditError> {
        for (name, given, known) in [("segment", segment, self.segments), ("arm", arm, self.floors.arms())] {
            if given >= known {
                return Err(BanditError::Unknown { name, given, known });
            }
        }
        Ok(self.days.entry((segment, arm, day)).or_default())
    }

    /// Takes exposures of one day. Batches add up, in any order.
    ///
    /// # Errors
    /// An unknown segment or arm.
    pub fn expose(&mut self, segment: usize, arm: usize, day: i32, exposures: u64) -> Result<(), BanditError> {
        self.day(segment, arm, day)?.exposures += exposures as f64;
        Ok(())
    }

    /// Takes one reward, by the day of its *exposure*; it may come any time later. Refunds are negative rewards of
    /// money. A reward counts once: on [`Scale::Rate`] every call is one success.
    ///
    /// # Errors
    /// An unknown segment or arm, or a reward that is no number (or not 1 on [`Scale::Rate`]).
    pub fn reward(&mut self, segment: usize, arm: usize, exposed_on: i32, value: f64) -> Result<(), BanditError> {
        if !value.is_finite() || (self.scale == Scale::Rate && value != 1.0) {
            let want = "a reward is a number, and 1 where rewards are rates (nothing needs to be said of a 0)";
            return Err(BanditError::Value { name: "reward", value, want });
        }
        let day = self.day(segment, arm, exposed_on)?;
        day.rewards += 1.0;
        day.sum += value;
        day.sum_sq += value * value;
        Ok(())
    }

    /// What is believed today. Exposures count as far as their rewards could have come by now, which leaves the rate
    /// right while fresh days are in.
    pub fn believe(&self, today: i32, delays: &DelayCurve) -> Hierarchy {
        let mut cells = vec![vec![Cell::default(); self.floors.arms()]; self.segments];
        for (&(segment, arm, day), seen) in &self.days {
            let come = u32::try_from(today - day).map_or(0.0, |age| delays.come_by(age));
            let cell = &mut cells[segment][arm];
            // Never less exposures than rewards: a rate above 1 is no rate.
            cell.n += (seen.exposures * come).max(seen.rewards);
            cell.sum += seen.sum;
            cell.sum_sq += seen.sum_sq;
        }
        match self.scale {
            Scale::Rate => Hierarchy::of_rates(cells),
            Scale::Money => Hierarchy::of_means(cells),
        }
    }

    /// Shares of the arms in a segment, to be used for a whole batch and logged with every choice ([`super::choose`]).
    pub fn shares(&self, belief: &Hierarchy, segment: usize, rng: &mut impl Rng) -> Vec<f64> {
        self.floors.shares(&belief.best(segment, DRAWS, rng))
    }

    /// The arm other than the baseline that has at least `bound` chance to be best in a segment, if any: a question for
    /// the judge, never an answer.
    pub fn question(&self, belief: &Hierarchy, segment: usize, bound: f64, rng: &mut impl Rng) -> Option<Question> {
        let baseline = self.floors.baseline();
        let chances = belief.best(segment, DRAWS, rng);
        let best = (0..chances.len()).max_by(|l, r| chances[*l].total_cmp(&chances[*r]))?;
        (best != baseline && chances[best] >= bound).then(|| Question {
            arm: best,
            baseline,
            chance_best: chances[best],
        })
    }
}
