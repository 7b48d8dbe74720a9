//! Who gets a change. Serving code takes `&Assignment`, and only this module makes one.

mod bulk;

use domain::{ChangeId, InstantMs};
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

pub use bulk::{assign_all, expose_all};

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

/// A unit's arm in a change. Only [`assign`] makes one.
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
    let row = found(changes::get(store, change).await?, change)?;
    let today = now.day_in(&store::brand::get_or_default(store).await?.zone()?);
    let (arm, why) = if is_served(&row, today) { drawn(store, &row, unit).await? } else { (Arm::Baseline, Why::Off) };
    let unit = Met { id: unit.id().to_owned(), device: unit.customer.as_ref().and(unit.device.clone()) };
    Ok(Assignment { change, arm, why, unit, is_always_on: row.is_always_on })
}

async fn drawn(store: &Store, row: &ChangeRow, unit: &Unit) -> Result<(Arm, Why), MeasureError> {
    let id = unit.id();
    if row.is_always_on
        && let Some(holdout) = global_holdout(store).await?
        && uniform(&holdout.salt, id) < holdout.share
    {
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
    // Who was exposed keeps the arm: a customer on a new device, a device whose customer became known.
    let scope = row.id.to_string();
    if let Some(word) = exposures::arms_of(store, &scope, id, unit.device.as_deref()).await? {
        return Ok((Arm::of(&word), Why::Drawn));
    }
    let treated = row.treated_permille as f64;
    let arm = match Assigner::new(row.salt.as_str(), &[1000.0 - treated, treated])?.assign(id) {
        stats::experiment::Assignment::Arm(1) => Arm::Change,
        _ => Arm::Baseline,
    };
    Ok((arm, Why::Drawn))
}

/// Records that a unit met what it was assigned, arm baseline included: the first time counts, and an earlier one that
/// is told late re-opens its day. Assignments that were not drawn are not recorded. Returns whether it is news.
///
/// # Errors
/// The database refused.
pub async fn expose(tx: &mut Tx, assignment: &Assignment, at: InstantMs) -> Result<bool, MeasureError> {
    let day = at.day_in(&store::brand::get_in(tx).await?.zone()?);
    if let Some(device) = &assignment.unit.device {
        exposures::link(tx, device, &assignment.unit.id).await?;
    }
    let exposure = |scope: String, arm: Arm| Exposure {
        scope,
        unit: assignment.unit.id.clone(),
        arm: arm.as_str().to_owned(),
        at,
        day,
        is_mixed: false,
    };
    let mut is_news = false;
    if assignment.why == Why::Drawn {
        is_news = exposures::record(tx, &exposure(assignment.change.to_string(), assignment.arm)).await?;
    }
    if assignment.is_always_on {
        let arm = match assignment.why {
            Why::GlobalHoldout => Some(Arm::Baseline),
            Why::Drawn | Why::Won => Some(Arm::Change),
            Why::Off | Why::OtherSlice => None,
        };
        if let Some(arm) = arm {
            is_news |= exposures::record(tx, &exposure(GLOBAL.to_owned(), arm)).await?;
        }
    }
    Ok(is_news)
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
