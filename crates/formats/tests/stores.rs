//! Snapshots of the inventory, WooCommerce and BigCommerce, quirk by quirk, on files in the exports' own columns.
#![allow(clippy::unwrap_used)]

mod common;
use common::{berlin, show, show_with};
use domain::{Day, facts::Fact};
use formats::{ReadOptions, Source};

fn day() -> ReadOptions {
    ReadOptions { default_day: Day::parse("2026-01-31").ok(), ..berlin(&[]) }
}

/// The facts without what is empty.
fn short(text: String) -> String {
    let text = text.replace("Some(", "(").replace(", tags: []", "").replace("description: \"\", ", "");
    let cut = |text: String, name: &str| text.replace(&format!("{name}: None, "), "");
    ["handle", "category", "vendor", "cost_micros", "price_micros", "stock_units", "image_url", "incoming_units"]
        .into_iter()
        .fold(text, cut)
}

#[test]
fn a_snapshot_has_a_row_for_each_place() {
    let file = include_str!("fixtures/shopify_inventory.csv");
    assert!(show(Source::Inventory, file).contains("add `--as-of 2026-01-31`"), "a snapshot needs its day");
    insta::assert_snapshot!(short(show_with(Source::Inventory, file, &day())));
}

#[test]
fn older_snapshots_have_a_column_for_each_place() {
    let file = include_str!("fixtures/shopify_inventory_wide.csv");
    insta::assert_snapshot!(short(show_with(Source::Inventory, file, &day())));
    let none = show_with(Source::Inventory, "Handle,Title,SKU,HS Code\na,A,A,1234.5\n", &day());
    assert!(none.contains("no column of units"), "{none}");
}

#[test]
fn a_products_export_is_a_snapshot_with_prices_where_the_person_says_so() {
    let file = "Handle,Title,Body (HTML),Variant SKU,Variant Price,Variant Inventory Qty,Image Src\n\
                mug,Mug,<p>x</p>,MUG,9.50,3,a.jpg\nmug,,,MUG-L,11.00,1,\nmug,,,,,,b.jpg\n";
    let mut reader = common::reader(Source::Inventory, file, &day()).unwrap();
    let rows: Vec<(String, Option<i64>, Option<i64>)> = reader
        .by_ref()
        .map(|row| match row.unwrap().fact {
            Fact::Stock(stock) => (stock.title, stock.available_units, stock.price_micros),
            other => panic!("{other:?}"),
        })
        .collect();
    let row = |units, price| ("Mug".to_owned(), Some(units), Some(price));
    assert_eq!((rows, reader.rows_skipped()), (vec![row(3, 9_500_000), row(1, 11_000_000)], 1));
}

#[test]
fn woocommerce_orders_of_both_exporters() {
    insta::assert_snapshot!(
        "woocommerce_orders",
        show(Source::Woocommerce, include_str!("fixtures/woocommerce_orders.csv"))
    );
    insta::assert_snapshot!(
        "woocommerce_orders_items",
        show(Source::Woocommerce, include_str!("fixtures/woocommerce_orders_items.csv"))
    );
}

#[test]
fn woocommerce_products_with_variations() {
    insta::assert_snapshot!(short(show(Source::Woocommerce, include_str!("fixtures/woocommerce_products.csv"))));
}

#[test]
fn bigcommerce_orders_hold_their_lines_in_one_cell() {
    let file = include_str!("fixtures/bigcommerce_orders.csv");
    insta::assert_snapshot!(show(Source::Bigcommerce, file));
    let rows = "Order ID,Order Date,Order Status,Customer Email,Order Total (inc tax),Product Name,Product SKU,Product Qty,Product Unit Price\n\
                9,2026-01-05,Shipped,a@x.org,30,Mug,MUG,2,10.00\n9,2026-01-05,Shipped,a@x.org,30,Plate,,1,10.00\n";
    insta::assert_snapshot!("bigcommerce_order_rows", show(Source::Bigcommerce, rows));
}

#[test]
fn bigcommerce_products_with_variants() {
    insta::assert_snapshot!(short(show(Source::Bigcommerce, include_str!("fixtures/bigcommerce_products.csv"))));
}
