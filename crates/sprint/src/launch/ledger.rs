//! What the ledger is told of a launched concept.

use domain::{
    Day,
    sprint::{BaselineGrade, Channel, Concept},
};
use measure::{LivesOn, NewChange, Origin, Plan, SeriesScope};

use crate::{Context, SprintError, studio::Desk};

/// Days of history a seasonal comparison needs: a year and the four weeks before it.
const SEASON_DAYS: i32 = 365 + 28;

/// How sure the baseline is that this brand's history can give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Baseline {
    pub grade: BaselineGrade,
    pub note: String,
}

/// Without a holdout the best there is: before and after with season where the history has one, else a comparison
/// that proves nothing.
///
/// # Errors
/// The lake failed.
pub(crate) async fn baseline(ctx: &Context) -> Result<Baseline, SprintError> {
    let snapshot = ctx.lake.snapshot(ctx.now).await?;
    let table = snapshot.query("SELECT MIN(day) AS first_day FROM order_lines").await?;
    let first: Option<Day> = if table.is_empty() { None } else { table.row(0).opt_day("first_day")? };
    let days = first.map_or(0, |first| ctx.today().days_since(first));
    Ok(match days >= SEASON_DAYS {
        true => Baseline {
            grade: BaselineGrade::C,
            note: "What its products would have taken by the days before and by the rest of the shop, checked on this \
                   brand's own past. No holdout."
                .into(),
        },
        false => Baseline {
            grade: BaselineGrade::D,
            note: "The same number of days before the launch. Less than a year of history: season is not taken out."
                .into(),
        },
    })
}

/// The ledger entry of a concept.
pub(crate) fn change<'a>(desk: &'a Desk, baseline: &'a Baseline, concept: &'a Concept) -> NewChange<'a> {
    let is_paid = desk.channels().iter().any(|channel| *channel != Channel::Email);
    let (kind, lives_on) = if is_paid { ("ads", "the ad platforms") } else { ("email", "the e-mail tool") };
    // What the concept's products take is held against what the rest of the shop takes.
    let scope = SeriesScope { product_ids: concept.product_ids.clone(), ..SeriesScope::default() };
    NewChange {
        hypothesis: &concept.hypothesis,
        primary_metric: desk.brief.kpi,
        baseline_grade: baseline.grade,
        baseline_note: &baseline.note,
        lives_on: LivesOn::Platform(lives_on),
        plan: Plan { scope, ..Plan::default() },
        ..NewChange::new(Origin::Concept(desk.sprint.id, concept.id), &concept.title, kind, desk.brief.flight)
    }
}
