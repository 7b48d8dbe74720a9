//! Sessions of signed-in people. The store sees hashes of tokens only.

use domain::{InstantMs, UserId};

use crate::{Result, Store, Tx, Value, users};

/// Opens a session.
///
/// # Errors
/// The database refused.
pub async fn open(tx: &mut Tx, token_hash: &str, user: UserId, at: InstantMs, expires_at: InstantMs) -> Result<()> {
    tx.execute("DELETE FROM sessions WHERE expires_at <= $1", &[at.into()]).await?;
    let sql = "INSERT INTO sessions (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, &[token_hash.into(), Value::text(user), at.into(), expires_at.into()]).await?;
    Ok(())
}

/// Who a session belongs to; `None` when it is unknown or over, or the person is shut out.
///
/// # Errors
/// The database refused.
pub async fn user(store: &Store, token_hash: &str, now: InstantMs) -> Result<Option<users::UserRow>> {
    let sql = "SELECT user_id FROM sessions WHERE token_hash = $1 AND expires_at > $2";
    let Some(row) = store.fetch_one(sql, &[token_hash.into(), now.into()]).await? else { return Ok(None) };
    let user = users::get(store, row.parse("user_id")?).await?;
    Ok(user.filter(|user| user.disabled_at.is_none()))
}

/// Closes a session.
///
/// # Errors
/// The database refused.
pub async fn close(tx: &mut Tx, token_hash: &str) -> Result<()> {
    tx.execute("DELETE FROM sessions WHERE token_hash = $1", &[token_hash.into()]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_session_ends_by_time_and_by_sign_out() {
        for store in crate::testing::stores().await {
            let at = InstantMs(1_000);
            let mut tx = store.begin().await.expect("begin");
            let ann = users::create_owner(&mut tx, "a@x", "Ann", "h", at).await.expect("owner");
            open(&mut tx, "t", ann, at, at.plus_days(1)).await.expect("open");
            tx.commit().await.expect("commit");
            assert_eq!(user(&store, "t", at).await.expect("read").map(|user| user.id), Some(ann));
            assert!(user(&store, "t", at.plus_days(1)).await.expect("read").is_none());
            let mut tx = store.begin().await.expect("begin");
            close(&mut tx, "t").await.expect("close");
            tx.commit().await.expect("commit");
            assert!(user(&store, "t", at).await.expect("read").is_none());
        }
    }
}
