//! Recommendations: overview, placements, workbench, rules, and the sessions that models had better not learn from.

use askama::Template;

use super::{Badge, ChartView, Choice, Fact, JobView, Stat, Tab};
use crate::frame::Frame;

/// One condition of the data gate.
#[derive(Debug, Clone, Default)]
pub struct ConditionLine {
    pub what: String,
    pub there: String,
    pub needed: String,
    pub holds: bool,
    pub mend: String,
}

/// A member of the blend.
#[derive(Debug, Clone, Default)]
pub struct MemberLine {
    pub name: String,
    /// What it looks at, in a sentence.
    pub text: String,
    pub share: String,
    /// Per cent of the blend, 0 to 100.
    pub percent: u32,
}

/// A trained version.
#[derive(Debug, Clone, Default)]
pub struct TrainedLine {
    pub version: i64,
    pub state: Badge,
    pub model: String,
    pub trained: String,
    pub learnt: String,
    pub quality: String,
    pub size: String,
    /// Its file is there and it does not serve.
    pub can_serve: bool,
}

/// Two versions on one placement.
#[derive(Debug, Clone, Default)]
pub struct ContestView {
    pub text: String,
    pub href: String,
    pub net: String,
    pub range: String,
    pub grade: Badge,
    pub verdict: Badge,
    /// Version, shown, clicked, bought, revenue per visitor.
    pub lines: Vec<[String; 5]>,
}

/// Overview.
#[derive(Debug, Clone, Default)]
pub struct RecommendView {
    pub tabs: Vec<Tab>,
    pub headline: String,
    pub lede: String,
    /// Nothing was trained yet.
    pub is_new: bool,
    pub problem: String,
    pub job: Option<JobView>,
    pub gate_open: bool,
    pub gate_text: String,
    pub conditions: Vec<ConditionLine>,
    pub stats: Vec<Stat>,
    pub facts: Vec<Fact>,
    pub members: Vec<MemberLine>,
    pub quality: ChartView,
    pub versions: Vec<TrainedLine>,
    pub contests: Vec<ContestView>,
    /// Where a contest can begin, and with which versions.
    pub placements: Vec<Choice>,
    pub challengers: Vec<Choice>,
    pub can_contest: bool,
    pub can_train: bool,
    pub can_serve: bool,
    pub can_export: bool,
}

/// What one arm came to: name, answers, visitors, clicked, added, bought, revenue, margin, revenue per visitor.
#[derive(Debug, Clone, Default)]
pub struct ArmLine {
    pub name: String,
    pub note: String,
    pub cells: Vec<String>,
}

/// One placement.
#[derive(Debug, Clone, Default)]
pub struct PlacementCard {
    pub word: String,
    pub name: String,
    pub state: Badge,
    pub text: String,
    pub arms: Vec<ArmLine>,
    /// Why there are no figures.
    pub none: String,
    pub change_href: String,
    pub grade: Badge,
    pub net: String,
    pub range: String,
    pub svg: String,
    pub verdict: Badge,
    pub verdict_text: String,
    pub is_on: bool,
    pub items: String,
    pub holdout: String,
    pub window: String,
    pub baselines: Vec<Choice>,
    pub chosen: String,
}

/// Placements.
#[derive(Debug, Clone, Default)]
pub struct PlacementsView {
    pub tabs: Vec<Tab>,
    pub lede: String,
    pub problem: String,
    pub days: Vec<Tab>,
    pub columns: Vec<String>,
    pub cards: Vec<PlacementCard>,
    pub can_set: bool,
    pub note: String,
}

/// Somebody or something to look at.
#[derive(Debug, Clone, Default)]
pub struct PickLine {
    pub href: String,
    pub name: String,
    pub note: String,
}

/// What one member says of one product.
#[derive(Debug, Clone, Default)]
pub struct OpinionLine {
    pub model: String,
    pub share: String,
    /// Its place in the member's own list, or that it does not know it.
    pub rank: String,
    /// Its score by the member's own best, per cent.
    pub percent: u32,
}

/// A product of the blend's answer.
#[derive(Debug, Clone, Default)]
pub struct BlendLine {
    pub position: usize,
    pub href: String,
    pub title: String,
    pub note: String,
    pub reason: String,
    pub source: Badge,
    pub opinions: Vec<OpinionLine>,
    pub steps: Vec<String>,
}

/// A product of one member's own list.
#[derive(Debug, Clone, Default)]
pub struct MemberPick {
    pub rank: u32,
    pub title: String,
    /// Where the blend has it, or that it does not.
    pub note: String,
    pub is_in: bool,
}

/// What one member would show alone.
#[derive(Debug, Clone, Default)]
pub struct MemberColumn {
    pub name: String,
    pub share: String,
    pub picks: Vec<MemberPick>,
}

/// A product that was looked at and is not shown.
#[derive(Debug, Clone, Default)]
pub struct LeftOut {
    pub title: String,
    pub steps: Vec<String>,
}

