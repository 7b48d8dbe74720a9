//! People: invite, change a role, shut out and let in again.

use axum::{
    Extension, Form,
    extract::{Path, State},
    http::{HeaderMap, header},
};
use domain::{InstantMs, UserId};
use serde::Deserialize;
use store::users::{self, Role, UserRow};

use super::page;
use crate::{
    App,
    auth::{access::Who, secret::token_hash},
    html::{self, Page},
    pages::desk::Desk,
    problem::{Code, Problem},
    view,
    views::{Choice, PersonView, SettingsView},
};

/// How long an invitation works, days.
const INVITATION_DAYS: i64 = 7;

/// What each role may do, from viewer to owner.
const PERMISSIONS: [(&str, [bool; 4]); 7] = [
    ("Read every page and every number’s rows", [true; 4]),
    ("Write briefs, concepts and copy", [false, true, true, true]),
    ("Import data, edit the map and the library", [false, true, true, true]),
    ("Approve copy", [false, false, true, true]),
    ("Launch, stop concepts, sign post-mortems", [false, false, true, true]),
    ("Start a sprint over an unsigned post-mortem", [false, false, false, true]),
    ("Manage people, keys and settings", [false, false, false, true]),
];

/// `GET /settings/people`
pub async fn show(State(app): State<App>, Extension(who): Extension<Who>, headers: HeaderMap) -> Page {
    let desk = Desk::open(&app, &who, &headers).await?;
    page(&desk, people(&app, &desk).await?)
}

/// Somebody to invite.
#[derive(Deserialize)]
pub struct InviteForm {
    name: String,
    email: String,
    role: String,
}

/// `POST /settings/people`: answers the link, once.
pub async fn invite(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Form(form): Form<InviteForm>,
) -> Page {
    let made = match role(&form.role) {
        Ok(role) => make_link(&app, &who, &headers, &form.name, &form.email, role).await,
        Err(problem) => Err(problem),
    };
    answer(&app, &who, &headers, made, &form.email).await
}

/// What is to be done with somebody: `role`, `link`, `disable` or `enable`.
#[derive(Deserialize)]
pub struct PersonForm {
    #[serde(default)]
    r#do: String,
    #[serde(default)]
    role: String,
}

/// `POST /settings/people/{id}`
pub async fn change(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Form(form): Form<PersonForm>,
) -> Page {
    let id: UserId = id.parse().map_err(|_| Problem::not_found("such person"))?;
    let person = users::get(app.store(), id).await?.ok_or_else(|| Problem::not_found("such person"))?;
    if form.r#do == "link" {
        let made = make_link(&app, &who, &headers, &person.name, &person.email, person.role).await;
        return answer(&app, &who, &headers, made, &person.email).await;
    }
    match try_change(&app, &who, &person, &form).await {
        Ok(note) => Ok(html::done("/settings/people", &note)),
        Err(problem) => refused(&app, &who, &headers, problem).await,
    }
}

async fn try_change(app: &App, who: &Who, person: &UserRow, form: &PersonForm) -> Result<String, Problem> {
    let now = app.now();
    let (role, disabled_at, verb, note) = match form.r#do.as_str() {
        "disable" if who.id == Some(person.id) => {
            return Err(Problem::invalid("You cannot shut yourself out; another owner can."));
        }
        "disable" => (person.role, Some(now), "user.disable", format!("{} is signed out and shut out.", person.name)),
        "enable" => (person.role, None, "user.enable", format!("{} may sign in again.", person.name)),
        _ => {
            let role = role(&form.role)?;
            (role, person.disabled_at, "user.role", format!("{} is {role} now.", person.name))
        }
    };
    let mut tx = app.store().begin().await?;
    users::update(&mut tx, person.id, role, disabled_at).await?;
    store::audit::record(&mut tx, now, &who.actor, verb, &person.email, role.as_str()).await?;
    tx.commit().await?;
    Ok(note)
}

fn role(word: &str) -> Result<Role, Problem> {
    word.parse().map_err(|_| Problem::invalid("Choose one of viewer, editor, approver and owner."))
}

