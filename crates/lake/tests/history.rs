//! What a snapshot promises: it sees what was recorded and had happened, once each, and never changes its mind.
#![allow(clippy::unwrap_used, missing_docs)]

use domain::{
    Currency, Day, InstantMs,
    facts::{AdDay, AdPlatform, Order, OrderKind, OrderLine},
};
use lake::{AdFact, Lake, LakeError, OrderFact, Value};
use store::Store;

struct World {
    _folder: tempfile::TempDir,
    store: Store,
    lake: Lake,
}

async fn world() -> World {
    // A folder name with characters that patterns and addresses use.
    let folder = tempfile::Builder::new().prefix("a [b] c%20*").tempdir().unwrap();
    let store = store::testing::sqlite().await;
    let lake = Lake::open(store.clone(), &format!("file://{}", folder.path().display())).unwrap();
    World { _folder: folder, store, lake }
}

fn at(text: &str) -> InstantMs {
    Day::parse(text).unwrap().start_in(&jiff::tz::TimeZone::UTC)
}

fn order(id: &str, day: &str, lines: &[(i64, i64)]) -> Order {
    let line = |(index, (quantity, price)): (usize, &(i64, i64))| OrderLine {
        product_id: format!("P{index}"),
        title: format!("Product {index}"),
        quantity: *quantity,
        unit_price_micros: *price,
        is_product: true,
    };
    Order {
        order_id: id.into(),
        kind: OrderKind::Sale,
        placed_at: InstantMs(at(day).0 + 3_600_000),
        customer_key: Some("never written".into()),
        currency: Currency::parse("GBP").unwrap(),
        country: Some("United Kingdom".into()),
        discount_micros: 1_000_000,
        discount_code: None,
        shipping_micros: 3_000_000,
        tax_micros: 0,
        refunded_micros: 500_000,
        is_cancelled: false,
        marks: Default::default(),
        lines: lines.iter().enumerate().map(line).collect(),
    }
}

impl World {
    /// Records orders as one batch; keys in `revised` replace what stood there.
    async fn record(&self, orders: &[Order], revised: &[&str]) {
        let mut tx = self.store.begin().await.unwrap();
        let first = store::seq::allocate(&mut tx, orders.len() as i64).await.unwrap();
        let keys: Vec<String> = orders.iter().map(|order| format!("t:{}", order.order_id)).collect();
        let facts: Vec<OrderFact> = orders
            .iter()
            .enumerate()
            .map(|(index, order)| OrderFact {
                seq: first + index as i64,
                source: "t",
                fact_key: &keys[index],
                customer_id: Some("00ff"),
                day: order.placed_at.day_in(&jiff::tz::TimeZone::UTC),
                order,
            })
            .collect();
        self.lake.write_orders(&mut tx, &facts, InstantMs(1)).await.unwrap().unwrap();
        let gone: Vec<(String, i64)> = facts
            .iter()
            .filter(|fact| revised.contains(&fact.order.order_id.as_str()))
            .map(|fact| (fact.fact_key.to_owned(), fact.seq))
            .collect();
        store::files::supersede(&mut tx, "order_lines", &gone).await.unwrap();
        tx.commit().await.unwrap();
    }
}

const TOTAL: &str = "SELECT COUNT(*) AS orders, SUM(net_micros) AS net, SUM(units) AS units FROM orders";

async fn total(lake: &Lake, as_of_seq: Option<i64>, now: &str) -> (i64, i64, i64) {
    let snapshot = match as_of_seq {
        Some(seq) => lake.snapshot_at(seq, at(now)).await.unwrap(),
        None => lake.snapshot(at(now)).await.unwrap(),
    };
    let table = snapshot.query(TOTAL).await.unwrap();
    let row = table.first().unwrap();
    (row.int("orders").unwrap(), row.opt_int("net").unwrap().unwrap_or(0), row.opt_int("units").unwrap().unwrap_or(0))
}

