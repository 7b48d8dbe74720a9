//! Undo of an import: everything is as it was before, to the cent and to the last customer, and older snapshots stay.

use crate::common::{NOW, World, order_lines, request, world};
use domain::InstantMs;
use formats::Source;
use intake::ImportReport;

/// Everything that stands, row by row: all tables of the lake, products, customers, stock, and what is known of facts.
async fn state(world: &World, with_imports: bool) -> Vec<String> {
    let snapshot = world.intake.lake.snapshot(InstantMs(4_000_000_000_000)).await.unwrap();
    let mut lines = Vec::new();
    for table in ["order_lines", "ad_days", "funnel_days", "stock_days", "product_reviews", "mail_days", "products"] {
        let rows = snapshot.query(&format!("SELECT * FROM {table}")).await.unwrap();
        for row in rows.iter() {
            let mut row = row.to_json();
            row.remove("seq");
            lines.push(format!("{table} {}", serde_json::Value::Object(row)));
        }
    }
    let texts = "SELECT customer_key || '|' || COALESCE(email, '-') || '|' || COALESCE(first_name, '-') || '|' || \
                 COALESCE(country, '-') || '|' || COALESCE(accepts_email, 7) || '|' || tags AS line FROM customers";
    let stock =
        "SELECT product_id || '|' || location || '|' || day || '|' || COALESCE(units, -1) AS line FROM stock_levels";
    let mut known = "SELECT table_name || '|' || fact_key || '|' || digest || '|' || exported_at".to_owned();
    if with_imports {
        known += " || '|' || import_id";
    }
    known += " AS line FROM fact_keys";
    for sql in [texts, stock, &known] {
        for row in world.intake.store.fetch(sql, &[]).await.unwrap() {
            lines.push(row.text("line").unwrap());
        }
    }
    lines.sort();
    lines
}

fn differences(a: &[String], b: &[String]) -> Vec<String> {
    let only = |a: &[String], b: &[String], sign: &str| -> Vec<String> {
        a.iter().filter(|line| !b.contains(line)).take(5).map(|line| format!("{sign} {line}")).collect()
    };
    [only(a, b, "-"), only(b, a, "+")].concat()
}

async fn undo(world: &World, report: &ImportReport) -> Result<intake::Undone, intake::IntakeError> {
    intake::undo(&world.intake, report.import_id.unwrap(), "ada@example.com", NOW).await
}

/// Imports the files one after another and undoes them backwards; after each the state is what it was. Then the last
/// again.
async fn back_and_forth(batch_rows: u64, files: &[(Source, &str, String)]) {
    let world = world().await;
    let world = World { intake: world.intake.clone().with_batch_rows(batch_rows), ..world };
    let mut states = vec![state(&world, true).await];
    let mut reports = Vec::new();
    for (source, name, text) in files {
        reports.push(world.import(*source, name, text).await.unwrap());
        states.push(state(&world, true).await);
    }
    let seq = world.intake.lake.snapshot(NOW).await.unwrap().as_of_seq();
    let sum = "SELECT CAST(SUM(amount_micros) AS BIGINT) AS n FROM order_lines";
    let then = world.intake.lake.snapshot_at(seq, NOW).await.unwrap().query(sum).await.unwrap();
    for (index, report) in reports.iter().enumerate().rev() {
        undo(&world, report).await.unwrap();
        let now = state(&world, true).await;
        assert!(now == states[index], "{} undone:\n{}", report.file, differences(&states[index], &now).join("\n"));
    }
    let still = world.intake.lake.snapshot_at(seq, NOW).await.unwrap().query(sum).await.unwrap();
    assert_eq!(then, still, "an older snapshot gives the number it gave");
    for (source, name, text) in files {
        world.import(*source, name, text).await.unwrap();
    }
    let (first, again) = (&states[files.len()], state(&world, false).await);
    let first: Vec<String> = first.iter().map(|line| without_import(line)).collect();
    let mut first = first;
    first.sort();
    assert!(again == first, "imported again:\n{}", differences(&first, &again).join("\n"));
}

