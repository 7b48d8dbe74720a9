//! The detector of one series.

use std::collections::{BTreeMap, VecDeque};

use super::{
    scale::{Measure, Scale},
    season::Seasonal,
    sparse::{FEW_EVENTS, Sparse, Usual},
    tail::Tail,
};
use crate::{MAD_TO_SIGMA, mad, median};

/// Share of the permitted false alarms for each test: point, level shift, trend break, flat, missing or silent, unrest.
const SHARES: [f64; 6] = [0.5, 0.2, 0.05, 0.05, 0.1, 0.1];
/// Standard deviation, on the even scale, of what a known day does before its kind has been seen.
const EVENT_SD: f64 = 0.5;
/// As [`Settings::bound_p`] for shifts, whose neighbours share most of their points and so come in clusters.
const SHIFT_BOUND: f64 = 1e-2;
/// Step by which the range widens after a miss (adaptive conformal inference, Gibbs & Candès, NeurIPS 2021).
const RANGE_STEP: f64 = 0.01;
/// Gaps of more slots than this are one gap: the past is too old to be counted slot by slot.
const LONGEST_GAP: i64 = 400;

/// One point of a series. Points come in time order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Seconds since 1970, in the series' own clock.
    pub at: i64,
    /// The value; none (or NaN) where it did not come.
    pub value: Option<f64>,
    /// Denominator of a rate (sessions, impressions), if known.
    pub exposure: Option<f64>,
    /// Known day it belongs to (a holiday, a promotion): an id of the kind of day. Its effect is learnt per kind.
    pub event: Option<u32>,
}

/// What is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Far above.
    Spike,
    /// Far below.
    Drop,
    /// The level is another one since some points.
    LevelShift,
    /// The direction changed.
    TrendBreak,
    /// Points did not come, or a busy series is silent.
    Missing,
    /// The same value again and again.
    Flat,
}

impl Kind {
    /// Stable name: `level_shift`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Spike => "spike",
            Kind::Drop => "drop",
            Kind::LevelShift => "level_shift",
            Kind::TrendBreak => "trend_break",
            Kind::Missing => "missing",
            Kind::Flat => "flat",
        }
    }
}

/// How a detector is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Seconds between points: 3,600 hourly, 86,400 daily; see [`step_of`].
    pub step_seconds: i64,
    /// What is measured.
    pub measure: Measure,
    /// Chance of an alarm on one ordinary point.
    pub alarm_p: f64,
    /// Share of ordinary points inside the range.
    pub coverage: f64,
    /// Days that an incident stays open after its last unusual row.
    pub quiet_days: f64,
    /// More unusual deviations than this are remembered as this unusual: an incident does not make the next one usual.
    pub bound_p: f64,
    /// Days judged as a whole for a shift of the level.
    pub shift_days: f64,
}

impl Settings {
    /// The settings used everywhere: at most one alarm in 10,000 ordinary points for hourly series and one in 200 for
    /// daily ones. The permitted chance is shared among the tests and one incident alarms once, so fewer come: measured
    /// on shop-like series about 0.05 per 1,000 hours and 2.5 per 1,000 days. Ranges are for 98 %.
    pub fn for_step(step_seconds: i64) -> Settings {
        let is_hourly = step_seconds < 86_400;
        Settings {
            step_seconds: step_seconds.max(1),
            measure: Measure::Auto,
            alarm_p: if is_hourly { 1e-4 } else { 5e-3 },
            coverage: 0.98,
            quiet_days: 3.0,
            bound_p: 3e-3,
            shift_days: if is_hourly { 0.5 } else { 5.0 },
        }
    }
}

/// What a detector says to a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The point's time.
    pub at: i64,
    /// Its value; NaN where none came.
    pub value: f64,
    /// What it should have been; NaN during the warm-up.
    pub expected: f64,
    /// Lower end of the range.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Chance of something at least as unusual if nothing has changed (1 during the warm-up).
    pub p: f64,
    /// 0 to 1; 0.5 and above is an alarm. Rows of an open incident stay under 0.5 unless they are clearly worse.
    pub score: f64,
    /// What is unusual, where the score is an alarm or the row belongs to an open incident and would be one.
    pub kind: Option<Kind>,
    /// Whether this row opens an incident.
    pub is_alarm: bool,
    /// Slots without a point since the one before.
    pub missing_before: u32,
    /// Chance of such a gap if nothing has changed; 1 without a gap. A gap is an incident of its own: it does not touch
    /// the score of the row after it.
    pub missing_p: f64,
}

