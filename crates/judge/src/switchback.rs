//! `measure switchback`: days on which a change was on against days on which it was off; and the draw of these days.

use std::{fmt::Write as _, path::PathBuf};

use clap::Args as ClapArgs;
use serde::Serialize;
use stats::prepost::{Grade, SwitchOptions, block_spread, plain_days, switch_schedule, switchback, won};

use crate::{Group, JudgeError, Table, answer, series::Days};

/// Arguments of `measure switchback`.
#[derive(ClapArgs)]
pub struct Args {
    /// CSV with one day a row, or several
    #[arg(required_unless_present = "draw")]
    file: Option<PathBuf>,
    /// Column with the day
    #[arg(long, required_unless_present = "draw")]
    time: Option<String>,
    /// Column with the value to judge, e.g. revenue; rows of a day are added up
    #[arg(long, required_unless_present = "draw")]
    value: Option<String>,
    /// Column that says whether the change was on: 1 or 0, on or off, yes or no, true or false
    #[arg(long, required_unless_present = "draw")]
    on: Option<String>,
    /// Days that were switched together
    #[arg(long, default_value_t = 1)]
    block_days: usize,
    /// First day of the switching; the days before teach weekdays and controls [default: the first day]
    #[arg(long)]
    start: Option<String>,
    /// Column with something the change could not move, e.g. revenue of other products
    #[arg(long, requires = "start")]
    control: Option<String>,
    /// 1 − level of the intervals
    #[arg(long, default_value_t = 0.05)]
    alpha: f64,
    /// Instead of judging: draw the blocks of this many days, before the start
    #[arg(long, value_name = "DAYS", conflicts_with_all = ["file", "time", "value", "on", "control", "by"])]
    draw: Option<usize>,
    /// With --draw: what is hashed; the same text draws the same blocks
    #[arg(long, default_value = "switchback")]
    salt: String,
    /// Of the re-drawing of blocks
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Column whose values are judged apart
    #[arg(long)]
    by: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    effect: f64,
    ci_low: f64,
    ci_high: f64,
    relative_effect: Option<f64>,
    total_effect: f64,
    p_value: Option<f64>,
    /// won | lost | not_provable
    verdict: &'static str,
    grade: String,
    blocks_on: usize,
    blocks_off: usize,
    block_days: usize,
    /// Smallest true effect (share) that is proven in four cases of five; none without days before the start.
    certifiable_effect: Option<f64>,
    /// Days at the end that made no whole block.
    left_out: usize,
}

#[derive(Serialize)]
struct Drawn {
    block_days: usize,
    on: Vec<bool>,
}

/// Judges the switching, or draws its blocks.
///
/// # Errors
/// A cell cannot be read, a block is on and off, or there is too little to judge from.
pub fn run(args: &Args, json: bool) -> Result<String, JudgeError> {
    if args.block_days == 0 || !(args.alpha > 0.0 && args.alpha < 1.0) {
        return Err(JudgeError::Invalid("--block-days is 1 or more, and --alpha lies between 0 and 1.".into()));
    }
    if let Some(days) = args.draw {
        return draw(args, days, json);
    }
    let table = Table::read(args.file.as_deref().unwrap_or_else(|| std::path::Path::new("")))?;
    let groups = table.groups(args.by.as_deref())?;
    answer::by_group(&groups, json, |group| judge(args, &table, group), text)
}

