//! What a draft must satisfy before anybody may approve it.

mod offers;
mod personal;
mod style;

use domain::sprint::Channel;
use serde::{Deserialize, Serialize};

use crate::{draft::Draft, facts::Facts, ground::Ground, limits, words};

pub use personal::scrub;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing goes out until it is mended.
    Block,
    /// Worth a look; a person decides.
    Warn,
}

/// Which check found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Longer than the channel takes.
    OverLimit,
    /// Longer than is good (mail subjects).
    Long,
    /// Fewer texts than the channel needs, or than are worth having.
    TooFew,
    /// More texts than the channel takes, or a slot it does not have.
    TooMany,
    /// A number that is not in the facts.
    UngroundedNumber,
    /// A material, certificate, praise or promise that is not in the facts.
    UngroundedClaim,
    /// A word the brief bans.
    BannedWord,
    /// An offer that is over, or a date or code that the brief does not have.
    Offer,
    /// An address that is not https.
    InsecureUrl,
    /// An e-mail address or telephone number.
    PersonalData,
    /// Words all in capitals.
    Shouting,
    /// `!!`, `?!` and the like.
    Punctuation,
    /// Two texts of a slot say nearly the same.
    NearDuplicate,
    /// An e-mail body shorter or longer than people read.
    WordCount,
    /// A text with nothing in it.
    Empty,
    /// Something that was meant to be filled in: `[Your name]`.
    Placeholder,
    /// A direction for pictures or films too short to work from.
    Short,
    /// An e-mail without a link to the landing page.
    NoLink,
    /// A model repeated its instructions; found when choosing from an answer.
    PromptEcho,
}

impl Code {
    /// The name as stored and shown by the API, e.g. `over_limit`.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::OverLimit => "over_limit",
            Code::Long => "long",
            Code::TooFew => "too_few",
            Code::TooMany => "too_many",
            Code::UngroundedNumber => "ungrounded_number",
            Code::UngroundedClaim => "ungrounded_claim",
            Code::BannedWord => "banned_word",
            Code::Offer => "offer",
            Code::InsecureUrl => "insecure_url",
            Code::PersonalData => "personal_data",
            Code::Shouting => "shouting",
            Code::Punctuation => "punctuation",
            Code::NearDuplicate => "near_duplicate",
            Code::WordCount => "word_count",
            Code::Empty => "empty",
            Code::Placeholder => "placeholder",
            Code::Short => "short",
            Code::NoLink => "no_link",
            Code::PromptEcho => "prompt_echo",
        }
    }
}

/// The names of the blocking checks, for provenance.
pub const BLOCKING_CHECKS: [&str; 9] = [
    "limits",
    "placeholders",
    "slots",
    "grounded_numbers",
    "grounded_claims",
    "banned_words",
    "offers",
    "https",
    "personal_data",
];

/// One thing a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which check.
    pub code: Code,
    /// Whether it blocks.
    pub severity: Severity,
    /// Slot.
    pub slot: String,
    /// Which text of the slot, from 0; `None` when it is about the slot.
    pub index: Option<usize>,
    /// The words it is about.
    pub text: String,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to do about it.
    pub mend: String,
}

impl Finding {
    /// Whether it blocks.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Block
    }
}

/// One text on its way through the checks.
pub(crate) struct Look<'a> {
    pub channel: Channel,
    pub slot: &'a str,
    pub index: Option<usize>,
    pub text: &'a str,
    pub facts: &'a Facts,
    pub findings: Vec<Finding>,
}

impl Look<'_> {
    pub(crate) fn add(&mut self, code: Code, severity: Severity, text: &str, message: String, mend: impl Into<String>) {
        self.findings.push(Finding {
            code,
            severity,
            slot: self.slot.to_owned(),
            index: self.index,
            text: text.to_owned(),
            message,
            mend: mend.into(),
        });
    }
}

/// Checks a whole draft. Empty: nothing to mend. In slot order, what blocks before what warns within a text.
pub fn check(draft: &Draft, facts: &Facts) -> Vec<Finding> {
    let ground = Ground::new(facts);
    let mut findings = Vec::new();
    for rule in limits::rules(draft.channel) {
        let texts: Vec<&str> = draft.texts(rule.slot).collect();
        for (index, text) in texts.iter().enumerate() {
            findings.extend(check_one(draft.channel, rule.slot, Some(index), text, facts, &ground));
        }
        findings.extend(slot_findings(rule, &texts));
    }
    for text in &draft.slots {
        if limits::rule_of(draft.channel, &text.slot).is_none() && !limits::VISUAL_SLOTS.contains(&text.slot.as_str()) {
            findings.push(Finding {
                code: Code::TooMany,
                severity: Severity::Block,
                slot: text.slot.clone(),
                index: None,
                text: text.text.clone(),
                message: format!("This channel has no slot `{}`.", text.slot),
                mend: "Move the text to a slot of the channel or delete it.".to_owned(),
            });
        }
    }
    findings
}

