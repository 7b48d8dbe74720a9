//! The day of the next purchase.

use super::{Renewal, Unit};

/// Mass asked of the 80 % range. A range that is chosen to be the shortest on an estimated distribution holds one to two
/// points less than it says (measured on five logs).
const RANGE: f64 = 0.815;

/// What a forecast rests on in the main.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The unit's own gaps: three or more.
    Own,
    /// Others of the same product, and the customer's band where it is known.
    Item,
    /// Customers who buy as often.
    Band,
    /// Everybody.
    Everyone,
}

/// When a unit will be bought again, in days after the day of the forecast (0 = that day).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NextDay {
    /// Chance of a purchase within the horizon.
    pub chance: f64,
    /// If there is one: the middle of the densest half, the guess that is nearest to half of such purchases.
    pub day: f64,
    /// If there is one: first day of the shortest range that holds 80 %.
    pub low: u32,
    /// If there is one: last day of it.
    pub high: u32,
    /// What it rests on.
    pub level: Level,
}

impl Renewal {
    /// Forecast within `horizon` days, given all that is known up to now, the silence included. A horizon longer than
    /// the one the model was fitted for is cut to that.
    pub fn next(&self, unit: &Unit, horizon: u32) -> NextDay {
        let (before, level) = self.shares(unit);
        let silence = unit.gaps.silence;
        let horizon = horizon.clamp(1, self.horizon);
        // A unit silent for longer than any the model has seen is taken as silent for as long as the longest.
        let known = self.survival.first().map_or(1, |table| table.len() as u32 - 1);
        let silence = silence.min(known - self.horizon);
        let mut of_kinds = vec![0.0; self.kinds.len()];
        let mut total = 0.0;
        self.for_types(&unit.gaps, |place, kind, likelihood, leaves| {
            let weight = before[place] * likelihood;
            of_kinds[kind] += weight * (1.0 - leaves);
            total += weight * (leaves + (1.0 - leaves) * self.survives(kind, silence));
        });
        // days[t]: chance of the purchase on day t.
        let mut days = vec![0.0; horizon as usize];
        for (kind, weight) in of_kinds.iter().enumerate().filter(|(_, weight)| **weight > 1e-12 * total) {
            let table = &self.survival[kind];
            for (t, chance) in days.iter_mut().enumerate() {
                let at = silence as usize + t;
                *chance += weight * (table[at] - table[at + 1]).max(0.0);
            }
        }
        let within: f64 = days.iter().sum();
        if within <= 0.0 || total <= 0.0 {
            let last = horizon - 1;
            return NextDay { chance: 0.0, day: f64::from(last), low: last, high: last, level };
        }
        let (from, to) = densest(&days, 0.5 * within);
        let (low, high) = densest(&days, RANGE * within);
        let day = (from + to) as f64 / 2.0;
        NextDay { chance: (within / total).min(1.0), day, low: low as u32, high: high as u32, level }
    }

    /// Shares of the types before the unit's own gaps are looked at. Product and band are taken as independent given
    /// the type: shares multiply, divided by everybody's.
    fn shares(&self, unit: &Unit) -> (Vec<f64>, Level) {
        let item = unit.item.and_then(|item| self.items.get(&item));
        let band = unit.band.and_then(|band| self.bands.get(&band));
        let (shares, level) = match (item, band) {
            (Some(item), Some(band)) => {
                let both = item.iter().zip(band).zip(&self.everyone);
                (both.map(|((i, b), all)| if *all > 0.0 { i * b / all } else { 0.0 }).collect(), Level::Item)
            }
            (Some(item), None) => (item.clone(), Level::Item),
            (None, Some(band)) => (band.clone(), Level::Band),
            (None, None) => (self.everyone.clone(), Level::Everyone),
        };
        (shares, if unit.gaps.n >= 3 { Level::Own } else { level })
    }
}

/// First and last place of the shortest run that holds at least `mass`; the earliest of equals.
fn densest(days: &[f64], mass: f64) -> (usize, usize) {
    let mut best = (0, days.len().saturating_sub(1));
    let (mut from, mut held) = (0, 0.0);
    for to in 0..days.len() {
        held += days[to];
        while held - days[from] >= mass && from < to {
            held -= days[from];
            from += 1;
        }
        if held >= mass && to - from < best.1 - best.0 {
            best = (from, to);
        }
    }
    best
}
