//! Everything that could be said about the opportunities: opportunity × line.

use domain::sprint::{Angle, Brief, Channel, Effort};

use super::{
    phrases::{Line, Scope, belief, phrases},
    words::{Words, fill, words},
};
use crate::{calendar, miners::Opportunity};

/// One thing that could be said about one opportunity.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'o> {
    pub(super) item: &'o Opportunity,
    /// Which line of its segment: used at most once in a sheet.
    pub(super) line: usize,
    pub(super) angle: Angle,
    pub(super) effort: Effort,
    pub(super) title: String,
    pub(super) hook: String,
    pub(super) offer: Option<usize>,
    /// The insights that can be told, by their number in the segment's list.
    pub(super) insights: Vec<(usize, String)>,
    pub(super) hypothesis: String,
    /// Product ids, sorted.
    pub(super) product_ids: Vec<String>,
}

impl Candidate<'_> {
    /// Whether its argument is a lower price.
    pub(super) fn is_discount_led(&self) -> bool {
        self.offer.is_some() && matches!(self.angle, Angle::Value | Angle::Urgency)
    }

    /// Product set × segment × angle; see [`store::concepts::idea_key`].
    pub(super) fn idea_key(&self) -> String {
        format!("{}|{}|{}", self.product_ids.join(","), self.item.segment.label(), self.angle.as_str())
    }
}

/// All candidates, in the order of the opportunities and of their segment's lines.
pub(super) fn candidates<'o>(opportunities: &'o [Opportunity], brief: &Brief) -> Vec<Candidate<'o>> {
    // The best offer that the flight can still use: the largest discount, then the last to end.
    let offer =
        (0..brief.offers.len()).filter(|index| brief.offers[*index].ends_on >= brief.flight.from).max_by_key(|index| {
            (brief.offers[*index].percent_off, brief.offers[*index].ends_on, std::cmp::Reverse(*index))
        });
    let ends_in_flight = offer.is_some_and(|index| brief.offers[index].ends_on <= brief.flight.to.plus(7));
    let mut all = Vec::new();
    for item in opportunities {
        if item.products.iter().any(|product| !calendar::is_timely(&product.title, brief.flight.from)) {
            continue;
        }
        let said = phrases(item.segment);
        let with_offer = words(item, brief, offer);
        let without = words(item, brief, None);
        let insights = fill_all(if item.is_shop_wide { said.wide_insights } else { said.insights }, &without);
        let mut product_ids: Vec<String> = item.products.iter().map(|product| product.id.clone()).collect();
        product_ids.sort();
        if insights.is_empty() {
            continue;
        }
        for (line, phrase) in said.lines.iter().enumerate() {
            let scope = if item.is_shop_wide { Scope::Wide } else { Scope::One };
            let needs_offer = phrase.title.contains("{offer}") || phrase.hook.contains("{offer}");
            if phrase.scope != scope || (needs_offer && phrase.angle == Angle::Urgency && !ends_in_flight) {
                continue;
            }
            let words = if needs_offer { &with_offer } else { &without };
            let offer = offer.filter(|_| needs_offer);
            let candidate = candidate(item, line, phrase, words, (offer, &insights, &product_ids), said.hypothesis);
            all.extend(candidate);
        }
    }
    all
}

type Shared<'a> = (Option<usize>, &'a [(usize, String)], &'a [String]);

fn candidate<'o>(
    item: &'o Opportunity,
    line: usize,
    phrase: &Line,
    words: &Words,
    (offer, insights, product_ids): Shared<'_>,
    hypothesis: &str,
) -> Option<Candidate<'o>> {
    let mut words = words.clone();
    words.insert("belief", belief(phrase.angle).to_owned());
    Some(Candidate {
        item,
        line,
        angle: phrase.angle,
        effort: phrase.effort,
        title: upper_first(fill(phrase.title, &words)?),
        hook: upper_first(fill(phrase.hook, &words)?),
        offer,
        insights: insights.to_vec(),
        hypothesis: fill(hypothesis, &words)?,
        product_ids: product_ids.to_vec(),
    })
}

fn fill_all(phrases: &[&str], words: &Words) -> Vec<(usize, String)> {
    let filled = phrases.iter().enumerate().filter_map(|(index, phrase)| Some((index, fill(phrase, words)?)));
    filled.map(|(index, text)| (index, upper_first(text))).collect()
}

fn upper_first(text: String) -> String {
    match text.chars().next() {
        Some(first) if first.is_lowercase() => first.to_uppercase().chain(text.chars().skip(1)).collect(),
        _ => text,
    }
}

/// The brief's channels that fit the segment: strangers are not written e-mails, people who know us need not search.
pub(super) fn channels(item: &Opportunity, brief: &Brief) -> Vec<Channel> {
    let strangers = item.segment == crate::miners::SegmentKind::NewFaces;
    let fits = |channel: &&Channel| match channel {
        Channel::Email => !strangers,
        Channel::GoogleSearch => strangers || !item.is_shop_wide,
        Channel::Meta => true,
    };
    let fitting: Vec<Channel> = brief.channels.iter().filter(fits).copied().collect();
    if fitting.is_empty() { brief.channels.clone() } else { fitting }
}