/// Checks a single text of a slot, as it is being edited.
pub fn check_text(channel: Channel, slot: &str, text: &str, facts: &Facts) -> Vec<Finding> {
    check_one(channel, slot, None, text, facts, &Ground::new(facts))
}

/// Checks a single text against facts prepared before.
pub fn check_one(
    channel: Channel,
    slot: &str,
    index: Option<usize>,
    text: &str,
    facts: &Facts,
    ground: &Ground,
) -> Vec<Finding> {
    let mut look = Look { channel, slot, index, text, facts, findings: Vec::new() };
    if text.trim().is_empty() {
        look.add(
            Code::Empty,
            Severity::Block,
            text,
            format!("A {} is empty.", slot_words(slot)),
            "Write it or delete it.",
        );
        return look.findings;
    }
    length(&mut look);
    grounding(&mut look, ground);
    banned(&mut look);
    offers::check(&mut look);
    personal::check(&mut look);
    style::check(&mut look);
    look.findings.sort_by_key(|finding| finding.severity == Severity::Warn);
    look.findings
}

/// A slot's name for people: `primary_text` is `primary text`.
pub fn slot_words(slot: &str) -> String {
    slot.replace('_', " ")
}

fn length(look: &mut Look<'_>) {
    let Some(rule) = limits::rule_of(look.channel, look.slot) else { return };
    let length = limits::length(look.channel, look.text);
    let what = words::capitalise(&slot_words(look.slot));
    if length > rule.hard_limit {
        let message = format!("{what} has {length} characters, {} are allowed.", rule.hard_limit);
        look.add(
            Code::OverLimit,
            Severity::Block,
            look.text,
            message,
            format!("Shorten it by {}.", length - rule.hard_limit),
        );
    } else if length > rule.limit {
        let message = format!("{what} has {length} characters; phones show about {}.", rule.limit);
        look.add(Code::Long, Severity::Warn, look.text, message, "Put what matters first, or shorten it.");
    }
}

fn grounding(look: &mut Look<'_>, ground: &Ground) {
    for found in ground.ungrounded_numbers(look.text) {
        let message =
            format!("The number `{}` is not in the facts of the brief, the products or the offers.", found.text);
        look.add(
            Code::UngroundedNumber,
            Severity::Block,
            &found.text,
            message,
            "Remove it, or add the fact it comes from to the brief.",
        );
    }
    for (word, sort) in ground.ungrounded_words(look.text) {
        let message = format!("`{word}` {}, and no fact says so.", sort.phrase());
        look.add(Code::UngroundedClaim, Severity::Block, &word, message, "Remove it, or add the fact to the brief.");
    }
}

fn banned(look: &mut Look<'_>) {
    let tokens = words::tokens(look.text);
    let parts: Vec<String> =
        tokens.iter().flat_map(|token| token.split('-').map(str::to_owned).collect::<Vec<_>>()).collect();
    for banned in &look.facts.banned_words {
        let wanted = words::tokens(banned);
        if wanted.is_empty() {
            continue;
        }
        let hit = |list: &[String]| {
            list.windows(wanted.len()).any(|window| {
                window.iter().zip(&wanted).enumerate().all(|(at, (found, wanted_word))| {
                    // Only the last word of a phrase bends.
                    found == wanted_word || (at + 1 == wanted.len() && words::same_word(found, wanted_word))
                })
            })
        };
        if hit(&tokens) || hit(&parts) {
            let message = format!("The brief bans `{banned}`.");
            look.add(Code::BannedWord, Severity::Block, banned, message, "Say it without that word.");
        }
    }
}

fn slot_findings(rule: &limits::SlotRule, texts: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |code, severity, message: String, mend: String, text: String| {
        findings.push(Finding { code, severity, slot: rule.slot.to_owned(), index: None, text, message, mend });
    };
    let what = slot_words(rule.slot);
    let (count, needs) =
        (texts.len(), if rule.want == 1 { format!("1 {what}") } else { format!("{} {what}s", rule.want) });
    if count < rule.min {
        let message = format!("{count} of at least {} {what}{}.", rule.min, if rule.min == 1 { "" } else { "s" });
        add(Code::TooFew, Severity::Block, message, format!("Write {} more.", rule.min - count), String::new());
    } else if count < rule.want && rule.min > 0 {
        add(
            Code::TooFew,
            Severity::Warn,
            format!("{count} of {needs}."),
            format!("Write {} more.", rule.want - count),
            String::new(),
        );
    }
    if count > rule.max {
        let message = format!("{count} {what}s, the channel takes {}.", rule.max);
        add(Code::TooMany, Severity::Block, message, format!("Delete {}.", count - rule.max), String::new());
    }
    for (a, b) in style::near_duplicates(texts) {
        let message = format!("{what} {} and {} say nearly the same.", a + 1, b + 1);
        let (a_text, b_text) = (texts.get(a).copied().unwrap_or_default(), texts.get(b).copied().unwrap_or_default());
        add(
            Code::NearDuplicate,
            Severity::Warn,
            words::capitalise(&message),
            "Let one of them say something else.".to_owned(),
            format!("{a_text} / {b_text}"),
        );
    }
    findings
}
