//! What an import says it did.

use std::{fmt::Write as _, path::Path};

use domain::{Money, group_thousands};
use intake::{ImportReport, Span};
use serde::Serialize;

use crate::output::{Output, count, paragraph};

/// Rejected rows that are shown; all of them are in the file.
const SHOWN_REJECTS: usize = 3;

/// What several files add up to: their row counts, and the other figures summed over the files as read (an order that
/// is in two of them counts twice here; what all files together say is asked of `fortnight today`).
#[derive(Serialize)]
struct Sum<'r> {
    rows_read: u64,
    rows_taken: u64,
    rows_known: u64,
    rows_revised: u64,
    rows_rejected: u64,
    rows_skipped: u64,
    orders: u64,
    customers: u64,
    products: u64,
    gross_minor: i64,
    discounts_minor: i64,
    returns_minor: i64,
    adjustments_minor: i64,
    net_minor: i64,
    spend_minor: i64,
    currency: domain::Currency,
    span: Option<Span>,
    note: &'static str,
    files: &'r [ImportReport],
}

const NOTE: &str = "Row counts are what this import did. Orders, customers, products and money are summed over the \
                    files as read: what is in two files counts twice here, and once in Fortnight.";

/// Prints the object, or the closing sentence.
pub fn finish(reports: &[ImportReport], dry_run: bool, out: Output) {
    match (reports, out.json) {
        ([], _) => {}
        ([one], true) => out.put(one, |_| String::new()),
        (_, true) => out.put(&sum(reports), |_| String::new()),
        (many, false) => {
            let mut text = String::new();
            if many.len() > 1 {
                let all = sum(many);
                let _ = write!(
                    text,
                    "\n{} in all: {} read, {} taken, {} known, {} revised, {} rejected",
                    count(many.len() as u64, "file"),
                    count(all.rows_read, "row"),
                    group_thousands(all.rows_taken),
                    group_thousands(all.rows_known),
                    group_thousands(all.rows_revised),
                    group_thousands(all.rows_rejected),
                );
            }
            if dry_run {
                text.push_str("\nDry run: nothing was changed.");
            }
            if !text.is_empty() {
                crate::output::line(text.trim_end());
            }
        }
    }
}

fn sum(reports: &[ImportReport]) -> Sum<'_> {
    let rows = |of: fn(&ImportReport) -> u64| reports.iter().map(of).sum();
    let minor = |of: fn(&ImportReport) -> i64| reports.iter().map(of).sum();
    let spans = || reports.iter().filter_map(|report| report.span);
    let (from, to) = (spans().map(|span| span.from).min(), spans().map(|span| span.to).max());
    Sum {
        rows_read: rows(|report| report.rows_read),
        rows_taken: rows(|report| report.rows_taken),
        rows_known: rows(|report| report.rows_known),
        rows_revised: rows(|report| report.rows_revised),
        rows_rejected: rows(|report| report.rows_rejected),
        rows_skipped: rows(|report| report.rows_skipped),
        orders: rows(|report| report.orders),
        customers: rows(|report| report.customers),
        products: rows(|report| report.products),
        gross_minor: minor(|report| report.gross_minor),
        discounts_minor: minor(|report| report.discounts_minor),
        returns_minor: minor(|report| report.returns_minor),
        adjustments_minor: minor(|report| report.adjustments_minor),
        net_minor: minor(|report| report.net_minor),
        spend_minor: minor(|report| report.spend_minor),
        currency: reports[0].currency,
        span: from.zip(to).map(|(from, to)| Span { from, to }),
        note: NOTE,
        files: reports,
    }
}

/// One file in a few lines.
pub fn file(report: &ImportReport, data: &Path) -> String {
    let mut text = format!("{} · {}", report.file, report.kind);
    if let Some(span) = report.span {
        let _ = write!(text, " · {} to {}", span.from, span.to);
    }
    text.push('\n');
    let _ = writeln!(
        text,
        "  rows    {} read: {} taken, {} known, {} revised, {} rejected",
        group_thousands(report.rows_read),
        group_thousands(report.rows_taken),
        group_thousands(report.rows_known),
        group_thousands(report.rows_revised),
        group_thousands(report.rows_rejected),
    );
    let held: Vec<String> = [(report.orders, "order"), (report.customers, "customer"), (report.products, "product")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, one)| count(number, one))
        .collect();
    if !held.is_empty() {
        let _ = writeln!(text, "  holds   {}", held.join(", "));
    }
    let amounts = [
        ("gross", report.gross_minor),
        ("discounts", report.discounts_minor),
        ("returns", report.returns_minor),
        ("adjustments", report.adjustments_minor),
        ("net", report.net_minor),
        ("ad spend", report.spend_minor),
    ];
    let shown: Vec<String> = amounts
        .into_iter()
        .filter(|(_, minor)| *minor != 0)
        .map(|(name, minor)| format!("{name} {}", Money::new(minor, report.currency)))
        .collect();
    if !shown.is_empty() {
        let _ = writeln!(text, "  money   {}", shown.join(", "));
    }
    for reject in report.rejects.iter().take(SHOWN_REJECTS) {
        let place = match reject.column.as_str() {
            "" => format!("line {}: ", reject.line),
            column => format!("line {}, {column} `{}`: ", reject.line, reject.value),
        };
        text.push_str(&paragraph("  reject  ", "          ", &format!("{place}{}", reject.reason)));
    }
    if let Some(path) = &report.rejects_path {
        let _ = writeln!(text, "  all of them are in {}", data.join(path).display());
    }
    for note in &report.notes {
        text.push_str(&paragraph("  note    ", "          ", note));
    }
    text
}
