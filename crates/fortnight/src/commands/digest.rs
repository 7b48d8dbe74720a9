//! `fortnight digest`: everything imported as a few figures and hashes, to compare two stores (kill tests).

use crate::{failure::Failure, wire::Wired};

/// What is compared. Sums of products with the sequence number catch rows that were renumbered.
const QUERIES: [(&str, &str); 5] = [
    (
        "order_lines",
        "SELECT COUNT(*) AS n, COUNT(DISTINCT order_id) AS orders, COUNT(DISTINCT customer_id) AS customers, \
         SUM(quantity) AS units, SUM(amount_micros) AS amount, MAX(seq) AS last_seq, SUM(seq * (line_no + 1)) AS places, \
         MIN(day) AS first_day, MAX(day) AS last_day FROM order_lines",
    ),
    (
        "ad_days",
        "SELECT COUNT(*) AS n, SUM(spend_micros) AS spend, SUM(impressions) AS impressions, MAX(seq) AS last_seq FROM ad_days",
    ),
    (
        "funnel_days",
        "SELECT COUNT(*) AS n, SUM(sessions) AS sessions, SUM(revenue_micros) AS revenue, MAX(seq) AS last_seq FROM funnel_days",
    ),
    (
        "events",
        "SELECT COUNT(*) AS n, COUNT(DISTINCT message_hash) AS messages, COUNT(DISTINCT device_id) AS devices, \
         SUM(quantity) AS units, MIN(day) AS first_day, MAX(day) AS last_day FROM events",
    ),
    ("products", "SELECT COUNT(*) AS n, SUM(CHARACTER_LENGTH(title)) AS title_characters FROM products"),
];

/// Prints one line a table.
pub async fn run(wired: &Wired) -> Result<(), Failure> {
    let snapshot = wired.lake.snapshot(wired.now).await?;
    for (name, sql) in QUERIES {
        let table = snapshot.query(sql).await?;
        println!("{name} {}", serde_json::Value::Object(table.first()?.to_json()));
    }
    for table in ["customers", "fact_keys", "imports"] {
        let row = wired.store.fetch_one(&format!("SELECT COUNT(*) AS n FROM {table}"), &[]).await?;
        println!("{table} {}", row.map_or(Ok(0), |row| row.int("n"))?);
    }
    Ok(())
}
