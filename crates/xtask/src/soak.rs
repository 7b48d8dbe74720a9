//! placeholder
use crate::run::Result;
/// Options.
#[derive(clap::Args)]
pub struct Args {}
/// Runs.
pub fn run(_args: &Args) -> Result<()> { Err("not there yet".into()) }
