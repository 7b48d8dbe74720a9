//! Who gets a change. Serving code takes `&Assignment`, and only this module makes one.

use std::collections::HashMap;

use domain::{ChangeId, InstantMs};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use stats::experiment::{Assigner, GlobalHoldout, uniform};
use store::{
    Store, Tx,
    changes::{self, ChangeRow, ChangeStatus},
    measure_exposures::{self as exposures, Exposure, GLOBAL},
    settings,
};

use crate::{
    MeasureError,
    ledger::{found, is_served},
};

/// Setting that holds the global holdout.
const HOLDOUT: &str = "measure.global_holdout";

/// One of whom a change is served to: a customer, a device, or a device whose customer is known. Ids are pseudonyms:
/// the customer's as the lake carries it, the device's whatever the caller drew for it. Never an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    device: Option<String>,
    customer: Option<String>,
}

impl Unit {
    /// A known customer.
    ///
    /// # Errors
    /// The text is no pseudonym: empty, over 64 bytes, or with characters other than letters, digits, `-` and `_`.
    pub fn customer(pseudonym: &str) -> Result<Unit, MeasureError> {
        Ok(Unit { device: None, customer: Some(pseudonymous(pseudonym)?) })
    }

    /// A device whose customer is unknown.
    ///
    /// # Errors
    /// As [`Unit::customer`].
    pub fn device(id: &str) -> Result<Unit, MeasureError> {
        Ok(Unit { device: Some(pseudonymous(id)?), customer: None })
    }

    /// The same device once its customer is known.
    ///
    /// # Errors
    /// As [`Unit::customer`].
    pub fn known_as(self, pseudonym: &str) -> Result<Unit, MeasureError> {
        Ok(Unit { customer: Some(pseudonymous(pseudonym)?), ..self })
    }

    /// The id it counts under: the customer's once known.
    pub fn id(&self) -> &str {
        self.customer.as_deref().or(self.device.as_deref()).unwrap_or_default()
    }
}

fn pseudonymous(id: &str) -> Result<String, MeasureError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    match (1..=64).contains(&id.len()) && id.bytes().all(fits) {
        true => Ok(id.to_owned()),
        false => Err(MeasureError::Refused(
            "Exposures carry pseudonyms only: up to 64 letters, digits, - and _. Never an address or a name.".into(),
        )),
    }
}

/// What a unit gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// What there was before, or the holdout.
    Baseline,
    /// The change.
    Change,
}

impl Arm {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Arm::Baseline => "baseline",
            Arm::Change => "change",
        }
    }

    pub(crate) fn of(word: &str) -> Arm {
        if word == "change" { Arm::Change } else { Arm::Baseline }
    }
}

/// Why a unit gets what it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Drawn: it counts in the change's reading.
    Drawn,
    /// The change has won: everybody gets it.
    Won,
    /// The change is off, has ended, has not begun or is past its day.
    Off,
    /// Another change of the layer owns this unit.
    OtherSlice,
    /// It is kept from everything always on.
    GlobalHoldout,
}

/// A unit's arm in a change. Only [`assign`] and [`Draw`] make one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assignment {
    change: ChangeId,
    arm: Arm,
    why: Why,
    unit: Met,
    is_always_on: bool,
}

/// The unit as it is recorded: the id it counts under, and the device where that is another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Met {
    id: String,
    device: Option<String>,
}

impl Assignment {
    /// The change.
    pub fn change(&self) -> ChangeId {
        self.change
    }

    /// The arm.
    pub fn arm(&self) -> Arm {
        self.arm
    }

    /// Whether the change is to be served, not the baseline.
    pub fn serves_change(&self) -> bool {
        self.arm == Arm::Change
    }

    /// Why.
    pub fn why(&self) -> Why {
        self.why
    }
}

/// The arm of a unit in a change: a hash of salt and unit, the same on every device of a customer once known, and the
/// baseline for every change that is not running or won, before its start and past its day.
///
/// # Errors
/// There is no such change, or the database refused. Serve the baseline then.
pub async fn assign(store: &Store, change: ChangeId, unit: &Unit, now: InstantMs) -> Result<Assignment, MeasureError> {
    Ok(assign_all(store, change, std::slice::from_ref(unit), now).await?.remove(0))
}

/// The arms of many units in a change, in their order, in a handful of queries; see [`assign`].
///
/// # Errors
/// There is no such change, or the database refused. Serve the baseline then.
pub async fn assign_all(
    store: &Store,
    change: ChangeId,
    units: &[Unit],
    now: InstantMs,
) -> Result<Vec<Assignment>, MeasureError> {
    let draw = Draw::load(store, change).await?;
    let met = match draw.is_served(now) {
        true => {
            let ids: Vec<&str> =
                units.iter().flat_map(|unit| unit.customer.iter().chain(&unit.device)).map(String::as_str).collect();
            exposures::arms_of(store, &change.to_string(), &ids).await?
        }
        false => HashMap::new(),
    };
    // Who was exposed keeps the arm: a customer on a new device, a device whose customer became known.
    let met = |unit: &Unit| met.get(unit.id()).or_else(|| met.get(unit.device.as_deref()?)).map(|word| Arm::of(word));
    Ok(units.iter().map(|unit| draw.assign(unit, met(unit), now)).collect())
}

/// A change as it stood when it was read, with all that assigning needs: for serving code that may not ask the database
/// for every visitor. Load it anew every second or so, for a kill takes effect with the next one.
#[derive(Debug, Clone)]
pub struct Draw {
    row: ChangeRow,
    zone: TimeZone,
    holdout: Option<GlobalHoldout>,
    arms: Assigner,
}

