//! The answer with its stable names.

use domain::Day;
use serde::Serialize;
use stats::{
    confseq::asymptotic_interval,
    experiment::{ArmReading, DayReading, Look, Reading, SecondaryReading, UnitReading},
    shrink::{Lift, Prior, Shrunk},
};

use super::rows::Rows;

/// Everything an answer is made from beside the reading.
pub(super) struct Source<'a> {
    pub alpha: f64,
    pub secondary: &'a [String],
    pub arms: &'a [String],
    pub days: &'a [DayReading],
    /// Days after it were not read.
    pub horizon_days: u32,
    pub prior: &'a Prior,
    /// Planned shares that were guessed from the traffic.
    pub assumed: Option<[f64; 2]>,
    /// Rows and what was left out of them; none for sums.
    pub units: Option<(&'a Rows, &'a UnitReading)>,
}

#[derive(Serialize)]
pub(super) struct Answer {
    /// The arm that is spoken of first, with all its figures.
    #[serde(flatten)]
    pub headline: Arm,
    pub control: String,
    /// What `shrunk` rests on.
    pub prior: String,
    pub srm_p: f64,
    /// False where the arms did not get their planned traffic: then the decision is not to be believed.
    pub is_trustworthy: bool,
    pub units: Vec<Units>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
    /// All treatment arms; only where there are several, at error shares by Holm.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub arms: Vec<Arm>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secondary: Vec<Secondary>,
    pub warnings: Vec<Note>,
}

#[derive(Serialize)]
pub(super) struct Arm {
    pub decision: &'static str,
    pub arm: String,
    pub stopped_look: Option<usize>,
    pub alpha: f64,
    pub estimate: Option<f64>,
    pub ci_low: Option<f64>,
    pub ci_high: Option<f64>,
    pub lift: Option<f64>,
    pub lift_low: Option<f64>,
    pub lift_high: Option<f64>,
    pub p_value: Option<f64>,
    pub p_adjusted: Option<f64>,
    /// The lift to expect of it, shrunk towards what changes usually bring; the observed one beside it.
    pub shrunk: Option<ShrunkLift>,
    /// Interval that holds without any horizon, at the last look.
    pub anytime_low: Option<f64>,
    pub anytime_high: Option<f64>,
    pub anytime_p: Option<f64>,
    /// Share of variance the covariate took away.
    pub variance_saved: Option<f64>,
    pub looks: Vec<LookLine>,
}

#[derive(Serialize)]
pub(super) struct ShrunkLift {
    pub lift: f64,
    pub low: f64,
    pub high: f64,
    /// Probability that the true lift is above zero.
    pub positive: f64,
    pub observed: f64,
}

#[derive(Serialize)]
pub(super) struct LookLine {
    pub look: usize,
    pub day: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    pub n_control: u64,
    pub n_treatment: u64,
    pub z: Option<f64>,
    pub boundary: Option<f64>,
    pub futility_boundary: Option<f64>,
    pub information_fraction: f64,
    pub estimate: Option<f64>,
    pub standard_error: Option<f64>,
    pub ci_low: Option<f64>,
    pub ci_high: Option<f64>,
    pub lift: Option<f64>,
    pub lift_low: Option<f64>,
    pub lift_high: Option<f64>,
    pub p_value: Option<f64>,
    pub srm_p: f64,
}

