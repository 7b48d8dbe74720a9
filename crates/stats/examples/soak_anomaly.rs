//! Bar 6: the ad-exchange series of the Numenta benchmark with one setting, chosen leaving one series out, and planted
//! incidents on shop-like series that the detector was not built on. Prints Markdown; exits 1 on a missed bar.

#[path = "../tests/support/nab.rs"]
mod nab;
#[path = "../tests/support/store_series.rs"]
mod store_series;

use nab::Found;
use stats::anomaly::{Detector, Point, Settings};
use store_series::{Plant, Shape, tally};

fn main() {
    let is_met = [benchmark(), shops()];
    if is_met.contains(&false) {
        std::process::exit(1);
    }
}

fn row(what: &str, figure: String, bound: &str, is_met: bool) -> bool {
    println!("| {what} | {figure} | {bound} | {} |", if is_met { "pass" } else { "FAIL" });
    is_met
}

fn scores(series: &nab::Series, settings: Settings) -> Vec<f64> {
    let mut detector = Detector::new(settings);
    let points = series.at.iter().zip(&series.values);
    points
        .map(|(at, value)| detector.update(Point { at: *at, value: Some(*value), exposure: None, event: None }).score)
        .collect()
}

/// Settings one may choose from: alarms by the decade, the rest by half decades and halves.
fn grid() -> Vec<Settings> {
    let mut grid = Vec::new();
    for alarm_p in [1e-2, 1e-3, 1e-4, 1e-5] {
        for quiet_days in [1.0, 3.0] {
            for bound_p in [1e-3, 3e-3, 1e-2] {
                for shift_days in [0.5, 1.0] {
                    grid.push(Settings { alarm_p, quiet_days, bound_p, shift_days, ..Settings::for_step(3_600) });
                }
            }
        }
    }
    grid
}

fn sum(found: &[Found], without: Option<usize>) -> Found {
    let kept = found.iter().enumerate().filter(|(place, _)| Some(*place) != without);
    kept.fold(Found::default(), |sum, (_, own)| sum.and(*own))
}

