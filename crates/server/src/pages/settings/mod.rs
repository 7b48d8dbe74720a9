//! Settings: brand, model, people, keys, audit log. Everybody sees the first two; the rest is the owner's.

pub mod audit;
pub mod brand;
pub mod keys;
pub mod model;
pub mod people;

use axum::http::{HeaderMap, StatusCode};

use crate::{
    App,
    auth::access::Who,
    frame::{Context, Frame, Nav},
    html::{self, Page},
    views::{SettingsPage, SettingsView},
};

/// Renders a tab.
async fn page(app: &App, who: &Who, headers: &HeaderMap, view: SettingsView) -> Page {
    let context = Context::read(app).await?;
    let mut frame = Frame::new(&context, who, Nav::Settings, "Settings", app.config().demo);
    frame.flash = html::flash(headers);
    let status = if view.problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html::page_with(status, &SettingsPage { frame, view })
}

#[cfg(test)]
mod tests;
