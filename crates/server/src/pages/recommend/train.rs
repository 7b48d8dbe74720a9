//! Training begun on a page: a job that tells how far it is.

use axum::{Extension, Form, extract::State};
use personalize::train::{self, Options};
use serde::Deserialize;
use store::jobs::{self, JobState};

use crate::{
    App,
    auth::access::Who,
    html::{self, Page},
    pages::desk::told,
    problem::{Code, Problem},
};

/// The kind of these jobs; the API begins the same.
pub const JOB: &str = "recommend_train";
/// Work units of tuning: about five minutes of one core.
const BUDGET: u64 = 300;
/// Steps that training tells of, and its end.
const STEPS: i64 = 4;

/// What the form says.
#[derive(Deserialize)]
pub struct Ask {
    #[serde(default)]
    serve: String,
}

/// `POST /recommend/train`
pub async fn now(State(app): State<App>, Extension(who): Extension<Who>, Form(ask): Form<Ask>) -> Page {
    match begin(&app, &who, ask.serve != "off").await {
        Ok(()) => Ok(html::done("/recommend", "Training has begun. This page shows how far it is.")),
        Err(problem) => told(problem, "/recommend"),
    }
}

async fn begin(app: &App, who: &Who, activate: bool) -> Result<(), Problem> {
    if jobs::latest(app.store(), JOB, "").await?.is_some_and(|job| job.state == JobState::Running) {
        return Err(Problem::new(Code::Conflict, "A training is at work already; wait for its end."));
    }
    app.recommendations().await?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let options = Options { model: None, budget: BUDGET, threads, activate };
    let mut tx = app.store().begin().await?;
    let id = jobs::begin(&mut tx, JOB, "", app.now(), &who.actor).await?;
    tx.commit().await?;
    let (send, mut steps) = tokio::sync::mpsc::unbounded_channel::<String>();
    let told = app.clone();
    tokio::spawn(async move {
        let mut done = 0;
        while let Some(step) = steps.recv().await {
            done = (done + 1).min(STEPS - 1);
            if let Err(error) = jobs::progress(told.store(), id, done, STEPS, &step, told.now()).await {
                tracing::warn!(%error, "progress was not written");
            }
        }
    });
    let (app, by) = (app.clone(), who.name.clone());
    tokio::spawn(async move {
        let say = |step: &str| {
            let _ = send.send(step.to_owned());
        };
        let outcome = work(&app, &options, &by, &say).await;
        let outcome = outcome.as_ref().map_err(|problem| problem.message.as_str());
        if let Err(error) = jobs::finish(app.store(), id, outcome, app.now()).await {
            tracing::error!(%error, "the end of a job was not written");
        }
    });
    Ok(())
}

async fn work(
    app: &App,
    options: &Options,
    by: &str,
    say: &(dyn Fn(&str) + Sync),
) -> Result<serde_json::Value, Problem> {
    let service = app.recommendations().await?;
    let report = train::train(app.lake(), service.data_dir(), options, app.now(), by, say).await?;
    service.refresh().await?;
    serde_json::to_value(&report).map_err(Problem::internal)
}
