//! A sprint's launch: the files that were exported, and since when it is live.

use domain::{Day, InstantMs, SprintId};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Result, Row, Store, StoreError, Tx, Value};

/// A launch. `document` is the use case's own record of what was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Launch<T> {
    /// Its sprint.
    pub sprint_id: SprintId,
    /// What was exported.
    pub document: T,
    /// blake3 over the exported files, hex: equal digests are equal bytes.
    pub digest: String,
    /// Who exported it last.
    pub exported_by: String,
    /// When.
    pub exported_at: InstantMs,
    /// First day it was live, once somebody said so.
    pub live_on: Option<Day>,
    /// Who said so.
    pub live_by: Option<String>,
    /// The day by which every change of it has won, is off, or is kept by an owner.
    pub kill_on: Option<Day>,
}

/// An exported file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct File {
    /// File name.
    pub name: String,
    /// Its text (UTF-8).
    pub content: String,
}

const SELECT: &str = "SELECT sprint_id, document, digest, exported_by, exported_at, live_on, live_by, kill_on FROM launches \
                      WHERE sprint_id = $1";

fn launch<T: DeserializeOwned>(row: &Row) -> Result<Launch<T>> {
    let day = |column| match row.opt_text(column)? {
        Some(_) => row.day(column).map(Some),
        None => Ok(None),
    };
    Ok(Launch {
        sprint_id: row.parse("sprint_id")?,
        document: row.json("document")?,
        digest: row.text("digest")?,
        exported_by: row.text("exported_by")?,
        exported_at: row.instant("exported_at")?,
        live_on: day("live_on")?,
        live_by: row.opt_text("live_by")?,
        kill_on: day("kill_on")?,
    })
}

/// Writes a launch and its files; a repeated export replaces them, what was said about going live stays.
///
/// # Errors
/// The database refused.
pub async fn put<T: Serialize>(tx: &mut Tx, launch: &Launch<T>, files: &[File]) -> Result<()> {
    let sql = "INSERT INTO launches (sprint_id, document, digest, exported_by, exported_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (sprint_id) DO UPDATE SET document = excluded.document, digest = excluded.digest, \
               exported_by = excluded.exported_by, exported_at = excluded.exported_at";
    let params = [
        Value::text(launch.sprint_id),
        Value::json(&launch.document),
        (&launch.digest).into(),
        (&launch.exported_by).into(),
        launch.exported_at.into(),
    ];
    tx.execute(sql, &params).await?;
    tx.execute("DELETE FROM launch_files WHERE sprint_id = $1", &[Value::text(launch.sprint_id)]).await?;
    let row = |(position, file): (usize, &File)| {
        let position = position as i64;
        vec![Value::text(launch.sprint_id), (&file.name).into(), position.into(), (&file.content).into()]
    };
    let rows: Vec<Vec<Value>> = files.iter().enumerate().map(row).collect();
    tx.insert_many("launch_files", &["sprint_id", "name", "position", "content"], &rows, "").await?;
    Ok(())
}

/// A sprint's launch, if it was exported.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn get<T: DeserializeOwned>(store: &Store, sprint: SprintId) -> Result<Option<Launch<T>>> {
    store.fetch_one(SELECT, &[Value::text(sprint)]).await?.as_ref().map(launch).transpose()
}

/// As [`get`], inside a transaction.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn get_in<T: DeserializeOwned>(tx: &mut Tx, sprint: SprintId) -> Result<Option<Launch<T>>> {
    tx.fetch_one(SELECT, &[Value::text(sprint)]).await?.as_ref().map(launch).transpose()
}

/// The exported files, in order.
///
/// # Errors
/// The database refused.
pub async fn files(store: &Store, sprint: SprintId) -> Result<Vec<File>> {
    let sql = "SELECT name, content FROM launch_files WHERE sprint_id = $1 ORDER BY position";
    let rows = store.fetch(sql, &[Value::text(sprint)]).await?;
    rows.iter().map(|row| Ok(File { name: row.text("name")?, content: row.text("content")? })).collect()
}

/// Records that a launch is live since `live_on`.
///
/// # Errors
/// Nothing was exported, it is live already, or the database refused.
pub async fn set_live(tx: &mut Tx, sprint: SprintId, live_on: Day, kill_on: Day, actor: &str) -> Result<()> {
    let sql = "UPDATE launches SET live_on = $2, kill_on = $3, live_by = $4 WHERE sprint_id = $1 AND live_on IS NULL";
    let params = [Value::text(sprint), live_on.into(), kill_on.into(), actor.into()];
    match tx.execute(sql, &params).await? {
        0 => Err(StoreError::Conflict("Nothing is exported yet, or the launch is marked as live already".into())),
        _ => Ok(()),
    }
}

/// How a sprint's budget is split, if somebody said so.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn plan<T: DeserializeOwned>(store: &Store, sprint: SprintId) -> Result<Option<T>> {
    let sql = "SELECT document FROM launch_plans WHERE sprint_id = $1";
    match store.fetch_one(sql, &[Value::text(sprint)]).await? {
        Some(row) => Ok(Some(row.json("document")?)),
        None => Ok(None),
    }
}

/// Writes how a sprint's budget is split.
///
/// # Errors
/// The database refused.
pub async fn set_plan<T: Serialize>(tx: &mut Tx, sprint: SprintId, plan: &T) -> Result<()> {
    let sql = "INSERT INTO launch_plans (sprint_id, document) VALUES ($1, $2) \
               ON CONFLICT (sprint_id) DO UPDATE SET document = excluded.document";
    tx.execute(sql, &[Value::text(sprint), Value::json(plan)]).await?;
    Ok(())
}