#[tokio::test]
async fn a_snapshot_gives_the_same_value_after_revisions_and_new_orders() {
    let world = world().await;
    assert_eq!(total(&world.lake, None, "2026-03-01").await, (0, 0, 0), "an empty lake answers");
    world
        .record(&[order("1", "2026-01-05", &[(2, 10_000_000)]), order("2", "2026-02-05", &[(1, 7_500_000)])], &[])
        .await;
    let first = total(&world.lake, None, "2026-03-01").await;
    assert_eq!(first, (2, 24_500_000, 3), "lines − discount − refund, order-level amounts once");
    assert_eq!(total(&world.lake, None, "2026-02-01").await, (1, 18_500_000, 2), "February had not happened");
    assert_eq!(total(&world.lake, Some(1), "2026-03-01").await, (1, 18_500_000, 2), "half a file");

    world
        .record(
            &[order("2", "2026-02-05", &[(1, 7_500_000), (3, 1_000_000)]), order("3", "2026-02-06", &[(1, 1_500_000)])],
            &["2"],
        )
        .await;
    world.record(&[order("2", "2026-02-05", &[(9, 1_000_000)])], &["2"]).await;
    assert_eq!(total(&world.lake, Some(2), "2026-03-01").await, first, "yesterday's number, tomorrow");
    assert_eq!(total(&world.lake, Some(3), "2026-03-01").await, (2, 27_500_000, 6));
    assert_eq!(total(&world.lake, Some(4), "2026-03-01").await, (3, 27_500_000, 7));
    assert_eq!(total(&world.lake, None, "2026-03-01").await, (3, 26_000_000, 12));
    let future = world.lake.snapshot_at(99, at("2026-03-01")).await;
    assert!(matches!(future, Err(LakeError::Future { asked: 99, latest: 5 })), "{future:?}");
}

#[tokio::test]
async fn a_batch_that_is_not_committed_never_happened_and_its_file_goes_after_a_day() {
    let world = world().await;
    world.record(&[order("1", "2026-01-05", &[(2, 10_000_000)])], &[]).await;
    let mut tx = world.store.begin().await.unwrap();
    let order = order("2", "2026-01-05", &[(1, 1)]);
    let seq = store::seq::allocate(&mut tx, 1).await.unwrap();
    let fact = OrderFact {
        seq,
        source: "t",
        fact_key: "t:2",
        customer_id: None,
        day: Day::parse("2026-01-05").unwrap(),
        order: &order,
    };
    let orphan = world.lake.write_orders(&mut tx, &[fact], InstantMs(1)).await.unwrap().unwrap();
    drop(tx);
    assert_eq!(total(&world.lake, None, "2026-03-01").await.0, 1);
    let wall = InstantMs(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis() as i64);
    assert_eq!(world.lake.sweep(wall).await.unwrap(), lake::Swept::default(), "young files stay");
    let swept = world.lake.sweep(wall.plus_days(1)).await.unwrap();
    assert_eq!(swept.orphans, vec![orphan.path]);

    // A retired file stays while a snapshot reads it, and for an hour.
    let held = world.lake.snapshot(at("2026-03-01")).await.unwrap();
    let path = store::files::all(&world.store).await.unwrap()[0].path.clone();
    let mut tx = world.store.begin().await.unwrap();
    store::files::retire(&mut tx, &path, wall).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.lake.sweep(wall.plus_days(1)).await.unwrap().retired.len(), 0);
    assert_eq!(held.query(TOTAL).await.unwrap().first().unwrap().int("orders").unwrap(), 1);
    drop(held);
    assert_eq!(world.lake.sweep(wall).await.unwrap().retired.len(), 0, "an hour");
    assert_eq!(world.lake.sweep(wall.plus_days(1)).await.unwrap().retired, vec![path]);
}

#[tokio::test]
async fn ad_totals_never_add_a_breakdown_to_its_total() {
    let world = world().await;
    let row = |ad: &str, dims: &str, values: &str, spend: i64, day: &str| AdDay {
        platform: AdPlatform::Meta,
        account_id: "a".into(),
        day: Day::parse(day).unwrap(),
        campaign_id: "c".into(),
        campaign_name: "Campaign".into(),
        ad_group_name: String::new(),
        ad_id: ad.into(),
        ad_name: ad.into(),
        breakdown_dims: dims.into(),
        breakdown_values: values.into(),
        impressions: 1,
        clicks: 0,
        spend_micros: spend,
        conversions_micros: 0,
        value_micros: 0,
        currency: None,
    };
    let rows = [
        row("1", "", "", 10, "2026-01-01"),
        row("1", "age", "18-24", 4, "2026-01-01"),
        row("1", "age", "25-34", 6, "2026-01-01"),
        row("", "", "", 30, "2026-01-01"), // the campaign's own row beside its ads
        row("2", "age", "18-24", 5, "2026-01-01"),
        row("2", "age,gender", "18-24,f", 3, "2026-01-01"),
        row("2", "age,gender", "18-24,m", 2, "2026-01-01"),
        row("", "", "", 7, "2026-01-02"),   // a day reported by campaign only
        row("1", "", "", 99, "2026-01-03"), // not over yet
    ];
    let keys: Vec<String> = rows.iter().map(AdDay::key).collect();
    let mut tx = world.store.begin().await.unwrap();
    let first = store::seq::allocate(&mut tx, rows.len() as i64).await.unwrap();
    let facts: Vec<AdFact> =
        rows.iter().zip(&keys).zip(first..).map(|((row, fact_key), seq)| AdFact { seq, fact_key, row }).collect();
    world.lake.write_ad_days(&mut tx, &facts, InstantMs(1)).await.unwrap();
    tx.commit().await.unwrap();
    let snapshot = world.lake.snapshot(InstantMs(at("2026-01-03").0 + 40_000_000)).await.unwrap();
    let table = snapshot
        .query("SELECT day, SUM(spend_micros) AS spend FROM ad_totals GROUP BY day ORDER BY day")
        .await
        .unwrap();
    let day = |text: &str| Value::Day(Day::parse(text).unwrap());
    let want = vec![vec![day("2026-01-01"), Value::Int(15)], vec![day("2026-01-02"), Value::Int(7)]];
    assert_eq!(table.rows, want);
}

