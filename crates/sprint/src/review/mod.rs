//! The daily review: at most five lines, and "nothing to do" is one of them.
//!
//! Checks run on one snapshot. What the data cannot support is listed as not checked, with what would make it
//! possible; it is never guessed.

mod cost;
mod data;
mod fatigue;
mod known;
mod line;
mod mer;
mod pacing;
mod revenue;
mod scope;
mod series;
mod stock;
mod tracking;

use domain::{
    Day, SprintId,
    sprint::{Evidence, SprintStage},
};
use serde::Serialize;
use store::reviews;

use crate::{Context, SprintError, ask::list_words};

pub use line::{Figure, Line, NotChecked, ReviewDoc, Severity};
pub use scope::CONVERSION_LAG_DAYS;
pub use series::{SeriesDay, series};

pub(crate) use cost::money_of;
pub(crate) use line::Found;
pub(crate) use scope::{Scope, platform};

/// Most lines of a review.
pub const MOST_LINES: usize = 5;
/// Key of the line that says there is nothing to do.
pub const NOTHING: &str = "nothing";

/// A review with what people decided on its lines.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReviewView {
    /// The review.
    #[serde(flatten)]
    pub doc: ReviewDoc,
    /// Decisions on its lines.
    pub decisions: Vec<reviews::Decision>,
}

/// Makes today's review of a live sprint and keeps it. The same day's review is replaced, decisions stay.
///
/// # Errors
/// The sprint is not live, or the store or the lake failed.
pub async fn run(ctx: &Context, sprint: SprintId) -> Result<ReviewView, SprintError> {
    let scope = Scope::open(ctx, sprint).await?;
    let doc = make(ctx, &scope).await?;
    let mut tx = ctx.store.begin().await?;
    let review = reviews::Review { day: doc.day, document: doc.clone(), made_at: ctx.now };
    reviews::put(&mut tx, sprint, &review).await?;
    tx.commit().await?;
    let decisions = reviews::decisions(&ctx.store, sprint).await?;
    Ok(ReviewView { decisions: decisions.into_iter().filter(|d| d.day == doc.day).collect(), doc })
}

/// The reviews of a sprint, newest first, with the decisions on each.
///
/// # Errors
/// The store failed.
pub async fn list(ctx: &Context, sprint: SprintId) -> Result<Vec<ReviewView>, SprintError> {
    let decisions = reviews::decisions(&ctx.store, sprint).await?;
    let stored = reviews::of_sprint::<ReviewDoc>(&ctx.store, sprint).await?;
    let view = |review: reviews::Review<ReviewDoc>| ReviewView {
        decisions: decisions.iter().filter(|decision| decision.day == review.day).cloned().collect(),
        doc: review.document,
    };
    Ok(stored.into_iter().map(view).collect())
}

/// Accepts a line's suggestion, or dismisses the line. Dismissing needs a reason.
///
/// # Errors
/// There is no such line on that day, a dismissal has no reason, or the store failed.
pub async fn decide(
    ctx: &Context,
    sprint: SprintId,
    day: Day,
    line_key: &str,
    accepted: bool,
    reason: &str,
) -> Result<(), SprintError> {
    let reason = reason.trim();
    if !accepted && reason.is_empty() {
        return Err(SprintError::Refused(
            "Say in a few words why the line is dismissed; the post-mortem quotes it.".into(),
        ));
    }
    let review = list(ctx, sprint).await?.into_iter().find(|review| review.doc.day == day);
    let line = review.as_ref().and_then(|review| review.doc.lines.iter().find(|line| line.key == line_key));
    let Some(line) = line else {
        return Err(SprintError::Refused(format!("The review of {day} has no line `{line_key}`.")));
    };
    let decision = reviews::Decision {
        day,
        line_key: line_key.to_owned(),
        accepted,
        reason: reason.to_owned(),
        actor: ctx.actor.clone(),
        at: ctx.now,
    };
    let mut tx = ctx.store.begin().await?;
    reviews::decide(&mut tx, sprint, &decision).await?;
    let verb = if accepted { "review.accept" } else { "review.dismiss" };
    ctx.record(&mut tx, (Some(sprint), Some(SprintStage::Live)), verb, &line.sentence, reason).await?;
    tx.commit().await?;
    Ok(())
}

async fn make(ctx: &Context, scope: &Scope) -> Result<ReviewDoc, SprintError> {
    let mut found = Found::default();
    data::check(scope, &mut found);
    // Together: a query over a small history keeps one core busy.
    let mut parts: [Found; 7] = Default::default();
    let [pacing, mer, revenue, stock, cost, tracking, fatigue] = &mut parts;
    futures::try_join!(
        pacing::check(scope, pacing),
        mer::check(scope, mer),
        revenue::check(scope, revenue),
        stock::check(scope, stock),
        cost::check(scope, cost),
        tracking::check(scope, tracking),
        fatigue::check(scope, fatigue),
    )?;
    parts.into_iter().for_each(|part| found.append(part));
    let Found { figures, mut lines, not_checked } = found;
    lines.sort_by_key(|line| (line.severity, std::cmp::Reverse(line.at_stake_minor)));
    let held_back = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    if lines.is_empty() {
        lines.push(nothing(&figures, &not_checked));
    }
    Ok(ReviewDoc {
        day: ctx.today(),
        flight_day: ctx.today().days_since(scope.flight.from) + 1,
        flight_days: scope.flight.len_days(),
        provisional_from: scope.provisional_from(),
        figures,
        lines,
        held_back,
        not_checked,
    })
}

fn nothing(figures: &[Figure], not_checked: &[NotChecked]) -> Line {
    let known: Vec<String> = figures
        .iter()
        .filter(|figure| figure.is_expected == Some(true))
        .map(|figure| {
            format!("{} is {} ({})", figure.label.to_lowercase().replace("mer", "MER"), figure.value, figure.expected)
        })
        .collect();
    let checks = crate::ask::count(not_checked.len() as i64, "check");
    let mut sentence = match known.is_empty() {
        // "Nothing to do" would be a claim about what nobody looked at.
        true if !not_checked.is_empty() => {
            format!(
                "Nothing can be said of the advertising today: {checks} could not be made; see below what is missing."
            )
        }
        _ => "Nothing to do today.".to_owned(),
    };
    if !known.is_empty() {
        sentence.push_str(&format!(" {}.", writer::words::capitalise(&list_words(&known))));
        if !not_checked.is_empty() {
            sentence.push_str(&format!(" {checks} could not be made; see below."));
        }
    }
    let evidence: Vec<Evidence> = figures.iter().flat_map(|figure| figure.evidence.iter().cloned()).collect();
    Line {
        key: NOTHING.into(),
        check: NOTHING.into(),
        severity: Severity::Fine,
        sentence,
        cause: None,
        action: String::new(),
        is_provisional: false,
        at_stake_minor: 0,
        evidence,
    }
}
