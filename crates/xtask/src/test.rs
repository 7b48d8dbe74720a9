//! The second command of the README: installs what the tests need and runs all of them.

use std::{path::Path, process::Command};

use crate::{
    licences, postgres,
    run::{Result, cargo, exists, is_root, output, root, run, step, target_dir},
    ui,
};

/// The steps, in order; each can be run alone with `--only`.
const STEPS: [&str; 7] = ["install", "fmt", "clippy", "docs", "licences", "rust", "browser"];

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub struct Args {
    /// Run only these steps: install, fmt, clippy, docs, licences, rust, browser
    #[arg(long, value_delimiter = ',', value_parser = STEPS)]
    only: Vec<String>,
}

/// Runs all steps, or those asked for.
pub fn run_steps(args: &Args) -> Result<()> {
    for name in STEPS {
        if !args.only.is_empty() && !args.only.iter().any(|only| only == name) {
            continue;
        }
        match name {
            "install" => step("install what the tests need", install)?,
            "fmt" => step("format", || run(cargo().args(["fmt", "--all", "--check"])))?,
            "clippy" => step("lints", clippy)?,
            "docs" => step("documentation", docs)?,
            "licences" => step("licences, bans, sources", licences::check)?,
            "rust" => step("Rust tests", rust)?,
            _ => step("browser tests", browser)?,
        }
    }
    println!("\nAll steps passed.");
    Ok(())
}

fn install() -> Result<()> {
    let wanted = [("chromium", "/usr/bin/chromium"), ("postgresql", "/usr/lib/postgresql")];
    let missing: Vec<&str> =
        wanted.iter().filter(|(_, path)| !Path::new(path).exists()).map(|(package, _)| *package).collect();
    if !missing.is_empty() {
        apt(&missing)?;
    }
    if !exists("cargo-nextest") {
        run(cargo().args(["install", "cargo-nextest", "--locked"]))?;
    }
    ui::build()
}

/// Debian and Ubuntu: apt installs it. Elsewhere the person is told what to install.
fn apt(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if !exists("apt-get") || !is_root() {
        let chromium_is_there = std::env::var_os("FORTNIGHT_CHROMIUM").is_some() || exists("chromium");
        if !packages.contains(&"chromium") || chromium_is_there {
            println!("  not installed: {list} (the store's tests then run on SQLite only)");
            return Ok(());
        }
        return Err(format!(
            "please install: {list} (Debian, Ubuntu: `sudo apt-get install {list}`; macOS: `brew install --cask chromium` \
             and `brew install postgresql`), or set FORTNIGHT_CHROMIUM to a Chromium or Chrome"
        ));
    }
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    let mut install = Command::new("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive").args(["install", "-y", "-qq", "--no-install-recommends"]);
    run(install.args(packages))
}

fn clippy() -> Result<()> {
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
}

fn docs() -> Result<()> {
    run(cargo().env("RUSTDOCFLAGS", "-D warnings").args(["doc", "--workspace", "--no-deps", "--quiet"]))
}

fn rust() -> Result<()> {
    let server = postgres::start()?;
    let mut command = cargo();
    // Examples are compiled by clippy; linking them again would cost gigabytes of disk.
    command.args(["nextest", "run", "--workspace", "--lib", "--bins", "--tests"]);
    command.args(["--no-fail-fast", "--status-level", "slow"]);
    command.env("INSTA_UPDATE", "no");
    match &server {
        Some(server) => drop(command.env("FORTNIGHT_TEST_POSTGRES", &server.url)),
        None => println!("  PostgreSQL is not on this machine: the store's tests run on SQLite only"),
    }
    run(&mut command)
}

fn browser() -> Result<()> {
    // The profile and the packages the Rust tests were built with (features are those of all packages together), so that
    // nothing is compiled a third time.
    run(cargo().args(["build", "--quiet", "--profile", "test", "--workspace", "--bins"]))?;
    let files = output(Command::new("git").args(["ls-files", "ui/tests/*.test.mjs"]).current_dir(root()))?;
    let tests: Vec<&str> = files.lines().filter_map(|line| line.strip_prefix("ui/")).collect();
    if tests.is_empty() {
        return Err("no browser tests found under ui/tests".into());
    }
    let mut node = Command::new("node");
    node.arg("--test").arg("--test-concurrency=1").args(tests).current_dir(root().join("ui"));
    run(node.env("FORTNIGHT_BIN", target_dir().join("debug").join("fortnight")))
}
