//! The rules of order kinds, every save a version under a number of history, and the distinct marks of orders.

use std::collections::BTreeMap;

use domain::{InstantMs, order_kinds::OrderRules};

use crate::{Result, Row, Store, Tx, Value};

/// A version of the rules.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct RulesRow {
    /// Number, from 1.
    pub version: i64,
    /// The number of history from which on it counts: what was seen before sees the version before.
    pub seq: i64,
    /// The rules.
    pub doc: OrderRules,
    /// What was changed, in the words of who did.
    pub note: String,
    /// When.
    pub saved_at: InstantMs,
    /// By whom.
    pub saved_by: String,
}

const COLUMNS: &str = "version, seq, doc, note, saved_at, saved_by";

/// Saves rules as the next version; returns its number.
///
/// # Errors
/// The database refused.
pub async fn save(tx: &mut Tx, doc: &OrderRules, note: &str, at: InstantMs, by: &str) -> Result<i64> {
    let seq = crate::seq::allocate(tx, 1).await?;
    let sql = "INSERT INTO order_rules (version, seq, doc, note, saved_at, saved_by) \
               SELECT COALESCE(MAX(version), 0) + 1, $1, $2, $3, $4, $5 FROM order_rules RETURNING version";
    let values = [seq.into(), Value::json(doc), note.trim().into(), at.into(), by.into()];
    tx.fetch_one(sql, &values).await?.map_or(Ok(0), |row| row.int("version"))
}

/// The version that stood at a number of history; `None` while the built-in rules did.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn at(tx: &mut Tx, seq: i64) -> Result<Option<RulesRow>> {
    let sql = format!("SELECT {COLUMNS} FROM order_rules WHERE seq <= $1 ORDER BY version DESC LIMIT 1");
    tx.fetch_one(&sql, &[seq.into()]).await?.as_ref().map(read).transpose()
}

/// All versions, newest first.
///
/// # Errors
/// The database refused, or a document has another form.
pub async fn history(store: &Store) -> Result<Vec<RulesRow>> {
    let sql = format!("SELECT {COLUMNS} FROM order_rules ORDER BY version DESC");
    store.fetch(&sql, &[]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<RulesRow> {
    Ok(RulesRow {
        version: row.int("version")?,
        seq: row.int("seq")?,
        doc: row.json("doc")?,
        note: row.text("note")?,
        saved_at: row.instant("saved_at")?,
        saved_by: row.text("saved_by")?,
    })
}

/// Notes texts of marks by number; those that stand already stay.
///
/// # Errors
/// The database refused.
pub async fn insert_marks(tx: &mut Tx, marks: &BTreeMap<i64, String>) -> Result<()> {
    let rows: Vec<Vec<Value>> = marks.iter().map(|(id, text)| vec![(*id).into(), text.into()]).collect();
    tx.insert_many("order_marks", &["marks_id", "marks"], &rows, "ON CONFLICT (marks_id) DO NOTHING").await?;
    Ok(())
}

/// All texts of marks, by number.
///
/// # Errors
/// The database refused.
pub async fn marks(tx: &mut Tx) -> Result<Vec<(i64, String)>> {
    let rows = tx.fetch("SELECT marks_id, marks FROM order_marks ORDER BY marks_id", &[]).await?;
    rows.iter().map(|row| Ok((row.int("marks_id")?, row.text("marks")?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_version_counts_from_its_number_on_and_marks_are_kept_once() {
        for store in crate::testing::stores().await {
            let mut tx = store.begin().await.expect("begin");
            assert_eq!(at(&mut tx, i64::MAX).await.expect("none"), None);
            let empty = OrderRules { rules: Vec::new() };
            assert_eq!(save(&mut tx, &OrderRules::default(), "first", InstantMs(1), "ann").await.expect("save"), 1);
            assert_eq!(save(&mut tx, &empty, "second", InstantMs(2), "bob").await.expect("save"), 2);
            let newest = at(&mut tx, i64::MAX).await.expect("read").expect("there");
            assert_eq!((newest.version, &newest.doc), (2, &empty));
            assert_eq!(at(&mut tx, newest.seq - 1).await.expect("read").expect("there").version, 1);
            let some = BTreeMap::from([(3, "source:pos".to_owned())]);
            insert_marks(&mut tx, &some).await.expect("insert");
            insert_marks(&mut tx, &some).await.expect("again");
            assert_eq!(marks(&mut tx).await.expect("marks"), [(3, "source:pos".to_owned())]);
            tx.commit().await.expect("commit");
            assert_eq!(history(&store).await.expect("history").len(), 2);
        }
    }
}
