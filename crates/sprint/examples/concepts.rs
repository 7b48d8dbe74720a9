//! Prints the concepts that the real data set carries on a day.
//!
//! ```text
//! cargo run -p sprint --example concepts -- --now 2011-11-01 [--seed N] [--count N] [--data FOLDER]
//! ```
//! With `--data` the import is kept in that folder for the next run.
#![allow(clippy::unwrap_used)]

#[path = "../tests/it/common/mod.rs"]
mod common;

use std::{collections::BTreeSet, path::PathBuf};

use domain::{Day, DayRange, Money};
use sprint::{concepts, miners};

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let today = Day::parse(&value("--now").unwrap_or_else(|| "2011-11-01".into())).expect("--now YYYY-MM-DD");
    let seed = value("--seed").map_or(1, |seed| seed.parse().expect("--seed N"));
    let now = today.start_in(&jiff::tz::TimeZone::UTC);
    let temporary = tempfile::tempdir().unwrap();
    let folder = value("--data").map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    let ctx = common::context(&folder, common::brand("Online Retail", "GBP"), now).await;
    if store::seq::latest(&ctx.store).await.unwrap() == 0 {
        let Some(orders) = common::retail_orders() else { return };
        common::put(&ctx, &orders).await;
    }
    let mut brief = common::brief(ctx.brand.currency, DayRange { from: today.plus(2), to: today.plus(15) });
    brief.concept_count = value("--count").map_or(20, |count| count.parse().expect("--count N"));
    let snapshot = ctx.lake.snapshot(now).await.unwrap();
    let start = std::time::Instant::now();
    let frame = miners::Frame::load(&snapshot, brief.flight, brief.currency, &brief.products).await.unwrap().unwrap();
    let kept = folder.join(format!("found-{today}.json"));
    let found: miners::Found = match std::fs::read_to_string(&kept) {
        Ok(text) => serde_json::from_str(&text).unwrap(),
        Err(_) => miners::mine(&snapshot, &frame).await.unwrap(),
    };
    std::fs::write(&kept, serde_json::to_string(&found).unwrap()).unwrap();
    eprintln!("mined {} opportunities in {:?}", found.opportunities.len(), start.elapsed());
    if arguments.iter().any(|argument| argument == "--opportunities") {
        for item in &found.opportunities {
            let titles: Vec<&str> = item.products.iter().map(|p| p.title.as_str()).collect();
            println!("{:?} {} {:?} {titles:?} {:?}", item.segment, item.is_shop_wide, item.pool, item.numbers);
        }
    }
    let start = std::time::Instant::now();
    let drafted = concepts::draft(&found, &brief, seed, now, &BTreeSet::new());
    eprintln!("drafted in {:?}, largest similarity {:.2}", start.elapsed(), drafted.sheet.largest_similarity);
    for silence in &drafted.sheet.silences {
        println!(
            "(silent) {}: {} Has {}, needs {}.",
            silence.miner.label(),
            silence.reason,
            silence.have,
            silence.need
        );
    }
    if !drafted.sheet.shortfall.is_empty() {
        println!("{}", drafted.sheet.shortfall);
    }
    for (number, concept) in drafted.concepts.iter().enumerate() {
        let past = Money::new(concept.pool.past_revenue_minor, brief.currency);
        println!("\n{}. {}", number + 1, concept.title);
        println!("   {}", concept.insight);
        println!("   Why now: {}", concept.why_now);
        println!("   Hook: “{}”", concept.hook);
        println!(
            "   Who: {}, {} people, {past} so far. Effort: {}.",
            concept.segment,
            concept.pool.people,
            concept.effort.label()
        );
        println!("   Angle: {}. Products: {}.", concept.angle.label(), concept.product_titles.join("; "));
        println!("   {}", concept.hypothesis);
    }
}
