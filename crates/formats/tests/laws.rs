//! What holds for every file, also for those nobody has thought of.
#![allow(clippy::unwrap_used)]

use std::io::Cursor;

use domain::{Currency, Day};
use formats::{ReadOptions, Source, open};
use proptest::{collection::vec, prelude::*, sample::select};

/// Reads a file to its end and holds the account of its rows; returns the items as text.
fn account(source: Source, bytes: &[u8]) -> Option<Vec<String>> {
    let options = ReadOptions {
        currency: Currency::parse("EUR").ok(),
        default_day: Day::parse("2026-01-05").ok(),
        ..ReadOptions::default()
    };
    let mut reader = open(source, Cursor::new(bytes.to_vec()), &options).ok()?;
    let mut rows = 0;
    let mut items = Vec::new();
    for item in reader.by_ref() {
        rows += u64::from(match &item {
            Ok(row) => row.rows,
            Err(reject) => reject.rows,
        });
        items.push(format!("{item:?}"));
    }
    assert_eq!(rows + reader.rows_skipped(), reader.rows_read());
    Some(items)
}

fn header(source: Source) -> &'static str {
    match source {
        Source::Shopify => {
            "Name,Email,Currency,Subtotal,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem discount"
        }
        Source::Meta => {
            "Day,Campaign name,Ad name,Age,Impressions,Link clicks,Amount spent (EUR),Purchases,Delivery,Note"
        }
        Source::Google => "Tag,Kampagne,Anzeigengruppe,Gerät,Impr.,Klicks,Kosten,Conversions,Conv.-Wert,Suchbegriff",
        Source::Ga4 => {
            "Date,Session source / medium,Session campaign,Session manual ad content,Sessions,Items viewed,Checkouts,Ecommerce purchases,Purchase revenue,Device"
        }
        Source::Transactions => {
            "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country,Shipping,Line total"
        }
        Source::Events => "Message ID,Event,Timestamp,Anonymous ID,User ID,SKU,Quantity,Price,Order ID,Placement",
        Source::Inventory => "Handle,Title,Option1 Value,SKU,HS Code,Location,Available,On hand (current),Price,As of",
        Source::Woocommerce => {
            "Order Number,Order Status,Order Date,Item Name,Quantity (- Refund),Item Cost,SKU,Order Total Amount,Cart Discount Amount,Order Refund Amount"
        }
        Source::Bigcommerce => {
            "Order ID,Order Date,Order Status,Order Total (inc tax),Subtotal (inc tax),Coupon Details,Product Name,Product Qty,Product Unit Price,Product Details"
        }
        Source::Reviews => "id,rating,title,body,review_date,product_handle,verified,status,reviewer_name,email",
        Source::Klaviyo => {
            "Campaign Name,Send Time,Total Recipients,Unique Opens,Unique Clicks,Revenue,Subject,Bounces,Variant Name,Campaign ID"
        }
        Source::Mailchimp => "Email Address,First Name,CONFIRM_TIME,UNSUB_TIME,LEID,TAGS,CC,CLEAN_TIME,Phone Number",
        Source::Hubspot => "Email name,Send date,Sent,Delivered,Opened,Clicked,Unsubscribed,Bounced,Subject,Campaign",
    }
}

fn cell() -> impl Strategy<Value = String> {
    let known = vec![
        "",
        "Product Viewed",
        "order_completed",
        "1",
        "-3",
        "2.5",
        "1,5",
        "1.234,56",
        "9223372036854775807",
        "-9223372036854775808",
        "1e400",
        "1e-300",
        "99999999999999",
        "--",
        "%",
        "10%",
        "#1001",
        "C536365",
        "2026-01-05",
        "2026-01-05 10:11:12 +0100",
        "05.01.2026",
        "13/01/2026",
        "01/13/2026",
        "20260105",
        "31.02.2026",
        "Total",
        "Gesamt: Konto",
        "EUR",
        "facebook / paid",
        "a@x.org",
        "POST",
        "gift_0001_10",
        "All",
        "\"",
        "\"a\"\"b\"",
        "ä",
        "\u{feff}",
        "<p>&#x110000;</p>",
        "−5",
        "'",
        "=1+1",
    ];
    prop_oneof![4 => select(known).prop_map(str::to_owned), 1 => "[ -~äöü€\\n\\r\t;,\"]{0,12}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..600), source in select(Source::ALL.to_vec())) {
        account(source, &bytes);
    }

    #[test]
    fn arbitrary_bytes_after_a_header_are_accounted_for(bytes in vec(any::<u8>(), 0..600), source in select(Source::ALL.to_vec())) {
        account(source, &[header(source).as_bytes(), b"\n", &bytes].concat());
    }

    #[test]
    fn rows_of_plausible_cells_are_accounted_for_and_read_alike_twice(
        rows in vec(vec(cell(), 0..12), 0..30),
        source in select(Source::ALL.to_vec()),
        delimiter in select(vec![",", ";", "\t"]),
        utf16 in any::<bool>(),
    ) {
        let lines: Vec<String> = rows.iter().map(|cells| cells.join(delimiter)).collect();
        let text = format!("{}\n{}\n", header(source).replace(',', delimiter), lines.join("\n"));
        let bytes: Vec<u8> = match utf16 {
            true => [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
            false => text.into_bytes(),
        };
        let first = account(source, &bytes);
        prop_assert!(first.is_some(), "the header is there");
        prop_assert_eq!(first, account(source, &bytes), "the same bytes give the same items");
    }
}
