//! Grade B: regions that got it against regions that did not, or days on which it was on against days on which it was off.
//! Pure functions from readings to a verdict; read daily, decided at one look.

use stats::{
    geo::{self, Panel},
    prepost::{self, Grade, SwitchOptions, won},
};

use super::{Compared, Findings, Judged, May, OneLook, Span};
use crate::read::RegionDays;

const REGIONS: &str = "Regions that got it against a weighted mix of those that did not, one look at the end";
const PERIODS: &str = "Days with it on against days with it off, drawn by a hash, one look at the end";

/// What both are told beside their readings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub alpha: f64,
    /// The day of its one look has come.
    pub is_due: bool,
    /// Other changes that moved the same regions apart from the rest in the same days.
    pub shared_with: usize,
}

/// By region: synthetic control with permutation inference. The regions with the change come first in `of`.
pub(crate) fn by_region(of: &RegionDays, n_treated: usize, look: Look) -> Judged {
    let Some(n_pre) = of.n_pre else { return Judged::open(REGIONS, "There are no orders from before its start.") };
    // A region that sold nothing before has no index: as a control it is left out, with the change it stops the reading.
    let sold = |days: &[f64]| days.iter().take(n_pre).sum::<f64>() > 0.0;
    let (mut kept, mut out) = (Vec::new(), Vec::new());
    for (place, (name, days)) in of.names.iter().zip(&of.values).enumerate() {
        match sold(days) {
            true => kept.push(place),
            false if place < n_treated => {
                return Judged::open(
                    REGIONS,
                    format!("{name} sold nothing before the start: there is nothing to compare."),
                );
            }
            false => out.push(name.clone()),
        }
    }
    let values: Vec<Vec<f64>> = kept.iter().map(|place| of.values[*place].clone()).collect();
    let treated: Vec<usize> = (0..n_treated).collect();
    let options = geo::Options { alpha: look.alpha, ..geo::Options::default() };
    let found = match geo::estimate(&Panel { regions: &values, n_pre }, &treated, &options) {
        Ok(found) => found,
        Err(error) => return Judged::open(REGIONS, format!("{error}.")),
    };
    let finite = |value: f64| value.is_finite().then_some(value);
    let mut findings = Findings::new(REGIONS);
    let days = found.n_post as f64;
    let share = 1.0 / (1 + look.shared_with) as f64;
    let span = Span { low: found.ci_low, mid: found.effect, high: found.ci_high }.scaled(days * share, 0.0);
    findings.revenue = span.is_finite().then_some(span);
    findings.lift = finite(found.relative_effect);
    findings.lift_low = finite(found.relative_low);
    findings.lift_high = finite(found.relative_high);
    findings.lift_error = finite((found.relative_high - found.relative_low) / 3.92);
    findings.p_value = finite(found.p_value);
    findings.certifiable_lift = finite(found.certifiable_effect);
    findings.looks = usize::from(look.is_due);
    let name = |place: usize| of.names[kept[place]].clone();
    findings.compared = Some(Compared {
        first: of.first.map(|first| first.plus(n_pre as i32)),
        days: found.days[n_pre..].to_vec(),
        weights: found.weights.iter().map(|(place, weight)| (name(*place), *weight)).collect(),
        placebos: found.placebos,
    });
    if findings.revenue.is_none() {
        findings.notes.push(format!("{} ways to choose the regions are too few for a range.", found.placebos + 1));
    }
    if !out.is_empty() {
        findings
            .notes
            .push(format!("Left out, they sold nothing before the start: {}.", crate::plan::list_words(&out)));
    }
    decide(findings, found.grade, (found.ci_low, found.ci_high), look)
}

/// Blocks of days of a switched change.
#[derive(Debug, Clone, Default)]
pub(crate) struct SwitchedDays {
    /// Revenue per day, averaged over each whole block in order, what weekday and the rest of the shop explain taken out.
    pub blocks: Vec<f64>,
    /// Whether it was on.
    pub on: Vec<bool>,
    /// Days of a block.
    pub block_days: usize,
    /// Blocks that were drawn together.
    pub round: usize,
    /// Standard deviation of blocks before the start; none with too little history.
    pub spread: Option<f64>,
}

/// By period: which blocks were on is re-drawn as it was drawn.
pub(crate) fn by_period(of: &SwitchedDays, look: Look) -> Judged {
    let options = SwitchOptions { alpha: look.alpha, round: of.round, ..SwitchOptions::default() };
    let found = match prepost::switchback(&of.blocks, &of.on, &options) {
        Ok(found) => found,
        Err(error) => return Judged::open(PERIODS, format!("{error}.")),
    };
    let on = of.on.iter().filter(|on| **on).count() as f64;
    let mut findings = Findings::new(PERIODS);
    let days_on = on * of.block_days as f64;
    let span = Span { low: found.ci_low, mid: found.effect, high: found.ci_high }.scaled(days_on, 0.0);
    findings.revenue = span.is_finite().then_some(span);
    let base = found.effect / found.relative_effect;
    let share = |amount: f64| (base > 0.0 && amount.is_finite()).then(|| amount / base);
    findings.lift = share(found.effect);
    findings.lift_low = share(found.ci_low);
    findings.lift_high = share(found.ci_high);
    findings.lift_error = share((found.ci_high - found.ci_low) / 3.92);
    findings.p_value = found.p_value.is_finite().then_some(found.p_value);
    findings.looks = usize::from(look.is_due);
    if let (Some(spread), Some(_)) = (of.spread, findings.lift) {
        let off = of.on.len() as f64 - on;
        findings.certifiable_lift = share(2.8 * spread * (1.0 / on + 1.0 / off).sqrt());
    }
    if found.grade != Grade::B {
        findings.notes.push("Under four blocks of each kind so far: it is no more than a before and after.".into());
    }
    decide(findings, found.grade, (found.ci_low, found.ci_high), look)
}

fn decide(findings: Findings, grade: Grade, bounds: (f64, f64), look: Look) -> Judged {
    OneLook {
        is_due: look.is_due,
        bounds,
        may: May { win: won(grade, bounds.0).is_some(), lose: grade != Grade::D },
        shared: (look.shared_with, "these regions"),
    }
    .decide(findings)
}
