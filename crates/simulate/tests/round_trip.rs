//! Reading the exports through `formats` gives the truth to the cent.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Shop, cents, concept, today};
use domain::facts::AdPlatform;
use jiff::tz::TimeZone;
use simulate::{AdTruth, BrandKind, Config, ReportLocale, Truth, World};

fn assert_shop_is(shop: &Shop, truth: &Truth) {
    assert_eq!(shop.rejects, Vec::<String>::new());
    let sum = |what: fn(&domain::facts::Order) -> i64| cents(shop.sales().map(what));
    assert_eq!(shop.sales().count() as i64, truth.orders);
    assert_eq!(shop.known_customers() as i64, truth.customers);
    assert_eq!(shop.products.len() as i64, truth.products);
    assert_eq!(shop.sales().map(|order| order.lines.len()).sum::<usize>() as i64, truth.order_lines);
    assert_eq!(sum(|order| order.lines_micros() as i64), truth.gross_minor);
    assert_eq!(sum(|order| order.discount_micros), truth.discounts_minor);
    assert_eq!(-sum(|order| order.refunded_micros), truth.returns_minor);
    assert_eq!(sum(|order| order.shipping_micros), truth.shipping_minor);
    assert_eq!(sum(|order| order.tax_micros), truth.tax_minor);
    assert_eq!(truth.gross_minor - truth.discounts_minor + truth.returns_minor, truth.net_minor);
    assert_eq!(shop.sales().filter(|order| order.is_cancelled).count() as i64, truth.cancelled_orders);
    assert!(shop.customers.len() as i64 >= truth.customers);
    assert_ads_are(shop, AdPlatform::Meta, &truth.meta);
    assert_ads_are(shop, AdPlatform::Google, &truth.google);
    let funnel = || shop.funnel.values();
    assert_eq!(funnel().count() as i64, truth.ga4.rows);
    assert_eq!(funnel().map(|row| row.sessions).sum::<i64>(), truth.ga4.sessions);
    assert_eq!(funnel().map(|row| row.views).sum::<i64>(), truth.ga4.views);
    assert_eq!(funnel().map(|row| row.add_to_carts).sum::<i64>(), truth.ga4.add_to_carts);
    assert_eq!(funnel().map(|row| row.checkouts).sum::<i64>(), truth.ga4.checkouts);
    assert_eq!(funnel().map(|row| row.purchases).sum::<i64>(), truth.ga4.purchases);
    assert_eq!(cents(funnel().map(|row| row.revenue_micros)), truth.ga4.revenue_minor);
}

fn assert_ads_are(shop: &Shop, platform: AdPlatform, truth: &AdTruth) {
    assert_eq!(shop.plain(platform).count() as i64, truth.rows);
    assert_eq!(cents(shop.plain(platform).map(|ad| ad.spend_micros)), truth.spend_minor);
    assert_eq!(shop.plain(platform).map(|ad| ad.impressions).sum::<i64>(), truth.impressions);
    assert_eq!(shop.plain(platform).map(|ad| ad.clicks).sum::<i64>(), truth.clicks);
    assert_eq!(cents(shop.plain(platform).map(|ad| ad.conversions_micros)), truth.claimed_centi);
    assert_eq!(cents(shop.plain(platform).map(|ad| ad.value_micros)), truth.claimed_value_minor);
}

#[test]
fn two_years_of_every_brand_read_back_to_the_cent() {
    for (brand, meta_locale, zone) in [
        (BrandKind::Coffee, ReportLocale::German, "Europe/Berlin"),
        (BrandKind::Skincare, ReportLocale::English, "America/New_York"),
        (BrandKind::Outdoor, ReportLocale::German, "Asia/Kolkata"),
    ] {
        let zone = TimeZone::get(zone).unwrap();
        let mut world = World::new(Config { brand, meta_locale, zone, ..Config::small(11, today()) });
        world.run_until(world.config().last_day());
        let truth = world.truth(world.span());
        assert!(truth.orders > 1_500 && truth.returns_minor < 0 && truth.cancelled_orders > 0, "{truth:#?}");
        assert!(truth.customers < truth.orders && truth.test_orders > 0);
        assert_shop_is(&Shop::of(&world), &truth);
    }
}

#[test]
fn breakdowns_add_up_to_the_plain_rows_of_their_days() {
    let mut world = World::new(Config::small(5, today()));
    world.run_until(world.config().start.plus(59));
    let shop = Shop::of(&world);
    let from = world.today().plus(-13);
    let broken: Vec<_> = shop.ad_days.values().filter(|ad| ad.breakdown_dims == "age,gender").collect();
    assert!(broken.len() > 500 && broken.iter().all(|ad| ad.day >= from));
    let plain = || shop.plain(AdPlatform::Meta).filter(|ad| ad.day >= from);
    assert_eq!(broken.iter().map(|ad| ad.impressions).sum::<i64>(), plain().map(|ad| ad.impressions).sum::<i64>());
    assert_eq!(cents(broken.iter().map(|ad| ad.spend_micros)), cents(plain().map(|ad| ad.spend_micros)));
    assert_eq!(cents(broken.iter().map(|ad| ad.conversions_micros)), cents(plain().map(|ad| ad.conversions_micros)));
}

