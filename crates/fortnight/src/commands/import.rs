//! `fortnight import`: export files come in.

mod past;
mod report;

use std::{io::IsTerminal as _, path::Path};

use domain::{Currency, Day};
use formats::Source;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use intake::{ImportReport, ImportRequest, Intake, Progress};

use crate::{args, failure::Failure, output::Output, wire::Wired};

/// Imports the files in the order given. All of them are looked at first: one that cannot be opened stops the command
/// before anything is taken.
pub async fn run(wired: &Wired, args: &args::Import, out: Output) -> Result<(), Failure> {
    match &args.command {
        Some(args::ImportCommand::List { limit }) => return past::list(wired, *limit, out).await,
        Some(args::ImportCommand::Undo { id }) => return past::undo(wired, id, out).await,
        None => {}
    }
    let source = args.source.as_deref().unwrap_or_default();
    let source: Source =
        source.parse().map_err(|error: formats::SourceError| Failure::input("source", error.to_string()))?;
    let currency = match &args.currency {
        Some(code) => {
            Some(Currency::parse(code).map_err(|error| Failure::input("currency", format!("--currency {error}")))?)
        }
        None => None,
    };
    let day =
        match &args.as_of {
            Some(text) => Some(Day::parse(text).map_err(|_| {
                Failure::input("day", format!("--as-of `{text}` is not a day; write it like 2026-01-31"))
            })?),
            None => None,
        };
    let map = args.map.iter().map(|pair| mapping(pair)).collect::<Result<Vec<_>, _>>()?;
    for file in &args.files {
        readable(file)?;
    }
    let mut intake = wired.intake().await?;
    if let Some(rows) = args.batch_rows {
        intake = intake.with_batch_rows(rows);
    }
    let request = |file: &Path, dry_run: bool| ImportRequest {
        map: map.clone(),
        dry_run,
        currency,
        day,
        ..ImportRequest::new(source, file, wired.now)
    };
    if args.files.len() > 1 {
        for file in &args.files {
            opens(&intake, request(file, true)).await?;
        }
    }
    let mut reports: Vec<ImportReport> = Vec::new();
    for file in &args.files {
        let bar = bar(file);
        let moved = bar.clone();
        let progress = move |progress: Progress| {
            moved.set_length(progress.bytes_total);
            moved.set_position(progress.bytes_done);
            moved.set_message(format!("{} rows", domain::group_thousands(progress.rows)));
        };
        let result = intake::import(&intake, request(file, args.dry_run), &progress).await;
        bar.finish_and_clear();
        match result {
            Ok(report) => {
                if !out.json {
                    crate::output::line(report::file(&report, &wired.data).trim_end());
                }
                reports.push(report);
            }
            Err(error) => return Err(failed(error, reports.len())),
        }
    }
    report::finish(&reports, args.dry_run, out);
    Ok(())
}

/// `ours=theirs`; the value may hold further equal signs.
fn mapping(pair: &str) -> Result<(String, String), Failure> {
    match pair.split_once('=') {
        Some((ours, theirs)) if !ours.trim().is_empty() => Ok((ours.trim().to_owned(), theirs.trim().to_owned())),
        _ => Err(Failure::input("map", format!("--map `{pair}` is not of the form OURS=THEIRS, e.g. --map day=Datum"))),
    }
}

fn readable(file: &Path) -> Result<(), Failure> {
    let opened = std::fs::File::open(file).and_then(|open| open.metadata());
    match opened {
        Ok(metadata) if metadata.is_dir() => {
            Err(Failure::input("file_not_opened", format!("{} is a folder; name the files in it", file.display())))
        }
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::input("file_not_opened", format!("{} cannot be opened: {error}", file.display()))),
    }
}

/// Whether a file can be read as what it is said to be: a dry run that is given up after its first rows.
async fn opens(intake: &Intake, request: ImportRequest) -> Result<(), Failure> {
    let begun = tokio::sync::Notify::new();
    let progress = |_: Progress| begun.notify_one();
    tokio::select! {
        biased;
        () = begun.notified() => Ok(()),
        result = intake::import(intake, request, &progress) => Ok(result.map(|_| ())?),
    }
}

/// A bar on standard error where somebody is watching.
fn bar(file: &Path) -> ProgressBar {
    let bar = ProgressBar::no_length();
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {bytes}/{total_bytes} {msg} {eta}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar.with_prefix(name)
}

fn failed(error: intake::IntakeError, done: usize) -> Failure {
    let failure = Failure::from(error);
    match done {
        0 => failure,
        1 => failure.and("The file before it was taken."),
        _ => failure.and(&format!("The {done} files before it were taken.")),
    }
}
