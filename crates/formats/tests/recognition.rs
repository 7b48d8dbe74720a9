//! Every export is recognised as what it is, and as nothing else.
#![allow(clippy::unwrap_used)]

use std::io::Cursor;

use formats::{FileKind, Recognition, SURE, identify};

fn look(text: impl Into<Vec<u8>>) -> Option<Recognition> {
    identify(Cursor::new(text.into())).unwrap()
}

#[test]
fn every_fixture_is_recognised_and_none_as_another() {
    use FileKind::*;
    let files: [(FileKind, &str); 30] = [
        (Inventory, include_str!("fixtures/shopify_inventory.csv")),
        (Inventory, include_str!("fixtures/shopify_inventory_wide.csv")),
        (WoocommerceOrders, include_str!("fixtures/woocommerce_orders.csv")),
        (WoocommerceOrders, include_str!("fixtures/woocommerce_orders_items.csv")),
        (WoocommerceProducts, include_str!("fixtures/woocommerce_products.csv")),
        (BigcommerceOrders, include_str!("fixtures/bigcommerce_orders.csv")),
        (BigcommerceProducts, include_str!("fixtures/bigcommerce_products.csv")),
        (ProductReviews, include_str!("fixtures/judgeme_reviews.csv")),
        (ProductReviews, include_str!("fixtures/loox_reviews.csv")),
        (ProductReviews, include_str!("fixtures/yotpo_reviews.csv")),
        (ProductReviews, include_str!("fixtures/okendo_reviews.csv")),
        (KlaviyoCampaigns, include_str!("fixtures/klaviyo_campaigns.csv")),
        (KlaviyoFlows, include_str!("fixtures/klaviyo_flows.csv")),
        (KlaviyoProfiles, include_str!("fixtures/klaviyo_profiles.csv")),
        (MailchimpCampaigns, include_str!("fixtures/mailchimp_campaigns.csv")),
        (MailchimpContacts, include_str!("fixtures/mailchimp_contacts.csv")),
        (HubspotEmails, include_str!("fixtures/hubspot_emails.csv")),
        (HubspotContacts, include_str!("fixtures/hubspot_contacts.csv")),
        (
            ShopifyOrders,
            "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Country\n",
        ),
        (
            ShopifyProducts,
            "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src,Status\n",
        ),
        (
            ShopifyProducts,
            "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,SKU,Barcode,Option1 name,Option1 value,Price,Cost per item,Inventory tracker,Inventory quantity,Product image URL\n",
        ),
        (
            ShopifyCustomers,
            "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Country Code,Phone,Total Spent,Total Orders,Tags\n",
        ),
        (
            MetaAds,
            "Reporting starts,Reporting ends,Day,Campaign name,Ad set name,Ad name,Impressions,Link clicks,Amount spent (EUR),Purchases,Purchases conversion value\n",
        ),
        (MetaAds, "Tag,Kampagnenname,Anzeigengruppenname,Anzeigenname,Impressionen,Ausgegebener Betrag (EUR)\n"),
        (
            GoogleAds,
            "Campaign report\n\"1 January 2026 - 31 January 2026\"\nDay,Campaign,Ad group,Currency code,Impr.,Clicks,Cost,Conversions,Conv. value\n",
        ),
        (
            Ga4Funnel,
            "# ------\n# Free form\n\nDate,Session source / medium,Session campaign,Session manual ad content,Sessions,Items viewed,Add to carts,Ecommerce purchases,Purchase revenue\n",
        ),
        (OrderLines, "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"),
        (OrderLines, "Bestellnummer;Bestelldatum;Artikelnummer;Bezeichnung;Menge;Einzelpreis;Kundennummer\n"),
        (Events, "Message ID,Event,Timestamp,Anonymous ID,SKU,Quantity,Price,Order ID\n"),
        (Events, "{\"event\":\"Cart Viewed\",\"anonymousId\":\"a\"}\n"),
    ];
    for (kind, file) in files {
        let found = look(file).unwrap_or_else(|| panic!("{kind:?} is not recognised"));
        assert_eq!((found.kind, found.source), (kind, kind.source()), "{:?}", found.reasons);
        assert!(
            found.confidence >= SURE && found.confidence <= 1.0,
            "{kind:?} {}: {:?}",
            found.confidence,
            found.reasons
        );
        assert!(!found.reasons.is_empty());
        // Line ends, encoding and a title above change nothing.
        assert_eq!(look(file.replace('\n', "\r\n")).map(|found| found.kind), Some(kind));
        if !file.starts_with('{') {
            let wide: Vec<u8> = [0xFEFF].into_iter().chain(file.encode_utf16()).flat_map(u16::to_le_bytes).collect();
            assert_eq!(look(wide).map(|found| found.kind), Some(kind));
            assert_eq!(look(format!("My export\n\n{file}")).map(|found| found.kind), Some(kind));
        }
    }
}

#[test]
fn nothing_is_guessed_out_of_little() {
    for file in ["a,b,c\n1,2,3\n", "Email,First Name,Last Name\n", "Name,Price\n", "Date,Revenue\n", "Title,SKU\nx,y\n"]
    {
        assert_eq!(look(file), None, "{file}");
    }
    let short = look("Order ID,Order Date,SKU,Price\n").unwrap();
    insta::assert_snapshot!(
        format!("{:.2} {}", short.confidence, short.reasons.join(" ")),
        @"0.80 4 of its 4 columns are those of a file of order lines: Order ID, Order Date, SKU, Price, …"
    );
    assert!(identify(Cursor::new(b"PK\x03\x04".to_vec())).is_err_and(|error| error.to_string().contains("Excel")));
}
