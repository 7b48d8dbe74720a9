//! The judge's pages: what was earned, the ledger, one change, what is off, the judge's health, the plan.

use askama::Template;

use super::{Stat, Tab};
use crate::frame::Frame;

/// A badge with its tone and what it stands for.
#[derive(Debug, Clone, Default)]
pub struct Badge {
    pub text: String,
    pub tone: &'static str,
    pub title: String,
}

/// A change in a table.
#[derive(Debug, Clone, Default)]
pub struct ChangeLine {
    pub href: String,
    pub name: String,
    /// Kind and owner.
    pub note: String,
    pub grade: Badge,
    /// Net money with its range, or why there is none.
    pub net: String,
    pub range: String,
    /// The range on the table's scale; empty where there is none.
    pub svg: String,
    pub cost: String,
    pub verdict: Badge,
    pub decision: String,
}

/// Lines under a heading.
#[derive(Debug, Clone, Default)]
pub struct ChangeGroup {
    pub id: &'static str,
    pub heading: String,
    pub text: String,
    pub sum: String,
    pub lines: Vec<ChangeLine>,
}

/// Earned.
#[derive(Debug, Clone, Default)]
pub struct EarnedView {
    pub headline: String,
    pub lede: String,
    pub stats: Vec<Stat>,
    pub is_empty: bool,
    pub groups: Vec<ChangeGroup>,
    /// Ends of the shared scale.
    pub scale: String,
    pub asks: String,
    pub always_on: String,
    pub killed_text: String,
    pub lifts: Vec<[String; 4]>,
}

/// A question to an owner.
#[derive(Debug, Clone, Default)]
pub struct AskLine {
    pub href: String,
    pub name: String,
    pub owner: String,
    pub question: String,
    pub text: String,
    pub off_on: String,
}

/// An instruction to a person.
#[derive(Debug, Clone, Default)]
pub struct TaskLine {
    pub href: String,
    pub confirm_href: String,
    pub target: String,
    pub text: String,
    pub since: String,
    pub done: String,
}

/// A line of the ledger.
#[derive(Debug, Clone, Default)]
pub struct LedgerLine {
    pub line: ChangeLine,
    pub state: Badge,
    pub starts: String,
    pub off_on: String,
    pub metric: String,
}

/// The ledger.
#[derive(Debug, Clone, Default)]
pub struct LedgerView {
    pub lede: String,
    pub is_empty: bool,
    pub filters: Vec<Tab>,
    pub asks: Vec<AskLine>,
    pub tasks: Vec<TaskLine>,
    pub lines: Vec<LedgerLine>,
    pub can_confirm: bool,
}

/// A label with its value and a note.
#[derive(Debug, Clone, Default)]
pub struct Fact {
    pub label: String,
    pub value: String,
    pub note: String,
}

impl Fact {
    /// A fact without a note.
    pub fn new(label: &str, value: impl Into<String>) -> Fact {
        Fact { label: label.into(), value: value.into(), note: String::new() }
    }

    /// A fact with a note.
    pub fn noted(label: &str, value: impl Into<String>, note: impl Into<String>) -> Fact {
        Fact { note: note.into(), ..Fact::new(label, value) }
    }
}

