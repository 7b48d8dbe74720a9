//! What was shown, with propensities, and what followed.

use domain::InstantMs;

use crate::{Result, Row, Store, Tx, Value};

/// One answer as it was shown.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ShownRow {
    /// Its number; greater is later.
    pub answer: i64,
    /// When.
    pub at: InstantMs,
    /// Where.
    pub placement: String,
    /// To whom: a pseudonym.
    pub unit: String,
    /// The placement's change.
    pub change: Option<String>,
    /// Arm of the change.
    pub arm: String,
    /// Why this arm, e.g. `drawn`.
    pub why: String,
    /// The contest of two models, where one runs.
    pub contest: Option<String>,
    /// The model; 0 for none.
    pub model_version: i64,
    /// The rules; 0 for the defaults.
    pub rules_version: i64,
    /// JSON: a list of `{p, s, q}`: product, score, propensity, in the order of positions.
    pub items: String,
}

/// What followed on a product that was shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OutcomeRow {
    /// The answer that showed it.
    pub answer: i64,
    /// The product.
    pub product_id: String,
    /// `click`, `add` or `purchase`.
    pub kind: String,
    /// When.
    pub at: InstantMs,
    /// Who: a pseudonym.
    pub unit: String,
}

const SHOWN: [&str; 11] = [
    "answer",
    "at",
    "placement",
    "unit",
    "change_id",
    "arm",
    "why",
    "contest_id",
    "model_version",
    "rules_version",
    "items",
];

/// Records answers and outcomes; what is known already stays as it is.
///
/// # Errors
/// The database refused.
pub async fn record(tx: &mut Tx, shown: &[ShownRow], outcomes: &[OutcomeRow]) -> Result<()> {
    let rows: Vec<Vec<Value>> = shown
        .iter()
        .map(|row| {
            vec![
                row.answer.into(),
                row.at.into(),
                (&row.placement).into(),
                (&row.unit).into(),
                row.change.clone().into(),
                (&row.arm).into(),
                (&row.why).into(),
                row.contest.clone().into(),
                row.model_version.into(),
                row.rules_version.into(),
                (&row.items).into(),
            ]
        })
        .collect();
    tx.insert_many("recommend_shown", &SHOWN, &rows, "ON CONFLICT (answer) DO NOTHING").await?;
    let rows: Vec<Vec<Value>> = outcomes
        .iter()
        .map(|row| {
            vec![row.answer.into(), (&row.product_id).into(), (&row.kind).into(), row.at.into(), (&row.unit).into()]
        })
        .collect();
    let columns = ["answer", "product_id", "kind", "at", "unit"];
    tx.insert_many("recommend_outcomes", &columns, &rows, "ON CONFLICT (answer, product_id, kind) DO NOTHING").await?;
    Ok(())
}

/// The answers shown in `from ≤ at < to`, oldest first.
///
/// # Errors
/// The database refused.
pub async fn between(store: &Store, from: InstantMs, to: InstantMs) -> Result<Vec<ShownRow>> {
    let sql = format!("SELECT {} FROM recommend_shown WHERE at >= $1 AND at < $2 ORDER BY answer", SHOWN.join(", "));
    store.fetch(&sql, &[from.into(), to.into()]).await?.iter().map(read).collect()
}

/// One answer.
///
/// # Errors
/// The database refused.
pub async fn get(store: &Store, answer: i64) -> Result<Option<ShownRow>> {
    let sql = format!("SELECT {} FROM recommend_shown WHERE answer = $1", SHOWN.join(", "));
    store.fetch_one(&sql, &[answer.into()]).await?.as_ref().map(read).transpose()
}

/// What followed the answers shown in `from ≤ at < to`.
///
/// # Errors
/// The database refused.
pub async fn outcomes_between(store: &Store, from: InstantMs, to: InstantMs) -> Result<Vec<OutcomeRow>> {
    let sql = "SELECT o.answer, o.product_id, o.kind, o.at, o.unit FROM recommend_outcomes o \
               JOIN recommend_shown s ON s.answer = o.answer WHERE s.at >= $1 AND s.at < $2 \
               ORDER BY o.answer, o.product_id, o.kind";
    let read = |row: &Row| {
        Ok(OutcomeRow {
            answer: row.int("answer")?,
            product_id: row.text("product_id")?,
            kind: row.text("kind")?,
            at: row.instant("at")?,
            unit: row.text("unit")?,
        })
    };
    store.fetch(sql, &[from.into(), to.into()]).await?.iter().map(read).collect()
}

/// Erases a person (or a device): what it was shown and what followed. Returns rows gone.
///
/// # Errors
/// The database refused.
pub async fn forget(tx: &mut Tx, unit: &str) -> Result<u64> {
    let outcomes = tx.execute("DELETE FROM recommend_outcomes WHERE unit = $1", &[unit.into()]).await?;
    Ok(outcomes + tx.execute("DELETE FROM recommend_shown WHERE unit = $1", &[unit.into()]).await?)
}

/// Deletes what was shown before an instant. Returns rows gone.
///
/// # Errors
/// The database refused.
pub async fn prune(tx: &mut Tx, before: InstantMs) -> Result<u64> {
    let outcomes = "DELETE FROM recommend_outcomes WHERE answer IN (SELECT answer FROM recommend_shown WHERE at < $1)";
    let gone = tx.execute(outcomes, &[before.into()]).await?;
    Ok(gone + tx.execute("DELETE FROM recommend_shown WHERE at < $1", &[before.into()]).await?)
}

fn read(row: &Row) -> Result<ShownRow> {
    Ok(ShownRow {
        answer: row.int("answer")?,
        at: row.instant("at")?,
        placement: row.text("placement")?,
        unit: row.text("unit")?,
        change: row.opt_text("change_id")?,
        arm: row.text("arm")?,
        why: row.text("why")?,
        contest: row.opt_text("contest_id")?,
        model_version: row.int("model_version")?,
        rules_version: row.int("rules_version")?,
        items: row.text("items")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_and_outcomes_are_recorded_once_and_erased() {
        for store in crate::testing::stores().await {
            let shown = |answer: i64, unit: &str| ShownRow {
                answer,
                at: InstantMs(answer),
                placement: "home".into(),
                unit: unit.into(),
                change: Some("c".into()),
                arm: "change".into(),
                why: "drawn".into(),
                contest: None,
                model_version: 1,
                rules_version: 2,
                items: "[]".into(),
            };
            let click = OutcomeRow {
                answer: 1,
                product_id: "p".into(),
                kind: "click".into(),
                at: InstantMs(5),
                unit: "ann".into(),
            };
            let mut tx = store.begin().await.expect("begin");
            for _ in 0..2 {
                record(&mut tx, &[shown(1, "ann"), shown(2, "bob")], std::slice::from_ref(&click))
                    .await
                    .expect("record");
            }
            tx.commit().await.expect("commit");
            let (from, to) = (InstantMs(0), InstantMs(2));
            assert_eq!(between(&store, from, to).await.expect("read"), [shown(1, "ann")]);
            assert_eq!(outcomes_between(&store, from, to).await.expect("read"), [click]);
            assert_eq!(get(&store, 2).await.expect("read"), Some(shown(2, "bob")));
            let mut tx = store.begin().await.expect("begin");
            assert_eq!(forget(&mut tx, "ann").await.expect("forget"), 2);
            assert_eq!(prune(&mut tx, InstantMs(9)).await.expect("prune"), 1);
            tx.commit().await.expect("commit");
            assert!(between(&store, from, InstantMs(9)).await.expect("read").is_empty());
        }
    }
}
