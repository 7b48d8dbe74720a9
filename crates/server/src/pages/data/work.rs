//! Checking and importing files: long work whose progress is durable.

use std::sync::LazyLock;

use domain::JobId;
use intake::{ImportReport, ImportRequest, Intake, IntakeError, Progress};
use store::jobs::{self, JobRow, JobState};
use tokio::sync::{Mutex, watch};

use super::{
    look,
    uploads::{self, Upload},
};
use crate::{
    App,
    auth::access::Who,
    problem::{Code, Problem, sentence},
    view,
    views::JobView,
};

/// Kind of a job that changes nothing.
pub const CHECK: &str = "import_check";
/// Kind of a job that imports.
pub const IMPORT: &str = "import";
/// How often progress is written down, milliseconds.
const PROGRESS_MS: u64 = 400;

/// One file at a time: a later export may restate what an earlier one says, so their order matters.
static TURN: LazyLock<Mutex<()>> = LazyLock::new(Mutex::default);

/// What a job leaves behind.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Outcome {
    /// The report.
    pub report: ImportReport,
}

/// The report of a finished job.
pub fn report(job: &JobRow) -> Option<ImportReport> {
    let outcome: Outcome = serde_json::from_value(job.result.clone()?).ok()?;
    Some(outcome.report)
}

/// Starts checking or importing a file.
///
/// # Errors
/// Nobody said what the file is, it is being worked on, or the database refused.
pub async fn start(app: &App, who: &Who, upload: &Upload, kind: &'static str) -> Result<JobId, Problem> {
    let head = uploads::head(app, upload).await?;
    let Some(source) = look::look(&head, &upload.choice).source else {
        return Err(Problem::invalid(format!("Say first what {} is from, and which column is what.", upload.name)));
    };
    if running(app, upload, IMPORT).await?.is_some() {
        return Err(Problem::new(Code::Conflict, format!("{} is being imported already.", upload.name)));
    }
    let now = app.now();
    let mut tx = app.store().begin().await?;
    let id = jobs::begin(&mut tx, kind, &upload.subject(), now, &who.actor).await?;
    if kind == IMPORT {
        store::audit::record(&mut tx, now, &who.actor, "import.file", &upload.name, source.as_str()).await?;
    }
    tx.commit().await?;
    let mut request = ImportRequest::new(source, uploads::path(app, upload)?, now);
    request.map = upload.choice.map.clone();
    request.dry_run = kind == CHECK;
    tokio::spawn(run(app.clone(), id, upload.clone(), request));
    Ok(id)
}

/// The job of a kind that is at work on a file as it was decided.
///
/// # Errors
/// The database refused.
pub async fn running(app: &App, upload: &Upload, kind: &str) -> Result<Option<JobRow>, Problem> {
    let job = jobs::latest(app.store(), kind, &upload.subject()).await?;
    Ok(job.filter(|job| job.state == JobState::Running))
}

async fn run(app: App, id: JobId, upload: Upload, request: ImportRequest) {
    let _turn = TURN.lock().await;
    let is_import = !request.dry_run;
    let outcome = import(&app, id, request).await;
    let written = match &outcome {
        Ok(report) => {
            let result = serde_json::to_value(Outcome { report: report.clone() }).unwrap_or_default();
            jobs::finish(app.store(), id, Ok(&result), app.now()).await
        }
        Err(error) => {
            if !error.is_input() {
                tracing::error!(%error, file = upload.name, "an import failed");
            }
            jobs::finish(app.store(), id, Err(&sentence(&error.to_string())), app.now()).await
        }
    };
    if let Err(error) = written {
        tracing::error!(%error, "the end of an import could not be written down");
    }
    if is_import && outcome.is_ok() {
        // What is imported is in the lake; the file itself holds people's names and is not kept.
        let _ = uploads::discard(&app, &upload.key).await;
    }
}

async fn import(app: &App, id: JobId, request: ImportRequest) -> Result<ImportReport, IntakeError> {
    let intake = open(app).await?;
    let (tell, mut told) = watch::channel(None::<Progress>);
    let writer = tokio::spawn({
        let app = app.clone();
        // Apart from the import, which may hold the database's only writer.
        async move {
            while told.changed().await.is_ok() {
                let Some(progress) = told.borrow_and_update().clone() else { continue };
                let (done, total) = (progress.bytes_done as i64, progress.bytes_total as i64);
                let note = format!("{} read", view::plural(progress.rows as i64, "row", "rows"));
                if let Err(error) = jobs::progress(app.store(), id, done, total, &note, app.now()).await {
                    tracing::warn!(%error, "progress could not be written down");
                }
                tokio::time::sleep(std::time::Duration::from_millis(PROGRESS_MS)).await;
            }
        }
    });
    let report = intake::import(&intake, request, &move |progress| drop(tell.send(Some(progress)))).await;
    writer.abort();
    report
}

/// Where facts are taken in.
///
/// # Errors
/// The database refused.
pub async fn open(app: &App) -> Result<Intake, IntakeError> {
    Intake::open(app.store().clone(), app.lake().clone(), &app.config().data_dir, app.random()).await
}

/// A job as a page shows it.
pub fn job_view(job: &JobRow, name: &str) -> JobView {
    let running = job.state == JobState::Running;
    let title = match (job.kind.as_str(), running) {
        (CHECK, true) => format!("Checking {name}"),
        (CHECK, false) => format!("Checked {name}"),
        (_, true) => format!("Importing {name}"),
        (_, false) => format!("Imported {name}"),
    };
    let total = job.total.max(1);
    JobView {
        id: job.id.to_string(),
        title,
        count: if job.total > 0 { view::percent(job.done as f64 / total as f64) } else { String::new() },
        note: if running && job.note.is_empty() { "Waiting for its turn".into() } else { job.note.clone() },
        href: format!("/data/jobs/{}", job.id),
        done: job.done.clamp(0, total),
        total,
        running,
        failed: job.state == JobState::Failed,
    }
}
