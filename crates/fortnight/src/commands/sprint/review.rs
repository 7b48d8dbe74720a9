//! `sprint review`: the morning's review.

use domain::SprintId;
use sprint::{
    Context,
    review::{self, ReviewView, Severity},
};

use crate::{
    failure::Failure,
    output::{Output, paragraph, row, table},
};

/// Makes today's review and prints it.
pub(super) async fn run(ctx: &Context, id: SprintId, out: Output) -> Result<(), Failure> {
    let view = review::run(ctx, id).await?;
    out.put(&view, text);
    Ok(())
}

fn text(view: &ReviewView) -> String {
    let doc = &view.doc;
    let mut text = format!("Review of {}, day {} of {}\n\n", doc.day, doc.flight_day, doc.flight_days);
    let mut rows = vec![row(["figure", "is", "expected", ""])];
    for figure in &doc.figures {
        let mut label = figure.label.clone();
        if figure.is_provisional {
            label.push_str(" *");
        }
        let verdict = match figure.is_expected {
            Some(true) => "as expected",
            Some(false) => "not as expected",
            None => "",
        };
        rows.push(row([&label, &figure.value, &figure.expected, verdict]));
    }
    if rows.len() > 1 {
        text.push_str(&table(&rows));
        if doc.figures.iter().any(|figure| figure.is_provisional) {
            let from = doc.provisional_from;
            text.push_str(&format!("* provisional: platforms restate days from {from} on\n"));
        }
        text.push('\n');
    }
    for (index, line) in doc.lines.iter().enumerate() {
        let word = match line.severity {
            Severity::Act => "act",
            Severity::Watch => "watch",
            Severity::Fine => "fine",
        };
        let indent = "         ";
        text.push_str(&paragraph(&format!("{}. {word:<6}", index + 1), indent, &line.sentence));
        if let Some(cause) = &line.cause {
            text.push_str(&paragraph(indent, indent, cause));
        }
        if !line.action.is_empty() {
            text.push_str(&paragraph("       → ", indent, &line.action));
        }
    }
    if doc.held_back > 0 {
        text.push_str(&format!("\n{} more lines come up again tomorrow if they still hold.\n", doc.held_back));
    }
    if !doc.not_checked.is_empty() {
        text.push('\n');
        for one in &doc.not_checked {
            text.push_str(&paragraph("- ", "  ", &one.why));
        }
    }
    text
}
