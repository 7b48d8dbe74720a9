//! `measure drivers`: which slices of the data explain why a figure is not what was expected.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use clap::Args as ClapArgs;
use serde::Serialize;
use stats::drivers::{Cause, Leaves, LeavesBuilder, Search, explain};

use crate::{Group, JudgeError, Table, answer};

/// Arguments of `measure drivers`.
#[derive(ClapArgs)]
pub struct Args {
    /// CSV with one combination of dimension values a row
    file: PathBuf,
    /// Column with the actual figure (for a ratio: its numerator)
    #[arg(long)]
    actual: String,
    /// Column with the expected figure (for a ratio: its numerator)
    #[arg(long)]
    expected: String,
    /// Columns to look in, e.g. country,device,channel
    #[arg(long, value_delimiter = ',', required = true)]
    dims: Vec<String>,
    /// For a ratio: column with the actual denominator
    #[arg(long, requires = "expected_per")]
    actual_per: Option<String>,
    /// For a ratio: column with the expected denominator
    #[arg(long, requires = "actual_per")]
    expected_per: Option<String>,
    /// Most dimensions of one cause
    #[arg(long, default_value_t = 3)]
    max_dims: usize,
    /// Most causes
    #[arg(long, default_value_t = 8)]
    max_causes: usize,
    /// Column whose values are explained apart
    #[arg(long)]
    by: Option<String>,
}

#[derive(Serialize)]
struct Named {
    #[serde(flatten)]
    slice: BTreeMap<String, String>,
    explained: Option<f64>,
    surprise: f64,
    actual: f64,
    expected: f64,
    leaves: usize,
    evidence: f64,
}

#[derive(Serialize)]
struct Answer {
    rows: usize,
    actual: f64,
    expected: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    mix: Option<f64>,
    causes: Vec<Named>,
}

/// Explains every group.
///
/// # Errors
/// A cell cannot be read, or a dimension has the name of a figure.
pub fn run(args: &Args, json: bool) -> Result<String, JudgeError> {
    let reserved = ["explained", "surprise", "actual", "expected", "leaves", "evidence"];
    if let Some(name) = args.dims.iter().find(|name| reserved.contains(&name.as_str())) {
        return Err(JudgeError::Invalid(format!(
            "A dimension cannot be called `{name}`, as a cause's figure is; rename the column."
        )));
    }
    let table = Table::read(&args.file)?;
    let groups = table.groups(args.by.as_deref())?;
    answer::by_group(&groups, json, |group| judge(args, &table, group), text)
}

fn read(args: &Args, table: &Table, group: &Group) -> Result<(Leaves, f64, f64), JudgeError> {
    let invalid = |error: stats::drivers::DriverError| JudgeError::Invalid(error.to_string());
    let dims = args.dims.iter().map(|name| table.column(name)).collect::<Result<Vec<usize>, _>>()?;
    let (actual, expected) = (table.column(&args.actual)?, table.column(&args.expected)?);
    let per = match (&args.actual_per, &args.expected_per) {
        (Some(actual), Some(expected)) => Some((table.column(actual)?, table.column(expected)?)),
        _ => None,
    };
    let mut builder = LeavesBuilder::new(&args.dims.iter().map(String::as_str).collect::<Vec<_>>()).map_err(invalid)?;
    let (mut actuals, mut expecteds) = ((0.0, 0.0), (0.0, 0.0));
    for &row in &group.rows {
        let values = dims.iter().map(|column| table.text(row, *column));
        let (own_actual, own_expected) = (table.number(row, actual)?, table.number(row, expected)?);
        actuals.0 += own_actual;
        expecteds.0 += own_expected;
        match per {
            Some((actual_per, expected_per)) => {
                let (actual_per, expected_per) = (table.number(row, actual_per)?, table.number(row, expected_per)?);
                actuals.1 += actual_per;
                expecteds.1 += expected_per;
                builder.push_ratio(values, (own_actual, actual_per), (own_expected, expected_per)).map_err(invalid)?;
            }
            None => builder.push(values, own_actual, own_expected).map_err(invalid)?,
        }
    }
    let ratio = |(sum, per): (f64, f64)| match args.actual_per {
        Some(_) if per != 0.0 => sum / per,
        Some(_) => 0.0,
        None => sum,
    };
    Ok((builder.build(), ratio(actuals), ratio(expecteds)))
}

