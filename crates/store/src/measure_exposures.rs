//! Exposures: which unit first met which change in which arm. Units are pseudonyms; names and addresses never get here.

use std::collections::HashMap;

use domain::{Day, InstantMs};

use crate::{Result, Row, Store, Tx, Value};

/// The scope of the holdout that is kept from everything always on.
pub const GLOBAL: &str = "global";

/// The first exposure of a unit to a change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Exposure {
    /// Id of the change, or [`GLOBAL`].
    pub scope: String,
    /// Pseudonym of the customer, or of the device while its customer is unknown.
    pub unit: String,
    /// Its arm.
    pub arm: String,
    /// When it first met it.
    pub at: InstantMs,
    /// The day of that at the brand.
    pub day: Day,
    /// Seen in both arms: excluded and counted.
    pub is_mixed: bool,
}

const CONFLICT: &str = "ON CONFLICT (scope, unit) DO UPDATE SET \
    at = CASE WHEN excluded.at < exposures.at THEN excluded.at ELSE exposures.at END, \
    day = CASE WHEN excluded.at < exposures.at THEN excluded.day ELSE exposures.day END, \
    is_mixed = CASE WHEN exposures.arm <> excluded.arm OR excluded.is_mixed = 1 THEN 1 ELSE exposures.is_mixed END \
    WHERE excluded.at < exposures.at OR exposures.arm <> excluded.arm OR excluded.is_mixed > exposures.is_mixed";

/// Records first exposures. A later one changes nothing, an earlier one that arrives late moves it to its day, and one in
/// another arm marks the unit as mixed. No two may be of one unit in one scope. Returns how many changed anything.
///
/// # Errors
/// A unit stands twice in a scope, or the database refused.
pub async fn record(tx: &mut Tx, exposures: &[Exposure]) -> Result<u64> {
    let row = |exposure: &Exposure| {
        vec![
            (&exposure.scope).into(),
            (&exposure.unit).into(),
            (&exposure.arm).into(),
            exposure.at.into(),
            exposure.day.into(),
            exposure.is_mixed.into(),
        ]
    };
    let rows: Vec<Vec<Value>> = exposures.iter().map(row).collect();
    let columns: Vec<&str> = COLUMNS.split(", ").collect();
    tx.insert_many("exposures", &columns, &rows, CONFLICT).await
}

/// The arms in which units stand in a scope, by unit; those that never met it are left out.
///
/// # Errors
/// The database refused.
pub async fn arms_of(store: &Store, scope: &str, units: &[&str]) -> Result<HashMap<String, String>> {
    let keys: Vec<Value> = units.iter().map(|unit| Value::from(*unit)).collect();
    let mut tx = store.begin_read().await?;
    let sql = "SELECT unit, arm FROM exposures WHERE scope = $1 AND unit IN ";
    let rows = tx.fetch_in(sql, &[scope.into()], &keys).await?;
    rows.iter().map(|row| Ok((row.text("unit")?, row.text("arm")?))).collect()
}

/// A device turns out to belong to a customer: whatever it met counts for the customer from then on, whose arm is the
/// one met first. A customer who met both arms is mixed. Idempotent.
///
/// # Errors
/// The database refused.
pub async fn link(tx: &mut Tx, device: &str, customer: &str) -> Result<u64> {
    let sql = format!("SELECT {COLUMNS} FROM exposures WHERE unit = $1 AND merged_into IS NULL");
    let rows = tx.fetch(&sql, &[device.into()]).await?;
    let met: Vec<Exposure> =
        rows.iter().map(|row| Ok(Exposure { unit: customer.to_owned(), ..read(row)? })).collect::<Result<_>>()?;
    record(tx, &met).await?;
    let sql = "UPDATE exposures SET merged_into = $2 WHERE unit = $1 AND merged_into IS NULL";
    tx.execute(sql, &[device.into(), customer.into()]).await
}

/// Every unit of a scope that counts for itself, in the order of its first exposure.
///
/// # Errors
/// The database refused.
pub async fn of_scope(store: &Store, scope: &str) -> Result<Vec<Exposure>> {
    let sql = format!("SELECT {COLUMNS} FROM exposures WHERE scope = $1 AND merged_into IS NULL ORDER BY at, unit");
    store.fetch(&sql, &[scope.into()]).await?.iter().map(read).collect()
}

