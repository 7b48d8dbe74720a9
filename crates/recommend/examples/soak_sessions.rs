//! Next items on two public click logs: every model beside the figures of its paper, `auto` against its bars, and speed
//! beside `implicit`.
//!
//! Prints Markdown; exits 1 on a missed bar. `--ablation` also trains `auto` once without each member.
//! `FORTNIGHT_PEER_PYTHON` names a Python that has `implicit`, `numpy`, `scipy` and `pandas`; without it the peer's figures
//! are those noted in the issue. One thread; CPU is the kernel's count for this thread.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::Instant,
};

use recommend::{
    Catalogue, Model, Sessions,
    auto::{self, Hooks, MemberOptions},
    evaluate::{Counts, EvaluateOptions, Metrics, next_item},
    models::{self, TrainOptions},
    read::{Names, read},
};

fn shared(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")).join(name)
}

struct Log {
    name: &'static str,
    training: Sessions,
    test: Sessions,
    items: usize,
    counts: Counts,
}

fn log(name: &'static str) -> Option<Log> {
    let (mut items, mut users) = (Catalogue::default(), HashMap::new());
    let mut load = |file: &str, names| {
        let file = std::fs::File::open(shared("data/sessions").join(name).join(file)).ok()?;
        Some(read(flate2::read::GzDecoder::new(file), names, &mut items, &mut users).unwrap().sessions)
    };
    let (training, test) = (load("train.tsv.gz", Names::New)?, load("test.tsv.gz", Names::Known)?);
    let counts = Counts::of(&training, items.len());
    Some(Log { name, training, test, items: items.len(), counts })
}

/// Seconds of CPU this thread has used, as the kernel counts.
fn cpu_s() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap_or(0.0) / 1024.0
}

struct Run {
    metrics: Metrics,
    fit_cpu_s: f64,
    cpu_us: f64,
    peak_mib: f64,
}

fn judge(log: &Log, model: &dyn Model, fit_cpu_s: f64) -> Run {
    let began = Instant::now();
    let before = cpu_s();
    let metrics = next_item(model, &log.test, &log.counts, &EvaluateOptions::default(), &|| began.elapsed());
    let cpu_us = (cpu_s() - before) * 1e6 / metrics.pairs as f64;
    Run { metrics, fit_cpu_s, cpu_us, peak_mib: peak_mib() }
}

fn run(log: &Log, name: &str) -> Run {
    let before = cpu_s();
    let model = models::train(name, &log.training, log.items, &TrainOptions::default(), &|_| ()).unwrap();
    let run = judge(log, &*model, cpu_s() - before);
    show(log, name, &run);
    run
}

fn show(log: &Log, name: &str, run: &Run) {
    let m = &run.metrics;
    println!(
        "| {} | {name} | {} | {:.4} | {:.4} | {:.4} | {:.4} | {:.3} | {:.3} | {:.2} | {:.1} | {:.0} / {:.0} / {:.0} | {:.0} |",
        log.name,
        m.pairs,
        m.hit_rate,
        m.mrr,
        m.hit_rate_all,
        m.mrr_all,
        m.coverage,
        m.popularity_bias,
        run.fit_cpu_s,
        run.cpu_us,
        m.p50_us,
        m.p90_us,
        m.p99_us,
        run.peak_mib,
    );
}

#[derive(Default)]
struct Bars {
    lines: Vec<String>,
    missed: usize,
}

impl Bars {
    fn check(&mut self, what: &str, value: f64, bar: &str, kept: bool) {
        self.missed += usize::from(!kept);
        self.lines.push(format!("| {what} | {value:.4} | {bar} | {} |", if kept { "kept" } else { "**missed**" }));
    }

    fn at_least(&mut self, what: &str, value: f64, bar: f64) {
        self.check(what, value, &format!("≥ {bar}"), value >= bar);
    }

    fn at_most(&mut self, what: &str, value: f64, bar: f64) {
        self.check(what, value, &format!("≤ {bar:.1}"), value <= bar);
    }

    fn near(&mut self, what: &str, value: f64, bar: f64) {
        self.check(what, value, &format!("{bar} ± .006"), (value - bar).abs() <= 0.006);
    }
}

