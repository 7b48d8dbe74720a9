//! Everything that could be said about the opportunities: opportunity × line.

use domain::sprint::{Angle, Brief, Channel, Effort, Quote};
use writer::quotes::Said;

use super::{
    phrases::{Line, Phrases, Scope, belief, phrases, quoted},
    quotes::Quotes,
    words::{Words, fill, words},
};
use crate::{
    calendar,
    miners::{Opportunity, SegmentKind},
};

/// What of each product's repeated phrases becomes concepts.
const QUOTES_OF_A_PRODUCT: usize = 3;

/// One thing that is known and worth telling.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Insight {
    /// The same for the same thing known of other people or products; one of a quote is its own.
    pub(super) key: String,
    pub(super) text: String,
    pub(super) quote: Option<Quote>,
}

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
    /// The insights that can be told.
    pub(super) insights: Vec<Insight>,
    /// What holds in these weeks that did not before, most telling first; never empty.
    pub(super) now: Vec<String>,
    pub(super) hypothesis: String,
    /// Product ids, sorted.
    pub(super) product_ids: Vec<String>,
}

impl Candidate<'_> {
    /// Whether its argument is a lower price.
    pub(super) fn is_discount_led(&self) -> bool {
        self.offer.is_some() && matches!(self.angle, Angle::Value | Angle::Urgency)
    }

    /// Whether a customer's own words carry it.
    pub(super) fn is_quoted(&self) -> bool {
        self.line >= quoted::FIRST
    }

    /// Product set × segment × angle; see [`store::concepts::idea_key`].
    pub(super) fn idea_key(&self) -> String {
        format!("{}|{}|{}", self.product_ids.join(","), self.item.segment.label(), self.angle.as_str())
    }
}

/// All candidates, in the order of the opportunities and of their segment's lines.
pub(super) fn candidates<'o>(opportunities: &'o [Opportunity], brief: &Brief, quotes: &Quotes) -> Vec<Candidate<'o>> {
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
        if is_sold_out(item) {
            continue;
        }
        let said = phrases(item.segment);
        let with_offer = words(item, brief, offer);
        let without = words(item, brief, None);
        let counted = counted(item, if item.is_shop_wide { said.wide_insights } else { said.insights }, &without);
        let changed = why_now(item, &said, &without);
        let mut product_ids: Vec<String> = item.products.iter().map(|product| product.id.clone()).collect();
        product_ids.sort();
        if counted.is_empty() {
            continue;
        }
        let quotes = quoted_insights(item, quotes, &without);
        // A customer's words first; what was counted where there are none left.
        let insights: Vec<Insight> = quotes.iter().map(|(_, insight)| insight.clone()).chain(counted).collect();
        for (line, phrase) in said.lines.iter().enumerate() {
            let scope = if item.is_shop_wide { Scope::Wide } else { Scope::One };
            let needs_offer = phrase.title.contains("{offer}") || phrase.hook.contains("{offer}");
            if phrase.scope != scope || (needs_offer && phrase.angle == Angle::Urgency && !ends_in_flight) {
                continue;
            }
            let words = if needs_offer { &with_offer } else { &without };
            let offer = offer.filter(|_| needs_offer);
            let now = match changed.is_empty() {
                false => changed.clone(),
                true => by_the_calendar(phrase.angle, words, ends_in_flight),
            };
            if now.is_empty() {
                continue;
            }
            let shared = (offer, insights.as_slice(), product_ids.as_slice(), now.as_slice());
            all.extend(candidate(item, line, phrase, words, shared, said.hypothesis));
        }
        for (words, insight) in &quotes {
            let insights = std::slice::from_ref(insight);
            all.extend(quoted::lines(item.segment).into_iter().filter(|_| !changed.is_empty()).filter_map(
                |(line, phrase)| {
                    let shared = (None, insights, product_ids.as_slice(), changed.as_slice());
                    candidate(item, line, phrase, words, shared, said.hypothesis)
                },
            ));
        }
    }
    all
}

