//! `sprint list` and `sprint show`.

use domain::{
    Money, SprintId,
    sprint::{Channel, SprintStage},
};
use sprint::{Context, launch, sprints};
use store::{
    concepts::{self, ConceptState},
    drafts,
    sprints::SprintRow,
};

use crate::{
    failure::Failure,
    output::{Output, count, paragraph, row, table},
};

/// All sprints, newest first.
pub(super) async fn list(ctx: &Context, out: Output) -> Result<(), Failure> {
    let all = sprints::list(ctx).await?;
    out.put(&serde_json::json!({ "sprints": all }), |_| {
        if all.is_empty() {
            return "No sprint yet. `fortnight sprint brief-template > brief.toml` is where one begins.".to_owned();
        }
        let mut rows = vec![row(["sprint", "title", "stage", "since", "flight"])];
        for sprint in &all {
            let flight = sprint.brief.as_ref().map(|brief| format!("{} to {}", brief.flight.from, brief.flight.to));
            rows.push(row([
                &sprint.number.to_string(),
                &sprint.title,
                sprint.stage.label(),
                &sprint.stage_at.day_in(&ctx.zone).to_string(),
                &flight.unwrap_or_default(),
            ]));
        }
        table(&rows)
    });
    Ok(())
}

/// Where a sprint stands and what comes next.
pub(super) async fn show(ctx: &Context, id: SprintId, out: Output) -> Result<(), Failure> {
    let sprint = super::fresh(ctx, id).await?;
    let concepts = concepts::list(&ctx.store, id).await?;
    let picked = concepts.iter().filter(|row| row.state == ConceptState::Picked).count();
    let drafts = drafts::of_sprint(&ctx.store, id).await?;
    let approved = drafts.iter().filter(|draft| draft.approved_by.is_some()).count();
    let launched = launch::stored(ctx, id).await?.map(|(launch, _)| launch);
    let next = next(ctx, &sprint, concepts.len(), drafts.len(), approved);
    let object = serde_json::json!({
        "sprint": sprint,
        "concepts": concepts.len(),
        "picked": picked,
        "drafts": drafts.len(),
        "approved": approved,
        "exported_at": launched.as_ref().map(|launch| launch.exported_at),
        "live_on": launched.as_ref().and_then(|launch| launch.live_on),
        "kill_on": launched.as_ref().and_then(|launch| launch.kill_on),
        "next": next,
    });
    out.put(&object, |_| {
        let mut text = format!(
            "Sprint {} · {} · {} since {}\n\n",
            sprint.number,
            sprint.title,
            sprint.stage.label(),
            sprint.stage_at.day_in(&ctx.zone)
        );
        if let Some(brief) = &sprint.brief {
            let channels: Vec<&str> = brief.channels.iter().copied().map(Channel::label).collect();
            text.push_str(&paragraph("objective   ", "            ", &brief.objective));
            text.push_str(&paragraph("KPI         ", "            ", brief.kpi.label()));
            let days = count(u64::from(brief.flight.len_days().unsigned_abs()), "day");
            let budget = Money::new(brief.budget_minor, brief.currency);
            let flight = format!("{} to {}, {days}", brief.flight.from, brief.flight.to);
            text.push_str(&paragraph("flight      ", "            ", &flight));
            text.push_str(&paragraph("budget      ", "            ", &format!("{budget} on {}", channels.join(", "))));
            for action in &brief.carried_actions {
                let line = format!("{} ({}, due {})", action.text, action.owner, action.due_on);
                text.push_str(&paragraph("carried     ", "            ", &line));
            }
        }
        if !concepts.is_empty() {
            text.push_str(&format!("concepts    {} on the sheet, {picked} picked\n", concepts.len()));
        }
        if !drafts.is_empty() {
            text.push_str(&format!("drafts      {}, {approved} approved\n", drafts.len()));
        }
        if let Some(launch) = &launched {
            let since = launch.live_on.map_or("not live yet".to_owned(), |day| format!("live since {day}"));
            let exported = launch.exported_at.day_in(&ctx.zone);
            let kill = launch.kill_on.map(|day| format!(", kill day {day}")).unwrap_or_default();
            text.push_str(&format!("launch      exported {exported}, {since}{kill}\n"));
        }
        text.push_str(&paragraph("\nnext        ", "            ", &next));
        text
    });
    Ok(())
}

/// The next step as a command.
fn next(ctx: &Context, sprint: &SprintRow, concepts: usize, drafts: usize, approved: usize) -> String {
    let over = sprint.brief.as_ref().is_some_and(|brief| ctx.today() > brief.flight.to);
    match sprint.stage {
        SprintStage::Brief if sprint.brief.is_none() => "Write the brief: `fortnight sprint brief brief.toml`.".into(),
        SprintStage::Brief => "Draft the concepts: `fortnight sprint concepts`.".into(),
        SprintStage::Concepts if concepts == 0 => "Draft the concepts: `fortnight sprint concepts`.".into(),
        SprintStage::Concepts => {
            let wanted = sprint.brief.as_ref().map_or(3, |brief| brief.pick_count);
            format!("Pick {wanted}, each with a reason: `fortnight sprint pick --pick 3=\"fits the season\"`.")
        }
        SprintStage::Studio if drafts == 0 => "Draft the copy: `fortnight sprint drafts`.".into(),
        SprintStage::Studio if approved < drafts => {
            "Read and approve the drafts: `fortnight sprint draft 1`, `fortnight sprint approve 1`.".into()
        }
        SprintStage::Studio => {
            "Check and export: `fortnight sprint check`, `fortnight sprint launch --out launch`.".into()
        }
        SprintStage::Launch => {
            "Import the files on the platforms, switch the campaigns on, then say so: `fortnight sprint live`.".into()
        }
        SprintStage::Live if over => "The flight is over: `fortnight sprint postmortem`.".into(),
        SprintStage::Live => "Each morning, after the exports are imported: `fortnight sprint review`.".into(),
        SprintStage::PostMortem => {
            "Add who does what by when (`fortnight sprint action`), then sign: `fortnight sprint sign --by NAME`."
                .into()
        }
        SprintStage::Signed => "Signed. The next sprint begins with `fortnight sprint new brief.toml`.".into(),
    }
}
