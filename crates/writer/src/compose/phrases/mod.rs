//! The composer's phrases. Style: `docs/writer.md`. Each stands alone, claims nothing, and leaves what can be claimed
//! to the places in braces, which are filled from facts only.
//!
//! Places: `{p}` product as named inside a sentence, `{p2}` a second one, `{is}` `{it}` `{them}` `{this}` `{s}` (verb
//! ending) agreeing with `{p}`; `{cat}` category; `{brand}`; `{fact}` `{benefit}` a clause of the brief or of the product's
//! description, only ever a sentence of its own; `{offer}` `{pct}` `{code}` `{end}`; `{price}`; `{season}`; `{n}` a counted
//! number with what it counts. Phrases with a place that the facts cannot fill are not used.

mod everyday;
mod people;
mod product;

pub(super) mod common;

use domain::sprint::Angle;

/// What an angle says in each kind of slot.
pub(super) struct AnglePhrases {
    /// Headlines.
    pub headlines: &'static [&'static str],
    /// First sentences of descriptions, primary texts and preheaders.
    pub openers: &'static [&'static str],
    /// Mail subjects.
    pub subjects: &'static [&'static str],
    /// First paragraphs of a mail.
    pub leads: &'static [&'static str],
    /// Pictures.
    pub images: &'static [&'static str],
    /// Films.
    pub videos: &'static [&'static str],
}

pub(super) fn of(angle: Angle) -> &'static AnglePhrases {
    match angle {
        Angle::ProblemSolution => &everyday::PROBLEM_SOLUTION,
        Angle::Convenience => &everyday::CONVENIENCE,
        Angle::Season => &everyday::SEASON,
        Angle::Urgency => &everyday::URGENCY,
        Angle::SocialProof => &people::SOCIAL_PROOF,
        Angle::Gift => &people::GIFT,
        Angle::Belonging => &people::BELONGING,
        Angle::Novelty => &people::NOVELTY,
        Angle::Education => &product::EDUCATION,
        Angle::Craft => &product::CRAFT,
        Angle::Bundle => &product::BUNDLE,
        Angle::Value => &product::VALUE,
    }
}
