//! Next baskets: ours beside TIFU-kNN and the baselines, on Online Retail and on simulated shops' order exports.
//!
//! Prints Markdown; exits 1 on a missed bar. `--tune` draws TIFU-kNN's parameters from the grid of its paper and prints
//! what each achieves on the last but one basket of every fourth customer; `--years` adds each year of Online Retail alone.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod shop;

use recommend::basket::{
    BasketFigures, BlendOptions, CategoryBestSellers, Chain, FEATURES, Learner, MostFrequent, Popular, Protocol, Refit,
    Renewal, Tifu, TifuOptions, evaluate,
};
use shop::Shop;

/// List lengths: bar 8, then bar 3.
const AT: &[usize] = &[5, 10];
const OURS: &str = "baskets";
const FREQUENT: &str = "most-frequent";
const TIFU: &str = "TIFU-kNN";
const CATEGORY: &str = "category best-sellers";

fn main() {
    let tuning = std::env::args().any(|argument| argument == "--tune");
    let mut missed = 0;
    if let Some(shop) = shop::online_retail(&["2009_2010", "2010_2011"]) {
        if tuning {
            return tune(&shop);
        }
        let all = run("Online Retail, two years", &shop, true);
        missed += bar_3(&all) + bar_8(&all);
    }
    for seed in [7, 8, 9] {
        let all = run(&format!("simulated shop, seed {seed}"), &shop::simulated(seed), seed == 7);
        missed += bar_8(&all);
    }
    if std::env::args().any(|argument| argument == "--years") {
        for years in ["2009_2010", "2010_2011"] {
            if let Some(shop) = shop::online_retail(&[years]) {
                missed += bar_3(&run(&format!("Online Retail, {years}"), &shop, false));
            }
        }
    }
    if missed > 0 {
        println!("\n{missed} bars missed");
        std::process::exit(1);
    }
}

/// One table: every model on one shop.
fn run(name: &str, shop: &Shop, show_uses: bool) -> Vec<BasketFigures> {
    let log = shop.baskets();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let protocol = Protocol { at: AT, ..Protocol::default() };
    let mut ours = Chain::new(BlendOptions { threads, ..BlendOptions::default() });
    let categories = &shop.categories;
    println!("\n## {name}: {} baskets of {} customers, {} items\n", log.len(), log.customer_count(), log.item_count());
    println!("| model | test baskets | recall@5 | NDCG@5 | revenue@5 | recall@10 | NDCG@10 | revenue@10 | seconds |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut all = Vec::new();
    let mut learners: Vec<Box<dyn Learner + '_>> = vec![
        Box::new(Refit::new("popular", Popular::fit)),
        Box::new(Refit::new(CATEGORY, |past| CategoryBestSellers::fit(past, categories))),
        Box::new(Refit::new(FREQUENT, MostFrequent::fit)),
        Box::new(Refit::new("renewal", Renewal::fit)),
        Box::new(Refit::new(TIFU, |past| Tifu::fit(past, TifuOptions::default()))),
    ];
    let mut judge = |learner: &mut dyn Learner| {
        let began = std::time::Instant::now();
        let figures = evaluate(&log, &protocol, learner);
        let cells = figures.iter().map(|f| format!("{:.4} | {:.4} | {:.4}", f.recall, f.ndcg, f.revenue));
        let cells: Vec<String> = cells.collect();
        let (first, seconds) = (&figures[0], began.elapsed().as_secs_f64());
        println!("| {} | {} | {} | {seconds:.1} |", first.model, first.baskets, cells.join(" | "));
        all.extend(figures);
    };
    learners.iter_mut().for_each(|learner| judge(&mut **learner));
    judge(&mut ours);
    if show_uses {
        let mut uses: Vec<(usize, &str)> = ours.model().uses().into_iter().zip(FEATURES).collect();
        uses.sort_by(|a, b| b.cmp(a));
        let uses: Vec<String> = uses.iter().map(|(uses, name)| format!("{name} {uses}")).collect();
        println!("\nQuestions of the last trees: {}.", uses.join(", "));
    }
    all
}

