//! Live events move from the inbox into Parquet.
//!
//! Each step is one transaction: the file is written and fsynced, its row is listed and exactly the rows that it holds
//! leave the inbox. A crash before the commit leaves an orphan file and the inbox as it was; after it, nothing is left
//! to do. One compactor works at a time: whoever finds another at it does nothing.

use domain::InstantMs;
use store::inbox;

use crate::{Lake, LakeError};

/// Most rows that one step moves.
pub const MOST_ROWS: usize = 20_000;

/// An event waits no longer than this for company in its file: a small shop gets four files a day, not thousands a year
/// that every query has to open, and a snapshot never reads more than one file's worth out of the inbox.
const LONGEST_WAIT_MS: i64 = 6 * 3_600_000;

/// What a compaction did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Compacted {
    /// Files written.
    pub files: u64,
    /// Rows moved.
    pub rows: u64,
}

impl Lake {
    /// Moves events out of the inbox where a file's worth of them waits, or the oldest has waited for six hours. What
    /// snapshots see is the same before and after.
    ///
    /// # Errors
    /// A file cannot be written, or the database refused; then the step at hand did not happen.
    pub async fn compact_if_due(&self, now: InstantMs) -> Result<Compacted, LakeError> {
        let waiting = inbox::waiting(self.store()).await?;
        let is_full = waiting.rows >= MOST_ROWS as i64;
        let is_old = waiting.since.is_some_and(|since| since.0 + LONGEST_WAIT_MS <= now.0);
        if is_full || is_old { self.compact(now).await } else { Ok(Compacted::default()) }
    }

    /// Moves all events out of the inbox, at most [`MOST_ROWS`] rows a step.
    ///
    /// # Errors
    /// As [`Lake::compact_if_due`].
    pub async fn compact(&self, now: InstantMs) -> Result<Compacted, LakeError> {
        let mut done = Compacted::default();
        loop {
            let step = self.compact_step(MOST_ROWS, now).await?;
            if step.rows == 0 {
                return Ok(done);
            }
            done.files += step.files;
            done.rows += step.rows;
        }
    }

    /// One step, of at most `most` rows.
    ///
    /// # Errors
    /// As [`Lake::compact_if_due`].
    pub async fn compact_step(&self, most: usize, now: InstantMs) -> Result<Compacted, LakeError> {
        let mut tx = self.store().begin().await?;
        if !inbox::lock_compactor(self.store(), &mut tx).await? {
            return Ok(Compacted::default());
        }
        let lines = inbox::oldest(&mut tx, most).await?;
        if lines.is_empty() {
            return Ok(Compacted::default());
        }
        self.write_events(&mut tx, &lines, now).await?;
        // By number, one by one: with several writers a smaller number may be committed after a greater one.
        let mut seqs: Vec<i64> = lines.iter().map(|line| line.seq).collect();
        seqs.dedup();
        let gone = inbox::delete(&mut tx, &seqs).await?;
        if gone != lines.len() as u64 {
            let reason = format!("{} rows were written and {gone} would have left the inbox", lines.len());
            return Err(LakeError::Encode { table: "events".into(), reason });
        }
        tx.commit().await?;
        Ok(Compacted { files: 1, rows: gone })
    }
}
