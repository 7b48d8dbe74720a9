//! The life of a sprint: begun, moved from stage to stage under guards, signed.

use domain::{
    SprintId,
    sprint::{Brief, SprintStage},
};
use store::{
    Tx, actions, concepts,
    sprints::{self, SprintRow},
};

use crate::{Context, SprintError};

/// How many guards a move passes is no secret: this is what must hold before a sprint enters a stage.
///
/// | into | needs |
/// | --- | --- |
/// | concepts | a saved brief |
/// | studio | exactly the brief's number of picked concepts |
/// | launch | at least one draft of each picked concept approved (checked by `qa`) |
/// | live | an exported launch |
/// | post-mortem | the flight has begun |
/// | signed | a signed post-mortem |
fn needed(to: SprintStage) -> &'static str {
    match to {
        SprintStage::Brief => "nothing",
        SprintStage::Concepts => "a saved brief",
        SprintStage::Studio => "the picked concepts",
        SprintStage::Launch => "an approved draft of every picked concept",
        SprintStage::Live => "an exported launch",
        SprintStage::PostMortem => "a flight that has begun",
        SprintStage::Signed => "a signed post-mortem",
    }
}

/// Begins the next sprint, in stage *brief*.
///
/// `override_reason` is how an owner begins one although the last post-mortem is unsigned; it is recorded.
///
/// # Errors
/// [`SprintError::Refused`] when the last sprint is not signed and no reason is given.
pub async fn create(ctx: &Context, title: &str, override_reason: Option<&str>) -> Result<SprintRow, SprintError> {
    let title = title.trim();
    if title.is_empty() {
        return Err(SprintError::refused("A sprint needs a name; write what it is about in a few words."));
    }
    let reason = override_reason.map(str::trim).filter(|reason| !reason.is_empty());
    let mut tx = ctx.store.begin().await?;
    let unsigned = sprints::newest_in(&mut tx).await?.filter(|last| last.stage != SprintStage::Signed);
    if let (Some(last), None) = (&unsigned, reason) {
        return Err(SprintError::Refused(format!(
            "Sprint {} “{}” has no signed post-mortem (it is in stage {}). Sign it first; an owner may go on without, with a reason.",
            last.number,
            last.title,
            last.stage.label()
        )));
    }
    let used = unsigned.as_ref().and(reason);
    let sprint = sprints::create(&mut tx, title, ctx.now, &ctx.actor, used).await?;
    let stage = (Some(sprint.id), Some(SprintStage::Brief));
    ctx.record(&mut tx, stage, "sprint.create", title, "").await?;
    if let (Some(last), Some(reason)) = (&unsigned, used) {
        let subject = format!("sprint {} unsigned", last.number);
        ctx.record(&mut tx, stage, "sprint.override", &subject, reason).await?;
    }
    tx.commit().await?;
    Ok(sprint)
}

/// A sprint that must be there.
///
/// # Errors
/// There is no such sprint.
pub async fn get(ctx: &Context, id: SprintId) -> Result<SprintRow, SprintError> {
    sprints::get(&ctx.store, id)
        .await?
        .ok_or_else(|| SprintError::refused(format!("There is no sprint {id}; the board lists those there are.")))
}

/// A sprint by its number, which people say.
///
/// # Errors
/// There is no such sprint.
pub async fn by_number(ctx: &Context, number: i64) -> Result<SprintRow, SprintError> {
    sprints::by_number(&ctx.store, number).await?.ok_or_else(|| {
        SprintError::refused(format!("There is no sprint {number}; `fortnight sprint list` shows them."))
    })
}

/// All sprints, newest first.
///
/// # Errors
/// The database refused.
pub async fn list(ctx: &Context) -> Result<Vec<SprintRow>, SprintError> {
    Ok(sprints::list(&ctx.store).await?)
}

/// The sprint that is being worked on: the oldest unsigned one that is further than its brief, else the newest
/// unsigned one.
///
/// # Errors
/// The database refused.
pub async fn current(ctx: &Context) -> Result<Option<SprintRow>, SprintError> {
    let mut open: Vec<SprintRow> =
        sprints::list(&ctx.store).await?.into_iter().filter(|row| row.stage != SprintStage::Signed).collect();
    open.reverse();
    let at = open.iter().position(|row| row.stage != SprintStage::Brief).unwrap_or(open.len().saturating_sub(1));
    Ok((at < open.len()).then(|| open.swap_remove(at)))
}

