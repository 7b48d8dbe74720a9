//! What an event costs: `cargo run -p intake --profile demo --example events_bench -- [EVENTS]`.
//!
//! Prints CPU per event (user and system time of this process) of the way in: the JSON read, group commit into the
//! inbox with many senders, the move into the lake, and the same events as a file.

use std::{fmt::Write as _, sync::Arc, time::Instant};

use domain::InstantMs;
use formats::Source;
use intake::{Events, ImportRequest, Input, Intake};
use lake::Lake;
use store::Store;

const NOW: InstantMs = InstantMs(1_800_000_000_000);

/// User and system CPU time of this process in seconds, where the system tells.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: f64 = stat.rsplit(')').next().map_or(0.0, |rest| {
        rest.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum()
    });
    ticks / 100.0
}

/// One call as a storefront sends it: ids drawn by the client, times within the last hours.
fn call(n: u64) -> String {
    let scattered = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let at = NOW.0 / 1_000 - (n % 36_000) as i64;
    format!(
        "{{\"type\":\"track\",\"event\":\"Product Viewed\",\"messageId\":\"ajs-{scattered:016x}\",\"anonymousId\":\"a{:x}\",\
         \"timestamp\":{at},\"properties\":{{\"sku\":\"SKU-{}\",\"price\":12.5}}}}",
        scattered % 40_000,
        scattered % 2_000
    )
}

struct Meter(Instant, f64);

impl Meter {
    fn start() -> Meter {
        Meter(Instant::now(), cpu_seconds())
    }

    fn stop(self, what: &str, events: u64) {
        let (wall, cpu) = (self.0.elapsed().as_secs_f64(), cpu_seconds() - self.1);
        let events = events as f64;
        println!("| {what} | {:.1} | {:.0} | {:.0} |", cpu / events * 1e6, events / cpu.max(0.01), events / wall);
    }
}

async fn intake(folder: &std::path::Path, name: &str) -> Result<Intake, Box<dyn std::error::Error>> {
    let path = folder.join(name);
    std::fs::create_dir_all(&path)?;
    let store = Store::open(&format!("sqlite://{}/bench.db", path.display())).await?;
    let lake = Lake::open(store.clone(), &format!("file://{}/lake", path.display()))?;
    Ok(Intake::open(store, lake, &path, [0; 32]).await?)
}

/// Sends `events` events in requests of `batch` by 64 senders at once.
async fn live(intake: &Intake, events: u64, batch: u64, from: u64) -> Result<(), Box<dyn std::error::Error>> {
    let taking = Events::start(intake.clone(), Arc::new(|| NOW), Vec::new());
    let mut senders = tokio::task::JoinSet::new();
    const SENDERS: u64 = 64;
    for sender in 0..SENDERS {
        let taking = taking.clone();
        senders.spawn(async move {
            let mut n = sender * batch;
            while n < events {
                let calls = (n..(n + batch).min(events)).map(|n| {
                    let value = serde_json::from_str(&call(from + n)).expect("JSON");
                    formats::segment::event(&value, Some(NOW)).expect("an event")
                });
                taking.take(calls.collect()).await.expect("taken");
                n += batch * SENDERS;
            }
        });
    }
    while let Some(joined) = senders.join_next().await {
        joined?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let events: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(200_000);
    let folder = tempfile::tempdir()?;
    println!("| what | CPU µs an event | events a CPU-s | events a second |\n| --- | ---: | ---: | ---: |");
    let meter = Meter::start();
    for n in 0..events {
        let value = serde_json::from_str(&call(n))?;
        formats::segment::event(&value, Some(NOW))?;
    }
    meter.stop("made and read as JSON", events);
    let one = intake(folder.path(), "live").await?;
    let meter = Meter::start();
    live(&one, events, 100, 0).await?;
    meter.stop("live, requests of 100 (JSON included)", events);
    let meter = Meter::start();
    live(&one, events / 10, 1, events).await?;
    meter.stop("live, requests of 1", events / 10);
    let meter = Meter::start();
    live(&one, events, 100, 0).await?;
    meter.stop("live, all seen before", events);
    // Every event makes a new snapshot: what that costs whoever asks next.
    let waiting = store::inbox::waiting(&one.store).await?.rows;
    let meter = Meter::start();
    for n in 0..20 {
        live(&one, 1, 1, 2 * events + n).await?;
        one.lake.snapshot(NOW).await?.query("SELECT COUNT(*) AS n FROM events").await?;
    }
    meter.stop(&format!("one event and a count of all, {waiting} rows waiting"), 20);
    let meter = Meter::start();
    let moved = one.lake.compact(NOW).await?;
    meter.stop("inbox into the lake", moved.rows);
    let mut text = String::new();
    for n in 0..events {
        writeln!(text, "{}", call(n))?;
    }
    let two = intake(folder.path(), "file").await?;
    let meter = Meter::start();
    let input = Input::Reader { name: "e.ndjson".into(), reader: Box::new(std::io::Cursor::new(text.into_bytes())) };
    let request = ImportRequest { input, ..ImportRequest::new(Source::Events, "", NOW) };
    let report = intake::import(&two, request, &|_| {}).await?;
    meter.stop("imported as NDJSON", report.rows_taken);
    Ok(())
}
