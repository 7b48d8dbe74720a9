//! Runs of Replay; the newest is the one that counts.

use domain::InstantMs;
use serde::{Serialize, de::DeserializeOwned};

use crate::{Result, Store, Tx, Value};

/// How many runs are kept besides the newest.
const KEPT: i64 = 11;

/// A stored run; `document` is the use case's own record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayRow<T> {
    /// When it was made.
    pub made_at: InstantMs,
    /// Who asked for it.
    pub made_by: String,
    /// The facts it knew: `seq` up to this.
    pub as_of_seq: i64,
    /// What it found.
    pub document: T,
}

/// Records a run and forgets those before the last dozen.
///
/// # Errors
/// The database refused.
pub async fn add<T: Serialize>(tx: &mut Tx, row: &ReplayRow<T>) -> Result<()> {
    let sql = "INSERT INTO replays (made_at, made_by, as_of_seq, document) VALUES ($1, $2, $3, $4)";
    let params = [row.made_at.into(), row.made_by.as_str().into(), row.as_of_seq.into(), Value::json(&row.document)];
    tx.execute(sql, &params).await?;
    let sql = format!("DELETE FROM replays WHERE id <= (SELECT MAX(id) - {KEPT} FROM replays) - 1");
    tx.execute(&sql, &[]).await?;
    Ok(())
}

/// The newest run.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn newest<T: DeserializeOwned>(store: &Store) -> Result<Option<ReplayRow<T>>> {
    let sql = "SELECT made_at, made_by, as_of_seq, document FROM replays ORDER BY id DESC LIMIT 1";
    let rows = store.fetch(sql, &[]).await?;
    rows.first()
        .map(|row| {
            Ok(ReplayRow {
                made_at: row.instant("made_at")?,
                made_by: row.text("made_by")?,
                as_of_seq: row.int("as_of_seq")?,
                document: row.json("document")?,
            })
        })
        .transpose()
}
