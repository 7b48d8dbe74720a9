//! `fortnight sprint`: from brief to signed post-mortem, one module a part of it.

mod board;
mod brief;
mod concepts;
mod launch;
mod postmortem;
mod review;
mod studio;

pub(super) use studio::engine;

use domain::SprintId;
use sprint::{Context, sprints};
use store::sprints::SprintRow;

use crate::{
    args::{self, SprintCommand as Do},
    failure::Failure,
    output::Output,
    wire::Wired,
};

/// Runs one of the sprint's commands.
pub async fn run(wired: &Wired, args: &args::Sprint, out: Output) -> Result<(), Failure> {
    let ctx = wired.context();
    match &args.command {
        Do::New { brief, r#override } => return brief::new(&ctx, brief, r#override.as_deref(), out).await,
        Do::BriefTemplate => return brief::template(&ctx, out).await,
        Do::List => return board::list(&ctx, out).await,
        _ => {}
    }
    let sprint = chosen(&ctx, args.sprint).await?;
    let id = sprint.id;
    match &args.command {
        Do::New { .. } | Do::BriefTemplate | Do::List => Ok(()),
        Do::Brief { brief } => brief::replace(&ctx, &sprint, brief, out).await,
        Do::Show => board::show(&ctx, id, out).await,
        Do::Concepts { show: true, .. } => concepts::sheet(&ctx, id, out).await,
        Do::Concepts { seed, model, .. } => concepts::draft(&ctx, wired, id, (*seed, model), out).await,
        Do::Redraw { wish, model } => concepts::redraw(&ctx, id, (wish, model), out).await,
        Do::Idea { title, hook, angle, segment, product, insight, why_now, offer } => {
            let idea = sprint::concepts::Idea {
                title: title.clone(),
                hook: hook.clone(),
                insight: insight.clone(),
                why_now: why_now.clone(),
                segment: segment.clone(),
                product: product.clone(),
                angle: angle.clone(),
                with_offer: *offer,
            };
            concepts::idea(&ctx, id, &idea, out).await
        }
        Do::Vote { command } => concepts::vote(&ctx, id, command, out).await,
        Do::Concept { number } => concepts::one(&ctx, id, *number, out).await,
        Do::Pick { picks, kills, put_back } => concepts::pick(&ctx, id, picks, kills, put_back, out).await,
        Do::Drafts(args) => studio::drafts(&ctx, id, args, out).await,
        Do::Draft { number } => studio::one(&ctx, id, *number, out).await,
        Do::Prompt { number, group } => studio::prompt(&ctx, id, *number, group, out).await,
        Do::Paste { number, answer, group } => studio::paste(&ctx, id, *number, answer, group, out).await,
        Do::Edit { number, slot, position, text } => studio::edit(&ctx, id, *number, slot, *position, text, out).await,
        Do::Approve { numbers, all, read } => studio::approve(&ctx, id, numbers, *all, *read, out).await,
        Do::Check => launch::check(&ctx, id, out).await,
        Do::Launch { out: folder } => launch::export(&ctx, id, folder, out).await,
        Do::Live { on } => launch::live(&ctx, id, on.as_deref(), out).await,
        Do::Review => review::run(&ctx, id, out).await,
        Do::Postmortem => postmortem::draft(&ctx, id, out).await,
        Do::Action { text, owner, due } => postmortem::action(&ctx, id, text, owner, due, out).await,
        Do::Sign { by } => postmortem::sign(&ctx.at(ctx.now, by.trim()), id, out).await,
    }
}

/// The sprint somebody names, or the one being worked on; where all are signed, the newest.
async fn chosen(ctx: &Context, number: Option<i64>) -> Result<SprintRow, Failure> {
    if let Some(number) = number {
        return Ok(sprints::by_number(ctx, number).await?);
    }
    if let Some(sprint) = sprints::current(ctx).await? {
        return Ok(sprint);
    }
    let newest = sprints::list(ctx).await?.into_iter().next();
    newest.ok_or_else(|| {
        Failure::input(
            "no_sprint",
            "There is no sprint yet. Write a brief (`fortnight sprint brief-template > brief.toml`) and start one \
             with `fortnight sprint new brief.toml`.",
        )
    })
}

/// The sprint as it stands now.
async fn fresh(ctx: &Context, id: SprintId) -> Result<SprintRow, Failure> {
    Ok(sprints::get(ctx, id).await?)
}
