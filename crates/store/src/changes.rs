//! The ledger of changes: everything AI-made that went live.

use domain::{ChangeId, ConceptId, Day, InstantMs, SprintId, sprint::BaselineGrade};

use crate::{Result, Row, Store, StoreError, Tx, Value};

/// Whether a change is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeStatus {
    /// It may be live.
    Running,
    /// Somebody switched it off.
    Killed,
    /// Its time is over.
    Ended,
}

impl ChangeStatus {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeStatus::Running => "running",
            ChangeStatus::Killed => "killed",
            ChangeStatus::Ended => "ended",
        }
    }
}

impl std::str::FromStr for ChangeStatus {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        [ChangeStatus::Running, ChangeStatus::Killed, ChangeStatus::Ended]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| text.to_owned())
    }
}

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ChangeRow {
    /// Id.
    pub id: ChangeId,
    /// The sprint it came out of.
    pub sprint: SprintId,
    /// The concept it carries out.
    pub concept: ConceptId,
    /// Name.
    pub name: String,
    /// What it is, e.g. `ads`.
    pub kind: String,
    /// The money figure it is judged by.
    pub primary_metric: String,
    /// How sure its baseline is.
    pub baseline_grade: BaselineGrade,
    /// What the baseline is, in a sentence.
    pub baseline_note: String,
    /// First day it may be live.
    pub starts_on: Day,
    /// Last day of its flight.
    pub ends_on: Day,
    /// Day by which it has won, is off, or is kept by an owner.
    pub kill_on: Day,
    /// Whether it is served.
    pub status: ChangeStatus,
    /// When it was registered.
    pub registered_at: InstantMs,
    /// By whom.
    pub registered_by: String,
    /// When it was killed or ended.
    pub closed_at: Option<InstantMs>,
    /// By whom.
    pub closed_by: Option<String>,
    /// Why.
    pub closed_reason: Option<String>,
}

const COLUMNS: &str = "id, sprint_id, concept_id, name, kind, primary_metric, baseline_grade, baseline_note, starts_on, \
                       ends_on, kill_on, status, registered_at, registered_by, closed_at, closed_by, closed_reason";

/// Writes an entry. Registering the same concept and kind again moves its dates while it is running.
///
/// # Errors
/// [`StoreError::Conflict`] when that change was killed or ended; or the database refused.
pub async fn insert(tx: &mut Tx, change: &ChangeRow) -> Result<ChangeRow> {
    let sql = format!(
        "INSERT INTO changes ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
         $16, $17) ON CONFLICT (sprint_id, concept_id, kind) DO UPDATE SET name = excluded.name, \
         starts_on = excluded.starts_on, ends_on = excluded.ends_on, kill_on = excluded.kill_on \
         WHERE changes.status = 'running' RETURNING {COLUMNS}"
    );
    let params = [
        Value::text(change.id),
        Value::text(change.sprint),
        Value::text(change.concept),
        (&change.name).into(),
        (&change.kind).into(),
        (&change.primary_metric).into(),
        change.baseline_grade.as_str().into(),
        (&change.baseline_note).into(),
        change.starts_on.into(),
        change.ends_on.into(),
        change.kill_on.into(),
        change.status.as_str().into(),
        change.registered_at.into(),
        (&change.registered_by).into(),
        change.closed_at.map(|at| at.0).into(),
        change.closed_by.clone().into(),
        change.closed_reason.clone().into(),
    ];
    match tx.fetch_one(&sql, &params).await? {
        Some(row) => read(&row),
        None => Err(StoreError::Conflict(format!(
            "`{}` was switched off; a change that was killed or has ended is not registered again",
            change.name
        ))),
    }
}

/// The whole ledger, newest first.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn list(store: &Store) -> Result<Vec<ChangeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM changes ORDER BY registered_at DESC, id");
    store.fetch(&sql, &[]).await?.iter().map(read).collect()
}

/// The changes of a sprint in the order of their registration.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn of_sprint(store: &Store, sprint: SprintId) -> Result<Vec<ChangeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM changes WHERE sprint_id = $1 ORDER BY registered_at, id");
    store.fetch(&sql, &[Value::text(sprint)]).await?.iter().map(read).collect()
}

