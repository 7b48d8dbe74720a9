//! `measure policy`: what another policy would have earned, from a log that kept its chances.

use std::{collections::HashMap, fmt::Write as _, path::PathBuf};

use clap::Args as ClapArgs;
use serde::Serialize;
use stats::policy::{Estimate, Evaluation, Logged, Modelled, PolicyError, RewardData, cross_fit, evaluate};

use crate::{Group, JudgeError, Table, answer};

mod target;

use target::Target;

/// Levels of a text column that get a column of their own in the reward model; rarer ones share none.
const MAX_LEVELS: usize = 30;
/// Folds of the reward model.
const FOLDS: usize = 3;

/// Arguments of `measure policy`.
#[derive(ClapArgs)]
pub struct Args {
    /// CSV with one decision a row
    file: PathBuf,
    /// Columns that were known when deciding, separated by commas
    #[arg(long, value_delimiter = ',')]
    context: Vec<String>,
    /// Column with the action taken
    #[arg(long)]
    action: String,
    /// Column with the reward: money, or 0 and 1
    #[arg(long)]
    reward: String,
    /// Column with the chance that the logging policy gave the action taken
    #[arg(long)]
    propensity: String,
    /// CSV with the other policy: columns context…, action, probability; or a row per row of the log, with a column per
    /// action or one column `probability` for the action taken; or another policy's log
    #[arg(long)]
    target: PathBuf,
    /// 1 − level of the intervals
    #[arg(long, default_value_t = 0.05)]
    alpha: f64,
    /// Column whose values are judged apart
    #[arg(long)]
    by: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    rows: usize,
    actions: usize,
    logged: Value,
    ipw: Value,
    snipw: Value,
    dm: Option<Value>,
    dr: Option<Value>,
    gain: Value,
    effective_rows: f64,
    max_weight: f64,
    mean_weight: f64,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Value {
    value: f64,
    se: f64,
    ci_low: f64,
    ci_high: f64,
}

impl From<Estimate> for Value {
    fn from(e: Estimate) -> Value {
        Value { value: e.value, se: e.se, ci_low: e.low, ci_high: e.high }
    }
}

/// Evaluates the other policy.
///
/// # Errors
/// A cell cannot be read, or the two files do not belong together.
pub fn run(args: &Args, json: bool) -> Result<String, JudgeError> {
    let table = Table::read(&args.file)?;
    let other = Table::read(&args.target)?;
    let target = Target::read(args, &table, &other)?;
    let groups = table.groups(args.by.as_deref())?;
    answer::by_group(&groups, json, |group| judge(args, &table, &target, group), text)
}

fn judge(args: &Args, table: &Table, target: &Target, group: &Group) -> Result<Answer, JudgeError> {
    let action = table.column(&args.action)?;
    let reward = table.column(&args.reward)?;
    let propensity = table.column(&args.propensity)?;
    let rows = &group.rows;
    let number = |column: usize| rows.iter().map(|&row| table.number(row, column)).collect::<Result<Vec<f64>, _>>();
    let (rewards, propensities) = (number(reward)?, number(propensity)?);
    for (&row, &p) in rows.iter().zip(&propensities) {
        if !(p > 0.0 && p <= 1.0) {
            return Err(table.bad(
                row,
                propensity,
                "is not the chance of an action that was taken; it is above 0 and at most 1.",
            ));
        }
    }
    // Actions of the whole policy, so that the model knows those this group never saw.
    let names = target.actions(table, action);
    let places: HashMap<&str, usize> = names.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    let taken =
        rows.iter().map(|&row| Ok(places[table.name(row, action)?])).collect::<Result<Vec<usize>, JudgeError>>()?;
    let chance = target.lookup(&names);
    let chances: Vec<f64> = rows.iter().zip(&taken).map(|(&row, &action)| chance(row, action)).collect();
    let log = Logged { rewards: &rewards, propensities: &propensities, target: &chances };
    let mut notes = target.notes();
    let modelled = if target.knows_all() {
        let (contexts, columns) = encode(args, table, rows)?;
        let data = RewardData { contexts: &contexts, columns, taken: &taken, actions: names.len(), rewards: &rewards };
        Some(cross_fit(&data, FOLDS, |i, action| chance(rows[i], action)).map_err(invalid)?)
    } else {
        notes.push(
            "The target names the chance of the action taken only, so nothing can be modelled for the others: no DM, no DR."
                .into(),
        );
        None
    };
    let model = modelled.as_ref().map(|(of_logged, of_target)| Modelled { of_logged, of_target });
    let e = evaluate(&log, model.as_ref(), args.alpha).map_err(invalid)?;
    warn(&e, &mut notes);
    Ok(Answer {
        rows: e.rows,
        actions: names.len(),
        logged: e.logged.into(),
        ipw: e.ipw.into(),
        snipw: e.snipw.into(),
        dm: e.dm.map(Value::from),
        dr: e.dr.map(Value::from),
        gain: e.gain.into(),
        effective_rows: e.effective_rows,
        max_weight: e.max_weight,
        mean_weight: e.mean_weight,
        notes,
    })
}

fn invalid(error: PolicyError) -> JudgeError {
    JudgeError::Invalid(error.to_string())
}

fn warn(e: &Evaluation, notes: &mut Vec<String>) {
    if e.effective_rows < 100.0 {
        notes.push(format!("The weights leave the worth of {:.0} rows: too few to tell much.", e.effective_rows));
    }
    if e.mean_weight < 0.9 {
        notes.push(format!(
            "The mean weight is {:.2}, not 1: the other policy does things the log never tried, and IPW counts them as nothing.",
            e.mean_weight
        ));
    }
    if e.mean_weight > 1.1 && e.effective_rows > 1000.0 {
        notes.push(format!(
            "The mean weight is {:.2}, not 1: the propensities in the log are not those it was made with.",
            e.mean_weight
        ));
    }
}

/// Contexts as numbers: numeric columns standardised, text columns as one 0/1 column per frequent value.
fn encode(args: &Args, table: &Table, rows: &[usize]) -> Result<(Vec<f64>, usize), JudgeError> {
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for name in &args.context {
        let column = table.column(name)?;
        let numbers: Option<Vec<f64>> = rows.iter().map(|&row| table.number(row, column).ok()).collect();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        rows.iter().for_each(|&row| *counts.entry(table.text(row, column)).or_default() += 1);
        match numbers {
            // A number with few values (a position, a weekday) is better taken as a name.
            Some(values) if counts.len() > 7 => {
                let n = values.len() as f64;
                let mean = values.iter().sum::<f64>() / n;
                let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
                if sd > 0.0 {
                    columns.push(values.iter().map(|v| (v - mean) / sd).collect());
                }
            }
            _ => {
                let mut levels: Vec<(&str, usize)> = counts.into_iter().collect();
                levels.sort_unstable_by(|l, r| r.1.cmp(&l.1).then(l.0.cmp(r.0)));
                // The most frequent level is what the intercept stands for.
                for (level, _) in levels.iter().skip(1).take(MAX_LEVELS) {
                    columns
                        .push(rows.iter().map(|&row| f64::from(u8::from(table.text(row, column) == *level))).collect());
                }
            }
        }
    }
    let mut flat = Vec::with_capacity(rows.len() * columns.len());
    for i in 0..rows.len() {
        flat.extend(columns.iter().map(|column| column[i]));
    }
    Ok((flat, columns.len()))
}

fn text(answer: &Answer) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} decisions among {} actions; as logged they earned {:.5} each ({:.5} to {:.5}). The other policy:",
        answer.rows, answer.actions, answer.logged.value, answer.logged.ci_low, answer.logged.ci_high
    );
    let rows = [
        ("IPW", Some(&answer.ipw)),
        ("SNIPW", Some(&answer.snipw)),
        ("DM", answer.dm.as_ref()),
        ("DR", answer.dr.as_ref()),
        ("gain", Some(&answer.gain)),
    ];
    for (name, value) in rows {
        if let Some(v) = value {
            let _ = writeln!(out, "  {name:<6} {:>12.5}   {:.5} to {:.5}", v.value, v.ci_low, v.ci_high);
        }
    }
    let _ = writeln!(
        out,
        "The weights leave the worth of {:.0} rows; the largest is {:.1}. This ranks candidates; a registered change decides.",
        answer.effective_rows, answer.max_weight
    );
    for note in &answer.notes {
        let _ = writeln!(out, "{note}");
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests;
