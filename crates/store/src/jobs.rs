//! Long work (imports, drafting): its progress is durable, so a reload shows it and a restart tells of it.

use domain::{InstantMs, JobId};

use crate::{Result, Row, Store, Tx, Value};

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// At work.
    Running,
    /// Finished; its result is there.
    Done,
    /// It stopped with an error, which is its note.
    Failed,
}

impl JobState {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Failed => "failed",
        }
    }
}

impl std::str::FromStr for JobState {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        [JobState::Running, JobState::Done, JobState::Failed]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| text.to_owned())
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct JobRow {
    /// Id.
    pub id: JobId,
    /// What kind of work, e.g. `import`, `draft`.
    pub kind: String,
    /// What it works on, e.g. a concept's id.
    pub subject: String,
    /// Where it stands.
    pub state: JobState,
    /// Steps done.
    pub done: i64,
    /// Steps in all; 0 while unknown.
    pub total: i64,
    /// What it is doing, or why it failed.
    pub note: String,
    /// What came out.
    pub result: Option<serde_json::Value>,
    /// When it began.
    pub created_at: InstantMs,
    /// Who began it.
    pub created_by: String,
    /// When it last moved.
    pub updated_at: InstantMs,
}

const COLUMNS: &str = "id, kind, subject, state, done, total, note, result, created_at, created_by, updated_at";

/// Begins a job.
///
/// # Errors
/// The database refused.
pub async fn begin(tx: &mut Tx, kind: &str, subject: &str, at: InstantMs, by: &str) -> Result<JobId> {
    let count = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM jobs WHERE kind = $1 AND subject = $2";
    let count = tx.fetch_one(count, &[kind.into(), subject.into()]).await?;
    let count = count.map(|row| row.int("n")).transpose()?.unwrap_or(0).to_string();
    let id = JobId::derive(at, &[kind, subject, by, &count]);
    let sql = "INSERT INTO jobs (id, kind, subject, state, done, total, note, created_at, created_by, updated_at) \
               VALUES ($1, $2, $3, 'running', 0, 0, '', $4, $5, $4)";
    tx.execute(sql, &[Value::text(id), kind.into(), subject.into(), at.into(), by.into()]).await?;
    Ok(id)
}

/// Moves a running job on.
///
/// # Errors
/// The database refused.
pub async fn progress(store: &Store, id: JobId, done: i64, total: i64, note: &str, at: InstantMs) -> Result<()> {
    let sql = "UPDATE jobs SET done = $2, total = $3, note = $4, updated_at = $5 WHERE id = $1 AND state = 'running'";
    store.execute(sql, &[Value::text(id), done.into(), total.into(), note.into(), at.into()]).await?;
    Ok(())
}

/// Ends a running job with its result, or with why it failed.
///
/// # Errors
/// The database refused.
pub async fn finish(
    store: &Store,
    id: JobId,
    outcome: std::result::Result<&serde_json::Value, &str>,
    at: InstantMs,
) -> Result<()> {
    let (state, note, result) = match outcome {
        Ok(result) => (JobState::Done, "", Value::json(result)),
        Err(why) => (JobState::Failed, why, Value::Text(None)),
    };
    let sql = "UPDATE jobs SET state = $2, note = $3, result = $4, updated_at = $5, done = total \
               WHERE id = $1 AND state = 'running'";
    store.execute(sql, &[Value::text(id), state.as_str().into(), note.into(), result, at.into()]).await?;
    Ok(())
}

/// Fails what a stopped server left running. Called once at the start of a single-server installation.
///
/// # Errors
/// The database refused.
pub async fn fail_orphans(store: &Store, at: InstantMs) -> Result<u64> {
    let sql = "UPDATE jobs SET state = 'failed', note = $1, updated_at = $2 WHERE state = 'running'";
    store.execute(sql, &["the server stopped meanwhile; start it again".into(), at.into()]).await
}

/// A job by id.
///
/// # Errors
/// The database refused.
pub async fn get(store: &Store, id: JobId) -> Result<Option<JobRow>> {
    let sql = format!("SELECT {COLUMNS} FROM jobs WHERE id = $1");
    store.fetch_one(&sql, &[Value::text(id)]).await?.as_ref().map(read).transpose()
}

/// The newest job of a kind on a subject.
///
/// # Errors
/// The database refused.
pub async fn latest(store: &Store, kind: &str, subject: &str) -> Result<Option<JobRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM jobs WHERE kind = $1 AND subject = $2 ORDER BY created_at DESC, id DESC LIMIT 1"
    );
    store.fetch_one(&sql, &[kind.into(), subject.into()]).await?.as_ref().map(read).transpose()
}

/// The newest jobs of a kind, newest first.
///
/// # Errors
/// The database refused.
pub async fn list(store: &Store, kind: &str, limit: i64) -> Result<Vec<JobRow>> {
    let sql = format!("SELECT {COLUMNS} FROM jobs WHERE kind = $1 ORDER BY created_at DESC, id DESC LIMIT $2");
    store.fetch(&sql, &[kind.into(), limit.into()]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<JobRow> {
    Ok(JobRow {
        id: row.parse("id")?,
        kind: row.text("kind")?,
        subject: row.text("subject")?,
        state: row.parse("state")?,
        done: row.int("done")?,
        total: row.int("total")?,
        note: row.text("note")?,
        result: row.opt_text("result")?.map(|_| row.json("result")).transpose()?,
        created_at: row.instant("created_at")?,
        created_by: row.text("created_by")?,
        updated_at: row.instant("updated_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_finished_job_does_not_move_and_an_orphan_is_told_of() {
        for store in crate::testing::stores().await {
            let at = InstantMs(1_000);
            let mut tx = store.begin().await.expect("begin");
            let a = begin(&mut tx, "draft", "c1", at, "ann").await.expect("begin");
            let b = begin(&mut tx, "draft", "c1", at, "ann").await.expect("begin");
            tx.commit().await.expect("commit");
            assert_ne!(a, b);
            progress(&store, a, 2, 5, "headlines", at).await.expect("progress");
            finish(&store, a, Ok(&serde_json::json!({"drafts": 5})), at).await.expect("finish");
            progress(&store, a, 1, 5, "late", at).await.expect("progress");
            let job = get(&store, a).await.expect("read").expect("there");
            assert_eq!((job.state, job.done, job.note.as_str()), (JobState::Done, 5, ""));
            assert_eq!(job.result, Some(serde_json::json!({"drafts": 5})));
            assert_eq!(fail_orphans(&store, at).await.expect("orphans"), 1);
            assert_eq!(get(&store, b).await.expect("read").expect("there").state, JobState::Failed);
            assert!(latest(&store, "draft", "c2").await.expect("read").is_none());
        }
    }
}
