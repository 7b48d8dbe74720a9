//! Bar 10: what the ledger promises, under any order of events, any clock and any crash.
//!
//! - Nothing is served without a baseline.
//! - After a kill commits, every assignment is the baseline.
//! - Nothing is served past day 30 without a win or a recorded owner's decision within its cap.
//! - Clean-up outside may run any number of times.
#![allow(clippy::unwrap_used)]

use std::{cell::RefCell, collections::BTreeMap};

use domain::{
    ChangeId, ConceptId, Day, DayRange, InstantMs, SprintId,
    sprint::{BaselineGrade, ResultWord},
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed},
};
use store::{
    Store, Value,
    changes::{self, ChangeStatus},
    measure_tasks::{self as tasks, Cost},
    measure_verdicts::{self as verdicts, VerdictRow},
};

use crate::{
    Keep, LivesOn, MeasureError, NewChange, Origin, Plan, Unit, assign, book_cost, confirm, decision, end_sprint,
    expose, keep_unproven, kill, ledger::off_on, link, open_instructions, register, run_outbox, tick::calendar,
    went_live,
};

/// Changes that take part.
const CHANGES: usize = 4;
const HOUR: i64 = 3_600_000;

#[derive(Debug, Clone)]
enum Event {
    Register {
        which: usize,
        in_days: i32,
    },
    /// The clock moves; backwards too.
    Clock {
        hours: i64,
    },
    Verdict {
        which: usize,
        word: ResultWord,
        net: i64,
    },
    Keep {
        which: usize,
        days: i32,
        cap: i64,
    },
    Cost {
        which: usize,
        micros: i64,
    },
    Kill {
        which: usize,
    },
    EndSprint,
    WentLive {
        which: usize,
        days_ago: i32,
    },
    Calendar {
        only: usize,
    },
    Expose {
        which: usize,
        unit: u8,
    },
    Link {
        device: u8,
        customer: u8,
    },
    /// Clean-up runs; the note of what was done is lost when it crashes.
    CleanUp,
    Confirm,
}

fn event() -> impl Strategy<Value = (Event, bool)> {
    let which = 0..CHANGES;
    let word = prop_oneof![
        1 => Just(ResultWord::Won),
        1 => Just(ResultWord::Lost),
        1 => Just(ResultWord::Futile),
        9 => Just(ResultWord::NotYetProvable),
    ];
    let event = prop_oneof![
        4 => (which.clone(), 0..6i32).prop_map(|(which, in_days)| Event::Register { which, in_days }),
        5 => (-40..300i64).prop_map(|hours| Event::Clock { hours }),
        5 => (which.clone(), word, -3..20i64).prop_map(|(which, word, net)| Event::Verdict { which, word, net }),
        6 => (which.clone(), -5..70i32, -1..60i64).prop_map(|(which, days, cap)| Event::Keep { which, days, cap }),
        4 => (which.clone(), 0..40i64).prop_map(|(which, micros)| Event::Cost { which, micros }),
        1 => which.clone().prop_map(|which| Event::Kill { which }),
        1 => Just(Event::EndSprint),
        1 => (which.clone(), -2..9i32).prop_map(|(which, days_ago)| Event::WentLive { which, days_ago }),
        4 => (0..=CHANGES).prop_map(|only| Event::Calendar { only }),
        3 => (which, 0..40u8).prop_map(|(which, unit)| Event::Expose { which, unit }),
        1 => (0..40u8, 0..40u8).prop_map(|(device, customer)| Event::Link { device, customer }),
        1 => Just(Event::CleanUp),
        1 => Just(Event::Confirm),
    ];
    (event, prop::bool::weighted(0.2))
}

/// What is known outside the ledger: which kills committed, and what stands outside.
struct Scene {
    store: Store,
    sprint: SprintId,
    now: InstantMs,
    ids: BTreeMap<usize, ChangeId>,
    killed: Vec<ChangeId>,
    cleaned: RefCell<BTreeMap<ChangeId, u32>>,
}

