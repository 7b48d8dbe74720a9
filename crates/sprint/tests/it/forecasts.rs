//! Bar 4 through the store: 60 past ads learnt from an export as `fortnight ads learn` does, confirmed in bulk, then six
//! sprints whose concepts run; what the cards would then say of new concepts against their planted effects. With no
//! confirmed past ad no card has a number.

use domain::{
    ConceptId, Day,
    facts::{AdDay, AdPlatform},
    sprint::{Angle, Band, Brief, Channel, Concept, Effort, Expectation, Kpi, Offer, Pool, SprintStage},
};
use simulate::past_ads::{Account, LEVELS, PlantedAd, meta_report};
use sprint::{
    Context,
    ads::{self, Tag},
    concepts::Forecast,
};
use stats::predict::rank_correlation;

use crate::shop::{eur, noon};

/// Seeds in CI; `FORTNIGHT_SEEDS=20` is the bar.
const SEEDS: u64 = 4;
const SPRINTS: u32 = 6;

/// The label of a segment whose campaigns are for these people.
fn segment(people: &str) -> &'static str {
    match people {
        "strangers" => "People like your newest customers",
        "visitors" => "Looked at it, did not buy",
        "lapsed" => "Best customers gone quiet",
        _ => "Regulars due to reorder",
    }
}

fn concept(name: &str, tags: [&str; 5], channels: Vec<Channel>) -> Concept {
    Concept {
        id: ConceptId::derive(noon(day(0)), &[name]),
        title: name.into(),
        insight: String::new(),
        why_now: String::new(),
        hook: String::new(),
        segment: segment(tags[1]).into(),
        pool: Pool { people: 100, past_revenue_minor: 0 },
        effort: if tags[4] == "video" { Effort::Large } else { Effort::Small },
        angle: tags[0].parse::<Angle>().unwrap(),
        product_ids: vec![name.into()],
        product_titles: vec![name.into()],
        offer: ["discount", "free shipping"].iter().position(|offer| *offer == tags[3]),
        channels,
        hypothesis: String::new(),
        miner: String::new(),
        evidence: vec![],
        quote: None,
        expect: None,
        brought_by: None,
    }
}

fn brief() -> Brief {
    let offer =
        |label: &str, percent| Offer { label: label.into(), code: None, percent_off: percent, ends_on: day(365) };
    Brief {
        kpi: Kpi::NetRevenue,
        offers: vec![offer("10% off", Some(10)), offer("Free shipping", None)],
        channels: vec![Channel::Meta, Channel::GoogleSearch],
        ..crate::shop::brief()
    }
}

fn day(n: i32) -> Day {
    Day::parse("2026-01-05").unwrap().plus(n)
}

/// Learns the past as the command does, and confirms it as the page does: tag by tag, then all at once.
async fn learn(ctx: &Context, past: &[PlantedAd]) {
    let learned = ads::learn(ctx, std::io::Cursor::new(meta_report(past, 2025)), None).await.unwrap();
    assert_eq!((learned.ads, learned.rows.2, learned.confirmed), (past.len(), 0, (0, 30)));
    assert!(Forecast::of(&ads::labelled(ctx).await.unwrap()).model().is_none(), "nothing is confirmed yet");
    let list = ads::list(ctx).await.unwrap();
    for (factor, tag) in [(0, Tag::Angle), (1, Tag::Segment), (3, Tag::Offer), (4, Tag::Format)] {
        for level in LEVELS[factor] {
            let is_level = |name: &str| past.iter().any(|ad| ad.name == name && ad.tags[factor] == *level);
            let keys: Vec<String> = list.iter().filter(|ad| is_level(&ad.name)).map(|ad| ad.key.clone()).collect();
            if !keys.is_empty() {
                ads::set_tag(ctx, &keys, tag, Some(level)).await.unwrap();
            }
        }
    }
    let keys: Vec<String> = list.into_iter().map(|ad| ad.key).collect();
    assert_eq!(ads::confirm(ctx, &keys).await.unwrap() as usize, past.len());
}

