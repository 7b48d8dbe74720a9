//! A person at work on a draft: edit, revert, spot check, approve, withdraw.

use domain::{
    DraftId,
    sprint::{SlotText, SprintStage},
};
use store::{Tx, drafts};
use writer::Finding;

use super::{
    desk::Desk,
    text::{of_slot, record, sorted, write},
};
use crate::{Context, SprintError};

/// Replaces, adds (`position` one past the last) or, with an empty text, deletes a text of a slot. Returns what the
/// checks say of the new text; an edit is never refused for what it says, only for where it stands.
///
/// # Errors
/// The draft has no such place, the sprint is over, or the store failed.
pub async fn edit(
    ctx: &Context,
    id: DraftId,
    slot: &str,
    position: usize,
    text: &str,
) -> Result<Vec<Finding>, SprintError> {
    let text =
        if slot == "body" { text.trim().to_owned() } else { text.split_whitespace().collect::<Vec<_>>().join(" ") };
    let mut tx = ctx.store.begin().await?;
    let draft = open_draft(&mut tx, id).await?;
    change(&mut tx, ctx, &draft, slot, position, &text, "edit").await?;
    note(&mut tx, ctx, &draft, "draft.edit", slot).await?;
    tx.commit().await?;
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let desk = Desk::open(ctx, draft.sprint_id).await?;
    Ok(writer::check_text(draft.channel, slot, &text, desk.facts(draft.concept_id)?))
}

/// Takes an edit back: the text of its place is again what it was before. This is an edit of its own.
///
/// # Errors
/// There is no such edit, its place is gone, or the store failed.
pub async fn revert(ctx: &Context, id: DraftId, number: u32) -> Result<(), SprintError> {
    let mut tx = ctx.store.begin().await?;
    let draft = open_draft(&mut tx, id).await?;
    let edits = drafts::edits_of(&mut tx, id).await?;
    let Some(edit) = edits.into_iter().find(|edit| edit.number == number) else {
        return Err(SprintError::Refused(format!("This draft has no edit {number}.")));
    };
    let texts = of_slot(&draft.texts, &edit.slot);
    let mut position = edit.position as usize;
    if !edit.after.is_empty() && texts.get(position) != Some(&edit.after.as_str()) {
        // Texts before it came or went in the meantime: it is found by what it says.
        position = texts.iter().position(|text| *text == edit.after).ok_or_else(|| {
            SprintError::Refused("That text was changed again since; revert the later edit first.".into())
        })?;
    }
    if edit.after.is_empty() {
        insert(&mut tx, ctx, &draft, &edit.slot, position.min(texts.len()), &edit.before).await?;
    } else {
        change(&mut tx, ctx, &draft, &edit.slot, position, &edit.before, "revert").await?;
    }
    note(&mut tx, ctx, &draft, "draft.revert", &edit.slot).await?;
    tx.commit().await?;
    Ok(())
}

/// Notes that the actor has read a draft word by word.
///
/// # Errors
/// There is no such draft, the sprint is over, or the store failed.
pub async fn spot_check(ctx: &Context, id: DraftId) -> Result<(), SprintError> {
    let mut tx = ctx.store.begin().await?;
    let draft = open_draft(&mut tx, id).await?;
    drafts::set_spot_checked(&mut tx, id, Some(&ctx.actor)).await?;
    note(&mut tx, ctx, &draft, "draft.spot_check", &draft.name).await?;
    tx.commit().await?;
    Ok(())
}

/// Approves a draft as it stands.
///
/// # Errors
/// A check blocks it (the message says which and what to do), the sprint is over, or the store failed.
pub async fn approve(ctx: &Context, id: DraftId) -> Result<(), SprintError> {
    let mut tx = ctx.store.begin().await?;
    let draft = open_draft(&mut tx, id).await?;
    let desk = Desk::open(ctx, draft.sprint_id).await?;
    let whole = writer::Draft { channel: draft.channel, slots: draft.texts.clone() };
    let findings = writer::check(&whole, desk.facts(draft.concept_id)?);
    if let Some(finding) = findings.iter().find(|finding| finding.blocks()) {
        return Err(SprintError::Refused(format!(
            "“{}” cannot be approved yet. {} {}",
            draft.name, finding.message, finding.mend
        )));
    }
    drafts::set_approval(&mut tx, id, true, &ctx.actor, "", ctx.now).await?;
    note(&mut tx, ctx, &draft, "draft.approve", &draft.name).await?;
    tx.commit().await?;
    Ok(())
}

