//! Figures for `docs/benchmarks.md`: CPU time per operation, wall time with the load average beside it.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::run::{Result, cargo, children_cpu_seconds, load_average, output, root, run, target_dir};

/// Options of `cargo xtask bench`.
#[derive(clap::Args)]
pub struct Args {
    /// Measure only these: import, events, concepts, first-page; and, only when asked for because it builds in full
    /// release, recommend
    #[arg(value_parser = ["import", "events", "concepts", "first-page", "recommend"])]
    names: Vec<String>,
    /// Orders in the generated store that `concepts` mines
    #[arg(long, default_value_t = 1_000_000)]
    orders: u64,
}

/// What one process cost.
struct Cost {
    cpu_seconds: f64,
    wall_seconds: f64,
    peak_mib: f64,
    stdout: String,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:.2} CPU-s, {:.2} s wall, peak {:.0} MiB, load {}",
            self.cpu_seconds,
            self.wall_seconds,
            self.peak_mib,
            load_average()
        )
    }
}

/// Runs the benchmarks with the binary of the demo profile.
pub fn run_all(args: &Args) -> Result<()> {
    if args.names == ["recommend"] {
        // What the demo's profile leaves unoptimised is what serves: figures of it would say nothing.
        return run(cargo().args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "server",
            "--example",
            "recommend_load",
        ]));
    }
    let wanted = |name: &str| args.names.is_empty() || args.names.iter().any(|one| one == name);
    run(cargo().args(["build", "--profile", "demo", "--package", "fortnight"]))?;
    let bench = Bench { binary: target_dir().join("demo/fortnight"), scratch: scratch()? };
    if wanted("import") {
        bench.import()?;
    }
    if wanted("events") {
        println!("events");
        run(cargo().args(["run", "--quiet", "--profile", "demo", "--package", "intake", "--example", "events_bench"]))?;
    }
    if wanted("concepts") {
        bench.concepts(args.orders)?;
    }
    if wanted("first-page") {
        bench.first_page()?;
    }
    std::fs::remove_dir_all(&bench.scratch).map_err(|error| error.to_string())
}

fn scratch() -> Result<PathBuf> {
    let dir = target_dir().join("bench");
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    Ok(dir)
}

struct Bench {
    binary: PathBuf,
    scratch: PathBuf,
}