fn draw(args: &Args, days: usize, json: bool) -> Result<String, JudgeError> {
    let count = days / args.block_days;
    if !(8..=10_000).contains(&count) {
        return Err(JudgeError::Invalid(format!(
            "{days} days hold {count} blocks of {} days; 8 to 10,000 are needed.",
            args.block_days
        )));
    }
    let on = switch_schedule(&args.salt, count);
    if json {
        return answer::to_json(&Drawn { block_days: args.block_days, on });
    }
    let start = args.start.as_deref().and_then(crate::time::parse).map(crate::time::day);
    let name = |offset: usize| match start {
        Some(start) => start.plus(offset as i32).to_string(),
        None => format!("day {}", offset + 1),
    };
    let lines = on.iter().enumerate().map(|(block, on)| {
        let from = block * args.block_days;
        let word = if *on { "on " } else { "off" };
        match args.block_days {
            1 => format!("{word}  {}", name(from)),
            length => format!("{word}  {} to {}", name(from), name(from + length - 1)),
        }
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn judge(args: &Args, table: &Table, group: &Group) -> Result<Answer, JudgeError> {
    let column = |name: &Option<String>| table.column(name.as_deref().unwrap_or_default());
    let (time, value, on) = (column(&args.time)?, column(&args.value)?, column(&args.on)?);
    let control = args.control.as_ref().map(|name| table.column(name)).transpose()?;
    let days = Days::of(table, group, time)?;
    let first = args.start.as_deref().map_or(Ok(0), |start| days.start(start))?;
    let mut values = vec![f64::NAN; days.length];
    let mut others = vec![0.0; days.length];
    let mut labels: Vec<Option<bool>> = vec![None; days.length];
    for &row in &group.rows {
        let place = days.place(table, row, time)?;
        let cell = &mut values[place];
        *cell = if cell.is_nan() { 0.0 } else { *cell } + table.number(row, value)?;
        if let Some(control) = control {
            others[place] += table.number(row, control)?;
        }
        if place >= first {
            let label = label(table, row, on)?;
            let block = (place - first) / args.block_days * args.block_days + first;
            match labels[block] {
                Some(known) if known != label => {
                    let reason =
                        format!("is not what the block from {} on was; a block is on or off.", days.name(block));
                    return Err(table.bad(row, on, reason));
                }
                _ => labels[block] = Some(label),
            }
        }
    }
    if let Some(gap) = values.iter().position(|value| value.is_nan()) {
        return Err(JudgeError::Invalid(format!(
            "{}: there is no row for {}; add it, 0 when nothing was sold.",
            table.file(),
            days.name(gap)
        )));
    }
    let plain = plain_days(&values, control.map(|_| others.as_slice()), 0..first);
    if control.is_some() && plain.is_none() {
        return Err(JudgeError::Invalid("--control takes 28 days before --start to learn from.".into()));
    }
    let spread = plain.as_ref().and_then(|plain| block_spread(&plain[..first], args.block_days));
    let plain = plain.unwrap_or(values);
    let mut blocks = Vec::new();
    let mut was_on = Vec::new();
    for (index, block) in plain[first..].chunks_exact(args.block_days).enumerate() {
        blocks.push(block.iter().sum::<f64>() / block.len() as f64);
        was_on.push(labels[first + index * args.block_days].unwrap_or(false));
    }
    let options = SwitchOptions { alpha: args.alpha, seed: args.seed, ..SwitchOptions::default() };
    let found = switchback(&blocks, &was_on, &options)
        .map_err(|error| JudgeError::Invalid(format!("{}: {error}.", table.file())))?;
    let blocks_on = was_on.iter().filter(|on| **on).count();
    let blocks_off = was_on.len() - blocks_on;
    let base = found.effect / found.relative_effect;
    let half = (1.0 / blocks_on as f64 + 1.0 / blocks_off as f64).sqrt();
    let finite = |value: f64| value.is_finite().then_some(value);
    Ok(Answer {
        effect: found.effect,
        ci_low: found.ci_low,
        ci_high: found.ci_high,
        relative_effect: finite(found.relative_effect),
        total_effect: found.effect * (blocks_on * args.block_days) as f64,
        p_value: finite(found.p_value),
        verdict: match (won(found.grade, found.ci_low), found.ci_high < 0.0 && found.grade != Grade::D) {
            (Some(_), _) => "won",
            (None, true) => "lost",
            (None, false) => "not_provable",
        },
        grade: found.grade.to_string(),
        blocks_on,
        blocks_off,
        block_days: args.block_days,
        certifiable_effect: spread.and_then(|spread| finite(2.8 * spread * half / base)),
        left_out: (plain.len() - first) % args.block_days,
    })
}

fn label(table: &Table, row: usize, column: usize) -> Result<bool, JudgeError> {
    match table.text(row, column).to_ascii_lowercase().as_str() {
        "1" | "on" | "yes" | "true" => Ok(true),
        "0" | "off" | "no" | "false" => Ok(false),
        _ => Err(table.bad(row, column, "says neither on nor off; write 1 or 0.")),
    }
}

fn text(answer: &Answer) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}",
        match answer.verdict {
            "won" => "On its days the change made more than on the others.",
            "lost" => "On its days the change made less than on the others.",
            _ => "Days with it on cannot be told apart from days with it off.",
        }
    );
    let share = answer.relative_effect.map_or(String::new(), |share| format!("{:+.1} %, ", 100.0 * share));
    let p = answer.p_value.map_or(String::new(), |p| format!(", p = {p:.3}"));
    let _ = writeln!(
        out,
        "Effect per day  {:+.2} ({share}between {:+.2} and {:+.2}){p}",
        answer.effect, answer.ci_low, answer.ci_high
    );
    let _ = writeln!(out, "All days on     {:+.2}", answer.total_effect);
    if let Some(least) = answer.certifiable_effect {
        let _ =
            writeln!(out, "So many blocks prove effects from about {:.0} % (in four cases of five).", 100.0 * least);
    }
    let _ = write!(
        out,
        "Grade {}: {} blocks on and {} off, of {} days.",
        answer.grade, answer.blocks_on, answer.blocks_off, answer.block_days
    );
    if answer.grade == "D" {
        let _ = write!(out, " Under four of each it is no more than a before and after.");
    }
    if answer.left_out > 0 {
        let _ = write!(out, " {} days at the end make no whole block and are left out.", answer.left_out);
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fmt::Write as _;

    /// 56 days before, then 28 days in blocks of two as drawn; weekends sell double, the change brings a share more.
    fn file(folder: &tempfile::TempDir, lift: f64) -> String {
        let drawn: serde_json::Value = serde_json::from_str(
            &crate::run_from(["switchback", "--draw", "28", "--block-days", "2", "--json"]).unwrap(),
        )
        .unwrap();
        let mut out = String::from("day,sales,rest,switched\n");
        for t in 0..84_i32 {
            let shop = f64::from((t * 37) % 11) - 5.0;
            let week = if t % 7 >= 5 { 200.0 } else { 100.0 };
            let on = t >= 56 && drawn["on"][(t - 56) as usize / 2].as_bool().unwrap();
            let sales = (week + shop + f64::from((t * 29) % 7) - 3.0) * if on { 1.0 + lift } else { 1.0 };
            let _ = writeln!(
                out,
                "{},{sales:.2},{:.2},{}",
                domain::Day::from_epoch_days(19_723 + t),
                500.0 + 4.0 * shop,
                u8::from(on)
            );
        }
        let path = folder.path().join("days.csv");
        std::fs::write(&path, out).unwrap();
        path.display().to_string()
    }

    fn run(file: &str, more: &[&str]) -> Result<String, crate::JudgeError> {
        let mut words = vec!["switchback", file, "--time", "day", "--value", "sales", "--on", "switched"];
        words.extend(more);
        crate::run_from(words)
    }

    #[test]
    fn a_planted_lift_is_found_and_none_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let judged = ["--block-days", "2", "--start", "2024-02-26", "--control", "rest", "--json"];
        let answer =
            |lift| -> serde_json::Value { serde_json::from_str(&run(&file(&folder, lift), &judged).unwrap()).unwrap() };
        let found = answer(0.1);
        assert_eq!((found["verdict"].as_str(), found["grade"].as_str()), (Some("won"), Some("B")), "{found}");
        assert!((found["relative_effect"].as_f64().unwrap() - 0.1).abs() < 0.03, "{found}");
        assert!(found["certifiable_effect"].as_f64().unwrap() < 0.1, "{found}");
        assert_eq!((found["blocks_on"].as_u64(), found["blocks_off"].as_u64()), (Some(7), Some(7)));
        assert_eq!(answer(0.0)["verdict"], "not_provable");
        assert!(run(&file(&folder, 0.1), &judged[..6]).unwrap().contains("Grade B: 7 blocks on and 7 off, of 2 days."));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder, 0.0);
        for (words, says) in [
            (vec!["--block-days", "0"], "--block-days is 1"),
            (vec!["--block-days", "4", "--start", "2024-02-26"], "a block is on or off"),
            (vec!["--start", "2024-01-11", "--control", "rest"], "28 days before"),
            (vec!["--start", "2024-03-22"], "periods with the change"),
        ] {
            let error = run(&path, &words).unwrap_err();
            assert!(error.to_string().contains(says) && error.is_input(), "{words:?}: {error}");
        }
        let odd = folder.path().join("odd.csv");
        std::fs::write(&odd, "day,sales,switched\n2024-01-01,5,perhaps\n2024-01-03,5,1\n").unwrap();
        let error = run(&odd.display().to_string(), &[]).unwrap_err().to_string();
        assert!(error.contains("row 1, column `switched`: `perhaps`"), "{error}");
        std::fs::write(&odd, "day,sales,switched\n2024-01-01,5,0\n2024-01-03,5,1\n").unwrap();
        assert!(run(&odd.display().to_string(), &[]).unwrap_err().to_string().contains("no row for 2024-01-02"));
        let error = crate::run_from(["switchback", "--draw", "7"]).unwrap_err();
        assert!(error.to_string().contains("8 to 10,000 are needed"), "{error}");
    }
}
