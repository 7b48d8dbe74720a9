//! Making drafts: one slot group after the other, each stored the moment it is done.

use domain::{
    DraftId, SprintId,
    sprint::{Channel, Concept, Provenance, SlotText, SprintStage},
};
use serde::Serialize;
use store::drafts;
use writer::{
    Code, Dropped, Facts, Origin, Selection, check,
    limits::{self, SlotRule},
};

use super::{
    desk::{Desk, freeze_numbers},
    model::{Answer, Engine, Question},
    text::replace_slots,
};
use crate::{Context, SprintError, library};

/// Of this many drafts one is read by a person word by word: 5 to 10 % of all, and always one.
const SPOT_CHECK_ONE_IN: usize = 20;

/// A step of the drafting, for whoever watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Slot groups done, those of an earlier run included.
    pub done: usize,
    /// Slot groups in all.
    pub total: usize,
    /// Name of the draft.
    pub draft: String,
    /// The slot group, in words.
    pub group: String,
    /// Texts offered.
    pub offered: usize,
    /// Texts the checks refused.
    pub dropped: usize,
}

/// What a drafting did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Generated {
    /// Drafts of the sprint.
    pub drafts: usize,
    /// Slot groups made now.
    pub groups_made: usize,
    /// Slot groups found finished by an earlier run.
    pub groups_known: usize,
    /// Slot groups made now with a model's texts in them.
    pub groups_from_model: usize,
    /// Cost of this run in millionths of a US dollar.
    pub cost_micro_usd: i64,
    /// Why the composer wrote what a model was asked for, if it did.
    pub note: Option<String>,
}

/// Where one slot group of one draft is to be written.
struct Place<'a> {
    draft: drafts::Draft,
    concept: &'a Concept,
    facts: &'a Facts,
    group: &'static str,
    slots: Vec<SlotRule>,
    /// Channel whose rules the slots follow: picture directions follow Meta's, whatever draft they stand in.
    rules_of: Channel,
}

