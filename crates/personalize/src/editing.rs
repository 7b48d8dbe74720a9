//! What a merchandiser does: read, save and compare rules, set placements. Each takes effect with the next answer.

use domain::{ChangeId, InstantMs};
use store::{
    Store,
    recommend_rules::{self as rows, RulesRow},
};

use crate::{
    PersonalizeError, Placement, Service,
    placements::{self, Settings},
    rules::Rules,
};

/// The newest version of the rules, or the one asked for. Before anybody saved any, version 0: the built-in ones.
///
/// # Errors
/// The database refused, or the document is of a newer program.
pub async fn rules_of(store: &Store, version: Option<i64>) -> Result<Option<RulesRow<Rules>>, PersonalizeError> {
    let built_in = || RulesRow {
        version: 0,
        doc: Rules::default(),
        note: "Built in".into(),
        saved_at: InstantMs(0),
        saved_by: String::new(),
    };
    Ok(match version {
        Some(0) => Some(built_in()),
        Some(version) => rows::get(store, version).await?,
        None => Some(rows::newest(store).await?.unwrap_or_else(built_in)),
    })
}

/// All saved versions, newest first.
///
/// # Errors
/// The database refused.
pub async fn rules_history(store: &Store) -> Result<Vec<RulesRow<serde_json::Value>>, PersonalizeError> {
    Ok(rows::history(store).await?)
}

/// Saves rules as a new version.
///
/// # Errors
/// A rule cannot be carried out (all faults are named), or the database refused.
pub async fn save_rules(
    service: &Service,
    rules: &Rules,
    note: &str,
    now: InstantMs,
    by: &str,
) -> Result<i64, PersonalizeError> {
    let faults = rules.faults();
    if !faults.is_empty() {
        return Err(PersonalizeError::Rules(faults));
    }
    let mut tx = service.store().begin().await?;
    let version = rows::save(&mut tx, rules, note, now, by).await?;
    store::audit::record(&mut tx, now, by, "recommend_rules.save", &format!("version {version}"), note).await?;
    tx.commit().await?;
    service.refresh().await?;
    Ok(version)
}

/// Sets a placement; see [`placements::set`].
///
/// # Errors
/// A setting is out of range, the ledger refused, or the database did.
pub async fn set_placement(
    service: &Service,
    placement: Placement,
    settings: &Settings,
    now: InstantMs,
    by: &str,
) -> Result<Option<ChangeId>, PersonalizeError> {
    let old = placements::list(service.store()).await?.swap_remove(placement as usize);
    let mut tx = service.store().begin().await?;
    let change = placements::set(&mut tx, placement, settings, &old, now, by).await?;
    tx.commit().await?;
    service.refresh().await?;
    Ok(change)
}
