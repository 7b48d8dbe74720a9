//! The judge's word on a change: pure functions from readings to a verdict. Nothing here reads a clock or a store.

mod guardrails;
mod randomised;
mod split;
mod unrandomised;

use domain::{Day, sprint::ResultWord};
use serde::{Deserialize, Serialize};

pub(crate) use randomised::{LookNote, Randomised, course, randomised};
pub(crate) use split::{Look, SwitchedDays, by_period, by_region};
pub(crate) use unrandomised::{Observed, before_after, counterfactual};

use crate::Plan;

/// A range with its middle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// Lower end.
    pub low: f64,
    /// Middle.
    pub mid: f64,
    /// Upper end.
    pub high: f64,
}

impl Span {
    /// Every part times `factor` (not negative) plus `shift`.
    pub(crate) fn scaled(self, factor: f64, shift: f64) -> Span {
        Span { low: self.low * factor + shift, mid: self.mid * factor + shift, high: self.high * factor + shift }
    }

    fn is_finite(self) -> bool {
        self.low.is_finite() && self.mid.is_finite() && self.high.is_finite()
    }
}

/// What regions with the change took beside what they would have taken without it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// The first day with the change.
    pub first: Option<Day>,
    /// From then on per day: taken, and taken by the regions it is compared with, weighted.
    pub days: Vec<(f64, f64)>,
    /// The regions it is compared with and their weights, largest first.
    pub weights: Vec<(String, f64)>,
    /// Other choices of regions that its range rests on.
    pub placebos: usize,
}

/// What the judge found, kept with the verdict. Money in major units of the currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// How it was judged, for people.
    pub method: String,
    /// Net revenue it brought beyond its baseline, before margin and cost.
    pub revenue: Option<Span>,
    /// Relative lift as observed, e.g. 0.08; ends are left out where they are unbounded.
    pub lift: Option<f64>,
    /// Lower end.
    pub lift_low: Option<f64>,
    /// Upper end.
    pub lift_high: Option<f64>,
    /// The lift to report and learn from, shrunk over the brand's past changes.
    pub shrunk_lift: Option<f64>,
    /// Standard error of the observed lift.
    pub lift_error: Option<f64>,
    /// Two-sided p-value that accounts for the looks taken.
    pub p_value: Option<f64>,
    /// Smallest true effect (a share) that this baseline could certify.
    pub certifiable_lift: Option<f64>,
    /// Units read: baseline and change.
    pub units: [u64; 2],
    /// Units seen in both arms, left out.
    pub mixed: u64,
    /// Looks taken.
    pub looks: usize,
    /// Guardrails that are proven to be broken.
    pub breaches: Vec<String>,
    /// What a reader must know beside the word.
    pub notes: Vec<String>,
    /// By region only: what it is compared with, day by day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<Compared>,
    /// Digest of what a change without random units was judged from: the same again is not judged again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<String>,
}

impl Findings {
    pub(crate) fn new(method: &str) -> Findings {
        Findings {
            method: method.to_owned(),
            revenue: None,
            lift: None,
            lift_low: None,
            lift_high: None,
            shrunk_lift: None,
            lift_error: None,
            p_value: None,
            certifiable_lift: None,
            units: [0, 0],
            mixed: 0,
            looks: 0,
            breaches: Vec::new(),
            notes: Vec::new(),
            compared: None,
            inputs: None,
        }
    }
}

/// The word and what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Judged {
    pub word: ResultWord,
    pub findings: Findings,
    /// A look that was taken at this reading and is to be noted.
    pub look: Option<(Day, LookNote)>,
}

impl Judged {
    pub(crate) fn open(method: &str, note: impl Into<String>) -> Judged {
        let mut findings = Findings::new(method);
        findings.notes.push(note.into());
        Judged { word: ResultWord::NotYetProvable, findings, look: None }
    }

    /// Net money: revenue × margin − cost, in millionths; none where nothing can be said.
    pub(crate) fn net_micros(&self, plan: &Plan, cost_micros: i64) -> Option<[i64; 3]> {
        let margin = plan.margin_permille as f64 / 1000.0;
        let net = self.findings.revenue.filter(|span| span.is_finite())?.scaled(margin * 1e6, -(cost_micros as f64));
        Some([net.low as i64, net.mid as i64, net.high as i64])
    }
}

/// Which words a baseline may carry.
#[derive(Debug, Clone, Copy)]
struct May {
    win: bool,
    lose: bool,
}

/// The one look at a change whose units were not drawn.
#[derive(Debug, Clone, Copy)]
struct OneLook {
    /// Its day has come.
    is_due: bool,
    /// The interval of the effect.
    bounds: (f64, f64),
    may: May,
    /// Other changes that moved the same thing in the same days, and what that thing is.
    shared: (usize, &'static str),
}

impl OneLook {
    /// The word, with what a reader must know beside it: before its day nothing is said, and what several moved together
    /// is nobody's win.
    fn decide(self, mut findings: Findings) -> Judged {
        let (others, what) = self.shared;
        if !self.is_due {
            findings.notes.push("Read daily it would find what is not there: its one look is still to come.".into());
        }
        if others > 0 {
            findings.notes.push(format!(
                "{others} other changes moved {what} in the same days: the effect is theirs together, an equal share is shown."
            ));
        }
        let (low, high) = self.bounds;
        let word = match self.is_due {
            true if low > 0.0 && self.may.win && others == 0 => ResultWord::Won,
            true if high < 0.0 && self.may.lose => ResultWord::Lost,
            _ => ResultWord::NotYetProvable,
        };
        Judged { word, findings, look: None }
    }
}