/// Whether what its people would be asked to buy is known to be out of stock.
fn is_sold_out(item: &Opportunity) -> bool {
    let asked = match item.segment {
        SegmentKind::MissTheirs | SegmentKind::OwnOneOfPair => item.products.get(1..).unwrap_or_default(),
        _ if item.is_shop_wide => return false,
        _ => &item.products[..item.products.len().min(1)],
    };
    asked.iter().any(|product| product.stock_units.is_some_and(|units| units <= 0))
}

/// What the data say has changed for an opportunity.
pub(super) fn changed(item: &Opportunity, brief: &Brief) -> Vec<String> {
    why_now(item, &phrases(item.segment), &words(item, brief, None))
}

fn why_now(item: &Opportunity, said: &Phrases, words: &Words) -> Vec<String> {
    let told = if item.is_shop_wide { said.wide_now } else { said.now };
    told.iter().filter_map(|phrase| fill(phrase, words)).map(upper_first).collect()
}

/// Where nothing has changed for the people, what the calendar of the brief or of the year gives: an offer's last day within
/// the flight, a moment for presents.
fn by_the_calendar(angle: Angle, words: &Words, ends_in_flight: bool) -> Vec<String> {
    let phrase = match angle {
        Angle::Value | Angle::Urgency if ends_in_flight => "The last day of “{offer_l}” is {ends}.",
        Angle::Gift => "{weeks_to} when the flight begins.{gifts_now}",
        _ => return Vec::new(),
    };
    fill(phrase, words).into_iter().collect()
}

/// The insights that rest on a customer's words, each with the words to say it in. Nothing that leads back to a person, and
/// the quote as it was written.
fn quoted_insights(item: &Opportunity, quotes: &Quotes, words: &Words) -> Vec<(Words, Insight)> {
    let Some(product) = item.products.first().filter(|_| !item.is_shop_wide) else { return Vec::new() };
    let told = quotes.about(&product.id).iter().take(QUOTES_OF_A_PRODUCT).enumerate();
    told.filter_map(|(at, said)| {
        let mut words = words.clone();
        words.insert("quote", said.words.clone());
        words.insert("phrase_q", format!("“{}”", said.phrase));
        words.insert("review", said.review_id.clone());
        words.insert("said", said.reviews.to_string());
        let people = fill(quoted::people_are(item.segment), &words)?;
        words.insert("people_are", people);
        let text = upper_first(fill(quoted::INSIGHTS[at % quoted::INSIGHTS.len()], &words)?);
        let key = format!("“{}” {}", said.phrase, product.id);
        Some((words, Insight { key, text, quote: Some(quote(said)) }))
    })
    .collect()
}

fn quote(said: &Said) -> Quote {
    Quote {
        words: said.words.clone(),
        review_id: said.review_id.clone(),
        rating: said.rating,
        phrase: said.phrase.clone(),
        reviews: said.reviews,
        of: said.of,
    }
}

type Shared<'a> = (Option<usize>, &'a [Insight], &'a [String], &'a [String]);

fn candidate<'o>(
    item: &'o Opportunity,
    line: usize,
    phrase: &Line,
    words: &Words,
    (offer, insights, product_ids, now): Shared<'_>,
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
        now: now.to_vec(),
        hypothesis: fill(hypothesis, &words)?,
        product_ids: product_ids.to_vec(),
    })
}

fn counted(item: &Opportunity, phrases: &[&str], words: &Words) -> Vec<Insight> {
    let filled = phrases.iter().enumerate().filter_map(|(number, phrase)| Some((number, fill(phrase, words)?)));
    let insight = |(number, text)| Insight {
        key: format!("{:?} {} {number}", item.segment, item.is_shop_wide),
        text: upper_first(text),
        quote: None,
    };
    filled.map(insight).collect()
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