/// Drafts every picked concept for every channel of the brief. What an earlier run finished stays: after a crash or a
/// reload the same call goes on where it stopped.
///
/// # Errors
/// The sprint has no brief or no picked concept, it is live, or the store, the lake or a template failed. A model that
/// fails or reaches the spend ceiling is no error: the composer writes the rest, and the outcome says so.
pub async fn generate(
    ctx: &Context,
    sprint: SprintId,
    engine: &Engine,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Generated, SprintError> {
    let desk = Desk::open(ctx, sprint).await?;
    if desk.sprint.stage >= SprintStage::Live {
        return Err(SprintError::Refused("This sprint is live; its copy is not drafted again.".into()));
    }
    for concept in &desk.concepts {
        freeze_numbers(ctx, concept).await?;
    }
    let desk = Desk::open(ctx, sprint).await?;
    if desk.sprint.stage < SprintStage::Studio {
        let mut tx = ctx.store.begin().await?;
        crate::sprints::advance(ctx, &mut tx, sprint, SprintStage::Studio).await?;
        tx.commit().await?;
    }
    lay_out(ctx, &desk).await?;
    let template = library::template_of(ctx, sprint).await?;
    let stored = drafts::of_sprint(&ctx.store, sprint).await?;
    let places = places(&desk, &stored)?;
    let finished = drafts::parts_of_sprint(&ctx.store, sprint).await?;
    let is_done = |place: &Place<'_>| {
        finished.iter().any(|part| part.draft_id == place.draft.id && part.slot_group == place.group)
    };
    let mut outcome = Generated { drafts: stored.len(), ..Generated::default() };
    let total = places.len();
    for (index, place) in places.iter().enumerate() {
        if is_done(place) {
            outcome.groups_known += 1;
            continue;
        }
        let (offered, dropped) = write_group(ctx, place, engine, &template, &mut outcome, false).await?;
        progress(Progress {
            done: index + 1,
            total,
            draft: place.draft.name.clone(),
            group: group_words(place.group),
            offered,
            dropped,
        });
    }
    let mut tx = ctx.store.begin().await?;
    let detail = format!("{} slot groups", outcome.groups_made);
    ctx.record(&mut tx, (Some(sprint), Some(SprintStage::Studio)), "draft.generate", &engine.name(), &detail).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// Drafts one draft again from scratch, with what a person did to it kept in its history. Approval is withdrawn.
///
/// # Errors
/// As [`generate`]; or there is no such draft.
pub async fn redraft(ctx: &Context, id: DraftId, engine: &Engine) -> Result<Generated, SprintError> {
    let mut tx = ctx.store.begin_read().await?;
    let draft = super::edit::open_draft(&mut tx, id).await?;
    drop(tx);
    let desk = Desk::open(ctx, draft.sprint_id).await?;
    let template = library::template_of(ctx, draft.sprint_id).await?;
    let mut outcome = Generated { drafts: 1, ..Generated::default() };
    for place in places(&desk, std::slice::from_ref(&draft))? {
        write_group(ctx, &place, engine, &template, &mut outcome, true).await?;
    }
    Ok(outcome)
}

/// Puts an empty draft in every place of concept × channel and marks those a person reads word by word.
async fn lay_out(ctx: &Context, desk: &Desk) -> Result<(), SprintError> {
    let known = drafts::of_sprint(&ctx.store, desk.sprint.id).await?;
    let mut wanted = Vec::new();
    for concept in &desk.concepts {
        for channel in desk.channels() {
            if !known.iter().any(|draft| draft.concept_id == concept.id && draft.channel == channel) {
                wanted.push(empty_draft(ctx, desk, concept, channel));
            }
        }
    }
    let flagged = known.iter().filter(|draft| draft.spot_check).count();
    let wish = (known.len() + wanted.len()).div_ceil(SPOT_CHECK_ONE_IN).saturating_sub(flagged);
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|&index| {
        blake3::hash(format!("spot check {}", wanted[index].name).as_bytes()).to_hex().to_string()
    });
    for &index in order.iter().take(wish) {
        wanted[index].spot_check = true;
    }
    let mut tx = ctx.store.begin().await?;
    for draft in &wanted {
        drafts::ensure(&mut tx, draft).await?;
    }
    // Drafts of concepts that were picked before and are not now go, unless somebody worked on them.
    for draft in known.iter().filter(|draft| desk.concept(draft.concept_id).is_none()) {
        if draft.approved_by.is_none() && drafts::edits_of(&mut tx, draft.id).await?.is_empty() {
            drafts::remove(&mut tx, draft.id).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

fn empty_draft(ctx: &Context, desk: &Desk, concept: &Concept, channel: Channel) -> drafts::Draft {
    let utm = concept.id.utm_content();
    drafts::Draft {
        id: DraftId::derive(ctx.now, &[&desk.sprint.id.to_string(), &concept.id.to_string(), channel.as_str(), "1"]),
        sprint_id: desk.sprint.id,
        concept_id: concept.id,
        channel,
        variant: 1,
        name: format!("{} · {} · {utm}", concept.title, channel.label()),
        texts: Vec::new(),
        spot_check: false,
        spot_checked_by: None,
        approved_by: None,
        approved_at: None,
        made_at: ctx.now,
        changed_at: ctx.now,
    }
}

/// Every slot group of the given drafts, in the order of concepts and channels.
fn places<'a>(desk: &'a Desk, stored: &[drafts::Draft]) -> Result<Vec<Place<'a>>, SprintError> {
    let channels = desk.channels();
    let mut places = Vec::new();
    for concept in &desk.concepts {
        let facts = desk.facts(concept.id)?;
        for &channel in &channels {
            let of_place = |draft: &&drafts::Draft| draft.concept_id == concept.id && draft.channel == channel;
            for draft in stored.iter().filter(of_place) {
                let mut add = |group: &'static str, slots: Vec<SlotRule>, rules_of: Channel| {
                    places.push(Place { draft: draft.clone(), concept, facts, group, slots, rules_of });
                };
                for group in limits::groups(channel) {
                    add(group.name, group.slots.to_vec(), channel);
                }
                if let Some(path) = limits::rule_of(channel, "path") {
                    add("google_paths", vec![*path], channel);
                }
                // Whoever makes pictures gets directions also where the brief leaves Meta out.
                if !channels.contains(&Channel::Meta) && channels.first() == Some(&channel) {
                    let visual = |rule: &&SlotRule| limits::VISUAL_SLOTS.contains(&rule.slot);
                    let slots = limits::rules(Channel::Meta).iter().filter(visual).copied().collect();
                    add("visuals", slots, Channel::Meta);
                }
            }
        }
    }
    Ok(places)
}

