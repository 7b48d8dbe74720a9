//! Bar 9 of the recommender: revenue per visitor with recommendations against a holdout recovers the planted effect
//! within the judge's interval in at least 93 of 100 worlds. `cargo xtask soak recommend closed_loop`.
//!
//! The lists are a real model's, trained on the world's own events; that they meet taste better than best-sellers do is
//! asked as well, because an effect that any list has would prove nothing about the recommender.

#[path = "../tests/common/closed_loop.rs"]
mod closed_loop;

use simulate::Response;
use stats::sequential::Decision;

const WORLDS: u64 = 100;
const BAR: usize = 93;
const VISITORS_A_DAY: u32 = 1_000;

fn main() {
    println!(
        "| model | planted: conversion, basket | worlds | truth per visitor | mean estimate | won | lost | interval holds truth | taste met (best-sellers) |"
    );
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut missed = false;
    let planted = [("vstan", 0.5, 0.3), ("vstan", 0.15, 0.1), ("vstan", 0.0, 0.0), ("auto", 0.15, 0.1)];
    for (model, conversion, basket) in planted {
        let response = Response { conversion, basket };
        let loops: Vec<closed_loop::Loop> =
            (1..=WORLDS).map(|seed| closed_loop::run(seed, model, VISITORS_A_DAY, response)).collect();
        let mean = |of: fn(&closed_loop::Loop) -> f64| loops.iter().map(of).sum::<f64>() / WORLDS as f64;
        let count = |decision: Decision| loops.iter().filter(|one| one.decision == decision).count();
        let covered = loops.iter().filter(|one| one.covers()).count();
        let (taste, plain) = (mean(|one| one.taste), mean(|one| one.taste_best_sellers));
        println!(
            "| {model} | +{:.0} %, {:.0} % | {WORLDS} | {:+.3} on {:.2} | {:+.3} | {} | {} | {covered} (bar {BAR}) | {taste:.3} ({plain:.3}) |",
            100.0 * conversion,
            100.0 * basket,
            mean(|one| one.truth),
            mean(|one| one.without),
            mean(|one| one.estimate),
            count(Decision::Won),
            count(Decision::Lost),
        );
        missed |= covered < BAR || taste <= plain;
    }
    if missed {
        eprintln!("missed a bar");
        std::process::exit(1);
    }
}
