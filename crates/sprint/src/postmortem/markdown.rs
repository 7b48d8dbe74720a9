//! The post-mortem as a text to send around.

use domain::sprint::ResultWord;

use super::doc::PostMortemDoc;
use crate::ask::{day_words, days_in_words};

/// The document as Markdown, with who signed it where somebody did.
pub(super) fn write(title: &str, doc: &PostMortemDoc, signed: Option<(&str, domain::Day)>) -> String {
    let mut out = format!("# Post-mortem: {title}\n\n{} to {}", day_words(doc.window.from), day_words(doc.window.to));
    out.push_str(&format!(", beside {}.\n\n{}\n\n", doc.before_label, doc.headline));
    if doc.is_provisional {
        out.push_str("Provisional: orders of the last days may still be restated.\n\n");
    }
    out.push_str(&format!("{}\n\n## Scorecard\n\n| | this sprint | before |\n| --- | --- | --- |\n", doc.summary));
    for row in &doc.scorecard {
        out.push_str(&format!("| {} | {} | {} |\n", row.label, row.now, row.before));
    }
    out.push('\n');
    for row in doc.scorecard.iter().filter(|row| !row.note.is_empty()) {
        out.push_str(&format!("- {}: {}\n", row.label, row.note));
    }
    out.push_str(&format!("\n{}\n\n## Concepts\n\n", doc.caution));
    for concept in &doc.concepts {
        let word = match concept.result {
            ResultWord::Won => "won",
            ResultWord::Lost => "lost",
            ResultWord::Futile => "futile",
            ResultWord::NotYetProvable => "not yet provable",
            ResultWord::NotTested => "not tested",
        };
        out.push_str(&format!("- **{}** ({word}): {}\n", concept.title, concept.sentence));
    }
    out.push_str(&format!("\n## Time\n\n{}\n\n", doc.time_sentence));
    for stage in &doc.stages {
        out.push_str(&format!("- {}: {}\n", stage.stage, days_in_words(stage.days)));
    }
    for (heading, items) in [("Keep", &doc.keep), ("Stop", &doc.stop), ("Try", &doc.try_next)] {
        if !items.is_empty() {
            out.push_str(&format!("\n## {heading}\n\n"));
            items.iter().for_each(|item| out.push_str(&format!("- {item}\n")));
        }
    }
    if !doc.actions.is_empty() {
        out.push_str("\n## Actions\n\n");
        for action in &doc.actions {
            out.push_str(&format!("- {} ({}, by {})\n", action.text, action.owner, day_words(action.due_on)));
        }
    }
    match signed {
        Some((by, on)) => out.push_str(&format!("\nSigned by {by} on {}.\n", day_words(on))),
        None => out.push_str("\nNot signed yet.\n"),
    }
    out
}
