//! A sprint's concepts: drafted, picked with a reason, killed with a reason.

use domain::{ConceptId, InstantMs, SprintId, sprint::Concept};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Result, Row, Store, StoreError, Tx, Value};

/// What became of a concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConceptState {
    /// On the table.
    Open,
    /// To be made and run.
    Picked,
    /// Not to be proposed again.
    Killed,
}

impl ConceptState {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            ConceptState::Open => "open",
            ConceptState::Picked => "picked",
            ConceptState::Killed => "killed",
        }
    }
}

impl std::str::FromStr for ConceptState {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        [ConceptState::Open, ConceptState::Picked, ConceptState::Killed]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| text.to_owned())
    }
}

/// A concept as stored.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ConceptRow {
    /// The concept.
    pub concept: Concept,
    /// Its sprint.
    pub sprint: SprintId,
    /// Place in the sheet, from 1.
    pub position: i64,
    /// What became of it.
    pub state: ConceptState,
    /// Why it was picked or killed.
    pub reason: Option<String>,
    /// When.
    pub decided_at: Option<InstantMs>,
    /// By whom.
    pub decided_by: Option<String>,
}

const COLUMNS: &str = "sprint_id, position, doc, state, reason, decided_at, decided_by";

/// What makes two concepts the same idea: product set × segment × angle.
pub fn idea_key(concept: &Concept) -> String {
    format!("{}|{}|{}", concept.product_ids.join(","), concept.segment, concept.angle.as_str())
}

/// Puts concepts on the table: those still open are replaced, picked and killed ones stay; `sheet` is what else the
/// drafting found. Concepts whose idea already stands (picked or killed) in this sprint are left out.
///
/// # Errors
/// The database refused.
pub async fn replace<S: Serialize>(tx: &mut Tx, sprint: SprintId, concepts: &[Concept], sheet: &S) -> Result<()> {
    tx.execute("DELETE FROM concepts WHERE sprint_id = $1 AND state = 'open'", &[Value::text(sprint)]).await?;
    let last = "SELECT CAST(COALESCE(MAX(position), 0) AS BIGINT) AS n FROM concepts WHERE sprint_id = $1";
    let first = match tx.fetch_one(last, &[Value::text(sprint)]).await? {
        Some(row) => row.int("n")? + 1,
        None => 1,
    };
    let rows: Vec<Vec<Value>> = (first..)
        .zip(concepts)
        .map(|(position, concept)| {
            vec![
                Value::text(concept.id),
                Value::text(sprint),
                position.into(),
                idea_key(concept).into(),
                Value::json(concept),
                "open".into(),
            ]
        })
        .collect();
    let columns = ["id", "sprint_id", "position", "idea_key", "doc", "state"];
    tx.insert_many("concepts", &columns, &rows, "ON CONFLICT DO NOTHING").await?;
    save_sheet(tx, sprint, sheet).await
}

/// What the last drafting of a sprint's concepts found besides them.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn sheet<S: DeserializeOwned>(store: &Store, sprint: SprintId) -> Result<Option<S>> {
    let sql = "SELECT doc FROM concept_sheets WHERE sprint_id = $1";
    store.fetch_one(sql, &[Value::text(sprint)]).await?.map(|row| row.json("doc")).transpose()
}

/// All concepts of a sprint in their order.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn list(store: &Store, sprint: SprintId) -> Result<Vec<ConceptRow>> {
    let sql = format!("SELECT {COLUMNS} FROM concepts WHERE sprint_id = $1 ORDER BY position");
    store.fetch(&sql, &[Value::text(sprint)]).await?.iter().map(read).collect()
}

/// The picked concepts of a sprint in their order, as this transaction sees them.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn picked_in(tx: &mut Tx, sprint: SprintId) -> Result<Vec<ConceptRow>> {
    let sql = format!("SELECT {COLUMNS} FROM concepts WHERE sprint_id = $1 AND state = 'picked' ORDER BY position");
    tx.fetch(&sql, &[Value::text(sprint)]).await?.iter().map(read).collect()
}

/// The picked concepts of a sprint in their order.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn picked(store: &Store, sprint: SprintId) -> Result<Vec<ConceptRow>> {
    let sql = format!("SELECT {COLUMNS} FROM concepts WHERE sprint_id = $1 AND state = 'picked' ORDER BY position");
    store.fetch(&sql, &[Value::text(sprint)]).await?.iter().map(read).collect()
}

/// A concept by id.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn get(store: &Store, id: ConceptId) -> Result<Option<ConceptRow>> {
    let sql = format!("SELECT {COLUMNS} FROM concepts WHERE id = $1");
    store.fetch_one(&sql, &[Value::text(id)]).await?.as_ref().map(read).transpose()
}

