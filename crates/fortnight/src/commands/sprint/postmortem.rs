//! `sprint postmortem`, `sprint action`, `sprint sign`.

use domain::SprintId;
use sprint::{
    Context,
    postmortem::{self, NewAction, PostMortem, Words},
};

use crate::{failure::Failure, output::Output, wire};

/// Drafts the post-mortem from the data, or shows the signed one.
pub(super) async fn draft(ctx: &Context, id: SprintId, out: Output) -> Result<(), Failure> {
    let stored = match postmortem::get(ctx, id).await? {
        Some(signed) if signed.signed_at.is_some() => signed,
        _ => postmortem::draft(ctx, id).await?,
    };
    print(ctx, id, &stored, out).await
}

/// Adds an action item to those the post-mortem has.
pub(super) async fn action(
    ctx: &Context,
    id: SprintId,
    text: &str,
    owner: &str,
    due: &str,
    out: Output,
) -> Result<(), Failure> {
    let due_on = wire::parse_day("--due", due)?;
    let stored = postmortem::get(ctx, id).await?.ok_or_else(|| {
        Failure::input("refused", "No post-mortem is drafted yet; `fortnight sprint postmortem` drafts it.")
    })?;
    let doc = stored.document;
    let known = doc.actions.iter().map(|item| NewAction {
        text: item.text.clone(),
        owner: item.owner.clone(),
        due_on: item.due_on,
    });
    let new = NewAction { text: text.to_owned(), owner: owner.to_owned(), due_on };
    let words = Words {
        actions: known.chain([new]).collect(),
        summary: doc.summary,
        keep: doc.keep,
        stop: doc.stop,
        try_next: doc.try_next,
    };
    let saved = postmortem::save(ctx, id, &words).await?;
    out.put(&serde_json::json!({ "actions": saved.document.actions }), |_| {
        let lines = saved.document.actions.iter();
        lines.map(|item| format!("- {} ({}, due {})\n", item.text, item.owner, item.due_on)).collect()
    });
    Ok(())
}

/// Signs it; the actor is who signs.
pub(super) async fn sign(ctx: &Context, id: SprintId, out: Output) -> Result<(), Failure> {
    if ctx.actor.is_empty() {
        return Err(Failure::input("refused", "Say who signs: --by NAME."));
    }
    let signed = postmortem::sign(ctx, id).await?;
    out.put(&signed, |signed| {
        let actions = signed.document.actions.len();
        let carried = match actions {
            0 => "It leaves no action items.".to_owned(),
            1 => "Its action item enters the next brief.".to_owned(),
            n => format!("Its {n} action items enter the next brief."),
        };
        format!("Signed by {}. It cannot be changed any more. {carried}", ctx.actor)
    });
    Ok(())
}

async fn print(ctx: &Context, id: SprintId, stored: &PostMortem, out: Output) -> Result<(), Failure> {
    let markdown = postmortem::markdown(ctx, id).await?;
    out.put(stored, |_| markdown);
    Ok(())
}
