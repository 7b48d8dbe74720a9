//! `measure geo`: which regions to give a change to, and what it did in those that had it.

use std::{collections::HashMap, fmt::Write as _, path::PathBuf};

use clap::Args as ClapArgs;
use serde::Serialize;
use stats::geo::{GeoError, MarketOptions, Options, Panel, estimate, select_markets};
use stats::prepost::won;

use crate::{Group, JudgeError, Table, answer, series::Days};

/// Arguments of `measure geo`.
#[derive(ClapArgs)]
pub struct Args {
    /// CSV with one region and day a row
    file: PathBuf,
    /// Column that names the region
    #[arg(long)]
    region: String,
    /// Column with the day
    #[arg(long)]
    time: String,
    /// Column with the value to judge, e.g. revenue
    #[arg(long)]
    value: String,
    /// Regions that had the change, separated by commas
    #[arg(long, value_delimiter = ',', requires = "start")]
    treated: Vec<String>,
    /// First day with the change
    #[arg(long)]
    start: Option<String>,
    /// Instead of judging: numbers of regions to choose, e.g. 1,2,3
    #[arg(long, value_delimiter = ',', required_unless_present = "treated", conflicts_with = "treated")]
    choose: Vec<usize>,
    /// With --choose: days the change will run
    #[arg(long, default_value_t = 14)]
    days: usize,
    /// With --choose: regions that must not get it, separated by commas
    #[arg(long, value_delimiter = ',')]
    exclude: Vec<String>,
    /// 1 − level of the intervals
    #[arg(long, default_value_t = 0.05)]
    alpha: f64,
    /// Of the drawing of placebo regions
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Column whose values are judged apart
    #[arg(long)]
    by: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Effect(Box<Effect>),
    Markets(Markets),
}

#[derive(Serialize)]
struct Effect {
    effect: f64,
    ci_low: f64,
    ci_high: f64,
    relative_effect: f64,
    relative_low: f64,
    relative_high: f64,
    total_effect: f64,
    actual: f64,
    counterfactual: f64,
    p_value: f64,
    /// won | lost | not_provable
    verdict: &'static str,
    placebos: usize,
    pre_error: f64,
    certifiable_effect: f64,
    grade: String,
    n_pre: usize,
    n_post: usize,
    treated: Vec<String>,
    weights: Vec<Weight>,
}

#[derive(Serialize)]
struct Weight {
    region: String,
    weight: f64,
}

#[derive(Serialize)]
struct Markets {
    days: usize,
    candidates: Vec<Market>,
}

#[derive(Serialize)]
struct Market {
    regions: Vec<String>,
    detectable_effect: f64,
    bias: f64,
    share: f64,
    windows: usize,
}

/// Judges the change, or chooses regions for one.
///
/// # Errors
/// A cell cannot be read, a region has a gap or a day twice, or there is too little to judge from.
pub fn run(args: &Args, json: bool) -> Result<String, JudgeError> {
    let table = Table::read(&args.file)?;
    let groups = table.groups(args.by.as_deref())?;
    answer::by_group(&groups, json, |group| judge(args, &table, group), text)
}

/// Regions in the order in which they first stand in the file, each with a value on every day.
struct Regions {
    names: Vec<String>,
    values: Vec<Vec<f64>>,
    days: Days,
}

impl Regions {
    fn read(args: &Args, table: &Table, group: &Group) -> Result<Regions, JudgeError> {
        let (region, time, value) =
            (table.column(&args.region)?, table.column(&args.time)?, table.column(&args.value)?);
        let days = Days::of(table, group, time)?;
        let mut places: HashMap<&str, usize> = HashMap::new();
        let (mut names, mut values): (Vec<String>, Vec<Vec<f64>>) = (Vec::new(), Vec::new());
        for &row in &group.rows {
            let name = table.name(row, region)?;
            let place = *places.entry(name).or_insert_with(|| {
                names.push(name.to_owned());
                values.push(vec![f64::NAN; days.length]);
                names.len() - 1
            });
            let cell = &mut values[place][days.place(table, row, time)?];
            if !cell.is_nan() {
                let reason = format!("stands there twice for `{name}`; give one row a region and day.");
                return Err(table.bad(row, time, reason));
            }
            *cell = table.number(row, value)?;
        }
        for (name, values) in names.iter().zip(&values) {
            if let Some(gap) = values.iter().position(|v| v.is_nan()) {
                return Err(JudgeError::Invalid(format!(
                    "{}: `{name}` has no row for {}; add it (0 when nothing was sold) or leave the region out.",
                    table.file(),
                    days.name(gap)
                )));
            }
        }
        Ok(Regions { names, values, days })
    }

