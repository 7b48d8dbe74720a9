//! What is known of every fact: the digest of its newest content. By it an import tells new, known and revised apart.

use std::collections::HashMap;

use domain::{ImportId, InstantMs};

use crate::{Result, Tx, Value};

/// What is known of one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Digest of the content, hex.
    pub digest: String,
    /// The `seq` under which that content stands in the lake.
    pub seq: i64,
    /// The import that brought it.
    pub import_id: ImportId,
    /// When the export it came in was made.
    pub exported_at: InstantMs,
}

/// Reads what is known of many facts of one table, by fact key.
///
/// # Errors
/// The database refused.
pub async fn lookup<'k>(
    tx: &mut Tx,
    table: &str,
    keys: impl IntoIterator<Item = &'k str>,
) -> Result<HashMap<String, Known>> {
    let keys: Vec<Value> = keys.into_iter().map(Value::from).collect();
    let sql =
        "SELECT fact_key, digest, seq, import_id, exported_at FROM fact_keys WHERE table_name = $1 AND fact_key IN ";
    let rows = tx.fetch_in(sql, &[table.into()], &keys).await?;
    rows.iter()
        .map(|row| {
            let known = Known {
                digest: row.text("digest")?,
                seq: row.int("seq")?,
                import_id: row.parse("import_id")?,
                exported_at: row.instant("exported_at")?,
            };
            Ok((row.text("fact_key")?, known))
        })
        .collect()
}

/// Writes what is known of many facts of one table; the given content replaces what stood there.
///
/// # Errors
/// The database refused.
pub async fn upsert(tx: &mut Tx, table: &str, facts: &[(String, Known)]) -> Result<()> {
    let rows: Vec<Vec<Value>> = facts
        .iter()
        .map(|(key, known)| {
            vec![
                table.into(),
                key.into(),
                (&known.digest).into(),
                known.seq.into(),
                Value::text(known.import_id),
                known.exported_at.into(),
            ]
        })
        .collect();
    let columns = ["table_name", "fact_key", "digest", "seq", "import_id", "exported_at"];
    let conflict = "ON CONFLICT (table_name, fact_key) DO UPDATE SET digest = excluded.digest, seq = excluded.seq, \
                    import_id = excluded.import_id, exported_at = excluded.exported_at";
    tx.insert_many("fact_keys", &columns, &rows, conflict).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_newest_content_is_known_per_table() {
        for store in crate::testing::stores().await {
            let import_id = ImportId::derive(InstantMs(1), &["file"]);
            let known = |digest: &str, seq| Known { digest: digest.into(), seq, import_id, exported_at: InstantMs(5) };
            let mut tx = store.begin().await.expect("begin");
            let facts: Vec<(String, Known)> = (0..2_500).map(|i| (format!("o{i}"), known("a", i))).collect();
            upsert(&mut tx, "order_lines", &facts).await.expect("insert");
            upsert(&mut tx, "order_lines", &[("o7".into(), known("b", 9_000))]).await.expect("update");
            let keys: Vec<String> = (0..2_600).map(|i| format!("o{i}")).collect();
            let found = lookup(&mut tx, "order_lines", keys.iter().map(String::as_str)).await.expect("lookup");
            assert_eq!((found.len(), found["o7"].seq, found["o7"].digest.as_str()), (2_500, 9_000, "b"));
            assert!(lookup(&mut tx, "ad_days", ["o7"]).await.expect("lookup").is_empty());
        }
    }
}
