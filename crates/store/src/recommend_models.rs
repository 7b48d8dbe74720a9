//! Trained recommenders: which files there are, and which of them serve.

use domain::InstantMs;

use crate::{Result, Row, Store, StoreError, Tx, Value};

/// Where a model stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    /// Trained, serves nobody.
    Ready,
    /// Serves.
    Active,
    /// Serves the other half of a contest.
    Challenger,
    /// Served once; its file may be gone.
    Retired,
}

impl ModelState {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            ModelState::Ready => "ready",
            ModelState::Active => "active",
            ModelState::Challenger => "challenger",
            ModelState::Retired => "retired",
        }
    }
}

impl std::str::FromStr for ModelState {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        [ModelState::Ready, ModelState::Active, ModelState::Challenger, ModelState::Retired]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| text.to_owned())
    }
}

/// A trained model.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ModelRow {
    /// Number, from 1; higher is newer.
    pub version: i64,
    /// Name of its file in the folder of models.
    pub file: String,
    /// BLAKE3 of the file, hex.
    pub checksum: String,
    /// Size of the file.
    pub size_bytes: i64,
    /// When it was trained.
    pub trained_at: InstantMs,
    /// By whom: a person, a key, or the night.
    pub trained_by: String,
    /// It knows the facts with a `seq` up to this.
    pub as_of_seq: i64,
    /// Where it stands.
    pub state: ModelState,
    /// What training found: counts, gate, validation.
    pub metrics: serde_json::Value,
}

const COLUMNS: &str = "version, file, checksum, size_bytes, trained_at, trained_by, as_of_seq, state, metrics";

/// The number that the next model gets. Holds only inside the transaction that inserts it.
///
/// # Errors
/// The database refused.
pub async fn next_version(tx: &mut Tx) -> Result<i64> {
    let row = tx.fetch_one("SELECT COALESCE(MAX(version), 0) + 1 AS next FROM recommend_models", &[]).await?;
    row.map_or(Ok(1), |row| row.int("next"))
}

/// Records a trained model.
///
/// # Errors
/// The database refused.
pub async fn insert(tx: &mut Tx, model: &ModelRow) -> Result<()> {
    let sql = format!("INSERT INTO recommend_models ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    let params = [
        model.version.into(),
        (&model.file).into(),
        (&model.checksum).into(),
        model.size_bytes.into(),
        model.trained_at.into(),
        (&model.trained_by).into(),
        model.as_of_seq.into(),
        model.state.as_str().into(),
        Value::json(&model.metrics),
    ];
    tx.execute(&sql, &params).await?;
    Ok(())
}

/// Makes a model the active one or the challenger; who was that before is retired.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such model; or the database refused.
pub async fn promote(tx: &mut Tx, version: i64, state: ModelState) -> Result<()> {
    let set = "UPDATE recommend_models SET state = $1 WHERE version = $2";
    if tx.execute(set, &[state.as_str().into(), version.into()]).await? == 0 {
        return Err(StoreError::NotFound(format!("model {version}")));
    }
    let retire = "UPDATE recommend_models SET state = 'retired' WHERE state = $1 AND version <> $2";
    tx.execute(retire, &[state.as_str().into(), version.into()]).await?;
    Ok(())
}

/// The newest models, newest first.
///
/// # Errors
/// The database refused.
pub async fn list(store: &Store, most: i64) -> Result<Vec<ModelRow>> {
    let sql = format!("SELECT {COLUMNS} FROM recommend_models ORDER BY version DESC LIMIT $1");
    store.fetch(&sql, &[most.into()]).await?.iter().map(read).collect()
}

/// A model by its number.
///
/// # Errors
/// The database refused.
pub async fn get(store: &Store, version: i64) -> Result<Option<ModelRow>> {
    let sql = format!("SELECT {COLUMNS} FROM recommend_models WHERE version = $1");
    store.fetch_one(&sql, &[version.into()]).await?.as_ref().map(read).transpose()
}

/// The active model and the challenger, where there are such.
///
/// # Errors
/// The database refused.
pub async fn serving(store: &Store) -> Result<(Option<ModelRow>, Option<ModelRow>)> {
    let sql =
        format!("SELECT {COLUMNS} FROM recommend_models WHERE state IN ('active', 'challenger') ORDER BY version");
    let (mut active, mut challenger) = (None, None);
    for row in store.fetch(&sql, &[]).await? {
        let model = read(&row)?;
        match model.state {
            ModelState::Active => active = Some(model),
            _ => challenger = Some(model),
        }
    }
    Ok((active, challenger))
}

fn read(row: &Row) -> Result<ModelRow> {
    Ok(ModelRow {
        version: row.int("version")?,
        file: row.text("file")?,
        checksum: row.text("checksum")?,
        size_bytes: row.int("size_bytes")?,
        trained_at: row.instant("trained_at")?,
        trained_by: row.text("trained_by")?,
        as_of_seq: row.int("as_of_seq")?,
        state: row.parse("state")?,
        metrics: row.json("metrics")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_is_active_and_one_challenges() {
        for store in crate::testing::stores().await {
            let mut tx = store.begin().await.expect("begin");
            for _ in 0..3 {
                let version = next_version(&mut tx).await.expect("next");
                let model = ModelRow {
                    version,
                    file: format!("{version}.model"),
                    checksum: "c".into(),
                    size_bytes: 1,
                    trained_at: InstantMs(version),
                    trained_by: "the night".into(),
                    as_of_seq: 7,
                    state: ModelState::Ready,
                    metrics: serde_json::json!({}),
                };
                insert(&mut tx, &model).await.expect("insert");
            }
            promote(&mut tx, 1, ModelState::Active).await.expect("promote");
            promote(&mut tx, 2, ModelState::Challenger).await.expect("promote");
            promote(&mut tx, 3, ModelState::Active).await.expect("promote");
            assert!(promote(&mut tx, 9, ModelState::Active).await.is_err());
            tx.commit().await.expect("commit");
            let (active, challenger) = serving(&store).await.expect("serving");
            assert_eq!((active.expect("one").version, challenger.expect("one").version), (3, 2));
            let all: Vec<_> = list(&store, 9).await.expect("list").iter().map(|m| (m.version, m.state)).collect();
            assert_eq!(all, [(3, ModelState::Active), (2, ModelState::Challenger), (1, ModelState::Retired)]);
            assert_eq!(get(&store, 2).await.expect("get").expect("there").as_of_seq, 7);
        }
    }
}
