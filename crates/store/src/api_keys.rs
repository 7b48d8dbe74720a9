//! Keys of the JSON API, stored hashed.

use domain::{ApiKeyId, InstantMs};

use crate::{Result, Row, Store, StoreError, Tx, Value, users::Role};

/// A key, without the key.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ApiKeyRow {
    /// Id.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// Its first characters, to tell keys apart.
    pub hint: String,
    /// What it may do.
    pub role: Role,
    /// Since when it works.
    pub created_at: InstantMs,
    /// Who made it.
    pub created_by: String,
    /// When it was last used (to the hour).
    pub last_used_at: Option<InstantMs>,
    /// Since when it works no more.
    pub revoked_at: Option<InstantMs>,
}

const COLUMNS: &str = "id, name, hint, role, created_at, created_by, last_used_at, revoked_at";

/// Stores a new key.
///
/// # Errors
/// The database refused.
pub async fn create(
    tx: &mut Tx,
    name: &str,
    role: Role,
    key_hash: &str,
    hint: &str,
    at: InstantMs,
    by: &str,
) -> Result<ApiKeyId> {
    let id = ApiKeyId::derive(at, &[key_hash]);
    let sql = "INSERT INTO api_keys (id, name, key_hash, hint, role, created_at, created_by) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let params =
        [Value::text(id), name.trim().into(), key_hash.into(), hint.into(), role.as_str().into(), at.into(), by.into()];
    tx.execute(sql, &params).await?;
    Ok(id)
}

/// The key with this hash, unless it was revoked.
///
/// # Errors
/// The database refused.
pub async fn by_hash(store: &Store, key_hash: &str) -> Result<Option<ApiKeyRow>> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys WHERE key_hash = $1 AND revoked_at IS NULL");
    store.fetch_one(&sql, &[key_hash.into()]).await?.as_ref().map(read).transpose()
}

/// All keys, newest first.
///
/// # Errors
/// The database refused.
pub async fn list(store: &Store) -> Result<Vec<ApiKeyRow>> {
    let sql = format!("SELECT {COLUMNS} FROM api_keys ORDER BY created_at DESC, id");
    store.fetch(&sql, &[]).await?.iter().map(read).collect()
}

/// Notes a use, at most once an hour so that reads stay reads.
///
/// # Errors
/// The database refused.
pub async fn used(store: &Store, id: ApiKeyId, at: InstantMs) -> Result<()> {
    let sql = "UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $3)";
    store.execute(sql, &[Value::text(id), at.into(), InstantMs(at.0 - 3_600_000).into()]).await?;
    Ok(())
}

/// Revokes a key for good.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such key that still works; or the database refused.
pub async fn revoke(tx: &mut Tx, id: ApiKeyId, at: InstantMs) -> Result<()> {
    let sql = "UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    match tx.execute(sql, &[Value::text(id), at.into()]).await? {
        0 => Err(StoreError::NotFound("such key".into())),
        _ => Ok(()),
    }
}

fn read(row: &Row) -> Result<ApiKeyRow> {
    Ok(ApiKeyRow {
        id: row.parse("id")?,
        name: row.text("name")?,
        hint: row.text("hint")?,
        role: row.parse("role")?,
        created_at: row.instant("created_at")?,
        created_by: row.text("created_by")?,
        last_used_at: row.opt_int("last_used_at")?.map(InstantMs),
        revoked_at: row.opt_int("revoked_at")?.map(InstantMs),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_revoked_key_opens_nothing() {
        for store in crate::testing::stores().await {
            let at = InstantMs(7_200_000);
            let mut tx = store.begin().await.expect("begin");
            let id = create(&mut tx, "reports", Role::Viewer, "hash", "fn_ab", at, "ann").await.expect("create");
            tx.commit().await.expect("commit");
            used(&store, id, at).await.expect("used");
            let key = by_hash(&store, "hash").await.expect("read").expect("works");
            assert_eq!((key.role, key.last_used_at), (Role::Viewer, Some(at)));
            let mut tx = store.begin().await.expect("begin");
            revoke(&mut tx, id, at).await.expect("revoke");
            tx.commit().await.expect("commit");
            assert!(by_hash(&store, "hash").await.expect("read").is_none());
            assert_eq!(list(&store).await.expect("read").len(), 1);
        }
    }
}
