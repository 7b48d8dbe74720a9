//! Settings: one JSON document a key.

use serde::{Serialize, de::DeserializeOwned};

use crate::{Result, Store, Tx, Value};

const UPSERT: &str =
    "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/// Reads a setting.
///
/// # Errors
/// The database refused, or the document has another form.
pub async fn get<T: DeserializeOwned>(store: &Store, key: &str) -> Result<Option<T>> {
    match store.fetch_one("SELECT value FROM settings WHERE key = $1", &[key.into()]).await? {
        Some(row) => Ok(Some(row.json("value")?)),
        None => Ok(None),
    }
}

/// Writes a setting.
///
/// # Errors
/// The database refused.
pub async fn set<T: Serialize>(tx: &mut Tx, key: &str, value: &T) -> Result<()> {
    tx.execute(UPSERT, &[key.into(), Value::json(value)]).await?;
    Ok(())
}

/// Writes a setting only where there is none yet; returns what stands there then.
///
/// # Errors
/// The database refused, or the standing document has another form.
pub async fn get_or_set<T: Serialize + DeserializeOwned>(tx: &mut Tx, key: &str, value: &T) -> Result<T> {
    let insert = "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
    tx.execute(insert, &[key.into(), Value::json(value)]).await?;
    match tx.fetch_one("SELECT value FROM settings WHERE key = $1", &[key.into()]).await? {
        Some(row) => row.json("value"),
        None => Err(crate::StoreError::NotFound(format!("setting `{key}`"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_setting_is_written_read_and_kept() {
        for store in crate::testing::stores().await {
            assert_eq!(get::<String>(&store, "salt").await.expect("get"), None);
            let mut tx = store.begin().await.expect("begin");
            assert_eq!(get_or_set(&mut tx, "salt", &"a".to_owned()).await.expect("set"), "a");
            assert_eq!(get_or_set(&mut tx, "salt", &"b".to_owned()).await.expect("set"), "a");
            set(&mut tx, "brand", &vec![1, 2]).await.expect("set");
            tx.commit().await.expect("commit");
            assert_eq!(get::<Vec<i64>>(&store, "brand").await.expect("get"), Some(vec![1, 2]));
            assert!(get::<String>(&store, "brand").await.is_err(), "another form is an error, not a default");
        }
    }
}
