//! Customers: the only place where personal data is kept. Everything else knows a person by a pseudonym.

use domain::facts::Customer;

use crate::{Result, Row, Store, Tx, Value};

const COLUMNS: [&str; 8] =
    ["customer_key", "pseudonym", "email", "first_name", "last_name", "country", "accepts_email", "tags"];

fn write(pseudonym: &str, customer: &Customer) -> Vec<Value> {
    vec![
        (&customer.customer_key).into(),
        pseudonym.into(),
        customer.email.clone().into(),
        customer.first_name.clone().into(),
        customer.last_name.clone().into(),
        customer.country.clone().into(),
        customer.accepts_email.into(),
        Value::json(&customer.tags),
    ]
}

fn read(row: &Row) -> Result<Customer> {
    Ok(Customer {
        customer_key: row.text("customer_key")?,
        email: row.opt_text("email")?,
        first_name: row.opt_text("first_name")?,
        last_name: row.opt_text("last_name")?,
        country: row.opt_text("country")?,
        accepts_email: row.opt_int("accepts_email")?.map(|flag| flag != 0),
        tags: row.json("tags")?,
    })
}

/// Writes customers out of a customers export (pseudonym, record); what the file does not say stays as it was.
///
/// # Errors
/// The database refused.
pub async fn upsert(tx: &mut Tx, customers: &[(String, Customer)]) -> Result<()> {
    let rows: Vec<Vec<Value>> = customers.iter().map(|(pseudonym, customer)| write(pseudonym, customer)).collect();
    let conflict = "ON CONFLICT (customer_key) DO UPDATE SET email = COALESCE(excluded.email, customers.email), \
                    first_name = COALESCE(excluded.first_name, customers.first_name), \
                    last_name = COALESCE(excluded.last_name, customers.last_name), \
                    country = COALESCE(excluded.country, customers.country), \
                    accepts_email = COALESCE(excluded.accepts_email, customers.accepts_email), \
                    tags = CASE WHEN excluded.tags = '[]' THEN customers.tags ELSE excluded.tags END";
    tx.insert_many("customers", &COLUMNS, &rows, conflict).await?;
    Ok(())
}

/// Writes customers that only orders name; who is known already stays as they are.
///
/// # Errors
/// The database refused.
pub async fn insert_new(tx: &mut Tx, customers: &[(String, Customer)]) -> Result<()> {
    let rows: Vec<Vec<Value>> = customers.iter().map(|(pseudonym, customer)| write(pseudonym, customer)).collect();
    tx.insert_many("customers", &COLUMNS, &rows, "ON CONFLICT (customer_key) DO NOTHING").await?;
    Ok(())
}

/// The people behind pseudonyms, by customer key; unknown pseudonyms are left out.
///
/// # Errors
/// The database refused.
pub async fn by_pseudonyms(tx: &mut Tx, pseudonyms: &[String]) -> Result<Vec<Customer>> {
    let keys: Vec<Value> = pseudonyms.iter().map(Value::from).collect();
    let rows = tx.fetch_in("SELECT * FROM customers WHERE pseudonym IN ", &[], &keys).await?;
    let mut customers: Vec<Customer> = rows.iter().map(read).collect::<Result<_>>()?;
    customers.sort_by(|a, b| a.customer_key.cmp(&b.customer_key));
    Ok(customers)
}

/// How many customers are known, how many of them with an e-mail address, how many accept e-mail marketing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// People known.
    pub known: i64,
    /// With an e-mail address.
    pub with_email: i64,
    /// Of whom a file said that they accept e-mail marketing.
    pub accept_email: i64,
}

/// Counts the customers.
///
/// # Errors
/// The database refused.
pub async fn counts(store: &Store) -> Result<Counts> {
    let sql = "SELECT COUNT(*) AS known, COUNT(email) AS with_email, \
               CAST(COALESCE(SUM(accepts_email), 0) AS BIGINT) AS accept_email FROM customers";
    let Some(row) = store.fetch_one(sql, &[]).await? else {
        return Ok(Counts { known: 0, with_email: 0, accept_email: 0 });
    };
    Ok(Counts { known: row.int("known")?, with_email: row.int("with_email")?, accept_email: row.int("accept_email")? })
}

/// Whether any customer's name or e-mail occurs in the text: the guard in front of every prompt. Names of fewer than
/// three letters are not looked for alone.
///
/// # Errors
/// The database refused.
pub async fn occurs_in(store: &Store, text: &str) -> Result<Option<String>> {
    let sql = "SELECT customer_key FROM customers WHERE (email IS NOT NULL AND email <> '' AND INSTR(LOWER($1), \
               LOWER(email)) > 0) OR (first_name IS NOT NULL AND last_name IS NOT NULL AND \
               LENGTH(first_name) + LENGTH(last_name) > 4 AND INSTR(LOWER($1), \
               LOWER(first_name || ' ' || last_name)) > 0) LIMIT 1";
    let sql = match store.backend() {
        crate::Backend::Sqlite => sql.to_owned(),
        crate::Backend::Postgres => sql.replace("INSTR(", "STRPOS("),
    };
    store.fetch_one(&sql, &[text.into()]).await?.map(|row| row.text("customer_key")).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(key: &str) -> Customer {
        Customer {
            customer_key: key.into(),
            email: None,
            first_name: None,
            last_name: None,
            country: None,
            accepts_email: None,
            tags: vec![],
        }
    }

    #[tokio::test]
    async fn later_files_add_and_orders_do_not_erase() {
        for store in crate::testing::stores().await {
            let mut tx = store.begin().await.expect("begin");
            let full = Customer {
                email: Some("ada@example.com".into()),
                first_name: Some("Ada".into()),
                last_name: Some("Byron".into()),
                accepts_email: Some(true),
                ..customer("ada@example.com")
            };
            insert_new(&mut tx, &[("p1".into(), customer("ada@example.com"))]).await.expect("insert");
            upsert(&mut tx, &[("p1".into(), full.clone())]).await.expect("upsert");
            insert_new(&mut tx, &[("p1".into(), customer("ada@example.com"))]).await.expect("insert");
            insert_new(&mut tx, &[("p2".into(), customer("17850"))]).await.expect("insert");
            upsert(&mut tx, &[("p1".into(), Customer { country: Some("UK".into()), ..customer("ada@example.com") })])
                .await
                .expect("upsert");
            let found = by_pseudonyms(&mut tx, &["p1".into(), "p9".into()]).await.expect("find");
            assert_eq!(found, vec![Customer { country: Some("UK".into()), ..full }]);
            tx.commit().await.expect("commit");
            assert_eq!(counts(&store).await.expect("counts"), Counts { known: 2, with_email: 1, accept_email: 1 });
            let named = occurs_in(&store, "Dear ADA Byron, …").await.expect("search");
            assert_eq!(named.as_deref(), Some("ada@example.com"));
            assert_eq!(occurs_in(&store, "Dear friend").await.expect("search"), None);
        }
    }
}
