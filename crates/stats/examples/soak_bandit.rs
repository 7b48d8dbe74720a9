//! Bandits on shops with known truth: what they cost in regret, that minimum shares hold, that delays do not mislead
//! them, and why they never win by themselves. Prints a Markdown table; exits 1 on a missed bound.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Binomial, Distribution, StandardNormal};
use stats::bandit::{Bandit, Cell, DelayCurve, Floors, Hierarchy, Linear, Scale, choose};

const ARMS: usize = 5;
const DAYS: i32 = 40;
/// Visitors a day by segment: one large, many small.
const VISITORS: [u64; 6] = [400, 200, 100, 50, 25, 12];
const WORLDS: u64 = 60;
const DRAWS: usize = 250;
/// Chance a day that a reward that has not come yet comes.
const COMES: f64 = 0.25;

#[derive(Clone, Copy, PartialEq)]
enum Strategy {
    Even,
    Apart,
    Together,
    PooledNaive,
    Pooled,
}

struct Run {
    regret: f64,
    lowest: f64,
    lowest_baseline: f64,
    sure: bool,
}

/// rates[segment][arm]
fn world(rng: &mut ChaCha8Rng, spread: f64) -> Vec<Vec<f64>> {
    let mut normal = || -> f64 { StandardNormal.sample(rng) };
    let arms: Vec<f64> = (0..ARMS).map(|_| 0.03 * (spread * normal()).exp()).collect();
    VISITORS.iter().map(|_| arms.iter().map(|rate| rate * (0.7 * spread * normal()).exp()).collect()).collect()
}

fn run(rates: &[Vec<f64>], strategy: Strategy, seed: u64) -> Run {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let floors = Floors::new(ARMS, 0, 0.1, 0.02).unwrap();
    let mut bandit = Bandit::new(Scale::Rate, floors, VISITORS.len());
    let mut cells = vec![vec![Cell::default(); ARMS]; VISITORS.len()];
    // Rewards on their way: (day they come, segment, arm, day of exposure).
    let mut coming: Vec<(i32, usize, usize, i32)> = Vec::new();
    let mut come: Vec<(u32, i32)> = Vec::new();
    let mut out = Run { regret: 0.0, lowest: 1.0, lowest_baseline: 1.0, sure: false };
    for day in 0..DAYS {
        coming.retain(|&(on, segment, arm, exposed)| {
            if on >= day {
                return true;
            }
            bandit.reward(segment, arm, exposed, 1.0).unwrap();
            cells[segment][arm].sum += 1.0;
            come.push(((on - exposed) as u32, exposed));
            false
        });
        let delays = match strategy {
            // Yesterday evening is the last that was seen.
            Strategy::Pooled => {
                let seen = come.iter().map(|&(delay, exposed)| (delay, (day - 1 - exposed) as u32));
                DelayCurve::learn(seen, 21, 20.0).unwrap()
            }
            _ => DelayCurve::immediate(),
        };
        let belief: Hierarchy = bandit.believe(day - 1, &delays);
        for (segment, visitors) in VISITORS.iter().enumerate() {
            let chances = match strategy {
                Strategy::Even => vec![1.0; ARMS],
                Strategy::Apart => apart(&cells[segment], &mut rng),
                Strategy::Together => {
                    let sum: Vec<Cell> = (0..ARMS)
                        .map(|arm| Cell {
                            n: cells.iter().map(|c| c[arm].n).sum(),
                            sum: cells.iter().map(|c| c[arm].sum).sum(),
                            sum_sq: 0.0,
                        })
                        .collect();
                    apart(&sum, &mut rng)
                }
                _ => belief.best(segment, DRAWS, &mut rng),
            };
            out.sure |= segment == 0 && chances[1..].iter().any(|c| *c >= 0.95);
            let shares =
                if strategy == Strategy::Even { vec![1.0 / ARMS as f64; ARMS] } else { floors.shares(&chances) };
            let best = rates[segment].iter().fold(0.0_f64, |best, r| best.max(*r));
            let mean: f64 = shares.iter().zip(&rates[segment]).map(|(s, r)| s * r).sum();
            out.regret += (best - mean) * *visitors as f64;
            out.lowest = shares.iter().fold(out.lowest, |low, s| low.min(*s));
            out.lowest_baseline = out.lowest_baseline.min(shares[0]);
            let mut counts = [0_u64; ARMS];
            (0..*visitors).for_each(|_| counts[choose(&shares, rng.random()).unwrap().0] += 1);
            for arm in 0..ARMS {
                bandit.expose(segment, arm, day, counts[arm]).unwrap();
                cells[segment][arm].n += counts[arm] as f64;
                let buyers = Binomial::new(counts[arm], rates[segment][arm].min(1.0)).unwrap().sample(&mut rng);
                for _ in 0..buyers {
                    let mut on = day;
                    while rng.random::<f64>() > COMES {
                        on += 1;
                    }
                    coming.push((on, segment, arm, day));
                }
            }
        }
    }
    out
}

/// Thompson sampling without pooling: Beta(1, 1) priors, immature exposures as failures.
fn apart(cells: &[Cell], rng: &mut ChaCha8Rng) -> Vec<f64> {
    let mut wins = vec![0.0; cells.len()];
    for _ in 0..DRAWS {
        let worth: Vec<f64> =
            cells.iter().map(|c| Beta::new(1.0 + c.sum, 1.0 + (c.n - c.sum).max(0.0)).unwrap().sample(rng)).collect();
        let best = (0..worth.len()).max_by(|l, r| worth[*l].total_cmp(&worth[*r])).unwrap();
        wins[best] += 1.0 / DRAWS as f64;
    }
    wins
}

