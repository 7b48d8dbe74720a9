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

#[tokio::main]
async fn main() {
    let seeds: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(20);
    let fortnights: usize = std::env::args().nth(2).and_then(|text| text.parse().ok()).unwrap_or(6);
    let today = Day::parse("2026-06-01").unwrap();
    println!(
        "| seed | due: precision, recall (n) | to the day | bought once | best gone | off by, as sized | calibrated |"
    );
    println!("| ---: | --- | --- | --- | --- | ---: | ---: |");
    let mut sums = [[0.0; 2]; 4];
    let (mut plain, mut learnt) = (0.0, 0.0);
    for seed in 1..=seeds {
        let mut planted = truth::plant(Config::demo(seed, today)).await;
        let replay = sprint::replay::run(&planted.ctx, fortnights, |_, _| ()).await.unwrap();
        let pools = truth::overlap(&mut planted).await;
        let mut cells = Vec::new();
        for (sum, pool) in sums.iter_mut().zip([pools.due, pools.due_to_the_day, pools.once, pools.gone]) {
            sum[0] += pool.precision() / seeds as f64;
            sum[1] += pool.recall() / seeds as f64;
            cells.push(format!("{:.2}, {:.2} ({})", pool.precision(), pool.recall(), pool.found));
        }
        let (before, after) = (replay.error_as_sized.unwrap_or(0.0), replay.error_calibrated.unwrap_or(0.0));
        (plain, learnt) = (plain + before / seeds as f64, learnt + after / seeds as f64);
        println!("| {seed} | {} | × {:.3} | × {:.3} |", cells.join(" | "), before.exp(), after.exp());
    }
    let means: Vec<String> = sums.iter().map(|[p, r]| format!("{p:.2}, {r:.2}")).collect();
    println!("| mean | {} | × {:.3} | × {:.3} |", means.join(" | "), plain.exp(), learnt.exp());
    let missed = [0, 2, 3].iter().any(|at| sums[*at][0] < BAR.0 || sums[*at][1] < BAR.1) || learnt >= plain;
    if missed {
        eprintln!("missed a bar");
        std::process::exit(1);
    }
}
