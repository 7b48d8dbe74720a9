//! First run, sign in and out, invitations.

use askama::Template;
use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use domain::Currency;
use serde::Deserialize;
use store::brand::Brand;

use crate::{
    App,
    auth::{
        access::Who,
        cookies,
        guard::open_session,
        secret::{MIN_PASSWORD_CHARS, hash_password, token_hash, verify_password},
    },
    html::{self, Page},
    problem::{Code, Problem},
};

/// What the forms of this module share.
#[derive(Template, Default)]
#[template(path = "account.html")]
struct AccountPage {
    /// `welcome`, `login` or `invite`.
    kind: &'static str,
    action: String,
    csrf: String,
    problem: String,
    email: String,
    name: String,
    brand: String,
    currency: String,
    time_zone: String,
    role: &'static str,
    next: String,
    min: usize,
    v: &'static str,
}

impl AccountPage {
    fn new(kind: &'static str, who: &Who) -> AccountPage {
        AccountPage {
            kind,
            csrf: who.csrf.clone(),
            min: MIN_PASSWORD_CHARS,
            v: crate::assets::version(),
            ..Default::default()
        }
    }
}

/// `GET /welcome`: only as long as nobody is known.
pub async fn welcome(State(app): State<App>, Extension(who): Extension<Who>) -> Page {
    if app.has_users().await? {
        return Ok(Redirect::to("/login").into_response());
    }
    let brand = store::brand::get(app.store()).await?;
    let mut page = AccountPage::new("welcome", &who);
    page.action = "/welcome".into();
    page.currency = brand.as_ref().map_or("EUR".into(), |brand| brand.currency.code().to_owned());
    page.time_zone = brand.as_ref().map_or("Europe/Berlin".into(), |brand| brand.time_zone.clone());
    page.brand = brand.map(|brand| brand.name).unwrap_or_default();
    html::page(&page)
}

/// What the first person fills in.
#[derive(Deserialize)]
pub struct OwnerForm {
    name: String,
    email: String,
    password: String,
    brand: String,
    currency: String,
    time_zone: String,
}

