//! Picking, putting back and killing concepts, each with a reason.

use domain::{ConceptId, sprint::SprintStage};
use store::{
    Tx,
    concepts::{self, ConceptRow, ConceptState},
    sprints as sprint_rows,
};

use super::killed;
use crate::{Context, SprintError, sprints};

/// Picks a concept with a reason. At most the brief's number may be picked.
///
/// # Errors
/// No reason, too many, killed, or the sprint is live.
pub async fn pick(ctx: &Context, id: ConceptId, reason: &str) -> Result<(), SprintError> {
    let reason =
        needed(reason, "Say in a few words why this one; the post-mortem will hold it against what happened.")?;
    let mut tx = ctx.store.begin().await?;
    let row = undecided(&mut tx, id).await?;
    let sprint = sprint_rows::get_in(&mut tx, row.sprint).await?;
    let wanted = sprints::brief_of(&sprint)?.pick_count as usize;
    let picked = concepts::picked_in(&mut tx, row.sprint).await?;
    if row.state == ConceptState::Killed {
        return Err(SprintError::refused("This idea was killed. Reopen it first if it deserves another look."));
    }
    if row.state == ConceptState::Open && picked.len() >= wanted {
        let titles: Vec<String> = picked.iter().map(|row| format!("“{}”", row.concept.title)).collect();
        return Err(SprintError::Refused(format!(
            "{wanted} concepts are picked already ({}). Put one back to make room.",
            titles.join(", ")
        )));
    }
    decide(ctx, tx, &row, (ConceptState::Picked, Some(reason)), "concept.pick").await
}

/// Puts a picked concept back on the table, before the launch.
///
/// # Errors
/// It is not picked, or the sprint is live.
pub async fn unpick(ctx: &Context, id: ConceptId) -> Result<(), SprintError> {
    let mut tx = ctx.store.begin().await?;
    let row = undecided(&mut tx, id).await?;
    if row.state != ConceptState::Picked {
        return Err(SprintError::refused("This concept is not picked."));
    }
    decide(ctx, tx, &row, (ConceptState::Open, None), "concept.unpick").await
}

/// Kills an idea with a reason: it is not proposed again in this or a later sprint.
///
/// # Errors
/// No reason, or the sprint is live.
pub async fn kill(ctx: &Context, id: ConceptId, reason: &str) -> Result<(), SprintError> {
    let reason = needed(reason, "Say in a few words why it is killed, so that nobody proposes it again by mistake.")?;
    let known = super::verdicts(ctx).await?;
    let mut tx = ctx.store.begin().await?;
    let row = undecided(&mut tx, id).await?;
    let sprint = sprint_rows::get_in(&mut tx, row.sprint).await?.number;
    killed::keep(ctx, &mut tx, known, (&row, sprint, reason)).await?;
    decide(ctx, tx, &row, (ConceptState::Killed, Some(reason)), "concept.kill").await
}

/// Puts a killed idea back on the table, with the verdict on its card.
///
/// # Errors
/// It is not killed, or the sprint is live.
pub async fn reopen(ctx: &Context, id: ConceptId) -> Result<(), SprintError> {
    let known = super::verdicts(ctx).await?;
    let sprint = concepts::get(&ctx.store, id).await?.map(|row| row.sprint);
    let sheet = match sprint {
        Some(sprint) => concepts::sheet::<super::Sheet>(&ctx.store, sprint).await?,
        None => None,
    };
    let mut tx = ctx.store.begin().await?;
    let row = undecided(&mut tx, id).await?;
    if row.state != ConceptState::Killed {
        return Err(SprintError::refused("This idea was not killed."));
    }
    if let (Some(mut sheet), Some(verdict)) = (sheet, known.get(&concepts::idea_key(&row.concept))) {
        sheet.before.insert(id.to_string(), verdict.told());
        concepts::save_sheet(&mut tx, row.sprint, &sheet).await?;
    }
    decide(ctx, tx, &row, (ConceptState::Open, None), "concept.reopen").await
}

fn needed<'t>(reason: &'t str, ask: &str) -> Result<&'t str, SprintError> {
    let reason = reason.trim();
    if reason.is_empty() { Err(SprintError::refused(ask)) } else { Ok(reason) }
}

/// The concept, provided that its sprint is not live yet.
async fn undecided(tx: &mut Tx, id: ConceptId) -> Result<ConceptRow, SprintError> {
    let row = concepts::get_in(tx, id).await?;
    let sprint = sprint_rows::get_in(tx, row.sprint).await?;
    if sprint.stage >= SprintStage::Live {
        return Err(SprintError::refused("The sprint is live; what was picked stays picked."));
    }
    Ok(row)
}

async fn decide(
    ctx: &Context,
    mut tx: Tx,
    row: &ConceptRow,
    (state, reason): (ConceptState, Option<&str>),
    verb: &str,
) -> Result<(), SprintError> {
    concepts::decide(&mut tx, row.concept.id, state, reason, ctx.now, &ctx.actor).await?;
    // A change of the picks after the studio has begun sends the sprint back: its set of three is open again.
    let sprint = sprint_rows::get_in(&mut tx, row.sprint).await?;
    if matches!(sprint.stage, SprintStage::Studio | SprintStage::Launch) && row.state == ConceptState::Picked {
        sprints::advance(ctx, &mut tx, row.sprint, SprintStage::Concepts).await?;
    }
    let stage = (Some(row.sprint), Some(SprintStage::Concepts));
    ctx.record(&mut tx, stage, verb, &row.concept.title, reason.unwrap_or_default()).await?;
    tx.commit().await?;
    Ok(())
}
