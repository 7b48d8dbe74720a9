//! Imports: which files came in, how far each got, and what came of it.

use domain::{ImportId, InstantMs};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Result, Row, Store, StoreError, Tx, Value};

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// Being read, or interrupted: the same file goes on behind its checkpoint.
    Running,
    /// Read to its end.
    Done,
    /// Stopped by an error; the same file goes on behind its checkpoint.
    Failed,
    /// Taken back: nothing of it counts, and the same file may come again.
    Undone,
}

impl ImportStatus {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            ImportStatus::Running => "running",
            ImportStatus::Done => "done",
            ImportStatus::Failed => "failed",
            ImportStatus::Undone => "undone",
        }
    }
}

impl std::str::FromStr for ImportStatus {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        [ImportStatus::Running, ImportStatus::Done, ImportStatus::Failed, ImportStatus::Undone]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(())
    }
}

/// One import of one file with one set of options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Import {
    /// Id.
    pub id: ImportId,
    /// Source word, e.g. `shopify`.
    pub source: String,
    /// Name of the file, without folders.
    pub file_name: String,
    /// blake3 of the file's bytes, hex.
    pub checksum: String,
    /// Options it was read with (mapping, currency, day), as JSON text: other options make another import.
    pub options: String,
    /// Size of the file in bytes.
    pub size_bytes: i64,
    /// Where it stands.
    pub status: ImportStatus,
    /// How far it got, as JSON text.
    pub checkpoint: String,
    /// The report as JSON text, once done.
    pub report: Option<String>,
    /// Why it stopped.
    pub error: Option<String>,
    /// Where the rejected rows are, relative to the data folder.
    pub rejects_path: Option<String>,
    /// When it was first begun.
    pub started_at: InstantMs,
    /// When it ended.
    pub finished_at: Option<InstantMs>,
    /// What undoing it did, as JSON text, once undone.
    pub undone: Option<String>,
}

impl Import {
    /// The checkpoint as a document.
    ///
    /// # Errors
    /// It has another form.
    pub fn checkpoint<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.checkpoint)
            .map_err(|source| StoreError::Document { column: "imports.checkpoint".into(), source })
    }
}

fn read(row: &Row) -> Result<Import> {
    Ok(Import {
        id: row.parse("import_id")?,
        source: row.text("source")?,
        file_name: row.text("file_name")?,
        checksum: row.text("checksum")?,
        options: row.text("options")?,
        size_bytes: row.int("size_bytes")?,
        status: row.parse("status")?,
        checkpoint: row.text("checkpoint")?,
        report: row.opt_text("report")?,
        error: row.opt_text("error")?,
        rejects_path: row.opt_text("rejects_path")?,
        started_at: row.instant("started_at")?,
        finished_at: row.opt_int("finished_at")?.map(InstantMs),
        undone: row.opt_text("undone")?,
    })
}

/// The import of a file with these options, if there was one that stands.
///
/// # Errors
/// The database refused.
pub async fn find(store: &Store, source: &str, checksum: &str, options: &str) -> Result<Option<Import>> {
    let sql = "SELECT * FROM imports WHERE source = $1 AND checksum = $2 AND options = $3 \
               AND status <> 'undone'";
    store.fetch_one(sql, &[source.into(), checksum.into(), options.into()]).await?.as_ref().map(read).transpose()
}

/// How often the same file with the same options was imported and undone.
///
/// # Errors
/// The database refused.
pub async fn undone_before(store: &Store, source: &str, checksum: &str, options: &str) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS n FROM imports WHERE source = $1 AND checksum = $2 AND options = $3";
    let row = store.fetch_one(sql, &[source.into(), checksum.into(), options.into()]).await?;
    row.map_or(Ok(0), |row| row.int("n"))
}

/// One import.
///
/// # Errors
/// The database refused, or there is none of that id.
pub async fn get(store: &Store, id: ImportId) -> Result<Import> {
    match store.fetch_one("SELECT * FROM imports WHERE import_id = $1", &[Value::text(id)]).await? {
        Some(row) => read(&row),
        None => Err(StoreError::NotFound(format!("import {id}"))),
    }
}

/// The newest imports first.
///
/// # Errors
/// The database refused.
pub async fn recent(store: &Store, limit: i64) -> Result<Vec<Import>> {
    let sql = "SELECT * FROM imports ORDER BY started_at DESC, import_id DESC LIMIT $1";
    store.fetch(sql, &[limit.into()]).await?.iter().map(read).collect()
}

