//! Daily reviews and what people decided on their lines.

use domain::{Day, InstantMs, SprintId};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Result, Row, Store, Tx, Value};

/// A stored review; `document` is the use case's own record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Review<T> {
    /// The day it is the review of the morning of.
    pub day: Day,
    /// The lines and what was not checked.
    pub document: T,
    /// When it was made.
    pub made_at: InstantMs,
}

/// What somebody decided on a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The day of the review.
    pub day: Day,
    /// The line.
    pub line_key: String,
    /// True when the suggestion was accepted, false when the line was dismissed.
    pub accepted: bool,
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// When.
    pub at: InstantMs,
}

/// Writes a review, replacing that of the same day.
///
/// # Errors
/// The database refused.
pub async fn put<T: Serialize>(tx: &mut Tx, sprint: SprintId, review: &Review<T>) -> Result<()> {
    let sql = "INSERT INTO reviews (sprint_id, day, document, made_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (sprint_id, day) DO UPDATE SET document = excluded.document, made_at = excluded.made_at";
    let params = [Value::text(sprint), review.day.into(), Value::json(&review.document), review.made_at.into()];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// A sprint's reviews, newest first.
///
/// # Errors
/// The database refused, or a document has another form.
pub async fn of_sprint<T: DeserializeOwned>(store: &Store, sprint: SprintId) -> Result<Vec<Review<T>>> {
    let sql = "SELECT day, document, made_at FROM reviews WHERE sprint_id = $1 ORDER BY day DESC";
    let rows = store.fetch(sql, &[Value::text(sprint)]).await?;
    let review = |row: &Row| {
        Ok(Review { day: row.day("day")?, document: row.json("document")?, made_at: row.instant("made_at")? })
    };
    rows.iter().map(review).collect()
}

/// Records a decision; a later one on the same line replaces it.
///
/// # Errors
/// The database refused.
pub async fn decide(tx: &mut Tx, sprint: SprintId, decision: &Decision) -> Result<()> {
    let sql = "INSERT INTO review_decisions (sprint_id, day, line_key, accepted, reason, actor, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (sprint_id, day, line_key) DO UPDATE SET \
               accepted = excluded.accepted, reason = excluded.reason, actor = excluded.actor, at = excluded.at";
    let params = [
        Value::text(sprint),
        decision.day.into(),
        (&decision.line_key).into(),
        decision.accepted.into(),
        (&decision.reason).into(),
        (&decision.actor).into(),
        decision.at.into(),
    ];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// A sprint's decisions, oldest first.
///
/// # Errors
/// The database refused.
pub async fn decisions(store: &Store, sprint: SprintId) -> Result<Vec<Decision>> {
    let sql = "SELECT day, line_key, accepted, reason, actor, at FROM review_decisions WHERE sprint_id = $1 \
               ORDER BY day, at, line_key";
    let rows = store.fetch(sql, &[Value::text(sprint)]).await?;
    let decision = |row: &Row| {
        Ok(Decision {
            day: row.day("day")?,
            line_key: row.text("line_key")?,
            accepted: row.flag("accepted")?,
            reason: row.text("reason")?,
            actor: row.text("actor")?,
            at: row.instant("at")?,
        })
    };
    rows.iter().map(decision).collect()
}