/// `POST /welcome`: makes the owner and the brand.
pub async fn make_owner(State(app): State<App>, Extension(who): Extension<Who>, Form(form): Form<OwnerForm>) -> Page {
    match try_owner(&app, &form).await {
        Ok(cookie) => Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/data")).into_response()),
        Err(problem) if problem.code == Code::Invalid => {
            let mut page = AccountPage::new("welcome", &who);
            page.action = "/welcome".into();
            page.problem = problem.message;
            (page.name, page.email, page.brand) = (form.name, form.email, form.brand);
            (page.currency, page.time_zone) = (form.currency, form.time_zone);
            html::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(problem) => Err(problem),
    }
}

async fn try_owner(app: &App, form: &OwnerForm) -> Result<HeaderValue, Problem> {
    check_person(&form.name, &form.email)?;
    if form.brand.trim().is_empty() {
        return Err(Problem::invalid("Name the brand: it stands at the top of every page."));
    }
    let currency = Currency::parse(&form.currency).map_err(|error| Problem::invalid(error.to_string()))?;
    let old = store::brand::get_or_default(app.store()).await?;
    let brand = Brand { name: form.brand.trim().into(), currency, time_zone: form.time_zone.trim().into(), ..old };
    if brand.zone().is_err() {
        return Err(Problem::invalid(format!(
            "`{}` is not a time zone; write one such as Europe/Berlin or America/New_York.",
            brand.time_zone
        )));
    }
    let hash = hash_new(app, form.password.clone()).await?;
    let now = app.now();
    let mut tx = app.store().begin().await?;
    let id = store::users::create_owner(&mut tx, &form.email, &form.name, &hash, now).await?;
    store::brand::set(&mut tx, &brand).await?;
    let email = form.email.trim().to_lowercase();
    store::audit::record(&mut tx, now, &email, "user.first", &email, "owner").await?;
    tx.commit().await?;
    Ok(open_session(app, id, &email).await?)
}

/// Where to go after signing in.
#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// `GET /login`
pub async fn login(State(app): State<App>, Extension(who): Extension<Who>, Query(query): Query<Next>) -> Page {
    if !app.has_users().await? {
        return Ok(Redirect::to("/welcome").into_response());
    }
    if who.role.is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    let mut page = AccountPage::new("login", &who);
    page.action = "/login".into();
    page.next = query.next;
    html::page(&page)
}

/// What somebody signs in with.
#[derive(Deserialize)]
pub struct LoginForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /login`: slow on purpose, the same answer for a wrong name and a wrong password.
pub async fn sign_in(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Page {
    let email = form.email.trim().to_lowercase();
    let from = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok()).unwrap_or("direct").to_owned();
    let keys = [format!("name {email}"), format!("from {from}")];
    if let Some(wait) =
        keys.iter().take(if from == "direct" { 1 } else { 2 }).find_map(|key| app.limiter().check(key).err())
    {
        let minutes = wait.as_secs().div_ceil(60);
        return Err(Problem::new(Code::TooMany, format!("Too many failed attempts. Try again in {minutes} minutes.")));
    }
    let user = store::users::by_email(app.store(), &email).await?.filter(|user| user.disabled_at.is_none());
    // A stranger costs as much time as a colleague with a wrong password.
    let phc = user.as_ref().and_then(|user| user.password_hash.clone()).unwrap_or_else(|| DECOY.to_owned());
    let password = form.password.clone();
    let right =
        tokio::task::spawn_blocking(move || verify_password(&password, &phc)).await.map_err(Problem::internal)?;
    let Some(user) = user.filter(|_| right) else {
        keys.iter().for_each(|key| app.limiter().failed(key));
        let mut tx = app.store().begin().await?;
        store::audit::record(&mut tx, app.now(), "visitor", "session.refuse", &email, "").await?;
        tx.commit().await?;
        let mut page = AccountPage::new("login", &who);
        page.action = "/login".into();
        page.problem = "E-mail address and password do not belong together. Check both.".into();
        (page.email, page.next) = (form.email, form.next);
        return html::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    app.limiter().succeeded(&keys[0]);
    let cookie = open_session(&app, user.id, &user.email).await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(local(&form.next))).into_response())
}

/// A hash of a password nobody has, with the cost of a real one.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Only addresses of this server are gone to after signing in.
fn local(next: &str) -> &str {
    let safe =
        next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.contains(char::is_control);
    if safe { next } else { "/" }
}

/// `POST /logout`
pub async fn sign_out(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(token) = cookies::get(&headers, cookies::SESSION) {
        let mut tx = app.store().begin().await?;
        store::sessions::close(&mut tx, &token_hash(token)).await?;
        store::audit::record(&mut tx, app.now(), &who.actor, "session.close", &who.actor, "").await?;
        tx.commit().await?;
    }
    let cookie = cookies::set(cookies::SESSION, "", 0, app.config().secure_cookies);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/login")).into_response())
}

/// `GET /invite/{token}`
pub async fn invitation(State(app): State<App>, Extension(who): Extension<Who>, Path(token): Path<String>) -> Page {
    let user = store::users::by_invite(app.store(), &token_hash(&token), app.now()).await?;
    let user = user
        .ok_or_else(|| Problem::new(Code::NotFound, "This invitation was used or has expired. Ask for a new one."))?;
    let mut page = AccountPage::new("invite", &who);
    page.action = format!("/invite/{token}");
    (page.email, page.name, page.role) = (user.email, user.name, user.role.as_str());
    html::page(&page)
}

/// What somebody invited fills in.
#[derive(Deserialize)]
pub struct AcceptForm {
    name: String,
    password: String,
}

/// `POST /invite/{token}`
pub async fn accept(
    State(app): State<App>,
    Extension(who): Extension<Who>,
    Path(token): Path<String>,
    Form(form): Form<AcceptForm>,
) -> Page {
    let hash = token_hash(&token);
    let user = store::users::by_invite(app.store(), &hash, app.now()).await?;
    let user = user
        .ok_or_else(|| Problem::new(Code::NotFound, "This invitation was used or has expired. Ask for a new one."))?;
    let password = match check_person(&form.name, &user.email) {
        Ok(()) => hash_new(&app, form.password).await,
        Err(problem) => Err(problem),
    };
    let password = match password {
        Ok(password) => password,
        Err(problem) if problem.code == Code::Invalid => {
            let mut page = AccountPage::new("invite", &who);
            page.action = format!("/invite/{token}");
            page.problem = problem.message;
            (page.email, page.name, page.role) = (user.email, form.name, user.role.as_str());
            return html::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        Err(problem) => return Err(problem),
    };
    let mut tx = app.store().begin().await?;
    let id = store::users::accept_invite(&mut tx, &hash, &form.name, &password, app.now()).await?;
    store::audit::record(&mut tx, app.now(), &user.email, "user.join", &user.email, user.role.as_str()).await?;
    tx.commit().await?;
    let cookie = open_session(&app, id, &user.email).await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

fn check_person(name: &str, email: &str) -> Result<(), Problem> {
    if name.trim().is_empty() {
        return Err(Problem::invalid("Write your name: colleagues see it beside what you approve."));
    }
    let (user, host) = email.trim().split_once('@').unwrap_or_default();
    if user.is_empty() || !host.contains('.') && host != "localhost" {
        return Err(Problem::invalid(format!(
            "`{}` is not an e-mail address; write one such as ann@shop.example.",
            email.trim()
        )));
    }
    Ok(())
}

async fn hash_new(app: &App, password: String) -> Result<String, Problem> {
    if password.chars().count() < MIN_PASSWORD_CHARS {
        return Err(Problem::invalid(format!(
            "Choose a password of at least {MIN_PASSWORD_CHARS} characters. Length is the only rule."
        )));
    }
    let salt = app.random();
    tokio::task::spawn_blocking(move || hash_password(&password, &salt))
        .await
        .map_err(Problem::internal)?
        .map_err(Problem::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_never_leads_off_this_server() {
        for (next, to) in
            [("/board?x=1", "/board?x=1"), ("//evil", "/"), ("https://evil", "/"), ("/\\evil", "/"), ("", "/")]
        {
            assert_eq!(local(next), to, "{next}");
        }
    }

    #[test]
    fn the_decoy_costs_what_a_real_hash_costs() {
        let real = hash_password("correct horse", &[1; 32]).expect("hashes");
        let cost = |phc: &str| phc.split('$').take(4).collect::<Vec<_>>().join("$");
        assert_eq!(cost(&real), cost(DECOY));
    }
}
