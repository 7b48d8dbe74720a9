//! Placements: each is a change of the ledger with a holdout, always on; and contests of two models on one.

use domain::{ChangeId, DayRange, InstantMs};
use measure::{ChangeStatus, NewChange, Origin, Plan};
use serde::{Deserialize, Serialize};
use store::{
    Store, Tx, changes,
    recommend_models::{self as models, ModelState},
    recommend_rules::{self as rows, PlacementRow},
};

use crate::{PersonalizeError, Placement, ask::USUAL_ITEMS, rules::MOST_ITEMS};

/// What those see who do not get recommendations of the model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Baseline {
    /// Best-sellers, the same for everybody, through the same filters.
    #[default]
    BestSellers,
    /// These products, in this order, as far as the filters let them; what a person had chosen before.
    Chosen {
        /// Ids.
        products: Vec<String>,
    },
    /// Nothing: the shop shows what it showed before.
    Nothing,
}

/// How a placement is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether recommendations are served there.
    pub is_on: bool,
    /// Products where the request names no number.
    pub items: usize,
    /// Thousandths of the visitors who are kept from it, 1 to 500.
    pub holdout_permille: i64,
    /// What those see.
    pub baseline: Baseline,
    /// Orders within this many days of the first exposure count.
    pub window_days: i32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            is_on: true,
            items: USUAL_ITEMS,
            holdout_permille: 100,
            baseline: Baseline::default(),
            window_days: 7,
        }
    }
}

/// A placement as it stands, with its change and its contest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlacementState {
    /// Which.
    pub placement: Placement,
    /// How it is set; `None` where nobody set it: then it serves nobody.
    pub settings: Option<Settings>,
    /// Its change in the ledger.
    pub change: Option<ChangeId>,
    /// The contest of two models, where one runs.
    pub contest: Option<ChangeId>,
    /// When it was set.
    pub updated_at: Option<InstantMs>,
    /// By whom.
    pub updated_by: String,
}

/// All placements, those never set too.
///
/// # Errors
/// The database refused.
pub async fn list(store: &Store) -> Result<Vec<PlacementState>, PersonalizeError> {
    let rows = rows::placements::<Settings>(store).await?;
    let state = |placement: Placement| match rows.iter().find(|row| row.placement == placement.as_str()) {
        Some(row) => PlacementState {
            placement,
            settings: Some(row.doc.clone()),
            change: row.change,
            contest: row.contest,
            updated_at: Some(row.updated_at),
            updated_by: row.updated_by.clone(),
        },
        None => PlacementState {
            placement,
            settings: None,
            change: None,
            contest: None,
            updated_at: None,
            updated_by: String::new(),
        },
    };
    Ok(Placement::ALL.map(state).into())
}

fn check(settings: &Settings) -> Result<(), PersonalizeError> {
    let refuse = |sentence: &str| Err(PersonalizeError::Refused(sentence.to_owned()));
    if !(1..=MOST_ITEMS).contains(&settings.items) {
        return refuse("A placement shows 1 to 100 products.");
    }
    if !(1..=500).contains(&settings.holdout_permille) {
        return refuse(
            "The holdout takes 1 to 500 of 1,000 visitors; 100 is usual. Without one nothing can be proven.",
        );
    }
    if matches!(&settings.baseline, Baseline::Chosen { products } if products.is_empty()) {
        return refuse("Name the products of the baseline, or choose best-sellers.");
    }
    Ok(())
}

/// Sets a placement and, when it is switched on, registers it as a change with its holdout, in the caller's transaction.
/// A change that was switched off in the ledger stays off: switching on again registers a new one.
///
/// # Errors
/// A setting is out of range, the ledger refused, or the database did.
pub async fn set(
    tx: &mut Tx,
    placement: Placement,
    settings: &Settings,
    old: &PlacementState,
    now: InstantMs,
    by: &str,
) -> Result<Option<ChangeId>, PersonalizeError> {
    check(settings)?;
    let mut change = old.change;
    if settings.is_on {
        let is_closed = match change {
            Some(id) => changes::get_in(tx, id).await?.is_none_or(|row| !is_served(row.status)),
            None => true,
        };
        if is_closed {
            change = Some(register(tx, placement, settings, change.is_some(), now, by).await?);
        }
    }
    let row = PlacementRow {
        placement: placement.as_str().to_owned(),
        doc: settings.clone(),
        change,
        contest: old.contest,
        updated_at: now,
        updated_by: by.to_owned(),
    };
    rows::put_placement(tx, &row).await?;
    Ok(change)
}

fn is_served(status: ChangeStatus) -> bool {
    matches!(status, ChangeStatus::Running | ChangeStatus::Won)
}

