//! `measure plan`: can this question be answered with this traffic, before anybody starts.

use std::{collections::HashMap, fmt::Write as _, path::PathBuf};

use clap::Args as ClapArgs;
use serde::Serialize;
use serde_json::{Map, Value, json};
use stats::experiment::{Alternative, Plan, PlanRequest, plan, power_curve};

use crate::{Group, JudgeError, Table, answer::by_group, experiment::SpendingName};

/// Arguments of `measure plan`.
#[derive(ClapArgs)]
pub struct Args {
    /// CSV to take mean, spread, conversion and traffic from, one row an exposure or purchase; without it give them yourself
    file: Option<PathBuf>,
    /// Column that names the unit
    #[arg(long, requires = "file")]
    unit: Option<String>,
    /// Column with the day or time
    #[arg(long, requires = "file")]
    time: Option<String>,
    /// Column with the amount a row adds to the unit's value
    #[arg(long, requires = "file")]
    value: Option<String>,
    /// Column with a figure of the unit from before, to see how much variance it would take away
    #[arg(long, requires = "file")]
    covariate: Option<String>,
    /// Value per unit of the control
    #[arg(long, required_unless_present = "file", allow_negative_numbers = true)]
    baseline_mean: Option<f64>,
    /// Standard deviation of a unit's value; or give --conversion with --order-sigma, or --conversion alone for a proportion
    #[arg(long, visible_alias = "baseline-sd")]
    sd: Option<f64>,
    /// Share of units with a value above zero
    #[arg(long)]
    conversion: Option<f64>,
    /// Standard deviation of the logarithm of an order's amount
    #[arg(long, requires = "conversion")]
    order_sigma: Option<f64>,
    /// Visitors a day, all arms together
    #[arg(long, required_unless_present_any = ["file", "visitors_per_arm_per_day"])]
    visitors_per_day: Option<f64>,
    /// Visitors per arm and day
    #[arg(long, conflicts_with = "visitors_per_day")]
    visitors_per_arm_per_day: Option<f64>,
    /// Arms, the control among them
    #[arg(long, default_value_t = 2)]
    arms: u32,
    /// Relative lift one hopes to prove: 0.15 is +15 %
    #[arg(long, default_value_t = 0.1, allow_negative_numbers = true)]
    lift: f64,
    /// Horizon in days
    #[arg(long, visible_alias = "horizon-days", default_value_t = 30)]
    days: u32,
    /// Days before which nothing is decided
    #[arg(long, default_value_t = 7)]
    min_days: u32,
    /// Error allowed, two-sided
    #[arg(long, default_value_t = 0.05)]
    alpha: f64,
    /// Power that counts as an answer
    #[arg(long, default_value_t = 0.8)]
    power: f64,
    /// How the error is spent
    #[arg(long, value_enum, default_value_t = SpendingName::Obf)]
    spending: SpendingName,
    /// Shape of hsd spending
    #[arg(long, default_value_t = -4.0, allow_negative_numbers = true)]
    gamma: f64,
    /// Share of variance that a covariate takes away
    #[arg(long, default_value_t = 0.0)]
    variance_saved: f64,
    /// Column whose values are planned apart
    #[arg(long, requires = "file")]
    by: Option<String>,
}

/// What the file says, or the asker.
#[derive(Debug, Clone, Copy, Default)]
struct Baseline {
    mean: f64,
    sd: f64,
    conversion: Option<f64>,
    per_day: f64,
    variance_saved: f64,
}

/// Power at one true lift.
#[derive(Serialize)]
struct Point {
    lift: f64,
    power: f64,
}

/// Lifts of the curve, as multiples of the one asked.
const MULTIPLES: [f64; 6] = [0.5, 1.0, 1.5, 2.0, 3.0, 4.0];

#[derive(Serialize)]
struct Answer {
    answer: String,
    is_answerable: bool,
    power: f64,
    win_probability: f64,
    single_look_power: f64,
    detectable_lift: f64,
    days_needed: Option<f64>,
    expected_days: f64,
    units_per_arm: f64,
    baseline_mean: f64,
    baseline_sd: f64,
    conversion: Option<f64>,
    variance_saved: f64,
    units_per_arm_per_day: f64,
    lift: f64,
    days: u32,
    /// Power at other true lifts.
    curve: Vec<Point>,
    alternatives: Vec<Value>,
    #[serde(skip)]
    plan: Plan,
}

