//! The workflow map: today's stream, the redesign on the same scale, and what the last sprint really took.

mod form;

use axum::{
    Extension, Form,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::workflow::Stream;
use sprint::map::{self, Figures, StageTime};

use crate::{
    App,
    auth::access::{Access, Who},
    chart,
    frame::Nav,
    html::{self, Page},
    pages::desk::{self, Desk},
    problem::Problem,
    routes::Routes,
    view,
    views::{MapEditPage, MapFormView, MapPage, MapView, MeasuredLine, StageLine, Stat},
};
use form::Draft;

/// The routes of these pages.
pub fn routes(routes: Routes) -> Routes {
    routes.get("/map", Access::VIEW, show).post("/map", Access::EDIT, save).get("/map/edit", Access::EDIT, edit).get(
        "/map/export.toml",
        Access::VIEW,
        export,
    )
}

/// `GET /map`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let shown = map::show(&desk.ctx).await?;
    let saved = store::maps::current(app.store()).await?;
    let saved = saved.map(|row| format!("Saved by {} on {}", row.saved_by, desk.at(row.saved_at)));
    let mut measured = (String::new(), Vec::new());
    for sprint in store::sprints::list(app.store()).await?.iter().rev() {
        let times = map::stage_times(&desk.ctx, sprint.id).await?;
        // The newest sprint that has been worked in, not one that was only just made.
        if times.len() > 1 || (measured.1.is_empty() && !times.is_empty()) {
            measured = (format!("sprint {}", sprint.number), times);
        }
        if measured.1.len() > 1 {
            break;
        }
    }
    let money = |minor| desk.money(minor);
    let view = read_view(&shown, &measured.0, &measured.1, saved.unwrap_or_default(), &money);
    html::page(&MapPage { frame: desk.frame(Nav::Map, "Workflow map"), view })
}

/// `GET /map/edit`
pub async fn edit(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let shown = map::show(&desk.ctx).await?;
    let currency = desk.ctx.brand.currency;
    form_page(&desk, StatusCode::OK, Draft::of(&shown.stream, currency).view(&[], String::new(), currency))
}

/// `POST /map`: saves, or does to the form what its button says and shows it again, unsaved.
pub async fn save(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let currency = desk.ctx.brand.currency;
    let mut draft = Draft::read(&pairs);
    let action = pairs.iter().rev().find(|(name, _)| name == "do").map_or("save", |(_, value)| value.as_str());
    if action != "save" {
        let said = draft.act(action);
        return form_page(&desk, StatusCode::OK, draft.view(&[], said, currency));
    }
    let mistakes = match draft.stream(currency) {
        Ok(stream) => match map::save(&desk.ctx, &stream).await {
            Ok(saved) => {
                let days = view::decimal(saved.today.lead_time_days);
                let done = html::done("/map", &format!("The map is saved: {days} working days of lead time today."));
                return Ok(leave(&headers, done));
            }
            Err(sprint::SprintError::Invalid(mistakes)) => mistakes,
            Err(error) => return Err(error.into()),
        },
        Err(mistakes) => mistakes,
    };
    let view = draft.view(&mistakes, String::new(), currency);
    form_page(&desk, StatusCode::UNPROCESSABLE_ENTITY, view)
}

/// `GET /map/export.toml`
pub async fn export(State(app): State<App>, Extension(who): Extension<Who>) -> Result<Response, Problem> {
    let shown = map::show(&desk::context(&app, &who).await?).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/toml; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"workflow-map.toml\""),
    ];
    Ok((headers, map::to_toml(&shown.stream)).into_response())
}

/// A form that script sent and that is done leaves its page: script follows a header, browsers the redirect.
fn leave(headers: &HeaderMap, done: Response) -> Response {
    if !html::is_fragment(headers) {
        return done;
    }
    let (parts, _) = done.into_parts();
    let mut response = StatusCode::OK.into_response();
    if let Some(cookie) = parts.headers.get(header::SET_COOKIE) {
        response.headers_mut().insert(header::SET_COOKIE, cookie.clone());
    }
    if let Some(to) = parts.headers.get(header::LOCATION) {
        response.headers_mut().insert("hx-redirect", to.clone());
    }
    response
}

fn form_page(desk: &Desk, status: StatusCode, view: MapFormView) -> Page {
    html::page_with(status, &MapEditPage { frame: desk.frame(Nav::Map, "Edit the workflow map"), view })
}

