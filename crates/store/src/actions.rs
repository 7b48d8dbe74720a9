//! Action items: what somebody promised in a post-mortem.

use domain::{ActionId, InstantMs, SprintId, sprint::ActionItem};

use crate::{Result, Row, Store, StoreError, Tx, Value};

const COLUMNS: &str = "id, text, owner, due_on, done";

fn action(row: &Row) -> Result<ActionItem> {
    Ok(ActionItem {
        id: row.parse("id")?,
        text: row.text("text")?,
        owner: row.text("owner")?,
        due_on: row.day("due_on")?,
        done: row.flag("done")?,
    })
}

/// Writes a sprint's action items, replacing those it had.
///
/// # Errors
/// The database refused.
pub async fn replace(tx: &mut Tx, sprint: SprintId, items: &[ActionItem], at: InstantMs) -> Result<()> {
    tx.execute("DELETE FROM actions WHERE sprint_id = $1", &[Value::text(sprint)]).await?;
    let row = |item: &ActionItem| {
        let (text, owner): (Value, Value) = ((&item.text).into(), (&item.owner).into());
        vec![Value::text(item.id), Value::text(sprint), text, owner, item.due_on.into(), item.done.into(), at.into()]
    };
    let rows: Vec<Vec<Value>> = items.iter().map(row).collect();
    tx.insert_many("actions", &["id", "sprint_id", "text", "owner", "due_on", "done", "made_at"], &rows, "").await?;
    Ok(())
}

/// All open action items, the soonest due first.
///
/// # Errors
/// The database refused.
pub async fn open(store: &Store) -> Result<Vec<ActionItem>> {
    let sql = format!("SELECT {COLUMNS} FROM actions WHERE done = 0 ORDER BY due_on, id");
    store.fetch(&sql, &[]).await?.iter().map(action).collect()
}

/// A sprint's action items, the soonest due first.
///
/// # Errors
/// The database refused.
pub async fn of_sprint(store: &Store, sprint: SprintId) -> Result<Vec<ActionItem>> {
    let sql = format!("SELECT {COLUMNS} FROM actions WHERE sprint_id = $1 ORDER BY due_on, id");
    store.fetch(&sql, &[Value::text(sprint)]).await?.iter().map(action).collect()
}

/// Ticks an item off, or opens it again.
///
/// # Errors
/// There is none, or the database refused.
pub async fn set_done(tx: &mut Tx, id: ActionId, done: bool, actor: &str, at: InstantMs) -> Result<()> {
    let (by, when) = (done.then_some(actor), done.then_some(at));
    let sql = "UPDATE actions SET done = $2, done_by = $3, done_at = $4 WHERE id = $1";
    match tx.execute(sql, &[Value::text(id), done.into(), by.into(), when.into()]).await? {
        0 => Err(StoreError::NotFound(format!("action item {id}"))),
        _ => Ok(()),
    }
}
