//! Everything a change costs is booked; a kept change beyond its cap goes off in the transaction that books it.

use domain::{ChangeId, Day, InstantMs};
use lake::Snapshot;
use store::{
    Tx,
    changes::{self, ChangeRow, ChangeStatus},
    measure_tasks::{self as tasks, Cost},
};

use crate::{
    MeasureError,
    decision::{CALENDAR, kill},
    ledger::found,
};

/// Books what a change cost. Booked again under its key it is corrected, not added. A change that an owner keeps and
/// that has cost its cap since then is off with that. Returns whether anything changed.
///
/// # Errors
/// A negative amount, no such change, or the database refused.
pub async fn book_cost(tx: &mut Tx, cost: &Cost, at: InstantMs) -> Result<bool, MeasureError> {
    if cost.micros < 0 {
        return Err(MeasureError::Refused("A cost is booked as zero or more.".into()));
    }
    let change = found(changes::get_in(tx, cost.change).await?, cost.change)?;
    let is_new = tasks::book(tx, cost).await?;
    if is_new {
        hold_cap(tx, &change, at).await?;
    }
    Ok(is_new)
}

/// Switches a kept change off once it has cost its cap.
pub(crate) async fn hold_cap(tx: &mut Tx, change: &ChangeRow, at: InstantMs) -> Result<(), MeasureError> {
    if change.status != ChangeStatus::Running {
        return Ok(());
    }
    if let (Some(from), Some(cap)) = (change.kept_from, change.kept_cap_micros)
        && tasks::sum_in(tx, change.id, Some(from)).await? >= cap
    {
        kill(tx, change.id, at, CALENDAR, "It has cost what its owner allowed while nothing was proven.").await?;
    }
    Ok(())
}

/// What reported ads spent for a concept, by day: their marks stand in the ad's or its group's name.
pub(crate) async fn ad_spend(snapshot: &Snapshot, change: &ChangeRow) -> Result<Vec<Cost>, MeasureError> {
    let Some(concept) = change.concept else { return Ok(Vec::new()) };
    let mark = lake::quote(&concept.utm_content());
    let sql = format!(
        "SELECT day, SUM(spend_micros) AS spend FROM ad_totals WHERE day >= DATE '{}' AND \
         (strpos(lower(ad_name), {mark}) > 0 OR strpos(lower(ad_group_name), {mark}) > 0) GROUP BY day ORDER BY day",
        change.starts_on
    );
    let mut costs = Vec::new();
    for row in snapshot.query(&sql).await?.iter() {
        let day: Day = row.day("day")?;
        costs.push(Cost {
            change: change.id,
            key: format!("ads:{day}"),
            day,
            kind: "ads".into(),
            micros: row.opt_int("spend")?.unwrap_or(0).max(0),
            note: "As the platforms report it".into(),
        });
    }
    Ok(costs)
}

/// Books what ads spent; returns how many days changed.
pub(crate) async fn book_ads(tx: &mut Tx, id: ChangeId, costs: &[Cost], at: InstantMs) -> Result<u64, MeasureError> {
    let mut changed = 0;
    for cost in costs {
        changed += u64::from(tasks::book(tx, cost).await?);
    }
    let change = found(changes::get_in(tx, id).await?, id)?;
    hold_cap(tx, &change, at).await?;
    Ok(changed)
}
