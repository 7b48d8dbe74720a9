//! The brief: by form or TOML, checked field by field, with the last sprint's open actions carried in.

mod check;
mod template;

use domain::{
    SprintId,
    sprint::{Brief, SprintStage},
};
use store::sprints::{self as rows, SprintRow};

pub use template::template;

use crate::{Context, FieldError, SprintError, sprints};

/// Reads a brief from TOML.
///
/// # Errors
/// [`SprintError::Invalid`] naming the line the parser stopped at and what it expected there.
pub fn from_toml(text: &str) -> Result<Brief, SprintError> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        SprintError::Invalid(vec![FieldError { field: format!("line {line}"), message: error.message().to_owned() }])
    })
}

/// The brief as TOML, to edit and give back to [`from_toml`]. Carried actions are left out: they come from the ledger
/// of actions, not from the file.
pub fn to_toml(brief: &Brief) -> String {
    let own = Brief { carried_actions: Vec::new(), ..brief.clone() };
    toml::to_string_pretty(&own).unwrap_or_default()
}

/// Everything wrong with a brief for a sprint that begins on `ctx`'s day, each with its field and what to do. Empty
/// when it can be saved.
pub fn faults(ctx: &Context, brief: &Brief) -> Vec<FieldError> {
    check::faults(brief, ctx.today(), ctx.brand.currency)
}

/// Saves a brief. Open action items of earlier sprints are carried in; a brief may be changed until the launch is
/// exported.
///
/// # Errors
/// [`SprintError::Invalid`] with every wrong field; [`SprintError::Refused`] when the sprint is past its launch.
pub async fn save(ctx: &Context, sprint: SprintId, brief: Brief) -> Result<SprintRow, SprintError> {
    let row = sprints::get(ctx, sprint).await?;
    if row.stage >= SprintStage::Launch {
        return Err(SprintError::Refused(format!(
            "Sprint {} is in stage {}; its brief no longer changes. What you learnt goes into the next one.",
            row.number,
            row.stage.label()
        )));
    }
    let faults = faults(ctx, &brief);
    if !faults.is_empty() {
        return Err(SprintError::Invalid(faults));
    }
    let carried_actions = sprints::open_actions(ctx).await?;
    let brief = Brief { title: brief.title.trim().to_owned(), carried_actions, ..brief };
    let mut tx = ctx.store.begin().await?;
    rows::save_brief(&mut tx, sprint, &brief).await?;
    let detail = format!("{} to {}", brief.flight.from, brief.flight.to);
    ctx.record(&mut tx, (Some(sprint), Some(SprintStage::Brief)), "brief.save", &brief.title, &detail).await?;
    tx.commit().await?;
    sprints::get(ctx, sprint).await
}