#[derive(Serialize)]
pub(super) struct Units {
    pub arm: String,
    pub units: u64,
    pub mean: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct LeftOut {
    pub duplicate_units: u64,
    pub rows_outside_window: u64,
    pub capped_units: u64,
    pub negative_units: u64,
    pub empty_values: u64,
    pub units_without_covariate: u64,
}

#[derive(Serialize)]
pub(super) struct Secondary {
    pub metric: String,
    pub arm: String,
    pub estimate: f64,
    pub ci_low: f64,
    pub ci_high: f64,
    pub lift: Option<f64>,
    pub p_value: f64,
    pub p_adjusted: f64,
    pub is_called: bool,
}

#[derive(Serialize)]
pub(super) struct Note {
    pub code: &'static str,
    pub message: String,
}

impl Answer {
    pub(super) fn new(source: &Source<'_>, planned: f64, reading: &Reading, secondary: &[SecondaryReading]) -> Answer {
        let arm = |read: &ArmReading| Arm::new(source, planned, read);
        let headline = reading.headline().map_or_else(|| Arm::none(source), arm);
        let several = if reading.arms.len() > 1 { reading.arms.iter().map(arm).collect() } else { Vec::new() };
        let last = source.days.iter().rev().find(|day| day.day <= source.horizon_days);
        let units = source.arms.iter().enumerate().map(|(place, name)| {
            let sums = last.and_then(|day| day.arms.get(place));
            Units {
                arm: name.clone(),
                units: sums.map_or(0, |sums| sums.units),
                mean: sums.and_then(|sums| sums.mean()),
            }
        });
        Answer {
            headline,
            control: source.arms[0].clone(),
            prior: source.prior.described(),
            srm_p: reading.srm_p,
            is_trustworthy: reading.is_trustworthy(),
            units: units.collect(),
            left_out: source.units.map(|(rows, read)| LeftOut::new(rows, read)),
            arms: several,
            secondary: secondary.iter().map(|read| Secondary::new(source, read)).collect(),
            warnings: notes(source, reading),
        }
    }
}

fn notes(source: &Source<'_>, reading: &Reading) -> Vec<Note> {
    let named = |message: String| {
        // Arms are numbers in `stats`; people know them by name.
        (0..source.arms.len()).rev().fold(message, |message, place| {
            match message.strip_prefix(&format!("Arm {place}")) {
                Some(rest) if !rest.starts_with(|c: char| c.is_ascii_digit()) => {
                    format!("Arm {}{rest}", source.arms[place])
                }
                _ => message,
            }
        })
    };
    let mut notes: Vec<Note> = reading
        .warnings
        .iter()
        .map(|warning| Note { code: warning.code(), message: named(warning.to_string()) })
        .collect();
    if let Some([control, treatment]) = source.assumed {
        let message = format!(
            "No planned shares are given and the arms are far from equal: taken as planned {:.0} : {:.0}. Give --shares to have \
             the split tested.",
            100.0 * control,
            100.0 * treatment
        );
        notes.push(Note { code: "assumed_shares", message });
    }
    let Some((rows, read)) = source.units else { return notes };
    if read.duplicate_units > 0 {
        let message = format!(
            "{} units were seen in two arms: they are left out of both. Many of them mean that assignment does not stick.",
            read.duplicate_units
        );
        notes.push(Note { code: "duplicate_units", message });
    }
    if rows.empty_values > 0 {
        let message = format!("{} rows have no value: they count as exposure that brought nothing.", rows.empty_values);
        notes.push(Note { code: "empty_values", message });
    }
    notes
}

impl Arm {
    fn new(source: &Source<'_>, planned: f64, read: &ArmReading) -> Arm {
        let first_day = source.units.filter(|(rows, _)| rows.are_dates).map(|(_, read)| read.first_day);
        let result = read.result;
        let anytime = read.looks.last().and_then(|look| {
            let (c, t) = (look.units[0] as f64, look.units[1] as f64);
            asymptotic_interval(look.estimate?, look.standard_error?, 2.0 * c * t / (c + t), planned, source.alpha)
        });
        Arm {
            decision: read.decision.as_str(),
            arm: source.arms[read.arm].clone(),
            stopped_look: read.stopped_look,
            alpha: read.alpha,
            estimate: result.map(|result| result.estimate),
            ci_low: result.and_then(|result| result.ci_low),
            ci_high: result.and_then(|result| result.ci_high),
            lift: result.and_then(|result| result.lift),
            lift_low: result.and_then(|result| result.lift_low),
            lift_high: result.and_then(|result| result.lift_high),
            p_value: result.map(|result| result.p_value),
            p_adjusted: result.map(|result| result.p_adjusted),
            shrunk: result.and_then(|result| {
                let (observed, standard_error) = result.observed_lift.zip(result.lift_standard_error)?;
                let shrunk = source.prior.shrink(Lift { observed, standard_error })?;
                let Shrunk { lift, low, high, positive, .. } = shrunk;
                Some(ShrunkLift { lift, low, high, positive, observed })
            }),
            anytime_low: anytime.map(|interval| interval.low),
            anytime_high: anytime.map(|interval| interval.high),
            anytime_p: anytime.map(|interval| interval.p_value),
            variance_saved: read.variance_saved,
            looks: read
                .looks
                .iter()
                .enumerate()
                .map(|(place, look)| LookLine::new(place + 1, look, first_day))
                .collect(),
        }
    }

    /// No treatment arm at all cannot happen (a file with one arm gets an empty second one); this is its answer still.
    fn none(source: &Source<'_>) -> Arm {
        Arm {
            decision: "inconclusive",
            arm: String::new(),
            stopped_look: None,
            alpha: source.alpha,
            estimate: None,
            ci_low: None,
            ci_high: None,
            lift: None,
            lift_low: None,
            lift_high: None,
            p_value: None,
            p_adjusted: None,
            shrunk: None,
            anytime_low: None,
            anytime_high: None,
            anytime_p: None,
            variance_saved: None,
            looks: Vec::new(),
        }
    }
}

impl LookLine {
    fn new(number: usize, look: &Look, first_day: Option<i32>) -> LookLine {
        let date = first_day.map(|first| Day::from_epoch_days(first.saturating_add(look.day as i32 - 1)).to_string());
        LookLine {
            look: number,
            day: look.day,
            date,
            n_control: look.units[0],
            n_treatment: look.units[1],
            z: look.z,
            boundary: look.boundary,
            futility_boundary: look.futility_boundary,
            information_fraction: look.information_fraction,
            estimate: look.estimate,
            standard_error: look.standard_error,
            ci_low: look.ci_low,
            ci_high: look.ci_high,
            lift: look.lift,
            lift_low: look.lift_low,
            lift_high: look.lift_high,
            p_value: look.p_value,
            srm_p: look.srm_p,
        }
    }
}

impl LeftOut {
    fn new(rows: &Rows, read: &UnitReading) -> LeftOut {
        LeftOut {
            duplicate_units: read.duplicate_units,
            rows_outside_window: read.rows_outside_window,
            capped_units: read.capped_units,
            negative_units: read.negative_units,
            empty_values: rows.empty_values,
            units_without_covariate: read.units_without_covariate,
        }
    }
}

impl Secondary {
    fn new(source: &Source<'_>, read: &SecondaryReading) -> Secondary {
        Secondary {
            metric: source.secondary.get(read.metric).cloned().unwrap_or_default(),
            arm: source.arms[read.arm].clone(),
            estimate: read.estimate,
            ci_low: read.ci_low,
            ci_high: read.ci_high,
            lift: read.lift,
            p_value: read.p_value,
            p_adjusted: read.p_adjusted,
            is_called: read.is_called,
        }
    }
}
