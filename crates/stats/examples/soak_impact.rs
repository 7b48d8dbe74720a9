//! Bar 4 of the judge: the counterfactual's intervals, against R CausalImpact's published output, on store-like series with an oracle
//! beside it, and on series the model is wrong about. Prints a Markdown table; exits 1 on a missed bar.
//!
//! `cargo run --release -p stats --example soak_impact [SERIES]`, 2,000 by default.

use stats::impact::synthetic::Store;
use stats::impact::{Impact, Options, Priors, Series, estimate};
use std::process::ExitCode;

struct Table {
    missed: bool,
}

impl Table {
    fn row(&mut self, figure: &str, value: String, bound: &str, passed: Option<bool>) {
        let verdict = match passed {
            Some(true) => "pass",
            Some(false) => "FAIL",
            None => "",
        };
        self.missed |= passed == Some(false);
        println!("| {figure} | {value} | {bound} | {verdict} |");
    }
}

fn main() -> ExitCode {
    let series: u64 = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(2_000);
    let mut table = Table { missed: false };
    println!("| figure | value | bound | |\n| --- | --- | --- | --- |");
    fixtures(&mut table);
    stores(&mut table, series);
    placebo(&mut table, (series / 20).max(20));
    if table.missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Processor time of this thread, by the kernel's account; wall-clock time elsewhere.
fn cpu_seconds() -> f64 {
    let of_thread = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    match of_thread.and_then(|text| text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok())) {
        Some(nanoseconds) => 1e-9 * nanoseconds,
        None => std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0.0, |elapsed| elapsed.as_secs_f64()),
    }
}

fn judge(y: &[f64], controls: &[Vec<f64>], n_pre: usize, options: &Options) -> Impact {
    estimate(&Series { y, controls, n_pre }, options).expect("a series long enough")
}

/// Published output of R CausalImpact 1.4.1 (bsts 0.9.10) on five series.
fn fixtures(table: &mut Table) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/causalimpact");
    for name in ["basic", "covariates", "no_effect", "seasonal", "strong_effect"] {
        let Ok(text) = std::fs::read_to_string(format!("{folder}/{name}.json")) else {
            eprintln!("{folder}/{name}.json is not there; skipped");
            continue;
        };
        let file: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let numbers = |v: &serde_json::Value| -> Vec<f64> {
            v.as_array().map(|a| a.iter().filter_map(serde_json::Value::as_f64).collect()).unwrap_or_default()
        };
        let y = numbers(&file["data"]["y"]);
        let controls: Vec<Vec<f64>> =
            file["data"]["x"].as_object().map(|x| x.values().map(numbers).collect()).unwrap_or_default();
        let season = file["model_args"]["nseasons"].as_u64().map(|p| p as usize);
        let n_pre = file["n_pre"].as_u64().expect("n_pre") as usize;
        let r = |key: &str| file["r_output"][key].as_f64().expect("a number");
        let same = Options { season, priors: Priors::causal_impact(), ..Options::default() };
        let ours = Options { season, ..Options::default() };
        let as_r = judge(&y, &controls, n_pre, &same);
        let weak = judge(&y, &controls, n_pre, &ours);
        // 1 % of the published estimate; where that is about 0, of the noise's standard deviation (1 in these files).
        let within = 0.01 * r("point_effect_mean").abs().max(file["noise_sd"].as_f64().unwrap_or(1.0));
        table.row(
            &format!("R fixture {name}: effect with the priors of R CausalImpact 1.4.1"),
            format!("{:.3} [{:.3}, {:.3}]", as_r.effect, as_r.ci_low, as_r.ci_high),
            &format!("{:.3} ± 1 % ([{:.3}, {:.3}])", r("point_effect_mean"), r("ci_lower"), r("ci_upper")),
            Some((as_r.effect - r("point_effect_mean")).abs() <= within),
        );
        table.row(
            &format!("… {name} as judged by default, the steady model beside ours"),
            format!("{:.3} [{:.3}, {:.3}]", weak.effect, weak.ci_low, weak.ci_high),
            "the same",
            Some((weak.effect - r("point_effect_mean")).abs() <= within),
        );
    }
}

