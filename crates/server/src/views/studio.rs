//! Studio.

use super::{Choice, JobView, Tab};

/// A line of copy with its limit and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct SlotView {
    pub key: String,
    pub label: String,
    pub text: String,
    pub used: usize,
    pub limit: usize,
    pub over: bool,
    pub findings: Vec<String>,
}

/// Lines that belong together.
#[derive(Debug, Clone, Default)]
pub struct GroupView {
    pub label: String,
    pub slots: Vec<SlotView>,
}

/// A drafted ad or e-mail.
#[derive(Debug, Clone, Default)]
pub struct DraftView {
    pub id: String,
    pub channel: String,
    pub variant: String,
    pub provenance: String,
    pub groups: Vec<GroupView>,
    pub blocked: usize,
    pub blocked_text: String,
    pub approved: String,
    pub can_approve: bool,
    pub can_withdraw: bool,
    pub note: String,
    pub rejected: Vec<(String, String)>,
    pub save_href: String,
    pub approve_href: String,
    pub withdraw_href: String,
    pub prompt_href: String,
    pub paste_href: String,
    pub paste_id: String,
    pub history_href: String,
}

/// The studio.
#[derive(Debug, Clone, Default)]
pub struct StudioView {
    pub can_generate: bool,
    pub can_edit: bool,
    pub generate_href: String,
    pub models: Vec<Choice>,
    pub job: Option<JobView>,
    pub concepts: Vec<Tab>,
    pub progress: String,
    pub drafts: Vec<DraftView>,
    pub empty_title: String,
    pub empty_text: String,
    pub empty_href: String,
    pub empty_action: String,
}

/// A prompt to copy, in a sheet.
#[derive(askama::Template)]
#[template(path = "prompt_sheet.html")]
pub struct PromptSheet {
    pub title: String,
    pub about: String,
    pub text: String,
}

/// A change of a draft with its difference.
#[derive(Debug, Clone, Default)]
pub struct EditLine {
    pub what: String,
    pub pieces: Vec<sprint::studio::Piece>,
    pub href: String,
}

/// What people did to a draft, in a sheet.
#[derive(askama::Template)]
#[template(path = "history_sheet.html")]
pub struct HistorySheet {
    pub title: String,
    pub csrf: String,
    pub provenance: Vec<String>,
    pub edits: Vec<EditLine>,
}
