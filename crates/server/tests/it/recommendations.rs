//! Recommendations over HTTP: freshness, keys, rules, batches.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::{InstantMs, facts::Product};
use personalize::{gate::Counts, history::History, placements::Settings, train};
use recommend::{Catalogue, Sessions, Signal};
use serde_json::{Value, json};
use server::{App, Config, auth::secret};
use store::users::Role;
use tower::ServiceExt as _;

const NOW: i64 = 1_790_000_000_000;

fn product(number: usize, stock: i64) -> Product {
    Product {
        product_id: format!("p{number}"),
        handle: Some(format!("product-{number}")),
        title: format!("Product {number}"),
        description: String::new(),
        category: Some(if number.is_multiple_of(2) { "even" } else { "odd" }.into()),
        vendor: None,
        tags: Vec::new(),
        price_micros: Some(10_000_000),
        cost_micros: None,
        stock_units: Some(stock),
        image_url: None,
        is_active: true,
    }
}

struct Shop {
    _folder: tempfile::TempDir,
    router: Router,
    app: App,
    key: String,
    clock: Arc<AtomicI64>,
}

/// Even products are looked at with even ones, odd with odd.
async fn shop() -> Shop {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let store = store::Store::open(&format!("sqlite://{}", path.join("t.db").display())).await.unwrap();
    let lake = lake::Lake::open(store.clone(), &format!("file://{}", path.join("lake").display())).unwrap();
    let mut tx = store.begin().await.unwrap();
    let first = store::seq::allocate(&mut tx, 20).await.unwrap();
    let products: Vec<_> = (0..20).map(|n| (first + n as i64, product(n, 9))).collect();
    store::products::insert(&mut tx, store::products::Origin::Catalogue, &products).await.unwrap();
    let key = "fn_editor".to_owned();
    let hash = secret::token_hash(&key);
    store::api_keys::create(&mut tx, "test", Role::Approver, &hash, "fn_e", InstantMs(NOW), "ann").await.unwrap();
    tx.commit().await.unwrap();

    let (mut sessions, mut catalogue) = (Sessions::new(), Catalogue::default());
    for n in 0..20 {
        catalogue.intern(&format!("p{n}"));
    }
    for n in 0..400u32 {
        for step in 0..3 {
            sessions.items.push((n / 2 * 3 + step * (1 + n / 7 % 3)) % 10 * 2 + n % 2);
            sessions.signals.push(Signal::View);
            sessions.times_s.push(i64::from(n) * 100 + i64::from(step));
        }
        sessions.starts.push(sessions.items.len());
    }
    let counts = Counts { sessions: 400, items: 20, items_with_support: 20, days: 30, ..Counts::default() };
    let history = History { sessions, catalogue, bought: Vec::new(), counts };
    let options = train::Options { model: Some("tfidf".into()), ..train::Options::default() };
    let trained = train::fit(history, &options, InstantMs(NOW), 1).unwrap();
    train::record(&store, path, &trained, true, "test").await.unwrap();

    let clock = Arc::new(AtomicI64::new(NOW));
    let told = Arc::clone(&clock);
    let config = Config { demo: false, secure_cookies: false, data_dir: path.to_owned() };
    let now: server::Clock = Arc::new(move || InstantMs(told.load(Ordering::Relaxed)));
    let app = App::new(store, lake, now, Arc::new(|| [7; 32]), config);
    let service = app.recommendations().await.unwrap();
    let settings = Settings { holdout_permille: 1, ..Settings::default() };
    personalize::set_placement(service, personalize::Placement::Home, &settings, InstantMs(NOW), "ann").await.unwrap();
    Shop { _folder: folder, router: server::router(app.clone()), app, key, clock }
}

impl Shop {
    async fn call(&self, method: &str, path: &str, key: &str, body: Value) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {key}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ORIGIN, "https://shop.example")
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 22).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    async fn storefront_key(&self) -> String {
        let (_, body) = self.call("GET", "/api/v1/storefront-key", &self.key, Value::Null).await;
        body["key"].as_str().unwrap().to_owned()
    }
}

