//! Data: files come in by dropping them, are recognised, checked and imported; and the data gate says what they carry.

mod look;
mod orders;
mod present;
mod uploads;
mod work;

use axum::{
    Extension, Form, Json,
    extract::{Multipart, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::{ImportId, JobId};
use intake::ImportReport;
use store::{
    imports::{self, Import, ImportStatus},
    jobs::{self, JobState},
};

use crate::{
    App,
    auth::access::{Access, Who},
    frame::Nav,
    html::{self, Page},
    pages::desk::{self, Desk},
    problem::{Code, Problem},
    routes::Routes,
    view,
    views::{DataPage, DataView, ImportLine, ImportPage, ImportResult, JobFragment, PendingFile},
};
use uploads::Upload;
use work::{CHECK, IMPORT};

/// Imports in the list.
const LISTED: i64 = 100;
/// How long results stay on the page, milliseconds.
const RESULT_MS: i64 = 3_600_000;
/// How many results are shown in full.
const RESULTS: usize = 3;

/// The routes of this page.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/data", Access::VIEW, show)
        .upload("/data/upload", Access::EDIT, uploads::MAX_UPLOAD_BYTES, upload)
        .post("/data/import-all", Access::EDIT, import_all)
        .post("/data/files/{key}", Access::EDIT, decide)
        .get("/data/orders", Access::VIEW, orders::show)
        .post("/data/orders", Access::EDIT, orders::change)
        .get("/data/jobs/{id}", Access::VIEW, job)
        .get("/data/imports/{id}", Access::VIEW, import_report)
        .post("/data/imports/{id}/undo", Access::EDIT, undo)
        .get("/data/imports/{id}/rejects.csv", Access::EDIT, rejects)
}

/// `GET /data`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let rows = imports::recent(app.store(), LISTED).await?;
    let mut pending = Vec::new();
    for upload in uploads::list(&app).await? {
        pending.push(pending_file(&app, &upload).await?);
    }
    let is_empty = rows.is_empty();
    let gates = match is_empty {
        true => Vec::new(),
        false => intake::doctor(&work::open(&app).await?, app.now()).await?.iter().map(present::gate).collect(),
    };
    let view = DataView {
        is_empty,
        ready: pending.iter().filter(|file| file.recognised && file.job.is_none()).count(),
        results: results(&app).await?,
        gate_line: present::gate_line(&gates),
        gates,
        imports: rows.iter().map(|row| import_line(row, &desk)).collect(),
        pending,
    };
    html::page(&DataPage { frame: desk.frame(Nav::Data, "Data"), view })
}

async fn pending_file(app: &App, upload: &Upload) -> Result<PendingFile, Problem> {
    let preview = look::look(&uploads::head(app, upload).await?, &upload.choice);
    let importing = jobs::latest(app.store(), IMPORT, &upload.subject()).await?;
    let checking = jobs::latest(app.store(), CHECK, &upload.subject()).await?;
    let is_running = |job: &jobs::JobRow| job.state == JobState::Running;
    let running = importing.iter().chain(&checking).find(|job| is_running(job));
    let failed = importing.iter().find(|job| job.state == JobState::Failed);
    let check = checking.as_ref().filter(|job| !is_running(job)).map(|job| match work::report(job) {
        Some(report) => present::result(&report, true),
        None => ImportResult {
            state: "Cannot be read".into(),
            tone: "bad",
            failure: job.note.clone(),
            ..ImportResult::default()
        },
    });
    let fields = look::fields(&preview);
    // The reader's own words name the command line's options; here the columns stand below.
    let unread = match &preview.problem {
        Some(_) if fields.iter().any(|field| field.missing) => Some(
            "Some columns that are needed have other names in this file. Choose them below, then look again.".into(),
        ),
        problem => problem.as_deref().map(crate::problem::sentence),
    };
    let problem = match failed {
        Some(job) => format!("The import stopped: {} Import again to go on.", job.note),
        None => unread.unwrap_or_default(),
    };
    Ok(PendingFile {
        key: upload.key.clone(),
        name: upload.name.clone(),
        size: view::bytes(upload.bytes),
        recognised: preview.problem.is_none(),
        kind: if preview.problem.is_none() { view::capital(&preview.label) } else { "Needs a look".into() },
        sources: look::sources(&preview),
        problem,
        fields,
        read: look::read(&preview),
        header: preview.header,
        rows: preview.rows,
        importing: importing.as_ref().is_some_and(is_running),
        job: running.map(|job| work::job_view(job, &upload.name)),
        check,
        href: format!("/data/files/{}", upload.key),
    })
}