/// Runs the command.
///
/// # Errors
/// The file, a cell, or what was asked is wrong.
pub fn run(args: &Args, json: bool) -> Result<String, JudgeError> {
    let Some(path) = &args.file else {
        let groups = [Group { name: None, rows: Vec::new() }];
        return by_group(&groups, json, |_| answer(args, stated(args)?), text);
    };
    let table = Table::read(path)?;
    let groups = table.groups(args.by.as_deref())?;
    by_group(&groups, json, |group| answer(args, measured(args, &table, group)?), text)
}

fn invalid(reason: impl Into<String>) -> JudgeError {
    JudgeError::Invalid(reason.into())
}

fn answer(args: &Args, baseline: Baseline) -> Result<Answer, JudgeError> {
    if args.arms < 2 {
        return Err(invalid("--arms counts the control too: give 2 or more."));
    }
    let per_arm = args.visitors_per_arm_per_day.unwrap_or(baseline.per_day / f64::from(args.arms));
    let request = PlanRequest {
        baseline_mean: baseline.mean,
        baseline_sd: baseline.sd,
        units_per_arm_per_day: per_arm,
        lift: args.lift,
        days: args.days,
        min_days: args.min_days,
        alpha: args.alpha,
        power: args.power,
        treatments: args.arms - 1,
        spending: args.spending.spending(args.gamma),
        conversion: baseline.conversion,
        variance_saved: baseline.variance_saved,
    };
    let plan = plan(&request).map_err(|error| invalid(error.to_string()))?;
    let lifts = MULTIPLES.map(|multiple| multiple * args.lift);
    let curve = power_curve(&request, &lifts).map_err(|error| invalid(error.to_string()))?;
    Ok(Answer {
        answer: plan.answer(),
        is_answerable: plan.is_answerable,
        power: plan.power,
        win_probability: plan.win_probability,
        single_look_power: plan.single_look_power,
        detectable_lift: plan.detectable_lift,
        days_needed: plan.days_needed.is_finite().then_some(plan.days_needed),
        expected_days: plan.expected_days,
        units_per_arm: plan.units_per_arm,
        baseline_mean: baseline.mean,
        baseline_sd: baseline.sd,
        conversion: baseline.conversion,
        variance_saved: baseline.variance_saved,
        units_per_arm_per_day: per_arm,
        lift: args.lift,
        days: args.days,
        curve: lifts.into_iter().zip(curve).map(|(lift, power)| Point { lift, power }).collect(),
        alternatives: plan.alternatives.iter().map(alternative).collect(),
        plan,
    })
}

/// What the asker said; the spread follows from conversion and the orders' sigma where it is not given.
fn stated(args: &Args) -> Result<Baseline, JudgeError> {
    let mean = args.baseline_mean.ok_or_else(|| invalid("Give --baseline-mean, or a file to take it from."))?;
    let sd = match (args.sd, args.conversion, args.order_sigma) {
        (Some(sd), _, _) => sd,
        (None, Some(p), Some(sigma)) if p > 0.0 && p <= 1.0 => {
            // Zero for most, lognormal for buyers: E y² = (mean / p)² e^{σ²} p.
            (mean * mean / p * (sigma * sigma).exp() - mean * mean).max(0.0).sqrt()
        }
        (None, Some(p), None) if (p - mean).abs() < 1e-12 && p < 1.0 => (p * (1.0 - p)).sqrt(),
        _ => {
            return Err(invalid(
                "Give --sd, the standard deviation of a unit's value, or --conversion (between 0 and 1) with --order-sigma, or a file.",
            ));
        }
    };
    Ok(Baseline {
        mean,
        sd,
        // A metric that is the conversion itself has no denser one.
        conversion: args.conversion.filter(|p| (p - mean).abs() > 1e-12),
        per_day: args.visitors_per_day.unwrap_or(0.0),
        variance_saved: args.variance_saved,
    })
}

/// What a unit's rows add up to.
#[derive(Default)]
struct Sums {
    value: f64,
    covariate: Option<f64>,
}