fn read_view(
    shown: &map::MapView,
    measured_of: &str,
    measured: &[StageTime],
    saved: String,
    money: &dyn Fn(i64) -> String,
) -> MapView {
    let scale = shown.today.lead_time_days.max(shown.redesign.lead_time_days);
    let bottleneck = shown.stream.bottleneck();
    MapView {
        is_template: shown.is_template,
        headline: headline(&shown.today, &shown.redesign),
        stats: stats(&shown.today, &shown.redesign, money),
        today_svg: chart::value_stream(&shown.stream, scale, "Value stream today"),
        today_line: line(&shown.today, &shown.stream),
        redesign_svg: chart::value_stream(&shown.redesigned, scale, "Redesigned value stream"),
        redesign_line: line(&shown.redesign, &shown.redesigned),
        painful: shown
            .stream
            .painful()
            .into_iter()
            .map(|index| {
                let stage = &shown.stream.stages[index];
                (format!("{}, {} of 5.", stage.name, stage.pain), stage.note.clone())
            })
            .collect(),
        stages: (0..shown.stream.stages.len())
            .map(|index| stage_line(&shown.stream, index, bottleneck == Some(index), money))
            .collect(),
        measured_of: if measured.is_empty() { String::new() } else { measured_of.to_owned() },
        measured: measured.iter().map(measured_line).collect(),
        saved,
    }
}

fn headline(today: &Figures, redesign: &Figures) -> String {
    let days = |figures: &Figures| view::decimal(figures.lead_time_days);
    let share = (today.lead_time_days > 0.0).then(|| 1.0 - redesign.lead_time_days / today.lead_time_days);
    match share {
        None => "Put days on the stages: a stream without time has no bottleneck.".into(),
        Some(share) if share > 0.005 => format!(
            "{} working days from idea to learning today, {} redesigned: {} less.",
            days(today),
            days(redesign),
            view::percent(share)
        ),
        Some(share) if share < -0.005 => format!(
            "{} working days from idea to learning today. The redesign takes {}, which is longer.",
            days(today),
            days(redesign)
        ),
        Some(_) => format!("{} working days from idea to learning. The redesign saves none of them yet.", days(today)),
    }
}

fn stats(today: &Figures, redesign: &Figures, money: &dyn Fn(i64) -> String) -> Vec<Stat> {
    let stat =
        |label: &str, value: String, note: String| Stat { label: label.into(), value, note, href: String::new() };
    let flow = |figures: &Figures| figures.flow_efficiency.map_or("–".into(), view::percent);
    let hours = |figures: &Figures| format!("{} h", view::decimal(figures.hands_on_hours));
    let days = |figures: &Figures| format!("{} d", view::decimal(figures.lead_time_days));
    let mut stats = vec![
        stat("Lead time", days(today), format!("{} redesigned", days(redesign))),
        stat("Hands-on", hours(today), format!("{} redesigned", hours(redesign))),
        stat("Flow efficiency", flow(today), format!("{} redesigned; hands-on ÷ lead time", flow(redesign))),
    ];
    stats.push(match &today.bottleneck {
        Some(name) => stat("Bottleneck", name.clone(), redesigned_bottleneck(name, redesign)),
        None => stat("Bottleneck", "–".into(), String::new()),
    });
    if today.cost_minor > 0 {
        stats.push(stat("Direct cost a sprint", money(today.cost_minor), "Besides people’s time".into()));
    }
    stats
}

fn redesigned_bottleneck(today: &str, redesign: &Figures) -> String {
    match &redesign.bottleneck {
        Some(next) if next == today => "Still the longest when redesigned".into(),
        Some(next) => format!("{next} when redesigned"),
        None => String::new(),
    }
}

fn line(figures: &Figures, stream: &Stream) -> String {
    let waiting: f64 = stream.stages.iter().map(|stage| stage.waiting_days).sum();
    format!(
        "{} working days, of which {} are pure waiting; somebody works on it for {} hours.",
        view::decimal(figures.lead_time_days),
        view::decimal(waiting),
        view::decimal(figures.hands_on_hours)
    )
}

fn stage_line(stream: &Stream, index: usize, is_bottleneck: bool, money: &dyn Fn(i64) -> String) -> StageLine {
    let stage = &stream.stages[index];
    let then = stage.redesign.as_ref().map(|then| {
        let waits = match then.waiting_days > 0.0 {
            true => format!(", waits {} d", view::decimal(then.waiting_days)),
            false => String::new(),
        };
        format!("{} h, {} d{waits}", view::decimal(then.hands_on_hours), view::decimal(then.elapsed_days))
    });
    StageLine {
        name: stage.name.clone(),
        note: stage.note.clone(),
        how: stage.redesign.as_ref().map(|then| then.how.clone()).unwrap_or_default(),
        hours: view::decimal(stage.hands_on_hours),
        elapsed: view::decimal(stage.elapsed_days),
        waiting: view::decimal(stage.waiting_days),
        cost: if stage.cost_minor == 0 { "–".into() } else { money(stage.cost_minor) },
        people: stage.people.to_string(),
        pain: stage.pain,
        then: then.unwrap_or_default(),
        is_bottleneck,
    }
}

fn measured_line(time: &StageTime) -> MeasuredLine {
    MeasuredLine {
        name: time.stage.label().to_owned(),
        hours: view::decimal(time.hands_on_hours),
        elapsed: view::decimal(time.elapsed_days),
        people: time.people.to_string(),
        actions: time.actions.to_string(),
    }
}