/// The brief of a sprint that must have one.
///
/// # Errors
/// It has none yet.
pub fn brief_of(sprint: &SprintRow) -> Result<&Brief, SprintError> {
    sprint.brief.as_ref().ok_or_else(|| {
        SprintError::refused(format!("Sprint {} has no brief yet. Write the brief first.", sprint.number))
    })
}

/// Moves a sprint one stage on (or back to any earlier stage before it is live), inside the transaction of the use
/// case that has checked its own part of [`move_to`]'s table.
///
/// # Errors
/// [`SprintError::Refused`] when the stages do not follow each other or a guard of this module does not hold.
pub async fn advance(ctx: &Context, tx: &mut Tx, id: SprintId, to: SprintStage) -> Result<(), SprintError> {
    let sprint = sprints::get_in(tx, id).await?;
    let from = sprint.stage;
    if from == to {
        return Ok(());
    }
    let back = to < from && from < SprintStage::Live;
    if from.next() != Some(to) && !back {
        return Err(SprintError::Refused(format!(
            "Sprint {} is in stage {}; it cannot go to {} from there. Before that comes {}.",
            sprint.number,
            from.label(),
            to.label(),
            needed(to)
        )));
    }
    if !back {
        guard(ctx, tx, &sprint, to).await?;
    }
    sprints::set_stage(tx, id, from, to, ctx.now).await?;
    let detail = format!("{} → {}", from.label(), to.label());
    ctx.record(tx, (Some(id), Some(to)), "sprint.stage", &sprint.title, &detail).await
}

/// Moves a sprint as a person asks for it on the board. Stages whose guard belongs to another use case (launch, live,
/// signed) are entered by that use case only.
///
/// # Errors
/// [`SprintError::Refused`] with what is missing.
pub async fn move_to(ctx: &Context, id: SprintId, to: SprintStage) -> Result<SprintRow, SprintError> {
    let sprint = get(ctx, id).await?;
    let by_itself = to < sprint.stage
        || matches!(to, SprintStage::Brief | SprintStage::Concepts | SprintStage::Studio | SprintStage::PostMortem);
    if !by_itself {
        return Err(SprintError::Refused(format!(
            "A sprint enters {} by doing it: it needs {}. Open that page and finish it there.",
            to.label(),
            needed(to)
        )));
    }
    let mut tx = ctx.store.begin().await?;
    advance(ctx, &mut tx, id, to).await?;
    tx.commit().await?;
    get(ctx, id).await
}

async fn guard(ctx: &Context, tx: &mut Tx, sprint: &SprintRow, to: SprintStage) -> Result<(), SprintError> {
    match to {
        SprintStage::Concepts => brief_of(sprint).map(|_| ()),
        SprintStage::Studio => {
            let wanted = i64::from(brief_of(sprint)?.pick_count);
            let picked = concepts::picked_in(tx, sprint.id).await?.len() as i64;
            if picked == wanted {
                return Ok(());
            }
            let missing = wanted - picked;
            let what = if missing > 0 { format!("pick {missing} more") } else { format!("put {} back", -missing) };
            Err(SprintError::Refused(format!("{picked} of {wanted} concepts are picked: {what}, each with a reason.")))
        }
        SprintStage::PostMortem => {
            let flight = brief_of(sprint)?.flight;
            if ctx.today() >= flight.from {
                return Ok(());
            }
            Err(SprintError::Refused(format!(
                "The flight begins on {}; there is nothing to look back on yet.",
                flight.from
            )))
        }
        _ => Ok(()),
    }
}

/// Open action items that a new brief carries in, the soonest due first.
///
/// # Errors
/// The database refused.
pub async fn open_actions(ctx: &Context) -> Result<Vec<domain::sprint::ActionItem>, SprintError> {
    Ok(actions::open(&ctx.store).await?)
}
