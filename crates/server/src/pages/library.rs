//! The prompt library: the shelf, one template with its versions and what became of their drafts, Markdown in and out.

use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::PromptId;
use serde::Deserialize;
use sprint::library::{self, Chosen, PromptView, Usage, VersionView};

use crate::{
    App,
    auth::access::{Access, Who},
    frame::Nav,
    html::{self, Page},
    pages::desk::{self, Desk},
    problem::{Code, Problem},
    routes::Routes,
    view,
    views::{
        Choice, DiffPiece, LibraryPage, LibraryView, PromptDraft, PromptLine, PromptPage, PromptPageView, Tab,
        VersionLine,
    },
};

/// Characters of a template that the shelf shows.
const EXCERPT_CHARS: usize = 220;

/// The routes of these pages.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/library", Access::VIEW, show)
        .post("/library", Access::EDIT, create)
        .post("/library/import", Access::EDIT, import)
        .get("/library/{id}", Access::VIEW, prompt)
        .post("/library/{id}", Access::EDIT, write)
        .get("/library/{id}/{version}/markdown", Access::VIEW, markdown)
        .post("/library/{id}/{version}/choose", Access::EDIT, choose)
}

/// Which label to show.
#[derive(Deserialize)]
pub struct Filter {
    label: Option<String>,
}

/// `GET /library`
pub async fn show(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Query(filter): Query<Filter>,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    shelf(&desk, StatusCode::OK, filter.label.as_deref(), String::new(), PromptDraft::default()).await
}

async fn shelf(desk: &Desk, status: StatusCode, label: Option<&str>, problem: String, draft: PromptDraft) -> Page {
    let mut prompts = library::list(&desk.ctx).await?;
    if prompts.is_empty() {
        library::ensure_built_in(&desk.ctx).await?;
        prompts = library::list(&desk.ctx).await?;
    }
    let chosen = chosen(desk).await?;
    let shown = prompts.iter().filter(|view| label.is_none_or(|label| view.prompt.labels.iter().any(|l| l == label)));
    let view = LibraryView {
        prompts: shown.map(|view| line(view, chosen.as_ref(), desk)).collect(),
        labels: labels(&prompts, label),
        problem,
        draft,
    };
    html::page_with(status, &LibraryPage { frame: desk.frame(Nav::Library, "Prompt library"), view })
}

/// The template that the current sprint's drafts are made with.
async fn chosen(desk: &Desk) -> Result<Option<Chosen>, Problem> {
    match &desk.sprint {
        Some(sprint) => Ok(Some(library::template_of(&desk.ctx, sprint.id).await?)),
        None => Ok(None),
    }
}

fn labels(prompts: &[PromptView], shown: Option<&str>) -> Vec<Tab> {
    let mut names: Vec<&String> = prompts.iter().flat_map(|view| &view.prompt.labels).collect();
    names.sort();
    names.dedup();
    let all =
        Tab { href: "/library".into(), label: "All".into(), count: prompts.len().to_string(), on: shown.is_none() };
    let tabs = names.into_iter().map(|name| Tab {
        href: format!("/library?label={}", crate::auth::cookies::encode(name)),
        label: name.clone(),
        count: prompts.iter().filter(|view| view.prompt.labels.contains(name)).count().to_string(),
        on: shown == Some(name),
    });
    std::iter::once(all).chain(tabs).collect()
}

fn line(view: &PromptView, chosen: Option<&Chosen>, desk: &Desk) -> PromptLine {
    let newest = view.versions.last();
    let usage = view.versions.iter().fold(Usage::default(), |sum, version| Usage {
        drafts: sum.drafts + version.usage.drafts,
        approved: sum.approved + version.usage.approved,
        kept_percent: None,
    });
    let kept = view.versions.iter().rev().find_map(|version| version.usage.kept_percent);
    let in_use = chosen.filter(|chosen| chosen.name == view.prompt.name);
    PromptLine {
        href: format!("/library/{}", view.prompt.id),
        name: view.prompt.name.clone(),
        version: newest.map_or(String::new(), |newest| format!("Version {}", newest.version.version)),
        labels: view.prompt.labels.clone(),
        excerpt: newest.map_or(String::new(), |newest| excerpt(&newest.version.body)),
        changed: newest.map_or(String::new(), |newest| by(newest, desk)),
        drafts: view::count(usage.drafts as i64),
        approved: if usage.drafts == 0 { "–".into() } else { view::count(usage.approved as i64) },
        kept: kept.map_or("–".into(), |percent| format!("{percent}\u{a0}%")),
        chosen: in_use.map_or(String::new(), |chosen| format!("This sprint, version {}", chosen.version)),
    }
}

fn excerpt(body: &str) -> String {
    let text = body.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= EXCERPT_CHARS {
        return text;
    }
    let cut: String = text.chars().take(EXCERPT_CHARS).collect();
    format!("{}…", cut.trim_end())
}

