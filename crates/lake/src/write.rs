//! One batch of facts becomes one immutable Parquet file, durable before the catalogue lists it.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use datafusion::parquet::{
    arrow::ArrowWriter,
    basic::Compression,
    file::properties::{EnabledStatistics, WriterProperties},
};
use domain::InstantMs;
use store::{
    Tx,
    files::{self, LakeFile},
    inbox::Line,
};

use crate::{
    Lake, LakeError, LakeTable, Table,
    build::{self, AdFact, FunnelFact, MailFact, OrderFact, ReviewFact, Rows, StockFact},
};

impl Lake {
    /// Writes orders as one file and lists it in `tx`; without any line nothing happens. If `tx` is never committed,
    /// the file is an orphan that [`Lake::sweep`] removes after a day.
    ///
    /// # Errors
    /// The file cannot be written or the catalogue refused.
    pub async fn write_orders(
        &self,
        tx: &mut Tx,
        facts: &[OrderFact<'_>],
        now: InstantMs,
    ) -> Result<Option<LakeFile>, LakeError> {
        let (rows, marks) = build::orders(facts)?;
        store::order_rules::insert_marks(tx, &marks).await?;
        self.write(tx, rows, now).await
    }

    /// Writes ad report rows; see [`Lake::write_orders`].
    ///
    /// # Errors
    /// The file cannot be written or the catalogue refused.
    pub async fn write_ad_days(
        &self,
        tx: &mut Tx,
        facts: &[AdFact<'_>],
        now: InstantMs,
    ) -> Result<Option<LakeFile>, LakeError> {
        self.write(tx, build::ad_days(facts)?, now).await
    }

    /// Writes funnel rows; see [`Lake::write_orders`].
    ///
    /// # Errors
    /// The file cannot be written or the catalogue refused.
    pub async fn write_funnel_days(
        &self,
        tx: &mut Tx,
        facts: &[FunnelFact<'_>],
        now: InstantMs,
    ) -> Result<Option<LakeFile>, LakeError> {
        self.write(tx, build::funnel_days(facts)?, now).await
    }

    /// Writes events; see [`Lake::write_orders`]. Live ones go to the inbox first, see [`Lake::compact`].
    ///
    /// # Errors
    /// The file cannot be written or the catalogue refused.
    pub async fn write_events(
        &self,
        tx: &mut Tx,
        lines: &[Line],
        now: InstantMs,
    ) -> Result<Option<LakeFile>, LakeError> {
        self.write(tx, build::events(lines)?, now).await
    }

    /// Writes rows of inventory snapshots; see [`Lake::write_orders`].
    ///
    /// # Errors
    /// The file cannot be written or the catalogue refused.
    pub async fn write_stock_days(
        &self,
        tx: &mut Tx,
        facts: &[StockFact<'_>],
        now: InstantMs,
    ) -> Result<Option<LakeFile>, LakeError> {
        self.write(tx, build::stock_days(facts)?, now).await
    }

    /// Writes reviews; see [`Lake::write_orders`].
    ///
    /// # Errors
    /// The file cannot be written or the catalogue refused.
    pub async fn write_product_reviews(
        &self,
        tx: &mut Tx,
        facts: &[ReviewFact<'_>],
        now: InstantMs,
    ) -> Result<Option<LakeFile>, LakeError> {
        self.write(tx, build::product_reviews(facts)?, now).await
    }

    /// Writes rows of mail reports; see [`Lake::write_orders`].
    ///
    /// # Errors
    /// The file cannot be written or the catalogue refused.
    pub async fn write_mail_days(
        &self,
        tx: &mut Tx,
        facts: &[MailFact<'_>],
        now: InstantMs,
    ) -> Result<Option<LakeFile>, LakeError> {
        self.write(tx, build::mail_days(facts)?, now).await
    }

    /// Writes facts again as they stood at `as_of_seq`, each under a new number: how what was replaced comes back. Says
    /// what the caller must still note: that older rows of these facts no longer count. Returns the rows written.
    ///
    /// # Errors
    /// The file cannot be written, or the catalogue refused.
    pub async fn restore(
        &self,
        tx: &mut Tx,
        table: LakeTable,
        facts: &[(String, i64)],
        as_of_seq: i64,
        now: InstantMs,
    ) -> Result<u64, LakeError> {
        if facts.is_empty() {
            return Ok(0);
        }
        let snapshot = self.snapshot_at(as_of_seq, InstantMs(i64::MAX)).await?;
        let (name, key) = (table.name(), table.key_column());
        let columns: Vec<&str> = table.columns().iter().map(|(column, ..)| *column).collect();
        let mut rows = Table::default();
        for facts in facts.chunks(500) {
            let keys: Vec<String> = facts.iter().map(|(key, _)| crate::quote(key)).collect();
            let (columns, keys) = (columns.join(", "), keys.join(", "));
            let sql = format!("SELECT {columns} FROM {name} WHERE {key} IN ({keys}) ORDER BY {key}, seq");
            let mut found = snapshot.query(&sql).await?;
            rows.columns = found.columns;
            rows.rows.append(&mut found.rows);
        }
        let seqs = facts.iter().map(|(key, seq)| (key.as_str(), *seq)).collect();
        let file = self.write(tx, build::again(table, &rows, &seqs)?, now).await?;
        Ok(file.map_or(0, |file| file.rows.max(0) as u64))
    }

    async fn write(&self, tx: &mut Tx, rows: Option<Rows>, now: InstantMs) -> Result<Option<LakeFile>, LakeError> {
        let Some(rows) = rows else { return Ok(None) };
        let root = self.root().to_owned();
        let written = tokio::task::spawn_blocking(move || persist(&root, rows, now)).await;
        let file = written.map_err(|error| LakeError::Encode { table: "?".into(), reason: error.to_string() })??;
        files::insert(tx, &file).await?;
        Ok(Some(file))
    }
}

/// LZ4 decodes in one pass without a dictionary and is pure Rust.
fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("fortnight".into())
        .build()
}

fn encode(rows: &Rows) -> Result<Vec<u8>, LakeError> {
    let failed = |error: &dyn std::fmt::Display| LakeError::Encode {
        table: rows.table.name().into(),
        reason: error.to_string(),
    };
    let mut writer =
        ArrowWriter::try_new(Vec::new(), rows.batch.schema(), Some(properties())).map_err(|error| failed(&error))?;
    writer.write(&rows.batch).map_err(|error| failed(&error))?;
    writer.into_inner().map_err(|error| failed(&error))
}

/// Temporary name, fsync of file, rename, fsync of folder. The name follows from the content, so an interrupted batch
/// that is written again replaces its own orphan.
fn persist(root: &Path, rows: Rows, now: InstantMs) -> Result<LakeFile, LakeError> {
    let bytes = encode(&rows)?;
    let checksum = blake3::hash(&bytes).to_hex().to_string();
    let table = rows.table.name();
    let path = format!("{table}/{:012}-{}.parquet", rows.min_seq, &checksum[..16]);
    let target = root.join(&path);
    let temporary = root.join(format!("{path}.{}.tmp", std::process::id()));
    on(&temporary, write_durably(&temporary, &bytes))?;
    on(&target, fs::rename(&temporary, &target))?;
    let folder = root.join(table);
    on(&folder, File::open(&folder).and_then(|folder| folder.sync_all()))?;
    Ok(LakeFile {
        path,
        table: table.into(),
        first_day: rows.first_day,
        last_day: rows.last_day,
        rows: rows.batch.num_rows() as i64,
        min_seq: rows.min_seq,
        max_seq: rows.max_seq,
        size_bytes: bytes.len() as i64,
        checksum,
        created_at: now,
        retired_at: None,
    })
}

fn write_durably(path: &PathBuf, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Names the file in an I/O error.
pub(crate) fn on<T>(path: &Path, result: std::io::Result<T>) -> Result<T, LakeError> {
    result.map_err(|source| LakeError::File { path: path.display().to_string(), source })
}
