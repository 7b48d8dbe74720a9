//! Whether two stores hold the same: after a crash and a second run as after none.

use crate::{Intake, IntakeError};

/// A digest of everything imports leave behind: known facts, replaced facts, products, customers, the lake's files with
/// their checksums, and how imports ended. Ids and times of imports are left out.
///
/// # Errors
/// The store refused.
pub async fn fingerprint(intake: &Intake) -> Result<String, IntakeError> {
    const PARTS: [(&str, &str); 7] = [
        ("SELECT table_name, fact_key, digest, seq FROM fact_keys", "tTti"),
        ("SELECT table_name, fact_key, seq FROM superseded", "tTi"),
        ("SELECT path, checksum, row_count, min_seq, max_seq FROM lake_files", "Ttiii"),
        ("SELECT product_id, seq, title FROM products", "Tit"),
        ("SELECT customer_key, pseudonym FROM customers", "Tt"),
        ("SELECT message_hash, day FROM seen", "ii"),
        ("SELECT checksum, source, status, checkpoint FROM imports", "Tttt"),
    ];
    let mut hasher = blake3::Hasher::new();
    let mut tx = intake.store.begin_read().await?;
    for (sql, types) in PARTS {
        let names = sql.trim_start_matches("SELECT ").split(" FROM").next().unwrap_or_default();
        let mut lines = Vec::new();
        for row in tx.fetch(sql, &[]).await? {
            let mut line = String::new();
            for (name, kind) in names.split(", ").zip(types.chars()) {
                let value = match kind {
                    'i' => row.int(name)?.to_string(),
                    _ => row.text(name)?,
                };
                line += &format!("{}:{value};", value.len());
            }
            lines.push(line);
        }
        // Databases collate texts differently.
        lines.sort_unstable();
        hasher.update(format!("{} rows", lines.len()).as_bytes());
        for line in &lines {
            hasher.update(line.as_bytes());
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
}
