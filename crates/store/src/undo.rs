//! The journal by which an import is undone: the numbers its batches took, what it replaced, and who leans on it.

use domain::ImportId;

use crate::{Result, Row, Tx, Value, fact_keys::Known};

/// Numbers of one batch, both included.
pub type SeqRange = (i64, i64);

/// Notes the numbers a batch took, in the transaction that records it; also those under which facts of an import stand
/// again after another one was undone.
///
/// # Errors
/// The database refused.
pub async fn note_batch(tx: &mut Tx, import: ImportId, (first, last): SeqRange) -> Result<()> {
    let sql = "INSERT INTO import_batches (import_id, first_seq, last_seq) VALUES ($1, $2, $3)";
    tx.execute(sql, &[Value::text(import), first.into(), last.into()]).await?;
    Ok(())
}

/// Notes what stood where the import writes another content. What the import itself wrote earlier is not noted.
///
/// # Errors
/// The database refused.
pub async fn note_replaced(tx: &mut Tx, import: ImportId, table: &str, facts: &[(&str, &Known)]) -> Result<()> {
    let rows: Vec<Vec<Value>> = facts
        .iter()
        .map(|(key, known)| {
            vec![
                Value::text(import),
                table.into(),
                (*key).into(),
                (&known.digest).into(),
                known.seq.into(),
                Value::text(known.import_id),
                known.exported_at.into(),
            ]
        })
        .collect();
    let columns = ["import_id", "table_name", "fact_key", "digest", "seq", "from_import", "exported_at"];
    tx.insert_many("import_replaced", &columns, &rows, "ON CONFLICT DO NOTHING").await?;
    Ok(())
}

/// Notes that rows of an import were known from, or revised, another one.
///
/// # Errors
/// The database refused.
pub async fn note_leans(tx: &mut Tx, import: ImportId, on: ImportId, rows: u64) -> Result<()> {
    let sql = "INSERT INTO import_leans (import_id, on_import, row_count) VALUES ($1, $2, $3) \
               ON CONFLICT (import_id, on_import) DO UPDATE SET row_count = import_leans.row_count + excluded.row_count";
    tx.execute(sql, &[Value::text(import), Value::text(on), (rows as i64).into()]).await?;
    Ok(())
}

/// Keeps the records of customers as they stand, before the import says more of them. A second time changes nothing.
///
/// # Errors
/// The database refused.
pub async fn keep_customers(tx: &mut Tx, import: ImportId, keys: &[(&str, &str)]) -> Result<()> {
    let sql = "INSERT INTO customers_before (import_id, customer_key, existed, pseudonym, email, first_name, last_name, \
               country, accepts_email, tags) SELECT $1, customer_key, 1, pseudonym, email, first_name, last_name, \
               country, accepts_email, tags FROM customers WHERE customer_key = $2 ON CONFLICT DO NOTHING";
    let mut absent = Vec::new();
    let asked: Vec<Value> = keys.iter().map(|(key, _)| (*key).into()).collect();
    let found = tx.fetch_in("SELECT customer_key FROM customers WHERE customer_key IN ", &[], &asked).await?;
    let found = found.iter().map(|row| row.text("customer_key")).collect::<Result<std::collections::HashSet<_>>>()?;
    for (key, pseudonym) in keys {
        if found.contains(*key) {
            tx.execute(sql, &[Value::text(import), (*key).into()]).await?;
        } else {
            absent.push(vec![Value::text(import), (*key).into(), 0.into(), (*pseudonym).into(), "[]".into()]);
        }
    }
    let columns = ["import_id", "customer_key", "existed", "pseudonym", "tags"];
    tx.insert_many("customers_before", &columns, &absent, "ON CONFLICT DO NOTHING").await?;
    Ok(())
}

/// The numbers an import's batches took, in order.
///
/// # Errors
/// The database refused.
pub async fn batches(tx: &mut Tx, import: ImportId) -> Result<Vec<SeqRange>> {
    let sql = "SELECT first_seq, last_seq FROM import_batches WHERE import_id = $1 ORDER BY first_seq";
    tx.fetch(sql, &[Value::text(import)]).await?.iter().map(range).collect()
}

