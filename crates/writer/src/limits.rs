//! How long and how many: the slots of each channel.
//!
//! Sources: Google Ads help "About responsive search ads" (15 headlines of 30, 4 descriptions of 90, 2 paths of 15
//! characters; double-width characters count twice); Meta Ads guide for feed (primary text 125, headline 40,
//! description 30 before it is cut off, 5 options each). Mail subjects: RFC 5322 §2.1.1 recommends lines of at most
//! 78 characters, and phones show about 60.

use domain::sprint::Channel;
use serde::Serialize;

/// What one slot of a channel takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SlotRule {
    /// Slot name, as in [`domain::sprint::SlotText`].
    pub slot: &'static str,
    /// With fewer texts than this it cannot be launched.
    pub min: usize,
    /// Texts wanted: the composer fills to this, fewer is a warning.
    pub want: usize,
    /// More than this the channel does not take.
    pub max: usize,
    /// Length to write for, counted by [`length`].
    pub limit: usize,
    /// Length that blocks; equal to `limit` where the platform cuts or refuses.
    pub hard_limit: usize,
}

/// Slots that one call to a model fills: small enough for 500 answer tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SlotGroup {
    /// Name of the group, e.g. `google_headlines`.
    pub name: &'static str,
    /// Its channel; the visual slots go with Meta.
    pub channel: Channel,
    /// Its slots.
    pub slots: &'static [SlotRule],
}

const fn rule(slot: &'static str, min: usize, want: usize, max: usize, limit: usize) -> SlotRule {
    SlotRule { slot, min, want, max, limit, hard_limit: limit }
}

const HEADLINE: SlotRule = rule("headline", 3, 15, 15, 30);
const DESCRIPTION: SlotRule = rule("description", 2, 4, 4, 90);
const PATH: SlotRule = rule("path", 0, 2, 2, 15);
const PRIMARY: SlotRule = rule("primary_text", 1, 5, 5, 125);
const META_HEADLINE: SlotRule = rule("headline", 1, 5, 5, 40);
const META_DESCRIPTION: SlotRule = rule("description", 0, 5, 5, 30);
const SUBJECT: SlotRule = SlotRule { slot: "subject", min: 1, want: 4, max: 5, limit: 60, hard_limit: 78 };
const PREHEADER: SlotRule = rule("preheader", 1, 2, 5, 100);
const BODY: SlotRule = rule("body", 1, 1, 1, 1_600);
const IMAGE: SlotRule = rule("image_direction", 0, 3, 3, 240);
const VIDEO: SlotRule = rule("video_angle", 0, 2, 2, 300);

const GOOGLE_RULES: [SlotRule; 3] = [HEADLINE, DESCRIPTION, PATH];
const META_RULES: [SlotRule; 5] = [PRIMARY, META_HEADLINE, META_DESCRIPTION, IMAGE, VIDEO];
const EMAIL_RULES: [SlotRule; 3] = [SUBJECT, PREHEADER, BODY];
const GOOGLE_GROUPS: [SlotGroup; 2] = [
    SlotGroup { name: "google_headlines", channel: Channel::GoogleSearch, slots: &[HEADLINE] },
    SlotGroup { name: "google_descriptions", channel: Channel::GoogleSearch, slots: &[DESCRIPTION] },
];
const META_GROUPS: [SlotGroup; 3] = [
    SlotGroup { name: "meta_primary_texts", channel: Channel::Meta, slots: &[PRIMARY] },
    SlotGroup { name: "meta_headlines", channel: Channel::Meta, slots: &[META_HEADLINE, META_DESCRIPTION] },
    SlotGroup { name: "visuals", channel: Channel::Meta, slots: &[IMAGE, VIDEO] },
];
const EMAIL_GROUPS: [SlotGroup; 2] = [
    SlotGroup { name: "email_subjects", channel: Channel::Email, slots: &[SUBJECT, PREHEADER] },
    SlotGroup { name: "email_body", channel: Channel::Email, slots: &[BODY] },
];

/// Slots that describe pictures and films for whoever makes them, not text that customers read.
pub const VISUAL_SLOTS: [&str; 2] = [IMAGE.slot, VIDEO.slot];

/// Fewest and most words of an e-mail body.
pub const BODY_WORDS: (usize, usize) = (80, 150);

/// The slots of a channel. Picture and film directions come with Meta; for concepts that run elsewhere only, take
/// them from [`crate::compose_visuals`].
pub fn rules(channel: Channel) -> &'static [SlotRule] {
    match channel {
        Channel::GoogleSearch => &GOOGLE_RULES,
        Channel::Meta => &META_RULES,
        Channel::Email => &EMAIL_RULES,
    }
}

/// The rule of one slot, if the channel has it.
pub fn rule_of(channel: Channel, slot: &str) -> Option<&'static SlotRule> {
    rules(channel).iter().find(|rule| rule.slot == slot)
}

/// The groups of a channel: one call to a model each.
pub fn groups(channel: Channel) -> &'static [SlotGroup] {
    match channel {
        Channel::GoogleSearch => &GOOGLE_GROUPS,
        Channel::Meta => &META_GROUPS,
        Channel::Email => &EMAIL_GROUPS,
    }
}

/// A group by its name.
pub fn group(name: &str) -> Option<&'static SlotGroup> {
    [Channel::GoogleSearch, Channel::Meta, Channel::Email].into_iter().flat_map(groups).find(|group| group.name == name)
}

/// Length as the channel counts it. A character is a Unicode scalar value: never fewer than what people see as one,
/// so a text that fits here fits there. For Google, East Asian wide characters and emoji count two.
pub fn length(channel: Channel, text: &str) -> usize {
    match channel {
        Channel::GoogleSearch => text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum(),
        Channel::Meta | Channel::Email => text.chars().count(),
    }
}

/// Wide and full-width blocks of Unicode's East Asian Width (UAX #11), and the emoji planes.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c),
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0x33FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xA000..=0xA4CF
        | 0xA960..=0xA97F | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF | 0x20000..=0x3FFFD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_as_the_platform_does() {
        for (text, google, meta) in
            [("Körpermilch", 11, 11), ("お得な石鹸", 10, 5), ("Tea 🎁", 6, 5), ("", 0, 0), ("ｆｕｌｌ", 8, 4)]
        {
            assert_eq!(length(Channel::GoogleSearch, text), google, "{text}");
            assert_eq!(length(Channel::Meta, text), meta, "{text}");
        }
    }

    #[test]
    fn every_slot_but_paths_is_in_a_group() {
        for channel in [Channel::GoogleSearch, Channel::Meta, Channel::Email] {
            for rule in rules(channel).iter().filter(|rule| rule.slot != "path") {
                assert!(groups(channel).iter().any(|group| group.slots.contains(rule)), "{}", rule.slot);
            }
        }
        assert_eq!(group("email_body").map(|group| group.slots.len()), Some(1));
    }
}
