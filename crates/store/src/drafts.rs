//! Drafts of a sprint's copy: slots, their parts' provenance, edits, approvals; and what models answered and cost.

use domain::{
    ConceptId, DraftId, InstantMs, SprintId,
    sprint::{Channel, Provenance, SlotText},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Result, Row, Store, StoreError, Tx, Value};

/// One drafted ad or e-mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// Id.
    pub id: DraftId,
    /// Its sprint.
    pub sprint_id: SprintId,
    /// Its concept.
    pub concept_id: ConceptId,
    /// Its channel.
    pub channel: Channel,
    /// 1-based number among the drafts of the same concept and channel.
    pub variant: u32,
    /// Name people and ad platforms see; carries the concept's `utm_content`.
    pub name: String,
    /// What would go out now, slot by slot in order.
    pub texts: Vec<SlotText>,
    /// Whether a person is asked to look at it word by word, whatever the checks say.
    pub spot_check: bool,
    /// Who did that look.
    pub spot_checked_by: Option<String>,
    /// Who approved it as it stands.
    pub approved_by: Option<String>,
    /// When.
    pub approved_at: Option<InstantMs>,
    /// When it was made.
    pub made_at: InstantMs,
    /// When its text last changed.
    pub changed_at: InstantMs,
}

/// A text the model offered and the checks refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Slot it was meant for.
    pub slot: String,
    /// The text.
    pub text: String,
    /// Why it is not offered.
    pub reason: String,
}

/// A slot group of a draft and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The draft.
    pub draft_id: DraftId,
    /// The group, e.g. `headlines`.
    pub slot_group: String,
    /// Where it came from.
    pub provenance: Provenance,
    /// What was refused.
    pub rejected: Vec<Rejected>,
    /// When it was made.
    pub made_at: InstantMs,
}

/// A change somebody made to a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// The draft.
    pub draft_id: DraftId,
    /// 1-based, in order.
    pub number: u32,
    /// When.
    pub at: InstantMs,
    /// Who.
    pub actor: String,
    /// Slot.
    pub slot: String,
    /// 0-based place among the draft's texts of that slot.
    pub position: u32,
    /// Text before; empty where a text was added.
    pub before: String,
    /// Text after; empty where it was taken out.
    pub after: String,
    /// `edit` or `revert`.
    pub kind: String,
}

/// An approval or its withdrawal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// 1-based, in order.
    pub number: u32,
    /// When.
    pub at: InstantMs,
    /// Who.
    pub actor: String,
    /// True for an approval, false for a withdrawal.
    pub approved: bool,
    /// Why it was withdrawn, or a note.
    pub reason: String,
}

const COLUMNS: &str = "id, sprint_id, concept_id, channel, variant, name, texts, spot_check, spot_checked_by, approved_by, \
                       approved_at, made_at, changed_at";

fn draft(row: &Row) -> Result<Draft> {
    Ok(Draft {
        id: row.parse("id")?,
        sprint_id: row.parse("sprint_id")?,
        concept_id: row.parse("concept_id")?,
        channel: row.word("channel")?,
        variant: row.int("variant")? as u32,
        name: row.text("name")?,
        texts: row.json("texts")?,
        spot_check: row.flag("spot_check")?,
        spot_checked_by: row.opt_text("spot_checked_by")?,
        approved_by: row.opt_text("approved_by")?,
        approved_at: row.opt_int("approved_at")?.map(InstantMs),
        made_at: row.instant("made_at")?,
        changed_at: row.instant("changed_at")?,
    })
}