fn judge(args: &Args, table: &Table, group: &Group) -> Result<Answer, JudgeError> {
    let (leaves, actual, expected) = read(args, table, group)?;
    let search = Search { max_dims: args.max_dims.clamp(1, 12), max_causes: args.max_causes };
    let named = |cause: Cause| Named {
        slice: cause.slice,
        explained: cause.explained.is_finite().then_some(cause.explained),
        surprise: cause.surprise,
        actual: cause.actual,
        expected: cause.expected,
        leaves: cause.leaves,
        evidence: cause.evidence,
    };
    Ok(Answer {
        rows: leaves.len(),
        actual,
        expected,
        mix: args.actual_per.is_some().then_some(leaves.mix),
        causes: explain(&leaves, &search).into_iter().map(named).collect(),
    })
}

fn text(answer: &Answer) -> String {
    let mut text = format!("{:.6} instead of {:.6} over {} rows.", answer.actual, answer.expected, answer.rows);
    if answer.causes.is_empty() {
        text.push_str(" No slice deviates beyond the rows' own scatter.");
    }
    if let Some(mix) = answer.mix {
        let _ = write!(text, " {mix:+.6} of the change is traffic that moved between slices.");
    }
    for cause in &answer.causes {
        let slice: Vec<String> = cause.slice.iter().map(|(dim, value)| format!("{dim} = {value}")).collect();
        let explained = cause.explained.map_or_else(|| "–".to_owned(), |share| format!("{:.0} %", 100.0 * share));
        let _ = write!(
            text,
            "\n  {}: {:.6} instead of {:.6}, explains {explained}",
            slice.join(", "),
            cause.actual,
            cause.expected
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    fn ask(text: &str, more: &[&str]) -> Result<String, String> {
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("file");
        file.write_all(text.as_bytes()).expect("written");
        let path = file.path().display().to_string();
        let words = ["drivers", &path, "--actual", "now", "--expected", "plan"].into_iter().chain(more.iter().copied());
        crate::run_from(words).map_err(|error| error.to_string().replace(&path, "f.csv"))
    }

    fn shops() -> String {
        let mut csv = "country,device,now,plan,seen,seen_plan\n".to_owned();
        for country in ["de", "fr", "it", "es"] {
            for device in ["phone", "desktop", "tablet", "tv"] {
                let factor = if country == "fr" && device == "phone" { 0.4 } else { 1.0 };
                csv.push_str(&format!("{country},{device},{},100,1000,1000\n", 100.0 * factor));
            }
        }
        csv
    }

    #[test]
    fn a_slice_of_two_dimensions_is_named() {
        let answer = ask(&shops(), &["--dims", "country,device", "--json"]).expect("answer");
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("json");
        let causes = answer["causes"].as_array().expect("causes");
        assert_eq!(causes.len(), 1, "{answer}");
        assert_eq!((causes[0]["country"].as_str(), causes[0]["device"].as_str()), (Some("fr"), Some("phone")));
        assert_eq!(causes[0]["explained"].as_f64(), Some(1.0));
        assert_eq!(causes[0]["actual"].as_f64(), Some(40.0));
        let ratio = ["--dims", "country,device", "--actual-per", "seen", "--expected-per", "seen_plan"];
        let said = ask(&shops(), &ratio).expect("answer");
        assert!(said.contains("country = fr, device = phone: 0.040000 instead of 0.100000"), "{said}");
        let by = ask(&shops(), &["--dims", "device", "--by", "country", "--json"]).expect("answer");
        assert_eq!(by.lines().count(), 4);
    }

    #[test]
    fn what_cannot_be_is_named() {
        let said = [
            ask(&shops(), &["--dims", "colour"]),
            ask("country,now,plan\nde,1,x\n", &["--dims", "country"]),
            ask("actual,now,plan\nde,1,1\n", &["--dims", "actual"]),
        ]
        .map(|answer| answer.expect_err("refused"));
        insta::assert_snapshot!(said.join("\n"), @r"
        f.csv: there is no column `colour`; the columns are: country, device, now, plan, seen, seen_plan.
        f.csv, row 1, column `plan`: `x` is not a number; write it plainly, e.g. 12.50.
        A dimension cannot be called `actual`, as a cause's figure is; rename the column.
        ");
        let empty = ask("country,now,plan\n", &["--dims", "country"]).expect("answer");
        assert!(empty.contains("No slice"), "{empty}");
    }
}
