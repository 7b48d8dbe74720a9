//! Bars 1, 2 and 3 of the judge, whole: `cargo run --release -p stats --example soak_sequential [RUNS]`.

#[path = "common/shop.rs"]
mod shop;

use shop::{End, Revenue, Scenario, Traffic};
use stats::sequential::{Boundaries, Decision, Design, SequentialError, Spending};

const SMALL_ORDERS: Revenue = Revenue { conversion: 0.03, sigma: 1.0 };
const HEAVY_TAIL: Revenue = Revenue { conversion: 0.02, sigma: 1.5 };

struct Tally {
    called: f64,
    won: f64,
    single: f64,
    ends: Vec<End>,
}

fn play(scenario: &Scenario, design: &Design, runs: u64, seed: u64) -> Result<Tally, SequentialError> {
    let ends = (0..runs).map(|run| scenario.play(design, seed, run)).collect::<Result<Vec<_>, _>>()?;
    let share = |f: &dyn Fn(&End) -> bool| ends.iter().filter(|e| f(e)).count() as f64 / runs as f64;
    Ok(Tally {
        called: share(&|e| matches!(e.decision, Decision::Won | Decision::Lost)),
        won: share(&|e| e.decision == Decision::Won),
        single: share(&|e| e.single_rejects),
        ends,
    })
}

fn verdict(passed: bool, failures: &mut usize) -> &'static str {
    if passed {
        "pass"
    } else {
        *failures += 1;
        "**FAIL**"
    }
}

/// Jennison & Turnbull (2000), tables 2.1 and 2.3; 30 looks as measured with the peers; R gsDesign's `sfLDOF`.
fn tables(failures: &mut usize) -> Result<(), SequentialError> {
    const POCOCK: [f64; 10] = [1.960, 2.178, 2.289, 2.361, 2.413, 2.453, 2.485, 2.512, 2.535, 2.555];
    const OBRIEN_FLEMING: [f64; 10] = [1.960, 1.977, 2.004, 2.024, 2.040, 2.053, 2.063, 2.072, 2.080, 2.087];
    println!("## Boundaries, two-sided .05, against published tables\n");
    println!("| | looks | here | published | bound | |\n| --- | --- | --- | --- | --- | --- |");
    let mut row = |what: &str, looks: &str, here: f64, published: f64| {
        let passed = verdict((here - published).abs() < 0.000_55, failures);
        println!("| {what} | {looks} | {here:.4} | {published:.3} | 3 decimals | {passed} |");
    };
    for looks in (1..=10).chain([30]) {
        let (pocock, obrien_fleming) =
            if looks == 30 { (2.731, 2.145) } else { (POCOCK[looks - 1], OBRIEN_FLEMING[looks - 1]) };
        row("Pocock", &looks.to_string(), Boundaries::classical_pocock(0.05, looks)?.0, pocock);
        let c = Boundaries::classical_obrien_fleming(0.05, looks)?.0;
        row("O'Brien-Fleming, c of c·√(K/k)", &looks.to_string(), c, obrien_fleming);
    }
    let five = Boundaries::equally_spaced(0.05, Spending::ObrienFleming, 5)?;
    for (k, (z, published)) in five.z().iter().zip([4.877, 3.357, 2.680, 2.290, 2.031]).enumerate() {
        row("Lan-DeMets, O'Brien-Fleming type", &format!("{} of 5", k + 1), *z, published);
    }
    let thirty = Boundaries::equally_spaced(0.05, Spending::ObrienFleming, 30)?;
    row("Lan-DeMets, O'Brien-Fleming type", "30 of 30", thirty.z()[29], 2.143);
    println!();
    Ok(())
}

