//! Grade B from its proposal to the verdict: by region and by switched periods, with a known truth.

use crate::common::{Sale, World, day, draw, flight, morning, worlds, zone};
use domain::{
    Day, InstantMs,
    sprint::{BaselineGrade, ResultWord},
};
use measure::{Arm, ChangeStatus, LivesOn, NewChange, Origin, SeriesScope, Split, Unit, Why};

const COUNTRIES: [&str; 9] =
    ["Austria", "Belgium", "Denmark", "France", "Germany", "Italy", "Netherlands", "Spain", "Sweden"];

/// A day's takings in each country: weekdays, a common wave and noise; `lift` says by how much more on a day in a country.
async fn trade(world: &World, start: Day, days: std::ops::Range<i32>, lift: impl Fn(i32, &str) -> f64) {
    let mut sales = Vec::new();
    for offset in days {
        let noon = InstantMs(start.plus(offset).start_in(&zone()).0 + 12 * 3_600_000);
        for (place, country) in COUNTRIES.iter().enumerate() {
            let seed = (offset + 1_000) as u64 * 16 + place as u64;
            let week = if (offset + 1_001) % 7 >= 5 { 1.4 } else { 1.0 };
            let wave = 1.0 + 0.15 * (f64::from(offset) / 11.0).sin();
            let noise = 0.85 + 0.3 * draw(seed, 5);
            let euros = 400.0 * (1.0 + place as f64 / 4.0) * week * wave * noise * (1.0 + lift(offset, country));
            let sale = Sale {
                id: format!("{country}{offset}"),
                customer: format!("{place:016x}"),
                at: noon,
                euros: euros as i64,
                refunded: 0,
            };
            sales.push((sale, *country));
        }
    }
    world.sell_in(&sales, &[]).await;
}

fn names(all: &[&str]) -> Vec<String> {
    all.iter().map(|name| (*name).to_owned()).collect()
}

fn regions(treated: &[&str]) -> Split {
    Split::Regions { treated: names(treated), controls: Vec::new() }
}

