//! A wish for the next draw in a person's words, read by rules: less or more of offers, angles, people and products. What
//! was understood is said back, and so is what was not.

use std::collections::BTreeMap;

use domain::{similarity::tokens, sprint::Angle};
use serde::{Deserialize, Serialize};

use crate::miners::{Opportunity, ProductInfo, SegmentKind};

/// A direction: more of it, less of it, or none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dir {
    /// None of it.
    None,
    /// Less.
    Less,
    /// More.
    More,
}

/// How far a wish moves a candidate; more than all else together where it is named.
const PULL: f64 = 0.8;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Wish {
    /// As it was written.
    pub text: String,
    /// Concepts led by a lower price.
    pub discount: Option<Dir>,
    /// Angles.
    pub angles: BTreeMap<Angle, Dir>,
    /// People.
    pub segments: BTreeMap<SegmentKind, Dir>,
    /// Products by id.
    pub products: BTreeMap<String, Dir>,
    /// Concepts with a customer's words.
    pub quotes: Option<Dir>,
    /// What was understood, a phrase each.
    pub understood: Vec<String>,
    /// Words that nobody knew what to do with.
    pub missed: Vec<String>,
}

const LESS: [&str; 9] = ["less", "fewer", "not", "drop", "avoid", "weniger", "moins", "menos", "reduce"];
const NONE: [&str; 6] = ["no", "without", "never", "zero", "ohne", "keine"];
const MORE: [&str; 8] = ["more", "add", "stronger", "only", "focus", "mehr", "plus", "rather"];
/// Words that carry no wish.
const FILLER: [&str; 30] = [
    "and", "but", "the", "a", "an", "of", "on", "for", "to", "with", "please", "ideas", "idea", "concepts", "concept",
    "some", "about", "me", "us", "give", "show", "want", "we", "i", "would", "like", "bit", "much", "in", "than",
];

const DISCOUNT: [&str; 9] =
    ["discount", "discounts", "discounted", "sale", "sales", "cheap", "cheaper", "rabatt", "voucher"];
const QUOTES: [&str; 6] = ["quote", "quotes", "reviews", "review", "voice", "words"];

/// Words that mean an angle.
const ANGLES: [(Angle, &[&str]); 12] = [
    (Angle::ProblemSolution, &["problem", "problems", "pain", "solution", "solutions"]),
    (Angle::SocialProof, &["proof", "social", "testimonial", "testimonials", "evidence", "others"]),
    (Angle::Education, &["education", "educational", "how-to", "howto", "teach", "explain", "tips", "guide"]),
    (Angle::Craft, &["craft", "making", "quality", "materials", "handmade", "story"]),
    (Angle::Convenience, &["convenience", "convenient", "easy", "easier", "reminder", "reminders"]),
    (Angle::Novelty, &["new", "novelty", "newness", "news", "launch", "launches", "rising"]),
    (Angle::Season, &["season", "seasonal", "christmas", "holiday", "holidays", "easter"]),
    (Angle::Gift, &["gift", "gifts", "gifting", "present", "presents"]),
    (Angle::Bundle, &["bundle", "bundles", "pair", "pairs", "set", "sets", "combination"]),
    (Angle::Belonging, &["belonging", "community", "loyalty", "club", "personal"]),
    (Angle::Value, &["value", "price", "prices", "money"]),
    (Angle::Urgency, &["urgency", "urgent", "deadline", "deadlines", "scarcity", "countdown"]),
];

/// Words that mean people.
const SEGMENTS: [(SegmentKind, &[&str]); 11] = [
    (SegmentKind::LookedAtIt, &["viewers", "visitors", "browsers", "retargeting", "abandoned"]),
    (SegmentKind::OnlyWithACode, &["code", "codes", "bargain"]),
    (SegmentKind::RegionWithout, &["region", "regions", "country", "countries"]),
    (SegmentKind::MissTheirs, &["substitute", "substitutes", "sold-out"]),
    (SegmentKind::LapsedBest, &["lapsed", "winback", "win-back", "quiet", "lost", "dormant"]),
    (SegmentKind::BoughtOnce, &["once", "one-time", "second", "onetime"]),
    (SegmentKind::DueToReorder, &["regulars", "reorder", "reorders", "replenishment", "refill", "refills"]),
    (SegmentKind::NewFaces, &["strangers", "prospects", "acquisition", "prospecting", "newcomers"]),
    (SegmentKind::NeverTried, &["active", "cross-sell", "crosssell"]),
    (SegmentKind::OwnOneOfPair, &["owners", "half"]),
    (SegmentKind::LastSeason, &["last-year", "lastyear"]),
];

/// Reads a wish. Products are known by any of the opportunities' titles.
pub fn parse(text: &str, opportunities: &[Opportunity]) -> Wish {
    let mut wish = Wish { text: text.trim().chars().take(400).collect(), ..Wish::default() };
    let mut products: BTreeMap<&str, &ProductInfo> = BTreeMap::new();
    for product in opportunities.iter().flat_map(|item| &item.products) {
        products.insert(&product.id, product);
    }
    let mut dir = Dir::More;
    for word in tokens(&wish.text.clone()) {
        let word = word.as_str();
        if LESS.contains(&word) {
            dir = Dir::Less;
        } else if NONE.contains(&word) {
            dir = Dir::None;
        } else if MORE.contains(&word) {
            dir = Dir::More;
        } else if FILLER.contains(&word) {
            continue;
        } else if !wish.takes(word, dir, &products) {
            wish.missed.push(word.to_owned());
        }
    }
    wish
}

