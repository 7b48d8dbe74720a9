//! Series as a shop's board has them, with planted incidents: what the detector was *not* built on.
#![allow(dead_code)]

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Poisson, StandardNormal};
use stats::anomaly::{Detector, Kind, Measure, Point, Reading, Settings};

/// What a series measures and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    DailyRevenue,
    DailyOrders,
    DailyRate,
    HourlyRevenue,
    HourlyOrders,
    DailySparse,
}

impl Shape {
    pub const ALL: [Shape; 6] = [
        Shape::DailyRevenue,
        Shape::DailyOrders,
        Shape::DailyRate,
        Shape::HourlyRevenue,
        Shape::HourlyOrders,
        Shape::DailySparse,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Shape::DailyRevenue => "daily revenue",
            Shape::DailyOrders => "daily orders, 150",
            Shape::DailyRate => "daily conversion, 5,000 sessions",
            Shape::HourlyRevenue => "hourly revenue",
            Shape::HourlyOrders => "hourly orders, 6",
            Shape::DailySparse => "daily units of a product, 0.4",
        }
    }

    pub fn is_hourly(self) -> bool {
        matches!(self, Shape::HourlyRevenue | Shape::HourlyOrders)
    }

    fn day(self) -> usize {
        if self.is_hourly() { 24 } else { 1 }
    }

    pub fn settings(self) -> Settings {
        let measure = match self {
            Shape::DailyRevenue | Shape::HourlyRevenue => Measure::Auto,
            Shape::DailyRate => Measure::Rate,
            _ => Measure::Count,
        };
        Settings { measure, ..Settings::for_step(if self.is_hourly() { 3_600 } else { 86_400 }) }
    }
}

/// What is planted near the end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plant {
    Nothing,
    /// One point times this.
    Point(f64),
    /// From there on times this.
    Shift(f64),
    /// Daily growth from there on.
    Bend(f64),
    /// So many points stay away.
    Gap(usize),
    /// So many points repeat the one before.
    Stuck(usize),
    /// Days of a promotion, every 28 days, times 1.8; known or not.
    Promotion {
        is_known: bool,
    },
}

impl Plant {
    pub fn kinds(self) -> &'static [Kind] {
        match self {
            Plant::Nothing => &[],
            Plant::Point(by) if by > 1.0 => &[Kind::Spike],
            Plant::Point(_) => &[Kind::Drop, Kind::Missing],
            Plant::Shift(_) => &[Kind::LevelShift, Kind::Drop, Kind::Spike, Kind::Missing],
            Plant::Bend(_) => &[Kind::TrendBreak, Kind::LevelShift, Kind::Drop, Kind::Spike],
            Plant::Gap(_) => &[Kind::Missing],
            Plant::Stuck(_) => &[Kind::Flat],
            Plant::Promotion { .. } => &[Kind::Spike],
        }
    }
}

/// Points of one series and the row where the plant begins.
pub fn make(shape: Shape, plant: Plant, seed: u64) -> (Vec<Point>, usize) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let day = shape.day();
    let days = if day == 1 { 200 } else { 70 };
    let n = days * day;
    let start = (days - 25) * day + rng.random_range(0..7 * day);
    let normal = |rng: &mut ChaCha8Rng| -> f64 { StandardNormal.sample(rng) };
    let week: Vec<f64> = (0..7).map(|k| 0.15 * normal(&mut rng) - if k == 6 { 0.3 } else { 0.0 }).collect();
    let peak = rng.random_range(10.0..20.0);
    let (mut level, mut noise) = (0.0, 0.0);
    let mut points: Vec<Point> = Vec::with_capacity(n);
    for k in 0..n {
        level += normal(&mut rng) * 0.01 / (day as f64).sqrt();
        noise = 0.4 * noise + normal(&mut rng) * 0.08;
        let hour = (k % day) as f64;
        let hourly = if day == 24 { 0.8 * ((hour - peak) / 24.0 * std::f64::consts::TAU).cos() } else { 0.0 };
        let mut log = level + noise + week[(k / day) % 7] + hourly;
        let promotion = matches!(plant, Plant::Promotion { .. }) && (k / day) % 28 == 27;
        if promotion {
            log += 1.8f64.ln();
        }
        match plant {
            Plant::Point(by) if k == start => log += by.ln(),
            Plant::Shift(by) if k >= start => log += by.ln(),
            Plant::Bend(growth) if k >= start => log += growth * ((k - start) / day) as f64,
            _ => {}
        }
        let factor = log.exp();
        let value = draw(shape, factor, &mut rng);
        let is_stuck = matches!(plant, Plant::Stuck(count) if k > start && k <= start + count);
        let value = if is_stuck { points.last().and_then(|point| point.value).unwrap_or(value) } else { value };
        if matches!(plant, Plant::Gap(count) if k >= start && k < start + count) {
            continue;
        }
        points.push(Point {
            at: 1_700_006_400 + k as i64 * 86_400 / day as i64,
            value: Some(value),
            exposure: (shape == Shape::DailyRate).then_some(5_000.0),
            event: (promotion && plant == Plant::Promotion { is_known: true }).then_some(1),
        });
    }
    (points, start)
}

