//! `measure impact`: what a change did that was not randomised, against the days before it and series it did not touch.

use std::{fmt::Write as _, path::PathBuf};

use clap::Args as ClapArgs;
use serde::Serialize;
use stats::impact::{DayEffect, ImpactError, Options, Series, estimate};
use stats::prepost::{matched_weeks, won};

use crate::{Group, JudgeError, Table, answer, series::Days};

/// Arguments of `measure impact`.
#[derive(ClapArgs)]
pub struct Args {
    /// CSV with one day a row
    file: PathBuf,
    /// Column with the day
    #[arg(long)]
    time: String,
    /// Column with the value to judge, e.g. revenue; an empty cell is a missing day
    #[arg(long)]
    value: String,
    /// Columns with series that the change did not touch, separated by commas
    #[arg(long, value_delimiter = ',')]
    controls: Vec<String>,
    /// First day with the change
    #[arg(long)]
    start: String,
    /// 1 − level of the intervals
    #[arg(long, default_value_t = 0.05)]
    alpha: f64,
    /// Days after which the season repeats; 0 for none
    #[arg(long, default_value_t = 7)]
    season: usize,
    /// Add every day after the start, with what it would have been
    #[arg(long)]
    daily: bool,
    /// Column whose values are judged apart
    #[arg(long)]
    by: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    effect: f64,
    ci_low: f64,
    ci_high: f64,
    relative_effect: f64,
    relative_low: f64,
    relative_high: f64,
    total_effect: f64,
    total_low: f64,
    total_high: f64,
    actual: f64,
    counterfactual: f64,
    p_value: f64,
    /// won | lost | not_provable
    verdict: &'static str,
    calibration: Calibration,
    certifiable_effect: f64,
    certifiable_amount: f64,
    grade: String,
    n_pre: usize,
    n_post: usize,
    missing_days: usize,
    scale: &'static str,
    controls: Vec<String>,
    /// The weaker baseline beside it: whole weeks after against whole weeks before; grade D, never a win.
    before_after: Option<BeforeAfter>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    days: Vec<Day>,
}

#[derive(Serialize)]
struct Calibration {
    method: &'static str,
    windows: usize,
    covered: usize,
    width_factor: f64,
}

#[derive(Serialize)]
struct BeforeAfter {
    effect: f64,
    ci_low: f64,
    ci_high: f64,
    grade: String,
}

#[derive(Serialize)]
struct Day {
    time: String,
    actual: Option<f64>,
    expected: f64,
    low: f64,
    high: f64,
}

/// Estimates the effect.
///
/// # Errors
/// A cell cannot be read, a day stands there twice, or there is too little to judge from.
pub fn run(args: &Args, json: bool) -> Result<String, JudgeError> {
    let table = Table::read(&args.file)?;
    let groups = table.groups(args.by.as_deref())?;
    answer::by_group(&groups, json, |group| judge(args, &table, group), text)
}

