//! The command line: parse, wire, run. The only place that asks the system clock.

mod args;
mod commands;
mod failure;
mod output;
mod reference;
mod wire;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let cli = args::Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("FORTNIGHT_LOG").unwrap_or_else(|_| "warn,sqlx=error".into()),
        )
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failure::Failure::from(error).report(cli.global.json),
    };
    match runtime.block_on(commands::run(&cli)) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(failure) => failure.report(cli.global.json),
    }
}
