//! Candidates into a list; see the precedence in the module's documentation.

use super::{Compiled, Matcher, Step, Trace};
use crate::{
    Placement,
    shelf::{Good, Shelf, WordNumber},
};

/// A product that a model names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Which.
    pub good: Good,
    /// Its score, positive.
    pub score: f32,
}

/// What is asked for, and what is known of who asks.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// Where it will stand.
    pub placement: Placement,
    /// How many.
    pub limit: usize,
    /// What the model names, in any order, each once.
    pub candidates: &'a [Candidate],
    /// The product at hand and the cart: never shown, and never together with what is not to stand beside them.
    pub at_hand: &'a [Good],
    /// What was bought, and how many days ago.
    pub bought: &'a [(Good, u16)],
    /// What was shown without a click, and how often.
    pub shown: &'a [(Good, u16)],
    /// Segments, lower case.
    pub segments: &'a [String],
    /// Only these are shown, where given.
    pub only: Option<&'a Matcher>,
    /// These are not shown, where given.
    pub without: Option<&'a Matcher>,
}

/// Where a product of the list comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A rule pinned it.
    Pin,
    /// The model.
    Model,
    /// Filled in.
    Fill,
}

/// A product of the list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// Which.
    pub good: Good,
    /// Its final score: the model's times the rules' factors; 0 where filled in or only pinned.
    pub score: f32,
    /// Where it comes from.
    pub source: Source,
}

struct Work<'a, 't> {
    rules: &'a Compiled,
    shelf: &'a Shelf,
    offer: &'a Offer<'a>,
    never_for: Vec<&'a super::compile::Bits>,
    chosen: Vec<Good>,
    trace: Option<&'t mut Trace>,
}

impl Work<'_, '_> {
    fn note(&mut self, good: Good, step: Step) {
        if let Some(trace) = self.trace.as_deref_mut() {
            trace.steps.push((good, step));
        }
    }

    /// Why a product is never shown, if it is not.
    fn forbidden(&self, good: Good) -> Option<Step> {
        let (offer, rules) = (self.offer, self.rules);
        if !rules.local(offer.placement).allowed.has(good) {
            return Some(match self.shelf.get(good) {
                Some(stocked) if stocked.is_active => match stocked.stock_units {
                    Some(units) if rules.rules.stock.only_in_stock && units < rules.rules.stock.least_units => {
                        Step::OutOfStock { units }
                    }
                    _ => Step::Filtered,
                },
                _ => Step::Inactive,
            });
        }
        if offer.at_hand.contains(&good) {
            return Some(Step::AtHand);
        }
        if offer.only.is_some() || offer.without.is_some() {
            let stocked = self.shelf.get(good)?;
            let is_asked = offer.only.is_none_or(|only| only.fits(good, stocked))
                && !offer.without.is_some_and(|without| without.fits(good, stocked));
            if !is_asked {
                return Some(Step::NotAskedFor);
            }
        }
        if self.never_for.iter().any(|bits| bits.has(good)) {
            return Some(Step::NeverForSegment);
        }
        let days = rules.rules.bought.exclude_days;
        if days > 0
            && let Some(&(_, days_ago)) = offer.bought.iter().find(|(bought, ago)| *bought == good && *ago < days)
            && !rules.again.has(good)
        {
            return Some(Step::BoughtLately { days_ago });
        }
        None
    }

    /// What was placed before and does not stand beside this product.
    fn rival(&self, good: Good) -> Option<Good> {
        if self.rules.together.is_empty() {
            return None;
        }
        self.offer.at_hand.iter().chain(&self.chosen).copied().find(|&other| self.rules.conflict(good, other))
    }

    /// Takes a product if it may stand here now.
    fn take(&mut self, good: Good) -> bool {
        if let Some(with) = self.rival(good) {
            self.note(good, Step::NeverTogether { with });
            return false;
        }
        self.chosen.push(good);
        true
    }

    fn category(&self, good: Good) -> Option<WordNumber> {
        self.shelf.category(good)
    }

    fn is_enough_of(&self, good: Good) -> bool {
        let most = usize::from(self.rules.rules.diversity.most_per_category);
        if most == 0 {
            return false;
        }
        let category = self.category(good);
        category.is_some() && self.chosen.iter().filter(|&&other| self.category(other) == category).count() >= most
    }
}

