//! Training and serving at scale: synthetic events of a large shop, sparse members only.
//!
//! Prints Markdown; exits 1 on a missed bar. `FORTNIGHT_EVENTS` is a comma-separated list of sizes (default 5 and 50 million);
//! each size runs in a process of its own, so that its peak is its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{fs::File, path::Path, time::Instant};

use bytes::Bytes;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use recommend::{
    Catalogue, Recommender, Sessions, Signal,
    artefact::Writer,
    evaluate::{Counts, EvaluateOptions, next_item},
    models::{Progress, TrainOptions},
};

/// One item for every 50 events, one customer for every 10, as in 50 million events, 1 million items, 5 million customers.
fn shop(events: usize, seed: u64) -> (Sessions, usize) {
    let (items, users) = (events / 50, events / 10);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut sessions = Sessions::new();
    let kinds = (items / 200).max(1);
    while sessions.items.len() < events {
        // A session is about one kind of product; the kinds and the products in them are as unequal as in a real shop.
        let kind = skewed(&mut random, kinds);
        let length = 2 + (-(1.0 - random.random::<f64>()).ln() * 3.0) as usize;
        let mut at = skewed(&mut random, 200);
        for _ in 0..length.min(60) {
            let item = if random.random_bool(0.05) { skewed(&mut random, items) } else { (kind * 200 + at) % items };
            sessions.items.push(item as u32);
            sessions.signals.push(if random.random_bool(0.03) { Signal::Purchase } else { Signal::View });
            sessions.times_s.push(sessions.items.len() as i64);
            at = match random.random_range(0..10) {
                0 => at,
                1..6 => (at + 1 + skewed(&mut random, 8)) % 200,
                _ => skewed(&mut random, 200),
            };
        }
        sessions.starts.push(sessions.items.len());
        sessions.users.push(random.random_range(0..users as u32));
    }
    (sessions, items)
}

/// From 0 to `count - 1`, small numbers more often: half of the draws are in the first tenth.
fn skewed(random: &mut ChaCha8Rng, count: usize) -> usize {
    ((random.random::<f64>().powf(3.3)) * count as f64) as usize
}

fn status(field: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field).map(str::to_owned)).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap_or(0.0) / 1024.0
}

/// Seconds of CPU of the whole process, in hundredths.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

#[allow(unsafe_code)]
fn map(path: &Path) -> Bytes {
    // SAFETY: Nobody else knows the file, and it is not written to again.
    Bytes::from_owner(unsafe { memmap2::Mmap::map(&File::open(path).expect("written before")).expect("a map") })
}

fn measure(events: usize) -> bool {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (all, items) = shop(events, 1);
    let held = (all.len() / 100).min(2_000);
    let test = all.slice(all.len() - held..all.len());
    let training = all.slice(0..all.len() - held);
    drop(all);
    let counts = Counts::of(&training, items);
    let mut catalogue = Catalogue::default();
    for item in 0..items {
        catalogue.intern(&format!("sku-{item}"));
    }
    let model = std::env::var("FORTNIGHT_MODEL").unwrap_or_else(|_| "auto".to_owned());
    let (began, before) = (Instant::now(), cpu_s());
    let show = |progress: Progress| {
        eprintln!("{:7.1} s  {:6.0} MiB  {}", began.elapsed().as_secs_f64(), status("VmHWM:"), progress.step)
    };
    let options = TrainOptions { threads, ..TrainOptions::default() };
    let trained = Recommender::train(&model, &training, catalogue, &options, &show).expect("a model");
    let (train_cpu_min, train_wall_s) = ((cpu_s() - before) / 60.0, began.elapsed().as_secs_f64());
    let peak_gib = status("VmHWM:") / 1024.0;
    drop(training);
    let file = std::env::temp_dir().join(format!("soak_scale-{}.model", std::process::id()));
    let mut artefact = Writer::new();
    trained.write(&mut artefact);
    artefact.write_to(&mut File::create(&file).expect("a file")).expect("room on the disk");
    drop((artefact, trained));
    let loading = Instant::now();
    let served = Recommender::load(map(&file)).expect("what was saved loads");
    let load_s = loading.elapsed().as_secs_f64();
    let own_mib = status("RssAnon:");
    let artefact_mib = std::fs::metadata(&file).map_or(0.0, |file| file.len() as f64) / 1048576.0;
    // What is mapped stays.
    std::fs::remove_file(&file).expect("it is there");
    let clock = Instant::now();
    let metrics = next_item(served.model(), &test, &counts, &EvaluateOptions::default(), &|| clock.elapsed());
    println!(
        "| {events} | {items} | {model} | {train_cpu_min:.2} | {train_wall_s:.0} | {peak_gib:.2} | {artefact_mib:.0} | {load_s:.2} | {own_mib:.0} | {:.0} | {:.3} | {:.0} / {:.0} / {:.0} |",
        status("VmRSS:"),
        metrics.hit_rate,
        metrics.p50_us,
        metrics.p90_us,
        metrics.p99_us,
    );
    train_cpu_min <= 40.0 && peak_gib <= 8.0
}

fn main() {
    if let Some(events) = std::env::args().nth(1).and_then(|events| events.parse().ok()) {
        std::process::exit(i32::from(!measure(events)));
    }
    let sizes = std::env::var("FORTNIGHT_EVENTS").unwrap_or_else(|_| "5000000,50000000".to_owned());
    println!(
        "| events | items | model | train, CPU-min | wall s | peak GiB | artefact MiB | load s | own MiB after | serving MiB, mapped too | HR@20 | µs p50 / p90 / p99 |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut missed = 0;
    for size in sizes.split(',') {
        let program = std::env::current_exe().expect("a path");
        let status = std::process::Command::new(program).arg(size.trim()).status().expect("it starts");
        missed += usize::from(!status.success());
    }
    if missed > 0 {
        println!("\n{missed} sizes missed the bar of 40 CPU-min and 8 GiB");
        std::process::exit(1);
    }
}
