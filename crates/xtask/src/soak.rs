//! What takes long. CI runs the small, seeded twins of these as ordinary tests.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use crate::run::{Result, cargo, output, root, run, target_dir};

/// Options of `cargo xtask soak`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    soak: Soak,
}

#[derive(clap::Subcommand)]
enum Soak {
    /// Kill an import of both Online Retail files at random moments, run it again, compare the end with an undisturbed one
    Kill {
        /// How many kills
        #[arg(long, default_value_t = 20)]
        times: u32,
        /// Seed of the moments
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Draft with a real model through the same path as the product
    Llm {
        /// Address of an OpenAI-compatible server
        #[arg(long, default_value = "http://127.0.0.1:18082/v1/")]
        url: String,
        /// Model name
        #[arg(long, default_value = "local")]
        model: String,
    },
}

/// Runs one.
pub fn run_one(args: &Args) -> Result<()> {
    match &args.soak {
        Soak::Kill { times, seed } => kill(*times, *seed),
        Soak::Llm { url, model } => run(cargo()
            .args(["run", "--quiet", "--profile", "demo", "--package", "llm", "--example", "soak_llm", "--"])
            .args([url, model])),
    }
}

fn kill(times: u32, seed: u64) -> Result<()> {
    let folder = root().join("../shared/data/online_retail");
    let files: Vec<PathBuf> =
        ["2009_2010", "2010_2011"].iter().map(|year| folder.join(format!("online_retail_{year}.csv.gz"))).collect();
    if !files.iter().all(|file| file.exists()) {
        return Err("../shared/data/online_retail is not there".into());
    }
    run(cargo().args(["build", "--profile", "demo", "--package", "fortnight"]))?;
    let binary = target_dir().join("demo/fortnight");
    let scratch = target_dir().join("soak-kill");
    let _ = std::fs::remove_dir_all(&scratch);
    let import = |data: &str| {
        let mut command = Command::new(&binary);
        command.arg("--data").arg(scratch.join(data)).args(["--now", "2012-01-01", "--json", "import", "transactions"]);
        command.args(["--currency", "GBP"]).args(&files).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let state = |data: &str| {
        output(Command::new(&binary).arg("--data").arg(scratch.join(data)).args(["--now", "2012-01-01", "digest"]))
    };
    let start = std::time::Instant::now();
    run(&mut import("whole"))?;
    let span = start.elapsed();
    let want = state("whole")?;
    println!("undisturbed import: {:.1} s\n{want}", span.as_secs_f64());
    // A multiplicative congruential generator is enough to scatter the moments (Knuth's MMIX constants).
    let mut random = seed;
    let (mut killed, mut ended) = (0, 0);
    while killed < times {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = (random >> 33) as f64 / f64::from(1u32 << 31);
        // A folder of its own every five kills, so that also the early moments of an import are met.
        let data = format!("killed-{}", killed / 5);
        let mut child = import(&data).spawn().map_err(|error| error.to_string())?;
        std::thread::sleep(Duration::from_secs_f64(span.as_secs_f64() * share * 0.6));
        if child.try_wait().map_err(|error| error.to_string())?.is_some() {
            ended += 1;
        }
        let _ = child.kill();
        let _ = child.wait();
        killed += 1;
        if killed % 5 == 0 || killed == times {
            run(&mut import(&data))?;
            let got = state(&data)?;
            if got != want {
                return Err(format!("after {killed} kills the state differs:\n{got}"));
            }
            println!("{killed} kills ({ended} after the end): same state");
        }
    }
    std::fs::remove_dir_all(&scratch).map_err(|error| error.to_string())
}
