//! Grades B to D: no unit was drawn, so the brand's daily revenue is held against what it would have been.

use std::hash::{DefaultHasher, Hash, Hasher};

use domain::{Day, sprint::ResultWord};
use stats::impact::{self, Options};

use super::{Findings, Judged, May, OneLook, Span};
use crate::{Plan, read::Series};

/// What an unrandomised change is judged from.
#[derive(Debug, Clone)]
pub(crate) struct Observed<'a> {
    pub plan: &'a Plan,
    pub series: &'a Series,
    pub starts_on: Day,
    /// The last day that is read.
    pub until: Day,
    /// The day of its one look has come.
    pub is_due: bool,
    /// Other changes that moved the same revenue in the same days.
    pub shared_with: usize,
}

impl Observed<'_> {
    /// A digest of everything the word is made of. It only has to differ where something differs; one that changes with
    /// the compiler costs a second fit.
    pub(crate) fn digest(&self) -> String {
        let mut hasher = DefaultHasher::new();
        let days = [self.starts_on, self.until].map(Day::epoch_days);
        (days, self.series.first.map(Day::epoch_days), self.is_due, self.shared_with).hash(&mut hasher);
        for figures in [&self.series.moved, &self.series.others] {
            figures.len().hash(&mut hasher);
            figures.iter().for_each(|figure| figure.to_bits().hash(&mut hasher));
        }
        self.plan.alpha.to_bits().hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }
}

const COUNTERFACTUAL: &str = "Counterfactual of the brand's daily revenue, one look at the end";
const BEFORE_AFTER: &str = "Before and after: the same weekdays of the four weeks before";

/// Grade B and C: a structural time series from the days before and from the revenue that the change could not move.
pub(crate) fn counterfactual(of: &Observed<'_>) -> Judged {
    let (Some(n_pre), Some(last)) = (of.series.index(of.starts_on), of.series.index(of.until)) else {
        return Judged::open(COUNTERFACTUAL, "There are no orders from before its start.");
    };
    if last < n_pre || last >= of.series.moved.len() {
        return Judged::open(COUNTERFACTUAL, "No day of it is over yet.");
    }
    let y = &of.series.moved[..=last];
    let controls: Vec<Vec<f64>> =
        if of.series.others.is_empty() { Vec::new() } else { vec![of.series.others[..=last].to_vec()] };
    let options = Options { alpha: of.plan.alpha, placebo: of.is_due, ..Options::default() };
    let found = match impact::estimate(&impact::Series { y, controls: &controls, n_pre }, &options) {
        Ok(found) => found,
        Err(error) => return Judged::open(COUNTERFACTUAL, error.to_string()),
    };
    let mut findings = Findings::new(COUNTERFACTUAL);
    let finite = |value: f64| value.is_finite().then_some(value);
    let days = found.n_post as f64;
    let share = 1.0 / (1 + of.shared_with) as f64;
    findings.revenue =
        Some(Span { low: found.ci_low, mid: found.effect, high: found.ci_high }.scaled(days * share, 0.0));
    findings.lift = finite(found.relative_effect);
    findings.lift_low = finite(found.relative_low);
    findings.lift_high = finite(found.relative_high);
    findings.lift_error = finite((found.relative_high - found.relative_low) / 3.92);
    findings.p_value = finite(found.p_value);
    findings.certifiable_lift = finite(found.certifiable_effect);
    findings.looks = usize::from(of.is_due);
    if let Some(certifiable) = findings.certifiable_lift {
        findings.notes.push(format!("This series can certify effects from about {:.0} %.", 100.0 * certifiable));
    }
    findings.notes.push(format!(
        "Interval {}; {} placebo windows, width × {:.2}.",
        found.calibration.method, found.calibration.windows, found.calibration.width_factor
    ));
    let is_checked = found.calibration.windows > 0;
    if !is_checked && of.is_due && found.ci_low > 0.0 {
        findings
            .notes
            .push("Under a year of history: the interval cannot be checked on the past, so it is no win.".into());
    }
    OneLook {
        is_due: of.is_due,
        bounds: (found.ci_low, found.ci_high),
        may: May { win: is_checked, lose: true },
        shared: (of.shared_with, "the same revenue"),
    }
    .decide(findings)
}