/// Usual distance between times, in seconds: their median difference, a day or an hour where it is nearly one.
/// None with fewer than two different times.
pub fn step_of(times: &[i64]) -> Option<i64> {
    let gaps: Vec<f64> = times.windows(2).map(|pair| (pair[1] - pair[0]) as f64).filter(|gap| *gap > 0.0).collect();
    let step = median(&gaps)?;
    let near = |unit: f64| (step / unit - 1.0).abs() < 0.05;
    Some([86_400.0, 3_600.0, 604_800.0].into_iter().find(|unit| near(*unit)).unwrap_or(step).max(1.0) as i64)
}

#[derive(Debug, Clone, Copy)]
struct Incident {
    last_slot: i64,
    peak: f64,
    kind: Kind,
}

/// The detector of one series: [`Detector::update`] per point.
#[derive(Debug, Clone)]
pub struct Detector {
    settings: Settings,
    /// Slots a day.
    day: usize,
    warm_up: usize,
    early: Vec<(Point, i64)>,
    scale: Option<Scale>,
    seasonal: Seasonal,
    sparse: Sparse,
    points: Tail,
    shifts: Tail,
    bends: Tail,
    surprises: Tail,
    recent: VecDeque<(f64, f64)>,
    /// Share aimed at outside the range, as adapted.
    outside: f64,
    last_slot: Option<i64>,
    last_value: f64,
    ties: f64,
    tied: f64,
    run: u32,
    missing: BTreeMap<usize, (f64, f64)>,
    events: BTreeMap<u32, Vec<f64>>,
    incident: Option<Incident>,
}

#[derive(Debug, Clone, Copy)]
struct Finding {
    p: f64,
    kind: Kind,
}

impl Detector {
    /// A detector that has seen nothing.
    pub fn new(settings: Settings) -> Detector {
        let step = settings.step_seconds.max(1);
        let day = usize::try_from((86_400 / step).clamp(1, 96)).unwrap_or(1);
        let has_weekdays = step <= 86_400;
        let memory = if day == 1 { 400 } else { 60 * day };
        Detector {
            settings,
            day,
            warm_up: if day == 1 { 21 } else { 2 * day },
            early: Vec::new(),
            scale: None,
            seasonal: Seasonal::new(day, has_weekdays),
            sparse: Sparse::new(
                if has_weekdays { if day == 1 { 7 } else { day } } else { 1 },
                if day == 1 { 84 } else { 28 * day },
            ),
            points: Tail::new(memory),
            shifts: Tail::new(memory),
            bends: Tail::new(memory),
            surprises: Tail::new(memory),
            recent: VecDeque::new(),
            outside: (1.0 - settings.coverage).clamp(1e-4, 0.9),
            last_slot: None,
            last_value: f64::NAN,
            ties: 0.0,
            tied: 0.0,
            run: 1,
            missing: BTreeMap::new(),
            events: BTreeMap::new(),
            incident: None,
        }
    }

    /// Judges the next point and learns from it. A point that is not later than the one before is judged as the slot
    /// after it.
    pub fn update(&mut self, point: Point) -> Reading {
        let step = self.settings.step_seconds.max(1);
        let slot = point.at.div_euclid(step);
        let slot = self.last_slot.map_or(slot, |last| slot.max(last + 1));
        let gap = self.last_slot.map_or(0, |last| slot - last - 1);
        let silence = self.mind_the_gap(slot, gap.min(LONGEST_GAP));
        self.last_slot = Some(slot);
        let value = point.value.filter(|value| value.is_finite());
        self.count_missing(slot, value.is_none());
        let mut reading = Reading {
            at: point.at,
            value: value.unwrap_or(f64::NAN),
            expected: f64::NAN,
            low: f64::NAN,
            high: f64::NAN,
            p: 1.0,
            score: 0.0,
            kind: None,
            is_alarm: false,
            missing_before: u32::try_from(gap).unwrap_or(u32::MAX),
            missing_p: silence.as_ref().map_or(1.0, |finding| finding.p.min(1.0)),
        };
        let Some(scale) = self.scale else {
            self.warm(point, slot, value);
            return reading;
        };
        let mut findings = Vec::new();
        if value.is_none() {
            findings.push(self.silent_slot(slot));
        }
        self.judge(scale, &point, value, &mut reading, &mut findings);
        let worst = findings
            .into_iter()
            .flatten()
            .min_by(|a, b| a.p.total_cmp(&b.p))
            .unwrap_or(Finding { p: 1.0, kind: Kind::Spike });
        self.report(slot, &worst, &mut reading);
        reading
    }