/// Workbench.
#[derive(Debug, Clone, Default)]
pub struct WorkbenchView {
    pub modes: Vec<Tab>,
    /// `customer` or `product`.
    pub mode: &'static str,
    pub query: String,
    pub placements: Vec<Choice>,
    pub models: Vec<Choice>,
    /// Found by the query, or the newest where nothing was asked.
    pub found: Vec<PickLine>,
    pub found_note: String,
    pub problem: String,
    /// Nothing to look at: no model, no products.
    pub none: String,
    pub subject: String,
    pub subject_note: String,
    /// Product, then category and day.
    pub bought: Vec<[String; 2]>,
    pub made_by: Badge,
    pub notes: Vec<String>,
    pub blend: Vec<BlendLine>,
    pub members: Vec<MemberColumn>,
    pub left_out: Vec<LeftOut>,
    pub left_out_note: String,
}

/// A rule as it reads.
#[derive(Debug, Clone, Default)]
pub struct RuleLine {
    /// Its address in the rules, e.g. `pins.0`.
    pub path: String,
    pub text: String,
    pub place: String,
    pub state: Badge,
    /// Why it cannot be carried out.
    pub problem: String,
    pub is_paused: bool,
    pub can_pause: bool,
    pub can_remove: bool,
    pub can_rise: bool,
    pub can_sink: bool,
}

/// Rules of one rank.
#[derive(Debug, Clone, Default)]
pub struct RuleGroup {
    pub id: &'static str,
    pub heading: String,
    pub text: String,
    pub lines: Vec<RuleLine>,
    /// What can be added here.
    pub add: Vec<Choice>,
}

/// A field of a rule's form.
#[derive(Debug, Clone, Default)]
pub struct RuleField {
    pub id: String,
    pub label: String,
    pub hint: String,
    pub value: String,
    pub problem: String,
    /// `text`, `number`, `lines`, `check` or `list` (text with suggestions).
    pub kind: &'static str,
    pub on: bool,
}

/// Fields under a legend.
#[derive(Debug, Clone, Default)]
pub struct FieldGroup {
    pub legend: String,
    pub hint: String,
    pub fields: Vec<RuleField>,
}

/// The form of one rule.
#[derive(Debug, Clone, Default)]
pub struct RuleForm {
    pub path: String,
    pub title: String,
    pub text: String,
    pub groups: Vec<FieldGroup>,
    /// Where it holds; empty where it holds everywhere.
    pub placements: Vec<Choice>,
    pub problem: String,
    pub is_new: bool,
}

/// A product in a preview, with what became of it: `new`, `gone`, `up`, `down` or empty.
#[derive(Debug, Clone, Default)]
pub struct PreviewItem {
    pub title: String,
    pub mark: &'static str,
    pub word: String,
}

/// One customer before and after.
#[derive(Debug, Clone, Default)]
pub struct PreviewLine {
    pub href: String,
    pub who: String,
    pub note: String,
    pub now: Vec<PreviewItem>,
    pub then: Vec<PreviewItem>,
    pub is_same: bool,
}

/// A saved version of the rules.
#[derive(Debug, Clone, Default)]
pub struct RulesVersion {
    pub version: i64,
    pub note: String,
    pub saved: String,
    pub is_live: bool,
}

/// Rules.
#[derive(Debug, Clone, Default)]
pub struct RulesView {
    pub lede: String,
    pub problem: String,
    /// Changes that are not live; empty where there are none.
    pub changes: Vec<String>,
    pub draft_note: String,
    /// Somebody saved since the draft was begun.
    pub draft_warning: String,
    pub groups: Vec<RuleGroup>,
    pub form: Option<RuleForm>,
    /// Products with their titles, and known words, as suggestions.
    pub products: Vec<[String; 2]>,
    pub preview_places: Vec<Choice>,
    pub preview_who: String,
    pub preview: Vec<PreviewLine>,
    pub preview_note: String,
    pub is_previewed: bool,
    pub history: Vec<RulesVersion>,
    pub can_edit: bool,
    pub can_save: bool,
}

/// A visitor or customer whose sessions mislead.
#[derive(Debug, Clone, Default)]
pub struct SuspectLine {
    pub id: String,
    pub who: String,
    pub href: String,
    pub why: String,
    pub events: String,
    pub share: String,
    pub last: String,
}

/// Suspects of one kind.
#[derive(Debug, Clone, Default)]
pub struct SuspectGroup {
    pub id: &'static str,
    pub heading: String,
    pub text: String,
    pub sum: String,
    pub lines: Vec<SuspectLine>,
}

/// Data debugging.
#[derive(Debug, Clone, Default)]
pub struct SessionsView {
    pub tabs: Vec<Tab>,
    pub lede: String,
    pub problem: String,
    /// Nothing was imported or tracked yet.
    pub is_empty: bool,
    pub stats: Vec<Stat>,
    pub groups: Vec<SuspectGroup>,
    pub excluded: Vec<SuspectLine>,
    /// Exclusions that the model in service does not know yet.
    pub pending: String,
    pub can_exclude: bool,
}

pages! {
    /// Recommendations.
    RecommendPage(RecommendView) = "recommend.html";
    /// Placements.
    PlacementsPage(PlacementsView) = "recommend_placements.html";
    /// Workbench.
    WorkbenchPage(WorkbenchView) = "recommend_workbench.html";
    /// Rules.
    RulesPage(RulesView) = "recommend_rules.html";
    /// Sessions that mislead.
    SessionsPage(SessionsView) = "recommend_sessions.html";
}