async fn make_link(
    app: &App,
    who: &Who,
    headers: &HeaderMap,
    name: &str,
    email: &str,
    role: Role,
) -> Result<String, Problem> {
    let (name, email) = (name.trim(), email.trim());
    if name.is_empty() {
        return Err(Problem::invalid("Write their name: colleagues see it beside what they approve."));
    }
    let (user, host) = email.split_once('@').unwrap_or_default();
    if user.is_empty() || host.is_empty() || email.contains(char::is_whitespace) {
        return Err(Problem::invalid(format!(
            "`{email}` is not an e-mail address; write one such as ann@shop.example."
        )));
    }
    let (now, token) = (app.now(), app.token());
    let mut tx = app.store().begin().await?;
    users::invite(&mut tx, email, name, role, &token_hash(&token), now.plus_days(INVITATION_DAYS), now).await?;
    let email = email.to_lowercase();
    store::audit::record(&mut tx, now, &who.actor, "user.invite", &email, role.as_str()).await?;
    tx.commit().await?;
    Ok(format!("{}/invite/{token}", origin(app, headers)))
}

/// Scheme and host as the browser used them.
fn origin(app: &App, headers: &HeaderMap) -> String {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(origin) = text(header::ORIGIN).filter(|origin| origin.starts_with("http")) {
        return origin.to_owned();
    }
    let scheme = if app.config().secure_cookies { "https" } else { "http" };
    format!("{scheme}://{}", text(header::HOST).unwrap_or("localhost"))
}

async fn answer(app: &App, who: &Who, headers: &HeaderMap, made: Result<String, Problem>, email: &str) -> Page {
    match made {
        Ok(link) => {
            let desk = Desk::open(app, who, headers).await?;
            let mut view = people(app, &desk).await?;
            view.secret_title = format!("Link for {}", email.trim());
            view.secret_text =
                format!("Send it to them yourself. It is shown once, works once and for {INVITATION_DAYS} days.");
            view.secret = link;
            page(&desk, view)
        }
        Err(problem) => refused(app, who, headers, problem).await,
    }
}

async fn refused(app: &App, who: &Who, headers: &HeaderMap, problem: Problem) -> Page {
    if !matches!(problem.code, Code::Invalid | Code::Conflict) {
        return Err(problem);
    }
    let desk = Desk::open(app, who, headers).await?;
    let mut view = people(app, &desk).await?;
    view.problem = problem.message;
    page(&desk, view)
}

async fn people(app: &App, desk: &Desk) -> Result<SettingsView, Problem> {
    let rows = users::list(app.store()).await?;
    Ok(SettingsView {
        tab: "people",
        people: rows.iter().map(|row| person(row, desk)).collect(),
        permissions: PERMISSIONS.to_vec(),
        ..SettingsView::default()
    })
}

fn person(row: &UserRow, desk: &Desk) -> PersonView {
    let (state, tone) = state(row, desk.ctx.now, |at| view::day(at.day_in(&desk.ctx.zone)));
    let label = |role: Role| {
        let word = role.as_str();
        word[..1].to_uppercase() + &word[1..]
    };
    PersonView {
        id: row.id.to_string(),
        name: row.name.clone(),
        email: row.email.clone(),
        roles: Role::ALL.iter().map(|role| Choice::new(role.as_str(), label(*role), *role == row.role)).collect(),
        seen: row.last_seen_at.map_or("Never".into(), |at| desk.at(at)),
        state,
        tone,
        disabled: row.disabled_at.is_some(),
        invited: row.password_hash.is_none(),
        is_me: desk.who.id == Some(row.id),
        href: format!("/settings/people/{}", row.id),
    }
}

fn state(row: &UserRow, now: InstantMs, day: impl Fn(InstantMs) -> String) -> (String, &'static str) {
    if let Some(at) = row.disabled_at {
        return (format!("Shut out on {}", day(at)), "bad");
    }
    match (&row.password_hash, row.invite_expires_at) {
        (Some(_), _) => ("Active".into(), "good"),
        (None, Some(until)) if until > now => (format!("Invited until {}", day(until)), "warn"),
        (None, _) => ("Invitation expired".into(), "warn"),
    }
}