fn draw(shape: Shape, factor: f64, rng: &mut ChaCha8Rng) -> f64 {
    let count = |mean: f64, rng: &mut ChaCha8Rng| Poisson::new(mean.max(1e-9)).map_or(0.0, |law| law.sample(rng));
    match shape {
        // Few orders and their lognormal sizes make money noisy beyond the demand behind it.
        Shape::DailyRevenue | Shape::HourlyRevenue => {
            let orders: f64 = count(factor * if shape.is_hourly() { 40.0 } else { 150.0 }, rng);
            (0..orders.max(1.0) as usize)
                .map(|_| (3.8 + 0.7 * Distribution::<f64>::sample(&StandardNormal, rng)).exp())
                .map(|amount| (amount * 100.0).round() / 100.0)
                .sum()
        }
        Shape::DailyOrders => count(factor * 150.0, rng),
        Shape::HourlyOrders => count(factor * 6.0, rng),
        Shape::DailyRate => count(factor * 125.0, rng).min(5_000.0) / 5_000.0,
        Shape::DailySparse => count(factor * 0.4, rng),
    }
}

/// What the detector says to all points.
pub fn run(points: &[Point], settings: Settings) -> Vec<Reading> {
    let mut detector = Detector::new(settings);
    points.iter().map(|point| detector.update(*point)).collect()
}

/// Counts over series.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub rows: u64,
    pub inside: u64,
    pub alarms: u64,
    pub planted: u64,
    pub found: u64,
    pub named: u64,
}

impl Tally {
    pub fn recall(&self) -> f64 {
        self.found as f64 / self.planted.max(1) as f64
    }

    pub fn coverage(&self) -> f64 {
        self.inside as f64 / self.rows.max(1) as f64
    }

    /// Alarms per 1,000 ordinary rows.
    pub fn alarms_per_1000(&self) -> f64 {
        1_000.0 * self.alarms as f64 / self.rows.max(1) as f64
    }
}

/// Runs so many series. Rows after the start of the plant are no ordinary rows. An incident counts as found when it is
/// reported within `within` days of its start, and as named when with a fitting class.
pub fn tally(shape: Shape, plant: Plant, within: usize, series: u64, seed: u64) -> Tally {
    let settings = shape.settings();
    let mut tally = Tally::default();
    for k in 0..series {
        let (points, start) = make(shape, plant, seed.wrapping_mul(1_000_003).wrapping_add(k));
        let readings = run(&points, settings);
        let is_whole = matches!(plant, Plant::Nothing | Plant::Promotion { .. });
        let end = if is_whole { points.len() } else { start };
        for reading in readings[..end].iter().filter(|reading| reading.expected.is_finite()).skip(28) {
            tally.rows += 1;
            tally.inside += u64::from(reading.value >= reading.low && reading.value <= reading.high);
            tally.alarms += u64::from(reading.is_alarm || reading.missing_p <= settings.alarm_p);
        }
        if !is_whole {
            tally.planted += 1;
            let last = (start + within * shape.day()).min(points.len() - 1);
            let hit = readings[start..=last].iter().find(|reading| {
                reading.score >= 0.5 || reading.kind.is_some() || reading.missing_p <= settings.alarm_p
            });
            tally.found += u64::from(hit.is_some());
            let names = plant.kinds();
            tally.named += u64::from(readings[start..=last].iter().any(|reading| {
                reading.kind.is_some_and(|kind| names.contains(&kind))
                    || (reading.missing_p <= settings.alarm_p && names.contains(&Kind::Missing))
            }));
        }
    }
    tally
}
