//! Who asks, today's figures, the data gate, long work.

use axum::{
    Extension,
    extract::{Path, State},
};
use domain::JobId;
use serde_json::json;

use super::{Answer, json};
use crate::{App, auth::access::Who, pages::desk::context, problem::Problem};

/// Who the key belongs to.
#[utoipa::path(get, path = "/api/v1/me", tag = "state", responses((status = 200, description = "Name and role", body = serde_json::Value)))]
pub async fn me(Extension(who): Extension<Who>) -> Answer {
    json(&json!({"actor": who.actor, "name": who.name, "role": who.role}))
}

/// The shop's last seven days with the query behind each figure; `null` before any order was imported.
#[utoipa::path(get, path = "/api/v1/today", tag = "state", responses((status = 200, description = "Figures with evidence", body = serde_json::Value)))]
pub async fn today(State(app): State<App>, Extension(who): Extension<Who>) -> Answer {
    json(&sprint::today::read(&context(&app, &who).await?).await?)
}

/// What the data carries: per capability ready, thin or not ready, and what would mend it.
#[utoipa::path(get, path = "/api/v1/doctor", tag = "state", responses((status = 200, description = "Gates", body = serde_json::Value)))]
pub async fn doctor(State(app): State<App>) -> Answer {
    let intake =
        intake::Intake::open(app.store().clone(), app.lake().clone(), &app.config().data_dir, app.random()).await?;
    json(&intake::doctor(&intake, app.now()).await?)
}

/// Long work: where it stands and what came out.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "state", params(("id" = String, Path, description = "Job id")),
    responses((status = 200, description = "The job", body = serde_json::Value), (status = 404, description = "No such job", body = crate::problem::ProblemBody)))]
pub async fn job(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let missing = || Problem::not_found("such job");
    let id: JobId = id.parse().map_err(|_| missing())?;
    json(&store::jobs::get(app.store(), id).await?.ok_or_else(missing)?)
}
