//! Oddities of every kind in one export: each is handled as its rule says, the totals are right to the cent, and the
//! counts add up to the rows read. And reports in another currency.

use domain::order_kinds::{OrderClass, OrderRule, OrderRules, RuleField};
use formats::Source;
use intake::{Rate, order_kinds, save_order_rules};

use crate::common::{NOW, World, gbp, world};

const HEAD: &str = "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,\
Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Payment Method,Refunded Amount,Tags,Source\n";

/// One order: what it is, then what the export says of it.
struct Planted {
    class: Option<OrderClass>,
    email: &'static str,
    price_pence: i64,
    discount_pence: i64,
    code: &'static str,
    line: (&'static str, &'static str),
    payment: &'static str,
    tags: &'static str,
    source: &'static str,
}

const PLAIN: Planted = Planted {
    class: None,
    email: "a@mail.example",
    price_pence: 1_999,
    discount_pence: 0,
    code: "",
    line: ("Mug", "MUG"),
    payment: "Shopify Payments",
    tags: "",
    source: "web",
};

fn planted() -> Vec<Planted> {
    use OrderClass::*;
    let of = |class| Planted { class: Some(class), ..PLAIN };
    vec![
        PLAIN,
        Planted { tags: "vip, first order", discount_pence: 200, code: "HELLO", ..PLAIN },
        Planted { tags: "Subscription First Order", source: "subscription_contract_checkout_one", ..PLAIN },
        Planted { tags: "Subscription Recurring Order", price_pence: 1_777, ..of(SubscriptionRenewal) },
        Planted { source: "subscription_contract", ..of(SubscriptionRenewal) },
        Planted { tags: "Wholesale net 30", price_pence: 48_013, ..of(Wholesale) },
        Planted { code: "WHOLESALE20", discount_pence: 401, ..of(Wholesale) },
        Planted { source: "pos", email: "", ..of(PointOfSale) },
        Planted { line: ("Gift card 50", "GC50"), price_pence: 5_000, ..of(GiftCard) },
        Planted { tags: "exchange", price_pence: 2_101, ..of(Exchange) },
        Planted { tags: "test, staff", ..of(Test) },
        Planted { tags: "Staff", email: "b@halm.example", ..of(Staff) },
        Planted { code: "staff40", discount_pence: 799, ..of(Staff) },
        Planted { code: "CREATOR", discount_pence: 1_999, ..of(Free) },
    ]
}

fn export(orders: &[Planted]) -> String {
    let money = |pence: i64| format!("{}.{:02}", pence / 100, pence % 100);
    let mut csv = HEAD.to_owned();
    for (at, one) in orders.iter().enumerate() {
        let net = money(one.price_pence - one.discount_pence);
        csv += &format!(
            "#{},{},paid,GBP,{net},0.00,0.00,{net},{},{},2025-11-{:02} 10:00:00 +0000,1,{},{},{},{},0.00,\"{}\",{}\n",
            1_000 + at,
            one.email,
            one.code,
            money(one.discount_pence),
            1 + at,
            one.line.0,
            money(one.price_pence),
            one.line.1,
            one.payment,
            one.tags,
            one.source
        );
    }
    csv
}

async fn net(world: &World, condition: &str) -> i64 {
    let sql = "SELECT SUM(amount_micros) - SUM(order_discount_micros) - SUM(refund_micros) AS n FROM order_lines";
    world.int(&format!("{sql} WHERE {condition}")).await / 10_000
}