/// What was imported in the last hour, the newest first.
async fn results(app: &App) -> Result<Vec<ImportResult>, Problem> {
    let since = app.now().0 - RESULT_MS;
    let jobs = jobs::list(app.store(), IMPORT, LISTED).await?;
    let fresh = jobs.iter().filter(|job| job.state == JobState::Done && job.updated_at.0 >= since);
    Ok(fresh.filter_map(work::report).take(RESULTS).map(|report| present::result(&report, false)).collect())
}

fn read_report(row: &Import) -> Option<ImportReport> {
    serde_json::from_str(row.report.as_deref()?).ok()
}

fn import_line(row: &Import, desk: &Desk) -> ImportLine {
    let report = read_report(row);
    let (state, tone) = match row.status {
        ImportStatus::Done => ("", ""),
        ImportStatus::Running => ("Under way", "accent"),
        ImportStatus::Failed => ("Stopped", "bad"),
        ImportStatus::Undone => ("Undone", "line"),
    };
    let numbers = match &report {
        Some(r) => [r.rows_read, r.rows_taken, r.rows_known, r.rows_revised, r.rows_rejected]
            .map(|n| view::count(n as i64))
            .to_vec(),
        None => vec!["–".into(); 5],
    };
    ImportLine {
        name: row.file_name.clone(),
        href: format!("/data/imports/{}", row.id),
        source: look::source_label(&row.source),
        at: desk.at(row.finished_at.unwrap_or(row.started_at)),
        state: state.into(),
        tone,
        numbers,
        net: report.as_ref().map_or("–".into(), present::net),
    }
}

