//! Whether two stores hold the same: after a crash and a second run as after none.

use crate::{Intake, IntakeError};

/// A digest of everything imports leave behind: known facts, replaced facts, products, customers, the lake's files with
/// their checksums, and how imports ended. Ids and times of imports are left out.
///
/// # Errors
/// The store refused.
pub async fn fingerprint(intake: &Intake) -> Result<String, IntakeError> {
    const PARTS: [(&str, &str); 6] = [
        ("SELECT table_name, fact_key, digest, seq FROM fact_keys ORDER BY table_name, fact_key", "tTti"),
        ("SELECT table_name, fact_key, seq FROM superseded ORDER BY table_name, fact_key, seq", "tTi"),
        ("SELECT path, checksum, row_count, min_seq, max_seq FROM lake_files ORDER BY path", "Ttiii"),
        ("SELECT product_id, seq, title FROM products ORDER BY product_id, seq", "Tit"),
        ("SELECT customer_key, pseudonym FROM customers ORDER BY customer_key", "Tt"),
        ("SELECT checksum, source, status, checkpoint FROM imports ORDER BY checksum, source", "Tttt"),
    ];
    let mut hasher = blake3::Hasher::new();
    let mut tx = intake.store.begin_read().await?;
    for (sql, types) in PARTS {
        let names = sql.trim_start_matches("SELECT ").split(" FROM").next().unwrap_or_default();
        for row in tx.fetch(sql, &[]).await? {
            for (name, kind) in names.split(", ").zip(types.chars()) {
                let value = match kind {
                    'i' => row.int(name)?.to_string(),
                    _ => row.text(name)?,
                };
                hasher.update(&(value.len() as u64).to_le_bytes());
                hasher.update(value.as_bytes());
            }
        }
        hasher.update(b"\0part");
    }
    Ok(hasher.finalize().to_hex().to_string())
}