fn by(version: &VersionView, desk: &Desk) -> String {
    let day = version.version.made_at.day_in(&desk.ctx.zone);
    format!("{}, {}", version.version.author, view::day(day))
}

/// Which version is shown, and which two are compared.
#[derive(Deserialize, Default)]
pub struct Shown {
    version: Option<u32>,
    from: Option<u32>,
    to: Option<u32>,
}

/// `GET /library/{id}`
pub async fn prompt(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Query(shown): Query<Shown>,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let view = find(&desk.ctx, &id).await?;
    prompt_page(&desk, StatusCode::OK, &view, &shown, String::new(), None).await
}

async fn find(ctx: &sprint::Context, id: &str) -> Result<PromptView, Problem> {
    let id: PromptId = id.parse().map_err(|_| Problem::not_found("such template"))?;
    let found = library::list(ctx).await?.into_iter().find(|view| view.prompt.id == id);
    found.ok_or_else(|| Problem::not_found("such template"))
}

async fn prompt_page(
    desk: &Desk,
    status: StatusCode,
    view: &PromptView,
    shown: &Shown,
    problem: String,
    draft: Option<PromptDraft>,
) -> Page {
    let newest = view.versions.last().ok_or_else(|| Problem::not_found("version of this template"))?;
    let wanted = shown.version.or(shown.to).unwrap_or(newest.version.version);
    let found = view.versions.iter().find(|version| version.version.version == wanted);
    let version = found.ok_or_else(|| Problem::not_found(&format!("version {wanted} of this template")))?;
    let chosen = chosen(desk).await?;
    let in_use = chosen.filter(|chosen| chosen.name == view.prompt.name).map(|chosen| chosen.version);
    let (diff_title, diff) = difference(desk, view, shown).await?;
    let sprint = desk.sprint.as_ref().map_or(String::new(), |sprint| format!("sprint {}", sprint.number));
    let (id, number) = (view.prompt.id, version.version.version);
    let from = shown.from.unwrap_or(number.saturating_sub(1).max(1));
    let choices = |on: u32| {
        let choice = |v: &VersionView| {
            let n = v.version.version;
            Choice::new(n.to_string(), format!("Version {n}"), n == on)
        };
        view.versions.iter().map(choice).collect::<Vec<_>>()
    };
    let page = PromptPageView {
        id: id.to_string(),
        name: view.prompt.name.clone(),
        labels: view.prompt.labels.clone(),
        number,
        newest: newest.version.version,
        note: version.version.note.clone(),
        by: by(version, desk),
        body: version.version.body.clone(),
        versions: view.versions.iter().rev().map(|v| version_line(v, number, in_use, desk)).collect(),
        from: choices(from),
        to: choices(shown.to.unwrap_or(number)),
        diff_title,
        diff,
        chosen: in_use.map_or(String::new(), |used| format!("The drafts of {sprint} are made with version {used}.")),
        choose_href: format!("/library/{id}/{number}/choose"),
        can_choose: desk.who.can_edit() && !sprint.is_empty() && in_use != Some(number),
        sprint,
        problem,
        draft: draft.unwrap_or_else(|| PromptDraft {
            labels: view.prompt.labels.join(", "),
            body: newest.version.body.clone(),
            ..PromptDraft::default()
        }),
    };
    let frame = desk.frame(Nav::Library, &view.prompt.name);
    html::page_with(status, &PromptPage { frame, view: page })
}

async fn difference(desk: &Desk, view: &PromptView, shown: &Shown) -> Result<(String, Vec<DiffPiece>), Problem> {
    let (Some(from), Some(to)) = (shown.from, shown.to) else { return Ok((String::new(), Vec::new())) };
    let pieces = library::compare(&desk.ctx, &view.prompt.name, from, to).await?;
    let title = format!("From version {from} to version {to}");
    if pieces.iter().all(|piece| piece.kind == "same") {
        return Ok((title, Vec::new()));
    }
    Ok((title, pieces.into_iter().map(|piece| DiffPiece { kind: piece.kind, text: piece.text }).collect()))
}

fn version_line(version: &VersionView, shown: u32, in_use: Option<u32>, desk: &Desk) -> VersionLine {
    let (id, number) = (version.version.prompt_id, version.version.version);
    VersionLine {
        number,
        note: version.version.note.clone(),
        by: by(version, desk),
        evidence: evidence(version),
        href: format!("/library/{id}?version={number}"),
        diff_href: match number {
            1 => String::new(),
            n => format!("/library/{id}?version={n}&from={}&to={n}", n - 1),
        },
        markdown_href: format!("/library/{id}/{number}/markdown"),
        shown: number == shown,
        chosen: in_use == Some(number),
    }
}

