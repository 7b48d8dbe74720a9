//! `cargo xtask …`: the developer's commands. Run it without arguments for the list.

mod bench;
mod demo;
mod docs;
mod licences;
mod postgres;
mod run;
mod soak;
mod test;
mod ui;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The developer's commands", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the pages' assets and the binary, fill a demo brand, serve it and print the address
    Demo(demo::Args),
    /// Install what the tests need and run all of them: format, lints, docs, licences, Rust, browser
    Test(test::Args),
    /// Build `ui/dist` from `ui/` with the locked npm packages
    Ui,
    /// Write the CLI and environment references in `docs/` anew from the code
    Docs,
    /// Check licences, banned crates and sources over `cargo metadata` (or with cargo-deny, if installed)
    Licences,
    /// Measure: CPU time per operation, wall time beside it
    Bench(bench::Args),
    /// What takes long: kill loops, real models, big simulations
    Soak(soak::Args),
}

fn main() -> std::process::ExitCode {
    let result = match Cli::parse().command {
        Command::Demo(args) => demo::run(&args),
        Command::Test(args) => test::run_steps(&args),
        Command::Ui => ui::build(),
        Command::Docs => docs::write(),
        Command::Licences => licences::check(),
        Command::Bench(args) => bench::run_all(&args),
        Command::Soak(args) => soak::run_one(&args),
    };
    match result {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            std::process::ExitCode::FAILURE
        }
    }
}