/// A chart with its table.
#[derive(Debug, Clone, Default)]
pub struct ChartView {
    pub svg: String,
    pub title: String,
    pub note: String,
    /// Why there is no chart.
    pub none: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// One change.
#[derive(Debug, Clone, Default)]
pub struct ChangePageView {
    pub id: String,
    pub name: String,
    pub hypothesis: String,
    pub state: Badge,
    pub grade: Badge,
    pub verdict: Badge,
    pub verdict_title: String,
    pub verdict_text: String,
    pub method: String,
    /// What a reader must know beside the word; tone and text.
    pub notes: Vec<Badge>,
    pub stats: Vec<Stat>,
    pub facts: Vec<Fact>,
    pub plan: Vec<Fact>,
    pub net: ChartView,
    pub z: ChartView,
    pub is_randomised: bool,
    /// By region: what they took beside what the regions it is compared with took.
    pub compared: ChartView,
    pub weights: Vec<[String; 2]>,
    /// Switched on and off: which days, and their tone.
    pub schedule: Vec<Badge>,
    pub exposures: Vec<Vec<String>>,
    pub exposures_note: String,
    pub srm: Fact,
    pub srm_tone: &'static str,
    pub costs: Vec<[String; 4]>,
    pub cost_sum: String,
    pub decisions: Vec<[String; 4]>,
    pub verdicts: Vec<Vec<String>>,
    pub tasks: Vec<TaskLine>,
    pub ask: String,
    pub can_kill: bool,
    pub can_keep: bool,
    pub can_confirm: bool,
    /// Why it cannot be kept, where it runs.
    pub no_keep: String,
    pub kill_text: String,
    pub keep_until: String,
    pub keep_first: String,
    pub keep_last: String,
    pub keep_cap: String,
    pub keep_hint: String,
    pub currency: String,
    pub sprint_href: String,
}

/// A change that is off.
#[derive(Debug, Clone, Default)]
pub struct KilledLine {
    pub href: String,
    pub name: String,
    pub note: String,
    pub when: String,
    pub why: String,
    pub grade: Badge,
    pub verdict: Badge,
    pub cost: String,
    pub saved: String,
    pub range: String,
    pub open: String,
}

/// What is off.
#[derive(Debug, Clone, Default)]
pub struct KilledView {
    pub headline: String,
    pub lede: String,
    pub stats: Vec<Stat>,
    pub lines: Vec<KilledLine>,
}

/// The judge's health.
#[derive(Debug, Clone, Default)]
pub struct HealthView {
    pub lede: String,
    pub cards: Vec<HealthCard>,
    pub can_check: bool,
    pub checked: String,
}

/// One question to the judge.
#[derive(Debug, Clone, Default)]
pub struct HealthCard {
    pub question: String,
    pub value: String,
    pub pill: Badge,
    pub text: String,
    pub next: String,
}

/// A choice that a plan offers.
#[derive(Debug, Clone, Default)]
pub struct PlanOption {
    pub key: String,
    pub label: String,
    pub text: String,
}

/// Splitting by region or by days, before the start.
#[derive(Debug, Clone, Default)]
pub struct SplitPlan {
    /// This is what the page is asked.
    pub on: bool,
    pub days: String,
    /// Why there is nothing by region.
    pub refusal: String,
    pub options: Vec<PlanOption>,
    /// Regions: name, net a day, days with sales, whether it can be compared.
    pub regions: Vec<[String; 4]>,
    /// Registered changes that have not begun: id and name.
    pub waiting: Vec<[String; 2]>,
    pub from: String,
    pub first: String,
}

/// The plan before the start.
#[derive(Debug, Clone, Default)]
pub struct PlanView {
    pub tabs: Vec<Tab>,
    pub source: String,
    pub units: String,
    pub mean: String,
    pub sd: String,
    pub conversion: String,
    pub lift: String,
    pub days: String,
    pub unit: String,
    pub currency: String,
    pub problem: String,
    pub headline: String,
    pub answer: String,
    pub tone: &'static str,
    pub stats: Vec<Stat>,
    pub curve: ChartView,
    pub options: Vec<PlanOption>,
    pub choices: Vec<[String; 3]>,
    pub can_choose: bool,
    pub split: SplitPlan,
}

pages! {
    /// Earned.
    EarnedPage(EarnedView) = "measure.html";
    /// Ledger.
    LedgerPage(LedgerView) = "measure_ledger.html";
    /// One change.
    ChangePage(ChangePageView) = "measure_change.html";
    /// Killed.
    KilledPage(KilledView) = "measure_killed.html";
    /// Health of the judge.
    HealthPage(HealthView) = "measure_health.html";
    /// Plan.
    PlanPage(PlanView) = "measure_plan.html";
}
