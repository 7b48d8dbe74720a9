//! On the real data set: what the miners find.
#![allow(clippy::unwrap_used)]

mod common;

use domain::{Day, DayRange, InstantMs};

#[tokio::test]
async fn miners_find_pools_in_real_orders() {
    let Some(orders) = common::retail_orders() else { return };
    let folder = tempfile::tempdir().unwrap();
    let now = InstantMs::from("2011-11-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap());
    let ctx = common::context(folder.path(), common::brand("Online Retail", "GBP"), now).await;
    common::put(&ctx, &orders).await;
    let snapshot = ctx.lake.snapshot(now).await.unwrap();
    let flight = DayRange { from: Day::parse("2011-11-03").unwrap(), to: Day::parse("2011-11-16").unwrap() };
    let start = std::time::Instant::now();
    let frame = sprint::miners::Frame::load(&snapshot, flight, ctx.brand.currency, &[]).await.unwrap().unwrap();
    let found = sprint::miners::mine(&snapshot, &frame).await.unwrap();
    eprintln!("mined in {:?}", start.elapsed());
    for silence in &found.silences {
        eprintln!("{silence:?}");
    }
    for item in &found.opportunities {
        let titles: Vec<&str> = item.products.iter().map(|p| p.title.as_str()).collect();
        eprintln!("{:?} {} {:?} {titles:?} {:?}", item.segment, item.is_shop_wide, item.pool, item.numbers);
    }
    let start = std::time::Instant::now();
    for item in &found.opportunities {
        sprint::evidence::verify(&ctx.lake, &item.evidence).await.unwrap();
    }
    eprintln!("verified {} in {:?}", found.opportunities.len(), start.elapsed());
    assert!(found.opportunities.len() >= 60, "{}", found.opportunities.len());
}
