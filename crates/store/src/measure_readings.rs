//! Readings: what the units first exposed on a day came to, per arm; and the looks that were taken at their sums.

use domain::{Day, InstantMs};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Result, Row, Store, Tx, Value};

/// What a cohort came to, as last read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading<T> {
    /// Id of the change, or `global`.
    pub scope: String,
    /// The day of first exposure.
    pub day: Day,
    /// The arm.
    pub arm: String,
    /// 1 for the first reading; a late fact makes another.
    pub revision: i64,
    /// The lake as it was read.
    pub as_of_seq: i64,
    /// When.
    pub read_at: InstantMs,
    /// Counts and sums.
    pub doc: T,
}

/// What became of a reading that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The first of its day.
    New,
    /// Late facts changed it.
    Revised,
    /// It says what the last one said.
    Same,
}

/// Writes a reading where it differs from the last one of its day and arm.
///
/// # Errors
/// The database refused.
pub async fn put<T: Serialize>(tx: &mut Tx, reading: &Reading<T>) -> Result<Written> {
    let sql = "SELECT revision, doc FROM change_readings WHERE scope = $1 AND day = $2 AND arm = $3 \
               ORDER BY revision DESC LIMIT 1";
    let key = [Value::from(&reading.scope), reading.day.into(), (&reading.arm).into()];
    let doc = Value::json(&reading.doc);
    let last = tx.fetch_one(sql, &key).await?;
    let revision = match &last {
        Some(row) if Value::Text(Some(row.text("doc")?)) == doc => return Ok(Written::Same),
        Some(row) => row.int("revision")? + 1,
        None => 1,
    };
    let sql = "INSERT INTO change_readings (scope, day, arm, revision, as_of_seq, read_at, doc) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let [scope, day, arm] = key;
    tx.execute(sql, &[scope, day, arm, revision.into(), reading.as_of_seq.into(), reading.read_at.into(), doc]).await?;
    Ok(if revision == 1 { Written::New } else { Written::Revised })
}

/// The last reading of every day and arm of a scope, by day and arm.
///
/// # Errors
/// The database refused, or a document has another form.
pub async fn latest<T: DeserializeOwned>(store: &Store, scope: &str) -> Result<Vec<Reading<T>>> {
    let sql = "SELECT r.* FROM change_readings r JOIN (SELECT scope, day, arm, MAX(revision) AS revision \
               FROM change_readings WHERE scope = $1 GROUP BY scope, day, arm) l ON r.scope = l.scope AND r.day = l.day \
               AND r.arm = l.arm AND r.revision = l.revision ORDER BY r.day, r.arm";
    store.fetch(sql, &[scope.into()]).await?.iter().map(read).collect()
}

/// Takes a look's note on a day; the first note of a day stands. Returns whether this is it.
///
/// # Errors
/// The database refused.
pub async fn put_look<T: Serialize>(tx: &mut Tx, scope: &str, day: Day, look: &T) -> Result<bool> {
    let sql = "INSERT INTO change_looks (scope, day, doc) VALUES ($1, $2, $3) ON CONFLICT (scope, day) DO NOTHING";
    Ok(tx.execute(sql, &[scope.into(), day.into(), Value::json(look)]).await? > 0)
}

/// The looks of a scope in their order.
///
/// # Errors
/// The database refused, or a document has another form.
pub async fn looks<T: DeserializeOwned>(store: &Store, scope: &str) -> Result<Vec<(Day, T)>> {
    let sql = "SELECT day, doc FROM change_looks WHERE scope = $1 ORDER BY day";
    let rows = store.fetch(sql, &[scope.into()]).await?;
    rows.iter().map(|row| Ok((row.day("day")?, row.json("doc")?))).collect()
}

fn read<T: DeserializeOwned>(row: &Row) -> Result<Reading<T>> {
    Ok(Reading {
        scope: row.text("scope")?,
        day: row.day("day")?,
        arm: row.text("arm")?,
        revision: row.int("revision")?,
        as_of_seq: row.int("as_of_seq")?,
        read_at: row.instant("read_at")?,
        doc: row.json("doc")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_late_fact_makes_another_revision_and_a_look_stands() {
        for store in crate::testing::stores().await {
            let day = Day::from_epoch_days(20_000);
            let reading = |n: i64| Reading {
                scope: "c".into(),
                day,
                arm: "change".into(),
                revision: 0,
                as_of_seq: n,
                read_at: InstantMs(n),
                doc: vec![n],
            };
            let mut tx = store.begin().await.expect("begin");
            assert_eq!(put(&mut tx, &reading(1)).await.expect("put"), Written::New);
            assert_eq!(put(&mut tx, &reading(1)).await.expect("put"), Written::Same);
            assert_eq!(put(&mut tx, &reading(2)).await.expect("put"), Written::Revised);
            assert!(put_look(&mut tx, "c", day, &1).await.expect("look"));
            assert!(!put_look(&mut tx, "c", day, &2).await.expect("look"), "what was seen was seen");
            tx.commit().await.expect("commit");
            let last = latest::<Vec<i64>>(&store, "c").await.expect("read");
            assert_eq!((last.len(), last[0].revision, &last[0].doc), (1, 2, &vec![2]));
            assert_eq!(looks::<i64>(&store, "c").await.expect("read"), [(day, 1)]);
        }
    }
}