/// What a group's rows say: value per unit over the whole file, units per day over its span.
fn measured(args: &Args, table: &Table, group: &Group) -> Result<Baseline, JudgeError> {
    let named = |column: &Option<String>, option: &str| {
        let name = column.as_deref().ok_or_else(|| invalid(format!("Name the column with {option}.")))?;
        table.column(name)
    };
    let (unit, time, value) =
        (named(&args.unit, "--unit")?, named(&args.time, "--time")?, named(&args.value, "--value")?);
    let covariate = args.covariate.as_deref().map(|name| table.column(name)).transpose()?;
    let mut units: HashMap<&str, Sums> = HashMap::new();
    let mut days: Option<(i32, i32)> = None;
    for row in group.rows.iter().copied() {
        let (day, _) = table.day_or_number(row, time)?;
        days = Some(days.map_or((day, day), |(first, last)| (first.min(day), last.max(day))));
        let entry = units.entry(table.name(row, unit)?).or_default();
        entry.value += table.opt_number(row, value)?.unwrap_or(0.0);
        if let (None, Some(column)) = (entry.covariate, covariate) {
            entry.covariate = table.opt_number(row, column)?;
        }
    }
    let n = units.len() as f64;
    let (first, last) = days.ok_or_else(|| invalid(format!("{}: there are no rows to plan from.", table.file())))?;
    let mean = units.values().map(|unit| unit.value).sum::<f64>() / n;
    let centred = |f: &dyn Fn(&Sums) -> f64| units.values().map(f).sum::<f64>() / (n - 1.0).max(1.0);
    let variance = centred(&|unit| (unit.value - mean).powi(2));
    let of = |unit: &Sums| unit.covariate.unwrap_or(0.0);
    let covariate_mean = units.values().map(of).sum::<f64>() / n;
    let covariate_variance = centred(&|unit| (of(unit) - covariate_mean).powi(2));
    let covariance = centred(&|unit| (of(unit) - covariate_mean) * (unit.value - mean));
    let saved = if covariate_variance > 0.0 && variance > 0.0 {
        (covariance * covariance / (covariate_variance * variance)).clamp(0.0, 0.999)
    } else {
        args.variance_saved
    };
    let conversion = units.values().filter(|unit| unit.value > 0.0).count() as f64 / n;
    let is_proportion = units.values().all(|unit| unit.value == 0.0 || unit.value == 1.0);
    let span = f64::from(last.saturating_sub(first)) + 1.0;
    Ok(Baseline {
        mean: args.baseline_mean.unwrap_or(mean),
        sd: args.sd.unwrap_or(variance.sqrt()),
        conversion: args.conversion.or(Some(conversion)).filter(|p| *p < 1.0 && !is_proportion),
        per_day: args.visitors_per_day.unwrap_or(n / span),
        variance_saved: saved,
    })
}

fn alternative(found: &Alternative) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    match *found {
        Alternative::DenserMetric { baseline, power, days_needed } => {
            put("kind", json!("denser_metric"));
            put("baseline", json!(baseline));
            put("power", json!(power));
            put("days_needed", json!(days_needed));
        }
        Alternative::LongerRun { days, power } => {
            put("kind", json!("longer_run"));
            put("days", json!(days));
            put("power", json!(power));
        }
        Alternative::Covariate { variance_saved } => {
            put("kind", json!("covariate"));
            put("variance_saved", json!(variance_saved));
        }
        Alternative::PooledTest { changes } => {
            put("kind", json!("pooled_test"));
            put("changes", json!(changes));
        }
        Alternative::NonInferiority { margin } => {
            put("kind", json!("non_inferiority"));
            put("margin", json!(margin));
        }
        Alternative::BiggerEffect { lift } => {
            put("kind", json!("bigger_effect"));
            put("lift", json!(lift));
        }
    }
    put("text", json!(found.to_string()));
    Value::Object(fields)
}

