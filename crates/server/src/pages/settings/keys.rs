//! Keys of the JSON API: shown once, revoked for good.

use axum::{
    Extension, Form,
    extract::{Path, State},
    http::HeaderMap,
};
use domain::ApiKeyId;
use serde::Deserialize;
use store::{api_keys, users::Role};

use super::page;
use crate::{
    App,
    auth::{access::Who, secret::token_hash},
    html::{self, Page},
    pages::desk::Desk,
    problem::{Code, Problem},
    view,
    views::{KeyView, SettingsView},
};

/// Characters of a key that are kept to tell keys apart.
const HINT_CHARS: usize = 8;

/// `GET /settings/keys`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    page(&desk, keys(&app, &desk).await?)
}

/// A key to make.
#[derive(Deserialize)]
pub struct KeyForm {
    name: String,
    role: String,
}

/// `POST /settings/keys`: answers the key, once.
pub async fn make(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Form(form): Form<KeyForm>,
) -> Page {
    let made = try_make(&app, &who, &form).await;
    let desk = Desk::open(&app, &who, &headers).await?;
    let mut view = keys(&app, &desk).await?;
    match made {
        Ok(key) => {
            view.secret_title = format!("Key for {}", form.name.trim());
            view.secret_text = "It is shown once. Send it as Authorization: Bearer KEY.".into();
            view.secret = key;
        }
        Err(problem) if problem.code == Code::Invalid => view.problem = problem.message,
        Err(problem) => return Err(problem),
    }
    page(&desk, view)
}

async fn try_make(app: &App, who: &Who, form: &KeyForm) -> Result<String, Problem> {
    let name = form.name.trim();
    if name.is_empty() {
        return Err(Problem::invalid("Say what the key is for, so that one knows later what revoking it stops."));
    }
    let role: Role = form.role.parse().map_err(|_| Problem::invalid("Choose viewer, editor or approver."))?;
    if role == Role::Owner {
        return Err(Problem::invalid("A key may not manage people and keys; choose viewer, editor or approver."));
    }
    let key = format!("fn_{}", app.token());
    let mut tx = app.store().begin().await?;
    api_keys::create(&mut tx, name, role, &token_hash(&key), &key[..HINT_CHARS], app.now(), &who.actor).await?;
    store::audit::record(&mut tx, app.now(), &who.actor, "key.make", name, role.as_str()).await?;
    tx.commit().await?;
    Ok(key)
}

/// `POST /settings/keys/{id}`: revokes.
pub async fn revoke(State(app): State<App>, Extension(who): Extension<Who>, Path(id): Path<String>) -> Page {
    let id: ApiKeyId = id.parse().map_err(|_| Problem::not_found("such key"))?;
    let row = api_keys::list(app.store()).await?.into_iter().find(|key| key.id == id);
    let name = row.ok_or_else(|| Problem::not_found("such key"))?.name;
    let mut tx = app.store().begin().await?;
    api_keys::revoke(&mut tx, id, app.now()).await?;
    store::audit::record(&mut tx, app.now(), &who.actor, "key.revoke", &name, "").await?;
    tx.commit().await?;
    Ok(html::done("/settings/keys", &format!("The key for {name} works no more.")))
}

async fn keys(app: &App, desk: &Desk) -> Result<SettingsView, Problem> {
    let rows = api_keys::list(app.store()).await?;
    let keys = rows.into_iter().map(|row| KeyView {
        made: format!("{}, by {}", view::day(row.created_at.day_in(&desk.ctx.zone)), row.created_by),
        used: row.last_used_at.map_or("Never".into(), |at| desk.at(at)),
        role: row.role.to_string(),
        revoked: row.revoked_at.is_some(),
        href: format!("/settings/keys/{}", row.id),
        name: row.name,
        hint: row.hint,
    });
    Ok(SettingsView { tab: "keys", keys: keys.collect(), ..SettingsView::default() })
}
