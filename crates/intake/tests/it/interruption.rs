//! Whatever interrupts an import, the same call again ends where it would have ended without.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::common::{World, order_lines, request, world, world_on};
use formats::Source;
use intake::{ImportReport, fingerprint};

async fn whole(world: &World, text: &str) -> ImportReport {
    world.import(Source::Transactions, "orders.csv", text).await.unwrap()
}

/// Starts the import and drops it once `stop_at` progress reports have come.
async fn interrupted(world: &World, text: &str, stop_at: u64) -> Option<ImportReport> {
    let (count, stop) = (AtomicU64::new(0), tokio::sync::Notify::new());
    let progress = |_| {
        if count.fetch_add(1, Ordering::Relaxed) + 1 == stop_at {
            stop.notify_one();
        }
    };
    tokio::select! {
        biased;
        () = stop.notified() => None,
        report = intake::import(&world.intake, request(Source::Transactions, "orders.csv", text), &progress) => Some(report.unwrap()),
    }
}

fn small(world: World) -> World {
    World { intake: world.intake.clone().with_batch_rows(300), ..world }
}

#[tokio::test]
async fn twenty_interruptions_end_in_the_same_state() {
    let text = order_lines(11, 2_500);
    let undisturbed = small(world().await);
    let want_report = whole(&undisturbed, &text).await;
    let want = fingerprint(&undisturbed.intake).await.unwrap();
    assert!(want_report.rows_rejected > 10 && want_report.orders > 1_000, "{want_report:?}");
    let rejects = |world: &World, report: &ImportReport| {
        std::fs::read_to_string(world.folder.path().join(report.rejects_path.as_ref().unwrap())).unwrap()
    };

    let mut stopped = 0;
    for seed in 0..4_u64 {
        let world = small(world().await);
        let mut state = seed + 1;
        let report = loop {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            match interrupted(&world, &text, 1 + (state >> 33) % 12).await {
                Some(report) => break report,
                None => stopped += 1,
            }
            if stopped % 8 == 7 {
                break whole(&world, &text).await;
            }
        };
        assert_eq!(fingerprint(&world.intake).await.unwrap(), want, "seed {seed}");
        assert_eq!(rejects(&world, &report), rejects(&undisturbed, &want_report));
        let (mut report, mut wanted) = (report, want_report.clone());
        for report in [&mut report, &mut wanted] {
            (report.import_id, report.rejects_path) = (None, None);
        }
        assert_eq!(report, wanted, "seed {seed}: the report too");
    }
    assert!(stopped >= 12, "only {stopped} interruptions");
}

#[tokio::test]
async fn both_databases_end_in_the_same_state() {
    let text = order_lines(5, 400);
    let mut seen = Vec::new();
    for store in store::testing::stores().await {
        let world = small(world_on(store).await);
        whole(&world, &text).await;
        seen.push(fingerprint(&world.intake).await.unwrap());
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
}