fn of<'a>(all: &'a [BasketFigures], model: &str, at: usize) -> &'a BasketFigures {
    all.iter().find(|figures| figures.model == model && figures.at == at).unwrap()
}

/// Ratio of means with a 95 % interval from the paired differences of the test baskets.
fn ratio(ours: &BasketFigures, other: &BasketFigures, of: fn(&(f32, f32)) -> f32) -> (f64, f64) {
    let differences: Vec<f64> = ours.each.iter().zip(&other.each).map(|(a, b)| f64::from(of(a) - of(b))).collect();
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let variance = differences.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let base = other.each.iter().map(|each| f64::from(of(each))).sum::<f64>() / n;
    (1.0 + mean / base, 1.96 * (variance / n).sqrt() / base)
}

fn verdict(met: bool) -> usize {
    println!("{}", if met { " – met" } else { " – MISSED" });
    usize::from(!met)
}

/// Recall@10 and NDCG@10 at least 5 % above the better of TIFU-kNN and most-frequent.
fn bar_3(all: &[BasketFigures]) -> usize {
    let ours = of(all, OURS, 10);
    let better = |of_one: fn(&BasketFigures) -> f64| {
        let (a, b) = (of(all, TIFU, 10), of(all, FREQUENT, 10));
        if of_one(a) > of_one(b) { a } else { b }
    };
    let mut missed = 0;
    for (name, peer, part) in [
        ("recall@10", better(|f| f.recall), (|each| each.0) as fn(&(f32, f32)) -> f32),
        ("NDCG@10", better(|f| f.ndcg), |each| each.1),
    ] {
        let (ratio, margin) = ratio(ours, peer, part);
        print!("\nBar 3: {name} {ratio:.3} ± {margin:.3} times {} (≥ 1.05)", peer.model);
        missed += verdict(ratio >= 1.05);
    }
    missed
}

/// Top five: recall and revenue above category best-sellers and most-frequent.
fn bar_8(all: &[BasketFigures]) -> usize {
    let ours = of(all, OURS, 5);
    let mut missed = 0;
    for peer in [CATEGORY, FREQUENT] {
        let peer = of(all, peer, 5);
        let (ratio, margin) = ratio(ours, peer, |each| each.0);
        print!(
            "\nBar 8: recall@5 {ratio:.3} ± {margin:.3} times {}, revenue {:.3} times (> 1)",
            peer.model,
            ours.revenue / peer.revenue
        );
        missed += verdict(ratio > 1.0 && ours.revenue > peer.revenue);
    }
    missed
}

/// Parameters of TIFU-kNN drawn from the grid of its paper, and finer where baskets are few.
fn tune(shop: &Shop) {
    let log = shop.baskets();
    let protocol = Protocol { from_end: 1, every: 4, ..Protocol::default() };
    let mut state = 1u64;
    let mut pick = |from: &[f32]| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        from[(state >> 33) as usize % from.len()]
    };
    for _ in 0..80 {
        let options = TifuOptions {
            neighbours: pick(&[50.0, 100.0, 300.0, 500.0, 700.0, 900.0, 1100.0, 1300.0]) as usize,
            group: pick(&[1.0, 2.0, 3.0, 7.0, 11.0, 15.0, 19.0, 23.0, 100.0]) as usize,
            within: pick(&[0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0]),
            across: pick(&[0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0]),
            own: pick(&[0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
        };
        let mut learner = Refit::new(TIFU, |past| Tifu::fit(past, options));
        let figures = &evaluate(&log, &protocol, &mut learner)[0];
        println!("{:.4} {:.4} {:.4} {options:?}", figures.recall + figures.ndcg, figures.recall, figures.ndcg);
    }
}