#[tokio::test]
async fn every_kind_is_handled_as_listed_and_everything_adds_up() {
    let world = world().await;
    let orders = planted();
    // Paid through the test gateway: nobody paid, its row is skipped and counted.
    let bogus = Planted { payment: "Bogus Gateway", ..PLAIN };
    let csv = export(&orders);
    let gateway = export(&[bogus]).replace("#1000", "#2000").replace(HEAD, "");
    let report = world.import(Source::Shopify, "orders.csv", &(csv.clone() + &gateway)).await.unwrap();
    let all: i64 = orders.iter().map(|one| one.price_pence - one.discount_pence).sum();
    assert_eq!((report.rows_read, report.rows_taken, report.rows_skipped), (15, 14, 1), "{report:?}");
    assert_eq!(report.net_minor, all, "revenue keeps every kind");

    let kinds = order_kinds(&world.intake, None, NOW).await.unwrap();
    assert_eq!((kinds.version, kinds.orders, kinds.lines, kinds.net_minor), (Some(0), 14, 14, all));
    assert_eq!(kinds.kinds.iter().map(|kind| kind.lines).sum::<i64>(), kinds.lines);
    assert_eq!(kinds.kinds.iter().map(|kind| kind.net_minor).sum::<i64>(), all);
    for kind in &kinds.kinds {
        let of = orders.iter().filter(|one| one.class == kind.class);
        let want = of.fold((0, 0), |(n, net), one| (n + 1, net + one.price_pence - one.discount_pence));
        assert_eq!((kind.orders, kind.net_minor), want, "{:?}", kind.class);
    }
    assert_eq!(world.int("SELECT COUNT(*) FROM orders WHERE class IS NULL").await, 3);

    // Other rules: tried without saving, then saved; what was seen before is seen again.
    let before = world.intake.lake.snapshot(NOW).await.unwrap();
    let is = |field, text: &str| OrderRule { class: OrderClass::Staff, field, is: vec![text.into()] };
    let rules = OrderRules { rules: vec![is(RuleField::EmailDomain, "Halm.example"), is(RuleField::Tag, "VIP")] };
    let tried = order_kinds(&world.intake, Some(&rules), NOW).await.unwrap();
    let staff = |kinds: &intake::OrderKinds| {
        kinds.kinds.iter().find(|kind| kind.class == Some(OrderClass::Staff)).map(|kind| kind.orders)
    };
    assert_eq!((staff(&tried), staff(&kinds), tried.version), (Some(2), Some(2), None));
    assert_eq!(world.int("SELECT COUNT(*) FROM orders WHERE class IS NULL").await, 3, "nothing was saved");
    assert_eq!(save_order_rules(&world.intake, &rules, "ours", NOW, "ann").await.unwrap(), 1);
    assert_eq!(world.int("SELECT COUNT(*) FROM orders WHERE class IS NULL").await, 12);
    let again = world.intake.lake.snapshot_at(before.as_of_seq(), NOW).await.unwrap();
    let old = again.query("SELECT COUNT(*) AS n FROM orders WHERE class IS NULL").await.unwrap();
    assert_eq!(old.iter().next().unwrap().int("n").unwrap(), 3);
    assert_eq!(net(&world, "TRUE").await, all, "totals never depend on the rules");
    let wrong = OrderRules { rules: vec![is(RuleField::Tag, "*")] };
    assert!(save_order_rules(&world.intake, &wrong, "", NOW, "ann").await.is_err());

    // A newer export in which an order was tagged since revises that order only.
    let tagged = csv.replacen("\"\",web", "\"wholesale\",web", 1);
    let newer = world.import(Source::Shopify, "orders 2.csv", &tagged).await.unwrap();
    assert_eq!((newer.rows_known, newer.rows_revised, newer.rows_taken), (13, 1, 0), "{newer:?}");
}

#[tokio::test]
async fn a_report_in_another_currency_is_refused_or_converted_to_the_cent() {
    let world = world().await;
    world.import(Source::Shopify, "orders.csv", &export(&planted())).await.unwrap();
    let report = "Day,Campaign name,Ad set name,Ad name,Account ID,Campaign ID,Ad ID,Impressions,Link clicks,\
                  Amount spent (USD),Purchases,Purchases conversion value,Currency\n\
                  2025-11-01,Autumn,All,Mug,1,2,3,1000,20,12.34,1,45.67,USD\n\
                  2025-11-02,Autumn,All,Mug,1,2,3,1000,20,0.01,0,,USD\n";
    let mut refused = crate::common::request(Source::Meta, "ads.csv", report);
    refused.currency = None;
    let refused = intake::import(&world.intake, refused, &|_| {}).await.unwrap();
    assert_eq!((refused.rows_read, refused.rows_rejected, refused.spend_minor), (2, 2, 0), "{refused:?}");
    assert!(refused.rejects[0].reason.contains("--rate USD="), "{:?}", refused.rejects);

    let usd = domain::Currency::parse("USD").unwrap();
    let rate = |rate_micros| Rate { rate_micros, given_at: NOW, given_by: "ann".into() };
    assert!(intake::set_rate(&world.intake.store, usd, rate(0)).await.is_err());
    intake::set_rate(&world.intake.store, usd, rate(790_000)).await.unwrap();
    let again = || {
        let mut request = crate::common::request(Source::Meta, "ads.csv", report);
        request.currency = None;
        request
    };
    let taken = intake::import(&world.intake, again(), &|_| {}).await.unwrap();
    assert_eq!((taken.rows_taken, taken.rows_rejected, taken.currency), (2, 0, gbp()), "{taken:?}");
    assert!(taken.notes.iter().any(|note| note.contains("0.79") && note.contains("ann")), "{:?}", taken.notes);
    assert_eq!(world.int("SELECT SUM(spend_micros) FROM ad_totals").await, 9_748_600 + 7_900);
    assert_eq!(world.int("SELECT SUM(value_micros) FROM ad_totals").await, 36_079_300);
    assert_eq!(world.int("SELECT COUNT(*) FROM ad_days WHERE currency = 'GBP'").await, 2);

    // The same file at another rate is another content.
    intake::set_rate(&world.intake.store, usd, rate(800_000)).await.unwrap();
    let revised = intake::import(&world.intake, again(), &|_| {}).await.unwrap();
    assert_eq!((revised.rows_revised, revised.rows_taken), (2, 0), "{revised:?}");
    assert_eq!(world.int("SELECT SUM(spend_micros) FROM ad_totals").await, 9_872_000 + 8_000);
}
