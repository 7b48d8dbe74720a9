//! One module a command; this one only chooses.

mod ads;
mod brand;
mod clean;
mod demo;
mod digest;
mod doctor;
mod erase;
mod import;
mod ledger;
mod library;
mod map;
mod orders;
mod recommend;
mod replay;
mod serve;
mod split;
mod sprint;
mod today;
mod user;

use crate::{
    args::{Cli, Command},
    failure::Failure,
    output::Output,
    reference, wire,
};

/// Runs what was asked for.
pub async fn run(cli: &Cli) -> Result<(), Failure> {
    let out = Output { json: cli.global.json };
    match &cli.command {
        Command::Reference { page } => {
            match page.as_str() {
                "cli" => print!("{}", reference::cli()),
                _ => print!("{}", server::problem::catalogue_markdown()),
            }
            return Ok(());
        }
        Command::Demo(args) => return demo::run(&cli.global, args, out).await,
        Command::Measure(command) => {
            crate::output::line(&judge::run(command, out.json)?);
            return Ok(());
        }
        Command::Recommend(crate::args::Recommend::Evaluate(args)) => return recommend::evaluate(args, out),
        _ => {}
    }
    let wired = wire::open(&cli.global).await?;
    match &cli.command {
        Command::Serve(args) => serve::run(wired, args).await,
        Command::Brand(args) => brand::run(&wired, args, out).await,
        Command::Import(args) => import::run(&wired, args, out).await,
        Command::Orders(command) => orders::run(&wired, command, out).await,
        Command::Doctor => doctor::run(&wired, out).await,
        Command::Replay(args) => replay::run(&wired, args, out).await,
        Command::Today(args) => today::run(&wired, args, out).await,
        Command::Map(command) => map::run(&wired, command, out).await,
        Command::Sprint(command) => sprint::run(&wired, command, out).await,
        Command::Ledger(command) => ledger::run(&wired, command, out).await,
        Command::Recommend(command) => recommend::run(&wired, command, out).await,
        Command::Ads(command) => ads::run(&wired, command, out).await,
        Command::Library(command) => library::run(&wired, command, out).await,
        Command::User(command) => user::run(&wired, command, out).await,
        Command::Erase { customer } => erase::run(&wired, customer, out).await,
        Command::Digest => digest::run(&wired).await,
        Command::Demo(_) | Command::Measure(_) | Command::Reference { .. } => Ok(()),
    }
}
