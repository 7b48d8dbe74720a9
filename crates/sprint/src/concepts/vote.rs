//! The silent vote: everybody votes before anybody's name shows, so that the first to speak does not decide.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ConceptId, SprintId, sprint::SprintStage};
use serde::Serialize;
use store::{
    concepts::{self as rows, ConceptState},
    votes,
};

use crate::{Context, SprintError, sprints};

/// What may be seen of a round by the person who asks.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Standing {
    /// A round is open: votes are secret.
    pub is_open: bool,
    /// A round was closed: votes have names.
    pub is_closed: bool,
    /// How many may vote in all.
    pub voters: usize,
    /// How many handed in.
    pub handed_in: usize,
    /// Whether the person who asks did.
    pub mine_in: bool,
    /// The own votes, by concept id.
    pub mine: BTreeSet<String>,
    /// Names by concept id; empty until the round is closed.
    pub names: BTreeMap<String, Vec<String>>,
    /// Who closed it: a name, or `everybody voted`.
    pub closed_by: Option<String>,
}

/// Opens a round; votes of an earlier one are gone.
///
/// # Errors
/// There is nothing to vote on, the sprint is live, or the database refused.
pub async fn open(ctx: &Context, sprint: SprintId) -> Result<(), SprintError> {
    undecided(ctx, sprint).await?;
    if rows::list(&ctx.store, sprint).await?.iter().all(|row| row.state == ConceptState::Killed) {
        return Err(SprintError::refused("There is nothing to vote on yet; draft concepts first."));
    }
    let mut tx = ctx.store.begin().await?;
    votes::open(&mut tx, sprint, &ctx.actor, ctx.now).await?;
    ctx.record(&mut tx, (Some(sprint), Some(SprintStage::Concepts)), "concepts.vote_open", "silent vote", "").await?;
    tx.commit().await?;
    Ok(())
}

/// Hands in a person's votes, at most as many as are picked; a second time replaces the first. The last person's votes
/// close the round.
///
/// # Errors
/// No round is open, there are too many votes or one for what is not on the sheet, or the database refused.
pub async fn hand_in(
    ctx: &Context,
    sprint: SprintId,
    voter: &str,
    wanted: &BTreeSet<ConceptId>,
) -> Result<Standing, SprintError> {
    let most = undecided(ctx, sprint).await?;
    if wanted.len() > most {
        return Err(SprintError::Refused(format!("{} votes are too many; everybody has {most}.", wanted.len())));
    }
    let on_sheet: BTreeSet<ConceptId> = rows::list(&ctx.store, sprint)
        .await?
        .iter()
        .filter(|row| row.state != ConceptState::Killed)
        .map(|row| row.concept.id)
        .collect();
    if !wanted.is_subset(&on_sheet) {
        return Err(SprintError::refused("The sheet was drawn again meanwhile; vote on what is there now."));
    }
    let electorate: BTreeSet<String> = votes::electorate(&ctx.store).await?.into_iter().collect();
    let mut tx = ctx.store.begin().await?;
    let is_open = votes::round(&mut tx, sprint).await?.is_some_and(|round| round.closed_at.is_none());
    if !is_open {
        return Err(SprintError::refused("No silent vote is open; open one first."));
    }
    let concepts: Vec<ConceptId> = wanted.iter().copied().collect();
    votes::hand_in(&mut tx, sprint, (voter, &ctx.actor), &concepts, ctx.now).await?;
    let handed: BTreeSet<String> = votes::ballots(&mut tx, sprint).await?.into_iter().map(|(id, _)| id).collect();
    if !electorate.is_empty() && electorate.is_subset(&handed) {
        votes::close(&mut tx, sprint, "everybody voted", ctx.now).await?;
    }
    tx.commit().await?;
    standing(ctx, sprint, voter).await
}

/// Closes the round before everybody voted: an owner's decision. Names show from now on.
///
/// # Errors
/// No round is open, or the database refused.
pub async fn close(ctx: &Context, sprint: SprintId) -> Result<(), SprintError> {
    let mut tx = ctx.store.begin().await?;
    if !votes::close(&mut tx, sprint, &ctx.actor, ctx.now).await? {
        return Err(SprintError::refused("No silent vote is open."));
    }
    ctx.record(&mut tx, (Some(sprint), Some(SprintStage::Concepts)), "concepts.vote_close", "silent vote", "").await?;
    tx.commit().await?;
    Ok(())
}

/// What a person may see of the round: their own votes and how many handed in; names once it is closed.
///
/// # Errors
/// The database refused.
pub async fn standing(ctx: &Context, sprint: SprintId, voter: &str) -> Result<Standing, SprintError> {
    let electorate = votes::electorate(&ctx.store).await?;
    let mut tx = ctx.store.begin_read().await?;
    let Some(round) = votes::round(&mut tx, sprint).await? else { return Ok(Standing::default()) };
    let ballots = votes::ballots(&mut tx, sprint).await?;
    let all = votes::all(&mut tx, sprint).await?;
    let is_closed = round.closed_at.is_some();
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for vote in all.iter().filter(|_| is_closed) {
        names.entry(vote.concept.to_string()).or_default().push(vote.name.clone());
    }
    let voters: BTreeSet<&String> = electorate.iter().chain(ballots.iter().map(|(id, _)| id)).collect();
    Ok(Standing {
        is_open: !is_closed,
        is_closed,
        voters: voters.len(),
        handed_in: ballots.len(),
        mine_in: ballots.iter().any(|(id, _)| id == voter),
        mine: all.iter().filter(|vote| vote.voter == voter).map(|vote| vote.concept.to_string()).collect(),
        names,
        closed_by: round.closed_by,
    })
}

/// Most votes of a person, in a sprint that is not live.
async fn undecided(ctx: &Context, sprint: SprintId) -> Result<usize, SprintError> {
    let row = sprints::get(ctx, sprint).await?;
    if row.stage >= SprintStage::Live {
        return Err(SprintError::refused("The sprint is live; what was picked stays picked."));
    }
    Ok(sprints::brief_of(&row)?.pick_count as usize)
}
