//! The judge held against itself: A/A on this brand's own past, kept so that a page need not wait for it.

use domain::{Day, InstantMs};
use lake::Lake;
use serde::{Deserialize, Serialize};
use store::{Store, settings};

use crate::{AaHealth, MeasureError, replay_aa};

/// Experiments without a change that a check plays.
pub const CHECK_RUNS: usize = 200;

/// Days after which a check is done again.
pub const CHECK_DAYS: i32 = 7;

const KEPT: &str = "measure.aa";
const SEED: u64 = 20_260_301;

/// A check as it was kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SelfCheck {
    /// The day of the check.
    pub day: Day,
    /// What it found.
    pub found: AaHealth,
}

/// The last check, if there was one.
///
/// # Errors
/// The database refused.
pub async fn last_self_check(store: &Store) -> Result<Option<SelfCheck>, MeasureError> {
    Ok(settings::get(store, KEPT).await?)
}

/// Checks the judge on the brand's own past and keeps the answer.
///
/// # Errors
/// The lake or the database refused.
pub async fn self_check(lake: &Lake, now: InstantMs) -> Result<SelfCheck, MeasureError> {
    let day = now.day_in(&store::brand::get_or_default(lake.store()).await?.zone()?);
    let check = SelfCheck { day, found: replay_aa(lake, now, CHECK_RUNS, SEED).await? };
    let mut tx = lake.store().begin().await?;
    settings::set(&mut tx, KEPT, &check).await?;
    tx.commit().await?;
    Ok(check)
}

/// Checks again where the last check is a week old; a brand that had too few customers is asked again a day later.
///
/// # Errors
/// The lake or the database refused.
pub async fn self_check_if_due(lake: &Lake, now: InstantMs) -> Result<Option<SelfCheck>, MeasureError> {
    let today = now.day_in(&store::brand::get_or_default(lake.store()).await?.zone()?);
    let last = last_self_check(lake.store()).await?;
    let wait = |check: &SelfCheck| if check.found.runs == 0 { 1 } else { CHECK_DAYS };
    if last.as_ref().is_some_and(|check| (0..wait(check)).contains(&today.days_since(check.day))) {
        return Ok(None);
    }
    self_check(lake, now).await.map(Some)
}