/// Numbers of one batch, whose they are, and whether that import was undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// First number.
    pub first: i64,
    /// Last number.
    pub last: i64,
    /// The import.
    pub import: ImportId,
    /// Whether it was undone.
    pub is_undone: bool,
}

/// All batches of all imports, in order.
///
/// # Errors
/// The database refused.
pub async fn all_batches(tx: &mut Tx) -> Result<Vec<Batch>> {
    let sql = "SELECT b.first_seq, b.last_seq, b.import_id, CASE WHEN i.status = 'undone' THEN 1 ELSE 0 END AS undone \
               FROM import_batches b JOIN imports i ON i.import_id = b.import_id ORDER BY b.first_seq";
    let rows = tx.fetch(sql, &[]).await?;
    rows.iter()
        .map(|row| {
            let (first, last) = range(row)?;
            Ok(Batch { first, last, import: row.parse("import_id")?, is_undone: row.int("undone")? == 1 })
        })
        .collect()
}

fn range(row: &Row) -> Result<SeqRange> {
    Ok((row.int("first_seq")?, row.int("last_seq")?))
}

/// Files of imports that lean on this one and stand, newest first, with their rows.
///
/// # Errors
/// The database refused.
pub async fn leaning(tx: &mut Tx, import: ImportId) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT i.file_name, l.row_count FROM import_leans l JOIN imports i ON i.import_id = l.import_id \
               WHERE l.on_import = $1 AND i.status <> 'undone' ORDER BY i.started_at DESC, i.import_id DESC";
    let rows = tx.fetch(sql, &[Value::text(import)]).await?;
    rows.iter().map(|row| Ok((row.text("file_name")?, row.int("row_count")?))).collect()
}

/// What an import replaced, of one table: fact key and what stood there.
///
/// # Errors
/// The database refused.
pub async fn replaced(tx: &mut Tx, import: ImportId, table: &str) -> Result<Vec<(String, Known)>> {
    let sql = "SELECT fact_key, digest, seq, from_import, exported_at FROM import_replaced \
               WHERE import_id = $1 AND table_name = $2 ORDER BY fact_key";
    let rows = tx.fetch(sql, &[Value::text(import), table.into()]).await?;
    rows.iter()
        .map(|row| {
            let known = Known {
                digest: row.text("digest")?,
                seq: row.int("seq")?,
                import_id: row.parse("from_import")?,
                exported_at: row.instant("exported_at")?,
            };
            Ok((row.text("fact_key")?, known))
        })
        .collect()
}

/// Keys of the facts of one table whose newest content an import brought.
///
/// # Errors
/// The database refused.
pub async fn keys(tx: &mut Tx, import: ImportId, table: &str) -> Result<Vec<String>> {
    let sql = "SELECT fact_key FROM fact_keys WHERE table_name = $1 AND import_id = $2 ORDER BY fact_key";
    tx.fetch(sql, &[table.into(), Value::text(import)]).await?.iter().map(|row| row.text("fact_key")).collect()
}

/// Forgets that an import brought anything: its facts become unknown.
///
/// # Errors
/// The database refused.
pub async fn forget_facts(tx: &mut Tx, import: ImportId) -> Result<()> {
    tx.execute("DELETE FROM fact_keys WHERE import_id = $1", &[Value::text(import)]).await?;
    Ok(())
}

/// Puts customers back as they stood before an import named them. Returns how many have their old record again, and the
/// pseudonyms of those of whom nothing was known before.
///
/// # Errors
/// The database refused.
pub async fn put_customers_back(tx: &mut Tx, import: ImportId) -> Result<(u64, Vec<String>)> {
    let rows = tx.fetch("SELECT * FROM customers_before WHERE import_id = $1", &[Value::text(import)]).await?;
    let mut back = 0;
    let mut new = Vec::new();
    let sql = "UPDATE customers SET email = $2, first_name = $3, last_name = $4, country = $5, accepts_email = $6, \
               tags = $7 WHERE customer_key = $1";
    for row in &rows {
        let key = row.text("customer_key")?;
        let existed = row.flag("existed")?;
        // Whom only this import named: an order may still name the address, nothing else is known.
        let email = key.contains('@').then(|| key.clone());
        let params: Vec<Value> = vec![
            key.into(),
            if existed { row.opt_text("email")?.into() } else { email.into() },
            row.opt_text("first_name")?.into(),
            row.opt_text("last_name")?.into(),
            row.opt_text("country")?.into(),
            row.opt_int("accepts_email")?.into(),
            row.text("tags")?.into(),
        ];
        let touched = tx.execute(sql, &params).await?;
        if existed {
            back += touched;
        } else {
            new.push(row.text("pseudonym")?);
        }
    }
    tx.execute("DELETE FROM customers_before WHERE import_id = $1", &[Value::text(import)]).await?;
    Ok((back, new))
}

