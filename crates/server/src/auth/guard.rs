//! The one place where a request is let in: identity, role, CSRF. No handler checks any of it.

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, Uri, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use domain::InstantMs;
use store::users::UserRow;

use super::{
    access::{Access, Who},
    cookies, secret, storefront,
};
use crate::{
    App,
    problem::{Code, Problem},
};

/// Longest form that is read to find its CSRF token, bytes. Pasted answers are the largest forms there are.
const MAX_FORM_BYTES: usize = 2 << 20;
/// How long a session lasts, days.
pub const SESSION_DAYS: i64 = 30;
/// How long a visitor's token lasts, seconds.
const VISITOR_S: i64 = 86_400;

/// What a route asks for, beside the state.
#[derive(Clone)]
pub struct Gate {
    /// The state.
    pub app: App,
    /// Who may call.
    pub access: Access,
}

/// Lets a request in, or answers for the route.
pub async fn guard(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if gate.access != Access::Storefront {
        return answer(&gate, request, next).await;
    }
    // A browser asks before it sends something to another origin.
    if request.method() == Method::OPTIONS {
        let mut response = axum::http::StatusCode::NO_CONTENT.into_response();
        storefront::allow_to_ask(response.headers_mut());
        return response;
    }
    let mut response = answer(&gate, request, next).await;
    storefront::allow_to_read(response.headers_mut());
    response
}