/// Grade D: it never yields a win, nor a loss. Its range is an indication for whoever decides.
pub(crate) fn before_after(of: &Observed<'_>) -> Judged {
    let (Some(n_pre), Some(last)) = (of.series.index(of.starts_on), of.series.index(of.until)) else {
        return Judged::open(BEFORE_AFTER, "There are no orders from before its start.");
    };
    if n_pre < 28 || last < n_pre || last >= of.series.moved.len() {
        return Judged::open(BEFORE_AFTER, "Under four weeks before its start, or no day of it is over yet.");
    }
    let y = &of.series.moved;
    // Each day against the mean of the four same weekdays before the start; weeks, not days, are what varies freely.
    let usual = |offset: usize| -> f64 { (1..=4).map(|week| y[n_pre + offset % 7 - 7 * week]).sum::<f64>() / 4.0 };
    let mut lifts: Vec<f64> = (0..=last - n_pre).map(|offset| y[n_pre + offset] - usual(offset)).collect();
    let days = lifts.len() as f64;
    let sum: f64 = lifts.iter().sum();
    let weeks: Vec<f64> = (0..4).map(|week| y[n_pre - 7 * (week + 1)..n_pre - 7 * week].iter().sum::<f64>()).collect();
    let mean = weeks.iter().sum::<f64>() / 4.0;
    let of_week = (weeks.iter().map(|week| (week - mean).powi(2)).sum::<f64>() / 3.0).sqrt();
    lifts.clear();
    let passed = days / 7.0;
    // Student t with three degrees, for the four weeks before; both periods vary.
    let half = 3.182 * of_week * (passed + passed * passed / 4.0).sqrt();
    let share = 1.0 / (1 + of.shared_with) as f64;
    let mut findings = Findings::new(BEFORE_AFTER);
    findings.revenue = Some(Span { low: sum - half, mid: sum, high: sum + half }.scaled(share, 0.0));
    findings.lift = (mean > 0.0).then(|| sum / (mean * passed));
    findings.notes.push("Season, news and everything else since are in this figure: it proves nothing.".into());
    Judged { word: ResultWord::NotYetProvable, findings, look: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_and_after_never_decides() {
        let first = Day::parse("2026-01-05").expect("day");
        let moved: Vec<f64> = (0..56).map(|day| if day < 42 { 100.0 + f64::from(day % 7) } else { 500.0 }).collect();
        let series = Series { first: Some(first), moved, others: Vec::new() };
        let plan = Plan::default();
        let of = Observed {
            plan: &plan,
            series: &series,
            starts_on: first.plus(42),
            until: first.plus(55),
            is_due: true,
            shared_with: 0,
        };
        let judged = before_after(&of);
        assert_eq!(judged.word, ResultWord::NotYetProvable);
        let span = judged.findings.revenue.expect("a range");
        assert!((span.mid - 14.0 * 397.0).abs() < 1e-6 && span.low <= span.mid, "{span:?}");
        let half = before_after(&Observed { shared_with: 1, ..of.clone() }).findings.revenue.expect("a range");
        assert!((half.mid * 2.0 - span.mid).abs() < 1e-6);
        let late = Series { moved: [&series.moved[..55], &[501.0]].concat(), ..series.clone() };
        assert_eq!(of.digest(), of.clone().digest());
        for other in [
            Observed { series: &late, ..of.clone() },
            Observed { until: first.plus(54), ..of.clone() },
            Observed { is_due: false, ..of.clone() },
            Observed { shared_with: 1, ..of.clone() },
            Observed { plan: &Plan { alpha: 0.025, ..Plan::default() }, ..of.clone() },
        ] {
            assert_ne!(of.digest(), other.digest(), "{other:?}");
        }
        let early = before_after(&Observed { starts_on: first.plus(20), ..of });
        assert!(early.findings.revenue.is_none());
    }
}
