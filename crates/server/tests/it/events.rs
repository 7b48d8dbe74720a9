//! Events over HTTP: who may send them, what is answered, and that shop pages of any origin can.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::InstantMs;
use serde_json::{Value, json};
use server::{
    App, Config,
    auth::{secret, storefront},
};
use store::users::Role;
use tower::ServiceExt as _;

const NOW: InstantMs = InstantMs(1_790_000_000_000);

async fn app(folder: &std::path::Path) -> App {
    let store = store::Store::open(&format!("sqlite://{}", folder.join("t.db").display())).await.unwrap();
    let lake = lake::Lake::open(store.clone(), &format!("file://{}", folder.join("lake").display())).unwrap();
    let config = Config { demo: false, secure_cookies: false, data_dir: folder.to_owned() };
    App::new(store, lake, Arc::new(|| NOW), Arc::new(|| [7; 32]), config)
}

async fn api_key(app: &App, role: Role) -> String {
    let key = format!("fn_{role}");
    let mut tx = app.store().begin().await.unwrap();
    store::api_keys::create(&mut tx, role.as_str(), role, &secret::token_hash(&key), "fn_", NOW, "test").await.unwrap();
    tx.commit().await.unwrap();
    key
}

async fn send(app: &App, uri: &str, key: Option<&str>, body: &Value) -> (StatusCode, Value, Option<String>) {
    let mut request =
        Request::post(uri).header(header::HOST, "shop.local").header(header::ORIGIN, "https://shop.example");
    if let Some(key) = key {
        request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
    }
    let response =
        server::router(app.clone()).oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
    let allowed = response.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    let allowed = allowed.map(|value| value.to_str().unwrap().to_owned());
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or_default(), allowed)
}

fn viewed(id: &str) -> Value {
    json!({"type": "track", "event": "Product Viewed", "messageId": id, "anonymousId": "d", "properties": {"sku": "A"}})
}

#[tokio::test]
async fn one_a_batch_and_what_became_of_each() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let key = storefront::key(&app).await.unwrap();
    assert!(key.starts_with(storefront::PREFIX));
    let uri = "/api/v1/events";
    let (status, answer, allowed) = send(&app, uri, Some(&key), &viewed("m1")).await;
    assert_eq!((status, allowed.as_deref()), (StatusCode::OK, Some("*")));
    assert_eq!(
        answer,
        json!({"accepted": 1, "duplicate": 0, "rejected": 0, "results": [{"message_id": "m1", "status": "accepted"}]})
    );

    let batch = json!({"sentAt": "2026-09-21T13:33:20Z", "batch": [
        viewed("m1"), viewed("m2"), {"type": "page", "messageId": "p"}, 7,
        {"event": "Cart Viewed", "messageId": "old", "anonymousId": "d", "timestamp": "2020-01-01T00:00:00Z"},
    ]});
    // A beacon has no headers: the key stands in the address.
    let (status, answer, _) = send(&app, &format!("{uri}?key={key}"), None, &batch).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&answer["accepted"], &answer["duplicate"], &answer["rejected"]), (&json!(1), &json!(1), &json!(3)));
    let reasons: Vec<&str> =
        answer["results"].as_array().unwrap().iter().filter_map(|one| one["reason"].as_str()).collect();
    assert!(
        reasons[0].contains("`page`") && reasons[1].contains("object") && reasons[2].contains("30 days"),
        "{reasons:?}"
    );
    let table = app.lake().snapshot(InstantMs(NOW.0 + 1)).await.unwrap();
    let table = table.query("SELECT COUNT(*) AS n FROM events").await.unwrap();
    assert_eq!(table.first().unwrap().int("n").unwrap(), 2, "counted at once");

    let many: Vec<Value> = (0..501).map(|n| viewed(&n.to_string())).collect();
    assert_eq!(send(&app, uri, Some(&key), &json!(many)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let (status, answer, allowed) = send(&app, uri, Some(&key), &json!({"batch": "none"})).await;
    assert_eq!(
        (status, &answer["code"], allowed.as_deref()),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid"), Some("*"))
    );
    let heavy = Value::String("x".repeat(3 << 20));
    let (status, answer, _) = send(&app, uri, Some(&key), &heavy).await;
    assert_eq!((status, &answer["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!("too_large")));
}

#[tokio::test]
async fn the_public_key_opens_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path()).await;
    let key = storefront::key(&app).await.unwrap();
    let (viewer, editor, owner) =
        (api_key(&app, Role::Viewer).await, api_key(&app, Role::Editor).await, api_key(&app, Role::Owner).await);
    let uri = "/api/v1/events";
    for (key, wanted) in [
        (None, StatusCode::UNAUTHORIZED),
        (Some("pk_wrong"), StatusCode::UNAUTHORIZED),
        (Some(viewer.as_str()), StatusCode::FORBIDDEN),
        (Some(editor.as_str()), StatusCode::OK),
    ] {
        assert_eq!(send(&app, uri, key, &viewed("m")).await.0, wanted, "{key:?}");
    }
    assert_eq!(send(&app, "/api/v1/sprints", Some(&key), &json!({})).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&app, "/api/v1/storefront-key", Some(&editor), &json!({})).await.0, StatusCode::FORBIDDEN);

    let ask = Request::builder().method(Method::OPTIONS).uri(uri).header(header::ORIGIN, "https://shop.example");
    let asked = server::router(app.clone()).oneshot(ask.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(asked.status(), StatusCode::NO_CONTENT);
    assert_eq!(asked.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert!(!asked.headers().contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));

    // The random source of this test draws the same again: a new key is written all the same.
    let (status, answer, _) = send(&app, "/api/v1/storefront-key", Some(&owner), &json!({})).await;
    assert_eq!((status, answer["key"].as_str()), (StatusCode::OK, Some(key.as_str())));
}