/// Records that a file is being read. Where the same file with the same options was begun before, nothing changes.
///
/// # Errors
/// The database refused.
pub async fn begin(tx: &mut Tx, import: &Import) -> Result<()> {
    let sql = "INSERT INTO imports (import_id, source, file_name, checksum, options, size_bytes, status, checkpoint, \
               started_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let values = [
        Value::text(import.id),
        (&import.source).into(),
        (&import.file_name).into(),
        (&import.checksum).into(),
        (&import.options).into(),
        import.size_bytes.into(),
        import.status.as_str().into(),
        (&import.checkpoint).into(),
        import.started_at.into(),
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// Moves the checkpoint from `from` to `to`, in the transaction that records the batch.
///
/// # Errors
/// Another process moved it in the meantime ([`StoreError::Conflict`]), or the database refused.
pub async fn advance(tx: &mut Tx, id: ImportId, from: &str, to: &str) -> Result<()> {
    let sql = "UPDATE imports SET checkpoint = $3, status = 'running', error = NULL \
               WHERE import_id = $1 AND checkpoint = $2 AND status NOT IN ('done', 'undone')";
    match tx.execute(sql, &[Value::text(id), from.into(), to.into()]).await? {
        1 => Ok(()),
        _ => {
            Err(StoreError::Conflict("the same file is being imported by another process; let that one finish".into()))
        }
    }
}

/// Records the end of an import.
///
/// # Errors
/// The database refused.
pub async fn finish(
    tx: &mut Tx,
    id: ImportId,
    report: &impl Serialize,
    rejects_path: Option<&str>,
    now: InstantMs,
) -> Result<()> {
    let sql = "UPDATE imports SET status = 'done', report = $2, rejects_path = $3, finished_at = $4, error = NULL \
               WHERE import_id = $1";
    let path = rejects_path.map(str::to_owned);
    tx.execute(sql, &[Value::text(id), Value::json(report), path.into(), now.into()]).await?;
    Ok(())
}

/// Records why an import stopped.
///
/// # Errors
/// The database refused.
pub async fn fail(store: &Store, id: ImportId, error: &str, now: InstantMs) -> Result<()> {
    let sql = "UPDATE imports SET status = 'failed', error = $2, finished_at = $3 WHERE import_id = $1 \
               AND status NOT IN ('done', 'undone')";
    store.execute(sql, &[Value::text(id), error.into(), now.into()]).await?;
    Ok(())
}

/// Records that an import was taken back, and what that did.
///
/// # Errors
/// It was taken back already ([`StoreError::Conflict`]), or the database refused.
pub async fn undo(tx: &mut Tx, id: ImportId, what: &impl Serialize) -> Result<()> {
    let sql = "UPDATE imports SET status = 'undone', undone = $2 WHERE import_id = $1 AND status <> 'undone'";
    match tx.execute(sql, &[Value::text(id), Value::json(what)]).await? {
        1 => Ok(()),
        _ => Err(StoreError::Conflict("this import was undone already".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_checkpoint_moves_once_and_an_end_is_final() {
        for store in crate::testing::stores().await {
            let import = Import {
                id: ImportId::derive(InstantMs(1), &["a"]),
                source: "shopify".into(),
                file_name: "orders.csv".into(),
                checksum: "c".into(),
                options: "{}".into(),
                size_bytes: 3,
                status: ImportStatus::Running,
                checkpoint: "0".into(),
                report: None,
                error: None,
                rejects_path: None,
                started_at: InstantMs(1),
                finished_at: None,
                undone: None,
            };
            let mut tx = store.begin().await.expect("begin");
            begin(&mut tx, &import).await.expect("begin import");
            begin(&mut tx, &import).await.expect("again");
            advance(&mut tx, import.id, "0", "5").await.expect("advance");
            let stale = advance(&mut tx, import.id, "0", "5").await;
            assert!(matches!(stale, Err(StoreError::Conflict(_))), "{stale:?}");
            tx.commit().await.expect("commit");
            fail(&store, import.id, "disk full", InstantMs(2)).await.expect("fail");
            let found = find(&store, "shopify", "c", "{}").await.expect("find").expect("there");
            assert_eq!((found.status, found.checkpoint::<u64>().expect("number")), (ImportStatus::Failed, 5));
            let mut tx = store.begin().await.expect("begin");
            finish(&mut tx, import.id, &1, Some("rejects/a.csv"), InstantMs(3)).await.expect("finish");
            tx.commit().await.expect("commit");
            fail(&store, import.id, "late", InstantMs(4)).await.expect("no effect");
            let done = get(&store, import.id).await.expect("get");
            assert_eq!((done.status, done.error, done.report.as_deref()), (ImportStatus::Done, None, Some("1")));
            assert_eq!(recent(&store, 5).await.expect("recent").len(), 1);
            assert_eq!(find(&store, "meta", "c", "{}").await.expect("find"), None);
            let mut tx = store.begin().await.expect("begin");
            undo(&mut tx, import.id, &7).await.expect("undo");
            assert!(matches!(undo(&mut tx, import.id, &7).await, Err(StoreError::Conflict(_))));
            let again = Import { id: ImportId::derive(InstantMs(9), &["a"]), ..import };
            begin(&mut tx, &again).await.expect("the same file may come again");
            tx.commit().await.expect("commit");
            let found = find(&store, "shopify", "c", "{}").await.expect("find").expect("there");
            assert_eq!((found.id, recent(&store, 5).await.expect("recent").len()), (again.id, 2));
        }
    }
}
