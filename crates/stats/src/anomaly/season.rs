//! What one more point should be: a slow level, the hour's and the weekday's offsets, and a fast correction.
//!
//! All by medians or bounded steps, so that a wild point moves nothing far (cf. Gelper, Fried & Croux 2010, "Robust
//! forecasting with exponential and Holt-Winters smoothing"). How much season and how fast a correction a series
//! bears is not set but learnt: several such forecasts run side by side and the one with the smallest recent errors
//! is believed (prediction with expert advice, Cesa-Bianchi & Lugosi 2006).

use std::collections::VecDeque;

use crate::MAD_TO_SIGMA;

/// Steps with which a forecast corrects itself; 0 believes only level and season.
const GAINS: [f64; 5] = [0.0, 0.05, 0.15, 0.4, 0.8];
/// Seasons: none, the hour's, the hour's and the weekday's.
const SEASONS: usize = 3;
/// Seasons' worth of history at which an offset counts half.
const SHRINK: f64 = 2.0;
/// Points' worth of belief in the common spread against the hour's own.
const SPREAD_SHRINK: f64 = 20.0;

/// One slot of the past, on the even scale; NaN where nothing is known.
#[derive(Debug, Clone, Copy)]
struct Slot {
    y: f64,
    /// Above the slow level of its time.
    above: f64,
    /// That without the hour's offset.
    above_hour: f64,
    /// Without the whole season that was believed in.
    plain: f64,
    /// Slow level of its time.
    level: f64,
    /// Error of the forecast that was believed in.
    error: f64,
}

const NOTHING: Slot =
    Slot { y: f64::NAN, above: f64::NAN, above_hour: f64::NAN, plain: f64::NAN, level: f64::NAN, error: f64::NAN };

/// What is expected of the next slot, on the even scale.
#[derive(Debug, Clone, Copy)]
pub(super) struct Forecast {
    pub mid: f64,
    pub spread: f64,
    level: f64,
    offsets: [f64; SEASONS],
}

/// A series' past and its forecasts.
#[derive(Debug, Clone)]
pub(super) struct Seasonal {
    /// Slots a day (1 for daily series) and a week.
    day: usize,
    week: usize,
    most: usize,
    /// Slots of the slow level.
    slow: usize,
    slots: VecDeque<Slot>,
    known: usize,
    /// Slots since the level was last set anew.
    since_base: usize,
    corrections: [[f64; GAINS.len()]; SEASONS],
    losses: [[f64; GAINS.len()]; SEASONS],
    believed: (usize, usize),
}

impl Seasonal {
    /// For a series with so many slots a day; a slower one than daily has 1 and no weekdays.
    pub fn new(day: usize, has_weekdays: bool) -> Seasonal {
        let day = day.max(1);
        let week = if has_weekdays { 7 * day } else { 1 };
        let most = if day == 1 { 200 } else { 10 * 7 * day };
        let slow = if day == 1 { 28 } else { 7 * day };
        Seasonal {
            day,
            week,
            most,
            slow,
            slots: VecDeque::new(),
            known: 0,
            since_base: usize::MAX,
            corrections: [[0.0; GAINS.len()]; SEASONS],
            losses: [[0.0; GAINS.len()]; SEASONS],
            believed: (0, 1),
        }
    }

    fn ago(&self, slots: usize) -> Option<&Slot> {
        self.slots.len().checked_sub(slots).and_then(|place| self.slots.get(place))
    }

    /// Median of the last slots' values of one kind; the newest `skip` left out.
    fn middle(&self, skip: usize, count: usize, pick: impl Fn(&Slot) -> f64) -> Option<f64> {
        let values: Vec<f64> = (skip + 1..=skip + count).filter_map(|k| self.ago(k)).map(pick).collect();
        middle_of(values)
    }

    /// Offset of the coming slot against its neighbours: median over the same place of earlier cycles, `beside` slots
    /// to each side with less weight, shrunk towards none.
    fn offset(&self, (cycle, cycles, beside): (usize, usize, usize), common: f64, pick: impl Fn(&Slot) -> f64) -> f64 {
        let mut values: Vec<(f64, f64)> = Vec::with_capacity(cycles * (2 * beside + 1));
        for turn in 1..=cycles {
            for side in 0..=2 * beside {
                let ago = (turn * cycle + side).saturating_sub(beside);
                if ago == 0 {
                    continue;
                }
                if let Some(value) = self.ago(ago).map(&pick).filter(|value| value.is_finite()) {
                    let distance = side.abs_diff(beside) as f64;
                    values.push((value, 1.0 / (1.0 + 1.5 * distance)));
                }
            }
        }
        let total: f64 = values.iter().map(|(_, weight)| weight).sum();
        let per_cycle: f64 = (0..=2 * beside).map(|side| 1.0 / (1.0 + 1.5 * side.abs_diff(beside) as f64)).sum();
        let n = total / per_cycle;
        let own = weighted_median(&mut values, total);
        if self.day > 1 || n <= 0.0 {
            return own * n / (n + SHRINK);
        }
        // Few weeks: believe an offset by how far it stands out of the scatter of a median (James & Stein 1961), and one
        // occurrence only by half.
        let noise = 1.57 * common * common / n;
        own * own * own / (own * own + noise + 1e-300) * (1.0 - 0.5 / n)
    }

