//! Today: the brand's own money in sentences, and what must be decided now.

use axum::{Extension, extract::State, http::HeaderMap};

use crate::{
    App,
    auth::access::Who,
    frame::Nav,
    pages::desk::Desk,
    html::{self, Page},
    views::{TodayPage, TodayView},
};

/// `GET /`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let frame = desk.frame(Nav::Today, "Today");
    html::page(&TodayPage { frame, view: TodayView { is_empty: true, ..TodayView::default() } })
}