fn said(dir: Dir, what: &str) -> String {
    match dir {
        Dir::None => format!("no {what}"),
        Dir::Less => format!("less {what}"),
        Dir::More => format!("more {what}"),
    }
}

impl Wish {
    fn takes(&mut self, word: &str, dir: Dir, products: &BTreeMap<&str, &ProductInfo>) -> bool {
        let mut known = false;
        if DISCOUNT.contains(&word) {
            self.discount = Some(dir);
            self.understood.push(said(dir, "led by a discount"));
            known = true;
        }
        if QUOTES.contains(&word) {
            self.quotes = Some(dir);
            self.understood.push(said(dir, "in customers' own words"));
            known = true;
        }
        for (angle, words) in ANGLES {
            if words.contains(&word) {
                self.angles.insert(angle, dir);
                // Proof is what customers say, where there is something.
                if angle == Angle::SocialProof && self.quotes.is_none() {
                    self.quotes = Some(dir);
                }
                self.understood.push(said(dir, &format!("“{}”", angle.label())));
                known = true;
            }
        }
        for (segment, words) in SEGMENTS {
            if words.contains(&word) {
                self.segments.insert(segment, dir);
                self.understood.push(said(dir, &format!("for “{}”", segment.label())));
                known = true;
            }
        }
        if known {
            return true;
        }
        // A product's own word, in singular or plural; not one that half the catalogue carries.
        let stem = |text: &str| text.trim_end_matches('s').to_owned();
        let named: Vec<&&ProductInfo> = products
            .values()
            .filter(|product| {
                let category = product.category.as_deref().unwrap_or_default();
                let words = tokens(&format!("{} {category}", product.title));
                stem(word).chars().count() >= 3 && words.iter().any(|known| stem(known) == stem(word))
            })
            .collect();
        if named.is_empty() || (named.len() * 2 > products.len() && products.len() > 3) {
            return false;
        }
        for product in &named {
            self.products.insert(product.id.clone(), dir);
        }
        self.understood.push(said(dir, &format!("of the {} with “{word}” in the name", count(named.len()))));
        true
    }

    /// Whether anything was asked for that is understood.
    pub fn is_empty(&self) -> bool {
        self.understood.is_empty()
    }

    /// What was understood and what not, in a sentence.
    pub fn told(&self) -> String {
        let understood = match self.understood.is_empty() {
            true if self.text.is_empty() => return String::new(),
            true => "Nothing of the wish was understood".to_owned(),
            false => format!("Understood: {}", self.understood.join(", ")),
        };
        let missed: Vec<String> = self.missed.iter().map(|word| format!("“{word}”")).collect();
        match missed.is_empty() {
            true => format!("{understood}."),
            false => format!(
                "{understood}. Not understood: {}; name a discount, an angle, people, reviews, or a product.",
                missed.join(", ")
            ),
        }
    }

    /// How far it moves a candidate; `None` where it shall not come at all.
    pub(super) fn moves(
        &self,
        (angle, segment): (Angle, SegmentKind),
        product_ids: &[String],
        (is_discount_led, is_quoted): (bool, bool),
    ) -> Option<f64> {
        let discount = self.discount.filter(|_| is_discount_led);
        let quoted = self.quotes.filter(|_| is_quoted);
        let named = product_ids.iter().find_map(|id| self.products.get(id)).copied();
        let mut moved = 0.0;
        for dir in [discount, quoted, named, self.angles.get(&angle).copied(), self.segments.get(&segment).copied()] {
            match dir {
                Some(Dir::None) => return None,
                Some(Dir::Less) => moved -= PULL,
                Some(Dir::More) => moved += PULL / 2.0,
                None => {}
            }
        }
        Some(moved)
    }
}

fn count(n: usize) -> String {
    if n == 1 { "product".into() } else { format!("{n} products") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_said_back_and_what_is_not_understood_too() {
        let wish = parse("less discount, more proof and gifts please, no lapsed, sparkly", &[]);
        assert_eq!(wish.discount, Some(Dir::Less));
        assert_eq!(wish.angles[&Angle::SocialProof], Dir::More);
        assert_eq!(wish.angles[&Angle::Gift], Dir::More);
        assert_eq!(wish.segments[&SegmentKind::LapsedBest], Dir::None);
        assert_eq!(wish.missed, ["sparkly"]);
        assert!(wish.told().contains("less led by a discount") && wish.told().contains("“sparkly”"), "{}", wish.told());
        assert_eq!(parse("", &[]).told(), "");
        assert!(parse("blorp", &[]).told().starts_with("Nothing of the wish"));
    }

    #[test]
    fn none_is_none_and_less_is_behind() {
        let wish = parse("no urgency, less price", &[]);
        let at = |angle| wish.moves((angle, SegmentKind::BoughtOnce), &[], (false, false));
        assert_eq!(at(Angle::Urgency), None);
        assert!(at(Angle::Value).is_some_and(|moved| moved < 0.0));
        assert_eq!(at(Angle::Craft), Some(0.0));
    }
}
