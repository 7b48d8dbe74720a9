//! Long work: begun here, told in the store, shown by whichever page asks.

use axum::{
    extract::{Path, State},
    http::HeaderValue,
};
use domain::{JobId, SprintId};
use sprint::studio::Engine;
use store::jobs::{self, JobRow, JobState};

use crate::{
    App,
    html::{self, Page},
    problem::Problem,
    view,
    views::{JobFragment, JobView},
};

/// Drafting the copy of a sprint.
pub const DRAFT: &str = "draft";
/// Drawing concepts with a model.
pub const CONCEPTS: &str = "concepts";

/// A job as pages show it.
pub fn view_of(job: &JobRow) -> JobView {
    let running = job.state == JobState::Running;
    JobView {
        id: job.id.to_string(),
        title: match (job.kind.as_str(), job.state) {
            (DRAFT, JobState::Running) => "Drafting copy".into(),
            (DRAFT, JobState::Done) => "Copy is drafted".into(),
            (DRAFT, JobState::Failed) => "Drafting stopped".into(),
            (CONCEPTS, JobState::Running) => "Drawing concepts".into(),
            (CONCEPTS, JobState::Failed) => "Drawing stopped".into(),
            (super::replay::JOB, JobState::Running) => "Replaying".into(),
            (super::replay::JOB, JobState::Failed) => "Replay stopped".into(),
            ("recommend_train", JobState::Running) => "Training".into(),
            ("recommend_train", JobState::Failed) => "Training stopped".into(),
            (_, JobState::Running) => "At work".into(),
            (_, JobState::Done) => "Done".into(),
            (_, JobState::Failed) => "It stopped".into(),
        },
        count: if job.total > 0 {
            format!("{} of {}", view::count(job.done), view::count(job.total))
        } else {
            String::new()
        },
        note: if running && job.note.is_empty() { "Beginning".into() } else { job.note.clone() },
        href: format!("/jobs/{}", job.id),
        done: job.done,
        total: job.total.max(1),
        running,
        failed: job.state == JobState::Failed,
    }
}

/// The newest job of a kind on a subject.
///
/// # Errors
/// The database refused.
pub async fn latest(app: &App, kind: &str, subject: &str) -> Result<Option<JobView>, Problem> {
    Ok(jobs::latest(app.store(), kind, subject).await?.as_ref().map(view_of))
}

/// `GET /jobs/{id}`: the fragment that replaces itself; once the work is over the page is loaded anew.
pub async fn show(State(app): State<App>, Path(id): Path<String>) -> Page {
    let missing = || Problem::not_found("such job");
    let id: JobId = id.parse().map_err(|_| missing())?;
    let job = jobs::get(app.store(), id).await?.ok_or_else(missing)?;
    let over = job.state != JobState::Running;
    let mut response = html::page(&JobFragment { job: view_of(&job) })?;
    if over {
        response.headers_mut().insert("hx-refresh", HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Begins drafting in the background.
///
/// # Errors
/// The database refused.
pub async fn draft(
    app: &App,
    ctx: sprint::Context,
    sprint: SprintId,
    engine: Engine,
    actor: &str,
) -> Result<(), Problem> {
    let mut tx = app.store().begin().await?;
    let id = jobs::begin(&mut tx, DRAFT, &sprint.to_string(), app.now(), actor).await?;
    tx.commit().await?;
    let (send, mut steps) = tokio::sync::mpsc::unbounded_channel::<sprint::studio::Progress>();
    let told = app.clone();
    tokio::spawn(async move {
        while let Some(step) = steps.recv().await {
            let note = format!("{}: {}", step.draft, step.group);
            let (done, total) = (step.done as i64, step.total as i64);
            if let Err(error) = jobs::progress(told.store(), id, done, total, &note, told.now()).await {
                tracing::warn!(%error, "progress was not written");
            }
        }
    });
    let app = app.clone();
    tokio::spawn(async move {
        let outcome = sprint::studio::generate(&ctx, sprint, &engine, &move |step| {
            let _ = send.send(step);
        })
        .await;
        let written = match outcome {
            Ok(made) => {
                let result = serde_json::to_value(&made).unwrap_or_default();
                jobs::finish(app.store(), id, Ok(&result), app.now()).await
            }
            Err(error) => jobs::finish(app.store(), id, Err(&error.to_string()), app.now()).await,
        };
        if let Err(error) = written {
            tracing::error!(%error, "the end of a job was not written");
        }
    });
    Ok(())
}

/// Begins drawing concepts with a model in the background; with a wish the unpicked are drawn again.
///
/// # Errors
/// The database refused.
pub async fn concepts(
    app: &App,
    ctx: sprint::Context,
    (sprint, seed, wish): (SprintId, u64, Option<String>),
    engine: Engine,
    actor: &str,
) -> Result<(), Problem> {
    let mut tx = app.store().begin().await?;
    let id = jobs::begin(&mut tx, CONCEPTS, &sprint.to_string(), app.now(), actor).await?;
    tx.commit().await?;
    let app = app.clone();
    tokio::spawn(async move {
        let outcome = match wish {
            Some(wish) => sprint::concepts::redraw_with(&ctx, sprint, &wish, &engine).await,
            None => sprint::concepts::propose_with(&ctx, sprint, seed, &engine).await,
        };
        let written = match outcome {
            Ok(drafted) => {
                let result = serde_json::json!({"concepts": drafted.concepts.len(), "told": drafted.sheet.written_by});
                jobs::finish(app.store(), id, Ok(&result), app.now()).await
            }
            Err(error) => jobs::finish(app.store(), id, Err(&error.to_string()), app.now()).await,
        };
        if let Err(error) = written {
            tracing::error!(%error, "the end of a job was not written");
        }
    });
    Ok(())
}
