//! Asking a snapshot a question and keeping the question with the answer.

use domain::sprint::Evidence;
use lake::{LakeError, Snapshot, Table};

/// Runs a query; returns its rows and the evidence that recomputes its first one.
///
/// # Errors
/// The query failed.
pub(crate) async fn ask(snapshot: &Snapshot, name: &str, sql: &str) -> Result<(Table, Evidence), LakeError> {
    let table = snapshot.query(sql).await?;
    let values = if table.is_empty() { serde_json::Map::new() } else { table.row(0).to_json() };
    let evidence = Evidence {
        name: name.to_owned(),
        sql: sql.to_owned(),
        as_of_seq: snapshot.as_of_seq(),
        as_of: snapshot.now(),
        values,
    };
    Ok((table, evidence))
}

/// A day as people read it: `4 May 2026`.
pub(crate) fn day_words(day: domain::Day) -> String {
    format!("{} {}", writer::number::day_text(day, true), day.0.year())
}

/// `1 order`, `3 orders`.
pub(crate) fn count(number: i64, one: &str) -> String {
    let digits = domain::group_thousands(number.unsigned_abs());
    let sign = if number < 0 { "−" } else { "" };
    format!("{sign}{digits} {one}{}", if number == 1 { "" } else { "s" })
}

/// What each of `number` cost, rounded once.
pub(crate) fn each(total: domain::Money, number: i64) -> domain::Money {
    let minor = i128::from(total.to_micros()) / i128::from(number.max(1));
    domain::Money::from_micros(minor, total.currency)
}

/// A time in words: `under an hour`, `5 hours`, `2.5 days`.
pub(crate) fn days_in_words(days: f64) -> String {
    let hours = (days * 24.0).round() as i64;
    match hours {
        ..1 => "under an hour".to_owned(),
        1..24 => count(hours, "hour"),
        _ => format!("{days:.1} days"),
    }
}

/// A list in words: `a`, `a and b`, `a, b and c`.
pub(crate) fn list_words(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_well() {
        assert_eq!(day_words(domain::Day::parse("2026-05-04").expect("day")), "4 May 2026");
        assert_eq!((count(1, "order"), count(1_204, "order")), ("1 order".into(), "1,204 orders".into()));
        let shown: Vec<String> = [0.01, 0.05, 0.21, 2.46].into_iter().map(days_in_words).collect();
        assert_eq!(shown, ["under an hour", "1 hour", "5 hours", "2.5 days"]);
        assert_eq!(list_words(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }
}
