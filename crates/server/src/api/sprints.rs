//! Sprints from brief to post-mortem.

use axum::{
    Extension,
    extract::{Path, State},
    response::IntoResponse,
};
use domain::{ConceptId, sprint::Brief};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{Answer, Body, json};
use crate::{
    App,
    auth::access::Who,
    pages::{
        desk::{context, sprint_of},
        studio::audit,
    },
    problem::{Code, Problem},
};

/// All sprints, newest first.
#[utoipa::path(get, path = "/api/v1/sprints", tag = "sprints", responses((status = 200, description = "Sprints", body = serde_json::Value)))]
pub async fn list(State(app): State<App>, Extension(who): Extension<Who>) -> Answer {
    json(&sprint::sprints::list(&context(&app, &who).await?).await?)
}

/// A sprint that is to begin.
#[derive(Deserialize, ToSchema)]
pub struct NewSprint {
    /// What it is about.
    title: String,
    /// Why it begins over an unsigned post-mortem; owners only.
    #[serde(default)]
    override_reason: Option<String>,
}

/// Begins the next sprint.
#[utoipa::path(post, path = "/api/v1/sprints", tag = "sprints", request_body = NewSprint,
    responses((status = 200, description = "The sprint", body = serde_json::Value), (status = 409, description = "The last one is not signed", body = crate::problem::ProblemBody)))]
pub async fn create(State(app): State<App>, Extension(who): Extension<Who>, Body(new): Body<NewSprint>) -> Answer {
    let ctx = context(&app, &who).await?;
    let reason = new.override_reason.as_deref().filter(|_| who.can_own());
    json(&sprint::sprints::create(&ctx, &new.title, reason).await?)
}

/// A sprint by its number, with its brief.
#[utoipa::path(get, path = "/api/v1/sprints/{n}", tag = "sprints", params(("n" = i64, Path, description = "Number of the sprint")),
    responses((status = 200, description = "The sprint", body = serde_json::Value), (status = 404, description = "No such sprint", body = crate::problem::ProblemBody)))]
pub async fn get(State(app): State<App>, Path(n): Path<i64>) -> Answer {
    json(&sprint_of(&app, n).await?)
}

/// Saves the brief; every mistake is named with its field.
#[utoipa::path(put, path = "/api/v1/sprints/{n}/brief", tag = "sprints", params(("n" = i64, Path, description = "Number of the sprint")),
    request_body = serde_json::Value, responses((status = 200, description = "The sprint", body = serde_json::Value), (status = 422, description = "Mistakes", body = crate::problem::ProblemBody)))]
pub async fn put_brief(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(n): Path<i64>,
    Body(brief): Body<Brief>,
) -> Answer {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, n).await?;
    json(&sprint::brief::save(&ctx, row.id, brief).await?)
}

/// The concepts of a sprint with their evidence, and what drafting found besides.
#[utoipa::path(get, path = "/api/v1/sprints/{n}/concepts", tag = "concepts", params(("n" = i64, Path, description = "Number of the sprint")),
    responses((status = 200, description = "Concepts and sheet", body = serde_json::Value)))]
pub async fn concepts(State(app): State<App>, Extension(who): Extension<Who>, Path(n): Path<i64>) -> Answer {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, n).await?;
    let (concepts, sheet) = sprint::concepts::list(&ctx, row.id).await?;
    json(&json!({"concepts": concepts, "sheet": sheet}))
}

/// Drafts concepts from the data; open ones are replaced, picked and killed ones stay.
#[utoipa::path(post, path = "/api/v1/sprints/{n}/concepts", tag = "concepts", params(("n" = i64, Path, description = "Number of the sprint")),
    responses((status = 200, description = "Concepts and sheet", body = serde_json::Value), (status = 409, description = "No brief, or live already", body = crate::problem::ProblemBody)))]
pub async fn draft_concepts(State(app): State<App>, Extension(who): Extension<Who>, Path(n): Path<i64>) -> Answer {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, n).await?;
    let drafted = crate::pages::concepts::propose(&app, &ctx, row.id, n).await?;
    json(&json!({"concepts": drafted.concepts, "sheet": drafted.sheet}))
}

/// Why a concept is picked.
#[derive(Deserialize, ToSchema)]
pub struct Pick {
    /// In a sentence.
    reason: String,
}

/// Picks a concept with its reason.
#[utoipa::path(post, path = "/api/v1/concepts/{id}/pick", tag = "concepts", params(("id" = String, Path, description = "Concept id")), request_body = Pick,
    responses((status = 200, description = "The concept", body = serde_json::Value), (status = 409, description = "Too many, killed, or live already", body = crate::problem::ProblemBody)))]
pub async fn pick(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    Body(pick): Body<Pick>,
) -> Answer {
    let missing = || Problem::not_found("such concept");
    let id: ConceptId = id.parse().map_err(|_| missing())?;
    sprint::concepts::pick(&context(&app, &who).await?, id, &pick.reason).await?;
    json(&store::concepts::get(app.store(), id).await?.ok_or_else(missing)?)
}

