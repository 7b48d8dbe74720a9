//! The first command of the README: from a clone to a running demo.

use std::process::Command;

use crate::{
    run::{Result, cargo, step, target_dir},
    ui,
};

/// Options of `cargo xtask demo`.
#[derive(clap::Args)]
pub struct Args {
    /// Only build, do not serve
    #[arg(long)]
    build_only: bool,
    /// Passed on to `fortnight demo` (after `--`)
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds and serves the demo.
pub fn run(args: &Args) -> Result<()> {
    step("pages' assets (npm packages, Tailwind, JavaScript)", ui::build)?;
    step("binary in the demo profile (about 450 crates the first time, seconds after that)", || {
        crate::run::run(cargo().args(["build", "--profile", "demo", "--package", "fortnight"]))
    })?;
    if args.build_only {
        return Ok(());
    }
    println!();
    crate::run::run(Command::new(target_dir().join("demo").join("fortnight")).arg("demo").args(&args.rest))
}