    fn places(&self, option: &str, wanted: &[String]) -> Result<Vec<usize>, JudgeError> {
        wanted
            .iter()
            .map(|name| {
                self.names.iter().position(|n| n.eq_ignore_ascii_case(name.trim())).ok_or_else(|| {
                    JudgeError::Invalid(format!(
                        "{option} {name}: there is no such region; the regions are: {}.",
                        self.names.join(", ")
                    ))
                })
            })
            .collect()
    }

    fn named(&self, places: &[usize]) -> Vec<String> {
        places.iter().map(|p| self.names[*p].clone()).collect()
    }

    fn error(&self, table: &Table, error: &GeoError) -> JudgeError {
        JudgeError::Invalid(match error {
            GeoError::NoLevel(region) => format!(
                "{}: `{}` has an average of 0 or less before the start; leave it out or join it with another.",
                table.file(),
                self.names[*region]
            ),
            other => format!("{}: {other}.", table.file()),
        })
    }
}

fn judge(args: &Args, table: &Table, group: &Group) -> Result<Answer, JudgeError> {
    let regions = Regions::read(args, table, group)?;
    let Some(start) = args.start.as_deref().filter(|_| !args.treated.is_empty()) else {
        return choose(args, table, &regions);
    };
    let treated = regions.places("--treated", &args.treated)?;
    let panel = Panel { regions: &regions.values, n_pre: regions.days.start(start)? };
    let options = Options { alpha: args.alpha, seed: args.seed, ..Options::default() };
    let found = estimate(&panel, &treated, &options).map_err(|error| regions.error(table, &error))?;
    let verdict = match (won(found.grade, found.ci_low), found.ci_high < 0.0) {
        (Some(_), _) => "won",
        (None, true) => "lost",
        (None, false) => "not_provable",
    };
    Ok(Answer::Effect(Box::new(Effect {
        effect: found.effect,
        ci_low: found.ci_low,
        ci_high: found.ci_high,
        relative_effect: found.relative_effect,
        relative_low: found.relative_low,
        relative_high: found.relative_high,
        total_effect: found.effect * found.n_post as f64,
        actual: found.actual,
        counterfactual: found.counterfactual,
        p_value: found.p_value,
        verdict,
        placebos: found.placebos,
        pre_error: found.pre_error,
        certifiable_effect: found.certifiable_effect,
        grade: found.grade.to_string(),
        n_pre: found.n_pre,
        n_post: found.n_post,
        treated: regions.named(&treated),
        weights: found
            .weights
            .iter()
            .map(|(place, weight)| Weight { region: regions.names[*place].clone(), weight: *weight })
            .collect(),
    })))
}

fn choose(args: &Args, table: &Table, regions: &Regions) -> Result<Answer, JudgeError> {
    let excluded = regions.places("--exclude", &args.exclude)?;
    // Only what was before the start, where one is given.
    let until = args.start.as_deref().map_or(Ok(regions.days.length), |start| regions.days.start(start))?;
    let history: Vec<Vec<f64>> = regions.values.iter().map(|v| v[..until].to_vec()).collect();
    let options = MarketOptions { sizes: args.choose.clone(), days: args.days, excluded, keep: 10 };
    let found = select_markets(&history, &options).map_err(|error| regions.error(table, &error))?;
    if found.is_empty() {
        return Err(JudgeError::Invalid(format!(
            "{}: no choice leaves at least {} regions to compare with; choose fewer.",
            table.file(),
            stats::geo::MIN_CONTROLS
        )));
    }
    Ok(Answer::Markets(Markets {
        days: args.days,
        candidates: found
            .iter()
            .map(|c| Market {
                regions: regions.named(&c.regions),
                detectable_effect: c.detectable_effect,
                bias: c.bias,
                share: c.share,
                windows: c.windows,
            })
            .collect(),
    }))
}