/// The constructs that miners and reports are written with; what is missing in this build fails here by name.
#[tokio::test]
async fn the_sql_that_others_are_written_with() {
    let world = world().await;
    world
        .record(
            &[
                order("1", "2026-01-05", &[(2, 10_000_000), (1, 5_000_000)]),
                order("2", "2026-02-05", &[(1, 7_500_000)]),
            ],
            &[],
        )
        .await;
    let mut tx = world.store.begin().await.unwrap();
    let seq = store::seq::allocate(&mut tx, 1).await.unwrap();
    let title = store::products::from_title("P0", "It's a mug");
    store::products::insert(&mut tx, store::products::Origin::OrderLines, &[(seq, title)]).await.unwrap();
    tx.commit().await.unwrap();
    let snapshot = world.lake.snapshot(at("2026-03-01")).await.unwrap();
    let expressions = [
        ("CAST(MAX(day) AS INT) - CAST(MIN(day) AS INT)", Value::Int(31)),
        ("CAST(date_part('month', MAX(day)) AS BIGINT)", Value::Int(2)),
        ("CAST(date_trunc('week', MAX(day)) AS DATE)", Value::Day(Day::parse("2026-02-02").unwrap())),
        ("MAX(day) + INTERVAL '7' DAY", Value::Day(Day::parse("2026-02-12").unwrap())),
        ("COUNT(DISTINCT order_id)", Value::Int(2)),
        ("COUNT(*) FILTER (WHERE quantity > 1)", Value::Int(1)),
        ("SUM(CASE WHEN day < DATE '2026-02-01' THEN quantity ELSE 0 END)", Value::Int(3)),
        ("AVG(quantity)", Value::Float(4.0 / 3.0)),
        ("median(quantity)", Value::Float(1.0)),
        ("abs(MIN(-quantity))", Value::Int(2)),
        ("round(sqrt(CAST(SUM(quantity) AS DOUBLE)), 3)", Value::Float(2.0)),
        ("string_agg(product_id, ',' ORDER BY order_id, line_no)", Value::Text("P0,P1,P0".into())),
        ("MAX(lower(country))", Value::Text("united kingdom".into())),
    ];
    for (expression, want) in expressions {
        let table = snapshot.query(&format!("SELECT {expression} AS x FROM order_lines")).await.unwrap();
        assert_eq!(table.rows, vec![vec![want]], "{expression}");
    }
    let windowed = "WITH gaps AS (SELECT customer_id, day, LAG(day) OVER (PARTITION BY customer_id ORDER BY day) AS before \
                    FROM orders) SELECT CAST(day AS INT) - CAST(before AS INT) AS gap FROM gaps WHERE before IS NOT NULL";
    assert_eq!(snapshot.query(windowed).await.unwrap().rows, vec![vec![Value::Int(31)]]);
    let joined = format!(
        "SELECT p.title, COUNT(*) AS n FROM order_lines l JOIN products p USING (product_id) WHERE p.title = {} GROUP BY p.title",
        lake::quote("It's a mug")
    );
    let table = snapshot.query(&joined).await.unwrap();
    assert_eq!(table.rows, vec![vec![Value::Text("It's a mug".into()), Value::Int(2)]]);

    for refused in [
        "DROP TABLE orders",
        "COPY orders TO 'x.csv'",
        "SET datafusion.execution.batch_size = 1",
        "SELECT nope FROM orders",
    ] {
        let error = snapshot.query(refused).await.unwrap_err().to_string();
        assert!(error.contains(refused), "the error names the query: {error}");
    }
    let slow = "SELECT COUNT(*) FROM generate_series(1, 100000000000) a WHERE a.value % 7 = 3";
    let stopped = snapshot.query_within(slow, std::time::Duration::from_millis(300)).await;
    assert!(matches!(stopped, Err(LakeError::Timeout { .. })), "{stopped:?}");
}
