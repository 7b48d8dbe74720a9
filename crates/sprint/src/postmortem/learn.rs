//! First words for a person to edit: what to keep, stop and try, drafted from the numbers and no further than they go.

use domain::{
    ActionId, Money, SprintId,
    sprint::{ActionItem, ResultWord},
};

use super::doc::{ConceptResult, PostMortemDoc, ReviewSum};
use crate::{
    Context, SprintError,
    ask::{count, each},
    review::{self, NOTHING, ReviewView, Severity},
};

/// Fewer orders than this tell nothing of a concept's cost.
const FEWEST_ORDERS: i64 = 5;
/// Days an action drafted from a review line gets.
const DUE_DAYS: i32 = 7;

/// What the reviews of a sprint came to.
pub(super) fn review_sum(reviews: &[ReviewView]) -> ReviewSum {
    let lines = reviews.iter().flat_map(|review| &review.doc.lines).filter(|line| line.key != NOTHING).count();
    let decided = |accepted: bool| reviews.iter().flat_map(|r| &r.decisions).filter(|d| d.accepted == accepted).count();
    ReviewSum { mornings: reviews.len(), lines, accepted: decided(true), dismissed: decided(false) }
}

/// Fills summary, keep, stop, try and actions of a fresh draft.
///
/// # Errors
/// The store failed.
pub(super) async fn fill(ctx: &Context, sprint: SprintId, doc: &mut PostMortemDoc) -> Result<(), SprintError> {
    let reviews = review::list(ctx, sprint).await?;
    doc.summary = summary(doc);
    (doc.keep, doc.stop, doc.try_next) = lists(ctx, &doc.concepts, &reviews);
    doc.actions = actions(ctx, sprint, &reviews);
    Ok(())
}

fn summary(doc: &PostMortemDoc) -> String {
    let ran = doc.concepts.iter().filter(|concept| concept.result != ResultWord::NotTested).count();
    let orders: i64 = doc.concepts.iter().map(|concept| concept.orders).sum();
    let judged = |word| doc.concepts.iter().filter(|concept| concept.result == word).count() as i64;
    let proven = match (judged(ResultWord::Won), judged(ResultWord::Lost) + judged(ResultWord::Futile)) {
        (0, 0) => "None of it is proven yet.".to_owned(),
        (won, 0) => format!("{} proven to have earned more than the baseline.", is_are(won)),
        (0, lost) => format!("None is proven to have earned; {} proven not to.", is_are(lost).to_lowercase()),
        (won, lost) => format!(
            "{} proven to have earned more than the baseline, {} proven not to.",
            is_are(won),
            is_are(lost).to_lowercase()
        ),
    };
    format!(
        "{} {} of {} ran; GA4 led {} back to their links. {proven}",
        doc.headline,
        ran,
        count(doc.concepts.len() as i64, "concept"),
        count(orders, "order")
    )
}

/// `1 concept is`, `2 concepts are`.
fn is_are(number: i64) -> String {
    format!("{} {}", count(number, "concept"), if number == 1 { "is" } else { "are" })
}

fn lists(ctx: &Context, concepts: &[ConceptResult], reviews: &[ReviewView]) -> (Vec<String>, Vec<String>, Vec<String>) {
    let (mut keep, mut stop, mut next) = (Vec::new(), Vec::new(), Vec::new());
    let mut by_cost: Vec<(&ConceptResult, Money)> = concepts
        .iter()
        .filter(|concept| concept.orders >= FEWEST_ORDERS && concept.spend_minor > 0)
        .map(|concept| (concept, each(ctx.money(concept.spend_minor), concept.orders)))
        .collect();
    by_cost.sort_by_key(|(_, each)| each.minor);
    if let [(best, best_each), .., (worst, worst_each)] = by_cost.as_slice() {
        keep.push(format!(
            "“{}”: {} an order over {}, the least of the sprint.",
            best.title,
            best_each,
            count(best.orders, "order")
        ));
        if worst_each.minor > 2 * best_each.minor {
            stop.push(format!("“{}” as it is: {} an order, more than twice the best.", worst.title, worst_each));
        }
        next.push(format!("Run “{}” again with a holdout, so that its result becomes provable.", best.title));
    } else if let [(only, each)] = by_cost.as_slice() {
        keep.push(format!("“{}”: {} an order over {}.", only.title, each, count(only.orders, "order")));
        next.push(format!("Run “{}” again with a holdout, so that its result becomes provable.", only.title));
    }
    for concept in concepts {
        match concept.result {
            ResultWord::Won => keep.insert(0, format!("“{}”: it won against its baseline.", concept.title)),
            ResultWord::Lost => stop.insert(0, format!("“{}”: it lost against its baseline.", concept.title)),
            ResultWord::Futile => {
                stop.insert(0, format!("“{}”: what it set out to earn is out of reach.", concept.title))
            }
            _ => {}
        }
    }
    for concept in concepts.iter().filter(|concept| concept.result == ResultWord::NotTested) {
        next.push(format!("“{}” was never tested: run it, or drop it for good.", concept.title));
    }
    for concept in concepts.iter().filter(|c| c.spend_minor > 0 && c.orders == 0) {
        stop.push(format!("“{}”: {} spent, no order over its links.", concept.title, ctx.money(concept.spend_minor)));
    }
    let had = |check: &str| reviews.iter().flat_map(|review| &review.doc.lines).any(|line| line.check == check);
    if had("fatigue") {
        next.push("A second picture for each concept from day 5 on: click rates fell within the flight.".into());
    }
    if had("stock_out") {
        stop.push("Advertising products without two flights' worth of stock.".into());
    }
    if had("late_data") {
        next.push("Import the reports every morning before the review; days were missing.".into());
    }
    (keep, stop, next)
}

/// Suggestions that were accepted in a review and matter become action items of whoever accepted them.
fn actions(ctx: &Context, sprint: SprintId, reviews: &[ReviewView]) -> Vec<ActionItem> {
    let mut items: Vec<ActionItem> = Vec::new();
    for review in reviews {
        for decision in review.decisions.iter().filter(|decision| decision.accepted) {
            let line = review.doc.lines.iter().find(|line| line.key == decision.line_key);
            let Some(line) = line.filter(|line| line.severity == Severity::Act && !line.action.is_empty()) else {
                continue;
            };
            let text = format!("{} {}", line.sentence, line.action);
            if items.iter().any(|item| item.id == ActionId::derive(ctx.now, &[&sprint.to_string(), &line.key])) {
                continue;
            }
            items.push(ActionItem {
                id: ActionId::derive(ctx.now, &[&sprint.to_string(), &line.key]),
                text,
                owner: decision.actor.clone(),
                due_on: ctx.today().plus(DUE_DAYS),
                done: false,
            });
        }
    }
    items
}
