//! `measure experiment`: has an arm won, on plain rows of units.

mod answer;
mod rows;
mod shares;
mod text;

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use stats::experiment::{
    self, ArmSums, Design, Metric, Spending, UnitRules, judge_experiment, judge_secondary, read_units,
};

use stats::shrink::{Lift, Prior};

use self::{
    answer::{Answer, Source},
    rows::Rows,
};
use crate::{Group, JudgeError, Table, answer::by_group, summary};

/// Arguments of `measure experiment`.
#[derive(ClapArgs)]
pub struct Args {
    /// CSV with one exposure, purchase or refund a row; with --summary one look and arm a row
    file: PathBuf,
    /// The file holds cumulative sums: look, arm, n, sum, sum_sq and perhaps group; --horizon-days counts looks
    #[arg(long)]
    summary: bool,
    /// Column that names the unit (visitor, customer, recipient)
    #[arg(long, required_unless_present = "summary")]
    unit: Option<String>,
    /// Column that names the arm
    #[arg(long, required_unless_present = "summary")]
    arm: Option<String>,
    /// Column with the day or time (a plain number counts as a day)
    #[arg(long, required_unless_present = "summary")]
    time: Option<String>,
    /// Column with the amount the row adds to the unit's value: refunds are negative, an empty cell adds nothing
    #[arg(long, required_unless_present = "summary")]
    value: Option<String>,
    /// How the metric is made
    #[arg(long, value_enum, default_value_t = MetricName::Mean)]
    metric: MetricName,
    /// Column with what a row adds to the denominator of a ratio (orders, spend)
    #[arg(long, required_if_eq("metric", "ratio"))]
    denominator: Option<String>,
    /// Column with a figure of the unit from before the start, to take variance away
    #[arg(long)]
    covariate: Option<String>,
    /// Further amount column, read as a secondary metric; may be given again
    #[arg(long)]
    secondary: Vec<String>,
    /// Name of the control arm (default: control, baseline, holdout, off, a, 0, else the first by name)
    #[arg(long)]
    control: Option<String>,
    /// A unit's value is cut to this, up and down; declare it before the start
    #[arg(long)]
    cap: Option<f64>,
    /// Days from a unit's first row in which its rows count; declare it before the start
    #[arg(long)]
    attribution_days: Option<u32>,
    /// Days until the last look
    #[arg(long, default_value_t = 30)]
    horizon_days: u32,
    /// Days before which nothing is decided
    #[arg(long, default_value_t = 7)]
    min_days: u32,
    /// Error allowed over all looks and arms, two-sided
    #[arg(long, default_value_t = 0.05)]
    alpha: f64,
    /// How the error is spent
    #[arg(long, value_enum, default_value_t = SpendingName::Obf)]
    spending: SpendingName,
    /// Shape of hsd spending
    #[arg(long, default_value_t = -4.0, allow_negative_numbers = true)]
    gamma: f64,
    /// Units per arm planned by the horizon; without it error is spent by days passed
    #[arg(long)]
    planned_n: Option<f64>,
    /// End the test as futile where a win has become unlikely (otherwise it is only shown)
    #[arg(long)]
    stop_for_futility: bool,
    /// Planned shares of the arms as NAME=SHARE, e.g. control=1,new=3 (default: equal, or of two arms the
    /// usual split that is nearest where they are far from equal, which is then said)
    #[arg(long, value_delimiter = ',')]
    shares: Vec<String>,
    /// CSV of past changes (columns lift, standard_error; 0.1 is +10 %) from which the prior for shrinkage is learnt
    #[arg(long)]
    past: Option<PathBuf>,
    /// Column whose values are judged apart
    #[arg(long)]
    by: Option<String>,
}

/// Metrics by their names on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MetricName {
    /// Value per unit
    Mean,
    /// Share of units; values are 0 or 1 a unit
    Proportion,
    /// Sum of values over sum of denominators, units as clusters
    Ratio,
}

/// Spending functions by their names on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SpendingName {
    /// O'Brien-Fleming type: almost nothing early
    Obf,
    /// Pocock type: early
    Pocock,
    /// Hwang-Shih-DeCani with --gamma
    Hsd,
}

impl SpendingName {
    /// The function it names.
    pub fn spending(self, gamma: f64) -> Spending {
        match self {
            SpendingName::Obf => Spending::ObrienFleming,
            SpendingName::Pocock => Spending::Pocock,
            SpendingName::Hsd => Spending::HwangShihDeCani { gamma },
        }
    }
}

/// What the parser has required already; asked again so that a caller without the parser gets an error, not a panic.
fn given<'a>(column: &'a Option<String>, option: &str) -> Result<&'a str, JudgeError> {
    column.as_deref().ok_or_else(|| JudgeError::Usage(format!("Name the column with {option}.")))
}

impl Args {
    fn unit_column(&self) -> Result<&str, JudgeError> {
        given(&self.unit, "--unit")
    }

    fn arm_column(&self) -> Result<&str, JudgeError> {
        given(&self.arm, "--arm")
    }

    fn time_column(&self) -> Result<&str, JudgeError> {
        given(&self.time, "--time")
    }

    fn value_column(&self) -> Result<&str, JudgeError> {
        given(&self.value, "--value")
    }

    fn metric(&self) -> Metric {
        match self.metric {
            MetricName::Mean => Metric::Mean,
            MetricName::Proportion => Metric::Proportion,
            MetricName::Ratio => Metric::Ratio,
        }
    }