fn day_of(now: InstantMs) -> Day {
    now.day_in(&jiff::tz::TimeZone::UTC)
}

fn concept(which: usize) -> ConceptId {
    ConceptId::derive(InstantMs(1), &[&which.to_string()])
}

fn new_change(which: usize, sprint: SprintId, from: Day) -> NewChange<'static> {
    const KEYS: [&str; CHANGES] = ["a", "b", "c", "d"];
    let flight = DayRange { from, to: from.plus(13) };
    let key = Origin::Module(KEYS[which]);
    let base = match which {
        0 => NewChange::new(key, "A", "recommender", flight).randomised(500, "half keep what was"),
        1 => NewChange {
            is_always_on: true,
            ..NewChange::new(key, "B", "flow", flight).randomised(900, "a tenth gets no mail")
        },
        2 => NewChange {
            baseline_grade: BaselineGrade::D,
            baseline_note: "the days before",
            lives_on: LivesOn::Platform("Anzeigenhaus"),
            ..NewChange::new(Origin::Concept(sprint, concept(2)), "C", "ads", flight)
        },
        _ => NewChange {
            baseline_grade: BaselineGrade::C,
            baseline_note: "what the rest of the shop says",
            ..NewChange::new(key, "D", "description", flight)
        },
    };
    NewChange { plan: Plan { clean_up: vec!["shop".into()], ..Plan::default() }, ..base }
}

impl Scene {
    async fn open(store: Store) -> Scene {
        let mut tx = store.begin().await.unwrap();
        let sprint = store::sprints::create(&mut tx, "s", InstantMs(1), "ann", None).await.unwrap().id;
        let sql = "INSERT INTO concepts (id, sprint_id, position, idea_key, doc, state) VALUES ($1, $2, 1, 'k', '{}', 'open')";
        tx.execute(sql, &[Value::text(concept(2)), Value::text(sprint)]).await.unwrap();
        tx.commit().await.unwrap();
        let now = InstantMs(i64::from(Day::parse("2026-03-02").unwrap().epoch_days()) * 24 * HOUR);
        Scene { store, sprint, now, ids: BTreeMap::new(), killed: Vec::new(), cleaned: RefCell::default() }
    }

    /// Carries an event out; with `crashes` nothing of it is committed.
    async fn play(&mut self, event: &Event, crashes: bool) -> Result<(), MeasureError> {
        let (now, today) = (self.now, day_of(self.now));
        let id = |which: &usize| self.ids.get(which).copied();
        match event {
            Event::Clock { hours } => self.now = InstantMs(now.0 + hours * HOUR),
            Event::Calendar { only } if crashes => {
                // The clock's work stops within the transaction of one change.
                if let Some(id) = id(only) {
                    let mut tx = self.store.begin().await?;
                    decision::step(&mut tx, id, now, today).await?;
                }
            }
            Event::Calendar { .. } => {
                calendar(&self.store, now, &[]).await?;
                for change in changes::list(&self.store).await? {
                    let is_late = change.status == ChangeStatus::Running && today >= off_on(&change);
                    assert!(!is_late, "running past its day: {change:?}");
                }
            }
            Event::CleanUp => {
                let clean = |task: crate::Task| {
                    *self.cleaned.borrow_mut().entry(task.change).or_default() += 1;
                    async move { if crashes { Err("the shop did not answer".to_owned()) } else { Ok(()) } }
                };
                run_outbox(&self.store, now, clean).await?;
            }
            Event::Register { which, in_days } => {
                let mut tx = self.store.begin().await?;
                let new = new_change(*which, self.sprint, today.plus(*in_days));
                let registered = register(&mut tx, &new, now, "ann").await?;
                if !crashes {
                    tx.commit().await?;
                    self.ids.insert(*which, registered.id());
                }
            }
            Event::EndSprint => {
                let mut tx = self.store.begin().await?;
                end_sprint(&mut tx, self.sprint, now, "ann", "signed").await?;
                if !crashes {
                    tx.commit().await?;
                    self.killed.extend(self.ids.get(&2));
                }
            }
            Event::Link { device, customer } => {
                let mut tx = self.store.begin().await?;
                link(&mut tx, &format!("device-{device}"), &format!("{customer:016x}")).await?;
                if !crashes {
                    tx.commit().await?;
                }
            }
            Event::Confirm => {
                for task in open_instructions(&self.store).await? {
                    let mut tx = self.store.begin().await?;
                    confirm(&mut tx, task.change, &task.target, now, "bob").await?;
                    if !crashes {
                        tx.commit().await?;
                    }
                }
            }
            Event::Expose { which, unit } => {
                let Some(id) = id(which) else { return Ok(()) };
                let device = Unit::device(&format!("device-{unit}"))?;
                let unit = if unit % 3 == 0 { device } else { device.known_as(&format!("{unit:016x}"))? };
                let assignment = assign(&self.store, id, &unit, now).await?;
                let mut tx = self.store.begin().await?;
                expose(&mut tx, &assignment, now).await?;
                if !crashes {
                    tx.commit().await?;
                }
            }
            Event::Verdict { which, .. }
            | Event::Keep { which, .. }
            | Event::Cost { which, .. }
            | Event::Kill { which }
            | Event::WentLive { which, .. } => {
                let Some(id) = id(which) else { return Ok(()) };
                self.on_one(id, event, crashes).await?;
            }
        }
        Ok(())
    }

