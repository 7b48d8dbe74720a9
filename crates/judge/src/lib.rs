//! The judge alone: `fortnight measure …` over plain CSV files, with no brand set up.
//!
//! **Architecture invariant:** reads the files it is given and writes only what it is asked to; no store, no lake, no
//! clock. All arithmetic is in `stats`.

mod anomalies;
pub mod answer;
mod customers;
mod drivers;
mod error;
mod experiment;
mod geo;
mod impact;
mod plan;
mod policy;
mod prepost;
mod series;
pub mod summary;
mod switchback;
pub mod table;
pub mod time;

pub use error::JudgeError;
pub use table::{Group, Table};

/// The commands of `fortnight measure`.
#[derive(clap::Subcommand)]
pub enum Measure {
    /// Can a question be answered with this traffic, before anybody starts
    Plan(plan::Args),
    /// Has an arm of an experiment won, read daily without inflating false wins
    Experiment(experiment::Args),
    /// What a change did that was not randomised, against the days before and series it did not touch
    Impact(impact::Args),
    /// Which regions to give a change to, and what it did in those that had it
    Geo(geo::Args),
    /// Days on which a change was on against days on which it was off, or the draw of these days
    Switchback(switchback::Args),
    /// Before and after, which proves nothing: matched weeks, or two windows
    Prepost(prepost::Args),
    /// Which points of a series are unusual, and how
    Anomalies(anomalies::Args),
    /// Which slices of the data explain why a figure is not what was expected
    Drivers(drivers::Args),
    /// How often customers buy, who is still there, what they spend
    Customers(customers::Args),
    /// What another policy would have earned, from a log that kept its chances
    Policy(policy::Args),
}

/// Runs one command and gives what it prints.
///
/// # Errors
/// The file or what was asked of it is wrong; see [`JudgeError`].
pub fn run(command: &Measure, json: bool) -> Result<String, JudgeError> {
    match command {
        Measure::Plan(args) => plan::run(args, json),
        Measure::Experiment(args) => experiment::run(args, json),
        Measure::Impact(args) => impact::run(args, json),
        Measure::Geo(args) => geo::run(args, json),
        Measure::Switchback(args) => switchback::run(args, json),
        Measure::Prepost(args) => prepost::run(args, json),
        Measure::Anomalies(args) => anomalies::run(args, json),
        Measure::Drivers(args) => drivers::run(args, json),
        Measure::Customers(args) => customers::run(args, json),
        Measure::Policy(args) => policy::run(args, json),
    }
}

/// The same from words, for tests and for the example: `run_from(["experiment", "visits.csv", …, "--json"])`.
///
/// # Errors
/// As [`run`], and [`JudgeError::Usage`] with what the command line parser says.
pub fn run_from<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<String, JudgeError> {
    use clap::Parser as _;
    #[derive(clap::Parser)]
    #[command(name = "measure", no_binary_name = true)]
    struct Line {
        /// One JSON object instead of text
        #[arg(long, global = true)]
        json: bool,
        #[command(subcommand)]
        command: Measure,
    }
    let line = Line::try_parse_from(words).map_err(|error| JudgeError::Usage(error.to_string()))?;
    run(&line.command, line.json)
}
