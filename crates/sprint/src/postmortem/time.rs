//! Where the days went: stages as recorded, against the workflow map.

use domain::{SprintId, sprint::SprintStage};
use store::{activity, sprints};

use super::doc::StageTime;
use crate::{Context, SprintError, ask::days_in_words, map};

const DAY_MS: f64 = 86_400_000.0;
/// Stages in which the team makes something; being live is the flight's length, not work.
const MAKING: [SprintStage; 4] = [SprintStage::Brief, SprintStage::Concepts, SprintStage::Studio, SprintStage::Launch];

/// Days in each stage a sprint has entered, from what was recorded, and what the workflow map says of the way to launch.
///
/// # Errors
/// The store failed.
pub(super) async fn stages(ctx: &Context, sprint: SprintId) -> Result<(Vec<StageTime>, String), SprintError> {
    let row = crate::sprints::get(ctx, sprint).await?;
    let worked = map::stage_times(ctx, sprint).await?;
    let recorded = activity::of_sprint(&ctx.store, sprint).await?;
    let mut entered: Vec<(SprintStage, i64)> = vec![(SprintStage::Brief, row.created_at.0)];
    for entry in recorded.iter().filter(|entry| entry.verb == "sprint.stage") {
        entered.extend(entry.stage.map(|stage| (stage, entry.at.0)));
    }
    let mut times = Vec::new();
    for stage in SprintStage::ALL.iter().copied().filter(|stage| *stage < SprintStage::Signed) {
        let mut ms = 0;
        let mut was_there = false;
        for (index, (at_stage, from)) in entered.iter().enumerate() {
            if *at_stage == stage {
                was_there = true;
                ms += entered.get(index + 1).map_or(ctx.now.0, |(_, to)| *to) - from;
            }
        }
        if was_there {
            let steps =
                recorded.iter().filter(|entry| entry.stage == Some(stage) && entry.verb != "sprint.stage").count();
            let hands_on_hours = worked.iter().find(|time| time.stage == stage).map_or(0.0, |time| time.hands_on_hours);
            times.push(StageTime { stage: stage.label().to_owned(), days: ms as f64 / DAY_MS, steps, hands_on_hours });
        }
    }
    let making: Vec<&str> = MAKING.iter().map(|stage| stage.label()).collect();
    let to_launch: f64 = times.iter().filter(|time| making.contains(&time.stage.as_str())).map(|time| time.days).sum();
    let hours: f64 = times.iter().map(|time| time.hands_on_hours).sum();
    let view = map::show(ctx).await?;
    let whose = if view.is_template { "The built-in workflow map" } else { "The workflow map" };
    let sentence = format!(
        "From brief to live it took {}, and about {hours:.1} hours of work by what was recorded here. {whose} says {:.1} \
         working days and {:.0} hours today, {:.1} days and {:.0} hours redesigned, review and learning included.",
        days_in_words(to_launch),
        view.today.lead_time_days,
        view.today.hands_on_hours,
        view.redesign.lead_time_days,
        view.redesign.hands_on_hours
    );
    Ok((times, sentence))
}

/// Direct cost of one sprint by the current workflow map, minor units; `None` without a map or costs on it.
///
/// # Errors
/// The store failed.
pub(super) async fn direct_cost_minor(ctx: &Context) -> Result<Option<i64>, SprintError> {
    let view = map::show(ctx).await?;
    let sum = view.today.cost_minor;
    Ok((sum > 0 && !view.is_template).then_some(sum))
}

/// The sprint that was signed last before this one, if any.
///
/// # Errors
/// The store failed.
pub(super) async fn last_signed(ctx: &Context, sprint: SprintId) -> Result<Option<sprints::SprintRow>, SprintError> {
    let this = crate::sprints::get(ctx, sprint).await?;
    let all = sprints::list(&ctx.store).await?;
    Ok(all
        .into_iter()
        .filter(|row| row.number < this.number && row.stage == SprintStage::Signed)
        .max_by_key(|row| row.number))
}
