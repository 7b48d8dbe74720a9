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
        assert!(pools.due_to_the_day.both <= pools.due.both, "a day is stricter than a week's give");
        // A small shop says less than the bar asks of a whole one, least of all about a first product's usual gap.
        for (name, pool, precise) in [("due", pools.due, 0.7), ("once", pools.once, 0.6), ("gone", pools.gone, 0.7)] {
            assert!(pool.precision() >= precise && pool.recall() >= 0.4, "{name} of seed {seed}: {pool:?}");
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
    // A shop this small has too few repeat buyers for the other miners to be heard each time.
    let rising = done.miners.iter().find(|one| one.miner == sprint::miners::Miner::RisingProducts).unwrap();
    assert!(rising.heard >= 3 && rising.bought > 0);
    assert!(rising.bought as f64 > 2.0 * rising.comparable, "what rises is bought more than by anybody: {rising:?}");
    // Whether what was learnt helps the next fortnight is for `cargo xtask soak replay`: one shop does not say.
    assert!(done.error_as_sized.is_some() && done.error_calibrated.is_some());
}
