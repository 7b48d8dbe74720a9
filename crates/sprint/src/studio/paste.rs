//! Copy prompt, paste answer: any chat's output through the same checks and the same selection.

use domain::{
    DraftId,
    sprint::{Channel, Provenance},
};
use serde::Serialize;
use store::drafts;
use writer::{
    Dropped, Offered, Origin,
    limits::{self, SlotGroup},
    prompt::Prompt,
};

use super::{
    desk::Desk,
    edit::{note, open_draft},
    generate::{passed, rejected, seed_of},
    text::replace_slots,
};
use crate::{Context, SprintError, library};

/// Name by which one prompt for a whole ad is asked for.
pub const WHOLE: &str = "whole";

/// What became of a pasted answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pasted {
    /// What the draft says now in these slots, and who wrote it.
    pub offered: Vec<Offered>,
    /// What was not taken, and why.
    pub dropped: Vec<Dropped>,
}

/// The slots one prompt fills: a group of the channel, or all its slots but the web address paths.
pub(crate) fn group_of(channel: Channel, name: &str) -> Result<SlotGroup, SprintError> {
    if name == WHOLE {
        let rules = limits::rules(channel);
        let name = match channel {
            Channel::GoogleSearch => "google_whole",
            Channel::Meta => "meta_whole",
            Channel::Email => "email_whole",
        };
        let slots = if channel == Channel::GoogleSearch { &rules[..2] } else { rules };
        return Ok(SlotGroup { name, channel, slots });
    }
    let known = limits::groups(channel).iter().find(|group| group.name == name).copied();
    known.ok_or_else(|| SprintError::Refused(format!("{} has no slot group `{name}`.", channel.label())))
}

/// The prompt to copy for a slot group of a draft (or [`WHOLE`]). It holds facts of the brief and the products, and
/// nobody's name.
///
/// # Errors
/// There is no such draft or group, the chosen template cannot be rendered, or the store failed.
pub async fn prompt(ctx: &Context, id: DraftId, group: &str) -> Result<Prompt, SprintError> {
    let mut tx = ctx.store.begin_read().await?;
    let draft = drafts::get(&mut tx, id).await?;
    drop(tx);
    let desk = Desk::open(ctx, draft.sprint_id).await?;
    let concept = concept(&desk, &draft)?;
    let group = group_of(draft.channel, group)?;
    let template = library::template_of(ctx, draft.sprint_id).await?;
    let prompt = writer::prompt::render(&template.as_template(), concept, desk.facts(draft.concept_id)?, &group)
        .map_err(|error| SprintError::Refused(error.to_string()))?;
    names_nobody(ctx, &prompt.text).await?;
    Ok(prompt)
}

/// The guard in front of every prompt: no customer's name or e-mail leaves the house in it.
///
/// # Errors
/// A customer's name or e-mail address stands in the text, or the store failed.
pub(crate) async fn names_nobody(ctx: &Context, text: &str) -> Result<(), SprintError> {
    match store::customers::occurs_in(&ctx.store, text).await? {
        None => Ok(()),
        Some(_) => Err(SprintError::Refused(
            "This prompt would name one of your customers, so it is not made. Take names and addresses out of the brief, \
             the product texts and the template."
                .into(),
        )),
    }
}

/// Reads a pasted answer, keeps what passes the checks, fills the rest from the composer, and puts it in the draft.
///
/// # Errors
/// The answer holds no texts, there is no such draft or group, the sprint is live, or the store failed.
pub async fn paste(ctx: &Context, id: DraftId, group: &str, answer: &str) -> Result<Pasted, SprintError> {
    let mut tx = ctx.store.begin().await?;
    let draft = open_draft(&mut tx, id).await?;
    let desk = Desk::open(ctx, draft.sprint_id).await?;
    let concept = concept(&desk, &draft)?;
    let facts = desk.facts(draft.concept_id)?;
    let template = library::template_of(ctx, draft.sprint_id).await?;
    let group = group_of(draft.channel, group)?;
    let texts = writer::parse_answer(answer, group.slots).map_err(|error| SprintError::Refused(error.to_string()))?;
    let seed = seed_of(draft.id);
    let selection = writer::select(draft.channel, group.slots, &texts, Origin::Paste, concept, facts, seed);
    let slots: Vec<&str> = group.slots.iter().map(|rule| rule.slot).collect();
    let new = selection.texts();
    replace_slots(&mut tx, ctx, &draft, &slots, &new, "paste").await?;
    // Parts are kept by the channel's groups, so that a whole pasted ad leaves none of them to be generated.
    let groups =
        limits::groups(draft.channel).iter().filter(|known| known.slots.iter().any(|r| slots.contains(&r.slot)));
    for part in groups {
        let of_part = |slot: &str| part.slots.iter().any(|rule| rule.slot == slot);
        let dropped: Vec<Dropped> = selection.dropped.iter().filter(|text| of_part(&text.slot)).cloned().collect();
        let part = drafts::Part {
            draft_id: draft.id,
            slot_group: part.name.to_owned(),
            provenance: Provenance {
                prompt: template.name.clone(),
                prompt_version: template.version,
                model: "pasted answer".into(),
                inputs_digest: blake3::hash(answer.as_bytes()).to_hex().to_string(),
                cost_micro_usd: 0,
                latency_ms: 0,
                checks_passed: passed(draft.channel, &new, facts),
                made_at: ctx.now,
            },
            rejected: rejected(&dropped),
            made_at: ctx.now,
        };
        drafts::put_part(&mut tx, &part).await?;
    }
    note(&mut tx, ctx, &draft, "draft.paste", group.name).await?;
    tx.commit().await?;
    Ok(Pasted { offered: selection.offered, dropped: selection.dropped })
}

fn concept<'a>(desk: &'a Desk, draft: &drafts::Draft) -> Result<&'a domain::sprint::Concept, SprintError> {
    desk.concept(draft.concept_id)
        .ok_or_else(|| SprintError::Refused("This draft's concept is not picked any more; pick it again.".into()))
}
