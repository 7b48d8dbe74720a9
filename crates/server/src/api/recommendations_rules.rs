//! The merchandiser's rules and the placements.

use axum::{
    Extension,
    extract::{Path, Query, State},
};
use personalize::{
    Look, Placement,
    placements::{self, Settings},
    rules::Rules,
};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{Answer, Body, json, recommendations::Request};
use crate::{App, auth::access::Who, problem::Problem};

/// Which version.
#[derive(Deserialize, IntoParams)]
pub struct Version {
    /// Its number; the newest where it is left out.
    version: Option<i64>,
}

/// The rules: their newest version (or another), and who saved which version when.
#[utoipa::path(get, path = "/api/v1/recommendations/rules", tag = "recommendations", params(Version),
    responses((status = 200, description = "`rules`, `version`, `history`", body = serde_json::Value), (status = 404, description = "No such version", body = crate::problem::ProblemBody)))]
pub async fn get_rules(State(app): State<App>, Query(Version { version }): Query<Version>) -> Answer {
    let found = personalize::rules_of(app.store(), version).await?.ok_or_else(|| Problem::not_found("such version"))?;
    let history = personalize::rules_history(app.store()).await?;
    json(&json!({ "version": found.version, "rules": found.doc, "history": history }))
}

/// Rules to save.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Save {
    /// The rules as a whole; see the page of rules or `docs/recommendations.md`.
    #[schema(value_type = serde_json::Value)]
    rules: Rules,
    /// What changes, in a few words.
    #[serde(default)]
    note: String,
}

/// Saves the rules as a new version; they hold from the next answer on.
#[utoipa::path(put, path = "/api/v1/recommendations/rules", tag = "recommendations", request_body = Save,
    responses((status = 200, description = "`version`", body = serde_json::Value), (status = 422, description = "A rule cannot be carried out", body = crate::problem::ProblemBody)))]
pub async fn put_rules(State(app): State<App>, Extension(who): Extension<Who>, Body(save): Body<Save>) -> Answer {
    let service = app.recommendations().await?;
    let version = personalize::save_rules(service, &save.rules, &save.note, app.now(), &who.actor).await?;
    json(&json!({ "version": version }))
}

/// A look with rules that are not saved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// The rules; the saved ones where they are left out.
    #[schema(value_type = Option<serde_json::Value>)]
    rules: Option<Rules>,
    /// For whom: at most 20.
    requests: Vec<Request>,
    /// Ask the challenger.
    #[serde(default)]
    challenger: bool,
}

/// What these customers would see with these rules, beside what they see now, and why each product stands where it
/// stands. Nothing is recorded.
#[utoipa::path(post, path = "/api/v1/recommendations/preview", tag = "recommendations", request_body = Preview,
    responses((status = 200, description = "`previews`: `now` and `then` for each request", body = serde_json::Value), (status = 422, description = "A rule cannot be carried out", body = crate::problem::ProblemBody)))]
pub async fn preview(State(app): State<App>, Body(preview): Body<Preview>) -> Answer {
    if preview.requests.len() > 20 {
        return Err(Problem::invalid("A preview takes 20 requests."));
    }
    if let Some(faults) = preview.rules.as_ref().map(Rules::faults).filter(|faults| !faults.is_empty()) {
        return Err(personalize::PersonalizeError::Rules(faults).into());
    }
    let (service, now) = (app.recommendations().await?, app.now());
    let mut previews = Vec::new();
    for request in preview.requests {
        let ask = request.ask(&app).await?;
        let look = |rules: Option<Rules>| Look { rules, challenger: preview.challenger, explain: true };
        previews.push(json!({
            "now": service.look(&ask, &look(None), now),
            "then": service.look(&ask, &look(preview.rules.clone()), now),
        }));
    }
    json(&json!({ "previews": previews }))
}

/// Every placement with its settings, its change and its contest.
#[utoipa::path(get, path = "/api/v1/recommendations/placements", tag = "recommendations",
    responses((status = 200, description = "Placements", body = serde_json::Value)))]
pub async fn list(State(app): State<App>) -> Answer {
    json(&placements::list(app.store()).await?)
}

/// Sets a placement; switched on it is registered as a change with its holdout.
#[utoipa::path(put, path = "/api/v1/recommendations/placements/{placement}", tag = "recommendations", params(("placement" = String, Path, description = "Its word")), request_body = serde_json::Value,
    responses((status = 200, description = "`change`", body = serde_json::Value), (status = 404, description = "No such placement", body = crate::problem::ProblemBody), (status = 409, description = "The ledger's rules forbid it", body = crate::problem::ProblemBody)))]
pub async fn put(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(placement): Path<String>,
    Body(settings): Body<Settings>,
) -> Answer {
    let placement: Placement = placement.parse().map_err(|_| Problem::not_found("such placement"))?;
    let service = app.recommendations().await?;
    let change = personalize::set_placement(service, placement, &settings, app.now(), &who.actor).await?;
    json(&json!({ "change": change }))
}

/// Days of the past.
#[derive(Deserialize, IntoParams)]
pub struct Days {
    /// How many; 28 where it is left out.
    days: Option<i32>,
}

/// Per placement and arm: shown, clicked, added, bought, revenue and margin.
#[utoipa::path(get, path = "/api/v1/recommendations/results", tag = "recommendations", params(Days),
    responses((status = 200, description = "A line per placement and arm", body = serde_json::Value)))]
pub async fn results(State(app): State<App>, Query(Days { days }): Query<Days>) -> Answer {
    json(&personalize::results::results(app.lake(), days.unwrap_or(28).clamp(1, 365), app.now()).await?)
}
