//! Recommendations over loopback HTTP under open-loop load: server CPU per request, and latency at 30 % and 60 % of what
//! it can do. `cargo run --release -p server --example recommend_load [-- neighbours|auto]`; exits 1 on a missed bar.
//!
//! The server is a process of its own, so that its CPU is its own. Requests are sent on a fixed schedule whatever comes
//! back; a latency is counted from the moment the schedule gave, so waiting in line counts.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use domain::{InstantMs, facts::Product};
use personalize::{
    Placement,
    gate::Counts,
    history::History,
    placements::Settings,
    rules::{Boost, DiversityRule, FilterRule, FrequencyRule, Pin, Rules, Selector},
    train,
};
use recommend::{
    Catalogue,
    read::{Names, read},
};

/// As in the binary that ships.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NOW: InstantMs = InstantMs(1_790_000_000_000);
const CONNECTIONS: usize = 16;
const KEY: &str = "pk_load";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|arg| arg == "--serve") {
        return serve(Path::new(&args[1]));
    }
    let data = data();
    if !data.join("train.tsv.gz").exists() {
        eprintln!("no sessions at {}: nothing to measure", data.display());
        return;
    }
    let mut missed = false;
    println!("| what | bar µs | server CPU µs a request | at 30 %: p50 / p90 / p99 µs | at 60 %: p50 / p90 / p99 µs |");
    println!("| --- | --- | --- | --- | --- |");
    for (name, model, full, bar) in [("neighbours", "vmis", false, 88.0), ("auto", "auto", true, 200.0)] {
        if args.first().is_some_and(|arg| arg != name) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path(), model, full);
        let server = Server::start(folder.path());
        let bodies = Arc::new(bodies(full));
        // The schedule that it cannot keep up with tells what it can do.
        load(&server, &bodies, 2_000.0, Duration::from_secs(2));
        let most = load(&server, &bodies, 60_000.0, Duration::from_secs(4)).done_a_second;
        let cpu = server.cpu_seconds();
        let (low, high) = (0.3 * most, 0.6 * most);
        let at_low = load(&server, &bodies, low, Duration::from_secs(8));
        let at_high = load(&server, &bodies, high, Duration::from_secs(8));
        let per_request = (server.cpu_seconds() - cpu) * 1e6 / (at_low.done + at_high.done) as f64;
        let told = |loaded: &Loaded| format!("{} / {} / {}", loaded.at(0.5), loaded.at(0.9), loaded.at(0.99));
        println!(
            "| {name}{} | ≤ {bar} | {per_request:.0} | {:.0}/s: {} | {:.0}/s: {} |",
            if full { ", rules, exposure log" } else { "" },
            low,
            told(&at_low),
            high,
            told(&at_high)
        );
        missed |= per_request > bar || at_low.failed + at_high.failed > 0;
        if at_low.failed + at_high.failed > 0 {
            eprintln!("{} requests failed", at_low.failed + at_high.failed);
        }
    }
    std::process::exit(i32::from(missed));
}

fn data() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/sessions/diginetica")).to_owned()
}

fn sessions(file: &str, names: Names, items: &mut Catalogue) -> recommend::Sessions {
    let file = std::fs::File::open(data().join(file)).unwrap();
    read(flate2::read::MultiGzDecoder::new(file), names, items, &mut HashMap::new()).unwrap().sessions
}

/// Trains, writes the catalogue, the rules and the placements.
fn prepare(folder: &Path, model: &str, full: bool) {
    let mut catalogue = Catalogue::default();
    let sessions = sessions("train.tsv.gz", Names::New, &mut catalogue);
    let names: Vec<String> = (0..catalogue.len() as u32).map(|item| catalogue.name(item).to_owned()).collect();
    let counts = Counts {
        sessions: sessions.len() as u64,
        items: names.len() as u64,
        items_with_support: names.len() as u64,
        days: 100,
        ..Counts::default()
    };
    let history = History { sessions, catalogue, bought: Vec::new(), counts };
    let budget = std::env::var("BUDGET").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let options = train::Options { model: Some(model.to_owned()), budget, threads, activate: true };
    let trained = train::fit(history, &options, NOW, 1).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = store(folder).await;
        let mut tx = store.begin().await.unwrap();
        let first = store::seq::allocate(&mut tx, names.len() as i64).await.unwrap();
        let products: Vec<_> = names.iter().enumerate().map(|(n, name)| (first + n as i64, product(n, name))).collect();
        store::products::insert(&mut tx, store::products::Origin::Catalogue, &products).await.unwrap();
        store::settings::set(&mut tx, "storefront.key", &KEY).await.unwrap();
        tx.commit().await.unwrap();
        train::record(&store, folder, &trained, true, "load").await.unwrap();
        let start = Instant::now();
        let row = store::recommend_models::get(&store, 1).await.unwrap().unwrap();
        train::load(folder, &row).await.unwrap();
        eprintln!("{model}: {:.1} MB, loaded in {:.2} s", row.size_bytes as f64 / 1e6, start.elapsed().as_secs_f64());
        let service = personalize::Service::open(store.clone(), folder).await.unwrap();
        let settings = Settings { holdout_permille: 1, items: 20, ..Settings::default() };
        personalize::set_placement(&service, Placement::Home, &settings, NOW, "load").await.unwrap();
        if full {
            personalize::save_rules(&service, &rules(), "", NOW, "load").await.unwrap();
        }
        store.close().await;
    });
}

async fn store(folder: &Path) -> store::Store {
    store::Store::open(&format!("sqlite://{}", folder.join("fortnight.db").display())).await.unwrap()
}

