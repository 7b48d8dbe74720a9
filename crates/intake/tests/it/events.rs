//! Events of visitors: each counts once and at once, wherever it stands, and nobody's name gets into the lake.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use crate::common::{NOW, World, world, world_on};
use domain::{
    InstantMs,
    event::{Event, EventName, EventProduct, Shown},
};
use formats::Source;
use intake::{Events, Intake, Outcome, fingerprint};
use store::{
    StoreError, Tx,
    inbox::{self, OnEvent, Reaction, Recorded},
};

fn event(id: &str, minutes_ago: i64) -> Event {
    Event {
        message_id: id.into(),
        name: EventName::ProductViewed,
        at: InstantMs(NOW.0 - minutes_ago * 60_000),
        anonymous_id: Some("Device-of-Ada".into()),
        user_id: Some("ada@example.com".into()),
        products: vec![EventProduct::one("SKU-1"), EventProduct::one("SKU-2")],
        order_id: None,
        shown: Shown { placement: Some("home".into()), ..Shown::default() },
    }
}

fn start(intake: &Intake) -> Events {
    Events::start(intake.clone(), Arc::new(|| NOW), Vec::new())
}

async fn count(world: &World, sql: &str) -> i64 {
    world.int(&format!("SELECT COUNT(*) AS n FROM events WHERE {sql}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_counts_at_once_and_once() {
    for store in store::testing::stores().await {
        let world = world_on(store).await;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = Arc::clone(&heard);
        let listener: intake::Listener =
            Arc::new(move |events: &[Recorded]| ears.lock().unwrap().extend_from_slice(events));
        let events = Events::start(world.intake.clone(), Arc::new(|| NOW), vec![listener]);
        let old = event("m3", 60 * 24 * 40);
        let outcomes = events.take(vec![event("m1", 5), event("m2", 4), event("m1", 3), old]).await.unwrap();
        assert_eq!(outcomes[..3], [Outcome::Accepted, Outcome::Accepted, Outcome::Duplicate]);
        assert!(matches!(&outcomes[3], Outcome::Rejected(why) if why.contains("30 days")), "{outcomes:?}");
        assert_eq!(events.take(vec![event("m2", 4)]).await.unwrap(), [Outcome::Duplicate]);
        assert_eq!(
            heard.lock().unwrap().iter().map(|one| one.event.message_id.clone()).collect::<Vec<_>>(),
            ["m1", "m2"]
        );

        // At once, and the same before and after it moved into a file.
        let now = InstantMs(NOW.0 + 1);
        let before = world.intake.lake.snapshot(now).await.unwrap();
        let sql = "SELECT * FROM events ORDER BY seq, line_no";
        let rows = before.query(sql).await.unwrap();
        assert_eq!(rows.len(), 4, "a row a product");
        assert_eq!(world.intake.lake.compact_if_due(NOW).await.unwrap().rows, 0, "nothing is due yet");
        assert_eq!(world.intake.lake.compact(NOW).await.unwrap(), lake::Compacted { files: 1, rows: 4 });
        assert_eq!(before.query(sql).await.unwrap(), rows, "a snapshot that was taken before");
        world.intake.lake.sweep(NOW).await.unwrap();
        let after = world.intake.lake.snapshot_at(before.as_of_seq(), now).await.unwrap();
        assert_eq!(after.query(sql).await.unwrap(), rows, "the same snapshot out of the file");
        assert_eq!(inbox::waiting(&world.intake.store).await.unwrap().rows, 0);
        assert_eq!(events.take(vec![event("m1", 5)]).await.unwrap(), [Outcome::Duplicate], "known after the move");
        assert_eq!(count(&world, "day = DATE '2025-12-31' AND placement = 'home'").await, 4);

        // Nobody's name, in no file.
        let text = format!("{rows:?}");
        assert!(!text.contains("ada") && !text.contains("Device-of-Ada"), "{text}");
        for file in std::fs::read_dir(world.folder.path().join("lake/events")).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            for secret in ["ada@example.com", "Device-of-Ada"] {
                assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
            }
        }
        let pseudonym = world.intake.pseudonym("Ada@Example.com");
        assert_eq!(count(&world, &format!("customer_id = '{pseudonym}'")).await, 4, "one person with their orders");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_senders_and_a_compactor_lose_nothing() {
    for store in store::testing::stores().await {
        let world = world_on(store).await;
        let events = start(&world.intake);
        let done = Arc::new(AtomicBool::new(false));
        let compactors: Vec<_> = (0..2)
            .map(|_| {
                let (lake, done) = (world.intake.lake.clone(), Arc::clone(&done));
                tokio::spawn(async move {
                    let mut moved = 0;
                    while !done.load(Ordering::Relaxed) {
                        moved += lake.compact_step(70, NOW).await.unwrap().rows;
                        tokio::task::yield_now().await;
                    }
                    moved
                })
            })
            .collect();
        let senders: Vec<_> = (0..8)
            .map(|sender| {
                let events = events.clone();
                tokio::spawn(async move {
                    let mut accepted = 0;
                    for round in 0..12 {
                        // Every event is sent by two senders.
                        let ids = (0..10).map(|n| format!("{}-{round}-{n}", sender / 2));
                        let outcomes = events.take(ids.map(|id| event(&id, 9)).collect()).await.unwrap();
                        accepted += outcomes.iter().filter(|one| **one == Outcome::Accepted).count();
                    }
                    accepted
                })
            })
            .collect();
        let mut accepted = 0;
        for sender in senders {
            accepted += sender.await.unwrap();
        }
        done.store(true, Ordering::Relaxed);
        let mut moved = 0;
        for compactor in compactors {
            moved += compactor.await.unwrap();
        }
        moved += world.intake.lake.compact(NOW).await.unwrap().rows;
        assert_eq!((accepted, moved), (480, 960));
        assert_eq!(count(&world, "true").await, 960);
        assert_eq!(world.int("SELECT COUNT(DISTINCT message_hash) AS n FROM events").await, 480);
        assert_eq!(world.int("SELECT COUNT(DISTINCT seq) AS n FROM events").await, 480);
    }
}

/// Refuses events whose order number says so, after it wrote something itself.
struct Refuses;

impl OnEvent for Refuses {
    fn on_events<'a>(&'a self, tx: &'a mut Tx, events: &'a [Recorded]) -> Reaction<'a> {
        Box::pin(async move {
            store::settings::set(tx, "heard", &events.len()).await?;
            match events.iter().any(|one| one.event.order_id.is_some()) {
                true => Err(StoreError::Conflict("not this one".into())),
                false => Ok(()),
            }
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_from_an_event_is_there_exactly_when_it_is() {
    for store in store::testing::stores().await {
        let world = world_on(store).await;
        let intake = world.intake.clone().with_on_event(vec![Arc::new(Refuses)]);
        let events = start(&intake);
        let poisoned = Event { order_id: Some("1".into()), ..event("bad", 1) };
        assert!(events.take(vec![poisoned.clone()]).await.is_err());
        assert_eq!(store::settings::get::<usize>(&intake.store, "heard").await.unwrap(), None);
        // In one group with others, it fails alone.
        let (bad, good) = tokio::join!(events.take(vec![poisoned]), events.take(vec![event("good", 1)]));
        assert!(bad.is_err());
        assert_eq!(good.unwrap(), [Outcome::Accepted]);
        assert_eq!(store::settings::get::<usize>(&intake.store, "heard").await.unwrap(), Some(1));
        assert_eq!(count(&world, "line_no = 1").await, 1);
    }
}

fn lines(range: std::ops::Range<i64>, minutes_ago: i64) -> String {
    let line = |n: i64| {
        let at = (NOW.0 - minutes_ago * 60_000 - n * 1_000) / 1_000;
        format!(
            "{{\"event\":\"Product Viewed\",\"messageId\":\"f{n}\",\"anonymousId\":\"a{}\",\"timestamp\":{at},\"properties\":{{\"sku\":\"S{}\"}}}}\n",
            n % 7,
            n % 11
        )
    };
    range.map(line).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_overlap_with_files_and_with_live_events() {
    for store in store::testing::stores().await {
        let world = world_on(store).await;
        let live = Event { message_id: "f3".into(), ..event("", 10) };
        assert_eq!(start(&world.intake).take(vec![live]).await.unwrap(), [Outcome::Accepted]);
        for (minutes_ago, shift) in [(10, 0), (60 * 24 * 700, 100_000)] {
            let file = |from: i64, to: i64| lines(from + shift..to + shift, minutes_ago);
            let first = world.import(Source::Events, "a.ndjson", &file(0, 100)).await.unwrap();
            let known = u64::from(shift == 0);
            assert_eq!((first.rows_taken, first.rows_known, first.rows_rejected), (100 - known, known, 0), "{first:?}");
            let text = format!("{}oops\n", file(50, 150));
            let second = world.import(Source::Events, "b.ndjson", &text).await.unwrap();
            assert_eq!((second.rows_taken, second.rows_known, second.rows_rejected), (50, 50, 1), "{second:?}");
            assert_eq!((second.products, second.span.is_some()), (11, true));
        }
        assert_eq!(count(&world, "source = 'events'").await, 149 + 150);
        let dry = crate::common::request(Source::Events, "c.ndjson", &lines(140..160, 10));
        let dry = intake::ImportRequest { dry_run: true, ..dry };
        let dry = intake::import(&world.intake, dry, &|_| {}).await.unwrap();
        assert_eq!((dry.rows_taken, dry.rows_known), (10, 10));
        assert_eq!(count(&world, "true").await, 149 + 150 + 2, "a dry run changes nothing");
        assert_eq!(
            start(&world.intake).take(vec![Event { message_id: "f9".into(), ..event("", 10) }]).await.unwrap(),
            [Outcome::Duplicate]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_file_of_events_ends_in_the_same_state() {
    let text = lines(0..1_000, 100);
    let whole = world().await;
    let small = |world: &World| world.intake.clone().with_batch_rows(90);
    let import = async |intake: &Intake| {
        intake::import(intake, crate::common::request(Source::Events, "e.ndjson", &text), &|_| {}).await.unwrap()
    };
    let want = import(&small(&whole)).await;
    let broken = world().await;
    let mut interrupted = 0;
    let got = loop {
        let stop = tokio::sync::Notify::new();
        let progress = |progress: intake::Progress| {
            if progress.batches >= 1 {
                stop.notify_one();
            }
        };
        let intake = small(&broken);
        tokio::select! {
            biased;
            () = stop.notified(), if interrupted < 4 => interrupted += 1,
            report = intake::import(&intake, crate::common::request(Source::Events, "e.ndjson", &text), &progress) => break report.unwrap(),
        }
    };
    assert!(interrupted > 0);
    assert_eq!((got.rows_taken, got.rows_known), (want.rows_taken, want.rows_known));
    assert_eq!(fingerprint(&broken.intake).await.unwrap(), fingerprint(&whole.intake).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_stays_erased() {
    for store in store::testing::stores().await {
        let world = world_on(store).await;
        let customers = "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Total Spent\n1,Ada,Byron,ada@example.com,yes,9\n2,Bo,Ek,bo@example.com,no,1\n";
        world.import(Source::Shopify, "customers.csv", customers).await.unwrap();
        let events = start(&world.intake);
        events.take(vec![event("m1", 2)]).await.unwrap();
        let erased = intake::erase(&world.intake, " Ada@Example.com", NOW).await.unwrap();
        assert_eq!((erased.records, erased.events), (2, 2));
        assert_eq!(store::customers::counts(&world.intake.store).await.unwrap().known, 1);
        events.take(vec![event("m2", 1)]).await.unwrap();
        assert_eq!(count(&world, "customer_id IS NULL").await, 4, "events before and after lead to nobody");
        world
            .import(Source::Shopify, "again.csv", &format!("{customers}3,Cy,Day,cy@example.com,no,1\n"))
            .await
            .unwrap();
        assert_eq!(store::customers::counts(&world.intake.store).await.unwrap().known, 2, "Bo and Cy");
    }
}

/// A future that is given up after so many polls: a crash at any place where work can stop.
struct GivenUp<F>(std::pin::Pin<Box<F>>, u32);

impl<F: Future> Future for GivenUp<F> {
    type Output = Option<F::Output>;
    fn poll(mut self: std::pin::Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<Self::Output> {
        match self.1.checked_sub(1) {
            None => std::task::Poll::Ready(None),
            Some(left) => {
                self.1 = left;
                self.0.as_mut().poll(context).map(Some)
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compaction_that_stops_anywhere_loses_and_doubles_nothing() {
    for store in store::testing::stores().await {
        let world = world_on(store).await;
        let events = start(&world.intake);
        events.take((0..300).map(|n| event(&format!("k{n}"), n % 50)).collect()).await.unwrap();
        let lake = &world.intake.lake;
        let want = world.int("SELECT SUM(message_hash % 1000003 + line_no) AS n FROM events").await;
        let (mut stopped, mut steps, mut polls) = (0, 0, 0);
        while inbox::waiting(&world.intake.store).await.unwrap().rows > 0 {
            steps += 1;
            // One poll further each time until a step ends: how many it takes depends on the machine's load.
            match GivenUp(Box::pin(lake.compact_step(40, NOW)), polls).await {
                None => (stopped, polls) = (stopped + 1, polls + 1),
                Some(done) => {
                    done.unwrap();
                    polls = 0;
                }
            }
            if steps % 7 == 0 {
                let got = world.int("SELECT SUM(message_hash % 1000003 + line_no) AS n FROM events").await;
                assert_eq!(got, want, "after {steps} steps, {stopped} of them stopped");
            }
        }
        assert!(stopped > 5, "{stopped}");
        assert_eq!(count(&world, "true").await, 600);
        assert_eq!(world.int("SELECT SUM(message_hash % 1000003 + line_no) AS n FROM events").await, want);
        // What the stopped ones left behind is swept a day later, and nothing else.
        lake.sweep(InstantMs(4_000_000_000_000)).await.unwrap();
        assert_eq!(count(&world, "true").await, 600);
    }
}
