//! `sprint new`, `sprint brief-template`, `sprint brief`.

use std::path::Path;

use domain::sprint::Brief;
use sprint::{Context, FieldError, SprintError, brief, sprints};
use store::sprints::SprintRow;

use crate::{
    failure::Failure,
    output::{Output, count, paragraph},
    wire,
};

/// Begins a sprint. The brief is judged first: a sprint without a valid one is not begun.
pub(super) async fn new(ctx: &Context, file: &Path, reason: Option<&str>, out: Output) -> Result<(), Failure> {
    let brief = read(ctx, file)?;
    let sprint = sprints::create(ctx, &brief.title, reason).await?;
    let sprint = brief::save(ctx, sprint.id, brief).await?;
    out.put(&sprint, |sprint| text(sprint, "begins"));
    Ok(())
}

/// Another brief for a sprint that is not live yet.
pub(super) async fn replace(ctx: &Context, sprint: &SprintRow, file: &Path, out: Output) -> Result<(), Failure> {
    let sprint = brief::save(ctx, sprint.id, read(ctx, file)?).await?;
    out.put(&sprint, |sprint| text(sprint, "has a new brief"));
    Ok(())
}

/// A brief to start from; standard output is the file.
pub(super) async fn template(ctx: &Context, out: Output) -> Result<(), Failure> {
    let toml = brief::template(ctx);
    if out.json {
        // Read by programs that write it to a file, so it stays TOML.
        crate::output::line(toml.trim_end());
    } else {
        out.put(&(), |()| toml);
    }
    Ok(())
}

/// Reads and judges a brief; every fault with its place.
fn read(ctx: &Context, file: &Path) -> Result<Brief, Failure> {
    let brief = brief::from_toml(&wire::read_text(file)?).map_err(|error| named(file, &error.to_string()))?;
    let faults: Vec<FieldError> = brief::faults(ctx, &brief);
    if faults.is_empty() { Ok(brief) } else { Err(named(file, &SprintError::Invalid(faults).to_string())) }
}

fn named(file: &Path, message: &str) -> Failure {
    let lines: Vec<String> = message.lines().map(|line| format!("{}: {line}", file.display())).collect();
    Failure::input("brief_invalid", lines.join("\n"))
}

fn text(sprint: &SprintRow, what: &str) -> String {
    let mut text = format!("Sprint {} “{}” {what}.\n", sprint.number, sprint.title);
    let carried = sprint.brief.as_ref().map(|brief| brief.carried_actions.as_slice()).unwrap_or_default();
    if !carried.is_empty() {
        text.push_str(&format!("{} of earlier sprints in its brief:\n", count(carried.len() as u64, "open action")));
        for action in carried {
            let line = format!("{} ({}, due {})", action.text, action.owner, action.due_on);
            text.push_str(&paragraph("- ", "  ", &line));
        }
    }
    text.push_str("Next: `fortnight sprint concepts`.\n");
    text
}
