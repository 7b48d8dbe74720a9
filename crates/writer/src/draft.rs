//! A draft: what a channel's ad or e-mail would say, slot by slot.

use domain::sprint::{Channel, SlotText};
use serde::{Deserialize, Serialize};

/// All texts of one concept on one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The channel it is written for.
    pub channel: Channel,
    /// Texts in slot order.
    pub slots: Vec<SlotText>,
}

impl Draft {
    /// The texts of a slot, in order.
    pub fn texts<'a>(&'a self, slot: &'a str) -> impl Iterator<Item = &'a str> {
        self.slots.iter().filter(move |text| text.slot == slot).map(|text| text.text.as_str())
    }

    /// The draft as a person reads it: a heading for each slot, a line for each text.
    pub fn to_plain_text(&self) -> String {
        let mut out = String::new();
        let mut last = "";
        for text in &self.slots {
            if text.slot != last {
                out.push_str(&format!("{}:\n", text.slot));
                last = &text.slot;
            }
            out.push_str(&format!("  {}\n", text.text.replace('\n', "\n  ")));
        }
        out
    }
}

/// Who wrote a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The built-in composer.
    Composer,
    /// A language model.
    Model,
    /// A person pasted another tool's answer.
    Paste,
}
