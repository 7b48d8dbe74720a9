//! Replay.

use askama::Template;

use super::JobView;
use crate::frame::Frame;

/// A miner's line.
#[derive(Debug, Clone, Default)]
pub struct ReplayLine {
    pub label: String,
    /// What it comes to, in a sentence.
    pub sentence: String,
    /// Fortnights heard, opportunities, people, expected, bought, any active customers, ratio, loudness.
    pub cells: [String; 8],
}

/// What the miners would have sized against what happened.
#[derive(Debug, Clone, Default)]
pub struct ReplayView {
    pub is_empty: bool,
    pub standing: String,
    /// How far off, as sized and with what was learnt; empty where nothing says.
    pub error: String,
    pub chart: String,
    pub lines: Vec<ReplayLine>,
    /// Miners that never spoke, and why.
    pub silent: Vec<(String, String)>,
    pub job: Option<JobView>,
    pub can_edit: bool,
}

pages! {
    /// Replay.
    ReplayPage(ReplayView) = "replay.html";
}
