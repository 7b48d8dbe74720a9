//! Predicted against actual, per sprint: whether the forecasts on the cards were worth reading.

use domain::sprint::{Predicted, SprintStage};
use serde::Serialize;
use stats::predict::{against_siblings, rank_correlation};
use store::concepts as rows;

use super::labelled;
use crate::{Context, SprintError};

/// A concept that was predicted and ran.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibrated {
    /// Number of its sprint.
    pub sprint: i64,
    /// Title of its sprint.
    pub sprint_title: String,
    /// Its title.
    pub title: String,
    /// What was predicted before it ran.
    pub predicted: Predicted,
    /// Return on ad spend against its siblings since, in per cent; `None` while nothing was spent or there are no siblings.
    pub actual_percent: Option<i32>,
    /// Whether the actual lies in the 80 % interval.
    pub inside: Option<bool>,
}

/// Everything that was predicted and launched, newest sprint first, and the rank correlation of predicted and actual where
/// three or more have both.
///
/// # Errors
/// The database refused, or a query fails.
pub async fn calibration(ctx: &Context) -> Result<(Vec<Calibrated>, Option<f64>), SprintError> {
    let labelled = labelled(ctx).await?;
    let seen = against_siblings(&labelled.ads);
    let mut all = Vec::new();
    for sprint in crate::sprints::list(ctx).await? {
        if sprint.stage < SprintStage::Live {
            continue;
        }
        for row in rows::picked(&ctx.store, sprint.id).await? {
            let Some(predicted) = row.concept.expect.as_ref().and_then(|expect| expect.predicted) else { continue };
            let id = row.concept.id.to_string();
            let own = ["meta", "google"].into_iter().filter_map(|platform| {
                let at = *labelled.of_concept.get(&(id.clone(), platform.to_owned()))?;
                Some((labelled.ads.get(at)?.spend, seen.get(at).copied().flatten()?))
            });
            // Weighted by spend, as the money was.
            let (spend, sum) = own.fold((0.0, 0.0), |(spend, sum), (own, log)| (spend + own, sum + own * log));
            let actual = (spend > 0.0).then(|| (100.0 * ((sum / spend).exp() - 1.0)).round() as i32);
            all.push(Calibrated {
                sprint: sprint.number,
                sprint_title: sprint.title.clone(),
                title: row.concept.title,
                predicted,
                actual_percent: actual,
                inside: actual.map(|it| (predicted.low_percent..=predicted.high_percent).contains(&it)),
            });
        }
    }
    all.sort_by(|a, b| b.sprint.cmp(&a.sprint).then(a.title.cmp(&b.title)));
    let pairs: Vec<(f64, f64)> =
        all.iter().filter_map(|one| Some((f64::from(one.predicted.percent), f64::from(one.actual_percent?)))).collect();
    let correlation = rank_correlation(&pairs);
    Ok((all, correlation))
}
