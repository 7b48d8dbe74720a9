//! Bar 6: Shopify's orders and one ad report are enough for Today, six miners and a full sprint; and what each missing
//! export would add is named.

use domain::{
    Day, DayRange,
    facts::{AdDay, AdPlatform, Order},
    sprint::SprintStage,
};
use sprint::{brief, concepts, launch, miners, postmortem, qa, review, sprints, studio, today};

/// The shop of `lifecycle`, and beside its regulars and its one-time buyers: 20 best customers who came every 24 days and stopped 75 days ago,
/// 30 who bought a lantern a year ago in these weeks, and something that 25 people have found this month.
fn orders(today: Day) -> Vec<Order> {
    let mut all = crate::lifecycle::shop();
    let mut add = |day: Day, who: String, lines: &[&str]| {
        let number = all.len();
        all.push(crate::common::order(number, day, &who, lines));
    };
    for person in 0..20 {
        for turn in 0..12 {
            add(today.plus(-75 - 24 * turn), format!("best{person}"), &["coffee", "sugar", "spoon"]);
        }
    }
    for person in 0..30 {
        add(today.plus(-364 + person % 20), format!("lantern{person}"), &["lantern"]);
        if person < 12 {
            add(today.plus(-364 - 10 - person), format!("early{person}"), &["lantern"]);
        }
    }
    for person in 0..25 {
        add(today.plus(-1 - person % 20), format!("regular{person}"), &["tea"]);
    }
    (0..30).for_each(|n| add(today.plus(-470 + n), format!("old{n}"), &["soap"]));
    all
}

fn ad(day: Day) -> AdDay {
    AdDay {
        platform: AdPlatform::Meta,
        account_id: "1".into(),
        day,
        campaign_id: "c".into(),
        campaign_name: "Always on".into(),
        ad_group_name: "Everybody".into(),
        ad_id: "a".into(),
        ad_name: "still".into(),
        breakdown_dims: String::new(),
        breakdown_values: String::new(),
        impressions: 5_000,
        clicks: 60,
        spend_micros: 40_000_000,
        conversions_micros: 2_000_000,
        value_micros: 90_000_000,
        currency: domain::Currency::parse("EUR").ok(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_and_one_ad_report_carry_a_whole_sprint() {
    let folder = tempfile::tempdir().unwrap();
    let day = domain::Day::parse("2026-06-01").unwrap();
    let now = domain::InstantMs(day.start_in(&jiff::tz::TimeZone::UTC).0 + 9 * 3_600_000);
    let ctx = crate::common::context(folder.path(), crate::common::brand("Orders alone", "EUR"), now).await;
    crate::common::put(&ctx, &orders(day)).await;
    let ads: Vec<AdDay> = (1..=28).map(|n| ad(day.plus(-n))).collect();
    let mut tx = ctx.store.begin().await.unwrap();
    let seq = store::seq::allocate(&mut tx, ads.len() as i64).await.unwrap();
    let keys: Vec<String> = ads.iter().map(AdDay::key).collect();
    let facts: Vec<lake::AdFact<'_>> =
        (seq..).zip(ads.iter().zip(&keys)).map(|(seq, (row, key))| lake::AdFact { seq, fact_key: key, row }).collect();
    ctx.lake.write_ad_days(&mut tx, &facts, now).await.unwrap();
    tx.commit().await.unwrap();

    // Today speaks in money, and says what is not there.
    let read = today::read(&ctx).await.unwrap().expect("orders");
    assert!(read.now.net.minor > 0 && read.last_ad_day.is_some());
    let sentences = today::sentences(&ctx).await.unwrap();
    assert!(sentences.len() >= 4 && sentences.iter().any(|one| one.people.is_some()), "{sentences:?}");
    let missing = today::missing(&ctx).await.unwrap();
    let keys: Vec<&str> = missing.iter().map(|one| one.key).collect();
    assert_eq!(keys, ["catalogue", "visits", "events", "reviews", "stock", "mail", "customers"]);
    assert!(missing.iter().all(|one| one.adds.len() > 30));
    assert!(missing.iter().any(|one| one.wakes.contains(&"What reviews keep saying")));

    // A full sprint.
    let row = sprints::create(&ctx, "Orders alone", None).await.unwrap();
    let mut form = crate::common::brief(ctx.brand.currency, DayRange { from: day.plus(1), to: day.plus(14) });
    form.landing_url = "https://shop.example/".into();
    form.concept_count = 12;
    let row = brief::save(&ctx, row.id, form).await.unwrap_or_else(|error| panic!("{error}"));
    let drafted = concepts::propose(&ctx, row.id, 1).await.unwrap();
    let snapshot_miners: std::collections::BTreeSet<&str> =
        drafted.sheet.silences.iter().map(|silence| silence.miner.as_str()).collect();
    let speaking = miners::Miner::ALL.iter().filter(|miner| !snapshot_miners.contains(miner.as_str())).count();
    eprintln!("{speaking} miners speak; silent: {snapshot_miners:?}; {} concepts", drafted.concepts.len());
    assert!(speaking >= 6, "silent: {snapshot_miners:?}");
    crate::common::assert_varied(&drafted.concepts, drafted.concepts.len());
    for concept in drafted.concepts.iter().take(3) {
        concepts::pick(&ctx, concept.id, "worth a try").await.unwrap();
    }
    sprints::move_to(&ctx, row.id, SprintStage::Studio).await.unwrap();
    studio::generate(&ctx, row.id, &studio::Engine::Composer, &|_| {}).await.unwrap();
    for draft in studio::view(&ctx, row.id).await.unwrap().drafts {
        if draft.draft.spot_check {
            studio::spot_check(&ctx, draft.draft.id).await.unwrap();
        }
        studio::approve(&ctx, draft.draft.id).await.unwrap();
    }
    let launch::Export::Done { files, .. } = launch::export(&ctx, row.id).await.unwrap() else {
        panic!("blocked: {:?}", qa::run(&ctx, row.id).await)
    };
    assert!(!files.is_empty());
    launch::go_live(&ctx.at(ctx.now.plus_days(1), "Ada"), row.id, day.plus(1)).await.unwrap();
    let morning = ctx.at(ctx.now.plus_days(2), "Ada");
    let reviewed = review::run(&morning, row.id).await.unwrap();
    assert!((1..=review::MOST_LINES).contains(&reviewed.doc.lines.len()));
    let after = ctx.at(ctx.now.plus_days(15), "Ada");
    let drafted = postmortem::draft(&after, row.id).await.unwrap();
    assert_eq!(drafted.document.concepts.len(), 3);
}
