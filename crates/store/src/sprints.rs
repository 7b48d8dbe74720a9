//! Sprints: their brief and where they stand.

use domain::{
    InstantMs, SprintId,
    sprint::{Brief, SprintStage},
};

use crate::{Result, Row, Store, StoreError, Tx, Value};

/// A sprint.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct SprintRow {
    /// Id.
    pub id: SprintId,
    /// 1, 2, 3 …: the brand's sprints in order.
    pub number: i64,
    /// Title; the brief's once there is one.
    pub title: String,
    /// Where it stands.
    pub stage: SprintStage,
    /// The brief, `None` until one is saved.
    pub brief: Option<Brief>,
    /// When it was created.
    pub created_at: InstantMs,
    /// Who created it.
    pub created_by: String,
    /// Since when it is in this stage.
    pub stage_at: InstantMs,
    /// Why an owner started it although the last post-mortem was unsigned.
    pub override_reason: Option<String>,
}

const COLUMNS: &str = "id, number, title, stage, brief, created_at, created_by, stage_at, override_reason";

/// Creates a sprint in stage *brief* with the next number.
///
/// # Errors
/// The database refused.
pub async fn create(
    tx: &mut Tx,
    title: &str,
    at: InstantMs,
    by: &str,
    override_reason: Option<&str>,
) -> Result<SprintRow> {
    let number = match tx.fetch_one("SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) AS n FROM sprints", &[]).await? {
        Some(row) => row.int("n")? + 1,
        None => 1,
    };
    let id = SprintId::derive(at, &[&number.to_string(), title]);
    let sql = format!(
        "INSERT INTO sprints (id, number, title, stage, created_at, created_by, stage_at, override_reason) \
         VALUES ($1, $2, $3, 'brief', $4, $5, $4, $6) RETURNING {COLUMNS}"
    );
    let params = [Value::text(id), number.into(), title.into(), at.into(), by.into(), override_reason.into()];
    let row = tx.fetch_one(&sql, &params).await?.ok_or_else(|| StoreError::NotFound("new sprint".into()))?;
    read(&row)
}

/// A sprint by id.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn get(store: &Store, id: SprintId) -> Result<Option<SprintRow>> {
    let sql = format!("SELECT {COLUMNS} FROM sprints WHERE id = $1");
    store.fetch_one(&sql, &[Value::text(id)]).await?.as_ref().map(read).transpose()
}

/// A sprint by id, as this transaction sees it.
///
/// # Errors
/// There is no such sprint, or the database refused.
pub async fn get_in(tx: &mut Tx, id: SprintId) -> Result<SprintRow> {
    let sql = format!("SELECT {COLUMNS} FROM sprints WHERE id = $1");
    let row = tx.fetch_one(&sql, &[Value::text(id)]).await?;
    read(&row.ok_or_else(|| StoreError::NotFound(format!("sprint {id}")))?)
}

/// A sprint by its number.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn by_number(store: &Store, number: i64) -> Result<Option<SprintRow>> {
    let sql = format!("SELECT {COLUMNS} FROM sprints WHERE number = $1");
    store.fetch_one(&sql, &[number.into()]).await?.as_ref().map(read).transpose()
}

/// All sprints, newest first.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn list(store: &Store) -> Result<Vec<SprintRow>> {
    let sql = format!("SELECT {COLUMNS} FROM sprints ORDER BY number DESC");
    store.fetch(&sql, &[]).await?.iter().map(read).collect()
}

/// The newest sprint, signed or not, as this transaction sees it.
///
/// # Errors
/// The database refused, or a stored word is unknown.
pub async fn newest_in(tx: &mut Tx) -> Result<Option<SprintRow>> {
    let sql = format!("SELECT {COLUMNS} FROM sprints ORDER BY number DESC LIMIT 1");
    tx.fetch_one(&sql, &[]).await?.as_ref().map(read).transpose()
}

/// Saves the brief; its title becomes the sprint's.
///
/// # Errors
/// There is no such sprint, or the database refused.
pub async fn save_brief(tx: &mut Tx, id: SprintId, brief: &Brief) -> Result<()> {
    let sql = "UPDATE sprints SET brief = $2, title = $3 WHERE id = $1";
    match tx.execute(sql, &[Value::text(id), Value::json(brief), (&brief.title).into()]).await? {
        0 => Err(StoreError::NotFound(format!("sprint {id}"))),
        _ => Ok(()),
    }
}

/// Moves a sprint from one stage to another.
///
/// # Errors
/// [`StoreError::Conflict`] when it is no longer in `from`; or the database refused.
pub async fn set_stage(tx: &mut Tx, id: SprintId, from: SprintStage, to: SprintStage, at: InstantMs) -> Result<()> {
    let sql = "UPDATE sprints SET stage = $3, stage_at = $4 WHERE id = $1 AND stage = $2";
    let params = [Value::text(id), from.as_str().into(), to.as_str().into(), at.into()];
    match tx.execute(sql, &params).await? {
        0 => Err(StoreError::Conflict(format!(
            "the sprint is no longer in stage {}; reload to see where it stands",
            from.label()
        ))),
        _ => Ok(()),
    }
}

fn read(row: &Row) -> Result<SprintRow> {
    Ok(SprintRow {
        id: row.parse("id")?,
        number: row.int("number")?,
        title: row.text("title")?,
        stage: row.parse("stage")?,
        brief: row.opt_text("brief")?.map(|_| row.json("brief")).transpose()?,
        created_at: row.instant("created_at")?,
        created_by: row.text("created_by")?,
        stage_at: row.instant("stage_at")?,
        override_reason: row.opt_text("override_reason")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sprints_are_numbered_and_move_once() {
        for store in crate::testing::stores().await {
            let mut tx = store.begin().await.expect("begin");
            let first = create(&mut tx, "Spring", InstantMs(1), "ann", None).await.expect("create");
            let second = create(&mut tx, "Summer", InstantMs(2), "ann", Some("holiday")).await.expect("create");
            assert_eq!((first.number, second.number), (1, 2));
            set_stage(&mut tx, first.id, SprintStage::Brief, SprintStage::Concepts, InstantMs(3)).await.expect("move");
            let again = set_stage(&mut tx, first.id, SprintStage::Brief, SprintStage::Concepts, InstantMs(4)).await;
            assert!(matches!(again, Err(StoreError::Conflict(_))));
            assert_eq!(newest_in(&mut tx).await.expect("read").map(|row| row.number), Some(2));
            tx.commit().await.expect("commit");
            let read = get(&store, first.id).await.expect("read").expect("there");
            assert_eq!((read.stage, read.stage_at), (SprintStage::Concepts, InstantMs(3)));
            assert_eq!(by_number(&store, 2).await.expect("read"), Some(second));
            assert_eq!(list(&store).await.expect("read").len(), 2);
        }
    }
}