/// Puts an empty draft in its place, unless it is there already.
///
/// # Errors
/// The database refused.
pub async fn ensure(tx: &mut Tx, draft: &Draft) -> Result<()> {
    let sql = "INSERT INTO drafts (id, sprint_id, concept_id, channel, variant, name, texts, spot_check, made_at, changed_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT (sprint_id, concept_id, channel, variant) DO NOTHING";
    let params = [
        Value::text(draft.id),
        Value::text(draft.sprint_id),
        Value::text(draft.concept_id),
        Value::word(&draft.channel),
        draft.variant.into(),
        (&draft.name).into(),
        Value::json(&draft.texts),
        draft.spot_check.into(),
        draft.made_at.into(),
    ];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// A draft, as this transaction sees it.
///
/// # Errors
/// There is none, or the database refused.
pub async fn get(tx: &mut Tx, id: DraftId) -> Result<Draft> {
    let sql = format!("SELECT {COLUMNS} FROM drafts WHERE id = $1");
    match tx.fetch_one(&sql, &[Value::text(id)]).await? {
        Some(row) => draft(&row),
        None => Err(StoreError::NotFound(format!("draft {id}"))),
    }
}

/// All drafts of a sprint, by concept, channel and variant.
///
/// # Errors
/// The database refused.
pub async fn of_sprint(store: &Store, sprint: SprintId) -> Result<Vec<Draft>> {
    let sql = format!("SELECT {COLUMNS} FROM drafts WHERE sprint_id = $1 ORDER BY concept_id, channel, variant");
    store.fetch(&sql, &[Value::text(sprint)]).await?.iter().map(draft).collect()
}

/// Deletes a draft with its parts, edits and approvals.
///
/// # Errors
/// The database refused.
pub async fn remove(tx: &mut Tx, id: DraftId) -> Result<()> {
    tx.execute("DELETE FROM drafts WHERE id = $1", &[Value::text(id)]).await?;
    Ok(())
}

/// Writes a draft's texts. The caller has recorded the edit.
///
/// # Errors
/// The database refused.
pub async fn set_texts(tx: &mut Tx, id: DraftId, texts: &[SlotText], at: InstantMs) -> Result<()> {
    let sql = "UPDATE drafts SET texts = $2, changed_at = $3 WHERE id = $1";
    tx.execute(sql, &[Value::text(id), Value::json(texts), at.into()]).await?;
    Ok(())
}

/// Stores a finished slot group, replacing an earlier one.
///
/// # Errors
/// The database refused.
pub async fn put_part(tx: &mut Tx, part: &Part) -> Result<()> {
    let sql = "INSERT INTO draft_parts (draft_id, slot_group, provenance, rejected, made_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (draft_id, slot_group) DO UPDATE SET provenance = excluded.provenance, \
               rejected = excluded.rejected, made_at = excluded.made_at";
    let params = [
        Value::text(part.draft_id),
        (&part.slot_group).into(),
        Value::json(&part.provenance),
        Value::json(&part.rejected),
        part.made_at.into(),
    ];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// The finished slot groups of a sprint's drafts.
///
/// # Errors
/// The database refused.
pub async fn parts_of_sprint(store: &Store, sprint: SprintId) -> Result<Vec<Part>> {
    let sql = "SELECT p.draft_id, p.slot_group, p.provenance, p.rejected, p.made_at FROM draft_parts p \
               JOIN drafts d ON d.id = p.draft_id WHERE d.sprint_id = $1 ORDER BY p.draft_id, p.made_at, p.slot_group";
    let rows = store.fetch(sql, &[Value::text(sprint)]).await?;
    let part = |row: &Row| {
        Ok(Part {
            draft_id: row.parse("draft_id")?,
            slot_group: row.text("slot_group")?,
            provenance: row.json("provenance")?,
            rejected: row.json("rejected")?,
            made_at: row.instant("made_at")?,
        })
    };
    rows.iter().map(part).collect()
}

/// Whether a slot group of a draft is finished.
///
/// # Errors
/// The database refused.
pub async fn has_part(tx: &mut Tx, id: DraftId, slot_group: &str) -> Result<bool> {
    let sql = "SELECT slot_group FROM draft_parts WHERE draft_id = $1 AND slot_group = $2";
    Ok(tx.fetch_one(sql, &[Value::text(id), slot_group.into()]).await?.is_some())
}

/// Records an edit; gives it the draft's next number.
///
/// # Errors
/// The database refused.
pub async fn add_edit(tx: &mut Tx, edit: &Edit) -> Result<u32> {
    let sql = "INSERT INTO draft_edits (draft_id, number, at, actor, slot, position, before, after, kind) \
               SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM draft_edits WHERE draft_id = $1 \
               RETURNING number";
    let params = [
        Value::text(edit.draft_id),
        edit.at.into(),
        (&edit.actor).into(),
        (&edit.slot).into(),
        edit.position.into(),
        (&edit.before).into(),
        (&edit.after).into(),
        (&edit.kind).into(),
    ];
    let row = tx.fetch_one(sql, &params).await?.ok_or_else(|| StoreError::NotFound("edit".into()))?;
    Ok(row.int("number")? as u32)
}

/// The edits of a sprint's drafts, in order.
///
/// # Errors
/// The database refused.
pub async fn edits_of_sprint(store: &Store, sprint: SprintId) -> Result<Vec<Edit>> {
    let sql = "SELECT e.draft_id, e.number, e.at, e.actor, e.slot, e.position, e.before, e.after, e.kind FROM draft_edits e \
               JOIN drafts d ON d.id = e.draft_id WHERE d.sprint_id = $1 ORDER BY e.draft_id, e.number";
    store.fetch(sql, &[Value::text(sprint)]).await?.iter().map(edit).collect()
}

/// The edits of one draft, in order.
///
/// # Errors
/// The database refused.
pub async fn edits_of(tx: &mut Tx, id: DraftId) -> Result<Vec<Edit>> {
    let sql = "SELECT draft_id, number, at, actor, slot, position, before, after, kind FROM draft_edits \
               WHERE draft_id = $1 ORDER BY number";
    tx.fetch(sql, &[Value::text(id)]).await?.iter().map(edit).collect()
}

fn edit(row: &Row) -> Result<Edit> {
    Ok(Edit {
        draft_id: row.parse("draft_id")?,
        number: row.int("number")? as u32,
        at: row.instant("at")?,
        actor: row.text("actor")?,
        slot: row.text("slot")?,
        position: row.int("position")? as u32,
        before: row.text("before")?,
        after: row.text("after")?,
        kind: row.text("kind")?,
    })
}

/// Approves a draft (`by` given) or withdraws its approval, and writes it into its history.
///
/// # Errors
/// The database refused.
pub async fn set_approval(
    tx: &mut Tx,
    id: DraftId,
    approved: bool,
    actor: &str,
    reason: &str,
    at: InstantMs,
) -> Result<()> {
    let by = approved.then_some(actor);
    let when = approved.then_some(at);
    let sql = "UPDATE drafts SET approved_by = $2, approved_at = $3 WHERE id = $1";
    tx.execute(sql, &[Value::text(id), by.into(), when.into()]).await?;
    let sql = "INSERT INTO draft_approvals (draft_id, number, at, actor, approved, reason) \
               SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5 FROM draft_approvals WHERE draft_id = $1";
    tx.execute(sql, &[Value::text(id), at.into(), actor.into(), approved.into(), reason.into()]).await?;
    Ok(())
}

/// The approvals and withdrawals of a draft, in order.
///
/// # Errors
/// The database refused.
pub async fn approvals_of(store: &Store, id: DraftId) -> Result<Vec<Approval>> {
    let sql = "SELECT number, at, actor, approved, reason FROM draft_approvals WHERE draft_id = $1 ORDER BY number";
    let rows = store.fetch(sql, &[Value::text(id)]).await?;
    let approval = |row: &Row| {
        Ok(Approval {
            number: row.int("number")? as u32,
            at: row.instant("at")?,
            actor: row.text("actor")?,
            approved: row.flag("approved")?,
            reason: row.text("reason")?,
        })
    };
    rows.iter().map(approval).collect()
}

/// Notes who looked at a draft word by word.
///
/// # Errors
/// The database refused.
pub async fn set_spot_checked(tx: &mut Tx, id: DraftId, actor: Option<&str>) -> Result<()> {
    tx.execute("UPDATE drafts SET spot_checked_by = $2 WHERE id = $1", &[Value::text(id), actor.into()]).await?;
    Ok(())
}

/// The counted numbers a concept's copy may state, if they were frozen.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn numbers<T: DeserializeOwned>(store: &Store, concept: ConceptId) -> Result<Option<T>> {
    let sql = "SELECT document FROM draft_numbers WHERE concept_id = $1";
    match store.fetch_one(sql, &[Value::text(concept)]).await? {
        Some(row) => Ok(Some(row.json("document")?)),
        None => Ok(None),
    }
}

/// Freezes the counted numbers of a concept; the first that were frozen stay.
///
/// # Errors
/// The database refused.
pub async fn freeze_numbers<T: Serialize>(tx: &mut Tx, concept: ConceptId, numbers: &T, at: InstantMs) -> Result<()> {
    let sql = "INSERT INTO draft_numbers (concept_id, document, made_at) VALUES ($1, $2, $3) \
               ON CONFLICT (concept_id) DO NOTHING";
    tx.execute(sql, &[Value::text(concept), Value::json(numbers), at.into()]).await?;
    Ok(())
}
