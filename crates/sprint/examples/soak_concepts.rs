//! Bar 5 of the concepts: the rules of a sheet on twenty seeds of three simulated brands, an independent checker of quotes,
//! and whether each concept says why now. `cargo xtask soak concepts`; with `--print` the sheets themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, dead_code)]

#[path = "../tests/it/brands/mod.rs"]
mod brands;
#[path = "../tests/it/common/mod.rs"]
mod common;
#[path = "../tests/it/pools/truth.rs"]
mod truth;

use domain::Day;
use simulate::{BrandKind, Config};

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<u64> = arguments.iter().filter_map(|text| text.parse().ok()).collect();
    let (first, last) = match numbers[..] {
        [first, last, ..] => (first, last),
        [seeds] => (1, seeds),
        [] => (1, 20),
    };
    let print = arguments.iter().any(|text| text == "--print");
    let today = Day::parse("2026-11-24").unwrap();
    println!(
        "| brand | seed | concepts | insights | discount-led | segments | quoted | most alike | fields | false quotes | without a why-now | figures without evidence |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut missed = 0;
    for kind in BrandKind::ALL {
        for seed in first..=last {
            let brand = brands::brand(kind, Config::demo(seed, today)).await;
            let (drafted, m) = brands::sheet(&brand, seed);
            let unfounded: Vec<String> =
                drafted.concepts.iter().flat_map(|concept| brands::unfounded(concept, &brand.brief)).collect();
            println!(
                "| {kind:?} | {seed} | {} | {} | {} | {} | {} | {:.2} | {} | {} | {} | {} |",
                m.concepts,
                m.insights,
                m.discount_led,
                m.segments,
                m.quoted,
                m.alike,
                m.fields,
                m.false_quotes,
                m.timeless,
                unfounded.len()
            );
            if !m.holds() || !unfounded.is_empty() {
                missed += 1;
                eprintln!("{kind:?} {seed}: {m:?} {} {unfounded:?}", drafted.sheet.shortfall);
            }
            for (number, concept) in drafted.concepts.iter().enumerate().filter(|_| print) {
                println!("\n{}. {} ({})", number + 1, concept.title, concept.angle.label());
                println!("   {}", concept.insight);
                println!("   Why now: {}", concept.why_now);
                println!("   “{}”", concept.hook);
                println!("   {}, {} people. {}", concept.segment, concept.pool.people, concept.hypothesis);
            }
        }
    }
    if missed > 0 {
        eprintln!("{missed} sheets miss a rule");
        std::process::exit(1);
    }
}
