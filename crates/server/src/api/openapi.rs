//! The API's description: as OpenAPI for programs, as a page for people. Nothing is fetched from anywhere.

use askama::Template;
use axum::response::IntoResponse;
use utoipa::OpenApi;

use super::{
    Answer, changes, concepts, events, recommendations, recommendations_models, recommendations_rules, sprints, state,
};
use crate::{
    html::{self, Page},
    problem::ProblemBody,
};

/// The description.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Fortnight",
        description = "Two-week marketing sprints. Keys are made in Settings and sent as `Authorization: Bearer KEY`. Errors are `{code, message, link}`."
    ),
    paths(
        state::me,
        state::today,
        state::doctor,
        state::job,
        sprints::list,
        sprints::create,
        sprints::get,
        sprints::put_brief,
        sprints::concepts,
        sprints::draft_concepts,
        sprints::pick,
        concepts::kill,
        concepts::redraw,
        concepts::own,
        concepts::standing,
        concepts::vote,
        concepts::ads,
        concepts::learn,
        concepts::confirm,
        concepts::calibration,
        concepts::missing,
        concepts::segment,
        sprints::drafts,
        sprints::checks,
        sprints::export,
        sprints::changes,
        sprints::reviews,
        sprints::review,
        sprints::post_mortem,
        changes::earned,
        changes::list,
        changes::get,
        changes::verdicts,
        changes::decide,
        changes::assign,
        events::take,
        events::storefront_key,
        events::renew_storefront_key,
        recommendations::recommend,
        recommendations::batch,
        recommendations_rules::get_rules,
        recommendations_rules::put_rules,
        recommendations_rules::preview,
        recommendations_rules::list,
        recommendations_rules::put,
        recommendations_rules::results,
        recommendations_models::list,
        recommendations_models::train,
        recommendations_models::contest,
        recommendations_models::export,
        recommendations_models::stock
    ),
    components(schemas(ProblemBody))
)]
pub struct Description;

/// `GET /api/v1/openapi.json`
pub async fn json() -> Answer {
    Ok(axum::Json(Description::openapi()).into_response())
}

struct Operation {
    method: String,
    path: String,
    summary: String,
}

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage {
    operations: Vec<Operation>,
    v: &'static str,
}

/// Method, path and summary of every operation, by path.
pub(crate) fn operations() -> Vec<(String, String, String)> {
    let document = serde_json::to_value(Description::openapi()).unwrap_or_default();
    let mut list = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let summary = operation["summary"].as_str().unwrap_or_default().to_owned();
            list.push((method.to_uppercase(), path.clone(), summary));
        }
    }
    list.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    list
}

/// `GET /help/api`
pub async fn page() -> Page {
    let operations =
        operations().into_iter().map(|(method, path, summary)| Operation { method, path, summary }).collect();
    html::page(&ApiPage { operations, v: crate::assets::version() })
}
