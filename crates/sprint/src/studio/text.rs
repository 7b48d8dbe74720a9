//! Texts of a draft: putting new ones in a slot's place with the difference recorded, and showing differences.

use domain::sprint::{Channel, SlotText};
use serde::Serialize;
use similar::{ChangeTag, TextDiff};
use store::{Tx, drafts};

use crate::{Context, SprintError};

/// A stretch of a difference between two texts, word by word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// `same`, `added` or `removed`.
    pub kind: &'static str,
    /// The words, with the spaces between them.
    pub text: String,
}

/// The difference between two texts, word by word.
pub fn diff(before: &str, after: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for change in TextDiff::from_words(before, after).iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => "same",
            ChangeTag::Insert => "added",
            ChangeTag::Delete => "removed",
        };
        match pieces.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => pieces.push(Piece { kind, text: change.value().to_owned() }),
        }
    }
    pieces
}

/// The texts of one slot, in order.
pub(crate) fn of_slot<'a>(texts: &'a [SlotText], slot: &str) -> Vec<&'a str> {
    texts.iter().filter(|text| text.slot == slot).map(|text| text.text.as_str()).collect()
}

/// Texts in the order of the channel's slots; what the channel does not know (picture directions) last.
pub(crate) fn sorted(channel: Channel, mut texts: Vec<SlotText>) -> Vec<SlotText> {
    let rules = writer::limits::rules(channel);
    texts.sort_by_key(|text| rules.iter().position(|rule| rule.slot == text.slot).unwrap_or(usize::MAX));
    texts
}

/// Puts `new` in the place of all texts of `slots`. Differences are recorded as edits of `kind`, unless the draft had
/// nothing there; a changed text withdraws approval and spot check. Returns whether anything changed.
pub(crate) async fn replace_slots(
    tx: &mut Tx,
    ctx: &Context,
    draft: &drafts::Draft,
    slots: &[&str],
    new: &[SlotText],
    kind: &str,
) -> Result<bool, SprintError> {
    let mut changed = false;
    for slot in slots {
        let (before, after) = (of_slot(&draft.texts, slot), of_slot(new, slot));
        changed |= before != after;
        if before.is_empty() {
            continue;
        }
        for position in 0..before.len().max(after.len()) {
            let was = before.get(position).copied().unwrap_or_default();
            let is = after.get(position).copied().unwrap_or_default();
            if was != is {
                record(tx, ctx, draft, slot, position, was, is, kind).await?;
            }
        }
    }
    if changed {
        let kept = draft.texts.iter().filter(|text| !slots.contains(&text.slot.as_str())).cloned();
        let texts = sorted(draft.channel, kept.chain(new.iter().cloned()).collect());
        write(tx, ctx, draft, &texts).await?;
    }
    Ok(changed)
}

/// Writes a draft's texts and withdraws what was said of the old ones.
pub(crate) async fn write(
    tx: &mut Tx,
    ctx: &Context,
    draft: &drafts::Draft,
    texts: &[SlotText],
) -> Result<(), SprintError> {
    drafts::set_texts(tx, draft.id, texts, ctx.now).await?;
    if draft.approved_by.is_some() {
        drafts::set_approval(tx, draft.id, false, &ctx.actor, "The text was changed after approval.", ctx.now).await?;
    }
    if draft.spot_checked_by.is_some() {
        drafts::set_spot_checked(tx, draft.id, None).await?;
    }
    Ok(())
}

/// Records one changed text.
#[expect(clippy::too_many_arguments, reason = "the columns of an edit")]
pub(crate) async fn record(
    tx: &mut Tx,
    ctx: &Context,
    draft: &drafts::Draft,
    slot: &str,
    position: usize,
    before: &str,
    after: &str,
    kind: &str,
) -> Result<u32, SprintError> {
    let edit = drafts::Edit {
        draft_id: draft.id,
        number: 0,
        at: ctx.now,
        actor: ctx.actor.clone(),
        slot: slot.to_owned(),
        position: position as u32,
        before: before.to_owned(),
        after: after.to_owned(),
        kind: kind.to_owned(),
    };
    Ok(drafts::add_edit(tx, &edit).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_shown_word_by_word() {
        let pieces = diff("Fresh tea every week", "Fresh tea every morning");
        let shown: Vec<(&str, &str)> = pieces.iter().map(|piece| (piece.kind, piece.text.as_str())).collect();
        assert_eq!(shown, [("same", "Fresh tea every "), ("removed", "week"), ("added", "morning")]);
    }
}
