//! `measure customers`: how often customers buy, who is still there, what they spend.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    path::PathBuf,
};

use clap::{Args as ClapArgs, ValueEnum};
use domain::Day;
use serde::Serialize;
use stats::customers::{self, Accuracy, CustomerError, Kind, Param, Purchase, Record, Records, accuracy};

use crate::{Group, JudgeError, Table, answer};

mod predictions;

use predictions::predictions;

/// Arguments of `measure customers`.
#[derive(ClapArgs)]
pub struct Args {
    /// CSV with one purchase a row
    file: PathBuf,
    /// Column that names the customer
    #[arg(long)]
    customer: String,
    /// Column with the time of the purchase
    #[arg(long)]
    time: String,
    /// Column with the amount paid; rows below 0 are refunds and no purchases
    #[arg(long)]
    amount: Option<String>,
    /// Model to fit
    #[arg(long, value_enum, default_value_t = Model::Bgnbd)]
    model: Model,
    /// Last day the model may see (default: the last day of the file, so that nothing is held out)
    #[arg(long)]
    calibration_end: Option<String>,
    /// Unit of time of the parameters
    #[arg(long, value_enum, default_value_t = Unit::Week)]
    unit: Unit,
    /// Days to forecast after the end of calibration (default: to the end of the file)
    #[arg(long)]
    predict_days: Option<u32>,
    /// Regularity of purchases for mbgcnbdk (default: the likeliest of 1 to 6)
    #[arg(long)]
    k: Option<u32>,
    /// Write a forecast per customer to this file
    #[arg(long)]
    predictions: Option<PathBuf>,
    /// Discount a year on future money in --predictions, e.g. 0.1
    #[arg(long, default_value_t = 0.0)]
    discount: f64,
    /// Column whose values are judged apart
    #[arg(long)]
    by: Option<String>,
}

/// Models by their names on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Model {
    /// BG/NBD
    Bgnbd,
    /// MBG/CNBD-k
    Mbgcnbdk,
    /// Pareto/NBD
    Pnbd,
    /// Gamma-Gamma: spend per purchase
    GammaGamma,
}

/// Units of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Unit {
    /// 1 day
    Day,
    /// 7 days
    Week,
    /// 30.4375 days
    Month,
    /// 365.25 days
    Year,
}

impl Unit {
    fn days(self) -> f64 {
        match self {
            Unit::Day => 1.0,
            Unit::Week => 7.0,
            Unit::Month => 30.4375,
            Unit::Year => 365.25,
        }
    }
}

fn name_of(value: &impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

#[derive(Serialize)]
struct Answer {
    model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    k: Option<u32>,
    unit: String,
    customers: usize,
    repeat_customers: usize,
    repeat_purchases: u64,
    calibration_end: String,
    last_day: String,
    params: BTreeMap<&'static str, f64>,
    standard_errors: BTreeMap<&'static str, Option<f64>>,
    intervals: BTreeMap<&'static str, Option<(f64, f64)>>,
    log_likelihood: f64,
    converged: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    alive: Option<f64>,
    holdout: Option<Holdout>,
    forecast: Option<Forecast>,
    left_out: LeftOut,
    notes: Vec<String>,
    /// Parameters in the model's order, for the text.
    #[serde(skip)]
    in_order: Vec<Param>,
}

#[derive(Serialize)]
struct Holdout {
    days: i32,
    #[serde(flatten)]
    met: Met,
    /// 95 % range of the sum.
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Serialize)]
struct Met {
    customers: usize,
    actual: f64,
    predicted: f64,
    correlation: Option<f64>,
    mae: f64,
    rmse: f64,
}

impl From<Accuracy> for Met {
    fn from(a: Accuracy) -> Met {
        let Accuracy { customers, actual, predicted, correlation, mae, rmse } = a;
        Met { customers, actual, predicted, correlation, mae, rmse }
    }
}

#[derive(Serialize)]
struct Forecast {
    days: i32,
    purchases: f64,
    low: f64,
    high: f64,
}

#[derive(Serialize, Default, Clone)]
struct LeftOut {
    rows_without_customer: usize,
    refund_rows: usize,
    customers_after_calibration: u64,
    customers_without_repeat_spend: usize,
}