fn ads(key: &'static str, from: Day, days: i32) -> NewChange<'static> {
    NewChange {
        lives_on: LivesOn::Platform("Meta"),
        hypothesis: "Neighbours buy what neighbours show",
        ..NewChange::new(Origin::Module(key), key, "ads", flight(from, days))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn regions_are_proposed_registered_and_judged_at_one_look() {
    for world in worlds().await {
        let start = day("2026-03-02");
        let lift =
            |offset: i32, country: &str| if offset >= 0 && matches!(country, "Austria" | "Italy") { 0.3 } else { 0.0 };
        trade(&world, start, -120..0, lift).await;
        let now = morning(start);
        let outlook = measure::region_outlook(&world.lake, now, 21, &SeriesScope::default(), &[]).await.unwrap();
        assert!(outlook.refusal.is_none() && outlook.regions.len() == 9, "{outlook:?}");
        let best = &outlook.choices[0];
        assert!(best.detectable_lift < 0.2 && best.treated.len() + best.controls.len() == 9, "{best:?}");
        assert!(outlook.choices.iter().all(|choice| choice.treated.len() >= 2), "one of nine proves nothing at 5 %");

        let new = ads("spots", start, 21);
        let by = "Ann";
        let (registered, detectable) =
            measure::register_split(&world.lake, &new.clone().split(regions(&["Austria", "Italy"]), ""), now, by)
                .await
                .unwrap();
        let id = registered.id();
        assert!(detectable < 0.25, "{detectable}");
        assert_eq!(registered.row().baseline_grade, BaselineGrade::B);
        assert!(
            registered.row().baseline_note.contains("Austria and Italy get it"),
            "{}",
            registered.row().baseline_note
        );

        trade(&world, start, 0..21, lift).await;
        measure::tick(&world.lake, morning(start.plus(10))).await.unwrap();
        let early = measure::detail(&world.store, id, start.plus(10)).await.unwrap();
        assert_eq!(early.entry.result, ResultWord::NotYetProvable, "its one look is still to come");
        assert!(early.findings.unwrap().lift.is_some_and(|lift| lift > 0.15), "and yet it is read daily");

        measure::tick(&world.lake, morning(start.plus(21))).await.unwrap();
        let detail = measure::detail(&world.store, id, start.plus(21)).await.unwrap();
        let found = detail.findings.clone().unwrap();
        assert_eq!(detail.entry.result, ResultWord::Won, "{found:?}");
        assert_eq!(detail.entry.change.status, ChangeStatus::Won);
        assert!((found.lift.unwrap() - 0.3).abs() < 0.1 && found.lift_low.unwrap() < 0.3, "{found:?}");
        assert!(found.p_value.unwrap() <= 0.05 && found.looks == 1);
        // The truth: 30 % of what both countries would have taken in 21 days.
        let truth: f64 = (0..21)
            .flat_map(|offset| [(offset, 0), (offset, 5)])
            .map(|(offset, place): (i32, usize)| {
                let week = if (offset + 1_001) % 7 >= 5 { 1.4 } else { 1.0 };
                let wave = 1.0 + 0.15 * (f64::from(offset) / 11.0).sin();
                let noise = 0.85 + 0.3 * draw((offset + 1_000) as u64 * 16 + place as u64, 5);
                0.3 * 400.0 * (1.0 + place as f64 / 4.0) * week * wave * noise
            })
            .sum();
        let revenue = found.revenue.unwrap();
        assert!(revenue.low < truth && truth < revenue.high, "{revenue:?} {truth}");
        let compared = found.compared.unwrap();
        assert_eq!((compared.first, compared.days.len()), (Some(start), 21));
        assert!(compared.weights.iter().all(|(name, _)| name != "Austria"));
        let earned = measure::earned(&world.store, start.plus(21)).await.unwrap();
        assert!(earned.proven.changes == 1 && earned.proven.micros > 0, "earned money is shown: {:?}", earned.proven);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn regions_without_an_effect_prove_nothing_and_go_off() {
    for world in worlds().await {
        let start = day("2026-03-02");
        trade(&world, start, -120..21, |_, _| 0.0).await;
        let new = ads("spots", start, 21).split(regions(&["Austria", "Italy"]), "");
        let (registered, _) = measure::register_split(&world.lake, &new, morning(start), "Ann").await.unwrap();
        measure::tick(&world.lake, morning(start.plus(21))).await.unwrap();
        let entry = measure::entry(&world.store, registered.id(), start.plus(21)).await.unwrap();
        assert_eq!(entry.result, ResultWord::NotYetProvable, "{:?}", entry.verdict);
        measure::tick(&world.lake, morning(start.plus(30))).await.unwrap();
        let entry = measure::entry(&world.store, registered.id(), start.plus(30)).await.unwrap();
        assert_eq!(entry.change.status, ChangeStatus::Killed);
        assert_eq!(measure::open_instructions(&world.store).await.unwrap()[0].target, "Meta");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_regions_cannot_prove_does_not_start() {
    for world in worlds().await {
        let start = day("2026-03-02");
        let now = morning(start);
        let refused = async |new: &NewChange<'_>, says: &str| {
            let error = measure::register_split(&world.lake, new, now, "Ann").await.unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        };
        let of = |treated: &[&str]| ads("spots", start, 21).split(regions(treated), "");
        refused(&of(&["Austria", "Italy"]), "No order went to").await;
        let nothing = measure::region_outlook(&world.lake, now, 21, &SeriesScope::default(), &[]).await.unwrap();
        assert!(nothing.refusal.is_some_and(|why| why.contains("0 regions sold")));
        // Sweden is new: ten days of orders.
        trade(&world, start, -120..0, |offset, country| if country == "Sweden" && offset < -10 { -1.0 } else { 0.0 })
            .await;
        refused(&of(&["Austria", "Sweden"]), "30 are needed").await;
        refused(&of(&["Austria"]), "too few ways").await;
        refused(&of(&["Austria", "Belgium", "Denmark", "France"]), "5 are needed").await;
        refused(&of(&["Austria", "Narnia"]), "No order went to `Narnia`").await;
        refused(&ads("spots", start, 5).split(regions(&["Austria", "Italy"]), ""), "whole week").await;
        refused(&NewChange { lives_on: LivesOn::Here, ..of(&["Austria", "Italy"]) }, "on which platform").await;
        refused(&NewChange { is_always_on: true, ..of(&["Austria", "Italy"]) }, "always on takes a holdout").await;
        let mut tx = world.store.begin().await.unwrap();
        let bare = NewChange { baseline_grade: BaselineGrade::B, baseline_note: "regions", ..ads("bare", start, 21) };
        assert!(measure::register(&mut tx, &bare, now, "Ann").await.is_err(), "grade B names its regions or periods");
        drop(tx);

        // Two changes never meet in a region while both run.
        measure::register_split(&world.lake, &of(&["Austria", "Italy"]), now, "Ann").await.unwrap();
        let again = |treated: &[&str], from: Day| ads("more", from, 21).split(regions(treated), "");
        refused(&again(&["Italy", "France"], start), "cannot run in the same days").await;
        refused(&again(&["Belgium", "France"], start), "cannot be in both").await;
        refused(&ads("switch", start, 28).split(Split::Periods { block_days: 2 }, ""), "cannot run in the same days")
            .await;
        let later = again(&["Belgium", "France"], start.plus(21));
        measure::register_split(&world.lake, &later, now, "Ann").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switched_change_is_on_by_hash_and_judged_by_its_draw() {
    for world in worlds().await {
        let start = day("2026-03-02");
        trade(&world, start, -120..0, |_, _| 0.0).await;
        let periods = measure::period_outlook(&world.lake, morning(start), 28, &SeriesScope::default()).await.unwrap();
        assert_eq!(periods.iter().map(|one| one.block_days).collect::<Vec<_>>(), [1, 2, 3]);
        let new =
            NewChange { lives_on: LivesOn::Here, ..ads("hero", start, 28) }.split(Split::Periods { block_days: 2 }, "");
        let (registered, detectable) =
            measure::register_split(&world.lake, &new, morning(start.plus(-1)), "Ann").await.unwrap();
        assert!((detectable - periods[1].detectable_lift).abs() < 0.05, "{detectable}");
        let id = registered.id();
        let schedule = measure::schedule(registered.row());
        assert_eq!((schedule.len(), schedule.iter().filter(|(_, _, on)| *on).count()), (14, 7));

        let unit = Unit::customer("00000000000000aa").unwrap();
        let on = |offset: i32| schedule.iter().any(|(from, to, on)| *on && (*from..=*to).contains(&start.plus(offset)));
        for offset in 0..28 {
            let now = morning(start.plus(offset));
            let assignment = measure::assign(&world.store, id, &unit, now).await.unwrap();
            let wanted = if on(offset) { (Arm::Change, Why::Drawn) } else { (Arm::Baseline, Why::Off) };
            assert_eq!((assignment.arm(), assignment.why()), wanted, "day {offset}");
        }
        trade(&world, start, 0..28, |offset, _| if on(offset) { 0.4 } else { 0.0 }).await;
        measure::tick(&world.lake, morning(start.plus(28))).await.unwrap();
        let detail = measure::detail(&world.store, id, start.plus(28)).await.unwrap();
        let found = detail.findings.unwrap();
        assert_eq!(detail.entry.result, ResultWord::Won, "{found:?}");
        assert!(found.lift_low.unwrap() < 0.4 && found.lift_high.unwrap() > 0.4, "{found:?}");
        let later = measure::assign(&world.store, id, &unit, morning(start.plus(40))).await.unwrap();
        assert_eq!(later.why(), Why::Won, "what has won is on every day");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_change_is_split_before_its_start_and_stays_so() {
    for world in worlds().await {
        let start = day("2026-03-02");
        trade(&world, start, -120..0, |_, _| 0.0).await;
        let new = NewChange {
            baseline_note: "the days before",
            lives_on: LivesOn::Platform("Meta"),
            ..NewChange::new(Origin::Module("concept-like"), "Start here", "ads", flight(start, 21))
        };
        let now = morning(start.plus(-2));
        let mut tx = world.store.begin().await.unwrap();
        let id = measure::register(&mut tx, &new, now, "Ann").await.unwrap().id();
        tx.commit().await.unwrap();
        let (split, _) =
            measure::split_change(&world.lake, id, regions(&["Austria", "Italy"]), now, "Ann").await.unwrap();
        assert_eq!((split.id(), split.row().baseline_grade), (id, BaselineGrade::B));
        let mut tx = world.store.begin().await.unwrap();
        let again = measure::register(&mut tx, &new, now, "Ann").await.unwrap();
        assert_eq!(again.row().baseline_grade, BaselineGrade::B, "exporting the launch again does not undo it");
        tx.commit().await.unwrap();
        let late =
            measure::split_change(&world.lake, id, Split::Periods { block_days: 1 }, morning(start), "Ann").await;
        assert!(late.unwrap_err().to_string().contains("has begun"));
    }
}
