//! What stands on a concept's card, and nothing else: six things. The rest is one click away.

use domain::sprint::{Band, Concept};
use serde::Serialize;

/// The face of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Face {
    /// The idea in a few words.
    pub title: String,
    /// The human insight, preferably a customer's words.
    pub insight: String,
    /// What holds in these weeks that did not before; empty on an own idea of which nobody said.
    pub why_now: String,
    /// The first line a customer would read.
    pub hook: String,
    /// Whom it is for, counted.
    pub who: String,
    /// What may be expected: the verdict of an earlier run, a prediction, or a band with its reason.
    pub expect: String,
}

/// The face of a concept; `before` is what it or its like came to.
pub fn face(concept: &Concept, before: Option<&str>) -> Face {
    let people = domain::group_thousands(concept.pool.people.unsigned_abs());
    let people = if concept.pool.people == 1 { "1 person".to_owned() } else { format!("{people} people") };
    Face {
        title: concept.title.clone(),
        insight: concept.insight.clone(),
        why_now: concept.why_now.clone(),
        hook: concept.hook.clone(),
        who: match concept.pool.people {
            0 => format!("{}, not counted", concept.segment),
            _ => format!("{}, {people}", concept.segment),
        },
        expect: expect(concept, before),
    }
}

fn expect(concept: &Concept, before: Option<&str>) -> String {
    let stated = concept.expect.as_ref().map(|expect| match &expect.predicted {
        Some(it) => format!(
            "{} % return against your other ads [{}, {}], from {} past ads. Grade D: a forecast, never a win.",
            signed(it.percent),
            signed(it.low_percent),
            signed(it.high_percent),
            it.past_ads
        ),
        None => format!("{}: {}", band(expect.band), expect.reason),
    });
    match (before, stated) {
        (Some(before), _) => before.to_owned(),
        (None, stated) => stated.unwrap_or_default(),
    }
}

fn signed(percent: i32) -> String {
    format!("{percent:+}").replace('-', "\u{2212}")
}

/// A band in words.
pub fn band(band: Band) -> &'static str {
    match band {
        Band::A => "Band A",
        Band::B => "Band B",
        Band::C => "Band C",
    }
}