/// `POST /data/upload`: takes the files to disk and begins to check those that are recognised.
pub async fn upload(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Problem> {
    let sent = uploads::receive(&app, &who.name, form).await?;
    if sent.is_empty() {
        return Err(Problem::invalid("No file arrived, or the files were empty. Choose at least one."));
    }
    for upload in &sent {
        match work::start(&app, &who, upload, CHECK).await {
            Ok(_) => {}
            // What is not recognised is asked about on the page.
            Err(problem) if problem.code == Code::Invalid => {}
            Err(problem) => return Err(problem),
        }
    }
    let wants_json = headers.get(header::ACCEPT).is_some_and(|kinds| kinds.as_bytes().starts_with(b"application/json"));
    match wants_json {
        true => Ok(Json(serde_json::json!({"location": "/data", "files": sent.len()})).into_response()),
        false => Ok(Redirect::to("/data").into_response()),
    }
}

/// `POST /data/files/{key}`: keeps what was decided about a file, then looks again, checks, imports or discards it.
pub async fn decide(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(key): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Page {
    let mut upload = uploads::get(&app, &key).await?;
    let value = |name: &str| pairs.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let action = value("do").unwrap_or("look");
    if work::running(&app, &upload, IMPORT).await?.is_some() {
        return Ok(html::go("/data", "bad", &format!("{} is being imported already.", upload.name)));
    }
    if action == "discard" {
        uploads::discard(&app, &key).await?;
        return Ok(html::done("/data", &format!("{} is discarded. Nothing was imported.", upload.name)));
    }
    let wanted: Vec<(String, String)> =
        pairs.iter().filter_map(|(name, value)| Some((name.strip_prefix("map.")?.to_owned(), value.clone()))).collect();
    let source = value("source").and_then(|word| word.parse().ok());
    upload.choice = look::decide(&uploads::head(&app, &upload).await?, source, &wanted);
    uploads::write(&app, &upload).await?;
    let kind = match action {
        "import" => IMPORT,
        "check" => CHECK,
        _ => return Ok(Redirect::to(&format!("/data#file-{key}")).into_response()),
    };
    match work::start(&app, &who, &upload, kind).await {
        Ok(_) => Ok(Redirect::to(&format!("/data#file-{key}")).into_response()),
        Err(problem) => desk::told(problem, "/data"),
    }
}

/// `POST /data/import-all`: imports every file that is recognised, in the order in which they came.
pub async fn import_all(State(app): State<App>, Extension(who): Extension<Who>) -> Page {
    let mut started = 0;
    for upload in uploads::list(&app).await? {
        let preview = look::look(&uploads::head(&app, &upload).await?, &upload.choice);
        if preview.problem.is_none() && work::running(&app, &upload, IMPORT).await?.is_none() {
            work::start(&app, &who, &upload, IMPORT).await?;
            started += 1;
        }
    }
    Ok(html::done("/data", &format!("{} under way.", view::plural(started, "import is", "imports are"))))
}

/// `GET /data/jobs/{id}`: progress, until there is more to show than progress.
pub async fn job(State(app): State<App>, Path(id): Path<String>) -> Page {
    let id: JobId = id.parse().map_err(|_| Problem::not_found("such job"))?;
    let job = jobs::get(app.store(), id).await?.ok_or_else(|| Problem::not_found("such job"))?;
    let key = job.subject.split('.').next().unwrap_or_default();
    let name = uploads::get(&app, key).await.map_or("the file".to_owned(), |upload| upload.name);
    let mut response = html::page(&JobFragment { job: work::job_view(&job, &name) })?;
    if job.state != JobState::Running {
        response.headers_mut().insert("hx-refresh", HeaderValue::from_static("true"));
    }
    Ok(response)
}

async fn import_of(app: &App, id: &str) -> Result<Import, Problem> {
    let id: ImportId = id.parse().map_err(|_| Problem::not_found("such import"))?;
    Ok(imports::get(app.store(), id).await?)
}

/// `GET /data/imports/{id}`
pub async fn import_report(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let row = import_of(&app, &id).await?;
    let mut result = match read_report(&row) {
        Some(report) => present::result(&report, false),
        None => ImportResult {
            state: if row.status == ImportStatus::Failed { "Stopped".into() } else { "Under way".into() },
            tone: "warn",
            failure: row.error.clone().map_or_else(
                || "It is not at its end yet. Reload this page in a moment.".into(),
                |error| crate::problem::sentence(&error),
            ),
            ..ImportResult::default()
        },
    };
    result.href = String::new();
    result.name = row.file_name.clone();
    let map: serde_json::Value = serde_json::from_str(&row.options).unwrap_or_default();
    let pairs = map.get("map").and_then(|map| map.as_array()).cloned().unwrap_or_default();
    let pairs: Vec<String> = pairs
        .iter()
        .filter_map(|pair| Some(format!("{} is “{}”", pair.get(0)?.as_str()?, pair.get(1)?.as_str()?)))
        .collect();
    let mut facts = vec![
        ("Source", look::source_label(&row.source)),
        ("Size", view::bytes(row.size_bytes.max(0) as u64)),
        ("Begun", desk.at(row.started_at)),
        ("Checksum (BLAKE3)", row.checksum.clone()),
    ];
    if !pairs.is_empty() {
        facts.insert(1, ("Columns named by hand", pairs.join(", ")));
    }
    let at = desk.at(row.finished_at.unwrap_or(row.started_at));
    let undone = row.undone.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let undone: Option<intake::Undone> = undone;
    if undone.is_some() {
        (result.state, result.tone) = ("Undone".into(), "line");
    }
    let undone = undone.map_or(String::new(), |undone| present::undone(&undone, &desk.at(undone.at)));
    let can_undo = undone.is_empty() && who.can_edit() && row.source != formats::Source::Events.as_str();
    let undo_href = if can_undo { format!("/data/imports/{}/undo", row.id) } else { String::new() };
    html::page(&ImportPage { undone, undo_href, frame: desk.frame(Nav::Data, &row.file_name), result, at, facts })
}

/// `POST /data/imports/{id}/undo`
pub async fn undo(State(app): State<App>, Extension(who): Extension<Who>, Path(id): Path<String>) -> Page {
    let row = import_of(&app, &id).await?;
    let to = format!("/data/imports/{}", row.id);
    match intake::undo(&work::open(&app).await?, row.id, &who.actor, app.now()).await {
        Ok(_) => Ok(html::done(&to, &format!("{} is undone.", row.file_name))),
        Err(error) => desk::told(error.into(), &to),
    }
}

/// `GET /data/imports/{id}/rejects.csv`
pub async fn rejects(State(app): State<App>, Path(id): Path<String>) -> Result<Response, Problem> {
    let row = import_of(&app, &id).await?;
    let none = || Problem::new(Code::NotFound, "This import rejected no row.");
    let path = row.rejects_path.filter(|path| path.starts_with("rejects/") && !path.contains("..")).ok_or_else(none)?;
    let file = tokio::fs::read(app.config().data_dir.join(path)).await.map_err(|_| none())?;
    let stem: String = row.file_name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"rejects-{stem}.csv\"")),
    ];
    Ok((StatusCode::OK, headers, file).into_response())
}