fn text(answer: &Answer) -> String {
    let mut out = String::new();
    match answer {
        Answer::Effect(e) => {
            let percent = |share: f64| {
                if share.is_finite() { format!("{:+.1} %", 100.0 * share) } else { "no bound".to_owned() }
            };
            let verdict = match e.verdict {
                "won" => "The change made more than would have come without it.",
                "lost" => "The change made less than would have come without it.",
                _ => "It cannot be told apart from what would have come without the change.",
            };
            let _ = writeln!(out, "{verdict}");
            let _ = writeln!(
                out,
                "Effect per day  {:+.2} ({}, between {} and {}), p = {:.3}",
                e.effect,
                percent(e.relative_effect),
                percent(e.relative_low),
                percent(e.relative_high),
                e.p_value
            );
            let _ = writeln!(out, "Per day         {:.2}, instead of {:.2}", e.actual, e.counterfactual);
            let _ = writeln!(out, "All {} days     {:+.2}", e.n_post, e.total_effect);
            let _ = writeln!(
                out,
                "These regions prove effects from about {:.0} % (in four cases of five).",
                100.0 * e.certifiable_effect
            );
            let _ =
                write!(out, "Grade {}: split by region, judged by {} placebo sets. Compared with", e.grade, e.placebos);
            for (i, w) in e.weights.iter().take(8).enumerate() {
                let _ = write!(out, "{} {} {:.0} %", if i == 0 { "" } else { "," }, w.region, 100.0 * w.weight);
            }
            let _ = write!(out, ".");
        }
        Answer::Markets(m) => {
            let _ = write!(out, "Best regions for a change of {} days (provable effect, share of all):", m.days);
            for c in &m.candidates {
                let _ = write!(
                    out,
                    "\n{:>5.1} %  {:>5.1} %  {}",
                    100.0 * c.detectable_effect,
                    100.0 * c.share,
                    c.regions.join(", ")
                );
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fmt::Write as _;

    /// Twelve towns over 75 days from 2024-01-01; a lift in two of them from 2024-03-01.
    fn file(folder: &tempfile::TempDir, lift: f64, leave_out: Option<&str>) -> String {
        let mut out = String::from("town,day,sales\n");
        for i in 0..12 {
            for t in 0..75 {
                let common = 1.0 + 0.1 * (t as f64 / 9.0).sin() + 0.05 * ((t % 7) as f64 - 3.0);
                let own = 0.02 * f64::from(t * (7 + i) + 3 * i).sin();
                let change = if i < 2 && t >= 60 { 1.0 + lift } else { 1.0 };
                let line = format!("town{i},{}", domain::Day::from_epoch_days(19_723 + t));
                if leave_out != Some(&line) {
                    let _ = writeln!(out, "{line},{:.3}", f64::from(100 + 50 * i) * (common + own) * change);
                }
            }
        }
        let path = folder.path().join("towns.csv");
        std::fs::write(&path, out).unwrap();
        path.display().to_string()
    }

    fn run(file: &str, more: &[&str]) -> Result<String, crate::JudgeError> {
        let mut words = vec!["geo", file, "--region", "town", "--time", "day", "--value", "sales"];
        words.extend(more);
        crate::run_from(words)
    }

    #[test]
    fn a_planted_lift_is_found_and_regions_are_chosen() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder, 0.1, None);
        let judged = ["--treated", "town0,town1", "--start", "2024-03-01"];
        let text = run(&path, &[&judged[..], &["--json"]].concat()).unwrap();
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((answer["verdict"].as_str(), answer["grade"].as_str()), (Some("won"), Some("B")));
        assert!((answer["relative_effect"].as_f64().unwrap() - 0.1).abs() < 0.02);
        assert!(run(&path, &judged).unwrap().contains("Grade B"));
        let chosen = run(&path, &["--choose", "1,2", "--exclude", "town5", "--json"]).unwrap();
        let chosen: serde_json::Value = serde_json::from_str(&chosen).unwrap();
        assert_eq!(chosen["candidates"].as_array().unwrap().len(), 10);
        assert!(run(&path, &["--choose", "2"]).unwrap().starts_with("Best regions"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let gap = file(&folder, 0.0, Some("town3,2024-01-05"));
        let error = run(&gap, &["--choose", "2"]).unwrap_err().to_string();
        assert!(error.contains("`town3` has no row for 2024-01-05"), "{error}");
        let whole = file(&folder, 0.0, None);
        for (words, says) in [
            (vec!["--treated", "paris", "--start", "2024-03-01"], "no such region"),
            (vec!["--treated", "town1", "--start", "2024-01-11"], "10 days before the change, 28 are needed"),
            (vec!["--choose", "9"], "choose fewer"),
            (vec!["--treated", "town1"], "--start"),
            (vec![], "--choose"),
        ] {
            let error = run(&whole, &words).unwrap_err();
            assert!(error.to_string().contains(says) && error.is_input(), "{error}");
        }
    }
}