/// Fits the model and says how it met the holdout.
///
/// # Errors
/// A cell cannot be read, or the log cannot be fitted.
pub fn run(args: &Args, json: bool) -> Result<String, JudgeError> {
    let table = Table::read(&args.file)?;
    let groups = table.groups(args.by.as_deref())?;
    if args.predictions.is_some() && groups.len() > 1 {
        return Err(JudgeError::Invalid("--predictions writes one file; leave out --by.".into()));
    }
    if args.model == Model::GammaGamma && args.amount.is_none() {
        return Err(JudgeError::Invalid("--model gamma-gamma needs --amount, the column with the amount paid.".into()));
    }
    if !(args.discount >= 0.0 && args.discount.is_finite()) {
        return Err(JudgeError::Invalid("--discount must be 0 or more, e.g. 0.1 for 10 % a year.".into()));
    }
    let judge = |group: &Group| match judge(args, &table, group) {
        // A small group that cannot be fitted does not keep the others from their answer.
        Err(JudgeError::Invalid(error)) if groups.len() > 1 => Ok(Outcome::Refused { error }),
        other => other.map(|answer| Outcome::Fitted(Box::new(answer))),
    };
    answer::by_group(&groups, json, judge, |outcome| match outcome {
        Outcome::Fitted(answer) => text(answer),
        Outcome::Refused { error } => error.clone(),
    })
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome {
    Fitted(Box<Answer>),
    Refused { error: String },
}

struct Log {
    purchases: Vec<Purchase>,
    names: Vec<String>,
    left_out: LeftOut,
}

fn read(args: &Args, table: &Table, group: &Group) -> Result<Log, JudgeError> {
    let customer = table.column(&args.customer)?;
    let time = table.column(&args.time)?;
    let amount = args.amount.as_deref().map(|name| table.column(name)).transpose()?;
    let mut places: HashMap<&str, u32> = HashMap::new();
    let mut log =
        Log { purchases: Vec::with_capacity(group.rows.len()), names: Vec::new(), left_out: LeftOut::default() };
    for &row in &group.rows {
        let name = table.text(row, customer);
        if name.is_empty() {
            log.left_out.rows_without_customer += 1;
            continue;
        }
        let day = table.day(row, time)?.epoch_days();
        let amount = amount.map(|column| table.number(row, column)).transpose()?.unwrap_or(f64::NAN);
        if amount < 0.0 {
            log.left_out.refund_rows += 1;
            continue;
        }
        let customer = *places.entry(name).or_insert_with(|| {
            log.names.push(name.to_owned());
            (log.names.len() - 1) as u32
        });
        log.purchases.push(Purchase { customer, day, amount });
    }
    Ok(log)
}

fn invalid(error: CustomerError) -> JudgeError {
    JudgeError::Invalid(error.to_string())
}

fn judge(args: &Args, table: &Table, group: &Group) -> Result<Answer, JudgeError> {
    let mut log = read(args, table, group)?;
    let last = log.purchases.iter().map(|p| p.day).max().ok_or_else(|| invalid(CustomerError::Empty))?;
    let end = match &args.calibration_end {
        Some(text) => crate::time::parse(text)
            .map(|at| crate::time::day(at).epoch_days())
            .ok_or_else(|| JudgeError::Invalid(format!("--calibration-end {text} is not a day; write 2006-12-31.")))?,
        None => last,
    };
    // A log seldom has a purchase on its very last day: a forecast that ends within a week of it is held against it.
    let asked = args.predict_days.map(|days| i32::try_from(days).unwrap_or(i32::MAX / 4));
    let seen = (last - end).max(0);
    let holdout_days = match asked {
        Some(days) if days <= seen.saturating_add(7) && seen > 0 => days,
        _ => seen,
    };
    log.purchases.retain(|p| p.day <= end.saturating_add(holdout_days));
    let records = customers::summarise(&mut log.purchases, end, args.unit.days()).map_err(invalid)?;
    let mut left_out = log.left_out.clone();
    left_out.customers_after_calibration = records.later;
    let mut answer = if args.model == Model::GammaGamma {
        judge_spend(args, &records)?
    } else {
        judge_purchases(args, &records, holdout_days, asked, &log.names, Day::from_epoch_days(end))?
    };
    left_out.customers_without_repeat_spend = answer.left_out.customers_without_repeat_spend;
    answer.left_out = left_out;
    answer.calibration_end = Day::from_epoch_days(end).to_string();
    answer.last_day = Day::from_epoch_days(last).to_string();
    Ok(answer)
}

fn empty_answer(args: &Args, records: &Records, params: Vec<Param>) -> Answer {
    let mut notes = Vec::new();
    if params.iter().any(|p| p.se.is_none()) {
        notes.push(
            "The likelihood has no maximum inside sensible bounds: these purchases do not pin the parameters down (say, \
             nobody seems to leave). Forecasts hold, the parameters themselves mean little."
                .to_owned(),
        );
    }
    Answer {
        model: name_of(&args.model),
        k: None,
        unit: name_of(&args.unit),
        customers: records.records.len(),
        repeat_customers: records.records.iter().filter(|r| r.history.x > 0).count(),
        repeat_purchases: records.records.iter().map(|r| u64::from(r.history.x)).sum(),
        calibration_end: String::new(),
        last_day: String::new(),
        params: params.iter().map(|p| (p.name, p.value)).collect(),
        standard_errors: params.iter().map(|p| (p.name, p.se)).collect(),
        intervals: params.iter().map(|p| (p.name, p.interval)).collect(),
        log_likelihood: 0.0,
        converged: params.iter().all(|p| p.se.is_some()),
        alive: None,
        holdout: None,
        forecast: None,
        left_out: LeftOut::default(),
        notes,
        in_order: params,
    }
}

fn judge_spend(args: &Args, records: &Records) -> Result<Answer, JudgeError> {
    let fit = customers::fit_spend(records.records.iter().filter_map(Record::spender)).map_err(invalid)?;
    let mut answer = empty_answer(args, records, fit.params.clone());
    answer.log_likelihood = fit.log_likelihood;
    answer.customers = fit.customers as usize;
    answer.left_out.customers_without_repeat_spend = records.records.len() - answer.customers;
    // Mean spend per purchase of those who bought again, first-time buyers included at the average.
    let later = records.records.iter().filter(|r| r.holdout > 0 && r.holdout_spend.is_finite());
    let met = accuracy(later.map(|r| {
        let (x, mean) = r.spender().map_or((0, 0.0), |s| (s.x, s.mean));
        (fit.spend.expected(x, mean), r.holdout_spend / f64::from(r.holdout))
    }));
    let days = (records.holdout * args.unit.days()).round() as i32;
    answer.holdout = met.map(|met| Holdout { days, met: met.into(), low: None, high: None });
    if fit.spend.q <= 1.0 {
        answer.notes.push("q ≤ 1: spend is so uneven that an average over all customers does not exist.".into());
    }
    Ok(answer)
}

fn judge_purchases(
    args: &Args,
    records: &Records,
    holdout_days: i32,
    asked: Option<i32>,
    names: &[String],
    end: Day,
) -> Result<Answer, JudgeError> {
    let base = records.base().map_err(invalid)?;
    let fit = match (args.model, args.k) {
        (Model::Pnbd, _) => customers::fit(&base, Kind::Pareto),
        (Model::Mbgcnbdk, Some(k)) => customers::fit(&base, Kind::Dropout { k, modified: true }),
        (Model::Mbgcnbdk, None) => customers::fit_best_k(&base, true, 6),
        _ => customers::fit(&base, Kind::BG_NBD),
    }
    .map_err(invalid)?;
    let mut answer = empty_answer(args, records, fit.params.clone());
    answer.log_likelihood = fit.log_likelihood;
    answer.k = match fit.kind {
        Kind::Dropout { k, modified: true } => Some(k),
        _ => None,
    };
    let units = |days: i32| f64::from(days) / args.unit.days();
    if holdout_days > 0 {
        let horizon = units(holdout_days);
        let forecast = fit.base_forecast(&base, horizon);
        let mut known: HashMap<(u32, u64, u64), f64> = HashMap::new();
        let met = accuracy(records.records.iter().map(|r| {
            let key = (r.history.x, r.history.tx.to_bits(), r.history.t.to_bits());
            let expected = *known.entry(key).or_insert_with(|| fit.model.expected(&r.history, horizon));
            (expected, f64::from(r.holdout))
        }));
        answer.alive = Some(forecast.alive);
        if let Some(met) = &met
            && !(forecast.low..=forecast.high).contains(&met.actual)
        {
            answer.notes.push(
                "What came lies outside of the range: these models know neither season nor trend, and this base has one."
                    .into(),
            );
        }
        answer.holdout = met.map(|met| Holdout {
            days: holdout_days,
            met: met.into(),
            low: Some(forecast.low),
            high: Some(forecast.high),
        });
    }
    let days = asked.unwrap_or(if holdout_days > 0 { 0 } else { 365 });
    if days > 0 {
        let f = fit.base_forecast(&base, units(days));
        answer.alive = Some(f.alive);
        answer.forecast = Some(Forecast { days, purchases: f.purchases, low: f.low, high: f.high });
    }
    if let Some(path) = &args.predictions {
        let days = if days > 0 { days } else { holdout_days };
        let spend = match args.amount {
            Some(_) => customers::fit_spend(records.records.iter().filter_map(Record::spender)).ok().map(|f| f.spend),
            None => None,
        };
        let text = predictions(args, records, &fit, spend.as_ref(), units(days), names, end)?;
        std::fs::write(path, text)
            .map_err(|error| JudgeError::Write { file: path.display().to_string(), reason: error.to_string() })?;
        answer.notes.push(format!("Forecasts of {days} days per customer are in {}.", path.display()));
    }
    Ok(answer)
}

fn text(answer: &Answer) -> String {
    let mut out = String::new();
    let model = match answer.k {
        Some(k) => format!("{} with k = {k}", answer.model),
        None => answer.model.clone(),
    };
    let _ = writeln!(
        out,
        "{model} on {} customers to {}: {} bought again, {} repeat purchases. Log-likelihood {:.2}.",
        answer.customers,
        answer.calibration_end,
        answer.repeat_customers,
        answer.repeat_purchases,
        answer.log_likelihood
    );
    for p in &answer.in_order {
        let range = p.interval.map_or_else(|| "not pinned down".into(), |(l, h)| format!("{l:.4} to {h:.4}"));
        let _ = writeln!(out, "  {:<6} {:>10.4}   95 % {range}", p.name, p.value);
    }
    if let Some(alive) = answer.alive {
        let _ = writeln!(out, "Still customers at the end of calibration: about {alive:.0}.");
    }
    if let Some(h) = &answer.holdout {
        let what = if answer.model == "gamma-gamma" { "Spend per purchase" } else { "Purchases" };
        let range = match (h.low, h.high) {
            (Some(low), Some(high)) => format!(" (95 % {low:.0} to {high:.0})"),
            _ => String::new(),
        };
        let correlation = h.met.correlation.map_or_else(|| "none".into(), |r| format!("{r:.4}"));
        let _ = writeln!(
            out,
            "{what} in the {} days after: sum predicted {:.1}{range}, actual {:.1}; per customer correlation {correlation}, \
             mean absolute error {:.4} over {} customers.",
            h.days, h.met.predicted, h.met.actual, h.met.mae, h.met.customers
        );
    }
    if let Some(f) = &answer.forecast {
        let _ = writeln!(
            out,
            "Forecast of {} days from the end of calibration: {:.0} purchases by these customers, 95 % {:.0} to {:.0}.",
            f.days, f.purchases, f.low, f.high
        );
    }
    let l = &answer.left_out;
    for (count, what) in [
        (l.rows_without_customer as u64, "rows without a customer"),
        (l.refund_rows as u64, "rows with an amount below 0"),
        (l.customers_after_calibration, "customers who first bought after the end of calibration"),
        (l.customers_without_repeat_spend as u64, "customers without a repeat purchase that cost something"),
    ] {
        if count > 0 {
            let _ = writeln!(out, "Left out: {count} {what}.");
        }
    }
    for note in &answer.notes {
        let _ = writeln!(out, "{note}");
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests;
