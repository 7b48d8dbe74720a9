//! The audit log: who did what that matters for safety. Written in the transaction that does it, never changed.

use domain::{AuditId, InstantMs};

use crate::{Result, Store, Tx, Value};

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AuditRow {
    /// Id.
    pub id: AuditId,
    /// When.
    pub at: InstantMs,
    /// Who: an e-mail address, `key NAME`, or `command line`.
    pub actor: String,
    /// What, `noun.verb`.
    pub verb: String,
    /// To what.
    pub subject: String,
    /// In a person's words.
    pub detail: String,
}

/// Writes an entry.
///
/// # Errors
/// The database refused.
pub async fn record(
    tx: &mut Tx,
    at: InstantMs,
    actor: &str,
    verb: &str,
    subject: &str,
    detail: &str,
) -> Result<AuditId> {
    let count = tx.fetch_one("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM audit WHERE at = $1", &[at.into()]).await?;
    let count = count.map(|row| row.int("n")).transpose()?.unwrap_or(0).to_string();
    let id = AuditId::derive(at, &[actor, verb, subject, detail, &count]);
    let sql = "INSERT INTO audit (id, at, actor, verb, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)";
    let params = [Value::text(id), at.into(), actor.into(), verb.into(), subject.into(), detail.into()];
    tx.execute(sql, &params).await?;
    Ok(id)
}

/// The newest `limit` entries before `before` (all, when `None`), newest first.
///
/// # Errors
/// The database refused.
pub async fn list(store: &Store, before: Option<InstantMs>, limit: i64) -> Result<Vec<AuditRow>> {
    let sql = "SELECT id, at, actor, verb, subject, detail FROM audit WHERE at < $1 ORDER BY at DESC, id DESC LIMIT $2";
    let before = before.unwrap_or(InstantMs(i64::MAX));
    let rows = store.fetch(sql, &[before.into(), limit.into()]).await?;
    rows.iter()
        .map(|row| {
            Ok(AuditRow {
                id: row.parse("id")?,
                at: row.instant("at")?,
                actor: row.text("actor")?,
                verb: row.text("verb")?,
                subject: row.text("subject")?,
                detail: row.text("detail")?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn two_equal_things_in_one_millisecond_are_two_entries() {
        for store in crate::testing::stores().await {
            let mut tx = store.begin().await.expect("begin");
            for _ in 0..2 {
                record(&mut tx, InstantMs(9), "ann", "session.open", "ann", "").await.expect("record");
            }
            tx.commit().await.expect("commit");
            assert_eq!(list(&store, None, 10).await.expect("read").len(), 2);
            assert!(list(&store, Some(InstantMs(9)), 10).await.expect("read").is_empty());
        }
    }
}
