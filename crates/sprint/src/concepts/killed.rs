//! Verdicts on killed ideas: kept by idea, across sprints and beyond a reopening. An idea that comes back carries its own.

use std::collections::BTreeMap;

use domain::Day;
use serde::{Deserialize, Serialize};
use store::{
    Tx,
    concepts::{self as rows, ConceptRow, idea_key},
    settings,
};

use crate::{Context, SprintError, sprints};

const SETTING: &str = "concepts.killed";

/// Why an idea was killed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Number of the sprint.
    pub sprint: i64,
    /// What it was called then.
    pub title: String,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub day: Day,
}

impl Verdict {
    /// What a card says of it.
    pub fn told(&self) -> String {
        let reason = self.reason.trim_end_matches('.');
        format!("Killed before, in sprint {} by {} on {}: {reason}.", self.sprint, self.by, self.day)
    }
}

/// All verdicts, by [`idea_key`].
///
/// # Errors
/// The database refused.
pub async fn verdicts(ctx: &Context) -> Result<BTreeMap<String, Verdict>, SprintError> {
    let mut all: BTreeMap<String, Verdict> = settings::get(&ctx.store, SETTING).await?.unwrap_or_default();
    // Ideas that were killed before verdicts were kept by themselves.
    let killed = rows::killed(&ctx.store).await?;
    if killed.iter().all(|row| all.contains_key(&idea_key(&row.concept))) {
        return Ok(all);
    }
    let numbers: BTreeMap<_, _> = sprints::list(ctx).await?.into_iter().map(|row| (row.id, row.number)).collect();
    for row in killed {
        let number = numbers.get(&row.sprint).copied().unwrap_or_default();
        all.entry(idea_key(&row.concept)).or_insert_with(|| of_row(ctx, &row, number));
    }
    Ok(all)
}

fn of_row(ctx: &Context, row: &ConceptRow, sprint: i64) -> Verdict {
    Verdict {
        sprint,
        title: row.concept.title.clone(),
        by: row.decided_by.clone().unwrap_or_else(|| "somebody".into()),
        reason: row.reason.clone().unwrap_or_else(|| "no reason kept".into()),
        day: row.decided_at.map_or_else(|| ctx.today(), |at| at.day_in(&ctx.zone)),
    }
}

/// Keeps the verdict on a concept that is being killed. `known` are the verdicts so far.
pub(super) async fn keep(
    ctx: &Context,
    tx: &mut Tx,
    mut known: BTreeMap<String, Verdict>,
    (row, sprint, reason): (&ConceptRow, i64, &str),
) -> Result<(), SprintError> {
    let verdict = Verdict {
        sprint,
        title: row.concept.title.clone(),
        by: ctx.actor.clone(),
        reason: reason.to_owned(),
        day: ctx.today(),
    };
    known.insert(idea_key(&row.concept), verdict);
    settings::set(tx, SETTING, &known).await?;
    Ok(())
}
