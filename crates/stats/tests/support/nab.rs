//! The Numenta Anomaly Benchmark's scorer (NAB 1.1, Lavin & Ahmad 2015, arXiv 1510.03336), standard profile, on the six
//! ad-exchange series. Scores every row, so every row above the threshold outside a window is a false alarm.
#![allow(dead_code)]

use std::path::PathBuf;

use serde_json::Value;

/// Weight of a false alarm in the standard profile; hits and misses weigh 1.
pub const FALSE_WEIGHT: f64 = 0.11;

/// A series with its labelled windows.
pub struct Series {
    pub name: String,
    pub at: Vec<i64>,
    pub values: Vec<f64>,
    /// First and last row of each window.
    pub windows: Vec<(usize, usize)>,
}

/// What a scorer found.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Found {
    /// Raw score: hits by how early, less misses and false alarms.
    pub raw: f64,
    pub windows: usize,
    pub hits: usize,
    pub false_alarms: usize,
}

impl Found {
    pub fn and(self, other: Found) -> Found {
        Found {
            raw: self.raw + other.raw,
            windows: self.windows + other.windows,
            hits: self.hits + other.hits,
            false_alarms: self.false_alarms + other.false_alarms,
        }
    }

    /// 0 for a detector that says nothing, 100 for one that finds every window at its start.
    pub fn score(&self) -> f64 {
        100.0 * (self.raw + self.windows as f64) / (2.0 * self.windows as f64)
    }
}

fn seconds(text: &str) -> i64 {
    let part = |from: usize, to: usize| text[from..to].parse::<i64>().expect("a number");
    let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
    // Days from civil (Hinnant).
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y - era * 400;
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let days = era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468;
    days * 86_400 + part(11, 13) * 3_600 + part(14, 16) * 60 + part(17, 19)
}

/// The six series, or none where the data is absent.
pub fn load() -> Option<Vec<Series>> {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/nab"));
    let labels = std::fs::read_to_string(root.join("labels/combined_windows.json")).ok()?;
    let labels: Value = serde_json::from_str(&labels).expect("labels");
    let mut all = Vec::new();
    for (path, windows) in labels.as_object().expect("object").iter().filter(|(path, _)| path.contains("AdExchange")) {
        let mut reader = csv::Reader::from_path(root.join("data").join(path)).ok()?;
        let (mut at, mut values) = (Vec::new(), Vec::new());
        for row in reader.records() {
            let row = row.expect("row");
            at.push(seconds(&row[0]));
            values.push(row[1].parse().expect("value"));
        }
        let place = |time: &Value| {
            let time = seconds(time.as_str().expect("time"));
            at.iter().position(|own| *own == time).expect("row of the window")
        };
        let windows = windows.as_array().expect("array").iter().map(|w| (place(&w[0]), place(&w[1]))).collect();
        all.push(Series { name: path.rsplit('/').next().unwrap_or(path).to_owned(), at, values, windows });
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Some(all)
}

fn scaled_sigmoid(position: f64) -> f64 {
    if position > 3.0 { -1.0 } else { 2.0 / (1.0 + (5.0 * position).exp()) - 1.0 }
}

/// Scores one series' rows at a threshold.
pub fn score(series: &Series, scores: &[f64], threshold: f64) -> Found {
    let n = scores.len();
    let probation = (0.15 * n as f64).floor().min(0.15 * 5_000.0) as usize;
    let mut found = Found { windows: series.windows.len(), ..Found::default() };
    let best = scaled_sigmoid(-1.0);
    let mut hits = vec![-1.0f64; series.windows.len()];
    for (row, own) in scores.iter().enumerate().skip(probation) {
        if *own < threshold {
            continue;
        }
        if let Some(place) = series.windows.iter().position(|(from, to)| (*from..=*to).contains(&row)) {
            let (from, to) = series.windows[place];
            let width = (to - from + 1) as f64;
            hits[place] = hits[place].max(scaled_sigmoid(-((to - row + 1) as f64) / width) / best);
        } else {
            found.false_alarms += 1;
            let before = series.windows.iter().rev().find(|(_, to)| *to < row);
            found.raw +=
                FALSE_WEIGHT * before.map_or(-1.0, |(from, to)| scaled_sigmoid((row - to) as f64 / (to - from) as f64));
        }
    }
    found.hits = hits.iter().filter(|hit| **hit > 0.0).count();
    found.raw += hits.iter().sum::<f64>();
    found
}
