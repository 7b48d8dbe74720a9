//! Data: files that came in, imports, and the data gate.

use askama::Template;

use super::{Choice, JobView, Stat};
use crate::frame::Frame;

/// A field of ours with the file's columns to read it from.
#[derive(Debug, Clone, Default)]
pub struct FieldMap {
    pub name: String,
    pub label: String,
    pub columns: Vec<Choice>,
    pub needed: bool,
    /// Needed and not found.
    pub missing: bool,
}

/// A row that was not taken.
#[derive(Debug, Clone, Default)]
pub struct RejectLine {
    pub line: String,
    pub column: String,
    pub value: String,
    pub reason: String,
}

/// A file that was sent and waits for a decision.
#[derive(Debug, Clone, Default)]
pub struct PendingFile {
    pub key: String,
    pub name: String,
    pub size: String,
    pub recognised: bool,
    /// What it is, e.g. `Shopify orders export`.
    pub kind: String,
    pub sources: Vec<Choice>,
    /// Why it cannot be read as it is.
    pub problem: String,
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
    pub fields: Vec<FieldMap>,
    /// Fields read from columns, in a sentence.
    pub read: String,
    /// Checking or importing now.
    pub job: Option<JobView>,
    /// It is going in: nothing can be decided about it any more.
    pub importing: bool,
    /// What an import would do.
    pub check: Option<ImportResult>,
    pub href: String,
}

/// What an import did or would do.
#[derive(Debug, Clone, Default)]
pub struct ImportResult {
    pub name: String,
    pub kind: String,
    pub state: String,
    pub tone: &'static str,
    pub span: String,
    pub rows: Vec<Stat>,
    pub money: Vec<Stat>,
    pub notes: Vec<String>,
    pub rejects: Vec<RejectLine>,
    pub rejected: String,
    pub rejects_href: String,
    pub href: String,
    /// It ended with an error, which is this.
    pub failure: String,
}

/// A line of the list of imports.
#[derive(Debug, Clone, Default)]
pub struct ImportLine {
    pub name: String,
    pub href: String,
    pub source: String,
    pub at: String,
    pub state: String,
    pub tone: &'static str,
    pub numbers: Vec<String>,
    pub net: String,
}

/// One number that a verdict rests on.
#[derive(Debug, Clone, Default)]
pub struct GateNumber {
    pub value: String,
    pub label: String,
    pub needs: String,
    pub enough: bool,
}

/// What one capability may do.
#[derive(Debug, Clone, Default)]
pub struct CapabilityLine {
    pub name: String,
    /// `pass`, `warn` or `block`.
    pub state: &'static str,
    pub tone: &'static str,
    pub word: String,
    pub why: String,
    pub numbers: Vec<GateNumber>,
    pub mend: String,
}

/// Imports and the data gate.
#[derive(Debug, Clone, Default)]
pub struct DataView {
    pub is_empty: bool,
    pub pending: Vec<PendingFile>,
    /// How many of them can go in with one button; shown from two on.
    pub ready: usize,
    pub results: Vec<ImportResult>,
    pub gates: Vec<CapabilityLine>,
    pub gate_line: String,
    pub imports: Vec<ImportLine>,
}

/// One import as a page.
#[derive(Template)]
#[template(path = "data_import.html")]
pub struct ImportPage {
    pub frame: Frame,
    pub result: ImportResult,
    pub at: String,
    pub facts: Vec<(&'static str, String)>,
    /// What undoing it did; empty where it stands.
    pub undone: String,
    /// Where to undo it; empty where that is not offered.
    pub undo_href: String,
}

/// A kind of order with its sums.
#[derive(Debug, Clone, Default)]
pub struct OrderKindLine {
    /// The word of the kind; empty for ordinary orders.
    pub key: &'static str,
    pub name: &'static str,
    /// Orders, lines, net.
    pub counts: [String; 3],
    /// The same under the rules of the form, where they are tried.
    pub tried: [String; 3],
    pub is_moved: bool,
}

/// A rule of the form.
#[derive(Debug, Clone, Default)]
pub struct OrderRuleRow {
    /// Its place, from 1.
    pub place: usize,
    pub title: String,
    pub said: String,
    pub classes: Vec<Choice>,
    pub fields: Vec<Choice>,
    /// One text a line.
    pub texts: String,
    pub lines: usize,
    pub problem: String,
}

/// A version that was saved.
#[derive(Debug, Clone, Default)]
pub struct OrderRulesVersion {
    pub name: String,
    pub note: String,
    pub saved: String,
    pub rules: String,
}

/// Kinds of orders.
#[derive(Debug, Clone, Default)]
pub struct OrdersView {
    pub standing: String,
    /// No order came in so far.
    pub is_empty: bool,
    /// The number that the next version gets.
    pub next: i64,
    pub problem: String,
    pub is_tried: bool,
    /// What trying came to.
    pub tried: String,
    pub kinds: Vec<OrderKindLine>,
    /// What is counted of each.
    pub columns: [&'static str; 3],
    /// All orders, lines, net.
    pub total: [String; 3],
    pub rules: Vec<OrderRuleRow>,
    pub note: String,
    pub history: Vec<OrderRulesVersion>,
}
