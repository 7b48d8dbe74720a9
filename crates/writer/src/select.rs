//! Out of a model's answer only what passes; where too little is left, the composer fills up.

use domain::sprint::{Channel, Concept, SlotText};
use serde::{Deserialize, Serialize};

use crate::{
    check::{Code, Finding, check_one},
    compose,
    draft::{Draft, Origin},
    facts::Facts,
    ground::Ground,
    limits::SlotRule,
    prompt, similarity,
};

/// A text that is offered, and who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Slot.
    pub slot: String,
    /// Text.
    pub text: String,
    /// Who wrote it.
    pub origin: Origin,
}

/// A text that was not taken, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// Slot.
    pub slot: String,
    /// Text.
    pub text: String,
    /// Reasons, in sentences.
    pub reasons: Vec<String>,
    /// The checks that failed.
    pub codes: Vec<Code>,
}

/// What is offered of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Selection {
    /// Texts in slot order, the model's before the composer's.
    pub offered: Vec<Offered>,
    /// What was dropped.
    pub dropped: Vec<Dropped>,
}

impl Selection {
    /// How many offered texts come from `origin`.
    pub fn count(&self, origin: Origin) -> usize {
        self.offered.iter().filter(|text| text.origin == origin).count()
    }

    /// The offered texts without their origin.
    pub fn texts(&self) -> Vec<SlotText> {
        self.offered.iter().map(|text| SlotText { slot: text.slot.clone(), text: text.text.clone() }).collect()
    }

    /// The selections of a channel's groups as one draft, in the channel's slot order.
    pub fn into_draft(channel: Channel, selections: impl IntoIterator<Item = Selection>) -> Draft {
        let mut slots: Vec<SlotText> = selections.into_iter().flat_map(|selection| selection.texts()).collect();
        let rules = crate::limits::rules(channel);
        slots.sort_by_key(|text| rules.iter().position(|rule| rule.slot == text.slot).unwrap_or(usize::MAX));
        Draft { channel, slots }
    }
}

/// What a person may let pass in their own text, but is not taken from a model: the composer does better.
fn too_poor(finding: &Finding) -> bool {
    matches!(finding.code, Code::WordCount | Code::NoLink | Code::Short)
}

/// Judges the texts of an answer for some slots of a channel and fills what is missing from the composer.
///
/// Every text that a check blocks is dropped, and so is one that says nearly the same as one taken before it.
/// `origin` is [`Origin::Model`] or [`Origin::Paste`].
pub fn select(
    channel: Channel,
    slots: &[SlotRule],
    answer: &[SlotText],
    origin: Origin,
    concept: &Concept,
    facts: &Facts,
    seed: u64,
) -> Selection {
    let ground = Ground::new(facts);
    let mut selection = Selection::default();
    let mut spare: Option<Draft> = None;
    for rule in slots {
        let mut taken: Vec<Offered> = Vec::new();
        for text in answer.iter().filter(|text| text.slot == rule.slot) {
            let findings = check_one(channel, rule.slot, None, &text.text, facts, &ground);
            let mut blocking: Vec<Finding> = findings.into_iter().filter(|f| f.blocks() || too_poor(f)).collect();
            let repeats =
                taken.iter().any(|other| similarity::cosine(&other.text, &text.text) >= similarity::NEAR_DUPLICATE);
            let mut drop = |codes: Vec<Code>, reasons: Vec<String>| {
                selection.dropped.push(Dropped { slot: rule.slot.to_owned(), text: text.text.clone(), reasons, codes });
            };
            if origin != Origin::Composer && prompt::echoes_instructions(&text.text) {
                drop(vec![Code::PromptEcho], vec!["Repeats the instructions of the prompt.".to_owned()]);
            } else if !blocking.is_empty() {
                let codes = blocking.iter().map(|finding| finding.code).collect();
                drop(codes, blocking.drain(..).map(|finding| finding.message).collect());
            } else if repeats {
                drop(vec![Code::NearDuplicate], vec!["Says nearly the same as a text before it.".to_owned()]);
            } else if taken.len() >= rule.max {
                drop(vec![Code::TooMany], vec![format!("The channel takes {}.", rule.max)]);
            } else {
                taken.push(Offered { slot: rule.slot.to_owned(), text: text.text.clone(), origin });
            }
        }
        if taken.len() < rule.want {
            let spare = spare.get_or_insert_with(|| compose::compose_slots(concept, facts, channel, slots, seed));
            for text in spare.texts(rule.slot) {
                let repeats =
                    taken.iter().any(|other| similarity::cosine(&other.text, text) >= similarity::NEAR_DUPLICATE);
                if taken.len() < rule.want && !repeats {
                    taken.push(Offered { slot: rule.slot.to_owned(), text: text.to_owned(), origin: Origin::Composer });
                }
            }
        }
        selection.offered.extend(taken);
    }
    selection
}
