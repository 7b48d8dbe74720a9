//! Numbers with the query and the snapshot they come from, and their recomputation.

use domain::sprint::Evidence;
use lake::{Lake, Row, Snapshot};
use serde_json::Value;

use crate::SprintError;

/// Runs a query that gives one row and keeps it as evidence.
///
/// # Errors
/// The query fails or gives no row.
pub async fn read(snapshot: &Snapshot, name: &str, sql: String) -> Result<Evidence, SprintError> {
    let table = snapshot.query(&sql).await?;
    Ok(from_row(snapshot, name, sql, &table.first()?))
}

/// Evidence out of a row that `sql` gives as its first.
pub fn from_row(snapshot: &Snapshot, name: &str, sql: String, row: &Row<'_>) -> Evidence {
    Evidence {
        name: name.to_owned(),
        sql,
        as_of_seq: snapshot.as_of_seq(),
        as_of: snapshot.now(),
        values: row.to_json(),
    }
}

/// A whole number among the values; 0 where there is none.
pub fn int(evidence: &Evidence, column: &str) -> i64 {
    evidence.values.get(column).and_then(Value::as_i64).unwrap_or(0)
}

/// A number among the values; 0 where there is none.
pub fn float(evidence: &Evidence, column: &str) -> f64 {
    evidence.values.get(column).and_then(Value::as_f64).unwrap_or(0.0)
}

/// Runs the query again on the snapshot it was read on.
///
/// # Errors
/// The snapshot is gone or the query fails.
pub async fn recompute(lake: &Lake, evidence: &Evidence) -> Result<Evidence, SprintError> {
    let snapshot = lake.snapshot_at(evidence.as_of_seq, evidence.as_of).await?;
    read(&snapshot, &evidence.name, evidence.sql.clone()).await
}

/// Recomputes a piece of evidence and compares every value; whole numbers must be equal, others to a billionth.
///
/// # Errors
/// [`SprintError::Evidence`] with the first value that differs; or the query fails.
pub async fn verify(lake: &Lake, evidence: &Evidence) -> Result<(), SprintError> {
    let again = recompute(lake, evidence).await?;
    for (column, shown) in &evidence.values {
        let found = again.values.get(column).unwrap_or(&Value::Null);
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0);
        let same = match (shown.as_f64(), found.as_f64()) {
            (Some(a), Some(b)) if !(shown.is_i64() && found.is_i64()) => close(a, b),
            _ => shown == found,
        };
        if !same {
            return Err(SprintError::Evidence {
                name: evidence.name.clone(),
                as_of: evidence.as_of.day_in(&jiff::tz::TimeZone::UTC),
                difference: format!("{column} was {shown}, is {found}"),
            });
        }
    }
    Ok(())
}