    /// Keeps points until there are enough to choose a scale; then learns from them all.
    fn warm(&mut self, point: Point, slot: i64, value: Option<f64>) {
        self.early.push((Point { value, ..point }, slot));
        let values: Vec<f64> = self.early.iter().filter_map(|(point, _)| point.value).collect();
        if values.len() < self.warm_up {
            return;
        }
        let scale = Scale::choose(self.settings.measure, &values);
        self.scale = Some(scale);
        let mut before: Option<i64> = None;
        for (point, slot) in std::mem::take(&mut self.early) {
            for _ in 0..before.map_or(0, |before| (slot - before - 1).clamp(0, LONGEST_GAP)) {
                self.skip();
            }
            before = Some(slot);
            match (point.value, point.event) {
                (Some(value), None) => {
                    let y = scale.to(value, point.exposure);
                    let forecast = self.seasonal.forecast();
                    let floor = scale.floor(point.exposure, y);
                    self.seasonal.learn(y, forecast.as_ref(), floor);
                    self.sparse.push(sparse_value(scale, value));
                    self.count_ties(value);
                }
                _ => self.skip(),
            }
        }
    }

    fn skip(&mut self) {
        self.seasonal.skip();
        self.sparse.push(f64::NAN);
    }

    /// Slots that no point came for: how unusual that is here.
    fn mind_the_gap(&mut self, slot: i64, gap: i64) -> Option<Finding> {
        if self.scale.is_none() || gap <= 0 {
            return None;
        }
        let mut log_p = 0.0;
        for ago in (1..=gap).rev() {
            log_p += self.missing_share(slot - ago).ln();
            self.count_missing(slot - ago, true);
            self.skip();
        }
        Some(Finding { p: log_p.exp() / SHARES[4], kind: Kind::Missing })
    }

    fn silent_slot(&mut self, slot: i64) -> Option<Finding> {
        Some(Finding { p: self.missing_share(slot) / SHARES[4], kind: Kind::Missing })
    }

    fn place(&self, slot: i64) -> usize {
        slot.rem_euclid(7 * self.day as i64) as usize
    }

    /// Share of this place of the week that stays empty, shrunk towards one in three hundred.
    fn missing_share(&self, slot: i64) -> f64 {
        let (missing, seen) = self.missing.get(&self.place(slot)).copied().unwrap_or_default();
        let (all_missing, all): (f64, f64) =
            self.missing.values().fold((0.0, 0.0), |sum, (missing, seen)| (sum.0 + missing, sum.1 + seen));
        let common = (all_missing + 0.1) / (all + 30.0);
        ((missing + 2.0 * common) / (seen + 2.0)).min(1.0)
    }

    fn count_missing(&mut self, slot: i64, is_missing: bool) {
        let place = self.place(slot);
        let entry = self.missing.entry(place).or_insert((0.0, 0.0));
        entry.0 += f64::from(u8::from(is_missing));
        entry.1 += 1.0;
    }

    fn count_ties(&mut self, value: f64) -> Option<Finding> {
        let is_tie = value == self.last_value;
        self.last_value = value;
        let share = (self.tied + 0.2) / (self.ties + 4.0);
        self.ties += 1.0;
        self.tied += f64::from(u8::from(is_tie));
        self.run = if is_tie { self.run + 1 } else { 1 };
        // A value that stands often by chance (0 of a sparse series) is judged as silence, not here.
        let is_flat = self.run >= 4 && value != 0.0;
        is_flat.then(|| Finding { p: share.powi(self.run as i32 - 1) / SHARES[3], kind: Kind::Flat })
    }

