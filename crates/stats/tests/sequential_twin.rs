//! The small, seeded twin of the soak of the sequential test: bounds at four standard errors.
#![allow(clippy::unwrap_used)]

#[path = "../examples/common/shop.rs"]
mod shop;

use shop::{End, Revenue, Scenario, Traffic};
use stats::sequential::{Boundaries, Decision, Design};

const RUNS: u64 = 200;

fn share(ends: &[End], f: impl Fn(&End) -> bool) -> f64 {
    ends.iter().filter(|e| f(e)).count() as f64 / ends.len() as f64
}

fn four_errors(p: f64) -> f64 {
    4.0 * (p * (1.0 - p) / RUNS as f64).sqrt()
}

fn play(scenario: &Scenario) -> Vec<End> {
    (0..RUNS).map(|run| scenario.play(&Design::default(), 11, run).unwrap()).collect()
}

#[test]
fn nothing_is_rarely_called_something() {
    let heavy = Revenue { conversion: 0.02, sigma: 1.5 };
    let ends =
        play(&Scenario { revenue: heavy, traffic: Traffic::Everything, plan: 200, treated_share: 0.5, lift: 0.0 });
    let called = share(&ends, |e| e.decision != Decision::Inconclusive);
    assert!(called <= 0.05 + four_errors(0.05), "{called}");
}

/// Welch's test calls 22 % of these *won*.
#[test]
fn a_small_holdout_does_not_make_winners() {
    let heavy = Revenue { conversion: 0.02, sigma: 1.5 };
    let ends = play(&Scenario { revenue: heavy, traffic: Traffic::Equal, plan: 200, treated_share: 0.9, lift: 0.0 });
    let won = share(&ends, |e| e.decision == Decision::Won);
    assert!(won <= 0.025 + four_errors(0.025), "{won}");
}

#[test]
fn something_is_called_as_often_as_theory_says_and_reported_without_bias() {
    let revenue = Revenue { conversion: 0.03, sigma: 1.0 };
    let scenario = Scenario { revenue, traffic: Traffic::Equal, plan: 1_000, treated_share: 0.5, lift: 0.30 };
    let ends = play(&scenario);
    let power =
        Boundaries::equally_spaced(0.05, Design::default().spending, shop::DAYS).unwrap().power(scenario.drift());
    let called = share(&ends, |e| e.decision == Decision::Won);
    assert!((called - power).abs() <= four_errors(power), "{called}, theory {power}");
    let above = share(&ends, |e| e.estimate > scenario.difference());
    assert!((above - 0.5).abs() <= four_errors(0.5), "{above} of the estimates are above the truth");
    let covers = share(&ends, |e| e.covers);
    assert!((covers - 0.95).abs() <= four_errors(0.95), "{covers}");
    assert!(share(&ends, |e| e.day < shop::DAYS) > 0.5 && share(&ends, |e| e.single_rejects) > 0.8);
}
