//! A sprint's life on a small shop: begun, briefed, concepts picked under the rules, the next one refused; and planted
//! pools found.

use domain::{Day, DayRange, InstantMs, sprint::SprintStage};
use sprint::{SprintError, brief, concepts, evidence, miners, sprints, today};

const TODAY: &str = "2026-06-01";

/// 45 people who buy soap every 30 days and a dish with it in half the baskets; 40 who came once 60 days ago while 40
/// others came back after 20 days.
pub fn shop() -> Vec<domain::facts::Order> {
    let today = Day::parse(TODAY).unwrap();
    let mut orders = Vec::new();
    for person in 0..45 {
        for turn in 0..6 {
            let day = today.plus(-20 - (person % 9) - 30 * turn);
            let lines: &[&str] = if turn % 2 == 0 && person < 30 { &["soap", "dish"] } else { &["soap"] };
            orders.push(crate::common::order(orders.len(), day, &format!("regular{person}"), lines));
        }
    }
    for person in 0..80 {
        orders.push(crate::common::order(
            orders.len(),
            today.plus(-60),
            &format!("once{person}"),
            &["candle", "matches"],
        ));
        if person < 40 {
            orders.push(crate::common::order(orders.len(), today.plus(-40), &format!("once{person}"), &["wick"]));
        }
    }
    orders
}

#[tokio::test]
async fn planted_pools_are_found_and_a_sprint_keeps_its_rules() {
    let folder = tempfile::tempdir().unwrap();
    let today = Day::parse(TODAY).unwrap();
    let now = InstantMs(today.start_in(&jiff::tz::TimeZone::UTC).0 + 9 * 3_600_000);
    let ctx = crate::common::context(folder.path(), crate::common::brand("Shop", "EUR"), now).await;

    // Without data there is nothing to draw from, and it says so.
    let row = sprints::create(&ctx, "First", None).await.unwrap();
    let form = crate::common::brief(ctx.brand.currency, DayRange { from: today.plus(1), to: today.plus(14) });
    let row = brief::save(&ctx, row.id, form).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(concepts::propose(&ctx, row.id, 1).await, Err(SprintError::Refused(_))));
    crate::common::put(&ctx, &shop()).await;

    let snapshot = ctx.lake.snapshot(now).await.unwrap();
    let flight = row.brief.as_ref().unwrap().flight;
    let frame = miners::Frame::load(&snapshot, flight, ctx.brand.currency, &[]).await.unwrap().unwrap();
    let found = miners::mine(&snapshot, &frame).await.unwrap();
    let of = |segment| found.opportunities.iter().find(|item| item.segment == segment);
    let due = of(miners::SegmentKind::DueToReorder).unwrap();
    // Last bought 20 to 28 days ago, every 30 days: due in 2 to 10 days, all 45 inside the flight.
    assert_eq!((due.products[0].id.as_str(), due.pool.people), ("soap", 45));
    assert_eq!(due.numbers["gap_days"], 30.0);
    // 40 came back after 20 days; the shop at large, with its regulars, after 30, which counts for 20 people.
    let once = of(miners::SegmentKind::BoughtOnce).unwrap();
    assert_eq!((once.pool.people, once.numbers["returned"], once.numbers["gap_days"]), (40, 40.0, 23.0));
    assert_eq!(once.pool.past_revenue_minor, 40 * 2_000);
    assert!(
        found.silences.iter().any(|silence| silence.miner == miners::Miner::SeasonAhead),
        "half a year has no season"
    );
    for item in &found.opportunities {
        evidence::verify(&ctx.lake, &item.evidence).await.unwrap();
    }

    // Concepts: as many as the data carries; exactly three are picked, with reasons.
    let drafted = concepts::propose(&ctx, row.id, 1).await.unwrap();
    assert!(drafted.concepts.len() >= 4, "{}", drafted.concepts.len());
    let ids: Vec<_> = drafted.concepts.iter().map(|concept| concept.id).collect();
    assert!(matches!(concepts::pick(&ctx, ids[0], "  ").await, Err(SprintError::Refused(_))));
    assert!(sprints::move_to(&ctx, row.id, SprintStage::Studio).await.is_err(), "none is picked");
    for id in &ids[..3] {
        concepts::pick(&ctx, *id, "fits the season").await.unwrap();
    }
    let fourth = concepts::pick(&ctx, ids[3], "one more").await.unwrap_err().to_string();
    assert!(fourth.contains("Put one back"), "{fourth}");
    concepts::kill(&ctx, ids[3], "we did this last year").await.unwrap();
    let row = sprints::move_to(&ctx, row.id, SprintStage::Studio).await.unwrap();
    assert_eq!(row.stage, SprintStage::Studio);
    concepts::unpick(&ctx, ids[2]).await.unwrap();
    assert_eq!(sprints::get(&ctx, row.id).await.unwrap().stage, SprintStage::Concepts, "the three are open again");

    // A redraw keeps what was decided and does not bring the killed idea back.
    concepts::propose(&ctx, row.id, 2).await.unwrap();
    let (rows, sheet) = concepts::list(&ctx, row.id).await.unwrap();
    let killed = store::concepts::idea_key(&drafted.concepts[3]);
    assert_eq!(rows.iter().filter(|row| store::concepts::idea_key(&row.concept) == killed).count(), 1);
    assert_eq!(sheet.unwrap().seed, 2);

    // The next sprint waits for the post-mortem; an owner may go on with a reason, which is recorded.
    let refused = sprints::create(&ctx, "Second", None).await.unwrap_err().to_string();
    assert!(refused.contains("post-mortem"), "{refused}");
    let second = sprints::create(&ctx, "Second", Some("the fair does not wait")).await.unwrap();
    assert_eq!(second.override_reason.as_deref(), Some("the fair does not wait"));
    assert_eq!(sprints::current(&ctx).await.unwrap().map(|row| row.number), Some(1));
    let lists = today::lists(&ctx).await.unwrap();
    assert!(lists.decide.iter().any(|item| item.page == "concepts"), "{lists:?}");
    let sentences = today::sentences(&ctx).await.unwrap();
    assert!(sentences.iter().any(|sentence| sentence.key == "due"), "{sentences:?}");
    assert_eq!(sentences, today::sentences(&ctx).await.unwrap(), "remembered for the day");
}