/// Makes the list. `fill` yields products for the rest of the list, best first, each once; it may repeat the candidates
/// and is read only as far as needed. With `trace`, every product that was looked at gets its steps.
pub fn arrange(
    rules: &Compiled,
    shelf: &Shelf,
    offer: &Offer<'_>,
    fill: impl Iterator<Item = Good>,
    trace: Option<&mut Trace>,
) -> Vec<Placed> {
    let never_for = offer.segments.iter().filter_map(|segment| rules.never_for.get(segment)).flatten().collect();
    let mut work = Work { rules, shelf, offer, never_for, chosen: Vec::with_capacity(offer.limit), trace };
    let local = rules.local(offer.placement);
    let limit = offer.limit.min(super::MOST_ITEMS);

    // Pins first: they take their positions before anything is ranked.
    let mut slots: Vec<Option<Placed>> = vec![None; limit];
    for &(position, good) in &local.pins {
        if position >= limit || work.chosen.contains(&good) {
            continue;
        }
        if let Some(step) = work.forbidden(good) {
            work.note(good, step);
            continue;
        }
        let Some(free) = (position..limit).find(|&slot| slots[slot].is_none()) else { continue };
        if work.take(good) {
            work.note(good, Step::Pinned { position: free + 1 });
            slots[free] = Some(Placed { good, score: 0.0, source: Source::Pin });
        }
    }

    let mut ranked: Vec<Placed> = Vec::with_capacity(offer.candidates.len());
    for (rank, candidate) in offer.candidates.iter().enumerate() {
        let good = candidate.good;
        work.note(good, Step::Scored { score: candidate.score, rank: rank + 1 });
        if work.chosen.contains(&good) {
            continue;
        }
        if let Some(step) = work.forbidden(good) {
            work.note(good, step);
            continue;
        }
        let factor = local.factor(good);
        if factor != 1.0 {
            work.note(good, if factor == 0.0 { Step::Buried } else { Step::Weighed { factor } });
        }
        ranked.push(Placed { good, score: candidate.score * factor, source: Source::Model });
    }
    ranked.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.good.cmp(&b.good)));

    // What may be shown but steps back: enough of its category, shown often, buried.
    let (mut enough, mut often, mut buried) = (Vec::new(), Vec::new(), Vec::new());
    let mut picked: Vec<Placed> = Vec::with_capacity(limit);
    let free = slots.iter().filter(|slot| slot.is_none()).count();
    let most_times = rules.rules.frequency.most_times;
    let mut consider = |work: &mut Work<'_, '_>, picked: &mut Vec<Placed>, placed: Placed| {
        let times = offer.shown.iter().find(|(shown, _)| *shown == placed.good).map_or(0, |(_, times)| *times);
        if placed.score == 0.0 && local.factor(placed.good) == 0.0 {
            buried.push(placed);
        } else if most_times > 0 && times >= most_times {
            work.note(placed.good, Step::ShownOften { times });
            often.push(placed);
        } else if work.is_enough_of(placed.good) {
            work.note(placed.good, Step::EnoughOfCategory);
            enough.push(placed);
        } else if work.take(placed.good) {
            picked.push(placed);
        }
    };
    let named: Vec<Good> = ranked.iter().map(|placed| placed.good).collect();
    for placed in ranked {
        if picked.len() == free {
            work.note(placed.good, Step::NoRoom);
        } else {
            consider(&mut work, &mut picked, placed);
        }
    }
    if picked.len() < free {
        let mut known: Vec<Good> = named.iter().chain(&work.chosen).copied().collect();
        known.sort_unstable();
        for good in fill {
            if picked.len() == free {
                break;
            }
            if known.binary_search(&good).is_ok() || shelf.get(good).is_none() || work.forbidden(good).is_some() {
                continue;
            }
            let before = picked.len();
            consider(&mut work, &mut picked, Placed { good, score: 0.0, source: Source::Fill });
            if picked.len() > before {
                work.note(good, Step::FilledIn);
            }
        }
    }
    for placed in enough.into_iter().chain(often).chain(buried) {
        if picked.len() < free && work.take(placed.good) {
            picked.push(placed);
        }
    }

    let mut picked = picked.into_iter();
    let mut list: Vec<Placed> = Vec::with_capacity(limit);
    for slot in slots {
        list.extend(slot.or_else(|| picked.next()));
    }
    for (index, placed) in list.iter().enumerate() {
        work.note(placed.good, Step::Placed { position: index + 1 });
    }
    list
}