fn judge(args: &Args, table: &Table, group: &Group) -> Result<Answer, JudgeError> {
    let time = table.column(&args.time)?;
    let days = Days::of(table, group, time)?;
    let n_pre = days.start(&args.start)?;
    let mut columns = vec![table.column(&args.value)?];
    for name in &args.controls {
        columns.push(table.column(name)?);
    }
    if columns[1..].contains(&columns[0]) {
        return Err(JudgeError::Invalid(format!("--controls {}: a series cannot be its own control.", args.value)));
    }
    let mut values = vec![vec![f64::NAN; days.length]; columns.len()];
    let mut seen: Vec<Option<usize>> = vec![None; days.length];
    for &row in &group.rows {
        let place = days.place(table, row, time)?;
        if let Some(before) = seen[place].replace(row) {
            let reason =
                format!("stands in row {} already; give one row a day, or name a column with --by.", before + 1);
            return Err(table.bad(row, time, reason));
        }
        for (series, column) in values.iter_mut().zip(&columns) {
            series[place] = table.opt_number(row, *column)?.unwrap_or(f64::NAN);
        }
    }
    let controls = values.split_off(1);
    let y = &values[0];
    let options = Options { alpha: args.alpha, season: (args.season > 1).then_some(args.season), ..Options::default() };
    if args.season > 60 {
        return Err(JudgeError::Invalid(format!("--season {}: at most 60 days.", args.season)));
    }
    let found = estimate(&Series { y, controls: &controls, n_pre }, &options).map_err(|error| {
        JudgeError::Invalid(match &error {
            ImpactError::ControlEnds { control } => {
                format!(
                    "{}: control `{}` is missing on most days after the start; leave it out.",
                    table.file(),
                    args.controls[*control]
                )
            }
            other => format!("{}: {other}.", table.file()),
        })
    })?;
    let total = found.n_post as f64;
    let verdict = match (won(found.grade, found.ci_low), found.ci_high < 0.0) {
        (Some(_), _) => "won",
        (None, true) => "lost",
        (None, false) => "not_provable",
    };
    Ok(Answer {
        effect: found.effect,
        ci_low: found.ci_low,
        ci_high: found.ci_high,
        relative_effect: found.relative_effect,
        relative_low: found.relative_low,
        relative_high: found.relative_high,
        total_effect: total * found.effect,
        total_low: total * found.ci_low,
        total_high: total * found.ci_high,
        actual: found.actual,
        counterfactual: found.counterfactual,
        p_value: found.p_value,
        verdict,
        calibration: Calibration {
            method: found.calibration.method,
            windows: found.calibration.windows,
            covered: found.calibration.covered,
            width_factor: found.calibration.width_factor,
        },
        certifiable_effect: found.certifiable_effect,
        certifiable_amount: found.certifiable_amount,
        grade: found.grade.to_string(),
        n_pre: found.n_pre,
        n_post: found.n_post,
        missing_days: y.iter().filter(|v| !v.is_finite()).count(),
        scale: if found.log_scale { "logarithmic" } else { "linear" },
        controls: args.controls.clone(),
        before_after: matched_weeks(y, n_pre).ok().map(|weeks| BeforeAfter {
            effect: weeks.effect,
            ci_low: weeks.ci_low,
            ci_high: weeks.ci_high,
            grade: weeks.grade.to_string(),
        }),
        days: if args.daily { daily(&days, n_pre, &found.days) } else { Vec::new() },
    })
}

fn daily(days: &Days, n_pre: usize, found: &[DayEffect]) -> Vec<Day> {
    found
        .iter()
        .enumerate()
        .map(|(i, day)| Day {
            time: days.name(n_pre + i),
            actual: day.actual.is_finite().then_some(day.actual),
            expected: day.expected,
            low: day.low,
            high: day.high,
        })
        .collect()
}

/// A share in percent with its sign, or a dash.
fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:+.1} %", 100.0 * share) } else { "–".into() }
}

fn text(answer: &Answer) -> String {
    let mut out = String::new();
    let verdict = match answer.verdict {
        "won" => "The change made more than would have come without it.",
        "lost" => "The change made less than would have come without it.",
        _ => "It cannot be told apart from what would have come without the change.",
    };
    let _ = writeln!(out, "{verdict}");
    let _ = writeln!(
        out,
        "Effect per day  {:+.2}, between {:+.2} and {:+.2} ({}, between {} and {}), p = {:.3}",
        answer.effect,
        answer.ci_low,
        answer.ci_high,
        percent(answer.relative_effect),
        percent(answer.relative_low),
        percent(answer.relative_high),
        answer.p_value
    );
    let _ = writeln!(out, "Per day         {:.2}, instead of {:.2}", answer.actual, answer.counterfactual);
    let _ = writeln!(
        out,
        "All {} days     {:+.2}, between {:+.2} and {:+.2}",
        answer.n_post, answer.total_effect, answer.total_low, answer.total_high
    );
    if answer.certifiable_effect.is_finite() {
        let _ = writeln!(
            out,
            "With {} days before and {} after, this series proves effects from about {:.0} % (in four cases of five).",
            answer.n_pre,
            answer.n_post,
            100.0 * answer.certifiable_effect
        );
    }
    let _ = write!(out, "Grade {}: calibrated counterfactual; interval {}", answer.grade, answer.calibration.method);
    if answer.calibration.windows > 0 {
        let _ = write!(
            out,
            " ({} of {} placebo windows covered, width x {:.2})",
            answer.calibration.covered, answer.calibration.windows, answer.calibration.width_factor
        );
    }
    let _ = write!(out, ".");
    if answer.missing_days > 0 {
        let _ = write!(out, "\n{} days are missing.", answer.missing_days);
    }
    for day in &answer.days {
        let actual = day.actual.map_or("missing".into(), |v| format!("{v:.2}"));
        let _ = write!(out, "\n{}  {actual:>12}  {:>12.2}  [{:.2}, {:.2}]", day.time, day.expected, day.low, day.high);
    }
    out
}

#[cfg(test)]
mod tests;