/// A sprint whose three concepts ran on both channels, with what the platforms claim.
async fn run(ctx: &Context, account: &mut Account, number: u32, drift: f64) {
    let first = day(number as i32 * 14);
    let ctx = &ctx.at(noon(first), "Ada");
    let forecast = Forecast::of(&ads::labelled(ctx).await.unwrap());
    let pick = |factor: usize, at: u32| {
        LEVELS[factor][((number * 3 + at) as usize * (factor + 2) + factor) % LEVELS[factor].len()]
    };
    let mut tx = ctx.store.begin().await.unwrap();
    let sprint = store::sprints::create(&mut tx, "Sprint", ctx.now, "Ada", Some("test")).await.unwrap().id;
    store::sprints::save_brief(&mut tx, sprint, &brief()).await.unwrap();
    let mut rows = Vec::new();
    for at in 0..3 {
        let video = at == 0;
        let tags = [pick(0, at), pick(1, at), "meta", pick(3, at), if video { "video" } else { "still" }];
        let mut one = concept(&format!("{number}-{at}"), tags, vec![Channel::Meta, Channel::GoogleSearch]);
        let predicted = forecast.predict(&one, &brief());
        one.expect = Some(Expectation { band: Band::C, reason: "test".into(), predicted });
        for platform in [AdPlatform::Meta, AdPlatform::Google] {
            let tags = match platform {
                AdPlatform::Meta => tags,
                AdPlatform::Google => [tags[0], tags[1], "google", tags[3], "text"],
            };
            let planted = account.one(tags, 4 + number / 3, drift);
            let name = format!("{} · {}", one.title, one.id.utm_content());
            rows.push(ad_day(platform, first, &name, &planted));
        }
        store::concepts::replace(&mut tx, sprint, std::slice::from_ref(&one), &"sheet").await.unwrap();
        let picked = store::concepts::ConceptState::Picked;
        store::concepts::decide(&mut tx, one.id, picked, Some("worth a try"), ctx.now, "Ada").await.unwrap();
    }
    store::sprints::set_stage(&mut tx, sprint, SprintStage::Brief, SprintStage::Live, ctx.now).await.unwrap();
    let seq = store::seq::allocate(&mut tx, rows.len() as i64).await.unwrap();
    let keys: Vec<String> = rows.iter().map(AdDay::key).collect();
    let facts: Vec<lake::AdFact<'_>> =
        (seq..).zip(rows.iter().zip(&keys)).map(|(seq, (row, key))| lake::AdFact { seq, fact_key: key, row }).collect();
    ctx.lake.write_ad_days(&mut tx, &facts, ctx.now).await.unwrap();
    tx.commit().await.unwrap();
}

fn ad_day(platform: AdPlatform, day: Day, name: &str, planted: &PlantedAd) -> AdDay {
    let micros = |amount: f64| (amount * 1e6).round() as i64;
    AdDay {
        platform,
        account_id: "4400123".into(),
        day,
        campaign_id: name.into(),
        campaign_name: name.into(),
        ad_group_name: name.into(),
        ad_id: name.into(),
        ad_name: name.into(),
        breakdown_dims: String::new(),
        breakdown_values: String::new(),
        impressions: 10_000,
        clicks: 100,
        spend_micros: micros(planted.spend),
        conversions_micros: micros(planted.sales),
        value_micros: micros(planted.value),
        currency: Some(eur()),
    }
}