fn evidence(version: &VersionView) -> String {
    let usage = &version.usage;
    if usage.drafts == 0 {
        return "No drafts yet".into();
    }
    let judged: String = version.judged.iter().map(|judged| format!(". “{}” {}", judged.title, judged.words)).collect();
    let drafts = view::plural(usage.drafts as i64, "draft", "drafts");
    let kept =
        usage.kept_percent.map_or(String::new(), |percent| format!(", {percent}\u{a0}% of lines kept unchanged"));
    format!("{drafts}, {} approved{kept}{judged}", view::count(usage.approved as i64))
}

/// A template as the forms send it.
#[derive(Deserialize)]
pub struct PromptForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    labels: String,
    #[serde(default)]
    note: String,
    body: String,
}

impl PromptForm {
    fn label_list(&self) -> Vec<String> {
        self.labels.split(',').map(str::to_owned).collect()
    }

    fn into_draft(self) -> PromptDraft {
        PromptDraft { name: self.name, labels: self.labels, note: self.note, body: self.body, markdown: String::new() }
    }
}

/// `POST /library`: a new template.
pub async fn create(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Form(form): Form<PromptForm>,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let taken = library::list(&desk.ctx).await?.iter().any(|view| view.prompt.name == form.name.trim());
    let saved = match taken {
        true => {
            let why = format!("The library has a template “{}”; open it to write its next version.", form.name.trim());
            Err(Problem::new(Code::Conflict, why))
        }
        false => library::save(&desk.ctx, &form.name, &form.label_list(), &form.note, &form.body)
            .await
            .map_err(Problem::from),
    };
    match saved {
        Ok(version) => {
            let note = format!("“{}” is on the shelf.", form.name.trim());
            Ok(html::done(&format!("/library/{}", version.prompt_id), &note))
        }
        Err(problem) => unsaved(&desk, problem, form.into_draft()).await,
    }
}

/// `POST /library/{id}`: a new version.
pub async fn write(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(form): Form<PromptForm>,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let view = find(&desk.ctx, &id).await?;
    let before = view.versions.last().map_or(0, |newest| newest.version.version);
    let saved = library::save(&desk.ctx, &view.prompt.name, &form.label_list(), &form.note, &form.body).await;
    match saved.map_err(Problem::from) {
        Ok(version) if version.version == before => Ok(html::done(
            &format!("/library/{id}"),
            "The text is the same, so there is no new version. Labels are saved.",
        )),
        Ok(version) => Ok(html::done(&format!("/library/{id}"), &format!("Version {} is saved.", version.version))),
        Err(problem) if matches!(problem.code, Code::Conflict | Code::Invalid) => {
            let draft = Some(form.into_draft());
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            prompt_page(&desk, status, &view, &Shown::default(), problem.message, draft).await
        }
        Err(problem) => Err(problem),
    }
}

/// A Markdown file, pasted.
#[derive(Deserialize)]
pub struct MarkdownForm {
    markdown: String,
}

/// `POST /library/import`
pub async fn import(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Form(form): Form<MarkdownForm>,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    match library::import(&desk.ctx, &form.markdown).await.map_err(Problem::from) {
        Ok(version) => {
            let to = format!("/library/{}", version.prompt_id);
            Ok(html::done(&to, &format!("It is on the shelf as version {}.", version.version)))
        }
        Err(problem) => {
            unsaved(&desk, problem, PromptDraft { markdown: form.markdown, ..PromptDraft::default() }).await
        }
    }
}

async fn unsaved(desk: &Desk, problem: Problem, draft: PromptDraft) -> Page {
    match problem.code {
        Code::Conflict | Code::Invalid => {
            shelf(desk, StatusCode::UNPROCESSABLE_ENTITY, None, problem.message, draft).await
        }
        _ => Err(problem),
    }
}

/// `POST /library/{id}/{version}/choose`: the current sprint's drafts are made with it from now on.
pub async fn choose(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path((id, version)): Path<(String, u32)>,
    headers: HeaderMap,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let view = find(&desk.ctx, &id).await?;
    let sprint = desk.sprint.as_ref().ok_or_else(|| Problem::not_found("sprint to use it in"))?;
    let chosen = library::choose(&desk.ctx, sprint.id, &view.prompt.name, version).await;
    let note = format!("Sprint {} drafts with version {version} from now on.", sprint.number);
    desk::after(chosen, &format!("/library/{id}?version={version}"), &note)
}

/// `GET /library/{id}/{version}/markdown`
pub async fn markdown(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path((id, version)): Path<(String, u32)>,
) -> Result<Response, Problem> {
    let ctx = desk::context(&app, &who).await?;
    let view = find(&ctx, &id).await?;
    let text = library::export(&ctx, &view.prompt.name, version).await?;
    let name: String = view.prompt.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let headers = [
        (header::CONTENT_TYPE, "text/markdown; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}-v{version}.md\"")),
    ];
    Ok((headers, text).into_response())
}