/// Removes customers by pseudonym whom no customers file names; returns how many.
///
/// # Errors
/// The database refused.
pub async fn remove_customers(tx: &mut Tx, pseudonyms: &[String]) -> Result<u64> {
    let mut removed = 0;
    let sql = "DELETE FROM customers WHERE pseudonym = $1 AND NOT EXISTS (SELECT 1 FROM fact_keys f \
               WHERE f.table_name = 'customers' AND f.fact_key = customers.customer_key)";
    for pseudonym in pseudonyms {
        removed += tx.execute(sql, &[pseudonym.into()]).await?;
    }
    Ok(removed)
}

/// Ends the journal of an import that is undone: nothing leans, nothing is kept of what it replaced.
///
/// # Errors
/// The database refused.
pub async fn close(tx: &mut Tx, import: ImportId) -> Result<()> {
    for table in ["import_leans", "import_replaced"] {
        tx.execute(&format!("DELETE FROM {table} WHERE import_id = $1"), &[Value::text(import)]).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::{InstantMs, facts::Customer};

    use super::*;

    #[tokio::test]
    async fn customers_go_back_and_journals_close() {
        for store in crate::testing::stores().await {
            let customer = |key: &str, name: &str| Customer {
                customer_key: key.into(),
                email: Some(key.into()),
                first_name: Some(name.into()),
                last_name: None,
                country: None,
                accepts_email: Some(true),
                tags: vec![],
            };
            let (a, b) = (ImportId::derive(InstantMs(1), &["a"]), ImportId::derive(InstantMs(2), &["b"]));
            let mut tx = store.begin().await.expect("begin");
            crate::customers::upsert(&mut tx, &[("p1".into(), customer("a@x.org", "Ada"))]).await.expect("one");
            keep_customers(&mut tx, a, &[("a@x.org", "p1"), ("b@x.org", "p2")]).await.expect("keep");
            let both = [("p1".into(), customer("a@x.org", "Adele")), ("p2".into(), customer("b@x.org", "Bo"))];
            crate::customers::upsert(&mut tx, &both).await.expect("both");
            assert_eq!(put_customers_back(&mut tx, a).await.expect("back"), (1, vec!["p2".to_owned()]));
            assert_eq!(remove_customers(&mut tx, &["p2".into()]).await.expect("removed"), 1);
            let found = crate::customers::by_pseudonyms(&mut tx, &["p1".into(), "p2".into()]).await.expect("find");
            assert_eq!(found, vec![customer("a@x.org", "Ada")]);

            note_batch(&mut tx, a, (3, 9)).await.expect("batch");
            note_leans(&mut tx, b, a, 2).await.expect("lean");
            note_leans(&mut tx, b, a, 3).await.expect("lean");
            let known = Known { digest: "d".into(), seq: 4, import_id: a, exported_at: InstantMs(1) };
            note_replaced(&mut tx, b, "order_lines", &[("o1", &known)]).await.expect("replaced");
            assert_eq!(replaced(&mut tx, b, "order_lines").await.expect("read"), vec![("o1".into(), known)]);
            assert_eq!(batches(&mut tx, a).await.expect("read"), vec![(3, 9)]);
            assert!(leaning(&mut tx, a).await.expect("read").is_empty(), "no such import stands");
            close(&mut tx, b).await.expect("close");
            assert!(replaced(&mut tx, b, "order_lines").await.expect("read").is_empty());
        }
    }
}
