//! Order lines of any shop.
#![allow(clippy::unwrap_used)]

mod common;
use common::{berlin, reader, show, show_with};
use domain::facts::Fact;
use formats::Source::Transactions;

#[test]
fn invoices_in_the_manner_of_online_retail() {
    let file = "\
Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country
1,85048, LIGHTS,12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom
2,85048,LIGHTS,1,2009-12-01 07:46:00,6.95,,France
1,POST,POSTAGE,1,2009-12-01 07:44:00,18,13085.0,United Kingdom
C3,85048,LIGHTS,-2,2009-12-01 09:00:00,6.95,13085.0,United Kingdom
A4,B,Adjust bad debt,1,2009-12-01 09:00:00,-11062.06,,United Kingdom
5,85048,damaged,-3,2009-12-01 09:00:00,0,,United Kingdom
1,85048,LIGHTS,12,2009-12-01 07:45:00,6.95,13085.0,United Kingdom
";
    insta::assert_snapshot!(show(Transactions, file), @r#"
    2 sale 2009-12-01T06:46:00Z - France EUR | 85048 "LIGHTS" 1 x 6.95 [1 rows to 2]
    C3 cancellation 2009-12-01T08:00:00Z 13085 United Kingdom EUR | 85048 "LIGHTS" -2 x 6.95 [1 rows to 4]
    A4 adjustment 2009-12-01T08:00:00Z - United Kingdom EUR | B "Adjust bad debt" 1 x -11062.06 (charge) [1 rows to 5]
    5 write_off 2009-12-01T08:00:00Z - United Kingdom EUR | 85048 "damaged" -3 x 0 [1 rows to 6]
    1 sale 2009-12-01T06:44:00Z 13085 United Kingdom EUR | 85048 "LIGHTS" 12 x 6.95 | POST "POSTAGE" 1 x 18 (charge) | 85048 "LIGHTS" 12 x 6.95 [3 rows to 7]
    read 7, skipped 0
    "#);
}

#[test]
fn letters_before_every_number_mean_nothing() {
    let file = "Order ID,SKU,Qty,Order date,Price\nC100,S,1,2026-01-05 10:00,5\nA101,S,-1,2026-01-05 10:00,5\nC102,S,0,2026-01-05 10:00,5\n";
    insta::assert_snapshot!(show(Transactions, file), @r#"
    C100 sale 2026-01-05T09:00:00Z - - EUR | S "" 1 x 5 [1 rows to 1]
    A101 cancellation 2026-01-05T09:00:00Z - - EUR | S "" -1 x 5 [1 rows to 2]
    C102 write_off 2026-01-05T09:00:00Z - - EUR | S "" 0 x 5 [1 rows to 3]
    read 3, skipped 0
    "#);
}

#[test]
fn german_with_line_totals_time_column_and_order_amounts() {
    let file = "\
Bestellnummer;Bestelldatum;Uhrzeit;Artikelnummer;Bezeichnung;Menge;Gesamtpreis;Kunde;Versandkosten;Rabatt;Gutscheincode
B-1;05.01.2026;10:11;S-1;Seife;3;10,00;Ada@X.org;4,90;1,00;NEU
B-1;05.01.2026;10:11;S-2;Schale;1;1.020,50;Ada@X.org;4,90;0,50;NEU
Summe;;;;;4;1.030,50;;;;
";
    insta::assert_snapshot!(show(Transactions, file), @r#"
    B-1 sale 2026-01-05T09:11:00Z ada@x.org - EUR discount=1.5 shipping=4.9 code=NEU | S-1 "Seife" 2 x 3.333333 | S-1 "Seife" 1 x 3.333334 | S-2 "Schale" 1 x 1020.5 [2 rows to 2]
    read 3, skipped 1
    "#);
}

#[test]
fn any_file_by_map() {
    let file = "ticket|moment|thing|paid_each\n7|1/31/2026 9:05 PM|Mug|4.5\n7|1/31/2026 9:05 PM|Shipping|3\n";
    let map = [
        ("order_id", "ticket"),
        ("placed_at", "moment"),
        ("title", "thing"),
        ("unit_price", "paid_each"),
        ("currency", "USD"),
    ];
    insta::assert_snapshot!(show_with(Transactions, file, &berlin(&map)), @r#"
    7 sale 2026-01-31T20:05:00Z - - USD | Mug "Mug" 1 x 4.5 | Shipping "Shipping" 1 x 3 (charge) [2 rows to 2]
    read 2, skipped 0
    "#);
    insta::assert_snapshot!(show(Transactions, file), @"error: No header row with the columns of a file of order lines was found; missing `order_id` (a column such as Order ID, Order number, Order no, Order); `placed_at` (a column such as InvoiceDate, Order date, Created at, Order placed); `product_id` (a column such as StockCode, SKU, Product ID, Product code); `unit_price` (a column such as UnitPrice, Unit price, Price, Item price). The columns there are: ticket, moment, thing, paid_each. Name the right one with --map order_id=COLUMN");
}

#[test]
fn bad_rows() {
    let file = "\
Order ID,SKU,Title,Qty,Order date,Price,Currency
1,S,Soap,1,2026-01-05,5,EUR
1,D,Dish,1.5,2026-01-05,5,EUR
1,B,Brush,1,2026-01-05,5,EUR
2,S,Soap,1,soon,5,EUR
3,,,1,2026-01-05,5,EUR
4,S,Soap,1,2026-01-05,,EUR
,S,Soap,1,2026-01-05,5,EUR
5,S,Soap,1,2026-01-05,5,EUR
5,S,Soap,1,2026-01-05,5,USD
6,S,Soap, large,1,2026-01-05,5,EUR
7,S,Soap,,2026-01-05,5,EUR
Order ID,SKU,Title,Qty,Order date,Price,Currency
,,,,,,
";
    insta::assert_snapshot!(show(Transactions, file), @r#"
    reject row 7 line 8 (1 rows) Order ID="": The order number is empty; fill it in
    reject row 2 line 3 (3 rows) Qty="1.5": Not a whole number; write it like 1250. The whole order 1 (3 rows) was left out
    reject row 4 line 5 (1 rows) Order date="soon": Not a date that exists; write it like 2026-01-31
    reject row 5 line 6 (1 rows) SKU="": The line names no product; fill in its code or title
    reject row 6 line 7 (1 rows) Price="": The price is empty; fill it in, 0 where nothing was charged
    reject row 9 line 10 (2 rows) ="": The order has lines in EUR and USD; split it. The whole order 5 (2 rows) was left out
    reject row 10 line 11 (1 rows) ="": The row has 8 cells and the header 7; put a text that contains the delimiter into quotation marks
    reject row 11 line 12 (1 rows) Qty="": The quantity is empty; fill it in, like 1
    read 13, skipped 2
    "#);
}

#[test]
fn local_times_are_read_in_the_brands_zone() {
    let file =
        "Order ID,SKU,Order date,Price\n1,S,2026-01-05 10:00,5\n2,S,2026-07-05 10:00,5\n3,S,2026-07-05T10:00:00Z,5\n";
    insta::assert_snapshot!(show(Transactions, file), @r#"
    1 sale 2026-01-05T09:00:00Z - - EUR | S "" 1 x 5 [1 rows to 1]
    2 sale 2026-07-05T08:00:00Z - - EUR | S "" 1 x 5 [1 rows to 2]
    3 sale 2026-07-05T10:00:00Z - - EUR | S "" 1 x 5 [1 rows to 3]
    read 3, skipped 0
    "#);
}

/// Orders whose lines are within the window come out whole; later lines come as another order of the same number.
#[test]
fn the_window_bounds_what_is_held_in_memory() {
    let mut file = String::from("Order ID,SKU,Order date,Price\n");
    let mut line = |id: &str| file.push_str(&format!("{id},S,2026-01-05 10:00,5\n"));
    line("near");
    line("far");
    (0..1_997).for_each(|n| line(&format!("a{n}")));
    line("near");
    (0..10).for_each(|n| line(&format!("b{n}")));
    line("far");
    let rows: Vec<_> = reader(Transactions, &file, &berlin(&[])).unwrap().map(Result::unwrap).collect();
    let of = |id: &str| -> Vec<(u32, u64)> {
        let is = |fact: &Fact| matches!(fact, Fact::Order(order) if order.order_id == id);
        rows.iter().filter(|row| is(&row.fact)).map(|row| (row.rows, row.last_row)).collect()
    };
    assert_eq!(of("near"), [(2, 2_000)]);
    assert_eq!(of("far"), [(1, 2), (1, 2_011)]);
    assert_eq!(rows.iter().map(|row| row.rows).sum::<u32>(), 2_011);
    let last_rows: Vec<u64> = rows.iter().map(|row| row.last_row).collect();
    assert!(last_rows.is_sorted(), "orders are released in the order of their last lines");
}

#[test]
fn the_digest_does_not_depend_on_the_order_of_lines_but_on_their_number() {
    let digest = |lines: &[&str]| {
        let file = format!("Order ID,SKU,Qty,Order date,Price\n{}\n", lines.join("\n"));
        reader(Transactions, file, &berlin(&[])).unwrap().map(|row| row.unwrap().digest).collect::<Vec<_>>()
    };
    let (a, b) = ("1,S,1,2026-01-05 10:01,5", "1,D,2,2026-01-05 10:00,7");
    assert_eq!(digest(&[a, b]), digest(&[b, a]));
    assert_ne!(digest(&[a, b]), digest(&[a, b, b]));
}