fn ids(answer: &Value) -> Vec<String> {
    answer["items"].as_array().unwrap().iter().map(|item| item["product_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_view_posted_now_is_in_the_next_answer_and_what_is_sold_out_is_not() {
    let shop = shop().await;
    let public = shop.storefront_key().await;
    let ask = json!({ "placement": "home", "anonymous_id": "visitor-1", "limit": 5, "locale": "de" });
    let (status, before) = shop.call("POST", "/api/v1/recommendations", &public, ask.clone()).await;
    assert_eq!(status, StatusCode::OK, "{before}");
    assert_eq!((before["why"].as_str(), before["arm"].as_str()), (Some("drawn"), Some("change")));
    let view = json!({ "type": "track", "event": "Product Viewed", "anonymousId": "visitor-1", "messageId": "m1",
        "timestamp": "2026-09-21T14:13:20.000Z", "properties": { "product_id": "p3" } });
    let (status, taken) = shop.call("POST", "/api/v1/events", &public, view).await;
    assert_eq!((status, taken["accepted"].as_u64()), (StatusCode::OK, Some(1)), "{taken}");
    let started = std::time::Instant::now();
    let (_, after) = shop.call("POST", "/api/v1/recommendations", &public, ask.clone()).await;
    assert!(started.elapsed() < std::time::Duration::from_secs(1));
    assert_ne!(ids(&before), ids(&after));
    assert!(ids(&after).iter().all(|id| id[1..].parse::<usize>().unwrap() % 2 == 1), "{after}");
    assert_eq!(after["items"][0]["reason"]["text"], "weil Sie Product 3 angesehen haben");

    let gone = ids(&after)[0].clone();
    let (status, _) = shop.call("PUT", "/api/v1/stock", &shop.key, json!({ "product": gone, "stock_units": 0 })).await;
    assert_eq!(status, StatusCode::OK);
    let (_, next) = shop.call("POST", "/api/v1/recommendations", &public, ask).await;
    assert!(!ids(&next).contains(&gone) && ids(&next).len() == 5, "{next}");

    // What was shown stands in the log with its propensities, and the click on it as an outcome.
    shop.clock.fetch_add(5_000, Ordering::Relaxed);
    shop.app.recommendations().await.unwrap().flush().await;
    let (_, results) = shop.call("GET", "/api/v1/recommendations/results?days=7", &shop.key, Value::Null).await;
    assert_eq!(results.as_array().unwrap().iter().map(|line| line["answers"].as_u64().unwrap()).sum::<u64>(), 3);
}

#[tokio::test]
async fn the_public_key_asks_for_nobody_by_name_and_opens_nothing_else() {
    let shop = shop().await;
    let public = shop.storefront_key().await;
    let named = json!({ "placement": "email", "customer": "ann@example.com" });
    let (status, body) = shop.call("POST", "/api/v1/recommendations", &public, named.clone()).await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::FORBIDDEN, Some("role_too_low")));
    assert_eq!(shop.call("POST", "/api/v1/recommendations", &shop.key, named.clone()).await.0, StatusCode::OK);
    assert_eq!(
        shop.call("POST", "/api/v1/recommendations/batch", &public, json!({ "requests": [] })).await.0,
        StatusCode::UNAUTHORIZED
    );
    let batch = json!({ "requests": [named, { "placement": "nowhere" }] });
    let (status, body) = shop.call("POST", "/api/v1/recommendations/batch", &shop.key, batch).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["answers"][1]["error"]["code"], "invalid");
    let wrong = json!({ "placement": "home", "limit": 1000 });
    assert_eq!(shop.call("POST", "/api/v1/recommendations", &public, wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn rules_are_saved_previewed_and_refused() {
    let shop = shop().await;
    let rules = json!({ "pins": [{ "product": "p7", "position": 1 }] });
    let requests = json!([{ "placement": "home", "session": ["p2"], "limit": 4 }]);
    let preview = json!({ "rules": rules, "requests": requests });
    let (status, body) = shop.call("POST", "/api/v1/recommendations/preview", &shop.key, preview).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(ids(&body["previews"][0]["then"])[0], "p7");
    assert_ne!(ids(&body["previews"][0]["now"])[0], "p7");
    let save = json!({ "rules": rules, "note": "p7 first" });
    let (_, saved) = shop.call("PUT", "/api/v1/recommendations/rules", &shop.key, save).await;
    assert_eq!(saved["version"], 1);
    let (_, read) = shop.call("GET", "/api/v1/recommendations/rules", &shop.key, Value::Null).await;
    assert_eq!(
        (read["rules"]["pins"][0]["product"].as_str(), read["history"].as_array().unwrap().len()),
        (Some("p7"), 1)
    );
    let bad = json!({ "rules": { "margin_weight": 3 } });
    let (status, body) = shop.call("PUT", "/api/v1/recommendations/rules", &shop.key, bad).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(body["message"].as_str().unwrap().contains("argin_weight"), "{body}");
}
