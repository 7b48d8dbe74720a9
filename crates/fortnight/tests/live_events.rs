//! kill -9 while shop pages send events: what was answered is there, and nothing twice.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use common::Brand;

const NOW: &str = "2026-03-02T12:00";
const KEY: &str = "pk_0123456789abcdef0123456789abcdef";
const ROUNDS: u64 = 3;
const SENDERS: u64 = 4;

/// Starts a server on a free port; answers it with its address.
fn serve(brand: &Brand) -> (Child, String) {
    let mut command = brand.command(NOW, &["serve", "--port", "0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.split("http://").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    (child, address)
}

/// Sends events by id; answers what became of each, `None` where no answer came.
fn send(address: &str, ids: &[String]) -> Option<serde_json::Value> {
    let event = |id: &String| serde_json::json!({"event": "Product Viewed", "messageId": id, "anonymousId": "d", "timestamp": "2026-03-02T10:00:00Z", "properties": {"sku": "A"}});
    let body = serde_json::json!({ "batch": ids.iter().map(event).collect::<Vec<_>>() }).to_string();
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let head = format!(
        "POST /api/v1/events?key={KEY} HTTP/1.1\r\nHost: {address}\r\nOrigin: https://shop.example\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(head.to_lowercase().contains("access-control-allow-origin: *"), "{head}");
    serde_json::from_str(body).ok()
}

#[test]
fn events_that_were_answered_survive_a_kill() {
    let brand = Brand::new();
    brand.ok(NOW, &["brand", "--name", "Shop"]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let url = format!("sqlite://{}", brand.path("data/fortnight.db").display());
        let store = store::Store::open(&url).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        store::settings::set(&mut tx, "storefront.key", &KEY).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
    });
    let (mut all, mut answered) = (BTreeSet::new(), BTreeSet::new());
    for round in 0..ROUNDS {
        let (mut child, address) = serve(&brand);
        let is_dead = AtomicBool::new(false);
        let sent: Vec<(Vec<String>, bool)> = std::thread::scope(|scope| {
            let senders: Vec<_> = (0..SENDERS)
                .map(|sender| {
                    let (address, is_dead) = (&address, &is_dead);
                    scope.spawn(move || {
                        let mut sent = Vec::new();
                        for number in 0.. {
                            let ids: Vec<String> = (0..5).map(|n| format!("{round}-{sender}-{number}-{n}")).collect();
                            let is_answered = send(address, &ids).is_some_and(|answer| answer["accepted"] == 5);
                            sent.push((ids, is_answered));
                            if is_dead.load(Ordering::Relaxed) {
                                break;
                            }
                        }
                        sent
                    })
                })
                .collect();
            std::thread::sleep(Duration::from_millis(500 + 170 * round));
            child.kill().unwrap();
            child.wait().unwrap();
            is_dead.store(true, Ordering::Relaxed);
            senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
        });
        for (ids, is_answered) in sent {
            if is_answered {
                answered.extend(ids.iter().cloned());
            }
            all.extend(ids);
        }
    }
    assert!(answered.len() > 20 && answered.len() < all.len(), "{} of {}", answered.len(), all.len());
    let (mut child, address) = serve(&brand);
    let again: Vec<String> = answered.into_iter().collect();
    for ids in again.chunks(500) {
        assert_eq!(send(&address, ids).unwrap()["duplicate"], ids.len(), "what was answered is known");
    }
    let all: Vec<String> = all.into_iter().collect();
    for ids in all.chunks(500) {
        assert_eq!(send(&address, ids).unwrap()["rejected"], 0);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let digest = brand.ok("2026-03-03", &["digest"]);
    let line = digest.lines().find_map(|line| line.strip_prefix("events ")).unwrap();
    let events: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!((events["n"].as_u64(), events["messages"].as_u64()), (Some(all.len() as u64), Some(all.len() as u64)));
}
