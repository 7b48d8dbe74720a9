//! Erasing a person: what the store knows of them goes, the lake keeps rows of a pseudonym that leads to nobody.

use domain::InstantMs;

use crate::{Result, Tx, Value};

/// What erasing a person removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Erased {
    /// Rows of personal data.
    pub records: u64,
    /// Rows of waiting events that lost their customer.
    pub events: u64,
}

/// Removes a person's data by the (normalised) key that orders use, and remembers the pseudonym, so that a later import
/// of an old export does not bring the person back. Doing it again is fine.
///
/// # Errors
/// The database refused.
pub async fn erase(tx: &mut Tx, customer_key: &str, pseudonym: &str, at: InstantMs) -> Result<Erased> {
    let mut records = tx.execute("DELETE FROM customers WHERE customer_key = $1", &[customer_key.into()]).await?;
    let sql = "DELETE FROM fact_keys WHERE table_name = 'customers' AND fact_key = $1";
    records += tx.execute(sql, &[customer_key.into()]).await?;
    // The journal of undo keeps what stood before: not counted, it is the same person's same record.
    for journal in
        ["customers_before WHERE customer_key", "import_replaced WHERE table_name = 'customers' AND fact_key"]
    {
        tx.execute(&format!("DELETE FROM {journal} = $1"), &[customer_key.into()]).await?;
    }
    let sql = "UPDATE inbox SET customer_id = NULL WHERE customer_id = $1";
    let events = tx.execute(sql, &[pseudonym.into()]).await?;
    let sql = "INSERT INTO erased (pseudonym, at) VALUES ($1, $2) ON CONFLICT (pseudonym) DO NOTHING";
    tx.execute(sql, &[pseudonym.into(), at.into()]).await?;
    Ok(Erased { records, events })
}

/// Which of these pseudonyms belong to people who were erased.
///
/// # Errors
/// The database refused.
pub async fn erased<'p>(
    tx: &mut Tx,
    pseudonyms: impl IntoIterator<Item = &'p str>,
) -> Result<std::collections::HashSet<String>> {
    // Nearly always nobody was: one cheap look saves asking for each.
    if tx.fetch_one("SELECT pseudonym FROM erased LIMIT 1", &[]).await?.is_none() {
        return Ok(Default::default());
    }
    let keys: Vec<Value> = pseudonyms.into_iter().map(Value::from).collect();
    let rows = tx.fetch_in("SELECT pseudonym FROM erased WHERE pseudonym IN ", &[], &keys).await?;
    rows.iter().map(|row| row.text("pseudonym")).collect()
}

#[cfg(test)]
mod tests {
    use domain::facts::Customer;

    use super::*;

    #[tokio::test]
    async fn a_person_is_gone_and_stays_known_as_gone() {
        for store in crate::testing::stores().await {
            let ada = Customer {
                customer_key: "ada@example.com".into(),
                email: Some("ada@example.com".into()),
                first_name: None,
                last_name: None,
                country: None,
                accepts_email: None,
                tags: vec![],
            };
            let mut tx = store.begin().await.expect("begin");
            assert!(erased(&mut tx, ["p1"]).await.expect("read").is_empty());
            crate::customers::upsert(&mut tx, &[("p1".into(), ada)]).await.expect("insert");
            let gone = erase(&mut tx, "ada@example.com", "p1", InstantMs(1)).await.expect("erase");
            assert_eq!(gone, Erased { records: 1, events: 0 });
            assert_eq!(erase(&mut tx, "ada@example.com", "p1", InstantMs(2)).await.expect("erase"), Erased::default());
            assert_eq!(erased(&mut tx, ["p1", "p2"]).await.expect("read").len(), 1);
            tx.commit().await.expect("commit");
            assert_eq!(crate::customers::counts(&store).await.expect("count").known, 0);
        }
    }
}
