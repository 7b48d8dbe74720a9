//! `measure prepost`: before and after, which proves nothing: whole weeks around a start, or two windows such as two sprints.

use std::{fmt::Write as _, path::PathBuf};

use clap::Args as ClapArgs;
use serde::Serialize;
use stats::prepost::{Compared, matched_weeks, previous_sprint};

use crate::{Group, JudgeError, Table, answer, series::Days};

/// Arguments of `measure prepost`.
#[derive(ClapArgs)]
pub struct Args {
    /// CSV with one day a row, or several
    file: PathBuf,
    /// Column with the day
    #[arg(long)]
    time: String,
    /// Column with the value to compare, e.g. revenue; rows of a day are added up
    #[arg(long)]
    value: String,
    /// First day with the change
    #[arg(long)]
    start: String,
    /// Instead of matched weeks: the first day of the window before, e.g. of the previous sprint; both are as long
    #[arg(long, value_name = "DATE", requires = "days")]
    previous: Option<String>,
    /// With --previous: days of each window
    #[arg(long, value_name = "N")]
    days: Option<usize>,
    /// Column whose values are judged apart
    #[arg(long)]
    by: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    /// Per day.
    effect: f64,
    ci_low: f64,
    ci_high: f64,
    relative_effect: Option<f64>,
    p_value: Option<f64>,
    /// Always not_provable.
    verdict: &'static str,
    grade: String,
    /// matched_weeks | previous_window
    method: &'static str,
    /// Weeks or days compared, both sides together.
    count: usize,
}

/// Compares before and after.
///
/// # Errors
/// A cell cannot be read, a day is missing, or there is too little on a side.
pub fn run(args: &Args, json: bool) -> Result<String, JudgeError> {
    let table = Table::read(&args.file)?;
    let groups = table.groups(args.by.as_deref())?;
    answer::by_group(&groups, json, |group| judge(args, &table, group), text)
}

fn judge(args: &Args, table: &Table, group: &Group) -> Result<Answer, JudgeError> {
    let (time, value) = (table.column(&args.time)?, table.column(&args.value)?);
    let days = Days::of(table, group, time)?;
    let mut values = vec![f64::NAN; days.length];
    for &row in &group.rows {
        let cell = &mut values[days.place(table, row, time)?];
        *cell = if cell.is_nan() { 0.0 } else { *cell } + table.number(row, value)?;
    }
    let start = days.start(&args.start)?;
    let windows = match (&args.previous, args.days) {
        (Some(previous), Some(length)) => {
            // The first day of the file may begin the window before; no start may.
            let before =
                days.start(previous).or_else(|error| if *previous == days.name(0) { Ok(0) } else { Err(error) })?;
            if length < 2 || before + length > start || start + length > values.len() {
                return Err(JudgeError::Invalid(format!(
                    "--previous {previous} --days {length}: both windows lie in the file, two days or longer, the first before \
                     the second."
                )));
            }
            Some((before..before + length, start..start + length))
        }
        _ => None,
    };
    let is_asked = |place: usize| match &windows {
        Some((before, after)) => before.contains(&place) || after.contains(&place),
        None => true,
    };
    if let Some(gap) = (0..values.len()).find(|place| values[*place].is_nan() && is_asked(*place)) {
        return Err(JudgeError::Invalid(format!(
            "{}: there is no row for {}; add it, 0 when nothing was sold.",
            table.file(),
            days.name(gap)
        )));
    }
    let (found, method) = match windows {
        Some((before, after)) => (previous_sprint(&values[before], &values[after]), "previous_window"),
        None => (matched_weeks(&values, start), "matched_weeks"),
    };
    let found: Compared = found.map_err(|error| JudgeError::Invalid(format!("{}: {error}.", table.file())))?;
    let finite = |value: f64| value.is_finite().then_some(value);
    Ok(Answer {
        effect: found.effect,
        ci_low: found.ci_low,
        ci_high: found.ci_high,
        relative_effect: finite(found.relative_effect),
        p_value: finite(found.p_value),
        verdict: "not_provable",
        grade: found.grade.to_string(),
        method,
        count: found.count,
    })
}

fn text(answer: &Answer) -> String {
    let mut out = String::from("Before and after proves nothing: season, news and everything else are in it.\n");
    let share = answer.relative_effect.map_or(String::new(), |share| format!("{:+.1} %, ", 100.0 * share));
    let _ = writeln!(
        out,
        "Difference per day  {:+.2} ({share}between {:+.2} and {:+.2})",
        answer.effect, answer.ci_low, answer.ci_high
    );
    let what = match answer.method {
        "matched_weeks" => "whole weeks, weekday against weekday",
        _ => "days of two windows",
    };
    let _ = write!(out, "Grade {}: {} {what}.", answer.grade, answer.count);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    fn file(folder: &tempfile::TempDir) -> String {
        let mut out = String::from("day,sales\n");
        for t in 0..56_i32 {
            let sales = if t < 28 { 100 } else { 300 } + (t % 5);
            out.push_str(&format!("{},{sales}\n", domain::Day::from_epoch_days(19_723 + t)));
        }
        let path = folder.path().join("days.csv");
        std::fs::write(&path, out).unwrap();
        path.display().to_string()
    }

    fn run(file: &str, more: &[&str]) -> Result<String, crate::JudgeError> {
        let mut words = vec!["prepost", file, "--time", "day", "--value", "sales"];
        words.extend(more);
        crate::run_from(words)
    }

    #[test]
    fn however_large_it_is_never_called_won() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        for more in [vec![], vec!["--previous", "2024-01-01", "--days", "14"]] {
            let words = [vec!["--start", "2024-01-29", "--json"], more].concat();
            let answer: serde_json::Value = serde_json::from_str(&run(&path, &words).unwrap()).unwrap();
            assert_eq!((answer["verdict"].as_str(), answer["grade"].as_str()), (Some("not_provable"), Some("D")));
            assert!(answer["ci_low"].as_f64().unwrap() > 190.0, "{answer}");
        }
        assert!(run(&path, &["--start", "2024-01-29"]).unwrap().contains("Grade D: 8 whole weeks"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        for (words, says) in [
            (vec!["--start", "2024-01-10"], "1 whole weeks before"),
            (vec!["--start", "2023-01-10"], "the start must lie between"),
            (vec!["--start", "2024-01-29", "--previous", "2024-01-20", "--days", "14"], "both windows lie in the file"),
        ] {
            let error = run(&path, &words).unwrap_err();
            assert!(error.to_string().contains(says) && error.is_input(), "{words:?}: {error}");
        }
    }
}