    fn judge(
        &mut self,
        scale: Scale,
        point: &Point,
        value: Option<f64>,
        reading: &mut Reading,
        findings: &mut Vec<Option<Finding>>,
    ) {
        let Some(forecast) = self.seasonal.forecast() else {
            match value {
                Some(value) => {
                    let y = scale.to(value, point.exposure);
                    self.seasonal.learn(y, None, scale.floor(point.exposure, y));
                    self.sparse.push(sparse_value(scale, value));
                }
                None => self.skip(),
            }
            return;
        };
        let (shift, event_sd) = self.event(point.event);
        let floor = scale.floor(point.exposure, forecast.mid);
        let spread = forecast.spread.hypot(event_sd).max(floor);
        let usual = self.sparse.usual();
        let is_few = scale.measure == Measure::Sparse
            || (scale.measure == Measure::Count && usual.mean.min(scale.back(forecast.mid)) < FEW_EVENTS);
        let (z_low, z_high) = self.points.quantiles(self.outside / 2.0);
        self.range(scale, reading, (forecast.mid + shift, spread), is_few.then_some(&usual), (z_low, z_high));
        let Some(value) = value else {
            return self.skip();
        };
        let y = scale.to(value, point.exposure);
        let z = match (is_few, scale.measure) {
            (true, Measure::Count) => usual.deviation(value),
            (true, _) if value <= 0.0 => -0.3,
            (true, _) => self.amount_deviation(&usual, y),
            _ => (y - forecast.mid - shift) / spread,
        };
        let p = 2.0 * self.points.p(z) / SHARES[0];
        findings.push(Some(Finding { p, kind: if z > 0.0 { Kind::Spike } else { Kind::Drop } }));
        findings.push(self.count_ties(value));
        if point.event.is_some() {
            let effects = point.event.map(|event| self.events.entry(event).or_default());
            if let Some(effects) = effects {
                effects.push(y - forecast.mid);
            }
            return self.skip();
        }
        let (low, high) = self.points.quantiles(self.settings.bound_p);
        self.points.push(z.clamp(low, high));
        self.adapt(reading);
        findings.push(self.unrest(p, z));
        self.seasonal.learn(y, Some(&forecast), floor);
        self.sparse.push(sparse_value(scale, value));
        if is_few {
            let (run, p) = self.sparse.quiet_p(&usual, 0);
            findings.push((run > 1).then_some(Finding { p: p / SHARES[4], kind: Kind::Missing }));
        } else {
            findings.push(self.level(spread));
            findings.push(self.direction(spread));
        }
    }

    /// What a known day does on top, and how unsure that is.
    fn event(&self, event: Option<u32>) -> (f64, f64) {
        let Some(event) = event else { return (0.0, 0.0) };
        let seen = self.events.get(&event).map(Vec::as_slice).unwrap_or_default();
        let n = seen.len() as f64;
        let own = median(seen).unwrap_or(0.0) * n / (n + 0.5);
        let spread = if seen.len() > 2 { mad(seen).unwrap_or(0.0) * MAD_TO_SIGMA } else { EVENT_SD };
        (own, ((spread * spread * n + EVENT_SD * EVENT_SD) / (n + 1.0) / (n + 1.0).sqrt()).sqrt())
    }

    /// Deviation of an amount where most slots have none.
    fn amount_deviation(&self, usual: &Usual, y: f64) -> f64 {
        let own: Vec<f64> = self.seasonal.values().filter(|value| *value > self.zero()).collect();
        let Some(middle) = median(&own) else { return 0.0 };
        let sd = (mad(&own).unwrap_or(0.0) * MAD_TO_SIGMA).max(0.3);
        let above = crate::normal::sf((y - middle) / sd) * usual.mean.min(1.0);
        crate::normal::upper_quantile(above.clamp(1e-300, 0.5))
    }

    fn zero(&self) -> f64 {
        self.scale.map_or(0.0, |scale| scale.to(0.0, None)) + 1e-9
    }

    fn range(
        &self,
        scale: Scale,
        reading: &mut Reading,
        (mid, spread): (f64, f64),
        few: Option<&Usual>,
        (z_low, z_high): (f64, f64),
    ) {
        match (few, scale.measure) {
            (Some(usual), Measure::Count) => {
                reading.expected = usual.mean;
                (reading.low, reading.high) = usual.range(z_low.min(-1.0), z_high.max(1.0));
            }
            (Some(usual), _) => {
                let own: Vec<f64> = self.seasonal.values().filter(|value| *value > self.zero()).collect();
                let middle = median(&own).unwrap_or(mid);
                let sd = (mad(&own).unwrap_or(0.0) * MAD_TO_SIGMA).max(0.3);
                let share = ((1.0 - self.settings.coverage) / 2.0 / usual.mean.clamp(1e-6, 1.0)).min(0.5);
                reading.expected = scale.back(middle) * usual.mean.min(1.0);
                reading.low = 0.0;
                reading.high = scale.back(middle + sd * crate::normal::upper_quantile(share));
            }
            _ => {
                reading.expected = scale.back(mid);
                reading.low = scale.back(mid + spread * z_low.min(0.0));
                reading.high = scale.back(mid + spread * z_high.max(0.0));
            }
        }
    }