/// A concept by id, as this transaction sees it.
///
/// # Errors
/// There is no such concept, or the database refused.
pub async fn get_in(tx: &mut Tx, id: ConceptId) -> Result<ConceptRow> {
    let sql = format!("SELECT {COLUMNS} FROM concepts WHERE id = $1");
    let row = tx.fetch_one(&sql, &[Value::text(id)]).await?;
    read(&row.ok_or_else(|| StoreError::NotFound(format!("concept {id}")))?)
}

/// Ideas that were killed in any sprint (their [`idea_key`]s).
///
/// # Errors
/// The database refused.
pub async fn killed_ideas(store: &Store) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT idea_key FROM concepts WHERE state = 'killed' ORDER BY idea_key";
    store.fetch(sql, &[]).await?.iter().map(|row| row.text("idea_key")).collect()
}

/// Killed concepts of all sprints.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn killed(store: &Store) -> Result<Vec<ConceptRow>> {
    let sql = format!("SELECT {COLUMNS} FROM concepts WHERE state = 'killed' ORDER BY sprint_id, position");
    store.fetch(&sql, &[]).await?.iter().map(read).collect()
}

/// Writes what stands beside a sprint's concepts.
///
/// # Errors
/// The database refused.
pub async fn save_sheet<S: Serialize>(tx: &mut Tx, sprint: SprintId, sheet: &S) -> Result<()> {
    let sql = "INSERT INTO concept_sheets (sprint_id, doc) VALUES ($1, $2) \
               ON CONFLICT (sprint_id) DO UPDATE SET doc = excluded.doc";
    tx.execute(sql, &[Value::text(sprint), Value::json(sheet)]).await?;
    Ok(())
}

/// Decides on a concept. Putting it back to open clears the reason.
///
/// # Errors
/// There is no such concept, or the database refused.
pub async fn decide(
    tx: &mut Tx,
    id: ConceptId,
    state: ConceptState,
    reason: Option<&str>,
    at: InstantMs,
    by: &str,
) -> Result<()> {
    let sql = "UPDATE concepts SET state = $2, reason = $3, decided_at = $4, decided_by = $5 WHERE id = $1";
    let params = [Value::text(id), state.as_str().into(), reason.into(), at.into(), by.into()];
    match tx.execute(sql, &params).await? {
        0 => Err(StoreError::NotFound(format!("concept {id}"))),
        _ => Ok(()),
    }
}

fn read(row: &Row) -> Result<ConceptRow> {
    Ok(ConceptRow {
        concept: row.json("doc")?,
        sprint: row.parse("sprint_id")?,
        position: row.int("position")?,
        state: row.parse("state")?,
        reason: row.opt_text("reason")?,
        decided_at: row.opt_int("decided_at")?.map(InstantMs),
        decided_by: row.opt_text("decided_by")?,
    })
}

#[cfg(test)]
mod tests {
    use domain::sprint::{Angle, Channel, Effort, Pool};

    use super::*;

    fn concept(name: &str) -> Concept {
        Concept {
            id: ConceptId::derive(InstantMs(1), &[name]),
            title: name.into(),
            insight: String::new(),
            hook: String::new(),
            segment: "everybody".into(),
            pool: Pool { people: 10, past_revenue_minor: 100 },
            effort: Effort::Small,
            angle: Angle::Craft,
            product_ids: vec![name.into()],
            product_titles: vec![name.into()],
            offer: None,
            channels: vec![Channel::Meta],
            hypothesis: String::new(),
            miner: "rising".into(),
            evidence: Vec::new(),
            quote: None,
            expect: None,
            why_now: String::new(),
            brought_by: None,
        }
    }

    #[tokio::test]
    async fn a_redraw_keeps_what_was_decided() {
        for store in crate::testing::stores().await {
            let mut tx = store.begin().await.expect("begin");
            let sprint = crate::sprints::create(&mut tx, "s", InstantMs(1), "ann", None).await.expect("sprint").id;
            let (a, b, c) = (concept("a"), concept("b"), concept("c"));
            replace(&mut tx, sprint, &[a.clone(), b.clone()], &"first").await.expect("put");
            decide(&mut tx, a.id, ConceptState::Picked, Some("fits"), InstantMs(2), "ann").await.expect("pick");
            replace(&mut tx, sprint, &[a.clone(), c.clone()], &"second").await.expect("put");
            decide(&mut tx, c.id, ConceptState::Killed, Some("dull"), InstantMs(3), "ann").await.expect("kill");
            assert_eq!(picked_in(&mut tx, sprint).await.expect("read").len(), 1);
            tx.commit().await.expect("commit");
            let rows = list(&store, sprint).await.expect("read");
            let seen: Vec<(&str, ConceptState)> =
                rows.iter().map(|row| (row.concept.title.as_str(), row.state)).collect();
            assert_eq!(seen, [("a", ConceptState::Picked), ("c", ConceptState::Killed)]);
            assert_eq!(killed_ideas(&store).await.expect("read"), [idea_key(&c)]);
            assert_eq!(sheet::<String>(&store, sprint).await.expect("read").as_deref(), Some("second"));
        }
    }
}
