//! The small twin of `soak_anomaly`, and the laws of the detector.
#![allow(clippy::unwrap_used)]

#[path = "support/nab.rs"]
mod nab;
#[path = "support/store_series.rs"]
mod store_series;

use proptest::prelude::*;
use stats::anomaly::{Detector, Kind, Point, Settings, step_of};
use store_series::{Plant, Shape, make, run, tally};

fn point(at: i64, value: f64) -> Point {
    Point { at, value: Some(value), exposure: None, event: None }
}

#[test]
fn two_of_the_benchmarks_series() {
    let Some(all) = nab::load() else {
        eprintln!("skipped: the Numenta series are absent");
        return;
    };
    let mut sum = nab::Found::default();
    for series in all.iter().filter(|series| series.name.starts_with("exchange-3")) {
        let mut detector = Detector::new(Settings::for_step(3_600));
        let points = series.at.iter().zip(&series.values);
        let scores: Vec<f64> = points.map(|(at, value)| detector.update(point(*at, *value)).score).collect();
        sum = sum.and(nab::score(series, &scores, 0.5));
    }
    // All six have 75.9 in the soak; these two are the quick ones.
    assert!(sum.hits == 4 && sum.false_alarms <= 5 && sum.score() > 80.0, "{sum:?} {}", sum.score());
}

#[test]
fn ranges_hold_what_they_promise_and_ordinary_days_are_quiet() {
    let t = tally(Shape::DailyOrders, Plant::Nothing, 0, 10, 3);
    // 1,500 rows: .02 ± 4 · .0036.
    assert!((0.955..=0.999).contains(&t.coverage()), "{t:?}");
    assert!(t.alarms_per_1000() < 8.0, "{t:?}");
}

#[test]
fn strong_incidents_are_found_and_named() {
    for (shape, plant, within) in [
        (Shape::DailyRevenue, Plant::Shift(0.3), 4),
        (Shape::DailyRevenue, Plant::Gap(3), 3),
        (Shape::DailyRate, Plant::Point(0.2), 0),
        (Shape::DailyOrders, Plant::Stuck(6), 7),
        (Shape::DailySparse, Plant::Point(60.0), 0),
    ] {
        let t = tally(shape, plant, within, 4, 5);
        assert_eq!((t.found, t.named), (4, 4), "{plant:?} {}", shape.name());
    }
}

#[test]
fn a_known_day_is_learnt_by_its_kind() {
    let known = tally(Shape::DailyRevenue, Plant::Promotion { is_known: true }, 0, 6, 13);
    let unknown = tally(Shape::DailyRevenue, Plant::Promotion { is_known: false }, 0, 6, 13);
    assert!(known.alarms < unknown.alarms, "{known:?} {unknown:?}");
    let (points, _) = make(Shape::DailyRevenue, Plant::Promotion { is_known: true }, 4);
    let readings = run(&points, Shape::DailyRevenue.settings());
    let usual = readings[194].expected;
    let promoted = readings[195].expected;
    assert!(promoted > 1.3 * usual, "the seventh promotion is expected: {promoted} beside {usual}");
}

#[test]
fn one_incident_alarms_once() {
    let mut detector = Detector::new(Settings::for_step(86_400));
    let mut alarms = Vec::new();
    for day in 0..120i64 {
        let usual = 1_000.0 + ((day * 37) % 101) as f64;
        let value = if (100..105).contains(&day) { usual / 3.0 } else { usual };
        let reading = detector.update(point(day * 86_400, value));
        if reading.is_alarm {
            alarms.push((day, reading.kind));
        }
    }
    assert_eq!(alarms, [(100, Some(Kind::Drop))]);
}

#[test]
fn the_step_is_found() {
    assert_eq!(step_of(&[0, 3_601, 7_200, 20_000]), Some(3_600));
    assert_eq!(step_of(&[0, 86_400, 2 * 86_400 - 3_600]), Some(86_400));
    assert_eq!(step_of(&[5, 5]), None);
    assert_eq!(step_of(&[]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever comes, every answer is in its bounds, and it does not depend on what comes later.
    #[test]
    fn any_points_have_answers_that_look_only_back(
        raw in prop::collection::vec((0i64..400_000, prop_oneof![
            Just(0.0), Just(7.0), Just(f64::NAN), Just(f64::INFINITY), -1e12..1e12, 0.0..50.0,
        ], prop::option::of(0.0..1e4), prop::option::of(0u32..3)), 0..120),
        is_hourly: bool,
    ) {
        let settings = Settings::for_step(if is_hourly { 3_600 } else { 86_400 });
        let points: Vec<Point> = raw.iter().map(|(at, value, exposure, event)| {
            Point { at: *at, value: Some(*value), exposure: *exposure, event: *event }
        }).collect();
        let mut detector = Detector::new(settings);
        let whole: Vec<_> = points.iter().map(|point| detector.update(*point)).collect();
        for reading in &whole {
            prop_assert!((0.0..=1.0).contains(&reading.score) && (0.0..=1.0).contains(&reading.p), "{reading:?}");
            prop_assert!(reading.low.is_nan() || reading.low <= reading.high, "{reading:?}");
            prop_assert_eq!(reading.score >= 0.5 && reading.is_alarm, reading.is_alarm);
        }
        let half = points.len() / 2;
        let mut again = Detector::new(settings);
        for (point, before) in points[..half].iter().zip(&whole) {
            let reading = again.update(*point);
            prop_assert!(reading.score == before.score && reading.is_alarm == before.is_alarm);
        }
    }
}