fn benchmark() -> bool {
    let Some(all) = nab::load() else {
        println!("The Numenta series are absent: skipped.");
        return true;
    };
    let grid = grid();
    let score = |settings: &Settings| -> Vec<Found> {
        all.iter().map(|series| nab::score(series, &scores(series, *settings), 0.5)).collect()
    };
    let table: Vec<Vec<Found>> = grid.iter().map(score).collect();
    // The best of those that keep the bar on false alarms: 10 on six series are 8 on five.
    let best = |without: Option<usize>, most: usize| {
        let allowed = (0..grid.len()).filter(|place| sum(&table[*place], without).false_alarms <= most);
        allowed.max_by(|a, b| sum(&table[*a], without).raw.total_cmp(&sum(&table[*b], without).raw)).unwrap_or(0)
    };
    println!("| left out | alarm p | quiet days | bound p | shift days | hits | false alarms |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let mut left_out = Found::default();
    for (place, series) in all.iter().enumerate() {
        let chosen = best(Some(place), 8);
        let (own, s) = (table[chosen][place], grid[chosen]);
        println!(
            "| {} | {:.0e} | {} | {} | {} | {} of {} | {} |",
            series.name, s.alarm_p, s.quiet_days, s.bound_p, s.shift_days, own.hits, own.windows, own.false_alarms
        );
        left_out = left_out.and(own);
    }
    let fixed = sum(&score(&Settings::for_step(3_600)), None);
    let in_sample = sum(&table[best(None, 10)], None);
    println!("\n| Numenta ad exchange, standard profile | figure | bound | |\n| --- | --- | --- | --- |");
    let words = |f: &Found| format!("{:.1}, {} of {} windows, {} false", f.score(), f.hits, f.windows, f.false_alarms);
    let is_met = |f: &Found| f.score() >= 70.0 && f.false_alarms <= 10;
    let met = [
        row("chosen leaving one series out", words(&left_out), "≥ 70, ≤ 10 false", is_met(&left_out)),
        row("the product's own setting", words(&fixed), "≥ 70, ≤ 10 false", is_met(&fixed)),
    ];
    println!("| best of the grid, in sample | {} | (best published 76.9 with 9) | |", words(&in_sample));
    !met.contains(&false)
}

fn shops() -> bool {
    let mut is_met = true;
    println!("\n| shop-like series, nothing planted | alarms per 1,000 rows | inside the 98 % range | bound | |");
    println!("| --- | --- | --- | --- | --- |");
    for shape in Shape::ALL {
        let t = tally(shape, Plant::Nothing, 0, if shape.is_hourly() { 30 } else { 200 }, 11);
        let most = if shape.is_hourly() { 1.0 } else { 4.0 };
        let met = t.alarms_per_1000() <= most && (0.965..=0.997).contains(&t.coverage());
        println!(
            "| {} | {:.2} | {:.1} % | ≤ {most}, 96.5–99.7 % | {} |",
            shape.name(),
            t.alarms_per_1000(),
            100.0 * t.coverage(),
            if met { "pass" } else { "FAIL" }
        );
        is_met &= met;
    }
    println!("\n| planted | series | found | class fits | bound | |\n| --- | --- | --- | --- | --- | --- |");
    for (shape, plant, within, least) in planted() {
        let t = tally(shape, plant, within, if shape.is_hourly() { 30 } else { 100 }, 12);
        let met = t.recall() >= least;
        println!(
            "| {plant:?}, within {within} days | {} | {:.0} % | {:.0} % | ≥ {:.0} % | {} |",
            shape.name(),
            100.0 * t.recall(),
            100.0 * t.named as f64 / t.planted.max(1) as f64,
            100.0 * least,
            if met { "pass" } else { "FAIL" }
        );
        is_met &= met;
    }
    println!("\n| promotion every 28 days, 1.8x | alarms per 1,000 rows |\n| --- | --- |");
    let known = tally(Shape::DailyRevenue, Plant::Promotion { is_known: true }, 0, 100, 13);
    let unknown = tally(Shape::DailyRevenue, Plant::Promotion { is_known: false }, 0, 100, 13);
    println!("| known | {:.2} |\n| not known | {:.2} |", known.alarms_per_1000(), unknown.alarms_per_1000());
    is_met & (known.alarms_per_1000() <= 4.0)
}

/// What is planted in what, days until it must be found, and in how many series at least. Strong incidents must be
/// found nearly always; weak ones (a third less than the level, in noise of an eighth) stand for the record.
fn planted() -> Vec<(Shape, Plant, usize, f64)> {
    vec![
        (Shape::DailyRevenue, Plant::Point(2.5), 0, 0.9),
        (Shape::DailyRevenue, Plant::Point(0.4), 0, 0.85),
        (Shape::DailyRevenue, Plant::Shift(0.4), 3, 0.9),
        (Shape::DailyRevenue, Plant::Shift(0.65), 7, 0.35),
        (Shape::DailyRevenue, Plant::Bend(-0.05), 20, 0.5),
        (Shape::DailyRevenue, Plant::Gap(2), 2, 0.95),
        (Shape::DailyRevenue, Plant::Stuck(5), 6, 0.95),
        (Shape::DailyOrders, Plant::Point(0.4), 0, 0.85),
        (Shape::DailyRate, Plant::Point(0.4), 0, 0.85),
        (Shape::DailyRate, Plant::Shift(0.65), 7, 0.4),
        (Shape::HourlyRevenue, Plant::Point(0.03), 0, 0.7),
        (Shape::HourlyRevenue, Plant::Shift(0.1), 1, 0.9),
        (Shape::HourlyRevenue, Plant::Point(0.2), 0, 0.2),
        (Shape::HourlyRevenue, Plant::Gap(4), 1, 0.95),
        (Shape::HourlyOrders, Plant::Point(10.0), 0, 0.8),
        (Shape::HourlyOrders, Plant::Shift(0.02), 1, 0.9),
        (Shape::DailySparse, Plant::Point(25.0), 0, 0.8),
    ]
}