/// Judges, fills and stores one slot group. Returns texts offered and refused.
async fn write_group(
    ctx: &Context,
    place: &Place<'_>,
    engine: &Engine,
    template: &library::Chosen,
    outcome: &mut Generated,
    again: bool,
) -> Result<(usize, usize), SprintError> {
    let mut seed = seed_of(place.draft.id);
    if again {
        seed = seed.wrapping_add(ctx.now.0.unsigned_abs());
    }
    let question = Question {
        sprint: place.draft.sprint_id,
        template,
        concept: place.concept,
        facts: place.facts,
        group: place.group,
        // Providers take a signed 32-bit seed.
        seed: seed & 0x7fff_ffff,
    };
    let asked: Option<Answer> = engine.ask(ctx, &question, &mut outcome.note).await?;
    let texts: &[SlotText] = asked.as_ref().map_or(&[], |answer| &answer.texts);
    let mut selection =
        writer::select(place.rules_of, &place.slots, texts, Origin::Model, place.concept, place.facts, seed);
    refuse_blocked(place, &mut selection);
    let from_model = selection.count(Origin::Model) > 0;
    let new = selection.texts();
    let inputs = || format!("{:?}\u{1f}{:?}\u{1f}{}\u{1f}{seed}", place.concept, place.facts, place.group);
    let mut provenance = Provenance {
        prompt: "composer".into(),
        prompt_version: 1,
        model: "composer".into(),
        inputs_digest: blake3::hash(inputs().as_bytes()).to_hex().to_string(),
        cost_micro_usd: 0,
        latency_ms: 0,
        checks_passed: passed(place.rules_of, &new, place.facts),
        made_at: ctx.now,
    };
    if let Some(answer) = asked {
        outcome.cost_micro_usd += answer.cost_micro_usd;
        provenance.cost_micro_usd = answer.cost_micro_usd;
        provenance.latency_ms = answer.latency_ms;
        if from_model {
            outcome.groups_from_model += 1;
            provenance.model = answer.model;
            provenance.prompt = template.name.clone();
            provenance.prompt_version = template.version;
            provenance.inputs_digest = answer.digest;
        }
    }
    let part = drafts::Part {
        draft_id: place.draft.id,
        slot_group: place.group.to_owned(),
        provenance,
        rejected: rejected(&selection.dropped),
        made_at: ctx.now,
    };
    let mut tx = ctx.store.begin().await?;
    let draft = super::edit::open_draft(&mut tx, place.draft.id).await?;
    if !again && drafts::has_part(&mut tx, draft.id, place.group).await? {
        outcome.groups_known += 1;
        return Ok((0, 0));
    }
    let slots: Vec<&str> = place.slots.iter().map(|rule| rule.slot).collect();
    replace_slots(&mut tx, ctx, &draft, &slots, &new, if again { "redraft" } else { "draft" }).await?;
    drafts::put_part(&mut tx, &part).await?;
    tx.commit().await?;
    outcome.groups_made += 1;
    Ok((new.len(), selection.dropped.len()))
}

/// Nothing that a check blocks is offered, whoever wrote it.
fn refuse_blocked(place: &Place<'_>, selection: &mut Selection) {
    let Selection { offered, dropped } = selection;
    offered.retain(|text| {
        let findings = writer::check_text(place.rules_of, &text.slot, &text.text, place.facts);
        let blocking: Vec<&writer::Finding> = findings.iter().filter(|finding| finding.blocks()).collect();
        if !blocking.is_empty() {
            dropped.push(Dropped {
                slot: text.slot.clone(),
                text: text.text.clone(),
                reasons: blocking.iter().map(|finding| finding.message.clone()).collect(),
                codes: blocking.iter().map(|finding| finding.code).collect(),
            });
        }
        blocking.is_empty()
    });
}

/// The names of the blocking checks that all texts pass.
pub(crate) fn passed(channel: Channel, texts: &[SlotText], facts: &Facts) -> Vec<String> {
    let mut failed: Vec<&str> = Vec::new();
    for text in texts {
        let findings = writer::check_text(channel, &text.slot, &text.text, facts);
        failed.extend(findings.iter().filter(|finding| finding.blocks()).map(|finding| check_name(finding.code)));
    }
    let names = check::BLOCKING_CHECKS.iter().filter(|name| !failed.contains(name));
    names.map(|name| (*name).to_owned()).collect()
}

/// The blocking check a code belongs to.
pub(crate) fn check_name(code: Code) -> &'static str {
    match code {
        Code::OverLimit | Code::Long => "limits",
        Code::UngroundedNumber => "grounded_numbers",
        Code::UngroundedClaim => "grounded_claims",
        Code::BannedWord => "banned_words",
        Code::Offer => "offers",
        Code::InsecureUrl => "https",
        Code::PersonalData => "personal_data",
        _ => "slots",
    }
}

pub(crate) fn rejected(dropped: &[Dropped]) -> Vec<drafts::Rejected> {
    let rejected = |text: &Dropped| drafts::Rejected {
        slot: text.slot.clone(),
        text: text.text.clone(),
        reason: text.reasons.join(" "),
    };
    dropped.iter().map(rejected).collect()
}

/// The composer's seed for a draft.
pub(crate) fn seed_of(id: DraftId) -> u64 {
    let hash = blake3::hash(id.0.as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap_or_default())
}

/// A slot group in words: `google_headlines` is `Google headlines`.
pub fn group_words(group: &str) -> String {
    writer::words::capitalise(&group.replace('_', " "))
}