fn product(number: usize, name: &str) -> Product {
    Product {
        product_id: name.to_owned(),
        handle: Some(format!("product-{name}")),
        title: format!("Product {name}"),
        description: String::new(),
        category: Some(format!("category {}", number % 40)),
        vendor: Some(format!("vendor {}", number % 17)),
        tags: Vec::new(),
        price_micros: Some(1_000_000 * (5 + number as i64 % 90)),
        cost_micros: Some(500_000 * (5 + number as i64 % 90)),
        stock_units: Some(number as i64 % 20),
        image_url: Some(format!("https://images.example/{name}.jpg")),
        is_active: true,
    }
}

/// Some of every kind.
fn rules() -> Rules {
    let category = |n: usize| Selector { categories: vec![format!("category {n}")], ..Selector::default() };
    Rules {
        filters: vec![FilterRule { without: Some(category(3)), ..FilterRule::default() }],
        never_together: vec![personalize::rules::NeverTogether { these: category(5), those: category(6) }],
        pins: vec![Pin { product: "1".into(), position: 3, placements: Vec::new() }],
        boosts: vec![
            Boost { what: category(1), factor: 1.5, placements: Vec::new() },
            Boost { what: category(2), factor: 0.0, placements: Vec::new() },
        ],
        margin_weight: 0.3,
        frequency: FrequencyRule { most_times: 5, within_hours: 24 },
        diversity: DiversityRule { most_per_category: 4 },
        ..Rules::default()
    }
}

/// Request bodies out of test sessions: every prefix of up to ten events.
fn bodies(full: bool) -> Vec<Vec<u8>> {
    let mut catalogue = Catalogue::default();
    let sessions = sessions("test.tsv.gz", Names::New, &mut catalogue);
    let mut bodies = Vec::new();
    for (number, session) in sessions.iter().enumerate() {
        for end in 1..session.items.len() {
            let from = end.saturating_sub(10);
            let names: Vec<&str> = session.items[from..end].iter().map(|&item| catalogue.name(item)).collect();
            let mut body = serde_json::json!({ "placement": "home", "session": names, "limit": 20 });
            if full {
                body["anonymous_id"] = format!("visitor-{number}").into();
                body["locale"] = "de-DE".into();
            }
            let body = body.to_string();
            let head = format!(
                "POST /api/v1/recommendations HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            bodies.push([head.as_bytes(), body.as_bytes()].concat());
        }
    }
    bodies
}

fn serve(folder: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = store(folder).await;
        let lake = lake::Lake::open(store.clone(), &format!("file://{}", folder.join("lake").display())).unwrap();
        let config = server::Config { demo: false, secure_cookies: false, data_dir: folder.to_owned() };
        let start = Instant::now();
        let clock: server::Clock = Arc::new(move || InstantMs(NOW.0 + start.elapsed().as_millis() as i64));
        let app = server::App::new(store, lake, clock, Arc::new(|| [7; 32]), config);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        app.recommendations().await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        server::serve(listener, app, std::future::pending()).await.unwrap();
    });
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Server {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("--serve")
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Server { child, address: address.trim().to_owned() }
    }

    /// CPU that the server has used, user and system.
    fn cpu_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
        (ticks(11) + ticks(12)) / 100.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Loaded {
    done: usize,
    failed: usize,
    done_a_second: f64,
    micros: Vec<u64>,
}

impl Loaded {
    fn at(&self, share: f64) -> u64 {
        self.micros.get((self.micros.len() as f64 * share) as usize).copied().unwrap_or(0)
    }
}

/// Sends `rate` requests a second for as long; each connection takes the next request of the schedule.
fn load(server: &Server, bodies: &Arc<Vec<Vec<u8>>>, rate: f64, long: Duration) -> Loaded {
    let next = Arc::new(AtomicUsize::new(0));
    let all = Arc::new(Mutex::new((Vec::new(), 0usize)));
    let start = Instant::now();
    let threads: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (next, all, bodies) = (Arc::clone(&next), Arc::clone(&all), Arc::clone(bodies));
            let address = server.address.clone();
            std::thread::spawn(move || {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.set_nodelay(true).unwrap();
                let mut buffer = vec![0; 1 << 16];
                let (mut micros, mut failed) = (Vec::new(), 0);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let due = Duration::from_secs_f64(number as f64 / rate);
                    if due >= long || start.elapsed() >= long + Duration::from_secs(2) {
                        break;
                    }
                    if let Some(wait) = due.checked_sub(start.elapsed()) {
                        std::thread::sleep(wait);
                    } else if start.elapsed() >= long {
                        break;
                    }
                    stream.write_all(&bodies[number * 7919 % bodies.len()]).unwrap();
                    failed += usize::from(!answered(&mut stream, &mut buffer));
                    micros.push((start.elapsed().saturating_sub(due)).as_micros() as u64);
                }
                let mut all = all.lock().unwrap();
                all.0.extend(micros);
                all.1 += failed;
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let seconds = start.elapsed().as_secs_f64();
    let (mut micros, failed) = std::mem::take(&mut *all.lock().unwrap());
    micros.sort_unstable();
    Loaded { done: micros.len(), failed, done_a_second: micros.len() as f64 / seconds, micros }
}

/// Reads one answer; whether it is a good one.
fn answered(stream: &mut TcpStream, buffer: &mut [u8]) -> bool {
    let mut have = 0;
    loop {
        let read = stream.read(&mut buffer[have..]).unwrap_or(0);
        if read == 0 {
            return false;
        }
        have += read;
        let text = &buffer[..have];
        let Some(head) = text.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let lines = String::from_utf8_lossy(&text[..head]).to_lowercase();
        let length =
            lines.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse::<usize>().ok());
        if have >= head + 4 + length.unwrap_or(0) {
            return lines.starts_with("http/1.1 200") && text[head..have].windows(8).any(|part| part == b"\"change\"");
        }
    }
}
