//! Bar 2 of the opportunities: pools against the simulator's hidden state on twenty seeds, and whether what Replay
//! learns makes the next fortnight's figures better. `cargo xtask soak replay`.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../tests/it/common/mod.rs"]
mod common;
#[path = "../tests/it/pools/truth.rs"]
mod truth;

use domain::Day;
use simulate::Config;

const BAR: (f64, f64) = (0.8, 0.5);

/// `soak_replay [seeds] [fortnights] [first seed] [folder]`: runs are kept in the folder as JSON for a closer look.
#[tokio::main]
async fn main() {
    let argument = |at: usize| std::env::args().nth(at);
    let number = |at: usize, usual: u64| argument(at).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (seeds, fortnights, first) = (number(1, 20), number(2, 6) as usize, number(3, 1));
    let today = Day::parse("2026-06-01").unwrap();
    println!(
        "Pools: precision, recall (people in the pool). Replay: error as sized, and calibrated, of the fortnights"
    );
    println!("after the first (root of the Poisson deviance per person that came).\n");
    println!("| seed | due | due, to the day | bought once | best gone | as sized | calibrated |");
    println!("| ---: | --- | --- | --- | --- | ---: | ---: |");
    let mut sums = [[0.0; 2]; 4];
    let (mut plain, mut learnt, mut better) = (0.0, 0.0, 0);
    for seed in first..first + seeds {
        let mut planted = truth::plant(Config::demo(seed, today)).await;
        let replay = sprint::replay::run(&planted.ctx, fortnights, |_, _| ()).await.unwrap();
        if let Some(folder) = argument(4) {
            std::fs::write(format!("{folder}/{seed}.json"), serde_json::to_string(&replay).unwrap()).unwrap();
        }
        let pools = truth::overlap(&mut planted).await;
        let mut cells = Vec::new();
        for (sum, pool) in sums.iter_mut().zip([pools.due, pools.due_to_the_day, pools.once, pools.gone]) {
            sum[0] += pool.precision() / seeds as f64;
            sum[1] += pool.recall() / seeds as f64;
            cells.push(format!("{:.2}, {:.2} ({})", pool.precision(), pool.recall(), pool.found));
        }
        let (before, after) = (replay.error_as_sized.unwrap_or(0.0), replay.error_calibrated.unwrap_or(0.0));
        (plain, learnt) = (plain + before / seeds as f64, learnt + after / seeds as f64);
        better += usize::from(after < before);
        println!("| {seed} | {} | {before:.3} | {after:.3} |", cells.join(" | "));
    }
    let means: Vec<String> = sums.iter().map(|[p, r]| format!("{p:.2}, {r:.2}")).collect();
    println!("| mean | {} | {plain:.3} | {learnt:.3} |", means.join(" | "));
    println!("\nWhat Replay learnt made the next fortnight better in {better} of {seeds} shops.");
    let missed = [0, 2, 3].iter().any(|at| sums[*at][0] < BAR.0 || sums[*at][1] < BAR.1) || learnt >= plain;
    if missed {
        eprintln!("missed a bar");
        std::process::exit(1);
    }
}