impl Bench {
    fn fortnight(&self, data: &str) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--json").arg("--data").arg(self.scratch.join(data));
        command
    }

    /// Both UCI files, where they are beside the checkout.
    fn import(&self) -> Result<()> {
        println!("import");
        let folder = root().join("../shared/data/online_retail");
        if !folder.exists() {
            println!("  skipped: ../shared/data/online_retail is not there");
            return Ok(());
        }
        for (what, data) in [("first import", "retail"), ("second import of the same files", "retail")] {
            let mut command = self.fortnight(data);
            command.args(["import", "transactions", "--currency", "GBP"]);
            for year in ["2009_2010", "2010_2011"] {
                command.arg(folder.join(format!("online_retail_{year}.csv.gz")));
            }
            let cost = measure(&mut command)?;
            let rows = 525_461.0 + 541_909.0;
            println!("  {what}: 1,067,370 rows, {:.0} rows per CPU-s; {cost}", rows / cost.cpu_seconds);
        }
        Ok(())
    }

    /// Twenty concepts over a store of `orders` simulated orders.
    fn concepts(&self, orders: u64) -> Result<()> {
        println!("concepts");
        let file = self.scratch.join("orders.csv");
        let mut generate = cargo();
        generate.args(["run", "--quiet", "--profile", "demo", "--package", "simulate", "--example", "orders", "--"]);
        run(generate.arg(orders.to_string()).arg(&file))?;
        let mut import = self.fortnight("big");
        let cost = measure(import.args(["import", "transactions"]).arg(&file))?;
        println!("  import of {orders} orders: {cost}");
        std::fs::remove_file(&file).map_err(|error| error.to_string())?;
        let report: String = last_line(&cost.stdout);
        let last_day = between(&report, "\"to\":\"", "\"").ok_or("the import report names no last day")?;
        let brief = self.scratch.join("brief.toml");
        let now = ["--now", last_day.as_str()];
        let mut plain = Command::new(&self.binary);
        plain.arg("--data").arg(self.scratch.join("big")).args(now);
        let template = output(plain.args(["sprint", "brief-template"]))?;
        std::fs::write(&brief, template).map_err(|error| error.to_string())?;
        run(self.fortnight("big").args(now).args(["sprint", "new"]).arg(&brief).stdout(Stdio::null()))?;
        let cost = measure(self.fortnight("big").args(now).args(["sprint", "concepts"]))?;
        println!("  20 concepts: {cost}");
        let cost = measure(self.fortnight("big").args(now).arg("today"))?;
        println!("  today: {cost}");
        Ok(())
    }

    /// From the built binary to the first page of the demo.
    fn first_page(&self) -> Result<()> {
        println!("first page");
        let demo = self.scratch.join("demo");
        let start = Instant::now();
        let mut child = Command::new(&self.binary)
            .args(["demo", "--port", "8799", "--keep"])
            .arg(&demo)
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let answered = wait_for("127.0.0.1:8799", Duration::from_secs(120));
        let wall = start.elapsed().as_secs_f64();
        let own = process_cpu_seconds(child.id()).unwrap_or(f64::NAN);
        let peak = peak_mib(child.id()).unwrap_or(f64::NAN);
        let _ = child.kill();
        let _ = child.wait();
        answered?;
        println!(
            "  demo filled and Today answered: {own:.2} CPU-s, {wall:.2} s wall, peak {peak:.0} MiB, load {}",
            load_average()
        );
        Ok(())
    }
}

/// Runs a command to its end and takes its cost and output.
fn measure(command: &mut Command) -> Result<Cost> {
    let (start, before) = (Instant::now(), children_cpu_seconds());
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{} cannot be started: {error}", command.get_program().display()))?;
    let mut pipe = child.stdout.take().ok_or("no output pipe")?;
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = std::io::Read::read_to_string(&mut pipe, &mut text);
        text
    });
    let mut peak = 0.0f64;
    let status = loop {
        peak = peak.max(peak_mib(child.id()).unwrap_or(0.0));
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let stdout = reader.join().unwrap_or_default();
    if !status.success() {
        return Err(format!("{command:?} failed: {stdout}"));
    }
    let cpu_seconds = match (before, children_cpu_seconds()) {
        (Some(before), Some(after)) => after - before,
        _ => f64::NAN,
    };
    Ok(Cost { cpu_seconds, wall_seconds: start.elapsed().as_secs_f64(), peak_mib: peak, stdout })
}

/// Peak resident memory of a running process (Linux).
fn peak_mib(pid: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kib| kib / 1024.0)
}

/// CPU seconds a running process has used so far (Linux).
fn process_cpu_seconds(pid: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<f64> = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(2).flat_map(str::parse).collect();
    Some(fields.iter().sum::<f64>() / 100.0)
}

/// Asks for `/` until the server answers with a page (a redirect to it counts: the server is up and the store is filled).
fn wait_for(address: &str, patience: Duration) -> Result<()> {
    use std::io::{Read as _, Write as _};
    let start = Instant::now();
    while start.elapsed() < patience {
        if let Ok(mut stream) = std::net::TcpStream::connect(address) {
            let mut answer = String::new();
            let asked = stream.write_all(format!("GET / HTTP/1.0\r\nHost: {address}\r\n\r\n").as_bytes());
            if asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.") {
                return Ok(());
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(format!("{address} did not answer within {} s", patience.as_secs()))
}

fn last_line(text: &str) -> String {
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().replace(": ", ":")
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let rest = &text[text.find(before)? + before.len()..];
    Some(rest[..rest.find(after)?].to_owned())
}