#[tokio::test]
async fn six_sprints_and_sixty_learnt_ads_predict_and_are_held_against_what_happened() {
    let seeds = std::env::var("FORTNIGHT_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS);
    let (mut sum, mut inside, mut ran) = (0.0, 0, 0);
    for seed in 0..seeds {
        let folder = tempfile::tempdir().unwrap();
        let ctx = crate::common::context(folder.path(), crate::common::brand("Account", "EUR"), noon(day(-1))).await;
        let mut account = Account::new(seed);
        let mut past: Vec<PlantedAd> = (0..4).flat_map(|quarter| account.ads(15, quarter)).collect();
        // Names are told apart by the quarter, too: the same name in two quarters would be one ad.
        past.iter_mut().for_each(|ad| ad.name.push_str(&format!(" q{}", ad.quarter)));
        assert!(Forecast::of(&ads::labelled(&ctx).await.unwrap()).model().is_none(), "0 past ads: no number");
        learn(&ctx, &past).await;
        for number in 0..SPRINTS {
            run(&ctx, &mut account, number, if number < 3 { 1.2 } else { 0.9 }).await;
        }
        let after = ctx.at(noon(day(90)), "Ada");
        let labelled = ads::labelled(&after).await.unwrap();
        assert_eq!((labelled.confirmed, labelled.launched), (60, 36));
        let forecast = Forecast::of(&labelled);
        let model = forecast.model().expect("96 labelled ads");
        // New concepts on the first of their channels, as a card has them.
        let mut pairs = Vec::new();
        for planted in account
            .ads(60, 10)
            .into_iter()
            .filter(|ad| ad.tags[2] == "google" || ["still", "video"].contains(&ad.tags[4]))
            .take(20)
        {
            let channel = if planted.tags[2] == "google" { Channel::GoogleSearch } else { Channel::Meta };
            let one = concept("new", planted.tags, vec![channel]);
            let predicted = forecast.predict(&one, &brief()).expect("a number");
            assert_eq!(predicted.past_ads as usize, model.ads());
            pairs.push((f64::from(predicted.percent), planted.true_effect));
        }
        let correlation = rank_correlation(&pairs).expect("twenty");
        let (calibrated, of_sprints) = ads::calibration(&after).await.unwrap();
        assert_eq!(calibrated.len(), 18, "every concept with a forecast ran");
        assert!(calibrated.iter().all(|one| one.actual_percent.is_some() && one.inside.is_some()));
        assert_eq!((calibrated[0].sprint, calibrated[17].sprint), (6, 1), "newest sprint first");
        inside += calibrated.iter().filter(|one| one.inside == Some(true)).count();
        ran += calibrated.len();
        eprintln!("seed {seed}: {} ads, rank correlation {correlation:.2}; of sprints {of_sprints:?}", model.ads());
        sum += correlation;
    }
    let mean = sum / seeds as f64;
    eprintln!("mean over {seeds} seeds: {mean:.3}; {inside} of {ran} actuals inside their 80 % interval");
    assert!(mean > 0.4, "{mean}");
    assert!(inside * 2 >= ran, "{inside} of {ran}");
}

#[tokio::test]
async fn a_model_proposes_what_rules_could_not_read_and_a_person_confirms() {
    let folder = tempfile::tempdir().unwrap();
    let ctx = crate::common::context(folder.path(), crate::common::brand("Account", "EUR"), noon(day(-1))).await;
    let mut past = Account::new(1).ads(3, 0);
    for (at, ad) in past.iter_mut().enumerate() {
        ad.name = format!("A{at}");
        ad.tags[3] = "full price";
    }
    // Names that say nothing.
    let report = LEVELS[1].iter().fold(meta_report(&past, 2025), |text, people| text.replace(people, "All"));
    ads::learn(&ctx, std::io::Cursor::new(report.replace("full price", "Q1")), None).await.unwrap();
    let before = ads::list(&ctx).await.unwrap();
    assert!(before.iter().all(|ad| ad.tags.angle.is_none()));
    let answer = serde_json::json!({"ads": [
        {"n": 1, "angle": "gift", "segment": "unknown", "format": "video", "offer": "unknown"},
        {"n": 2, "angle": "unknown", "segment": "unknown", "format": "unknown", "offer": "unknown"},
        {"n": 9, "angle": "gift", "segment": "unknown", "format": "still", "offer": "unknown"},
    ]});
    let model = std::sync::Arc::new(llm::ScriptedModel::new([Ok(answer.to_string())]));
    let sprint = sprint::sprints::create(&ctx, "Sprint", None).await.unwrap().id;
    let engine = sprint::studio::Engine::with_model(&ctx, sprint, model).await.unwrap();
    let proposed = ads::tag_with(&ctx, &engine, sprint).await.unwrap();
    assert_eq!((proposed.asked, proposed.tags, proposed.refused, proposed.note.as_str()), (3, 2, 1, ""));
    let after = ads::list(&ctx).await.unwrap();
    let first = after.iter().find(|ad| ad.key == before[0].key).unwrap();
    assert_eq!((first.tags.angle.as_deref(), first.tags.format.as_deref()), (Some("gift"), Some("video")));
    assert_eq!((first.tagged_by.as_str(), first.confirmed_at), ("scripted", None), "a proposal, not a label");
    assert_eq!(first.tags.segment, before[0].tags.segment, "what is known stays");
    assert_eq!(ads::confirmed(&ctx).await.unwrap(), 0);
}
