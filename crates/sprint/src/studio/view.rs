//! The studio as a page shows it.

use domain::{DraftId, SprintId, sprint::Channel};
use serde::Serialize;
use store::{answers, drafts};
use writer::Finding;

use super::{
    desk::Desk,
    model,
    text::{Piece, diff},
};
use crate::{Context, SprintError};

/// An edit with its difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EditView {
    /// The edit.
    #[serde(flatten)]
    pub edit: drafts::Edit,
    /// What changed, word by word.
    pub pieces: Vec<Piece>,
}

/// A draft with everything known of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DraftView {
    /// The draft.
    #[serde(flatten)]
    pub draft: drafts::Draft,
    /// Title of its concept.
    pub concept_title: String,
    /// Its concept's mark in links and ad names.
    pub utm_content: String,
    /// The channel in words.
    pub channel_label: &'static str,
    /// What the checks say of it as it stands.
    pub findings: Vec<Finding>,
    /// Where its slot groups came from, and what was refused.
    pub parts: Vec<drafts::Part>,
    /// What people changed, oldest first.
    pub edits: Vec<EditView>,
    /// Texts a machine wrote that stand unchanged, in percent of all its texts; `None` while it is empty.
    pub kept_percent: Option<u32>,
}

impl DraftView {
    /// Whether a check blocks it.
    pub fn is_blocked(&self) -> bool {
        self.findings.iter().any(Finding::blocks)
    }
}

/// All drafts of a sprint.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StudioView {
    /// Drafts by concept in the order of the sheet, then by channel.
    pub drafts: Vec<DraftView>,
    /// Places that have no draft yet (concepts times channels less drafts).
    pub missing: usize,
    /// Approved drafts.
    pub approved: usize,
    /// Drafts that a person is still asked to read word by word.
    pub spot_checks_open: usize,
    /// What models cost in this sprint so far, in millionths of a US dollar.
    pub spent_micro_usd: i64,
    /// What they may cost, in millionths of a US dollar.
    pub ceiling_micro_usd: i64,
    /// The channels that are drafted for.
    pub channels: Vec<Channel>,
}

/// The studio of a sprint.
///
/// # Errors
/// The sprint has no brief or no picked concept, or the store failed.
pub async fn view(ctx: &Context, sprint: SprintId) -> Result<StudioView, SprintError> {
    let desk = Desk::open(ctx, sprint).await?;
    let stored = drafts::of_sprint(&ctx.store, sprint).await?;
    let parts = drafts::parts_of_sprint(&ctx.store, sprint).await?;
    let edits = drafts::edits_of_sprint(&ctx.store, sprint).await?;
    let mut views = Vec::new();
    for concept in &desk.concepts {
        let facts = desk.facts(concept.id)?;
        for channel in desk.channels() {
            let here = |draft: &&drafts::Draft| draft.concept_id == concept.id && draft.channel == channel;
            for draft in stored.iter().filter(here) {
                let whole = writer::Draft { channel, slots: draft.texts.clone() };
                let own: Vec<drafts::Edit> = edits.iter().filter(|edit| edit.draft_id == draft.id).cloned().collect();
                views.push(DraftView {
                    concept_title: concept.title.clone(),
                    utm_content: concept.id.utm_content(),
                    channel_label: channel.label(),
                    findings: if draft.texts.is_empty() { Vec::new() } else { writer::check(&whole, facts) },
                    parts: parts.iter().filter(|part| part.draft_id == draft.id).cloned().collect(),
                    kept_percent: kept_percent(draft, &own),
                    edits: own
                        .into_iter()
                        .map(|edit| EditView { pieces: diff(&edit.before, &edit.after), edit })
                        .collect(),
                    draft: draft.clone(),
                });
            }
        }
    }
    Ok(StudioView {
        missing: (desk.concepts.len() * desk.channels().len()).saturating_sub(views.len()),
        approved: views.iter().filter(|view| view.draft.approved_by.is_some()).count(),
        spot_checks_open: views
            .iter()
            .filter(|view| view.draft.spot_check && view.draft.spot_checked_by.is_none())
            .count(),
        spent_micro_usd: answers::spent(&ctx.store, sprint).await?,
        ceiling_micro_usd: model::ceiling(ctx).await?,
        channels: desk.channels(),
        drafts: views,
    })
}

/// One draft of the studio.
///
/// # Errors
/// There is no such draft, its concept is not picked any more, or the store failed.
pub async fn draft(ctx: &Context, id: DraftId) -> Result<DraftView, SprintError> {
    let mut tx = ctx.store.begin_read().await?;
    let sprint = drafts::get(&mut tx, id).await?.sprint_id;
    drop(tx);
    let found = view(ctx, sprint).await?.drafts.into_iter().find(|view| view.draft.id == id);
    found.ok_or_else(|| SprintError::Refused("This draft's concept is not picked any more; pick it again.".into()))
}

/// How much of what a machine wrote a person let stand.
pub(crate) fn kept_percent(draft: &drafts::Draft, edits: &[drafts::Edit]) -> Option<u32> {
    let total = draft.texts.len();
    let by_hand = |text: &&domain::sprint::SlotText| {
        let last = edits.iter().rev().find(|edit| edit.slot == text.slot && edit.after == text.text);
        last.is_some_and(|edit| edit.kind == "edit")
    };
    let changed = draft.texts.iter().filter(by_hand).count();
    (total > 0).then(|| ((total - changed) * 100 / total) as u32)
}
