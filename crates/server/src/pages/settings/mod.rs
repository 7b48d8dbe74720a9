//! Settings: brand, model, people, keys, audit log. Everybody sees the first two; the rest is the owner's.

pub mod audit;
pub mod brand;
pub mod keys;
pub mod model;
pub mod people;

use axum::http::StatusCode;

use crate::{
    auth::access::Access,
    frame::Nav,
    html::{self, Page},
    pages::desk::Desk,
    routes::Routes,
    views::{SettingsPage, SettingsView},
};

/// The routes of these pages.
pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/settings", Access::VIEW, brand::show)
        .post("/settings", Access::OWN, brand::save)
        .get("/settings/model", Access::VIEW, model::show)
        .post("/settings/model", Access::OWN, model::save)
        .post("/settings/model/test", Access::OWN, model::test)
        .get("/settings/people", Access::OWN, people::show)
        .post("/settings/people", Access::OWN, people::invite)
        .post("/settings/people/{id}", Access::OWN, people::change)
        .get("/settings/keys", Access::OWN, keys::show)
        .post("/settings/keys", Access::OWN, keys::make)
        .post("/settings/keys/{id}", Access::OWN, keys::revoke)
        .get("/settings/audit", Access::OWN, audit::show)
}

/// Renders a tab.
fn page(desk: &Desk, view: SettingsView) -> Page {
    let frame = desk.frame(Nav::Settings, "Settings");
    let status = if view.problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    html::page_with(status, &SettingsPage { frame, view })
}