fn linear(report: &mut impl FnMut(&str, String, &str, bool)) {
    let (mut ours, mut even, mut lowest) = (0.0, 0.0, 1.0_f64);
    for seed in 0..20 {
        let mut rng = ChaCha8Rng::seed_from_u64(900 + seed);
        let truth: Vec<[f64; 5]> = (0..4)
            .map(|_| std::array::from_fn(|_| 0.5 * Distribution::<f64>::sample(&StandardNormal, &mut rng)))
            .collect();
        let mut bandit = Linear::new(Floors::new(4, 0, 0.1, 0.02).unwrap(), 5, 10.0).unwrap();
        for _ in 0..40 {
            for _ in 0..50 {
                let mut x: [f64; 5] = std::array::from_fn(|_| StandardNormal.sample(&mut rng));
                x[0] = 1.0;
                let worth: Vec<f64> = truth.iter().map(|b| b.iter().zip(x).map(|(b, x)| b * x).sum()).collect();
                let shares = bandit.shares(&x, 100, &mut rng).unwrap();
                lowest = shares.iter().fold(lowest, |low, s| low.min(*s));
                let best = worth.iter().fold(f64::MIN, |best, w| best.max(*w));
                ours += best - shares.iter().zip(&worth).map(|(s, w)| s * w).sum::<f64>();
                even += best - worth.iter().sum::<f64>() / 4.0;
                let (arm, _) = choose(&shares, rng.random()).unwrap();
                let noise: f64 = StandardNormal.sample(&mut rng);
                bandit.learn(arm, &x, worth[arm] + noise).unwrap();
            }
            bandit.refresh();
        }
    }
    let share = ours / even;
    report(
        "contextual linear, 20 worlds, 2,000 rounds: regret of an even split",
        format!("{:.0} %", 100.0 * share),
        "≤ 40 % (floors alone cost about 16 %)",
        share <= 0.4,
    );
    report("contextual linear: lowest share of an arm", format!("{lowest:.3}"), "≥ .02", lowest >= 0.02 - 1e-12);
}

fn main() {
    let mut missed = 0;
    println!("| figure | measured | bound | |\n| --- | --- | --- | --- |");
    let mut report = |figure: &str, got: String, bound: &str, is_met: bool| {
        missed += usize::from(!is_met);
        println!("| {figure} | {got} | {bound} | {} |", if is_met { "pass" } else { "**MISSED**" });
    };
    let names = ["even split", "each segment apart", "all segments as one", "pooled, delays ignored", "pooled"];
    let all = [Strategy::Even, Strategy::Apart, Strategy::Together, Strategy::PooledNaive, Strategy::Pooled];
    let mut regret = [0.0; 5];
    let mut versus: Vec<(f64, f64)> = Vec::new();
    let (mut lowest, mut baseline) = (1.0_f64, 1.0_f64);
    for seed in 0..WORLDS {
        let rates = world(&mut ChaCha8Rng::seed_from_u64(seed), 0.3);
        let mut of_world = [0.0; 5];
        for (i, strategy) in all.into_iter().enumerate() {
            let run = run(&rates, strategy, 1000 + seed);
            of_world[i] = run.regret;
            regret[i] += run.regret / WORLDS as f64;
            if strategy == Strategy::Pooled {
                lowest = lowest.min(run.lowest);
                baseline = baseline.min(run.lowest_baseline);
            }
        }
        versus.push((of_world[1] - of_world[4], of_world[2] - of_world[4]));
    }
    let visitors = VISITORS.iter().sum::<u64>() * DAYS as u64;
    for (i, name) in names.iter().enumerate() {
        let share = regret[i] / regret[0];
        let (bound, is_met) = if i == 4 { ("≤ 70 % of even", share <= 0.7) } else { ("–", true) };
        let got = format!("{:.1} buyers of {visitors} visitors lost, {:.0} % of even", regret[i], 100.0 * share);
        report(&format!("regret, {name}"), got, bound, is_met);
    }
    for (name, differences) in [
        ("each segment apart", versus.iter().map(|v| v.0).collect::<Vec<f64>>()),
        ("all segments as one", versus.iter().map(|v| v.1).collect()),
    ] {
        let e = stats::policy::mean_interval(&differences, 0.05);
        report(
            &format!("saved against {name}"),
            format!("{:.1} [{:.1}, {:.1}] buyers", e.value, e.low, e.high),
            "interval above 0",
            e.low > 0.0,
        );
    }
    report("lowest share of any arm, day and segment", format!("{lowest:.3}"), "≥ .02", lowest >= 0.02 - 1e-12);
    report("lowest share of the baseline", format!("{baseline:.3}"), "≥ .10", baseline >= 0.1 - 1e-12);
    let same = (0..WORLDS).filter(|seed| {
        let rates = vec![vec![0.03; ARMS]; VISITORS.len()];
        run(&rates, Strategy::Pooled, 5000 + seed).sure
    });
    let share = 100.0 * same.count() as f64 / WORLDS as f64;
    report(
        "five equal arms: 95 % “chance to be best” on some day",
        format!("{share:.0} % of runs"),
        "– (why the judge decides)",
        true,
    );
    linear(&mut report);
    if missed > 0 {
        eprintln!("{missed} bounds missed");
        std::process::exit(1);
    }
}