fn main() -> Result<(), SequentialError> {
    let runs: u64 = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(10_000);
    // Bounds hold for the whole bar; a shorter try-out allows for its own noise.
    let slack = if runs >= 10_000 { 0.0 } else { 4.0 * (0.05 * 0.95 / runs as f64).sqrt() };
    let design = Design::default();
    let mut failures = 0;

    tables(&mut failures)?;
    println!("## A/A: called *won* or *lost*, 30 daily looks, {runs} runs each\n");
    println!("| revenue | traffic | per arm and day | called | single t-test on day 30 | bound | |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for revenue in [SMALL_ORDERS, HEAVY_TAIL] {
        for traffic in Traffic::ALL {
            for plan in [200, 1_000, 5_000] {
                let scenario = Scenario { revenue, traffic, plan, treated_share: 0.5, lift: 0.0 };
                let tally = play(&scenario, &design, runs, 1)?;
                let passed = tally.called <= 0.053 + slack && (tally.single < 0.045 || tally.called >= 0.035 - slack);
                println!(
                    "| sigma {}, {} % buy | {} | {plan} | {:.2} % | {:.2} % | ≤ 5.3 %{} | {} |",
                    revenue.sigma,
                    100.0 * revenue.conversion,
                    traffic.name(),
                    100.0 * tally.called,
                    100.0 * tally.single,
                    if tally.single < 0.045 { "" } else { ", ≥ 3.5 %" },
                    verdict(passed, &mut failures)
                );
            }
        }
    }

    println!(
        "\n## A/A with a holdout of 10 % (not in the bar, but how the always-on engine is measured), {runs} runs each\n"
    );
    println!("| revenue | visitors a day | called won | called lost | called | single t-test on day 30 | bound | |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for revenue in [SMALL_ORDERS, HEAVY_TAIL] {
        for plan in [200, 1_000, 5_000] {
            let scenario = Scenario { revenue, traffic: Traffic::Weekends, plan, treated_share: 0.9, lift: 0.0 };
            let tally = play(&scenario, &design, runs, 3)?;
            println!(
                "| sigma {}, {} % buy | {} | {:.2} % | {:.2} % | {:.2} % | {:.2} % | ≤ 5.3 % | {} |",
                revenue.sigma,
                100.0 * revenue.conversion,
                2 * plan,
                100.0 * tally.won,
                100.0 * (tally.called - tally.won),
                100.0 * tally.called,
                100.0 * tally.single,
                verdict(tally.called <= 0.053 + slack, &mut failures)
            );
        }
    }

    let shares: Vec<f64> = (1..=shop::DAYS).map(|day| day as f64 / shop::DAYS as f64).collect();
    let times: Vec<f64> = shares.iter().map(|&t| if t < design.first_stop { 0.0 } else { t }).collect();
    let theory = Boundaries::by_spending(design.alpha, design.spending, &shares, &times)?;
    let days: Vec<f64> = (1..=shop::DAYS).map(|day| day as f64).collect();
    // (lift, per arm and day, sequential peer at its default and with the planned size, always-valid interval)
    let points = [(0.15, 2_000, 23.1, 34.5, 46.0), (0.30, 1_000, 55.1, 65.1, 79.8), (0.10, 5_000, 24.9, 43.3, 50.3)];
    println!("\n## Power and what is reported after stopping (sigma 1, 3 % buy), {runs} runs each\n");
    println!(
        "| lift | per arm and day | called | theory | share of the single test's | single test | peer's sequential test | \
         same, size planned | always-valid | mean days (theory) | |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut after = Vec::new();
    for (lift, plan, peer, peer_planned, always_valid) in points {
        let scenario = Scenario { revenue: SMALL_ORDERS, traffic: Traffic::Equal, plan, treated_share: 0.5, lift };
        let tally = play(&scenario, &design, runs, 2)?;
        let exits = theory.exits(scenario.drift());
        let expected = exits.total();
        let error = (expected * (1.0 - expected) / runs as f64).sqrt();
        let mean_days = tally.ends.iter().map(|e| e.day as f64).sum::<f64>() / runs as f64;
        println!(
            "| +{:.0} % | {plan} | {:.2} % | {:.2} % ± {:.2} | {:.1} % | {:.2} % | {peer} % | {peer_planned} % | {always_valid} % | {mean_days:.1} ({:.1}) | {} |",
            100.0 * lift,
            100.0 * tally.called,
            100.0 * expected,
            300.0 * error,
            100.0 * tally.called / tally.single,
            100.0 * tally.single,
            exits.expected(&days),
            verdict((tally.called - expected).abs() <= 3.0 * error, &mut failures)
        );
        after.push((scenario, tally));
    }

    println!("\n## After stopping\n");
    println!(
        "| lift | per arm and day | median estimate ÷ truth − 1 | bound | | interval covers | bound | | called lost |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (scenario, tally) in &mut after {
        tally.ends.sort_by(|a, b| a.estimate.total_cmp(&b.estimate));
        let bias = tally.ends[tally.ends.len() / 2].estimate / scenario.difference() - 1.0;
        let covers = tally.ends.iter().filter(|e| e.covers).count() as f64 / runs as f64;
        println!(
            "| +{:.0} % | {} | {:+.2} % | ± 2 % | {} | {:.2} % | 94-96 % | {} | {:.2} % |",
            100.0 * scenario.lift,
            scenario.plan,
            100.0 * bias,
            verdict(bias.abs() <= 0.02 + slack, &mut failures),
            100.0 * covers,
            verdict((0.94 - slack..=0.96 + slack).contains(&covers), &mut failures),
            100.0 * (tally.called - tally.won),
        );
    }
    println!(
        "\nAt exactly 5 % a cell of 10,000 runs lies above 5.3 % in one case of twelve; the seeds were chosen before the runs."
    );
    if failures > 0 {
        eprintln!("{failures} bars missed");
        std::process::exit(1);
    }
    Ok(())
}
