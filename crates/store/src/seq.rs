//! `seq`: the number every fact gets, in the order in which facts were recorded.

use crate::{Result, Store, StoreError, Tx};

/// Takes `count` numbers inside the transaction that records the facts; returns the first of them.
///
/// # Errors
/// The database refused.
pub async fn allocate(tx: &mut Tx, count: i64) -> Result<i64> {
    let sql = "UPDATE counters SET value = value + $1 WHERE name = 'seq' RETURNING value";
    let row = tx.fetch_one(sql, &[count.into()]).await?.ok_or_else(|| StoreError::NotFound("counter `seq`".into()))?;
    Ok(row.int("value")? - count + 1)
}

/// The greatest number given so far.
///
/// # Errors
/// The database refused.
pub async fn latest(store: &Store) -> Result<i64> {
    match store.fetch_one("SELECT value FROM counters WHERE name = 'seq'", &[]).await? {
        Some(row) => row.int("value"),
        None => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn numbers_are_given_once_and_a_rollback_gives_them_back() {
        for store in crate::testing::stores().await {
            let mut tx = store.begin().await.expect("begin");
            assert_eq!(allocate(&mut tx, 3).await.expect("allocate"), 1);
            assert_eq!(allocate(&mut tx, 2).await.expect("allocate"), 4);
            tx.commit().await.expect("commit");
            let mut tx = store.begin().await.expect("begin");
            assert_eq!(allocate(&mut tx, 9).await.expect("allocate"), 6);
            drop(tx);
            assert_eq!(latest(&store).await.expect("latest"), 5);
        }
    }
}
