//! Bar 7: faults with known causes, the search beside Adtributor, and the time a million rows take. Prints Markdown;
//! exits 1 on a missed bar.

use std::time::Instant;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use stats::drivers::{
    Search, adtributor, explain,
    synthetic::{Faults, Score, fault},
};

fn main() {
    let mut is_met = true;
    let mut row = |what: &str, figure: String, bound: &str, met: bool| {
        println!("| {what} | {figure} | {bound} | {} |", if met { "pass" } else { "FAIL" });
        is_met &= met;
    };
    let faults: u64 = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(1_000);
    let (mut own, mut floor) = ([Score::default(); 4], [Score::default(); 4]);
    for seed in 0..faults {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (leaves, truth) = fault(&Faults::default(), &mut rng).expect("a fault");
        let (found, least) = (explain(&leaves, &Search::default()), adtributor(&leaves));
        for place in [0, truth.len().min(3)] {
            own[place].add(&found, &truth);
            floor[place].add(&least, &truth);
        }
    }
    println!("| causes at once ({faults} faults, 3,840 leaves) | search: F1 | precision | recall | Adtributor: F1 |");
    println!("| --- | --- | --- | --- | --- |");
    for (place, name) in ["all", "1", "2", "3"].iter().enumerate() {
        let s = own[place];
        println!(
            "| {name} | {:.3} | {:.3} | {:.3} | {:.3} |",
            s.f1(),
            f64::from(s.hits) / f64::from((s.hits + s.wrong).max(1)),
            f64::from(s.hits) / f64::from((s.hits + s.missed).max(1)),
            floor[place].f1()
        );
    }
    println!("\n| drivers | figure | bound | |\n| --- | --- | --- | --- |");
    row("F1", format!("{:.3}", own[0].f1()), "≥ .7", own[0].f1() >= 0.7);
    let times = own[0].f1() / floor[0].f1().max(1e-9);
    row("against Adtributor", format!("{times:.1}x"), "≥ 2x", times >= 2.0);
    let mut quiet = 0;
    for seed in 0..200 {
        let mut rng = ChaCha8Rng::seed_from_u64(90_000 + seed);
        let none = Faults { causes: (0, 0), ..Faults::default() };
        let (leaves, _) = fault(&none, &mut rng).expect("leaves");
        quiet += usize::from(explain(&leaves, &Search::default()).is_empty());
    }
    row("says nothing where there is no fault", format!("{quiet} of 200"), "≥ 190", quiet >= 190);
    for (name, sizes) in [
        ("100·100·10·10", vec![100, 100, 10, 10]),
        ("1000·50·5·4 ", vec![1_000, 50, 5, 4]),
        ("25·20·20·10·10", vec![25, 20, 20, 10, 10]),
    ] {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let (leaves, truth) = fault(&Faults { sizes, ..Faults::default() }, &mut rng).expect("a fault");
        let start = Instant::now();
        let found = explain(&leaves, &Search::default());
        let seconds = start.elapsed().as_secs_f64();
        let hits = found.iter().filter(|cause| truth.contains(&cause.slice)).count();
        let figure = format!("{seconds:.2} s, {hits} of {} causes, {} named", truth.len(), found.len());
        row(&format!("{} leaves ({name})", leaves.len()), figure, "< 1 s", seconds < 1.0);
    }
    if !is_met {
        std::process::exit(1);
    }
}
