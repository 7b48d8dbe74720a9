//! The lake's catalogue: which Parquet files there are, and which of their rows no longer count.

use domain::{Day, InstantMs};

use crate::{Result, Row, Store, Tx, Value};

/// One immutable Parquet file of the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LakeFile {
    /// Path inside the lake, with `/`.
    pub path: String,
    /// Table it belongs to.
    pub table: String,
    /// Earliest day of its rows.
    pub first_day: Day,
    /// Latest day of its rows.
    pub last_day: Day,
    /// Number of rows.
    pub rows: i64,
    /// Least `seq` of its rows.
    pub min_seq: i64,
    /// Greatest `seq` of its rows.
    pub max_seq: i64,
    /// Size in bytes.
    pub size_bytes: i64,
    /// blake3 of its bytes, hex.
    pub checksum: String,
    /// When it was written.
    pub created_at: InstantMs,
    /// Since when no new snapshot reads it.
    pub retired_at: Option<InstantMs>,
}

fn read(row: &Row) -> Result<LakeFile> {
    let day = |column: &str| Ok::<_, crate::StoreError>(Day::from_epoch_days(row.int(column)? as i32));
    Ok(LakeFile {
        path: row.text("path")?,
        table: row.text("table_name")?,
        first_day: day("first_day")?,
        last_day: day("last_day")?,
        rows: row.int("row_count")?,
        min_seq: row.int("min_seq")?,
        max_seq: row.int("max_seq")?,
        size_bytes: row.int("size_bytes")?,
        checksum: row.text("checksum")?,
        created_at: row.instant("created_at")?,
        retired_at: row.opt_int("retired_at")?.map(InstantMs),
    })
}

/// Lists a new file. The file itself must already be durable.
///
/// # Errors
/// The database refused, or the path is listed already.
pub async fn insert(tx: &mut Tx, file: &LakeFile) -> Result<()> {
    let sql = "INSERT INTO lake_files (path, table_name, first_day, last_day, row_count, min_seq, max_seq, size_bytes, \
               checksum, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let values = [
        (&file.path).into(),
        (&file.table).into(),
        file.first_day.epoch_days().into(),
        file.last_day.epoch_days().into(),
        file.rows.into(),
        file.min_seq.into(),
        file.max_seq.into(),
        file.size_bytes.into(),
        (&file.checksum).into(),
        file.created_at.into(),
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// The files a snapshot at `as_of_seq` reads, in path order.
///
/// # Errors
/// The database refused.
pub async fn live(tx: &mut Tx, as_of_seq: i64) -> Result<Vec<LakeFile>> {
    let sql = "SELECT * FROM lake_files WHERE retired_at IS NULL AND min_seq <= $1 ORDER BY path";
    tx.fetch(sql, &[as_of_seq.into()]).await?.iter().map(read).collect()
}

/// All files, retired ones too.
///
/// # Errors
/// The database refused.
pub async fn all(store: &Store) -> Result<Vec<LakeFile>> {
    store.fetch("SELECT * FROM lake_files ORDER BY path", &[]).await?.iter().map(read).collect()
}

/// Marks a file as replaced: no snapshot taken from now on reads it.
///
/// # Errors
/// The database refused.
pub async fn retire(tx: &mut Tx, path: &str, now: InstantMs) -> Result<()> {
    let sql = "UPDATE lake_files SET retired_at = $2 WHERE path = $1 AND retired_at IS NULL";
    tx.execute(sql, &[path.into(), now.into()]).await?;
    Ok(())
}

/// Takes a file off the catalogue, after which it may be removed.
///
/// # Errors
/// The database refused.
pub async fn forget(store: &Store, path: &str) -> Result<()> {
    store.execute("DELETE FROM lake_files WHERE path = $1", &[path.into()]).await?;
    Ok(())
}

/// Says that rows of these facts with a smaller `seq` no longer count from that `seq` on.
///
/// # Errors
/// The database refused.
pub async fn supersede(tx: &mut Tx, table: &str, facts: &[(String, i64)]) -> Result<()> {
    let rows: Vec<Vec<Value>> = facts.iter().map(|(key, seq)| vec![table.into(), key.into(), (*seq).into()]).collect();
    tx.insert_many("superseded", &["table_name", "fact_key", "seq"], &rows, "").await?;
    Ok(())
}

/// Per superseded fact of a table the `seq` below which its rows do not count at `as_of_seq`, in key order.
///
/// # Errors
/// The database refused.
pub async fn superseded(tx: &mut Tx, table: &str, as_of_seq: i64) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT fact_key, MAX(seq) AS seq FROM superseded WHERE table_name = $1 AND seq <= $2 \
               GROUP BY fact_key ORDER BY fact_key";
    let rows = tx.fetch(sql, &[table.into(), as_of_seq.into()]).await?;
    rows.iter().map(|row| Ok((row.text("fact_key")?, row.int("seq")?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_snapshot_lists_what_was_there_and_what_counted() {
        for store in crate::testing::stores().await {
            let day = Day::parse("2026-01-02").expect("a day");
            let file = |path: &str, min_seq, max_seq| LakeFile {
                path: path.into(),
                table: "order_lines".into(),
                first_day: day,
                last_day: day,
                rows: 1,
                min_seq,
                max_seq,
                size_bytes: 10,
                checksum: "c".into(),
                created_at: InstantMs(1),
                retired_at: None,
            };
            let mut tx = store.begin().await.expect("begin");
            for file in [file("a", 1, 5), file("b", 6, 9), file("c", 2, 3)] {
                insert(&mut tx, &file).await.expect("insert");
            }
            retire(&mut tx, "c", InstantMs(7)).await.expect("retire");
            supersede(&mut tx, "order_lines", &[("k".into(), 4), ("k".into(), 8)]).await.expect("supersede");
            assert_eq!(live(&mut tx, 5).await.expect("live"), vec![file("a", 1, 5)]);
            assert_eq!(live(&mut tx, 9).await.expect("live").len(), 2);
            for (as_of_seq, want) in [(3, vec![]), (5, vec![("k".to_owned(), 4)]), (8, vec![("k".to_owned(), 8)])] {
                assert_eq!(superseded(&mut tx, "order_lines", as_of_seq).await.expect("read"), want);
            }
            tx.commit().await.expect("commit");
            assert_eq!(all(&store).await.expect("all").len(), 3);
            forget(&store, "c").await.expect("forget");
            assert_eq!(all(&store).await.expect("all").len(), 2);
        }
    }
}