impl Draw {
    /// Reads a change.
    ///
    /// # Errors
    /// There is no such change, or the database refused. Serve the baseline then.
    pub async fn load(store: &Store, change: ChangeId) -> Result<Draw, MeasureError> {
        let row = found(changes::get(store, change).await?, change)?;
        let zone = store::brand::get_or_default(store).await?.zone()?;
        let holdout = if row.is_always_on { global_holdout(store).await? } else { None };
        let treated = row.treated_permille as f64;
        let arms = Assigner::new(row.salt.as_str(), &[1000.0 - treated, treated])?;
        Ok(Draw { row, zone, holdout, arms })
    }

    /// The change.
    pub fn change(&self) -> ChangeId {
        self.row.id
    }

    /// Whether anybody gets the change at this moment.
    pub fn is_served(&self, now: InstantMs) -> bool {
        is_served(&self.row, now.day_in(&self.zone))
    }

    /// The arm of a unit; `met` is the arm in which it already stands, where that is known.
    pub fn assign(&self, unit: &Unit, met: Option<Arm>, now: InstantMs) -> Assignment {
        let (arm, why) = if self.is_served(now) { self.drawn(unit, met) } else { (Arm::Baseline, Why::Off) };
        let met = Met { id: unit.id().to_owned(), device: unit.customer.as_ref().and(unit.device.clone()) };
        Assignment { change: self.row.id, arm, why, unit: met, is_always_on: self.row.is_always_on }
    }

    fn drawn(&self, unit: &Unit, met: Option<Arm>) -> (Arm, Why) {
        let (row, id) = (&self.row, unit.id());
        if self.holdout.as_ref().is_some_and(|holdout| uniform(&holdout.salt, id) < holdout.share) {
            return (Arm::Baseline, Why::GlobalHoldout);
        }
        if row.status == ChangeStatus::Won && !row.is_always_on {
            return (Arm::Change, Why::Won);
        }
        if let Some(layer) = &row.layer {
            let share = |slot: i64| slot as f64 / 1000.0;
            let place = uniform(layer, id);
            if place < share(row.slot_from) || place >= share(row.slot_to) {
                return (Arm::Baseline, Why::OtherSlice);
            }
        }
        let arm = met.unwrap_or_else(|| match self.arms.assign(id) {
            stats::experiment::Assignment::Arm(1) => Arm::Change,
            _ => Arm::Baseline,
        });
        (arm, Why::Drawn)
    }
}

/// Records that a unit met what it was assigned, arm baseline included: the first time counts, and an earlier one that
/// is told late re-opens its day. Assignments that were not drawn are not recorded. Returns whether it is news.
///
/// # Errors
/// The database refused.
pub async fn expose(tx: &mut Tx, assignment: &Assignment, at: InstantMs) -> Result<bool, MeasureError> {
    Ok(expose_all(tx, std::slice::from_ref(assignment), at).await? > 0)
}

/// Records that many units met what they were assigned at one moment; see [`expose`]. Returns how many of the rows were
/// news.
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
    Ok(exposures::record(tx, &rows).await?)
}

/// A device turns out to be a customer's: what it met counts for the customer, who keeps the arm met first. A customer
/// who met both arms is excluded and counted. Idempotent.
///
/// # Errors
/// An id is no pseudonym, or the database refused.
pub async fn link(tx: &mut Tx, device: &str, customer: &str) -> Result<(), MeasureError> {
    exposures::link(tx, &pseudonymous(device)?, &pseudonymous(customer)?).await?;
    Ok(())
}

/// A unit did what a guardrail counts, e.g. `unsubscribe`; the first time counts.
///
/// # Errors
/// The database refused.
pub async fn signal(tx: &mut Tx, assignment: &Assignment, kind: &str, at: InstantMs) -> Result<bool, MeasureError> {
    Ok(exposures::signal(tx, &assignment.change.to_string(), &assignment.unit.id, kind, at).await?)
}

/// The brand's global holdout, if there is one.
///
/// # Errors
/// The database refused.
pub async fn global_holdout(store: &Store) -> Result<Option<GlobalHoldout>, MeasureError> {
    let stored: Option<StoredHoldout> = settings::get(store, HOLDOUT).await?;
    Ok(stored
        .filter(|stored| stored.permille > 0)
        .map(|stored| GlobalHoldout { salt: stored.salt, share: stored.permille as f64 / 1000.0 }))
}

/// Keeps `permille` thousandths of all units from everything always on; 0 for none. The salt stays when the share
/// changes, so that a larger holdout contains the smaller one.
///
/// # Errors
/// More than 500 thousandths, or the database refused.
pub async fn set_global_holdout(tx: &mut Tx, permille: i64, at: InstantMs) -> Result<(), MeasureError> {
    if !(0..=500).contains(&permille) {
        return Err(MeasureError::Refused("The global holdout takes 0 to 500 of 1,000 units; 50 is usual.".into()));
    }
    let salt = ChangeId::derive(at, &[HOLDOUT]).to_string();
    let stored = settings::get_or_set(tx, HOLDOUT, &StoredHoldout { salt, permille }).await?;
    settings::set(tx, HOLDOUT, &StoredHoldout { permille, ..stored }).await?;
    Ok(())
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredHoldout {
    salt: String,
    permille: i64,
}

#[cfg(test)]
mod tests {
    use domain::DayRange;

    use super::*;
    use crate::{LayerSlice, NewChange, Origin, register};

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