/// The drafts of a sprint with what the checks say, provenance and edits.
#[utoipa::path(get, path = "/api/v1/sprints/{n}/drafts", tag = "copy", params(("n" = i64, Path, description = "Number of the sprint")),
    responses((status = 200, description = "The studio", body = serde_json::Value)))]
pub async fn drafts(State(app): State<App>, Extension(who): Extension<Who>, Path(n): Path<i64>) -> Answer {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, n).await?;
    json(&sprint::studio::view(&ctx, row.id).await?)
}

/// The launch checks as they stand.
#[utoipa::path(get, path = "/api/v1/sprints/{n}/checks", tag = "launch", params(("n" = i64, Path, description = "Number of the sprint")),
    responses((status = 200, description = "Checks", body = serde_json::Value)))]
pub async fn checks(State(app): State<App>, Extension(who): Extension<Who>, Path(n): Path<i64>) -> Answer {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, n).await?;
    json(&sprint::qa::run(&ctx, row.id).await?)
}

/// Registers the concepts and writes the platforms' files, everything paused.
#[utoipa::path(post, path = "/api/v1/sprints/{n}/export", tag = "launch", params(("n" = i64, Path, description = "Number of the sprint")),
    responses((status = 200, description = "Names and texts of the files", body = serde_json::Value), (status = 422, description = "Checks block", body = crate::problem::ProblemBody)))]
pub async fn export(State(app): State<App>, Extension(who): Extension<Who>, Path(n): Path<i64>) -> Answer {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, n).await?;
    match sprint::launch::export(&ctx, row.id).await? {
        sprint::launch::Export::Done { files, .. } => {
            audit(&app, &who, "launch.export", &row.title).await?;
            let files: Vec<_> = files.iter().map(|file| json!({"name": file.name, "content": file.content})).collect();
            json(&json!({"files": files}))
        }
        sprint::launch::Export::Blocked(report) => {
            let blocking: Vec<String> = report
                .checks
                .iter()
                .filter(|check| check.status == sprint::qa::Status::Block)
                .map(|check| format!("{}: {} {}", check.place, check.message, check.mend))
                .collect();
            Ok(Problem::new(Code::LaunchBlocked, blocking.join(" ")).into_response())
        }
    }
}

/// The ledger of a sprint: everything AI-made that went live.
#[utoipa::path(get, path = "/api/v1/sprints/{n}/changes", tag = "launch", params(("n" = i64, Path, description = "Number of the sprint")),
    responses((status = 200, description = "Changes", body = serde_json::Value)))]
pub async fn changes(State(app): State<App>, Path(n): Path<i64>) -> Answer {
    let row = sprint_of(&app, n).await?;
    json(&store::changes::of_sprint(app.store(), row.id).await?)
}

/// The daily reviews, newest first, with what was decided.
#[utoipa::path(get, path = "/api/v1/sprints/{n}/reviews", tag = "review", params(("n" = i64, Path, description = "Number of the sprint")),
    responses((status = 200, description = "Reviews", body = serde_json::Value)))]
pub async fn reviews(State(app): State<App>, Extension(who): Extension<Who>, Path(n): Path<i64>) -> Answer {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, n).await?;
    json(&sprint::review::list(&ctx, row.id).await?)
}

/// Makes this morning's review.
#[utoipa::path(post, path = "/api/v1/sprints/{n}/reviews", tag = "review", params(("n" = i64, Path, description = "Number of the sprint")),
    responses((status = 200, description = "The review", body = serde_json::Value), (status = 409, description = "Not live", body = crate::problem::ProblemBody)))]
pub async fn review(State(app): State<App>, Extension(who): Extension<Who>, Path(n): Path<i64>) -> Answer {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, n).await?;
    json(&sprint::review::run(&ctx, row.id).await?)
}

/// The post-mortem, drafted or signed.
#[utoipa::path(get, path = "/api/v1/sprints/{n}/post-mortem", tag = "review", params(("n" = i64, Path, description = "Number of the sprint")),
    responses((status = 200, description = "The post-mortem", body = serde_json::Value), (status = 404, description = "Not drafted", body = crate::problem::ProblemBody)))]
pub async fn post_mortem(State(app): State<App>, Extension(who): Extension<Who>, Path(n): Path<i64>) -> Answer {
    let ctx = context(&app, &who).await?;
    let row = sprint_of(&app, n).await?;
    let stored = sprint::postmortem::get(&ctx, row.id).await?.ok_or_else(|| Problem::not_found("post-mortem yet"))?;
    json(
        &json!({"document": stored.document, "drafted_at": stored.drafted_at, "signed_by": stored.signed_by, "signed_at": stored.signed_at}),
    )
}
