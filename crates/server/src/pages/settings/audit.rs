//! The audit log, page by page.

use axum::{
    Extension,
    extract::{Query, State},
    http::HeaderMap,
};
use domain::InstantMs;
use serde::Deserialize;

use super::page;
use crate::{
    App,
    auth::access::Who,
    html::Page,
    pages::desk::Desk,
    views::{AuditView, SettingsView},
};

/// Entries a page.
const PAGE: usize = 50;

/// Where the page begins.
#[derive(Deserialize)]
pub struct Before {
    /// Milliseconds; only older entries are shown.
    before: Option<i64>,
}

/// `GET /settings/audit`
pub async fn show(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Query(query): Query<Before>,
) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    let rows = store::audit::list(app.store(), query.before.map(InstantMs), PAGE as i64).await?;
    let older = rows.last().filter(|_| rows.len() == PAGE).map(|row| format!("/settings/audit?before={}", row.at.0));
    let audit = rows.into_iter().map(|row| AuditView {
        at: desk.at(row.at),
        what: words(&row.verb).to_owned(),
        actor: row.actor,
        verb: row.verb,
        subject: row.subject,
        detail: row.detail,
    });
    let view = SettingsView {
        tab: "audit",
        audit: audit.collect(),
        older: older.unwrap_or_default(),
        ..SettingsView::default()
    };
    page(&desk, view)
}

/// A verb as people read it; verbs without words of their own stand for themselves.
fn words(verb: &str) -> &str {
    match verb {
        "user.first" => "Set the brand up",
        "user.invite" => "Invited",
        "user.join" => "Took an invitation",
        "user.role" => "Changed a role",
        "user.disable" => "Shut out",
        "user.enable" => "Let in again",
        "user.add" => "Added a person",
        "session.open" => "Signed in",
        "session.close" => "Signed out",
        "session.refuse" => "Failed to sign in",
        "key.make" => "Made an API key",
        "key.revoke" => "Revoked an API key",
        "brand.save" => "Changed the brand",
        "model.save" => "Chose the model",
        "import.file" => "Imported a file",
        other => other,
    }
}