fn text(answer: &Answer) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{}", answer.answer);
    let _ = write!(
        out,
        "{:.0} units per arm in {} days; {:.4} per unit, standard deviation {:.4}.",
        answer.units_per_arm, answer.days, answer.baseline_mean, answer.baseline_sd
    );
    if !answer.plan.alternatives.is_empty() {
        out.push_str("\nWhat could be answered instead:");
        for found in &answer.plan.alternatives {
            let _ = write!(out, "\n- {found}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{fmt::Write as _, io::Write as _};

    use super::*;
    use crate::run_from;

    /// The bar: 200 visitors per arm and day, revenue 2.70 per visitor at 3 % conversion, sigma 1: about 14 %.
    const SMALL_SHOP: [&str; 9] =
        ["plan", "--baseline-mean", "2.7", "--conversion", "0.03", "--order-sigma", "1", "--lift", "0.15"];

    #[test]
    fn a_small_shop_is_told_before_it_starts() {
        let words = SMALL_SHOP.iter().copied().chain(["--visitors-per-arm-per-day", "200"]);
        insta::assert_snapshot!(run_from(words).unwrap(), @r"
        This cannot be answered in 30 days with your traffic: a true +15.0 % would be found in 13 % of runs (14 % with a single look at the end). It takes 329 days, or a true lift of +49.6 %, to find it in 80 %.
        6000 units per arm in 30 days; 2.7000 per unit, standard deviation 25.5588.
        What could be answered instead:
        - Judge by conversion (3.00 %) instead of value: the same lift is found in 29 % of runs, and takes 119 days. It says that more people buy, not that money comes in.
        - Run 90 days: it is found in 31 % of runs.
        - Pool 11 similar changes into one test against one holdout: their runs add up.
        - Ask only that it does no harm: a loss of more than 44.3 % can be excluded in this time.
        - Try something bolder: +49.6 % or more can be found in this time.
        ");
        let words = SMALL_SHOP.iter().copied().chain(["--visitors-per-day", "400", "--json"]);
        let answer: Value = serde_json::from_str(&run_from(words).unwrap()).unwrap();
        assert!((answer["power"].as_f64().unwrap() - 0.135).abs() < 0.01);
        assert!((answer["single_look_power"].as_f64().unwrap() - 0.14).abs() < 0.001);
        assert_eq!(answer["is_answerable"], false);
        assert_eq!(answer["curve"][1]["power"], answer["power"]);
        let kinds: Vec<_> =
            answer["alternatives"].as_array().unwrap().iter().map(|a| a["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["denser_metric", "longer_run", "pooled_test", "non_inferiority", "bigger_effect"]);
    }

    #[test]
    fn a_file_says_what_its_own_variance_is() {
        let mut csv = String::from("u,day,v,before,shop\n");
        for k in 0..400 {
            let bought = if k % 4 == 0 { 20.0 + f64::from(k % 7) } else { 0.0 };
            writeln!(csv, "{k},2026-01-{:02},{bought},{},{}", k % 10 + 1, bought * 2.0, k % 3).unwrap();
        }
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(csv.as_bytes()).unwrap();
        let path = file.path().to_str().unwrap();
        let words = ["plan", path, "--unit", "u", "--time", "day", "--value", "v", "--lift", "0.2", "--json"];
        let answer: Value = serde_json::from_str(&run_from(words).unwrap()).unwrap();
        assert_eq!((&answer["units_per_arm_per_day"], &answer["conversion"]), (&json!(20.0), &json!(0.25)));
        let words = words.iter().copied().chain(["--covariate", "before"]);
        let answer: Value = serde_json::from_str(&run_from(words).unwrap()).unwrap();
        assert!(answer["variance_saved"].as_f64().unwrap() > 0.99);
        assert_eq!(answer["is_answerable"], true);
        let words = ["plan", path, "--unit", "u", "--time", "day", "--value", "v", "--by", "shop", "--json"];
        assert_eq!(run_from(words).unwrap().lines().count(), 3);
    }

    #[test]
    fn what_cannot_be_planned_is_named() {
        let cases: [&[&str]; 4] = [
            &["plan", "--baseline-mean", "2.7", "--visitors-per-day", "10"],
            &["plan", "--baseline-mean", "-1", "--sd", "2", "--visitors-per-day", "10"],
            &["plan", "--baseline-mean", "1", "--sd", "2", "--visitors-per-day", "0"],
            &["plan", "--baseline-mean", "1", "--sd", "2", "--visitors-per-day", "10", "--arms", "1"],
        ];
        let said: Vec<String> =
            cases.iter().map(|words| run_from(words.iter().copied()).unwrap_err().to_string()).collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        Give --sd, the standard deviation of a unit's value, or --conversion (between 0 and 1) with --order-sigma, or a file.
        The baseline's mean per unit must be above zero: a relative lift has no meaning otherwise.
        Units per arm and day must be above zero.
        --arms counts the control too: give 2 or more.
        ");
    }
}
