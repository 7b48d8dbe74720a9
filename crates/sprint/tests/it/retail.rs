//! On the real data set: pools out of real orders, varied concepts on twenty seeds, numbers that recompute, and today's
//! figures against plain Rust over the same orders.

use std::collections::BTreeSet;

use domain::{Day, DayRange, InstantMs};
use sprint::{concepts, evidence, miners, today};

#[tokio::test]
async fn real_orders_carry_a_sprint() {
    let Some(orders) = crate::common::retail_orders() else { return };
    let folder = tempfile::tempdir().unwrap();
    let day = Day::parse("2011-11-01").unwrap();
    let now = InstantMs::from("2011-11-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap());
    let ctx = crate::common::context(folder.path(), crate::common::brand("Online Retail", "GBP"), now).await;
    crate::common::put(&ctx, &orders).await;

    // Today, against an independent recomputation.
    let sentences = today::sentences(&ctx).await.unwrap();
    let said = |key: &str| sentences.iter().find(|sentence| sentence.key == key).unwrap();
    for (key, days) in [("net_7", 7), ("net_28", 28)] {
        let (last, before, year) = crate::plain::net(&orders, day, days);
        let evidence = &said(key).evidence;
        assert_eq!(evidence::int(evidence, "last_micros"), last);
        assert_eq!(evidence::int(evidence, "before_micros"), before);
        assert_eq!(evidence::int(evidence, "year_micros"), year);
    }
    let (people, usual) = crate::plain::due(&orders, day, today::DUE_DAYS);
    assert_eq!(
        (evidence::int(&said("due").evidence, "people"), evidence::int(&said("due").evidence, "usual_micros")),
        (people, usual)
    );
    let (people, past) = crate::plain::once(&orders, day);
    assert_eq!(
        (evidence::int(&said("once").evidence, "people"), evidence::int(&said("once").evidence, "past_micros")),
        (people, past)
    );
    for sentence in &sentences {
        eprintln!("{}", sentence.text);
        evidence::verify(&ctx.lake, &sentence.evidence).await.unwrap();
    }

    // Opportunities, and concepts on four seeds (more on invented catalogues).
    let brief = crate::common::brief(ctx.brand.currency, DayRange { from: day.plus(2), to: day.plus(15) });
    let snapshot = ctx.lake.snapshot(now).await.unwrap();
    let frame = miners::Frame::load(&snapshot, brief.flight, ctx.brand.currency, &[]).await.unwrap().unwrap();
    let found = miners::mine(&snapshot, &frame).await.unwrap();
    // Orders are all there is: what asks for visits, stock, ads or reviews says so, what asks for orders speaks.
    let orders_speak = [
        miners::Miner::RisingProducts,
        miners::Miner::ReplenishmentDue,
        miners::Miner::SecondOrderGap,
        miners::Miner::LapsedHighValue,
        miners::Miner::BoughtTogether,
        miners::Miner::SeasonAhead,
    ];
    let silent: Vec<_> = found.silences.iter().filter(|silence| orders_speak.contains(&silence.miner)).collect();
    assert!(silent.is_empty(), "{silent:?}");
    for seed in 0..4 {
        let drafted = concepts::draft(&found, &brief, seed, now, &BTreeSet::new());
        crate::common::assert_varied(&drafted.concepts, 20);
        if seed == 1 {
            assert_eq!(
                drafted,
                concepts::draft(&found, &brief, seed, now, &BTreeSet::new()),
                "the same for the same seed"
            );
        }
    }

    // The numbers of a sheet recompute, also after more orders have come in.
    let drafted = concepts::draft(&found, &brief, 1, now, &BTreeSet::new());
    let mut late = orders[orders.len() / 2].clone();
    late.order_id = "late".into();
    crate::common::put(&ctx, &[late]).await;
    for concept in &drafted.concepts {
        for evidence in &concept.evidence {
            sprint::evidence::verify(&ctx.lake, evidence).await.unwrap();
            assert_eq!(evidence::int(evidence, "people"), concept.pool.people);
        }
    }
}
