//! Answers and what followed, written behind the answers by group commit: a bounded channel, one task, few transactions.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::InstantMs;
use measure::Assignment;
use store::{
    Store,
    recommend_shown::{self as shown, OutcomeRow, ShownRow},
};
use tokio::sync::{mpsc, oneshot};

use crate::ask::Shown;

/// Records that may wait; what comes on top is dropped and counted.
const MOST_WAITING: usize = 65_536;
/// Records of one transaction.
const MOST_AT_ONCE: usize = 2_000;
/// How long the first record of a transaction waits for others.
const WAIT: Duration = Duration::from_millis(200);

/// A product of an answer as it is written: id, score, propensity.
#[derive(serde::Serialize)]
struct Item<'a> {
    p: &'a str,
    s: f32,
    q: f32,
}

/// The products of an answer as they are written; five decimals are more than any estimate has.
pub(crate) fn items(shown: &[Shown]) -> String {
    let round = |value: f32| (value * 1e5).round() / 1e5;
    let items: Vec<Item<'_>> = shown
        .iter()
        .map(|shown| Item { p: &shown.product_id, s: round(shown.score), q: round(shown.propensity) })
        .collect();
    // Numbers and texts of our own cannot fail to be written.
    serde_json::to_string(&items).unwrap_or_else(|_| "[]".to_owned())
}

/// One thing to write.
#[derive(Debug)]
pub(crate) enum Record {
    /// An answer, with the assignments that it exposed for the first time.
    Shown(ShownRow, Vec<Assignment>),
    /// What followed.
    Outcome(OutcomeRow),
    /// Everything before this is to be written; answered once it is.
    Flush(oneshot::Sender<()>),
}

/// The log's entry.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    sender: mpsc::Sender<Record>,
    dropped: Arc<AtomicU64>,
}

impl Log {
    /// A log that writes to `store` as long as somebody holds it.
    pub(crate) fn start(store: Store) -> Log {
        let (sender, receiver) = mpsc::channel(MOST_WAITING);
        let dropped = Arc::new(AtomicU64::new(0));
        tokio::spawn(write_all(store, receiver, Arc::clone(&dropped)));
        Log { sender, dropped }
    }

    /// Takes a record, or counts it as dropped: an answer never waits for the database.
    pub(crate) fn put(&self, record: Record) {
        if self.sender.try_send(record).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many records could not be taken or written.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Waits until everything taken so far is written.
    pub(crate) async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        if self.sender.send(Record::Flush(done)).await.is_ok() {
            let _ = wait.await;
        }
    }
}

async fn write_all(store: Store, mut receiver: mpsc::Receiver<Record>, dropped: Arc<AtomicU64>) {
    let mut batch: Vec<Record> = Vec::new();
    while let Some(first) = receiver.recv().await {
        let until = tokio::time::Instant::now() + WAIT;
        let mut flush = None;
        match first {
            Record::Flush(done) => flush = Some(done),
            record => batch.push(record),
        }
        while flush.is_none() && batch.len() < MOST_AT_ONCE {
            match tokio::time::timeout_at(until, receiver.recv()).await {
                Ok(Some(Record::Flush(done))) => flush = Some(done),
                Ok(Some(record)) => batch.push(record),
                Ok(None) | Err(_) => break,
            }
        }
        if !batch.is_empty()
            && let Err(error) = write(&store, &batch).await
        {
            dropped.fetch_add(batch.len() as u64, Ordering::Relaxed);
            tracing::error!(%error, records = batch.len(), "shown recommendations could not be recorded");
        }
        batch.clear();
        if let Some(done) = flush {
            let _ = done.send(());
        }
    }
}

async fn write(store: &Store, batch: &[Record]) -> Result<(), measure::MeasureError> {
    let (mut rows, mut outcomes) = (Vec::new(), Vec::new());
    let mut exposed: Vec<(InstantMs, &Vec<Assignment>)> = Vec::new();
    for record in batch {
        match record {
            Record::Shown(row, assignments) => {
                if !assignments.is_empty() {
                    exposed.push((row.at, assignments));
                }
                rows.push(row.clone());
            }
            Record::Outcome(row) => outcomes.push(row.clone()),
            Record::Flush(_) => {}
        }
    }
    let mut tx = store.begin().await?;
    shown::record(&mut tx, &rows, &outcomes).await?;
    // A batch spans a fifth of a second: its exposures share the time of the first.
    if let Some(at) = exposed.iter().map(|(at, _)| *at).min() {
        let all: Vec<Assignment> = exposed.iter().flat_map(|(_, assignments)| assignments.iter().cloned()).collect();
        measure::expose_all(&mut tx, &all, at).await?;
    }
    tx.commit().await?;
    Ok(())
}