    fn design(&self, shares: Vec<f64>) -> Design {
        Design {
            metric: self.metric(),
            horizon_days: self.horizon_days,
            min_days: self.min_days,
            alpha: self.alpha,
            spending: self.spending.spending(self.gamma),
            stops_for_futility: self.stop_for_futility,
            planned_units: self.planned_n,
            shares,
            use_covariate: self.covariate.is_some(),
            ..Design::default()
        }
    }
}

/// Runs the command.
///
/// # Errors
/// The file, a cell, or the design is wrong.
pub fn run(args: &Args, json: bool) -> Result<String, JudgeError> {
    let table = Table::read(&args.file)?;
    if table.is_empty() {
        return Err(JudgeError::File { file: table.file().to_owned(), reason: "has a header but no rows.".into() });
    }
    let prior = prior(args)?;
    if args.summary {
        return sums(args, &table, &prior, json);
    }
    let arms = rows::arms(&table, args)?;
    let shares = shares::stated(args, &arms)?;
    let columns = rows::Columns::find(&table, args)?;
    let groups = table.groups(args.by.as_deref())?;
    by_group(&groups, json, |group| judge(&table, args, &prior, &columns, &arms, &shares, group), text::text)
}

fn judge(
    table: &Table,
    args: &Args,
    prior: &Prior,
    columns: &rows::Columns,
    arms: &[String],
    shares: &[f64],
    group: &Group,
) -> Result<Answer, JudgeError> {
    let rows = Rows::read(table, args, columns, arms, group)?;
    let rules = UnitRules { arms: arms.len(), cap: args.cap, attribution_days: args.attribution_days };
    let read = read_units(&rows.primary, rules).map_err(invalid)?;
    let assumed = assumed(args, &read.days);
    let shares = assumed.map_or_else(|| shares.to_vec(), |assumed| assumed.to_vec());
    let reading = judge_experiment(&args.design(shares), &read.days).map_err(invalid)?;
    let mut metrics = Vec::new();
    for secondary in &rows.secondary {
        let rules = UnitRules { cap: None, ..rules };
        let last = read_units(secondary, rules).map_err(invalid)?.days.into_iter();
        metrics.push((Metric::Mean, last.take_while(|day| day.day <= args.horizon_days).last().unwrap_or_default()));
    }
    let planned = args.planned_n.unwrap_or_else(|| projected(&read.days, args.horizon_days));
    let secondary = judge_secondary(&metrics, args.alpha, planned);
    let source = Source {
        alpha: args.alpha,
        secondary: &args.secondary,
        arms,
        days: &read.days,
        horizon_days: args.horizon_days,
        prior,
        assumed,
        units: Some((&rows, &read)),
    };
    Ok(Answer::new(&source, planned, &reading, &secondary))
}

/// `--summary`: sums somebody else has added up. A look is no day, so no week is waited for.
fn sums(args: &Args, table: &Table, prior: &Prior, json: bool) -> Result<String, JudgeError> {
    let groups = table.groups(summary::group_column(table, args.by.as_deref()))?;
    let judge = |group: &Group| {
        let mut read = summary::read(table, &group.rows, args.control.as_deref())?;
        if read.arms.len() == 1 {
            read.arms.push("(no other arm)".to_owned());
            read.days.iter_mut().for_each(|day| day.arms.push(ArmSums::default()));
        }
        let assumed = assumed(args, &read.days);
        let shares = assumed.map_or_else(|| shares::stated(args, &read.arms), |assumed| Ok(assumed.to_vec()))?;
        let design = Design { min_days: 1, use_covariate: false, ..args.design(shares) };
        let reading = judge_experiment(&design, &read.days).map_err(invalid)?;
        let planned = args.planned_n.unwrap_or_else(|| projected(&read.days, args.horizon_days));
        let source = Source {
            alpha: args.alpha,
            secondary: &[],
            arms: &read.arms,
            days: &read.days,
            horizon_days: args.horizon_days,
            prior,
            assumed,
            units: None,
        };
        Ok(Answer::new(&source, planned, &reading, &[]))
    };
    by_group(&groups, json, judge, text::text)
}

fn assumed(args: &Args, days: &[experiment::DayReading]) -> Option<[f64; 2]> {
    args.shares.is_empty().then(|| shares::assumed(days, args.horizon_days)).flatten()
}

/// The prior learnt from `--past`, else the stated one.
fn prior(args: &Args) -> Result<Prior, JudgeError> {
    let Some(path) = &args.past else { return Ok(Prior::stated()) };
    let table = Table::read(path)?;
    let (lift, error) = (table.column("lift")?, table.column("standard_error")?);
    let past: Result<Vec<Lift>, JudgeError> = (0..table.len())
        .map(|row| {
            let lift = Lift { observed: table.number(row, lift)?, standard_error: table.number(row, error)? };
            lift.is_usable().then_some(lift).ok_or_else(|| table.bad(row, error, "is not above zero."))
        })
        .collect();
    Ok(Prior::learn(&past?))
}

/// Units per arm by the horizon at the pace so far.
fn projected(days: &[experiment::DayReading], horizon: u32) -> f64 {
    let Some(last) = days.iter().take_while(|day| day.day <= horizon).last() else { return 1.0 };
    let units: u64 = last.arms.iter().map(|arm| arm.units).sum();
    (units as f64 / last.arms.len().max(1) as f64 * f64::from(horizon) / f64::from(last.day)).max(1.0)
}

fn invalid(error: experiment::ExperimentError) -> JudgeError {
    JudgeError::Invalid(error.to_string())
}

#[cfg(test)]
mod tests;