#[test]
fn a_sprint_imported_every_morning_ends_with_the_truth() {
    let mut world = World::new(Config { days: 120, ..Config::small(3, today()) });
    world.run_until(world.config().last_day());
    let mut shop = Shop::default();
    shop.import(world.exports(world.span()), world.config());
    let from = world.today().plus(1);
    world.launch(concept("fn-3k9x2m7q1p", from, 14, Some(0.5)));
    world.launch(concept("fn-zzzzzzzzzz", from, 14, None));
    let mut claimed = Vec::new();
    for _ in 0..30 {
        world.step();
        shop.import(world.morning_exports(), world.config());
        claimed.push(world.concept_truths(world.span())[0].claimed_centi);
    }
    assert_shop_is(&shop, &world.truth(world.span()));
    assert!(claimed[29] > claimed[14], "claims of the flight are restated after it: {claimed:?}");

    for truth in world.concept_truths(world.span()) {
        let ads = || {
            shop.ad_days.values().filter(|ad| ad.breakdown_dims.is_empty() && ad.ad_name.contains(&truth.utm_content))
        };
        assert_eq!(ads().count(), 28, "two platforms, fourteen days");
        assert_eq!(cents(ads().map(|ad| ad.spend_micros)), truth.spend_minor);
        assert_eq!(cents(ads().map(|ad| ad.conversions_micros)), truth.claimed_centi);
        let funnel = || shop.funnel.values().filter(|row| row.content == truth.utm_content);
        assert_eq!(funnel().map(|row| row.purchases).sum::<i64>(), truth.ga4_purchases);
        assert_eq!(cents(funnel().map(|row| row.revenue_micros)), truth.ga4_revenue_minor);
        let planned = 14 * 6_000;
        assert!((planned * 85 / 100..planned * 115 / 100).contains(&truth.spend_minor), "{truth:?}");
        assert!(truth.attributed_orders >= truth.incremental_orders);
    }
}

#[test]
fn exports_are_as_messy_as_real_ones() {
    let mut world = World::new(Config::small(2, today()));
    world.run_until(world.config().last_day());
    let files = world.exports(world.span());
    let text = |part: &str| {
        let bytes = files.iter().filter(|file| file.name.starts_with(part)).flat_map(|file| file.bytes.clone());
        String::from_utf8(bytes.collect()).unwrap()
    };
    let orders = text("orders_export");
    for (what, sign) in [
        ("byte order mark", "\u{feff}Name,"),
        ("quoted newline", "neighbours,\nsecond"),
        ("doubled quotes", "\"\"Klein\"\""),
        ("summer time", " +0200"),
        ("winter time", " +0100"),
        ("partial refund", "partially_refunded"),
        ("test order", "Bogus Gateway"),
        ("till sale", "#"),
        ("voucher", "BLACKWEEK20"),
        ("zip code with apostrophe", "'04109"),
    ] {
        assert!(orders.contains(sign), "{what}");
    }
    let rows = csv::Reader::from_reader(orders.trim_start_matches('\u{feff}').as_bytes()).into_records();
    assert!(rows.map(|row| row.unwrap().len()).all(|columns| columns == 79));
    assert!(text("products").contains("<p>"));
    assert!(text("meta_ads").contains("Ausgegebener Betrag (EUR)"));
    assert!(text("google_ads").contains("Total: Account"));
    assert!(text("ga4").contains("Grand total"));
    assert!(!orders.to_lowercase().contains("@gmail"), "nobody's real address");
}

#[test]
fn streamed_transactions_read_back_to_the_cent() {
    use domain::facts::{Fact, OrderKind};
    let config = Config::small(13, today());
    let mut bytes = Vec::new();
    let truth = World::new(config.clone()).write_transactions(2_000, &mut bytes).unwrap();
    let options =
        formats::ReadOptions { currency: Some(config.currency), zone: config.zone, ..formats::ReadOptions::default() };
    let reader = formats::open(formats::Source::Transactions, std::io::Cursor::new(bytes), &options).unwrap();
    let (mut orders, mut rows, mut gross, mut returns) = (0, 0, 0, 0);
    let mut customers = std::collections::HashSet::new();
    for row in reader {
        let row = row.unwrap();
        rows += i64::from(row.rows);
        let Fact::Order(order) = row.fact else { panic!("only orders in there") };
        match order.kind {
            OrderKind::Sale => {
                orders += 1;
                gross += order.lines_micros() as i64;
                customers.extend(order.customer_key);
            }
            OrderKind::Cancellation => returns += order.lines_micros() as i64,
            kind => panic!("{kind:?} in {}", order.order_id),
        }
    }
    assert_eq!((orders, rows, customers.len() as i64), (truth.orders, truth.rows, truth.customers));
    assert_eq!((gross / 10_000, returns / 10_000), (truth.gross_minor, truth.returns_minor));
    assert_eq!(orders, 2_000);
}
