//! Workflow maps: every save is kept, the newest is current.

use domain::{InstantMs, MapId, workflow::Stream};

use crate::{Result, Store, Tx, Value};

/// A saved map.
#[derive(Debug, Clone, PartialEq)]
pub struct MapRow {
    /// Id of this save.
    pub id: MapId,
    /// The stream.
    pub stream: Stream,
    /// When it was saved.
    pub saved_at: InstantMs,
    /// Who saved it.
    pub saved_by: String,
}

/// Saves a map; it becomes the current one.
///
/// # Errors
/// The database refused.
pub async fn save(tx: &mut Tx, stream: &Stream, at: InstantMs, by: &str) -> Result<MapId> {
    let document = serde_json::to_string(stream).unwrap_or_default();
    let id = MapId::derive(at, &[by, &document]);
    let sql = "INSERT INTO maps (id, doc, saved_at, saved_by) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";
    tx.execute(sql, &[Value::text(id), document.into(), at.into(), by.into()]).await?;
    Ok(id)
}

/// The current map, if one was ever saved.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn current(store: &Store) -> Result<Option<MapRow>> {
    let sql = "SELECT id, doc, saved_at, saved_by FROM maps ORDER BY saved_at DESC, id DESC LIMIT 1";
    let Some(row) = store.fetch_one(sql, &[]).await? else { return Ok(None) };
    Ok(Some(MapRow {
        id: row.parse("id")?,
        stream: row.json("doc")?,
        saved_at: row.instant("saved_at")?,
        saved_by: row.text("saved_by")?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_newest_save_is_current() {
        for store in crate::testing::stores().await {
            assert!(current(&store).await.expect("read").is_none());
            for (at, count) in [(10, 1usize), (20, 0)] {
                let stage = domain::workflow::Stage {
                    name: "Ideation".into(),
                    hands_on_hours: 4.0,
                    elapsed_days: 2.0,
                    waiting_days: 0.5,
                    cost_minor: 0,
                    people: 2,
                    pain: 3,
                    note: String::new(),
                    redesign: None,
                };
                let stream = Stream { stages: vec![stage; count] };
                let mut tx = store.begin().await.expect("begin");
                save(&mut tx, &stream, InstantMs(at), "ann").await.expect("save");
                tx.commit().await.expect("commit");
                assert_eq!(current(&store).await.expect("read").map(|map| map.stream), Some(stream));
            }
        }
    }
}
