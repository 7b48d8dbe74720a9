//! What takes long. CI runs the small, seeded twins of these as ordinary tests.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use crate::run::{Result, cargo, children_cpu_seconds, load_average, output, root, run, target_dir};

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
    /// The bars of the judge, whole: every `soak_*` example of `stats`, each with its table and its bounds
    Judge {
        /// Only these, e.g. `sequential`
        names: Vec<String>,
    },
    /// The bars of the recommender, whole: every `soak_*` example of `recommend`, and `closed_loop` in the simulator
    Recommend {
        /// Only these, e.g. `sessions`
        names: Vec<String>,
    },
    /// Pools of the opportunity miners against the simulator's hidden state, and whether what Replay learns helps
    Replay {
        /// How many shops
        #[arg(default_value_t = 20)]
        seeds: u64,
    },
    /// The rules of a sheet of concepts on so many seeds of three simulated brands
    Concepts {
        /// How many seeds a brand
        #[arg(default_value_t = 20)]
        seeds: u64,
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
        Soak::Judge { names } => examples("stats", names),
        Soak::Recommend { names } => recommend(names),
        Soak::Replay { seeds } => run(cargo()
            .args(["run", "--quiet", "--profile", "demo", "--package", "sprint", "--example", "soak_replay", "--"])
            .arg(seeds.to_string())),
        Soak::Concepts { seeds } => run(cargo()
            .args(["run", "--quiet", "--profile", "demo", "--package", "sprint", "--example", "soak_concepts", "--"])
            .arg(seeds.to_string())),
        Soak::Llm { url, model } => run(cargo()
            .args(["run", "--quiet", "--profile", "demo", "--package", "llm", "--example", "soak_llm", "--"])
            .args([url, model])),
    }
}

/// The recommender's own, and the one that needs a simulated shop.
fn recommend(names: &[String]) -> Result<()> {
    const LOOP: &str = "closed_loop";
    let (looped, own): (Vec<String>, Vec<String>) = names.iter().cloned().partition(|name| name == LOOP);
    let mut results = Vec::new();
    if names.is_empty() || !own.is_empty() {
        results.push(examples("recommend", &own));
    }
    if names.is_empty() || !looped.is_empty() {
        results.push(examples("simulate", &[LOOP.to_owned()]));
    }
    results.into_iter().collect()
}

/// Runs a crate's `soak_*` examples, all of them even when one misses its bar, and says at the end which did.
fn examples(package: &str, names: &[String]) -> Result<()> {
    let examples = root().join("crates").join(package).join("examples");
    let entries = std::fs::read_dir(&examples).map_err(|error| format!("{}: {error}", examples.display()))?;
    let mut all: Vec<String> = entries
        .filter_map(|entry| {
            entry.ok()?.file_name().to_str()?.strip_prefix("soak_")?.strip_suffix(".rs").map(str::to_owned)
        })
        .collect();
    all.sort();
    if let Some(unknown) = names.iter().find(|name| !all.contains(name)) {
        return Err(format!("there is no soak `{unknown}`; there are: {}", all.join(", ")));
    }
    let mut missed = Vec::new();
    for name in all.iter().filter(|name| names.is_empty() || names.contains(name)) {
        println!("\n## {name}\n");
        let (start, before) = (std::time::Instant::now(), children_cpu_seconds());
        let example = format!("soak_{name}");
        let result = run(cargo().args(["run", "--quiet", "--release", "--package", package, "--example", &example]));
        if let (Some(before), Some(after)) = (before, children_cpu_seconds()) {
            let wall = start.elapsed().as_secs_f64();
            println!("\n{name}: {:.1} CPU-s, {wall:.1} s wall with its build, load {}", after - before, load_average());
        }
        if result.is_err() {
            missed.push(name.as_str());
        }
    }
    match missed.is_empty() {
        true => Ok(()),
        false => Err(format!("missed a bar: {}", missed.join(", "))),
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
