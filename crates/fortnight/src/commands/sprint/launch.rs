//! `sprint check`, `sprint launch`, `sprint live`.

use std::path::Path;

use domain::SprintId;
use sprint::{
    Context,
    launch::{self, Export},
    qa::{self, Check, Report, Status},
};

use crate::{
    failure::Failure,
    output::{Output, count, paragraph},
    wire,
};

/// Runs the checks and prints them, what blocks first. Exit code 2 when something blocks.
pub(super) async fn check(ctx: &Context, id: SprintId, out: Output) -> Result<(), Failure> {
    let report = qa::run(ctx, id).await?;
    let object = serde_json::json!({ "blocks": report.blocks(), "checks": report.checks });
    out.put(&object, |_| text(&report));
    if report.blocks() { Err(blocked(&report).quiet_in(out.json)) } else { Ok(()) }
}

fn blocked(report: &Report) -> Failure {
    let places = count(report.count(Status::Block) as u64, "check");
    Failure::input("launch_blocked", format!("{places} must be mended before anything goes out"))
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    for check in &report.checks {
        text.push_str(&one(check));
    }
    let blocks = report.count(Status::Block);
    let verdict = if blocks == 0 { "Nothing blocks the launch.".into() } else { format!("{blocks} of them block.") };
    text.push_str(&format!(
        "\n{}: {} passed, {} to look at. {verdict}\n",
        count(report.checks.len() as u64, "check"),
        report.count(Status::Pass),
        report.count(Status::Warn),
    ));
    text
}

fn one(check: &Check) -> String {
    let word = match check.status {
        Status::Block => "BLOCK",
        Status::Warn => "look ",
        Status::Pass => "ok   ",
    };
    let mut text = paragraph(&format!("{word}  "), "       ", &format!("{}: {}", check.place, check.message));
    if !check.mend.is_empty() {
        text.push_str(&paragraph("       → ", "         ", &check.mend));
    }
    text
}

/// Exports the launch's files into a folder.
pub(super) async fn export(ctx: &Context, id: SprintId, folder: &Path, out: Output) -> Result<(), Failure> {
    let (launch, files, report) = match launch::export(ctx, id).await? {
        Export::Blocked(report) => {
            let object = serde_json::json!({ "blocks": true, "checks": report.checks });
            out.put(&object, |_| text(&report));
            return Err(blocked(&report).quiet_in(out.json));
        }
        Export::Done { launch, files, report } => (launch, files, report),
    };
    let unwritable =
        |error: std::io::Error| Failure::input("folder", format!("{} cannot be written to: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    for file in &files {
        std::fs::write(folder.join(&file.name), &file.content).map_err(unwritable)?;
    }
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let warnings: Vec<&Check> = report.checks.iter().filter(|check| check.status == Status::Warn).collect();
    let object = serde_json::json!({ "launch": launch, "folder": folder, "files": names, "warnings": warnings });
    out.put(&object, |_| {
        let mut text =
            format!("{} in {}, every campaign paused:\n", count(names.len() as u64, "file"), folder.display());
        for name in &names {
            text.push_str(&format!("  {name}\n"));
        }
        text.push_str("\nIn the ledger, each with its baseline and a kill day 30 days after it goes live:\n");
        for concept in &launch.document.concepts {
            text.push_str(&format!("  {}  {}\n", concept.utm_content, concept.title));
        }
        for check in &warnings {
            text.push_str(&one(check));
        }
        text.push_str("\nSwitch the campaigns on over there, then say so here: `fortnight sprint live`.\n");
        text
    });
    Ok(())
}

/// Says that the campaigns were switched on.
pub(super) async fn live(ctx: &Context, id: SprintId, on: Option<&str>, out: Output) -> Result<(), Failure> {
    let day = match on {
        Some(text) => wire::parse_day("--on", text)?,
        None => ctx.today(),
    };
    let launch = launch::go_live(ctx, id, day).await?;
    out.put(&launch, |launch| {
        let kill = launch.kill_on.map(|day| format!(" By {day} each concept has won, is off, or an owner keeps it."));
        format!(
            "Live since {day}: {} in {}.{}",
            count(launch.document.concepts.len() as u64, "concept"),
            count(launch.document.ads as u64, "ad"),
            kill.unwrap_or_default()
        )
    });
    Ok(())
}
