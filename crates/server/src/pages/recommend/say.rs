//! How models, ranks and people read.

use personalize::{Choice, rules::Source};
use store::recommend_models::ModelState;

use crate::{view, views::Badge};

/// A model for people: its name and what it looks at.
pub fn model(name: &str) -> (&'static str, &'static str) {
    match name {
        "popularity" => ("Best-sellers", "What sells most; newer sales count more."),
        "cosine" | "tfidf" | "lift" => {
            ("Viewed and bought together", "Products whose sessions overlap; those that everybody has count less.")
        }
        "rules" => ("What comes next", "Which product usually follows which."),
        "vsknn" => ("Sessions like this one", "What others went on to, who looked at the same."),
        "stan" | "vstan" | "vmis" => (
            "Sessions like this one, lately",
            "What others went on to, who looked at the same, in this order and lately.",
        ),
        "slis" | "slit" | "slist" => {
            ("Products that explain each other", "Weights between products, fitted all at once.")
        }
        "swalk" => ("A walk from session to session", "Where one gets to over several sessions, not only the next."),
        "auto" => ("The blend", "Several models, weighted by what they would have foreseen."),
        _ => ("Another model", "See `docs/recommend.md`."),
    }
}

/// The same with its name in the literature, for lists where two may stand side by side.
pub fn model_name(name: &str) -> String {
    format!("{} ({name})", model(name).0)
}

/// What serves a place, and what decided it.
pub fn chosen(choice: &Choice) -> String {
    let questions = view::count(choice.examples as i64);
    if choice.inherits {
        return format!(
            "No model was chosen for it: the newest visits asked {questions} questions of it, 200 are needed."
        );
    }
    let name = match choice.model.as_str() {
        "best-sellers" => "Best-sellers serve".to_owned(),
        other => format!("{} serves", model(other).0),
    };
    let found = view::percent(choice.hit_rate);
    format!(
        "{name} here: of {questions} questions out of the newest visits it had the answer among its first 20 in {found}."
    )
}

/// `1st`, `2nd`, `11th`.
pub fn ordinal(n: u32) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

/// Where a version stands.
pub fn state(state: ModelState) -> Badge {
    let (text, tone) = match state {
        ModelState::Active => ("Serves", "good"),
        ModelState::Challenger => ("Challenger", "accent"),
        ModelState::Ready => ("Ready", "line"),
        ModelState::Retired => ("Retired", "line"),
    };
    Badge { text: text.into(), tone, title: String::new() }
}

/// Where a product of a list comes from; nothing for the model's own.
pub fn source(source: Source) -> Badge {
    let (text, tone) = match source {
        Source::Model => ("", "line"),
        Source::Pin => ("Pinned", "accent"),
        Source::Fill => ("Filled in", "line"),
    };
    Badge { text: text.into(), tone, title: String::new() }
}

/// A text for the query of an address.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_and_addresses() {
        let ranks: Vec<String> = [1, 2, 3, 4, 11, 12, 13, 21, 102, 111].into_iter().map(ordinal).collect();
        assert_eq!(ranks, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"]);
        assert_eq!(encode("a b&ü"), "a%20b%26%C3%BC");
        assert_eq!(model("nobody").0, "Another model");
    }
}
