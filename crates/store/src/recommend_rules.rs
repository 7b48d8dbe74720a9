//! The merchandiser's rules (every save a version) and the placements.

use domain::{ChangeId, InstantMs};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Result, Row, Store, Tx, Value};

/// A version of the rules.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct RulesRow<T> {
    /// Number, from 1.
    pub version: i64,
    /// The rules.
    pub doc: T,
    /// What was changed, in the words of who did.
    pub note: String,
    /// When.
    pub saved_at: InstantMs,
    /// By whom.
    pub saved_by: String,
}

/// Saves rules as the next version; returns its number.
///
/// # Errors
/// The database refused.
pub async fn save<T: Serialize>(tx: &mut Tx, doc: &T, note: &str, at: InstantMs, by: &str) -> Result<i64> {
    let sql = "INSERT INTO recommend_rules (version, doc, note, saved_at, saved_by) \
               SELECT COALESCE(MAX(version), 0) + 1, $1, $2, $3, $4 FROM recommend_rules RETURNING version";
    let row = tx.fetch_one(sql, &[Value::json(doc), note.trim().into(), at.into(), by.into()]).await?;
    row.map_or(Ok(0), |row| row.int("version"))
}

/// The newest version, if there is one.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn newest<T: DeserializeOwned>(store: &Store) -> Result<Option<RulesRow<T>>> {
    let sql = "SELECT version, doc, note, saved_at, saved_by FROM recommend_rules ORDER BY version DESC LIMIT 1";
    store.fetch_one(sql, &[]).await?.as_ref().map(read_rules).transpose()
}

/// One version.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn get<T: DeserializeOwned>(store: &Store, version: i64) -> Result<Option<RulesRow<T>>> {
    let sql = "SELECT version, doc, note, saved_at, saved_by FROM recommend_rules WHERE version = $1";
    store.fetch_one(sql, &[version.into()]).await?.as_ref().map(read_rules).transpose()
}

/// All versions without their documents' meaning, newest first.
///
/// # Errors
/// The database refused.
pub async fn history(store: &Store) -> Result<Vec<RulesRow<serde_json::Value>>> {
    let sql = "SELECT version, doc, note, saved_at, saved_by FROM recommend_rules ORDER BY version DESC";
    store.fetch(sql, &[]).await?.iter().map(read_rules).collect()
}

fn read_rules<T: DeserializeOwned>(row: &Row) -> Result<RulesRow<T>> {
    Ok(RulesRow {
        version: row.int("version")?,
        doc: row.json("doc")?,
        note: row.text("note")?,
        saved_at: row.instant("saved_at")?,
        saved_by: row.text("saved_by")?,
    })
}

/// A placement as it is kept.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct PlacementRow<T> {
    /// Its word.
    pub placement: String,
    /// How it is set.
    pub doc: T,
    /// Its change in the ledger.
    pub change: Option<ChangeId>,
    /// The contest of two models on it, where one runs.
    pub contest: Option<ChangeId>,
    /// When it was set.
    pub updated_at: InstantMs,
    /// By whom.
    pub updated_by: String,
}

/// Writes a placement.
///
/// # Errors
/// The database refused.
pub async fn put_placement<T: Serialize>(tx: &mut Tx, row: &PlacementRow<T>) -> Result<()> {
    let sql = "INSERT INTO recommend_placements (placement, doc, change_id, contest_id, updated_at, updated_by) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (placement) DO UPDATE SET doc = excluded.doc, \
               change_id = excluded.change_id, contest_id = excluded.contest_id, \
               updated_at = excluded.updated_at, updated_by = excluded.updated_by";
    let params = [
        (&row.placement).into(),
        Value::json(&row.doc),
        row.change.map(|id| id.to_string()).into(),
        row.contest.map(|id| id.to_string()).into(),
        row.updated_at.into(),
        (&row.updated_by).into(),
    ];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// All placements that were ever set.
///
/// # Errors
/// The database refused, or a document has another form.
pub async fn placements<T: DeserializeOwned>(store: &Store) -> Result<Vec<PlacementRow<T>>> {
    let sql = "SELECT placement, doc, change_id, contest_id, updated_at, updated_by FROM recommend_placements \
               ORDER BY placement";
    let read = |row: &Row| {
        let id = |column: &str| -> Result<Option<ChangeId>> {
            match row.opt_text(column)? {
                Some(_) => Ok(Some(row.parse(column)?)),
                None => Ok(None),
            }
        };
        Ok(PlacementRow {
            placement: row.text("placement")?,
            doc: row.json("doc")?,
            change: id("change_id")?,
            contest: id("contest_id")?,
            updated_at: row.instant("updated_at")?,
            updated_by: row.text("updated_by")?,
        })
    };
    store.fetch(sql, &[]).await?.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_save_is_a_version_and_a_placement_is_replaced() {
        for store in crate::testing::stores().await {
            assert_eq!(newest::<String>(&store).await.expect("none"), None);
            let mut tx = store.begin().await.expect("begin");
            assert_eq!(save(&mut tx, &"a", "first", InstantMs(1), "ann").await.expect("save"), 1);
            assert_eq!(save(&mut tx, &"b", "second", InstantMs(2), "bob").await.expect("save"), 2);
            let id = ChangeId::derive(InstantMs(1), &["home"]);
            let mut row = PlacementRow {
                placement: "home".into(),
                doc: 1,
                change: Some(id),
                contest: None,
                updated_at: InstantMs(1),
                updated_by: "ann".into(),
            };
            put_placement(&mut tx, &row).await.expect("put");
            row.doc = 2;
            put_placement(&mut tx, &row).await.expect("again");
            tx.commit().await.expect("commit");
            let rules = newest::<String>(&store).await.expect("read").expect("there");
            assert_eq!((rules.version, rules.doc.as_str(), rules.saved_by.as_str()), (2, "b", "bob"));
            assert_eq!(get::<String>(&store, 1).await.expect("read").expect("there").doc, "a");
            assert_eq!(history(&store).await.expect("read").len(), 2);
            assert_eq!(placements::<i64>(&store).await.expect("read"), [row]);
        }
    }
}
