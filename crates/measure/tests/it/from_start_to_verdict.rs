//! Changes from their registration to verdict and decision, over a lake with orders.

use crate::common::{Sale, World, day, draw, flight, morning, worlds, zone};
use domain::{
    ChangeId, Day, InstantMs,
    sprint::{BaselineGrade, ResultWord},
};
use measure::{Arm, ChangeStatus, Keep, LivesOn, NewChange, Origin, Plan, Step, Unit, Why};

async fn registered(world: &World, new: &NewChange<'_>, at: InstantMs) -> ChangeId {
    let mut tx = world.store.begin().await.unwrap();
    let id = measure::register(&mut tx, new, at, "Ann").await.unwrap().id();
    tx.commit().await.unwrap();
    id
}

fn customer(number: u64) -> String {
    format!("{number:016x}")
}

/// `per_day` new customers a day meet the change; a fifth of them buy for about 40 euros, those in the change's arm for
/// `effect` euros more. Days are 0-based from the start.
async fn serve(world: &World, id: ChangeId, start: Day, days: std::ops::Range<i32>, per_day: u64, effect: i64) {
    let mut sales = Vec::new();
    let mut seen = Vec::new();
    for offset in days {
        let noon = InstantMs(start.plus(offset).start_in(&zone()).0 + 12 * 3_600_000);
        for number in 0..per_day {
            let number = offset as u64 * per_day + number;
            let unit = Unit::customer(&customer(number)).unwrap();
            let assignment = measure::assign(&world.store, id, &unit, noon).await.unwrap();
            if draw(number, 1) < 0.2 && assignment.why() == Why::Drawn {
                let more = if assignment.serves_change() { effect } else { 0 };
                sales.push(Sale {
                    id: format!("o{number}"),
                    customer: customer(number),
                    at: InstantMs(noon.0 + 3_600_000),
                    euros: 20 + (draw(number, 2) * 40.0) as i64 + more,
                    refunded: 0,
                });
            }
            seen.push((assignment, noon));
        }
    }
    let mut tx = world.store.begin().await.unwrap();
    for (assignment, at) in &seen {
        measure::expose(&mut tx, assignment, *at).await.unwrap();
    }
    tx.commit().await.unwrap();
    if !sales.is_empty() {
        world.sell(&sales, &[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_effect_wins_and_stays() {
    for world in worlds().await {
        let start = day("2026-03-02");
        let plan = Plan { window_days: 1, cap_micros: Some(500_000_000), ..Plan::default() };
        let new = NewChange {
            plan,
            hypothesis: "People who see what belongs together buy both",
            ..NewChange::new(Origin::Module("recommendations:home"), "Goes well with", "recommender", flight(start, 30))
                .randomised(500, "Half of the customers see the page as it was")
        };
        let id = registered(&world, &new, morning(start.plus(-1))).await;
        let unit = Unit::customer(&customer(1)).unwrap();
        let early = measure::assign(&world.store, id, &unit, morning(start.plus(-1))).await.unwrap();
        assert_eq!((early.arm(), early.why()), (Arm::Baseline, Why::Off), "it has not begun");

        serve(&world, id, start, 0..18, 60, 40).await;
        let report = measure::tick(&world.lake, morning(start.plus(18))).await.unwrap();
        assert_eq!((report.read, report.failed.len()), (1, 0), "{report:?}");
        let entry = measure::entry(&world.store, id, start.plus(18)).await.unwrap();
        let verdict = entry.verdict.clone().unwrap();
        assert_eq!(entry.result, ResultWord::Won, "{verdict:?}");
        assert!(verdict.net_low_micros.unwrap() > 0 && verdict.is_final);
        assert_eq!(report.steps.len(), 1);
        assert_eq!((entry.change.status, report.steps[0].2.clone()), (ChangeStatus::Won, Step::Stays));
        assert!(measure::is_live(&world.store, id, start.plus(100)).await.unwrap());
        let later = measure::assign(&world.store, id, &unit, morning(start.plus(50))).await.unwrap();
        assert_eq!((later.arm(), later.why()), (Arm::Change, Why::Won), "everybody gets what has won");
        let again = measure::tick(&world.lake, morning(start.plus(18))).await.unwrap();
        assert_eq!((again.read, again.steps.len()), (0, 0), "the same tick twice does nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_proven_goes_off_on_its_day_unless_an_owner_keeps_it_within_a_cap() {
    for world in worlds().await {
        let start = day("2026-03-02");
        let mut ids = Vec::new();
        for key in ["flows:a", "flows:b"] {
            let new = NewChange {
                plan: Plan { window_days: 1, stops_for_futility: false, ..Plan::default() },
                lives_on: if key == "flows:a" { LivesOn::Here } else { LivesOn::Platform("Klammer Mail") },
                ..NewChange::new(Origin::Module(key), key, "flow", flight(start, 30))
                    .randomised(500, "Half get what they got before")
            };
            ids.push(registered(&world, &new, morning(start)).await);
        }
        let (kept, left) = (ids[0], ids[1]);
        // A small true effect that so few people cannot prove, the same people in both changes.
        serve(&world, kept, start, 0..28, 12, 6).await;
        serve(&world, left, start, 0..28, 12, 0).await;
        measure::tick(&world.lake, morning(start.plus(28))).await.unwrap();
        let mut positive = Vec::new();
        for id in [kept, left] {
            let entry = measure::entry(&world.store, id, start.plus(28)).await.unwrap();
            assert_eq!(entry.result, ResultWord::NotYetProvable, "{:?}", entry.verdict);
            positive.push(entry.verdict.unwrap().net_micros.unwrap() > 0);
        }
        assert!(positive[0], "the seed gives an owner something to decide");
        let now = morning(start.plus(28));
        let keep = |days: i32, cap: i64| Keep {
            cost_cap_micros: cap,
            decidable_on: start.plus(30 + days),
            reason: "twice as many people from April on",
        };
        for bad in [keep(0, 1), keep(61, 1), keep(30, 0)] {
            let mut tx = world.store.begin().await.unwrap();
            assert!(measure::keep_unproven(&mut tx, kept, bad, now, "Ann").await.is_err());
        }
        let mut tx = world.store.begin().await.unwrap();
        measure::keep_unproven(&mut tx, kept, keep(30, 50_000_000), now, "Ann").await.unwrap();
        tx.commit().await.unwrap();

        let report = measure::tick(&world.lake, morning(start.plus(30))).await.unwrap();
        let off: Vec<ChangeId> =
            report.steps.iter().filter(|step| matches!(step.2, Step::Off(_))).map(|step| step.0).collect();
        assert_eq!(off, [left], "{report:?}");
        let entry = |id| measure::entry(&world.store, id, start.plus(30));
        assert_eq!(entry(left).await.unwrap().change.status, ChangeStatus::Killed);
        assert_eq!(entry(kept).await.unwrap().change.status, ChangeStatus::Running);
        assert_eq!(entry(kept).await.unwrap().result, ResultWord::NotYetProvable, "kept is not won");
        let open = measure::open_instructions(&world.store).await.unwrap();
        assert_eq!((open.len(), open[0].target.as_str()), (1, "Klammer Mail"));
        let mut tx = world.store.begin().await.unwrap();
        assert!(measure::confirm(&mut tx, left, "Klammer Mail", morning(start.plus(31)), "Bob").await.unwrap());
        assert!(!measure::confirm(&mut tx, left, "Klammer Mail", morning(start.plus(31)), "Bob").await.unwrap());

        let cost = |key: &str, euros: i64| measure::Cost {
            change: kept,
            key: key.into(),
            day: start.plus(32),
            kind: "work".into(),
            micros: euros * 1_000_000,
            note: String::new(),
        };
        let at = morning(start.plus(32));
        measure::book_cost(&mut tx, &cost("1", 49), at).await.unwrap();
        tx.commit().await.unwrap();
        assert!(measure::is_live(&world.store, kept, start.plus(32)).await.unwrap());
        let mut tx = world.store.begin().await.unwrap();
        measure::book_cost(&mut tx, &cost("2", 1), at).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!measure::is_live(&world.store, kept, start.plus(32)).await.unwrap(), "its cap is spent");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn late_facts_reopen_the_day_they_belong_to_and_looks_stand() {
    for world in worlds().await {
        let start = day("2026-03-02");
        let new = NewChange {
            plan: Plan { window_days: 2, ..Plan::default() },
            ..NewChange::new(Origin::Module("d"), "Texts", "description", flight(start, 30))
                .randomised(500, "Half read the text as it was")
        };
        let id = registered(&world, &new, morning(start)).await;
        serve(&world, id, start, 0..9, 20, 5).await;
        let first = measure::tick(&world.lake, morning(start.plus(9))).await.unwrap();
        assert_eq!(first.reopened, 0);
        let looks = || async { measure::looks_of(&world.store, id).await.unwrap() };
        let before = looks().await;
        assert_eq!(before.len(), 1);
        // A refund of an order on the first day, told after its window was over.
        let refunded = (0..20).find(|number| draw(*number, 1) < 0.2).unwrap();
        let noon = InstantMs(start.start_in(&zone()).0 + 13 * 3_600_000);
        let sale = Sale { id: format!("o{refunded}"), customer: customer(refunded), at: noon, euros: 30, refunded: 30 };
        world.sell(&[sale], &[&format!("o{refunded}")]).await;
        let second = measure::tick(&world.lake, morning(start.plus(9))).await.unwrap();
        assert_eq!((second.read, second.reopened), (1, 1), "the day and arm of that customer");
        assert_eq!(looks().await, before, "what a look saw stands");
        let cohorts = measure::cohorts_of(&world.store, id).await.unwrap();
        let reopened: Vec<_> = cohorts.iter().filter(|reading| reading.revision > 1).collect();
        assert_eq!((reopened.len(), reopened[0].day), (1, start));
        assert!(reopened[0].doc.refunds > 29.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_customer_on_two_devices_keeps_the_arm_met_first() {
    for world in worlds().await {
        let start = day("2026-03-02");
        let new = NewChange::new(Origin::Module("d"), "Texts", "description", flight(start, 30))
            .randomised(500, "Half read the text as it was");
        let id = registered(&world, &new, morning(start)).await;
        let at = morning(start.plus(1));
        // A device in one arm, whose customer would be hashed into the other.
        let arm = |unit: Unit| {
            let store = world.store.clone();
            async move { measure::assign(&store, id, &unit, at).await.unwrap() }
        };
        let mut pair = None;
        for number in 0..64 {
            let phone = arm(Unit::device("phone").unwrap()).await;
            let known = arm(Unit::customer(&customer(number)).unwrap()).await;
            if phone.arm() != known.arm() {
                pair = Some((phone, customer(number), known.arm()));
                break;
            }
        }
        let (phone, anna, by_hash) = pair.unwrap();
        let mut tx = world.store.begin().await.unwrap();
        measure::expose(&mut tx, &phone, at).await.unwrap();
        tx.commit().await.unwrap();
        let unit = Unit::device("phone").unwrap().known_as(&anna).unwrap();
        let known = arm(unit).await;
        assert_eq!(known.arm(), phone.arm(), "what was seen stays, not {by_hash:?}");
        let mut tx = world.store.begin().await.unwrap();
        measure::expose(&mut tx, &known, at).await.unwrap();
        tx.commit().await.unwrap();
        let laptop = arm(Unit::device("laptop").unwrap().known_as(&anna).unwrap()).await;
        assert_eq!(laptop.arm(), phone.arm(), "on every device");
        assert!(Unit::customer("anna@example.com").is_err(), "pseudonyms only");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn layers_keep_changes_apart_and_the_global_holdout_sees_nothing() {
    for world in worlds().await {
        let start = day("2026-03-02");
        let mut tx = world.store.begin().await.unwrap();
        measure::set_global_holdout(&mut tx, 100, morning(start)).await.unwrap();
        tx.commit().await.unwrap();
        let of = |key: &'static str, permille| NewChange {
            layer: Some(measure::LayerSlice { name: "home page", permille }),
            is_always_on: true,
            ..NewChange::new(Origin::Module(key), key, "recommender", flight(start, 30))
                .randomised(900, "A tenth see the page as it was")
        };
        let one = registered(&world, &of("one", 400), morning(start)).await;
        let two = registered(&world, &of("two", 600), morning(start)).await;
        let mut tx = world.store.begin().await.unwrap();
        assert!(measure::register(&mut tx, &of("three", 1), morning(start), "Ann").await.is_err(), "no room");
        drop(tx);
        let (mut held, mut met) = (0, [0; 2]);
        for number in 0..600 {
            let unit = Unit::customer(&customer(number)).unwrap();
            let mut both = Vec::new();
            for id in [one, two] {
                both.push(measure::assign(&world.store, id, &unit, morning(start)).await.unwrap());
            }
            let drawn: Vec<bool> = both.iter().map(|assignment| assignment.why() == Why::Drawn).collect();
            if both[0].why() == Why::GlobalHoldout {
                assert!(both.iter().all(|assignment| !assignment.serves_change()));
                held += 1;
                continue;
            }
            assert_ne!(drawn[0], drawn[1], "one of the two");
            met[usize::from(drawn[1])] += 1;
        }
        assert!((30..=90).contains(&held) && met[0] > 150 && met[1] > 250, "{held} {met:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn before_and_after_never_wins_and_a_counterfactual_takes_one_look() {
    for world in worlds().await {
        let start = day("2026-03-02");
        // 400 days of steady sales, then half as much again.
        let mut sales = Vec::new();
        for offset in -400..14 {
            let noon = InstantMs(start.plus(offset).start_in(&zone()).0 + 12 * 3_600_000);
            let lift = if offset >= 0 { 1.5 } else { 1.0 };
            let euros = (1_000.0 * lift * (0.95 + 0.1 * draw(offset.unsigned_abs().into(), 3))) as i64;
            sales.push(Sale { id: format!("s{offset}"), customer: customer(7), at: noon, euros, refunded: 0 });
        }
        world.sell(&sales, &[]).await;
        let of = |key: &'static str, grade| NewChange {
            baseline_grade: grade,
            baseline_note: "the days before",
            ..NewChange::new(Origin::Module(key), key, "ads", flight(start, 14))
        };
        let weak = registered(&world, &of("weak", BaselineGrade::D), morning(start)).await;
        measure::tick(&world.lake, morning(start.plus(14))).await.unwrap();
        let entry = |id, on: i32| measure::entry(&world.store, id, start.plus(on));
        let said = entry(weak, 14).await.unwrap();
        assert_eq!(said.result, ResultWord::NotYetProvable);
        assert!(said.verdict.unwrap().net_micros.unwrap() > 5_000_000_000, "and yet there is something to decide on");
        assert!(measure::tick(&world.lake, morning(start.plus(30))).await.unwrap().steps.len() == 1);
        assert_eq!(entry(weak, 30).await.unwrap().change.status, ChangeStatus::Killed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_judged_is_not_registered() {
    for world in worlds().await {
        let start = day("2026-03-02");
        let good = NewChange::new(Origin::Module("x"), "X", "prompt", flight(start, 30)).randomised(500, "half");
        let cases = [
            NewChange { baseline_note: " ", ..good.clone() },
            NewChange { treated_permille: 1000, ..good.clone() },
            NewChange { baseline_grade: BaselineGrade::C, ..good.clone() },
            NewChange { origin: Origin::Module(""), ..good.clone() },
            NewChange { plan: Plan { window_days: 0, ..Plan::default() }, ..good.clone() },
            NewChange { flight: domain::DayRange { from: start, to: start.plus(-1) }, ..good.clone() },
        ];
        let mut tx = world.store.begin().await.unwrap();
        for case in cases {
            assert!(measure::register(&mut tx, &case, morning(start), "Ann").await.is_err(), "{case:?}");
        }
        let declared = measure::register(&mut tx, &good, morning(start.plus(-3)), "Ann").await.unwrap();
        let anew = NewChange { treated_permille: 800, ..good.clone() };
        let again = measure::register(&mut tx, &anew, morning(start.plus(-1)), "Ann").await.unwrap();
        assert_eq!((again.id(), again.row().treated_permille), (declared.id(), 800), "it has not begun");
        let late = measure::register(&mut tx, &good, morning(start), "Ann").await.unwrap();
        assert_eq!(late.row().treated_permille, 800, "what was declared stands once it has begun");
        assert!(measure::kill(&mut tx, late.id(), morning(start), "Ann", " ").await.is_err());
        assert!(measure::kill(&mut tx, late.id(), morning(start), "Ann", "too dear").await.unwrap());
        assert!(!measure::kill(&mut tx, late.id(), morning(start), "Ann", "too dear").await.unwrap());
        assert!(measure::register(&mut tx, &good, morning(start), "Ann").await.is_err(), "off stays off");
    }
}
