//! Serves every page in every state out of made-up view models, to look at and to photograph (`npm run shots` in `ui`).
//! Nothing of it is in the product: `cargo run -p server --example gallery`, then open the printed address.
//! Another port than 8790 goes behind `--`.

mod measure_pages;
mod recommend_pages;
mod rules_pages;
mod sprint_pages;
mod team_pages;
mod work_pages;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use domain::{Day, InstantMs};
use server::{
    auth::access::Who,
    frame::{Context, Frame, Nav},
};
use store::{brand::Brand, users::Role};

/// The frame of a page as an owner of the demo sees it.
pub fn frame(nav: Nav, title: &str, brand: &str) -> Frame {
    let zone = jiff::tz::TimeZone::UTC;
    let today = Day::parse("2026-11-12").expect("a day");
    let brand = Brand { name: brand.into(), ..Brand::default() };
    let who = Who {
        id: None,
        actor: "mara@nordlicht.example".into(),
        name: "Mara Lindqvist".into(),
        role: Some(Role::Owner),
        csrf: "gallery".into(),
    };
    let context = Context { brand, zone, sprint: None, now: InstantMs(0), today };
    let mut frame = Frame::new(&context, &who, nav, title, true);
    frame.sprint = Some(server::frame::SprintBadge {
        number: 4,
        title: "Refills before the holidays".into(),
        day: "Day 8 of 14".into(),
    });
    frame.groups = server::frame::groups(nav, Some(4), Some(domain::sprint::SprintStage::Live));
    frame.as_of("Data up to Wed 11 Nov, 23:59")
}

fn render(page: &str, state: &str) -> Option<Result<String, askama::Error>> {
    team_pages::render(page, state)
        .or_else(|| sprint_pages::render(page, state))
        .or_else(|| work_pages::render(page, state))
        .or_else(|| measure_pages::render(page, state))
        .or_else(|| recommend_pages::render(page, state))
}

/// Pages and their states.
pub const PAGES: &[(&str, &[&str])] = &[
    ("today", &["full", "empty", "calm"]),
    ("board", &["full", "empty", "long"]),
    ("sprints", &["full", "empty"]),
    ("brief", &["full", "error"]),
    ("concepts", &["full", "empty", "long"]),
    ("compare", &["full", "empty"]),
    ("studio", &["full", "empty", "job"]),
    ("launch", &["full", "empty", "blocked"]),
    ("review", &["full", "empty", "calm"]),
    ("post-mortem", &["full", "empty"]),
    ("earned", &["full", "empty"]),
    ("ledger", &["full", "empty"]),
    ("change", &["full", "new", "regions", "days"]),
    ("killed", &["full", "empty"]),
    ("health", &["full", "empty"]),
    ("plan", &["full", "empty", "regions"]),
    ("recommend", &["full", "empty", "refused", "job"]),
    ("placements", &["full", "empty"]),
    ("workbench", &["full", "empty", "product", "search"]),
    ("rules", &["full", "empty", "form", "preview"]),
    ("sessions", &["full", "empty", "calm"]),
];

async fn show(Path((page, state)): Path<(String, String)>) -> Response {
    match render(&page, &state) {
        Some(Ok(html)) => Html(html).into_response(),
        Some(Err(error)) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn index(State(()): State<()>) -> Html<String> {
    let links = PAGES.iter().flat_map(|(page, states)| {
        states.iter().map(move |state| format!("<li><a href=\"/gallery/{page}/{state}\">{page}/{state}</a></li>"))
    });
    Html(format!(
        "<!doctype html><html lang=en><title>Gallery</title><h1>Gallery</h1><ul>{}</ul>",
        links.collect::<String>()
    ))
}

/// Renders a template to text.
pub fn html(template: &impl Template) -> Option<Result<String, askama::Error>> {
    Some(template.render())
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new()
        .route("/", get(index))
        .route("/gallery/{page}/{state}", get(show))
        .with_state(())
        .merge(server::static_router());
    let port = std::env::args().nth(1).unwrap_or_else(|| "8790".into());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, app).await
}
