//! The JSON API under `/api/v1`: the same use cases as the pages, for programs with a key.

mod changes;
mod concepts;
mod events;
mod openapi;
mod recommendations;
mod recommendations_models;
mod recommendations_rules;
mod sprints;
mod state;

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::JsonRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

pub use concepts::MAX_ADS_BYTES;

use crate::{App, auth::access::Access, problem::Problem, routes::Routes};

/// All routes of the API.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/api/v1/openapi.json", Access::Public, openapi::json)
        .get("/help/api", Access::Public, openapi::page)
        .get("/api/v1/me", Access::VIEW, state::me)
        .get("/api/v1/today", Access::VIEW, state::today)
        .get("/api/v1/doctor", Access::VIEW, state::doctor)
        .get("/api/v1/jobs/{id}", Access::VIEW, state::job)
        .get("/api/v1/sprints", Access::VIEW, sprints::list)
        .post("/api/v1/sprints", Access::EDIT, sprints::create)
        .get("/api/v1/sprints/{n}", Access::VIEW, sprints::get)
        .put("/api/v1/sprints/{n}/brief", Access::EDIT, sprints::put_brief)
        .get("/api/v1/sprints/{n}/concepts", Access::VIEW, sprints::concepts)
        .post("/api/v1/sprints/{n}/concepts", Access::EDIT, sprints::draft_concepts)
        .post("/api/v1/concepts/{id}/pick", Access::EDIT, sprints::pick)
        .post("/api/v1/concepts/{id}/kill", Access::EDIT, concepts::kill)
        .post("/api/v1/sprints/{n}/concepts/redraw", Access::EDIT, concepts::redraw)
        .post("/api/v1/sprints/{n}/concepts/own", Access::EDIT, concepts::own)
        .get("/api/v1/sprints/{n}/vote", Access::VIEW, concepts::standing)
        .post("/api/v1/sprints/{n}/vote", Access::EDIT, concepts::vote)
        .get("/api/v1/ads", Access::VIEW, concepts::ads)
        .upload("/api/v1/ads/learn", Access::EDIT, concepts::MAX_ADS_BYTES, concepts::learn)
        .post("/api/v1/ads/confirm", Access::EDIT, concepts::confirm)
        .get("/api/v1/ads/calibration", Access::VIEW, concepts::calibration)
        .get("/api/v1/today/missing", Access::VIEW, concepts::missing)
        .post("/api/v1/today/segments", Access::EDIT, concepts::segment)
        .get("/api/v1/sprints/{n}/drafts", Access::VIEW, sprints::drafts)
        .get("/api/v1/sprints/{n}/checks", Access::VIEW, sprints::checks)
        .post("/api/v1/sprints/{n}/export", Access::APPROVE, sprints::export)
        .get("/api/v1/sprints/{n}/changes", Access::VIEW, sprints::changes)
        .get("/api/v1/sprints/{n}/reviews", Access::VIEW, sprints::reviews)
        .post("/api/v1/sprints/{n}/reviews", Access::EDIT, sprints::review)
        .get("/api/v1/sprints/{n}/post-mortem", Access::VIEW, sprints::post_mortem)
        .get("/api/v1/earned", Access::VIEW, changes::earned)
        .get("/api/v1/changes", Access::VIEW, changes::list)
        .get("/api/v1/changes/{id}", Access::VIEW, changes::get)
        .get("/api/v1/changes/{id}/verdicts", Access::VIEW, changes::verdicts)
        .post("/api/v1/changes/{id}/decide", Access::APPROVE, changes::decide)
        .post("/api/v1/changes/{id}/assign", Access::EDIT, changes::assign)
        .storefront("/api/v1/events", events::take)
        .get("/api/v1/storefront-key", Access::VIEW, events::storefront_key)
        .post("/api/v1/storefront-key", Access::OWN, events::renew_storefront_key)
        .get("/demo/shop", Access::VIEW, crate::snippet::shop)
        .storefront("/api/v1/recommendations", recommendations::recommend)
        .post("/api/v1/recommendations/batch", Access::EDIT, recommendations::batch)
        .get("/api/v1/recommendations/rules", Access::VIEW, recommendations_rules::get_rules)
        .put("/api/v1/recommendations/rules", Access::EDIT, recommendations_rules::put_rules)
        .post("/api/v1/recommendations/preview", Access::VIEW, recommendations_rules::preview)
        .get("/api/v1/recommendations/placements", Access::VIEW, recommendations_rules::list)
        .put("/api/v1/recommendations/placements/{placement}", Access::APPROVE, recommendations_rules::put)
        .get("/api/v1/recommendations/results", Access::VIEW, recommendations_rules::results)
        .get("/api/v1/recommendations/models", Access::VIEW, recommendations_models::list)
        .post("/api/v1/recommendations/train", Access::EDIT, recommendations_models::train)
        .post("/api/v1/recommendations/contest", Access::APPROVE, recommendations_models::contest)
        .get("/api/v1/recommendations/export.csv", Access::EDIT, recommendations_models::export)
        .put("/api/v1/stock", Access::EDIT, recommendations_models::stock)
}

/// What an API handler answers.
type Answer = Result<Response, Problem>;

/// Room that an answer begins with, bytes: a list of products fits, so that it is not moved while it grows.
const ANSWER_BYTES: usize = 8 << 10;

/// An answer as JSON.
fn json(value: &impl Serialize) -> Answer {
    let mut body = Vec::with_capacity(ANSWER_BYTES);
    serde_json::to_writer(&mut body, value).map_err(Problem::internal)?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response())
}

/// Whether a request says that it brings JSON.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json") || kind.starts_with("application/") && kind.ends_with("+json")
}

/// A JSON body whose mistakes are answered as a [`Problem`].
struct Body<T>(T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let refused = |text: String| Problem::invalid(format!("The body is no JSON: {text}"));
        let bytes = Bytes::from_request(request, app).await.map_err(|error| refused(error.body_text()))?;
        if !is_json {
            return Err(refused("send it with `Content-Type: application/json`".into()));
        }
        // What is right is read at once; only for what is wrong it pays to follow the path to the mistake.
        if let Ok(value) = serde_json::from_slice(&bytes) {
            return Ok(Body(value));
        }
        match axum::Json::<T>::from_bytes(&bytes) {
            Ok(axum::Json(value)) => Ok(Body(value)),
            Err(JsonRejection::JsonDataError(error)) => Err(Problem::invalid(error.body_text())),
            Err(error) => Err(refused(error.body_text())),
        }
    }
}
