//! Shopify's three exports, quirk by quirk.
#![allow(clippy::unwrap_used)]

mod common;
use common::{berlin, show, show_with};
use formats::Source::Shopify;

const ORDER_HEADER: &str = "Name,Email,Financial Status,Paid at,Fulfillment Status,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem discount,Billing Name,Billing Country,Shipping Country,Cancelled at,Refunded Amount,Phone,Id,Tags";

fn orders(rows: &str) -> String {
    show(Shopify, &format!("{ORDER_HEADER}\n{rows}"))
}

#[test]
fn an_order_of_several_rows_is_one_fact() {
    let rows = "\
#1001,Ada@Example.org,paid,2026-01-05 10:11:15 +0100,fulfilled,yes,EUR,45.50,4.90,8.05,50.40,WELCOME10,5.00,2026-01-05 10:11:12 +0100,2,Soap - Lavender,12.50,SOAP-LAV,0.00,Ada L,DE,DE,,0.00,,1,
#1001,,,,,,,,,,,,,,1,Dish,20.50,DISH-1,0.00,,,,,,,,
#1001,,,,,,,,,,,,,,1,Gift card - €5,5.00,,0.00,,,,,,,,
#1002,,refunded,2026-01-06 09:00:00 +0100,fulfilled,no,EUR,12.50,0.00,2.00,12.50,,0.00,2026-01-06 08:59:00 +0100,1,Soap - Lavender,12.50,SOAP-LAV,0.00,,AT,,2026-01-07 10:00:00 +0100,12.50,'+43 1 234,2,
";
    insta::assert_snapshot!(orders(rows), @r#"
    #1001 sale 2026-01-05T09:11:12Z ada@example.org DE EUR discount=5 shipping=4.9 tax=8.05 code=WELCOME10 | SOAP-LAV "Soap - Lavender" 2 x 12.5 | DISH-1 "Dish" 1 x 20.5 | Gift card - €5 "Gift card - €5" 1 x 5 (charge) [3 rows to 3]
    #1002 sale 2026-01-06T07:59:00Z +43 1 234 AT EUR tax=2 refunded=12.5 cancelled | SOAP-LAV "Soap - Lavender" 1 x 12.5 [1 rows to 4]
    read 4, skipped 0
    "#);
}

#[test]
fn what_a_discount_amount_contains_is_decided_by_the_subtotal() {
    let row = |id: &str, subtotal: &str, discount: &str, of_line: &str| {
        format!(
            "{id},a@x.org,paid,,,,EUR,{subtotal},0,0,{subtotal},,{discount},2026-01-05 10:11:12 +0100,2,Soap,10.00,S,{of_line},,,,,,,,"
        )
    };
    let rows = [
        row("contained", "15.00", "5.00", "5.00"),
        row("beside", "12.00", "5.00", "3.00"),
        row("only-on-line", "17.00", "0.00", "3.00"),
        row("no-subtotal-smaller", "", "1.00", "3.00"),
        row("no-subtotal-larger", "", "4.00", "3.00"),
        row("subtotal-of-an-edited-order", "9.99", "4.00", "3.00"),
    ];
    insta::assert_snapshot!(orders(&rows.join("\n")), @r#"
    contained sale 2026-01-05T09:11:12Z a@x.org - EUR discount=5 | S "Soap" 2 x 10 [1 rows to 1]
    beside sale 2026-01-05T09:11:12Z a@x.org - EUR discount=8 | S "Soap" 2 x 10 [1 rows to 2]
    only-on-line sale 2026-01-05T09:11:12Z a@x.org - EUR discount=3 | S "Soap" 2 x 10 [1 rows to 3]
    no-subtotal-smaller sale 2026-01-05T09:11:12Z a@x.org - EUR discount=4 | S "Soap" 2 x 10 [1 rows to 4]
    no-subtotal-larger sale 2026-01-05T09:11:12Z a@x.org - EUR discount=4 | S "Soap" 2 x 10 [1 rows to 5]
    subtotal-of-an-edited-order sale 2026-01-05T09:11:12Z a@x.org - EUR discount=4 | S "Soap" 2 x 10 [1 rows to 6]
    read 6, skipped 0
    "#);
}

#[test]
fn orders_that_never_were_paid_net_to_zero_and_free_ones_are_write_offs() {
    let rows = "\
#1,a@x.org,voided,,,,EUR,20.00,0,0,20.00,,0,2026-01-05 10:11:12 +0100,2,Soap,10.00,S,0,,,,2026-01-06 10:00:00 +0100,0.00,,,
#2,a@x.org,paid,,,,EUR,0.00,0,0,0.00,,0,2026-01-05 10:11:12 +0100,1,Sample,0.00,S,0,,,,,0.00,,,
";
    insta::assert_snapshot!(orders(rows), @r#"
    #1 sale 2026-01-05T09:11:12Z a@x.org - EUR refunded=20 cancelled | S "Soap" 2 x 10 [1 rows to 1]
    #2 write_off 2026-01-05T09:11:12Z a@x.org - EUR | S "Sample" 1 x 0 [1 rows to 2]
    read 2, skipped 0
    "#);
}

#[test]
fn test_orders_are_skipped_and_counted() {
    let file = "Name,Created at,Currency,Payment Method,Lineitem quantity,Lineitem name,Lineitem price\n\
        #1,2026-01-05 10:00:00 +0100,EUR,(for testing) Bogus Gateway,1,Soap,10.00\n#1,,,,1,Dish,5.00\n\
        #2,2026-01-05 10:00:00 +0100,EUR,Shopify Payments,1,Soap,10.00\n";
    insta::assert_snapshot!(show(Shopify, file), @r#"
    #2 sale 2026-01-05T09:00:00Z - - EUR | Soap "Soap" 1 x 10 [1 rows to 3]
    read 3, skipped 2
    "#);
}

#[test]
fn a_bad_cell_leaves_the_whole_order_out() {
    let rows = "\
#1,a@x.org,paid,,,,EUR,20.00,0,0,20.00,,0,2026-01-05 10:11:12 +0100,2,\"Soap
two lines\",10.00,S,0,,,,,0.00,,,
#2,b@x.org,paid,,,,EUR,20.00,0,0,20.00,,0,2026-01-05 10:11:12 +0100,2,Soap,10.00,S,0,,,,,0.00,,,
#2,,,,,,,,,,,,,,1,Dish,twelve,D,0,,,,,,,,
#2,,,,,,,,,,,,,,1,Brush,3.00,B,0,,,,,,,,
#3,c@x.org,paid,,,,EUR,1,0,0,1,,0,32.01.2026,1,Soap,1.00,S,0,,,,,0.00,,,
#1,,,,,,,,,,,,,,1,Brush,3.00,B,0,,,,,,,,
,,,,,,,,,,,,,,1,Brush,3.00,B,0,,,,,,,,
#4,c@x.org,paid,,,,EURO,1,0,0,1,,0,2026-01-05 10:11:12 +0100,1,Soap,1.00,S,0,,,,,0.00,,,
#5,c@x.org,paid,,,,EUR,1,0,0,1,,0,2026-01-05 10:11:12 +0100,1,Soap, large,1.00,S,0,,,,,0.00,,,,extra
";
    insta::assert_snapshot!(orders(rows), @r#"
    #1 sale 2026-01-05T09:11:12Z a@x.org - EUR | S "Soap\ntwo lines" 2 x 10 [1 rows to 1]
    reject row 3 line 5 (3 rows) Lineitem price="twelve": Not an amount; write it like 12.50. The whole order #2 (3 rows) was left out
    reject row 5 line 7 (1 rows) Created at="32.01.2026": Not a date that exists; write it like 2026-01-31
    reject row 6 line 8 (1 rows) Created at="": The order has no date; keep the rows of an order together as they were exported
    reject row 7 line 9 (1 rows) Name="": The order number is empty; fill it in
    reject row 8 line 10 (1 rows) Currency="EURO": Not a currency code; write three letters such as EUR
    reject row 9 line 11 (1 rows) ="": The row has 29 cells and the header 27; put a text that contains the delimiter into quotation marks
    read 9, skipped 0
    "#);
}

#[test]
fn products_with_variants_images_and_html() {
    let file = "\
Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Image Src,Image Position,Variant Image,Status,Cost per item
soap,Soap,\"<p>Made in <b>Ghent</b>,<br>cured &amp; cut.</p>\",Ghent,Health > Soap,Bath,\"soap, gift\",true,Scent,Lavender,Size,S,SOAP-LAV-S,100,shopify,12,12.50,https://cdn.example/1.jpg,1,,active,4.20
soap,,,,,,,,,Lavender,,L,,200,shopify,-1,20.00,https://cdn.example/2.jpg,2,https://cdn.example/l.jpg,,
soap,,,,,,,,,,,,,,,,,https://cdn.example/3.jpg,3,,,
dish,Dish,,Ghent,Home > Bath > Dishes,,,false,Title,Default Title,,,DISH,,,5,8.00,,,,draft,
bad,Bad,,,,,,true,Title,Default Title,,,BAD,,,x,8.00,,,,active,
bad,,,,,,,,,,,,,,,,,https://cdn.example/4.jpg,2,,,
";
    insta::assert_snapshot!(show(Shopify, file), @r#"
    Product { product_id: "SOAP-LAV-S", handle: Some("soap"), title: "Soap - Lavender / S", description: "Made in Ghent,\ncured & cut.", category: Some("Bath"), vendor: Some("Ghent"), tags: ["soap", "gift"], price_micros: Some(12500000), cost_micros: Some(4200000), stock_units: Some(12), image_url: Some("https://cdn.example/1.jpg"), is_active: true } [1 rows to 1]
    Product { product_id: "Soap - Lavender / L", handle: Some("soap"), title: "Soap - Lavender / L", description: "Made in Ghent,\ncured & cut.", category: Some("Bath"), vendor: Some("Ghent"), tags: ["soap", "gift"], price_micros: Some(20000000), cost_micros: None, stock_units: Some(-1), image_url: Some("https://cdn.example/l.jpg"), is_active: true } [2 rows to 3]
    Product { product_id: "DISH", handle: Some("dish"), title: "Dish", description: "", category: Some("Dishes"), vendor: Some("Ghent"), tags: [], price_micros: Some(8000000), cost_micros: None, stock_units: None, image_url: None, is_active: false } [1 rows to 4]
    reject row 5 line 6 (1 rows) Variant Inventory Qty="x": Not a whole number; write it like 1250
    read 6, skipped 1
    "#);
}

#[test]
fn products_of_the_newer_template() {
    let file = "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Price,Cost per item,Inventory quantity,Product image URL\nSoap,soap,<p>Hi</p>,G,Bath,,,TRUE,Active,S1,12.5,,3,https://cdn.example/1.jpg\n";
    insta::assert_snapshot!(show(Shopify, file), @r#"
    Product { product_id: "S1", handle: Some("soap"), title: "Soap", description: "Hi", category: Some("Bath"), vendor: Some("G"), tags: [], price_micros: Some(12500000), cost_micros: None, stock_units: Some(3), image_url: Some("https://cdn.example/1.jpg"), is_active: true } [1 rows to 1]
    read 1, skipped 0
    "#);
}

#[test]
fn customers() {
    let file = "\
Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Country Code,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags
'7001,Ada,Lovelace,Ada@Example.org,yes,,GB,,no,120.00,3,\"a
note\",no,\"vip, wholesale\"
'7002,Bo,,,no,,,'+46 1,no,0.00,0,,no,
'7003,,,,,,,,,,,,,
'7004,C,,not-an-address,no,,,,,,,,,
,,,,,,,,,,,,,
";
    insta::assert_snapshot!(show(Shopify, file), @r#"
    Customer { customer_key: "ada@example.org", email: Some("ada@example.org"), first_name: Some("Ada"), last_name: Some("Lovelace"), country: Some("GB"), accepts_email: Some(true), tags: ["vip", "wholesale"] } [1 rows to 1]
    Customer { customer_key: "+46 1", email: None, first_name: Some("Bo"), last_name: None, country: None, accepts_email: Some(false), tags: [] } [1 rows to 2]
    Customer { customer_key: "7003", email: None, first_name: None, last_name: None, country: None, accepts_email: None, tags: [] } [1 rows to 3]
    reject row 4 line 6 (1 rows) Email="not-an-address": Not an e-mail address; write it like name@example.org
    read 5, skipped 1
    "#);
}

#[test]
fn a_spreadsheet_that_rewrote_the_file_is_read_all_the_same() {
    let file = "Name;Created at;Lineitem quantity;Lineitem name;Lineitem price;Currency;Total\r\n#1;05.01.2026 10:11;2;Seife;12,50;EUR;1.025,00\r\n";
    insta::assert_snapshot!(show(Shopify, file), @r#"
    #1 sale 2026-01-05T09:11:00Z - - EUR | Seife "Seife" 2 x 12.5 [1 rows to 1]
    read 1, skipped 0
    "#);
}

#[test]
fn a_file_of_another_kind_says_so() {
    insta::assert_snapshot!(show(Shopify, "Day,Campaign name,Ad name,Impressions,Amount spent (EUR)\n2026-01-05,C,A,1,2\n"), @"error: This looks like a Meta ad report; import it with the source `meta`, not `shopify`");
    insta::assert_snapshot!(show(Shopify, "Name,Email,Created at\n#1,a@x.org,2026-01-05\n"), @"error: No header row with the columns of a Shopify orders export was found; missing `quantity` (a column such as Lineitem quantity); `title` (a column such as Lineitem name); `unit_price` (a column such as Lineitem price). The columns there are: Name, Email, Created at. Name the right one with --map quantity=COLUMN");
    let options = formats::ReadOptions { currency: None, ..berlin(&[]) };
    insta::assert_snapshot!(show_with(Shopify, "Name,Created at,Lineitem quantity,Lineitem name,Lineitem price\n", &options), @"error: The file does not say its currency; set the brand's currency or add `--map currency=EUR`");
}