fn main() {
    let names = ["diginetica", "yoochoose_1_64"];
    let logs: Vec<Log> = names.into_iter().filter_map(log).collect();
    if logs.len() < names.len() {
        return eprintln!("skipped: no session logs under {}", shared("data/sessions").display());
    }
    let mut bars = Bars::default();
    println!(
        "| log | model | pairs | HR@20 | MRR@20 | HR, unseen as misses | MRR, unseen as misses | coverage | popularity | fit, CPU-s | CPU µs each | wall µs p50 / p90 / p99 | peak MiB so far |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let tfidf = run(&logs[0], "tfidf");
    let vmis = run(&logs[0], "vmis");
    let lean_peak = vmis.peak_mib;
    let published = [((0.5203, 0.1841), (0.5291, 0.1886)), ((0.6961, 0.2879), (0.7088, 0.3083))];
    for (log, (vsknn, slist)) in logs.iter().zip(published) {
        for name in ["popularity", "cosine", "rules", "vstan", "swalk"] {
            run(log, name);
        }
        let found = run(log, "slist");
        bars.near(&format!("SLIST HR@20, {}", log.name), found.metrics.hit_rate, slist.0);
        bars.near(&format!("SLIST MRR@20, {}", log.name), found.metrics.mrr, slist.1);
        let found = run(log, "vsknn");
        bars.near(&format!("V-SKNN HR@20, {}", log.name), found.metrics.hit_rate, vsknn.0);
        bars.near(&format!("V-SKNN MRR@20, {}", log.name), found.metrics.mrr, vsknn.1);
        let found = run(log, "stan");
        if log.name == "diginetica" {
            bars.near("STAN HR@20, diginetica", found.metrics.hit_rate, 0.5121);
        }
    }
    for (log, floor, goal) in
        [(&logs[0], (0.529, 0.1886), (0.540, 0.191)), (&logs[1], (0.7088, 0.3083), (0.713, 0.312))]
    {
        let auto = run(log, "auto");
        for (kind, (hit_rate, mrr)) in [("floor", floor), ("goal", goal)] {
            bars.at_least(
                &format!("auto HR@20, {}, {kind}, unseen as misses", log.name),
                auto.metrics.hit_rate_all,
                hit_rate,
            );
            bars.at_least(&format!("auto MRR@20, {}, {kind}, unseen as misses", log.name), auto.metrics.mrr_all, mrr);
        }
        bars.at_most(&format!("auto p99, µs, {}", log.name), auto.metrics.p99_us, 300.0);
        if std::env::args().any(|argument| argument == "--ablation") {
            ablation(log);
        }
    }
    let peer = peer().unwrap_or(Peer { fit_cpu_s: 1.4, cpu_us: 58.0, peak_mib: 540.0 });
    println!(
        "\nimplicit TF-IDF on diginetica: fit {:.2} CPU-s, {:.1} CPU µs a prediction, {:.0} MB\n",
        peer.fit_cpu_s, peer.cpu_us, peer.peak_mib
    );
    bars.at_most("item-item fit, CPU-s, against half of implicit's", tfidf.fit_cpu_s, peer.fit_cpu_s / 2.0);
    bars.at_most("item-item, CPU µs a prediction", tfidf.cpu_us, 25.0);
    bars.at_most("neighbours (vmis), CPU µs a prediction", vmis.cpu_us, 45.0);
    bars.at_most("peak MiB of item-item and neighbours, against half of implicit's", lean_peak, peer.peak_mib / 2.0);
    println!("| what | found | bar | |\n| --- | --- | --- | --- |");
    bars.lines.iter().for_each(|line| println!("{line}"));
    if bars.missed > 0 {
        println!("\n{} bars missed", bars.missed);
        std::process::exit(1);
    }
}

/// `auto` without each of its members in turn.
fn ablation(log: &Log) {
    let all = MemberOptions::defaults(log.items);
    for left_out in &all {
        let members = all.iter().filter(|member| member.name() != left_out.name()).cloned().collect();
        let before = cpu_s();
        let model = auto::train_with(members, &log.training, log.items, &TrainOptions::default(), Hooks::only(&|_| ()));
        show(log, &format!("auto without {}", left_out.name()), &judge(log, &model, cpu_s() - before));
    }
}

struct Peer {
    fit_cpu_s: f64,
    cpu_us: f64,
    peak_mib: f64,
}

/// `implicit` beside us, if there is a Python that has it.
fn peer() -> Option<Peer> {
    let python = std::env::var_os("FORTNIGHT_PEER_PYTHON")?;
    let folder: &Path = &shared("peers/recommend");
    let output = std::process::Command::new(python)
        .args(["implicit_peer.py", "diginetica", "tfidf"])
        .current_dir(folder)
        .output()
        .expect("the peer's Python starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().rfind(|line| line.starts_with('{')).expect("the peer answers");
    println!("\n`{line}`");
    let answer: serde_json::Value = serde_json::from_str(line).expect("the peer answers JSON");
    let number = |key: &str| answer[key].as_f64().unwrap_or(f64::NAN);
    Some(Peer { fit_cpu_s: number("fit_cpu_s"), cpu_us: number("batch_cpu_us_per_pred"), peak_mib: number("peak_MB") })
}
