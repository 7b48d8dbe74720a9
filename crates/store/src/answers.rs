//! What language models answered, by digest of what was asked, and what they cost per sprint.

use domain::{InstantMs, SprintId};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Result, Store, Value};

/// The answer given earlier to the same question, if any.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn get<T: DeserializeOwned>(store: &Store, digest: &str) -> Result<Option<T>> {
    match store.fetch_one("SELECT document FROM model_answers WHERE digest = $1", &[digest.into()]).await? {
        Some(row) => Ok(Some(row.json("document")?)),
        None => Ok(None),
    }
}

/// Keeps an answer; the first one to a question stays.
///
/// # Errors
/// The database refused.
pub async fn put<T: Serialize>(store: &Store, digest: &str, answer: &T, at: InstantMs) -> Result<()> {
    let sql =
        "INSERT INTO model_answers (digest, document, made_at) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING";
    store.execute(sql, &[digest.into(), Value::json(answer), at.into()]).await?;
    Ok(())
}

/// Notes what a call cost, in millionths of a US dollar.
///
/// # Errors
/// The database refused.
pub async fn add_spend(
    store: &Store,
    sprint: SprintId,
    digest: &str,
    model: &str,
    micro_usd: i64,
    at: InstantMs,
) -> Result<()> {
    let sql = "INSERT INTO model_spend (sprint_id, digest, at, model, micro_usd) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (sprint_id, digest, at) DO UPDATE SET micro_usd = model_spend.micro_usd + excluded.micro_usd";
    let params = [Value::text(sprint), digest.into(), at.into(), model.into(), micro_usd.into()];
    store.execute(sql, &params).await?;
    Ok(())
}

/// What a sprint's calls have cost so far, in millionths of a US dollar.
///
/// # Errors
/// The database refused.
pub async fn spent(store: &Store, sprint: SprintId) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(micro_usd), 0) AS BIGINT) AS spent FROM model_spend WHERE sprint_id = $1";
    match store.fetch_one(sql, &[Value::text(sprint)]).await? {
        Some(row) => row.int("spent"),
        None => Ok(0),
    }
}