async fn answer(gate: &Gate, request: Request, next: Next) -> Response {
    match admit(gate, request).await {
        Ok((request, cookie)) => {
            let mut response = next.run(request).await;
            if let Some(cookie) = cookie {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(refusal) => *refusal,
    }
}

type Admitted = (Request, Option<axum::http::HeaderValue>);

async fn admit(gate: &Gate, mut request: Request) -> Result<Admitted, Box<Response>> {
    let Gate { app, access } = gate;
    let is_api = request.uri().path().starts_with("/api/");
    let mut cookie = None;
    let refuse = |problem: Problem| Box::new(problem.into_response());
    let broken = |error: store::StoreError| Box::new(Problem::from(error).into_response());

    if !is_api && !app.config().demo && *access != Access::Public && !app.has_users().await.map_err(broken)? {
        return Err(Box::new(Redirect::to("/welcome").into_response()));
    }
    if *access == Access::Storefront
        && storefront::is_carried(app, request.headers(), request.uri()).await.map_err(broken)?
    {
        request.extensions_mut().insert(Who::storefront());
        return Ok((request, None));
    }
    let by_key = bearer(request.headers()).filter(|_| is_api).map(str::to_owned);
    let who = match &by_key {
        Some(key) => key_holder(app, key).await.map_err(broken)?,
        None => session_holder(app, request.headers()).await.map_err(broken)?,
    };
    let who = match who {
        Some(who) => who,
        None if *access == Access::Public => {
            let (token, set) = visitor_token(app, request.headers());
            cookie = set;
            Who::visitor(secret::csrf_of(&token))
        }
        None if is_api => {
            return Err(refuse(Problem::new(Code::SignInNeeded, "Send an API key as `Authorization: Bearer …`.")));
        }
        None if app.config().demo && request.method() == Method::GET => {
            return Err(demo_sign_in(app, request.uri()).await);
        }
        None => return Err(Box::new(to_login(request.method(), request.uri()))),
    };
    if !access.allows(who.role) {
        // What somebody may not see is not there; what they may see but not do is said plainly.
        let problem = match *request.method() {
            Method::GET => Problem::new(Code::NotFound, "There is nothing at this address."),
            _ => Problem::new(
                Code::RoleTooLow,
                format!(
                    "Your role ({}) does not allow this. Ask an owner.",
                    who.role.map_or("none", |role| role.as_str())
                ),
            ),
        };
        return Err(refuse(problem));
    }
    if by_key.is_none() && !matches!(*request.method(), Method::GET | Method::HEAD) {
        check_origin(request.headers()).map_err(refuse)?;
        request = check_csrf(request, &who.csrf).await.map_err(refuse)?;
    }
    request.extensions_mut().insert(who);
    Ok((request, cookie))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ").map(str::trim)
}

async fn key_holder(app: &App, key: &str) -> Result<Option<Who>, store::StoreError> {
    let Some(row) = store::api_keys::by_hash(app.store(), &secret::token_hash(key)).await? else { return Ok(None) };
    store::api_keys::used(app.store(), row.id, app.now()).await?;
    let name = format!("key {}", row.name);
    Ok(Some(Who { id: None, actor: name.clone(), name, role: Some(row.role), csrf: String::new() }))
}

async fn session_holder(app: &App, headers: &HeaderMap) -> Result<Option<Who>, store::StoreError> {
    let Some(token) = cookies::get(headers, cookies::SESSION) else { return Ok(None) };
    let user = store::sessions::user(app.store(), &secret::token_hash(token), app.now()).await?;
    Ok(user.map(|user| who(&user, token)))
}

fn who(user: &UserRow, token: &str) -> Who {
    Who {
        id: Some(user.id),
        actor: user.email.clone(),
        name: user.name.clone(),
        role: Some(user.role),
        csrf: secret::csrf_of(token),
    }
}

fn visitor_token(app: &App, headers: &HeaderMap) -> (String, Option<axum::http::HeaderValue>) {
    match cookies::get(headers, cookies::VISITOR).filter(|token| token.len() == 64) {
        Some(token) => (token.to_owned(), None),
        None => {
            let token = app.token();
            let cookie = cookies::set(cookies::VISITOR, &token, VISITOR_S, app.config().secure_cookies);
            (token, Some(cookie))
        }
    }
}

fn to_login(method: &Method, uri: &Uri) -> Response {
    let back = if *method == Method::GET { uri.path_and_query().map_or("/", |path| path.as_str()) } else { "/" };
    Redirect::to(&format!("/login?next={}", cookies::encode(back))).into_response()
}

/// Opens a session and answers its cookie.
///
/// # Errors
/// The database refused.
pub async fn open_session(
    app: &App,
    user: domain::UserId,
    actor: &str,
) -> Result<axum::http::HeaderValue, store::StoreError> {
    let (now, token) = (app.now(), app.token());
    let until: InstantMs = now.plus_days(SESSION_DAYS);
    let mut tx = app.store().begin().await?;
    store::sessions::open(&mut tx, &secret::token_hash(&token), user, now, until).await?;
    store::users::seen(&mut tx, user, now).await?;
    store::audit::record(&mut tx, now, actor, "session.open", actor, "").await?;
    tx.commit().await?;
    Ok(cookies::set(cookies::SESSION, &token, SESSION_DAYS * 86_400, app.config().secure_cookies))
}

/// A demo signs its visitor in as the owner that it was filled with. The binary serves demos on loopback only.
async fn demo_sign_in(app: &App, uri: &Uri) -> Box<Response> {
    let owner = demo_owner(app).await;
    let back = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    Box::new(match owner {
        Ok(Some(owner)) => match open_session(app, owner.id, &owner.email).await {
            Ok(cookie) => ([(header::SET_COOKIE, cookie)], Redirect::to(&back)).into_response(),
            Err(error) => Problem::from(error).into_response(),
        },
        Ok(None) => to_login(&Method::GET, uri),
        Err(error) => Problem::from(error).into_response(),
    })
}

/// The demo's owner; made on the first visit, with a password that nobody has.
async fn demo_owner(app: &App) -> Result<Option<UserRow>, store::StoreError> {
    let find = |users: Vec<UserRow>| {
        users.into_iter().find(|user| user.role == store::users::Role::Owner && user.disabled_at.is_none())
    };
    if !app.has_users().await? {
        let mut tx = app.store().begin().await?;
        let made =
            store::users::create_owner(&mut tx, "you@demo.example", "Demo owner", "no password", app.now()).await;
        match made {
            Ok(_) => tx.commit().await?,
            // Two first requests at once: the other one made them.
            Err(store::StoreError::Conflict(_)) => tx.rollback().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(find(store::users::list(app.store()).await?))
}

/// Browsers say where a request comes from; another site's is refused before the token is looked at.
fn check_origin(headers: &HeaderMap) -> Result<(), Problem> {
    let foreign = || Problem::new(Code::ForeignOrigin, "This form was sent from another site. Nothing was changed.");
    if let Some(site) = headers.get("sec-fetch-site")
        && !matches!(site.as_bytes(), b"same-origin" | b"none")
    {
        return Err(foreign());
    }
    let Some(origin) = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()) else { return Ok(()) };
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match origin.split_once("://") {
        Some((_, from)) if from == host => Ok(()),
        _ => Err(foreign()),
    }
}

/// The token stands in a header (script), in the address (uploads without script) or in the form.
async fn check_csrf(request: Request, expected: &str) -> Result<Request, Problem> {
    let stale = || Problem::new(Code::StaleForm, "This form is out of date. Reload the page and send it again.");
    let right = |given: &str| secret::same(given, expected);
    if let Some(given) = request.headers().get("x-csrf-token").and_then(|value| value.to_str().ok()) {
        return if right(given) { Ok(request) } else { Err(stale()) };
    }
    let query = request.uri().query().unwrap_or_default();
    if let Some(given) = query.split('&').find_map(|pair| pair.strip_prefix("_csrf=")) {
        return if right(given) { Ok(request) } else { Err(stale()) };
    }
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    if !is_form {
        return Err(stale());
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MAX_FORM_BYTES)
        .await
        .map_err(|_| Problem::new(Code::TooLarge, "This form is larger than 2 MB. Shorten it and send it again."))?;
    let given = bytes.split(|byte| *byte == b'&').find_map(|pair| pair.strip_prefix(b"_csrf="));
    match given.and_then(|value| std::str::from_utf8(value).ok()) {
        Some(given) if right(given) => Ok(Request::from_parts(parts, Body::from(bytes))),
        _ => Err(stale()),
    }
}