/// An entry by id.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn get(store: &Store, id: ChangeId) -> Result<Option<ChangeRow>> {
    let sql = format!("SELECT {COLUMNS} FROM changes WHERE id = $1");
    store.fetch_one(&sql, &[Value::text(id)]).await?.as_ref().map(read).transpose()
}

/// Closes a running change with one UPDATE. Returns whether it was running.
///
/// # Errors
/// The database refused.
pub async fn close(
    tx: &mut Tx,
    id: ChangeId,
    status: ChangeStatus,
    at: InstantMs,
    by: &str,
    reason: &str,
) -> Result<bool> {
    let sql = "UPDATE changes SET status = $2, closed_at = $3, closed_by = $4, closed_reason = $5 \
               WHERE id = $1 AND status = 'running'";
    let params = [Value::text(id), status.as_str().into(), at.into(), by.into(), reason.into()];
    Ok(tx.execute(sql, &params).await? > 0)
}

/// Ends every running change of a sprint. Returns how many.
///
/// # Errors
/// The database refused.
pub async fn end_sprint(tx: &mut Tx, sprint: SprintId, at: InstantMs, by: &str, reason: &str) -> Result<u64> {
    let sql = "UPDATE changes SET status = 'ended', closed_at = $2, closed_by = $3, closed_reason = $4 \
               WHERE sprint_id = $1 AND status = 'running'";
    tx.execute(sql, &[Value::text(sprint), at.into(), by.into(), reason.into()]).await
}

fn read(row: &Row) -> Result<ChangeRow> {
    Ok(ChangeRow {
        id: row.parse("id")?,
        sprint: row.parse("sprint_id")?,
        concept: row.parse("concept_id")?,
        name: row.text("name")?,
        kind: row.text("kind")?,
        primary_metric: row.text("primary_metric")?,
        baseline_grade: row.parse("baseline_grade")?,
        baseline_note: row.text("baseline_note")?,
        starts_on: row.day("starts_on")?,
        ends_on: row.day("ends_on")?,
        kill_on: row.day("kill_on")?,
        status: row.parse("status")?,
        registered_at: row.instant("registered_at")?,
        registered_by: row.text("registered_by")?,
        closed_at: row.opt_int("closed_at")?.map(InstantMs),
        closed_by: row.opt_text("closed_by")?,
        closed_reason: row.opt_text("closed_reason")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_kill_is_one_update_and_final() {
        for store in crate::testing::stores().await {
            let at = InstantMs(5);
            let mut tx = store.begin().await.expect("begin");
            let sprint = crate::sprints::create(&mut tx, "s", at, "ann", None).await.expect("sprint").id;
            let concept = ConceptId::derive(at, &["c"]);
            let sql = "INSERT INTO concepts (id, sprint_id, position, idea_key, doc, state) VALUES ($1, $2, 1, 'k', '{}', 'open')";
            tx.execute(sql, &[Value::text(concept), Value::text(sprint)]).await.expect("concept");
            let day = Day::parse("2026-03-02").expect("day");
            let change = ChangeRow {
                id: ChangeId::derive(at, &["c"]),
                sprint,
                concept,
                name: "Refill in time".into(),
                kind: "ads".into(),
                primary_metric: "net revenue".into(),
                baseline_grade: BaselineGrade::C,
                baseline_note: "before and after".into(),
                starts_on: day,
                ends_on: day.plus(13),
                kill_on: day.plus(30),
                status: ChangeStatus::Running,
                registered_at: at,
                registered_by: "ann".into(),
                closed_at: None,
                closed_by: None,
                closed_reason: None,
            };
            assert_eq!(insert(&mut tx, &change).await.expect("insert"), change);
            assert!(close(&mut tx, change.id, ChangeStatus::Killed, at, "bob", "too dear").await.expect("kill"));
            assert!(!close(&mut tx, change.id, ChangeStatus::Ended, at, "bob", "over").await.expect("again"));
            assert!(matches!(insert(&mut tx, &change).await, Err(StoreError::Conflict(_))));
            tx.commit().await.expect("commit");
            let read = get(&store, change.id).await.expect("read").expect("there");
            assert_eq!((read.status, read.closed_by.as_deref()), (ChangeStatus::Killed, Some("bob")));
            assert_eq!(of_sprint(&store, sprint).await.expect("read").len(), list(&store).await.expect("read").len());
        }
    }
}
