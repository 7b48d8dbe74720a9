//! `fortnight recommend` from an order export to lists, and on plain files.
#![allow(clippy::unwrap_used)]

mod common;

use common::Brand;
use serde_json::Value;

const NOW: &str = "2026-04-20T09:00:00Z";

/// 600 orders of 24 teas over 100 days: even ones are bought together, odd ones are bought together.
fn orders() -> String {
    let mut text = "order_id,sku,title,quantity,price,date,customer,country\n".to_owned();
    for number in 0..600usize {
        let (taste, day) = (number % 2, number % 100);
        let date = format!("2026-{:02}-{:02} 10:{:02}", 1 + day / 28, 1 + day % 28, number % 60);
        let customer = number % 100 / 2 * 2 + taste;
        for n in 0..3 {
            let product = (number / 2 * 7 + n * n * 3 + n) % 12 * 2 + taste;
            text.push_str(&format!("{number},T{product},Tea {product},1,9.50,{date},c{customer}@shop.example,DE\n"));
        }
    }
    text
}

fn json(brand: &Brand, args: &[&str]) -> Value {
    let printed = brand.ok(NOW, &[&["--json"], args].concat());
    serde_json::from_str(printed.trim().lines().last().unwrap()).unwrap()
}

fn products(answer: &Value) -> Vec<u64> {
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|item| item["product_id"].as_str().unwrap()[1..].parse().unwrap()).collect()
}

#[test]
fn from_an_order_export_to_lists() {
    let brand = Brand::new();
    brand.write("orders.csv", orders());
    brand.ok(NOW, &["import", "transactions", "orders.csv", "--currency", "EUR"]);

    // Before any training there are best-sellers, and they say so.
    let untrained = json(&brand, &["recommend", "query", "--product", "T4"]);
    assert_eq!((&untrained["model"]["name"], &untrained["personalised"]), (&"best_sellers".into(), &false.into()));

    let trained = json(&brand, &["recommend", "train", "--model", "tfidf", "--budget", "10s"]);
    assert_eq!(
        (&trained["version"], &trained["model"], &trained["gate"]["open"]),
        (&1.into(), &"tfidf".into(), &true.into()),
        "{trained}"
    );
    assert_eq!(trained["counts"]["orders"], 600);

    for (args, taste) in
        [(&["--product", "T4"][..], 0), (&["--session", "T1,T5,T9"], 1), (&["--customer", "c2@shop.example"], 0)]
    {
        let answer = json(&brand, &[&["recommend", "query", "--limit", "5"], args].concat());
        let found = products(&answer);
        assert_eq!(found.len(), 5, "{answer}");
        assert!(found.iter().all(|product| product % 2 == taste), "{args:?}: {found:?}");
        assert_eq!(answer["personalised"], true);
    }
    let told = brand.ok(NOW, &["recommend", "query", "--product", "T4", "--limit", "3", "--explain"]);
    assert!(told.contains("because you viewed Tea 4") && told.contains("stands at position 1"), "{told}");

    // A line for everybody who bought, whatever they are called.
    let written = json(&brand, &["recommend", "export", "--per", "customer", "--top", "3", "lists.csv"]);
    let lists = std::fs::read_to_string(brand.path("lists.csv")).unwrap();
    assert_eq!((written["rows"].as_u64(), lists.lines().count()), (Some(100), 101), "{lists}");
    assert!(!lists.contains("shop.example"), "nobody's address leaves by this door");

    let refused = brand.show(NOW, &["recommend", "query", "--product", "T4", "--placement", "attic"]);
    assert!(
        refused.starts_with("exit 2") && refused.contains("--placement `attic` is none; choose one of home"),
        "{refused}"
    );
    let refused = brand.show(NOW, &["recommend", "train", "--budget", "soon"]);
    assert!(refused.contains("--budget `soon` is no time; write 90s, 10m or 2h"), "{refused}");
}

#[test]
fn files_alone_are_enough_to_judge_a_model() {
    let brand = Brand::new();
    let log = |sessions: std::ops::Range<usize>| {
        let mut text = "SessionId\tItemId\tTime\n".to_owned();
        for session in sessions {
            for step in 0..4 {
                text.push_str(&format!("s{session}\ti{}\t{}\n", (session * 3 + step) % 10, 1000 * session + step));
            }
        }
        text
    };
    brand.write("train.tsv", log(0..200));
    brand.write("test.tsv", log(200..230));
    let judge = |more: &[&str]| {
        json(
            &brand,
            &[&["recommend", "evaluate", "--train", "train.tsv", "--test", "test.tsv", "--at", "5"], more].concat(),
        )
    };
    // What comes next is certain here, and rules see the order.
    let rules = judge(&["--model", "rules"]);
    assert_eq!(
        (rules["pairs"].as_u64(), rules["hit_rate"].as_f64(), rules["mrr"].as_f64()),
        (Some(90), Some(1.0), Some(1.0)),
        "{rules}"
    );
    for field in ["ndcg", "coverage", "popularity_bias", "train_seconds", "peak_bytes", "p50_us", "p90_us", "p99_us"] {
        assert!(rules[field].is_number(), "{field}: {rules}");
    }
    // The blend is never worse than its best member, and names them.
    let auto = judge(&["--budget", "5s", "--threads", "1"]);
    assert!(auto["mrr"].as_f64().unwrap() > 0.95, "{auto}");
    assert!(!auto["members"].as_array().unwrap().is_empty());
    assert_eq!(judge(&["--model", "rules", "--min-prefix", "3"])["pairs"], 30);

    let refused = |args: &[&str]| brand.show(NOW, &[&["recommend", "evaluate", "--train", "train.tsv"], args].concat());
    assert!(refused(&["--test", "nowhere.tsv"]).contains("test file"));
    assert!(refused(&["--test", "test.tsv", "--model", "magic"]).contains("magic"));
    brand.write("bad.tsv", "SessionId\tItemId\tTime\ns1\ti1\tyesterday\n");
    let bad = refused(&["--test", "bad.tsv", "--model", "rules"]);
    assert!(bad.contains("test file") && bad.contains("Time") && bad.contains('2'), "{bad}");
}
