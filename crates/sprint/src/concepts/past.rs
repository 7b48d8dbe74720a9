//! What earlier concepts came to, as far as the judge decided it: it moves the sheet a little, and every card says why.

use domain::sprint::{Angle, Concept, ResultWord};
use measure::Lesson;
use store::concepts::{self as rows, idea_key};

use crate::{Context, SprintError, verdict};

/// How far the past may move a candidate's relevance (0 to 1): less than a band of its pool.
const MOST: f64 = 0.12;
/// A shrunk lift that counts in full.
const FULL_LIFT: f64 = 0.2;
/// What a win of the same people by the same angle counts for another product: less than for the idea itself, or its
/// relatives would take its place under the rules of variety.
const RELATIVE: f64 = 0.5;
/// What a win of the same angle for other people, or of the same people by another angle, counts.
const DISTANT: f64 = 0.2;

/// One concept that ran, with what the judge says.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    /// Product set × segment × angle.
    pub idea_key: String,
    /// Its title.
    pub title: String,
    /// Whom it was for.
    pub segment: String,
    /// Its angle.
    pub angle: Angle,
    /// The judge's word.
    pub word: ResultWord,
    /// The lift to learn from; shrunk over the brand's past changes.
    pub lift: Option<f64>,
    /// Lift, range and grade in words.
    pub words: String,
}

/// What earlier concepts came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Past {
    /// Everything that ran and was read, newest first.
    pub ran: Vec<Ran>,
}

impl Past {
    /// Reads the ledger and the concepts that its changes carry out.
    ///
    /// # Errors
    /// The database refused.
    pub async fn load(ctx: &Context) -> Result<Past, SprintError> {
        let mut ran = Vec::new();
        for lesson in measure::lessons(&ctx.store, ctx.today()).await? {
            let Some(id) = lesson.entry.change.concept.filter(|_| lesson.word != ResultWord::NotTested) else {
                continue;
            };
            if let Some(row) = rows::get(&ctx.store, id).await? {
                ran.push(told(ctx, &lesson, &row.concept));
            }
        }
        Ok(Past { ran })
    }

    /// How much the past moves a candidate, −[`MOST`] to [`MOST`]. An idea that ran itself counts for itself alone;
    /// else wins of its angle and of its people count in part. What is not decided moves nothing.
    pub(super) fn moves(&self, idea_key: &str, segment: &str, angle: Angle) -> f64 {
        let size = |ran: &Ran| match ran.word {
            ResultWord::Won => (ran.lift.unwrap_or(0.0) / FULL_LIFT).clamp(0.25, 1.0),
            ResultWord::Lost => -1.0,
            ResultWord::Futile => -0.5,
            _ => 0.0,
        };
        if let Some(own) = self.ran.iter().find(|ran| ran.idea_key == idea_key) {
            return MOST * size(own);
        }
        let share = |ran: &Ran| match (ran.segment == segment, ran.angle == angle) {
            (true, true) => RELATIVE,
            (true, false) | (false, true) => DISTANT,
            (false, false) => 0.0,
        };
        // A loss of the angle elsewhere says little of it here: only wins travel.
        let best = self.ran.iter().filter(|ran| ran.word == ResultWord::Won).map(|ran| share(ran) * size(ran));
        MOST * best.fold(0.0, f64::max)
    }

    /// What a card says of the past: its own verdict where the idea ran before, else the win that raised it.
    pub fn says(&self, concept: &Concept) -> Option<String> {
        let key = idea_key(concept);
        if let Some(own) = self.ran.iter().find(|ran| ran.idea_key == key) {
            return Some(format!("Ran before: it {}", own.words));
        }
        let shared = |ran: &&Ran| match (ran.segment == concept.segment, ran.angle == concept.angle) {
            (true, true) => Some("the same people and angle"),
            (true, false) => Some("the same people"),
            (false, true) => Some("the same angle"),
            (false, false) => None,
        };
        let wins = self.ran.iter().filter(|ran| ran.word == ResultWord::Won);
        let closest = wins.filter_map(|ran| shared(&ran).map(|why| (ran, why))).min_by_key(|(_, why)| {
            ["the same people and angle", "the same people", "the same angle"].iter().position(|known| known == why)
        });
        closest.map(|(ran, why)| format!("Won before, {why}: “{}” {}", ran.title, ran.words))
    }
}

fn told(ctx: &Context, lesson: &Lesson, concept: &Concept) -> Ran {
    let change = &lesson.entry.change;
    let parts: Vec<String> = [verdict::lift(lesson), verdict::net(ctx, lesson)].into_iter().flatten().collect();
    let figures = if parts.is_empty() { String::new() } else { format!(", {}", parts.join(", ")) };
    Ran {
        idea_key: idea_key(concept),
        title: concept.title.clone(),
        segment: concept.segment.clone(),
        angle: concept.angle,
        word: lesson.word,
        lift: lesson.lift.or(lesson.observed_lift),
        words: format!("{}{figures} ({}).", verdict::word(lesson.word), verdict::grade(change.baseline_grade)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(key: &str, segment: &str, angle: Angle, word: ResultWord, lift: f64) -> Ran {
        let words = format!("{}, +9 % [2, 17], shrunk (randomised holdout, grade A).", verdict::word(word));
        let (idea_key, title, segment) = (key.into(), format!("Title of {key}"), segment.into());
        Ran { idea_key, title, segment, angle, word, lift: Some(lift), words }
    }

    #[test]
    fn only_decided_changes_move_a_candidate_and_never_far() {
        let past = Past {
            ran: vec![
                ran("own-won", "lapsed", Angle::Craft, ResultWord::Won, 0.1),
                ran("own-lost", "due", Angle::Value, ResultWord::Lost, -0.1),
                ran("own-futile", "due", Angle::Urgency, ResultWord::Futile, 0.0),
                ran("own-open", "due", Angle::Season, ResultWord::NotYetProvable, 0.6),
            ],
        };
        for (key, segment, angle, wanted) in [
            ("own-won", "lapsed", Angle::Craft, 0.06),
            ("own-lost", "due", Angle::Value, -0.12),
            ("own-futile", "due", Angle::Urgency, -0.06),
            ("own-open", "due", Angle::Season, 0.0),
            ("new", "lapsed", Angle::Craft, 0.03),
            ("new", "lapsed", Angle::Value, 0.012),
            ("new", "due", Angle::Craft, 0.012),
            ("new", "due", Angle::Value, 0.0),
        ] {
            let moved = past.moves(key, segment, angle);
            assert!((moved - wanted).abs() < 1e-12, "{key} {segment} {angle:?}: {moved}");
        }
        assert_eq!(Past::default().moves("own-won", "lapsed", Angle::Craft), 0.0);
    }
}