async fn register(
    tx: &mut Tx,
    placement: Placement,
    settings: &Settings,
    is_again: bool,
    now: InstantMs,
    by: &str,
) -> Result<ChangeId, PersonalizeError> {
    let today = now.day_in(&store::brand::get_in(tx).await?.zone()?);
    let key = match is_again {
        false => format!("recommendations:{placement}"),
        true => format!("recommendations:{placement}:{}", now.0),
    };
    let name = format!("Recommendations: {}", placement.label().to_lowercase());
    let holdout = settings.holdout_permille as f64 / 10.0;
    let before = match settings.baseline {
        Baseline::BestSellers => "best-sellers",
        Baseline::Chosen { .. } => "the products chosen by hand",
        Baseline::Nothing => "what the shop showed before",
    };
    let note = format!("{holdout} % of the visitors see {before}.");
    let flight = DayRange { from: today, to: today.plus(measure::KILL_AFTER_DAYS - 1) };
    let new = NewChange {
        hypothesis: "Visitors who see what fits them find more to buy than with best-sellers.",
        owner: by,
        is_always_on: true,
        plan: Plan { window_days: settings.window_days, ..Plan::default() },
        ..NewChange::new(Origin::Module(&key), &name, "recommender", flight)
            .randomised(1000 - settings.holdout_permille, &note)
    };
    Ok(measure::register(tx, &new, now, by).await?.id())
}

/// Begins a contest on a placement: half of those who get recommendations get them from `challenger`. Its winner is for
/// the ledger to say; [`end_contest`] carries it out.
///
/// # Errors
/// There is no such model, another contest has another challenger, or the database refused.
pub async fn begin_contest(
    tx: &mut Tx,
    store: &Store,
    placement: Placement,
    challenger: i64,
    now: InstantMs,
    by: &str,
) -> Result<ChangeId, PersonalizeError> {
    let (active, standing) = models::serving(store).await?;
    if active.is_none_or(|active| active.version == challenger) {
        return Err(PersonalizeError::Refused("A model cannot challenge itself: train another one first.".into()));
    }
    if standing.is_some_and(|standing| standing.version != challenger) {
        return Err(PersonalizeError::Refused("Another model is challenging: end that contest first.".into()));
    }
    models::promote(tx, challenger, ModelState::Challenger).await?;
    let today = now.day_in(&store::brand::get_in(tx).await?.zone()?);
    let key = format!("recommendations:{placement}:model-{challenger}:{}", now.0);
    let name = format!("Model {challenger} on {}", placement.label().to_lowercase());
    let flight = DayRange { from: today, to: today.plus(measure::KILL_AFTER_DAYS - 1) };
    let new = NewChange {
        hypothesis: "The newer model recommends what sells more.",
        owner: by,
        ..NewChange::new(Origin::Module(&key), &name, "recommender", flight)
            .randomised(500, "Half of the visitors who get recommendations get them from the present model.")
    };
    let id = measure::register(tx, &new, now, by).await?.id();
    let mut state = list(store).await?.remove(placement as usize);
    state.contest = Some(id);
    let row = PlacementRow {
        placement: placement.as_str().to_owned(),
        doc: state.settings.unwrap_or_default(),
        change: state.change,
        contest: state.contest,
        updated_at: now,
        updated_by: by.to_owned(),
    };
    rows::put_placement(tx, &row).await?;
    Ok(id)
}

/// Ends all contests. With `take` the challenger becomes the active model, otherwise it retires.
///
/// # Errors
/// No contest runs, or the database refused.
pub async fn end_contest(
    tx: &mut Tx,
    store: &Store,
    take: bool,
    now: InstantMs,
    by: &str,
) -> Result<(), PersonalizeError> {
    let (active, challenger) = models::serving(store).await?;
    let Some(challenger) = challenger else {
        return Err(PersonalizeError::Refused("No contest runs.".into()));
    };
    if take {
        models::promote(tx, challenger.version, ModelState::Active).await?;
    } else {
        models::promote(tx, challenger.version, ModelState::Retired).await?;
        if let Some(active) = active {
            models::promote(tx, active.version, ModelState::Active).await?;
        }
    }
    for state in list(store).await?.into_iter().filter(|state| state.contest.is_some()) {
        if let Some(id) = state.contest {
            measure::kill(tx, id, now, by, "The contest was ended.").await?;
        }
        let row = PlacementRow {
            placement: state.placement.as_str().to_owned(),
            doc: state.settings.unwrap_or_default(),
            change: state.change,
            contest: None,
            updated_at: now,
            updated_by: by.to_owned(),
        };
        rows::put_placement(tx, &row).await?;
    }
    Ok(())
}
