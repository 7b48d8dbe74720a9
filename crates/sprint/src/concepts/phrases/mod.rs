//! What concepts say: per segment, lines of title and hook by angle, insights, and what is believed.
//!
//! A line is used at most once in a sheet. Words in braces come from the opportunity (see `words.rs`); a line whose
//! words are not all there is left out, so a deadline, a fact, or a season is named only where there is one. Hooks are
//! read by customers: they state only what counts say, and never how many people are in a pool.

mod arrival;
mod coded;
mod due;
mod lapsed;
mod looked;
mod missing;
mod newcomers;
mod once;
mod pair;
mod praised;
pub(super) mod quoted;
mod region;
mod rising;
mod season;
mod shelf;
mod tired;

use domain::sprint::{Angle, Effort};

use crate::miners::SegmentKind;

/// What a line is for: one product, or the shop as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    One,
    Wide,
}

/// A title and a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) scope: Scope,
    pub(super) angle: Angle,
    pub(super) effort: Effort,
    pub(super) title: &'static str,
    pub(super) hook: &'static str,
}

const fn one(angle: Angle, effort: Effort, title: &'static str, hook: &'static str) -> Line {
    Line { scope: Scope::One, angle, effort, title, hook }
}

const fn wide(angle: Angle, effort: Effort, title: &'static str, hook: &'static str) -> Line {
    Line { scope: Scope::Wide, angle, effort, title, hook }
}

/// All a segment can be told.
pub(super) struct Phrases {
    pub(super) lines: &'static [Line],
    pub(super) insights: &'static [&'static str],
    /// What holds in these weeks that did not before: without a fillable one of these nothing is drawn. Each stands alone.
    pub(super) now: &'static [&'static str],
    pub(super) wide_insights: &'static [&'static str],
    pub(super) wide_now: &'static [&'static str],
    /// What should be seen if it works; `{belief}` is the angle's.
    pub(super) hypothesis: &'static str,
}

pub(super) fn phrases(segment: SegmentKind) -> Phrases {
    match segment {
        SegmentKind::DueToReorder => due::PHRASES,
        SegmentKind::BoughtOnce => once::PHRASES,
        SegmentKind::LapsedBest => lapsed::PHRASES,
        SegmentKind::OwnOneOfPair => pair::PHRASES,
        SegmentKind::LastSeason => season::PHRASES,
        SegmentKind::NeverTried => rising::PHRASES,
        SegmentKind::NewFaces => newcomers::PHRASES,
        SegmentKind::LookedAtIt => looked::PHRASES,
        SegmentKind::FullShelf => shelf::PHRASES,
        SegmentKind::TiredAudience => tired::PHRASES,
        SegmentKind::OnlyWithACode => coded::PHRASES,
        SegmentKind::NewNearTaste => arrival::PHRASES,
        SegmentKind::RegionWithout => region::PHRASES,
        SegmentKind::PraisedUntried => praised::PHRASES,
        SegmentKind::MissTheirs => missing::PHRASES,
    }
}

/// Why an angle would work on people: the part of a hypothesis that the test is about.
pub(super) fn belief(angle: Angle) -> &'static str {
    match angle {
        Angle::ProblemSolution => "because naming the small annoyance is what makes them act",
        Angle::SocialProof => "because what others really bought persuades more than what we say",
        Angle::Education => "because they buy once they can picture using it",
        Angle::Craft => "because how it is made is the reason people stay with it",
        Angle::Convenience => "because remembering and clicking is all that stands in the way",
        Angle::Novelty => "because they have not seen it yet and are curious",
        Angle::Season => "because the date decides for them, not the discount",
        Angle::Gift => "because a present is easier to justify than a treat",
        Angle::Bundle => "because the second piece explains itself next to the first",
        Angle::Belonging => "because being remembered weighs more than being sold to",
        Angle::Value => "because a fair price is the last thing they were missing",
        Angle::Urgency => "because a real last day ends the putting-off",
    }
}
