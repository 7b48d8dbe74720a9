//! Planted shops: what a miner exists for is put in, and the size it names is the one that was put in.

use domain::{Day, DayRange, InstantMs, facts::Order};
use sprint::{
    evidence,
    miners::{self, Miner, Opportunity},
};

fn today() -> Day {
    Day::parse("2026-06-01").unwrap()
}

/// What one miner finds in a shop of these orders.
async fn found(orders: &[Order], miner: Miner) -> Vec<Opportunity> {
    let folder = tempfile::tempdir().unwrap();
    let now = InstantMs(today().start_in(&jiff::tz::TimeZone::UTC).0);
    let ctx = crate::common::context(folder.path(), crate::common::brand("Planted", "EUR"), now).await;
    crate::common::put(&ctx, orders).await;
    let snapshot = ctx.lake.snapshot(now).await.unwrap();
    let flight = DayRange { from: today(), to: today().plus(13) };
    let frame = miners::Frame::load(&snapshot, flight, ctx.brand.currency, &[]).await.unwrap().unwrap();
    let found = miners::mine(&snapshot, &frame).await.unwrap();
    let all: Vec<_> = found.opportunities.into_iter().filter(|item| item.miner == miner).collect();
    for item in &all {
        evidence::verify(&ctx.lake, &item.evidence).await.unwrap();
    }
    all
}

fn said(item: &Opportunity, names: &[(&str, i64)]) {
    for (name, value) in names {
        assert_eq!(evidence::int(&item.evidence, name), *value, "{name} of {item:?}");
    }
}

/// Customers `prefix0…` with an order every 30 days, the newest ten days ago.
fn regulars(
    from: usize,
    (prefix, people, orders): (&str, usize, usize),
    basket: impl Fn(usize) -> &'static [&'static str],
) -> Vec<Order> {
    let pairs = (0..people).flat_map(|who| (0..orders).map(move |nth| (who, nth)));
    pairs
        .enumerate()
        .map(|(at, (who, nth))| {
            let day = today().plus(-10 - 30 * nth as i32);
            crate::common::order(from + at, day, &format!("{prefix}{who}"), basket(nth))
        })
        .collect()
}

/// 20 people order four times, three times of them with a code; 40 order three times without: 60 of 200 orders are coded.
#[tokio::test]
async fn who_orders_only_with_a_code_is_counted() {
    let mut orders = regulars(0, ("coded", 20, 4), |_| &["soap"]);
    for (at, order) in orders.iter_mut().enumerate() {
        order.discount_code = (at % 4 != 3).then(|| "TEN".to_owned());
    }
    orders.extend(regulars(1000, ("plain", 40, 3), |_| &["soap"]));
    let all = found(&orders, Miner::DiscountDependence).await;
    assert_eq!(all.len(), 1, "{all:?}");
    said(&all[0], &[("people", 20), ("coded_buyers", 20), ("buyers", 60), ("coded_orders", 60), ("their_orders", 80)]);
    // 80 orders of 10.00.
    said(&all[0], &[("shop_coded_percent", 30), ("past_micros", 800_000_000)]);
    assert_eq!(all[0].pool.people, 20);
}

/// Of 280 French orders 140 have tea, of 120 German ones none: 60 would be expected. The 30 Germans never had it.
#[tokio::test]
async fn a_country_that_leaves_a_product_aside_is_counted() {
    let mut orders = regulars(0, ("fr", 70, 4), |nth| if nth < 2 { &["soap", "tea"] } else { &["soap"] });
    orders.iter_mut().for_each(|order| order.country = Some("FR".into()));
    let mut german = regulars(1000, ("de", 30, 4), |_| &["soap"]);
    german.iter_mut().for_each(|order| order.country = Some("DE".into()));
    orders.extend(german);
    let all = found(&orders, Miner::RegionGap).await;
    assert_eq!(all.len(), 1, "{all:?}");
    said(
        &all[0],
        &[("people", 30), ("here_orders", 0), ("here_shop", 120), ("there_orders", 140), ("there_shop", 280)],
    );
    assert_eq!(all[0].words["country"], "DE");
    assert_eq!(all[0].products[0].id, "tea");
}