/// A line of `fact_keys` without the import, whose id is another after the undo.
fn without_import(line: &str) -> String {
    let is_known = ["order_lines|", "ad_days|", "funnel_days|", "products|", "customers|", "stock_days|", "mail_days|"]
        .iter()
        .chain(&["product_reviews|"])
        .any(|table| line.starts_with(table));
    match (is_known, line.rsplit_once('|')) {
        (true, Some((rest, _))) => rest.to_owned(),
        _ => line.to_owned(),
    }
}

/// Some lines of a file with other quantities, some left out: a later export of the same time.
fn revised(text: &str, seed: usize) -> String {
    let mut lines = text.lines();
    let mut out = format!("{}\n", lines.next().unwrap());
    for (index, line) in lines.enumerate() {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        match (index + seed) % 7 {
            0 => continue,
            1 => cells[3] = if cells[0].starts_with('C') { "-9".into() } else { "9".into() },
            _ => {}
        }
        out += &format!("{}\n", cells.join(","));
    }
    out
}

#[tokio::test]
async fn overlapping_exports_of_order_lines_go_back_one_by_one() {
    for seed in 1..=4_u64 {
        let first = order_lines(seed, 60);
        let second = revised(&first, seed as usize);
        let third = revised(&order_lines(seed, 90), seed as usize + 3);
        let files = [
            (Source::Transactions, "a.csv", first),
            (Source::Transactions, "b.csv", second),
            (Source::Transactions, "c.csv", third),
        ];
        back_and_forth(if seed % 2 == 0 { 23 } else { 100_000 }, &files).await;
    }
}

const ORDERS: &str = "Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,\
                      Currency,Refunded Amount,Shipping Country\n";
const PRODUCTS: &str = "Handle,Title,Tags,Variant SKU,Variant Price,Variant Inventory Qty\n";
const STOCK: &str =
    "Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Available (not editable),On hand (current)\n";
const ADS: &str = "Day,Campaign name,Ad set name,Ad name,Impressions,Link clicks,Amount spent (GBP)\n";
const PEOPLE: &str = "First Name,Last Name,Email,Accepts Email Marketing,Default Address Country Code,Tags\n";

#[tokio::test]
async fn every_kind_of_export_goes_back() {
    let order = |id: u32, who: &str, sku: &str, refund: &str| {
        format!("#{id},{who}@example.com,paid,2025-12-01 10:00:00 +0000,2,Mug {sku},5.00,{sku},GBP,{refund},GB\n")
    };
    let stock = |sku: &str, units: u32| format!("{sku},Mug {sku},Title,Default Title,{sku},,,Berlin,{units},{units}\n");
    let ad = |day: u32, spent: &str| format!("2025-12-{day:02},Brand,Mugs,Ad 1,100,5,{spent}\n");
    let review = "title,body,rating,review_date,reviewer_name,reviewer_email,product_id,product_handle\n\
                  Good,Holds heat,5,2025-12-02,Bo,bo@example.com,1,mug\n";
    let files = [
        (
            Source::Shopify,
            "orders-1.csv",
            [ORDERS, &order(1, "ada", "A", "0.00"), &order(2, "bo", "B", "0.00")].concat(),
        ),
        (
            Source::Shopify,
            "people.csv",
            format!("{PEOPLE}Ada,Byron,ada@example.com,yes,GB,vip\nCy,Dee,cy@example.com,no,FR,\n"),
        ),
        (Source::Shopify, "products.csv", format!("{PRODUCTS}a,Big mug,red,A,9.50,5\nc,Cup,,C,4.00,8\n")),
        (Source::Inventory, "inventory_2026-01-02.csv", [STOCK, &stock("A", 3), &stock("D", 9)].concat()),
        (Source::Inventory, "inventory_2026-01-05.csv", [STOCK, &stock("A", 2), &stock("D", 9)].concat()),
        (
            Source::Shopify,
            "orders-2.csv",
            [ORDERS, &order(2, "bo", "B", "5.00"), &order(3, "eve", "E", "0.00"), &order(1, "ada", "A", "0.00")]
                .concat(),
        ),
        (
            Source::Shopify,
            "people-2.csv",
            format!("{PEOPLE}Adele,Byron,ada@example.com,no,GB,\nEve,Fay,eve@example.com,yes,,\n"),
        ),
        (Source::Meta, "m1.csv", [ADS, &ad(1, "10.00"), &ad(2, "20.00")].concat()),
        (Source::Meta, "m2.csv", [ADS, &ad(2, "25.00"), &ad(3, "1.00")].concat()),
        (Source::Reviews, "reviews.csv", review.to_owned()),
    ];
    back_and_forth(100_000, &files).await;
    back_and_forth(1, &files).await;
}

