//! Rows a second of importing order lines: `cargo run -p intake --profile demo --example import_bench -- FILE…`.
//!
//! Prints wall and CPU seconds (of the process, from `/proc/self/stat`) per file and per million rows.

use std::{path::Path, time::Instant};

use domain::{Currency, InstantMs};
use formats::Source;
use intake::{ImportRequest, Intake};
use lake::Lake;
use store::Store;

/// User and system CPU time of this process in seconds, where the system tells.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: f64 = stat.rsplit(')').next().map_or(0.0, |rest| {
        rest.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum()
    });
    ticks / 100.0
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path();
    let store = Store::open(&format!("sqlite://{}/bench.db", path.display())).await?;
    let lake = Lake::open(store.clone(), &format!("file://{}/lake", path.display()))?;
    let intake = Intake::open(store, lake, path, [0; 32]).await?;
    let now = InstantMs(1_800_000_000_000);
    for file in std::env::args().skip(1) {
        let (wall, cpu) = (Instant::now(), cpu_seconds());
        let currency = Currency::parse("GBP").ok();
        let request = ImportRequest { currency, ..ImportRequest::new(Source::Transactions, Path::new(&file), now) };
        let report = intake::import(&intake, request, &|_| {}).await?;
        let (wall, cpu) = (wall.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        let millions = report.rows_read as f64 / 1e6;
        println!(
            "{}: {} rows, wall {wall:.2} s ({:.0} rows/s), CPU {cpu:.2} s ({:.2} CPU-s per million rows)",
            report.file,
            report.rows_read,
            report.rows_read as f64 / wall,
            cpu / millions
        );
    }
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let gates = intake::doctor(&intake, now).await?;
    println!(
        "doctor: {} gates, wall {:.2} s, CPU {:.2} s",
        gates.len(),
        wall.elapsed().as_secs_f64(),
        cpu_seconds() - cpu
    );
    Ok(())
}
