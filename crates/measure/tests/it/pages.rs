//! What pages read: what was earned, what was killed, whether the judge can be trusted.

use crate::common::{Sale, World, day, draw, flight, morning, worlds, zone};
use domain::{
    ChangeId, InstantMs,
    sprint::{BaselineGrade, ResultWord},
};
use measure::{Cost, NewChange, Origin, Plan, Predicted, VerdictRow};

async fn judged(
    world: &World,
    key: &'static str,
    word: ResultWord,
    net: [i64; 3],
    retest_of: Option<ChangeId>,
) -> ChangeId {
    let start = day("2026-03-02");
    let predicted = Predicted { low_micros: 50_000_000, micros: 100_000_000, high_micros: 150_000_000 };
    let new = NewChange {
        retest_of,
        plan: Plan { predicted: Some(predicted), ..Plan::default() },
        ..NewChange::new(Origin::Module(key), key, "recommender", flight(start, 30)).randomised(500, "half")
    };
    let mut tx = world.store.begin().await.unwrap();
    let id = measure::register(&mut tx, &new, morning(start), "Ann").await.unwrap().id();
    let cost =
        Cost { change: id, key: "1".into(), day: start, kind: "work".into(), micros: 10_000_000, note: "-".into() };
    measure::book_cost(&mut tx, &cost, morning(start)).await.unwrap();
    let [low, mid, high] = net.map(|euros| euros * 1_000_000);
    let row = VerdictRow {
        change: id,
        day: start.plus(20),
        word: word.as_str().into(),
        grade: BaselineGrade::A,
        net_low_micros: Some(low),
        net_micros: Some(mid),
        net_high_micros: Some(high),
        cost_micros: 10_000_000,
        is_final: word != ResultWord::NotYetProvable,
        made_at: morning(start.plus(20)),
        doc: serde_json::Value::Null,
    };
    store::measure_verdicts::put(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proven_are_summed_and_the_unproven_stand_apart() {
    for world in worlds().await {
        let start = day("2026-03-02");
        let won = judged(&world, "a", ResultWord::Won, [30, 100, 170], None).await;
        judged(&world, "b", ResultWord::Won, [110, 200, 290], Some(won)).await;
        judged(&world, "c", ResultWord::NotYetProvable, [-900, 1_000, 2_900], None).await;
        let lost = judged(&world, "d", ResultWord::Lost, [-90, -60, -30], None).await;
        let today = start.plus(20);
        let page = measure::earned(&world.store, today).await.unwrap();
        let euros = |micros: i64| micros / 1_000_000;
        assert_eq!((page.proven.changes, euros(page.proven.micros)), (2, 300));
        // √(70² + 90²) = 114.02 either way.
        assert_eq!((euros(page.proven.low_micros), euros(page.proven.high_micros)), (185, 414));
        assert_eq!((page.unproven.changes, euros(page.unproven.micros)), (1, 1_000));
        assert_eq!((page.lost.changes, euros(page.cost_micros)), (1, 40));
        assert!(page.lines[..2].iter().all(|line| line.is_proven) && !page.lines[2].is_proven);

        // The calendar carries the words out; what it killed saved another such month.
        measure::tick(&world.lake, morning(start.plus(20))).await.unwrap();
        let killed = measure::killed(&world.store, today).await.unwrap();
        assert_eq!((killed.len(), killed[0].entry.change.id), (1, lost));
        let saved = killed[0].saved_net_micros.unwrap().map(euros);
        assert_eq!(saved, [45, 90, 135], "30 to 90 euros lost in 20 days are 45 to 135 in 30");
        assert_eq!(euros(killed[0].saved_cost_micros), 15, "ten euros in 20 days are 15 in 30");

        let lessons = measure::lessons(&world.store, today).await.unwrap();
        assert_eq!(lessons.len(), 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_judges_own_health() {
    for world in worlds().await {
        let today = day("2026-03-22");
        let won = judged(&world, "a", ResultWord::Won, [30, 100, 170], None).await;
        judged(&world, "b", ResultWord::Won, [110, 200, 290], Some(won)).await;
        let again = judged(&world, "x", ResultWord::Won, [30, 100, 170], None).await;
        judged(&world, "y", ResultWord::Lost, [-30, -20, -10], Some(again)).await;
        let health = measure::health(&world.lake, today).await.unwrap();
        let retests = health.retests;
        assert_eq!((retests.won, retests.retested, retests.held, retests.open), (2, 2, 1, 0));
        assert_eq!((health.forecasts.judged, health.forecasts.within), (4, 2));
        assert!((health.forecasts.ratio.unwrap() - 380.0 / 400.0).abs() < 1e-9);
    }
}

/// 400 customers who buy now and then for half a year: experiments without a change are called no more often than
/// allowed (5 %, four standard errors above at 40 runs: 7).
#[tokio::test(flavor = "multi_thread")]
async fn aa_on_the_brands_own_past() {
    for world in worlds().await {
        let today = day("2026-06-01");
        let mut sales = Vec::new();
        for offset in 1..150u64 {
            let noon = InstantMs(today.plus(-(offset as i32)).start_in(&zone()).0 + 12 * 3_600_000);
            for number in 0..400u64 {
                if draw(number, offset) < 0.02 {
                    sales.push(Sale {
                        id: format!("o{offset}-{number}"),
                        customer: format!("{number:016x}"),
                        at: noon,
                        euros: 20 + (60.0 * draw(number, 1_000 + offset)) as i64,
                        refunded: 0,
                    });
                }
            }
        }
        world.sell(&sales, &[]).await;
        let health = measure::replay_aa(&world.lake, morning(today), 40, 7).await.unwrap();
        assert_eq!(health.runs, 40);
        assert!(health.customers > 350 && health.is_sound && health.false_calls <= 7, "{health:?}");
        let none = measure::replay_aa(&world.lake, morning(day("2026-01-20")), 40, 7).await.unwrap();
        assert_eq!(none.runs, 0, "too few customers to play with");
    }
}
