//! Geo tests on the daily sales of 40 cities: size, coverage and power at planted effects. Prints a Markdown table; exits 1 on a missed bar.
//!
//! `cargo run --release -p stats --example soak_geo [DRAWS]`, 200 by default.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use stats::geo::{MarketOptions, Options, Panel, estimate, select_markets};
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Days before the real test of the file began.
const BEFORE: usize = 90;
const RUN: usize = 15;

fn main() -> ExitCode {
    let draws: u64 = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(200);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/geolift/GeoLift_Test.csv");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("{path} is not there; skipped");
        return ExitCode::SUCCESS;
    };
    let mut by_city: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let mut cells = line.split(',');
        if let (Some(city), Some(sales)) = (cells.next(), cells.next().and_then(|v| v.parse().ok())) {
            by_city.entry(city).or_default().push(sales);
        }
    }
    let names: Vec<&str> = by_city.keys().copied().collect();
    let regions: Vec<Vec<f64>> = by_city.values().cloned().collect();
    let mut missed = false;
    let mut row = |figure: String, value: String, bound: &str, passed: Option<bool>| {
        missed |= passed == Some(false);
        let verdict = passed.map_or("", |p| if p { "pass" } else { "FAIL" });
        println!("| {figure} | {value} | {bound} | {verdict} |");
    };
    println!("| figure | value | bound | |\n| --- | --- | --- | --- |");

    let at = |city: &str| names.iter().position(|n| *n == city).expect("a city of the file");
    let real =
        estimate(&Panel { regions: &regions, n_pre: BEFORE }, &[at("chicago"), at("portland")], &Options::default())
            .expect("a whole panel");
    row(
        "the file's own test (Chicago and Portland, 15 days)".into(),
        format!(
            "{:+.1} % [{:+.1}, {:+.1}], p {:.3}, {:.0} a day",
            100.0 * real.relative_effect,
            100.0 * real.relative_low,
            100.0 * real.relative_high,
            real.p_value,
            real.effect
        ),
        "covers the +5.4 % of GeoLift's walkthrough, within 2 points",
        Some((real.relative_effect - 0.054).abs() < 0.02 && real.relative_low < 0.054 && real.relative_high > 0.054),
    );

    for size in [1, 2, 4] {
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let lifts = [0.0, 0.05, 0.1];
        let (mut proven, mut covered, mut width) = ([0.0; 3], 0.0, 0.0);
        for _ in 0..draws {
            let start = rng.random_range(45..=BEFORE - RUN);
            let mut set: Vec<usize> = Vec::new();
            while set.len() < size {
                let city = rng.random_range(0..regions.len());
                if !set.contains(&city) {
                    set.push(city);
                }
            }
            for (i, lift) in lifts.iter().enumerate() {
                let planted: Vec<Vec<f64>> = regions
                    .iter()
                    .enumerate()
                    .map(|(c, r)| {
                        (0..start + RUN)
                            .map(|t| r[t] * if t >= start && set.contains(&c) { 1.0 + lift } else { 1.0 })
                            .collect()
                    })
                    .collect();
                let options = Options { placebos: 150, ..Options::default() };
                let found = estimate(&Panel { regions: &planted, n_pre: start }, &set, &options).expect("whole");
                proven[i] += f64::from(u8::from(found.p_value <= 0.05));
                if i == 1 {
                    covered += f64::from(u8::from(found.relative_low <= *lift && found.relative_high >= *lift));
                    width += found.relative_high - found.relative_low;
                }
            }
        }
        let n = draws as f64;
        let label = format!("{size} of 40 cities, {draws} planted tests of {RUN} days");
        let share = |x: f64| format!("{:.1} %", 100.0 * x / n);
        let slack = 4.0 * (0.05 * 0.95 / n).sqrt();
        row(
            format!("{label}: called at no effect"),
            share(proven[0]),
            "5 % + 4 se",
            Some(proven[0] / n <= 0.05 + slack),
        );
        row(format!("{label}: coverage at +5 %"), share(covered), "95 % - 4 se", Some(covered / n >= 0.95 - slack));
        row(
            format!("{label}: power at +5 %, +10 %"),
            format!("{}, {}", share(proven[1]), share(proven[2])),
            "shown",
            None,
        );
        row(format!("{label}: width"), share(width), "shown", None);
    }

    let history: Vec<Vec<f64>> = regions.iter().map(|r| r[..BEFORE].to_vec()).collect();
    let options = MarketOptions { sizes: vec![2, 3, 4], days: RUN, excluded: Vec::new(), keep: 3 };
    for (i, found) in select_markets(&history, &options).expect("whole").iter().enumerate() {
        let cities: Vec<&str> = found.regions.iter().map(|r| names[*r]).collect();
        row(
            format!("matched markets {}: {}", i + 1, cities.join(", ")),
            format!("detects {:.1} %, bias {:+.2} %", 100.0 * found.detectable_effect, 100.0 * found.bias),
            "shown",
            None,
        );
    }
    if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
