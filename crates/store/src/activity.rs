//! What people did, in order: the audit of a sprint and the source of its stage times.

use domain::{InstantMs, SprintId, sprint::SprintStage};

use crate::{Result, Row, Store, Tx, Value};

/// Something that is to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct NewActivity<'a> {
    /// When.
    pub at: InstantMs,
    /// Who.
    pub actor: &'a str,
    /// In which sprint, if any.
    pub sprint: Option<SprintId>,
    /// In which of its stages the work counts, if any.
    pub stage: Option<SprintStage>,
    /// What was done, `noun.verb`, e.g. `brief.save`, `concept.pick`.
    pub verb: &'a str,
    /// To what, e.g. an id or a title.
    pub subject: &'a str,
    /// In a person's words: a reason, a difference.
    pub detail: &'a str,
}

/// Something that was recorded.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ActivityRow {
    /// Number in the order of recording.
    pub id: i64,
    /// When.
    pub at: InstantMs,
    /// Who.
    pub actor: String,
    /// In which sprint.
    pub sprint: Option<SprintId>,
    /// In which stage.
    pub stage: Option<SprintStage>,
    /// What was done.
    pub verb: String,
    /// To what.
    pub subject: String,
    /// In a person's words.
    pub detail: String,
}

const COLUMNS: &str = "id, at, actor, sprint_id, stage, verb, subject, detail";

/// Records what somebody did, in the transaction that does it.
///
/// # Errors
/// The database refused.
pub async fn record(tx: &mut Tx, new: &NewActivity<'_>) -> Result<()> {
    let sql = "INSERT INTO activity (at, actor, sprint_id, stage, verb, subject, detail) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let params = [
        new.at.into(),
        new.actor.into(),
        new.sprint.map(|id| id.to_string()).into(),
        new.stage.map(SprintStage::as_str).into(),
        new.verb.into(),
        new.subject.into(),
        new.detail.into(),
    ];
    tx.execute(sql, &params).await?;
    Ok(())
}

/// Everything done in a sprint, oldest first.
///
/// # Errors
/// The database refused.
pub async fn of_sprint(store: &Store, sprint: SprintId) -> Result<Vec<ActivityRow>> {
    let sql = format!("SELECT {COLUMNS} FROM activity WHERE sprint_id = $1 ORDER BY at, id");
    store.fetch(&sql, &[Value::text(sprint)]).await?.iter().map(read).collect()
}

/// The newest `limit` records of all sprints, newest first.
///
/// # Errors
/// The database refused.
pub async fn latest(store: &Store, limit: i64) -> Result<Vec<ActivityRow>> {
    let sql = format!("SELECT {COLUMNS} FROM activity ORDER BY at DESC, id DESC LIMIT $1");
    store.fetch(&sql, &[limit.into()]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<ActivityRow> {
    Ok(ActivityRow {
        id: row.int("id")?,
        at: row.instant("at")?,
        actor: row.text("actor")?,
        sprint: row.opt_text("sprint_id")?.map(|_| row.parse("sprint_id")).transpose()?,
        stage: row.opt_text("stage")?.map(|_| row.parse("stage")).transpose()?,
        verb: row.text("verb")?,
        subject: row.text("subject")?,
        detail: row.text("detail")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_done_comes_back_in_order() {
        for store in crate::testing::stores().await {
            let sprint = SprintId::derive(InstantMs(0), &["s"]);
            let mut tx = store.begin().await.expect("begin");
            for (at, verb) in [(20, "concept.pick"), (10, "brief.save")] {
                let new = NewActivity {
                    at: InstantMs(at),
                    actor: "ann",
                    sprint: Some(sprint),
                    stage: Some(SprintStage::Brief),
                    verb,
                    subject: "x",
                    detail: "",
                };
                record(&mut tx, &new).await.expect("record");
            }
            tx.commit().await.expect("commit");
            let rows = of_sprint(&store, sprint).await.expect("read");
            let verbs: Vec<&str> = rows.iter().map(|row| row.verb.as_str()).collect();
            assert_eq!(verbs, ["brief.save", "concept.pick"]);
            assert_eq!(rows[0].stage, Some(SprintStage::Brief));
            assert_eq!(latest(&store, 1).await.expect("read")[0].verb, "concept.pick");
        }
    }
}
