//! Many units at once: what a tool that sends to a list asks for. Says what [`super::assign`] and [`super::expose`] say
//! of each, in a handful of queries.

use std::collections::HashMap;

use domain::{ChangeId, InstantMs};
use store::{
    Store, Tx,
    changes::{self, ChangeRow, ChangeStatus},
    measure_exposures::{self as exposures, Exposure, GLOBAL},
};

use super::{Arm, Assigner, Assignment, GlobalHoldout, Met, Unit, Why, global_holdout, uniform};
use crate::{
    MeasureError,
    ledger::{found, is_served},
};

/// The arms of many units in a change, in their order; see [`super::assign`].
///
/// # Errors
/// There is no such change, or the database refused. Serve the baseline then.
pub async fn assign_all(
    store: &Store,
    change: ChangeId,
    units: &[Unit],
    now: InstantMs,
) -> Result<Vec<Assignment>, MeasureError> {
    let row = found(changes::get(store, change).await?, change)?;
    let today = now.day_in(&store::brand::get_or_default(store).await?.zone()?);
    let off = (Arm::Baseline, Why::Off);
    let drawn: Vec<(Arm, Why)> = match is_served(&row, today) {
        false => vec![off; units.len()],
        true => {
            let holdout = if row.is_always_on { global_holdout(store).await? } else { None };
            let ids: Vec<&str> =
                units.iter().flat_map(|unit| unit.customer.iter().chain(&unit.device)).map(String::as_str).collect();
            let met = exposures::arms_of_all(store, &row.id.to_string(), &ids).await?;
            units.iter().map(|unit| drawn(&row, unit, holdout.as_ref(), &met)).collect::<Result<_, _>>()?
        }
    };
    let assignment = |(unit, (arm, why)): (&Unit, (Arm, Why))| Assignment {
        change,
        arm,
        why,
        unit: Met { id: unit.id().to_owned(), device: unit.customer.as_ref().and(unit.device.clone()) },
        is_always_on: row.is_always_on,
    };
    Ok(units.iter().zip(drawn).map(assignment).collect())
}

fn drawn(
    row: &ChangeRow,
    unit: &Unit,
    holdout: Option<&GlobalHoldout>,
    met: &HashMap<String, String>,
) -> Result<(Arm, Why), MeasureError> {
    let id = unit.id();
    if holdout.is_some_and(|holdout| uniform(&holdout.salt, id) < holdout.share) {
        return Ok((Arm::Baseline, Why::GlobalHoldout));
    }
    if row.status == ChangeStatus::Won && !row.is_always_on {
        return Ok((Arm::Change, Why::Won));
    }
    if let Some(layer) = &row.layer {
        let share = |slot: i64| slot as f64 / 1000.0;
        let place = uniform(layer, id);
        if place < share(row.slot_from) || place >= share(row.slot_to) {
            return Ok((Arm::Baseline, Why::OtherSlice));
        }
    }
    if let Some(word) = met.get(id).or_else(|| met.get(unit.device.as_deref()?)) {
        return Ok((Arm::of(word), Why::Drawn));
    }
    let treated = row.treated_permille as f64;
    let arm = match Assigner::new(row.salt.as_str(), &[1000.0 - treated, treated])?.assign(id) {
        stats::experiment::Assignment::Arm(1) => Arm::Change,
        _ => Arm::Baseline,
    };
    Ok((arm, Why::Drawn))
}

/// Records that many units met what they were assigned at one moment; see [`super::expose`]. Returns how many of the
/// rows were news.
///
/// # Errors
/// The database refused.
pub async fn expose_all(tx: &mut Tx, assignments: &[Assignment], at: InstantMs) -> Result<u64, MeasureError> {
    let day = at.day_in(&store::brand::get_in(tx).await?.zone()?);
    let mut rows: Vec<Exposure> = Vec::new();
    for assignment in assignments {
        if let Some(device) = &assignment.unit.device {
            exposures::link(tx, device, &assignment.unit.id).await?;
        }
        let mut met = |scope: String, arm: Arm| {
            let unit = assignment.unit.id.clone();
            rows.push(Exposure { scope, unit, arm: arm.as_str().to_owned(), at, day, is_mixed: false });
        };
        if assignment.why == Why::Drawn {
            met(assignment.change.to_string(), assignment.arm);
        }
        match assignment.why {
            _ if !assignment.is_always_on => {}
            Why::GlobalHoldout => met(GLOBAL.to_owned(), Arm::Baseline),
            Why::Drawn | Why::Won => met(GLOBAL.to_owned(), Arm::Change),
            Why::Off | Why::OtherSlice => {}
        }
    }
    // One statement may name a unit once.
    rows.sort_by(|a, b| (&a.scope, &a.unit).cmp(&(&b.scope, &b.unit)));
    rows.dedup_by(|a, b| a.scope == b.scope && a.unit == b.unit);
    Ok(exposures::record_all(tx, &rows).await?)
}

#[cfg(test)]
mod tests {
    use domain::DayRange;

    use super::*;
    use crate::{LayerSlice, NewChange, Origin, assign, expose, register, set_global_holdout};

    #[tokio::test]
    async fn many_at_once_is_each_on_its_own() {
        for store in store::testing::stores().await {
            let day = domain::Day::parse("2026-03-02").expect("day");
            let now = InstantMs(day.start_in(&jiff::tz::TimeZone::UTC).0 + 9 * 3_600_000);
            let flight = DayRange { from: day, to: day.plus(29) };
            let mut tx = store.begin().await.expect("begin");
            set_global_holdout(&mut tx, 100, now).await.expect("holdout");
            let layer = Some(LayerSlice { name: "mail", permille: 800 });
            let new = |key: &'static str| {
                NewChange::new(Origin::Module(key), key, "flow", flight).randomised(700, "the others")
            };
            let always = NewChange { is_always_on: true, layer, ..new("a") };
            let mut ids = Vec::new();
            for change in [&always, &new("b")] {
                ids.push(register(&mut tx, change, now, "Ann").await.expect("registered").id());
            }
            tx.commit().await.expect("commit");
            let mut units: Vec<Unit> =
                (0..60).map(|number| Unit::customer(&format!("{number:016x}")).expect("unit")).collect();
            units.push(Unit::device("d1").expect("unit"));
            let mut seen = std::collections::BTreeSet::new();
            for id in ids {
                let all = assign_all(&store, id, &units, now).await.expect("assigned");
                for (unit, one) in units.iter().zip(&all) {
                    assert_eq!(*one, assign(&store, id, unit, now).await.expect("assigned"));
                    seen.insert((one.arm(), format!("{:?}", one.why())));
                }
                let mut tx = store.begin().await.expect("begin");
                assert!(expose_all(&mut tx, &all, now).await.expect("exposed") > 0);
                assert_eq!(
                    expose_all(&mut tx, &all, InstantMs(now.0 + 1)).await.expect("again"),
                    0,
                    "the first counts"
                );
                assert!(!expose(&mut tx, &all[0], now).await.expect("one of them again"));
                tx.commit().await.expect("commit");
                // A known customer on a device that met an arm keeps it.
                let known = Unit::device("d1").and_then(|unit| unit.known_as("anna")).expect("unit");
                let both = assign_all(&store, id, std::slice::from_ref(&known), now).await.expect("assigned");
                assert_eq!(both[0], assign(&store, id, &known, now).await.expect("assigned"));
            }
            assert!(seen.len() >= 4, "{seen:?}");
        }
    }
}
