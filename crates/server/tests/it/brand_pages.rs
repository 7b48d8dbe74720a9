//! Data, map, library and settings as people use them: requests in, pages out, nothing mocked.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use domain::InstantMs;
use lake::Lake;
use server::{
    App, Config,
    auth::secret::{csrf_of, token_hash},
};
use store::{Store, users::Role};
use tower::ServiceExt as _;

const NOW: InstantMs = InstantMs(1_795_078_800_000);

/// A server with one person of every role; the role's word is the session's token.
struct House {
    router: Router,
    store: Store,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    /// The text, which must hold these pieces.
    fn holds(&self, pieces: &[&str]) -> &str {
        for piece in pieces {
            assert!(self.text.contains(piece), "no `{piece}` in the answer ({})", self.status);
        }
        &self.text
    }

    fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |to| to.to_str().unwrap())
    }
}

async fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let store = store::testing::sqlite().await;
    let lake = Lake::open(store.clone(), &format!("file://{}", folder.path().join("lake").display())).unwrap();
    let mut tx = store.begin().await.unwrap();
    for role in Role::ALL {
        let email = format!("{role}@shop.example");
        let link = format!("link {role}");
        store::users::invite(&mut tx, &email, role.as_str(), role, &link, NOW.plus_days(1), NOW).await.unwrap();
        let id = store::users::accept_invite(&mut tx, &link, role.as_str(), "no password", NOW).await.unwrap();
        store::sessions::open(&mut tx, &token_hash(role.as_str()), id, NOW, NOW.plus_days(1)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let count = std::sync::atomic::AtomicU64::new(1);
    let random = Arc::new(move || {
        let n = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        *blake3::hash(&n.to_le_bytes()).as_bytes()
    });
    let config = Config { demo: false, secure_cookies: false, data_dir: folder.path().to_owned() };
    let app = App::new(store.clone(), lake, Arc::new(|| NOW), random, config);
    House { router: server::router(app), store, _folder: folder }
}

impl House {
    async fn send(&self, role: &str, request: axum::http::request::Builder, body: Body) -> Answer {
        let request = request.header(header::COOKIE, format!("fortnight={role}")).header(header::ACCEPT, "text/html");
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 24).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    async fn get(&self, role: &str, path: &str) -> Answer {
        self.send(role, Request::get(path), Body::empty()).await
    }

    async fn post(&self, role: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encode = |text: &str| -> String {
            text.bytes()
                .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
                .collect()
        };
        let mut form = format!("_csrf={}", csrf_of(role));
        fields.iter().for_each(|(name, value)| form.push_str(&format!("&{}={}", encode(name), encode(value))));
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(role, request, Body::from(form)).await
    }

    async fn upload(&self, role: &str, files: &[(&str, &str)]) -> Answer {
        let mut body = String::new();
        for (name, text) in files {
            body.push_str(&format!(
                "--cut\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{text}\r\n"
            ));
        }
        body.push_str("--cut--\r\n");
        let path = format!("/data/upload?_csrf={}", csrf_of(role));
        let request = Request::post(path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut");
        self.send(role, request, Body::from(body)).await
    }

    /// Waits until no job runs.
    async fn settle(&self) {
        for _ in 0..600 {
            let running =
                self.store.fetch_one("SELECT id FROM jobs WHERE state = 'running' LIMIT 1", &[]).await.unwrap();
            if running.is_none() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("a job never ends");
    }
}

const LINES: &str = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n\
    1001,A,Green tea,2,2026-11-01 10:00:00,5.00,C1,Germany\n\
    1002,A,Green tea,1,2026-11-02 10:00:00,5.00,C2,Germany\n\
    C1003,A,Green tea,-1,2026-11-03 10:00:00,5.00,C1,Germany\n\
    1004,A,Green tea,many,2026-11-04 10:00:00,5.00,C1,Germany\n";

/// The first key of a waiting file in a page.
fn key_of(page: &str) -> String {
    let at = page.find("/data/files/").expect("a file waits") + "/data/files/".len();
    page[at..at + 16].to_owned()
}

#[tokio::test]
async fn kinds_of_orders_are_counted_tried_and_saved() {
    let house = house().await;
    house.get("viewer", "/data/orders").await.holds(&["No order came in so far", "The built-in rules stand."]);
    house.upload("editor", &[("orders.csv", LINES)]).await;
    house.settle().await;
    house.post("editor", "/data/import-all", &[]).await;
    house.settle().await;
    let page = house.get("editor", "/data/orders").await;
    page.holds(&["Ordinary orders", "Subscription renewals", "Save as version 1"]);
    let rule = |class, field, texts| {
        vec![("place.1", "1"), ("class.1", class), ("field.1", field), ("is.1", texts), ("note", "Tea is staff's")]
    };
    let with = |mut fields: Vec<(&'static str, &'static str)>, action| {
        fields.push(("do", action));
        fields
    };

    // Tried: beside what stands, nothing saved.
    let tea = rule("staff", "line_name", "green *");
    let tried = house.post("editor", "/data/orders", &with(tea.clone(), "try")).await;
    assert_eq!(tried.status, StatusCode::OK);
    tried.holds(&["Net, tried", "changes", "Nothing was saved", "Save as version 1"]);
    house.get("editor", "/data/orders").await.holds(&["The built-in rules stand."]);

    // Wrong: said beside the rule, nothing saved, what was typed is kept.
    for (wrong, said) in [
        (rule("staff", "tag", "*"), "needs a text; one of stars alone would hold for every order"),
        (rule("free", "price_zero", "text"), "takes no text; leave it empty"),
        (rule("staff", "email_domain", "*.example.com"), "write the whole domain, such as example.com"),
    ] {
        for action in ["try", "save"] {
            let answer = house.post("editor", "/data/orders", &with(wrong.clone(), action)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            let page = answer.holds(&[said, "Not saved.", "aria-invalid=\"true\"", wrong[3].1, "Tea is staff"]);
            assert_eq!(page.matches("aria-invalid").count(), 1);
        }
    }
    let unknown = house.post("editor", "/data/orders", &with(rule("made_up", "tag", "x"), "save")).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    house.get("editor", "/data/orders").await.holds(&["The built-in rules stand."]);

    // Saved: a version with its note, and the orders are of the kind.
    let saved = house.post("editor", "/data/orders", &with(tea, "save")).await;
    assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, "/data/orders"));
    let page = house.get("editor", "/data/orders").await;
    page.holds(&["Version 1 of the rules stands.", "Tea is staff", "by editor@shop.example", "Save as version 2"]);
    let reader = house.get("viewer", "/data/orders").await;
    reader.holds(&["Staff orders: Name of the line is green *"]);
    assert!(!reader.text.contains("Save as version"));
    let refused = house.post("viewer", "/data/orders", &[("do", "save")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_dropped_file_is_recognised_checked_imported_and_reported() {
    let house = house().await;
    house.get("editor", "/data").await.holds(&["Drop files here", "Where to find them"]);
    let sent = house.upload("editor", &[("orders.csv", LINES)]).await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, "/data"));
    house.settle().await;

    let page = house.get("editor", "/data").await;
    let page = page.holds(&[
        "orders.csv",
        "File of order lines",
        "What an import would do",
        "1 row rejected",
        "Green tea",
        "€15.00",
    ]);
    let key = key_of(page);
    assert!(house.store.fetch("SELECT * FROM imports", &[]).await.unwrap().is_empty(), "a check changes nothing");

    let reader = house.get("viewer", "/data").await;
    assert!(!reader.text.contains("What each column is") && !reader.text.contains("Drop files here"));

    let started =
        house.post("editor", &format!("/data/files/{key}"), &[("source", "transactions"), ("do", "import")]).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER);
    house.settle().await;
    let page = house.get("editor", "/data").await;
    page.holds(&[
        "Imported, 1 row rejected",
        "Rows read",
        "€10.00",
        "−€5.00",
        "What your data carries",
        "Not ready",
        "1 row was not taken",
    ]);
    assert!(!page.text.contains("Waiting for you"), "an imported file waits no more");
    let job = store::jobs::list(&house.store, "import", 1).await.unwrap().remove(0);
    let progress = house.get("editor", &format!("/data/jobs/{}", job.id)).await;
    assert_eq!(progress.headers.get("hx-refresh").unwrap(), "true");

    let import = store::imports::recent(&house.store, 1).await.unwrap().remove(0);
    house.get("viewer", &format!("/data/imports/{}", import.id)).await.holds(&["Checksum", "Rows read", "orders.csv"]);
    let rejects = house.get("editor", &format!("/data/imports/{}/rejects.csv", import.id)).await;
    rejects.holds(&["file,line,column,value,reason", "many"]);
    let hidden = house.get("viewer", &format!("/data/imports/{}/rejects.csv", import.id)).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);

    house.upload("editor", &[("again.csv", LINES)]).await;
    house.settle().await;
    house.get("editor", "/data").await.holds(&["again.csv", "Known already"]);
}

#[tokio::test]
async fn an_unknown_file_is_mapped_by_hand_and_many_go_in_at_once() {
    let house = house().await;
    let odd = "Bon;Wann;Was;Stk;EP\n7;2026-11-01;Becher;2;3,50\n";
    house.upload("editor", &[("kasse.csv", odd)]).await;
    let page = house.get("editor", "/data").await;
    let key = key_of(page.holds(&["Needs a look", "Choose…", "kasse.csv"]));
    let path = format!("/data/files/{key}");
    let refused = house.post("editor", &path, &[("source", ""), ("do", "import")]).await;
    assert_eq!(refused.location(), "/data", "refused with a note");
    house.post("editor", &path, &[("source", "transactions")]).await;
    house.get("editor", "/data").await.holds(&["Choose the column", "map.order_id"]);
    let map = [
        ("source", "transactions"),
        ("map.order_id", "Bon"),
        ("map.placed_at", "Wann"),
        ("map.product_id", "Was"),
        ("map.title", "Was"),
        ("map.quantity", "Stk"),
        ("map.unit_price", "EP"),
        ("do", "check"),
    ];
    house.post("editor", &path, &map).await;
    house.settle().await;
    house.get("editor", "/data").await.holds(&["Every row fits", "€7.00"]);

    house.upload("editor", &[("orders.csv", LINES), ("empty.csv", "")]).await;
    house.settle().await;
    house.get("editor", "/data").await.holds(&["Import all 2 files"]);
    house.post("editor", "/data/import-all", &[]).await;
    house.settle().await;
    let imports = store::imports::recent(&house.store, 9).await.unwrap();
    assert_eq!(imports.len(), 2);
    let by_hand = imports.iter().find(|import| import.file_name == "kasse.csv").unwrap();
    house.get("viewer", &format!("/data/imports/{}", by_hand.id)).await.holds(&["Columns named by hand"]);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_says_so_and_can_be_discarded() {
    let house = house().await;
    house.upload("editor", &[("book.xlsx", "PK\u{3}\u{4}rest")]).await;
    let page = house.get("editor", "/data").await;
    let key = key_of(page.holds(&["Excel"]));
    let gone = house.post("editor", &format!("/data/files/{key}"), &[("do", "discard")]).await;
    assert_eq!(gone.location(), "/data");
    assert!(!house.get("editor", "/data").await.text.contains("book.xlsx"));
    assert_eq!(house.post("editor", "/data/files/..%2F..", &[("do", "discard")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.upload("viewer", &[("a.csv", "a")]).await.status, StatusCode::FORBIDDEN);
    let nothing = house.upload("editor", &[]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_map_begins_as_a_template_and_is_edited_by_keyboard() {
    let house = house().await;
    house.get("viewer", "/map").await.holds(&[
        "not your team’s",
        "working days from idea to learning",
        "<svg",
        "What the team dreads",
    ]);
    assert_eq!(house.get("viewer", "/map/edit").await.status, StatusCode::NOT_FOUND);
    house.get("editor", "/map/edit").await.holds(&["Add a stage", "Move Assets up"]);

    let stage = |key: &'static str, name: &'static str, elapsed: &'static str| {
        [
            ("key", key),
            ("name", name),
            ("hours", "8"),
            ("elapsed", elapsed),
            ("waiting", "0,5"),
            ("people", "2"),
            ("pain", "5"),
        ]
    };
    let fields: Vec<_> = stage("s0", "Ideas", "2").into_iter().chain(stage("s1", "Assets", "4")).collect();
    let with = |action: &'static str| fields.iter().copied().chain([("do", action)]).collect::<Vec<_>>();
    let moved = house.post("editor", "/map", &with("up.s1")).await;
    moved.holds(&["Assets is stage 1 of 2 now", "Nothing is saved yet"]);
    assert!(house.get("viewer", "/map").await.text.contains("not your team’s"), "moving saves nothing");
    let saved = house.post("editor", "/map", &with("save")).await;
    assert_eq!((saved.status, saved.location()), (StatusCode::SEE_OTHER, "/map"));
    house.get("viewer", "/map").await.holds(&["Saved by editor", "Bottleneck", "7 working days from idea"]);
    house.get("viewer", "/map/export.toml").await.holds(&["[[stages]]", "name = \"Assets\""]);

    let mut wrong = fields.clone();
    wrong[1].1 = "";
    wrong[3].1 = "soon";
    wrong.push(("do", "save"));
    let told = house.post("editor", "/map", &wrong).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    told.holds(&["Not saved.", "“soon” is not a number", "aria-invalid"]);
    assert_eq!(house.post("viewer", "/map", &with("save")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn templates_get_versions_and_travel_as_markdown() {
    let house = house().await;
    let shelf = house.get("viewer", "/library").await;
    let page = shelf.holds(&["Prompt library", "Version 1", "built-in"]);
    let at = page.find("href=\"/library/").unwrap() + "href=\"/library/".len();
    let id = page[at..].split('"').next().unwrap().to_owned();
    let text = house.get("viewer", &format!("/library/{id}/1/markdown")).await.text;
    assert!(text.starts_with("---\nname: "), "{text}");

    let body = text.split_once("\n---\n").unwrap().1;
    let longer = format!("{body}\nKeep it short.\n");
    let path = format!("/library/{id}");
    let saved =
        house.post("editor", &path, &[("body", &longer), ("note", "Shorter"), ("labels", "ads, built-in")]).await;
    assert_eq!(saved.location(), path);
    house.get("viewer", &format!("{path}?from=1&to=2")).await.holds(&[
        "Shorter",
        "From version 1 to version 2",
        "<ins>",
        "No drafts yet",
    ]);
    house.get("viewer", "/library?label=ads").await.holds(&["Version 2"]);
    house.get("viewer", "/library?label=none").await.holds(&["Nothing has this label"]);

    let copy = text.replacen("name: ", "name: copy of ", 1);
    let imported = house.post("editor", "/library/import", &[("markdown", &copy)]).await;
    assert!(imported.location().starts_with("/library/"), "{}", imported.text);
    let told = house.post("editor", "/library/import", &[("markdown", "no front matter")]).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    told.holds(&["Not saved.", "no front matter", "name: …"]);
    let broken = house.post("editor", &path, &[("body", "{{ nothing.there }"), ("note", "")]).await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    broken.holds(&["{{ nothing.there }"]);
    assert_eq!(house.post("viewer", &path, &[("body", "x")]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_owner_invites_shuts_out_and_makes_keys_that_are_shown_once() {
    let house = house().await;
    let invited = [("name", "Ann"), ("email", "Ann@shop.example"), ("role", "approver")];
    let page = house.post("owner", "/settings/people", &invited).await;
    page.holds(&["Link for Ann@shop.example", "/invite/", "It is shown once"]);
    let people = house.get("owner", "/settings/people").await;
    people.holds(&["ann@shop.example", "Invited until", "New link", "(you)"]);
    assert!(!people.text.contains("/invite/"), "shown once");
    let wrong = house.post("owner", "/settings/people", &[("name", "B"), ("email", "b"), ("role", "viewer")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);

    let editor = store::users::by_email(&house.store, "editor@shop.example").await.unwrap().unwrap();
    let path = format!("/settings/people/{}", editor.id);
    house.post("owner", &path, &[("do", "disable")]).await;
    assert_eq!(house.get("editor", "/map").await.status, StatusCode::SEE_OTHER, "signed out at once");
    house.post("owner", &path, &[("do", "role"), ("role", "viewer")]).await;
    house.get("owner", "/settings/people").await.holds(&["Shut out on", "Let in again"]);
    let me = store::users::by_email(&house.store, "owner@shop.example").await.unwrap().unwrap();
    let kept = house.post("owner", &format!("/settings/people/{}", me.id), &[("role", "viewer")]).await;
    kept.holds(&["One owner has to stay"]);

    let made = house.post("owner", "/settings/keys", &[("name", "Report"), ("role", "viewer")]).await;
    let key = made.holds(&["Key for Report"]).split("value=\"fn_").nth(1).unwrap()[..64].to_owned();
    assert!(store::api_keys::by_hash(&house.store, &token_hash(&format!("fn_{key}"))).await.unwrap().is_some());
    assert!(!house.get("owner", "/settings/keys").await.text.contains(&key), "shown once");
    let id = store::api_keys::list(&house.store).await.unwrap()[0].id;
    house.post("owner", &format!("/settings/keys/{id}"), &[]).await;
    house.get("owner", "/settings/keys").await.holds(&["Revoked"]);
    house.get("owner", "/settings/audit").await.holds(&[
        "Invited",
        "Shut out",
        "Made an API key",
        "Revoked an API key",
    ]);
    for path in ["/settings/people", "/settings/keys", "/settings/audit"] {
        assert_eq!(house.get("approver", path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn brand_and_model_are_kept_and_refused_with_reasons() {
    let house = house().await;
    let brand = |currency, zone| {
        [("name", "Nordlicht"), ("site_url", "https://nordlicht.example"), ("currency", currency), ("time_zone", zone)]
    };
    house.post("owner", "/settings", &brand("EUR", "Europe/Berlin")).await;
    house.get("viewer", "/settings").await.holds(&["Nordlicht", "Europe/Berlin", "An owner changes these"]);
    let wrong = house.post("owner", "/settings", &brand("EUR", "Berlin")).await;
    wrong.holds(&["Not saved.", "is not a time zone"]);
    assert_eq!(house.post("editor", "/settings", &brand("EUR", "UTC")).await.status, StatusCode::FORBIDDEN);

    house.upload("editor", &[("orders.csv", LINES)]).await;
    house.post("editor", "/data/import-all", &[]).await;
    house.settle().await;
    house.post("owner", "/settings", &brand("USD", "Europe/Berlin")).await.holds(&["these two stay"]);
    house.get("owner", "/settings").await.holds(&["data folder of its own"]);

    let model = |url, budget| {
        [
            ("provider", "ollama"),
            ("model", "llama3.2"),
            ("url", url),
            ("key_env", ""),
            ("budget", budget),
            ("usd_rate", "0.92"),
        ]
    };
    house.post("owner", "/settings/model", &model("", "2.50")).await;
    house.get("viewer", "/settings/model").await.holds(&["llama3.2", "2.50", "0.92", "FORTNIGHT_MODEL_KEY"]);
    house.post("owner", "/settings/model", &model("ftp://x", "5")).await.holds(&["is not a web address"]);
    house.post("owner", "/settings/model", &model("", "much")).await.holds(&["Spend ceiling"]);
    let foreign = [("provider", "openai"), ("model", "m"), ("url", ""), ("key_env", "PATH"), ("budget", "5")];
    house.post("owner", "/settings/model", &foreign).await.holds(&["A key can be read from one of"]);
}
