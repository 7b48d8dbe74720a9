//! Walks every route as a visitor and as each role, and holds what comes back against a golden table.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::InstantMs;
use server::{App, Config, auth::secret};
use store::users::Role;
use tower::ServiceExt as _;

async fn app(folder: &std::path::Path) -> App {
    let store = store::Store::open(&format!("sqlite://{}", folder.join("t.db").display())).await.unwrap();
    let lake = lake::Lake::open(store.clone(), &format!("file://{}", folder.join("lake").display())).unwrap();
    let clock: server::Clock = Arc::new(|| InstantMs(1_790_000_000_000));
    let random: server::Random = Arc::new(|| [7; 32]);
    let config = Config { demo: false, secure_cookies: false, data_dir: folder.to_owned() };
    App::new(store, lake, clock, random, config)
}

/// A person of each role with an open session; answers the session's token.
async fn sign_in(app: &App, role: Role) -> String {
    let now = app.now();
    let mut tx = app.store().begin().await.unwrap();
    let email = format!("{role}@shop.example");
    let id = match role {
        Role::Owner => store::users::create_owner(&mut tx, &email, "Owner", "-", now).await.unwrap(),
        _ => {
            store::users::invite(&mut tx, &email, role.as_str(), role, &email, now.plus_days(1), now).await.unwrap();
            store::users::accept_invite(&mut tx, &email, role.as_str(), "-", now).await.unwrap()
        }
    };
    let token = format!("token-of-{role}");
    store::sessions::open(&mut tx, &secret::token_hash(&token), id, now, now.plus_days(1)).await.unwrap();
    tx.commit().await.unwrap();
    token
}

/// How a route answers: let in (whatever the handler makes of an empty form), sent to sign in, hidden, or refused.
async fn knock(app: &App, method: &str, path: &str, session: Option<&str>) -> &'static str {
    let path = path
        .replace("{n}", "1")
        .replace("{number}", "1")
        .replace("{id}", "018f0000-0000-7000-8000-000000000000")
        .replace(['{', '}'], "");
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "shop.local");
    if let Some(session) = session {
        request = request
            .header(header::COOKIE, format!("fortnight={session}"))
            .header("x-csrf-token", secret::csrf_of(session));
    }
    let response = server::router(app.clone()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let text = String::from_utf8_lossy(&body);
    match status {
        StatusCode::UNAUTHORIZED => "key?",
        StatusCode::SEE_OTHER if to.starts_with("/login?next=") => "sign in",
        StatusCode::FORBIDDEN if text.contains("role_too_low") => "refused",
        StatusCode::FORBIDDEN => "token?",
        StatusCode::NOT_FOUND if text.contains("There is nothing at this address.") => "hidden",
        _ => "in",
    }
}

#[tokio::test]
async fn every_route_lets_in_whom_its_table_says() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let owner = sign_in(&app, Role::Owner).await;
    let mut sessions = Vec::new();
    for role in [Role::Viewer, Role::Editor, Role::Approver] {
        sessions.push(sign_in(&app, role).await);
    }
    sessions.push(owner);
    let (table, _) = server::table(app.clone());
    let mut golden = format!(
        "{:<6} {:<46} {:<8} {:<8} {:<8} {:<8} {:<8}\n",
        "", "", "visitor", "viewer", "editor", "approver", "owner"
    );
    for route in table {
        let _ = write!(golden, "{:<6} {:<46}", route.method, route.path);
        let visitor = knock(&app, route.method, route.path, None).await;
        let _ = write!(golden, " {visitor:<8}");
        for session in &sessions {
            // Signing out ends the session that the next routes need: asked last, by nobody.
            let answer =
                if route.path == "/logout" { "in" } else { knock(&app, route.method, route.path, Some(session)).await };
            let _ = write!(golden, " {answer:<8}");
        }
        golden.push('\n');
    }
    let golden: Vec<&str> = golden.lines().map(str::trim_end).collect();
    insta::assert_snapshot!("routes", golden.join("\n"));
}

#[tokio::test]
async fn a_form_without_its_token_or_from_elsewhere_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let session = sign_in(&app, Role::Owner).await;
    let send = async |headers: &[(&str, &str)], body: &str| {
        let mut request = Request::builder()
            .method("POST")
            .uri("/sprints")
            .header(header::HOST, "shop.local")
            .header(header::COOKIE, format!("fortnight={session}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        server::router(app.clone()).oneshot(request).await.unwrap().status()
    };
    let token = secret::csrf_of(&session);
    let form = format!("title=Spring&_csrf={token}");
    assert_eq!(send(&[], "title=Spring").await, StatusCode::FORBIDDEN);
    assert_eq!(send(&[("origin", "https://evil.example")], &form).await, StatusCode::FORBIDDEN);
    assert_eq!(send(&[("sec-fetch-site", "cross-site")], &form).await, StatusCode::FORBIDDEN);
    assert!(store::sprints::list(app.store()).await.unwrap().is_empty());
    assert_eq!(send(&[("origin", "http://shop.local")], &form).await, StatusCode::SEE_OTHER);
    assert_eq!(store::sprints::list(app.store()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn every_answer_carries_the_policy_and_the_api_describes_itself() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let request = Request::builder().uri("/api/v1/openapi.json").body(Body::empty()).unwrap();
    let response = server::router(app.clone()).oneshot(request).await.unwrap();
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    // Data is never rendered: nothing may load at all.
    assert_eq!(policy, "default-src 'none'; frame-ancestors 'none'");
    let request = Request::builder().uri("/login").body(Body::empty()).unwrap();
    let page = server::router(app.clone()).oneshot(request).await.unwrap();
    let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    for name in ["permissions-policy", "cross-origin-opener-policy", "referrer-policy", "x-frame-options"] {
        assert!(page.headers().contains_key(name), "{name}");
    }
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
    for route in server::table(app)
        .0
        .iter()
        .filter(|route| route.path.starts_with("/api/v1/") && route.path != "/api/v1/openapi.json")
    {
        let operation = &document["paths"][route.path][route.method.to_lowercase()];
        assert!(operation.is_object(), "{} {} is not in the OpenAPI document", route.method, route.path);
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{} has no summary", route.path);
    }
}