    /// What the next slot should be.
    pub fn forecast(&self) -> Option<Forecast> {
        let level_slots = self.slow.min(self.since_base.max(3));
        let level = self.middle(0, level_slots, |slot| slot.y)?;
        let window = if self.day == 1 { 56 } else { 14 * self.day };
        let common = self.middle(0, window, |slot| slot.error.abs()).unwrap_or(0.0) * MAD_TO_SIGMA;
        let hour = if self.day > 1 { self.offset((self.day, 28, 1), common, |slot| slot.above) } else { 0.0 };
        let weekday = if self.week > 1 {
            let (cycles, beside) = if self.day == 1 { (16, 0) } else { (10, (self.day / 12).max(1)) };
            self.offset((self.week, cycles, beside), common, |slot| slot.above_hour)
        } else {
            0.0
        };
        let offsets = [0.0, hour, hour + weekday];
        let (season, gain) = self.believed;
        let mid = level + offsets[season] + self.corrections[season][gain];
        let mut spread = common;
        if self.day > 1 && common > 0.0 {
            let own: Vec<f64> = (1..=28)
                .flat_map(|turn| [turn * self.day - 1, turn * self.day, turn * self.day + 1])
                .filter_map(|ago| self.ago(ago).filter(|_| ago > 0))
                .map(|slot| slot.error.abs())
                .filter(|error| error.is_finite())
                .collect();
            let n = own.len() as f64;
            if let Some(own) = middle_of(own).filter(|own| *own > 0.0) {
                let own = own * MAD_TO_SIGMA;
                spread = ((n * own.ln() + SPREAD_SHRINK * common.ln()) / (n + SPREAD_SHRINK)).exp();
            }
        }
        Some(Forecast { mid, spread, level, offsets })
    }

    /// Takes a slot in that nothing is known of, or that is not to be learnt from.
    pub fn skip(&mut self) {
        self.push(NOTHING);
    }

    /// Takes the slot's value in; `floor` is the least spread.
    pub fn learn(&mut self, y: f64, forecast: Option<&Forecast>, floor: f64) {
        self.known += 1;
        let Some(forecast) = forecast else {
            return self.push(Slot { y, above: 0.0, above_hour: 0.0, plain: y, level: y, error: f64::NAN });
        };
        let spread = forecast.spread.max(floor);
        let error = y - forecast.mid;
        let memory = (self.known as f64).min(if self.day == 1 { 40.0 } else { 7.0 * self.day as f64 });
        for season in 0..SEASONS {
            for (place, gain) in GAINS.iter().enumerate() {
                let correction = &mut self.corrections[season][place];
                let own = y - forecast.level - forecast.offsets[season] - *correction;
                let bounded = own.clamp(-2.0 * spread, 2.0 * spread);
                *correction += gain * bounded;
                let loss = own.abs().min(3.0 * spread);
                self.losses[season][place] += (loss - self.losses[season][place]) / memory;
            }
        }
        if forecast.spread > 0.0 {
            self.believe();
        }
        let above = y - forecast.level;
        self.push(Slot {
            y,
            above,
            above_hour: above - forecast.offsets[1],
            plain: y - forecast.offsets[self.believed.0],
            level: forecast.level,
            error,
        });
    }

    /// Changes to another forecast only where it is clearly better, lest errors be compared across forecasts.
    fn believe(&mut self) {
        let current = self.losses[self.believed.0][self.believed.1];
        for season in 0..SEASONS {
            for gain in 0..GAINS.len() {
                if self.losses[season][gain] < 0.98 * current
                    && self.losses[season][gain] < self.losses[self.believed.0][self.believed.1]
                {
                    self.believed = (season, gain);
                }
            }
        }
    }

    fn push(&mut self, slot: Slot) {
        if self.slots.len() == self.most {
            self.slots.pop_front();
        }
        self.slots.push_back(slot);
        self.since_base = self.since_base.saturating_add(1);
    }

    /// How far the last `count` slots lie above the slow level of before them, season taken out.
    pub fn shift(&self, count: usize) -> Option<f64> {
        let before = self.ago(count + 1)?.level;
        if !before.is_finite() {
            return None;
        }
        let known = (1..=count).filter_map(|k| self.ago(k)).filter(|slot| slot.plain.is_finite()).count();
        if known * 3 < count * 2 {
            return None;
        }
        self.middle(0, count, |slot| slot.plain).map(|now| now - before)
    }

    /// Change of the change between three windows of `count` slots, and the last change.
    pub fn bend(&self, count: usize) -> Option<(f64, f64)> {
        let now = self.middle(0, count, |slot| slot.plain)?;
        let before = self.middle(count, count, |slot| slot.plain)?;
        let earlier = self.middle(2 * count, count, |slot| slot.plain)?;
        Some(((now - before) - (before - earlier), now - before))
    }

    /// The past values that are known, on the even scale, oldest first.
    pub fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.slots.iter().map(|slot| slot.y).filter(|y| y.is_finite())
    }

    /// The level is another one since `count` slots: forget the older.
    pub fn rebase(&mut self, count: usize) {
        self.since_base = count;
        self.corrections = [[0.0; GAINS.len()]; SEASONS];
    }
}

/// The median without sorting all; the upper middle one of an even number.
fn middle_of(mut values: Vec<f64>) -> Option<f64> {
    values.retain(|value| value.is_finite());
    let half = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(half, f64::total_cmp).1)
}

fn weighted_median(values: &mut [(f64, f64)], total: f64) -> f64 {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut sum = 0.0;
    let mut halfway = None;
    for (value, weight) in values.iter() {
        sum += weight;
        if let Some(before) = halfway {
            return (before + value) / 2.0;
        }
        if sum > total / 2.0 + 1e-9 {
            return *value;
        }
        if sum >= total / 2.0 - 1e-9 {
            halfway = Some(*value);
        }
    }
    halfway.unwrap_or(0.0)
}
