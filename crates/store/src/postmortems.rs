//! Post-mortems: a document until somebody signs it, then for good.

use domain::{InstantMs, SprintId};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Result, Store, StoreError, Tx, Value};

/// A stored post-mortem; `document` is the use case's own record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PostMortem<T> {
    /// Its sprint.
    pub sprint_id: SprintId,
    /// What it says.
    pub document: T,
    /// When it was drafted from the data.
    pub drafted_at: InstantMs,
    /// Who changed it last.
    pub changed_by: String,
    /// When.
    pub changed_at: InstantMs,
    /// Who signed it.
    pub signed_by: Option<String>,
    /// When.
    pub signed_at: Option<InstantMs>,
}

/// Writes a draft, replacing an unsigned one.
///
/// # Errors
/// It is signed, or the database refused.
pub async fn put<T: Serialize>(
    tx: &mut Tx,
    sprint: SprintId,
    document: &T,
    drafted_at: InstantMs,
    actor: &str,
    at: InstantMs,
) -> Result<()> {
    let sql = "INSERT INTO postmortems (sprint_id, document, drafted_at, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (sprint_id) DO UPDATE SET document = excluded.document, drafted_at = excluded.drafted_at, \
               changed_by = excluded.changed_by, changed_at = excluded.changed_at WHERE postmortems.signed_at IS NULL";
    let params = [Value::text(sprint), Value::json(document), drafted_at.into(), actor.into(), at.into()];
    match tx.execute(sql, &params).await? {
        0 => Err(StoreError::Conflict("The post-mortem is signed; it stays as it is".into())),
        _ => Ok(()),
    }
}

/// A sprint's post-mortem, if it was drafted.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn get<T: DeserializeOwned>(store: &Store, sprint: SprintId) -> Result<Option<PostMortem<T>>> {
    let sql = "SELECT sprint_id, document, drafted_at, changed_by, changed_at, signed_by, signed_at FROM postmortems \
               WHERE sprint_id = $1";
    match store.fetch_one(sql, &[Value::text(sprint)]).await? {
        Some(row) => Ok(Some(PostMortem {
            sprint_id: row.parse("sprint_id")?,
            document: row.json("document")?,
            drafted_at: row.instant("drafted_at")?,
            changed_by: row.text("changed_by")?,
            changed_at: row.instant("changed_at")?,
            signed_by: row.opt_text("signed_by")?,
            signed_at: row.opt_int("signed_at")?.map(InstantMs),
        })),
        None => Ok(None),
    }
}

/// Signs a post-mortem. From then on it cannot be changed.
///
/// # Errors
/// There is none, it is signed already, or the database refused.
pub async fn sign(tx: &mut Tx, sprint: SprintId, actor: &str, at: InstantMs) -> Result<()> {
    let sql = "UPDATE postmortems SET signed_by = $2, signed_at = $3 WHERE sprint_id = $1 AND signed_at IS NULL";
    match tx.execute(sql, &[Value::text(sprint), actor.into(), at.into()]).await? {
        0 => Err(StoreError::Conflict("There is no post-mortem to sign, or it is signed already".into())),
        _ => Ok(()),
    }
}

/// Whether a sprint's post-mortem is signed.
///
/// # Errors
/// The database refused.
pub async fn is_signed(store: &Store, sprint: SprintId) -> Result<bool> {
    let sql = "SELECT signed_at FROM postmortems WHERE sprint_id = $1 AND signed_at IS NOT NULL";
    Ok(store.fetch_one(sql, &[Value::text(sprint)]).await?.is_some())
}

/// The sprint whose post-mortem was signed last before `before`, if any, and when.
///
/// # Errors
/// The database refused.
pub async fn last_signed(store: &Store, before: InstantMs) -> Result<Option<(SprintId, InstantMs)>> {
    let sql = "SELECT sprint_id, signed_at FROM postmortems WHERE signed_at < $1 ORDER BY signed_at DESC, sprint_id DESC LIMIT 1";
    match store.fetch_one(sql, &[before.into()]).await? {
        Some(row) => Ok(Some((row.parse("sprint_id")?, row.instant("signed_at")?))),
        None => Ok(None),
    }
}
