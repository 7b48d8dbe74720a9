//! Bar 2 of the opportunities, the small seeded twin of `cargo xtask soak replay`.

pub mod truth;

use domain::Day;
use simulate::Config;
use sprint::replay;

fn today() -> Day {
    Day::parse("2026-06-01").unwrap()
}

#[tokio::test]
async fn pools_overlap_the_truth() {
    for seed in 1..=2 {
        let mut planted = truth::plant(Config::small(seed, today())).await;
        let pools = truth::overlap(&mut planted).await;
        eprintln!("{seed}: {pools:?}");
        for (name, pool) in [("due", pools.due), ("once", pools.once), ("gone", pools.gone)] {
            assert!(pool.precision() >= 0.7 && pool.recall() >= 0.4, "{name} of seed {seed}: {pool:?}");
        }
    }
}

#[tokio::test]
async fn replay_learns_and_tells_what_the_miners_are_worth() {
    let planted = truth::plant(Config::small(3, today())).await;
    let mut told = Vec::new();
    let done = replay::run(&planted.ctx, 4, |done, all| told.push((done, all))).await.unwrap();
    assert_eq!(told, [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]);
    let kept = replay::newest(&planted.ctx).await.unwrap().unwrap().1;
    assert_eq!(kept.miners.len(), done.miners.len());
    eprintln!("{:?} {:?}", done.error_as_sized, done.error_calibrated);
    for one in &done.miners {
        eprintln!("{:?} {}", one, replay::sentence(one, planted.ctx.brand.currency));
    }
    let due = done.miners.iter().find(|one| one.miner == sprint::miners::Miner::ReplenishmentDue).unwrap();
    assert!(due.heard >= 3 && due.bought > 0);
    assert!(due.bought as f64 > 3.0 * due.comparable, "who is due buys more than anybody: {due:?}");
}

#[tokio::test]
#[ignore = "tmp"]
async fn demo_scale() {
    for seed in 1..=3 {
        let start = std::time::Instant::now();
        let mut planted = truth::plant(Config::demo(seed, today())).await;
        eprintln!("planted {:?}", start.elapsed());
        let replay = replay::run(&planted.ctx, 6, |_, _| ()).await.unwrap();
        eprintln!("replayed {:?} {:?} {:?}", start.elapsed(), replay.error_as_sized, replay.error_calibrated);
        for one in &replay.miners {
            eprintln!(
                "{:?} {} {:.0} {} {:.0} {:?} {}",
                one.miner, one.people, one.expected_people, one.bought, one.comparable, one.of_people, one.loudness
            );
        }
        let pools = truth::overlap(&mut planted).await;
        for (name, p) in [("due", pools.due), ("day", pools.due_to_the_day), ("once", pools.once), ("gone", pools.gone)]
        {
            eprintln!("{seed} {name}: {:.2} {:.2} {p:?}", p.precision(), p.recall());
        }
    }
}
