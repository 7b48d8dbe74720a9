//! What changes cost, and what is left to do outside after one went off.

use domain::{ChangeId, Day, InstantMs};

use crate::{Result, Row, Store, Tx, Value};

/// Something to be done outside because a change went off.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Task {
    /// The change.
    pub change: ChangeId,
    /// Where, e.g. `meta` or `search index`; one task a place.
    pub target: String,
    /// `person` for an instruction that somebody confirms, `machine` for clean-up that may run any number of times.
    pub kind: String,
    /// What to do.
    pub text: String,
    /// Since when.
    pub made_at: InstantMs,
    /// How often it was tried.
    pub attempts: i64,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it was done.
    pub done_at: Option<InstantMs>,
    /// By whom.
    pub done_by: Option<String>,
}

const TASK: &str = "change_id, target, kind, text, made_at, attempts, last_error, done_at, done_by";

/// Puts a task into the outbox, once per change and place. Returns whether it is new.
///
/// # Errors
/// The database refused.
pub async fn add(tx: &mut Tx, change: ChangeId, target: &str, kind: &str, text: &str, at: InstantMs) -> Result<bool> {
    let sql = "INSERT INTO change_tasks (change_id, target, kind, text, made_at, attempts) VALUES ($1, $2, $3, $4, $5, 0) \
               ON CONFLICT (change_id, target) DO NOTHING";
    let params = [Value::text(change), target.into(), kind.into(), text.into(), at.into()];
    Ok(tx.execute(sql, &params).await? > 0)
}

/// Tasks that are not done, oldest first.
///
/// # Errors
/// The database refused.
pub async fn open(store: &Store) -> Result<Vec<Task>> {
    let sql = format!("SELECT {TASK} FROM change_tasks WHERE done_at IS NULL ORDER BY made_at, change_id, target");
    store.fetch(&sql, &[]).await?.iter().map(read).collect()
}

/// The tasks of a change.
///
/// # Errors
/// The database refused.
pub async fn of_change(store: &Store, change: ChangeId) -> Result<Vec<Task>> {
    let sql = format!("SELECT {TASK} FROM change_tasks WHERE change_id = $1 ORDER BY made_at, target");
    store.fetch(&sql, &[Value::text(change)]).await?.iter().map(read).collect()
}

/// A task is done. Returns false when it was done before, or there is none.
///
/// # Errors
/// The database refused.
pub async fn done(tx: &mut Tx, change: ChangeId, target: &str, at: InstantMs, by: &str) -> Result<bool> {
    let sql = "UPDATE change_tasks SET done_at = $3, done_by = $4, attempts = attempts + 1 \
               WHERE change_id = $1 AND target = $2 AND done_at IS NULL";
    Ok(tx.execute(sql, &[Value::text(change), target.into(), at.into(), by.into()]).await? > 0)
}

/// A try of a task failed; it stays open.
///
/// # Errors
/// The database refused.
pub async fn failed(tx: &mut Tx, change: ChangeId, target: &str, error: &str) -> Result<()> {
    let sql = "UPDATE change_tasks SET attempts = attempts + 1, last_error = $3 \
               WHERE change_id = $1 AND target = $2 AND done_at IS NULL";
    tx.execute(sql, &[Value::text(change), target.into(), error.into()]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<Task> {
    Ok(Task {
        change: row.parse("change_id")?,
        target: row.text("target")?,
        kind: row.text("kind")?,
        text: row.text("text")?,
        made_at: row.instant("made_at")?,
        attempts: row.int("attempts")?,
        last_error: row.opt_text("last_error")?,
        done_at: row.opt_int("done_at")?.map(InstantMs),
        done_by: row.opt_text("done_by")?,
    })
}

/// Something a change cost. Amounts are millionths of the brand's currency.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Cost {
    /// The change.
    pub change: ChangeId,
    /// What books it once only, e.g. `ads:2026-03-02`.
    pub key: String,
    /// The day it belongs to.
    pub day: Day,
    /// `ads`, `model`, `discount`, `work` …
    pub kind: String,
    /// The amount.
    pub micros: i64,
    /// For people.
    pub note: String,
}

/// Books a cost; booked again under its key it is corrected, not added. Returns whether anything changed.
///
/// # Errors
/// The database refused.
pub async fn book(tx: &mut Tx, cost: &Cost) -> Result<bool> {
    let sql = "INSERT INTO change_costs (change_id, cost_key, day, kind, micros, note) VALUES ($1, $2, $3, $4, $5, $6) \
               ON CONFLICT (change_id, cost_key) DO UPDATE SET micros = excluded.micros, note = excluded.note \
               WHERE change_costs.micros <> excluded.micros OR change_costs.note <> excluded.note";
    let params = [
        Value::text(cost.change),
        (&cost.key).into(),
        cost.day.into(),
        (&cost.kind).into(),
        cost.micros.into(),
        (&cost.note).into(),
    ];
    Ok(tx.execute(sql, &params).await? > 0)
}

/// What a change cost from a day on, or from its beginning.
///
/// # Errors
/// The database refused.
pub async fn sum_in(tx: &mut Tx, change: ChangeId, from: Option<Day>) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(SUM(micros), 0) AS BIGINT) AS micros FROM change_costs \
               WHERE change_id = $1 AND day >= $2";
    let from = from.map_or_else(|| "0".to_owned(), |day| day.to_string());
    match tx.fetch_one(sql, &[Value::text(change), from.into()]).await? {
        Some(row) => row.int("micros"),
        None => Ok(0),
    }
}