/// Whether anybody met a change.
///
/// # Errors
/// The database refused.
pub async fn any(tx: &mut Tx, scope: &str) -> Result<bool> {
    Ok(tx.fetch_one("SELECT 1 AS one FROM exposures WHERE scope = $1 LIMIT 1", &[scope.into()]).await?.is_some())
}

/// Records that a unit did what a guardrail counts, e.g. `unsubscribe`. The first time counts.
///
/// # Errors
/// The database refused.
pub async fn signal(tx: &mut Tx, scope: &str, unit: &str, kind: &str, at: InstantMs) -> Result<bool> {
    let sql = "INSERT INTO exposure_signals (scope, unit, kind, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, &[scope.into(), unit.into(), kind.into(), at.into()]).await? > 0)
}

/// The signals of a scope: unit and kind.
///
/// # Errors
/// The database refused.
pub async fn signals(store: &Store, scope: &str) -> Result<Vec<(String, String)>> {
    let sql = "SELECT unit, kind FROM exposure_signals WHERE scope = $1 ORDER BY unit, kind";
    let rows = store.fetch(sql, &[scope.into()]).await?;
    rows.iter().map(|row| Ok((row.text("unit")?, row.text("kind")?))).collect()
}

/// Forgets a person: everything recorded under these pseudonyms.
///
/// # Errors
/// The database refused.
pub async fn forget(tx: &mut Tx, unit: &str) -> Result<u64> {
    tx.execute("DELETE FROM exposure_signals WHERE unit = $1", &[unit.into()]).await?;
    tx.execute("DELETE FROM exposures WHERE unit = $1 OR merged_into = $1", &[Value::from(unit)]).await
}

const COLUMNS: &str = "scope, unit, arm, at, day, is_mixed";

fn read(row: &Row) -> Result<Exposure> {
    Ok(Exposure {
        scope: row.text("scope")?,
        unit: row.text("unit")?,
        arm: row.text("arm")?,
        at: row.instant("at")?,
        day: row.day("day")?,
        is_mixed: row.flag("is_mixed")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exposure(unit: &str, arm: &str, at: i64) -> Exposure {
        let day = Day::from_epoch_days(20_000 + at as i32);
        Exposure { scope: "c".into(), unit: unit.into(), arm: arm.into(), at: InstantMs(at), day, is_mixed: false }
    }

    #[tokio::test]
    async fn the_first_exposure_counts_and_devices_become_their_customer() {
        for store in crate::testing::stores().await {
            let mut tx = store.begin().await.expect("begin");
            assert_eq!(record(&mut tx, &[exposure("d1", "change", 5)]).await.expect("new"), 1);
            assert_eq!(record(&mut tx, &[exposure("d1", "change", 6)]).await.expect("later changes nothing"), 0);
            assert_eq!(record(&mut tx, &[exposure("d1", "change", 4)]).await.expect("an earlier one, late"), 1);
            assert_eq!(link(&mut tx, "d1", "anna").await.expect("link"), 1);
            assert_eq!(link(&mut tx, "d1", "anna").await.expect("again"), 0);
            record(&mut tx, &[exposure("d2", "baseline", 7)]).await.expect("other device, not known yet");
            link(&mut tx, "d2", "anna").await.expect("link");
            record(&mut tx, &[exposure("d3", "baseline", 9)]).await.expect("a stranger");
            tx.commit().await.expect("commit");
            let all = of_scope(&store, "c").await.expect("read");
            let seen: Vec<_> = all.iter().map(|e| (e.unit.as_str(), e.arm.as_str(), e.at.0, e.is_mixed)).collect();
            assert_eq!(seen, [("anna", "change", 4, true), ("d3", "baseline", 9, false)]);
            let arms = arms_of(&store, "c", &["anna", "d3", "bob"]).await.expect("read");
            let arm = |unit: &str| arms.get(unit).map(String::as_str);
            assert_eq!((arm("anna"), arm("d3"), arm("bob")), (Some("change"), Some("baseline"), None));
            let mut tx = store.begin().await.expect("begin");
            assert!(signal(&mut tx, "c", "anna", "unsubscribe", InstantMs(8)).await.expect("signal"));
            assert!(!signal(&mut tx, "c", "anna", "unsubscribe", InstantMs(9)).await.expect("once"));
            assert_eq!(forget(&mut tx, "anna").await.expect("forget"), 3);
            tx.commit().await.expect("commit");
            assert_eq!(of_scope(&store, "c").await.expect("read").len(), 1);
            assert!(signals(&store, "c").await.expect("read").is_empty());
        }
    }
}
