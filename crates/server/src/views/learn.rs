//! Post-mortem.

/// A figure of the scorecard.
#[derive(Debug, Clone, Default)]
pub struct ScoreRow {
    pub label: String,
    pub note: String,
    pub now: String,
    pub before: String,
    pub change: String,
    pub href: String,
}

/// What became of a concept.
#[derive(Debug, Clone, Default)]
pub struct ConceptResult {
    pub name: String,
    pub note: String,
    pub spend: String,
    pub orders: String,
    pub revenue: String,
    pub claimed: String,
    pub result: String,
    pub href: String,
}

/// An action item.
#[derive(Debug, Clone, Default)]
pub struct ActionView {
    pub text: String,
    pub owner: String,
    pub due: String,
    pub done: bool,
    pub href: String,
}

/// A passage that people write.
#[derive(Debug, Clone, Default)]
pub struct Passage {
    pub key: String,
    pub label: String,
    pub text: String,
}

/// The post-mortem.
#[derive(Debug, Clone, Default)]
pub struct PostMortemView {
    pub status: String,
    pub is_empty: bool,
    pub empty_title: String,
    pub empty_text: String,
    pub can_draft: bool,
    pub can_edit: bool,
    pub can_sign: bool,
    pub can_act: bool,
    pub draft_href: String,
    pub save_href: String,
    pub sign_href: String,
    pub action_href: String,
    pub compared: String,
    pub against: String,
    pub scores: Vec<ScoreRow>,
    pub bets: String,
    pub concepts: Vec<ConceptResult>,
    pub time_note: String,
    pub time_svg: String,
    pub times: Vec<(String, String, String)>,
    pub actions: Vec<ActionView>,
    pub text_note: String,
    pub sections: Vec<Passage>,
}