/// What every change cost, summed.
///
/// # Errors
/// The database refused.
pub async fn sums(store: &Store) -> Result<std::collections::BTreeMap<ChangeId, i64>> {
    let sql = "SELECT change_id, CAST(SUM(micros) AS BIGINT) AS micros FROM change_costs GROUP BY change_id";
    store.fetch(sql, &[]).await?.iter().map(|row| Ok((row.parse("change_id")?, row.int("micros")?))).collect()
}

/// The costs of a change by day.
///
/// # Errors
/// The database refused.
pub async fn costs(store: &Store, change: ChangeId) -> Result<Vec<Cost>> {
    let sql = "SELECT change_id, cost_key, day, kind, micros, note FROM change_costs WHERE change_id = $1 \
               ORDER BY day, cost_key";
    let cost = |row: &Row| {
        Ok(Cost {
            change: row.parse("change_id")?,
            key: row.text("cost_key")?,
            day: row.day("day")?,
            kind: row.text("kind")?,
            micros: row.int("micros")?,
            note: row.text("note")?,
        })
    };
    store.fetch(sql, &[Value::text(change)]).await?.iter().map(cost).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tasks_are_done_once_and_costs_are_booked_once() {
        for store in crate::testing::stores().await {
            let (id, at, day) = (ChangeId::derive(InstantMs(1), &["c"]), InstantMs(1), Day::from_epoch_days(20_000));
            let mut tx = store.begin().await.expect("begin");
            assert!(add(&mut tx, id, "meta", "person", "Pause it", at).await.expect("add"));
            assert!(!add(&mut tx, id, "meta", "person", "Pause it", at).await.expect("once"));
            failed(&mut tx, id, "meta", "no answer").await.expect("note");
            let mut cost =
                Cost { change: id, key: "ads:1".into(), day, kind: "ads".into(), micros: 7, note: String::new() };
            assert!(book(&mut tx, &cost).await.expect("book"));
            assert!(!book(&mut tx, &cost).await.expect("again"));
            cost.micros = 9;
            assert!(book(&mut tx, &cost).await.expect("a late report corrects it"));
            assert_eq!(sum_in(&mut tx, id, None).await.expect("sum"), 9);
            assert_eq!(sum_in(&mut tx, id, Some(day.plus(1))).await.expect("sum"), 0);
            tx.commit().await.expect("commit");
            assert_eq!(open(&store).await.expect("read")[0].last_error.as_deref(), Some("no answer"));
            assert_eq!((sums(&store).await.expect("read")[&id], costs(&store, id).await.expect("read").len()), (9, 1));
            let mut tx = store.begin().await.expect("begin");
            assert!(done(&mut tx, id, "meta", at, "ann").await.expect("done"));
            assert!(!done(&mut tx, id, "meta", at, "bob").await.expect("once"));
            tx.commit().await.expect("commit");
            assert!(open(&store).await.expect("read").is_empty());
            assert_eq!(of_change(&store, id).await.expect("read")[0].done_by.as_deref(), Some("ann"));
        }
    }
}