/// Coverage, width and cost on store-like series.
fn stores(table: &mut Table, series: u64) {
    for (name, varied, controlled) in [
        ("store", false, true),
        ("store, parameters varied x1/2 to x2", true, true),
        ("store without its control", false, false),
    ] {
        let options = Options::default();
        let (mut covered, mut proven, mut oracle_covered) = (0.0, 0.0, 0.0);
        let (mut width, mut oracle_width, mut square, mut certifiable) = (0.0, 0.0, 0.0, 0.0);
        let mut seconds = 0.0;
        for seed in 0..series {
            let store = if varied { Store::varied(seed) } else { Store::default() };
            let drawn = store.draw(0.0, 10_000 + seed);
            let oracle = store.oracle().expect("positive variances");
            let post = &drawn.y[store.n_pre..];
            let logs = post.iter().map(|v| v.ln()).sum::<f64>() / post.len() as f64;
            oracle_covered += f64::from(u8::from((logs - oracle.forecast(&drawn)).abs() <= 0.5 * oracle.width()));
            oracle_width += oracle.width();
            let controls = if controlled { vec![drawn.control.clone()] } else { Vec::new() };
            let started = cpu_seconds();
            let found = judge(&drawn.y, &controls, store.n_pre, &options);
            seconds += cpu_seconds() - started;
            covered += f64::from(u8::from(found.ci_low <= 0.0 && found.ci_high >= 0.0));
            width += (found.ci_high - found.ci_low) / drawn.base;
            square += (found.effect / drawn.base).powi(2);
            certifiable += found.certifiable_effect;
            if seed % 4 == 0 {
                let lifted: Vec<f64> =
                    (0..drawn.y.len()).map(|t| drawn.y[t] * if t >= store.n_pre { 1.1 } else { 1.0 }).collect();
                proven += 4.0 * f64::from(u8::from(judge(&lifted, &controls, store.n_pre, &options).ci_low > 0.0));
            }
        }
        let n = series as f64;
        let bar = controlled;
        let share = |x: f64| format!("{:.1} %", 100.0 * x / n);
        table.row(
            &format!("{name}, {series} series of 70 + 30 days: coverage"),
            share(covered),
            "94-98.5 %",
            bar.then_some((0.94..=0.985).contains(&(covered / n))),
        );
        table.row(
            &format!("{name}: mean width over the oracle's"),
            format!("{:.2} ({} of base / {})", width / oracle_width, share(width), share(oracle_width)),
            "≤ 1.30",
            bar.then_some(width <= 1.3 * oracle_width),
        );
        table.row(&format!("{name}: oracle's coverage"), share(oracle_covered), "shown", None);
        table.row(&format!("{name}: root mean square error of base"), share((square / n).sqrt() * n), "shown", None);
        table.row(&format!("{name}: power at +10 %"), share(proven), "shown", None);
        table.row(&format!("{name}: certifiable effect, mean"), share(certifiable), "shown", None);
        table.row(
            &format!("{name}: CPU seconds per fit"),
            format!("{:.4}", seconds / n),
            "≤ .1",
            bar.then_some(seconds <= 0.1 * n),
        );
    }
}

/// A store with momentum, which the model does not know of, and 500 days of history.
fn placebo(table: &mut Table, series: u64) {
    for (name, momentum) in [("as the model has it", 0.0), ("with momentum the model does not know of", 0.0012)] {
        let store = Store { n_pre: 500, momentum, ..Store::default() };
        let (mut plain, mut mended, mut factor, mut seconds, mut widths) = (0.0, 0.0, 0.0, 0.0, [0.0, 0.0]);
        for seed in 0..series {
            let drawn = store.draw(0.0, 50_000 + seed);
            let controls = vec![drawn.control.clone()];
            let without = judge(&drawn.y, &controls, store.n_pre, &Options { placebo: false, ..Options::default() });
            let started = cpu_seconds();
            let with = judge(&drawn.y, &controls, store.n_pre, &Options::default());
            seconds += cpu_seconds() - started;
            let covers = |i: &Impact| f64::from(u8::from(i.ci_low <= 0.0 && i.ci_high >= 0.0));
            plain += covers(&without);
            mended += covers(&with);
            widths[0] += (without.ci_high - without.ci_low) / drawn.base;
            widths[1] += (with.ci_high - with.ci_low) / drawn.base;
            factor += with.calibration.width_factor;
        }
        let n = series as f64;
        let share = |x: f64| format!("{:.1} %", 100.0 * x / n);
        let label = format!("500 days, {name}, {series} series");
        table.row(
            &format!("{label}: coverage before → after placebo calibration"),
            format!("{} → {} (width {} → {})", share(plain), share(mended), share(widths[0]), share(widths[1])),
            if momentum > 0.0 { "mended: ≥ 90 %, and 5 points better" } else { "≥ 90 %" },
            Some(mended >= 0.9 * n && (momentum == 0.0 || mended >= plain + 0.05 * n)),
        );
        table.row(&format!("{label}: mean width factor"), format!("{:.2}", factor / n), "shown", None);
        table.row(&format!("{label}: CPU seconds per judgement"), format!("{:.3}", seconds / n), "shown", None);
    }
}