    /// The last half day (hourly) or five days as a whole.
    fn level(&mut self, spread: f64) -> Option<Finding> {
        let count = self.shift_slots();
        let shift = self.seasonal.shift(count)?;
        let p = 2.0 * self.shifts.p(shift / spread) / SHARES[1];
        let (low, high) = self.shifts.quantiles(SHIFT_BOUND);
        self.shifts.push((shift / spread).clamp(low, high));
        Some(Finding { p, kind: Kind::LevelShift })
    }

    /// Many somewhat unusual points in a row: the mean surprise of the last points (Fisher's combination) against what
    /// it usually is.
    fn unrest(&mut self, p: f64, z: f64) -> Option<Finding> {
        let count = self.shift_slots();
        if self.recent.len() == count {
            self.recent.pop_front();
        }
        self.recent.push_back((-(p * SHARES[0]).clamp(1e-4, 1.0).ln(), z));
        if self.recent.len() < count {
            return None;
        }
        let mean = self.recent.iter().map(|(surprise, _)| surprise).sum::<f64>() / count as f64;
        let above = mean - 1.0;
        let p = self.surprises.p(above.max(0.0)) / SHARES[5];
        let (_, high) = self.surprises.quantiles(SHIFT_BOUND);
        self.surprises.push(above.min(high));
        let lean: f64 = self.recent.iter().map(|(_, z)| z).sum();
        Some(Finding { p, kind: if lean > 0.0 { Kind::Spike } else { Kind::Drop } })
    }

    fn shift_slots(&self) -> usize {
        ((self.settings.shift_days * self.day as f64).round() as usize).clamp(3, 14 * self.day)
    }

    /// Ranges that were missed more often than promised are made wider, and the other way round.
    fn adapt(&mut self, reading: &Reading) {
        let promised = (1.0 - self.settings.coverage).clamp(1e-4, 0.9);
        let is_out = reading.value < reading.low || reading.value > reading.high;
        self.outside += RANGE_STEP * (promised - f64::from(u8::from(is_out)));
        self.outside = self.outside.clamp(promised / 20.0, promised * 3.0);
    }

    fn direction(&mut self, spread: f64) -> Option<Finding> {
        if self.day != 1 {
            return None;
        }
        let (bend, change) = self.seasonal.bend(7)?;
        let p = 2.0 * self.bends.p(bend / spread) / SHARES[2];
        self.bends.push(bend / spread);
        (bend.signum() == change.signum()).then_some(Finding { p, kind: Kind::TrendBreak })
    }

    /// Score, class and incident of the row.
    fn report(&mut self, slot: i64, worst: &Finding, reading: &mut Reading) {
        reading.p = worst.p.min(1.0);
        let surprise = -reading.p.max(1e-300).log10();
        let line = -self.settings.alarm_p.clamp(1e-300, 0.999).log10();
        let score = (surprise / (surprise + line)).clamp(0.0, 1.0);
        let quiet = (self.settings.quiet_days * self.day as f64).round() as i64;
        if self.incident.is_some_and(|open| slot - open.last_slot > quiet.max(1)) {
            self.incident = None;
        }
        reading.score = score;
        if score < 0.5 {
            return;
        }
        reading.kind = Some(worst.kind);
        match &mut self.incident {
            Some(open) => {
                let is_worse = surprise > open.peak * 1.5;
                let turned = worst.kind == Kind::LevelShift && open.kind != Kind::LevelShift;
                if !is_worse {
                    reading.score = 0.49;
                }
                reading.is_alarm = is_worse;
                open.last_slot = slot;
                open.peak = open.peak.max(surprise);
                if turned {
                    open.kind = Kind::LevelShift;
                }
            }
            None => {
                reading.is_alarm = true;
                self.incident = Some(Incident { last_slot: slot, peak: surprise, kind: worst.kind });
            }
        }
        if worst.kind == Kind::LevelShift {
            self.seasonal.rebase(self.shift_slots());
        }
    }
}

/// What the sparse model counts: events, or whether there was any amount.
fn sparse_value(scale: Scale, value: f64) -> f64 {
    match scale.measure {
        Measure::Sparse => f64::from(u8::from(value > 0.0)),
        _ => value,
    }
}
