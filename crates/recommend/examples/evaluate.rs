//! `fortnight recommend evaluate` without the rest of Fortnight: builds in seconds.
use std::{
    io::Read,
    path::{Path, PathBuf},
    time::Instant,
};

use clap::Parser;
use recommend::{
    basket::evaluate_next_basket,
    command::{Probes, evaluate_next_item},
    evaluate::EvaluateOptions,
    models::TrainOptions,
};

#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value = "next-item", value_parser = ["next-item", "next-basket"])]
    protocol: String,
    #[arg(long)]
    train: PathBuf,
    #[arg(long)]
    test: PathBuf,
    #[arg(long, default_value = "auto")]
    model: String,
    #[arg(long, default_value_t = 20)]
    at: usize,
    #[arg(long, default_value_t = 1)]
    min_prefix: usize,
    #[arg(long)]
    no_repeats: bool,
    #[arg(long, default_value_t = 300)]
    budget: u64,
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

fn open(path: &Path) -> std::io::Result<Box<dyn Read>> {
    let file = std::fs::File::open(path)?;
    let packed = path.extension().is_some_and(|extension| extension == "gz");
    Ok(if packed { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) })
}

fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1024)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let began = Instant::now();
    let probes = Probes {
        clock: &|| began.elapsed(),
        peak_bytes: &peak_bytes,
        progress: &|progress| eprintln!("{:7.1} s  {}", began.elapsed().as_secs_f64(), progress.step),
    };
    let options = EvaluateOptions {
        at: arguments.at,
        min_prefix: arguments.min_prefix,
        no_repeats: arguments.no_repeats,
        threads: arguments.threads,
    };
    let train = TrainOptions { threads: arguments.threads, budget: arguments.budget, ..TrainOptions::default() };
    if arguments.protocol == "next-basket" {
        let Arguments { model, at, threads, .. } = &arguments;
        let training = open(&arguments.train)?;
        let answer = evaluate_next_basket(training, || open(&arguments.test), model, *at, *threads, probes)?;
        println!("{}", serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    let answer = evaluate_next_item(
        open(&arguments.train)?,
        || open(&arguments.test),
        &arguments.model,
        &train,
        &options,
        probes,
    )?;
    println!("{}", serde_json::to_string_pretty(&answer)?);
    Ok(())
}