#[tokio::test]
async fn what_others_lean_on_is_refused_by_name_and_what_stands_alone_goes() {
    let world = world().await;
    let head = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n";
    let line = |id: u32, who: u32, sku: &str| format!("{id},{sku},Mug {sku},1,2025-12-01 10:00:00,5.00,{who},France\n");
    let a = world
        .import(Source::Transactions, "a.csv", &[head, &line(1, 7, "A"), &line(2, 8, "B")].concat())
        .await
        .unwrap();
    let b = world
        .import(Source::Transactions, "b.csv", &[head, &line(3, 7, "A"), &line(4, 9, "C")].concat())
        .await
        .unwrap();
    let c = world
        .import(Source::Transactions, "c.csv", &[head, &line(4, 9, "C"), &line(5, 9, "C")].concat())
        .await
        .unwrap();
    let refused = undo(&world, &b).await.unwrap_err();
    assert_eq!((refused.code(), refused.is_input()), ("import_not_undone", true));
    assert!(refused.to_string().contains("c.csv (1 row)"), "{refused}");
    // Nothing of a.csv was said again: it goes, and what b.csv says of its product and its customer stays.
    let done = undo(&world, &a).await.unwrap();
    assert_eq!((done.removed["order_lines"], done.products_removed, done.customers_removed), (2, 1, 1), "{done:?}");
    assert_eq!(world.int("SELECT COUNT(*) FROM orders").await, 3);
    assert_eq!(world.int("SELECT COUNT(*) FROM products").await, 2, "A is named by b.csv");
    assert_eq!(store::customers::counts(&world.intake.store).await.unwrap().known, 2);
    assert!(undo(&world, &a).await.unwrap_err().to_string().contains("already"));
    undo(&world, &c).await.unwrap();
    undo(&world, &b).await.unwrap();
    assert_eq!(world.int("SELECT COUNT(*) FROM orders").await, 0);
    assert_eq!(store::products::current(&world.intake.store).await.unwrap().len(), 0);

    // The same bytes again, with the same time: news.
    let again = world
        .import(Source::Transactions, "a.csv", &[head, &line(1, 7, "A"), &line(2, 8, "B")].concat())
        .await
        .unwrap();
    assert_eq!((again.rows_taken, again.rows_known), (2, 0));
    assert_ne!(again.import_id, a.import_id);
    assert_eq!(store::imports::recent(&world.intake.store, 9).await.unwrap().len(), 4);
    let audit = store::audit::list(&world.intake.store, None, 9).await.unwrap();
    assert!(audit.iter().any(|row| row.verb == "import.undo" && row.subject == "a.csv"));
    let dry = intake::ImportRequest {
        dry_run: true,
        ..request(Source::Transactions, "b.csv", &[head, &line(3, 7, "A")].concat())
    };
    assert_eq!(intake::import(&world.intake, dry, &|_| {}).await.unwrap().rows_taken, 1);
}