    async fn on_one(&mut self, id: ChangeId, event: &Event, crashes: bool) -> Result<(), MeasureError> {
        let (now, today) = (self.now, day_of(self.now));
        let change = changes::get(&self.store, id).await?.unwrap();
        let mut tx = self.store.begin().await?;
        match event {
            Event::Verdict { word, net, .. } => {
                let net = net * 1_000_000;
                let row = VerdictRow {
                    change: id,
                    day: today,
                    word: word.as_str().to_owned(),
                    grade: change.baseline_grade,
                    net_low_micros: Some(net - 1),
                    net_micros: Some(net),
                    net_high_micros: Some(net + 1),
                    cost_micros: 0,
                    is_final: *word != ResultWord::NotYetProvable,
                    made_at: now,
                    doc: serde_json::Value::Null,
                };
                verdicts::put(&mut tx, &row).await?;
            }
            Event::Keep { days, cap, .. } => {
                let decidable_on = off_on(&change).plus(*days);
                let keep = Keep { cost_cap_micros: *cap, decidable_on, reason: "worth a month" };
                keep_unproven(&mut tx, id, keep, now, "ann").await?;
            }
            Event::Cost { micros, .. } => {
                let key = now.0.to_string();
                let cost =
                    Cost { change: id, key, day: today, kind: "work".into(), micros: *micros, note: String::new() };
                book_cost(&mut tx, &cost, now).await?;
            }
            Event::WentLive { days_ago, .. } => {
                went_live(&mut tx, id, today.plus(-days_ago), now, "ann").await?;
            }
            _ => {
                kill(&mut tx, id, now, "ann", "too dear").await?;
            }
        }
        if !crashes {
            tx.commit().await?;
            if matches!(event, Event::Kill { .. }) {
                self.killed.push(id);
            }
        }
        Ok(())
    }

