//! What the judge says of each change beside what the world knows of it.

use domain::sprint::{BaselineGrade, ResultWord};
use serde::Serialize;
use store::changes::ChangeStatus;

use crate::{DemoError, play::Stage};

/// A change with its verdict and its truth. Money in major units of the currency.
#[derive(Debug, Clone, Serialize)]
pub struct JudgedChange {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// How sure its baseline is.
    pub grade: BaselineGrade,
    /// The judge's word.
    pub verdict: ResultWord,
    /// What became of it.
    pub status: ChangeStatus,
    /// Units read: baseline and change; zero where it is not randomised.
    pub units: [u64; 2],
    /// Relative lift as observed.
    pub lift: Option<f64>,
    /// Its lower end.
    pub lift_low: Option<f64>,
    /// Its upper end.
    pub lift_high: Option<f64>,
    /// The true relative lift of the customers who got it, where the world knows one.
    pub true_lift: Option<f64>,
    /// Net revenue beyond its baseline as the judge has it: low, middle, high; before margin and cost.
    pub revenue: Option<[f64; 3]>,
    /// What it truly brought so far, before margin and cost. The judge's middle also counts what those who got it last
    /// are still to bring.
    pub true_revenue: Option<f64>,
    /// What it cost.
    pub cost: f64,
}

impl Stage {
    /// Every change in the ledger, as of the last morning.
    pub(crate) async fn judged(&self) -> Result<Vec<JudgedChange>, DemoError> {
        let span = self.world.span();
        let major = |minor: i64| minor as f64 / 10f64.powi(self.world.config().currency.exponent() as i32);
        let treated = self.world.treatment_truths(span);
        let mut all = Vec::new();
        for entry in measure::list(self.store(), self.state.today()).await? {
            let change = &entry.change;
            let found = entry.verdict.as_ref().and_then(measure::findings);
            let truth = treated.iter().find(|truth| truth.name == change.name && change.concept.is_none());
            let concept = change.concept.and_then(|concept| self.world.concept_truth(&concept.utm_content(), span));
            all.push(JudgedChange {
                name: change.name.clone(),
                kind: change.kind.clone(),
                grade: change.baseline_grade,
                verdict: entry.result,
                status: change.status,
                units: found.as_ref().map_or([0, 0], |found| found.units),
                lift: found.as_ref().and_then(|found| found.lift),
                lift_low: found.as_ref().and_then(|found| found.lift_low),
                lift_high: found.as_ref().and_then(|found| found.lift_high),
                true_lift: truth.and_then(|truth| truth.lift()),
                revenue: found.and_then(|found| found.revenue).map(|span| [span.low, span.mid, span.high]),
                true_revenue: truth
                    .map(|truth| truth.incremental_net_minor)
                    .or(concept.map(|concept| concept.incremental_net_minor))
                    .map(major),
                cost: entry.verdict.as_ref().map_or(0.0, |verdict| verdict.cost_micros as f64 / 1e6),
            });
        }
        all.reverse();
        Ok(all)
    }
}
