//! A whole sprint on a simulated store: what the importers say equals what the world knows, to the cent.
#![allow(clippy::unwrap_used)]

use demo::{fill_world, next_day, play};
use domain::{
    Day,
    sprint::{BaselineGrade, SprintStage},
};
use lake::{Lake, Snapshot};
use store::Store;

struct Place {
    store: Store,
    lake: Lake,
    dir: tempfile::TempDir,
}

async fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&format!("sqlite://{}", dir.path().join("fortnight.db").display())).await.unwrap();
    let lake = Lake::open(store.clone(), &format!("file://{}", dir.path().join("lake").display())).unwrap();
    Place { store, lake, dir }
}

async fn int(snapshot: &Snapshot, sql: &str) -> i64 {
    let table = snapshot.query(&format!("SELECT CAST(COALESCE(({sql}), 0) AS BIGINT) AS n")).await.unwrap();
    table.first().unwrap().int("n").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sprint_runs_from_brief_to_signature_and_every_total_is_the_worlds() {
    let place = place().await;
    let day_one = Day::parse("2026-03-02").unwrap();
    let say = |text: &str| eprintln!("{text}");
    let played = play(&place.store, &place.lake, place.dir.path(), (5, true), day_one, &say).await.unwrap();
    eprintln!("{}", serde_json::to_string_pretty(&played).unwrap());

    assert_eq!(played.history.rows_rejected, 0);
    assert_eq!(played.launched, 3);
    assert!(played.carried_actions > 0, "the next brief carries the signed post-mortem's open actions");
    let sprints = store::sprints::list(&place.store).await.unwrap();
    let stages: Vec<SprintStage> = sprints.iter().map(|row| row.stage).collect();
    assert_eq!(stages, [SprintStage::Brief, SprintStage::Signed]);

    // The ledger holds the programmes and the concepts; each is read and stands beside its truth.
    let of = |grade| played.judged.iter().filter(move |one| one.grade == grade).collect::<Vec<_>>();
    let (randomised, concepts) = (of(BaselineGrade::A), of(BaselineGrade::C));
    assert_eq!((randomised.len(), concepts.len(), played.judged.len()), (3, 3, 6));
    for one in &randomised {
        assert!(one.units[0] > 0 && one.units[1] > 0, "{one:?}");
        assert!(one.true_revenue.is_some() && one.cost > 0.0, "{one:?}");
    }
    assert!(concepts.iter().all(|one| one.true_revenue.is_some() && one.cost > 0.0), "ads are booked: {concepts:?}");

    let now = day_one.plus(15).start_in(&jiff::tz::TimeZone::UTC).plus_days(1);
    let snapshot = place.lake.snapshot(now).await.unwrap();
    let reminder = store::changes::list(&place.store).await.unwrap();
    let reminder = reminder.iter().find(|change| change.name == "Replenishment reminder").unwrap().id.to_string();
    let exposed = store::measure_exposures::of_scope(&place.store, &reminder).await.unwrap();
    let quoted: Vec<String> = exposed.iter().map(|one| lake::quote(&one.unit)).collect();
    let known = format!("SELECT COUNT(DISTINCT customer_id) FROM orders WHERE customer_id IN ({})", quoted.join(", "));
    assert!(exposed.len() > 40);
    assert_eq!(int(&snapshot, &known).await, exposed.len() as i64, "units are the lake's customers");
    let truth = &played.truth;
    let sums = [
        ("orders", int(&snapshot, "SELECT COUNT(*) FROM orders WHERE kind = 'sale'").await, truth.orders as i64),
        ("gross", int(&snapshot, "SELECT SUM(gross_micros) FROM orders").await, truth.gross_minor * 10_000),
        ("discounts", int(&snapshot, "SELECT SUM(discount_micros) FROM orders").await, truth.discounts_minor * 10_000),
        ("returns", int(&snapshot, "SELECT -SUM(refund_micros) FROM orders").await, truth.returns_minor * 10_000),
        ("net", int(&snapshot, "SELECT SUM(net_micros) FROM orders").await, truth.net_minor * 10_000),
        ("spend", int(&snapshot, "SELECT SUM(spend_micros) FROM ad_totals").await, truth.ad_spend_minor() * 10_000),
        (
            "GA4 revenue",
            int(&snapshot, "SELECT SUM(revenue_micros) FROM funnel_days").await,
            truth.ga4.revenue_minor * 10_000,
        ),
        ("GA4 sessions", int(&snapshot, "SELECT SUM(sessions) FROM funnel_days").await, truth.ga4.sessions as i64),
    ];
    for (what, got, want) in sums {
        assert_eq!(got, want, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_opens_on_day_eight_and_moves_on() {
    let place = place().await;
    let today = Day::parse("2026-11-23").unwrap();
    let say = |text: &str| eprintln!("{text}");
    let filled = fill_world(&place.store, &place.lake, place.dir.path(), (7, true), today, &say).await.unwrap();
    assert_eq!((filled.today, filled.sprints), (today, 3));
    assert!(filled.to_act_on > 0, "day 8 has something to act on");
    let stages: Vec<SprintStage> =
        store::sprints::list(&place.store).await.unwrap().iter().rev().map(|row| row.stage).collect();
    assert_eq!(stages, [SprintStage::Signed, SprintStage::Live, SprintStage::Brief]);

    assert_eq!(filled.judged.len(), 9, "three programmes and the concepts of two sprints");
    let seq = store::seq::latest(&place.store).await.unwrap();
    let read = measure::lessons(&place.store, today.plus(1)).await.unwrap().len();
    let day_of = |lessons: Vec<measure::Lesson>| {
        lessons.into_iter().filter_map(|lesson| lesson.entry.verdict).map(|verdict| verdict.day).max()
    };
    assert_eq!(day_of(measure::lessons(&place.store, today).await.unwrap()), Some(today));
    assert_eq!(next_day(&place.store, &place.lake, place.dir.path()).await.unwrap(), today.plus(1));
    assert!(store::seq::latest(&place.store).await.unwrap() > seq, "a new day brings new facts");
    let next = measure::lessons(&place.store, today.plus(1)).await.unwrap();
    assert_eq!((next.len(), day_of(next)), (read, Some(today.plus(1))), "and a new reading of the ledger");
    let again = fill_world(&place.store, &place.lake, place.dir.path(), (7, true), today, &say).await;
    assert!(again.is_err(), "a filled folder is not filled again");
}