/// Withdraws an approval.
///
/// # Errors
/// The draft is not approved, the sprint is over, or the store failed.
pub async fn withdraw(ctx: &Context, id: DraftId, reason: &str) -> Result<(), SprintError> {
    let mut tx = ctx.store.begin().await?;
    let draft = open_draft(&mut tx, id).await?;
    if draft.approved_by.is_none() {
        return Err(SprintError::Refused(format!("“{}” is not approved.", draft.name)));
    }
    drafts::set_approval(&mut tx, id, false, &ctx.actor, reason.trim(), ctx.now).await?;
    note(&mut tx, ctx, &draft, "draft.withdraw", &draft.name).await?;
    tx.commit().await?;
    Ok(())
}

/// A draft whose sprint has not gone live: after that its text is history.
pub(crate) async fn open_draft(tx: &mut Tx, id: DraftId) -> Result<drafts::Draft, SprintError> {
    let draft = drafts::get(tx, id).await?;
    let sprint = store::sprints::get_in(tx, draft.sprint_id).await?;
    if sprint.stage >= SprintStage::Live {
        let message = "This sprint is live; its copy stays as it went out. Changes go into the next sprint.";
        return Err(SprintError::Refused(message.into()));
    }
    Ok(draft)
}

async fn change(
    tx: &mut Tx,
    ctx: &Context,
    draft: &drafts::Draft,
    slot: &str,
    position: usize,
    text: &str,
    kind: &str,
) -> Result<(), SprintError> {
    let old = of_slot(&draft.texts, slot);
    let known = writer::limits::rule_of(draft.channel, slot).is_some() || writer::limits::VISUAL_SLOTS.contains(&slot);
    if !known || position > old.len() {
        return Err(SprintError::Refused(format!(
            "“{}” has no {} {}.",
            draft.name,
            slot.replace('_', " "),
            position + 1
        )));
    }
    let before = old.get(position).copied().unwrap_or_default();
    if before == text {
        return Ok(());
    }
    let mut slots: Vec<String> = old.iter().map(|text| (*text).to_owned()).collect();
    match (text.is_empty(), position < slots.len()) {
        (true, true) => drop(slots.remove(position)),
        (false, true) => slots[position] = text.to_owned(),
        (false, false) => slots.push(text.to_owned()),
        (true, false) => return Ok(()),
    }
    record(tx, ctx, draft, slot, position, before, text, kind).await?;
    write(tx, ctx, draft, &with_slot(draft, slot, slots)).await
}

async fn insert(
    tx: &mut Tx,
    ctx: &Context,
    draft: &drafts::Draft,
    slot: &str,
    position: usize,
    text: &str,
) -> Result<(), SprintError> {
    let mut slots: Vec<String> = of_slot(&draft.texts, slot).into_iter().map(str::to_owned).collect();
    slots.insert(position, text.to_owned());
    record(tx, ctx, draft, slot, position, "", text, "revert").await?;
    write(tx, ctx, draft, &with_slot(draft, slot, slots)).await
}

fn with_slot(draft: &drafts::Draft, slot: &str, slots: Vec<String>) -> Vec<SlotText> {
    let kept = draft.texts.iter().filter(|text| text.slot != slot).cloned();
    let new = slots.into_iter().map(|text| SlotText { slot: slot.to_owned(), text });
    sorted(draft.channel, kept.chain(new).collect())
}

pub(crate) async fn note(
    tx: &mut Tx,
    ctx: &Context,
    draft: &drafts::Draft,
    verb: &str,
    detail: &str,
) -> Result<(), SprintError> {
    let place = (Some(draft.sprint_id), Some(SprintStage::Studio));
    ctx.record(tx, place, verb, &draft.id.to_string(), detail).await
}
