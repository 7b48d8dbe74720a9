//! Today: the brand's own money in sentences, and what must be decided now.

use axum::{Extension, extract::State, http::HeaderMap};

use crate::{
    App,
    auth::access::Who,
    frame::{Context, Frame, Nav},
    html::{self, Page},
    views::{TodayPage, TodayView},
};

/// `GET /`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let context = Context::read(&app).await?;
    let mut frame = Frame::new(&context, &who, Nav::Today, "Today", app.config().demo);
    frame.flash = html::flash(&headers);
    html::page(&TodayPage { frame, view: TodayView { is_empty: true, ..TodayView::default() } })
}
