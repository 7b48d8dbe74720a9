//! Dated snapshots of the inventory: history in the lake, the newest in the products.

use crate::common::{NOW, World, request, world};
use domain::Day;
use formats::Source;
use intake::ImportRequest;

const HEAD: &str =
    "Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Available (not editable),On hand (current)\n";

async fn stock(world: &World, sku: &str) -> Option<i64> {
    let products = store::products::current(&world.intake.store).await.unwrap();
    products.iter().find(|product| product.product_id == sku).unwrap().stock_units
}

#[tokio::test]
async fn snapshots_are_history_and_the_newest_is_the_stock() {
    let world = world().await;
    let row = |place: &str, units: i64| format!("mug,Mug,Title,Default Title,MUG,,,{place},{units},{units}\n");
    let day_1 = format!("{HEAD}{}{}", row("Berlin", 7), row("Paris", 4));
    let refused = world.import(Source::Inventory, "inventory_export_1.csv", &day_1).await.unwrap_err();
    assert!(refused.to_string().contains("--as-of"), "{refused}");

    let mut dry = request(Source::Inventory, "inventory_2025-12-30.csv", &day_1);
    dry.dry_run = true;
    let dry = intake::import(&world.intake, dry, &|_| {}).await.unwrap();
    assert_eq!((dry.rows_taken, world.int("SELECT COUNT(*) FROM stock_days").await), (2, 0));

    let report = world.import(Source::Inventory, "inventory_2025-12-30.csv", &day_1).await.unwrap();
    assert_eq!((report.rows_read, report.rows_taken, report.products), (2, 2, 1), "{report:?}");
    assert_eq!(report.span.unwrap().from, Day::parse("2025-12-30").unwrap());
    assert_eq!(stock(&world, "MUG").await, Some(11), "all places together");

    // The same bytes on another day are another snapshot: two days on which nothing moved.
    let next = world.import(Source::Inventory, "inventory_2025-12-31.csv", &day_1).await.unwrap();
    assert_eq!((next.rows_taken, next.rows_known), (2, 0));
    // An older one adds history and leaves the stock alone; `--as-of` outranks the name.
    let old = ImportRequest {
        day: Day::parse("2025-12-01").ok(),
        ..request(Source::Inventory, "inventory_2025-12-31.csv", &format!("{HEAD}{}", row("Berlin", 90)))
    };
    intake::import(&world.intake, old, &|_| {}).await.unwrap();
    assert_eq!(stock(&world, "MUG").await, Some(11));
    assert_eq!(world.int("SELECT COUNT(DISTINCT day) FROM stock_days WHERE product_id = 'MUG'").await, 3);
    assert_eq!(world.int("SELECT SUM(available_units) FROM stock_days WHERE day = DATE '2025-12-01'").await, 90);

    // A corrected snapshot of a day replaces its rows.
    let corrected = format!("{HEAD}{}{}", row("Berlin", 6), row("Paris", 4));
    let report = world.import(Source::Inventory, "new 2025-12-31.csv", &corrected).await.unwrap();
    assert_eq!((report.rows_revised, report.rows_known), (1, 1));
    assert_eq!(stock(&world, "MUG").await, Some(10));
    assert_eq!(world.int("SELECT SUM(available_units) FROM stock_days WHERE day = DATE '2025-12-31'").await, 10);
}

#[tokio::test]
async fn a_later_catalogue_outranks_an_older_snapshot_and_is_news_after_a_newer_one() {
    let world = world().await;
    let catalogue = |units: u32, tags: &str| {
        format!("Handle,Title,Tags,Variant SKU,Variant Price,Variant Inventory Qty\nmug,Mug,{tags},MUG,9.50,{units}\n")
    };
    world.import(Source::Shopify, "products.csv", &catalogue(5, "")).await.unwrap();
    let snapshot = |units: u32| format!("{HEAD}mug,Mug,Title,Default Title,MUG,,,Berlin,{units},{units}\n");
    world.import(Source::Inventory, "inventory_2025-12-30.csv", &snapshot(9)).await.unwrap();
    assert_eq!(stock(&world, "MUG").await, Some(5), "the catalogue is of 1 January");
    world.import(Source::Inventory, "inventory_2026-01-02.csv", &snapshot(3)).await.unwrap();
    assert_eq!(stock(&world, "MUG").await, Some(3));
    let mut again = request(Source::Shopify, "again.csv", &format!("{}\n", catalogue(5, "")));
    again.exported_at = Some(NOW.plus_days(3));
    let report = intake::import(&world.intake, again, &|_| {}).await.unwrap();
    assert_eq!((report.rows_revised, stock(&world, "MUG").await), (1, Some(5)));
    // What the catalogue knows stays when a snapshot changes the stock.
    let price = world.int("SELECT price_micros FROM products WHERE product_id = 'MUG'").await;
    assert_eq!(price, 9_500_000);
    assert_eq!(world.int("SELECT COUNT(*) FROM stock_days s JOIN products p ON p.handle = s.handle").await, 2);
}