    /// What holds after every event, at every hour.
    async fn check(&self, now: InstantMs) {
        let today = day_of(now);
        for change in changes::list(&self.store).await.unwrap() {
            let mut arms = [0u32; 2];
            for number in 0..8u8 {
                let unit = match number % 2 {
                    0 => Unit::device(&format!("device-{number}")).unwrap(),
                    _ => Unit::customer(&format!("{number:016x}")).unwrap(),
                };
                let assignment = assign(&self.store, change.id, &unit, now).await.unwrap();
                arms[usize::from(assignment.serves_change())] += 1;
            }
            if arms[1] == 0 {
                continue;
            }
            assert!(!self.killed.contains(&change.id), "served after its kill: {change:?}");
            assert!(!change.baseline_note.is_empty() && today >= change.starts_on, "{change:?}");
            if change.baseline_grade == BaselineGrade::A && change.status == ChangeStatus::Running {
                assert!(change.treated_permille < 1000, "{change:?}");
            }
            if today >= change.starts_on.plus(30) {
                self.is_allowed(&change, today).await;
            }
        }
        for id in &self.killed {
            let change = changes::get(&self.store, *id).await.unwrap().unwrap();
            assert!(!change.status.is_served());
            let left: Vec<String> =
                tasks::of_change(&self.store, *id).await.unwrap().into_iter().map(|task| task.kind).collect();
            assert!(left.contains(&"machine".to_owned()), "clean-up stands in the outbox: {left:?}");
        }
    }

    /// Past day 30: by the recorded verdicts, decisions and costs, not by the change's own row.
    async fn is_allowed(&self, change: &crate::ChangeRow, today: Day) {
        let said = verdicts::of_change(&self.store, change.id).await.unwrap();
        let has_won = said.iter().any(|verdict| verdict.word == "won" && verdict.grade != BaselineGrade::D);
        if change.status == ChangeStatus::Won {
            assert!(has_won, "it stays without a win: {change:?}");
            return;
        }
        let decisions = verdicts::decisions(&self.store, Some(change.id)).await.unwrap();
        let keep = decisions.iter().rev().find(|decision| decision.kind == "keep_unproven");
        let keep = keep.unwrap_or_else(|| panic!("alive past day 30 without a decision: {change:?}"));
        assert!(keep.decidable_on.is_some_and(|day| today < day), "past what its owner allowed: {keep:?}");
        assert!(decisions.iter().filter(|decision| decision.kind == "keep_unproven").count() <= 2);
        let costs = tasks::costs(&self.store, change.id).await.unwrap();
        let spent: i64 = costs.iter().filter(|cost| cost.day >= keep.day).map(|cost| cost.micros).sum();
        assert!(spent < keep.cost_cap_micros.unwrap(), "beyond its cap: {spent} of {keep:?}");
    }
}

async fn play(store: Store, events: Vec<(Event, bool)>) {
    let mut scene = Scene::open(store).await;
    for which in 0..CHANGES {
        scene.play(&Event::Register { which, in_days: which as i32 }, false).await.unwrap();
    }
    for (event, crashes) in events {
        match scene.play(&event, crashes).await {
            // Refusing is fine; anything else is not.
            Ok(()) | Err(MeasureError::Refused(_) | MeasureError::Store(store::StoreError::Conflict(_))) => {}
            Err(error) => panic!("{event:?}: {error}"),
        }
        scene.check(scene.now).await;
        scene.check(scene.now.plus_days(31)).await;
    }
    let clean = |task: crate::Task| {
        *scene.cleaned.borrow_mut().entry(task.change).or_default() += 1;
        async { Ok(()) }
    };
    run_outbox(&scene.store, scene.now, clean).await.unwrap();
    let again = run_outbox(&scene.store, scene.now, clean).await.unwrap();
    assert_eq!(again, (0, 0), "what is done is not done again");
    for id in &scene.killed {
        assert!(scene.cleaned.borrow().contains_key(id), "cleaned up at least once");
    }
}

/// `FORTNIGHT_SOAK_CASES` plays more.
fn config(cases: u32) -> Config {
    let cases = std::env::var("FORTNIGHT_SOAK_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(cases);
    Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(30), max_shrink_iters: 40, ..Config::default() }
}

proptest! {
    #![proptest_config(config(8))]
    #[test]
    fn the_ledger_keeps_its_promises(events in prop::collection::vec(event(), 20..70)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            play(store::testing::sqlite().await, events).await;
        });
    }
}

proptest! {
    #![proptest_config(config(4))]
    #[test]
    fn the_same_on_postgresql(events in prop::collection::vec(event(), 20..70)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            if let Some(store) = store::testing::postgres().await {
                play(store, events).await;
            }
        });
    }
}
