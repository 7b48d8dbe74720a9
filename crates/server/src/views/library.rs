//! The prompt library: the shelf, and one template with its versions.

use askama::Template;

use super::{Choice, Tab};
use crate::frame::Frame;

/// A template on the shelf.
#[derive(Debug, Clone, Default)]
pub struct PromptLine {
    pub href: String,
    pub name: String,
    pub version: String,
    pub labels: Vec<String>,
    pub excerpt: String,
    pub changed: String,
    pub drafts: String,
    pub approved: String,
    pub kept: String,
    /// The current sprint's drafts are made with it.
    pub chosen: String,
}

/// The shelf.
#[derive(Debug, Clone, Default)]
pub struct LibraryView {
    pub prompts: Vec<PromptLine>,
    pub labels: Vec<Tab>,
    pub problem: String,
    pub draft: PromptDraft,
}

/// What somebody wrote and could not be kept as it is.
#[derive(Debug, Clone, Default)]
pub struct PromptDraft {
    pub name: String,
    pub labels: String,
    pub note: String,
    pub body: String,
    pub markdown: String,
}

/// A version in the list of a template.
#[derive(Debug, Clone, Default)]
pub struct VersionLine {
    pub number: u32,
    pub note: String,
    pub by: String,
    pub evidence: String,
    pub href: String,
    pub diff_href: String,
    pub markdown_href: String,
    pub shown: bool,
    pub chosen: bool,
}

/// A stretch of a difference: `kind` is `same`, `added` or `removed`.
#[derive(Debug, Clone, Default)]
pub struct DiffPiece {
    pub kind: &'static str,
    pub text: String,
}

/// One template.
#[derive(Debug, Clone, Default)]
pub struct PromptPageView {
    pub id: String,
    pub name: String,
    pub labels: Vec<String>,
    pub number: u32,
    pub newest: u32,
    pub note: String,
    pub by: String,
    pub body: String,
    pub versions: Vec<VersionLine>,
    pub from: Vec<Choice>,
    pub to: Vec<Choice>,
    /// The difference in a sentence; empty where no two versions are compared.
    pub diff_title: String,
    pub diff: Vec<DiffPiece>,
    /// `Sprint 4`, where there is one to use it in.
    pub sprint: String,
    pub chosen: String,
    pub choose_href: String,
    pub can_choose: bool,
    pub problem: String,
    pub draft: PromptDraft,
}

/// One template as a page.
#[derive(Template)]
#[template(path = "library_prompt.html")]
pub struct PromptPage {
    pub frame: Frame,
    pub view: PromptPageView,
}
