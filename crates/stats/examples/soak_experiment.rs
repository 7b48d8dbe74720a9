//! The whole reading, as the ledger and `measure experiment` call it: what it calls wrongly, what it covers, what a
//! covariate brings. `cargo run --release -p stats --example soak_experiment`
//!
//! Bounds are the nominal figures with 4 standard errors of this many simulations where chance may exceed them.

use std::process::ExitCode;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution, StandardNormal};
use stats::experiment::{
    ArmSums, DayReading, Decision, Design, Metric, Reading, Spending, UnitFigures, Warning, judge_experiment,
    judge_secondary,
};

const RUNS: usize = 2000;
const DAYS: u32 = 30;

type Rng = ChaCha8Rng;

fn normal(rng: &mut Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// Zero-inflated lognormal revenue: `visitors` of which a share buys, mean 90 an order at sigma 1.
fn shop_day(arm: &mut ArmSums, visitors: u64, conversion: f64, rng: &mut Rng) {
    let buyers = Binomial::new(visitors, conversion).map_or(0, |b| b.sample(rng));
    arm.units += visitors - buyers;
    for _ in 0..buyers {
        arm.add(UnitFigures { value: (4.0 + normal(rng)).exp(), ..UnitFigures::default() });
    }
}

/// Cumulative days where `add` adds one day to one arm.
fn days(arms: usize, mut add: impl FnMut(usize, u32, &mut ArmSums)) -> Vec<DayReading> {
    let mut sums = vec![ArmSums::default(); arms];
    (1..=DAYS)
        .map(|day| {
            sums.iter_mut().enumerate().for_each(|(arm, sums)| add(arm, day, sums));
            DayReading { day, arms: sums.clone() }
        })
        .collect()
}

fn is_called(reading: &Reading) -> bool {
    reading.arms.iter().any(|arm| matches!(arm.decision, Decision::Won | Decision::Lost))
}

fn wins(reading: &Reading) -> bool {
    reading.arms[0].decision == Decision::Won
}

fn covers(reading: &Reading, lift: f64) -> bool {
    let result = reading.arms[0].result;
    let low = result.and_then(|result| result.lift_low).unwrap_or(f64::NEG_INFINITY);
    let high = result.and_then(|result| result.lift_high).unwrap_or(f64::INFINITY);
    (low..=high).contains(&lift)
}

/// Plays `RUNS` runs and gives each one's reading to `see`.
fn play(
    seed: u64,
    design: &Design,
    make: impl Fn(&mut Rng) -> Vec<DayReading>,
    mut see: impl FnMut(&[DayReading], Reading),
) {
    for run in 0..RUNS as u64 {
        let mut rng = Rng::seed_from_u64(seed);
        rng.set_stream(run);
        let days = make(&mut rng);
        match judge_experiment(design, &days) {
            Ok(reading) => see(&days, reading),
            Err(error) => panic!("a simulated run cannot be read: {error}"),
        }
    }
}

struct Table {
    is_met: bool,
}

impl Table {
    /// One figure as a share of all runs, and the bounds it must keep.
    fn row(&mut self, name: &str, share: f64, low: f64, high: f64) {
        let is_met = (low..=high).contains(&share);
        self.is_met &= is_met;
        let bound = if low <= 0.0 {
            format!("≤ {:.1} %", 100.0 * high)
        } else {
            format!("{:.1}-{:.1} %", 100.0 * low, 100.0 * high)
        };
        println!("| {name} | {:.1} % | {bound} | {} |", 100.0 * share, if is_met { "pass" } else { "FAIL" });
    }
}

/// `nominal` plus 4 standard errors.
fn with_chance(nominal: f64) -> f64 {
    nominal + 4.0 * (nominal * (1.0 - nominal) / RUNS as f64).sqrt()
}

fn share(count: usize) -> f64 {
    count as f64 / RUNS as f64
}

fn main() -> ExitCode {
    let plain = Design::default();
    let mut table = Table { is_met: true };
    let low_cover = 0.95 - (with_chance(0.05) - 0.05);
    println!("{RUNS} runs a row, 30 daily looks\n\n| what | figure | bound | |\n| --- | --- | --- | --- |");

    let (mut called, mut naive, mut srm, mut novelty, mut weekdays, mut late) = (0, 0, 0, 0, 0, 0);
    let shop = |lift: f64, visitors: u64, arms: usize| {
        move |rng: &mut Rng| {
            days(arms, |arm, _, sums| shop_day(sums, visitors, if arm == 1 { 0.03 * (1.0 + lift) } else { 0.03 }, rng))
        }
    };
    play(1, &plain, shop(0.0, 1000, 2), |_, reading| {
        called += usize::from(is_called(&reading));
        naive += usize::from(reading.arms[0].looks.iter().any(|look| look.p_value.is_some_and(|p| p < 0.05)));
        novelty += usize::from(reading.warnings.iter().any(|w| matches!(w, Warning::Novelty { .. })));
        weekdays += usize::from(reading.warnings.iter().any(|w| matches!(w, Warning::Weekdays { .. })));
        late += usize::from(covers(&reading, 0.0));
    });
    table.row("A/A revenue, 1,000 per arm and day: won or lost", share(called), 0.0, with_chance(0.05));
    println!("| the same by the first daily p < .05 | {:.1} % | | |", 100.0 * share(naive));
    table.row("the same: lift interval covers 0", share(late), low_cover, 1.0);
    table.row("the same: novelty warning on the last day", share(novelty), 0.0, with_chance(0.015));
    table.row("the same: weekday warning on the last day", share(weekdays), 0.0, with_chance(0.015));

    let mut called = 0;
    play(2, &plain, shop(0.0, 1000, 4), |_, reading| called += usize::from(is_called(&reading)));
    table.row("A/A/A/A: any arm won or lost (Holm)", share(called), 0.0, with_chance(0.05));

    let (mut won, mut other_called, mut covered) = (0, 0, 0);
    play(3, &plain, shop(0.15, 2000, 2), |_, reading| {
        won += usize::from(wins(&reading));
        covered += usize::from(covers(&reading, 0.15));
    });
    table.row("+15 %, 2,000 per arm and day: won (theory 73.5 %)", share(won), 0.695, 0.775);
    table.row(
        "the same: Fieller interval after stopping covers +15 %",
        share(covered),
        low_cover,
        2.0 * 0.95 - low_cover,
    );
    let mut won_of_three = 0;
    play(4, &plain, shop(0.15, 2000, 4), |_, reading| {
        won_of_three += usize::from(wins(&reading));
        let others = reading.arms.iter().filter(|arm| arm.arm != 1);
        other_called +=
            usize::from(others.into_iter().any(|arm| matches!(arm.decision, Decision::Won | Decision::Lost)));
    });
    println!("| +15 % in one of three treatments: won | {:.1} % | | |", 100.0 * share(won_of_three));
    table.row("the same: another arm won or lost", share(other_called), 0.0, with_chance(0.05));

    // A holdout of a tenth, as always-on changes keep.
    let holdout = |lift: f64| {
        move |rng: &mut Rng| {
            days(2, |arm, _, sums| {
                let (visitors, conversion) = if arm == 0 { (200, 0.03) } else { (1800, 0.03 * (1.0 + lift)) };
                shop_day(sums, visitors, conversion, rng);
            })
        }
    };
    let tenth = Design { shares: vec![0.1, 0.9], ..plain.clone() };
    let (mut called, mut won, mut covered) = (0, 0, 0);
    play(14, &tenth, holdout(0.0), |_, reading| {
        called += usize::from(is_called(&reading));
        won += usize::from(wins(&reading));
    });
    table.row("A/A with a holdout of 10 % of 2,000 a day: won or lost", share(called), 0.0, with_chance(0.05));
    table.row("the same: won", share(won), 0.0, with_chance(0.025));
    play(15, &tenth, holdout(0.15), |_, reading| covered += usize::from(covers(&reading, 0.15)));
    table.row("+15 % there: Fieller interval covers it", share(covered), low_cover, 2.0 * 0.95 - low_cover);

    // A covariate with correlation .6, effect .05 standard deviations at 100 per arm and day.
    let normals = |effect: f64| {
        move |rng: &mut Rng| {
            days(2, |arm, _, sums| {
                for _ in 0..100 {
                    let x = normal(rng);
                    let value = 5.0 + 0.6 * x + 0.8 * normal(rng) + effect * arm as f64;
                    sums.add(UnitFigures { value, denominator: 0.0, covariate: x });
                }
            })
        }
    };
    let adjusted = Design { use_covariate: true, ..plain.clone() };
    let (mut called, mut saved, mut won_plain, mut won_adjusted) = (0, 0.0, 0, 0);
    play(5, &adjusted, normals(0.0), |_, reading| {
        called += usize::from(is_called(&reading));
        saved += reading.arms[0].variance_saved.unwrap_or(0.0) / RUNS as f64;
    });
    table.row("A/A with a covariate: won or lost", share(called), 0.0, with_chance(0.05));
    table.row("variance saved by a covariate with correlation .6 (.36)", saved, 0.355, 0.365);
    play(6, &plain, normals(0.05), |_, reading| won_plain += usize::from(wins(&reading)));
    play(6, &adjusted, normals(0.05), |_, reading| won_adjusted += usize::from(wins(&reading)));
    table.row("effect .05 sd without the covariate: won (theory 48 %)", share(won_plain), 0.43, 0.53);
    table.row("effect .05 sd with it: won (theory 67 %)", share(won_adjusted), 0.62, 0.72);

    // Average order value: one to four orders a customer, dearer customers order more often.
    let ratio = Design { metric: Metric::Ratio, ..plain.clone() };
    let orders = |lift: f64| {
        move |rng: &mut Rng| {
            days(2, |arm, _, sums| {
                for _ in 0..30 {
                    let level = 0.4 * normal(rng);
                    let count =
                        1 + u32::from(rng.random::<f64>() < 0.3 + 0.2 * level.signum()) + rng.random_range(0..2);
                    let price = (1.0 + lift * arm as f64) * 50.0;
                    let value: f64 = (0..count).map(|_| price * (level + 0.5 * normal(rng)).exp()).sum();
                    sums.add(UnitFigures { value, denominator: f64::from(count), covariate: 0.0 });
                }
            })
        }
    };
    let (mut called, mut covered) = (0, 0);
    play(7, &ratio, orders(0.0), |_, reading| called += usize::from(is_called(&reading)));
    play(8, &ratio, orders(0.1), |_, reading| covered += usize::from(covers(&reading, 0.1)));
    table.row("A/A on average order value, customers as clusters: won or lost", share(called), 0.0, with_chance(0.05));
    table.row("+10 %: Fieller interval of the ratio covers it", share(covered), low_cover, 2.0 * 0.95 - low_cover);

    // A fixed base of 500 customers an arm, each buying on one day in twenty, all there from the first day on.
    let base = |lift: f64| {
        move |rng: &mut Rng| {
            let mut values = vec![[0.0f64; 500]; 2];
            days(2, |arm, _, sums| {
                let chance = 0.05 * (1.0 + lift * arm as f64);
                for value in &mut values[arm] {
                    if rng.random::<f64>() < chance {
                        *value += 50.0 * (0.5 * normal(rng)).exp();
                    }
                }
                *sums = ArmSums::of_values(500, values[arm].iter().sum(), values[arm].iter().map(|v| v * v).sum());
            })
        }
    };
    for (name, spending) in [("O'Brien-Fleming", Spending::ObrienFleming), ("Pocock", Spending::Pocock)] {
        let design = Design { spending, ..plain.clone() };
        let (mut called, mut early) = (0, 0);
        play(12, &design, base(0.0), |_, reading| called += usize::from(is_called(&reading)));
        play(13, &design, base(0.25), |_, reading| {
            early += usize::from(wins(&reading) && reading.arms[0].stopped_look.is_some_and(|look| look < 25));
        });
        table.row(
            &format!("A/A on a fixed base whose values grow, {name}: won or lost"),
            share(called),
            0.0,
            with_chance(0.05),
        );
        table.row(&format!("+25 % there, {name}: won before day 25"), share(early), 0.5, 1.0);
    }

    // Traffic by the toss of a coin, fair and not.
    let tossed = |chance: f64| {
        move |rng: &mut Rng| {
            let mut left = 0;
            days(2, |arm, _, sums| {
                if arm == 0 {
                    left = Binomial::new(600, chance).map_or(300, |b| b.sample(rng));
                }
                let units = if arm == 0 { left } else { 600 - left };
                *sums = sums.plus(&ArmSums::of_values(units, units as f64, 2.0 * units as f64));
            })
        }
    };
    let mut found = 0;
    play(9, &plain, tossed(0.5), |_, reading| srm += usize::from(reading.srm_p < stats::experiment::SRM_LEVEL));
    play(10, &plain, tossed(0.48), |_, reading| found += usize::from(reading.srm_p < stats::experiment::SRM_LEVEL));
    table.row("fair traffic of 600 a day: mismatch called, read daily", share(srm), 0.0, with_chance(0.01));
    table.row("48 : 52 traffic of 600 a day: mismatch found within 30 days", share(found), 0.8, 1.0);

    // Ten guardrails without effect, read daily: any false call within the run.
    let mut wrong = 0;
    for run in 0..RUNS as u64 {
        let mut rng = Rng::seed_from_u64(11);
        rng.set_stream(run);
        let metrics: Vec<Vec<DayReading>> = (0..10)
            .map(|_| {
                days(2, |_, _, sums| {
                    let bad = Binomial::new(1000, 0.02).map_or(0, |b| b.sample(&mut rng));
                    *sums = sums.plus(&ArmSums::of_values(1000, bad as f64, bad as f64));
                })
            })
            .collect();
        wrong += usize::from((6..DAYS as usize).any(|day| {
            let at: Vec<_> = metrics.iter().map(|metric| (Metric::Proportion, metric[day].clone())).collect();
            judge_secondary(&at, 0.05, 30_000.0).iter().any(|reading| reading.is_called)
        }));
    }
    table.row("ten guardrails without effect, read daily: any called", share(wrong), 0.0, with_chance(0.05));
    if table.is_met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
