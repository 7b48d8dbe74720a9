//! Launch and review.

use super::{Choice, GateView};

/// A budget the form edits.
#[derive(Debug, Clone, Default)]
pub struct BudgetView {
    pub key: String,
    pub label: String,
    pub hint: String,
    pub value: String,
}

/// An exported file.
#[derive(Debug, Clone, Default)]
pub struct FileView {
    pub name: String,
    pub href: String,
    pub size: String,
}

/// An entry of the ledger.
#[derive(Debug, Clone, Default)]
pub struct ChangeView {
    pub id: String,
    pub name: String,
    pub metric: String,
    pub baseline: String,
    pub starts: String,
    pub kill: String,
    pub state: String,
    pub tone: &'static str,
    pub kill_href: String,
    pub dialog: String,
}

/// Checks, budget, export, ledger.
#[derive(Debug, Clone, Default)]
pub struct LaunchView {
    pub verdict: String,
    pub gates: Vec<GateView>,
    pub passed: String,
    pub blocked: usize,
    pub blocked_text: String,
    pub budgets: Vec<BudgetView>,
    pub budget_sum: String,
    pub budget_href: String,
    pub files: Vec<FileView>,
    pub exported: String,
    pub changes: Vec<ChangeView>,
    pub can_edit: bool,
    pub can_export: bool,
    pub can_go_live: bool,
    pub can_kill: bool,
    pub export_href: String,
    pub live_href: String,
    pub studio_href: String,
    pub today: String,
}

/// A line of the review.
#[derive(Debug, Clone, Default)]
pub struct ReviewLine {
    pub key: String,
    pub title: String,
    pub text: String,
    pub tone: &'static str,
    pub suggestion: String,
    pub evidence: String,
    pub decided: String,
    pub open: bool,
    pub dialog: String,
}

/// A day of the review's table.
#[derive(Debug, Clone, Default)]
pub struct MerDay {
    pub day: String,
    pub net: String,
    pub spend: String,
    pub mer: String,
    pub range: String,
}

/// The daily review.
#[derive(Debug, Clone, Default)]
pub struct ReviewView {
    pub heading: String,
    pub lede: String,
    pub is_empty: bool,
    pub empty_title: String,
    pub empty_text: String,
    pub empty_href: String,
    pub empty_action: String,
    pub day: String,
    pub days: Vec<Choice>,
    pub lines: Vec<ReviewLine>,
    pub can_edit: bool,
    pub can_run: bool,
    pub run_href: String,
    pub decide_href: String,
    pub series: String,
    pub chart: String,
    pub chart_title: String,
    pub chart_note: String,
    pub band_label: String,
    pub no_chart: String,
    pub table: Vec<MerDay>,
    pub unchecked: Vec<(String, String)>,
}
